// Pages of native code: written first, executable afterwards, never both.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Makes bytes executable.
enum ExecutableMemory {
    /// Whether the instructions of native code are those of this processor.
    static var isOfThisProcessor: Bool {
        #if os(Linux) && arch(x86_64)
            true
        #else
            false
        #endif
    }

    /// A copy of the bytes that may be executed and not written; nil when the system refuses.
    static func map(_ bytes: [UInt8]) -> UnsafeMutableRawBufferPointer? {
        guard isOfThisProcessor, !bytes.isEmpty else { return nil }
        let flags = MAP_PRIVATE | MAP_ANONYMOUS
        guard let address = mmap(nil, bytes.count, PROT_READ | PROT_WRITE, Int32(flags), -1, 0), address != MAP_FAILED
        else { return nil }
        let memory = UnsafeMutableRawBufferPointer(start: address, count: bytes.count)
        memory.copyBytes(from: bytes)
        guard mprotect(address, bytes.count, PROT_READ | PROT_EXEC) == 0 else {
            unmap(memory)
            return nil
        }
        return memory
    }

    /// Gives the pages back.
    static func unmap(_ memory: UnsafeMutableRawBufferPointer) { munmap(memory.baseAddress, memory.count) }
}
