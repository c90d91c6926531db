// Disassembly: the row's spelling with the operands filled in, as objdump's "no aliases" form prints them.

/// The disassembler.
package enum Disassembler {
    /// The text of an instruction at `pc`, or `<unknown>` where the encoding is reserved.
    ///
    /// Mnemonic and operands are separated by one blank; branch targets are absolute.
    package static func text(_ word: UInt32, at pc: UInt64) -> String {
        guard let instruction = Decoder.shared.decode(word) else {
            return word & 0xffff == 0 ? "c.unimp" : "<unknown>"
        }
        return text(instruction, at: pc)
    }

    /// The text of a decoded instruction.
    package static func text(_ instruction: Instruction, at pc: UInt64) -> String {
        let row = InstructionTable.rows[Int(instruction.row)]
        if instruction.opcode == .fence && instruction.word >> 28 == 8 { return "fence.tso" }
        let parts = row.assembly.split(separator: " ", maxSplits: 1)
        guard let head = parts.first else { return row.assembly }
        var mnemonic = String(head)
        if mnemonic.hasSuffix(".aqrl") {
            mnemonic.removeLast(5)
            mnemonic += ["", ".rl", ".aq", ".aqrl"][Int(instruction.word >> 25 & 3)]
        }
        guard parts.count == 2 else { return mnemonic }
        let operands = parts[1].split(separator: ",").map { operand -> String in
            let text = operand.drop { $0 == " " }
            return spelled(text, instruction, pc)
        }
        return mnemonic + " " + operands.filter { !$0.isEmpty }.joined(separator: ", ")
    }

    private static func spelled(_ operand: Substring, _ instruction: Instruction, _ pc: UInt64) -> String {
        if operand.hasSuffix(")"), let open = operand.firstIndex(of: "(") {
            let inner = operand[operand.index(after: open)...].dropLast()
            return spelled(operand[..<open], instruction, pc) + "(" + spelled(inner, instruction, pc) + ")"
        }
        switch operand {
        case "rd": return RegisterNames.integer[Int(instruction.rd)]
        case "rs1": return RegisterNames.integer[Int(instruction.rs1)]
        case "rs2": return RegisterNames.integer[Int(instruction.rs2)]
        case "frd": return RegisterNames.float[Int(instruction.rd)]
        case "frs1": return RegisterNames.float[Int(instruction.rs1)]
        case "frs2": return RegisterNames.float[Int(instruction.rs2)]
        case "frs3": return RegisterNames.float[Int(instruction.rs3)]
        case "imm", "uimm": return signedHex(instruction.immediate)
        case "upper": return hex(UInt64(instruction.immediate >> 12 & 0xfffff))
        case "pc+imm": return hex(pc &+ UInt64(bitPattern: instruction.immediate))
        case "csr": return ControlNames.name(of: instruction.csr) ?? hex(UInt64(instruction.csr))
        case "rm": return roundingModes[Int(instruction.rm)]
        case "widen": return instruction.rm == 0 ? "" : roundingModes[Int(instruction.rm)]
        case "pred": return ordering(instruction.word >> 24 & 15)
        case "succ": return ordering(instruction.word >> 20 & 15)
        default: return String(operand)
        }
    }

    private static let roundingModes = ["rne", "rtz", "rdn", "rup", "rmm", "?", "?", "dyn"]

    private static func ordering(_ bits: UInt32) -> String {
        let letters = zip(["i", "o", "r", "w"], [8, 4, 2, 1] as [UInt32]).filter { bits & $0.1 != 0 }.map { $0.0 }
        return letters.isEmpty ? "0" : letters.joined()
    }

    /// `0x` and lower-case digits.
    static func hex(_ value: UInt64) -> String { "0x" + String(value, radix: 16) }

    private static func signedHex(_ value: Int64) -> String {
        value < 0 ? "-" + hex(value.magnitude) : hex(UInt64(value))
    }
}
