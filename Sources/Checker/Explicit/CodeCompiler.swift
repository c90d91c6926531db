// Code to bytecode, one copy for each process instance: nodes in order, arrivals at points, ways out.

import Model

/// Compiles the nodes of one code within a `Compiler`.
final class CodeCompiler {
    let compiler: Compiler
    let code: Code
    /// The running process; nil for actions and properties.
    let pid: Int?
    /// Points of a process by node; empty for others.
    private let points: [NodeID: Int]
    private let process: ProcessCode?
    private var bodyLabels: [NodeID: Int] = [:]
    private var arrivalLabels: [NodeID: Int] = [:]
    /// Emitted after an arrival or at the end: `halt`, or a jump to what follows an inlined start.
    private let atEnd: (Compiler) -> Void
    /// What an empty choice does: disables an action, traps elsewhere.
    private let disablesOnEmptyChoice: Bool
    /// Bits of transition properties that read a variable.
    private let watchers: [VariableID: UInt64]
    /// For the code of a property: how its formulas read data.
    var propertyMode: Compiler.Mode?

    init(
        _ compiler: Compiler, _ code: Code, process: ProcessCode? = nil, pid: Int? = nil,
        watchers: [VariableID: UInt64] = [:], disablesOnEmptyChoice: Bool = false, atEnd: @escaping (Compiler) -> Void
    ) {
        self.compiler = compiler
        self.code = code
        self.pid = pid
        self.process = process
        self.watchers = watchers
        self.disablesOnEmptyChoice = disablesOnEmptyChoice
        self.atEnd = atEnd
        var points: [NodeID: Int] = [:]
        for (index, point) in (process?.points ?? []).enumerated() { points[point.node] = index }
        self.points = points
    }

    // MARK: Labels

    func bodyLabel(_ node: NodeID) -> Int {
        if let label = bodyLabels[node] { return label }
        let label = compiler.assembler.newLabel()
        bodyLabels[node] = label
        return label
    }

    /// Where control goes to reach a node: a point is arrived at, anything else goes on.
    func label(for node: NodeID) -> Int {
        guard points[node] != nil else { return bodyLabel(node) }
        if let label = arrivalLabels[node] { return label }
        let label = compiler.assembler.newLabel()
        arrivalLabels[node] = label
        return label
    }

    // MARK: Whole bodies

    /// Emits all nodes that are reachable from the given ones without passing a point, then the arrivals.
    func emitNodes(from entries: [NodeID]) {
        var isEmitted = Array(repeating: false, count: code.nodes.count)
        var waiting = entries
        var order: [NodeID] = []
        while let node = waiting.popLast() {
            guard !isEmitted[node] else { continue }
            isEmitted[node] = true
            order.append(node)
            let targets =
                (code.nodes[node].operation.fallsThrough ? [code.nodes[node].next] : [])
                + code.nodes[node].operation.otherTargets
            waiting += targets.filter { points[$0] == nil }
        }
        order.sort()
        for (position, node) in order.enumerated() {
            compiler.assembler.place(bodyLabel(node))
            emit(node, following: position + 1 < order.count ? order[position + 1] : nil)
        }
        for (node, label) in arrivalLabels.sorted(by: { $0.key < $1.key }) {
            compiler.assembler.place(label)
            arrive(at: node)
        }
    }

    /// Puts the process at a point: live locals to the state, everything else of its frame to zero.
    private func arrive(at node: NodeID) {
        guard let pid, let point = points[node] else { preconditionFailure("only processes arrive at points") }
        let frame = compiler.layout.processes[pid]
        let live = frame.points[point]
        clearLocals(frame, used: live.reduce(0) { $0 + $1.shape.bits })
        for (local, offset, shape) in live {
            let location = Location(container: .memory, address: Address(offset: frame.locals + offset), shape: shape)
            compiler.write(compiler.operand(of: local), at: location)
        }
        setPosition(StateLayout.code(ofPoint: point), pid)
        atEnd(compiler)
    }

