// Forward through a body: constants, copies and values that were computed before are used again.

/// What is known of registers and of the state while a body is read from top to bottom.
///
/// Facts are about registers: a fact that was learned at position p holds until its registers are written. Behind a
/// label it holds only if p stands before the first branch to the label; then every way to the label has passed p.
/// What was loaded is known as a field of the state before the step, and used as long as that field is as it was.
struct ValuePropagation {
    /// An operation on given values: its fields, and how often each operand's register had been written.
    struct Expression: Hashable {
        let opcode: Opcode
        let width: UInt8
        let shift: UInt8
        let target: Int32
        let imm: Int64
        let b: UInt16
        let c: UInt16
        let versionB: Int32
        let versionC: Int32
    }

    /// Something about a register, learned at a position.
    struct Fact<Content> {
        let content: Content
        let register: UInt16
        let version: Int32
        let position: Int
    }

    var body: CodeBody
    var facts: Facts
    var position = 0
    private var changes = StateChanges()
    private var changesAtLabel: [Int: StateChanges] = [:]
    private let firstBranchTo: [Int: Int]
    private let lastBranchTo: [Int: Int]
    /// Bits of a state: what lies behind them is not changed by steps, or never read as what it was.
    private let stateBits: Int

    /// Rewrites a body in place.
    static func run(_ body: inout CodeBody, wordCount: Int) {
        var pass = ValuePropagation(body, wordCount)
        for index in body.instructions.indices { pass.visit(index) }
        body = pass.body
    }

    private init(_ body: CodeBody, _ wordCount: Int) {
        self.body = body
        stateBits = wordCount * 64
        facts = Facts(registerCount: body.registerCount)
        var first: [Int: Int] = [:]
        var last: [Int: Int] = [:]
        for index in body.instructions.indices {
            for target in body.otherTargets(of: index) {
                if first[target] == nil { first[target] = index }
                last[target] = index
            }
        }
        firstBranchTo = first
        lastBranchTo = last
    }

    private mutating func visit(_ index: Int) {
        position = index
        if index == 0 || body.starts.contains(index) || firstBranchTo[index] != nil { arrive(at: index) }
        facts.position = index
        var instruction = body.instructions[index]
        if instruction.opcode.readsA, !instruction.opcode.writesA { instruction.a = facts.source(of: instruction.a) }
        if instruction.opcode.readsB { instruction.b = facts.source(of: instruction.b) }
        if instruction.opcode.readsC { instruction.c = facts.source(of: instruction.c) }
        if let simple = simplified(instruction) {
            instruction = simple
            body.instructions[index] = simple
        } else {
            body.remove(index)
            return
        }
        for target in body.otherTargets(of: index) {
            let here = instruction.opcode.raisesSite ? StateChanges() : changes
            changesAtLabel[target, default: StateChanges()].formUnion(here)
        }
        learn(instruction)
    }

    private mutating func arrive(at index: Int) {
        var incoming = changesAtLabel[index] ?? StateChanges()
        if index > 0, !body.instructions[index - 1].opcode.isLast || body.isRemoved(index - 1) {
            incoming.formUnion(changes)
        }
        if let last = lastBranchTo[index], last >= index {
            // The head of a loop: what its body does is not known yet.
            incoming.formUnion(.all)
            facts.forget(since: 0, label: index)
        } else {
            let isStart = index == 0 || body.starts.contains(index)
            facts.forget(since: isStart ? 0 : firstBranchTo[index] ?? 0, label: index)
        }
        changes = incoming
    }

    // MARK: Learning

    private mutating func learn(_ i: Instruction) {
        noteChanges(i)
        guard i.opcode.writesA else {
            if [.checkIndex, .checkFlag, .checkRangeImmediate].contains(i.opcode) { facts.record(check: i) }
            return
        }
        let expression = isKnowable(i) ? facts.expression(i) : nil
        let readsItself =
            i.opcode.readsA || (i.opcode.readsB && i.b == i.a) || (i.opcode.readsC && i.c == i.a)
        facts.write(i.a)
        if readsItself { return }
        switch i.opcode {
        case .constant: facts.record(constant: i.imm, in: i.a)
        case .move: facts.record(copyOf: i.b, in: i.a)
        default: break
        }
        facts.record(definition: i)
        if let expression { facts.record(expression, in: i.a) }
    }

    /// Whether the value that an instruction computes would be the same if it ran again.
    private func isKnowable(_ i: Instruction) -> Bool {
        if i.opcode.isFunction { return true }
        guard i.opcode == .load else { return false }
        let start = Int(i.target) * 64 + Int(i.shift)
        return start < 2 * stateBits && !changes.overlap(start..<start + Int(i.width))
    }

    private mutating func noteChanges(_ i: Instruction) {
        switch i.opcode {
        case .store, .storeImmediate:
            let start = Int(i.target) * 64 + Int(i.shift)
            changes.insert(start..<start + Int(i.width))
        case .emitActionAndRestore: changes = StateChanges()
        default:
            guard i.opcode.writesMemoryAtRegister else { return }
            let isWideSet = [.orWords, .andWords, .andNotWords].contains(i.opcode)
            guard let address = facts.constant(isWideSet ? i.a : i.b), address >= 2 * Int64(stateBits) else {
                changes.formUnion(.all)
                return
            }
        }
    }

    // MARK: Rewriting

    /// A value that some register holds already.
    func known(_ i: Instruction) -> UInt16? {
        guard i.opcode.writesA, isKnowable(i) else { return nil }
        return facts.register(holding: facts.expression(i))
    }
}

/// Which of the state's bits may differ from the state before the step.
struct StateChanges {
    static let all = StateChanges(isAll: true)
    private var isAll = false
    private var ranges: [Range<Int>] = []

    init() {}

    private init(isAll: Bool) { self.isAll = isAll }

    mutating func insert(_ range: Range<Int>) {
        if !isAll, !ranges.contains(range) { ranges.append(range) }
    }

    mutating func formUnion(_ other: StateChanges) {
        isAll = isAll || other.isAll
        for range in other.ranges { insert(range) }
    }

    func overlap(_ range: Range<Int>) -> Bool { isAll || ranges.contains { $0.overlaps(range) } }
}
