// The syntax of a spec file: declarations, properties, checks, faults, bindings.

/// One parsed file.
public struct SpecSyntax: Sendable {
    /// `spec NAME`.
    public let name: Identifier
    /// In file order.
    public let items: [ItemSyntax]
    /// The file.
    public let source: SourceFile
    /// A file as parsed.
    public init(name: Identifier, items: [ItemSyntax], source: SourceFile) {
        self.name = name
        self.items = items
        self.source = source
    }
}

/// `guarded by L`, `guarded by L for writing`, `private`.
public enum ProtectionSyntax: Sendable {
    case guarded(by: ExpressionSyntax, forWritingOnly: Bool)
    case isPrivate(SourceRange)
}

/// An initial value: an expression or `any`.
public enum InitialValueSyntax: Sendable {
    case expression(ExpressionSyntax)
    case any(SourceRange)
}

/// `name: type [protection] [aligned e] [= initial]`
public struct FieldSyntax: Sendable {
    /// The field's name.
    public let name: Identifier
    /// Absent only where it is inferred from the initial value (`ghost var served = 0`).
    public let type: TypeSyntax?
    /// The field's own clause.
    public let protection: ProtectionSyntax?
    /// The expression after `aligned`.
    public let alignment: ExpressionSyntax?
    /// The expression after `=`.
    public let initial: InitialValueSyntax?
    /// The whole field.
    public let range: SourceRange
    /// A field found in a text.
    public init(
        name: Identifier, type: TypeSyntax?, protection: ProtectionSyntax?, alignment: ExpressionSyntax?,
        initial: InitialValueSyntax?, range: SourceRange
    ) {
        self.name = name
        self.type = type
        self.protection = protection
        self.alignment = alignment
        self.initial = initial
        self.range = range
    }
}

/// `name: type` of a func, a pure or a `starts` process; `inout` passes a shared place.
public struct ParameterSyntax: Sendable {
    /// The parameter's name, which is its label at the call too.
    public let name: Identifier
    /// Its type.
    public let type: TypeSyntax
    /// `lock: inout spinlock`.
    public let isInout: Bool
    /// A parameter found in a text.
    public init(name: Identifier, type: TypeSyntax, isInout: Bool) {
        self.name = name
        self.type = type
        self.isInout = isInout
    }
}

/// Kinds of properties that are written as `kind NAME: expr`.
public enum PropertyKindSyntax: String, Sendable, CaseIterable {
    case invariant
    case invariantAlways = "invariant always"
    case transition
    case final
    case reachable
    case reachableAlways = "reachable always"
    case eventually
    case temporal
}

/// `CONST: value` in a check, a fault or an import.
public struct SettingSyntax: Sendable {
    /// A constant's name, or `memory`, `depth`, `dependencies`.
    public let name: Identifier
    /// Its value.
    public let value: ExpressionSyntax
    /// A setting found in a text.
    public init(name: Identifier, value: ExpressionSyntax) {
        self.name = name
        self.value = value
    }
}

/// What follows `expect`.
public enum OutcomeSyntax: Sendable {
    case holds
    case violated(Identifier, only: Bool)
    case notReached(Identifier)
    case deadlock
    case rejected(Identifier)
}

/// One item of a file.
public struct ItemSyntax: Sendable {
    /// What it is.
    public let kind: Kind
    /// From its first to its last byte.
    public let range: SourceRange
    /// `///` lines before it, joined by newlines.
    public let documentation: String?
    /// An item found in a text.
    public init(_ kind: Kind, range: SourceRange, documentation: String?) {
        self.kind = kind
        self.range = range
        self.documentation = documentation
    }

