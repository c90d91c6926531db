// The syntax of statements, as written.

/// `{ … }`
public struct BlockSyntax: Sendable {
    /// In program order.
    public let statements: [StatementSyntax]
    /// From brace to brace.
    public let range: SourceRange
    /// A block found in a text.
    public init(statements: [StatementSyntax], range: SourceRange) {
        self.statements = statements
        self.range = range
    }
}

/// `fair`, `strong fair`, with an optional `when CONST`.
public struct FairnessSyntax: Sendable {
    /// `strong fair` rather than `fair`.
    public let isStrong: Bool
    /// The constant after `when`.
    public let condition: ExpressionSyntax?
    /// A fairness clause found in a text.
    public init(isStrong: Bool, condition: ExpressionSyntax?) {
        self.isStrong = isStrong
        self.condition = condition
    }
}

/// `[fair] name:` before a statement.
public struct LabelSyntax: Sendable {
    /// The step's name.
    public let name: Identifier
    /// Fairness of that step.
    public let fairness: FairnessSyntax?
    /// A label found in a text.
    public init(name: Identifier, fairness: FairnessSyntax?) {
        self.name = name
        self.fairness = fairness
    }
}

/// The condition of `if` and `guard`: a truth value, or `let x = optional`.
public enum ConditionSyntax: Sendable {
    case expression(ExpressionSyntax)
    case binding(Identifier, ExpressionSyntax)
}

/// A statement as parsed.
public struct StatementSyntax: Sendable {
    /// What it is.
    public let kind: Kind
    /// `put:` before it.
    public let label: LabelSyntax?
    /// From its first byte, label included, to its last.
    public let range: SourceRange
    /// A statement found in a text.
    public init(_ kind: Kind, label: LabelSyntax?, range: SourceRange) {
        self.kind = kind
        self.label = label
        self.range = range
    }

    /// The forms of `stmt` in the grammar of the language reference.
    public indirect enum Kind: Sendable {
        /// `place = e`; a compound assignment carries its operator: `x += e`.
        case assign(ExpressionSyntax, operation: BinaryOperatorSyntax?, ExpressionSyntax)
        /// A call that stands alone: funcs, `acquire(l)`, `accepted.append(r)`.
        case call(ExpressionSyntax)
        /// `let x: T = e` or `var x: T = e`.
        case variable(Identifier, isMutable: Bool, type: TypeSyntax?, value: ExpressionSyntax?)
        /// An empty `otherwise` and a missing one differ; `else if` is a block of one `if`.
        case conditional(ConditionSyntax, then: BlockSyntax, otherwise: BlockSyntax?)
        case guarded(ConditionSyntax, otherwise: BlockSyntax)
        case whileLoop(ExpressionSyntax, BlockSyntax)
        case forLoop(Identifier, domain: ExpressionSyntax, where: ExpressionSyntax?, BlockSyntax)
        case loop(BlockSyntax)
        case atomic(BlockSyntax)
        case hardware(BlockSyntax)
        case killable(ExpressionSyntax, BlockSyntax, otherwise: BlockSyntax)
        case `defer`(BlockSyntax)
        /// `either { } or { }`; at least one.
        case either([BlockSyntax])
        case await(ExpressionSyntax)
        case assert(ExpressionSyntax, message: String?)
        case assume(ExpressionSyntax)
        case symbolic(Identifier, TypeSyntax, where: ExpressionSyntax?)
        case panic(String)
        case claim(ExpressionSyntax)
        case publish(ExpressionSyntax)
        /// `start t[c](args)`
        case start(Identifier, index: ExpressionSyntax?, [ArgumentSyntax])
        /// `join t[c]`
        case join(ExpressionSyntax)
        case `break`
        case `continue`
        case `return`(ExpressionSyntax?)
        /// A bare expression, legal only as the last line of a `prove` block: what is to be shown.
        case expression(ExpressionSyntax)
        /// What the parser puts in the place of a mistake that it reported.
        case missing
    }
}
