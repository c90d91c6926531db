// Templates for values of several words: copies, wide sets, sequences, numbers of structs.

extension NativeCompiler {
    /// So many words are moved by a template without a loop.
    private static let unrolled = 8

    mutating func translateWords(_ i: Instruction) {
        switch i.opcode {
        case .copyWords:
            wordIndex(.rcx, i.c)
            wordIndex(.rdx, i.b)
            copy(
                Int(i.imm), to: HostAddress(base: .rbx, index: .rdx), from: HostAddress(base: .rbx, index: .rcx))
        case .fetchInterned:
            loadRowAddress(Int(i.target), i.c)
            wordIndex(.rdx, i.b)
            copy(
                program.layout.shapes.pool.tables[Int(i.target)].wordCount,
                to: HostAddress(base: .rbx, index: .rdx), from: HostAddress(base: .r11, index: .rax))
        case .zeroWords: zero(i)
        case .intern: intern(i)
        case .sequenceInsertGap, .sequenceRemove: shiftElements(i)
        case .equalWords:
            point(.rsi, i.b, .rdi, i.c)
            code.move(.r11, 0)
            forEachWord(Int(i.imm)) { code, offset in
                code.load(.rax, HostAddress(base: .rsi, displacement: offset))
                code.apply(.xor, .rax, HostAddress(base: .rdi, displacement: offset))
                code.apply(.or, .r11, .rax)
            }
            code.test(.r11, .r11)
            code.setResult(if: .equal)
            define(i.a)
        case .populationWords: countBitsOfWords(i)
        case .orWords: combine(i) { $0.apply(.or, $1, .rax) }
        case .andWords: combine(i) { $0.apply(.and, $1, .rax) }
        case .andNotWords:
            combine(i) { code, address in
                code.apply(.complement, .rax)
                code.apply(.and, address, .rax)
            }
        default: preconditionFailure("no operation on words")
        }
    }

    // MARK: Addresses

    /// Makes a register the word that a bit address, in a register of the bytecode, lies in.
    private mutating func wordIndex(_ to: HostRegister, _ address: UInt16) {
        load(to, address)
        code.shift(.rightSigned, to, by: 6)
    }

    /// Writes all values to memory, and lets two host registers point at words.
    private mutating func point(_ first: HostRegister, _ address: UInt16, _ second: HostRegister, _ other: UInt16) {
        registers.flush(&code)
        for (register, address) in [(first, address), (second, other)] {
            loadFlushed(register, address)
            code.shift(.rightSigned, register, by: 6)
            code.loadAddress(register, HostAddress(base: .rbx, index: register))
        }
    }

    /// Emits a template once per word at byte offsets from rsi and rdi, or as a loop, which counts in rcx.
    private mutating func forEachWord(_ count: Int, _ body: (inout HostEncoder, _ offset: Int32) -> Void) {
        guard count > Self.unrolled else {
            for word in 0..<count { body(&code, Int32(word * 8)) }
            return
        }
        code.move(.rcx, Int64(count))
        let start = code.position
        body(&code, 0)
        code.apply(.add, .rsi, 8)
        code.apply(.add, .rdi, 8)
        code.apply(.subtract, .rcx, 1)
        code.jumpBack(to: start, if: .notEqual)
    }

    // MARK: Copies

    /// Copies words; all of them are read before the first is written, as values may overlap.
    mutating func copy(_ count: Int, to: HostAddress, from: HostAddress) {
        func word(_ address: HostAddress, _ number: Int) -> HostAddress {
            HostAddress(
                base: address.base, index: address.index, displacement: address.displacement + Int32(number * 8))
        }
        guard count <= 2 * Self.unrolled else {
            registers.flush(&code)
            code.loadAddress(.rdi, to)
            code.loadAddress(.rsi, from)
            code.move(.rdx, Int64(count * 8))
            call(NativeCallbacks.moveBytes)
            return
        }
        for pair in 0..<(count / 2) { code.loadVector(UInt8(pair), word(from, 2 * pair)) }
        if count % 2 == 1 { code.load(.r11, word(from, count - 1)) }
        for pair in 0..<(count / 2) { code.storeVector(word(to, 2 * pair), UInt8(pair)) }
        if count % 2 == 1 { code.store(word(to, count - 1), .r11) }
    }

    private mutating func zero(_ i: Instruction) {
        let count = Int(i.imm)
        if count <= Self.unrolled {
            wordIndex(.rdx, i.b)
            for word in 0..<count {
                code.store(HostAddress(base: .rbx, index: .rdx, displacement: Int32(word * 8)), Int32(0))
            }
            return
        }
        point(.rsi, i.b, .rdi, i.b)
        code.move(.rax, 0)
        code.move(.rcx, Int64(count))
        code.fillWords()
    }

    // MARK: Wide sets

    private mutating func combine(_ i: Instruction, _ apply: (inout HostEncoder, HostAddress) -> Void) {
        point(.rdi, i.a, .rsi, i.b)
        forEachWord(Int(i.imm)) { code, offset in
            code.load(.rax, HostAddress(base: .rsi, displacement: offset))
            apply(&code, HostAddress(base: .rdi, displacement: offset))
        }
    }

    /// A loop, whatever the number of words: counting the bits of one is long.
    private mutating func countBitsOfWords(_ i: Instruction) {
        point(.rsi, i.b, .rdi, i.b)
        code.move(.r8, 0)
        code.move(.rcx, i.imm)
        let start = code.position
        code.load(.rax, HostAddress(base: .rsi))
        countBits()
        code.apply(.add, .r8, .rax)
        code.apply(.add, .rsi, 8)
        code.apply(.subtract, .rcx, 1)
        code.jumpBack(to: start, if: .notEqual)
        code.move(.rax, .r8)
        define(i.a)
    }

    // MARK: Calls

    private mutating func intern(_ i: Instruction) {
        registers.flush(&code)
        loadFlushed(.rsi, i.b)
        code.shift(.rightSigned, .rsi, by: 6)
        code.loadAddress(.rsi, HostAddress(base: .rbx, index: .rsi))
        let table = program.layout.shapes.pool.tables + Int(i.target)
        code.move(.rdi, Int64(bitPattern: UInt64(UInt(bitPattern: table))))
        call(NativeCallbacks.intern)
        code.test(.rax, .rax)
        let isNumber = code.jumpShort(if: .greaterOrEqual)
        code.move(.rax, RunContext.poolFull)
        exit()
        code.place(isNumber)
        define(i.a)
    }

    private mutating func shiftElements(_ i: Instruction) {
        registers.flush(&code)
        code.move(.rdi, .r15)
        code.move(.rsi, Int64(bitPattern: UInt64(UInt(bitPattern: program.forms + Int(i.imm)))))
        loadFlushed(.rdx, i.b)
        loadFlushed(.rcx, i.c)
        call(i.opcode == .sequenceInsertGap ? NativeCallbacks.insertGap : NativeCallbacks.removeElement)
    }
}
