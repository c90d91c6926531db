// What each operation does to symbolic states: `ReferenceExecution.swift` for all values at once.

import Model
import Solver

extension StepEncoder {
    /// Does what a node does; gives the runs that go on, each with the node that comes next.
    func execute(_ node: Node, _ code: Code) throws(EncodingFailure) -> [(NodeID, SymbolicPath)] {
        let encoder = encoder
        switch node.operation {
        case .jump, .assumeHeld: break
        case .assign(let place, let value):
            let new = try encoder.encode(value)
            try encoder.checkStore(place, node.range)
            try encoder.store(new, place, node.range)
        case .branch(let condition, let otherwise): return split(try encoder.bool(condition), node.next, otherwise)
        case .first(let local, let domain, let otherwise):
            let (value, isThere) = try first(of: domain, code.locals[local].type, node.range)
            return split(isThere, node.next, otherwise) { $0.locals[local] = value }
        case .advance(let local, let domain, let otherwise):
            let (value, isThere) = try value(after: local, in: domain, code.locals[local].type, node.range)
            return split(isThere, node.next, otherwise) { $0.locals[local] = value }
        case .acquire, .release, .tryAcquire, .resumed, .sleep: try lockOperation(node)
        case .wakeup, .wakeupProcess, .resume, .wakeupOne: try wake(node)
        case .atomicUpdate, .compareAndSwap: try atomicOperation(node)
        case .await(let condition): encoder.cut(unless: try encoder.bool(condition))
        case .join(let process):
            let pid = try encoder.ordinal(process)
            encoder.cut(unless: anyProcess(pid) { pool.equal($1.position, shape.finished($0)) })
        case .assert(let condition, let id):
            encoder.violate(.assertion(id), when: pool.not(try encoder.bool(condition)))
        case .assume(let condition): encoder.cut(unless: try encoder.bool(condition))
        case .panic: encoder.violate(.panic, when: pool.bool(true))
        case .claim, .publish: try ownershipOperation(node)
        case .checkReleased(let places, _):
            for place in places {
                let lock = try encoder.lock(place, node.range)
                if let pid = encoder.reading?.pid {
                    encoder.violate(.lockUse, when: encoder.isHeld(lock, by: pid))
                }
            }
        case .finish: return try finish()
        case .end: return [(Self.end, encoder.path)]
        case .either(let targets):
            let pick = choose(below: targets.count + 1)
            return ([node.next] + targets).enumerated().map { index, target in
                var path = encoder.path
                path.live = pool.and(path.live, pool.equal(pick, values.ordinal(index)))
                return (target, path)
            }
        case .choose(let local, let domain, let condition, let otherwise):
            return try choose(local, domain, condition, otherwise, node, code.locals[local].type)
        case .start(let process, let index, let arguments): try start(process, index, arguments, node)
        }
        return [(node.next, encoder.path)]
    }

    /// The runs for which a condition is true, and the others.
    private func split(
        _ condition: Term, _ next: NodeID, _ otherwise: NodeID, _ change: (inout SymbolicPath) -> Void = { _ in }
    ) -> [(NodeID, SymbolicPath)] {
        var (yes, no) = (encoder.path, encoder.path)
        yes.live = pool.and(yes.live, condition)
        no.live = pool.and(no.live, pool.not(condition))
        change(&yes)
        return [(next, yes), (otherwise, no)]
    }

    private func anyProcess(_ pid: Term, _ answer: (Int, SymbolicProcess) -> Term) -> Term {
        let width = pool.sort(of: pid)?.width ?? SymbolicValue.memberWidth
        return pool.any(
            state.processes.enumerated().map { candidate, process in
                pool.and(
                    pool.equal(pid, pool.word(UInt64(candidate), width: width)), answer(candidate, process))
            })
    }

    private func running(_ range: SourceRange) throws(EncodingFailure) -> Int {
        guard let pid = encoder.reading?.pid else { throw encoder.fail("only processes do this", at: range) }
        return pid
    }

    private func finish() throws(EncodingFailure) -> [(NodeID, SymbolicPath)] {
        guard let pid = encoder.reading?.pid else { preconditionFailure("only a process finishes") }
        encoder.violate(.lockUse, when: holdsLock(pid))
        state.processes[pid].position = shape.finished(pid)
        state.processes[pid].channel = values.ordinal(0)
        return [(Self.end, encoder.path)]
    }

