// The rules of the house as data: limits, names, exemptions, and the order of the folders.

/// The order of the folders inside one target: a folder may name the types of those before it, never of those after.
struct FolderOrder {
    let target: String
    let lowestFirst: [String]
}

/// A file, or every file of a folder, to which one rule does not apply.
struct Exemption {
    let rule: Rule
    /// A path from the root; with a `/` at its end it stands for everything in that folder.
    let path: String
    let reason: String

    func covers(_ finding: Finding) -> Bool {
        finding.rule == rule && (path.hasSuffix("/") ? finding.path.hasPrefix(path) : finding.path == path)
    }
}

/// What the tests of this target enforce; the reasons stand in `Documentation` and `CONTRIBUTING.md`.
enum HouseRules {
    static let fileLineLimit = 400
    static let functionLineLimit = 60

    /// Folder names that say nothing about what is inside.
    static let emptyFolderNames: Set<String> = ["Utils", "Utilities", "Common", "Helpers", "Core", "Misc", "Shared"]

    /// Words that leave work to somebody else.
    static let postponingWords = ["TODO", "FIXME", "XXX", "HACK"]

    /// Top folders of somebody's machine; a path below one means nothing elsewhere.
    static let machineFolders = ["work", "root", "home", "Users"]

    /// First labels or products of hosts that stand between a machine and the public sources of packages.
    static let registryHosts = ["registry", "mirror", "mirrors", "proxy", "goproxy", "artifactory", "nexus", "jfrog"]

    /// Every folder of every target.
    ///
    /// Files beside the folders are the highest: they are the entry of the target.
    static let folderOrders = [
        FolderOrder(
            target: "Model", lowestFirst: ["Source", "Syntax", "Library", "Formula", "Typing", "System", "Lowering"]),
        FolderOrder(
            target: "Checker",
            lowestFirst: [
                "Explicit", "Native", "Liveness", "Symbolic", "Forking", "Traces", "Verdict", "Reports", "Checking",
                "Shards",
            ]),
        FolderOrder(
            target: "Emu",
            lowestFirst: [
                "Architecture", "Instructions", "Float", "Memory", "Hart", "Translation", "Execution", "Devices",
                "Machine",
                "Debugging",
            ]),
        FolderOrder(target: "Editing", lowestFirst: []),
        FolderOrder(
            target: "Replay", lowestFirst: ["Symbols", "Bindings", "ReplaySession", "Walk", "Exploration"]),
    ]

    /// Only instruction tables, the one execution switch and generated code.
    ///
    /// An exemption that is no longer needed fails.
    static let exemptions: [Exemption] = [
        Exemption(
            rule: .functionSize, path: "Sources/Checker/Explicit/Machine.swift",
            reason: "the execution switch of bytecode"),
        Exemption(
            rule: .functionSize, path: "Sources/Emu/Execution/Execute.swift",
            reason: "the execution switch of the machine"),
        Exemption(
            rule: .functionSize, path: "Sources/Emu/Execution/FastExecutor.swift",
            reason: "the execution switch of predecoded blocks"),
        Exemption(
            rule: .fileSize, path: "Sources/Emu/Execution/FastExecutor.swift",
            reason: "the execution switch of predecoded blocks"),
        Exemption(
            rule: .functionSize, path: "Sources/Emu/Execution/BlockOperation.swift",
            reason: "a table of instructions, as a switch"),
        Exemption(
            rule: .functionSize, path: "Tests/EmuTests/SemanticsTests.swift", reason: "a guest program"),
        Exemption(
            rule: .functionSize, path: "Tests/EmuTests/RandomProgramTests.swift", reason: "a generated guest program"),
        Exemption(
            rule: .functionSize, path: "Tests/CheckerTests/RandomSections.swift",
            reason: "a table of generators, as a switch"),
        Exemption(
            rule: .functionSize, path: "Tests/CheckerTests/RandomStatements.swift",
            reason: "a table of generators, as a switch"),
    ]
}
