// Bytecode to machine code of x86-64: one template for each instruction, values of a block in host registers.

import Model

/// Translates the bytecode of a system. O(instructions).
///
/// While native code runs, rbx is the machine's memory, rbp its registers, r15 its `RunContext`; rax, rcx, rdx and r11 are
/// what a template works with. Each template leaves its result in rax, from where `define` takes it.
struct NativeCompiler {
    let program: Program
    var code = HostEncoder()
    var registers: HostRegisters
    var uses: RegisterUses
    /// The instruction that is translated.
    var index = 0
    private let isLabel: [Bool]
    /// Per instruction: where its code starts, or -1.
    private var offsets: [Int32]
    private var jumps: [(at: Int, target: Int)] = []
    private var siteJumps: [Int: [Int]] = [:]
    private var tableReferences: [Int] = []
    private var exits: [Int] = []
    private var growCalls: [Int] = []

    /// Whether native code can run here: on x86-64 under Linux, where the system makes memory executable.
    static let isAvailable: Bool = {
        guard let memory = ExecutableMemory.map([0xC3]) else { return false }
        ExecutableMemory.unmap(memory)
        return true
    }()

    /// Native code of a program; nil where it cannot run.
    static func compile(_ program: Program) -> MachineCode? {
        guard isAvailable else { return nil }
        var compiler = NativeCompiler(program)
        return compiler.run()
    }

    private init(_ program: Program) {
        self.program = program
        isLabel = Self.labels(of: program)
        offsets = Array(repeating: -1, count: program.instructionCount + 1)
        registers = HostRegisters(registerCount: program.registerCount + 1)
        uses = RegisterUses(program.code, body: 0..<0, isLabel: [])
    }

    /// Positions at which control may arrive otherwise than from the instruction before.
    private static func labels(of program: Program) -> [Bool] {
        var result = Array(repeating: false, count: program.instructionCount + 1)
        for start in program.starts + program.bodies { result[start] = true }
        for index in 0..<program.instructionCount {
            let instruction = program.code[index]
            if instruction.opcode.isBranch { result[Int(instruction.target)] = true }
        }
        for entry in 0..<program.tableEntryCount { result[Int(program.tables[entry])] = true }
        return result
    }

    private mutating func run() -> MachineCode? {
        enter()
        let limits = Array(Set([0] + program.bodies + [program.instructionCount + 1])).sorted()
        for (low, high) in zip(limits, limits.dropFirst()) {
            uses = RegisterUses(program.code, body: low..<high, isLabel: isLabel)
            for index in low..<high { translate(index) }
            registers.forget()
        }
        finish()
        guard let memory = ExecutableMemory.map(code.bytes) else { return nil }
        return MachineCode(UnsafeRawBufferPointer(memory), offsets: offsets) { ExecutableMemory.unmap(memory) }
    }

    private mutating func translate(_ index: Int) {
        if isLabel[index] { registers.forget() }
        offsets[index] = Int32(code.position)
        self.index = index
        let instruction = program.code[index]
        template(instruction)
        if !instruction.opcode.writesA { uses.forEachLastRead(index, instruction) { registers.drop($0) } }
    }

    private mutating func template(_ i: Instruction) {
        switch i.opcode {
        case .constant, .move, .load, .loadAt, .store, .storeImmediate, .storeAt, .extract, .extractAt, .insert,
            .insertAt,
            .loadInterned:
            translateMove(i)
        case .copyWords, .zeroWords, .equalWords, .fetchInterned, .intern, .sequenceInsertGap, .sequenceRemove,
            .orWords,
            .andWords, .andNotWords, .populationWords:
            translateWords(i)
        case .address, .add, .subtract, .multiply, .addImmediate, .and, .or, .xor, .shiftLeft, .shiftRightSigned,
            .shiftRightUnsigned, .complement, .negate, .signExtend, .zeroExtend, .populationCount, .equal, .notEqual,
            .less, .lessOrEqual, .lessUnsigned, .lessOrEqualUnsigned, .not:
            translateArithmetic(i)
        case .addSigned, .subtractSigned, .multiplySigned, .addUnsigned, .subtractUnsigned, .multiplyUnsigned,
            .divideSigned, .remainderSigned, .divideUnsigned, .remainderUnsigned, .shiftLeftSigned, .shiftLeftUnsigned,
            .checkRange, .checkRangeUnsigned, .checkRangeImmediate, .checkIndex, .checkFlag:
            translateChecked(i)
        case .jump, .branchZero, .branchNonZero, .branchTable, .branchEqual, .branchNotEqual, .branchLess,
            .branchLessOrEqual, .branchEqualImmediate, .branchNotEqualImmediate, .branchLessImmediate,
            .branchNotLessImmediate, .branchFieldEqual, .branchFieldNotEqual:
            translateBranch(i)
        case .choose, .emit, .emitAction, .emitActionAndRestore, .halt, .block, .blockOnLock, .violate, .cut, .touch,
            .reach, .evaluated, .nest, .tick:
            translateStep(i)
        }
    }

    // MARK: Values

    /// The value of a register, in a given host register.
    mutating func load(_ to: HostRegister, _ register: UInt16) {
        if let constant = uses.constant(register) {
            code.move(to, constant)
        } else {
            code.move(to, registers.use(register, &code))
        }
    }

    /// The value of a register where it is; a constant in a given host register.
    mutating func read(_ register: UInt16, constantIn spare: HostRegister) -> HostRegister {
        guard let constant = uses.constant(register) else { return registers.use(register, &code) }
        code.move(spare, constant)
        return spare
    }

