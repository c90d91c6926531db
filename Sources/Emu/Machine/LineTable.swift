// Source lines for addresses, out of an ELF file's `.debug_line`.

/// The line table of a program.
///
/// DWARF Debugging Information Format, versions 2 to 5, "Line Number Information". Like symbols, lines are a help and
/// not a need: what does not parse gives none, and what was read before it stays.
package struct LineTable: Sendable {
    /// A run of ascending addresses; the last row only says where it ends.
    struct Sequence: Sendable {
        var rows: [Row] = []
        var start: UInt64 { rows.first?.address ?? 0 }
        var end: UInt64 { rows.last?.address ?? 0 }
    }

    /// From this address on, code is of this line.
    struct Row: Sendable {
        var address: UInt64
        /// An index into `files`.
        var file: UInt32
        var line: UInt32
    }

    private let sequences: [Sequence]
    private let files: [String]

    /// No lines.
    package init() {
        sequences = []
        files = []
    }

    /// The lines of a file's code.
    package init(_ file: ExecutableFile) {
        let section = file.section(".debug_line") ?? []
        let strings = LineStrings(line: file.section(".debug_line_str") ?? [], other: file.section(".debug_str") ?? [])
        var files: [String] = []
        var sequences: [Sequence] = []
        var position = 0
        while let unit = LineUnit(section, at: position, strings) {
            position = unit.end
            let first = UInt32(files.count)
            files += unit.files
            for var sequence in unit.sequences() {
                // A linker leaves the sequences of functions that it dropped, at no address of the program.
                guard file.isLoaded(sequence.start..<sequence.end) else { continue }
                for index in sequence.rows.indices { sequence.rows[index].file += first }
                sequences.append(sequence)
            }
        }
        self.files = files
        self.sequences = sequences.sorted { $0.start < $1.start }
    }

    /// `file:line` of the code at an address, or nil where nothing is known.
    package func place(of address: UInt64) -> String? {
        let after = Self.firstIndex(sequences.count) { sequences[$0].start > address }
        guard after > 0, address < sequences[after - 1].end else { return nil }
        let rows = sequences[after - 1].rows
        let next = Self.firstIndex(rows.count) { rows[$0].address > address }
        guard next > 0, rows[next - 1].line != 0, rows[next - 1].file < UInt32(files.count) else { return nil }
        return "\(files[Int(rows[next - 1].file)]):\(rows[next - 1].line)"
    }

    /// Where code of a line begins, in ascending order.
    ///
    /// A line has several such places when code was duplicated or put in pieces; the first is where it is reached first
    /// in straight code.
    ///
    /// - Parameters:
    ///   - line: counted from 1.
    ///   - file: the end of the file's path: `proc.c`, `kernel/proc.c`.
    package func addresses(ofLine line: Int, in file: String) -> [UInt64] {
        var found: Set<UInt64> = []
        for sequence in sequences {
            var previous: Row?
            for row in sequence.rows.dropLast() {
                let isNew = previous.map { $0.line != row.line || $0.file != row.file } ?? true
                previous = row
                guard isNew, Int(row.line) == line, row.file < UInt32(files.count) else { continue }
                let path = files[Int(row.file)]
                if path == file || path.hasSuffix("/" + file) { found.insert(row.address) }
            }
        }
        return found.sorted()
    }

    /// The names of source files that a unit of debug information refers to by number, and the number of the first.
    ///
    /// - Parameter offset: where its header is in `.debug_line` (`DW_AT_stmt_list`).
    package static func fileNames(_ file: ExecutableFile, at offset: Int) -> (names: [String], first: Int) {
        let section = file.section(".debug_line") ?? []
        let strings = LineStrings(line: file.section(".debug_line_str") ?? [], other: file.section(".debug_str") ?? [])
        guard offset >= 0, offset < section.count, let unit = LineUnit(section, at: offset, strings) else {
            return ([], 1)
        }
        return (unit.files, unit.isFromZero ? 0 : 1)
    }

    /// The first index for which a condition holds that holds for all after it.
    private static func firstIndex(_ count: Int, where holds: (Int) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if holds(middle) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

/// The sections that line tables take strings from.
struct LineStrings {
    let line: ArraySlice<UInt8>
    let other: ArraySlice<UInt8>

    static func text(_ bytes: ArraySlice<UInt8>, at offset: UInt64) -> String? {
        guard offset < UInt64(bytes.count) else { return nil }
        return String(decoding: bytes.dropFirst(Int(offset)).prefix(4096).prefix { $0 != 0 }, as: UTF8.self)
    }
}

/// Takes numbers off the front of bytes; nil beyond the end.
struct ByteCursor {
    private(set) var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    /// Takes bytes.
    mutating func bytes(_ count: UInt64) -> ArraySlice<UInt8>? {
        guard count <= UInt64(rest.count) else { return nil }
        defer { rest = rest.dropFirst(Int(count)) }
        return rest.prefix(Int(count))
    }

    /// Takes a little-endian number of up to 8 bytes.
    mutating func word(_ count: UInt64) -> UInt64? {
        guard count <= 8, let part = bytes(count) else { return nil }
        return part.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Takes an unsigned LEB128; bits beyond 64 are lost.
    mutating func unsigned() -> UInt64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while let byte = rest.popFirst() {
            if shift < 64 { value |= UInt64(byte & 0x7f) << shift }
            shift += 7
            if byte & 0x80 == 0 { return value }
        }
        return nil
    }

    /// Takes a signed LEB128.
    mutating func signed() -> Int64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while let byte = rest.popFirst() {
            if shift < 64 { value |= UInt64(byte & 0x7f) << shift }
            shift += 7
            if byte & 0x80 != 0 { continue }
            if byte & 0x40 != 0 && shift < 64 { value |= UInt64.max << shift }
            return Int64(bitPattern: value)
        }
        return nil
    }

    /// Takes a string that a zero ends.
    mutating func text() -> String? {
        guard let end = rest.firstIndex(of: 0) else { return nil }
        defer { rest = rest[(end + 1)...] }
        return String(decoding: rest[..<end], as: UTF8.self)
    }
}
