// Where predecoded blocks are: one table per page of RAM, one entry per halfword.

/// Finds the block that starts at a physical address, and forgets blocks of pages that change.
///
/// An entry is zero, or the index of the block's first operation shifted left by 8, plus its instruction count.
package final class CodeMap {
    /// Entries in a page's table.
    static let entryCount = PhysicalMemory.pageSize / 2
    let tables: UnsafeMutablePointer<UnsafeMutablePointer<UInt32>?>
    private let pageCount: Int
    /// Changes whenever blocks are forgotten.
    private(set) var version: UInt64 = 0

    init(pageCount: Int) {
        self.pageCount = pageCount
        tables = .allocate(capacity: pageCount)
        tables.initialize(repeating: nil, count: pageCount)
    }

    deinit {
        for page in 0..<pageCount { tables[page]?.deallocate() }
        tables.deallocate()
    }

    /// The table of a page, made when first asked for; it stays where it is for good.
    func table(_ page: Int) -> UnsafeMutablePointer<UInt32> {
        if let table = tables[page] { return table }
        let table = UnsafeMutablePointer<UInt32>.allocate(capacity: Self.entryCount)
        table.initialize(repeating: 0, count: Self.entryCount)
        tables[page] = table
        return table
    }

    /// Forgets the blocks of a page.
    func drop(_ page: Int) {
        version += 1
        tables[page]?.update(repeating: 0, count: Self.entryCount)
    }

    /// Forgets all blocks.
    func dropAll() { for page in 0..<pageCount { drop(page) } }
}
