// Memory that grows without moving: address space is reserved once, pages are used as they are touched.

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
    private let reservedBytes: Int

    /// Reserves room for a number of elements; nil when the system refuses.
    init?(capacity: Int) {
        let bytes = capacity * MemoryLayout<Element>.stride
        let flags = MAP_PRIVATE | MAP_ANONYMOUS | Int32(MAP_NORESERVE)
        guard let address = mmap(nil, bytes, PROT_READ | PROT_WRITE, flags, -1, 0), address != MAP_FAILED else {
            return nil
        }
        reservedBytes = bytes
        base = address.bindMemory(to: Element.self, capacity: capacity)
    }

    /// Asks for huge pages where the system gives them; a wish, not a promise.
    func adviseHugePages() {
        #if os(Linux)
            madvise(base, reservedBytes, 14)
        #endif
    }

    /// Gives all of it back.
    func deallocate() { munmap(base, reservedBytes) }
}
