// Templates of jumps, and of what a step does as a whole: successors, ends, choices.

extension NativeCompiler {
    // MARK: Branches

    mutating func translateBranch(_ i: Instruction) {
        switch i.opcode {
        case .jump: if Int(i.target) != index + 1 { jump(to: i.target) }
        case .branchTable:
            load(.rax, i.a)
            jump(byTableFrom: i.target)
        case .branchZero: branch(i, constant: 0, .equal)
        case .branchNonZero: branch(i, constant: 0, .notEqual)
        case .branchEqualImmediate: branch(i, constant: i.imm, .equal)
        case .branchNotEqualImmediate: branch(i, constant: i.imm, .notEqual)
        case .branchLessImmediate: branch(i, constant: i.imm, .less)
        case .branchNotLessImmediate: branch(i, constant: i.imm, .greaterOrEqual)
        case .branchEqual: branch(i, .equal)
        case .branchNotEqual: branch(i, .notEqual)
        case .branchLess: branch(i, .less)
        case .branchLessOrEqual: branch(i, .lessOrEqual)
        case .branchFieldEqual: branchField(i, isEqual: true)
        case .branchFieldNotEqual: branchField(i, isEqual: false)
        default: preconditionFailure("no branch")
        }
    }

    private mutating func branch(_ i: Instruction, constant: Int64, _ condition: HostCondition) {
        compare(i.a, constant: constant)
        jump(to: i.target, if: condition)
    }

    private mutating func branch(_ i: Instruction, _ condition: HostCondition) {
        compare(i.a, i.b)
        jump(to: i.target, if: condition)
    }

    /// Compares the field where it lies: a byte against a mask, or the bytes that hold it.
    private mutating func branchField(_ i: Instruction, isEqual: Bool) {
        let (word, shift, width) = (Int(i.a), Int(i.shift), 64 - Int(i.width))
        let wanted = (UInt64(bitPattern: i.imm) >> UInt64(shift)) & (~0 >> UInt64(64 - width))
        let isByte = shift % 8 + width <= 8
        if isByte, wanted == 0 || width == 1 {
            let mask = UInt8(truncatingIfNeeded: (UInt64(1) << UInt64(width) - 1) << UInt64(shift % 8))
            let address = Self.word(word)
            code.testByte(
                HostAddress(base: .rbx, displacement: address.displacement + Int32(shift / 8)), mask)
            // With one bit, the test for one is the test for zero turned round.
            jump(to: i.target, if: isEqual == (wanted == 0) ? .equal : .notEqual)
            return
        }
        loadField(word: word, shift: shift, width: width)
        apply(.compare, .rax, constant: Int64(bitPattern: wanted))
        jump(to: i.target, if: isEqual ? .equal : .notEqual)
    }

    // MARK: Steps

    mutating func translateStep(_ i: Instruction) {
        switch i.opcode {
        case .emit: emitRow()
        case .emitAction:
            note(i.target, in: RunContext.enabledActionsField)
            emitRow()
        case .emitActionAndRestore:
            note(i.target, in: RunContext.enabledActionsField)
            emitRow()
            restore()
        case .touch:
            code.move(.rax, i.imm)
            code.apply(.or, RunContext.touchedField, .rax)
        case .reach: note(i.target, in: RunContext.reachedField)
        case .evaluated:
            code.load(.rax, RunContext.evaluationsField)
            code.increment(HostAddress(base: .rax, displacement: i.target * 8))
        case .tick:
            code.increment(RunContext.ticksField)
            code.apply(.compare, RunContext.ticksField, RunContext.tickLimit)
            violate(i.target, if: .greater)
        case .choose:
            registers.flush(&code)
            code.move(.rdi, .r15)
            loadFlushed(.rsi, i.b)
            call(NativeCallbacks.choose)
            define(i.a)
        case .nest:
            registers.flush(&code)
            code.move(.rdi, .r15)
            loadFlushed(.rsi, i.b)
            code.move(.rdx, i.imm)
            call(NativeCallbacks.nest)
        default: translateEnd(i)
        }
    }

