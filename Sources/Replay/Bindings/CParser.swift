// The grammar of C's expressions, without assignment and calls.

/// Parses an expression of the kernel's side.
struct CParser {
    private let tokens: [CToken]
    private var position = 0
    private var depth = 0
    private let whole: String

    static func parse(_ text: String) throws(BindingError) -> CSyntax {
        var parser = try CParser(text)
        guard parser.tokens.count <= 500 else {
            throw BindingError(.unresolved, part: String(text.prefix(40)), "the expression is too long")
        }
        let syntax = try parser.expression(0)
        guard parser.current.kind == .end else { throw parser.unexpected("an operator") }
        return syntax
    }

    private init(_ text: String) throws(BindingError) {
        tokens = try CToken.all(of: text)
        whole = text
    }

    private var current: CToken { tokens[min(position, tokens.count - 1)] }
    private func peek(_ count: Int) -> CToken { tokens[min(position + count, tokens.count - 1)] }
    private func at(_ sign: String) -> Bool { current.kind == .sign && current.text == sign }

    private mutating func take(_ sign: String) -> Bool {
        guard at(sign) else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ sign: String) throws(BindingError) {
        guard take(sign) else { throw unexpected("`\(sign)`") }
    }

    private func unexpected(_ wanted: String) -> BindingError {
        let found = current.kind == .end ? current.text : "`\(current.text)`"
        return BindingError(.unresolved, part: whole, "expected \(wanted), found \(found)")
    }

    private mutating func name(_ what: String) throws(BindingError) -> String {
        guard current.kind == .name else { throw unexpected(what) }
        defer { position += 1 }
        return current.text
    }

    /// C's precedences, weakest first.
    private static let levels: [[String]] = [
        ["||"], ["&&"], ["|"], ["^"], ["&"], ["==", "!="], ["<", "<=", ">", ">="], ["<<", ">>"], ["+", "-"],
        ["*", "/", "%"],
    ]

    private mutating func expression(_ level: Int) throws(BindingError) -> CSyntax {
        depth += 1
        defer { depth -= 1 }
        guard depth < 200 else { throw BindingError(.unresolved, part: whole, "the expression is nested too deeply") }
        guard level < Self.levels.count else { return try unary() }
        var left = try expression(level + 1)
        while current.kind == .sign, Self.levels[level].contains(current.text) {
            let sign = current.text
            position += 1
            left = .binary(sign, left, try expression(level + 1))
        }
        if level == 0, take("?") {
            let yes = try expression(0)
            try expect(":")
            return .conditional(left, yes, try expression(0))
        }
        return left
    }

    private mutating func unary() throws(BindingError) -> CSyntax {
        depth += 1
        defer { depth -= 1 }
        guard depth < 200 else { throw BindingError(.unresolved, part: whole, "the expression is nested too deeply") }
        for sign in ["!", "~", "-", "+", "*", "&"] where take(sign) { return .unary(sign, try unary()) }
        if current.kind == .name, current.text == "sizeof" {
            position += 1
            if at("("), let (type, stars) = try typeInParentheses() { return .sizeOfType(type: type, stars: stars) }
            return .sizeOf(try unary())
        }
        if at("("), let (type, stars) = try typeInParentheses() { return .cast(type: type, stars: stars, try unary()) }
        return try postfix(primary())
    }

    /// `(struct proc *)`; nil when it is no type: a name alone is one where an operand follows.
    private mutating func typeInParentheses() throws(BindingError) -> (String, Int)? {
        let start = position
        guard take("("), current.kind == .name else {
            position = start
            return nil
        }
        var words: [String] = []
        while current.kind == .name {
            if !["const", "volatile"].contains(current.text) { words.append(current.text) }
            position += 1
        }
        var stars = 0
        while take("*") { stars += 1 }
        let isType = stars > 0 || words.count > 1 || Self.plainTypes.contains(words[0])
        guard take(")"), isType || startsOperand else {
            position = start
            return nil
        }
        return (words.joined(separator: " "), stars)
    }

