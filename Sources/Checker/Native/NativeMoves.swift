// Templates of moves: between registers, fields of words, and numbered structs.

extension NativeCompiler {
    /// A word of the machine's memory.
    static func word(_ number: Int) -> HostAddress { HostAddress(base: .rbx, displacement: Int32(number) * 8) }

    /// The bits of a field that lie in one word.
    private struct Field {
        let word: Int
        let shift: Int
        let width: Int

        init(_ i: Instruction) {
            (word, shift, width) = (Int(i.target), Int(i.shift), Int(i.width))
        }

        /// A field at a known address.
        init(at address: Int64, width: UInt8) {
            (word, shift, self.width) = (Int(address >> 6), Int(address & 63), Int(width))
        }

        /// The ones that a field can have, in place.
        var mask: UInt64 { (~0 >> UInt64(64 - width)) << UInt64(shift) }
    }

    mutating func translateMove(_ i: Instruction) {
        switch i.opcode {
        case .constant:
            if uses.constant(i.a) == nil {
                code.move(.rax, i.imm)
                define(i.a)
            }
        case .move:
            load(.rax, i.b)
            define(i.a)
        case .load: load(Field(i), i)
        case .loadAt:
            if let address = uses.constant(i.b) { load(Field(at: address, width: i.width), i) } else { loadAt(i) }
        case .store: store(Field(i), i)
        case .storeImmediate: storeImmediate(i)
        case .storeAt:
            if let address = uses.constant(i.b) { store(Field(at: address, width: i.width), i) } else { storeAt(i) }
        case .extract, .extractAt: extract(i)
        case .insert: insert(i)
        case .insertAt: insertAt(i)
        case .loadInterned: loadInterned(i)
        default: preconditionFailure("no move")
        }
    }

    // MARK: Fields of words

    private mutating func load(_ field: Field, _ i: Instruction) {
        loadField(word: field.word, shift: field.shift, width: field.width)
        add(.rax, i.imm)
        define(i.a)
    }

    /// Makes rax the bits of a field. Reads as few bytes as hold it, and none beyond its word.
    mutating func loadField(word: Int, shift: Int, width: Int) {
        let address = Self.word(word)
        if shift % 8 + width <= 8 {
            let byte = HostAddress(base: .rbx, displacement: address.displacement + Int32(shift / 8))
            code.loadPart(.rax, byte, bytes: 1)
            code.shift(.rightUnsigned, .rax, by: shift % 8, isWide: false)
            if shift % 8 + width < 8 { keepLow(.rax, width) }
            return
        }
        let start = min(shift / 8, 4)
        let rest = shift - 8 * start
        if rest + width <= 32 {
            let part = HostAddress(base: .rbx, displacement: address.displacement + Int32(start))
            code.loadPart(.rax, part, bytes: 4)
            code.shift(.rightUnsigned, .rax, by: rest, isWide: false)
            if rest + width < 32 { keepLow(.rax, width) }
            return
        }
        code.load(.rax, address)
        if shift + width < 64 { code.shift(.left, .rax, by: 64 - shift - width) }
        code.shift(.rightUnsigned, .rax, by: 64 - width)
    }

    private mutating func loadAt(_ i: Instruction) {
        load(.rcx, i.b)
        code.move(.rdx, .rcx)
        code.shift(.rightSigned, .rdx, by: 6)
        code.load(.rax, HostAddress(base: .rbx, index: .rdx))
        code.shiftByCount(.rightUnsigned, .rax)
        keepLow(.rax, Int(i.width))
        add(.rax, i.imm)
        define(i.a)
    }

    private mutating func store(_ field: Field, _ i: Instruction) {
        let address = Self.word(field.word)
        if let constant = uses.constant(i.a) {
            let bits = UInt64(bitPattern: constant &- i.imm) & (~0 >> UInt64(64 - field.width))
            storeBits(field, Int64(bitPattern: bits << UInt64(field.shift)))
            return
        }
        loadValue(.rcx, i.a, i)
        guard field.width < 64 else {
            code.store(address, .rcx)
            return
        }
        code.shift(.left, .rcx, by: field.shift)
        code.load(.rax, address)
        clear(field.mask)
        code.apply(.or, .rax, .rcx)
        code.store(address, .rax)
    }

