// Locks, channels, atomic words, claims and starts in bytecode.

import Model

extension Compiler {
    /// Loads each lock instance of the system in turn.
    func forEachLock(except skipped: Address? = nil, _ body: (_ holder: UInt16) -> Void) {
        for (id, variable) in system.variables.enumerated() where variable.type.isLockOrLocks {
            let layout = layout.variables[id]
            for instance in 0..<layout.count {
                let register = assembler.register()
                assembler.load(
                    Address(offset: layout.offset + instance * layout.stride), bits: layout.shape.bits, lower: 0,
                    into: register)
                body(register)
            }
        }
    }
}

extension Type {
    /// Whether a datum of this type is a lock; arrays of locks are taken apart into instances.
    var isLockOrLocks: Bool { self == .lock }
}

extension CodeCompiler {
    var own: Int64 {
        guard let pid else { preconditionFailure("only processes take locks") }
        return Int64(pid + 1)
    }

    private func lock(_ place: Place, _ range: SourceRange) -> (location: Location, holder: UInt16) {
        let location = compiler.locate(place, range)
        let holder = compiler.assembler.register()
        compiler.read(location, bits: location.shape.bits, lower: 0, into: holder)
        return (location, holder)
    }

    private func name(_ place: Place) -> String {
        if case .variable(let id) = place.root { compiler.system.variables[id].name } else { "the lock" }
    }

    private func setHolder(_ location: Location, _ value: Int64) {
        compiler.writeBits(compiler.assembler.constant(value), at: location, bits: location.shape.bits, lower: 0)
    }

    func site(_ message: String, _ range: SourceRange) -> Int {
        compiler.assembler.site(.lockUse, message, range)
    }

    func lockOperation(_ node: Node) {
        switch node.operation {
        case .acquire(let place): take(place, node.range, mayHold: true)
        case .resumed(let place):
            blockWhileAsleep()
            if let place { take(place, node.range, mayHold: false) }
        case .tryAcquire(let place, let result):
            let (location, holder) = lock(place, node.range)
            let (taken, end) = (compiler.assembler.newLabel(), compiler.assembler.newLabel())
            compiler.assembler.branch(.branchNonZero, a: holder, to: taken)
            setHolder(location, own)
            noteNesting(location)
            compiler.set(result, .constant(1))
            compiler.assembler.branch(.jump, to: end)
            compiler.assembler.place(taken)
            compiler.set(result, .constant(0))
            compiler.assembler.place(end)
        case .release(let place): release(place, node.range, "\(name(place)) is released and not held")
        case .sleep(let channel, let place): sleep(channel, place, node.range)
        default: preconditionFailure("not a lock operation")
        }
    }

    private func take(_ place: Place, _ range: SourceRange, mayHold: Bool) {
        let (location, holder) = lock(place, range)
        let free = compiler.assembler.newLabel()
        compiler.assembler.branch(.branchZero, a: holder, to: free)
        if mayHold {
            let other = compiler.assembler.newLabel()
            compiler.assembler.branch(.branchNotEqualImmediate, a: holder, imm: own, to: other)
            compiler.assembler.emit(.violate, target: site("\(name(place)) is acquired twice by its holder", range))
            compiler.assembler.place(other)
        }
        compiler.assembler.emit(.blockOnLock, a: holder)
        compiler.assembler.place(free)
        setHolder(location, own)
        noteNesting(location)
        touch(place)
    }

    private func noteNesting(_ location: Location) {
        guard LockNestings.arePossible(in: compiler.layout) else { return }
        compiler.assembler.emit(.nest, b: compiler.assembler.inRegister(location.address), imm: own)
    }

    private func release(_ place: Place, _ range: SourceRange, _ message: String) {
        let (location, holder) = lock(place, range)
        let fine = compiler.assembler.newLabel()
        compiler.assembler.branch(.branchEqualImmediate, a: holder, imm: own, to: fine)
        compiler.assembler.emit(.violate, target: site(message, range))
        compiler.assembler.place(fine)
        setHolder(location, 0)
        touch(place)
    }

    private func blockWhileAsleep() {
        guard let pid else { return }
        let channel = compiler.layout.processes[pid].channel
        let awake = compiler.assembler.newLabel()
        let register = compiler.assembler.register()
        compiler.assembler.load(Address(offset: channel.offset), bits: channel.bits, lower: 0, into: register)
        compiler.assembler.branch(.branchZero, a: register, to: awake)
        compiler.assembler.emit(.block)
        compiler.assembler.place(awake)
    }

