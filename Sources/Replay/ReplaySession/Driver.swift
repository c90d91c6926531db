// Drives guest processes from stop to stop, one at a time, all others held.

import Emu
import Model

/// Drives processes on a machine.
final class Driver {
    let control: HartControl
    private let view: any ProcessView
    /// Processes under control, by pid.
    var driven: [Int: Driven] = [:]
    /// Whether a hart without work waits for an interrupt: otherwise its scheduler looks for work for ever.
    private let schedulersWait: Bool
    /// The hart that holds each lock that was taken since the replay began.
    private var holders: [UInt64: Int] = [:]
    /// Physical memory whose stores are noted.
    var noted: [Watch] = []
    /// Where stores to noted memory happened.
    private(set) var stores: [KernelPlace] = []
    /// The lock for which a process waited last in vain, and who held it and stood before a step.
    var conflict: LockConflict?
    /// An element that there is not, whose access by a process is what the model ends with.
    var beyond: BeyondElement?

    /// The function that is to fail when a hart calls it next, as the model has chosen.
    var failing: (failure: FailureBinding, hart: Int)?

    /// What each hart has in `mie` while interrupts are steps of the model; empty while they are none.
    var heldInterrupts: [Int: UInt64] = [:]

    /// What one step may take.
    static let stepLimit: UInt64 = 40_000_000
    /// After so many instructions without an event the other harts may answer interrupts.
    static let patience: UInt64 = 50_000

    init(_ control: HartControl, _ view: any ProcessView) {
        self.control = control
        self.view = view
        let memory = MachineMemory(control.machine)
        schedulersWait = control.machine.harts.contains { hart in
            hart[.waiting] != 0 && view.current(hart: hart.id, memory) == nil
        }
    }

    var machine: Machine { control.machine }
    var memory: MachineMemory { MachineMemory(machine) }

    func clearStores() { stores = [] }

    /// The model process that runs on a hart.
    func pid(onHart hart: Int) -> Int? { driven.values.first { $0.hart == hart }?.pid }

    // MARK: Places

    /// The place of an instruction.
    func place(_ address: UInt64) -> KernelPlace {
        let function = control.places.function(at: address) ?? ""
        // The last two parts of the path: the file is known by them, wherever it was compiled.
        let path = machine.symbols.line(of: address) ?? ""
        let line = path.split(separator: "/").suffix(2).joined(separator: "/")
        return KernelPlace(address: address, function: function, line: line, path: path)
    }

    /// Where a hart is; at the entry of a primitive, where it was called.
    func place(ofHart hart: Int) -> KernelPlace {
        let pc = machine.harts[hart].pc
        guard control.places.entries[pc] != nil else { return place(pc) }
        // The call, not the instruction after it: two bytes before are within it, whatever its length.
        return place(machine.harts[hart][x: 1] &- 2)
    }

    /// The place where a process is held; nil for one that is on no hart.
    func place(of driven: Driven) -> KernelPlace? {
        guard let hart = driven.hart, machine.harts[hart].privilege == .supervisor else { return nil }
        return place(ofHart: hart)
    }

    // MARK: Running a process to a stop

    /// Runs a process until it is at a stop.
    func run(_ driven: Driven, to target: StopPoint) -> DriveOutcome { run(driven, toFirstOf: [target]).outcome }

