// The set of states seen: rows of words in the order of discovery, and a hash table of their numbers.

import CIntrinsics

/// Exact store of packed states. The rows are the queue of the breadth-first search as well.
///
/// The table is made of buckets of 16 slots, one cache line each; a state stands in the bucket that its hash names, or in the
/// next one with a free slot. A slot has 32 bits: the number of a row plus one in the low bits, a tag of the row's hash above
/// it. So all slots of a bucket are compared at once, and most of other states are told apart without reading their rows.
/// Grows by doubling at three quarters.
struct StateStore {
    /// Words of a row.
    let wordCount: Int
    /// Rows in the order of discovery.
    private let rows: GrowingMemory<UInt64>
    var parents: Parents
    private let slots: GrowingMemory<UInt32>
    private var slotBits = 12
    /// Number of states.
    private(set) var count = 0
    /// The most states that there is address space for.
    let room: Int
    /// The most states that the numbers in the slots can tell apart.
    static let capacity = Int(UInt32.max) - 1
    /// Slots of a bucket: a cache line.
    private static let bucketSize = 16

    /// An empty store; nil when the system has no address space for it.
    init?(wordCount: Int, capacity: Int = StateStore.capacity) {
        self.wordCount = wordCount
        let least = 1 << 16
        guard let parents = Parents(capacity: capacity, atLeast: least),
            let rows = GrowingMemory<UInt64>(
                capacity: min(parents.capacity, (1 << 43) / wordCount / 8) * wordCount, atLeast: least * wordCount),
            let slots = GrowingMemory<UInt32>(capacity: 2 * min(capacity, parents.capacity), atLeast: 1 << 18)
        else { return nil }
        rows.adviseHugePages()
        slots.adviseHugePages()
        self.rows = rows
        self.parents = parents
        self.slots = slots
        room = min(capacity, rows.capacity / wordCount, parents.capacity)
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
    func parent(of index: Int) -> Int { parents.parent(of: index) }

    /// The parent of the last state that has another one than itself.
    var lastParent: Int { parents.zeros }

    /// Bytes of the parents.
    var parentByteCount: Int { parents.byteCount }

    /// States that are their own parents; they have the first numbers.
    var initialCount: Int { parents.initialCount }

    /// Bytes in use: rows, parents, table.
    var byteCount: Int { count * wordCount * 8 + parents.byteCount + (4 << slotBits) }

    // MARK: Hashing

    static let hashSeed: UInt64 = 0x9E37_79B9_7F4A_7C15
    static let hashFactor: UInt64 = 0xD6E8_FEB8_6659_FD93
    static let lastFactor: UInt64 = 0xBF58_476D_1CE4_E5B9

    /// A hash of a row, 64 bits. Native code computes it as well.
    @inline(__always)
    static func hash(_ words: UnsafePointer<UInt64>, _ count: Int) -> UInt64 {
        var hash = hashSeed
        for index in 0..<count {
            let mixed = (hash ^ words[index]).multipliedFullWidth(by: hashFactor)
            hash = mixed.high ^ mixed.low
        }
        return (hash ^ (hash &>> 29)) &* lastFactor
    }

    /// The first slot of the bucket of a hash.
    @inline(__always)
    private func home(_ hash: UInt64) -> Int {
        Int(truncatingIfNeeded: hash &>> UInt64(64 &- slotBits)) & ~(Self.bucketSize &- 1)
    }

    /// The part of a slot that comes from the hash: what the number of the row leaves free.
    @inline(__always)
    private func tag(_ hash: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: hash) & ~numberMask }

    @inline(__always)
    private var numberMask: UInt32 { slotBits >= 32 ? .max : (1 &<< UInt32(slotBits)) &- 1 }

    /// Tells native code where the bucket of a hash is, so that it is near when the state is stored.
    func lendTable(to context: UnsafeMutablePointer<RunContext>) {
        context.pointee.slots = UnsafeRawPointer(slots.base)
        context.pointee.homeShift = 64 - slotBits
    }

    /// Brings the bucket of a hash near.
    @inline(__always)
    func prefetchBucket(_ hash: UInt64) { intrinsic_prefetch(slots.base + home(hash)) }

    /// A state that may be the one with a hash, as its number plus one; 0 when the first bucket has none. Brings its row
    /// near.
    @inline(__always)
    func candidate(_ hash: UInt64) -> UInt32 {
        let bucket = slots.base + home(hash)
        let matches = intrinsic_match16(bucket, ~numberMask, tag(hash)) & ~intrinsic_match16(bucket, .max, 0)
        guard matches != 0 else { return 0 }
        let entry = bucket[matches.trailingZeroBitCount] & numberMask
        intrinsic_prefetch(rows.base + (Int(entry) &- 1) &* wordCount)
        return entry
    }

