// One unit of `.debug_line`: its header, its files, and the program that makes the rows.

/// A line number program with its header ("The Line Number Program Header").
struct LineUnit {
    /// Where the next unit starts in the section.
    let end: Int
    /// Names of the source files; the program counts them from 0 or 1.
    private(set) var files: [String] = []
    private var firstFile: UInt64 = 1
    /// Whether files are counted from 0, as in version 5.
    var isFromZero: Bool { firstFile == 0 }
    private var directories: [String] = []
    private var program: ArraySlice<UInt8> = []
    private var minimumLength: UInt64 = 1
    private var lineBase: Int64 = 0
    private var lineRange: UInt64 = 1
    private var operandCounts: [UInt8] = []

    /// Reads a header; nil at the section's end. A unit that does not parse has no program.
    init?(_ section: ArraySlice<UInt8>, at position: Int, _ strings: LineStrings) {
        var cursor = ByteCursor(section.dropFirst(position))
        guard var length = cursor.word(4) else { return nil }
        let isWide = length == 0xffff_ffff
        if isWide {
            guard let wide = cursor.word(8) else { return nil }
            length = wide
        }
        let before = position + (isWide ? 12 : 4)
        guard length > 0, let unit = cursor.bytes(length) else { return nil }
        end = before + unit.count
        if readHeader(ByteCursor(unit), offsetSize: isWide ? 8 : 4, strings) == nil { program = [] }
    }

    private mutating func readHeader(_ start: ByteCursor, offsetSize: UInt64, _ strings: LineStrings) -> Void? {
        var cursor = start
        guard let version = cursor.word(2), (2...5).contains(version) else { return nil }
        // Sizes of addresses and segment selectors.
        if version == 5 && cursor.bytes(2) == nil { return nil }
        guard let headerLength = cursor.word(offsetSize) else { return nil }
        var body = cursor
        guard body.bytes(headerLength) != nil else { return nil }
        program = body.rest
        guard let minimum = cursor.word(1) else { return nil }
        // Operations in an instruction: one, on this architecture.
        if version >= 4 && cursor.word(1) == nil { return nil }
        guard cursor.word(1) != nil, let base = cursor.word(1), let range = cursor.word(1), range > 0,
            let opcodeBase = cursor.word(1), opcodeBase > 0, let counts = cursor.bytes(opcodeBase - 1)
        else { return nil }
        minimumLength = minimum
        lineBase = Int64(Int8(truncatingIfNeeded: base))
        lineRange = range
        operandCounts = Array(counts)
        return version == 5 ? readTables(&cursor, offsetSize, strings) : readLists(&cursor)
    }

    /// Versions 2 to 4: directory 0 is the compilation's, and has no name here.
    private mutating func readLists(_ cursor: inout ByteCursor) -> Void? {
        directories = [""]
        while let name = cursor.text() {
            if name.isEmpty { break }
            directories.append(name)
        }
        while let name = cursor.text() {
            if name.isEmpty { return () }
            guard let directory = cursor.unsigned(), cursor.unsigned() != nil, cursor.unsigned() != nil else {
                return nil
            }
            files.append(path(name, directory))
        }
        return nil
    }

    /// Version 5: tables that describe themselves; directory 0 is the compilation's.
    private mutating func readTables(
        _ cursor: inout ByteCursor, _ offsetSize: UInt64, _ strings: LineStrings
    ) -> Void? {
        guard let folders = Self.table(&cursor, offsetSize, strings),
            let names = Self.table(&cursor, offsetSize, strings)
        else { return nil }
        firstFile = 0
        let base = folders.first?.name ?? ""
        // Below the compilation's directory, the rest of the path says it all.
        func below(_ name: String) -> String {
            if name == base { return "" }
            return name.hasPrefix(base + "/") ? String(name.dropFirst(base.count + 1)) : name
        }
        directories = folders.map { below($0.name) }
        files = names.map { path(below($0.name), $0.directory) }
        return ()
    }

    private func path(_ name: String, _ directory: UInt64) -> String {
        guard !name.hasPrefix("/"), directory < UInt64(directories.count) else { return name }
        let folder = directories[Int(directory)]
        return folder.isEmpty ? name : folder + "/" + name
    }

    private static func table(
        _ cursor: inout ByteCursor, _ offsetSize: UInt64, _ strings: LineStrings
    ) -> [(name: String, directory: UInt64)]? {
        guard let formatCount = cursor.word(1) else { return nil }
        var format: [(content: UInt64, form: UInt64)] = []
        for _ in 0..<formatCount {
            guard let content = cursor.unsigned(), let form = cursor.unsigned() else { return nil }
            format.append((content, form))
        }
        // Each entry takes at least a byte, whatever the count says.
        guard let count = cursor.unsigned(), count <= UInt64(cursor.rest.count), count == 0 || !format.isEmpty else {
            return nil
        }
        var entries: [(name: String, directory: UInt64)] = []
        for _ in 0..<count {
            var entry = (name: "", directory: UInt64(0))
            for (content, form) in format {
                guard let value = LineForm.take(form, &cursor, offsetSize, strings) else { return nil }
                switch (content, value) {
                case (1, .text(let name)): entry.name = name
                case (2, .number(let index)): entry.directory = index
                default: continue
                }
            }
            entries.append(entry)
        }
        return entries
    }