    private func clearLocals(_ frame: StateLayout.ProcessLayout, used: Int) {
        guard frame.localBits > used else { return }
        let address = Address(offset: frame.locals)
        if frame.localBits <= 64 {
            let zero = compiler.assembler.constant(0)
            compiler.assembler.store(zero, address, bits: frame.localBits, lower: 0)
        } else {
            compiler.assembler.zero(words: (frame.localBits + 63) / 64, at: address)
        }
    }

    func setPosition(_ position: Int, _ pid: Int) {
        let field = compiler.layout.processes[pid].position
        let value = compiler.assembler.constant(Int64(position))
        compiler.assembler.store(value, Address(offset: field.offset), bits: field.bits, lower: 0)
    }

    /// Brings the live locals of a point from the state, then goes to its node.
    func emitEntry(point: Int) {
        loadLocals(point)
        guard let node = process?.points[point].node else { return }
        compiler.assembler.branch(.jump, to: bodyLabel(node))
    }

    private func loadLocals(_ point: Int) {
        guard let pid else { return }
        let frame = compiler.layout.processes[pid]
        for (local, offset, shape) in frame.points[point] {
            let location = Location(container: .memory, address: Address(offset: frame.locals + offset), shape: shape)
            compiler.set(local, compiler.value(at: location))
        }
    }

    /// The step that leaves a killable block: awake, no lock held, the condition true.
    func emitKill(point: Int, _ kill: Kill) {
        guard let pid, let process else { return }
        let channel = compiler.layout.processes[pid].channel
        let blocked = compiler.assembler.newLabel()
        if channel.bits > 0 {
            let register = compiler.assembler.register()
            compiler.assembler.load(Address(offset: channel.offset), bits: channel.bits, lower: 0, into: register)
            compiler.assembler.branch(.branchNonZero, a: register, to: blocked)
        }
        compiler.forEachLock { holder in
            compiler.assembler.branch(.branchEqualImmediate, a: holder, imm: Int64(pid + 1), to: blocked)
        }
        loadLocals(point)
        let node = code.nodes[process.points[point].node]
        compiler.mode = .code(isHardware: node.isHardware, held: [])
        compiler.branchUnless(kill.condition, to: blocked)
        compiler.assembler.branch(.jump, to: label(for: kill.target))
        compiler.assembler.place(blocked)
        compiler.assembler.emit(.block)
    }

    // MARK: Nodes

    private func emit(_ index: NodeID, following: NodeID?) {
        let node = code.nodes[index]
        compiler.mode = propertyMode ?? .code(isHardware: node.isHardware, held: node.held)
        switch node.operation {
        case .jump, .assumeHeld: break
        case .assign(let place, let value): assign(place, value, node.range)
        case .branch(let condition, let otherwise): compiler.branchUnless(condition, to: label(for: otherwise))
        case .choose where node.isSymbolic: unknownWord(node)
        case .choose(let local, let domain, let condition, let otherwise):
            choose(local, domain, condition, otherwise, node.range)
        case .either(let targets): either(targets)
        case .first(let local, let domain, let otherwise): first(local, domain, otherwise)
        case .advance(let local, let domain, let otherwise): advance(local, domain, otherwise, node.range)
        case .acquire, .release, .tryAcquire, .sleep, .resumed: lockOperation(node)
        case .wakeup, .wakeupProcess, .wakeupOne, .resume: wake(node)
        case .atomicUpdate, .compareAndSwap: atomicOperation(node)
        case .await(let condition): block(unless: condition)
        case .join(let process):
            block(unless: Formula(.predicate(.finished(process)), .bool, process.range))
        case .assert(let condition, let id): assertion(condition, id)
        case .assume(let condition):
            let fine = compiler.assembler.newLabel()
            compiler.branch(condition, if: true, to: fine)
            compiler.assembler.emit(.cut)
            compiler.assembler.place(fine)
        case .panic(let message):
            compiler.assembler.emit(.violate, target: compiler.assembler.site(.panic, message, node.range))
        case .claim, .publish: ownership(node)
        case .start(let process, let index, let arguments): start(process, index, arguments, node.range)
        case .checkReleased(let places, let function): checkReleased(places, function, node.range)
        case .finish: finish(node)
        case .end: atEnd(compiler)
        }
        guard node.operation.fallsThrough else { return }
        goOn(from: index, to: node.next, following)
    }