    private static let plainTypes: Set<String> = [
        "char", "short", "int", "long", "unsigned", "signed", "void", "_Bool", "float", "double",
    ]

    private var startsOperand: Bool { current.kind == .name || current.kind == .number || at("(") }

    private mutating func primary() throws(BindingError) -> CSyntax {
        if take("(") {
            let inner = try expression(0)
            try expect(")")
            return inner
        }
        if take(".") { return .ownMember(try name("a member's name")) }
        if current.kind == .number {
            defer { position += 1 }
            return try number(current.text)
        }
        if current.kind == .string {
            let file = current.text
            position += 1
            try expect("::")
            return .name(try name("a variable of that file"), file: file)
        }
        let word = try name("a variable, a number or `(`")
        guard at("(") else { return .name(word, file: nil) }
        position += 1
        switch word {
        case "sv39":
            let root = try expression(0)
            try expect(")")
            return .tableWalk(root)
        case "tlb":
            let hart = try expression(0)
            try expect(")")
            return .translations(hart)
        case "user":
            guard current.kind == .string else { throw unexpected("a program's name in quotes") }
            let program = current.text
            position += 1
            try expect(")")
            try expect(".")
            return .user(program: program, name: try name("a variable of the program"))
        default:
            throw BindingError(
                .unresolved, part: "\(word)(…)",
                "\(word) is called: a binding runs no code; `sv39(e)`, `tlb(hart)` and `user(\"p\")` are all")
        }
    }

    private mutating func postfix(_ first: CSyntax) throws(BindingError) -> CSyntax {
        var syntax = first
        while true {
            if take("[") {
                if take("]") {
                    syntax = .index(syntax, nil)
                } else {
                    syntax = .index(syntax, try expression(0))
                    try expect("]")
                }
            } else if take(".") {
                syntax = .member(syntax, try name("a member's name"), isArrow: false)
            } else if take("->") {
                syntax = .member(syntax, try name("a member's name"), isArrow: true)
            } else {
                return syntax
            }
        }
    }

    /// C's integer constants: decimal, `0x`, `0b`, octal, with suffixes, and `'c'`.
    private func number(_ text: String) throws(BindingError) -> CSyntax {
        let wrong = BindingError(.unresolved, part: text, "\(text) is no integer of C")
        if text.hasPrefix("'") {
            let characters = Array(text.utf8.dropFirst().dropLast())
            let escapes: [UInt8: UInt8] = [0x6e: 10, 0x74: 9, 0x30: 0, 0x72: 13, 0x5c: 0x5c]
            let code = characters.count == 2 && characters[0] == 0x5c ? escapes[characters[1]] : characters.first
            guard characters.count == 1 || characters.count == 2 && characters[0] == 0x5c, let code else { throw wrong }
            return .number(Int128(code), isUnsigned: false, isLong: false, text: text)
        }
        var digits = Substring(text.lowercased())
        var suffix = ""
        while let last = digits.last, last == "u" || last == "l" {
            suffix.append(last)
            digits.removeLast()
        }
        var radix = 10
        if digits.hasPrefix("0x") {
            radix = 16
        } else if digits.hasPrefix("0b") {
            radix = 2
        } else if digits.hasPrefix("0"), digits.count > 1 {
            radix = 8
        }
        if radix == 16 || radix == 2 { digits = digits.dropFirst(2) }
        guard !digits.isEmpty, let value = UInt64(digits, radix: radix) else { throw wrong }
        let isLong = suffix.contains("l") || value > UInt64(UInt32.max) || radix == 10 && value > UInt64(Int32.max)
        let isUnsigned =
            suffix.contains("u") || value > UInt64(Int64.max) || radix != 10 && !isLong && value > UInt64(Int32.max)
        return .number(Int128(value), isUnsigned: isUnsigned, isLong: isLong, text: text)
    }
}
