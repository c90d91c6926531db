// malloc and free: a list of free blocks, first fit, that grows by sbrk.

private let granule: UInt64 = 16
private let header = UInt64(MemoryLayout<block>.size)

/// Memory for n bytes, aligned to 16; nil when there is none.
func malloc(_ n: UInt64) -> UnsafeMutableRawPointer? {
    if n > 1 << 30 { return nil }
    let size = (n + header + granule - 1) / granule * granule
    if let found = take(size) { return found }
    let asked = max(size, 4096)
    let old = sbrk(Int64(asked))
    guard old != -1, let memory = UnsafeMutableRawPointer(bitPattern: UInt(UInt64(old) + 15) & ~15) else { return nil }
    let lost = UInt64(UInt(bitPattern: memory)) - UInt64(old)
    let new = memory.assumingMemoryBound(to: block.self)
    new.pointee.size = (asked - lost) / granule * granule
    free(UnsafeMutableRawPointer(new + 1))
    // Alignment may have cost the last bytes: then the next piece of memory follows this one.
    return take(size) ?? malloc(n)
}

private func take(_ size: UInt64) -> UnsafeMutableRawPointer? {
    var previous: UnsafeMutablePointer<block>?
    var at = free_list
    while let b = at {
        if b.pointee.size >= size {
            var next = b.pointee.next
            if b.pointee.size - size >= header + granule {
                let rest = (UnsafeMutableRawPointer(b) + Int(size)).assumingMemoryBound(to: block.self)
                rest.pointee.size = b.pointee.size - size
                rest.pointee.next = next
                b.pointee.size = size
                next = rest
            }
            if let previous { previous.pointee.next = next } else { free_list = next }
            return UnsafeMutableRawPointer(b + 1)
        }
        (previous, at) = (b, b.pointee.next)
    }
    return nil
}

/// Gives memory back that malloc has given.
func free(_ memory: UnsafeMutableRawPointer) {
    let b = memory.assumingMemoryBound(to: block.self) - 1
    b.pointee.next = free_list
    free_list = b
}
