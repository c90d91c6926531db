// The instruction table: each row is the line of the manual's listing, and everything else comes from it.
// swift-format-ignore-file: the columns of the listing are the point.

/// All rows, in the manual's order.
///
/// The RISC-V Instruction Set Manual, Volume I, "RV32/64G Instruction Set Listings" and "RVC Instruction Set Listings";
/// Volume II, "RISC-V Privileged Instruction Set Listings".
package enum InstructionTable {
    /// Every row, parsed once.
    package static let rows: [InstructionRow] =
        sections.flatMap { set, rows in rows.map { InstructionRow(parsing: $0, set: set) } }

    private static func row(_ opcode: Opcode, _ pattern: StaticString, _ assembly: StaticString) -> RowText {
        RowText(opcode: opcode, pattern: pattern, assembly: assembly, isCompressed: false, fixed: [])
    }

    private static func compressed(
        _ pattern: StaticString, _ assembly: StaticString, as opcode: Opcode, _ fixed: [(Field, UInt8)] = []
    ) -> RowText {
        RowText(opcode: opcode, pattern: pattern, assembly: assembly, isCompressed: true, fixed: fixed)
    }

    private static let sections: [(InstructionSet, [RowText])] = [
        (.base, base), (.fenceI, fenceI), (.csr, csr), (.multiply, multiply), (.atomic, atomic), (.single, single),
        (.double, double), (.address, address), (.basicBits, basicBits), (.singleBits, singleBits),
        (.cacheManagement, cacheManagement), (.cacheZero, cacheZero), (.privileged, privileged), (.svinval, svinval),
        (.compressed, rvc),
    ]

    private static let base: [RowText] = [
        row(.lui, "imm[31:12] rd 0110111", "lui rd, upper"),
        row(.auipc, "imm[31:12] rd 0010111", "auipc rd, upper"),
        row(.jal, "imm[20|10:1|11|19:12] rd 1101111", "jal rd, pc+imm"),
        row(.jalr, "imm[11:0] rs1 000 rd 1100111", "jalr rd, imm(rs1)"),
        row(.beq, "imm[12|10:5] rs2 rs1 000 imm[4:1|11] 1100011", "beq rs1, rs2, pc+imm"),
        row(.bne, "imm[12|10:5] rs2 rs1 001 imm[4:1|11] 1100011", "bne rs1, rs2, pc+imm"),
        row(.blt, "imm[12|10:5] rs2 rs1 100 imm[4:1|11] 1100011", "blt rs1, rs2, pc+imm"),
        row(.bge, "imm[12|10:5] rs2 rs1 101 imm[4:1|11] 1100011", "bge rs1, rs2, pc+imm"),
        row(.bltu, "imm[12|10:5] rs2 rs1 110 imm[4:1|11] 1100011", "bltu rs1, rs2, pc+imm"),
        row(.bgeu, "imm[12|10:5] rs2 rs1 111 imm[4:1|11] 1100011", "bgeu rs1, rs2, pc+imm"),
        row(.lb, "imm[11:0] rs1 000 rd 0000011", "lb rd, imm(rs1)"),
        row(.lh, "imm[11:0] rs1 001 rd 0000011", "lh rd, imm(rs1)"),
        row(.lw, "imm[11:0] rs1 010 rd 0000011", "lw rd, imm(rs1)"),
        row(.ld, "imm[11:0] rs1 011 rd 0000011", "ld rd, imm(rs1)"),
        row(.lbu, "imm[11:0] rs1 100 rd 0000011", "lbu rd, imm(rs1)"),
        row(.lhu, "imm[11:0] rs1 101 rd 0000011", "lhu rd, imm(rs1)"),
        row(.lwu, "imm[11:0] rs1 110 rd 0000011", "lwu rd, imm(rs1)"),
        row(.sb, "imm[11:5] rs2 rs1 000 imm[4:0] 0100011", "sb rs2, imm(rs1)"),
        row(.sh, "imm[11:5] rs2 rs1 001 imm[4:0] 0100011", "sh rs2, imm(rs1)"),
        row(.sw, "imm[11:5] rs2 rs1 010 imm[4:0] 0100011", "sw rs2, imm(rs1)"),
        row(.sd, "imm[11:5] rs2 rs1 011 imm[4:0] 0100011", "sd rs2, imm(rs1)"),
        row(.addi, "imm[11:0] rs1 000 rd 0010011", "addi rd, rs1, imm"),
        row(.slti, "imm[11:0] rs1 010 rd 0010011", "slti rd, rs1, imm"),
        row(.sltiu, "imm[11:0] rs1 011 rd 0010011", "sltiu rd, rs1, imm"),
        row(.xori, "imm[11:0] rs1 100 rd 0010011", "xori rd, rs1, imm"),
        row(.ori, "imm[11:0] rs1 110 rd 0010011", "ori rd, rs1, imm"),
        row(.andi, "imm[11:0] rs1 111 rd 0010011", "andi rd, rs1, imm"),
        row(.slli, "000000 uimm[5:0] rs1 001 rd 0010011", "slli rd, rs1, uimm"),
        row(.srli, "000000 uimm[5:0] rs1 101 rd 0010011", "srli rd, rs1, uimm"),
        row(.srai, "010000 uimm[5:0] rs1 101 rd 0010011", "srai rd, rs1, uimm"),
        row(.add, "0000000 rs2 rs1 000 rd 0110011", "add rd, rs1, rs2"),
        row(.sub, "0100000 rs2 rs1 000 rd 0110011", "sub rd, rs1, rs2"),
        row(.sll, "0000000 rs2 rs1 001 rd 0110011", "sll rd, rs1, rs2"),
        row(.slt, "0000000 rs2 rs1 010 rd 0110011", "slt rd, rs1, rs2"),
        row(.sltu, "0000000 rs2 rs1 011 rd 0110011", "sltu rd, rs1, rs2"),
        row(.xor, "0000000 rs2 rs1 100 rd 0110011", "xor rd, rs1, rs2"),
        row(.srl, "0000000 rs2 rs1 101 rd 0110011", "srl rd, rs1, rs2"),
        row(.sra, "0100000 rs2 rs1 101 rd 0110011", "sra rd, rs1, rs2"),
        row(.or, "0000000 rs2 rs1 110 rd 0110011", "or rd, rs1, rs2"),
        row(.and, "0000000 rs2 rs1 111 rd 0110011", "and rd, rs1, rs2"),
        row(.addiw, "imm[11:0] rs1 000 rd 0011011", "addiw rd, rs1, imm"),
        row(.slliw, "0000000 uimm[4:0] rs1 001 rd 0011011", "slliw rd, rs1, uimm"),
        row(.srliw, "0000000 uimm[4:0] rs1 101 rd 0011011", "srliw rd, rs1, uimm"),
        row(.sraiw, "0100000 uimm[4:0] rs1 101 rd 0011011", "sraiw rd, rs1, uimm"),
        row(.addw, "0000000 rs2 rs1 000 rd 0111011", "addw rd, rs1, rs2"),
        row(.subw, "0100000 rs2 rs1 000 rd 0111011", "subw rd, rs1, rs2"),
        row(.sllw, "0000000 rs2 rs1 001 rd 0111011", "sllw rd, rs1, rs2"),
        row(.srlw, "0000000 rs2 rs1 101 rd 0111011", "srlw rd, rs1, rs2"),
        row(.sraw, "0100000 rs2 rs1 101 rd 0111011", "sraw rd, rs1, rs2"),
        row(.fence, "fm pred succ rs1 000 rd 0001111", "fence pred, succ"),
        row(.ecall, "000000000000 00000 000 00000 1110011", "ecall"),
        row(.ebreak, "000000000001 00000 000 00000 1110011", "ebreak"),
    ]

    private static let fenceI: [RowText] = [
        row(.fencei, "imm[11:0] rs1 001 rd 0001111", "fence.i")
    ]

    private static let csr: [RowText] = [
        row(.csrrw, "csr rs1 001 rd 1110011", "csrrw rd, csr, rs1"),
        row(.csrrs, "csr rs1 010 rd 1110011", "csrrs rd, csr, rs1"),
        row(.csrrc, "csr rs1 011 rd 1110011", "csrrc rd, csr, rs1"),
        row(.csrrwi, "csr uimm[4:0] 101 rd 1110011", "csrrwi rd, csr, uimm"),
        row(.csrrsi, "csr uimm[4:0] 110 rd 1110011", "csrrsi rd, csr, uimm"),
        row(.csrrci, "csr uimm[4:0] 111 rd 1110011", "csrrci rd, csr, uimm"),
    ]

    private static let multiply: [RowText] = [
        row(.mul, "0000001 rs2 rs1 000 rd 0110011", "mul rd, rs1, rs2"),
        row(.mulh, "0000001 rs2 rs1 001 rd 0110011", "mulh rd, rs1, rs2"),
        row(.mulhsu, "0000001 rs2 rs1 010 rd 0110011", "mulhsu rd, rs1, rs2"),
        row(.mulhu, "0000001 rs2 rs1 011 rd 0110011", "mulhu rd, rs1, rs2"),
        row(.div, "0000001 rs2 rs1 100 rd 0110011", "div rd, rs1, rs2"),
        row(.divu, "0000001 rs2 rs1 101 rd 0110011", "divu rd, rs1, rs2"),
        row(.rem, "0000001 rs2 rs1 110 rd 0110011", "rem rd, rs1, rs2"),
        row(.remu, "0000001 rs2 rs1 111 rd 0110011", "remu rd, rs1, rs2"),
        row(.mulw, "0000001 rs2 rs1 000 rd 0111011", "mulw rd, rs1, rs2"),
        row(.divw, "0000001 rs2 rs1 100 rd 0111011", "divw rd, rs1, rs2"),
        row(.divuw, "0000001 rs2 rs1 101 rd 0111011", "divuw rd, rs1, rs2"),
        row(.remw, "0000001 rs2 rs1 110 rd 0111011", "remw rd, rs1, rs2"),
        row(.remuw, "0000001 rs2 rs1 111 rd 0111011", "remuw rd, rs1, rs2"),
    ]

    private static let atomic: [RowText] = [
        row(.lrW, "00010 aq rl 00000 rs1 010 rd 0101111", "lr.w.aqrl rd, (rs1)"),
        row(.scW, "00011 aq rl rs2 rs1 010 rd 0101111", "sc.w.aqrl rd, rs2, (rs1)"),
        row(.amoswapW, "00001 aq rl rs2 rs1 010 rd 0101111", "amoswap.w.aqrl rd, rs2, (rs1)"),
        row(.amoaddW, "00000 aq rl rs2 rs1 010 rd 0101111", "amoadd.w.aqrl rd, rs2, (rs1)"),
        row(.amoxorW, "00100 aq rl rs2 rs1 010 rd 0101111", "amoxor.w.aqrl rd, rs2, (rs1)"),
        row(.amoandW, "01100 aq rl rs2 rs1 010 rd 0101111", "amoand.w.aqrl rd, rs2, (rs1)"),
        row(.amoorW, "01000 aq rl rs2 rs1 010 rd 0101111", "amoor.w.aqrl rd, rs2, (rs1)"),
        row(.amominW, "10000 aq rl rs2 rs1 010 rd 0101111", "amomin.w.aqrl rd, rs2, (rs1)"),
        row(.amomaxW, "10100 aq rl rs2 rs1 010 rd 0101111", "amomax.w.aqrl rd, rs2, (rs1)"),
        row(.amominuW, "11000 aq rl rs2 rs1 010 rd 0101111", "amominu.w.aqrl rd, rs2, (rs1)"),
        row(.amomaxuW, "11100 aq rl rs2 rs1 010 rd 0101111", "amomaxu.w.aqrl rd, rs2, (rs1)"),
        row(.lrD, "00010 aq rl 00000 rs1 011 rd 0101111", "lr.d.aqrl rd, (rs1)"),
        row(.scD, "00011 aq rl rs2 rs1 011 rd 0101111", "sc.d.aqrl rd, rs2, (rs1)"),
        row(.amoswapD, "00001 aq rl rs2 rs1 011 rd 0101111", "amoswap.d.aqrl rd, rs2, (rs1)"),
        row(.amoaddD, "00000 aq rl rs2 rs1 011 rd 0101111", "amoadd.d.aqrl rd, rs2, (rs1)"),
        row(.amoxorD, "00100 aq rl rs2 rs1 011 rd 0101111", "amoxor.d.aqrl rd, rs2, (rs1)"),
        row(.amoandD, "01100 aq rl rs2 rs1 011 rd 0101111", "amoand.d.aqrl rd, rs2, (rs1)"),
        row(.amoorD, "01000 aq rl rs2 rs1 011 rd 0101111", "amoor.d.aqrl rd, rs2, (rs1)"),
        row(.amominD, "10000 aq rl rs2 rs1 011 rd 0101111", "amomin.d.aqrl rd, rs2, (rs1)"),
        row(.amomaxD, "10100 aq rl rs2 rs1 011 rd 0101111", "amomax.d.aqrl rd, rs2, (rs1)"),
        row(.amominuD, "11000 aq rl rs2 rs1 011 rd 0101111", "amominu.d.aqrl rd, rs2, (rs1)"),
        row(.amomaxuD, "11100 aq rl rs2 rs1 011 rd 0101111", "amomaxu.d.aqrl rd, rs2, (rs1)"),
    ]

    private static let single: [RowText] = [
        row(.flw, "imm[11:0] rs1 010 rd 0000111", "flw frd, imm(rs1)"),
        row(.fsw, "imm[11:5] rs2 rs1 010 imm[4:0] 0100111", "fsw frs2, imm(rs1)"),
        row(.fmaddS, "rs3 00 rs2 rs1 rm rd 1000011", "fmadd.s frd, frs1, frs2, frs3, rm"),
        row(.fmsubS, "rs3 00 rs2 rs1 rm rd 1000111", "fmsub.s frd, frs1, frs2, frs3, rm"),
        row(.fnmsubS, "rs3 00 rs2 rs1 rm rd 1001011", "fnmsub.s frd, frs1, frs2, frs3, rm"),
        row(.fnmaddS, "rs3 00 rs2 rs1 rm rd 1001111", "fnmadd.s frd, frs1, frs2, frs3, rm"),
        row(.faddS, "0000000 rs2 rs1 rm rd 1010011", "fadd.s frd, frs1, frs2, rm"),
        row(.fsubS, "0000100 rs2 rs1 rm rd 1010011", "fsub.s frd, frs1, frs2, rm"),
        row(.fmulS, "0001000 rs2 rs1 rm rd 1010011", "fmul.s frd, frs1, frs2, rm"),
        row(.fdivS, "0001100 rs2 rs1 rm rd 1010011", "fdiv.s frd, frs1, frs2, rm"),
        row(.fsqrtS, "0101100 00000 rs1 rm rd 1010011", "fsqrt.s frd, frs1, rm"),
        row(.fsgnjS, "0010000 rs2 rs1 000 rd 1010011", "fsgnj.s frd, frs1, frs2"),
        row(.fsgnjnS, "0010000 rs2 rs1 001 rd 1010011", "fsgnjn.s frd, frs1, frs2"),
        row(.fsgnjxS, "0010000 rs2 rs1 010 rd 1010011", "fsgnjx.s frd, frs1, frs2"),
        row(.fminS, "0010100 rs2 rs1 000 rd 1010011", "fmin.s frd, frs1, frs2"),
        row(.fmaxS, "0010100 rs2 rs1 001 rd 1010011", "fmax.s frd, frs1, frs2"),
        row(.fcvtWS, "1100000 00000 rs1 rm rd 1010011", "fcvt.w.s rd, frs1, rm"),
        row(.fcvtWuS, "1100000 00001 rs1 rm rd 1010011", "fcvt.wu.s rd, frs1, rm"),
        row(.fcvtLS, "1100000 00010 rs1 rm rd 1010011", "fcvt.l.s rd, frs1, rm"),
        row(.fcvtLuS, "1100000 00011 rs1 rm rd 1010011", "fcvt.lu.s rd, frs1, rm"),
        row(.fmvXW, "1110000 00000 rs1 000 rd 1010011", "fmv.x.w rd, frs1"),
        row(.feqS, "1010000 rs2 rs1 010 rd 1010011", "feq.s rd, frs1, frs2"),
        row(.fltS, "1010000 rs2 rs1 001 rd 1010011", "flt.s rd, frs1, frs2"),
        row(.fleS, "1010000 rs2 rs1 000 rd 1010011", "fle.s rd, frs1, frs2"),
        row(.fclassS, "1110000 00000 rs1 001 rd 1010011", "fclass.s rd, frs1"),
        row(.fcvtSW, "1101000 00000 rs1 rm rd 1010011", "fcvt.s.w frd, rs1, rm"),
        row(.fcvtSWu, "1101000 00001 rs1 rm rd 1010011", "fcvt.s.wu frd, rs1, rm"),
        row(.fcvtSL, "1101000 00010 rs1 rm rd 1010011", "fcvt.s.l frd, rs1, rm"),
        row(.fcvtSLu, "1101000 00011 rs1 rm rd 1010011", "fcvt.s.lu frd, rs1, rm"),
        row(.fmvWX, "1111000 00000 rs1 000 rd 1010011", "fmv.w.x frd, rs1"),
    ]

    private static let double: [RowText] = [
        row(.fld, "imm[11:0] rs1 011 rd 0000111", "fld frd, imm(rs1)"),
        row(.fsd, "imm[11:5] rs2 rs1 011 imm[4:0] 0100111", "fsd frs2, imm(rs1)"),
        row(.fmaddD, "rs3 01 rs2 rs1 rm rd 1000011", "fmadd.d frd, frs1, frs2, frs3, rm"),
        row(.fmsubD, "rs3 01 rs2 rs1 rm rd 1000111", "fmsub.d frd, frs1, frs2, frs3, rm"),
        row(.fnmsubD, "rs3 01 rs2 rs1 rm rd 1001011", "fnmsub.d frd, frs1, frs2, frs3, rm"),
        row(.fnmaddD, "rs3 01 rs2 rs1 rm rd 1001111", "fnmadd.d frd, frs1, frs2, frs3, rm"),
        row(.faddD, "0000001 rs2 rs1 rm rd 1010011", "fadd.d frd, frs1, frs2, rm"),
        row(.fsubD, "0000101 rs2 rs1 rm rd 1010011", "fsub.d frd, frs1, frs2, rm"),
        row(.fmulD, "0001001 rs2 rs1 rm rd 1010011", "fmul.d frd, frs1, frs2, rm"),
        row(.fdivD, "0001101 rs2 rs1 rm rd 1010011", "fdiv.d frd, frs1, frs2, rm"),
        row(.fsqrtD, "0101101 00000 rs1 rm rd 1010011", "fsqrt.d frd, frs1, rm"),
        row(.fsgnjD, "0010001 rs2 rs1 000 rd 1010011", "fsgnj.d frd, frs1, frs2"),
        row(.fsgnjnD, "0010001 rs2 rs1 001 rd 1010011", "fsgnjn.d frd, frs1, frs2"),
        row(.fsgnjxD, "0010001 rs2 rs1 010 rd 1010011", "fsgnjx.d frd, frs1, frs2"),
        row(.fminD, "0010101 rs2 rs1 000 rd 1010011", "fmin.d frd, frs1, frs2"),
        row(.fmaxD, "0010101 rs2 rs1 001 rd 1010011", "fmax.d frd, frs1, frs2"),
        row(.fcvtSD, "0100000 00001 rs1 rm rd 1010011", "fcvt.s.d frd, frs1, rm"),
        row(.fcvtDS, "0100001 00000 rs1 rm rd 1010011", "fcvt.d.s frd, frs1, widen"),
        row(.fcvtWD, "1100001 00000 rs1 rm rd 1010011", "fcvt.w.d rd, frs1, rm"),
        row(.fcvtWuD, "1100001 00001 rs1 rm rd 1010011", "fcvt.wu.d rd, frs1, rm"),
        row(.fcvtLD, "1100001 00010 rs1 rm rd 1010011", "fcvt.l.d rd, frs1, rm"),
        row(.fcvtLuD, "1100001 00011 rs1 rm rd 1010011", "fcvt.lu.d rd, frs1, rm"),
        row(.fmvXD, "1110001 00000 rs1 000 rd 1010011", "fmv.x.d rd, frs1"),
        row(.feqD, "1010001 rs2 rs1 010 rd 1010011", "feq.d rd, frs1, frs2"),
        row(.fltD, "1010001 rs2 rs1 001 rd 1010011", "flt.d rd, frs1, frs2"),
        row(.fleD, "1010001 rs2 rs1 000 rd 1010011", "fle.d rd, frs1, frs2"),
        row(.fclassD, "1110001 00000 rs1 001 rd 1010011", "fclass.d rd, frs1"),
        row(.fcvtDW, "1101001 00000 rs1 rm rd 1010011", "fcvt.d.w frd, rs1, widen"),
        row(.fcvtDWu, "1101001 00001 rs1 rm rd 1010011", "fcvt.d.wu frd, rs1, widen"),
        row(.fcvtDL, "1101001 00010 rs1 rm rd 1010011", "fcvt.d.l frd, rs1, rm"),
        row(.fcvtDLu, "1101001 00011 rs1 rm rd 1010011", "fcvt.d.lu frd, rs1, rm"),
        row(.fmvDX, "1111001 00000 rs1 000 rd 1010011", "fmv.d.x frd, rs1"),
    ]

    private static let address: [RowText] = [
        row(.addUw, "0000100 rs2 rs1 000 rd 0111011", "add.uw rd, rs1, rs2"),
        row(.sh1add, "0010000 rs2 rs1 010 rd 0110011", "sh1add rd, rs1, rs2"),
        row(.sh1addUw, "0010000 rs2 rs1 010 rd 0111011", "sh1add.uw rd, rs1, rs2"),
        row(.sh2add, "0010000 rs2 rs1 100 rd 0110011", "sh2add rd, rs1, rs2"),
        row(.sh2addUw, "0010000 rs2 rs1 100 rd 0111011", "sh2add.uw rd, rs1, rs2"),
        row(.sh3add, "0010000 rs2 rs1 110 rd 0110011", "sh3add rd, rs1, rs2"),
        row(.sh3addUw, "0010000 rs2 rs1 110 rd 0111011", "sh3add.uw rd, rs1, rs2"),
        row(.slliUw, "000010 uimm[5:0] rs1 001 rd 0011011", "slli.uw rd, rs1, uimm"),
    ]

    private static let basicBits: [RowText] = [
        row(.andn, "0100000 rs2 rs1 111 rd 0110011", "andn rd, rs1, rs2"),
        row(.orn, "0100000 rs2 rs1 110 rd 0110011", "orn rd, rs1, rs2"),
        row(.xnor, "0100000 rs2 rs1 100 rd 0110011", "xnor rd, rs1, rs2"),
        row(.clz, "0110000 00000 rs1 001 rd 0010011", "clz rd, rs1"),
        row(.clzw, "0110000 00000 rs1 001 rd 0011011", "clzw rd, rs1"),
        row(.ctz, "0110000 00001 rs1 001 rd 0010011", "ctz rd, rs1"),
        row(.ctzw, "0110000 00001 rs1 001 rd 0011011", "ctzw rd, rs1"),
        row(.cpop, "0110000 00010 rs1 001 rd 0010011", "cpop rd, rs1"),
        row(.cpopw, "0110000 00010 rs1 001 rd 0011011", "cpopw rd, rs1"),
        row(.max, "0000101 rs2 rs1 110 rd 0110011", "max rd, rs1, rs2"),
        row(.maxu, "0000101 rs2 rs1 111 rd 0110011", "maxu rd, rs1, rs2"),
        row(.min, "0000101 rs2 rs1 100 rd 0110011", "min rd, rs1, rs2"),
        row(.minu, "0000101 rs2 rs1 101 rd 0110011", "minu rd, rs1, rs2"),
        row(.sextB, "0110000 00100 rs1 001 rd 0010011", "sext.b rd, rs1"),
        row(.sextH, "0110000 00101 rs1 001 rd 0010011", "sext.h rd, rs1"),
        row(.zextH, "0000100 00000 rs1 100 rd 0111011", "zext.h rd, rs1"),
        row(.rol, "0110000 rs2 rs1 001 rd 0110011", "rol rd, rs1, rs2"),
        row(.rolw, "0110000 rs2 rs1 001 rd 0111011", "rolw rd, rs1, rs2"),
        row(.ror, "0110000 rs2 rs1 101 rd 0110011", "ror rd, rs1, rs2"),
        row(.rori, "011000 uimm[5:0] rs1 101 rd 0010011", "rori rd, rs1, uimm"),
        row(.roriw, "0110000 uimm[4:0] rs1 101 rd 0011011", "roriw rd, rs1, uimm"),
        row(.rorw, "0110000 rs2 rs1 101 rd 0111011", "rorw rd, rs1, rs2"),
        row(.orcB, "001010000111 rs1 101 rd 0010011", "orc.b rd, rs1"),
        row(.rev8, "011010111000 rs1 101 rd 0010011", "rev8 rd, rs1"),
    ]

    private static let singleBits: [RowText] = [
        row(.bclr, "0100100 rs2 rs1 001 rd 0110011", "bclr rd, rs1, rs2"),
        row(.bclri, "010010 uimm[5:0] rs1 001 rd 0010011", "bclri rd, rs1, uimm"),
        row(.bext, "0100100 rs2 rs1 101 rd 0110011", "bext rd, rs1, rs2"),
        row(.bexti, "010010 uimm[5:0] rs1 101 rd 0010011", "bexti rd, rs1, uimm"),
        row(.binv, "0110100 rs2 rs1 001 rd 0110011", "binv rd, rs1, rs2"),
        row(.binvi, "011010 uimm[5:0] rs1 001 rd 0010011", "binvi rd, rs1, uimm"),
        row(.bset, "0010100 rs2 rs1 001 rd 0110011", "bset rd, rs1, rs2"),
        row(.bseti, "001010 uimm[5:0] rs1 001 rd 0010011", "bseti rd, rs1, uimm"),
    ]

    private static let cacheManagement: [RowText] = [
        row(.cboInval, "000000000000 rs1 010 00000 0001111", "cbo.inval (rs1)"),
        row(.cboClean, "000000000001 rs1 010 00000 0001111", "cbo.clean (rs1)"),
        row(.cboFlush, "000000000010 rs1 010 00000 0001111", "cbo.flush (rs1)"),
    ]

    private static let cacheZero: [RowText] = [
        row(.cboZero, "000000000100 rs1 010 00000 0001111", "cbo.zero (rs1)")
    ]

    private static let privileged: [RowText] = [
        row(.sret, "0001000 00010 00000 000 00000 1110011", "sret"),
        row(.mret, "0011000 00010 00000 000 00000 1110011", "mret"),
        row(.wfi, "0001000 00101 00000 000 00000 1110011", "wfi"),
        row(.sfenceVma, "0001001 rs2 rs1 000 00000 1110011", "sfence.vma rs1, rs2"),
    ]

    private static let svinval: [RowText] = [
        row(.sinvalVma, "0001011 rs2 rs1 000 00000 1110011", "sinval.vma rs1, rs2"),
        row(.sfenceWInval, "0001100 00000 00000 000 00000 1110011", "sfence.w.inval"),
        row(.sfenceInvalIr, "0001100 00001 00000 000 00000 1110011", "sfence.inval.ir"),
    ]

    private static let rvc: [RowText] = [
        compressed("000 nzuimm[5:4|9:6|2|3] rd' 00", "c.addi4spn rd, sp, uimm", as: .addi, [(.rs1, 2)]),
        compressed("001 uimm[5:3] rs1' uimm[7:6] rd' 00", "c.fld frd, uimm(rs1)", as: .fld),
        compressed("010 uimm[5:3] rs1' uimm[2|6] rd' 00", "c.lw rd, uimm(rs1)", as: .lw),
        compressed("011 uimm[5:3] rs1' uimm[7:6] rd' 00", "c.ld rd, uimm(rs1)", as: .ld),
        compressed("101 uimm[5:3] rs1' uimm[7:6] rs2' 00", "c.fsd frs2, uimm(rs1)", as: .fsd),
        compressed("110 uimm[5:3] rs1' uimm[2|6] rs2' 00", "c.sw rs2, uimm(rs1)", as: .sw),
        compressed("111 uimm[5:3] rs1' uimm[7:6] rs2' 00", "c.sd rs2, uimm(rs1)", as: .sd),
        compressed("000 0 00000 00000 01", "c.nop", as: .addi, [(.rd, 0), (.rs1, 0)]),
        compressed("000 nzimm[5] 00000 nzimm[4:0] 01", "c.nop imm", as: .addi, [(.rd, 0), (.rs1, 0)]),
        compressed("000 imm[5] rd/rs1!=0 imm[4:0] 01", "c.addi rd, imm", as: .addi),
        compressed("001 imm[5] rd/rs1!=0 imm[4:0] 01", "c.addiw rd, imm", as: .addiw),
        compressed("010 imm[5] rd imm[4:0] 01", "c.li rd, imm", as: .addi, [(.rs1, 0)]),
        compressed("011 nzimm[9] 00010 nzimm[4|6|8:7|5] 01", "c.addi16sp sp, imm", as: .addi, [(.rd, 2), (.rs1, 2)]),
        compressed("011 nzimm[17] rd nzimm[16:12] 01", "c.lui rd, upper", as: .lui),
        compressed("100 uimm[5] 00 rd'/rs1' uimm[4:0] 01", "c.srli rd, uimm", as: .srli),
        compressed("100 uimm[5] 01 rd'/rs1' uimm[4:0] 01", "c.srai rd, uimm", as: .srai),
        compressed("100 imm[5] 10 rd'/rs1' imm[4:0] 01", "c.andi rd, imm", as: .andi),
        compressed("100 0 11 rd'/rs1' 00 rs2' 01", "c.sub rd, rs2", as: .sub),
        compressed("100 0 11 rd'/rs1' 01 rs2' 01", "c.xor rd, rs2", as: .xor),
        compressed("100 0 11 rd'/rs1' 10 rs2' 01", "c.or rd, rs2", as: .or),
        compressed("100 0 11 rd'/rs1' 11 rs2' 01", "c.and rd, rs2", as: .and),
        compressed("100 1 11 rd'/rs1' 00 rs2' 01", "c.subw rd, rs2", as: .subw),
        compressed("100 1 11 rd'/rs1' 01 rs2' 01", "c.addw rd, rs2", as: .addw),
        compressed("101 imm[11|4|9:8|10|6|7|3:1|5] 01", "c.j pc+imm", as: .jal, [(.rd, 0)]),
        compressed("110 imm[8|4:3] rs1' imm[7:6|2:1|5] 01", "c.beqz rs1, pc+imm", as: .beq, [(.rs2, 0)]),
        compressed("111 imm[8|4:3] rs1' imm[7:6|2:1|5] 01", "c.bnez rs1, pc+imm", as: .bne, [(.rs2, 0)]),
        compressed("000 uimm[5] rd/rs1 uimm[4:0] 10", "c.slli rd, uimm", as: .slli),
        compressed("001 uimm[5] rd uimm[4:3|8:6] 10", "c.fldsp frd, uimm(sp)", as: .fld, [(.rs1, 2)]),
        compressed("010 uimm[5] rd!=0 uimm[4:2|7:6] 10", "c.lwsp rd, uimm(sp)", as: .lw, [(.rs1, 2)]),
        compressed("011 uimm[5] rd!=0 uimm[4:3|8:6] 10", "c.ldsp rd, uimm(sp)", as: .ld, [(.rs1, 2)]),
        compressed("100 0 rs1!=0 00000 10", "c.jr rs1", as: .jalr, [(.rd, 0)]),
        compressed("100 0 rd rs2!=0 10", "c.mv rd, rs2", as: .add, [(.rs1, 0)]),
        compressed("100 1 00000 00000 10", "c.ebreak", as: .ebreak),
        compressed("100 1 rs1!=0 00000 10", "c.jalr rs1", as: .jalr, [(.rd, 1)]),
        compressed("100 1 rd/rs1 rs2!=0 10", "c.add rd, rs2", as: .add),
        compressed("101 uimm[5:3|8:6] rs2 10", "c.fsdsp frs2, uimm(sp)", as: .fsd, [(.rs1, 2)]),
        compressed("110 uimm[5:2|7:6] rs2 10", "c.swsp rs2, uimm(sp)", as: .sw, [(.rs1, 2)]),
        compressed("111 uimm[5:3|8:6] rs2 10", "c.sdsp rs2, uimm(sp)", as: .sd, [(.rs1, 2)]),
    ]
}
