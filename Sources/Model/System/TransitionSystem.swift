// The waist of the checker: a finite transition system. Above it are engines, below it states and formulas.

/// What a spec means under one choice of constants, as states and steps.
public struct TransitionSystem: Sendable {
    /// `spec NAME`.
    public let name: String
    /// What type identifiers stand for.
    public let types: TypeTable
    /// Constants with their values.
    public let constants: [ConstantValue]
    /// Data, claims included.
    public let variables: [SystemVariable]
    /// Groups of data: they tell where in a path the indices of a datum stand.
    public let objects: [ObjectDeclaration]
    /// Channels that somebody sleeps on or wakes.
    public let channels: [ChannelDeclaration]
    /// Process kinds, in the order of their pids.
    public let processes: [ProcessCode]
    /// Atomic rules.
    public let actions: [ActionCode]
    /// Run once, in order, from every combination of initial values.
    public let initializers: [Code]
    /// Stated properties that are checked on states and steps.
    public let properties: [SystemProperty]
    /// `assert`s, in file order of their code.
    public let assertions: [Assertion]
    /// How pictures are drawn.
    public let views: [ViewDeclaration]
    /// The memory model.
    public let memory: String
    /// Whether every access is a step of its own (`--no-reduce`).
    public let isUnreduced: Bool
    /// Names of data that this system treats as unguarded because their protection was broken.
    public let exploredAsUnguarded: [String]
    /// The values that the reference semantics tries for a `symbolic` word: those of one run, when it is taken again.
    /// Nil: all values of a small type, and the ends of a large one.
    public var words: [Int128]?

    /// The number of process instances.
    public var processCount: Int { types.pidCount }

    /// The first `symbolic` that can be reached by the control of some code; nil when every value is concrete.
    public var symbolicRange: SourceRange? {
        let codes = initializers + processes.map(\.code) + actions.map(\.code)
        return codes.lazy.compactMap(\.symbolicRange).first
    }

    /// The kind and the instance of a pid.
    public func kind(of pid: Int) -> (process: ProcessCode, instance: Int) {
        for process in processes where pid < process.firstPid + process.count {
            return (process, pid - process.firstPid)
        }
        preconditionFailure("no process has the pid \(pid)")
    }
}

/// A datum with the access rule that holds in this system.
public struct SystemVariable: Sendable {
    /// The path from the spec's top: `queue.slots`.
    public let name: String
    /// Index types; one instance per combination.
    public let dimensions: [Type]
    /// The type of one instance.
    public let type: Type
    /// How each instance starts.
    public let initial: InitialValue
    /// `ghost var`.
    public let isGhost: Bool
    /// The rule that is enforced.
    public let protection: Protection
    /// For private data: the variable that tells who has claimed an element.
    public let claims: VariableID?
    /// For a ghost without a lock: the one process that touches it.
    public let soleProcess: Int?
    /// Where it is declared.
    public let range: SourceRange

    /// Number of instances.
    public func instanceCount(_ types: TypeTable) -> Int {
        dimensions.reduce(1) { $0 * Int(types.count(of: $1) ?? 1) }
    }
}

/// A channel: the path of a declaration, with index types.
public struct ChannelDeclaration: Sendable {
    /// The path.
    public let name: String
    /// Index types.
    public let dimensions: [Type]
    /// The number of its first instance; numbers count over all channels from 1.
    public let firstNumber: Int
}

/// Code: nodes, where it starts, and its locals.
public struct Code: Sendable {
    /// Indexed by `NodeID`.
    public var nodes: [Node]
    /// Where it starts.
    public var entry: NodeID
    /// Indexed by `LocalID`.
    public var locals: [Local]
    /// Calls of funcs that were put in place, callers before callees.
    public var activations: [Activation] = []
}

extension Code {
    /// The first `symbolic` that control can reach; a branch on a constant goes one way.
    fileprivate var symbolicRange: SourceRange? {
        guard nodes.contains(where: \.isSymbolic) else { return nil }
        var (isSeen, pending) = (Set([entry]), [entry])
        while let index = pending.popLast() {
            let node = nodes[index]
            if node.isSymbolic { return node.range }
            var targets = node.operation.otherTargets + node.kills.map(\.target)
            if node.operation.fallsThrough { targets.append(node.next) }
            if case .branch(let condition, let otherwise) = node.operation,
                case .constant(.bool(let flag)) = condition.kind
            {
                targets = [flag ? node.next : otherwise] + node.kills.map(\.target)
            }
            for target in targets where isSeen.insert(target).inserted { pending.append(target) }
        }
        return nil
    }
}