    /// The bits to store of a register.
    private mutating func loadValue(_ to: HostRegister, _ register: UInt16, _ i: Instruction) {
        load(.rax, register)
        add(.rax, 0 &- i.imm)
        keepLow(.rax, Int(i.width))
        code.move(to, .rax)
    }

    private mutating func storeImmediate(_ i: Instruction) { storeBits(Field(i), i.imm) }

    private mutating func storeBits(_ field: Field, _ bits: Int64) {
        let address = Self.word(field.word)
        if field.width == 64 {
            code.move(.rax, bits)
        } else {
            code.load(.rax, address)
            if UInt64(bitPattern: bits) & field.mask != field.mask { clear(field.mask) }
            if bits != 0 { apply(.or, .rax, constant: bits) }
        }
        code.store(address, .rax)
    }

    /// Clears bits of rax.
    private mutating func clear(_ mask: UInt64) {
        if mask.nonzeroBitCount == 1 {
            code.clearBit(.rax, mask.trailingZeroBitCount)
        } else {
            apply(.and, .rax, constant: Int64(bitPattern: ~mask))
        }
    }

    /// Clears the low bits of rax.
    private mutating func clearLow(_ width: Int) {
        if width < 32 {
            code.apply(.and, .rax, Int32(-1) << Int32(width))
        } else {
            code.shift(.rightUnsigned, .rax, by: width)
            code.shift(.left, .rax, by: width)
        }
    }

    private mutating func storeAt(_ i: Instruction) {
        loadValue(.r11, i.a, i)
        load(.rcx, i.b)
        code.move(.rdx, .rcx)
        code.shift(.rightSigned, .rdx, by: 6)
        let address = HostAddress(base: .rbx, index: .rdx)
        if i.width < 64 {
            // The field is brought to the low end, and back.
            code.load(.rax, address)
            code.shiftByCount(.rotateRight, .rax)
            clearLow(Int(i.width))
            code.apply(.or, .rax, .r11)
            code.shiftByCount(.rotateLeft, .rax)
            code.store(address, .rax)
        } else {
            code.store(address, .r11)
        }
    }

    // MARK: Fields of registers

    private mutating func extract(_ i: Instruction) {
        if i.opcode == .extractAt {
            load(.rcx, i.c)
            load(.rax, i.b)
            code.shiftByCount(.rightUnsigned, .rax)
        } else {
            load(.rax, i.b)
            code.shift(.rightUnsigned, .rax, by: Int(i.shift))
        }
        keepLow(.rax, Int(i.width))
        add(.rax, i.imm)
        define(i.a)
    }

    private mutating func insert(_ i: Instruction) {
        loadValue(.rcx, i.b, i)
        if i.width < 64 {
            code.shift(.left, .rcx, by: Int(i.shift))
            load(.rax, i.a)
            clear((~0 >> UInt64(64 - i.width)) << UInt64(i.shift))
            code.apply(.or, .rax, .rcx)
        } else {
            code.move(.rax, .rcx)
        }
        define(i.a)
    }

    private mutating func insertAt(_ i: Instruction) {
        loadValue(.r11, i.b, i)
        load(.rcx, i.c)
        load(.rax, i.a)
        code.shiftByCount(.rotateRight, .rax)
        if i.width < 64 {
            clearLow(Int(i.width))
            code.apply(.or, .rax, .r11)
        } else {
            code.move(.rax, .r11)
        }
        code.shiftByCount(.rotateLeft, .rax)
        define(i.a)
    }

    // MARK: Numbered structs

    /// The rows of a table never move, so their address is part of the code.
    private mutating func loadInterned(_ i: Instruction) {
        loadRowAddress(Int(i.target), i.b)
        code.load(.rax, HostAddress(base: .r11, index: .rax, displacement: Int32(i.c) * 8))
        code.shift(.rightUnsigned, .rax, by: Int(i.shift))
        keepLow(.rax, Int(i.width))
        add(.rax, i.imm)
        define(i.a)
    }

    /// Makes r11 the rows of a table, and rax the word at which a value's begin.
    mutating func loadRowAddress(_ table: Int, _ number: UInt16) {
        let pool = program.layout.shapes.pool.tables[table]
        load(.rax, number)
        code.multiply(.rax, Int32(pool.wordCount))
        code.move(.r11, Int64(bitPattern: UInt64(UInt(bitPattern: pool.base))))
    }
}
