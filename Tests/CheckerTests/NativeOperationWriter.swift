// Writes random bodies of bytecode that a machine may run: fields within words, addresses within scratch memory.

import Checker
import Model

/// A body under construction, with the memory that it runs on.
///
/// Eight registers are loaded or set first and stored last, so that every result is seen. Addresses of fields lie in the
/// state or the first scratch words; those of wide values are at words further on.
struct OperationWriter {
    static let forms = [
        SequenceForm(max: 5, countBits: 3, elementOffset: 3, stride: 7, elementBits: 7),
        SequenceForm(max: 3, countBits: 2, elementOffset: 64, stride: 128, elementBits: 100),
    ]
    private static let registerCount = 8
    private static let corners: [Int64] = [
        0, 1, -1, 2, 3, 7, 8, 62, 63, 64, 127, 128, 255, 256, -128, -129, 1 << 31, 1 << 31 - 1, -1 << 31, 1 << 32,
        1 << 32 - 1, 1 << 62, .max, .min, .max - 1, .min + 1, 0x5555_5555_5555_5555, -0x1234_5678_9ABC_DEF,
    ]

    let system: TransitionSystem
    var source: RandomSource
    private(set) var instructions: [Instruction] = []
    private(set) var tables: [[Int]] = []
    private(set) var memory: [UInt64] = []
    private let probe: OperationProbe
    /// Registers beyond the eight, each used for one address.
    private var next: UInt16 = 8
    private var pendingBranches: [Int] = []

    init(system: TransitionSystem, source: RandomSource) {
        self.system = system
        self.source = source
        probe = OperationProbe(system, [], isNative: false)
        memory = (0..<probe.scratchStart + OperationProbe.scratchWords).map { _ in self.source.next() }
        for register in 0..<Self.registerCount {
            let number = number()
            if self.source.chance(40) {
                instructions.append(Instruction(opcode: .constant, a: UInt16(register), imm: number))
            } else {
                let word = probe.scratchStart + register
                memory[word] = UInt64(bitPattern: number)
                instructions.append(Instruction(opcode: .load, width: 64, a: UInt16(register), target: Int32(word)))
            }
        }
    }

    private mutating func number() -> Int64 {
        source.chance(60)
            ? source.pick(Self.corners) : Int64(bitPattern: source.next() >> UInt64(source.below(64)))
    }

    /// A body about one operation, once or a few times.
    mutating func write(around opcode: Opcode) {
        for _ in 0..<source.below(3) + 1 { write(opcode) }
        finish()
    }

    /// Any operation; those that end a run are rare.
    mutating func writeAny() {
        let opcode = source.pick(Opcode.allCases)
        switch opcode {
        case .halt, .block, .blockOnLock, .violate, .cut: if source.chance(10) { write(opcode) }
        case .choose, .intern: if source.chance(30) { write(opcode) }
        default: write(opcode)
        }
    }

    /// Stores all registers and ends.
    mutating func finish() {
        let end = instructions.count
        for index in pendingBranches { instructions[index].target = Int32(end) }
        tables = tables.map { $0.map { $0 < 0 ? end : $0 } }
        for register in 0..<Self.registerCount {
            instructions.append(
                Instruction(
                    opcode: .store, width: 64, a: UInt16(register),
                    target: Int32(probe.scratchStart + Self.registerCount + register)))
        }
        instructions.append(Instruction(opcode: .halt))
    }

    // MARK: Operands

    private mutating func register() -> UInt16 { UInt16(source.below(Self.registerCount)) }

    /// A register of its own with a number, which is a constant of the body or comes from memory.
    private mutating func fresh(_ value: Int64) -> UInt16 {
        let register = next
        next += 1
        if source.chance(50) {
            instructions.append(Instruction(opcode: .constant, a: register, imm: value))
        } else {
            let word = probe.scratchStart + 20 + Int(register) % 60
            instructions.append(
                Instruction(
                    opcode: .storeImmediate, width: 64, target: Int32(word), imm: value))
            instructions.append(Instruction(opcode: .load, width: 64, a: register, target: Int32(word)))
        }
        return register
    }

    private mutating func imm() -> Int64 { source.chance(50) ? 0 : number() }

    /// A word of the state, or one of a few of scratch memory.
    private mutating func word() -> Int {
        source.chance(50) ? source.below(probe.scratchStart) : probe.scratchStart + 100 + source.below(4)
    }

    /// A word at which at most 32 others follow.
    private mutating func wideAddress() -> UInt16 { fresh(Int64(probe.scratchStart + 110 + source.below(60)) * 64) }

    private mutating func field() -> (width: UInt8, shift: UInt8) {
        let width = source.chance(20) ? source.pick([1, 8, 16, 31, 32, 33, 63, 64]) : source.below(64) + 1
        let shift = source.below(65 - width)
        return (UInt8(width), UInt8(shift))
    }

    private func mask(_ width: UInt8) -> Int64 { Int64(bitPattern: ~0 >> UInt64(64 - width)) }

