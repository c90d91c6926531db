// What operations do that split a run: choices, starts, swaps that may fail; all others are as for all states at once.

import Model
import Solver

extension ForkingStepper {
    /// Does what a node does, and gives the ways that control may go.
    func execute(_ node: Node, _ context: Context, _ fork: inout StepFork, _ ends: inout [ForkEnd])
        throws(EncodingFailure) -> [Way]
    {
        switch node.operation {
        case .either(let targets): return ([node.next] + targets).map { Way(path: encoder.path, node: $0) }
        case .choose(let local, let domain, let condition, let otherwise):
            let type = context.code.locals[local].type
            if node.isSymbolic { return try make(local, type, condition, node, &fork) }
            return try choose(local, domain, condition, otherwise, node, type, context)
        case .wakeupOne(let channel): return try wakeOne(channel, node)
        case .start(let id, let index, let arguments): return try start(id, index, arguments, node, &fork, &ends)
        case .compareAndSwap(let place, let expected, let new, let result):
            return try swap(place, expected, new, result, node, &fork)
        case .assert(_, let id):
            // The reference notes it once its condition is evaluated, be it to trap.
            fork.assertions.insert(id)
        default: break
        }
        for place in node.operation.storedPlaces {
            if case .variable(let id) = place.root, mayStore(place, node) { fork.stores.insert(id) }
        }
        return try coder.execute(node, context.code).map { Way(path: $1, node: $0) }
    }

    /// Whether a try for a lock stores at all.
    private func mayStore(_ place: Place, _ node: Node) -> Bool {
        guard case .tryAcquire = node.operation else { return true }
        guard let lock = try? encoder.lock(place, node.range) else { return true }
        return pool.constant(lock) == 0
    }

    // MARK: Choices

    /// `symbolic`: a new unknown word.
    private func make(_ local: LocalID, _ type: Type, _ condition: Formula?, _ node: Node, _ fork: inout StepFork)
        throws(EncodingFailure) -> [Way]
    {
        guard let integer = type.integer else { throw encoder.fail("a symbolic value is a word", at: node.range) }
        let width = integer.kind.bits
        let word = word(fork.wordCounts[width, default: 0], width: width)
        fork.wordCounts[width, default: 0] += 1
        encoder.path.locals[local] = .integer(word)
        // The way is judged by its condition on the word as well.
        if let condition { encoder.cut(unless: try encoder.bool(condition)) }
        return [Way(path: encoder.path, node: node.next)]
    }

    private func choose(
        _ local: LocalID, _ domain: Domain, _ condition: Formula?, _ otherwise: NodeID?, _ node: Node, _ type: Type,
        _ context: Context
    ) throws(EncodingFailure) -> [Way] {
        let before = encoder.path.locals
        var listed: [(value: SymbolicValue, isHit: Term)] = []
        try encoder.forEach(domain, type, node.range) { value, isThere throws(EncodingFailure) in
            encoder.path.locals[local] = value
            let isChosen = try encoder.under(isThere) { () throws(EncodingFailure) in
                try condition.map { formula throws(EncodingFailure) in try encoder.bool(formula) } ?? pool.bool(true)
            }
            listed.append((value, pool.and(isThere, isChosen)))
            return .next
        }
        encoder.path.locals = before
        let isThere = pool.any(listed.map(\.isHit))
        var nothing = encoder.path
        nothing.live = pool.and(nothing.live, pool.not(isThere))
        var ways: [Way] = []
        for (value, isHit) in listed {
            var path = encoder.path
            path.live = pool.and(path.live, isHit)
            path.locals[local] = value
            ways.append(Way(path: path, node: node.next))
        }
        if let otherwise {
            ways.append(Way(path: nothing, node: otherwise))
        } else if !context.disablesOnEmptyChoice {
            encoder.violate(.trap, when: pool.not(isThere))
        }
        return ways
    }

