// Runs bytecode: the one execution switch of the explicit engine.

import Model

/// How a run ended.
enum RunStatus {
    /// Successors were emitted, perhaps none.
    case done
    case blocked
    /// Blocked on a lock that the pid holds.
    case blockedOnLock(Int)
    case violated(site: Int)
    case cut
    /// More distinct struct values than their numbers can tell apart: the run begins again with wider numbers.
    case poolFull
}

/// Memory and registers of one thread, and the loop that runs instructions on them.
struct Machine {
    /// The state under construction, the state before the step, scratch.
    let memory: UnsafeMutablePointer<UInt64>
    let registers: UnsafeMutablePointer<Int64>
    let code: UnsafePointer<Instruction>
    let forms: UnsafePointer<SequenceForm>
    let tables: UnsafePointer<Int32>
    private let alwaysTouched: UInt64
    let pools: UnsafeMutablePointer<InternTable>
    let wordCount: Int
    /// What native code knows of the machine, and how it is entered; nil where bytecode is run.
    let context: UnsafeMutablePointer<RunContext>
    private let entry: MachineCode.Entry?
    private let addresses: UnsafePointer<UnsafeRawPointer>?
    /// Which option each choice of the run takes; beyond them the first.
    var script: [Int] = []
    var options: [Int] = []
    /// Choices that the present run has made.
    var depth = 0
    /// Transition properties whose data were stored to.
    var touched: UInt64 = 0
    /// Asserts that were evaluated.
    let reached: UnsafeMutablePointer<UInt8>
    /// Action instances that were enabled in some state.
    let enabledActions: UnsafeMutablePointer<Bool>
    /// How often each property was evaluated.
    let evaluations: UnsafeMutablePointer<Int>
    /// The order in which locks were taken.
    var nestings: LockNestings
    private var ticks = 0
    /// Successors that runs have emitted and nobody has taken yet.
    var batch: SuccessorBatch
    /// The number of the state whose steps are run.
    var parent = 0

    init(_ program: Program) {
        wordCount = program.layout.wordCount
        let words = 2 * wordCount + program.scratchWords + 1
        memory = .allocate(capacity: words)
        batch = SuccessorBatch(
            wordCount: program.layout.wordCount, keepsOriginals: program.symmetry != nil)
        memory.initialize(repeating: 0, count: words)
        registers = .allocate(capacity: program.registerCount + 1)
        registers.initialize(repeating: 0, count: program.registerCount + 1)
        code = program.code
        forms = program.forms
        tables = program.tables
        alwaysTouched = program.alwaysTouched
        pools = program.layout.shapes.pool.tables
        reached = .allocate(capacity: program.layout.system.assertions.count + 1)
        reached.initialize(repeating: 0, count: program.layout.system.assertions.count + 1)
        enabledActions = .allocate(capacity: program.actionInstances.count + 1)
        enabledActions.initialize(repeating: false, count: program.actionInstances.count + 1)
        evaluations = .allocate(capacity: program.layout.system.properties.count + 1)
        evaluations.initialize(repeating: 0, count: program.layout.system.properties.count + 1)
        nestings = LockNestings(program.layout)
        entry = program.machineCode?.entry
        addresses = program.machineCode?.addresses
        context = .allocate(capacity: 1)
        context.initialize(
            to: RunContext(
                memory: memory, registers: registers, nextRow: memory, endOfRows: memory, rowCount: 0, parent: 0,
                touched: 0, alwaysTouched: program.alwaysTouched, ticks: 0, reached: reached,
                enabledActions: enabledActions, evaluations: evaluations, slots: UnsafeRawPointer(memory),
                homeShift: 63, machine: nil))
        for constant in program.constants {
            for (index, word) in constant.words.enumerated() { memory[constant.offset / 64 + index] = word }
        }
    }

    /// Frees memory and registers; the machine must not run after it.
    func deallocate() {
        memory.deallocate()
        registers.deallocate()
        reached.deallocate()
        enabledActions.deallocate()
        evaluations.deallocate()
        context.deallocate()
        batch.deallocate()
    }

