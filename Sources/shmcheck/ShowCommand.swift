// `shmcheck show SPEC`: the atomic steps that the code is made of, with the class of each micro-step.

import ArgumentParser
import Checker
import Model
import SystemPackage

/// Prints the steps of a spec, or the text of a library file.
struct ShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Print the atomic steps of a spec, or a file of the library.")

    @Argument(help: "A spec, or a library file such as lib/ring.spec.")
    var path: String

    @Flag(help: "Every micro-step is a step: the base meaning.")
    var noReduce = false

    func run() throws {
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
}
