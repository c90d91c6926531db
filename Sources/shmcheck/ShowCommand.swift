// `shmcheck show SPEC`: the atomic steps that the code is made of, with the class of each micro-step.

import ArgumentParser
import Checker
import Model

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
            print(String(decoding: source.bytes, as: UTF8.self), terminator: "")
            return
        }
        let diagnostics = Diagnostics()
        let listing = StepListing.text(
            of: source, read: SpecFiles.imported, isUnreduced: noReduce, diagnostics: diagnostics)
        CheckCommand.report(diagnostics.all, colour: .auto)
        guard let listing else { throw ExitCode(Int32(ExitStatus.rejected.rawValue)) }
        print(listing, terminator: "")
    }
}

/// `shmcheck explain CODE`
struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "List the diagnostics, or tell what one of them means.")

    @Argument(help: "The code between the brackets of `error[…]`.")
    var code: String?

    func run() throws {
        guard let code else {
            for code in DiagnosticCode.allCases { print("\(code.severity.rawValue)[\(code.rawValue)]") }
            return
        }
        guard let known = DiagnosticCode(rawValue: code) else {
            Terminal.note("there is no diagnostic \(code); `shmcheck explain` lists them")
            throw ExitCode(Int32(ExitStatus.commandLine.rawValue))
        }
        print("\(known.severity.rawValue)[\(known.rawValue)]: see Documentation/Diagnostics.md#\(known.rawValue)")
    }
}
