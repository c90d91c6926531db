// Templates of arithmetic: wrapping, comparing, and what traps.

extension NativeCompiler {
    mutating func translateArithmetic(_ i: Instruction) {
        switch i.opcode {
        case .add: compute(.add, i)
        case .subtract: compute(.subtract, i)
        case .and: compute(.and, i)
        case .or: compute(.or, i)
        case .xor: compute(.xor, i)
        case .equal: compare(i, .equal)
        case .notEqual: compare(i, .notEqual)
        case .less: compare(i, .less)
        case .lessOrEqual: compare(i, .lessOrEqual)
        case .lessUnsigned: compare(i, .below)
        case .lessOrEqualUnsigned: compare(i, .belowOrEqual)
        case .shiftLeft: shift(.left, i)
        case .shiftRightSigned: shift(.rightSigned, i)
        case .shiftRightUnsigned: shift(.rightUnsigned, i)
        default: translateUnary(i)
        }
        define(i.a)
    }

    private mutating func translateUnary(_ i: Instruction) {
        load(.rax, i.b)
        switch i.opcode {
        case .multiply: multiply(i)
        case .addImmediate: add(.rax, i.imm)
        case .address:
            if let factor = Int32(exactly: i.imm) {
                code.multiply(.rax, factor)
            } else {
                code.move(.rcx, i.imm)
                code.multiply(.rax, .rcx)
            }
            add(.rax, Int64(i.target))
        case .complement: code.apply(.complement, .rax)
        case .negate: code.apply(.negate, .rax)
        case .not: code.apply(.xor, .rax, 1)
        case .signExtend: signExtend(Int(i.width))
        case .zeroExtend: keepLow(.rax, Int(i.width))
        case .populationCount: countBits()
        default: preconditionFailure("no arithmetic")
        }
    }

    private mutating func compute(_ operation: HostOperation, _ i: Instruction) {
        load(.rax, i.b)
        apply(operation, .rax, i.c)
    }

    private mutating func compare(_ i: Instruction, _ condition: HostCondition) {
        compare(i.b, i.c)
        code.setResult(if: condition)
    }

    private mutating func shift(_ shift: HostShift, _ i: Instruction) {
        if let count = uses.constant(i.c) {
            load(.rax, i.b)
            code.shift(shift, .rax, by: Int(count & 63))
        } else {
            load(.rcx, i.c)
            load(.rax, i.b)
            code.shiftByCount(shift, .rax)
        }
    }

    private mutating func multiply(_ i: Instruction) {
        code.multiply(.rax, read(i.c, constantIn: .rcx))
    }

    private mutating func signExtend(_ width: Int) {
        switch width {
        case 8, 16, 32: code.signExtend(.rax, .rax, bytes: width / 8)
        default:
            code.shift(.left, .rax, by: 64 - width)
            code.shift(.rightSigned, .rax, by: 64 - width)
        }
    }

    /// Makes rax the number of its bits that are set, by sums of ever wider fields: not every processor has an
    /// instruction for it.
    mutating func countBits() {
        func mask(_ pattern: UInt64, _ code: inout HostEncoder) { code.move(.r11, Int64(bitPattern: pattern)) }
        mask(0x5555_5555_5555_5555, &code)
        code.move(.rdx, .rax)
        code.shift(.rightUnsigned, .rdx, by: 1)
        code.apply(.and, .rdx, .r11)
        code.apply(.subtract, .rax, .rdx)
        mask(0x3333_3333_3333_3333, &code)
        code.move(.rdx, .rax)
        code.shift(.rightUnsigned, .rdx, by: 2)
        code.apply(.and, .rdx, .r11)
        code.apply(.and, .rax, .r11)
        code.apply(.add, .rax, .rdx)
        code.move(.rdx, .rax)
        code.shift(.rightUnsigned, .rdx, by: 4)
        code.apply(.add, .rax, .rdx)
        mask(0x0F0F_0F0F_0F0F_0F0F, &code)
        code.apply(.and, .rax, .r11)
        mask(0x0101_0101_0101_0101, &code)
        code.multiply(.rax, .r11)
        code.shift(.rightUnsigned, .rax, by: 56)
    }

    // MARK: What traps

    mutating func translateChecked(_ i: Instruction) {
        switch i.opcode {
        case .addSigned: compute(.add, i, trap: .overflow)
        case .subtractSigned: compute(.subtract, i, trap: .overflow)
        case .addUnsigned: compute(.add, i, trap: .below)
        case .subtractUnsigned: compute(.subtract, i, trap: .below)
        case .multiplySigned:
            load(.rax, i.b)
            multiply(i)
            violate(i.target, if: .overflow)
            define(i.a)
        case .multiplyUnsigned:
            load(.rax, i.b)
            code.apply(.multiply, read(i.c, constantIn: .rcx))
            violate(i.target, if: .overflow)
            define(i.a)
        case .divideSigned: divideSigned(i)
        case .remainderSigned: remainderSigned(i)
        case .divideUnsigned, .remainderUnsigned: divideUnsigned(i)
        case .shiftLeftSigned: shiftLeft(i, back: .rightSigned)
        case .shiftLeftUnsigned: shiftLeft(i, back: .rightUnsigned)
        default: translateCheck(i)
        }
    }

