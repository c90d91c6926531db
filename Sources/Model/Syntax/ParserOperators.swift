// Operators: Swift's precedences, and a warning where C would group differently.

/// An expression on its way up the parser, with what its parent must know.
struct Operand {
    /// The expression.
    let syntax: ExpressionSyntax
    /// Levels of the tree below and including it.
    let height: Int
    /// Its operator, unless it stands in parentheses or is none.
    let operation: BinaryOperatorSyntax?

    /// An expression of a known height.
    init(_ syntax: ExpressionSyntax, height: Int = 1, operation: BinaryOperatorSyntax? = nil) {
        self.syntax = syntax
        self.height = height
        self.operation = operation
    }
}

/// How tightly an infix operator binds, as in Swift.
enum Precedence: Int, Comparable {
    case implication, disjunction, conjunction, comparison, range, addition, multiplication, shift, none

    static func < (left: Precedence, right: Precedence) -> Bool { left.rawValue < right.rawValue }

    /// The next tighter one.
    var tighter: Precedence { Precedence(rawValue: rawValue + 1) ?? .none }
}

extension BinaryOperatorSyntax {
    /// Swift's precedence; `implies` is looser than all.
    var precedence: Precedence {
        switch self {
        case .shiftLeft, .wrappingShiftLeft, .shiftRight: .shift
        case .multiply, .divide, .remainder, .wrappingMultiply, .bitAnd: .multiplication
        case .add, .subtract, .wrappingAdd, .wrappingSubtract, .bitOr, .bitXor: .addition
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: .comparison
        case .and: .conjunction
        case .or: .disjunction
        case .implies: .implication
        }
    }

    /// C's precedence, larger is tighter; nil for what C does not have.
    var precedenceInC: Int? {
        switch self {
        case .multiply, .divide, .remainder, .wrappingMultiply: 10
        case .add, .subtract, .wrappingAdd, .wrappingSubtract: 9
        case .shiftLeft, .wrappingShiftLeft, .shiftRight: 8
        case .less, .lessOrEqual, .greater, .greaterOrEqual: 7
        case .equal, .notEqual: 6
        case .bitAnd: 5
        case .bitXor: 4
        case .bitOr: 3
        case .and: 2
        case .or: 1
        case .implies: nil
        }
    }
}

extension Parser {
    /// An infix operator of the grammar: a binary one, or a range.
    private enum Infix {
        case binary(BinaryOperatorSyntax)
        case range(isClosed: Bool)

        var precedence: Precedence {
            switch self {
            case .binary(let operation): operation.precedence
            case .range: .range
            }
        }
    }

    private var infix: Infix? {
        guard !isAtLineEnd else { return nil }
        switch current.kind {
        case .word("implies"): return .binary(.implies)
        case .symbol(.halfOpenRange): return .range(isClosed: false)
        case .symbol(.closedRange): return .range(isClosed: true)
        case .symbol(let symbol): return symbol.binaryOperator.map(Infix.binary)
        case .word, .integer, .string, .invalid, .endOfFile: return nil
        }
    }

    /// Operands joined by operators that bind at least as tightly as `minimum`.
    mutating func binaryOperand(_ minimum: Precedence) throws(SyntaxError) -> Operand {
        var left = try unaryOperand()
        while let infix, infix.precedence >= minimum {
            switch infix {
            case .binary(let operation): left = try binary(operation, after: left)
            case .range(let isClosed):
                advance(continuing: true)
                let right = try binaryOperand(.addition)
                left = try joined(.rangeOf(left.syntax, right.syntax, isClosed: isClosed), left, right)
            }
        }
        return left
    }

    private mutating func binary(_ operation: BinaryOperatorSyntax, after left: Operand) throws(SyntaxError) -> Operand
    {
        if operation.precedence == .comparison, let earlier = left.operation, earlier.precedence == .comparison {
            throw fail(
                .chainedComparison, "`\(operation.rawValue)` cannot follow `\(earlier.rawValue)` without parentheses",
                at: currentRange, notes: ["write `a < b && b < c`, or put one comparison in parentheses"])
        }
        let place = currentRange
        advance(continuing: true)
        let right: Operand
        if operation == .implies {
            try enter()
            right = try binaryOperand(.implication)
            leave()
        } else {
            right = try binaryOperand(operation.precedence.tighter)
        }
        warnIfDifferentInC(operation, place, left, right)
        return try joined(.binary(operation, left.syntax, right.syntax), left, right, operation: operation)
    }

    /// A node over two operands, within the limit on height.
    mutating func joined(
        _ kind: ExpressionSyntax.Kind, _ left: Operand, _ right: Operand, operation: BinaryOperatorSyntax? = nil
    ) throws(SyntaxError) -> Operand {
        let syntax = ExpressionSyntax(kind, left.syntax.range.union(right.syntax.range))
        return try checked(Operand(syntax, height: max(left.height, right.height) + 1, operation: operation))
    }

    /// The operand itself, unless its tree is too high.
    mutating func checked(_ operand: Operand) throws(SyntaxError) -> Operand {
        if depth + operand.height > Self.nestingLimit { throw failTooDeep() }
        return operand
    }

    private mutating func warnIfDifferentInC(
        _ outer: BinaryOperatorSyntax, _ place: SourceRange, _ left: Operand, _ right: Operand
    ) {
        guard let outerInC = outer.precedenceInC else { return }
        if let inner = left.operation, let innerInC = inner.precedenceInC, innerInC < outerInC {
            warn(inner, inside: left, outer, place)
        }
        if let inner = right.operation, let innerInC = inner.precedenceInC, innerInC <= outerInC {
            warn(inner, inside: right, outer, place)
        }
    }

    private mutating func warn(
        _ inner: BinaryOperatorSyntax, inside operand: Operand, _ outer: BinaryOperatorSyntax, _ place: SourceRange
    ) {
        let relation = inner.precedence == outer.precedence ? "is taken before" : "binds tighter than"
        report(
            .precedenceDiffersFromC, "`\(inner.rawValue)` \(relation) `\(outer.rawValue)` here, other than in C",
            at: place, notes: ["if that is meant, write `(\(source.text(of: operand.syntax.range)))`"])
    }
}