    /// Runs a process until it is at one of several stops.
    ///
    /// - Returns: how that ended, and at which of them it is; the first one where they are the same.
    func run(_ driven: Driven, toFirstOf targets: [StopPoint]) -> (outcome: DriveOutcome, index: Int) {
        guard let hart = driven.hart else {
            return (.strayed(ReplayFinding("\(name(driven)) is on no hart")), 0)
        }
        let limit = control.instructionCount + Self.stepLimit
        var inPrimitive: UInt64?
        var watches = noted
        var addresses: Set<UInt64> = []
        for target in targets {
            if case .access(let watch) = target { watches.append(watch) }
            if case .address(let wanted) = target { addresses.formUnion(wanted) }
        }
        if let beyond { watches.append(Watch(beyond.range, onLoad: true, onStore: true)) }
        while control.instructionCount < limit {
            var stops = addresses
            if let inPrimitive { stops = [inPrimitive] }
            if let failing, failing.hart == hart { stops.insert(failing.failure.entry) }
            let event = control.run(hart: hart, limit: Self.patience, addresses: stops, watches: watches)
            switch event {
            case .call(.panic, argument: let text): return (.panicked(panic(hart, text)), 0)
            case .ended(let outcome):
                return (
                    .panicked(ReplayFinding("the kernel ended the machine: \(outcome)", place: place(ofHart: hart))), 0
                )
            case .reached(let address):
                if fail(at: address, hart) { continue }
                if address != inPrimitive { return (.reached, targets.firstIndex { $0.has(address) } ?? 0) }
                inPrimitive = nil
            case .access(let access):
                note(access, hart)
                if let beyond, beyond.isTouched(by: access) { return (.beyond(finding(beyond, access, hart)), 0) }
                if inPrimitive == nil, let index = targets.firstIndex(where: { $0.isTouched(by: access) }) {
                    return (.reached, index)
                }
            case .user:
                if targets.contains(.user) { return (.reached, 0) }
                if driven.isNative { continue }
                return (
                    .returned(
                        ReplayFinding("the system call of \(name(driven)) has returned", place: place(ofHart: hart))), 0
                )
            case .call(let primitive, let argument):
                if inPrimitive == nil, let index = targets.firstIndex(where: { $0.isCall(primitive, argument) }) {
                    return (.reached, index)
                }
                if let outcome = pass(driven, hart, primitive, argument, targets, &inPrimitive) { return (outcome, 0) }
            case .trapped, .waiting, .limit: answerInterrupts(except: hart)
            }
        }
        return (.strayed(neverGetsThere(driven, hart)), 0)
    }

    private func neverGetsThere(_ driven: Driven, _ hart: Int) -> ReplayFinding {
        ReplayFinding(
            "\(name(driven)) does not get there within \(Self.stepLimit) instructions: either it goes round in a loop, or the "
                + "kernel does not come by the place that the step is bound to", place: place(ofHart: hart))
    }

    /// Goes past the entry of a primitive that is no stop; an outcome when that ends the run.
    private func pass(
        _ driven: Driven, _ hart: Int, _ primitive: KernelPlaces.Primitive, _ argument: UInt64, _ targets: [StopPoint],
        _ inPrimitive: inout UInt64?
    ) -> DriveOutcome? {
        switch primitive {
        case .acquire:
            // Where it is stopped within `acquire`, it has not taken the lock yet.
            if targets.contains(where: { control.places.isInAcquire($0) }) {
                driven.wanted = argument
                break
            }
            if let finding = free(argument, for: hart) { return .strayed(finding) }
            holders[argument] = hart
        case .release: holders[argument] = nil
        case .wakeup: if inPrimitive == nil { inPrimitive = machine.harts[hart][x: 1] }
        case .sleep:
            guard !targets.contains(.asleep) else { break }
            return .strayed(
                ReplayFinding("\(name(driven)) sleeps in the kernel", place: place(ofHart: hart)))
        case .swtch:
            leave(driven, hart)
            // Who ends never comes back to user mode.
            if targets.contains(.asleep) || targets.contains(.user) { return .reached }
            return .strayed(ReplayFinding("\(name(driven)) gives its hart away", place: place(ofHart: hart)))
        case .panic: break
        }
        return nil
    }

    private func panic(_ hart: Int, _ text: UInt64) -> ReplayFinding {
        var words = memory.text(text) ?? "without words"
        if let detail = memory.text(machine.harts[hart][x: 11]), detail.utf8.allSatisfy({ $0 >= 32 && $0 < 127 }) {
            words += ": \(detail)"
        }
        return ReplayFinding("the kernel panics: \(words)", place: place(ofHart: hart))
    }

    func note(_ access: AccessAhead, _ hart: Int) {
        guard access.isStore, noted.contains(where: { access.isWatched(by: $0) }) else { return }
        let place = place(machine.harts[hart].pc)
        if stores.last != place { stores.append(place) }
    }

