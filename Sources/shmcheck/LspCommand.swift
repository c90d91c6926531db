// `shmcheck lsp`: the language server on standard input and output.

import ArgumentParser
import Checker
import Editing
import Synchronization
import SystemPackage

/// Talks to an editor until it goes.
struct LspCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lsp", abstract: "Serve an editor by the Language Server Protocol on standard input and output.")

    @Flag(help: "Standard input and output, which is the only way; editors like to say so.")
    var stdio = false

    func run() throws {
        Interrupts.install()
        let output = Output()
        let server = LanguageServer(
            ServerSurroundings(
                send: { output.send($0) }, read: { SpecFiles.imported($0) },
                inBackground: { Workers.detach($0) }, version: Version.text))
        var framing = MessageFraming()
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = (try? buffer.withUnsafeMutableBytes { try FileDescriptor.standardInput.read(into: $0) }) ?? 0
            // An editor that is gone without a word has ended the conversation all the same.
            guard count > 0 else { throw ExitCode(1) }
            framing.append(buffer[..<count])
            reading: while true {
                switch framing.next() {
                case .none: break reading
                case .malformed(let words): Terminal.note("not understood: \(words)")
                case .message(let message): if let code = server.handle(message) { throw ExitCode(code) }
                }
            }
        }
    }

    /// Messages go out one after another, whoever sends them.
    private final class Output: Sendable {
        private let lock = Mutex(())

        func send(_ message: JSONValue) {
            lock.withLock { _ in Terminal.write(MessageFraming.frame(message), to: .standardOutput) }
        }
    }
}
