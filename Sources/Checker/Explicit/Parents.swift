// From which state each one was first reached, in two bits a state.

/// The parents of states that are numbered in breadth-first order.
///
/// They never fall from one state to the next. So a string of bits tells them all: for each state a one, behind as many
/// zeros as its parent has states before it (Elias 1974, Fano 1971). Initial states come first and are their own parents;
/// they have no bits.
struct Parents {
    private let words: GrowingMemory<UInt64>
    /// Ones before each block of bits.
    private let ranks: GrowingMemory<UInt32>
    /// Blocks whose rank is known.
    private var blockCount = 0
    /// States that have no parent but themselves.
    private(set) var initialCount = 0
    /// Bits that say something: ones are states, zeros are parents that were passed.
    private(set) var ones = 0
    private(set) var zeros = 0

    private static let blockBits = 512

    /// Room for the parents of so many states, or of fewer where address space is limited; nil when there is none.
    init?(capacity: Int, atLeast least: Int) {
        guard let words = GrowingMemory<UInt64>(capacity: (capacity + 31) / 32 + 1, atLeast: least / 32 + 1) else {
            return nil
        }
        let room = words.capacity * 64 / Self.blockBits + 1
        guard let ranks = GrowingMemory<UInt32>(capacity: room, atLeast: room) else {
            words.deallocate()
            return nil
        }
        words.adviseHugePages()
        self.words = words
        self.ranks = ranks
    }

    func deallocate() {
        words.deallocate()
        ranks.deallocate()
    }

    /// States that there is room for.
    var capacity: Int { (words.capacity - 1) * 32 }

    /// Bytes in use.
    var byteCount: Int { (ones + zeros) / 8 + blockCount * 4 }

    /// The next state is initial: no state with a parent was added before it.
    mutating func addInitial() { initialCount &+= 1 }

    /// The next state was first reached from one that is not before the parent of the last one.
    @inline(__always)
    mutating func add(parent: Int) {
        zeros = parent
        let position = ones &+ zeros
        while blockCount &* Self.blockBits <= position {
            ranks.base[blockCount] = UInt32(truncatingIfNeeded: ones)
            blockCount &+= 1
        }
        words.base[position &>> 6] |= 1 &<< UInt64(position & 63)
        ones &+= 1
    }

    /// The state from which a state was first reached; itself when initial. O(log states).
    func parent(of state: Int) -> Int {
        guard state >= initialCount else { return state }
        let wanted = state - initialCount
        var (low, high) = (0, blockCount)
        while high - low > 1 {
            let middle = (low + high) / 2
            if Int(ranks.base[middle]) <= wanted { low = middle } else { high = middle }
        }
        var left = wanted - Int(ranks.base[low])
        var word = low * Self.blockBits / 64
        while words.base[word].nonzeroBitCount <= left {
            left -= words.base[word].nonzeroBitCount
            word += 1
        }
        var bits = words.base[word]
        for _ in 0..<left { bits &= bits - 1 }
        return word * 64 + bits.trailingZeroBitCount - wanted
    }

    // MARK: Keeping and reading back

    /// The words whose bits do not change any more.
    var fullWords: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: words.base, count: (ones + zeros) / 64 * 8)
    }

    /// The bits behind them.
    var lastWord: UInt64 { words.base[(ones + zeros) / 64] }

    /// Makes an empty one what it was when it was kept.
    ///
    /// - Parameters:
    ///   - fill: puts the full words into memory of their size.
    /// - Returns: whether the words have as many ones as they should.
    mutating func restore(
        initialCount: Int, ones: Int, zeros: Int, lastWord: UInt64,
        fill: (UnsafeMutableRawBufferPointer) throws(CheckpointMistake) -> Void
    ) throws(CheckpointMistake) -> Bool {
        guard (ones + zeros) / 64 < words.capacity else { return false }
        (self.initialCount, self.ones, self.zeros) = (initialCount, ones, zeros)
        let wordCount = (ones + zeros) / 64
        try fill(UnsafeMutableRawBufferPointer(start: words.base, count: wordCount * 8))
        words.base[wordCount] = lastWord
        var found = 0
        for word in 0...wordCount {
            // A block that has no bit yet is begun by the state whose bit it will have.
            if word % (Self.blockBits / 64) == 0, word * 64 < ones + zeros {
                ranks.base[blockCount] = UInt32(truncatingIfNeeded: found)
                blockCount += 1
            }
            found += words.base[word].nonzeroBitCount
        }
        return found == ones
    }
}
