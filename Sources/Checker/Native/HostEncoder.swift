// The x86-64 instructions that native code is made of, as bytes (Intel's manual, volume 2).

/// A general register of the host, by the number that instructions have for it.
enum HostRegister: UInt8 {
    case rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15
}

/// Memory of the host: a base, a displacement in bytes, and an index that counts words of 8 bytes.
struct HostAddress {
    let base: HostRegister
    var index: HostRegister?
    var displacement: Int32 = 0
}

/// Two-operand operations, by the number in their opcodes.
enum HostOperation: UInt8 {
    case add = 0
    case or = 1
    case and = 4
    case subtract = 5
    case xor = 6
    case compare = 7
}

/// Shifts and rotations, by the number in their opcodes. Counts are taken modulo 64, as `&<<` takes them.
enum HostShift: UInt8 {
    case rotateLeft = 0
    case rotateRight = 1
    case left = 4
    case rightUnsigned = 5
    case rightSigned = 7
}

/// Operations of one operand, by the number in their opcode.
enum HostUnary: UInt8 {
    case complement = 2
    case negate = 3
    /// rdx:rax = rax × operand.
    case multiply = 4
    /// rax, rdx = rdx:rax divided by the operand, and the remainder.
    case divide = 6
    case divideSigned = 7
}

/// Conditions, by the number in opcodes; the lowest bit negates.
enum HostCondition: UInt8 {
    case overflow = 0
    case below = 2
    case aboveOrEqual = 3
    case equal = 4
    case notEqual = 5
    case belowOrEqual = 6
    case above = 7
    case less = 12
    case greaterOrEqual = 13
    case lessOrEqual = 14
    case greater = 15
}

/// A forward jump within one template, whose end is not known yet.
struct ShortJump {
    fileprivate let end: Int
}

/// Writes instructions one behind the other.
struct HostEncoder {
    private(set) var bytes: [UInt8] = []

    /// Where the next instruction goes.
    var position: Int { bytes.count }

    // MARK: Encoding

    private mutating func append(_ value: Int32) {
        let bits = UInt32(bitPattern: value)
        for shift: UInt32 in [0, 8, 16, 24] { bytes.append(UInt8(truncatingIfNeeded: bits >> shift)) }
    }

    private mutating func append(_ value: Int64) {
        append(Int32(truncatingIfNeeded: value))
        append(Int32(truncatingIfNeeded: value >> 32))
    }

    /// The prefix for 64 bits and for registers from r8; nothing where it says nothing.
    private mutating func prefix(_ register: UInt8, _ index: UInt8, _ base: UInt8, _ isWide: Bool) {
        let bits = (isWide ? 8 : 0) | (register >> 3) << 2 | (index >> 3) << 1 | base >> 3
        if bits != 0 { bytes.append(0x40 | bits) }
    }

    /// An opcode of one or two bytes.
    private mutating func opcode(_ opcode: UInt16) {
        if opcode > 0xFF { bytes.append(UInt8(opcode >> 8)) }
        bytes.append(UInt8(truncatingIfNeeded: opcode))
    }

    /// An instruction on a register, or an opcode's extension, and a register.
    private mutating func encode(_ opcode: UInt16, _ register: UInt8, _ other: HostRegister, isWide: Bool = true) {
        prefix(register, 0, other.rawValue, isWide)
        self.opcode(opcode)
        bytes.append(0xC0 | (register & 7) << 3 | other.rawValue & 7)
    }

    /// An instruction on a register, or an opcode's extension, and memory.
    private mutating func encode(_ opcode: UInt16, _ register: UInt8, _ address: HostAddress, isWide: Bool = true) {
        prefix(register, address.index?.rawValue ?? 0, address.base.rawValue, isWide)
        self.opcode(opcode)
        let isShort = address.displacement == Int32(Int8(truncatingIfNeeded: address.displacement))
        let mode: UInt8 = isShort ? 0x40 : 0x80
        let base = address.base.rawValue & 7
        if let index = address.index {
            bytes.append(mode | (register & 7) << 3 | 4)
            bytes.append(3 << 6 | (index.rawValue & 7) << 3 | base)
        } else {
            bytes.append(mode | (register & 7) << 3 | base)
            // This number of a base stands for one that follows.
            if base == 4 { bytes.append(0x24) }
        }
        if isShort {
            bytes.append(UInt8(truncatingIfNeeded: address.displacement))
        } else {
            append(address.displacement)
        }
    }

    // MARK: Moves

    mutating func move(_ to: HostRegister, _ from: HostRegister) {
        if to != from { encode(0x8B, to.rawValue, from) }
    }

