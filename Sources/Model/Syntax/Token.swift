// The smallest pieces of a spec's text, and the words that cannot be names.

/// One word, number, string or symbol of a text, with its place.
struct Token: Sendable {
    /// What stands there.
    enum Kind: Hashable, Sendable {
        case word(String)
        case integer(UInt64)
        case string(String)
        case symbol(Symbol)
        /// What the lexer could not read; it has a diagnostic already.
        case invalid
        case endOfFile
    }

    /// What stands there.
    let kind: Kind
    /// Offset of its first byte.
    let start: Int
    /// Offset just past its last byte.
    let end: Int
    /// Whether a newline lies between it and the token before it.
    let isFirstOnLine: Bool

    /// The text of a word.
    var word: String? {
        if case .word(let text) = kind { text } else { nil }
    }

    /// The symbol, if it is one.
    var symbol: Symbol? {
        if case .symbol(let symbol) = kind { symbol } else { nil }
    }

    /// Whether a line that begins with this token belongs to the line before.
    var continuesLine: Bool {
        switch kind {
        case .symbol(let symbol): symbol.continuesLine
        case .word(let text): text == "else" || text == "where" || text == "or" || text == "implies"
        case .integer, .string, .invalid, .endOfFile: false
        }
    }
}

/// Every symbol of the language, by its spelling.
enum Symbol: String, Sendable, CaseIterable {
    case leftParenthesis = "("
    case rightParenthesis = ")"
    case leftBracket = "["
    case rightBracket = "]"
    case leftBrace = "{"
    case rightBrace = "}"
    case comma = ","
    case colon = ":"
    case semicolon = ";"
    case dot = "."
    case optionalDot = "?."
    case question = "?"
    case exclamation = "!"
    case tilde = "~"
    case arrow = "->"
    case leadsTo = "~>"
    case halfOpenRange = "..<"
    case closedRange = "..."
    case equals = "="
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case remainder = "%"
    case wrappingAdd = "&+"
    case wrappingSubtract = "&-"
    case wrappingMultiply = "&*"
    case shiftLeft = "<<"
    case wrappingShiftLeft = "&<<"
    case shiftRight = ">>"
    case bitAnd = "&"
    case bitOr = "|"
    case bitXor = "^"
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case and = "&&"
    case or = "||"
    case addAssign = "+="
    case subtractAssign = "-="
    case multiplyAssign = "*="
    case divideAssign = "/="
    case remainderAssign = "%="
    case wrappingAddAssign = "&+="
    case wrappingSubtractAssign = "&-="
    case wrappingMultiplyAssign = "&*="
    case shiftLeftAssign = "<<="
    case wrappingShiftLeftAssign = "&<<="
    case shiftRightAssign = ">>="
    case bitAndAssign = "&="
    case bitOrAssign = "|="
    case bitXorAssign = "^="
    /// C's, which the language does not have; one token so that the message can say so.
    case increment = "++"
    case decrement = "--"

    /// The infix operator of this spelling.
    var binaryOperator: BinaryOperatorSyntax? { Self.binaryOperators[self] }

    /// The operator that a compound assignment of this spelling carries.
    var assignedOperator: BinaryOperatorSyntax? { Self.assignedOperators[self] }

    /// Whether a line that begins with this symbol belongs to the line before: binary operators, except those
    /// that an operand may begin with.
    var continuesLine: Bool {
        switch self {
        case .subtract, .bitAnd: false
        case .question, .colon, .dot, .optionalDot, .leadsTo, .halfOpenRange, .closedRange: true
        default: binaryOperator != nil
        }
    }

    private static let binaryOperators: [Symbol: BinaryOperatorSyntax] = {
        var table: [Symbol: BinaryOperatorSyntax] = [:]
        for operation in BinaryOperatorSyntax.allCases {
            if let symbol = Symbol(rawValue: operation.rawValue) { table[symbol] = operation }
        }
        return table
    }()

    private static let assignedOperators: [Symbol: BinaryOperatorSyntax] = {
        var table: [Symbol: BinaryOperatorSyntax] = [:]
        for operation in BinaryOperatorSyntax.allCases where !operation.isTruthValued {
            if let symbol = Symbol(rawValue: operation.rawValue + "=") { table[symbol] = operation }
        }
        return table
    }()
}

extension BinaryOperatorSyntax {
    /// Whether the result is true or false, whatever the operands.
    var isTruthValued: Bool {
        switch self {
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .and, .or, .implies: true
        case .add, .subtract, .multiply, .divide, .remainder, .wrappingAdd, .wrappingSubtract, .wrappingMultiply,
            .shiftLeft, .wrappingShiftLeft, .shiftRight, .bitAnd, .bitOr, .bitXor:
            false
        }
    }
}

/// Words that cannot name a declaration, a parameter or a local.
///
/// They may still stand after a dot, as a field, as an enum's case and as an argument's label, where nothing else
/// could be meant.
enum ReservedWords {
    /// Words that begin an item.
    static let items: Set<String> = [
        "spec", "const", "enum", "struct", "type", "import", "ordered", "sort", "harts", "shared", "per", "ghost",
        "init", "pure", "func", "fair", "strong", "action", "daemon", "process", "invariant", "transition", "final",
        "reachable", "eventually", "temporal", "leadsto", "prove", "check", "fault", "memory", "view", "kernel",
    ]

    /// Words that begin a statement.
    static let statements: Set<String> = [
        "fair", "strong", "let", "var", "if", "guard", "while", "for", "loop", "atomic", "hardware", "killable",
        "defer", "either", "await", "assert", "assume", "symbolic", "panic", "claim", "publish", "start", "join",
        "break", "continue", "return",
    ]

    /// Words inside statements and expressions that could not be told from a name.
    static let joints: Set<String> = ["else", "or", "where", "in", "implies", "true", "false", "nil", "self"]

    /// Whether a word cannot be a name.
    static func contains(_ word: String) -> Bool {
        items.contains(word) || statements.contains(word) || joints.contains(word)
    }
}
