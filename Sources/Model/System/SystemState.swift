// A state as value trees: data, and where each process stands.

/// A state between steps.
public struct SystemState: Hashable, Sendable {
    /// Per variable, its instances in the order of their indices.
    public var data: [[Value]]
    /// Per pid.
    public var processes: [ProcessState]

    /// A state from its parts.
    public init(data: [[Value]], processes: [ProcessState]) {
        self.data = data
        self.processes = processes
    }
}

/// Where a process stands.
public struct ProcessState: Hashable, Sendable {
    /// What it is doing.
    public enum Position: Hashable, Sendable {
        /// Not started yet.
        case idle
        /// Before the step of that point of its code.
        case point(Int)
        case finished
    }
    /// What it is doing.
    public var position: Position
    /// Its locals; nil where the value no longer matters.
    public var locals: [Value?]
    /// The number of the channel on which it sleeps, from 1; 0 when awake.
    public var channel: Int

    /// A process's state from its parts.
    public init(position: Position, locals: [Value?], channel: Int) {
        self.position = position
        self.locals = locals
        self.channel = channel
    }
}

/// Who takes a step.
public enum Actor: Hashable, Sendable {
    case process(pid: Int)
    /// An action with the values of its parameters.
    case action(Int, [Value])
}

/// What a violation is of, with the names that `expect` uses.
public enum ViolationKind: Hashable, Sendable {
    case trap, panic, diverges
    case lockDiscipline(VariableID)
    case ownership(VariableID)
    case lockUse
    case assertion(AssertionID)
    case deadlock
    case property(Int)
}

/// What went wrong in a step or a state.
public struct Violation: Hashable, Sendable {
    /// What it is of.
    public let kind: ViolationKind
    /// One sentence for people.
    public let message: String
    /// The place in the spec.
    public let range: SourceRange

    /// A violation with its place.
    public init(kind: ViolationKind, message: String, range: SourceRange) {
        self.kind = kind
        self.message = message
        self.range = range
    }
}

/// How a step ends.
public enum Outcome: Sendable {
    case state(SystemState)
    /// The path ends in a violation; the state is what had been done before it.
    case violation(Violation, SystemState)
    /// An `assume` was false: the path is not looked at.
    case cut
}

/// One step out of a state.
public struct Transition: Sendable {
    /// Who took it.
    public let actor: Actor
    /// Its name: the point's or the action's.
    public let name: String
    /// The node that it starts with, for a process.
    public let node: NodeID?
    /// Where it leads.
    public let outcome: Outcome
    /// The asserts that it evaluated.
    public let assertions: Set<AssertionID>
    /// Data that it stored to.
    public let stores: Set<VariableID>
    /// Locks that its process took while it held others.
    public let nestings: Set<LockNesting>
    /// What it did, in order; empty unless the stepper records it.
    public let microSteps: [MicroStep]
}

/// One lock: an element of a datum.
public struct LockInstance: Hashable, Sendable {
    /// The datum.
    public let variable: VariableID
    /// The element's number; 0 where there is but one.
    public let element: Int

    /// A lock by its datum and its number in it.
    public init(variable: VariableID, element: Int) {
        self.variable = variable
        self.element = element
    }
}

/// A lock that was taken while another was held.
public struct LockNesting: Hashable, Sendable {
    /// The one that was held.
    public let held: LockInstance
    /// The one that was taken.
    public let taken: LockInstance

    /// What was held, and what was taken then.
    public init(held: LockInstance, taken: LockInstance) {
        self.held = held
        self.taken = taken
    }
}
