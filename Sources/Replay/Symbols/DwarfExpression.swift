// DWARF expressions, as far as compilers use them to say where a variable is.

/// Where a variable is.
package enum VariableLocation: Hashable, Sendable {
    /// At a fixed address.
    case address(UInt64)
    /// In a register of the integer file, 10 for `a0`.
    case register(Int)
    /// In memory, at so many bytes from what a register holds.
    case memory(register: Int, offset: Int64)
    /// In memory, at so many bytes from the stack pointer of the function's caller at the call.
    case frame(offset: Int64)
    /// Nowhere: it has this value.
    case constant(UInt64)
}

extension DwarfFile {
    /// What a location's expression says; an error for one that needs more than a register and a number.
    ///
    /// DWARF, "DWARF Expressions" and "Location Descriptions"; RISC-V ELF psABI, "DWARF Register Numbers".
    ///
    /// - Parameter frame: where the function's frame base is, for offsets from it.
    func evaluate(
        _ code: DwarfCode, in unit: DwarfUnit, frame: VariableLocation?
    ) throws(SymbolError) -> VariableLocation {
        var cursor = DwarfCursor(code.bytes, at: code.range.lowerBound, end: code.range.upperBound)
        var top: VariableLocation?
        guard !cursor.isAtEnd else { throw SymbolError("optimised away") }
        while !cursor.isAtEnd {
            let operation = try cursor.byte()
            switch operation {
            case 0x03: top = .address(try cursor.fixed(unit.addressSize))
            case 0xa1, 0xfb:
                let number = Int(clamping: try cursor.unsigned())
                guard let address = address(number: number, in: unit) else { throw .cutOff }
                top = .address(address)
            case 0x50...0x6f: top = .register(Int(operation) - 0x50)
            case 0x90: top = .register(Int(clamping: try cursor.unsigned()))
            case 0x70...0x8f: top = .memory(register: Int(operation) - 0x70, offset: try cursor.signed())
            case 0x92:
                let register = Int(clamping: try cursor.unsigned())
                top = .memory(register: register, offset: try cursor.signed())
            case 0x91: top = try Self.moved(frame, by: try cursor.signed())
            case 0x9c: top = .frame(offset: 0)
            case 0x23: top = try Self.moved(top, by: Int64(bitPattern: try cursor.unsigned()))
            case 0x9f: top = try Self.value(top)
            default: top = .constant(try Self.literal(operation, &cursor))
            }
        }
        guard let top else { throw SymbolError("an empty location") }
        return top
    }

    /// A number that the expression names.
    private static func literal(_ operation: UInt8, _ cursor: inout DwarfCursor) throws(SymbolError) -> UInt64 {
        switch operation {
        case 0x30...0x4f: return UInt64(operation - 0x30)
        case 0x08, 0x0a, 0x0c, 0x0e: return try cursor.fixed(1 << ((Int(operation) - 0x08) / 2))
        case 0x09: return UInt64(bitPattern: Int64(Int8(truncatingIfNeeded: try cursor.fixed(1))))
        case 0x0b: return UInt64(bitPattern: Int64(Int16(truncatingIfNeeded: try cursor.fixed(2))))
        case 0x0d: return UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: try cursor.fixed(4))))
        case 0x0f: return try cursor.fixed(8)
        case 0x10: return try cursor.unsigned()
        case 0x11: return UInt64(bitPattern: try cursor.signed())
        default:
            throw SymbolError(
                "its location is computed (operation 0x\(String(operation, radix: 16))), which is not done here")
        }
    }

    private static func moved(_ base: VariableLocation?, by offset: Int64) throws(SymbolError) -> VariableLocation {
        switch base {
        case .address(let address): return .address(address &+ UInt64(bitPattern: offset))
        case .register(let register): return .memory(register: register, offset: offset)
        case .memory(let register, let before): return .memory(register: register, offset: before &+ offset)
        case .frame(let before): return .frame(offset: before &+ offset)
        case .constant(let value): return .constant(value &+ UInt64(bitPattern: offset))
        case nil: throw SymbolError("its location is counted from a frame that is not told")
        }
    }

    /// `DW_OP_stack_value`: what was computed is the value itself.
    private static func value(_ top: VariableLocation?) throws(SymbolError) -> VariableLocation {
        switch top {
        case .constant(let value)?, .address(let value)?: return .constant(value)
        case .memory(let register, 0)?: return .register(register)
        default: throw SymbolError("its value is computed, which is not done here")
        }
    }
}
