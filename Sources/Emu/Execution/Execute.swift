// What each instruction does: one exhaustive switch, the reference for every other executor.

extension Hart {
    /// Executes one instruction.
    ///
    /// - Returns: the address of the next instruction.
    /// - Throws: the trap; then nothing the manual calls state has changed but A and D bits.
    func execute(_ i: Instruction) throws(Trap) -> UInt64 {
        let (rd, rs1, rs2) = (Int(i.rd), Int(i.rs1), Int(i.rs2))
        let a = words[rs1]
        let b = words[rs2]
        let immediate = UInt64(bitPattern: i.immediate)
        let next = pc &+ UInt64(i.lengthInBytes)
        switch i.opcode {
        // RV64I
        case .lui: self[x: rd] = immediate
        case .auipc: self[x: rd] = pc &+ immediate
        case .jal:
            let target = pc &+ immediate
            self[x: rd] = next
            return target
        case .jalr:
            let target = (a &+ immediate) & ~1
            self[x: rd] = next
            return target
        case .beq: if a == b { return pc &+ immediate }
        case .bne: if a != b { return pc &+ immediate }
        case .blt: if signed(a) < signed(b) { return pc &+ immediate }
        case .bge: if signed(a) >= signed(b) { return pc &+ immediate }
        case .bltu: if a < b { return pc &+ immediate }
        case .bgeu: if a >= b { return pc &+ immediate }
        case .lb: self[x: rd] = UInt64(bitPattern: Int64(Int8(truncatingIfNeeded: try load(a &+ immediate, 1))))
        case .lh: self[x: rd] = UInt64(bitPattern: Int64(Int16(truncatingIfNeeded: try load(a &+ immediate, 2))))
        case .lw: self[x: rd] = UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: try load(a &+ immediate, 4))))
        case .ld: self[x: rd] = try load(a &+ immediate, 8)
        case .lbu: self[x: rd] = try load(a &+ immediate, 1)
        case .lhu: self[x: rd] = try load(a &+ immediate, 2)
        case .lwu: self[x: rd] = try load(a &+ immediate, 4)
        case .sb: try store(a &+ immediate, 1, b)
        case .sh: try store(a &+ immediate, 2, b)
        case .sw: try store(a &+ immediate, 4, b)
        case .sd: try store(a &+ immediate, 8, b)
        case .addi: self[x: rd] = a &+ immediate
        case .slti: self[x: rd] = signed(a) < i.immediate ? 1 : 0
        case .sltiu: self[x: rd] = a < immediate ? 1 : 0
        case .xori: self[x: rd] = a ^ immediate
        case .ori: self[x: rd] = a | immediate
        case .andi: self[x: rd] = a & immediate
        case .slli: self[x: rd] = a << (immediate & 63)
        case .srli: self[x: rd] = a >> (immediate & 63)
        case .srai: self[x: rd] = UInt64(bitPattern: signed(a) >> (i.immediate & 63))
        case .add: self[x: rd] = a &+ b
        case .sub: self[x: rd] = a &- b
        case .sll: self[x: rd] = a << (b & 63)
        case .slt: self[x: rd] = signed(a) < signed(b) ? 1 : 0
        case .sltu: self[x: rd] = a < b ? 1 : 0
        case .xor: self[x: rd] = a ^ b
        case .srl: self[x: rd] = a >> (b & 63)
        case .sra: self[x: rd] = UInt64(bitPattern: signed(a) >> signed(b & 63))
        case .or: self[x: rd] = a | b
        case .and: self[x: rd] = a & b
        case .addiw: self[x: rd] = sign32(a &+ immediate)
        case .slliw: self[x: rd] = sign32(a << (immediate & 31))
        case .srliw: self[x: rd] = sign32((a & 0xffff_ffff) >> (immediate & 31))
        case .sraiw: self[x: rd] = UInt64(bitPattern: signed(sign32(a)) >> (i.immediate & 31))
        case .addw: self[x: rd] = sign32(a &+ b)
        case .subw: self[x: rd] = sign32(a &- b)
        case .sllw: self[x: rd] = sign32(a << (b & 31))
        case .srlw: self[x: rd] = sign32((a & 0xffff_ffff) >> (b & 31))
        case .sraw: self[x: rd] = UInt64(bitPattern: signed(sign32(a)) >> signed(b & 31))
        case .fence, .fencei:
            fabric.observer?.fenced(hart: id, instruction: i)
            if i.opcode == .fencei { requestAttention() }
        case .ecall: throw Trap(callCause)
        case .ebreak: throw Trap(.breakpoint, pc)
        // Zicsr
        case .csrrw: try exchangeControl(i, a, writes: true) { _, new in new }
        case .csrrs: try exchangeControl(i, a, writes: rs1 != 0) { $0 | $1 }
        case .csrrc: try exchangeControl(i, a, writes: rs1 != 0) { $0 & ~$1 }
        case .csrrwi: try exchangeControl(i, immediate, writes: true) { _, new in new }
        case .csrrsi: try exchangeControl(i, immediate, writes: immediate != 0) { $0 | $1 }
        case .csrrci: try exchangeControl(i, immediate, writes: immediate != 0) { $0 & ~$1 }
        // M
        case .mul: self[x: rd] = a &* b
        case .mulh: self[x: rd] = UInt64(bitPattern: signed(a).multipliedFullWidth(by: signed(b)).high)
        case .mulhsu: self[x: rd] = Arithmetic.multiplyHighMixed(a, b)
        case .mulhu: self[x: rd] = a.multipliedFullWidth(by: b).high
        case .div: self[x: rd] = Arithmetic.divide(signed(a), signed(b))
        case .divu: self[x: rd] = Arithmetic.divide(a, b)
        case .rem: self[x: rd] = Arithmetic.remainder(signed(a), signed(b))
        case .remu: self[x: rd] = Arithmetic.remainder(a, b)
        case .mulw: self[x: rd] = sign32(a &* b)
        case .divw: self[x: rd] = sign32(Arithmetic.divide(signed(sign32(a)), signed(sign32(b))))
        case .divuw: self[x: rd] = Arithmetic.divideWord(a, b)
        case .remw: self[x: rd] = sign32(Arithmetic.remainder(signed(sign32(a)), signed(sign32(b))))
        case .remuw: self[x: rd] = Arithmetic.remainderWord(a, b)
        // A
        case .lrW: self[x: rd] = try loadReserved(a, 4)
        case .scW: self[x: rd] = try storeConditional(a, 4, b)
        case .amoswapW: self[x: rd] = try exchange(a, 4, b) { _, new in new }
        case .amoaddW: self[x: rd] = try exchange(a, 4, b) { $0 &+ $1 }
        case .amoxorW: self[x: rd] = try exchange(a, 4, b) { $0 ^ $1 }
        case .amoandW: self[x: rd] = try exchange(a, 4, b) { $0 & $1 }
        case .amoorW: self[x: rd] = try exchange(a, 4, b) { $0 | $1 }
        case .amominW: self[x: rd] = try exchange(a, 4, b) { signed($0) < signed($1) ? $0 : $1 }
        case .amomaxW: self[x: rd] = try exchange(a, 4, b) { signed($0) > signed($1) ? $0 : $1 }
        case .amominuW: self[x: rd] = try exchange(a, 4, b) { min($0, $1) }
        case .amomaxuW: self[x: rd] = try exchange(a, 4, b) { max($0, $1) }
        case .lrD: self[x: rd] = try loadReserved(a, 8)
        case .scD: self[x: rd] = try storeConditional(a, 8, b)
        case .amoswapD: self[x: rd] = try exchange(a, 8, b) { _, new in new }
        case .amoaddD: self[x: rd] = try exchange(a, 8, b) { $0 &+ $1 }
        case .amoxorD: self[x: rd] = try exchange(a, 8, b) { $0 ^ $1 }
        case .amoandD: self[x: rd] = try exchange(a, 8, b) { $0 & $1 }
        case .amoorD: self[x: rd] = try exchange(a, 8, b) { $0 | $1 }
        case .amominD: self[x: rd] = try exchange(a, 8, b) { signed($0) < signed($1) ? $0 : $1 }
        case .amomaxD: self[x: rd] = try exchange(a, 8, b) { signed($0) > signed($1) ? $0 : $1 }
        case .amominuD: self[x: rd] = try exchange(a, 8, b) { min($0, $1) }
        case .amomaxuD: self[x: rd] = try exchange(a, 8, b) { max($0, $1) }
        // F
        case .flw:
            try checkFloat(i)
            writeSingle(rd, try load(a &+ immediate, 4))
        case .fsw:
            try checkFloat(i)
            try store(a &+ immediate, 4, self[f: rs2])
        case .fmaddS: try fuse(SingleFormat.self, i, negatesProduct: false, negatesAddend: false)
        case .fmsubS: try fuse(SingleFormat.self, i, negatesProduct: false, negatesAddend: true)
        case .fnmsubS: try fuse(SingleFormat.self, i, negatesProduct: true, negatesAddend: false)
        case .fnmaddS: try fuse(SingleFormat.self, i, negatesProduct: true, negatesAddend: true)
        case .faddS: try combine(SingleFormat.self, i, .add)
        case .fsubS: try combine(SingleFormat.self, i, .subtract)
        case .fmulS: try combine(SingleFormat.self, i, .multiply)
        case .fdivS: try combine(SingleFormat.self, i, .divide)
        case .fsqrtS: try combine(SingleFormat.self, i, .squareRoot)
        case .fsgnjS: try injectSign(SingleFormat.self, i, .copy)
        case .fsgnjnS: try injectSign(SingleFormat.self, i, .negate)
        case .fsgnjxS: try injectSign(SingleFormat.self, i, .exclusiveOr)
        case .fminS: try select(SingleFormat.self, i, wantsMaximum: false)
        case .fmaxS: try select(SingleFormat.self, i, wantsMaximum: true)
        case .fcvtWS: try convertToInteger(SingleFormat.self, i, .int32)
        case .fcvtSW: try convertFromInteger(SingleFormat.self, i, .int32)
        case .fcvtWuS: try convertToInteger(SingleFormat.self, i, .uint32)
        case .fcvtSWu: try convertFromInteger(SingleFormat.self, i, .uint32)
        case .fcvtLS: try convertToInteger(SingleFormat.self, i, .int64)
        case .fcvtSL: try convertFromInteger(SingleFormat.self, i, .int64)
        case .fcvtLuS: try convertToInteger(SingleFormat.self, i, .uint64)
        case .fcvtSLu: try convertFromInteger(SingleFormat.self, i, .uint64)
        case .feqS: try compare(SingleFormat.self, i, .equal)
        case .fltS: try compare(SingleFormat.self, i, .less)
        case .fleS: try compare(SingleFormat.self, i, .lessOrEqual)
        case .fclassS: try classify(SingleFormat.self, i)
        case .fmvXW:
            try checkFloat(i)
            self[x: rd] = sign32(self[f: rs1])
        case .fmvWX:
            try checkFloat(i)
            writeSingle(rd, a & 0xffff_ffff)
        // D
        case .fld:
            try checkFloat(i)
            writeFloat(rd, try load(a &+ immediate, 8))
        case .fsd:
            try checkFloat(i)
            try store(a &+ immediate, 8, self[f: rs2])
        case .fmaddD: try fuse(DoubleFormat.self, i, negatesProduct: false, negatesAddend: false)
        case .fmsubD: try fuse(DoubleFormat.self, i, negatesProduct: false, negatesAddend: true)
        case .fnmsubD: try fuse(DoubleFormat.self, i, negatesProduct: true, negatesAddend: false)
        case .fnmaddD: try fuse(DoubleFormat.self, i, negatesProduct: true, negatesAddend: true)
        case .faddD: try combine(DoubleFormat.self, i, .add)
        case .fsubD: try combine(DoubleFormat.self, i, .subtract)
        case .fmulD: try combine(DoubleFormat.self, i, .multiply)
        case .fdivD: try combine(DoubleFormat.self, i, .divide)
        case .fsqrtD: try combine(DoubleFormat.self, i, .squareRoot)
        case .fsgnjD: try injectSign(DoubleFormat.self, i, .copy)
        case .fsgnjnD: try injectSign(DoubleFormat.self, i, .negate)
        case .fsgnjxD: try injectSign(DoubleFormat.self, i, .exclusiveOr)
        case .fminD: try select(DoubleFormat.self, i, wantsMaximum: false)
        case .fmaxD: try select(DoubleFormat.self, i, wantsMaximum: true)
        case .fcvtSD: try convertFloat(i, from: DoubleFormat.self, to: SingleFormat.self)
        case .fcvtDS: try convertFloat(i, from: SingleFormat.self, to: DoubleFormat.self)
        case .fcvtWD: try convertToInteger(DoubleFormat.self, i, .int32)
        case .fcvtDW: try convertFromInteger(DoubleFormat.self, i, .int32)
        case .fcvtWuD: try convertToInteger(DoubleFormat.self, i, .uint32)
        case .fcvtDWu: try convertFromInteger(DoubleFormat.self, i, .uint32)
        case .fcvtLD: try convertToInteger(DoubleFormat.self, i, .int64)
        case .fcvtDL: try convertFromInteger(DoubleFormat.self, i, .int64)
        case .fcvtLuD: try convertToInteger(DoubleFormat.self, i, .uint64)
        case .fcvtDLu: try convertFromInteger(DoubleFormat.self, i, .uint64)
        case .feqD: try compare(DoubleFormat.self, i, .equal)
        case .fltD: try compare(DoubleFormat.self, i, .less)
        case .fleD: try compare(DoubleFormat.self, i, .lessOrEqual)
        case .fclassD: try classify(DoubleFormat.self, i)
        case .fmvXD:
            try checkFloat(i)
            self[x: rd] = self[f: rs1]
        case .fmvDX:
            try checkFloat(i)
            writeFloat(rd, a)
        // Zba, Zbb, Zbs
        case .addUw: self[x: rd] = b &+ a & 0xffff_ffff
        case .sh1add: self[x: rd] = b &+ a << 1
        case .sh1addUw: self[x: rd] = b &+ (a & 0xffff_ffff) << 1
        case .sh2add: self[x: rd] = b &+ a << 2
        case .sh2addUw: self[x: rd] = b &+ (a & 0xffff_ffff) << 2
        case .sh3add: self[x: rd] = b &+ a << 3
        case .sh3addUw: self[x: rd] = b &+ (a & 0xffff_ffff) << 3
        case .slliUw: self[x: rd] = (a & 0xffff_ffff) << (immediate & 63)
        case .andn: self[x: rd] = a & ~b
        case .orn: self[x: rd] = a | ~b
        case .xnor: self[x: rd] = ~(a ^ b)
        case .clz: self[x: rd] = UInt64(a.leadingZeroBitCount)
        case .clzw: self[x: rd] = UInt64(UInt32(truncatingIfNeeded: a).leadingZeroBitCount)
        case .ctz: self[x: rd] = UInt64(a.trailingZeroBitCount)
        case .ctzw: self[x: rd] = UInt64(UInt32(truncatingIfNeeded: a).trailingZeroBitCount)
        case .cpop: self[x: rd] = UInt64(a.nonzeroBitCount)
        case .cpopw: self[x: rd] = UInt64(UInt32(truncatingIfNeeded: a).nonzeroBitCount)
        case .max: self[x: rd] = signed(a) > signed(b) ? a : b
        case .maxu: self[x: rd] = Swift.max(a, b)
        case .min: self[x: rd] = signed(a) < signed(b) ? a : b
        case .minu: self[x: rd] = Swift.min(a, b)
        case .sextB: self[x: rd] = UInt64(bitPattern: Int64(Int8(truncatingIfNeeded: a)))
        case .sextH: self[x: rd] = UInt64(bitPattern: Int64(Int16(truncatingIfNeeded: a)))
        case .zextH: self[x: rd] = a & 0xffff
        case .rol: self[x: rd] = Arithmetic.rotateRight(a, 64 &- (b & 63))
        case .rolw: self[x: rd] = Arithmetic.rotateWordRight(a, 32 &- (b & 31))
        case .ror: self[x: rd] = Arithmetic.rotateRight(a, b)
        case .rori: self[x: rd] = Arithmetic.rotateRight(a, immediate)
        case .roriw: self[x: rd] = Arithmetic.rotateWordRight(a, immediate)
        case .rorw: self[x: rd] = Arithmetic.rotateWordRight(a, b)
        case .orcB: self[x: rd] = Arithmetic.orCombineBytes(a)
        case .rev8: self[x: rd] = a.byteSwapped
        case .bclr: self[x: rd] = a & ~(1 << (b & 63))
        case .bclri: self[x: rd] = a & ~(1 << (immediate & 63))
        case .bext: self[x: rd] = a >> (b & 63) & 1
        case .bexti: self[x: rd] = a >> (immediate & 63) & 1
        case .binv: self[x: rd] = a ^ 1 << (b & 63)
        case .binvi: self[x: rd] = a ^ 1 << (immediate & 63)
        case .bset: self[x: rd] = a | 1 << (b & 63)
        case .bseti: self[x: rd] = a | 1 << (immediate & 63)
        // Zicbom, Zicboz
        case .cboInval:
            try checkEnvironment(i, .menvcfg, .senvcfg, Environment.cbie)
            try manageBlock(a)
        case .cboClean, .cboFlush:
            try checkEnvironment(i, .menvcfg, .senvcfg, Environment.cbcfe)
            try manageBlock(a)
        case .cboZero:
            try checkEnvironment(i, .menvcfg, .senvcfg, Environment.cbze)
            try zeroBlock(a)
        // Privileged, Svinval
        case .sret:
            try requireSupervisor(i, forbiddenBy: Status.tsr)
            returnFromSupervisor()
            return pc
        case .mret:
            if privilege != .machine { throw Trap(.illegalInstruction, UInt64(i.word)) }
            returnFromMachine()
            return pc
        case .wfi: try waitForInterrupt(i)
        case .sfenceVma, .sinvalVma:
            try requireSupervisor(i, forbiddenBy: Status.tvm)
            fabric.observer?.fenced(hart: id, instruction: i)
            flushTranslations(address: rs1 == 0 ? nil : a, asid: rs2 == 0 ? nil : b & 0xffff)
        case .sfenceWInval, .sfenceInvalIr:
            try requireSupervisor(i, forbiddenBy: 0)
            fabric.observer?.fenced(hart: id, instruction: i)
        }
        return next
    }
}