    /// The low 32 bits, the others zero.
    mutating func moveLow(_ to: HostRegister, _ from: HostRegister) { encode(0x8B, to.rawValue, from, isWide: false) }

    /// A constant, by the shortest encoding. Leaves the flags.
    mutating func move(_ to: HostRegister, _ value: Int64) {
        if value >= 0, value <= Int64(UInt32.max) {
            prefix(0, 0, to.rawValue, false)
            bytes.append(0xB8 | to.rawValue & 7)
            append(Int32(truncatingIfNeeded: value))
        } else if let short = Int32(exactly: value) {
            encode(0xC7, 0, to)
            append(short)
        } else {
            prefix(0, 0, to.rawValue, true)
            bytes.append(0xB8 | to.rawValue & 7)
            append(value)
        }
    }

    mutating func load(_ to: HostRegister, _ from: HostAddress) { encode(0x8B, to.rawValue, from) }
    mutating func store(_ to: HostAddress, _ from: HostRegister) { encode(0x89, from.rawValue, to) }

    mutating func store(_ to: HostAddress, _ value: Int32) {
        encode(0xC7, 0, to)
        append(value)
    }

    mutating func storeByte(_ to: HostAddress, _ value: UInt8) {
        encode(0xC6, 0, to, isWide: false)
        bytes.append(value)
    }

    /// So many bytes, 1, 2 or 4, the others zero.
    mutating func loadPart(_ to: HostRegister, _ from: HostAddress, bytes count: Int) {
        encode(count == 1 ? 0x0FB6 : count == 2 ? 0x0FB7 : 0x8B, to.rawValue, from, isWide: false)
    }

    /// So many low bytes, 1, 2 or 4, with their sign.
    mutating func signExtend(_ to: HostRegister, _ from: HostRegister, bytes count: Int) {
        encode(count == 1 ? 0x0FBE : count == 2 ? 0x0FBF : 0x63, to.rawValue, from)
    }

    /// Four bytes with their sign, out of a table of such.
    mutating func loadSigned32(_ to: HostRegister, table: HostRegister, index: HostRegister, displacement: Int32) {
        prefix(to.rawValue, index.rawValue, table.rawValue, true)
        bytes += [0x63, 0x84 | (to.rawValue & 7) << 3, 2 << 6 | (index.rawValue & 7) << 3 | table.rawValue & 7]
        append(displacement)
    }

    /// Stores rax in so many words as rcx says, from rdi on.
    mutating func fillWords() { bytes += [0xF3, 0x48, 0xAB] }

    /// Copies so many words as rcx says from rsi to rdi, from the first on.
    mutating func copyWords() { bytes += [0xF3, 0x48, 0xA5] }

    /// Brings the cache line of an address near.
    mutating func prefetch(_ address: HostAddress) { encode(0x0F18, 1, address, isWide: false) }

    /// The address itself.
    mutating func loadAddress(_ to: HostRegister, _ of: HostAddress) { encode(0x8D, to.rawValue, of) }

    /// An address relative to the next instruction. Returns where its four bytes stand.
    mutating func loadRelativeAddress(_ to: HostRegister) -> Int {
        prefix(to.rawValue, 0, 0, true)
        bytes += [0x8D, (to.rawValue & 7) << 3 | 5]
        append(Int32(0))
        return position - 4
    }

    /// 16 bytes to and from a vector register, which are not aligned.
    mutating func loadVector(_ to: UInt8, _ from: HostAddress) {
        bytes.append(0xF3)
        encode(0x0F6F, to, from, isWide: false)
    }

    mutating func storeVector(_ to: HostAddress, _ from: UInt8) {
        bytes.append(0xF3)
        encode(0x0F7F, from, to, isWide: false)
    }

    // MARK: Arithmetic

    mutating func apply(_ operation: HostOperation, _ to: HostRegister, _ other: HostRegister) {
        encode(UInt16(operation.rawValue << 3 | 3), to.rawValue, other)
    }

    mutating func apply(_ operation: HostOperation, _ to: HostRegister, _ other: HostAddress) {
        encode(UInt16(operation.rawValue << 3 | 3), to.rawValue, other)
    }

    mutating func apply(_ operation: HostOperation, _ to: HostAddress, _ other: HostRegister) {
        encode(UInt16(operation.rawValue << 3 | 1), other.rawValue, to)
    }

    /// With a constant, which is extended by its sign; in 32 bits the others become zero.
    mutating func apply(_ operation: HostOperation, _ to: HostRegister, _ value: Int32, isWide: Bool = true) {
        if let short = Int8(exactly: value) {
            encode(0x83, operation.rawValue, to, isWide: isWide)
            bytes.append(UInt8(bitPattern: short))
        } else {
            encode(0x81, operation.rawValue, to, isWide: isWide)
            append(value)
        }
    }