    // MARK: Locks

    /// Whether a process holds any lock.
    func holdsLock(_ pid: Int) -> Term {
        func holds(_ value: SymbolicValue) -> Term {
            switch value {
            case .lock(let term): encoder.isHeld(term, by: pid)
            case .array(let elements): pool.any(elements.map { holds($0) })
            case .bool, .integer, .member, .optional, .structure, .sequence, .set: pool.bool(false)
            }
        }
        return pool.any(state.data.flatMap { instances in instances.map { holds($0) } })
    }

    private func lockOperation(_ node: Node) throws(EncodingFailure) {
        let pid = try running(node.range)
        let (free, mine) = (values.ordinal(0), values.ordinal(pid + 1))
        switch node.operation {
        case .acquire(let place):
            let holder = try encoder.lock(place, node.range)
            encoder.violate(.lockUse, when: pool.equal(holder, mine))
            encoder.cut(unless: pool.equal(holder, free))
            try encoder.store(.lock(mine), place, node.range)
        case .tryAcquire(let place, let result):
            let holder = try encoder.lock(place, node.range)
            let isFree = pool.equal(holder, free)
            try encoder.store(.lock(pool.choice(isFree, mine, holder)), place, node.range)
            encoder.path.locals[result] = .bool(isFree)
        case .release(let place):
            let holder = try encoder.lock(place, node.range)
            encoder.violate(.lockUse, when: pool.not(pool.equal(holder, mine)))
            try encoder.store(.lock(free), place, node.range)
        case .resumed(let place):
            encoder.cut(unless: pool.equal(state.processes[pid].channel, free))
            guard let place else { return }
            encoder.cut(unless: pool.equal(try encoder.lock(place, node.range), free))
            try encoder.store(.lock(mine), place, node.range)
        case .sleep(let channel, let place):
            if let place {
                let holder = try encoder.lock(place, node.range)
                encoder.violate(.lockUse, when: pool.not(pool.equal(holder, mine)))
                try encoder.store(.lock(free), place, node.range)
            }
            encoder.violate(.lockUse, when: holdsLock(pid))
            state.processes[pid].channel = try channelNumber(channel)
        default: preconditionFailure("not a lock operation")
        }
    }

    // MARK: Channels

    func channelNumber(_ place: ChannelPlace) throws(EncodingFailure) -> Term {
        let channel = system.channels[place.channel]
        var number = values.ordinal(0)
        for (formula, dimension) in zip(place.indices, channel.dimensions) {
            let count = Int(system.types.count(of: dimension) ?? 1)
            let index = try encoder.ordinal(formula)
            encoder.checkIndex(index, below: count)
            let isWide = pool.sort(of: index)?.width == 64
            let narrow = isWide ? pool.extract(index, from: 0, width: SymbolicValue.memberWidth) : index
            number = pool.add(pool.multiply(number, values.ordinal(count)), narrow)
        }
        return pool.add(number, values.ordinal(channel.firstNumber))
    }

    private func wake(where isWoken: (Int, SymbolicProcess) -> Term) {
        for (pid, process) in state.processes.enumerated() {
            state.processes[pid].channel = pool.choice(isWoken(pid, process), values.ordinal(0), process.channel)
        }
    }

    private func wake(_ node: Node) throws(EncodingFailure) {
        switch node.operation {
        case .wakeup(let channel):
            let number = try channelNumber(channel)
            wake { pool.equal($1.channel, number) }
        case .wakeupProcess(let channel, let process):
            let number = try channelNumber(channel)
            let index = try encoder.ordinal(process)
            wake { pool.and(isNumber(index, $0), pool.equal($1.channel, number)) }
        case .resume(let process):
            let index = try encoder.ordinal(process)
            wake { pid, _ in isNumber(index, pid) }
        case .wakeupOne(let channel):
            let number = try channelNumber(channel)
            let pick = choose(below: system.processCount)
            let isSleeper = anyProcess(pick) { pool.equal($1.channel, number) }
            let sleeps = pool.any(state.processes.map { pool.equal($0.channel, number) })
            encoder.cut(unless: pool.implies(sleeps, isSleeper))
            wake { pool.and(isNumber(pick, $0), pool.equal($1.channel, number)) }
        default: preconditionFailure("wakes nobody")
        }
    }

