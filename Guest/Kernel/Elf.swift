// ELF files: what exec reads of a program.

/// A segment of a program that is to be in memory.
struct Segment {
    let bytes: UnsafeRawPointer
    let file_size: UInt64
    let memory_size: UInt64
    let va: UInt64
    /// PTE bits.
    let permissions: UInt64
}

/// A program in the form of an ELF64 file for RISC-V.
struct ElfFile {
    let entry: UInt64
    let segment_count: Int
    private let bytes: UnsafeRawPointer
    private let count: UInt64
    private let headers: UInt64

    private static let magic: UInt32 = 0x464c_457f
    private static let machine: UInt16 = 243
    private static let header_size: UInt64 = 64
    private static let segment_header_size: UInt64 = 56

    /// Nil when the bytes are no such file.
    init?(_ file: UnsafePointer<program>) {
        bytes = UnsafeRawPointer(file.pointee.start)
        count = UInt64(bytes.distance(to: file.pointee.end))
        guard count >= Self.header_size, bytes.loadUnaligned(as: UInt32.self) == Self.magic,
            bytes.loadUnaligned(fromByteOffset: 18, as: UInt16.self) == Self.machine
        else { return nil }
        entry = bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
        headers = bytes.loadUnaligned(fromByteOffset: 32, as: UInt64.self)
        segment_count = Int(bytes.loadUnaligned(fromByteOffset: 56, as: UInt16.self))
        let size = UInt64(segment_count) * Self.segment_header_size
        if headers > count || size > count - headers { return nil }
    }

    /// Does the segment with this number ask for memory?
    func is_loaded(_ number: Int) -> Bool { field(number, 0, as: UInt32.self) == 1 }

    /// The segment, or nil when what it says cannot be.
    func segment(_ number: Int) -> Segment? {
        let offset = field(number, 8, as: UInt64.self)
        let va = field(number, 16, as: UInt64.self)
        let file_size = field(number, 32, as: UInt64.self)
        let memory_size = field(number, 40, as: UInt64.self)
        if file_size > memory_size || offset > count || file_size > count - offset { return nil }
        if va % PGSIZE != 0 || va > limit() || memory_size > limit() - va { return nil }
        let flags = field(number, 4, as: UInt32.self)
        var permissions = PTE.R | PTE.U
        if flags & 1 != 0 { permissions |= PTE.X }
        if flags & 2 != 0 { permissions |= PTE.W }
        return Segment(
            bytes: bytes + Int(offset), file_size: file_size, memory_size: memory_size, va: va,
            permissions: permissions)
    }

    private func field<Value: BitwiseCopyable>(_ number: Int, _ offset: Int, as type: Value.Type) -> Value {
        let header = Int(headers) + number * Int(Self.segment_header_size)
        return bytes.loadUnaligned(fromByteOffset: header + offset, as: type)
    }
}

/// The program of that name in the table that the build made.
func find_program(_ name: UnsafePointer<CChar>) -> ElfFile? {
    for i in 0..<Int(program_count) where equal(program_at(i).pointee.name, name) { return ElfFile(program_at(i)) }
    return nil
}

/// Are two strings the same?
func equal(_ a: UnsafePointer<CChar>, _ b: UnsafePointer<CChar>) -> Bool {
    var i = 0
    while a[i] == b[i] {
        if a[i] == 0 { return true }
        i += 1
    }
    return false
}
