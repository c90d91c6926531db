// `shmcheck explain CODE`: the page of a diagnostic, or a list of all.

import ArgumentParser
import Checker
import Model
import SystemPackage

/// Prints what a diagnostic means and how it is mended.
struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Tell what a diagnostic means and how to mend it, or list them all.")

    @Argument(help: "The code between the brackets of `error[…]`.")
    var code: String?

    func run() throws {
        guard let code else {
            Terminal.write(DiagnosticReference.list(width: Terminal.width), to: .standardOutput)
            return
        }
        guard let known = DiagnosticCode(rawValue: Self.bare(code)) else {
            let near = Spelling.nearest(to: Self.bare(code), among: DiagnosticCode.allCases.map(\.rawValue), limit: 3)
            Terminal.note("there is no diagnostic \(code)")
            Terminal.note(near.isEmpty ? "`shmcheck explain` lists them" : "near are: \(near.joined(separator: ", "))")
            throw ExitCode(Int32(ExitStatus.commandLine.rawValue))
        }
        Terminal.write(DiagnosticReference.text(of: known, width: Terminal.width), to: .standardOutput)
    }

    /// The code in `error[code]`, as it is copied from a report.
    private static func bare(_ text: String) -> String {
        guard let open = text.firstIndex(of: "["), let close = text.lastIndex(of: "]"), open < close else {
            return text
        }
        return String(text[text.index(after: open)..<close])
    }
}