    private mutating func translateCheck(_ i: Instruction) {
        switch i.opcode {
        case .checkRange:
            compare(i.a, i.b)
            violate(i.target, if: .less)
            compare(i.a, i.c)
            violate(i.target, if: .greater)
        case .checkRangeUnsigned:
            compare(i.a, i.b)
            violate(i.target, if: .below)
            compare(i.a, i.c)
            violate(i.target, if: .above)
        case .checkRangeImmediate:
            let (least, most) = (Int64(Int32(truncatingIfNeeded: i.imm)), i.imm >> 32)
            compare(i.a, constant: least)
            violate(i.target, if: .less)
            compare(i.a, constant: most)
            violate(i.target, if: .greater)
        case .checkIndex:
            apply(.compare, read(i.a, constantIn: .rax), constant: i.imm)
            violate(i.target, if: .aboveOrEqual)
        case .checkFlag:
            code.test(read(i.a, constantIn: .rax), 1)
            violate(i.target, if: .equal)
        default: preconditionFailure("no check")
        }
    }

    private mutating func compute(_ operation: HostOperation, _ i: Instruction, trap: HostCondition) {
        compute(operation, i)
        violate(i.target, if: trap)
        define(i.a)
    }

    /// Traps unless the bits come back when they are shifted the other way.
    private mutating func shiftLeft(_ i: Instruction, back: HostShift) {
        load(.rcx, i.c)
        load(.r11, i.b)
        code.move(.rax, .r11)
        code.shiftByCount(.left, .rax)
        code.move(.rdx, .rax)
        code.shiftByCount(back, .rdx)
        code.apply(.compare, .rdx, .r11)
        violate(i.target, if: .notEqual)
        define(i.a)
    }

    // MARK: Division

    /// rax = the dividend, r11 = the divisor; traps on zero.
    private mutating func loadDivision(_ i: Instruction) {
        load(.rax, i.b)
        load(.r11, i.c)
        if uses.constant(i.c) ?? 0 == 0 {
            code.test(.r11, .r11)
            violate(i.target, if: .equal)
        }
    }

    /// Divides in 32 bits where both numbers have no more, as most have: many processors take a third of the time.
    /// Returns the jump over what follows for the others; rax and rdx are then the quotient and the remainder.
    private mutating func divideShort() -> ShortJump {
        code.move(.rdx, .rax)
        code.apply(.or, .rdx, .r11)
        code.shift(.rightUnsigned, .rdx, by: 32)
        let isLong = code.jumpShort(if: .notEqual)
        // The shift has left rdx zero.
        code.apply(.divide, .r11, isWide: false)
        let done = code.jumpShort()
        code.place(isLong)
        return done
    }

    private mutating func divideSigned(_ i: Instruction) {
        loadDivision(i)
        let done = divideShort()
        code.apply(.compare, .r11, -1)
        let isPlain = code.jumpShort(if: .notEqual)
        code.apply(.negate, .rax)
        violate(i.target, if: .overflow)
        let isNegated = code.jumpShort()
        code.place(isPlain)
        code.extendSign()
        code.apply(.divideSigned, .r11)
        code.place(isNegated)
        code.place(done)
        define(i.a)
    }

    private mutating func remainderSigned(_ i: Instruction) {
        if let divisor = uses.constant(i.c), divisor > 0, divisor.nonzeroBitCount == 1 {
            remainder(ofPower: divisor.trailingZeroBitCount, i)
            return
        }
        loadDivision(i)
        let done = divideShort()
        // By -1 nothing is left; the processor would trap for the least number.
        code.move(.rdx, 0)
        code.apply(.compare, .r11, -1)
        let isMinusOne = code.jumpShort(if: .equal)
        code.extendSign()
        code.apply(.divideSigned, .r11)
        code.place(isMinusOne)
        code.place(done)
        code.move(.rax, .rdx)
        define(i.a)
    }

    /// By a power of two: negative numbers are raised by what makes the division round to zero.
    private mutating func remainder(ofPower exponent: Int, _ i: Instruction) {
        load(.rax, i.b)
        if exponent == 0 {
            code.move(.rax, 0)
        } else {
            code.move(.rdx, .rax)
            code.shift(.rightSigned, .rdx, by: 63)
            code.shift(.rightUnsigned, .rdx, by: 64 - exponent)
            code.apply(.add, .rax, .rdx)
            keepLow(.rax, exponent)
            code.apply(.subtract, .rax, .rdx)
        }
        define(i.a)
    }

    private mutating func divideUnsigned(_ i: Instruction) {
        loadDivision(i)
        let done = divideShort()
        // The shift has left bits in rdx.
        code.move(.rdx, 0)
        code.apply(.divide, .r11)
        code.place(done)
        if i.opcode == .remainderUnsigned { code.move(.rax, .rdx) }
        define(i.a)
    }
}