    private func goOn(from index: NodeID, to next: NodeID, _ following: NodeID?) {
        if next <= index, points[next] == nil {
            let site = compiler.assembler.site(
                .diverges, "a step of more than 10^6 operations", code.nodes[index].range)
            compiler.assembler.emit(.tick, target: site)
        }
        if points[next] == nil, next == following { return }
        compiler.assembler.branch(.jump, to: label(for: next))
    }

    private func assign(_ place: Place, _ value: Formula, _ range: SourceRange) {
        defer { touch(place) }
        if compiler.changeInPlace(place, value, range) { return }
        if case .local(let id) = place.root, place.path.isEmpty {
            compiler.set(id, compiler.compile(value))
            return
        }
        let operand = compiler.compile(value)
        compiler.write(operand, at: compiler.locate(place, range, isStore: true))
        compiler.finishStore()
    }

    /// Tells transition properties that data which they read were stored to.
    func touch(_ place: Place) {
        guard case .variable(let id) = place.root, let bits = watchers[id] else { return }
        compiler.assembler.emit(.touch, imm: Int64(bitPattern: bits))
    }

    func block(unless condition: Formula) {
        let fine = compiler.assembler.newLabel()
        compiler.branch(condition, if: true, to: fine)
        compiler.assembler.emit(.block)
        compiler.assembler.place(fine)
    }

    private func assertion(_ condition: Formula, _ id: AssertionID) {
        let fine = compiler.assembler.newLabel()
        compiler.assembler.emit(.reach, target: id)
        compiler.branch(condition, if: true, to: fine)
        let assertion = compiler.system.assertions[id]
        let site = compiler.assembler.site(
            .assertion(id), assertion.message ?? "the assertion is false", assertion.range)
        compiler.assembler.emit(.violate, target: site)
        compiler.assembler.place(fine)
    }

    private func finish(_ node: Node) {
        guard let pid else { return }
        let site = compiler.assembler.site(.lockUse, "the process ends with a lock held", node.range)
        let held = compiler.assembler.newLabel()
        compiler.forEachLock { holder in
            compiler.assembler.branch(.branchEqualImmediate, a: holder, imm: Int64(pid + 1), to: held)
        }
        clearLocals(compiler.layout.processes[pid], used: 0)
        setPosition(StateLayout.finishedCode, pid)
        atEnd(compiler)
        compiler.assembler.place(held)
        compiler.assembler.emit(.violate, target: site)
    }

    // MARK: Choices

    /// A spec in which control can reach a `symbolic` is explored by terms: here it stands behind a constant that is false.
    private func unknownWord(_ node: Node) {
        let site = compiler.trap("a symbolic word is not one of listed values", node.range)
        compiler.assembler.emit(.violate, target: site)
    }

    private func either(_ targets: [NodeID]) {
        let choice = compiler.assembler.register()
        compiler.assembler.emit(.choose, a: choice, b: compiler.assembler.constant(Int64(targets.count + 1)))
        for (index, target) in targets.enumerated() {
            compiler.assembler.branch(.branchEqualImmediate, a: choice, imm: Int64(index + 1), to: label(for: target))
        }
    }

    private func choose(
        _ local: LocalID, _ domain: Domain, _ condition: Formula?, _ otherwise: NodeID?, _ range: SourceRange
    ) {
        let count = compiler.assembler.register()
        compiler.assembler.emit(.constant, a: count, imm: 0)
        forEachOption(local, domain, condition, range) { _ in
            compiler.assembler.emit(.addImmediate, a: count, b: count, imm: 1)
        }
        if let otherwise {
            compiler.assembler.branch(.branchZero, a: count, to: label(for: otherwise))
        } else {
            let filled = compiler.assembler.newLabel()
            compiler.assembler.branch(.branchNonZero, a: count, to: filled)
            if disablesOnEmptyChoice {
                compiler.assembler.emit(.block)
            } else {
                let site = compiler.trap("there is nothing to choose from", range)
                compiler.assembler.emit(.violate, target: site)
            }
            compiler.assembler.place(filled)
        }
        let choice = compiler.assembler.register()
        compiler.assembler.emit(.choose, a: choice, b: count)
        forEachOption(local, domain, condition, range) { leave in
            compiler.assembler.branch(.branchZero, a: choice, to: leave)
            compiler.assembler.emit(.addImmediate, a: choice, b: choice, imm: -1)
        }
    }

