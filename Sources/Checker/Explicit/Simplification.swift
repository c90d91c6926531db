// Simpler instructions for the same effect, by what is known of their operands.

extension ValuePropagation {
    /// An instruction that does the same, or nil when nothing needs to be done.
    func simplified(_ instruction: Instruction) -> Instruction? {
        guard let result = rewritten(instruction) else { return nil }
        if let register = known(result) {
            return register == result.a ? nil : Instruction(opcode: .move, a: result.a, b: register)
        }
        return result
    }

    private func rewritten(_ i: Instruction) -> Instruction? {
        switch i.opcode {
        case .move:
            if i.a == i.b { return nil }
            return facts.constant(i.b).map { constant($0, i) } ?? i
        case .add, .subtract: return sum(i)
        case .addImmediate, .address: return scaled(i)
        case .loadAt, .store, .storeAt: return access(i)
        case .extract:
            guard let value = facts.constant(i.b) else { return i }
            return constant(Instruction.bits(UInt64(bitPattern: value) &>> UInt64(i.shift), i.width) &+ i.imm, i)
        case .not: return facts.constant(i.b).map { constant($0 ^ 1, i) } ?? i
        case .checkIndex, .checkFlag, .checkRange, .checkRangeUnsigned: return check(i)
        case .branchZero, .branchNonZero: return branchOnFlag(i)
        case .branchEqual, .branchNotEqual, .branchLess, .branchLessOrEqual: return branchOnTwo(i)
        case .branchEqualImmediate, .branchNotEqualImmediate, .branchLessImmediate, .branchNotLessImmediate:
            return branchOnOne(i)
        default:
            guard i.opcode.readsB, i.opcode.readsC, i.opcode.writesA, let left = facts.constant(i.b),
                let right = facts.constant(i.c), let value = i.opcode.folded(left, right)
            else { return i }
            return constant(value, i)
        }
    }

    private func constant(_ value: Int64, _ i: Instruction) -> Instruction {
        Instruction(opcode: .constant, a: i.a, imm: value)
    }

    // MARK: Sums and addresses

    private func sum(_ i: Instruction) -> Instruction? {
        let isSum = i.opcode == .add
        switch (facts.constant(i.b), facts.constant(i.c)) {
        case (let left?, let right?): return constant(isSum ? left &+ right : left &- right, i)
        case (nil, let right?):
            return scaled(Instruction(opcode: .addImmediate, a: i.a, b: i.b, imm: isSum ? right : 0 &- right))
        case (let left?, nil) where isSum: return scaled(Instruction(opcode: .addImmediate, a: i.a, b: i.c, imm: left))
        default: return i
        }
    }

    /// `b * factor + offset`, of what `b` itself was computed from where that is of the same kind.
    private func scaled(_ i: Instruction) -> Instruction? {
        var factor: Int64 = i.opcode == .address ? i.imm : 1
        var offset: Int64 = i.opcode == .address ? Int64(i.target) : i.imm
        var operand = i.b
        if let definition = facts.definition(operand), definition.a != definition.b {
            switch definition.opcode {
            case .addImmediate:
                offset = offset &+ factor &* definition.imm
                operand = definition.b
            case .address where factor == 1:
                offset = offset &+ Int64(definition.target)
                factor = definition.imm
                operand = definition.b
            default: break
            }
        }
        if let value = facts.constant(operand) { return constant(value &* factor &+ offset, i) }
        if factor == 1 {
            if offset != 0 { return Instruction(opcode: .addImmediate, a: i.a, b: operand, imm: offset) }
            return operand == i.a ? nil : Instruction(opcode: .move, a: i.a, b: operand)
        }
        guard let target = Int32(exactly: offset) else { return i }
        return Instruction(opcode: .address, a: i.a, b: operand, target: target, imm: factor)
    }

    private func access(_ i: Instruction) -> Instruction {
        var result = i
        if i.opcode != .store, let address = facts.constant(i.b), let word = Int32(exactly: address >> 6), word >= 0 {
            result.opcode = i.opcode == .loadAt ? .load : .store
            result.b = 0
            result.target = word
            result.shift = UInt8(address & 63)
        }
        guard result.opcode == .store, let value = facts.constant(result.a) else { return result }
        result.opcode = .storeImmediate
        result.a = 0
        result.imm = Instruction.bits(UInt64(bitPattern: value &- i.imm), i.width) &<< Int64(result.shift)
        return result
    }

    // MARK: Checks

