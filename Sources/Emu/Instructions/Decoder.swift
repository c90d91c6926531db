// Decoding: from an instruction word to opcode, registers and immediate, by the rows of the table.

/// A decoded instruction: what the executors and the disassembler work on.
package struct Instruction: Equatable, Sendable {
    /// The semantics.
    package var opcode: Opcode
    /// Destination register, 0–31, integer or floating point as the opcode says.
    package var rd: UInt8 = 0
    /// First source register.
    package var rs1: UInt8 = 0
    /// Second source register.
    package var rs2: UInt8 = 0
    /// Third source register of fused multiply-add.
    package var rs3: UInt8 = 0
    /// Rounding mode field; 7 means `frm`.
    package var rm: UInt8 = 0
    /// 2 or 4.
    package var lengthInBytes: UInt8
    /// Index of the row in `InstructionTable.rows`.
    package var row: UInt16
    /// The word, upper half zero for a compressed instruction.
    package var word: UInt32
    /// The immediate, sign-extended where the row says so; `lui` has its upper bits in place.
    package var immediate: Int64 = 0

    /// The CSR number of a Zicsr instruction.
    package var csr: UInt16 { UInt16(word >> 20) }
    /// The `aq` bit of an atomic instruction.
    package var acquires: Bool { word >> 26 & 1 != 0 }
    /// The `rl` bit of an atomic instruction.
    package var releases: Bool { word >> 25 & 1 != 0 }
}

/// The decoder: rows grouped by the bits that tell most of them apart.
package final class Decoder: Sendable {
    /// The one decoder; it has no state but the table.
    package static let shared = Decoder()

    /// Row indices for each value of opcode[6:2] and funct3, the most specific first.
    private let wide: [[UInt16]]
    /// Row indices for each value of the quadrant and funct3.
    private let narrow: [[UInt16]]

    private init() {
        let rows = InstructionTable.rows
        let order = rows.indices.sorted {
            (rows[$0].mask.nonzeroBitCount, $1) > (rows[$1].mask.nonzeroBitCount, $0)
        }
        wide = (0..<256).map { key in
            let key = UInt32(key)
            let word = (key >> 3) << 2 | 3 | (key & 7) << 12
            return order.filter { !rows[$0].isCompressed && (rows[$0].match ^ word) & rows[$0].mask & 0x707f == 0 }
                .map { UInt16($0) }
        }
        narrow = (0..<32).map { key in
            let key = UInt32(key)
            let word = key & 3 | (key >> 2) << 13
            return order.filter { rows[$0].isCompressed && (rows[$0].match ^ word) & rows[$0].mask & 0xe003 == 0 }
                .map { UInt16($0) }
        }
    }

    /// The instruction the word stands for, or nil where the manual reserves the encoding.
    ///
    /// The upper half of `word` is ignored when the lower two bits say that it is compressed.
    package func decode(_ word: UInt32) -> Instruction? {
        let isWide = word & 3 == 3
        let bits = isWide ? word : word & 0xffff
        let candidates =
            isWide
            ? wide[Int((bits >> 2 & 31) << 3 | bits >> 12 & 7)]
            : narrow[Int((bits >> 13 & 7) << 2 | bits & 3)]
        for index in candidates {
            let row = InstructionTable.rows[Int(index)]
            if row.matches(bits) { return Self.instruction(bits, row, index) }
        }
        return nil
    }

    private static func instruction(_ word: UInt32, _ row: InstructionRow, _ index: UInt16) -> Instruction {
        var result = Instruction(
            opcode: row.opcode, lengthInBytes: UInt8(row.lengthInBytes), row: index, word: word)
        result.rd = UInt8(row.bits(of: .rd, in: word))
        result.rs1 = UInt8(row.bits(of: .rs1, in: word))
        result.rs2 = UInt8(row.bits(of: .rs2, in: word))
        result.rs3 = UInt8(row.bits(of: .rs3, in: word))
        result.rm = UInt8(row.bits(of: .rm, in: word))
        result.immediate = row.immediate(in: word)
        return result
    }
}