    private func forEachOption(
        _ local: LocalID, _ domain: Domain, _ condition: Formula?, _ range: SourceRange, _ body: (Int) -> Void
    ) {
        compiler.loop(over: domain, local, range, keepsLocal: true) { leave in
            let skip = compiler.assembler.newLabel()
            if let condition { compiler.branchUnless(condition, to: skip) }
            body(leave)
            compiler.assembler.place(skip)
        }
    }

    // MARK: Loops

    private func first(_ local: LocalID, _ domain: Domain, _ otherwise: NodeID) {
        switch domain {
        case .type(let type):
            guard compiler.types.count(of: type) ?? 0 > 0 else {
                compiler.assembler.branch(.jump, to: label(for: otherwise))
                return
            }
            compiler.set(local, .constant(Int64(type.integer?.lower ?? 0)))
        case .range(let lower, let upper, let isClosed):
            let first = compiler.assembler.inRegister(compiler.compile(lower))
            let last = compiler.assembler.inRegister(compiler.compile(upper))
            let end = label(for: otherwise)
            compiler.assembler.branch(isClosed ? .branchLess : .branchLessOrEqual, a: last, b: first, to: end)
            compiler.set(local, .register(first))
        case .elements(let set): member(of: set, from: .constant(0), local, otherwise)
        }
    }

    private func advance(_ local: LocalID, _ domain: Domain, _ otherwise: NodeID, _ range: SourceRange) {
        let current = compiler.operand(of: local)
        let next = compiler.emit(.add, current, .constant(1))
        let register = compiler.assembler.inRegister(next)
        switch domain {
        case .type(let type):
            let end = Int64(type.integer?.lower ?? 0) + Int64(compiler.types.count(of: type) ?? 0)
            compiler.assembler.branch(.branchEqualImmediate, a: register, imm: end, to: label(for: otherwise))
            compiler.set(local, next)
        case .range(_, let upper, let isClosed):
            let last = compiler.assembler.inRegister(compiler.compile(upper))
            let end = label(for: otherwise)
            compiler.assembler.branch(isClosed ? .branchLess : .branchLessOrEqual, a: last, b: register, to: end)
            compiler.set(local, next)
        case .elements(let set): member(of: set, from: next, local, otherwise)
        }
    }

    /// Finds the least member of a set that is not before a value.
    private func member(of set: Formula, from start: Operand, _ local: LocalID, _ otherwise: NodeID) {
        guard case .set(let element) = set.type else { preconditionFailure("arrays are run through by index") }
        let lower = Int64(element.integer?.lower ?? 0)
        let location = compiler.location(of: compiler.compile(set), set.type)
        let index = compiler.assembler.register()
        compiler.move(start, to: index)
        if case .constant = start {} else { compiler.assembler.emit(.addImmediate, a: index, b: index, imm: -lower) }
        let limit = compiler.assembler.constant(Int64(compiler.types.count(of: element) ?? 0))
        let (top, found) = (compiler.assembler.newLabel(), compiler.assembler.newLabel())
        compiler.assembler.place(top)
        compiler.assembler.branch(.branchLessOrEqual, a: limit, b: index, to: label(for: otherwise))
        var bit = location
        compiler.add(.register(index), stride: 1, to: &bit.address)
        let flag = compiler.assembler.register()
        compiler.read(bit, bits: 1, lower: 0, into: flag)
        compiler.assembler.branch(.branchNonZero, a: flag, to: found)
        compiler.assembler.emit(.addImmediate, a: index, b: index, imm: 1)
        compiler.assembler.branch(.jump, to: top)
        compiler.assembler.place(found)
        compiler.set(local, compiler.emit(.add, .register(index), .constant(lower)))
    }
}
