// Separates a Swift text into code and comments, and blanks what string and regex literals contain.

/// Two texts of the length of the original, with the line ends in the same places.
///
/// Of a literal only the quotes stay in `code`: braces, keywords and comment signs inside it mean nothing. A bare
/// regex literal (`/…/`) is told from a division by what stands before it, as a reader would.
struct Layers {
    private(set) var code: [UInt8]
    private(set) var comments: [UInt8]
    private let text: [UInt8]
    private var index = 0

    init(_ text: String) {
        self.text = Array(text.utf8)
        code = self.text.map { $0 == UInt8(ascii: "\n") ? $0 : UInt8(ascii: " ") }
        comments = code
        while index < self.text.count { takeNext() }
    }

    private mutating func takeNext() {
        if at("//") || at("/*") {
            takeComment()
        } else if let hashCount = hashCountOfLiteral(openedBy: "\"") {
            takeString(hashCount: hashCount)
        } else if let hashCount = hashCountOfLiteral(openedBy: "/"), hashCount > 0 || isRegexStart {
            takeRegex(hashCount: hashCount)
        } else if at("`") {
            takeRawIdentifier()
        } else {
            code[index] = text[index]
            index += 1
        }
    }

    private func at(_ sign: String, offset: Int = 0) -> Bool {
        text[min(index + offset, text.count)...].starts(with: sign.utf8)
    }

    private var atLineEnd: Bool { index >= text.count || text[index] == UInt8(ascii: "\n") }

    private mutating func takeComment() {
        let start = index
        if at("//") {
            while !atLineEnd { index += 1 }
        } else {
            var depth = 0
            repeat {
                if at("/*") { depth += 1 } else if at("*/") { depth -= 1 }
                index += at("/*") || at("*/") ? 2 : 1
            } while depth > 0 && index < text.count
            index = min(index, text.count)
        }
        comments.replaceSubrange(start..<index, with: text[start..<index])
    }

    /// The number of `#` before the opening sign when a literal of this kind starts here.
    private func hashCountOfLiteral(openedBy sign: String) -> Int? {
        let hashCount = text[index...].prefix { $0 == UInt8(ascii: "#") }.count
        return at(sign, offset: hashCount) ? hashCount : nil
    }

    private mutating func takeString(hashCount: Int) {
        let hashes = String(repeating: "#", count: hashCount)
        let quotes = at("\"\"\"", offset: hashCount) ? "\"\"\"" : "\""
        code[index + hashCount] = UInt8(ascii: "\"")
        index += hashCount + quotes.utf8.count
        while index < text.count, !(quotes.utf8.count == 1 && atLineEnd) {
            if at(quotes + hashes) {
                code[index] = UInt8(ascii: "\"")
                index += quotes.utf8.count + hashCount
                return
            }
            if at("\\" + hashes + "(") {
                index += hashCount + 2
                skipInterpolation()
            } else {
                // An escaped quote, or an escaped backslash before a quote, ends nothing.
                index += at("\\" + hashes) ? hashCount + 2 : 1
            }
        }
        index = min(index, text.count)
    }

    /// Passes over the code in `\(…)`, up to and with its closing parenthesis.
    private mutating func skipInterpolation() {
        var inner = self
        var depth = 1
        while depth > 0, inner.index < text.count {
            if inner.at("(") { depth += 1 } else if inner.at(")") { depth -= 1 }
            inner.takeNext()
        }
        index = inner.index
    }

    /// A `/` opens a regex only where no operand can stand before it, and when the line closes it again.
    private var isRegexStart: Bool {
        let before = code[..<index].last { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }
        guard before == nil || "(,=:[{;\n".utf8.contains(before ?? 0), index + 1 < text.count,
            !text[index + 1].isBlank, !"/*)".utf8.contains(text[index + 1])
        else { return false }
        return text[(index + 1)...].prefix { $0 != UInt8(ascii: "\n") }.contains(UInt8(ascii: "/"))
    }

    private mutating func takeRegex(hashCount: Int) {
        let closing = "/" + String(repeating: "#", count: hashCount)
        index += hashCount + 1
        // Only a regex with hashes may go over lines, and only when its first line is empty.
        let isMultiline = hashCount > 0 && atLineEnd
        while index < text.count, !at(closing), isMultiline || !atLineEnd {
            index += at("\\") ? 2 : 1
        }
        index = min(index + closing.utf8.count, text.count)
    }

    private mutating func takeRawIdentifier() {
        repeat {
            code[index] = text[index]
            index += 1
        } while !atLineEnd && !at("`")
        if at("`") {
            code[index] = text[index]
            index += 1
        }
    }
}
