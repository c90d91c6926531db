// Locks that are taken in a cyclic order, with a run that shows each edge.

import Model

/// Two declarations of locks, one taken while the other was held.
public struct LockOrderEdge: Sendable {
    /// The declaration of the lock that was held.
    public let held: String
    /// The declaration of the lock that was taken then.
    public let taken: String
    /// Steps of the shortest run that does so.
    public let steps: Int
    /// Where its last step stands.
    public let place: String?
    /// That run; nil where the result was read from a shard.
    public let trace: Trace?

    init(held: String, taken: String, trace: Trace) {
        (self.held, self.taken, self.trace) = (held, taken, trace)
        (steps, place) = (trace.steps.count, trace.steps.last?.range.description)
    }

    /// An edge whose run is not at hand.
    init(held: String, taken: String, steps: Int, place: String?) {
        (self.held, self.taken, self.steps, self.place, trace) = (held, taken, steps, place, nil)
    }
}

/// Locks that are taken in a cyclic order: each edge's taken lock is the next one's held lock.
///
/// It is a danger, and no deadlock by itself: another lock around may keep its edges apart.
public struct LockCycle: Sendable {
    /// One run for each edge, in order.
    public let edges: [LockOrderEdge]

    /// `a → b → a`.
    public func text(arrow: String) -> String {
        (edges.map(\.held) + [edges.last?.taken ?? ""]).joined(separator: " \(arrow) ")
    }
}