    private func sleep(_ channel: ChannelPlace, _ place: Place?, _ range: SourceRange) {
        guard let pid else { return }
        if let place { release(place, range, "sleep without its lock \(name(place)) held") }
        let held = compiler.assembler.newLabel()
        let fine = compiler.assembler.newLabel()
        compiler.forEachLock { holder in
            compiler.assembler.branch(.branchEqualImmediate, a: holder, imm: own, to: held)
        }
        compiler.assembler.branch(.jump, to: fine)
        compiler.assembler.place(held)
        compiler.assembler.emit(.violate, target: site("sleep with another lock held", range))
        compiler.assembler.place(fine)
        let number = compiler.assembler.inRegister(channelNumber(channel))
        let field = compiler.layout.processes[pid].channel
        compiler.assembler.store(number, Address(offset: field.offset), bits: field.bits, lower: 0)
    }

    // MARK: Channels

    private func channelNumber(_ place: ChannelPlace) -> Operand {
        let channel = compiler.system.channels[place.channel]
        let counts = channel.dimensions.map { Int(compiler.types.count(of: $0) ?? 1) }
        let indices = zip(place.indices, counts).map { compiler.index($0, below: $1, $0.range) }
        let number = compiler.flatten(indices, counts)
        if case .constant(let value) = number { return .constant(value + Int64(channel.firstNumber)) }
        return compiler.emit(.add, number, .constant(Int64(channel.firstNumber)))
    }

    /// For each process that can sleep: loads its channel; the body compares and stores.
    private func forEachSleeper(_ body: (_ pid: Int, _ field: (offset: Int, bits: Int), _ channel: UInt16) -> Void) {
        for (pid, process) in compiler.layout.processes.enumerated() where process.channel.bits > 0 {
            let register = compiler.assembler.register()
            compiler.assembler.load(
                Address(offset: process.channel.offset), bits: process.channel.bits, lower: 0, into: register)
            body(pid, process.channel, register)
        }
    }

    private func clear(_ field: (offset: Int, bits: Int)) {
        let zero = compiler.assembler.constant(0)
        compiler.assembler.store(zero, Address(offset: field.offset), bits: field.bits, lower: 0)
    }

    func wake(_ node: Node) {
        switch node.operation {
        case .wakeup(let channel):
            let number = channelNumber(channel)
            forEachSleeper { _, field, current in
                let next = compiler.assembler.newLabel()
                branchUnlessEqual(current, number, to: next)
                clear(field)
                compiler.assembler.place(next)
            }
        case .wakeupProcess(let channel, let process):
            let number = channelNumber(channel)
            let target = compiler.compile(process)
            forEachSleeper { pid, field, current in
                guard isPossible(target, pid) else { return }
                let next = compiler.assembler.newLabel()
                branchUnlessEqual(current, number, to: next)
                clear(field)
                compiler.assembler.place(next)
            }
        case .wakeupOne(let channel): wakeOne(channelNumber(channel))
        case .resume(let process):
            let target = compiler.compile(process)
            forEachSleeper { pid, field, _ in
                guard isPossible(target, pid) else { return }
                let next = compiler.assembler.newLabel()
                if case .register(let register) = target {
                    compiler.assembler.branch(.branchNotEqualImmediate, a: register, imm: Int64(pid), to: next)
                }
                clear(field)
                compiler.assembler.place(next)
            }
        default: preconditionFailure("not a wakeup")
        }
    }

    private func isPossible(_ target: Operand, _ pid: Int) -> Bool {
        if case .constant(let value) = target { value == Int64(pid) } else { true }
    }

    private func branchUnlessEqual(_ register: UInt16, _ operand: Operand, to label: Int) {
        if case .constant(let value) = operand {
            compiler.assembler.branch(.branchNotEqualImmediate, a: register, imm: value, to: label)
        } else {
            compiler.assembler.branch(
                .branchNotEqual, a: register, b: compiler.assembler.inRegister(operand), to: label)
        }
    }

