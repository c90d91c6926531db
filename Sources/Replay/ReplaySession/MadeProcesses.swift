// After a system call: what it returned is compared, and the processes that it made are taken over.

import Checker
import Emu
import Model

extension ReplaySession {
    /// The model processes that a step has started within a call of the kernel.
    func made(by step: TracedStep, from before: SystemState) -> [Int] {
        guard calls.isMadeByKernel(step) else { return [] }
        return step.state.processes.indices.filter {
            !before.processes[$0].isThere && step.state.processes[$0].isThere
        }
    }

    /// The processes that a call makes get the slots that the kernel gives out now, the first free one first: others have come
    /// free since the last time.
    func reserveSlots(_ driven: Driven, _ call: Int, from index: Int) {
        for step in run.steps.indices[index...] where run.steps[step].actor == .process(pid: driven.pid) {
            let made = made(by: run.steps[step], from: run.state(before: step))
            if !made.isEmpty {
                for (pid, slot) in zip(made, kernel.freeSlots(driver.memory)) {
                    likeness.partners.reserve(pid, slot: slot)
                }
                return
            }
            if calls.leaves(call, run.steps[step].microSteps, of: driven.pid) { return }
        }
    }

    /// A process that a step starts outside of every call of the kernel, and that has ended before, is made again by a `fork` of who
    /// starts it.
    func startAgain(_ driven: Driven, _ step: TracedStep, from before: SystemState) -> DriveOutcome {
        if calls.isMadeByKernel(step) { return .reached }
        let started = step.state.processes.indices.filter {
            !before.processes[$0].isThere && step.state.processes[$0].isThere
        }
        for pid in started where driver.driven[pid].map({ $0.position == .finished && $0.hart == nil }) ?? false {
            guard let number = calls.binding(ofSystemCall: "fork")?.systemCall?.number else {
                return .strayed(
                    ReplayFinding("\(checked.system.types.pidNames[pid]) starts again, and no line binds `fork`"))
            }
            if let slot = kernel.freeSlots(driver.memory).first { likeness.partners.reserve(pid, slot: slot) }
            driver.issue(driven, number: number, [])
            let outcome = driver.run(driven, to: .user)
            guard case .reached = outcome, let hart = driven.hart else { return outcome }
            let child = Int64(bitPattern: driver.machine.harts[hart][x: 10])
            driver.rest(driven)
            do throws(ReplayError) { try takeOver(pid, number: child, from: driven) } catch {
                return .strayed(ReplayFinding(error.description))
            }
        }
        return .reached
    }

    /// A process that ends makes the system call `exit`, where somebody waits for it by a system call; a program makes it by itself.
    func end(_ driven: Driven) -> DriveOutcome {
        guard driven.hart != nil, calls.binding(ofSystemCall: "wait") != nil,
            calls.binding(ofSystemCall: "exit") == nil
        else { return .reached }
        defer { driven.position = .finished }
        if driven.isNative { return driver.runProgram(driven, to: .rest, calls: boundCalls) }
        guard let number = kernel.bindings.exitNumber else { return .reached }
        driver.issue(driven, number: number, [0])
        return driver.run(driven, to: .user)
    }

    /// A system call is over, in the model too: compares what it returned, and takes over whom it made.
    func answer(_ driven: Driven, _ call: Int, _ step: TracedStep) -> DriveOutcome {
        guard let returned = driven.returned, driven.hart != nil else { return .reached }
        let function = calls.function(of: call, pid: driven.pid)
        let types = checked.system.types
        for binding in kernel.bindings.values where binding.function == function {
            let seen: Int128
            do throws(BindingError) { seen = try value(binding, returned) } catch {
                return .strayed(ReplayFinding(error.description))
            }
            if let parameter = binding.parameter {
                let known = calls.parameters(of: call, pid: driven.pid, in: step.state)
                guard let argument = known.first(where: { $0.name == parameter }) else { continue }
                if case .member(let ordinal)? = argument.value,
                    let pid = likeness.partners.pid(ordinal, of: argument.type), !driven.made.contains(pid)
                {
                    driven.made.append(pid)
                }
                continue
            }
            guard let local = calls.result(of: call, pid: driven.pid),
                let model = step.state.processes[driven.pid].locals[local]
            else { continue }
            let type = checked.system.kind(of: driven.pid).process.code.locals[local].type
            guard Self.isSame(model, type, seen) else {
                let text = types.describe(model, as: type)
                return .strayed(
                    ReplayFinding(
                        "\(function) returns \(text) in the model and \(seen) in the kernel", datum: function,
                        model: text, kernel: "\(seen)", expression: binding.expression.text, place: driver.stores.last))
            }
            driven.comparedLocals.insert(local)
        }
        defer { driven.made = [] }
        for pid in driven.made where driver.driven[pid].map({ $0.position == .finished }) ?? true {
            do throws(ReplayError) { try takeOver(pid, number: Int64(bitPattern: returned), from: driven) } catch {
                return .strayed(ReplayFinding(error.description))
            }
        }
        return .reached
    }

