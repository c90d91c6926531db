// Typed statements: what the type checker makes of code, and lowering turns into steps.

/// A typed statement.
public struct Statement: Sendable {
    /// What it does.
    public let kind: Kind
    /// The label before it.
    public let label: String?
    /// Fairness of the labelled step in this configuration.
    public let fairness: Fairness?
    /// From its first byte to its last.
    public let range: SourceRange

    /// A statement with its place.
    public init(_ kind: Kind, label: String? = nil, fairness: Fairness? = nil, range: SourceRange) {
        self.kind = kind
        self.label = label
        self.fairness = fairness
        self.range = range
    }

    /// The forms of a typed statement. Calls with a result are split: the call, then its use.
    public indirect enum Kind: Sendable {
        case assign(Place, Formula)
        /// `let` and `var`; also how hidden locals get their values.
        case declare(LocalID, Formula)
        case call(FunctionID, [CallArgument], result: LocalID?)
        case synchronize(Synchronization, result: LocalID?)
        /// Binds the local to each value for which the condition holds; `otherwise` leaves, when there is none.
        case choose(Binder, where: Formula?, otherwise: [Statement]?)
        case conditional(Formula, then: [Statement], otherwise: [Statement])
        /// `if let`: the local is the payload within `then`.
        case bindOptional(LocalID, Formula, then: [Statement], otherwise: [Statement])
        /// `setup` computes hidden locals of the condition, each time round.
        case whileLoop(Formula, [Statement])
        case forLoop(Binder, where: Formula?, [Statement])
        case loop([Statement])
        case atomic([Statement])
        case hardware([Statement])
        case killable(Formula, [Statement], otherwise: [Statement])
        case `defer`([Statement])
        case either([[Statement]])
        case await(Formula)
        case assert(Formula, message: String?)
        case assume(Formula)
        case symbolic(LocalID, where: Formula?)
        case panic(String)
        case claim(Place)
        case publish(Place)
        case start(ProcessID, index: Formula?, [Formula])
        case join(Formula)
        case `break`
        case `continue`
        case `return`(Formula?)
        /// A scope of its own: `defer`s run at its end.
        case block([Statement])
    }
}

/// An argument of a func call.
public enum CallArgument: Sendable {
    case value(Formula)
    /// An `inout` argument.
    case place(Place)
}

/// Operations on locks, channels and words that are one micro-step each.
public enum Synchronization: Sendable {
    case acquire(Place)
    case release(Place)
    /// Result: whether the lock was free and is now held.
    case tryAcquire(Place)
    /// Each distinct lock once, in index order.
    case acquireOrdered(Place, Place)
    case releaseOrdered(Place, Place)
    /// The channel is a place: a datum or an object with its indices.
    case sleep(Place, lock: Place?)
    case wakeup(Place)
    case wakeupOne(Place)
    /// Wakes that process wherever it sleeps.
    case resume(Formula)
    /// Result: the old value. The new one is `old op operand`, wrapping.
    case atomicUpdate(AtomicOperation, Place, Formula)
    /// Result: whether the place held the expected value and now holds the new one.
    case compareAndSwap(Place, expected: Formula, new: Formula)
    /// A load or store with an ordering; a plain one under `memory sc`.
    case orderedLoad(Place)
    case orderedStore(Place, Formula)
    case loadReserved(Place)
    /// Result: whether the reservation held.
    case storeConditional(Place, Formula)
    /// Nothing under `memory sc`.
    case fence
}

/// The AMO instructions of the A extension.
public enum AtomicOperation: String, Sendable, CaseIterable {
    case swap, add, and, or, xor, min, max
}
