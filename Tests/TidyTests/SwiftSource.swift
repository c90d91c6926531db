// One Swift file, taken apart: its lines, its code without comments and strings, its comments.
import Foundation

/// A word, an attribute (`@inlinable`), a directive (`#if`) or one punctuation character of the code.
struct Token: Equatable {
    let text: String
    /// Counted from 1.
    let line: Int
}

/// A Swift file and what the rules ask about it.
struct SwiftSource {
    /// The path from the root of the repository.
    let path: String
    /// The lines as written; the text after the last line end is no line when it is empty.
    let lines: [String]
    /// The lines with everything blanked but their comments.
    let comments: [String]
    /// The code, without comments and without what string and regex literals contain.
    let tokens: [Token]
    /// What the file declares, in order, local declarations included.
    let declarations: [Declaration]

    init(path: String, text: String) {
        let layers = Layers(text)
        self.path = path
        lines = Self.lines(of: Array(text.utf8))
        comments = Self.lines(of: layers.comments)
        tokens = Self.tokens(of: layers.code)
        declarations = Declaration.all(in: tokens, lines: lines)
    }

    private static func lines(of text: [UInt8]) -> [String] {
        var lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines.map { String(decoding: $0, as: UTF8.self) }
    }

    private static func tokens(of code: [UInt8]) -> [Token] {
        var tokens: [Token] = []
        var line = 1
        var index = 0
        while index < code.count {
            let start = index
            let first = code[index]
            index += 1
            if first == UInt8(ascii: "\n") { line += 1 }
            if first.isBlank { continue }
            if first == UInt8(ascii: "`") {
                while index < code.count, code[index] != first { index += 1 }
                index = min(index + 1, code.count)
            } else if first.isWordPart || first == UInt8(ascii: "@") || first == UInt8(ascii: "#") {
                while index < code.count, code[index].isWordPart { index += 1 }
            }
            tokens.append(Token(text: String(decoding: code[start..<index], as: UTF8.self), line: line))
        }
        return tokens
    }
}

extension UInt8 {
    /// A space, a tab or a line end.
    var isBlank: Bool {
        self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") || self == UInt8(ascii: "\n")
            || self == UInt8(ascii: "\r")
    }

    /// A part of a word; every byte of a character outside ASCII counts.
    var isWordPart: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "$"), 0x80...:
            true
        default:
            false
        }
    }
}
