// Encoding: from a row and operand values to an instruction word; used by tests and generated programs.

/// The encoder: the table read backwards.
package enum Assembler {
    /// Why operands do not fit a row.
    package struct Misfit: Error, Equatable {
        /// The mnemonic and the field that is too narrow.
        package let reason: String
    }

    /// Puts operand values into the fields of a row.
    ///
    /// - Parameters:
    ///   - row: the instruction.
    ///   - values: register numbers 0–31 and other raw fields; missing ones are zero.
    ///   - immediate: the immediate; bits that the row cannot hold are an error.
    /// - Throws: `Misfit` when a value does not fit, or is zero where the row forbids it.
    package static func encode(
        _ row: InstructionRow, _ values: [Field: UInt32] = [:], immediate: Int64 = 0
    ) throws(Misfit) -> UInt32 {
        var word = row.match
        for piece in row.pieces {
            var value = piece.field == .immediate ? UInt32(truncatingIfNeeded: immediate) : values[piece.field] ?? 0
            if piece.width == 3 && piece.field.isRegister { value &-= 8 }
            word |= (value >> UInt32(piece.valueBit) & ((1 << UInt32(piece.width)) - 1)) << UInt32(piece.wordBit)
        }
        for (field, value) in values where field != .immediate && row.bits(of: field, in: word) != value {
            throw Misfit(reason: "\(row.mnemonic): \(field) cannot be \(value)")
        }
        guard row.immediate(in: word) == immediate else {
            throw Misfit(reason: "\(row.mnemonic): immediate \(immediate) does not fit")
        }
        guard row.matches(word) else { throw Misfit(reason: "\(row.mnemonic): a field must not be zero") }
        return word
    }

    /// The first row with the opcode that is (or is not) compressed.
    package static func row(_ opcode: Opcode) -> InstructionRow {
        guard let row = InstructionTable.rows.first(where: { $0.opcode == opcode && !$0.isCompressed }) else {
            preconditionFailure("no row for \(opcode)")
        }
        return row
    }

    /// Encodes a full-size instruction whose operands are known to fit.
    package static func word(
        _ opcode: Opcode, rd: UInt32 = 0, rs1: UInt32 = 0, rs2: UInt32 = 0, immediate: Int64 = 0
    ) -> UInt32 {
        let row = row(opcode)
        let operands: [Field: UInt32] = [.rd: rd, .rs1: rs1, .rs2: rs2]
        let present = operands.filter { entry in row.pieces.contains { $0.field == entry.key } }
        do {
            return try encode(row, present, immediate: immediate)
        } catch {
            preconditionFailure(error.reason)
        }
    }
}
