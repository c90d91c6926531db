// A kernel's file, or a program's: what is in it, by name and by address.

package import Emu

/// An ELF file with its symbols, its debug information and its source lines.
package final class ProgramImage {
    /// The file.
    package let executable: ExecutableFile
    /// Its types and variables.
    package let information: DebugInformation
    /// What it is called in messages.
    package let name: String
    private var loadedLines: LineTable?
    private var loadedMacros: MacroTable?

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - bytes: the ELF file.
    ///   - name: what it is called in messages.
    /// - Throws: `SymbolError` with one sentence: not such a file, stripped, or without debug information.
    package init(_ bytes: [UInt8], name: String) throws(SymbolError) {
        do throws(ImageError) {
            executable = try ExecutableFile(bytes)
        } catch {
            throw SymbolError("\(name): \(error.description)", isOfTheFile: true)
        }
        do throws(SymbolError) {
            information = try DebugInformation(executable)
        } catch {
            throw SymbolError("\(name): \(error.description)")
        }
        self.name = name
    }

    /// Source lines by address.
    package var lines: LineTable {
        if let loadedLines { return loadedLines }
        let lines = LineTable(executable)
        loadedLines = lines
        return lines
    }

    /// Macros, when the file keeps them.
    package var macros: MacroTable {
        if let loadedMacros { return loadedMacros }
        let macros = MacroTable(executable, information.file)
        loadedMacros = macros
        return macros
    }

    /// A function by its C name.
    ///
    /// - Throws: `SymbolError` when there is none, or there are several.
    package func function(named name: String) throws(SymbolError) -> FunctionCode {
        try information.function(named: name, symbols: executable.symbols)
    }

    /// What the file puts at a virtual address; nil outside of what it loads.
    package func contents(at address: UInt64, count: Int) -> ArraySlice<UInt8>? {
        for segment in executable.segments {
            let offset = address &- segment.displacement &- segment.address
            guard offset < segment.size, UInt64(count) <= segment.size - offset else { continue }
            // What the file does not supply is zero.
            guard offset + UInt64(count) <= UInt64(segment.contents.count) else {
                return offset >= UInt64(segment.contents.count) ? ArraySlice(repeating: 0, count: count) : nil
            }
            let start = segment.contents.startIndex + Int(offset)
            return segment.contents[start..<start + count]
        }
        return nil
    }

    /// A little-endian number that the file puts at a virtual address.
    package func word(at address: UInt64, size: Int) -> UInt64? {
        contents(at: address, count: size)?.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    // MARK: Instructions

    /// Where a function calls or enters another: its calls, jumps and inlined copies.
    ///
    /// RISC-V Unprivileged Architecture, "Control Transfer Instructions".
    package func calls(to callee: FunctionCode, in caller: FunctionCode) -> [UInt64] {
        var found = callee.inlined.filter { $0.caller == caller.name }.map(\.entry)
        for range in caller.ranges {
            var upper: (register: UInt32, address: UInt64)?
            walk(range) { address, word, size in
                if size == 2 {
                    if Self.jumpTarget(address, word, 2) == callee.entry { found.append(address) }
                    return
                }
                if word & 0x7f == 0x6f, address &+ Self.jumpOffset(word) == callee.entry { found.append(address) }
                if word & 0x7f == 0x67, let pair = upper, word >> 15 & 31 == pair.register {
                    let low = UInt64(bitPattern: Int64(Int32(bitPattern: word) >> 20))
                    if pair.address &+ low == callee.entry { found.append(address) }
                }
                upper = Self.upperAddress(address, word, size)
            }
        }
        return Array(Set(found)).sorted()
    }

    /// The instructions at which a function returns, or jumps to another that returns for it.
    package func exits(of function: FunctionCode) -> [UInt64] {
        var found: [UInt64] = []
        for range in function.ranges {
            var upper: (register: UInt32, address: UInt64)?
            walk(range) { address, word, size in
                let isReturn = size == 2 ? word == 0x8082 : word == 0x0000_8067
                var target = Self.jumpTarget(address, word, size)
                if size == 4, word & 0xfff == 0x067, let pair = upper, word >> 15 & 31 == pair.register {
                    target = pair.address &+ UInt64(bitPattern: Int64(Int32(bitPattern: word) >> 20))
                }
                let isTailJump = target.map { target in !function.ranges.contains { $0.contains(target) } } ?? false
                if isReturn || isTailJump { found.append(address) }
                upper = Self.upperAddress(address, word, size)
            }
        }
        return found
    }

    /// What `auipc` puts into its register.
    private static func upperAddress(_ address: UInt64, _ word: UInt32, _ size: Int) -> (
        register: UInt32, address: UInt64
    )? {
        guard size == 4, word & 0x7f == 0x17 else { return nil }
        return (word >> 7 & 31, address &+ UInt64(bitPattern: Int64(Int32(bitPattern: word & 0xffff_f000))))
    }

    /// Goes over the instructions of a range, as far as the file has them.
    private func walk(_ range: Range<UInt64>, _ visit: (UInt64, UInt32, Int) -> Void) {
        var address = range.lowerBound
        let segment = executable.segments.first { segment in
            address &- segment.displacement &- segment.address < UInt64(segment.contents.count)
        }
        guard let segment else { return }
        let offset = Int(address &- segment.displacement &- segment.address)
        let bytes = segment.contents.dropFirst(offset).prefix(Int(clamping: range.upperBound - range.lowerBound))
        var position = bytes.startIndex
        while position + 2 <= bytes.endIndex {
            let half = UInt32(bytes[position]) | UInt32(bytes[position + 1]) << 8
            guard half & 3 == 3 else {
                visit(address, half, 2)
                address &+= 2
                position += 2
                continue
            }
            guard position + 4 <= bytes.endIndex else { return }
            visit(address, half | UInt32(bytes[position + 2]) << 16 | UInt32(bytes[position + 3]) << 24, 4)
            address &+= 4
            position += 4
        }
    }

    /// Where a jump that keeps no return address leads: `j` and `c.j`.
    private static func jumpTarget(_ address: UInt64, _ word: UInt32, _ size: Int) -> UInt64? {
        if size == 4 { return word & 0xfff == 0x06f ? address &+ jumpOffset(word) : nil }
        guard word & 0xe003 == 0xa001 else { return nil }
        // offset[11|4|9:8|10|6|7|3:1|5] in bits 12 to 2
        func bits(_ from: UInt32, _ count: UInt32, _ to: UInt32) -> UInt32 { (word >> from & ((1 << count) - 1)) << to }
        let offset =
            bits(12, 1, 11) | bits(11, 1, 4) | bits(9, 2, 8) | bits(8, 1, 10) | bits(7, 1, 6) | bits(6, 1, 7)
            | bits(3, 3, 1) | bits(2, 1, 5)
        return address &+ UInt64(bitPattern: Int64(Int32(bitPattern: offset << 20) >> 20))
    }

    private static func jumpOffset(_ word: UInt32) -> UInt64 {
        let bits =
            (word >> 31 & 1) << 20 | (word >> 12 & 0xff) << 12 | (word >> 20 & 1) << 11 | (word >> 21 & 0x3ff) << 1
        return UInt64(bitPattern: Int64(Int32(bitPattern: bits << 11) >> 11))
    }
}