    /// Puts a state into memory, both as the one to change and as the one before.
    @inline(__always)
    func begin(_ state: UnsafePointer<UInt64>) {
        for index in 0..<wordCount {
            memory[index] = state[index]
            memory[wordCount &+ index] = state[index]
        }
    }

    /// Brings back the state before the step.
    @inline(__always)
    func restore() {
        for index in 0..<wordCount { memory[index] = memory[wordCount &+ index] }
    }

    /// Runs the actions that do not choose from a position until one breaks a rule, and moves on behind it; nil when
    /// all were tried.
    mutating func runCombined(_ program: Program, from position: inout Int32) -> RunStatus? {
        let status = run(from: position)
        switch status {
        case .done: return nil
        case .violated(let site):
            restore()
            position = program.resumes[program.siteInstances[site]]
        case .poolFull: break
        case .blocked, .blockedOnLock, .cut: preconditionFailure("a combined action ended early")
        }
        return status
    }

    @inline(__always)
    static func mask(_ width: UInt8) -> UInt64 { ~0 &>> UInt64(64 &- width) }

    /// Zero if a word's field is the one in `imm`: both shifts together take away what is beside it.
    @inline(__always)
    private static func difference(_ word: UInt64, _ i: Instruction) -> UInt64 {
        ((word ^ UInt64(bitPattern: i.imm)) &>> UInt64(i.shift)) &<< UInt64(i.width)
    }

    /// The lock at an address was taken.
    mutating func nest(lockAt address: Int, holder: UInt64) {
        nestings.note(lockAt: address, holder: holder, memory)
    }

    /// Makes room in the batch for native code.
    mutating func growBatch() { batch.grow(for: context) }

    /// Runs from an instruction to the end of the run. Successors go to the batch.
    @inline(__always)
    mutating func run(from start: Int32) -> RunStatus {
        guard let entry, let addresses else { return interpret(from: start) }
        return runNative(entry, addresses[Int(start)])
    }

    @inline(never)
    private mutating func runNative(_ entry: MachineCode.Entry, _ address: UnsafeRawPointer) -> RunStatus {
        depth = 0
        let context = context
        context.pointee.touched = alwaysTouched
        context.pointee.ticks = 0
        context.pointee.parent = parent
        batch.lend(to: context)
        let result = withUnsafeMutablePointer(to: &self) { machine in
            context.pointee.machine = machine
            return entry(context, address)
        }
        batch.take(from: context)
        return RunContext.status(result)
    }