    private func isNumber(_ term: Term, _ number: Int) -> Term {
        pool.equal(term, pool.word(UInt64(number), width: pool.sort(of: term)?.width ?? SymbolicValue.memberWidth))
    }

    // MARK: Atomic operations

    private func atomicOperation(_ node: Node) throws(EncodingFailure) {
        switch node.operation {
        case .atomicUpdate(let kind, let place, let operand, let result):
            let operand = try encoder.encode(operand)
            try encoder.checkStore(place, node.range)
            let old = try encoder.load(place, node.range)
            encoder.path.locals[result] = old
            try encoder.store(try update(kind, old, operand, place.type, node.range), place, node.range)
        case .compareAndSwap(let place, let expected, let new, let result):
            let (expected, new) = (try encoder.encode(expected), try encoder.encode(new))
            try encoder.checkStore(place, node.range)
            let old = try encoder.load(place, node.range)
            let matches = values.equal(old, expected)
            try encoder.store(values.choice(matches, new, old), place, node.range)
            encoder.path.locals[result] = .bool(matches)
        default: preconditionFailure("not an atomic operation")
        }
    }

    private func update(
        _ kind: AtomicOperation, _ old: SymbolicValue, _ operand: SymbolicValue, _ type: Type, _ range: SourceRange
    ) throws(EncodingFailure) -> SymbolicValue {
        guard kind != .swap, let integer = type.integer, case .integer(let a) = old, case .integer(let b) = operand
        else { return operand }
        // The reference stores what comes out, in range or not; an unknown state is always in range.
        guard storesBeyondRanges || integer == IntegerType(kind: integer.kind) else {
            throw encoder.fail("an atomic update of a number with a range is not encoded", at: range)
        }
        let less = encoder.isSigned(integer) ? pool.signedLess : pool.unsignedLess
        switch kind {
        case .swap: return operand
        case .add: return .integer(pool.add(a, b))
        case .and: return .integer(pool.bitAnd(a, b))
        case .or: return .integer(pool.bitOr(a, b))
        case .xor: return .integer(pool.bitXor(a, b))
        case .min: return .integer(pool.choice(less(b, a), b, a))
        case .max: return .integer(pool.choice(less(a, b), b, a))
        }
    }

    // MARK: Ownership

    private func ownershipOperation(_ node: Node) throws(EncodingFailure) {
        let pid = try running(node.range)
        switch node.operation {
        case .claim(let place):
            let (id, isClaimed, _) = try claim(place, node.range)
            encoder.violate(.ownership(id), when: isClaimed)
            if let owner = try owner(of: place) {
                let isOther = anyProcess(owner) { other, _ in
                    other == pid ? pool.bool(false) : shape.isAtPoint(other, state)
                }
                encoder.violate(.ownership(id), when: isOther)
            }
            let claimed = SymbolicValue.optional(isSome: pool.bool(true), .member(values.ordinal(pid)))
            try encoder.store(claimed, place, node.range)
        case .publish(let place):
            let (id, isClaimed, claimer) = try claim(place, node.range)
            let isMine = pool.and(isClaimed, pool.equal(claimer, values.ordinal(pid)))
            encoder.violate(.ownership(id), when: pool.not(isMine))
            let free = SymbolicValue.optional(isSome: pool.bool(false), .member(values.ordinal(0)))
            try encoder.store(free, place, node.range)
        default: preconditionFailure("not an ownership operation")
        }
    }

    private func claim(_ place: Place, _ range: SourceRange) throws(EncodingFailure) -> (VariableID, Term, Term) {
        guard case .variable(let id) = place.root,
            case .optional(let isSome, .member(let claimer)) = try encoder.load(place, range)
        else { throw encoder.fail("no claim", at: range) }
        return (id, isSome, claimer)
    }

    private func owner(of place: Place) throws(EncodingFailure) -> Term? {
        guard let index = place.indices.first, case .variable(let id) = place.root else { return nil }
        let number = try encoder.ordinal(index)
        guard case .sort(let sort) = system.variables[id].dimensions.first else { return number }
        let first = UInt64(system.types.sorts[sort].firstPid ?? 0)
        return pool.add(number, pool.word(first, width: pool.sort(of: number)?.width ?? 64))
    }
}
