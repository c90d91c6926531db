// What an encoding asks of a state: two states that answer alike have the same terms.

import Model
import Solver

/// A question that the encoding of a property puts to its state.
///
/// An encoding is a function of the answers, in their order: what it asks next depends on nothing else.
enum Observation: Hashable {
    /// The value of an instance of a datum.
    case datum(VariableID, Int)
    /// Whether an instance of a lock is held by anyone.
    case isHeld(VariableID, Int)
    /// Whether a process stands between two micro-steps of one step.
    case isWithinStep(pid: Int)
    case isFinished(pid: Int)
    case isAsleep(pid: Int)
    case isAt(pid: Int, label: String)
    /// Whether a condition may be true.
    case isPossible(Term)
}
