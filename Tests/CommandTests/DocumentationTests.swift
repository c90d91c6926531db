// Every command in the documentation is run, in the order of its page, and what it prints is compared.

import Foundation
import Testing

@Suite struct DocumentationTests {
    /// A page: files that it writes, and commands with what they print.
    struct Page: Sendable, CustomTestStringConvertible {
        enum Block: Sendable {
            case file(name: String, text: String)
            case command(String, lines: [String])
        }
        let path: String
        let blocks: [Block]
        var testDescription: String { path }
    }

    static let pages: [Page] = {
        let folder = packageFolder.appending(path: "Documentation").path()
        let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        return names.filter { $0.hasSuffix(".md") }.sorted().map { name in
            let text = String(decoding: fileBytes("Documentation/\(name)") ?? [], as: UTF8.self)
            return Page(path: name, blocks: blocks(text))
        }.filter { !$0.blocks.isEmpty }
    }()

    /// "```swift NAME" writes a file; "```console" holds lines `$ command` with what they print below.
    private static func blocks(_ text: String) -> [Page.Block] {
        var blocks: [Page.Block] = []
        var fence: String?
        var body: [String] = []
        for line in text.components(separatedBy: "\n") {
            if let opened = fence, line.hasPrefix("```") {
                let words = opened.split(separator: " ").map(String.init)
                if words.first == "console" {
                    blocks += commands(body)
                } else if words.count == 2 {
                    blocks.append(.file(name: words[1], text: body.joined(separator: "\n") + "\n"))
                }
                fence = nil
            } else if fence != nil {
                body.append(line)
            } else if line.hasPrefix("```") {
                fence = String(line.dropFirst(3))
                body = []
            }
        }
        return blocks
    }

    private static func commands(_ lines: [String]) -> [Page.Block] {
        var found: [(command: String, lines: [String])] = []
        for line in lines {
            if line.hasPrefix("$ ") {
                found.append((String(line.dropFirst(2)), []))
            } else if !found.isEmpty {
                found[found.count - 1].lines.append(line)
            }
        }
        return found.map { .command($0.command, lines: $0.lines) }
    }

    @Test func thePagesAreThere() {
        let paths = Self.pages.map(\.path)
        for path in ["Tutorial.md", "Cookbook.md"] { #expect(paths.contains(path)) }
        #expect(paths.count { $0.hasPrefix("Properties/") } >= 8)
    }

    /// Every kind of property that can be stated has a page.
    @Test(arguments: [
        "invariant", "always", "transition", "final", "reachable", "deadlock", "assert", "locks", "liveness", "prove",
    ])
    func everyKindOfPropertyHasAPage(name: String) {
        #expect(fileBytes("Documentation/Properties/\(name).md") != nil)
    }

    @Test(arguments: pages) func theCommandsPrintThis(page: Page) throws {
        let folder = try TemporaryFolder()
        let tools = try TemporaryFolder()
        try FileManager.default.createSymbolicLink(
            at: tools.url.appending(path: "shmcheck"), withDestinationURL: Command.program)
        let path = "\(tools.url.path()):/usr/bin:/bin"
        for block in page.blocks {
            switch block {
            case .file(let name, let text): try folder.write(name, Array(text.utf8))
            case .command(let command, let lines):
                let output = try Command.shell(command, in: folder.url, ["PATH": path, "COLUMNS": "100"])
                try compare(output, lines, command)
            }
        }
    }

    /// A line `…` stands for any lines.
    private func compare(_ output: String, _ lines: [String], _ command: String) throws {
        var rest = output.components(separatedBy: "\n").filter { !$0.isEmpty }[...]
        var maySkip = false
        for line in lines where !line.isEmpty {
            if line.trimmingCharacters(in: .whitespaces) == "…" {
                maySkip = true
                continue
            }
            guard let found = maySkip ? rest.firstIndex(of: line) : rest.first == line ? rest.startIndex : nil else {
                Issue.record("`\(command)` does not print: \(line)\nbut: \(output)")
                return
            }
            rest = rest[(found + 1)...]
            maySkip = false
        }
        #expect(maySkip || rest.isEmpty, "`\(command)` prints more: \(rest.joined(separator: "\n"))")
    }
}
