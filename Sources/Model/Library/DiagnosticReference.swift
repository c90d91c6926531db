// The pages of Documentation/Diagnostics.md, embedded in the binary, as text for a terminal.

import CLibrary

/// The reference of diagnostics.
public enum DiagnosticReference {
    /// Columns beyond which running text is hard to read.
    private static let comfortableWidth = 100

    /// The page of a code: words wrapped to the width, examples indented.
    public static func text(of code: DiagnosticCode, width: Int) -> String {
        var lines = ["\(code.severity.rawValue)[\(code.rawValue)]", ""]
        for block in blocks(of: code) {
            switch block {
            case .words(let text):
                lines += wrapped(text.replacing("*What helps:*", with: "What helps:"), width)
            case .example(let kind, let text):
                lines.append("\(kind):")
                lines += text.map { $0.isEmpty ? "" : "    \($0)" }
            }
            lines.append("")
        }
        return lines.dropLast().map { $0 + "\n" }.joined()
    }

    /// Every code with the first sentence of its page, in the order of the pages.
    public static func list(width: Int) -> String {
        let column = (DiagnosticCode.allCases.map(\.rawValue.count).max() ?? 0) + 2
        return DiagnosticCode.allCases.map { code in
            var sentence = ""
            if case .words(let text)? = blocks(of: code).first { sentence = firstSentence(of: text) }
            let room = max(width - column, 20)
            let shown = sentence.count > room ? "\(sentence.prefix(room - 1))…" : sentence
            return code.rawValue + String(repeating: " ", count: column - code.rawValue.count) + shown + "\n"
        }.joined()
    }

    // MARK: Pages

    private enum Block {
        /// A paragraph, its lines joined.
        case words(String)
        case example(kind: String, [String])
    }

    private static let pages: [String: [Substring]] = {
        let file = diagnostic_reference()
        let text = String(decoding: UnsafeBufferPointer(start: file.bytes, count: file.size), as: UTF8.self)
        var pages: [String: [Substring]] = [:]
        var name: String?
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("### ") {
                name = String(line.dropFirst(4))
            } else if line.hasPrefix("## ") {
                name = nil
            } else if let name {
                pages[name, default: []].append(line)
            }
        }
        return pages
    }()

    private static func blocks(of code: DiagnosticCode) -> [Block] {
        var blocks: [Block] = []
        var paragraph: [Substring] = []
        var example: (kind: String, lines: [String])?
        func endParagraph() {
            if !paragraph.isEmpty { blocks.append(.words(paragraph.joined(separator: " "))) }
            paragraph = []
        }
        for line in pages[code.rawValue] ?? [] {
            if let open = example {
                if line == "```" {
                    blocks.append(.example(kind: open.kind, open.lines))
                    example = nil
                } else {
                    example?.lines.append(String(line))
                }
            } else if line.hasPrefix("```") {
                endParagraph()
                example = (String(line.dropFirst(3)), [])
            } else if line.isEmpty {
                endParagraph()
            } else {
                paragraph.append(line)
            }
        }
        endParagraph()
        return blocks
    }

    private static func firstSentence(of text: String) -> String {
        guard let end = text.firstRange(of: ". ") else { return text }
        return String(text[..<end.lowerBound]) + "."
    }

    private static func wrapped(_ text: String, _ width: Int) -> [String] {
        let room = max(min(width, comfortableWidth), 40)
        var lines: [String] = [""]
        for word in text.split(separator: " ") {
            let last = lines[lines.count - 1]
            if last.isEmpty {
                lines[lines.count - 1] = String(word)
            } else if last.count + 1 + word.count <= room {
                lines[lines.count - 1] += " \(word)"
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }
}