/// A call of a func that was put in place: which func, from where, with what.
public struct Activation: Sendable {
    /// The func.
    public let function: String
    /// The call that this one was made within; nil in the process itself.
    public let caller: Int?
    /// What each parameter stands for, over the locals of the code; a place that was passed is a load of it.
    public let arguments: [(name: String, value: Formula)]
    /// The local of the code that what it returns is put into; nil when nobody asks.
    public let result: LocalID?
}

/// The code of a process kind.
public struct ProcessCode: Sendable {
    /// Its name.
    public let name: String
    /// Its number among the kinds.
    public let id: ProcessID
    /// Number of instances.
    public let count: Int
    /// The pid of instance 0.
    public let firstPid: Int
    /// `daemon`.
    public let isDaemon: Bool
    /// Parameters when it is started by another; nil when it runs from the first state.
    public let startParameterCount: Int?
    /// Fairness that applies.
    public let fairness: Fairness?
    /// The code.
    public let code: Code
    /// Scheduling points, in the order of their nodes.
    public let points: [Point]
}

/// A scheduling point: where a process can stand between steps.
public struct Point: Sendable {
    /// The node that the next step starts with.
    public let node: NodeID
    /// The step's name: `insert.acquire`.
    public let name: String
    /// The label, when it has one.
    public let label: String?
    /// Locals whose values still matter; all others are reset here.
    public let liveLocals: [LocalID]
    /// Whether it is a point with steps in place, too.
    public let isStepPoint: Bool
    /// Fairness of the step that its label names.
    public let fairness: Fairness?
}

/// The code of an action.
public struct ActionCode: Sendable {
    /// Its name.
    public let name: String
    /// Parameters over fixed domains; their locals are in the code.
    public let parameters: [Binder]
    /// The guard over the parameters; true when absent. A choice of an empty set disables the action as well.
    public let guardFormula: Formula?
    /// Fairness of each combination of parameters.
    public let fairness: Fairness?
    /// The update, to its `end`.
    public let code: Code
    /// The item's name.
    public let range: SourceRange
}

/// An `assert` of the spec.
public struct Assertion: Sendable {
    /// The label of its statement, else `func.assert` with a number.
    public let name: String
    /// The text after it.
    public let message: String?
    /// Its place.
    public let range: SourceRange
}

/// A property as engines evaluate it.
public struct SystemProperty: Sendable {
    /// Its name.
    public let name: String
    /// Its kind.
    public let kind: PropertyKind
    /// The sentence after it.
    public let message: String?
    /// The item.
    public let range: SourceRange
    /// Parts that are judged by themselves, each where its own guards are free; one, unless it is an invariant. The
    /// conditions of a temporal formula, all with the same binders, when it is one.
    public let parts: [PropertyPart]
    /// What is said of runs by the conditions in `parts`; nil for a property of states or steps.
    public let temporal: TemporalFormula?
    /// Data that it reads.
    public let reads: Set<VariableID>

    /// Whether it asks for the state of processes, which steps change without a store to data.
    public var asksAboutProcesses: Bool {
        parts.contains { part in
            part.formula.contains { formula in
                guard case .predicate(let predicate) = formula.kind else { return false }
                switch predicate {
                case .finished, .asleep, .at, .generation: return true
                case .holds, .held, .free: return false
                }
            }
        }
    }

    /// Whether data under a held lock make it not checked.
    public var respectsGuards: Bool { kind == .invariant || kind == .reachable }
}

/// A conjunct of a property, for each value of its binders.
public struct PropertyPart: Sendable {
    /// Split-off `all` binders over fixed domains.
    public let binders: [Binder]
    /// Code that computes block-bodied pure functions; most often just an `end`.
    public let code: Code
    /// The truth value, over the code's locals.
    public let formula: Formula
}