    // MARK: Operations

    private mutating func write(_ opcode: Opcode) {
        var i = Instruction(opcode: opcode, a: register(), b: register(), c: register())
        (i.width, i.shift) = field()
        i.target = Int32(source.below(8))
        i.imm = imm()
        switch opcode {
        case .load, .store: i.target = Int32(word())
        case .storeImmediate:
            i.target = Int32(word())
            i.imm = (i.imm & mask(i.width)) << Int64(i.shift)
        case .loadAt, .storeAt: i.b = fresh(Int64(word() * 64 + Int(i.shift)))
        case .extractAt, .insertAt: i.c = fresh(Int64(i.shift))
        case .address: i.target = Int32(truncatingIfNeeded: source.next())
        case .checkRangeImmediate:
            i.imm = Int64(source.below(100) - 50) << 32 | Int64(UInt32(truncatingIfNeeded: source.below(100) - 50))
        case .loadInterned, .fetchInterned, .intern, .nest: writeTable(&i)
        case .copyWords, .zeroWords, .equalWords, .orWords, .andWords, .andNotWords, .populationWords:
            writeWords(&i)
        case .sequenceInsertGap, .sequenceRemove: writeSequence(&i)
        case .choose: i.b = fresh(Int64(source.below(3) + 1))
        case .reach, .evaluated: i.target = 0
        case .blockOnLock: i.a = fresh(Int64(source.below(5) + 1))
        case .branchTable:
            i.a = fresh(Int64(source.below(3)))
            i.target = Int32(tables.count)
        default: if opcode.isFieldBranch { writeFieldBranch(&i) }
        }
        instructions.append(i)
        writeTargets(i)
    }

    private mutating func writeFieldBranch(_ i: inout Instruction) {
        i.a = UInt16(word())
        var bits = source.next()
        if source.chance(50) { bits = memory[Int(i.a)] }
        if source.chance(20) { bits = 0 }
        i.imm = (Int64(bitPattern: bits >> UInt64(i.shift)) & mask(i.width)) << Int64(i.shift)
        i.width = 64 - i.width
    }

    private mutating func writeTable(_ i: inout Instruction) {
        i.target = 0
        switch i.opcode {
        case .intern: i.b = wideAddress()
        case .nest:
            i.b = fresh(Int64(source.pick(probe.locks)))
            i.imm = Int64(source.below(3) + 1)
        default:
            // Value 0 is always there, and numbers that the body itself has made may follow.
            let number = fresh(0)
            i.b = i.opcode == .fetchInterned ? wideAddress() : number
            i.c = i.opcode == .fetchInterned ? number : UInt16(source.below(probe.internedWords ?? 1))
        }
    }

    private mutating func writeWords(_ i: inout Instruction) {
        i.imm = Int64(source.pick([1, 2, 3, 7, 8, 9, 16, 17, 30]))
        let first = wideAddress()
        let second = source.chance(20) ? first : wideAddress()
        switch i.opcode {
        case .copyWords, .equalWords: (i.b, i.c) = (first, second)
        case .zeroWords, .populationWords: i.b = first
        default: (i.a, i.b) = (first, second)
        }
    }

    /// The count is set first, so that the index lies within.
    private mutating func writeSequence(_ i: inout Instruction) {
        let form = source.below(2)
        let count = form == 0 ? source.below(4) + 1 : source.below(2) + 1
        let word = probe.scratchStart + 240
        instructions.append(
            Instruction(
                opcode: .storeImmediate, width: UInt8(Self.forms[form].countBits), target: Int32(word),
                imm: Int64(count)))
        i.imm = Int64(form)
        i.b = fresh(Int64(word * 64))
        i.c = fresh(Int64(source.below(count)))
    }

    /// Branches lead to what follows, over one instruction, or to the end.
    private mutating func writeTargets(_ i: Instruction) {
        let index = instructions.count - 1
        if i.opcode == .branchTable {
            instructions.append(Instruction(opcode: .complement, a: register(), b: register()))
            tables.append([index + 1, index + 2, -1])
        } else if i.opcode.leadsElsewhere {
            if source.chance(25) {
                pendingBranches.append(index)
            } else {
                instructions.append(Instruction(opcode: .complement, a: register(), b: register()))
                instructions[index].target = Int32(index + 1 + source.below(2))
            }
        }
    }
}

extension Opcode {
    fileprivate var isFieldBranch: Bool { self == .branchFieldEqual || self == .branchFieldNotEqual }

    /// Whether it is a branch to one target.
    fileprivate var leadsElsewhere: Bool {
        switch self {
        case .jump, .branchZero, .branchNonZero, .branchEqual, .branchNotEqual, .branchLess, .branchLessOrEqual,
            .branchEqualImmediate, .branchNotEqualImmediate, .branchLessImmediate, .branchNotLessImmediate,
            .branchFieldEqual, .branchFieldNotEqual:
            true
        default: false
        }
    }
}
