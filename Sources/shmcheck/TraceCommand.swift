// `shmcheck trace`: converts, compares and shrinks traces that a run wrote.

import ArgumentParser
import Checker
import Model
import SystemPackage

/// Commands for traces.
struct TraceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trace", abstract: "Convert, compare or shrink a trace that a run wrote.",
        subcommands: [ConvertCommand.self, TraceDiffCommand.self, ShrinkCommand.self])

    /// Reads a trace and takes its steps again; what is wrong with it ends the program.
    static func read(_ path: String) throws -> ReadTrace {
        let bytes: [UInt8]
        do throws(ReadError) { bytes = try SpecFiles.bytes(path) } catch {
            Terminal.note(error.message)
            throw ExitCode(Int32(ExitStatus.inputOutput.rawValue))
        }
        do throws(TraceReadingError) { return try TraceReading.trace(bytes, read: SpecFiles.imported) } catch {
            CheckCommand.report(error.diagnostics, colour: .auto)
            Terminal.note("\(path): \(error.message)")
            throw ExitCode(Int32(ExitStatus.rejected.rawValue))
        }
    }

    /// Writes what a command makes, to a file or to standard output.
    static func write(_ text: String, to path: String?) throws {
        do throws(ReadError) { try SpecFiles.write(text, to: path ?? "-") } catch {
            Terminal.note(error.message)
            throw ExitCode(Int32(ExitStatus.inputOutput.rawValue))
        }
    }
}

/// The formats of `trace convert`.
enum TraceFormat: String, ExpressibleByArgument, CaseIterable {
    case itf, mermaid, dot, perfetto, vcd, html, sarif, text
}

/// `--format` of `graph`.
enum GraphChoice: String, ExpressibleByArgument, CaseIterable {
    case dot, mermaid

    var format: GraphFormat { self == .dot ? .dot : .mermaid }
}

/// `shmcheck trace convert TRACE --to FORMAT`
struct ConvertCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convert", abstract: "Write a trace in another format.")

    @Argument(help: "A trace: an .itf.json file that a run wrote.")
    var trace: String
    @Option(help: "itf, mermaid, dot, perfetto, vcd, html, sarif or text.")
    var to: TraceFormat
    @Option(name: [.customShort("o"), .long], help: "The file to write; standard output when there is none.")
    var output: String?

    func run() throws {
        Interrupts.install()
        let read = try TraceCommand.read(trace)
        let text =
            switch to {
            case .itf: read.itf
            case .mermaid: MermaidTrace.text(read.trace)
            case .dot: TraceGraph.text(read.trace, .dot)
            case .perfetto: PerfettoTrace.document(read.trace)
            case .vcd: VCDTrace.document(read.trace)
            case .html:
                TraceReport.html(read.trace, source: read.source, property: read.property, version: Version.text)
            case .sarif:
                TraceReport.sarif(read.trace, source: read.source, property: read.property, version: Version.text)
            case .text: ShowCommand.text(read, mode: .diff)
            }
        try TraceCommand.write(text, to: output)
    }
}

/// `shmcheck trace diff A B`
struct TraceDiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "Compare two traces; exit code 1 when they differ.")

    @Argument(help: "A trace.")
    var left: String
    @Argument(help: "Another trace, of the same spec or of another version of it.")
    var right: String

    func run() throws {
        Interrupts.install()
        let comparison = TraceComparison(try TraceCommand.read(left).trace, try TraceCommand.read(right).trace)
        Terminal.write(comparison.text(width: Terminal.width), to: .standardOutput)
        if !comparison.areEqual { throw ExitCode(1) }
    }
}

/// `shmcheck trace shrink TRACE`
struct ShrinkCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "shrink", abstract: "Reorder a trace so that it switches between processes as seldom as can be.")

    @Argument(help: "A trace.")
    var trace: String
    @Option(name: [.customShort("o"), .long], help: "The file to write; standard output when there is none.")
    var output: String?

    func run() throws {
        Interrupts.install()
        let read = try TraceCommand.read(trace)
        let (shrunk, isComplete) = TraceShrinker.shrunk(read.trace)
        let (before, after) = (TraceShrinker.switches(read.trace), TraceShrinker.switches(shrunk))
        Terminal.note(
            isComplete
                ? "\(before) switches between processes, now \(after)"
                : "there are too many orders of these steps: the trace is as it was, \(before) switches")
        try TraceCommand.write(read.replacing(shrunk).itf, to: output)
    }
}
