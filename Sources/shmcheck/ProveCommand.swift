// `shmcheck prove SPEC…`: invariants for all reachable states without exploring them, and `prove` blocks.

import ArgumentParser
import Checker
import Model
import SystemPackage

/// `--engine`
enum ProofEngine: String, ExpressibleByArgument, CaseIterable {
    case induction, chc
}

/// `shmcheck prove SPEC`
struct ProveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prove",
        abstract: "Prove invariants by induction or by Horn clauses, without exploring states; and `prove` blocks.",
        discussion: """
            INDUCTIVE: every step keeps it. PROVED: over several steps, or by Spacer. NOT INDUCTIVE: a step that may or \
            may not be reachable stands against it. VIOLATED: with a run from the first state.
            """)

    @Argument(help: "Spec files.")
    var paths: [String]
    @Option(help: ArgumentHelp("Only this invariant, assert or prove block.", valueName: "name"))
    var invariant: [String] = []
    @Option(help: "Steps of induction, at most.")
    var k = 3
    @Option(help: "induction or chc; both, one after the other, unless it is said.")
    var engine: ProofEngine?
    @OptionGroup(title: "System") var system: SystemOptions
    @Flag(help: "Make every micro-step a step.")
    var noReduce = false
    @Option(help: "Let Z3 think so long about one question (5s).")
    var smtTimeout: Amount?
    @Option(help: "Stop after so long for each spec (60s).")
    var time: Amount?
    @Option(help: "human or json.")
    var format: OutputFormat = .human
    @OptionGroup(title: "Output") var style: TraceStyleOptions

    func validate() throws {
        guard (1...64).contains(k) else { throw ValidationError("--k takes 1 to 64") }
    }

    func run() throws {
        Interrupts.install()
        var options = ProveOptions()
        options.definitions = try system.define.map { try CheckCommand.setting($0) }
        options.fault = system.fault
        options.check = system.only
        options.invariants = invariant
        options.depth = k
        options.engine = engine.flatMap { ProveOptions.Engine(rawValue: $0.rawValue) }
        options.isUnreduced = noReduce
        options.solverSeconds = smtTimeout?.number ?? options.solverSeconds
        options.seconds = time?.number ?? options.seconds
        options.isCancelled = { Interrupts.exitCode != nil }
        var results: [ProveResult] = []
        for path in paths where Interrupts.exitCode == nil {
            let source = try CheckCommand.source(path)
            let result = Interrupts.during { prove(source, read: SpecFiles.imported, options: options) }
            CheckCommand.report(result.diagnostics, colour: style.color)
            if format == .human, result.system != nil { Terminal.write(result.text(text), to: .standardOutput) }
            results.append(result)
        }
        let status = Interrupts.exitCode ?? Int32(ExitStatus.combined(results.map(\.status)).rawValue)
        if format == .json {
            Terminal.write(
                ProveResult.document(results, exitCode: Int(status), version: Version.text), to: .standardOutput)
        } else if results.contains(where: { $0.system != nil }) {
            let counts = results.map(\.counts).reduce((0, 0, 0)) { ($0.0 + $1.0, $0.1 + $1.1, $0.2 + $1.2) }
            Terminal.write(
                text.summary(shown: counts.0, violated: counts.1, open: counts.2), to: .standardOutput)
        }
        throw ExitCode(status)
    }

    private var text: ProofText {
        ProofText(
            width: Terminal.width, hasColour: Terminal.hasColour(style.color), isUnicode: Terminal.isUnicode,
            mode: TraceMode(rawValue: style.trace.rawValue) ?? .diff)
    }
}
