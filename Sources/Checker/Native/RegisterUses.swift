// What native code must know of the registers of one body: which are constants, which cross labels, which are read again.

/// Uses of registers in a body. O(instructions).
struct RegisterUses {
    /// Registers that have one value in the whole body.
    private var constants: [Int64?]
    /// Registers that some block reads before it writes them.
    private var isShared: [Bool]
    /// Per instruction, bits: `a` is read later in the block, and which operands are not.
    private var flags: [UInt8]
    private let first: Int

    private static let resultIsUsed: UInt8 = 1

    /// - Parameters:
    ///   - code: the bytecode of the system.
    ///   - body: the instructions of the body.
    ///   - isLabel: per instruction of the system, whether control comes there otherwise than from the one before.
    init(_ code: UnsafePointer<Instruction>, body: Range<Int>, isLabel: [Bool]) {
        first = body.lowerBound
        let count = body.reduce(0) { max($0, Int(max(code[$1].a, code[$1].b, code[$1].c)) + 1) }
        isShared = Array(repeating: false, count: count)
        constants = Array(repeating: nil, count: count)
        flags = Array(repeating: 0, count: body.count)
        findConstants(code, body, count)
        findShared(code, body, isLabel, count)
        findLastReads(code, body, isLabel, count)
    }

    private mutating func findConstants(_ code: UnsafePointer<Instruction>, _ body: Range<Int>, _ count: Int) {
        var writes = Array(repeating: Int32(0), count: count)
        for index in body where code[index].opcode.writesA { writes[Int(code[index].a)] += 1 }
        for index in body where code[index].opcode == .constant && writes[Int(code[index].a)] == 1 {
            constants[Int(code[index].a)] = code[index].imm
        }
    }

    private mutating func findShared(
        _ code: UnsafePointer<Instruction>, _ body: Range<Int>, _ isLabel: [Bool], _ count: Int
    ) {
        var writtenIn = Array(repeating: Int32(0), count: count)
        var block: Int32 = 1
        for index in body {
            if isLabel[index] { block += 1 }
            let instruction = code[index]
            Self.forEachRead(instruction) { register, _ in
                if writtenIn[Int(register)] != block { isShared[Int(register)] = true }
            }
            if instruction.opcode.writesA { writtenIn[Int(instruction.a)] = block }
        }
    }

    private mutating func findLastReads(
        _ code: UnsafePointer<Instruction>, _ body: Range<Int>, _ isLabel: [Bool], _ count: Int
    ) {
        var readIn = Array(repeating: Int32(0), count: count)
        var block: Int32 = 1
        for index in body.reversed() {
            let instruction = code[index]
            let own = index - first
            if instruction.opcode.writesA {
                if readIn[Int(instruction.a)] == block { flags[own] |= Self.resultIsUsed }
                readIn[Int(instruction.a)] = 0
            }
            Self.forEachRead(instruction) { register, operand in
                if readIn[Int(register)] != block { flags[own] |= 2 << UInt8(operand) }
            }
            Self.forEachRead(instruction) { register, _ in readIn[Int(register)] = block }
            if isLabel[index] { block += 1 }
        }
    }

    private static func forEachRead(_ i: Instruction, _ body: (_ register: UInt16, _ operand: Int) -> Void) {
        if i.opcode.readsA { body(i.a, 0) }
        if i.opcode.readsB { body(i.b, 1) }
        if i.opcode.readsC { body(i.c, 2) }
    }

    // MARK: Asking

    /// The value of a register that has only one; it is never in memory.
    func constant(_ register: UInt16) -> Int64? { constants[Int(register)] }

    /// Whether the result of an instruction is read in another block, or in this one after a jump back.
    func isShared(_ register: UInt16) -> Bool { isShared[Int(register)] }

    /// Whether its result is read later in its block.
    func isResultUsed(_ index: Int) -> Bool { flags[index - first] & Self.resultIsUsed != 0 }

    /// Calls the body with registers that an instruction is the last of its block to read.
    func forEachLastRead(_ index: Int, _ i: Instruction, _ body: (UInt16) -> Void) {
        Self.forEachRead(i) { register, operand in
            if flags[index - first] & 2 << UInt8(operand) != 0 { body(register) }
        }
    }
}
