// A run of a step that goes one way at each branch, with what must be true of unknown values for it to do so.

import Model
import Solver

/// A run of a step under way, or at its end.
struct StepFork {
    var path: SymbolicPath
    /// True for the values that run this way. It can be true.
    var condition: PathCondition
    /// Values under which it is.
    var witness: Assignment
    /// Terms that this run has split on, and the constants that they are here.
    var settled: [Term: Term] = [:]
    /// How often each node was run.
    var visits: [NodeID: Int] = [:]
    /// `symbolic` words that the run has made, by width.
    var wordCounts: [Int: Int] = [:]
    var operationCount = 0
    var assertions: Set<AssertionID> = []
    var stores: Set<VariableID> = []

    /// A run that begins in a state.
    init(_ state: SymbolicState, _ condition: PathCondition, _ witness: Assignment, _ pool: TermPool) {
        path = SymbolicPath(live: pool.bool(true), locals: [:], state: state)
        self.condition = condition
        self.witness = witness
    }

    /// The state that it has come to.
    var state: SymbolicState {
        get {
            guard let state = path.state else { preconditionFailure("a run without a state") }
            return state
        }
        set { path.state = newValue }
    }
}

/// How a run ended.
struct ForkEnd {
    enum Kind {
        case state
        case violation(ViolationKind)
        /// An `assume` was false.
        case cut
        /// It cannot begin; the pid that holds the lock it waits for, when it waits for one.
        case blocked(holder: Int?)
    }
    let kind: Kind
    let fork: StepFork
}