    private func wakeOne(_ number: Operand) {
        let count = compiler.assembler.register()
        compiler.assembler.emit(.constant, a: count, imm: 0)
        forEachSleeper { _, _, current in
            let next = compiler.assembler.newLabel()
            branchUnlessEqual(current, number, to: next)
            compiler.assembler.emit(.addImmediate, a: count, b: count, imm: 1)
            compiler.assembler.place(next)
        }
        let end = compiler.assembler.newLabel()
        compiler.assembler.branch(.branchZero, a: count, to: end)
        let choice = compiler.assembler.register()
        compiler.assembler.emit(.choose, a: choice, b: count)
        forEachSleeper { _, field, current in
            let next = compiler.assembler.newLabel()
            let other = compiler.assembler.newLabel()
            branchUnlessEqual(current, number, to: next)
            compiler.assembler.branch(.branchNonZero, a: choice, to: other)
            clear(field)
            compiler.assembler.branch(.jump, to: end)
            compiler.assembler.place(other)
            compiler.assembler.emit(.addImmediate, a: choice, b: choice, imm: -1)
            compiler.assembler.place(next)
        }
        compiler.assembler.place(end)
    }

    // MARK: Atomic words

    func atomicOperation(_ node: Node) {
        switch node.operation {
        case .atomicUpdate(let kind, let place, let operand, let result):
            let value = compiler.compile(operand)
            let location = compiler.locate(place, node.range, isStore: true)
            let old = copy(compiler.value(at: location), operand.type)
            compiler.set(result, old)
            compiler.write(updated(kind, old, value, place.type), at: location)
            compiler.finishStore()
            touch(place)
        case .compareAndSwap(let place, let expected, let new, let result):
            let (wanted, value) = (compiler.compile(expected), compiler.compile(new))
            let location = compiler.locate(place, node.range, isStore: true)
            let current = compiler.value(at: location)
            let (fails, end) = (compiler.assembler.newLabel(), compiler.assembler.newLabel())
            let isEqual: Operand
            if case .memory(let one) = current, case .memory(let two) = wanted {
                let register = compiler.assembler.register()
                let (b, c) = (compiler.assembler.inRegister(one), compiler.assembler.inRegister(two))
                compiler.assembler.emit(.equalWords, a: register, b: b, c: c, imm: Int64(location.shape.wordCount))
                isEqual = .register(register)
            } else {
                isEqual = compiler.emit(.equal, current, wanted)
            }
            compiler.assembler.branch(.branchZero, a: compiler.assembler.inRegister(isEqual), to: fails)
            let pending = compiler.rebuilds
            compiler.write(value, at: location)
            compiler.finishStore()
            compiler.rebuilds = pending
            touch(place)
            compiler.set(result, .constant(1))
            compiler.assembler.branch(.jump, to: end)
            compiler.assembler.place(fails)
            compiler.set(result, .constant(0))
            compiler.assembler.place(end)
            compiler.rebuilds = []
        default: preconditionFailure("not an atomic operation")
        }
    }

    private func copy(_ operand: Operand, _ type: Type) -> Operand {
        if case .memory = operand { return operand }
        let register = compiler.assembler.register()
        compiler.move(operand, to: register)
        return .register(register)
    }

    private func updated(_ kind: AtomicOperation, _ old: Operand, _ operand: Operand, _ type: Type) -> Operand {
        guard kind != .swap, let integer = type.integer else { return operand }
        let result: Operand
        switch kind {
        case .swap: return operand
        case .add: result = compiler.emit(.add, old, operand)
        case .and: result = compiler.emit(.and, old, operand)
        case .or: result = compiler.emit(.or, old, operand)
        case .xor: result = compiler.emit(.xor, old, operand)
        case .min, .max:
            let isUnsigned = integer.isUnsigned && integer.kind.bits == 64
            let register = compiler.assembler.register()
            compiler.move(old, to: register)
            let keep = compiler.assembler.newLabel()
            let isLess = compiler.emit(
                isUnsigned ? .lessUnsigned : .less, kind == .min ? old : operand, kind == .min ? operand : old)
            compiler.assembler.branch(.branchNonZero, a: compiler.assembler.inRegister(isLess), to: keep)
            compiler.move(operand, to: register)
            compiler.assembler.place(keep)
            return .register(register)
        }
        if case .register(let register) = result { compiler.wrap(register, to: integer.kind) }
        return result
    }

    func checkReleased(_ places: [Place], _ function: String, _ range: SourceRange) {
        for place in places {
            let (_, holder) = lock(place, range)
            let fine = compiler.assembler.newLabel()
            compiler.assembler.branch(.branchNotEqualImmediate, a: holder, imm: own, to: fine)
            compiler.assembler.emit(.violate, target: site("\(function) returns with \(name(place)) held", range))
            compiler.assembler.place(fine)
        }
    }
}
