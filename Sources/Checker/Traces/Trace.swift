// A counterexample or witness: states as value trees and the steps between them, validated by the reference semantics.

public import Model

/// A run of a system from an initial state.
public struct Trace: Sendable {
    /// One step of a trace.
    public struct Step: Sendable {
        /// Who took it.
        public let actor: Actor
        /// Its name: `insert.put`.
        public let name: String
        /// The statement that it starts with.
        public let range: SourceRange
        /// The state that it leads to; for a violating step what had been done before the violation.
        public let state: SystemState
    }

    /// The system that was run.
    public let system: TransitionSystem
    /// The state before the first step.
    public let initial: SystemState
    /// The steps, in order.
    public let steps: [Step]
    /// What is wrong at its end; nil for a witness.
    public let violation: Violation?
    /// Why the property is false, when a property is.
    public let explanation: Explanation?
    /// For a run that goes on for ever: the number of steps after which its loop begins. The last state is the state
    /// there again. With no step behind it nothing moves any more, and the run stays in its last state.
    public internal(set) var loopStart: Int?

    /// Why a property is false in a state.
    public struct Explanation: Sendable {
        /// The conjunct as the spec writes it.
        public let text: String
        /// The conjunct with values in the place of what it reads: `3 == 4 - 0`.
        public let values: String
        /// Values of binders that were split off: `c = client#1`.
        public let binders: [(name: String, value: String)]
    }

    /// The state after a number of steps.
    public func state(after count: Int) -> SystemState { count == 0 ? initial : steps[count - 1].state }

    /// The name of an actor.
    public func name(of actor: Actor) -> String { system.name(of: actor) }
}

extension TransitionSystem {
    /// The name of an actor: a process instance, or an action with its parameters.
    func name(of actor: Actor) -> String {
        switch actor {
        case .process(let pid): return types.pidNames[pid]
        case .action(let index, let values):
            let action = actions[index]
            guard !values.isEmpty else { return action.name }
            let arguments = zip(action.parameters, values).map { types.describe($1, as: $0.type) }
            return "\(action.name)(\(arguments.joined(separator: ", ")))"
        }
    }
}

extension Trace.Step {
    /// A transition that was taken, and the state that it led to.
    init(_ transition: Transition, to state: SystemState, in system: TransitionSystem) {
        let range: SourceRange
        switch transition.actor {
        case .process(let pid):
            let code = system.kind(of: pid).process.code
            range = code.nodes[transition.node ?? code.entry].range
        case .action(let index, _): range = system.actions[index].range
        }
        self.init(actor: transition.actor, name: transition.name, range: range, state: state)
    }
}

/// A trace that the reference semantics does not reproduce: a bug of ours, never shown as a result.
public struct TraceMismatch: Error, Sendable {
    /// Which step could not be reproduced.
    public let message: String
}
