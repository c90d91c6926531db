// ELF64 files: segments, entry and symbols, every offset checked.

/// Why an image cannot be used.
package struct ImageError: Error, Equatable, CustomStringConvertible {
    /// What is wrong, for a person.
    package let description: String

    /// Makes the error.
    package init(_ description: String) { self.description = description }
}

/// An ELF64 file for RISC-V.
///
/// System V Application Binary Interface, "ELF Header", "Program Header", "Symbol Table"; RISC-V ELF psABI.
package struct ExecutableFile: Sendable {
    /// A part of the file that is loaded.
    package struct Segment: Sendable {
        /// Physical address.
        package let address: UInt64
        /// Bytes in memory; what the file does not supply is zero.
        package let size: UInt64
        /// What the file supplies.
        package let contents: ArraySlice<UInt8>
        /// Virtual minus physical address, for symbols.
        package let displacement: UInt64
    }

    /// A named address.
    package struct Symbol: Sendable {
        /// Its name.
        package let name: String
        /// Virtual address.
        package let address: UInt64
        /// Size in bytes, possibly 0.
        package let size: UInt64
        /// True for functions and labels without a type.
        package let isCode: Bool
    }

    /// Where execution starts.
    package let entry: UInt64
    /// Loadable segments, in file order.
    package let segments: [Segment]
    /// Symbols by address.
    package let symbols: [Symbol]

    private let bytes: [UInt8]

    /// True when the bytes start as an ELF file does.
    package static func isExecutable(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0x7f, 0x45, 0x4c, 0x46]) }

    /// Reads a file.
    ///
    /// - Throws: `ImageError` when it is not a 64-bit little-endian RISC-V executable, or parts of it lie outside of it.
    package init(_ bytes: [UInt8]) throws(ImageError) {
        guard bytes.count >= 64, Self.isExecutable(bytes) else { throw ImageError("not an ELF file, or cut off") }
        guard bytes[4] == 2 else { throw ImageError("a 32-bit ELF file; this is a 64-bit machine") }
        guard bytes[5] == 1 else { throw ImageError("a big-endian ELF file; this machine is little-endian") }
        self.bytes = bytes
        let reader = FileReader(bytes)
        guard reader.word(18, 2) == 243 else { throw ImageError("an ELF file for another machine, not RISC-V") }
        guard reader.word(16, 2) == 2 || reader.word(16, 2) == 3 else { throw ImageError("not an executable ELF file") }
        entry = reader.word(24, 8) ?? 0
        segments = try Self.readSegments(reader)
        symbols = Self.readSymbols(reader)
        if segments.isEmpty { throw ImageError("an ELF file with nothing to load") }
    }

    private static func readSegments(_ reader: FileReader) throws(ImageError) -> [Segment] {
        var segments: [Segment] = []
        let table = reader.word(32, 8) ?? 0
        let entrySize = reader.word(54, 2) ?? 0
        let count = reader.word(56, 2) ?? 0
        guard count == 0 || entrySize >= 56 else { throw ImageError("program headers of \(entrySize) bytes") }
        for index in 0..<count {
            let header = table &+ index * entrySize
            guard let kind = reader.word(header, 4), reader.word(header &+ 48, 8) != nil else {
                throw ImageError("program header \(index) lies beyond the file's end")
            }
            guard kind == 1 else { continue }
            let offset = reader.word(header &+ 8, 8) ?? 0
            let fileSize = reader.word(header &+ 32, 8) ?? 0
            let size = reader.word(header &+ 40, 8) ?? 0
            let address = reader.word(header &+ 24, 8) ?? 0
            guard let contents = reader.slice(offset, fileSize) else {
                throw ImageError("segment \(index) lies beyond the file's end")
            }
            guard fileSize <= size else { throw ImageError("segment \(index) is larger in the file than in memory") }
            guard !address.addingReportingOverflow(size).overflow else {
                throw ImageError("segment \(index) wraps around the address space")
            }
            if size == 0 { continue }
            let virtual = reader.word(header &+ 16, 8) ?? 0
            segments.append(
                Segment(address: address, size: size, contents: contents, displacement: virtual &- address))
        }
        let sorted = segments.sorted { $0.address < $1.address }
        for (a, b) in zip(sorted, sorted.dropFirst()) where a.address + a.size > b.address {
            throw ImageError("segments overlap at 0x\(String(b.address, radix: 16))")
        }
        return segments
    }

    /// Symbols are a help, not a need: tables that do not parse give none.
    private static func readSymbols(_ reader: FileReader) -> [Symbol] {
        var symbols: [Symbol] = []
        for section in sections(reader) where section.kind == 2 && section.entrySize >= 24 {
            let all = sections(reader)
            guard section.link < UInt64(all.count), section.size / section.entrySize < 1 << 22 else { continue }
            let names = all[Int(section.link)]
            for index in 0..<section.size / section.entrySize {
                let place = section.offset &+ index * section.entrySize
                guard let name = reader.word(place, 4), let info = reader.word(place &+ 4, 1),
                    let address = reader.word(place &+ 8, 8), let size = reader.word(place &+ 16, 8),
                    let index = reader.word(place &+ 6, 2), index != 0, info & 15 <= 2,
                    let text = reader.text(names.offset &+ name), !text.isEmpty, !text.hasPrefix("$"),
                    !text.hasPrefix(".L")
                else { continue }
                symbols.append(Symbol(name: text, address: address, size: size, isCode: info & 15 != 1))
            }
        }
        return symbols.sorted { ($0.address, $0.name) < ($1.address, $1.name) }
    }

    struct Section {
        let name: UInt64
        let kind: UInt64
        let address: UInt64
        let offset: UInt64
        let size: UInt64
        let link: UInt64
        let entrySize: UInt64
        let flags: UInt64
    }

    private static func sections(_ reader: FileReader) -> [Section] {
        let table = reader.word(40, 8) ?? 0
        let count = reader.word(60, 2) ?? 0
        guard table != 0, reader.word(58, 2) == 64 else { return [] }
        return (0..<count).compactMap { index in
            let header = table &+ index * 64
            guard reader.word(header &+ 56, 8) != nil else { return nil }
            func field(_ offset: UInt64, _ width: Int) -> UInt64 { reader.word(header &+ offset, width) ?? 0 }
            return Section(
                name: field(0, 4), kind: field(4, 4), address: field(16, 8), offset: field(24, 8), size: field(32, 8),
                link: field(40, 4), entrySize: field(56, 8), flags: field(8, 8))
        }
    }

    /// The bytes of a named section, when the file has it uncompressed.
    package func section(_ name: String) -> ArraySlice<UInt8>? {
        let reader = FileReader(bytes)
        let all = Self.sections(reader)
        guard let index = reader.word(62, 2), index < UInt64(all.count) else { return nil }
        let names = all[Int(index)].offset
        for section in all where section.kind != 8 && section.flags & 0x800 == 0 {
            if reader.text(names &+ section.name) == name { return reader.slice(section.offset, section.size) }
        }
        return nil
    }

    /// Does the file have a section of that name in compressed form?
    package func hasCompressed(_ name: String) -> Bool {
        let reader = FileReader(bytes)
        let all = Self.sections(reader)
        guard let index = reader.word(62, 2), index < UInt64(all.count) else { return false }
        let names = all[Int(index)].offset
        return all.contains { $0.flags & 0x800 != 0 && reader.text(names &+ $0.name) == name }
    }

    /// Sections that hold instructions: address and contents.
    package var codeSections: [(address: UInt64, contents: ArraySlice<UInt8>)] {
        let reader = FileReader(bytes)
        return Self.sections(reader).compactMap { section in
            guard section.flags & 4 != 0, section.kind == 1 else { return nil }
            return reader.slice(section.offset, section.size).map { (section.address, $0) }
        }
    }

    /// Is a range of virtual addresses inside one loaded segment?
    func isLoaded(_ range: Range<UInt64>) -> Bool {
        segments.contains { segment in
            let offset = range.lowerBound &- segment.displacement &- segment.address
            return offset < segment.size && range.upperBound - range.lowerBound <= segment.size - offset
        }
    }

    /// The address of a symbol.
    package func address(of name: String) -> UInt64? { symbols.first { $0.name == name }?.address }

    /// The physical address of a symbol, through the segment it lies in.
    package func physicalAddress(of name: String) -> UInt64? {
        guard let address = address(of: name) else { return nil }
        for segment in segments where address &- segment.displacement &- segment.address < segment.size {
            return address &- segment.displacement
        }
        return address
    }
}

/// Reads little-endian numbers out of bytes, or nil beyond the end.
struct FileReader {
    let bytes: [UInt8]
    init(_ bytes: [UInt8]) { self.bytes = bytes }

    func word(_ offset: UInt64, _ width: Int) -> UInt64? {
        guard offset <= UInt64(bytes.count), UInt64(bytes.count) - offset >= UInt64(width) else { return nil }
        return (0..<width).reduce(0) { $0 | UInt64(bytes[Int(offset) + $1]) << UInt64(8 * $1) }
    }

    func slice(_ offset: UInt64, _ count: UInt64) -> ArraySlice<UInt8>? {
        guard offset <= UInt64(bytes.count), count <= UInt64(bytes.count) - offset else { return nil }
        return bytes[Int(offset)..<Int(offset + count)]
    }

    func text(_ offset: UInt64) -> String? {
        guard offset < UInt64(bytes.count) else { return nil }
        return String(decoding: bytes[Int(offset)...].prefix { $0 != 0 }.prefix(4096), as: UTF8.self)
    }
}
