// Successors on their way to the store, so that many look-ups are under way at once.

/// A buffer of packed states with their hashes and origins. It shares its memory when copied: one owner frees it.
struct SuccessorBatch {
    /// So many are gathered before the store is asked.
    static let flushCount = 128

    private let wordCount: Int
    private(set) var count = 0
    private var capacity: Int
    private var rows: UnsafeMutablePointer<UInt64>
    private var meta: UnsafeMutablePointer<Meta>

    private struct Meta {
        var hash: UInt64
        var touched: UInt64
        var parent: Int
    }

    init(wordCount: Int) {
        self.wordCount = wordCount
        capacity = 1024
        rows = .allocate(capacity: capacity * wordCount)
        meta = .allocate(capacity: capacity)
    }

    func deallocate() {
        rows.deallocate()
        meta.deallocate()
    }

    @inline(__always)
    mutating func append(_ words: UnsafePointer<UInt64>, touched: UInt64, parent: Int) {
        if count == capacity { grow() }
        let row = rows + count &* wordCount
        for index in 0..<wordCount { row[index] = words[index] }
        let hash = StateStore.hash(UnsafePointer(row), wordCount)
        meta[count] = Meta(hash: hash, touched: touched, parent: parent)
        count &+= 1
    }

    private mutating func grow() {
        let (oldRows, oldMeta) = (rows, meta)
        capacity *= 2
        rows = .allocate(capacity: capacity * wordCount)
        meta = .allocate(capacity: capacity)
        rows.update(from: oldRows, count: count * wordCount)
        meta.update(from: oldMeta, count: count)
        oldRows.deallocate()
        oldMeta.deallocate()
    }

    mutating func removeAll() { count = 0 }

    @inline(__always)
    func words(_ row: Int) -> UnsafePointer<UInt64> { UnsafePointer(rows + row &* wordCount) }
    @inline(__always)
    func hash(_ row: Int) -> UInt64 { meta[row].hash }
    func parent(_ row: Int) -> Int { meta[row].parent }
    func touched(_ row: Int) -> UInt64 { meta[row].touched }

    func differs(_ row: Int, from words: UnsafePointer<UInt64>) -> Bool {
        for index in 0..<wordCount where rows[row * wordCount + index] != words[index] { return true }
        return false
    }
}
