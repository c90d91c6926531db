// `shmcheck show SPEC|TRACE`: a trace as a table, or the atomic steps that the code is made of, with the class of each micro-step.

import ArgumentParser
import Checker
import Model
import SystemPackage

/// Prints the steps of a spec, or the text of a library file.
struct ShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Print a trace, the atomic steps of a spec, or a file of the library.")

    @Argument(help: "A trace (.itf.json), a spec, or a library file such as lib/ring.spec.")
    var path: String

    @Flag(help: "Every micro-step is a step: the base meaning.")
    var noReduce = false
    @Option(help: "A trace as changes or in full: diff, full.")
    var trace: TraceChoice = .diff

    func run() throws {
        if path.hasSuffix(".json") {
            Interrupts.install()
            let mode = TraceMode(rawValue: trace.rawValue) ?? .diff
            Terminal.write(Self.text(try TraceCommand.read(path), mode: mode), to: .standardOutput)
            return
        }
        let source = try CheckCommand.source(path)
        if StandardLibrary.file(path) != nil, source.path == path {
            Terminal.write(String(decoding: source.bytes, as: UTF8.self), to: .standardOutput)
            return
        }
        let diagnostics = Diagnostics()
        let listing = StepListing.text(
            of: source, read: SpecFiles.imported, isUnreduced: noReduce, diagnostics: diagnostics)
        CheckCommand.report(diagnostics.all, colour: .auto)
        guard let listing else { throw ExitCode(Int32(ExitStatus.rejected.rawValue)) }
        Terminal.write(listing, to: .standardOutput)
    }

    /// A trace as a table.
    static func text(_ read: ReadTrace, mode: TraceMode) -> String {
        let summary = ReadTraceSummary(
            trace: read.trace, source: read.source, property: read.property,
            check: read.origin.fault ?? read.origin.check)
        return TraceText.text(
            summary, mode: mode, width: Terminal.width, hasColour: Terminal.hasColour(.auto),
            isUnicode: Terminal.isUnicode)
    }
}
