// Wide structs by number: each distinct value is kept once, and a slot or a sequence element costs an index.

/// The distinct values of one struct type, as rows of words. Number 0 is the value whose words are all zero.
struct InternTable {
    /// Words of a value.
    let wordCount: Int
    /// The first number that does not fit.
    let limit: Int
    private let rows: GrowingMemory<UInt64>
    private var slots: UnsafeMutablePointer<UInt32>
    private var slotBits: Int
    private(set) var count = 0

    init?(wordCount: Int, idBits: Int) {
        self.wordCount = wordCount
        guard let rows = GrowingMemory<UInt64>(capacity: wordCount << idBits, atLeast: wordCount << 8) else {
            return nil
        }
        self.rows = rows
        limit = rows.capacity / wordCount
        slotBits = 8
        slots = .allocate(capacity: 1 << slotBits)
        slots.initialize(repeating: 0, count: 1 << slotBits)
        let zero = Array(repeating: UInt64(0), count: wordCount)
        zero.withUnsafeBufferPointer { buffer in
            if let base = buffer.baseAddress { _ = number(of: base) }
        }
    }

    func deallocate() {
        rows.deallocate()
        slots.deallocate()
    }

    /// The words of value 0; they never move.
    var base: UnsafePointer<UInt64> { UnsafePointer(rows.base) }

    /// The words of a value.
    @inline(__always)
    func row(_ number: Int) -> UnsafePointer<UInt64> { UnsafePointer(rows.base + number &* wordCount) }

    /// The number of a value, a new one when it was never seen; -1 when no number is left. O(words).
    mutating func number(of words: UnsafePointer<UInt64>) -> Int {
        if (count + 1) * 2 > 1 << slotBits { grow() }
        let mask = (1 << slotBits) - 1
        var slot = Int(truncatingIfNeeded: StateStore.hash(words, wordCount)) & mask
        while slots[slot] != 0 {
            let candidate = Int(slots[slot]) - 1
            if isEqual(words, row(candidate)) { return candidate }
            slot = (slot + 1) & mask
        }
        guard count < limit else { return -1 }
        (rows.base + count * wordCount).update(from: words, count: wordCount)
        count += 1
        slots[slot] = UInt32(count)
        return count - 1
    }

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
            var slot = Int(truncatingIfNeeded: StateStore.hash(row(index), wordCount)) & mask
            while slots[slot] != 0 { slot = (slot + 1) & mask }
            slots[slot] = UInt32(index + 1)
        }
    }
}

/// The intern tables of one layout. Owns their memory.
package final class InternPool {
    /// Bits of a number: enough for `1 << idBits` distinct values of each struct.
    let idBits: Int
    private(set) var tables: UnsafeMutablePointer<InternTable>
    private(set) var tableCount = 0
    private static let capacity = 64

    /// An empty pool.
    package init(idBits: Int) {
        self.idBits = idBits
        tables = .allocate(capacity: Self.capacity)
    }

    deinit {
        for index in 0..<tableCount { tables[index].deallocate() }
        tables.deallocate()
    }

    /// Makes a table; nil when there are too many or no memory is left, and the struct is then stored as it is.
    func addTable(wordCount: Int) -> Int? {
        guard tableCount < Self.capacity, let table = InternTable(wordCount: wordCount, idBits: idBits) else {
            return nil
        }
        (tables + tableCount).initialize(to: table)
        tableCount += 1
        return tableCount - 1
    }
}
