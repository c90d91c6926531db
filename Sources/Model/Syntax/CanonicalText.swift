// A text without what means nothing: comments and blanks are gone, the ends of lines that end statements are not.

/// Reduces texts to what they mean to the parser.
public enum CanonicalText {
    /// The tokens of a range, each set apart; equal for texts that differ in comments and blanks alone.
    public static func text(of range: SourceRange) -> String {
        let end = min(range.end, range.file.bytes.count)
        guard range.start < end else { return "" }
        let part = SourceFile(path: range.file.path, bytes: Array(range.file.bytes[range.start..<end]))
        var text = ""
        for token in Lexer.tokens(of: part).tokens where token.kind != .endOfFile {
            text += token.isFirstOnLine && !text.isEmpty ? "\n" : "\u{1F}"
            // Numbers and strings have several spellings.
            switch token.kind {
            case .integer(let number): text += String(number)
            case .string(let string): text += "\"\(string)\""
            case .word, .symbol, .invalid, .endOfFile:
                text += String(decoding: part.bytes[token.start..<token.end], as: UTF8.self)
            }
        }
        return text
    }
}
