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
    @Option(name: .customShort("D"), help: "Set a constant.")
    var define: [String] = []
    @Option(help: "Put a fault in.")
    var fault: String?
    @Option(help: "The constants of one check.")
    var only: String?
    @Flag(help: "Make every micro-step a step.")
    var noReduce = false
    @Option(help: "Walks as changes or in full: diff, full, off.")
    var trace: TraceChoice = .diff

    func validate() throws {
        guard traces > 0, traces <= 1_000_000 else { throw ValidationError("--traces takes 1 to 1000000") }
        guard steps > 0, steps <= 1_000_000 else { throw ValidationError("--steps takes 1 to 1000000") }
    }

    func run() throws {
        var options = SimulationOptions()
        options.definitions = try define.map { try CheckCommand.setting($0) }
        options.fault = fault
        options.only = only
        options.isUnreduced = noReduce
        options.traces = traces
        options.steps = steps
        options.seed = seed
        let source = try CheckCommand.source(spec)
        let result = simulate(source, read: SpecFiles.imported, options: options)
        CheckCommand.report(result.diagnostics, colour: .auto)
        if result.status != .rejected { print(result) }
        throw ExitCode(Int32(result.status.rawValue))
    }

    private func print(_ result: SimulationResult) {
        let text = SimulationText(
            width: Terminal.width, hasColour: Terminal.hasColour(.auto), isUnicode: Terminal.isUnicode,
            mode: TraceMode(rawValue: trace.rawValue) ?? .diff)
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
            Terminal.write(
                text.walk(walk.trace, number: number + 1, seed: walk.seed, end: end, isBad: isBad),
                to: .standardOutput)
        }
        Terminal.write(
            text.summary(count: result.walks.count, violated: violated, witnessed: result.witnessed),
            to: .standardOutput)
    }
}
