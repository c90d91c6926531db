// The bytecode of one body while it is optimized: targets count from its start, and a removed instruction is a gap.

/// Instructions that share registers: all steps of one process instance, or all instances of an action.
struct CodeBody {
    /// A jump to the next instruction stands for one that was removed.
    var instructions: [Instruction]
    /// Where runs begin, with nothing in registers.
    let starts: Set<Int>
    /// Per violation site: where the run goes on after it, with registers as they are and the state before the step.
    let resumes: [Int: Int]
    /// Jump tables by number.
    var tables: [Int: [Int]]

    /// One more than the largest register.
    var registerCount: Int { Int(instructions.map { max($0.a, $0.b, $0.c) }.max() ?? 0) + 1 }

    /// Where control may go from an instruction, the next one aside.
    func otherTargets(of index: Int) -> [Int] {
        let instruction = instructions[index]
        if instruction.opcode.isBranch { return [Int(instruction.target)] }
        if instruction.opcode == .branchTable { return tables[Int(instruction.target)] ?? [] }
        if instruction.opcode.raisesSite, let resume = resumes[Int(instruction.target)] { return [resume] }
        return []
    }

    func isRemoved(_ index: Int) -> Bool {
        instructions[index].opcode == .jump && Int(instructions[index].target) == index + 1
    }

    mutating func remove(_ index: Int) {
        instructions[index] = Instruction(opcode: .jump, target: Int32(index + 1))
    }

    /// Positions at which control may arrive otherwise than from the instruction before.
    func labels() -> [Bool] {
        var result = Array(repeating: false, count: instructions.count + 1)
        for start in starts { result[start] = true }
        for index in instructions.indices where !isRemoved(index) {
            for target in otherTargets(of: index) { result[target] = true }
        }
        return result
    }

    // MARK: Taking out what was removed

    /// Leads branches past jumps, and drops what nothing reaches.
    mutating func straighten() {
        for index in instructions.indices where instructions[index].opcode.isBranch && !isRemoved(index) {
            instructions[index].target = Int32(destination(of: Int(instructions[index].target)))
        }
        for (number, targets) in tables { tables[number] = targets.map(destination) }
        var isReached = Array(repeating: false, count: instructions.count)
        var waiting = Array(starts) + [0]
        while let index = waiting.popLast() {
            guard index < instructions.count, !isReached[index] else { continue }
            isReached[index] = true
            waiting += otherTargets(of: index)
            if !instructions[index].opcode.isLast { waiting.append(index + 1) }
        }
        for index in instructions.indices where !isReached[index] { remove(index) }
        // From the end, so that a jump over removed ones is seen to lead to the next.
        for index in instructions.indices.reversed() where instructions[index].opcode == .jump {
            let target = Int(instructions[index].target)
            if target > index, (index + 1..<target).allSatisfy(isRemoved) { remove(index) }
        }
    }

    /// Where a chain of jumps ends.
    private func destination(of target: Int) -> Int {
        var current = target
        for _ in 0..<16 {
            guard current < instructions.count, instructions[current].opcode == .jump else { break }
            current = Int(instructions[current].target)
        }
        return current
    }

    /// The instructions that are left, their targets from a new start, and the new position of each old one.
    func packed(at start: Int) -> (instructions: [Instruction], positions: [Int32]) {
        var positions: [Int32] = []
        var next = start
        for index in instructions.indices {
            positions.append(Int32(next))
            if !isRemoved(index) { next += 1 }
        }
        positions.append(Int32(next))
        let left = instructions.indices.filter { !isRemoved($0) }.map { index in
            var instruction = instructions[index]
            if instruction.opcode.isBranch { instruction.target = positions[Int(instruction.target)] }
            return instruction
        }
        return (left, positions)
    }
}
