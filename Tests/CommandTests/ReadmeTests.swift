// The README shows what the program prints: each console block is run and compared.

import Foundation
import Testing

@Suite struct ReadmeTests {
    /// `$ ./shmcheck …` with the lines below it; a line `…` stands for any lines.
    struct Session: Sendable, CustomTestStringConvertible {
        let arguments: [String]
        let lines: [String]
        var testDescription: String { arguments.joined(separator: " ") }
    }

    static let sessions: [Session] = {
        let text = String(decoding: fileBytes("README.md") ?? [], as: UTF8.self)
        return text.components(separatedBy: "```\n$ ./shmcheck ").dropFirst().compactMap { part in
            guard let block = part.components(separatedBy: "\n```").first else { return nil }
            let lines = block.components(separatedBy: "\n")
            let arguments = lines[0].split(separator: " ").flatMap { expanded(String($0)) }
            return Session(arguments: arguments, lines: Array(lines.dropFirst()))
        }
    }()

    /// `Specs/*.spec` as a shell would put it.
    private static func expanded(_ argument: String) -> [String] {
        guard argument.hasSuffix("/*.spec") else { return [argument] }
        let folder = String(argument.dropLast("/*.spec".count))
        let path = packageFolder.appending(path: folder).path()
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.filter { $0.hasSuffix(".spec") }.sorted().map { "\(folder)/\($0)" }
    }

    /// The block with the larger check takes its time.
    static let isQuick = ProcessInfo.processInfo.environment["SHMCHECK_QUICK"] != nil

    @Test func thereAreSessions() { #expect(Self.sessions.count >= 2) }

    @Test(arguments: sessions) func theProgramPrintsThis(session: Session) throws {
        if Self.isQuick, !session.arguments.contains("--fault") { return }
        let folder = try TemporaryFolder()
        let result = try Command.run(
            session.arguments + ["--out-dir", folder.url.appending(path: "traces").path()], in: packageFolder,
            seconds: 900)
        var rest = result.output.components(separatedBy: "\n").filter { !$0.isEmpty }[...]
        var mayskip = false
        for line in session.lines where !line.isEmpty {
            if line.trimmingCharacters(in: .whitespaces) == "…" {
                mayskip = true
                continue
            }
            guard let found = mayskip ? rest.firstIndex(of: line) : rest.first == line ? rest.startIndex : nil else {
                Issue.record("not printed here: \(line)")
                return
            }
            rest = rest[(found + 1)...]
            mayskip = false
        }
        #expect(mayskip || rest.isEmpty, "more is printed: \(rest.joined(separator: "\n"))")
    }
}
