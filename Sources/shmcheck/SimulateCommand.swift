// `shmcheck simulate`: random walks through a spec, printed as sample runs.

import ArgumentParser
import Checker
import Model
import SystemPackage

/// `shmcheck simulate SPEC`
struct SimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Print random walks through a spec; a violation that one meets is told, and nothing is proved.")

    @Argument(help: "A spec.")
    var spec: String
    @Option(help: "How many walks.")
    var traces = 5
    @Option(help: "The most steps of a walk.")
    var steps = 50
    @Option(help: "The first walk's seed: the same seed gives the same walks.")
    var seed: UInt64 = 0
    @OptionGroup(title: "System") var system: SystemOptions
    @Flag(help: "Make every micro-step a step.")
    var noReduce = false
    @OptionGroup(title: "Output") var style: TraceStyleOptions
    @Option(help: ArgumentHelp("Write what was found for `shmcheck merge`.", valueName: "file"))
    var part: String?

    func validate() throws {
        guard traces > 0, traces <= 1_000_000 else { throw ValidationError("--traces takes 1 to 1000000") }
        guard steps > 0, steps <= 1_000_000 else { throw ValidationError("--steps takes 1 to 1000000") }
    }

    func run() throws {
        var options = SimulationOptions()
        options.definitions = try system.define.map { try CheckCommand.setting($0) }
        options.fault = system.fault
        options.only = system.only
        options.isUnreduced = noReduce
        options.traces = traces
        options.steps = steps
        options.seed = seed
        let source = try CheckCommand.source(spec)
        let result = Checker.simulate(source, read: SpecFiles.imported, options: options)
        CheckCommand.report(result.diagnostics, colour: style.color)
        if result.status != .rejected { print(result) }
        var status = result.status
        if let part, status != .rejected, !PartOfRun.write(try document(source, result), to: part) {
            status = ExitStatus.combined([status, .inputOutput])
        }
        throw ExitCode(Int32(status.rawValue))
    }

    /// The walks as a part of a run: the check that they go through is one of the spec's, or that of -D.
    private func document(_ source: SourceFile, _ result: SimulationResult) throws -> ShardDocument {
        var settings = RunSettings()
        settings.definitions = system.define
        settings.isUnreduced = noReduce
        var options = try CheckCommand.options(settings)
        if system.define.isEmpty {
            options.only = (system.fault ?? system.only).map { [$0] } ?? []
        } else {
            settings.fault = system.fault
            options.fault = system.fault
        }
        let plan = Array(plan(source, read: SpecFiles.imported, options: options).prefix(1))
        return ShardDocument(maker: .this, settings: settings, plan: plan, hunt: result)
    }

    private func print(_ result: SimulationResult) {
        let text = SimulationText(
            width: Terminal.width, hasColour: Terminal.hasColour(style.color), isUnicode: Terminal.isUnicode,
            mode: TraceMode(rawValue: style.trace.rawValue) ?? .diff)
        var violated: [String] = []
        for (number, walk) in result.walks.enumerated() {
            var (end, isBad) = ("", false)
            switch walk.end {
            case .steps: end = "ends after its \(walk.trace.steps.count) steps"
            case .finished: end = "everything has come to its end"
            case .cut: end = "an assume is false: the path is cut"
            case .violated(let name, _):
                (end, isBad) = ("\(name) VIOLATED", true)
                if !violated.contains(name) { violated.append(name) }
            }
            // A hunt is for what it meets.
            guard part == nil || isBad else { continue }
            Terminal.write(
                text.walk(walk.trace, number: number + 1, seed: walk.seed, end: end, isBad: isBad),
                to: .standardOutput)
        }
        Terminal.write(
            text.summary(count: result.walks.count, violated: violated, witnessed: result.witnessed),
            to: .standardOutput)
    }
}
