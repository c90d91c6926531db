// A spec after typing: names resolved, constants put in, every expression with its type.

/// A spec with one choice of constants. Nothing in it is unresolved or ill-typed.
public struct TypedModel: Sendable {
    /// `spec NAME`.
    public let name: String
    /// What type identifiers stand for.
    public internal(set) var types = TypeTable()
    /// Every constant with the value it has in this configuration, in file order.
    public internal(set) var constants: [ConstantValue] = []
    /// Constants that are `any` and that this configuration gives no value; they have their least one.
    public internal(set) var openConstants: [OpenConstant] = []
    /// Groups of data, also those inside other groups.
    public internal(set) var objects: [ObjectDeclaration] = []
    /// Shared, per-hart and ghost data, in file order.
    public internal(set) var variables: [VariableDeclaration] = []
    /// `pure` functions.
    public internal(set) var pures: [FunctionDeclaration] = []
    /// `func`s.
    public internal(set) var functions: [FunctionDeclaration] = []
    /// Processes, in file order: instances are numbered so.
    public internal(set) var processes: [ProcessDeclaration] = []
    /// Actions, in file order.
    public internal(set) var actions: [ActionDeclaration] = []
    /// `init` blocks, in file order.
    public internal(set) var initializers: [Body] = []
    /// Stated properties, in file order.
    public internal(set) var properties: [PropertyDeclaration] = []
    /// `prove` blocks.
    public internal(set) var proofs: [ProofDeclaration] = []
    /// `view` items.
    public internal(set) var views: [ViewDeclaration] = []
    /// `kernel` blocks.
    public internal(set) var kernels: [KernelDeclaration] = []
    /// The memory model: `sc` unless the spec says otherwise.
    public internal(set) var memory = "sc"
    /// What this configuration uses and no engine executes yet, with its place; empty for most.
    public internal(set) var unsupported: [UnsupportedFeature] = []
    /// The first `symbolic` statement of the text, whether control reaches it or not.
    public internal(set) var symbolicRange: SourceRange?

    init(name: String) { self.name = name }
}

/// A constant and its value.
public struct ConstantValue: Sendable {
    /// Its name.
    public let name: String
    /// Its value.
    public let value: Value
    /// Its type.
    public let type: Type
    /// Where it is declared.
    public let range: SourceRange
    /// Whether the spec's own file declares it, rather than an import.
    public let isOwn: Bool
}

/// `const SLOTS: int in 1...64 = any`, without a value.
public struct OpenConstant: Sendable {
    /// Values that all of them together may have: more sizes than anyone waits for.
    public static let valueLimit = 10_000

    /// Its name.
    public let name: String
    /// Its values.
    public let values: ClosedRange<Int>
    /// Where it is declared.
    public let range: SourceRange
}

/// A feature that is type-checked and not executed.
public struct UnsupportedFeature: Sendable {
    /// The property that uses it, when it is one.
    public let property: String?
    /// What it is, in the spec's words.
    public let feature: String
    /// Where it stands.
    public let range: SourceRange
}

/// `shared name[index] { … }`, or a struct with locks or protections inside it.
public struct ObjectDeclaration: Sendable {
    /// The path from the spec's top: `inode.lock`.
    public let name: String
    /// All index types from the top down.
    public let dimensions: [Type]
    /// Its parts in order.
    public internal(set) var fields: [(name: String, part: ObjectPart)]
}

/// A part of an object.
public enum ObjectPart: Sendable, Hashable {
    case variable(VariableID)
    case object(ObjectID)
}

/// One datum: a field of a `shared` group, a `shared var`, a `ghost var`.
public struct VariableDeclaration: Sendable {
    /// The path from the spec's top: `queue.slots`.
    public let name: String
    /// Index types of the groups that it is in.
    public let dimensions: [Type]
    /// The type of one instance.
    public let type: Type
    /// Its protection clause, as far as the spec declares one.
    public internal(set) var protection: Protection
    /// How it starts; the same for every instance.
    public internal(set) var initial: InitialValue
    /// `ghost var`.
    public let isGhost: Bool
    /// Where it is declared.
    public let range: SourceRange
}

/// Who may touch a datum.
public enum Protection: Sendable {
    /// Anyone.
    case none
    case guarded(by: GuardPath, forWritingOnly: Bool)
    /// Element p by process p alone.
    case isPrivate
}