    private mutating func translateEnd(_ i: Instruction) {
        switch i.opcode {
        case .halt: code.move(.rax, RunContext.done)
        case .block: code.move(.rax, RunContext.blocked)
        case .cut: code.move(.rax, RunContext.cut)
        case .violate:
            violate(i.target)
            return
        case .blockOnLock:
            load(.rax, i.a)
            code.apply(.subtract, .rax, 1)
            code.shift(.left, .rax, by: RunContext.payloadShift)
            code.apply(.or, .rax, Int32(RunContext.blockedOnLock))
        default: preconditionFailure("no end")
        }
        exit()
    }

    /// Sets a byte of an array.
    private mutating func note(_ number: Int32, in field: HostAddress) {
        code.load(.rax, field)
        code.storeByte(HostAddress(base: .rax, displacement: number), 1)
    }

    /// Appends the state to the batch, and brings its place in the state store near while further steps are computed.
    private mutating func emitRow() {
        let words = program.layout.wordCount
        func place(_ word: Int) -> HostAddress { HostAddress(base: .r11, displacement: Int32(words + word) * 8) }
        code.load(.r11, RunContext.nextRowField)
        copyState(from: .rbx, 0, to: .r11)
        code.load(.rdx, RunContext.parentField)
        code.store(place(0), .rdx)
        code.load(.rdx, RunContext.touchedField)
        code.store(place(1), .rdx)
        hash()
        code.store(place(2), .rax)
        code.load(.rcx, RunContext.homeShiftField)
        code.shiftByCount(.rightUnsigned, .rax)
        code.load(.rdx, RunContext.slotsField)
        code.shift(.left, .rax, by: 2)
        code.apply(.add, .rax, .rdx)
        code.prefetch(HostAddress(base: .rax))
        code.apply(.add, .r11, Int32(SuccessorBatch.stride(wordCount: words)) * 8)
        code.store(RunContext.nextRowField, .r11)
        code.increment(RunContext.rowCountField)
        code.apply(.compare, .r11, RunContext.endOfRowsField)
        let hasRoom = code.jumpShort(if: .below)
        callGrow()
        code.place(hasRoom)
    }

    /// Makes rax the hash of the state, as `StateStore.hash` has it.
    private mutating func hash() {
        code.move(.rax, Int64(bitPattern: StateStore.hashSeed))
        code.move(.rcx, Int64(bitPattern: StateStore.hashFactor))
        for word in 0..<program.layout.wordCount {
            code.apply(.xor, .rax, Self.word(word))
            code.apply(.multiply, .rcx)
            code.apply(.xor, .rax, .rdx)
        }
        code.move(.rdx, .rax)
        code.shift(.rightUnsigned, .rdx, by: 29)
        code.apply(.xor, .rax, .rdx)
        code.move(.rcx, Int64(bitPattern: StateStore.lastFactor))
        code.multiply(.rax, .rcx)
    }

    /// Brings back the state before the step.
    private mutating func restore() {
        copyState(from: .rbx, program.layout.wordCount, to: .rbx)
        if program.alwaysTouched != 0 || !program.transitionProperties.isEmpty {
            code.load(.rdx, RunContext.alwaysTouchedField)
            code.store(RunContext.touchedField, .rdx)
        }
        code.store(RunContext.ticksField, Int32(0))
    }

    /// Copies the words of a state, by one host register: what was just written word by word is read word by word.
    private mutating func copyState(from: HostRegister, _ first: Int, to: HostRegister) {
        for word in 0..<program.layout.wordCount {
            code.load(.rdx, HostAddress(base: from, displacement: Int32(first + word) * 8))
            code.store(HostAddress(base: to, displacement: Int32(word) * 8), .rdx)
        }
    }
}