    /// The same by bytecode, which is the meaning of native code.
    ///
    /// Not inlined: the switch is large, and one copy of it is enough to compile.
    @inline(never)
    private mutating func interpret(from start: Int32) -> RunStatus {
        depth = 0
        touched = alwaysTouched
        ticks = 0
        let memory = memory
        let r = registers
        var pc = code + Int(start)
        while true {
            let i = pc.pointee
            pc += 1
            let (a, b, c) = (Int(i.a), Int(i.b), Int(i.c))
            switch i.opcode {
            case .constant: r[a] = i.imm
            case .move: r[a] = r[b]
            case .load:
                let bits = (memory[Int(i.target)] &>> UInt64(i.shift)) & Self.mask(i.width)
                r[a] = Int64(bitPattern: bits) &+ i.imm
            case .loadAt:
                let at = r[b]
                let bits = (memory[Int(at >> 6)] &>> UInt64(at & 63)) & Self.mask(i.width)
                r[a] = Int64(bitPattern: bits) &+ i.imm
            case .store:
                let mask = Self.mask(i.width)
                let value = UInt64(bitPattern: r[a] &- i.imm) & mask
                let word = memory[Int(i.target)]
                memory[Int(i.target)] = (word & ~(mask &<< UInt64(i.shift))) | (value &<< UInt64(i.shift))
            case .storeImmediate:
                let mask = Self.mask(i.width) &<< UInt64(i.shift)
                memory[Int(i.target)] = (memory[Int(i.target)] & ~mask) | UInt64(bitPattern: i.imm)
            case .storeAt:
                let at = r[b]
                let mask = Self.mask(i.width)
                let value = UInt64(bitPattern: r[a] &- i.imm) & mask
                let word = memory[Int(at >> 6)]
                memory[Int(at >> 6)] = (word & ~(mask &<< UInt64(at & 63))) | (value &<< UInt64(at & 63))
            case .extract:
                r[a] = Int64(bitPattern: (UInt64(bitPattern: r[b]) &>> UInt64(i.shift)) & Self.mask(i.width)) &+ i.imm
            case .extractAt:
                r[a] = Int64(bitPattern: (UInt64(bitPattern: r[b]) &>> UInt64(r[c] & 63)) & Self.mask(i.width)) &+ i.imm
            case .insert:
                let mask = Self.mask(i.width)
                let value = UInt64(bitPattern: r[b] &- i.imm) & mask
                let word = UInt64(bitPattern: r[a])
                r[a] = Int64(bitPattern: (word & ~(mask &<< UInt64(i.shift))) | (value &<< UInt64(i.shift)))
            case .insertAt:
                let mask = Self.mask(i.width)
                let shift = UInt64(r[c] & 63)
                let value = UInt64(bitPattern: r[b] &- i.imm) & mask
                let word = UInt64(bitPattern: r[a])
                r[a] = Int64(bitPattern: (word & ~(mask &<< shift)) | (value &<< shift))
            case .copyWords:
                let (to, from) = (memory + Int(r[b] >> 6), memory + Int(r[c] >> 6))
                if to != from { to.update(from: from, count: Int(i.imm)) }
            case .zeroWords: (memory + Int(r[b] >> 6)).update(repeating: 0, count: Int(i.imm))
            case .equalWords:
                let (first, second) = (memory + Int(r[b] >> 6), memory + Int(r[c] >> 6))
                var isEqual: Int64 = 1
                for index in 0..<Int(i.imm) where first[index] != second[index] { isEqual = 0 }
                r[a] = isEqual
            case .loadInterned:
                let word = pools[Int(i.target)].row(Int(r[b]))[c]
                r[a] = Int64(bitPattern: (word &>> UInt64(i.shift)) & Self.mask(i.width)) &+ i.imm
            case .fetchInterned:
                let table = pools + Int(i.target)
                (memory + Int(r[b] >> 6)).update(from: table.pointee.row(Int(r[c])), count: table.pointee.wordCount)
            case .intern:
                let number = pools[Int(i.target)].number(of: memory + Int(r[b] >> 6))
                if number < 0 { return .poolFull }
                r[a] = Int64(number)
            case .address: r[a] = r[b] &* i.imm &+ Int64(i.target)
            case .add: r[a] = r[b] &+ r[c]
            case .subtract: r[a] = r[b] &- r[c]
            case .multiply: r[a] = r[b] &* r[c]
            case .addImmediate: r[a] = r[b] &+ i.imm
            case .addSigned:
                let (value, overflow) = r[b].addingReportingOverflow(r[c])
                if overflow { return .violated(site: Int(i.target)) }
                r[a] = value
            case .subtractSigned:
                let (value, overflow) = r[b].subtractingReportingOverflow(r[c])
                if overflow { return .violated(site: Int(i.target)) }
                r[a] = value
            case .multiplySigned:
                let (value, overflow) = r[b].multipliedReportingOverflow(by: r[c])
                if overflow { return .violated(site: Int(i.target)) }
                r[a] = value
            case .addUnsigned:
                let (value, overflow) = UInt64(bitPattern: r[b]).addingReportingOverflow(UInt64(bitPattern: r[c]))
                if overflow { return .violated(site: Int(i.target)) }
                r[a] = Int64(bitPattern: value)
            case .subtractUnsigned:
                let (value, overflow) = UInt64(bitPattern: r[b]).subtractingReportingOverflow(UInt64(bitPattern: r[c]))
                if overflow { return .violated(site: Int(i.target)) }
                r[a] = Int64(bitPattern: value)
            case .multiplyUnsigned:
                let (value, overflow) = UInt64(bitPattern: r[b]).multipliedReportingOverflow(
                    by: UInt64(bitPattern: r[c]))
                if overflow { return .violated(site: Int(i.target)) }
                r[a] = Int64(bitPattern: value)
            case .divideSigned:
                let (value, overflow) = r[b].dividedReportingOverflow(by: r[c])
                if overflow { return .violated(site: Int(i.target)) }
                r[a] = value
            case .remainderSigned:
                let (value, divisor) = (r[b], r[c])
                if divisor == 0 { return .violated(site: Int(i.target)) }
                if (value | divisor) &>> 32 == 0 {
                    // Most numbers are small, and a short division takes a third of the time.
                    r[a] = Int64(UInt32(truncatingIfNeeded: value) % UInt32(truncatingIfNeeded: divisor))
                } else {
                    r[a] = divisor == -1 ? 0 : value % divisor
                }
            case .divideUnsigned:
                if r[c] == 0 { return .violated(site: Int(i.target)) }
                r[a] = Int64(bitPattern: UInt64(bitPattern: r[b]) / UInt64(bitPattern: r[c]))
            case .remainderUnsigned:
                if r[c] == 0 { return .violated(site: Int(i.target)) }
                r[a] = Int64(bitPattern: UInt64(bitPattern: r[b]) % UInt64(bitPattern: r[c]))
            case .and: r[a] = r[b] & r[c]
            case .or: r[a] = r[b] | r[c]
            case .xor: r[a] = r[b] ^ r[c]
            case .shiftLeft: r[a] = r[b] &<< r[c]
            case .shiftRightSigned: r[a] = r[b] &>> r[c]
            case .shiftRightUnsigned: r[a] = Int64(bitPattern: UInt64(bitPattern: r[b]) &>> UInt64(bitPattern: r[c]))
            case .shiftLeftSigned:
                let value = r[b] &<< r[c]
                if (value &>> r[c]) != r[b] { return .violated(site: Int(i.target)) }
                r[a] = value
            case .shiftLeftUnsigned:
                let value = UInt64(bitPattern: r[b]) &<< UInt64(bitPattern: r[c])
                if (value &>> UInt64(bitPattern: r[c])) != UInt64(bitPattern: r[b]) {
                    return .violated(site: Int(i.target))
                }
                r[a] = Int64(bitPattern: value)
            case .complement: r[a] = ~r[b]
            case .negate: r[a] = 0 &- r[b]
            case .signExtend:
                let shift = Int64(64 &- i.width)
                r[a] = (r[b] &<< shift) &>> shift
            case .zeroExtend: r[a] = Int64(bitPattern: UInt64(bitPattern: r[b]) & Self.mask(i.width))
            case .checkRange:
                if r[a] < r[b] || r[a] > r[c] { return .violated(site: Int(i.target)) }
            case .checkRangeUnsigned:
                let value = UInt64(bitPattern: r[a])
                if value < UInt64(bitPattern: r[b]) || value > UInt64(bitPattern: r[c]) {
                    return .violated(site: Int(i.target))
                }
            case .checkRangeImmediate:
                let value = r[a]
                if value < Int64(Int32(truncatingIfNeeded: i.imm)) || value > i.imm &>> 32 {
                    return .violated(site: Int(i.target))
                }
            case .checkIndex:
                if UInt64(bitPattern: r[a]) >= UInt64(bitPattern: i.imm) { return .violated(site: Int(i.target)) }
            case .checkFlag:
                if r[a] & 1 == 0 { return .violated(site: Int(i.target)) }
            case .populationCount: r[a] = Int64(r[b].nonzeroBitCount)
            case .equal: r[a] = r[b] == r[c] ? 1 : 0
            case .notEqual: r[a] = r[b] != r[c] ? 1 : 0
            case .less: r[a] = r[b] < r[c] ? 1 : 0
            case .lessOrEqual: r[a] = r[b] <= r[c] ? 1 : 0
            case .lessUnsigned: r[a] = UInt64(bitPattern: r[b]) < UInt64(bitPattern: r[c]) ? 1 : 0
            case .lessOrEqualUnsigned: r[a] = UInt64(bitPattern: r[b]) <= UInt64(bitPattern: r[c]) ? 1 : 0
            case .not: r[a] = r[b] ^ 1
            case .jump: pc = code + Int(i.target)
            case .branchTable: pc = code + Int(tables[Int(i.target) &+ Int(r[a])])
            case .branchZero: if r[a] == 0 { pc = code + Int(i.target) }
            case .branchNonZero: if r[a] != 0 { pc = code + Int(i.target) }
            case .branchEqual: if r[a] == r[b] { pc = code + Int(i.target) }
            case .branchNotEqual: if r[a] != r[b] { pc = code + Int(i.target) }
            case .branchLess: if r[a] < r[b] { pc = code + Int(i.target) }
            case .branchLessOrEqual: if r[a] <= r[b] { pc = code + Int(i.target) }
            case .branchEqualImmediate: if r[a] == i.imm { pc = code + Int(i.target) }
            case .branchNotEqualImmediate: if r[a] != i.imm { pc = code + Int(i.target) }
            case .branchLessImmediate: if r[a] < i.imm { pc = code + Int(i.target) }
            case .branchNotLessImmediate: if r[a] >= i.imm { pc = code + Int(i.target) }
            case .branchFieldEqual:
                if Self.difference(memory[a], i) == 0 { pc = code + Int(i.target) }
            case .branchFieldNotEqual:
                if Self.difference(memory[a], i) != 0 { pc = code + Int(i.target) }
            case .sequenceInsertGap: shiftElements(forms[Int(i.imm)], Int(r[b]), Int(r[c]), isInsertion: true)
            case .sequenceRemove: shiftElements(forms[Int(i.imm)], Int(r[b]), Int(r[c]), isInsertion: false)
            case .orWords:
                for word in 0..<Int(i.imm) { memory[Int(r[a] >> 6) + word] |= memory[Int(r[b] >> 6) + word] }
            case .andWords:
                for word in 0..<Int(i.imm) { memory[Int(r[a] >> 6) + word] &= memory[Int(r[b] >> 6) + word] }
            case .andNotWords:
                for word in 0..<Int(i.imm) { memory[Int(r[a] >> 6) + word] &= ~memory[Int(r[b] >> 6) + word] }
            case .populationWords:
                var count = 0
                for word in 0..<Int(i.imm) { count += memory[Int(r[b] >> 6) + word].nonzeroBitCount }
                r[a] = Int64(count)
            case .choose: r[a] = Int64(choose(among: Int(r[b])))
            case .emit: batch.append(memory, touched: touched, parent: parent)
            case .emitAction:
                enabledActions[Int(i.target)] = true
                batch.append(memory, touched: touched, parent: parent)
            case .emitActionAndRestore:
                enabledActions[Int(i.target)] = true
                batch.append(memory, touched: touched, parent: parent)
                restore()
                touched = alwaysTouched
                ticks = 0
            case .halt: return .done
            case .block: return .blocked
            case .blockOnLock: return .blockedOnLock(Int(r[a]) - 1)
            case .violate: return .violated(site: Int(i.target))
            case .cut: return .cut
            case .touch: touched |= UInt64(bitPattern: i.imm)
            case .reach: reached[Int(i.target)] = 1
            case .evaluated: evaluations[Int(i.target)] &+= 1
            case .nest: nest(lockAt: Int(r[b]), holder: UInt64(i.imm))
            case .tick:
                ticks &+= 1
                if ticks > ReferenceStepper.operationLimit { return .violated(site: Int(i.target)) }
            }
        }
    }
}
