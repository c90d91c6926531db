// Memory that grows without moving: address space is reserved once, pages are used as they are touched.

import CIntrinsics

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A large array of a trivial type. Its address never changes, so no growth copies it.
struct GrowingMemory<Element: BitwiseCopyable> {
    /// The first element.
    let base: UnsafeMutablePointer<Element>
    /// How many elements there is room for.
    let capacity: Int
    private let reservedBytes: Int

    /// Reserves room for a number of elements. Where address space is limited it takes half as many, and half again,
    /// down to the least that is of use; nil when the system refuses that too.
    init?(capacity wanted: Int, atLeast least: Int) {
        var capacity = wanted
        let flags = MAP_PRIVATE | MAP_ANONYMOUS | Int32(MAP_NORESERVE)
        while true {
            let bytes = capacity * MemoryLayout<Element>.stride
            if let address = mmap(nil, bytes, PROT_READ | PROT_WRITE, flags, -1, 0), address != MAP_FAILED {
                self.capacity = capacity
                reservedBytes = bytes
                base = address.bindMemory(to: Element.self, capacity: capacity)
                return
            }
            guard capacity > least else { return nil }
            capacity = max(least, capacity / 2)
        }
    }

    /// Asks for huge pages where the system gives them; a wish, not a promise. The first 2 MiB stay as they are, so that
    /// what is small takes no more memory.
    func adviseHugePages() {
        #if os(Linux)
            let hugePage = 1 << 21
            guard reservedBytes > hugePage else { return }
            madvise(UnsafeMutableRawPointer(base) + hugePage, reservedBytes - hugePage, MADV_HUGEPAGE)
        #endif
    }

    /// Gives the pages of the first elements back; they read as zeros then. Huge pages stay whole.
    ///
    /// - Returns: how many elements are gone, or were before.
    func release(before end: Int) -> Int {
        let hugePage = 1 << 21
        let bytes = end * MemoryLayout<Element>.stride / hugePage * hugePage
        if bytes > 0 { madvise(UnsafeMutableRawPointer(base), bytes, MADV_DONTNEED) }
        return bytes / MemoryLayout<Element>.stride
    }

    /// Brings an element near.
    @inline(__always)
    func prefetch(_ index: Int) { intrinsic_prefetch(base + index) }

    /// Gives all of it back.
    func deallocate() { munmap(base, reservedBytes) }
}
