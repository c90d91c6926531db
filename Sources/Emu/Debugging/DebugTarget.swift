// What a debugger sees: registers with numbers, their description, and memory as a hart sees it.

/// The register file in GDB's numbering, and the XML that describes it.
///
/// Debugging with GDB, "RISC-V Features"; registers beyond the CSRs of the table: `priv`, read-only here.
enum DebugRegisters {
    static let pc = 32
    static let firstFloat = 33
    static let firstControl = 65
    static var count: Int { firstControl + ControlTable.rows.count + 1 }
    /// The pseudo-register with the privilege level.
    static var privilege: Int { count - 1 }

    static func read(_ hart: Hart, _ number: Int) -> UInt64? {
        switch number {
        case 0..<32: return hart[x: number]
        case pc: return hart.pc
        case firstFloat..<firstControl: return hart[f: number - firstFloat]
        case firstControl..<privilege: return hart.readControl(ControlTable.rows[number - firstControl])
        case privilege: return hart[.privilege]
        default: return nil
        }
    }

    static func write(_ hart: Hart, _ number: Int, _ value: UInt64) -> Bool {
        switch number {
        case 0..<32: hart[x: number] = value
        case pc: hart.pc = value & ~1
        case firstFloat..<firstControl: hart[f: number - firstFloat] = value
        case firstControl..<privilege:
            let row = ControlTable.rows[number - firstControl]
            if row.address >> 10 == 3 { return false }
            hart.writeControl(row, value)
        default: return false
        }
        return true
    }

    /// `target.xml`.
    static let description: String = {
        var text = "<?xml version=\"1.0\"?><!DOCTYPE target SYSTEM \"gdb-target.dtd\"><target version=\"1.0\">"
        text += "<architecture>riscv:rv64</architecture><feature name=\"org.gnu.gdb.riscv.cpu\">"
        for (index, name) in RegisterNames.integer.enumerated() {
            let kind = index == 2 ? "data_ptr" : index == 1 ? "code_ptr" : "int"
            text += "<reg name=\"\(name)\" bitsize=\"64\" regnum=\"\(index)\" type=\"\(kind)\"/>"
        }
        text += "<reg name=\"pc\" bitsize=\"64\" regnum=\"32\" type=\"code_ptr\"/></feature>"
        text += "<feature name=\"org.gnu.gdb.riscv.fpu\">"
        for (index, name) in RegisterNames.float.enumerated() {
            text += "<reg name=\"\(name)\" bitsize=\"64\" regnum=\"\(firstFloat + index)\" type=\"ieee_double\"/>"
        }
        for (index, row) in ControlTable.rows.enumerated() where row.address <= 3 {
            text += "<reg name=\"\(row.name)\" bitsize=\"64\" regnum=\"\(firstControl + index)\" type=\"int\"/>"
        }
        text += "</feature><feature name=\"org.gnu.gdb.riscv.csr\">"
        for (index, row) in ControlTable.rows.enumerated() where row.address > 3 {
            text += "<reg name=\"\(row.name)\" bitsize=\"64\" regnum=\"\(firstControl + index)\" type=\"int\"/>"
        }
        text += "</feature><feature name=\"org.gnu.gdb.riscv.virtual\">"
        text += "<reg name=\"priv\" bitsize=\"64\" regnum=\"\(privilege)\" type=\"int\"/></feature></target>"
        return text
    }()
}

/// Bytes and numbers as GDB's hexadecimal.
enum Hexadecimal {
    static func text(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }

    /// A register: eight bytes, little end first.
    static func text(_ word: UInt64) -> String { withUnsafeBytes(of: word.littleEndian) { text($0) } }

    static func bytes(_ text: Substring) -> [UInt8]? {
        let digits = text.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count == text.utf8.count, digits.count % 2 == 0 else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    static func word(_ text: Substring) -> UInt64? {
        guard let bytes = bytes(text), bytes.count <= 8 else { return nil }
        return bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}

/// Watches memory for the debugger.
final class WatchObserver: Observer {
    struct Watch: Equatable {
        var address: UInt64
        var physical: UInt64
        var count: UInt64
        var onLoad: Bool
        var onStore: Bool
    }

    /// An access that a watchpoint tells.
    struct Hit {
        var watch: Watch
        var hart: Int
    }

    var watches: [Watch] = []
    var hit: Hit?

    private func check(_ hart: Int, _ address: UInt64, _ width: Int, isStore: Bool) {
        for watch in watches where isStore ? watch.onStore : watch.onLoad {
            if address < watch.physical + watch.count && watch.physical < address + UInt64(width) {
                hit = Hit(watch: watch, hart: hart)
            }
        }
    }

    func loaded(hart: Int, address: UInt64, width: Int, value: UInt64, isDevice: Bool) {
        check(hart, address, width, isStore: false)
    }

    func stored(hart: Int, address: UInt64, width: Int, value: UInt64, isDevice: Bool) {
        check(hart, address, width, isStore: true)
    }

    func exchanged(hart: Int, address: UInt64, width: Int, old: UInt64, new: UInt64) {
        check(hart, address, width, isStore: false)
        check(hart, address, width, isStore: true)
    }
}