    /// Whether a state is the one with a number plus one; 0 is none.
    @inline(__always)
    func isState(_ words: UnsafePointer<UInt64>, _ candidate: UInt32) -> Bool {
        candidate != 0 && isEqual(words, row(Int(candidate) &- 1))
    }

    // MARK: Finding and adding

    /// The number of a state, or -1 when it is not there.
    func find(_ words: UnsafePointer<UInt64>, hash: UInt64) -> Int {
        switch search(words, hash) {
        case .found(let number): number
        case .free: -1
        }
    }

    private enum Place {
        case found(Int)
        /// Where the state would go.
        case free(slot: Int)
    }

    @inline(__always)
    private func search(_ words: UnsafePointer<UInt64>, _ hash: UInt64) -> Place {
        let mask = (1 &<< slotBits) &- 1
        let (wanted, numbers) = (tag(hash), numberMask)
        var first = home(hash)
        while true {
            let bucket = slots.base + first
            let free = intrinsic_match16(bucket, .max, 0)
            var matches = intrinsic_match16(bucket, ~numbers, wanted) & ~free
            while matches != 0 {
                let number = Int(bucket[matches.trailingZeroBitCount] & numbers) &- 1
                if isEqual(words, row(number)) { return .found(number) }
                matches &= matches &- 1
            }
            if free != 0 { return .free(slot: first &+ free.trailingZeroBitCount) }
            first = (first &+ Self.bucketSize) & mask
        }
    }

    /// Makes room for so many more states; false when there is none.
    mutating func makeRoom(for more: Int) -> Bool {
        guard count + more <= room else { return false }
        while (count + more) * 4 > 3 << slotBits { guard grow() else { return false } }
        return true
    }

    /// Adds a state, for which there is room, unless it is there. Returns whether it is new; it then has the number
    /// `count - 1`. Initial states come first, their own parents; the parents of others never fall.
    @inline(__always)
    mutating func insert(_ words: UnsafePointer<UInt64>, hash: UInt64, parent: Int) -> Bool {
        guard case .free(let slot) = search(words, hash) else { return false }
        append(words, parent: parent)
        slots.base[slot] = tag(hash) | UInt32(truncatingIfNeeded: count)
        return true
    }

    /// Adds a state that something else than the table knows to be new, and for which there is room.
    @inline(__always)
    mutating func append(_ words: UnsafePointer<UInt64>, parent: Int) {
        let target = rows.base + count &* wordCount
        for index in 0..<wordCount { target[index] = words[index] }
        if parent == count { parents.addInitial() } else { parents.add(parent: parent) }
        count &+= 1
    }

    /// Gives the rows of the first states back, some of the last of them perhaps not. Returns how many are gone.
    func release(before next: Int) -> Int { rows.release(before: next * wordCount) / wordCount }

    @inline(__always)
    private func isEqual(_ left: UnsafePointer<UInt64>, _ right: UnsafePointer<UInt64>) -> Bool {
        if wordCount == 1 { return left[0] == right[0] }
        for index in 0..<wordCount where left[index] != right[index] { return false }
        return true
    }

    // MARK: Growing

    /// Doubles the table where it stands; false when there is no address space for it.
    private mutating func grow() -> Bool {
        guard 2 << slotBits <= slots.capacity else { return false }
        slots.base.update(repeating: 0, count: 1 << slotBits)
        slotBits += 1
        placeAll()
        return true
    }

    /// Puts all rows into an empty table.
    private func placeAll() {
        // In groups, so that many buckets are under way at once.
        let size = 64
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: size) { hashes in
            for first in stride(from: 0, to: count, by: size) {
                let last = min(first + size, count)
                for index in first..<last {
                    let hash = Self.hash(row(index), wordCount)
                    hashes[index &- first] = hash
                    prefetchBucket(hash)
                }
                for index in first..<last { place(index, hashes[index &- first]) }
            }
        }
    }

    // MARK: Reading back

    /// Memory for the rows of so many states, for which there is room, in an empty store.
    func emptyRows(_ number: Int) -> UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(start: rows.base, count: number * wordCount * 8)
    }

    /// Takes over the rows that were put there; false when there is no room for the table.
    mutating func adopt(_ number: Int) -> Bool {
        while number * 4 > 3 << slotBits { slotBits += 1 }
        guard 1 << slotBits <= slots.capacity else { return false }
        count = number
        placeAll()
        return true
    }

    /// Puts a row that is not in the table there.
    @inline(__always)
    private func place(_ index: Int, _ hash: UInt64) {
        let mask = (1 &<< slotBits) &- 1
        var first = home(hash)
        while true {
            let free = intrinsic_match16(slots.base + first, .max, 0)
            if free != 0 {
                slots.base[first &+ free.trailingZeroBitCount] = tag(hash) | UInt32(truncatingIfNeeded: index &+ 1)
                return
            }
            first = (first &+ Self.bucketSize) & mask
        }
    }
}
