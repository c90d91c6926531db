// A predecoded operation of a block: sixteen bytes that the fast executor reads in one go.

/// What a block's operation does.
///
/// Instructions that are rare, or change what the executor relies on, are `general`: the reference executes them.
enum BlockKind: UInt8 {
    case lui, auipc, jal, jalr, beq, bne, blt, bge, bltu, bgeu, lb, lh, lw, ld, lbu, lhu, lwu, sb, sh, sw, sd, addi,
        slti, sltiu, xori, ori, andi, slli, srli, srai, add, sub, sll, slt, sltu, xor, srl, sra, or, and, addiw,
        slliw, srliw, sraiw, addw, subw, sllw, srlw, sraw, fence, mul, mulh, mulhu, div, divu, rem, remu, mulw,
        divw, divuw, remw, remuw, flw, fsw, fld, fsd, fmaddS, faddS, fsubS, fmulS, fdivS, fmaddD, faddD, fsubD, fmulD,
        fdivD, fsgnjD, fmvXD, fltD,
        fmvDX, addUw, sh1add, sh2add, sh3add, andn, orn, xnor, clz, ctz, cpop, max, maxu, min, minu, sextB, sextH,
        zextH, rori, rev8, bext, bexti
    /// Left to the reference executor.
    case general
    /// The block ends here without a jump.
    case end
    /// Two operations in one dispatch: this one, which keeps all else of its own, and the one that follows it in memory.
    case ldLd, lwLw, lhLh, sdSd, ldMul, mulAdd, addAdd, slliAdd, slliSrli, slliSrai, andXor, luiAddi, luiAddiw,
        auipcAddi,
        addiAddi, addiBne, addiBeq, addiwBne, lbuBeq, lbuBne, lwBeq, lwBne, ldBeq, ldBne