    private func wakeOne(_ channel: ChannelPlace, _ node: Node) throws(EncodingFailure) -> [Way] {
        let number = try coder.channelNumber(channel)
        let state = coder.state
        let sleepers = state.processes.indices.filter { state.processes[$0].channel == number }
        if sleepers.isEmpty { return [Way(path: encoder.path, node: node.next)] }
        return sleepers.map { sleeper in
            var path = encoder.path
            path.state?.processes[sleeper].channel = shape.values.ordinal(0)
            return Way(path: path, node: node.next)
        }
    }

    private func swap(
        _ place: Place, _ expected: Formula, _ new: Formula, _ result: LocalID, _ node: Node, _ fork: inout StepFork
    ) throws(EncodingFailure) -> [Way] {
        let (expected, new) = (try encoder.encode(expected), try encoder.encode(new))
        try encoder.checkStore(place, node.range)
        let isEqual = shape.values.equal(try encoder.load(place, node.range), expected)
        var missed = encoder.path
        missed.live = pool.and(missed.live, pool.not(isEqual))
        missed.locals[result] = .bool(pool.bool(false))
        encoder.path.live = pool.and(encoder.path.live, isEqual)
        try encoder.store(new, place, node.range)
        encoder.path.locals[result] = .bool(pool.bool(true))
        var storing = fork
        if case .variable(let id) = place.root { storing.stores.insert(id) }
        return [Way(path: encoder.path, node: node.next, fork: storing), Way(path: missed, node: node.next)]
    }

    // MARK: Starts

    private func start(
        _ id: ProcessID, _ index: Formula?, _ arguments: [Formula], _ node: Node, _ fork: inout StepFork,
        _ ends: inout [ForkEnd]
    ) throws(EncodingFailure) -> [Way] {
        let process = system.processes[id]
        let instance = try index.map { formula throws(EncodingFailure) in try encoder.ordinal(formula) }
        var locals: [LocalID: SymbolicValue] = [:]
        for (parameter, formula) in arguments.enumerated() { locals[parameter] = try encoder.encode(formula) }
        let pid = process.firstPid + Int(instance.flatMap { pool.constant($0) } ?? 0)
        let state = coder.state
        encoder.violate(.lockUse, when: shape.isAtPoint(pid, state))
        for (claims, isClaimed) in coder.claims(of: pid) { encoder.violate(.ownership(claims), when: isClaimed) }
        let violations = encoder.violations
        guard var child = going(fork, when: encoder.path.live, node.range) else { return [] }
        child.path.state = state
        child.state.processes[pid].channel = shape.values.ordinal(0)
        child.path.locals = locals
        let (parent, reading) = (encoder.path, encoder.reading)
        let results = started(child, process, pid: pid)
        // The child's nodes had the encoder: what the start itself got wrong is told behind them.
        encoder.violations = violations
        encoder.incomplete = pool.bool(false)
        encoder.reading = reading
        encoder.path = parent
        return results.compactMap { end in
            guard case .state = end.kind else {
                ends.append(end)
                return nil
            }
            let path = SymbolicPath(live: pool.bool(true), locals: parent.locals, state: end.fork.state)
            return Way(path: path, node: node.next, fork: end.fork)
        }
    }

    /// The variable of a `symbolic` word that this run makes; the same for each run, so that runs ask the same questions.
    func word(_ number: Int, width: Int) -> Term {
        while words[width, default: []].count <= number {
            words[width, default: []].append(pool.variable("word\(words[width, default: []].count)", .bits(width)))
        }
        return words[width, default: []][number]
    }
}

extension Operation {
    /// Places that it stores to.
    fileprivate var storedPlaces: [Place] {
        switch self {
        case .assign(let place, _), .acquire(let place), .release(let place), .tryAcquire(let place, _),
            .atomicUpdate(_, let place, _, _), .claim(let place), .publish(let place):
            [place]
        case .sleep(_, let lock), .resumed(let lock): [lock].compactMap(\.self)
        default: []
        }
    }
}
