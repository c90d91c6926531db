// Typed expressions over a state: the formulas of properties, guards and updates.

/// Identifies a datum in `TypedModel.variables` and in the transition system.
public typealias VariableID = Int
/// Identifies a local of one body of code (func, process, property); engines number them per body.
public typealias LocalID = Int
/// Identifies a group of data in `TypedModel.objects`.
public typealias ObjectID = Int
/// Identifies a pure function in `TypedModel.pures`.
public typealias PureID = Int
/// Identifies a func in `TypedModel.functions`.
public typealias FunctionID = Int
/// Identifies a process declaration in `TypedModel.processes`.
public typealias ProcessID = Int

/// A typed expression. Evaluation has no effect; it may trap.
public struct Formula: Sendable {
    /// What it is.
    public let kind: Kind
    /// The type of its value.
    public let type: Type
    /// Where it stands in the spec.
    public let range: SourceRange

    /// A formula with its type and place.
    public init(_ kind: Kind, _ type: Type, _ range: SourceRange) {
        self.kind = kind
        self.type = type
        self.range = range
    }

    /// The forms of a formula.
    public indirect enum Kind: Sendable {
        case constant(Value)
        case local(LocalID)
        /// Reads shared or ghost data, or a part of a local.
        case load(Place)
        /// The running process, as the formula's type says: its sort or `pid`.
        case selfProcess
        case unary(UnaryOperatorSyntax, Formula)
        /// Arithmetic in the formula's own integer type; comparison in the operands' common type.
        case binary(BinaryOperatorSyntax, Formula, Formula)
        case conditional(Formula, Formula, Formula)
        case convert(Formula, Conversion)
        /// Fields in order.
        case structure([Formula])
        /// An array literal.
        case list([Formula])
        /// Makes an optional.
        case wrap(Formula)
        /// `e!`; traps when nil.
        case unwrap(Formula)
        /// `e?.body`: nil when `e` is nil, else the body with the local bound to the payload, as an optional.
        case optionalMap(Formula, LocalID, Formula)
        /// A field of a struct value.
        case member(Formula, Int)
        /// An element of an array or sequence value; traps outside.
        case element(Formula, Formula)
        case collection(CollectionOperation, [Formula])
        case quantifier(Quantifier)
        /// Evaluates the value, then the body with the local bound to it.
        case bind(LocalID, Formula, Formula)
        /// A call of a pure function; only in the typed model, lowering inlines it.
        case call(PureID, [Formula])
        case predicate(Predicate)
        /// The value before the step; only in `transition`.
        case old(Formula)
    }
}

/// How an integer, sort or pid becomes another.
public enum Conversion: Sendable, Hashable {
    /// Every value fits; the value is the same.
    case exact
    /// Traps when the value is not one of the target type.
    case checked
    /// The same value; traps unless it is a multiple of the number.
    case aligned(UInt64)
    /// Modulo 2^bits of the target.
    case truncating
    /// Same bits, read as the target.
    case reinterpreting
    /// A process instance as a `pid`, or back (traps on another process's pid).
    case process
}

/// Functions of sequences and sets; mutations are functions of the old value.
public enum CollectionOperation: String, Sendable, CaseIterable {
    case count, isEmpty, first, last, contains
    /// Traps when full.
    case appending
    /// (sequence, element, index)
    case inserting
    case removingFirst
    /// (sequence, index)
    case removingAt
    case setInserting, setRemoving
    case union, intersection, subtracting
}

/// A fold over the product of finite domains.
public struct Quantifier: Sendable {
    /// Which fold.
    public let kind: QuantifierSyntax.Kind
    /// The outermost first.
    public let binders: [Binder]
    /// The filter.
    public let condition: Formula?
    /// What is folded; nil for `count`.
    public let body: Formula?

    /// A quantifier with its parts.
    public init(kind: QuantifierSyntax.Kind, binders: [Binder], condition: Formula?, body: Formula?) {
        self.kind = kind
        self.binders = binders
        self.condition = condition
        self.body = body
    }
}

/// A local that takes every value of a domain.
public struct Binder: Sendable {
    /// The bound local.
    public let local: LocalID
    /// Its type.
    public let type: Type
    /// The values, in order.
    public let domain: Domain
    /// The bound name.
    public let name: String

    /// A binder with its parts.
    public init(local: LocalID, type: Type, domain: Domain, name: String) {
        self.local = local
        self.type = type
        self.domain = domain
        self.name = name
    }
}

/// What a binder or `for` runs over.
public indirect enum Domain: Sendable {
    /// All values of a finite scalar type.
    case type(Type)
    /// `lower..<upper`, or `lower...upper` when closed.
    case range(Formula, Formula, isClosed: Bool)
    /// The elements of an array or a sequence, in order; of a set, in the order of its type.
    case elements(Formula)
}

/// A place that can be read and stored to: a datum or a local, and a path into its value.
public struct Place: Sendable {
    /// Where the path starts.
    public enum Root: Sendable, Hashable {
        /// A group of data, which has no value: a channel, an `inout` argument, `claim`.
        case object(ObjectID)
        case variable(VariableID)
        case local(LocalID)
    }
    /// One step of the path.
    public indirect enum Component: Sendable {
        case field(Int)
        /// Traps outside the index type.
        case index(Formula)
        /// The value in an optional; traps when nil.
        case payload
    }

    /// Where the path starts.
    public let root: Root
    /// One index per dimension of the datum: `proc[p].files[i]` of an array of structs with protected fields.
    public let indices: [Formula]
    /// The path within the datum's value.
    public let path: [Component]
    /// The type of what is there.
    public let type: Type

    /// A place with its parts.
    public init(root: Root, indices: [Formula], path: [Component], type: Type) {
        self.root = root
        self.indices = indices
        self.path = path
        self.type = type
    }
}

/// A question about processes and locks.
public enum Predicate: Sendable {
    case finished(Formula)
    case asleep(Formula)
    /// The process stands at the step with that label.
    case at(Formula, label: String)
    case holds(Formula, Place)
    /// The running process holds the lock.
    case held(Place)
    case free(Place)
    /// How often a datum's slot was claimed: `generation(c)` of a `starts` process is how often it was started.
    case generation(Formula)
}
