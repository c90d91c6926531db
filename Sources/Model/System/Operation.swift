// The operations that code is made of: each is one micro-step or local computation.

/// Index of a node within its code.
public typealias NodeID = Int

/// What a node does. Unless it says otherwise, control goes on to the node's `next`.
public indirect enum Operation: Sendable {
    /// Nothing.
    case jump
    case assign(Place, Formula)
    /// Goes on when true, else to the other node.
    case branch(Formula, otherwise: NodeID)
    /// Nondeterministic: one successor per value for which the condition holds. None: goes to `otherwise`, else traps.
    case choose(LocalID, Domain, where: Formula?, otherwise: NodeID?)
    /// Nondeterministic: `next` or one of the others.
    case either([NodeID])
    /// Sets the local to the first value of the domain, or leaves the loop.
    case first(LocalID, Domain, otherwise: NodeID)
    /// Moves the local to its successor in the domain, or leaves the loop.
    case advance(LocalID, Domain, otherwise: NodeID)
    /// Blocks while another holds the lock.
    case acquire(Place)
    case release(Place)
    case tryAcquire(Place, result: LocalID)
    /// Enqueues on the channel and releases; the next node is the resume.
    case sleep(ChannelPlace, lock: Place?)
    /// Blocks until woken and until the lock is free; takes it.
    case resumed(lock: Place?)
    /// Wakes every sleeper on the channel.
    case wakeup(ChannelPlace)
    /// Wakes that process if it sleeps on the channel: one step of a wakeup without the lock.
    case wakeupProcess(ChannelPlace, Formula)
    /// Wakes one sleeper, whichever; nothing when there is none.
    case wakeupOne(ChannelPlace)
    /// Wakes that process wherever it sleeps.
    case resume(Formula)
    case atomicUpdate(AtomicOperation, Place, Formula, result: LocalID)
    case compareAndSwap(Place, expected: Formula, new: Formula, result: LocalID)
    /// Blocks while false.
    case await(Formula)
    /// Blocks until that process has finished.
    case join(Formula)
    case assert(Formula, AssertionID)
    /// Cuts the path when false.
    case assume(Formula)
    case panic(String)
    /// Lends a private element to the running process; the place's instance of the claim variable.
    case claim(Place)
    case publish(Place)
    case start(ProcessID, index: Formula?, [Formula])
    /// A func returns: these locks, which it acquired, must be free of the running process.
    case checkReleased([Place], function: String)
    /// Tells the analysis that these locks are held; does nothing.
    case assumeHeld([Place])
    /// The end of the process.
    case finish
    /// The end of an action, an init block or a property's code.
    case end
}

/// Identifies an assertion in `TransitionSystem.assertions`.
public typealias AssertionID = Int
/// Identifies a channel declaration in `TransitionSystem.channels`.
public typealias ChannelID = Int

/// A channel's declaration with the values of its indices.
public struct ChannelPlace: Sendable {
    /// The declaration.
    public let channel: ChannelID
    /// One per dimension of the declaration.
    public let indices: [Formula]
}

/// How a micro-step commutes with those of other processes (Lipton 1975).
public enum MoverClass: String, Sendable {
    /// Commutes both ways: it never starts a step.
    case both = "B"
    /// A left-mover: it joins the step before it.
    case left = "L"
    /// A right-mover: it starts a step, and may block.
    case right = "R"
    /// Neither: it starts a step.
    case none = "N"
}

/// One operation of a code, with where control goes and what the lowering knows of it.
public struct Node: Sendable {
    /// What it does.
    public var operation: Operation
    /// The node after it.
    public var next: NodeID
    /// Its place in the spec.
    public let range: SourceRange
    /// The func or process whose text it is.
    public let function: String
    /// The label before its statement, when this is the statement's first node.
    public var label: String?
    /// Fairness of the step that the label names.
    public var fairness: Fairness?
    /// Within `hardware { }`: exempt from protections.
    public let isHardware: Bool
    /// Within `atomic { }`, after its start.
    public let isInAtomic: Bool
    /// The first node of `atomic { }`.
    public var isAtomicStart = false
    /// The end of a `while` or `loop` body.
    public var isBackEdge = false
    /// The call whose text it is, in `Code.activations`; nil for the text of the process or action itself.
    public var activation: Int?
    /// Whether it touches shared data, locks, channels or processes at all.
    public var isShared = false
    /// How it commutes.
    public var mover = MoverClass.both
    /// A ghost statement that belongs to the access directly before it.
    public var isAttached = false
    /// Whether a scheduling point stands before it.
    public var isPoint = false
    /// Whether a scheduling point would stand before it with steps in place: the same as `isPoint` unless unreduced.
    public var isStepPoint = false
    /// Whether it is a `symbolic`: a choice among all values of a type, which only its own engine lists none of.
    public var isSymbolic = false
    /// Ways out when a surrounding `killable`'s condition holds, innermost first.
    public var kills: [Kill]
    /// Locks certainly held before it.
    public var held: Set<LockKey> = []

