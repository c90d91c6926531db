// How many states there will be, from the sizes of the depths so far; nothing while they still grow.

/// An estimate of the whole, with its uncertainty.
///
/// The sizes of the depths of a breadth-first search rise and fall. While they rise they say nothing of the top, and no
/// estimate is made. Behind the top the quotient of one depth's size and the one before tells what is left: were it to stay
/// as it is, the rest would be a geometric series; were it to fall on as it fell, the rest would be that of a bell. The range
/// reaches from the smaller to the larger, with as much again on both sides as quotients vary.
public struct SizeEstimate: Sendable, Equatable {
    /// The range in which the number of all states is expected to be.
    public let states: ClosedRange<Int>

    /// Depths in a row that must be smaller than the one before.
    private static let falls = 3

    /// An estimate from the depths whose states are all known; nil when they say nothing.
    ///
    /// - Parameter sizes: states that were first found at each depth, from 0.
    package init?(sizes: [Int]) {
        guard sizes.count > 3 * Self.falls, let last = sizes.last, let greatest = sizes.max() else { return nil }
        let recent = sizes.suffix(Self.falls + 2).map { Double(max(1, $0)) }
        let quotients = zip(recent.dropFirst(), recent).map { $0 / $1 }
        guard quotients.suffix(Self.falls).allSatisfy({ $0 < 0.99 }), Double(last) < 0.8 * Double(greatest) else {
            return nil
        }
        let found = sizes.reduce(0, +)
        let newest = quotients[quotients.count - 1]
        let (least, most) = (quotients.min() ?? newest, min(0.98, quotients.suffix(Self.falls).max() ?? newest))
        // How the quotient changes from depth to depth; where it rises, it is taken to stay.
        let changes = zip(quotients.dropFirst(), quotients).map { $0 / $1 }
        let change = min(1, changes.reduce(0, +) / Double(changes.count))
        var (size, quotient, bell) = (Double(last), newest * change, 0.0)
        while size * quotient > 0.5, quotient > 0.01 {
            size *= quotient
            quotient *= min(change, 0.999)
            bell += size
        }
        let steady = Double(last) * newest / (1 - newest)
        let slow = Double(last) * most / (1 - most)
        let fast = Double(last) * least / (1 - least)
        // Near the end a depth may have no next one at all.
        let leastRest = min(bell, steady, fast) / 2
        let low = leastRest < 0.05 * Double(found) ? 0 : leastRest
        let high = max(bell, steady, slow) * 1.5
        guard high < 1e15 else { return nil }
        states = (found + Int(low))...(found + Int(high.rounded(.up)))
    }

    private init(states: ClosedRange<Int>) { self.states = states }

    /// The estimate when so many states are found; nil when they are more than it told.
    func after(_ found: Int) -> SizeEstimate? {
        found > states.upperBound
            ? nil : SizeEstimate(states: max(found, states.lowerBound)...states.upperBound)
    }
}
