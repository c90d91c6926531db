// The syntax of expressions and types, as written: names are unresolved.

/// A name with its place.
public struct Identifier: Sendable, Hashable {
    /// The text of the name.
    public let text: String
    /// Where it stands.
    public let range: SourceRange
    /// A name found in a text.
    public init(text: String, range: SourceRange) {
        self.text = text
        self.range = range
    }
}

/// An expression as parsed.
public struct ExpressionSyntax: Sendable {
    /// What it is.
    public let kind: Kind
    /// From its first to its last byte.
    public let range: SourceRange
    /// An expression found in a text.
    public init(_ kind: Kind, _ range: SourceRange) {
        self.kind = kind
        self.range = range
    }

    /// The forms of `expr` in the grammar of the language reference.
    public indirect enum Kind: Sendable {
        /// Exact, at least zero, below 2^64.
        case integer(UInt64)
        case bool(Bool)
        case string(String)
        case `nil`
        case name(String)
        /// `self`, the running process.
        case selfProcess
        /// `.done`: a case of the enum that the context expects.
        case implicitCase(Identifier)
        /// `a.b`
        case member(ExpressionSyntax, Identifier)
        /// `a?.b`
        case optionalMember(ExpressionSyntax, Identifier)
        /// `a[i]`, also `client[0]`.
        case index(ExpressionSyntax, ExpressionSyntax)
        /// `a!`: a trap when nil.
        case unwrap(ExpressionSyntax)
        /// `f(x, label: y)`, methods included: the callee is then a `member`.
        case call(ExpressionSyntax, [ArgumentSyntax])
        case unary(UnaryOperatorSyntax, ExpressionSyntax)
        case binary(BinaryOperatorSyntax, ExpressionSyntax, ExpressionSyntax)
        /// `c ? a : b`
        case conditional(ExpressionSyntax, ExpressionSyntax, ExpressionSyntax)
        /// `a..<b` or `a...b`
        case rangeOf(ExpressionSyntax, ExpressionSyntax, isClosed: Bool)
        /// `[a, b]`
        case list([ExpressionSyntax])
        case quantifier(QuantifierSyntax)
        /// `choose(x in S where e) else { … }`; stands where a func call may stand.
        case choose([BinderSyntax], where: ExpressionSyntax?, otherwise: BlockSyntax?)
        /// `old(e)` in a `transition`.
        case old(ExpressionSyntax)
        /// What the parser puts in the place of a mistake that it reported.
        case missing
    }
}

/// `label: value` or `value` in a call.
public struct ArgumentSyntax: Sendable {
    /// `src` in `src: self`.
    public let label: Identifier?
    /// The value.
    public let value: ExpressionSyntax
    /// An argument found in a call.
    public init(label: Identifier?, value: ExpressionSyntax) {
        self.label = label
        self.value = value
    }
}

/// `-`, `!`, `~` before an operand.
public enum UnaryOperatorSyntax: String, Sendable, CaseIterable {
    case negate = "-"
    case not = "!"
    case complement = "~"
}

/// Infix operators, by their spelling.
public enum BinaryOperatorSyntax: String, Sendable, CaseIterable {
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
    case implies = "implies"
}

/// `x in S`
public struct BinderSyntax: Sendable {
    /// The bound name.
    public let name: Identifier
    /// A sort, an enum, `bool`, a range, an array, a `seq` or a `set`.
    public let domain: ExpressionSyntax
    /// A binder found in a quantifier or an action's parameters.
    public init(name: Identifier, domain: ExpressionSyntax) {
        self.name = name
        self.domain = domain
    }
}

/// `all x in S where c: e` and its relatives; `count` has no body.
public struct QuantifierSyntax: Sendable {
    /// Which fold over the domain.
    public enum Kind: String, Sendable, CaseIterable { case all, some, count, sum, min, max }
    /// Which fold.
    public let kind: Kind
    /// At least one.
    public let binders: [BinderSyntax]
    /// The filter.
    public let condition: ExpressionSyntax?
    /// What is folded; nil for `count`.
    public let body: ExpressionSyntax?
    /// A quantifier found in a text.
    public init(kind: Kind, binders: [BinderSyntax], condition: ExpressionSyntax?, body: ExpressionSyntax?) {
        self.kind = kind
        self.binders = binders
        self.condition = condition
        self.body = body
    }
}

/// A type as written.
public struct TypeSyntax: Sendable {
    /// What it is.
    public let kind: Kind
    /// From its first to its last byte.
    public let range: SourceRange
    /// A type found in a text.
    public init(_ kind: Kind, _ range: SourceRange) {
        self.kind = kind
        self.range = range
    }

    /// The forms of `type` in the grammar.
    public indirect enum Kind: Sendable {
        /// `u64`, `bool`, `pid`, `Request`, `frame`, `spinlock`.
        case name(String)
        /// `int in 0..<4`
        case integerRange(lower: ExpressionSyntax, upper: ExpressionSyntax, isClosed: Bool)
        /// `spinlock(fenced)`
        case fencedSpinlock
        case sequence(TypeSyntax, max: ExpressionSyntax)
        case set(TypeSyntax)
        case optional(TypeSyntax)
        /// `T[N]` or `T[sort]`; `T[A][B]` is an array over A of arrays over B.
        case array(TypeSyntax, index: ExpressionSyntax)
        /// What the parser puts in the place of a mistake that it reported.
        case missing
    }
}