    /// A value out of memory, after all values went there.
    mutating func loadFlushed(_ to: HostRegister, _ register: UInt16) {
        if let constant = uses.constant(register) {
            code.move(to, constant)
        } else {
            code.load(to, HostRegisters.place(of: register))
        }
    }

    /// Applies an operation with the value of a register; a large constant goes by way of r11.
    mutating func apply(_ operation: HostOperation, _ to: HostRegister, _ register: UInt16) {
        if let constant = uses.constant(register) {
            apply(operation, to, constant: constant)
        } else if registers.find(register) == nil {
            code.apply(operation, to, HostRegisters.place(of: register))
        } else {
            code.apply(operation, to, registers.use(register, &code))
        }
    }

    mutating func apply(_ operation: HostOperation, _ to: HostRegister, constant: Int64) {
        if let short = Int32(exactly: constant) {
            code.apply(operation, to, short)
        } else {
            code.move(.r11, constant)
            code.apply(operation, to, .r11)
        }
    }

    mutating func add(_ to: HostRegister, _ constant: Int64) {
        if constant != 0 { apply(.add, to, constant: constant) }
    }

    /// Compares two registers of the bytecode.
    mutating func compare(_ left: UInt16, _ right: UInt16) {
        apply(.compare, read(left, constantIn: .rax), right)
    }

    /// Compares a register with a constant.
    mutating func compare(_ left: UInt16, constant: Int64) {
        let value = read(left, constantIn: .rax)
        if constant == 0 { code.test(value, value) } else { apply(.compare, value, constant: constant) }
    }

    /// Makes rax the value of the register that the instruction writes.
    mutating func define(_ register: UInt16) {
        uses.forEachLastRead(index, program.code[index]) { registers.drop($0) }
        let isShared = uses.isShared(register)
        if isShared { code.store(HostRegisters.place(of: register), .rax) }
        if uses.isResultUsed(index) {
            code.move(registers.define(register, isStored: isShared, &code), .rax)
        } else {
            registers.drop(register)
        }
    }

    /// Keeps so many low bits.
    mutating func keepLow(_ register: HostRegister, _ width: Int) {
        if width >= 64 { return }
        if width == 32 {
            code.moveLow(register, register)
        } else if width < 32 {
            code.apply(.and, register, Int32.max >> Int32(31 - width), isWide: false)
        } else {
            code.shift(.left, register, by: 64 - width)
            code.shift(.rightUnsigned, register, by: 64 - width)
        }
    }

    // MARK: Jumps

    mutating func jump(to target: Int32, if condition: HostCondition? = nil) {
        jumps.append((code.jump(if: condition), Int(target)))
    }

    /// Ends the run with a violation if a condition holds.
    mutating func violate(_ site: Int32, if condition: HostCondition? = nil) {
        siteJumps[Int(site), default: []].append(code.jump(if: condition))
    }

    /// Ends the run with the result in rax.
    mutating func exit() { exits.append(code.jump()) }

    /// Jumps by the value in rax, which counts entries of jump tables.
    mutating func jump(byTableFrom first: Int32) {
        tableReferences.append(code.loadRelativeAddress(.rdx))
        code.loadSigned32(.rax, table: .rdx, index: .rax, displacement: 4 * first)
        code.apply(.add, .rax, .rdx)
        code.jump(to: .rax)
    }

    mutating func callGrow() { growCalls.append(code.call()) }

    /// Calls a function of C, after all values went to memory.
    mutating func call(_ function: UInt) {
        code.move(.rax, Int64(bitPattern: UInt64(function)))
        code.call(.rax)
    }

    // MARK: The frame

    private static let saved: [HostRegister] = [.rbx, .rbp, .r12, .r13, .r14, .r15]

    /// The entry: the context in rdi, where to go on in rsi.
    private mutating func enter() {
        for register in Self.saved { code.push(register) }
        code.apply(.subtract, .rsp, 8)
        code.move(.r15, .rdi)
        code.load(.rbx, RunContext.memoryField)
        code.load(.rbp, RunContext.registersField)
        code.jump(to: .rsi)
    }

    private mutating func finish() {
        for (at, target) in jumps { code.patch(at, to: Int(offsets[target])) }
        for (site, positions) in siteJumps.sorted(by: { $0.key < $1.key }) {
            for at in positions { code.patch(at, to: code.position) }
            code.move(.rax, RunContext.violated(site: site))
            exit()
        }
        for at in exits { code.patch(at, to: code.position) }
        code.apply(.add, .rsp, 8)
        for register in Self.saved.reversed() { code.pop(register) }
        code.leave()
        for at in growCalls { code.patch(at, to: code.position) }
        writeGrow()
        writeTables()
    }

    /// What makes room in the batch and changes no register but the scratch ones.
    private mutating func writeGrow() {
        let saved: [HostRegister] = [.rsi, .rdi, .r8, .r9, .r10]
        for register in saved { code.push(register) }
        code.move(.rdi, .r15)
        call(NativeCallbacks.growBatch)
        for register in saved.reversed() { code.pop(register) }
        code.leave()
    }

    /// Jump tables: distances from the first entry of all.
    private mutating func writeTables() {
        code.align(to: 4)
        let start = code.position
        for at in tableReferences { code.patch(at, to: start) }
        for entry in 0..<program.tableEntryCount {
            code.data(offsets[Int(program.tables[entry])] - Int32(start))
        }
    }
}