    private func check(_ i: Instruction) -> Instruction? {
        if i.opcode == .checkIndex || i.opcode == .checkFlag {
            if facts.hasPassed(check: i) { return nil }
            guard let value = facts.constant(i.a) else { return i }
            let passes =
                i.opcode == .checkFlag ? value & 1 == 1 : UInt64(bitPattern: value) < UInt64(bitPattern: i.imm)
            return passes ? nil : i
        }
        // Bounds of a word type below 2^31 read the same as signed: what is beyond 2^63 is negative, and refused.
        guard let low = facts.constant(i.b), let high = facts.constant(i.c), let lower = Int32(exactly: low),
            let upper = Int32(exactly: high), i.opcode == .checkRange || lower >= 0
        else { return i }
        if let value = facts.constant(i.a), value >= low, value <= high { return nil }
        let bounds = Int64(upper) &<< 32 | Int64(UInt32(bitPattern: lower))
        let result = Instruction(opcode: .checkRangeImmediate, a: i.a, target: i.target, imm: bounds)
        return facts.hasPassed(check: result) ? nil : result
    }

    // MARK: Branches

    private func decided(_ i: Instruction, _ isTaken: Bool) -> Instruction? {
        isTaken ? Instruction(opcode: .jump, target: i.target) : nil
    }

    /// A branch on the result of a comparison is the comparison.
    private func branchOnFlag(_ i: Instruction) -> Instruction? {
        let isTakenIfTrue = i.opcode == .branchNonZero
        if let value = facts.constant(i.a) { return decided(i, (value != 0) == isTakenIfTrue) }
        guard let definition = facts.definition(i.a) else { return i }
        let (b, c) = (definition.b, definition.c)
        switch definition.opcode {
        case .not:
            let opcode: Opcode = isTakenIfTrue ? .branchZero : .branchNonZero
            return branchOnFlag(Instruction(opcode: opcode, a: b, target: i.target))
        case .equal, .notEqual:
            let opcode: Opcode = (definition.opcode == .equal) == isTakenIfTrue ? .branchEqual : .branchNotEqual
            return branchOnTwo(Instruction(opcode: opcode, a: b, b: c, target: i.target))
        case .less, .lessOrEqual:
            // Not (b < c) is c <= b, and not (b <= c) is c < b.
            let isStrict = (definition.opcode == .less) == isTakenIfTrue
            let (left, right) = isTakenIfTrue ? (b, c) : (c, b)
            return branchOnTwo(
                Instruction(opcode: isStrict ? .branchLess : .branchLessOrEqual, a: left, b: right, target: i.target))
        default: return i
        }
    }

    private func branchOnTwo(_ i: Instruction) -> Instruction? {
        func immediate(_ opcode: Opcode, _ register: UInt16, _ value: Int64) -> Instruction? {
            branchOnOne(Instruction(opcode: opcode, a: register, target: i.target, imm: value))
        }
        let isEquality = i.opcode == .branchEqual || i.opcode == .branchNotEqual
        if isEquality {
            let opcode: Opcode = i.opcode == .branchEqual ? .branchEqualImmediate : .branchNotEqualImmediate
            if let value = facts.constant(i.b) { return immediate(opcode, i.a, value) }
            if let value = facts.constant(i.a) { return immediate(opcode, i.b, value) }
            return i
        }
        let isStrict = i.opcode == .branchLess
        if let value = facts.constant(i.b) {
            // a < value, or a <= value.
            if isStrict { return immediate(.branchLessImmediate, i.a, value) }
            return value == .max ? decided(i, true) : immediate(.branchLessImmediate, i.a, value + 1)
        }
        if let value = facts.constant(i.a) {
            // value < b, or value <= b.
            if !isStrict { return immediate(.branchNotLessImmediate, i.b, value) }
            return value == .max ? decided(i, false) : immediate(.branchNotLessImmediate, i.b, value + 1)
        }
        return i
    }

    private func branchOnOne(_ i: Instruction) -> Instruction? {
        guard let value = facts.constant(i.a) else { return i }
        switch i.opcode {
        case .branchEqualImmediate: return decided(i, value == i.imm)
        case .branchNotEqualImmediate: return decided(i, value != i.imm)
        case .branchLessImmediate: return decided(i, value < i.imm)
        default: return decided(i, value >= i.imm)
        }
    }
}

extension Instruction {
    /// The low bits of a word, as a number.
    static func bits(_ word: UInt64, _ width: UInt8) -> Int64 {
        Int64(bitPattern: width == 0 ? 0 : word & (~0 >> UInt64(64 - width)))
    }
}
