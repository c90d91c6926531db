// What each operation does in the reference semantics, with the rules of locks and protections.

extension ReferenceRun {
    /// Does what a node does and gives the node after it; throws when blocked or ended.
    mutating func execute(_ node: Node) throws(Stop) -> NodeID {
        isHardware = node.isHardware
        switch node.operation {
        case .jump, .assumeHeld: break
        case .assign(let place, let value):
            // Operands first, then the store, with what it needs.
            let value = try evaluate(value)
            try checkStore(to: place, node.range)
            try store(value, to: place, node.range)
        case .branch(let condition, let otherwise): return try evaluate(condition).isTrue ? node.next : otherwise
        case .first(let local, let domain, let otherwise):
            guard let first = try first(of: domain) else { return otherwise }
            locals[local] = first
        case .advance(let local, let domain, let otherwise):
            guard let next = try value(after: locals[local], in: domain) else { return otherwise }
            locals[local] = next
        case .acquire, .release, .tryAcquire, .resumed, .sleep:
            let before = locksHeld()
            try lockOperation(node)
            note(takenBeside: before)
        case .wakeup(let channel):
            let number = try channelNumber(channel)
            for index in state.processes.indices where state.processes[index].channel == number {
                state.processes[index].channel = 0
            }
        case .wakeupProcess(let channel, let process):
            let number = try channelNumber(channel)
            let index = try ordinal(process)
            if state.processes[index].channel == number { state.processes[index].channel = 0 }
        case .resume(let process): state.processes[try ordinal(process)].channel = 0
        case .atomicUpdate, .compareAndSwap: try atomicOperation(node)
        case .await(let condition):
            if try !evaluate(condition).isTrue { throw .blocked }
        case .join(let process):
            if state.processes[try ordinal(process)].position != .finished { throw .blocked }
        case .assert(let condition, let id):
            note(assertion: id)
            if try !evaluate(condition).isTrue {
                let assertion = system.assertions[id]
                throw violation(.assertion(id), assertion.message ?? "the assertion is false", assertion.range)
            }
        case .assume(let condition):
            if try !evaluate(condition).isTrue { throw .ended(.cut) }
        case .panic(let message): throw violation(.panic, message, node.range)
        case .claim, .publish: try ownershipOperation(node)
        case .checkReleased(let places, let function):
            for place in places {
                if case .lock(let holder) = try load(place, node.range), holder == pid {
                    throw violation(.lockUse, "\(function) returns with \(name(of: place)) held", node.range)
                }
            }
        case .finish: try finishProcess(node)
        case .end: throw .ended(.state(state))
        case .either, .choose, .wakeupOne, .start: preconditionFailure("choices are forks")
        }
        return node.next
    }

    private mutating func atomicOperation(_ node: Node) throws(Stop) {
        switch node.operation {
        case .atomicUpdate(let kind, let place, let operand, let result):
            let operand = try evaluate(operand)
            try checkStore(to: place, node.range)
            let old = try load(place, node.range)
            locals[result] = old
            try store(update(kind, old, operand, place.type), to: place, node.range)
        case .compareAndSwap(let place, let expected, let new, let result):
            let (expected, new) = (try evaluate(expected), try evaluate(new))
            try checkStore(to: place, node.range)
            let matches = try load(place, node.range) == expected
            if matches { try store(new, to: place, node.range) }
            locals[result] = .bool(matches)
        default: preconditionFailure("not an atomic operation")
        }
    }

    private mutating func finishProcess(_ node: Node) throws(Stop) {
        guard let pid else { preconditionFailure("only a process finishes") }
        if let lock = heldLocks().first {
            throw violation(.lockUse, "\(system.types.pidNames[pid]) ends with \(lock) held", node.range)
        }
        state.processes[pid] = ProcessState(
            position: .finished, locals: Array(repeating: nil, count: locals.count), channel: 0)
        throw .ended(.state(state))
    }

    private func update(_ kind: AtomicOperation, _ old: Value, _ operand: Value, _ type: Type) -> Value {
        guard let integer = type.integer else { return operand }
        switch kind {
        case .swap: return operand
        case .add: return .integer(integer.kind.wrapping(old.number + operand.number))
        case .and: return .integer(old.number & operand.number)
        case .or: return .integer(old.number | operand.number)
        case .xor: return .integer(integer.kind.wrapping(old.number ^ operand.number))
        case .min: return .integer(min(old.number, operand.number))
        case .max: return .integer(max(old.number, operand.number))
        }
    }