    func finding(_ beyond: BeyondElement, _ access: AccessAhead, _ hart: Int) -> ReplayFinding {
        ReplayFinding(
            "the kernel \(access.isStore ? "writes" : "reads") \(beyond.expression), which there is not: "
                + beyond.message,
            datum: beyond.datum, expression: beyond.expression, address: beyond.address, place: place(ofHart: hart))
    }

    func name(_ driven: Driven) -> String { "process \(driven.process.number)" }

    /// Makes a process issue a system call.
    func issue(_ driven: Driven, number: UInt64, _ words: [UInt64]) {
        guard let hart = driven.hart else { preconditionFailure("a process in user mode is on a hart") }
        control.issue(hart: hart, number: number, arguments: words)
    }

    /// A process is about to leave its stop: if that is the entry of a lock function, it takes or gives the lock now.
    func begin(_ driven: Driven) {
        guard let hart = driven.hart else { return }
        switch driven.position {
        case .stopped(.call(.acquire, argument: _)): holders[machine.harts[hart][x: 10]] = hart
        case .stopped(.call(.release, argument: _)): holders[machine.harts[hart][x: 10]] = nil
        case .stopped(let stop) where control.places.isInAcquire(stop): holders[driven.wanted] = hart
        default: break
        }
        driven.position = .between
    }

    /// A process is back in user mode: its next system call is made as if from where its first one was.
    func rest(_ driven: Driven) {
        guard let hart = driven.hart else { return }
        driven.root = (machine.harts[hart][.satp] & (1 << 44 - 1)) << 12
        guard !driven.isNative else { return }
        machine.harts[hart].pc = driven.userAddress
        machine.harts[hart][x: 2] = driven.stack
    }

    /// A process executes one instruction of its program, in user mode, through the translations of its hart.
    ///
    /// - Parameters:
    ///   - instruction: its address: one that uses a0 as an address, and a1 as what is stored.
    ///   - address: for a0.
    ///   - value: for a1.
    /// - Returns: a0 after it; nil when it traps, or an interrupt comes first.
    func execute(_ driven: Driven, instruction: UInt64, address: UInt64, value: UInt64) -> UInt64? {
        guard let number = driven.hart else { return nil }
        let hart = machine.harts[number]
        let saved = (hart.pc, hart[x: 10], hart[x: 11])
        hart.pc = instruction
        hart[x: 10] = address
        hart[x: 11] = value
        control.step(hart: number)
        guard hart.privilege == .user, hart.pc == instruction &+ 4 else { return nil }
        let result = hart[x: 10]
        (hart.pc, hart[x: 10], hart[x: 11]) = saved
        return result
    }

    // MARK: Locks

    /// Lets the holder of a lock run until it frees it, where that is no process before its step.
    ///
    /// - Returns: why that cannot be.
    func free(_ lock: UInt64, for waiting: Int) -> ReplayFinding? {
        guard memory.loadKernel(lock, size: 4) ?? 0 != 0 else { return nil }
        let text = machine.symbols.name(of: lock) ?? "0x" + String(lock, radix: 16)
        func stuck(_ why: String) -> ReplayFinding {
            ReplayFinding(
                "the kernel waits for the lock \(text), \(why); the model does not", place: place(ofHart: waiting))
        }
        // Who waits for a lock of its own goes on: what the kernel makes of it is the kernel's business.
        if holders[lock] == waiting { return nil }
        guard let holder = holders[lock] else { return stuck("which nobody known holds") }
        if let other = driven.values.first(where: { $0.hart == holder }), case .stopped = other.position {
            conflict = LockConflict(lock: lock, holder: other.pid)
            return stuck("held by \(name(other)), which stands before its step")
        }
        let limit = control.instructionCount + Self.stepLimit
        while control.instructionCount < limit {
            switch control.run(hart: holder, limit: Self.patience) {
            case .call(.release, argument: lock):
                holders[lock] = nil
                let after = machine.harts[holder][x: 1]
                while control.instructionCount < limit {
                    if case .reached(after) = control.run(hart: holder, limit: Self.patience, addresses: [after]) {
                        return nil
                    }
                }
            case .call(.release, let other): holders[other] = nil
            case .call(.acquire, let other): holders[other] = holder
            case .call, .reached, .access, .limit: continue
            case .user, .trapped, .waiting, .ended: return stuck("whose holder does not free it")
            }
        }
        if let other = pid(onHart: holder) { conflict = LockConflict(lock: lock, holder: other) }
        return stuck("whose holder does not free it")
    }