/// The lock that guards a datum: a lock variable, and which of its instances.
public struct GuardPath: Sendable, Hashable {
    /// How one index of the lock follows from the datum's.
    public enum Index: Sendable, Hashable {
        /// The datum's own index in that dimension.
        case own(Int)
        case constant(Int)
    }
    /// The lock's variable.
    public let lock: VariableID
    /// One per dimension of the lock.
    public let indices: [Index]
}

/// How a datum starts.
public enum InitialValue: Sendable {
    case value(Value)
    /// Every value of the type: one initial state each.
    case any
}

/// A local of a body.
public struct Local: Sendable {
    /// Its name; generated ones start with `%`.
    public let name: String
    /// Its type.
    public let type: Type
    /// `var` rather than `let`.
    public let isMutable: Bool
    /// `inout`: it stands for a place of the caller.
    public let isInout: Bool
}

/// Statements with the locals they use.
public struct Body: Sendable {
    /// Indexed by `LocalID`.
    public var locals: [Local]
    /// In program order.
    public var statements: [Statement]
    /// From brace to brace.
    public let range: SourceRange
}

/// A `func` or a `pure`.
public struct FunctionDeclaration: Sendable {
    /// Its name.
    public let name: String
    /// Parameters are the first locals of the body.
    public let parameterCount: Int
    /// `.void` without result.
    public let result: Type
    /// Locks after `returns holding`, as places over the parameters.
    public let returnsHolding: [Place]
    /// The code; a `pure` with `= e` is one `return`.
    public internal(set) var body: Body
    /// The name's place.
    public let range: SourceRange
    /// A `pure` of the form `= e`.
    public internal(set) var expression: Formula?
}

/// Weak or strong fairness.
public enum Fairness: Sendable { case weak, strong }

/// A process and its instances.
public struct ProcessDeclaration: Sendable {
    /// Its name, also its sort's.
    public let name: String
    /// Its sort.
    public let sort: SortID
    /// Number of instances.
    public let count: Int
    /// Whether it was declared with a count, so that instances print as `client#1`.
    public let isArray: Bool
    /// The pid of instance 0.
    public let firstPid: Int
    /// `daemon`.
    public let isDaemon: Bool
    /// Parameters when it `starts`; nil when it runs from the first state. They are the first locals of the body.
    public let startParameterCount: Int?
    /// Fairness that applies in this configuration.
    public let fairness: Fairness?
    /// The code.
    public internal(set) var body: Body
    /// The name's place.
    public let range: SourceRange
}

/// An atomic rule of the environment.
public struct ActionDeclaration: Sendable {
    /// Its name.
    public let name: String
    /// Parameters; their locals are the first of the body.
    public let parameters: [Binder]
    /// The guard; true when absent.
    public let guardFormula: Formula?
    /// Fairness that applies in this configuration.
    public let fairness: Fairness?
    /// The update.
    public internal(set) var body: Body
    /// The name's place.
    public let range: SourceRange
}

/// A stated property.
public struct PropertyDeclaration: Sendable {
    /// Its name.
    public let name: String
    /// Its kind.
    public let kind: PropertyKind
    /// The condition of a property of states or steps; the conditions that a temporal formula is made of.
    public let formulas: [Formula]
    /// What a temporal property says of them; nil for all others.
    public let temporal: TemporalFormula?
    /// For `leadsto`: it is claimed for each combination of their values.
    public let binders: [Binder]
    /// Locals that binders use.
    public let locals: [Local]
    /// The sentence after it.
    public let message: String?
    /// The item.
    public let range: SourceRange
}

/// Every kind of property that can be stated.
public enum PropertyKind: String, Sendable, CaseIterable {
    case invariant, always, transition, final, reachable
    case reachableAlways = "reachable always"
    case eventually, leadsto, temporal
}

/// A `prove` block, type-checked.
public struct ProofDeclaration: Sendable {
    /// Its name.
    public let name: String
    /// Parameters are the first locals.
    public let parameterCount: Int
    /// What is assumed of them.
    public let condition: Formula?
    /// The steps to the claim, which is returned.
    public let body: Body
    /// The sentence after it.
    public let message: String?
    /// The item.
    public let range: SourceRange
}

/// `view queue as ring(slots, head: read)`.
public struct ViewDeclaration: Sendable {
    /// What is shown: `queue`.
    public let subject: String
    /// `ring`.
    public let shape: String
    /// Labelled arguments, in order; each names a part of the subject or a datum.
    public let arguments: [(label: String?, path: String)]
}