    // MARK: Locks

    private mutating func lockOperation(_ node: Node) throws(Stop) {
        guard let pid else { preconditionFailure("only processes take locks") }
        switch node.operation {
        case .acquire(let place):
            let holder = try holder(of: place, node.range)
            if holder == pid {
                throw violation(.lockUse, "\(name(of: place)) is acquired twice by its holder", node.range)
            }
            if holder != nil { throw .blocked }
            try store(.lock(holder: pid), to: place, node.range)
        case .tryAcquire(let place, let result):
            let isFree = try holder(of: place, node.range) == nil
            if isFree { try store(.lock(holder: pid), to: place, node.range) }
            locals[result] = .bool(isFree)
        case .release(let place):
            guard try holder(of: place, node.range) == pid else {
                throw violation(.lockUse, "\(name(of: place)) is released and not held", node.range)
            }
            try store(.lock(holder: nil), to: place, node.range)
        case .resumed(let place):
            if state.processes[pid].channel != 0 { throw .blocked }
            guard let place else { return }
            if try holder(of: place, node.range) != nil { throw .blocked }
            try store(.lock(holder: pid), to: place, node.range)
        case .sleep(let channel, let place): try sleep(channel, place, node)
        default: preconditionFailure("not a lock operation")
        }
    }

    private mutating func sleep(_ channel: ChannelPlace, _ place: Place?, _ node: Node) throws(Stop) {
        guard let pid else { return }
        if let place {
            guard try holder(of: place, node.range) == pid else {
                throw violation(.lockUse, "sleep without its lock \(name(of: place)) held", node.range)
            }
            try store(.lock(holder: nil), to: place, node.range)
        }
        if let other = heldLocks().first {
            throw violation(.lockUse, "sleep with another lock held: \(other)", node.range)
        }
        state.processes[pid].channel = try channelNumber(channel)
    }

    private mutating func holder(of place: Place, _ range: SourceRange) throws(Stop) -> Int? {
        guard case .lock(let holder) = try load(place, range) else { preconditionFailure("not a lock") }
        return holder
    }

    mutating func channelNumber(_ place: ChannelPlace) throws(Stop) -> Int {
        let channel = system.channels[place.channel]
        var number = 0
        for (formula, dimension) in zip(place.indices, channel.dimensions) {
            let count = Int(system.types.count(of: dimension) ?? 1)
            let index = try ordinal(formula)
            guard index >= 0, index < count else {
                throw violation(.trap, "index \(index) is outside 0..<\(count)", formula.range)
            }
            number = number * count + index
        }
        return channel.firstNumber + number
    }

    // MARK: Ownership

    private mutating func ownershipOperation(_ node: Node) throws(Stop) {
        guard let pid else { return }
        switch node.operation {
        case .claim(let place):
            guard try load(place, node.range) == .null else {
                throw violation(.ownership(variable(place)), "\(name(of: place)) is claimed twice", node.range)
            }
            if let owner = try owner(of: place), owner != pid, case .point = state.processes[owner].position {
                throw violation(
                    .ownership(variable(place)), "\(name(of: place)): \(system.types.pidNames[owner]) is running",
                    node.range)
            }
            try store(.some(.member(pid)), to: place, node.range)
        case .publish(let place):
            guard try load(place, node.range) == .some(.member(pid)) else {
                throw violation(
                    .ownership(variable(place)), "\(name(of: place)) is published and not claimed", node.range)
            }
            try store(.null, to: place, node.range)
        default: preconditionFailure("not an ownership operation")
        }
    }

    /// The process whose element a claim is of.
    private mutating func owner(of place: Place) throws(Stop) -> Int? {
        guard let index = place.indices.first, case .variable(let id) = place.root else { return nil }
        guard case .sort(let sort) = system.variables[id].dimensions.first else { return try ordinal(index) }
        return try (system.types.sorts[sort].firstPid ?? 0) + ordinal(index)
    }

    private func variable(_ place: Place) -> VariableID {
        guard case .variable(let id) = place.root else { preconditionFailure("not a datum") }
        return id
    }

    func name(of place: Place) -> String {
        guard case .variable(let id) = place.root else { return "a local" }
        return system.variables[id].name
    }
}
