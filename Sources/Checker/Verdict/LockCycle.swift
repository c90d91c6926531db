// Locks that are taken in a cyclic order, with a run that shows each edge.

/// Two declarations of locks, one taken while the other was held.
public struct LockOrderEdge: Sendable {
    /// The declaration of the lock that was held.
    public let held: String
    /// The declaration of the lock that was taken then.
    public let taken: String
    /// The shortest run that does so.
    public let trace: Trace
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