    /// The kind for an opcode.
    init(_ opcode: Opcode) {
        switch opcode {
        case .lui: self = .lui
        case .auipc: self = .auipc
        case .jal: self = .jal
        case .jalr: self = .jalr
        case .beq: self = .beq
        case .bne: self = .bne
        case .blt: self = .blt
        case .bge: self = .bge
        case .bltu: self = .bltu
        case .bgeu: self = .bgeu
        case .lb: self = .lb
        case .lh: self = .lh
        case .lw: self = .lw
        case .ld: self = .ld
        case .lbu: self = .lbu
        case .lhu: self = .lhu
        case .lwu: self = .lwu
        case .sb: self = .sb
        case .sh: self = .sh
        case .sw: self = .sw
        case .sd: self = .sd
        case .addi: self = .addi
        case .slti: self = .slti
        case .sltiu: self = .sltiu
        case .xori: self = .xori
        case .ori: self = .ori
        case .andi: self = .andi
        case .slli: self = .slli
        case .srli: self = .srli
        case .srai: self = .srai
        case .add: self = .add
        case .sub: self = .sub
        case .sll: self = .sll
        case .slt: self = .slt
        case .sltu: self = .sltu
        case .xor: self = .xor
        case .srl: self = .srl
        case .sra: self = .sra
        case .or: self = .or
        case .and: self = .and
        case .addiw: self = .addiw
        case .slliw: self = .slliw
        case .srliw: self = .srliw
        case .sraiw: self = .sraiw
        case .addw: self = .addw
        case .subw: self = .subw
        case .sllw: self = .sllw
        case .srlw: self = .srlw
        case .sraw: self = .sraw
        case .fence: self = .fence
        case .mul: self = .mul
        case .mulh: self = .mulh
        case .mulhu: self = .mulhu
        case .div: self = .div
        case .divu: self = .divu
        case .rem: self = .rem
        case .remu: self = .remu
        case .mulw: self = .mulw
        case .divw: self = .divw
        case .divuw: self = .divuw
        case .remw: self = .remw
        case .remuw: self = .remuw
        case .flw: self = .flw
        case .fsw: self = .fsw
        case .fld: self = .fld
        case .fsd: self = .fsd
        case .fmaddS: self = .fmaddS
        case .faddS: self = .faddS
        case .fsubS: self = .fsubS
        case .fmulS: self = .fmulS
        case .fdivS: self = .fdivS
        case .fmaddD: self = .fmaddD
        case .faddD: self = .faddD
        case .fsubD: self = .fsubD
        case .fmulD: self = .fmulD
        case .fdivD: self = .fdivD
        case .fsgnjD: self = .fsgnjD
        case .fmvXD: self = .fmvXD
        case .fltD: self = .fltD
        case .fmvDX: self = .fmvDX
        case .addUw: self = .addUw
        case .sh1add: self = .sh1add
        case .sh2add: self = .sh2add
        case .sh3add: self = .sh3add
        case .andn: self = .andn
        case .orn: self = .orn
        case .xnor: self = .xnor
        case .clz: self = .clz
        case .ctz: self = .ctz
        case .cpop: self = .cpop
        case .max: self = .max
        case .maxu: self = .maxu
        case .min: self = .min
        case .minu: self = .minu
        case .sextB: self = .sextB
        case .sextH: self = .sextH
        case .zextH: self = .zextH
        case .rori: self = .rori
        case .rev8: self = .rev8
        case .bext: self = .bext
        case .bexti: self = .bexti
        case .ecall, .ebreak, .fencei, .csrrw, .csrrs,
            .csrrc, .csrrwi, .csrrsi, .csrrci, .mulhsu, .lrW, .scW, .amoswapW, .amoaddW, .amoxorW, .amoandW,
            .amoorW, .amominW, .amomaxW, .amominuW, .amomaxuW, .lrD, .scD, .amoswapD, .amoaddD, .amoxorD, .amoandD,
            .amoorD, .amominD, .amomaxD, .amominuD, .amomaxuD, .fmsubS, .fnmsubS, .fnmaddS,
            .fsqrtS, .fsgnjS, .fsgnjnS, .fsgnjxS, .fminS, .fmaxS, .fcvtWS, .fcvtWuS, .fcvtLS,
            .fcvtLuS, .fmvXW, .feqS, .fltS, .fleS, .fclassS, .fcvtSW, .fcvtSWu, .fcvtSL, .fcvtSLu, .fmvWX, .fmsubD,
            .fnmsubD, .fnmaddD, .fsqrtD, .fsgnjnD, .fsgnjxD, .fminD, .fmaxD, .fcvtSD, .fcvtDS, .fcvtWD, .fcvtWuD,
            .fcvtLD, .fcvtLuD, .feqD, .fleD, .fclassD, .fcvtDW, .fcvtDWu, .fcvtDL, .fcvtDLu, .sh1addUw, .sh2addUw,
            .sh3addUw, .slliUw, .clzw, .ctzw, .cpopw, .rol, .rolw, .ror, .roriw, .rorw, .orcB, .bclr, .bclri, .binv,
            .binvi, .bset, .bseti, .cboInval, .cboClean, .cboFlush, .cboZero, .sret, .mret, .wfi, .sfenceVma,
            .sinvalVma, .sfenceWInval, .sfenceInvalIr:
            self = .general
        }
    }

    var writesFloat: Bool {
        switch self {
        case .flw, .fld, .fmaddS, .faddS, .fsubS, .fmulS, .fdivS, .fmaddD, .faddD, .fsubD, .fmulD, .fdivD, .fsgnjD,
            .fmvDX:
            true
        case .lui, .auipc, .jal, .jalr, .beq, .bne, .blt, .bge, .bltu, .bgeu, .lb, .lh, .lw, .ld, .lbu, .lhu, .lwu,
            .sb, .sh, .sw, .sd, .addi, .slti, .sltiu, .xori, .ori, .andi, .slli, .srli, .srai, .add, .sub, .sll,
            .slt, .sltu, .xor, .srl, .sra, .or, .and, .addiw, .slliw, .srliw, .sraiw, .addw, .subw, .sllw, .srlw,
            .sraw, .fence, .mul, .mulh, .mulhu, .div, .divu, .rem, .remu, .mulw, .divw, .divuw, .remw, .remuw, .fsw,
            .fsd, .fmvXD, .fltD, .addUw, .sh1add, .sh2add, .sh3add, .andn, .orn, .xnor, .clz, .ctz, .cpop, .max,
            .maxu, .min, .minu, .sextB, .sextH, .zextH, .rori, .rev8, .bext, .bexti, .end, .general,
            .ldLd, .lwLw, .lhLh, .sdSd, .ldMul, .mulAdd, .addAdd, .slliAdd, .slliSrli, .slliSrai, .andXor,
            .luiAddi, .luiAddiw, .auipcAddi, .addiAddi, .addiBne, .addiBeq, .addiwBne, .lbuBeq, .lbuBne, .lwBeq,
            .lwBne, .ldBeq, .ldBne:
            false
        }
    }