    /// Runs a process that the model blocks for good until it goes round in a loop.
    ///
    /// - Returns: whether it does, rather than come back to user mode or go to sleep.
    func blocks(_ driven: Driven) -> Bool {
        guard let hart = driven.hart else { return true }
        var inPrimitive: UInt64?
        var quiet = 0
        while quiet < 4 {
            switch control.run(hart: hart, limit: Self.patience, watches: noted) {
            case .limit, .waiting: quiet += 1
            case .access(let access): note(access, hart)
            case .call(let primitive, let argument):
                quiet = 0
                if pass(driven, hart, primitive, argument, [], &inPrimitive) != nil { return false }
                inPrimitive = nil
            case .reached, .user, .trapped, .ended: return false
            }
        }
        return true
    }

    /// Whether a process that is released at a lock stays there.
    func spins(_ driven: Driven) -> Bool {
        guard let hart = driven.hart else { return true }
        let limit = control.instructionCount + Self.patience * 4
        while control.instructionCount < limit {
            switch control.run(hart: hart, limit: Self.patience) {
            case .limit, .waiting: continue
            case .call(.panic, argument: _), .call, .reached, .access, .user, .trapped, .ended: return false
            }
        }
        return true
    }

    // MARK: Schedulers

    /// A process has given its hart away: the scheduler goes on until it has nothing to do.
    private func leave(_ driven: Driven, _ hart: Int) {
        driven.hart = nil
        driven.position = .asleep
        settle(hart)
    }

    /// Runs a hart that is in its scheduler until it waits, or has found nothing to run, or has put a process under control on
    /// its hart.
    ///
    /// - Returns: that process.
    @discardableResult
    private func settle(_ hart: Int) -> Driven? {
        let limit = control.instructionCount + Self.stepLimit
        // A scheduler that does not wait goes over its table again and again.
        var seen: Set<UInt64> = []
        // Where it stands is no event: it may be at the entry of `acquire`.
        let start = machine.harts[hart]
        if !schedulersWait, start.privilege == .supervisor, control.places.entries[start.pc] == .acquire {
            _ = free(start[x: 10], for: hart)
            holders[start[x: 10]] = hart
            seen.insert(start[x: 10])
        }
        while control.instructionCount < limit {
            switch control.run(hart: hart, limit: Self.patience) {
            case .call(.acquire, let lock):
                if !schedulersWait, view.current(hart: hart, memory) == nil, !seen.insert(lock).inserted { return nil }
                _ = free(lock, for: hart)
                holders[lock] = hart
            case .call(.release, let lock): holders[lock] = nil
            case .call(.swtch, _):
                seen = []
                guard let process = view.current(hart: hart, memory) else { continue }
                if let next = driven.values.first(where: {
                    $0.process.address == process.address && $0.position != .finished
                }), next.hart == nil {
                    next.hart = hart
                    return next
                }
            case .waiting: if view.current(hart: hart, memory) == nil { return nil }
            case .call, .reached, .access, .user, .trapped, .limit: continue
            case .ended: return nil
            }
        }
        return nil
    }

    /// Puts a process that is on no hart on one that is in its scheduler.
    ///
    /// - Returns: whether the kernel was ready to run it.
    func schedule(_ wanted: Driven) -> Bool {
        for hart in machine.harts.indices where wanted.hart == nil && view.current(hart: hart, memory) == nil {
            control.wake(hart: hart)
            settle(hart)
        }
        return wanted.hart != nil
    }

    /// The process that the kernel runs on a hart.
    func current(hart: Int) -> GuestProcess? { view.current(hart: hart, memory) }

    /// A hart without a process goes on until it has nothing to do.
    func settleIdle(_ hart: Int) { settle(hart) }

    func took(_ lock: UInt64, _ hart: Int) { holders[lock] = hart }

    func gave(_ lock: UInt64) { holders[lock] = nil }
}
