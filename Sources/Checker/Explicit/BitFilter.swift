// Which states were seen, in a few bits each and not for certain: a hunt's table.

/// A Bloom filter (Bloom 1970; Holzmann 1998 for model checking): a state is taken for known when all its bits are set.
///
/// Bits that others have set can make a new state look known: it is then left out, with all that only it leads to. At each
/// new state the share of bits that are set tells how probable that was.
struct BitFilter {
    private let words: GrowingMemory<UInt64>
    let bitCount: UInt64
    /// Bits that are set.
    private(set) var ones: UInt64 = 0
    /// The number of states to be expected that were left out, of those that a step from a known state leads to.
    private(set) var expectedOmissions = 0.0
    private var count = 0.0

    /// Bits of a state: as many hash functions.
    static let functionCount = 4

    /// A filter of so many bytes, none of which is used before a state needs it; nil when the system has no room for it.
    init?(byteCount: Int) {
        let wordCount = max(1, byteCount / 8)
        guard let words = GrowingMemory<UInt64>(capacity: wordCount, atLeast: wordCount) else { return nil }
        words.adviseHugePages()
        self.words = words
        bitCount = UInt64(wordCount) * 64
    }

    func deallocate() { words.deallocate() }

    /// Bytes of the filter.
    var byteCount: Int { words.capacity * 8 }

    /// Share of the bits that are set.
    var fill: Double { Double(ones) / Double(bitCount) }

    /// Brings the first bit of a state near.
    @inline(__always)
    func prefetch(_ hash: UInt64) { words.prefetch(Int(hash.multipliedFullWidth(by: bitCount).high &>> 6)) }

    /// Sets the bits of a state; false when all were set.
    @inline(__always)
    mutating func insert(_ hash: UInt64) -> Bool {
        // The finalizer of SplitMix64 gives the distance from bit to bit (Kirsch, Mitzenmacher 2006).
        var distance = (hash ^ (hash &>> 30)) &* 0xBF58_476D_1CE4_E5B9
        distance = (distance ^ (distance &>> 27)) &* 0x94D0_49BB_1331_11EB
        distance |= 1
        var (position, new) = (hash, UInt64(0))
        for _ in 0..<Self.functionCount {
            let bit = position.multipliedFullWidth(by: bitCount).high
            let mask: UInt64 = 1 &<< (bit & 63)
            let word = words.base + Int(bit &>> 6)
            if word.pointee & mask == 0 {
                word.pointee |= mask
                new &+= 1
            }
            position &+= distance
        }
        guard new > 0 else { return false }
        note()
        ones &+= new
        return true
    }

    /// A new state was not left out: for each such one there are p / (1 - p) to be expected that were.
    private mutating func note() {
        let share = fill
        // All bits set already, or the whole hash that of an earlier state.
        let chance = share * share * share * share + count * 0x1p-64
        expectedOmissions += chance < 1 ? chance / (1 - chance) : 1
        count += 1
    }
}
