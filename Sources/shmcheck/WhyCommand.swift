// `shmcheck why TRACE STEP VAR`: who wrote a value last. `shmcheck graph SPEC`: all states and steps.

import ArgumentParser
import Checker
import Model
import Replay
import SystemPackage

/// Tells the writers of a datum in a trace.
struct WhyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "why", abstract: "Tell who wrote a value of a trace, last writer first.")

    @Argument(help: "A trace: an .itf.json file that a run wrote.")
    var trace: String
    @Argument(help: "The step after which the value is asked for, and the datum: `8 queue.write`, or the datum alone.")
    var words: [String]
    @Option(help: "Tell the writer in the kernel, too: guest, guest:healthy, guest:ID, or an ELF file.")
    var kernel: String?

    func run() throws {
        Interrupts.install()
        let read = try TraceCommand.read(trace)
        let count = read.trace.steps.count
        let step = words.count == 2 ? Int(words[0]) : count
        guard (1...2).contains(words.count), let step, (0...count).contains(step), let name = words.last else {
            Terminal.note("why takes a trace, a step from 0 to \(count) and the name of a datum")
            throw ExitCode(Int32(ExitStatus.commandLine.rawValue))
        }
        guard let text = TraceText.why(read.trace, step: step, name: name) else {
            let names = TraceText.names(read.trace)
            let near = Spelling.nearest(to: name, among: names, limit: 3)
            Terminal.note("the trace has no datum \(name)")
            Terminal.note("near are: \((near.isEmpty ? Array(names.prefix(8)) : near).joined(separator: ", "))")
            throw ExitCode(Int32(ExitStatus.commandLine.rawValue))
        }
        Terminal.write(text, to: .standardOutput)
        guard let kernel else { return }
        do throws(CommandFailure) {
            let replay = try ReplayJob(trace: trace, kernel: kernel).record(until: nil)
            let text = replay.why(name, afterStep: step) ?? "\(name) is bound to no memory of \(replay.result.kernel)"
            Terminal.write("on \(replay.result.kernel), \(replay.result.verdict.word)\n\(text)\n", to: .standardOutput)
        } catch {
            Terminal.note(error.description)
            throw ExitCode(error.code)
        }
    }
}

/// What is left out of a graph.
enum CollapseChoice: String, ExpressibleByArgument, CaseIterable {
    case locals
}

/// Writes the graph of a spec's states.
struct GraphCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "graph", abstract: "Write all states of a small spec as a graph for Graphviz or Mermaid.")

    @Argument(help: "A spec.")
    var path: String
    @OptionGroup(title: "System") var system: SystemOptions
    @Option(help: "dot or mermaid.")
    var format: GraphChoice = .dot
    @Option(help: "locals: states that differ only in where processes stand are one.")
    var collapse: CollapseChoice?
    @Option(help: "The most states: larger graphs cannot be read.")
    var max = 500
    @Option(name: [.customShort("o"), .long], help: "The file to write; standard output when there is none.")
    var output: String?

    func run() throws {
        Interrupts.install()
        let source = try CheckCommand.source(path)
        var choice = SpecSystem.Choice()
        choice.fault = system.fault
        choice.check = system.only
        choice.definitions = try system.define.map { try CheckCommand.setting($0) }
        let diagnostics = Diagnostics()
        let found = SpecSystem(source, read: SpecFiles.imported, choice: choice, diagnostics: diagnostics)
        CheckCommand.report(diagnostics.all, colour: .auto)
        guard let found else { throw ExitCode(Int32(ExitStatus.rejected.rawValue)) }
        let text: String
        do throws(StateGraph.TooLarge) {
            text = try StateGraph.text(found.system, format.format, isCollapsed: collapse == .locals, limit: max)
        } catch {
            Terminal.note(
                "there are more than \(error.limit) states; --max takes more, smaller constants (-D) make fewer")
            throw ExitCode(Int32(ExitStatus.noAnswer.rawValue))
        }
        try TraceCommand.write(text, to: output)
    }
}
