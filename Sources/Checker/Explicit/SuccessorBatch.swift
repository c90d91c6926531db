// Successors on their way to the store, so that many look-ups are under way at once.

/// A buffer of packed states with their origins. It shares its memory when copied: one owner frees it.
///
/// A row is the words of a state, the number of the state whose step led there, the touched properties, and the hash.
struct SuccessorBatch {
    /// So many are gathered before the store is asked.
    static let flushCount = 128

    private let wordCount: Int
    private(set) var count = 0
    private var capacity: Int
    private var rows: UnsafeMutablePointer<UInt64>
    /// Where rows are replaced by representatives: each as it was, with the number of states that it stands for.
    private var originals: UnsafeMutablePointer<UInt64>?

    /// An empty batch.
    ///
    /// - Parameters:
    ///   - wordCount: words of a state.
    ///   - keepsOriginals: whether rows are to be replaced by representatives.
    init(wordCount: Int, keepsOriginals: Bool) {
        self.wordCount = wordCount
        capacity = 1024
        rows = .allocate(capacity: capacity * Self.stride(wordCount: wordCount))
        originals = keepsOriginals ? .allocate(capacity: capacity * (wordCount + 1)) : nil
    }

    func deallocate() {
        rows.deallocate()
        originals?.deallocate()
    }

    /// Words of a row.
    @inline(__always)
    static func stride(wordCount: Int) -> Int { wordCount &+ 3 }

    @inline(__always)
    private var stride: Int { Self.stride(wordCount: wordCount) }

    @inline(__always)
    mutating func append(_ words: UnsafePointer<UInt64>, touched: UInt64, parent: Int) {
        let row = rows + count &* stride
        for index in 0..<wordCount { row[index] = words[index] }
        row[wordCount] = UInt64(truncatingIfNeeded: parent)
        row[wordCount &+ 1] = touched
        row[wordCount &+ 2] = StateStore.hash(UnsafePointer(row), wordCount)
        count &+= 1
        if count == capacity { grow() }
    }

    private mutating func grow() {
        let old = rows
        rows = .allocate(capacity: 2 * capacity * stride)
        rows.update(from: old, count: count * stride)
        if let old = originals {
            let new = UnsafeMutablePointer<UInt64>.allocate(capacity: 2 * capacity * (wordCount + 1))
            new.update(from: old, count: count * (wordCount + 1))
            originals = new
            old.deallocate()
        }
        capacity *= 2
        old.deallocate()
    }

    /// Replaces rows by their representatives.
    func canonicalize(_ range: Range<Int>, _ canonicalizer: inout SymmetryCanonicalizer) {
        guard let originals else { preconditionFailure("rows that are to stay as they are") }
        for row in range {
            let words = rows + row &* stride
            let original = originals + row &* (wordCount &+ 1)
            original.update(from: words, count: wordCount)
            original[wordCount] = canonicalizer.canonicalize(words)
            words[wordCount &+ 2] = StateStore.hash(UnsafePointer(words), wordCount)
        }
    }

    /// The state of a row as the step led to it.
    func original(_ row: Int) -> UnsafePointer<UInt64> {
        originals.map { UnsafePointer($0 + row &* (wordCount &+ 1)) } ?? words(row)
    }

    /// The number of states that the representative of a row stands for.
    func orbit(_ row: Int) -> UInt64 { originals.map { $0[row &* (wordCount &+ 1) &+ wordCount] } ?? 1 }

    mutating func removeAll() { count = 0 }

    @inline(__always)
    func words(_ row: Int) -> UnsafePointer<UInt64> { UnsafePointer(rows + row &* stride) }
    @inline(__always)
    func parent(_ row: Int) -> Int { Int(truncatingIfNeeded: rows[row &* stride &+ wordCount] & 0xFFFF_FFFF) }

    /// The stored state that a row may be, as its number plus one; 0 is none. It stands beside the parent.
    @inline(__always)
    func candidate(_ row: Int) -> UInt32 { UInt32(truncatingIfNeeded: rows[row &* stride &+ wordCount] &>> 32) }

    @inline(__always)
    func note(candidate: UInt32, _ row: Int) {
        rows[row &* stride &+ wordCount] |= UInt64(truncatingIfNeeded: candidate) &<< 32
    }

    @inline(__always)
    func touched(_ row: Int) -> UInt64 { rows[row &* stride &+ wordCount &+ 1] }

    @inline(__always)
    func hash(_ row: Int) -> UInt64 { rows[row &* stride &+ wordCount &+ 2] }

    func differs(_ row: Int, from words: UnsafePointer<UInt64>) -> Bool {
        let own = self.words(row)
        for index in 0..<wordCount where own[index] != words[index] { return true }
        return false
    }

    // MARK: Native code

    /// Tells native code where rows go. There is room for one always.
    @inline(__always)
    func lend(to context: UnsafeMutablePointer<RunContext>) {
        context.pointee.nextRow = rows + count &* stride
        context.pointee.endOfRows = rows + capacity &* stride
        context.pointee.rowCount = count
    }

    /// Takes over the rows that native code has added.
    @inline(__always)
    mutating func take(from context: UnsafeMutablePointer<RunContext>) { count = context.pointee.rowCount }

    /// Makes room while native code adds rows.
    mutating func grow(for context: UnsafeMutablePointer<RunContext>) {
        take(from: context)
        grow()
        lend(to: context)
    }
}
