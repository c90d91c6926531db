// Makes bytecode smaller and faster: values used again, dead results removed, field tests in one instruction.

/// Optimizes the bytecode of a system, body by body. What runs do, and at which site they end, stays as it was.
struct Optimizer {
    private var body: CodeBody
    /// By label: the registers whose values are still needed there.
    private var live: [Int: RegisterSet] = [:]
    private let labels: [Bool]
    private let registerCount: Int

    /// New instructions, and where each old position is now; one more for the end.
    ///
    /// - Parameters:
    ///   - instructions: the bytecode of the whole system.
    ///   - bodies: where each body begins, in order.
    ///   - starts: where runs begin.
    ///   - resumes: per violation site, where the run goes on after it.
    ///   - tables: jump tables, by number.
    ///   - wordCount: words of a state.
    /// - Returns: the new code, positions and tables.
    static func run(
        _ instructions: [Instruction], bodies: [Int], starts: [Int], resumes: [Int: Int], tables: [[Int]],
        wordCount: Int
    ) -> (instructions: [Instruction], positions: [Int32], tables: [[Int]]) {
        var result: [Instruction] = []
        var positions: [Int32] = []
        var newTables = tables
        let limits = Array(Set([0] + bodies + [instructions.count])).sorted()
        for (low, high) in zip(limits, limits.dropFirst()) {
            var body = Array(instructions[low..<high])
            for index in body.indices where body[index].opcode.isBranch { body[index].target -= Int32(low) }
            let inner = starts.filter { $0 >= low && $0 < high }.map { $0 - low }
            let own = resumes.filter { $0.value >= low && $0.value <= high }.mapValues { $0 - low }
            var used: [Int: [Int]] = [:]
            for instruction in body where instruction.opcode == .branchTable {
                used[Int(instruction.target)] = tables[Int(instruction.target)].map { $0 - low }
            }
            var optimized = CodeBody(instructions: body, starts: Set(inner), resumes: own, tables: used)
            ValuePropagation.run(&optimized, wordCount: wordCount)
            optimized.straighten()
            var optimizer = Optimizer(body: optimized)
            optimizer.removeDead()
            optimizer.body.straighten()
            let packed = optimizer.body.packed(at: result.count)
            result += packed.instructions
            positions += packed.positions.dropLast()
            for (number, targets) in optimizer.body.tables {
                newTables[number] = targets.map { Int(packed.positions[$0]) }
            }
        }
        positions.append(Int32(result.count))
        return (result, positions, newTables)
    }

    private init(body: CodeBody) {
        self.body = body
        labels = body.labels()
        registerCount = body.registerCount
    }

    // MARK: Dead results

    /// Removes what computes values that nobody reads, and joins a load with the branch on it.
    private mutating func removeDead() {
        while findLive() {}
        var needed = RegisterSet(count: registerCount)
        for index in body.instructions.indices.reversed() {
            goBack(over: index, &needed)
            joinLoad(into: index, needed)
            let instruction = body.instructions[index]
            if instruction.opcode.isPure, !needed.contains(instruction.a) {
                body.remove(index)
            } else {
                needed.step(over: instruction)
            }
        }
    }

    /// One pass from the end; returns whether a label's set has grown.
    private mutating func findLive() -> Bool {
        var hasGrown = false
        var needed = RegisterSet(count: registerCount)
        for index in body.instructions.indices.reversed() {
            goBack(over: index, &needed)
            let instruction = body.instructions[index]
            if !instruction.opcode.isPure || needed.contains(instruction.a) { needed.step(over: instruction) }
            if labels[index], live[index] != needed {
                live[index] = needed
                hasGrown = true
            }
        }
        return hasGrown
    }

    /// From what is needed before the next instruction to what is needed behind this one.
    private func goBack(over index: Int, _ needed: inout RegisterSet) {
        if body.instructions[index].opcode.isLast, !body.isRemoved(index) { needed.removeAll() }
        for target in body.otherTargets(of: index) {
            if let other = live[target] { needed.formUnion(other) }
        }
    }

    /// A branch on a field that nobody needs afterwards tests the field itself.
    private mutating func joinLoad(into index: Int, _ needed: RegisterSet) {
        let branch = body.instructions[index]
        guard let (opcode, value) = fieldTest(branch), !needed.contains(branch.a), !labels[index] else { return }
        var previous = index - 1
        while previous >= 0, body.isRemoved(previous), !labels[previous] { previous -= 1 }
        guard previous >= 0 else { return }
        let load = body.instructions[previous]
        let raw = value &- load.imm
        guard load.opcode == .load, load.a == branch.a, let word = UInt16(exactly: load.target), raw >= 0,
            raw == Instruction.bits(UInt64(bitPattern: raw), load.width)
        else { return }
        body.instructions[index] = Instruction(
            opcode: opcode, width: 64 - load.width, shift: load.shift, a: word, target: branch.target,
            imm: raw &<< Int64(load.shift))
        body.remove(previous)
    }

    private func fieldTest(_ i: Instruction) -> (Opcode, Int64)? {
        switch i.opcode {
        case .branchEqualImmediate: (.branchFieldEqual, i.imm)
        case .branchNotEqualImmediate: (.branchFieldNotEqual, i.imm)
        case .branchZero: (.branchFieldEqual, 0)
        case .branchNonZero: (.branchFieldNotEqual, 0)
        default: nil
        }
    }
}

/// A set of registers.
private struct RegisterSet: Equatable {
    private var words: [UInt64]

    init(count: Int) { words = Array(repeating: 0, count: count / 64 + 1) }

    func contains(_ register: UInt16) -> Bool { words[Int(register >> 6)] >> UInt64(register & 63) & 1 == 1 }
    mutating func insert(_ register: UInt16) { words[Int(register >> 6)] |= 1 << UInt64(register & 63) }
    mutating func remove(_ register: UInt16) { words[Int(register >> 6)] &= ~(1 << UInt64(register & 63)) }
    mutating func removeAll() { for index in words.indices { words[index] = 0 } }
    mutating func formUnion(_ other: RegisterSet) { for index in words.indices { words[index] |= other.words[index] } }

    /// From what is needed behind an instruction to what is needed before it.
    mutating func step(over i: Instruction) {
        if i.opcode.writesA, !i.opcode.readsA { remove(i.a) }
        if i.opcode.readsA { insert(i.a) }
        if i.opcode.readsB { insert(i.b) }
        if i.opcode.readsC { insert(i.c) }
    }
}
