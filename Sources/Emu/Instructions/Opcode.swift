// Names of all instructions that have semantics of their own; compressed ones are spellings of these.

/// One case for each instruction with semantics of its own.
///
/// A compressed instruction decodes to the opcode it abbreviates, so it has no case here.
package enum Opcode: UInt8, Sendable, CaseIterable {
    // RV64I
    case lui, auipc, jal, jalr, beq, bne, blt, bge, bltu, bgeu
    case lb, lh, lw, ld, lbu, lhu, lwu, sb, sh, sw, sd
    case addi, slti, sltiu, xori, ori, andi, slli, srli, srai
    case add, sub, sll, slt, sltu, xor, srl, sra, or, and
    case addiw, slliw, srliw, sraiw, addw, subw, sllw, srlw, sraw
    case fence, ecall, ebreak
    // Zifencei, Zicsr
    case fencei, csrrw, csrrs, csrrc, csrrwi, csrrsi, csrrci
    // M
    case mul, mulh, mulhsu, mulhu, div, divu, rem, remu, mulw, divw, divuw, remw, remuw
    // A
    case lrW, scW, amoswapW, amoaddW, amoxorW, amoandW, amoorW, amominW, amomaxW, amominuW, amomaxuW
    case lrD, scD, amoswapD, amoaddD, amoxorD, amoandD, amoorD, amominD, amomaxD, amominuD, amomaxuD
    // F
    case flw, fsw, fmaddS, fmsubS, fnmsubS, fnmaddS, faddS, fsubS, fmulS, fdivS, fsqrtS
    case fsgnjS, fsgnjnS, fsgnjxS, fminS, fmaxS, fcvtWS, fcvtWuS, fcvtLS, fcvtLuS, fmvXW
    case feqS, fltS, fleS, fclassS, fcvtSW, fcvtSWu, fcvtSL, fcvtSLu, fmvWX
    // D
    case fld, fsd, fmaddD, fmsubD, fnmsubD, fnmaddD, faddD, fsubD, fmulD, fdivD, fsqrtD
    case fsgnjD, fsgnjnD, fsgnjxD, fminD, fmaxD, fcvtSD, fcvtDS, fcvtWD, fcvtWuD, fcvtLD, fcvtLuD, fmvXD
    case feqD, fltD, fleD, fclassD, fcvtDW, fcvtDWu, fcvtDL, fcvtDLu, fmvDX
    // Zba
    case addUw, sh1add, sh1addUw, sh2add, sh2addUw, sh3add, sh3addUw, slliUw
    // Zbb
    case andn, orn, xnor, clz, clzw, ctz, ctzw, cpop, cpopw, max, maxu, min, minu
    case sextB, sextH, zextH, rol, rolw, ror, rori, roriw, rorw, orcB, rev8
    // Zbs
    case bclr, bclri, bext, bexti, binv, binvi, bset, bseti
    // Zicbom, Zicboz
    case cboInval, cboClean, cboFlush, cboZero
    // Privileged, Svinval
    case sret, mret, wfi, sfenceVma, sinvalVma, sfenceWInval, sfenceInvalIr
}

/// The part of the instruction set a row belongs to, named as the manual names it.
package enum InstructionSet: String, Sendable, CaseIterable {
    case base = "RV64I"
    case fenceI = "Zifencei"
    case csr = "Zicsr"
    case multiply = "M"
    case atomic = "A"
    case single = "F"
    case double = "D"
    case address = "Zba"
    case basicBits = "Zbb"
    case singleBits = "Zbs"
    case cacheManagement = "Zicbom"
    case cacheZero = "Zicboz"
    case privileged = "Privileged"
    case svinval = "Svinval"
    case compressed = "C"
}