    /// The forms of `item` in the grammar of the language reference.
    public indirect enum Kind: Sendable {
        /// One per name: `const A = 1, B = 2` gives two items.
        case constant(Identifier, type: TypeSyntax?, InitialValueSyntax)
        case enumeration(Identifier, [Identifier])
        case structure(Identifier, [FieldSyntax])
        /// `type Item = Request`, a name for a type; an import may set it.
        case typeAlias(Identifier, TypeSyntax)
        case importFile(path: String, pathRange: SourceRange, [SettingSyntax])
        case sort(Identifier, count: ExpressionSyntax, isOrdered: Bool, isSymmetric: Bool)
        case harts(ExpressionSyntax)
        /// `shared var x: T`
        case sharedVariable(FieldSyntax)
        /// `shared queue[index] guarded by lock { fields }`
        case sharedGroup(Identifier, index: ExpressionSyntax?, ProtectionSyntax?, [FieldSyntax])
        case perHartVariable(FieldSyntax)
        case ghostVariable(FieldSyntax)
        case initialize(BlockSyntax)
        case pure(Identifier, [ParameterSyntax], TypeSyntax, PureBodySyntax)
        case function(
            Identifier, [ParameterSyntax], result: TypeSyntax?, returnsHolding: [ExpressionSyntax], BlockSyntax)
        case action(Identifier, [BinderSyntax], when: ExpressionSyntax?, BlockSyntax, FairnessSyntax?)
        case process(ProcessSyntax)
        case property(PropertyKindSyntax, Identifier, ExpressionSyntax, message: String?)
        case leadsTo(Identifier, [BinderSyntax], ExpressionSyntax, ExpressionSyntax, message: String?)
        case prove(Identifier, [ParameterSyntax], where: ExpressionSyntax?, BlockSyntax, message: String?)
        case check(name: Identifier?, [SettingSyntax], OutcomeSyntax?)
        case fault(Identifier, [SettingSyntax], story: String, [ItemSyntax], OutcomeSyntax?)
        case memory(Identifier)
        /// `view queue as ring(slots, head: read, tail: write)`
        case view(ExpressionSyntax, shape: Identifier, [ArgumentSyntax])
        case kernel(name: String, [BindingSyntax])
        /// What the parser puts in the place of a mistake that it reported.
        case missing
    }
}

/// `= expr` or a block.
public enum PureBodySyntax: Sendable {
    case expression(ExpressionSyntax)
    case block(BlockSyntax)
}

/// `[fair] [daemon] process name[N] symmetric starts(args) { … }`
public struct ProcessSyntax: Sendable {
    /// The process's name, and its sort's.
    public let name: Identifier
    /// The number of instances; nil for one.
    public let count: ExpressionSyntax?
    /// `daemon`: it may be blocked for ever.
    public let isDaemon: Bool
    /// `symmetric`.
    public let isSymmetric: Bool
    /// The name after `except`.
    public let exception: Identifier?
    /// Parameters after `starts`; nil when it runs from the first state.
    public let starts: [ParameterSyntax]?
    /// Weak or strong fairness.
    public let fairness: FairnessSyntax?
    /// The code.
    public let body: BlockSyntax
    /// A process found in a text.
    public init(
        name: Identifier, count: ExpressionSyntax?, isDaemon: Bool, isSymmetric: Bool, exception: Identifier?,
        starts: [ParameterSyntax]?, fairness: FairnessSyntax?, body: BlockSyntax
    ) {
        self.name = name
        self.count = count
        self.isDaemon = isDaemon
        self.isSymmetric = isSymmetric
        self.exception = exception
        self.starts = starts
        self.fairness = fairness
        self.body = body
    }
}

/// One line of a `kernel` block (language reference, section 4).
public struct BindingSyntax: Sendable {
    /// What it binds.
    public let kind: Kind
    /// The line.
    public let range: SourceRange
    /// A binding found in a text.
    public init(_ kind: Kind, range: SourceRange) {
        self.kind = kind
        self.range = range
    }

    /// The forms of a binding. Text on the kernel's side is kept as written: replay resolves it.
    public indirect enum Kind: Sendable {
        case constant(Identifier, kernel: String)
        /// `state queue.slots[i] = shmem_queue.requests[i] unless .src_pid == -1`; `abstract e` gives no `kernel`.
        case state(ExpressionSyntax, kernel: String?, unless: String?, abstract: ExpressionSyntax?)
        case lock(ExpressionSyntax, kernel: String)
        /// `func insert(r) = name(label: expr, …) via syscall name(expr, …)`; with `via load(expr)`, `via exec` and `via boot`
        /// there need be no kernel's function. `via` is the word after it, `systemCall` the name after `syscall`.
        case function(
            Identifier, parameters: [Identifier], kernel: Identifier?, [ArgumentSyntax], via: Identifier?,
            systemCall: Identifier?, [ArgumentSyntax])
        /// `value insert = result == 0`, `value check.to = result / 1024`
        case value(function: Identifier, parameter: Identifier?, kernel: String)
        case step(ExpressionSyntax, kernel: String)
        case pid(kernel: String)
        case process(ExpressionSyntax, kernel: String)
        case console(String, choice: String)
        /// `fail mappages = Room.short`, `fail kwait(-1) = Child.none`: what the function returns then; nil is 0.
        case failure(Identifier, value: ExpressionSyntax?, choice: String)
        case harts(ExpressionSyntax)
    }
}