    var readsFloatFirst: Bool {
        switch self {
        case .fmaddS, .faddS, .fsubS, .fmulS, .fdivS, .fmaddD, .faddD, .fsubD, .fmulD, .fdivD, .fsgnjD, .fmvXD, .fltD:
            true
        case .lui, .auipc, .jal, .jalr, .beq, .bne, .blt, .bge, .bltu, .bgeu, .lb, .lh, .lw, .ld, .lbu, .lhu, .lwu,
            .sb, .sh, .sw, .sd, .addi, .slti, .sltiu, .xori, .ori, .andi, .slli, .srli, .srai, .add, .sub, .sll,
            .slt, .sltu, .xor, .srl, .sra, .or, .and, .addiw, .slliw, .srliw, .sraiw, .addw, .subw, .sllw, .srlw,
            .sraw, .fence, .mul, .mulh, .mulhu, .div, .divu, .rem, .remu, .mulw, .divw, .divuw, .remw, .remuw, .flw,
            .fsw, .fld, .fsd, .fmvDX, .addUw, .sh1add, .sh2add, .sh3add, .andn, .orn, .xnor, .clz, .ctz, .cpop,
            .max, .maxu, .min, .minu, .sextB, .sextH, .zextH, .rori, .rev8, .bext, .bexti, .end, .general,
            .ldLd, .lwLw, .lhLh, .sdSd, .ldMul, .mulAdd, .addAdd, .slliAdd, .slliSrli, .slliSrai, .andXor,
            .luiAddi, .luiAddiw, .auipcAddi, .addiAddi, .addiBne, .addiBeq, .addiwBne, .lbuBeq, .lbuBne, .lwBeq,
            .lwBne, .ldBeq, .ldBne:
            false
        }
    }

    var readsFloatSecond: Bool {
        switch self {
        case .fsw, .fsd, .fmaddS, .faddS, .fsubS, .fmulS, .fdivS, .fmaddD, .faddD, .fsubD, .fmulD, .fdivD, .fsgnjD,
            .fltD:
            true
        case .lui, .auipc, .jal, .jalr, .beq, .bne, .blt, .bge, .bltu, .bgeu, .lb, .lh, .lw, .ld, .lbu, .lhu, .lwu,
            .sb, .sh, .sw, .sd, .addi, .slti, .sltiu, .xori, .ori, .andi, .slli, .srli, .srai, .add, .sub, .sll,
            .slt, .sltu, .xor, .srl, .sra, .or, .and, .addiw, .slliw, .srliw, .sraiw, .addw, .subw, .sllw, .srlw,
            .sraw, .fence, .mul, .mulh, .mulhu, .div, .divu, .rem, .remu, .mulw, .divw, .divuw, .remw, .remuw, .flw,
            .fld, .fmvXD, .fmvDX, .addUw, .sh1add, .sh2add, .sh3add, .andn, .orn, .xnor, .clz, .ctz, .cpop, .max,
            .maxu, .min, .minu, .sextB, .sextH, .zextH, .rori, .rev8, .bext, .bexti, .end, .general,
            .ldLd, .lwLw, .lhLh, .sdSd, .ldMul, .mulAdd, .addAdd, .slliAdd, .slliSrli, .slliSrai, .andXor,
            .luiAddi, .luiAddiw, .auipcAddi, .addiAddi, .addiBne, .addiBeq, .addiwBne, .lbuBeq, .lbuBne, .lwBeq,
            .lwBne, .ldBeq, .ldBne:
            false
        }
    }
}

