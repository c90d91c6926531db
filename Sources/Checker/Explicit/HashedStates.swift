// What a hunt keeps of states beside their bits: enough to compute the run to any of them again.

/// The states of a hunt by bitstate hashing. The rows of states whose steps are computed are given back; what stays of a
/// state are its bits, its parent, and the number of the step that led to it.
struct HashedStates {
    var filter: BitFilter
    /// Of each state: which of its parent's successors it is.
    private let ordinals: GrowingMemory<UInt16>
    /// Those that are too large for that.
    private var largeOrdinals: [Int: Int] = [:]
    /// The rows of initial states, which no step leads to.
    private(set) var initial: [[UInt64]] = []
    /// The parent whose successors are counted, and how many were.
    private var (lastParent, nextOrdinal) = (-1, 0)
    /// States whose rows were given back.
    private(set) var releasedCount = 0
    /// The state behind a step that breaks a `transition`, by property: it may be one that was left out.
    var brokenTargets: [Int: [UInt64]] = [:]

    /// - Parameters:
    ///   - byteCount: of the bits.
    ///   - capacity: the most states.
    init?(byteCount: Int, capacity: Int) {
        guard let filter = BitFilter(byteCount: byteCount) else { return nil }
        guard let ordinals = GrowingMemory<UInt16>(capacity: capacity, atLeast: capacity) else {
            filter.deallocate()
            return nil
        }
        self.filter = filter
        self.ordinals = ordinals
    }

    func deallocate() {
        filter.deallocate()
        ordinals.deallocate()
    }

    /// Which successor of its parent the next one that is looked at is.
    @inline(__always)
    mutating func ordinal(from parent: Int) -> Int {
        if parent != lastParent { (lastParent, nextOrdinal) = (parent, 0) }
        defer { nextOrdinal &+= 1 }
        return nextOrdinal
    }

    @inline(__always)
    mutating func note(_ state: Int, ordinal: Int) {
        ordinals.base[state] = UInt16(truncatingIfNeeded: min(ordinal, Int(UInt16.max)))
        if ordinal >= Int(UInt16.max) { largeOrdinals[state] = ordinal }
    }

    mutating func note(initial words: [UInt64]) { initial.append(words) }

    /// Which successor of its parent a state is.
    func ordinal(of state: Int) -> Int {
        let ordinal = Int(ordinals.base[state])
        return ordinal < Int(UInt16.max) ? ordinal : largeOrdinals[state] ?? ordinal
    }

    /// Gives the rows of states back whose steps are computed.
    mutating func release(_ store: StateStore, before next: Int) { releasedCount = store.release(before: next) }

    /// Bytes in use.
    func byteCount(of store: StateStore) -> Int {
        filter.byteCount + store.parentByteCount + store.count * 2 + (store.count - releasedCount) * store.wordCount * 8
    }
}
