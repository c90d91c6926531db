// What bounds an exploration, what it tells on the way, and what it finds.

import Model

/// What bounds a run. Nil means no bound.
public struct ExplorationLimits: Sendable {
    /// The greatest depth to which states are expanded.
    public var depth: Int?
    /// The most states that are stored.
    public var states: Int?
    /// Seconds of wall time.
    public var seconds: Double?
    /// Bytes of the state store.
    public var bytes: Int?
    /// Asked between batches; true ends the run with what is known.
    public var isCancelled: (@Sendable () -> Bool)?
    /// Told between levels and now and then within them.
    public var progress: (@Sendable (ExplorationProgress) -> Void)?

    /// No bounds.
    public init() {}
}

/// How far a run has come.
public struct ExplorationProgress: Sendable {
    /// Stored states.
    public let states: Int
    /// Steps computed.
    public let transitions: Int
    /// States that wait to be expanded.
    public let queued: Int
    /// The depth that is expanded.
    public let depth: Int
    /// Bytes of the store.
    public let bytes: Int
    /// States that a checkpoint had: they took no time of this run.
    public var restored = 0
    /// How many states there will be; nil while the depths so far do not tell.
    public var estimate: SizeEstimate?
}

/// Why a run ended before it saw everything.
public enum LimitReached: String, Sendable {
    case depth, states, time, memory, interrupt
    /// No part of the run has it.
    case missing
}

/// A violation as the explorer finds it: enough to build the trace.
struct FoundViolation {
    /// The state before the violating step, or the violating state itself.
    let state: Int
    /// The step out of it that violates; nil when the state itself does.
    let step: ViolatingStep?
    let site: Violation
    /// For a property: it traps while it is evaluated, rather than being false.
    var isTrap = false
    /// For a deadlock of one process: its pid, by the names of the stored state.
    var stuck: Int?

    /// Which step it is, for the trace.
    enum ViolatingStep {
        case process(pid: Int)
        case action(instance: Int)
        /// A step that leads to a state and breaks a `transition`.
        case transition(target: Int)
    }
}
