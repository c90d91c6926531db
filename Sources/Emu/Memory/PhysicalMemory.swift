// Guest RAM: one run of host memory, with a byte of marks for each page.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// What the machine notes about a page of RAM; a page with any mark but `dirty` is never written on the fast path.
package enum PageMark {
    /// Written since the last snapshot.
    package static let dirty: UInt8 = 1
    /// Instructions of this page are predecoded.
    package static let code: UInt8 = 2
    /// Accesses end the slice before they happen.
    package static let watched: UInt8 = 4
    /// Another hart holds a reservation here.
    package static let reserved: UInt8 = 8
    /// Holds `tohost`.
    package static let host: UInt8 = 16
}

/// Guest RAM.
///
/// All accesses are checked against the size here or by a page entry made here: nothing outside is ever touched.
package final class PhysicalMemory {
    /// Bytes in a page.
    package static let pageSize = 4096
    /// The physical address of the first byte.
    package let base: UInt64
    /// Size in bytes, a whole number of pages.
    package let size: UInt64
    /// The host's memory.
    package let bytes: UnsafeMutableRawPointer
    /// Marks of each page.
    package let marks: UnsafeMutablePointer<UInt8>
    /// Pages that carry the dirty mark, each once.
    private(set) var dirtyPages: [UInt32] = []

    /// Number of pages.
    package var pageCount: Int { Int(size / UInt64(Self.pageSize)) }

    /// Takes zeroed memory from the host, which hands out pages as they are touched.
    ///
    /// - Returns: nil when the host has no such amount of address space.
    package init?(base: UInt64, size: UInt64) {
        guard let memory = calloc(1, Int(size) + 64), let marks = calloc(Int(size) / Self.pageSize + 1, 1) else {
            return nil
        }
        self.base = base
        self.size = size
        bytes = memory
        self.marks = marks.assumingMemoryBound(to: UInt8.self)
    }

    deinit {
        free(bytes)
        free(marks)
    }

    /// Is the whole range inside RAM?
    @inline(__always)
    package func contains(_ address: UInt64, _ count: UInt64) -> Bool {
        let offset = address &- base
        return offset < size && count <= size - offset
    }

    /// Reads a little-endian value of 1, 2, 4 or 8 bytes; the range must be inside.
    @inline(__always)
    package func load(_ address: UInt64, _ width: Int) -> UInt64 {
        let source = bytes + Int(truncatingIfNeeded: address &- base)
        switch width {
        case 1: return UInt64(source.loadUnaligned(as: UInt8.self))
        case 2: return UInt64(source.loadUnaligned(as: UInt16.self))
        case 4: return UInt64(source.loadUnaligned(as: UInt32.self))
        case 8: return source.loadUnaligned(as: UInt64.self)
        default: preconditionFailure("no access is \(width) bytes wide")
        }
    }

    /// Writes the low bytes of a value; the range must be inside, and its pages already marked.
    @inline(__always)
    package func store(_ address: UInt64, _ width: Int, _ value: UInt64) {
        let target = bytes + Int(truncatingIfNeeded: address &- base)
        switch width {
        case 1: target.storeBytes(of: UInt8(truncatingIfNeeded: value), as: UInt8.self)
        case 2: target.storeBytes(of: UInt16(truncatingIfNeeded: value), as: UInt16.self)
        case 4: target.storeBytes(of: UInt32(truncatingIfNeeded: value), as: UInt32.self)
        case 8: target.storeBytes(of: value, as: UInt64.self)
        default: preconditionFailure("no access is \(width) bytes wide")
        }
    }

    /// The page an address inside RAM lies in.
    @inline(__always)
    package func page(of address: UInt64) -> Int { Int((address &- base) >> 12) }

    /// Notes that a page is about to change.
    @inline(__always)
    package func markDirty(_ page: Int) {
        if marks[page] & PageMark.dirty == 0 {
            marks[page] |= PageMark.dirty
            dirtyPages.append(UInt32(page))
        }
    }

    /// Hands out the list of dirty pages and starts a new one.
    func takeDirtyPages() -> [UInt32] {
        for page in dirtyPages { marks[Int(page)] &= ~PageMark.dirty }
        defer { dirtyPages.removeAll(keepingCapacity: true) }
        return dirtyPages
    }

    /// The host's address of a page.
    func pointer(toPage page: Int) -> UnsafeMutableRawPointer { bytes + page * Self.pageSize }
}