/// One operation; registers are word indices, so that a write to x0 goes to the sink and f0 is word 33.
struct BlockOperation {
    var kind: BlockKind
    var rd: UInt8 = 0
    var rs1: UInt8 = 0
    var rs2: UInt8 = 0
    /// Offset of the instruction in its page.
    var offset: UInt16
    var length: UInt8 = 0
    /// The rounding mode; in the first of two fused operations, the kind that it has by itself.
    var rm: UInt8 = 0
    /// The instruction, for the reference executor; in branches, which never need it, the block of the same page that
    /// they lead to, once it is known.
    var word: UInt32 = 0
    var immediate: Int32 = 0

    /// The immediate, sign-extended, as bits.
    @inline(__always) var unsigned: UInt64 { UInt64(bitPattern: Int64(immediate)) }
    /// The immediate, sign-extended.
    @inline(__always) var signed: Int64 { Int64(immediate) }

    /// The end of a block, where the next one starts.
    init(endAt offset: UInt16) {
        kind = .end
        self.offset = offset
    }

    /// The operation for an instruction.
    init(_ i: Instruction, offset: UInt16) {
        kind = BlockKind(i.opcode)
        self.offset = offset
        length = i.lengthInBytes
        word = kind.isDirectJump ? 0 : i.word
        immediate = Int32(truncatingIfNeeded: i.immediate)
        rm = i.rm
        let float = UInt8(Slot.float)
        rd = kind.writesFloat ? float + i.rd : i.rd == 0 ? UInt8(Slot.sink) : i.rd
        rs1 = kind.readsFloatFirst ? float + i.rs1 : i.rs1
        rs2 = kind.readsFloatSecond ? float + i.rs2 : i.rs2
    }
}

extension BlockOperation {
    /// The kind that it has by itself.
    var plainKind: BlockKind { kind.isFused ? BlockKind(rawValue: rm) ?? .general : kind }

    /// Becomes one dispatch with the next operation, where there is a handler for the two; false when there is none.
    ///
    /// Two loads or stores are fused when they have one base register that the first does not change.
    mutating func fuse(with next: BlockOperation) -> Bool {
        let isSameBase = next.rs1 == rs1 && rd != rs1
        let isSameTarget = next.rs1 == rd && next.rd == rd
        let fused: BlockKind
        switch (kind, next.kind) {
        case (.ld, .ld) where isSameBase: fused = .ldLd
        case (.lw, .lw) where isSameBase: fused = .lwLw
        case (.lh, .lh) where isSameBase: fused = .lhLh
        case (.sd, .sd) where next.rs1 == rs1: fused = .sdSd
        case (.ld, .mul): fused = .ldMul
        case (.mul, .add): fused = .mulAdd
        case (.add, .add): fused = .addAdd
        case (.slli, .add): fused = .slliAdd
        case (.slli, .srli): fused = .slliSrli
        case (.slli, .srai): fused = .slliSrai
        case (.and, .xor): fused = .andXor
        case (.lui, .addi) where isSameTarget: fused = .luiAddi
        case (.lui, .addiw) where isSameTarget: fused = .luiAddiw
        case (.auipc, .addi) where isSameTarget: fused = .auipcAddi
        case (.addi, .addi): fused = .addiAddi
        case (.addi, .bne): fused = .addiBne
        case (.addi, .beq): fused = .addiBeq
        case (.addiw, .bne): fused = .addiwBne
        case (.lbu, .beq): fused = .lbuBeq
        case (.lbu, .bne): fused = .lbuBne
        case (.lw, .beq): fused = .lwBeq
        case (.lw, .bne): fused = .lwBne
        case (.ld, .beq): fused = .ldBeq
        case (.ld, .bne): fused = .ldBne
        default: return false
        }
        rm = kind.rawValue
        kind = fused
        return true
    }
}

extension BlockKind {
    /// Is it two operations in one dispatch?
    var isFused: Bool { rawValue >= BlockKind.ldLd.rawValue }

    /// A jump to a place that the instruction names?
    var isDirectJump: Bool {
        switch self {
        case .jal, .beq, .bne, .blt, .bge, .bltu, .bgeu: true
        default: false
        }
    }
}

extension Opcode {
    /// Does control never come out at the other end?
    var endsBlock: Bool {
        self == .jal || self == .jalr || self == .ecall || self == .ebreak || self == .mret || self == .sret
            || self == .wfi
    }
}