    init(
        _ operation: Operation, next: NodeID, range: SourceRange, function: String, isHardware: Bool, isInAtomic: Bool,
        kills: [Kill]
    ) {
        self.operation = operation
        self.next = next
        self.range = range
        self.function = function
        self.isHardware = isHardware
        self.isInAtomic = isInAtomic
        self.kills = kills
    }
}

/// A way out of a `killable` block.
public struct Kill: Sendable {
    /// When it may be taken.
    public let condition: Formula
    /// The node it leads to.
    public var target: NodeID
}

/// A lock instance as far as code determines it without running.
public struct LockKey: Hashable, Sendable {
    /// One index of the lock.
    public enum Index: Hashable, Sendable {
        case constant(Value)
        /// The running process.
        case selfProcess
        /// The value that a local has now.
        case local(LocalID)
    }
    /// The lock's variable.
    public let lock: VariableID
    /// One per dimension and array index.
    public let indices: [Index]

    /// The key of a lock with known indices.
    public init(lock: VariableID, indices: [Index]) {
        self.lock = lock
        self.indices = indices
    }
}

extension Operation {
    /// Formulas directly within, in the order of evaluation.
    public var formulas: [Formula] {
        switch self {
        case .jump, .either, .panic, .finish, .end: []
        case .assign(let place, let value): place.formulas + [value]
        case .branch(let value, _), .await(let value), .join(let value), .assert(let value, _), .assume(let value),
            .resume(let value):
            [value]
        case .choose(_, let domain, let condition, _): domain.formulas + [condition].compactMap(\.self)
        case .first(_, let domain, _), .advance(_, let domain, _): domain.formulas
        case .acquire(let place), .release(let place), .tryAcquire(let place, _), .claim(let place),
            .publish(let place):
            place.formulas
        case .sleep(let channel, let lock): channel.indices + (lock?.formulas ?? [])
        case .resumed(let lock): lock?.formulas ?? []
        case .wakeup(let channel), .wakeupOne(let channel): channel.indices
        case .wakeupProcess(let channel, let process): channel.indices + [process]
        case .atomicUpdate(_, let place, let operand, _): place.formulas + [operand]
        case .compareAndSwap(let place, let expected, let new, _): place.formulas + [expected, new]
        case .start(_, let index, let values): [index].compactMap(\.self) + values
        case .checkReleased(let places, _), .assumeHeld(let places): places.flatMap(\.formulas)
        }
    }

    /// Nodes that control may go to besides `next`.
    public var otherTargets: [NodeID] {
        switch self {
        case .branch(_, let target), .first(_, _, let target), .advance(_, _, let target): [target]
        case .choose(_, _, _, let target): [target].compactMap(\.self)
        case .either(let targets): targets
        default: []
        }
    }

    /// Whether control can go to `next`.
    public var fallsThrough: Bool {
        switch self {
        case .panic, .finish, .end: false
        default: true
        }
    }

    /// The same operation with other targets.
    func mapTargets(_ transform: (NodeID) -> NodeID) -> Operation {
        switch self {
        case .branch(let value, let target): .branch(value, otherwise: transform(target))
        case .first(let local, let domain, let target): .first(local, domain, otherwise: transform(target))
        case .advance(let local, let domain, let target): .advance(local, domain, otherwise: transform(target))
        case .choose(let local, let domain, let condition, let target):
            .choose(local, domain, where: condition, otherwise: target.map(transform))
        case .either(let targets): .either(targets.map(transform))
        default: self
        }
    }

    /// The local that it gives a value, and whether the whole local is replaced.
    public var assignedLocal: (local: LocalID, isWhole: Bool)? {
        switch self {
        case .assign(let place, _):
            if case .local(let id) = place.root { (id, place.path.isEmpty) } else { nil }
        case .choose(let local, _, _, _), .first(let local, _, _), .tryAcquire(_, let local),
            .atomicUpdate(_, _, _, let local),
            .compareAndSwap(_, _, _, let local):
            (local, true)
        case .advance(let local, _, _): (local, false)
        default: nil
        }
    }
}
