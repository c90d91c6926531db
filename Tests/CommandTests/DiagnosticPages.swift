// The pages of Documentation/Diagnostics.md, taken apart: titles, and the blocks between fences by their info words.

import Foundation

/// The folder of the package.
let packageFolder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

/// The bytes of a file of the repository, or nil.
func fileBytes(_ path: String) -> [UInt8]? {
    (try? Data(contentsOf: packageFolder.appending(path: path))).map { [UInt8]($0) }
}

/// One page of the reference of diagnostics.
struct DiagnosticPage: Sendable {
    let code: String
    /// Words outside of blocks.
    let words: String
    /// Blocks by info word: `rejected`, `suspicious`, `printed`, `mended`.
    let blocks: [String: String]

    /// All pages in order.
    static let all: [DiagnosticPage] = {
        let text = String(decoding: fileBytes("Documentation/Diagnostics.md") ?? [], as: UTF8.self)
        return text.components(separatedBy: "\n### ").dropFirst().map { DiagnosticPage(section: $0) }
    }()

    /// Info words that occur twice on a page.
    let repeated: [String]

    private init(section: String) {
        let lines = section.components(separatedBy: "\n")
        code = lines.first ?? ""
        var (words, blocks, repeated): ([String], [String: String], [String]) = ([], [:], [])
        var open: (info: String, lines: [String])?
        for line in lines.dropFirst() {
            if line.hasPrefix("## ") { break }
            if let block = open {
                if line == "```" {
                    if blocks[block.info] != nil { repeated.append(block.info) }
                    blocks[block.info] = block.lines.map { $0 + "\n" }.joined()
                    open = nil
                } else {
                    open?.lines.append(line)
                }
            } else if line.hasPrefix("```") {
                open = (String(line.dropFirst(3)), [])
            } else {
                words.append(line)
            }
        }
        self.words = words.joined(separator: "\n")
        self.blocks = blocks
        self.repeated = repeated
    }
}
