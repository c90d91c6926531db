// Expressions of C as a `kernel` block writes them: text to tree.

/// An expression of C with what the kernel block adds: `sv39(e)`, `user("program").name`, `.member` alone, `x[]`.
indirect enum CSyntax: Sendable {
    case number(Int128, isUnsigned: Bool, isLong: Bool, text: String)
    /// `proc`, or `"proc.c"::proc` for the one of that file.
    case name(String, file: String?)
    /// `user("crypto_cli").op`, up to the program's variable.
    case user(program: String, name: String)
    case member(CSyntax, String, isArrow: Bool)
    /// `.src_pid`: of what the line binds.
    case ownMember(String)
    /// The index is nil in `proc[]`.
    case index(CSyntax, CSyntax?)
    case tableWalk(CSyntax)
    case unary(String, CSyntax)
    case binary(String, CSyntax, CSyntax)
    case conditional(CSyntax, CSyntax, CSyntax)
    case cast(type: String, stars: Int, CSyntax)
    case sizeOf(CSyntax)
    case sizeOfType(type: String, stars: Int)

    /// As written, with the spaces that matter.
    var text: String {
        switch self {
        case .number(_, _, _, let text): text
        case .name(let name, let file): file.map { "\"\($0)\"::\(name)" } ?? name
        case .user(let program, let name): "user(\"\(program)\").\(name)"
        case .member(let base, let name, let isArrow): "\(base.text)\(isArrow ? "->" : ".")\(name)"
        case .ownMember(let name): ".\(name)"
        case .index(let base, let index): "\(base.text)[\(index?.text ?? "")]"
        case .tableWalk(let root): "sv39(\(root.text))"
        case .unary(let sign, let operand): "\(sign)\(operand.text)"
        case .binary(let sign, let left, let right): "\(left.text) \(sign) \(right.text)"
        case .conditional(let test, let yes, let no): "\(test.text) ? \(yes.text) : \(no.text)"
        case .cast(let type, let stars, let operand):
            "(\(type)\(stars > 0 ? " " : "")\(String(repeating: "*", count: stars)))\(operand.text)"
        case .sizeOf(let operand): "sizeof(\(operand.text))"
        case .sizeOfType(let type, let stars): "sizeof(\(type)\(String(repeating: "*", count: stars)))"
        }
    }
}

/// A word, a number, a string or a sign of C.
struct CToken: Equatable {
    enum Kind: Equatable { case name, number, string, sign, end }
    let kind: Kind
    let text: String

    /// Takes a text apart.
    static func all(of text: String) throws(BindingError) -> [CToken] {
        let bytes = Array(text.utf8)
        var tokens: [CToken] = []
        var at = 0
        func slice(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
        while at < bytes.count {
            let start = at
            let byte = bytes[at]
            if byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d {
                at += 1
            } else if isLetter(byte) {
                while at < bytes.count, isLetter(bytes[at]) || isDigit(bytes[at]) { at += 1 }
                tokens.append(CToken(kind: .name, text: slice(start..<at)))
            } else if isDigit(byte) {
                while at < bytes.count, isLetter(bytes[at]) || isDigit(bytes[at]) { at += 1 }
                tokens.append(CToken(kind: .number, text: slice(start..<at)))
            } else if byte == 0x22 || byte == 0x27 {
                at += 1
                while at < bytes.count, bytes[at] != byte { at += 1 }
                guard at < bytes.count else {
                    throw BindingError(.unresolved, part: slice(start..<at), "a quote that does not end")
                }
                at += 1
                let body = slice(start + 1..<at - 1)
                tokens.append(CToken(kind: byte == 0x22 ? .string : .number, text: byte == 0x22 ? body : "'\(body)'"))
            } else if let sign = signs.first(where: { bytes[at...].starts(with: $0.utf8) }) {
                at += sign.utf8.count
                tokens.append(CToken(kind: .sign, text: sign))
            } else {
                throw BindingError(
                    .unresolved, part: text, "`\(slice(start..<start + 1))` has no place in an expression of C")
            }
        }
        tokens.append(CToken(kind: .end, text: "the end of the line"))
        return tokens
    }

    private static let signs = [
        "->", "<<", ">>", "<=", ">=", "==", "!=", "&&", "||", "::", "(", ")", "[", "]", ".", "+", "-", "*", "/", "%",
        "&",
        "|", "^", "~", "!", "<", ">", "?", ":", ",", "=",
    ]

    private static func isLetter(_ byte: UInt8) -> Bool {
        (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte) || byte == 0x5f || byte == 0x24 || byte >= 0x80
    }
    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
