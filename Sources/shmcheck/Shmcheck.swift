// The command line: one command a file, each a thin shell around one library call.

import ArgumentParser

/// The root command; a bare file name means `check`.
@main
struct Shmcheck: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "shmcheck",
        abstract: "Explores every interleaving of a shared-memory design and tells which invariants hold.",
        discussion: """
            shmcheck specs/queue.spec              run its checks and faults
            shmcheck specs/queue.spec --fault Q1   show the counterexample of one known fault
            shmcheck show specs/queue.spec         the atomic steps that the code is made of
            """,
        version: Version.text,
        subcommands: [
            CheckCommand.self, CiCommand.self, ListCommand.self, MergeCommand.self, ProveCommand.self,
            SimulateCommand.self, ShowCommand.self,
            WhyCommand.self,
            TraceCommand.self,
            GraphCommand.self, ExplainCommand.self, BindCommand.self, ReplayCommand.self, EvidenceCommand.self,
            InitCommand.self, FormatCommand.self, LspCommand.self, DoctorCommand.self, CacheCommand.self,
            CompletionsCommand.self, Boot.self, Disassemble.self, VersionCommand.self,
        ],
        defaultSubcommand: CheckCommand.self)

    static func main() { main(separated(Array(CommandLine.arguments.dropFirst()))) }

    /// `-DN=6`, as compilers take it, is `-D N=6`; the parser of arguments would read a name `DN`.
    private static func separated(_ arguments: [String]) -> [String] {
        let end = arguments.firstIndex(of: "--") ?? arguments.endIndex
        return arguments[..<end].flatMap { argument in
            argument.hasPrefix("-D") && argument.count > 2 ? ["-D", String(argument.dropFirst(2))] : [argument]
        } + arguments[end...]
    }
}

/// The version that reports carry.
enum Version {
    static let text = "0.1.0"
}

/// `shmcheck version`
struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "version", abstract: "Print the version.")

    func run() { print("shmcheck \(Version.text)") }
}
