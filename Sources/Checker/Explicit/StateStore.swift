// The set of states seen: rows of words in the order of discovery, and a hash table of their numbers.

import CIntrinsics

/// Exact store of packed states. The rows are the queue of the breadth-first search as well.
///
/// A slot of the table has 32 bits: the number of a row plus one in the low bits, a tag of the row's hash above it.
/// So most slots of other states are told apart without reading their rows. Grows by doubling at three quarters.
struct StateStore {
    /// Words of a row.
    let wordCount: Int
    /// Rows in the order of discovery.
    private let rows: GrowingMemory<UInt64>
    /// The row from which each was first reached; a row is its own parent when initial.
    private let parents: GrowingMemory<UInt32>
    private var slots: UnsafeMutablePointer<UInt32>
    private var slotBits: Int
    /// Number of states.
    private(set) var count = 0
    /// The most states that there is address space for.
    let room: Int
    /// The most states that the numbers in the slots can tell apart.
    static let capacity = Int(UInt32.max) - 1

    /// An empty store; nil when the system has no address space for it.
    init?(wordCount: Int, capacity: Int = StateStore.capacity) {
        self.wordCount = wordCount
        let least = 1 << 16
        guard let parents = GrowingMemory<UInt32>(capacity: capacity, atLeast: least),
            let rows = GrowingMemory<UInt64>(
                capacity: min(parents.capacity, (1 << 43) / wordCount / 8) * wordCount, atLeast: least * wordCount)
        else { return nil }
        self.rows = rows
        self.parents = parents
        room = min(rows.capacity / wordCount, parents.capacity)
        slotBits = 12
        slots = .allocate(capacity: 1 << slotBits)
        slots.initialize(repeating: 0, count: 1 << slotBits)
    }

    /// Frees everything; the store must not be used after it.
    func deallocate() {
        rows.deallocate()
        parents.deallocate()
        slots.deallocate()
    }

    /// The words of a state.
    @inline(__always)
    func row(_ index: Int) -> UnsafePointer<UInt64> { UnsafePointer(rows.base + index &* wordCount) }

    /// The state from which a state was first reached; itself when initial.
    func parent(of index: Int) -> Int { Int(parents.base[index]) }

    /// Bytes in use: rows, parents, table.
    var byteCount: Int { count * (wordCount * 8 + 4) + (4 << slotBits) }

    // MARK: Hashing

    /// A hash of a row, 64 bits.
    @inline(__always)
    static func hash(_ words: UnsafePointer<UInt64>, _ count: Int) -> UInt64 {
        var hash: UInt64 = 0x9E37_79B9_7F4A_7C15
        for index in 0..<count {
            let mixed = (hash ^ words[index]).multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
            hash = mixed.high ^ mixed.low
        }
        return (hash ^ (hash &>> 29)) &* 0xBF58_476D_1CE4_E5B9
    }

    @inline(__always)
    private func home(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash &>> UInt64(64 &- slotBits)) }

    /// The part of a slot that comes from the hash: what the number of the row leaves free.
    @inline(__always)
    private func tag(_ hash: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: hash) & ~numberMask }

    @inline(__always)
    private var numberMask: UInt32 { slotBits >= 32 ? .max : (1 &<< UInt32(slotBits)) &- 1 }

    /// Brings the slot of a hash near, so that a later `insert` does not wait for it.
    @inline(__always)
    func prefetchSlot(_ hash: UInt64) { intrinsic_prefetch(slots + home(hash)) }

    /// Brings the row that the slot of a hash names near, if its tag says that it may be the state.
    @inline(__always)
    func prefetchRow(_ hash: UInt64) {
        let entry = slots[home(hash)]
        guard entry != 0, entry & ~numberMask == tag(hash) else { return }
        intrinsic_prefetch(rows.base + (Int(entry & numberMask) &- 1) &* wordCount)
    }

    // MARK: Finding and adding

    /// The number of a state, or -1 when it is not there.
    func find(_ words: UnsafePointer<UInt64>, hash: UInt64) -> Int {
        let mask = (1 << slotBits) - 1
        let (wanted, numbers) = (tag(hash), numberMask)
        var slot = home(hash)
        while slots[slot] != 0 {
            let entry = slots[slot]
            if entry & ~numbers == wanted {
                let index = Int(entry & numbers) - 1
                if isEqual(words, row(index)) { return index }
            }
            slot = (slot + 1) & mask
        }
        return -1
    }

    /// Adds a state unless it is there. Returns whether it is new; it then has the number `count - 1`.
    @inline(__always)
    mutating func insert(_ words: UnsafePointer<UInt64>, hash: UInt64, parent: Int) -> Bool {
        if (count &+ 1) &* 4 > 3 &<< slotBits { grow() }
        let mask = (1 &<< slotBits) &- 1
        let (wanted, numbers) = (tag(hash), numberMask)
        var slot = home(hash)
        while true {
            let entry = slots[slot]
            if entry == 0 { break }
            if entry & ~numbers == wanted, isEqual(words, row(Int(entry & numbers) &- 1)) { return false }
            slot = (slot &+ 1) & mask
        }
        let target = rows.base + count &* wordCount
        for index in 0..<wordCount { target[index] = words[index] }
        parents.base[count] = UInt32(truncatingIfNeeded: parent)
        count &+= 1
        slots[slot] = wanted | UInt32(truncatingIfNeeded: count)
        return true
    }

    @inline(__always)
    private func isEqual(_ left: UnsafePointer<UInt64>, _ right: UnsafePointer<UInt64>) -> Bool {
        for index in 0..<wordCount where left[index] != right[index] { return false }
        return true
    }

    private mutating func grow() {
        slots.deallocate()
        slotBits += 1
        slots = .allocate(capacity: 1 << slotBits)
        slots.initialize(repeating: 0, count: 1 << slotBits)
        let mask = (1 << slotBits) - 1
        for index in 0..<count {
            let hash = Self.hash(row(index), wordCount)
            var slot = home(hash)
            while slots[slot] != 0 { slot = (slot + 1) & mask }
            slots[slot] = tag(hash) | UInt32(truncatingIfNeeded: index + 1)
        }
    }
}