    mutating func apply(_ operation: HostOperation, _ to: HostAddress, _ value: Int32) {
        encode(0x81, operation.rawValue, to)
        append(value)
    }

    mutating func apply(_ operation: HostUnary, _ to: HostRegister, isWide: Bool = true) {
        encode(0xF7, operation.rawValue, to, isWide: isWide)
    }

    mutating func multiply(_ to: HostRegister, _ other: HostRegister) { encode(0x0FAF, to.rawValue, other) }

    mutating func multiply(_ to: HostRegister, _ value: Int32) {
        encode(0x69, to.rawValue, to)
        append(value)
    }

    /// Fills rdx with the sign of rax.
    mutating func extendSign() { bytes += [0x48, 0x99] }

    mutating func shift(_ shift: HostShift, _ to: HostRegister, by count: Int, isWide: Bool = true) {
        guard count & 63 != 0 else { return }
        encode(0xC1, shift.rawValue, to, isWide: isWide)
        bytes.append(UInt8(count & 63))
    }

    /// By the low bits of rcx.
    mutating func shiftByCount(_ shift: HostShift, _ to: HostRegister) { encode(0xD3, shift.rawValue, to) }

    mutating func clearBit(_ to: HostRegister, _ bit: Int) {
        encode(0x0FBA, 6, to)
        bytes.append(UInt8(bit & 63))
    }

    /// One more in memory.
    mutating func increment(_ to: HostAddress) { encode(0xFF, 0, to) }

    // MARK: Tests and jumps

    mutating func test(_ register: HostRegister, _ other: HostRegister) { encode(0x85, other.rawValue, register) }

    /// The low bits against a mask.
    mutating func test(_ register: HostRegister, _ mask: Int32) {
        encode(0xF7, 0, register, isWide: false)
        append(mask)
    }

    mutating func testByte(_ address: HostAddress, _ mask: UInt8) {
        encode(0xF6, 0, address, isWide: false)
        bytes.append(mask)
    }

    /// rax = 1 if the condition holds, or else 0.
    mutating func setResult(if condition: HostCondition) {
        bytes += [0x0F, 0x90 | condition.rawValue, 0xC0, 0x0F, 0xB6, 0xC0]
    }

    /// A jump whose four bytes are patched later. Returns where they stand.
    mutating func jump(if condition: HostCondition? = nil) -> Int {
        if let condition { bytes += [0x0F, 0x80 | condition.rawValue] } else { bytes.append(0xE9) }
        append(Int32(0))
        return position - 4
    }

    /// Lets the four bytes at a position, which end an instruction, lead to a target.
    mutating func patch(_ at: Int, to target: Int) {
        let distance = UInt32(bitPattern: Int32(target - at - 4))
        for index in 0..<4 { bytes[at + index] = UInt8(truncatingIfNeeded: distance >> UInt32(8 * index)) }
    }

    mutating func jumpShort(if condition: HostCondition? = nil) -> ShortJump {
        bytes += [condition.map { 0x70 | $0.rawValue } ?? 0xEB, 0]
        return ShortJump(end: position)
    }

    /// A short jump leads here.
    mutating func place(_ jump: ShortJump) {
        let distance = position - jump.end
        precondition(distance < 128, "a short jump is too long")
        bytes[jump.end - 1] = UInt8(distance)
    }

    /// Jumps back to a position that is near.
    mutating func jumpBack(to target: Int, if condition: HostCondition) {
        precondition(position + 2 - target <= 128, "a short jump is too long")
        bytes += [0x70 | condition.rawValue, UInt8(truncatingIfNeeded: target - position - 2)]
    }

    mutating func jump(to register: HostRegister) { encode(0xFF, 4, register, isWide: false) }
    mutating func call(_ register: HostRegister) { encode(0xFF, 2, register, isWide: false) }

    /// A call whose four bytes are patched later. Returns where they stand.
    mutating func call() -> Int {
        bytes.append(0xE8)
        append(Int32(0))
        return position - 4
    }

    mutating func leave() { bytes.append(0xC3) }

    mutating func push(_ register: HostRegister) {
        prefix(0, 0, register.rawValue, false)
        bytes.append(0x50 | register.rawValue & 7)
    }

    mutating func pop(_ register: HostRegister) {
        prefix(0, 0, register.rawValue, false)
        bytes.append(0x58 | register.rawValue & 7)
    }

    // MARK: Data

    mutating func align(to count: Int) { while position % count != 0 { bytes.append(0xCC) } }

    /// Four bytes of data.
    mutating func data(_ value: Int32) { append(value) }
}
