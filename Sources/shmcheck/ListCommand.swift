// `shmcheck list [PATHS]`: every check that `ci` would make, for those who share them out.

import ArgumentParser
import Checker
import Model
import SystemPackage

/// Lists checks, and hunts with their seeds.
struct ListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List every check and fault of the specs below the paths, without running them.",
        discussion: """
            With --shards it says which shard has each check; with --hunts it adds random walks of each check, every one \
            with seeds of its own. The JSON document has for each the command that makes it.
            """)

    @Argument(help: "Specs, and folders to search for them; this folder when there is none.")
    var paths: [String] = []
    @Option(help: "Leave out files whose path contains this.")
    var exclude: [String] = []
    @Option(help: "How many shards the run is to have.")
    var shards: Int?
    @Option(help: "Hunts for each check.")
    var hunts = 0
    @Option(help: "Walks of each hunt.")
    var traces = 1000
    @Option(help: "The most steps of a walk.")
    var steps = 200
    @Option(help: "The seed of the first hunt's first walk.")
    var seed: UInt64 = 0
    @Option(help: "human or json.")
    var format: OutputFormat = .human

    func validate() throws {
        guard (1...1_000_000).contains(shards ?? 1) else { throw ValidationError("--shards takes 1 to 1000000") }
        guard (0...1_000_000).contains(hunts) else { throw ValidationError("--hunts takes 0 to 1000000") }
        guard (1...1_000_000).contains(traces) else { throw ValidationError("--traces takes 1 to 1000000") }
        guard (1...1_000_000).contains(steps) else { throw ValidationError("--steps takes 1 to 1000000") }
    }

    func run() throws {
        let files = try SpecSearch.specs(below: paths, exclude: exclude)
        let plan = files.flatMap { PartOfRun.plan(of: $0, CheckOptions()) }
        switch format {
        case .human: Terminal.write(text(plan), to: .standardOutput)
        case .json: Terminal.write(document(plan).prettyText + "\n", to: .standardOutput)
        }
        guard !plan.contains(where: { $0.name == nil }) else {
            for check in plan where check.name == nil {
                Terminal.note("\(check.spec) has mistakes, or cannot be read: run `shmcheck \(check.spec)`")
            }
            throw ExitCode(Int32(ExitStatus.rejected.rawValue))
        }
    }

    private func text(_ plan: [PlannedCheck]) -> String {
        var text = ""
        for (number, check) in plan.enumerated() {
            let shard = shards.map { "\(number % $0 + 1)/\($0)  " } ?? ""
            let kind = check.fault == nil ? "check" : "fault"
            let expected = check.expected.map { "  expect \($0)" } ?? ""
            text += "\(shard)\(check.spec)  \(kind) \(check.name ?? "-")\(expected)\n"
        }
        let hunted = hunts > 0 ? ", \(Wording.count(hunts * plan.count, "hunt")) of \(traces) walks" : ""
        let files = Wording.count(Set(plan.map(\.spec)).count, "spec")
        return text + "\(Wording.count(plan.count, "check")) in \(files)\(hunted)\n"
    }

    private func document(_ plan: [PlannedCheck]) -> JSONValue {
        let checks = plan.enumerated().map { number, check -> JSONValue in
            let extra: [JSONValue.Member] = [
                .init("number", .integer(Int128(number))),
                .init("shard", shards.map { .string("\(number % $0 + 1)/\($0)") } ?? .null),
                .init("command", .string(command(check, ["check", check.spec]))),
            ]
            return check.json.adding(extra)
        }
        var hunted: [JSONValue] = []
        var next = seed
        for check in plan {
            for _ in 0..<hunts {
                let words = [
                    "simulate", check.spec, "--seed", "\(next)", "--traces", "\(traces)", "--steps", "\(steps)",
                ]
                hunted.append([
                    "spec": .string(check.spec), "check": check.name.map { .string($0) } ?? .null,
                    "fault": check.fault.map { .string($0) } ?? .null, "seed": .string("\(next)"),
                    "walks": .integer(Int128(traces)), "steps": .integer(Int128(steps)),
                    "command": .string(command(check, words)),
                ])
                next &+= UInt64(traces)
            }
        }
        return [
            "v": .integer(1), "tool": ["name": "shmcheck", "version": .string(Version.text)],
            "checks": .array(checks), "hunts": .array(hunted),
        ]
    }

    private func command(_ check: PlannedCheck, _ words: [String]) -> String {
        let name = check.name.map { ["--only", $0] } ?? []
        return (["shmcheck"] + words + name).map(Shell.quoted).joined(separator: " ")
    }
}