    /// What a `value` line gives for what a system call returned.
    func value(_ binding: ValueBinding, _ returned: UInt64) throws(BindingError) -> Int128 {
        Int128(try binding.expression.value(situation, index: Int64(bitPattern: returned)))
    }

    /// Whether a word of the kernel's is a value of the model: of integers the bits that their type has.
    static func isSame(_ model: Value, _ type: Type, _ seen: Int128) -> Bool {
        switch model {
        case .bool(let flag): flag == (seen != 0)
        case .integer(let number): UInt64(truncatingIfNeeded: number) == UInt64(truncatingIfNeeded: seen)
        case .member(let ordinal): Int128(ordinal) == seen
        default: false
        }
    }

    /// A process of the kernel's plays a model process from now on: it is brought to user mode, and executes the program that
    /// the block names.
    private func takeOver(_ pid: Int, number: Int64, from parent: Driven) throws(ReplayError) {
        let name = checked.system.types.pidNames[pid]
        guard let process = kernel.process(numbered: number, driver.memory), number > 0 else {
            throw ReplayError("\(name) starts in the model; the kernel returned \(number), which is no process")
        }
        let child = Driven(
            pid: pid, process: process, hart: nil, userAddress: parent.userAddress, root: parent.root,
            stack: parent.stack, isNative: kernel.program(ofProcess: pid).map { kernel.isNative($0) } ?? false)
        driver.driven[pid] = child
        let slot = kernel.slot(of: process)
        if let reserved = likeness.partners.slots[pid], reserved != slot {
            throw ReplayError("the kernel has made \(name) in slot \(slot ?? -1), the model in slot \(reserved)")
        }
        likeness.partners.set(pid, process, slot: slot)
        guard driver.schedule(child), case .reached = driver.run(child, to: .user) else {
            throw ReplayError("process \(number), which plays \(name), never came to user mode")
        }
        driver.rest(child)
        if child.isNative, let own = kernel.process(numbered: number, driver.memory) {
            driver.driven[pid] = child.playing(own, isNative: true)
            likeness.partners.set(pid, own, slot: slot)
        }
        guard let program = kernel.executed(byProcess: pid) else { return }
        guard let call = kernel.bindings.exec else {
            throw ReplayError("\(name) is to execute \(program), and the kernel's system call exec is not known")
        }
        try issueExec(child, call, program)
        guard case .reached = driver.run(child, to: .user), let hart = child.hart,
            Int64(bitPattern: driver.machine.harts[hart][x: 10]) >= 0
        else { throw ReplayError("process \(number), which plays \(name), could not execute \(program)") }
        child.userAddress = driver.machine.harts[hart].pc
        child.stack = driver.machine.harts[hart][x: 2]
        driver.rest(child)
        // A program that has no instructions to lend runs its own.
        guard kernel.knowsPrograms, userCode(program) == nil, let own = kernel.process(numbered: number, driver.memory)
        else { return }
        driver.driven[pid] = child.playing(own, isNative: true)
        likeness.partners.set(pid, own, slot: slot)
    }
}

extension ProcessState {
    /// Whether it has started and not ended.
    fileprivate var isThere: Bool {
        switch position {
        case .idle, .finished: false
        case .point: true
        }
    }
}
