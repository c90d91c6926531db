// The instruction table accounts for every bit, has no ambiguous rows, and encodes what it decodes.
import Emu
import Testing

@Suite struct InstructionTableTests {
    @Test func everyOpcodeHasARow() {
        let covered = Set(InstructionTable.rows.map(\.opcode))
        #expect(covered == Set(Opcode.allCases))
        #expect(InstructionTable.rows.filter { !$0.isCompressed }.count == Opcode.allCases.count)
    }

    @Test func everyBitIsFixedOrInAField() {
        for row in InstructionTable.rows {
            var bits = row.mask
            for piece in row.pieces {
                let covered = UInt32((1 << UInt64(piece.width)) - 1) << UInt32(piece.wordBit)
                let isShared =
                    piece.field == .rs1 && row.pieces.contains { $0.field == .rd && $0.wordBit == piece.wordBit }
                #expect(bits & covered == 0 || isShared, "\(row.assembly)")
                bits |= covered
            }
            #expect(bits == (row.isCompressed ? 0xffff : 0xffff_ffff), "\(row.assembly)")
        }
    }

    @Test func rowsOverlapOnlyWhereOneIsMoreSpecific() {
        let rows = InstructionTable.rows
        for (index, a) in rows.enumerated() {
            for b in rows[(index + 1)...] where a.isCompressed == b.isCompressed {
                let overlap = (a.match ^ b.match) & a.mask & b.mask == 0
                guard overlap else { continue }
                let specific = a.mask & b.mask == a.mask || a.mask & b.mask == b.mask
                let apart = [(a, b), (b, a)].contains { one, other in
                    one.nonzero.contains { field in
                        one.pieces.contains { $0.field == field } && other.isZero(field, of: one)
                    }
                }
                #expect(specific && a.mask != b.mask || apart, "\(a.assembly) and \(b.assembly)")
            }
        }
    }

    @Test func decodingAndEncodingAreInverse() throws {
        var generator = SeededGenerator(seed: Budget.seed)
        for row in InstructionTable.rows {
            var tried = 0
            while tried < Budget.cases(400) {
                let word = row.match | (UInt32.random(in: .min ... .max, using: &generator) & ~row.mask)
                let bits = row.isCompressed ? word & 0xffff : word
                guard row.matches(bits) else { continue }
                tried += 1
                var values: [Field: UInt32] = [:]
                for piece in row.pieces where piece.field != .immediate {
                    values[piece.field] = row.bits(of: piece.field, in: bits)
                }
                #expect(try Assembler.encode(row, values, immediate: row.immediate(in: bits)) == bits)
            }
        }
    }

    @Test func operandsThatDoNotFitAreRefused() {
        let addi = Assembler.row(.addi)
        #expect(throws: Assembler.Misfit.self) { try Assembler.encode(addi, [:], immediate: 4096) }
        #expect(throws: Assembler.Misfit.self) { try Assembler.encode(addi, [.rd: 32]) }
    }
}

extension InstructionRow {
    /// Is the field of `other` certainly zero in words of this row?
    fileprivate func isZero(_ field: Field, of other: InstructionRow) -> Bool {
        other.pieces.filter { $0.field == field }.allSatisfy { piece in
            let bits = UInt32((1 << UInt64(piece.width)) - 1) << UInt32(piece.wordBit)
            return mask & bits == bits && match & bits == 0
        }
    }
}