    /// The number of the standard opcode that stands for this byte, or 0.
    private func standardOpcode(_ byte: UInt8) -> UInt8 { Int(byte) <= operandCounts.count ? byte : 0 }

    /// Runs the program ("The Line Number Program").
    func sequences() -> [LineTable.Sequence] {
        var result: [LineTable.Sequence] = []
        var state = State()
        var sequence = LineTable.Sequence()
        var cursor = ByteCursor(program)
        while let byte = cursor.word(1) {
            let opcode = UInt8(truncatingIfNeeded: byte)
            if opcode != 0 && standardOpcode(opcode) == 0 {
                let adjusted = byte - UInt64(operandCounts.count) - 1
                state.advance(adjusted / lineRange * minimumLength)
                state.line &+= UInt64(bitPattern: lineBase &+ Int64(adjusted % lineRange))
                sequence.rows.append(row(state))
            } else if opcode != 0 {
                guard standard(opcode, &cursor, &state) else { return result }
                if opcode == 1 { sequence.rows.append(row(state)) }
            } else {
                guard let length = cursor.unsigned(), length > 0, let body = cursor.bytes(length) else { return result }
                var operand = ByteCursor(body)
                switch operand.word(1) {
                case 1:
                    sequence.rows.append(row(state))
                    if isAscending(sequence) { result.append(sequence) }
                    sequence = LineTable.Sequence()
                    state = State()
                case 2: state.address = operand.word(length - 1) ?? 0
                default: continue
                }
            }
        }
        return result
    }

    /// The registers of the program that matter here.
    private struct State {
        var address: UInt64 = 0
        var file: UInt64 = 1
        var line: UInt64 = 1

        mutating func advance(_ count: UInt64) { address &+= count }
    }

    private func row(_ state: State) -> LineTable.Row {
        let index = state.file &- firstFile
        return LineTable.Row(
            address: state.address, file: index < UInt64(files.count) ? UInt32(index) : 0,
            line: index < UInt64(files.count) ? UInt32(truncatingIfNeeded: state.line) : 0)
    }

    private func isAscending(_ sequence: LineTable.Sequence) -> Bool {
        sequence.start < sequence.end
            && zip(sequence.rows, sequence.rows.dropFirst()).allSatisfy { $0.address <= $1.address }
    }

    /// A standard opcode; false when its operands are cut off.
    private func standard(_ opcode: UInt8, _ cursor: inout ByteCursor, _ state: inout State) -> Bool {
        switch opcode {
        case 2:
            guard let count = cursor.unsigned() else { return false }
            state.advance(count &* minimumLength)
        case 3:
            guard let count = cursor.signed() else { return false }
            state.line &+= UInt64(bitPattern: count)
        case 4:
            guard let file = cursor.unsigned() else { return false }
            state.file = file
        case 8: state.advance((255 - UInt64(operandCounts.count) - 1) / lineRange * minimumLength)
        case 9:
            guard let count = cursor.word(2) else { return false }
            state.advance(count)
        default:
            // Copy, columns, flags, and opcodes of the future: so many operands.
            for _ in 0..<operandCounts[Int(opcode) - 1] where cursor.unsigned() == nil { return false }
        }
        return true
    }
}

/// Attribute forms that a line table's entries may have ("Form Encodings").
enum LineForm {
    enum Value {
        case text(String)
        case number(UInt64)
        case other
    }

    /// Takes a value; nil when it is cut off or of a form that has no place in a line table.
    static func take(
        _ form: UInt64, _ cursor: inout ByteCursor, _ offsetSize: UInt64, _ strings: LineStrings
    ) -> Value? {
        func block(_ count: UInt64?) -> Value? { count.flatMap { cursor.bytes($0) }.map { _ in .other } }
        func text(_ section: ArraySlice<UInt8>) -> Value? {
            cursor.word(offsetSize).map { LineStrings.text(section, at: $0).map { .text($0) } ?? .other }
        }
        switch form {
        case 0x08: return cursor.text().map { .text($0) }
        case 0x1f: return text(strings.line)
        case 0x0e: return text(strings.other)
        case 0x0b: return cursor.word(1).map { .number($0) }
        case 0x05: return cursor.word(2).map { .number($0) }
        case 0x06: return cursor.word(4).map { .number($0) }
        case 0x07: return cursor.word(8).map { .number($0) }
        case 0x0f: return cursor.unsigned().map { .number($0) }
        case 0x1e: return block(16)
        case 0x09: return block(cursor.unsigned())
        case 0x0a: return block(cursor.word(1))
        case 0x03: return block(cursor.word(2))
        case 0x04: return block(cursor.word(4))
        default: return nil
        }
    }
}
