// A parsed row of the instruction table: fixed bits, fields and the assembly spelling.

/// A field of an instruction word.
package enum Field: UInt8, Sendable, CaseIterable {
    case rd, rs1, rs2, rs3, rm, csr, immediate, aq, rl, fm, pred, succ
}

/// A row as it stands in the table.
struct RowText: Sendable {
    let opcode: Opcode
    let pattern: StaticString
    let assembly: StaticString
    let isCompressed: Bool
    let fixed: [(Field, UInt8)]
}

/// A run of bits of the word that holds a run of bits of a field.
package struct FieldPiece: Sendable {
    /// The field the bits belong to.
    package let field: Field
    /// The lowest bit in the instruction word.
    package let wordBit: Int
    /// The lowest bit in the field's value.
    package let valueBit: Int
    /// How many bits.
    package let width: Int
}

/// A parsed row: what decoder, disassembler, assembler, document and tests read.
package struct InstructionRow: Sendable {
    /// The semantics.
    package let opcode: Opcode
    /// The extension the row belongs to.
    package let set: InstructionSet
    /// The line of the manual's listing.
    package let pattern: String
    /// The spelling: mnemonic, blank, operands.
    package let assembly: String
    /// True for 16-bit instructions.
    package let isCompressed: Bool
    /// Fixed bits: a word matches when `word & mask == match`, and `nonzero` fields are not zero.
    package let mask: UInt32
    /// Values of the fixed bits.
    package let match: UInt32
    /// Where the fields are.
    package let pieces: [FieldPiece]
    /// Fields that must not be zero.
    package let nonzero: [Field]
    /// Fields that the spelling implies, such as `sp` in `c.lwsp`.
    package let fixed: [(field: Field, value: UInt8)]
    /// The immediate's sign bit, or nil when it is unsigned.
    package let signBit: Int?

    /// The mnemonic without ordering suffixes.
    package var mnemonic: String {
        var name = String(assembly.prefix { $0 != " " })
        if name.hasSuffix(".aqrl") { name.removeLast(5) }
        return name
    }

    /// 2 or 4 bytes.
    package var lengthInBytes: Int { isCompressed ? 2 : 4 }

    /// Parses a row; a row that does not account for all bits is our mistake and stops the program.
    init(parsing text: RowText, set: InstructionSet) {
        var parser = PatternParser(bitCount: text.isCompressed ? 16 : 32)
        for token in "\(text.pattern)".split(separator: " ") { parser.take(String(token)) }
        precondition(parser.bit == 0, "the pattern of \(text.assembly) leaves bits open")
        opcode = text.opcode
        self.set = set
        pattern = "\(text.pattern)"
        assembly = "\(text.assembly)"
        isCompressed = text.isCompressed
        mask = parser.mask
        match = parser.match
        pieces = parser.pieces
        nonzero = parser.nonzero
        fixed = text.fixed.map { (field: $0.0, value: $0.1) }
        signBit = parser.signBit
    }
}

/// Reads a pattern from its highest bit down.
private struct PatternParser {
    var bit: Int
    var mask: UInt32 = 0
    var match: UInt32 = 0
    var pieces: [FieldPiece] = []
    var nonzero: [Field] = []
    var signBit: Int?

    init(bitCount: Int) { bit = bitCount }

    mutating func take(_ token: String) {
        if token.first == "0" || token.first == "1" {
            for character in token {
                bit -= 1
                mask |= 1 << UInt32(bit)
                if character == "1" { match |= 1 << UInt32(bit) }
            }
        } else if let bracket = token.firstIndex(of: "[") {
            takeImmediate(name: token[..<bracket], ranges: token[token.index(after: bracket)...].dropLast())
        } else {
            takeField(token)
        }
    }

    private mutating func takeImmediate(name: Substring, ranges: Substring) {
        if name.hasPrefix("nz") && !nonzero.contains(.immediate) { nonzero.append(.immediate) }
        let isSigned = !name.hasSuffix("uimm")
        for range in ranges.split(separator: "|") {
            let ends = range.split(separator: ":").compactMap { Int($0) }
            guard let high = ends.first, let low = ends.last else { preconditionFailure("bad range \(range)") }
            piece(.immediate, valueBit: low, width: high - low + 1)
            if isSigned { signBit = max(signBit ?? 0, high) }
        }
    }

    private mutating func takeField(_ token: String) {
        var name = token
        let mustNotBeZero = name.hasSuffix("!=0")
        if mustNotBeZero { name.removeLast(3) }
        let fields: [Field]
        let width: Int
        switch name {
        case "rd", "rd'": (fields, width) = ([.rd], name == "rd" ? 5 : 3)
        case "rs1", "rs1'": (fields, width) = ([.rs1], name == "rs1" ? 5 : 3)
        case "rs2", "rs2'": (fields, width) = ([.rs2], name == "rs2" ? 5 : 3)
        case "rd/rs1", "rd'/rs1'": (fields, width) = ([.rd, .rs1], name == "rd/rs1" ? 5 : 3)
        case "rs3": (fields, width) = ([.rs3], 5)
        case "rm": (fields, width) = ([.rm], 3)
        case "csr": (fields, width) = ([.csr], 12)
        case "aq": (fields, width) = ([.aq], 1)
        case "rl": (fields, width) = ([.rl], 1)
        case "fm": (fields, width) = ([.fm], 4)
        case "pred": (fields, width) = ([.pred], 4)
        case "succ": (fields, width) = ([.succ], 4)
        default: preconditionFailure("unknown field \(name)")
        }
        bit -= width
        for field in fields {
            pieces.append(FieldPiece(field: field, wordBit: bit, valueBit: 0, width: width))
            if mustNotBeZero { nonzero.append(field) }
        }
    }

    private mutating func piece(_ field: Field, valueBit: Int, width: Int) {
        bit -= width
        pieces.append(FieldPiece(field: field, wordBit: bit, valueBit: valueBit, width: width))
    }
}

extension InstructionRow {
    /// Does the word have this row's fixed bits, and no zero where it must not be?
    package func matches(_ word: UInt32) -> Bool {
        guard word & mask == match else { return false }
        for field in nonzero where bits(of: field, in: word) == 0 { return false }
        guard pieces.contains(where: { $0.field == .rm }) else { return true }
        let mode = bits(of: .rm, in: word)
        return mode != 5 && mode != 6
    }

    /// The field's raw bits, put together from its pieces; three-bit registers are moved up to x8–x15.
    package func bits(of field: Field, in word: UInt32) -> UInt32 {
        var value: UInt32 = 0
        for piece in pieces where piece.field == field {
            let bits = (word >> UInt32(piece.wordBit)) & ((1 << UInt32(piece.width)) - 1)
            value |= bits << UInt32(piece.valueBit)
            if piece.width == 3 && field.isRegister { value += 8 }
        }
        for entry in fixed where entry.field == field { value = UInt32(entry.value) }
        return value
    }

    /// The immediate with its sign, or zero.
    package func immediate(in word: UInt32) -> Int64 {
        let raw = Int64(bits(of: .immediate, in: word))
        guard let signBit else { return raw }
        let shift = Int64(63 - signBit)
        return (raw << shift) >> shift
    }
}

extension Field {
    /// True for the four register fields.
    package var isRegister: Bool {
        switch self {
        case .rd, .rs1, .rs2, .rs3: true
        case .rm, .csr, .immediate, .aq, .rl, .fm, .pred, .succ: false
        }
    }
}
