// Builds bytecode: instructions, registers, labels, scratch memory, violation sites.

import Model

/// A value that compiled code has computed.
enum Operand {
    case constant(Int64)
    case register(UInt16)
    /// A wide value in memory, at a word boundary.
    case memory(Address)
}

/// A bit address: a constant, plus a register where an index was computed.
struct Address {
    var offset: Int
    var index: UInt16?
}

/// Instructions under construction, shared by all code of one system.
struct Assembler {
    var instructions: [Instruction] = []
    /// Violation sites by number.
    var sites: [Violation] = []
    var forms: [SequenceForm] = []
    /// Wide constants: words and where they stand in memory.
    var constants: [(offset: Int, words: [UInt64])] = []
    /// The first word after the state and the copy of the state before the step.
    let scratchStart: Int
    var scratchWords = 0
    private var nextRegister: UInt16 = 0
    private(set) var registerCount = 0
    private var labels: [Int32] = []
    /// Labels by value, for each jump by value; after `finish` the instructions.
    var tables: [[Int]] = []
    private var patches: [(instruction: Int, label: Int)] = []

    /// Where bodies begin: nothing is in registers there.
    private(set) var bodies: [Int] = []

    init(scratchStart: Int) { self.scratchStart = scratchStart }

    // MARK: Instructions and labels

    /// Begins a body: all registers are free.
    mutating func beginBody() {
        registerMark = 0
        bodies.append(position)
    }

    var position: Int { instructions.count }

    mutating func emit(
        _ opcode: Opcode, a: UInt16 = 0, b: UInt16 = 0, c: UInt16 = 0, width: Int = 0, shift: Int = 0, target: Int = 0,
        imm: Int64 = 0
    ) {
        instructions.append(
            Instruction(
                opcode: opcode, width: UInt8(truncatingIfNeeded: width), shift: UInt8(truncatingIfNeeded: shift), a: a,
                b: b,
                c: c, target: Int32(target), imm: imm))
    }

    mutating func newLabel() -> Int {
        labels.append(-1)
        return labels.count - 1
    }

    mutating func place(_ label: Int) { labels[label] = Int32(instructions.count) }

    /// Emits a jump or a branch to a label.
    mutating func branch(_ opcode: Opcode, a: UInt16 = 0, b: UInt16 = 0, imm: Int64 = 0, to label: Int) {
        patches.append((instructions.count, label))
        emit(opcode, a: a, b: b, imm: imm)
    }

    /// Emits a jump to one of the labels, by the bits of a field of at most six.
    mutating func branchTable(_ address: Address, bits: Int, to labels: [Int]) {
        let register = register()
        load(address, bits: bits, lower: 0, into: register)
        tables.append(labels)
        emit(.branchTable, a: register, target: tables.count - 1)
    }

    /// Where a placed label stands.
    func instruction(at label: Int) -> Int { Int(labels[label]) }

    /// Gives labels their places and optimizes.
    ///
    /// - Parameters:
    ///   - starts: labels at which runs begin.
    ///   - resumes: per violation site, the label at which the run goes on after it.
    mutating func finish(starts: [Int], resumes: [Int: Int]) {
        resolveLabels()
        let optimized = Optimizer.run(
            instructions, bodies: bodies, starts: starts.map(instruction),
            resumes: resumes.mapValues(instruction), tables: tables, wordCount: scratchStart / 2)
        instructions = optimized.instructions
        tables = optimized.tables
        labels = labels.map { $0 < 0 ? $0 : optimized.positions[Int($0)] }
        bodies = bodies.map { Int(optimized.positions[$0]) }
    }

    private mutating func resolveLabels() {
        for (instruction, label) in patches {
            precondition(labels[label] >= 0, "a label was never placed")
            instructions[instruction].target = labels[label]
        }
        patches = []
        tables = tables.map { $0.map(instruction) }
    }

    mutating func site(_ kind: ViolationKind, _ message: String, _ range: SourceRange) -> Int {
        sites.append(Violation(kind: kind, message: message, range: range))
        return sites.count - 1
    }

    // MARK: Registers and memory

    /// A register of this entry, never given out twice while the entry is compiled.
    mutating func register() -> UInt16 {
        precondition(nextRegister < UInt16.max, "a step needs too many registers")
        nextRegister += 1
        registerCount = max(registerCount, Int(nextRegister))
        return nextRegister - 1
    }

    /// Registers given out since a mark may be used again: their values are dead.
    var registerMark: UInt16 {
        get { nextRegister }
        set { nextRegister = newValue }
    }

    mutating func scratch(words: Int) -> Int {
        defer { scratchWords += words }
        return (scratchStart + scratchWords) * 64
    }

    mutating func constant(_ words: [UInt64]) -> Int {
        if let known = constants.first(where: { $0.words == words }) { return known.offset }
        let offset = scratch(words: words.count)
        constants.append((offset, words))
        return offset
    }

    mutating func constant(_ value: Int64) -> UInt16 {
        let register = register()
        emit(.constant, a: register, imm: value)
        return register
    }

    mutating func inRegister(_ operand: Operand) -> UInt16 {
        switch operand {
        case .constant(let value): return constant(value)
        case .register(let register): return register
        case .memory: preconditionFailure("a wide value has no register")
        }
    }

    /// A register that holds an address.
    mutating func inRegister(_ address: Address) -> UInt16 {
        guard let index = address.index else { return constant(Int64(address.offset)) }
        guard address.offset != 0 else { return index }
        let register = register()
        emit(.addImmediate, a: register, b: index, imm: Int64(address.offset))
        return register
    }

    // MARK: Fields in memory

    mutating func load(_ address: Address, bits: Int, lower: Int64, into register: UInt16) {
        guard bits > 0 else {
            emit(.constant, a: register, imm: lower)
            return
        }
        if address.index != nil {
            let at = inRegister(address)
            emit(.loadAt, a: register, b: at, width: bits, imm: lower)
        } else {
            emit(.load, a: register, width: bits, shift: address.offset & 63, target: address.offset >> 6, imm: lower)
        }
    }

    mutating func store(_ value: UInt16, _ address: Address, bits: Int, lower: Int64) {
        guard bits > 0 else { return }
        if address.index != nil {
            let at = inRegister(address)
            emit(.storeAt, a: value, b: at, width: bits, imm: lower)
        } else {
            emit(.store, a: value, width: bits, shift: address.offset & 63, target: address.offset >> 6, imm: lower)
        }
    }

    mutating func copy(words: Int, from source: Address, to target: Address) {
        let (to, from) = (inRegister(target), inRegister(source))
        emit(.copyWords, b: to, c: from, imm: Int64(words))
    }

    mutating func zero(words: Int, at target: Address) {
        let to = inRegister(target)
        emit(.zeroWords, b: to, imm: Int64(words))
    }
}
