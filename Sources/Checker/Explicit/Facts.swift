// What the optimizer knows of registers at a position of a body, and since where.

/// Facts by register and by expression. Recording and asking take constant time, but for the search of a position.
struct Facts {
    typealias Expression = ValuePropagation.Expression
    private typealias Fact = ValuePropagation.Fact

    /// Where facts are learned now.
    var position = 0
    /// How often each register was written.
    private var versions: [Int32]
    private var constants: [UInt16: Fact<Int64>] = [:]
    private var copies: [UInt16: Fact<(source: UInt16, version: Int32)>] = [:]
    private var definitions: [UInt16: Fact<(instruction: Instruction, expression: Expression)>] = [:]
    private var results: [Expression: Fact<Void>] = [:]
    private var checks: [Expression: Int] = [:]
    /// Positions at which facts were learned that still hold: ranges in order, the last one open.
    private var valid: [Range<Int>] = []

    init(registerCount: Int) { versions = Array(repeating: 0, count: registerCount) }

    /// At a label: what was learned from a position on is not known any more.
    mutating func forget(since first: Int, label: Int) {
        while let last = valid.last, last.lowerBound >= first { valid.removeLast() }
        if let last = valid.popLast() { valid.append(last.lowerBound..<min(last.upperBound, first)) }
        valid.append(label..<Int.max)
    }

    private func isValid(_ position: Int) -> Bool {
        var (low, high) = (0, valid.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if valid[middle].lowerBound <= position { low = middle } else { high = middle }
        }
        return low < valid.count && valid[low].contains(position)
    }

    private func holds<T>(_ fact: ValuePropagation.Fact<T>) -> Bool {
        versions[Int(fact.register)] == fact.version && isValid(fact.position)
    }

    // MARK: Asking

    func constant(_ register: UInt16) -> Int64? {
        guard let fact = constants[register], holds(fact) else { return nil }
        return fact.content
    }

    /// The register that one is a copy of; itself if it is none.
    func source(of register: UInt16) -> UInt16 {
        guard let fact = copies[register], holds(fact), versions[Int(fact.content.source)] == fact.content.version
        else {
            return register
        }
        return fact.content.source
    }

    /// The instruction that computed a register, if its operands are still what they were.
    func definition(_ register: UInt16) -> Instruction? {
        guard let fact = definitions[register], holds(fact) else { return nil }
        return expression(fact.content.instruction) == fact.content.expression ? fact.content.instruction : nil
    }

    func register(holding expression: Expression) -> UInt16? {
        guard let fact = results[expression], holds(fact) else { return nil }
        return fact.register
    }

    func hasPassed(check i: Instruction) -> Bool { checks[check(i)].map(isValid) ?? false }

    func expression(_ i: Instruction) -> Expression {
        let (readsB, readsC) = (i.opcode.readsB, i.opcode.readsC)
        return Expression(
            opcode: i.opcode, width: i.width, shift: i.shift, target: i.opcode.raisesSite ? 0 : i.target, imm: i.imm,
            b: readsB ? i.b : 0, c: readsC ? i.c : 0, versionB: readsB ? versions[Int(i.b)] : 0,
            versionC: readsC ? versions[Int(i.c)] : 0)
    }

    private func check(_ i: Instruction) -> Expression {
        Expression(
            opcode: i.opcode, width: 0, shift: 0, target: 0, imm: i.imm, b: i.a, c: 0, versionB: versions[Int(i.a)],
            versionC: 0)
    }

    // MARK: Recording

    mutating func write(_ register: UInt16) { versions[Int(register)] += 1 }

    private func fact<T>(_ content: T, _ register: UInt16) -> ValuePropagation.Fact<T> {
        .init(content: content, register: register, version: versions[Int(register)], position: position)
    }

    mutating func record(constant: Int64, in register: UInt16) { constants[register] = fact(constant, register) }

    mutating func record(copyOf source: UInt16, in register: UInt16) {
        copies[register] = fact((source, versions[Int(source)]), register)
    }

    mutating func record(definition i: Instruction) { definitions[i.a] = fact((i, expression(i)), i.a) }

    mutating func record(_ expression: Expression, in register: UInt16) { results[expression] = fact((), register) }

    mutating func record(check i: Instruction) { checks[check(i)] = position }
}
