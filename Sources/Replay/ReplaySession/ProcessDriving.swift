// Drives one process: to where its next step begins, through that step, and out of its system call.

import Checker
import Emu
import Model

extension ReplaySession {
    /// Brings a process to where its next step begins.
    func approach(_ driven: Driven, _ index: Int) -> DriveOutcome {
        let state = run.state(before: index)
        switch driven.position {
        case .stopped, .between, .finished: return .reached
        case .asleep:
            guard driver.schedule(driven) else {
                return .strayed(
                    ReplayFinding(
                        "process \(driven.process.number) sleeps in the kernel, and nobody has woken it; "
                            + "the model's process goes on"))
            }
            let target = StopPoint.call(.acquire, argument: sleepLock(driven, state))
            let outcome = driver.run(driven, to: target)
            if case .reached = outcome { driven.position = .stopped(target) }
            return outcome
        case .user: return enter(driven, index)
        }
    }

    /// The lock that a process takes when its sleep is over.
    private func sleepLock(_ driven: Driven, _ state: SystemState) -> UInt64? {
        guard let touch = ReferenceStepper(checked.system).nextTouch(ofProcess: driven.pid, in: state),
            let access = touch.accesses.first
        else { return nil }
        return place(of: access)?.kernelAddress
    }

    /// Makes the system call that leads to the process's next step, and goes there.
    func enter(_ driven: Driven, _ step: Int) -> DriveOutcome {
        let state = run.state(before: step)
        guard case .point(let index) = state.processes[driven.pid].position else { return .reached }
        if driven.input != nil {
            let outcome = typeInput(driven)
            guard case .reached = outcome else { return outcome }
        }
        let node = checked.system.kind(of: driven.pid).process.points[index].node
        guard let call = calls.entered(at: node, of: driven.pid) else {
            if driven.isNative { return approachInProgram(driven, in: state) }
            driven.position = .between
            return .reached
        }
        driven.call = call.activation
        driven.function = nil
        reserveSlots(driven, call.activation, from: step)
        if driven.isNative { return advance(driven, at: node, in: state, from: step) }
        let outcome = issue(call, driven, in: state)
        guard case .reached = outcome else { return outcome }
        return advance(driven, at: node, in: state, from: step)
    }

    /// Goes on inside a system call to the stop before the process's next step, or to that of a later one, when the kernel
    /// gets there first and has no code of its own for those before it.
    ///
    /// - Parameters:
    ///   - node: where its next step begins.
    ///   - state: the one in which it stands there.
    ///   - first: from which step of the run on its next one is looked for.
    private func advance(_ driven: Driven, at node: NodeID, in state: SystemState, from first: Int) -> DriveOutcome {
        if let inner = calls.innermost(at: node, of: driven.pid), inner.activation != driven.function {
            let entries = inner.binding.code?.entries ?? []
            if !entries.isEmpty, !calls.isCaller(inner.activation, of: driven.function, pid: driven.pid) {
                let outcome = enter(inner, driven, in: state)
                guard case .reached = outcome else { return outcome }
            }
            driven.function = inner.activation
        }
        let found = nextStops(driven, in: state, from: first)
        guard !found.isEmpty else {
            driven.position = .between
            return .reached
        }
        let (outcome, which) = driver.run(driven, toFirstOf: found.map(\.stop))
        if case .reached = outcome {
            driven.position = found[which].stop == .asleep ? .asleep : .stopped(found[which].stop)
            driven.skipped = found[which].skipped
        }
        return outcome
    }

    /// Where something lies that others can see: what is private to a process is no reason to stop it.
    func visiblePlace(of access: MicroStep.Access) -> BoundPlace? { isPrivate(access) ? nil : place(of: access) }

    /// Whether what is touched is private to a process.
    func isPrivate(_ access: MicroStep.Access) -> Bool {
        guard let variable = access.variable, case .isPrivate = checked.system.variables[variable].protection else {
            return false
        }
        return true
    }

    /// Lets a process do its step, up to where its next one begins.
    func perform(_ driven: Driven, _ index: Int) -> DriveOutcome {
        let step = run.steps[index]
        if driven.isNative, let text = typed(in: step) { driven.input = text }
        if driven.isNative, driven.call == nil, let outcome = performInProgram(driven, index) { return outcome }
        if case .stopped(.call(.acquire, argument: let lock?)) = driven.position, let hart = driven.hart,
            let finding = driver.free(lock, for: hart)
        {
            return .strayed(finding)
        }
        if case .stopped(let stop) = driven.position, driver.control.places.isInAcquire(stop), let hart = driven.hart,
            let finding = driver.free(driven.wanted, for: hart)
        {
            return .strayed(finding)
        }
        driver.begin(driven)
        if let failure = failure(in: step), let hart = driven.hart { driver.failing = (failure, hart) }
        let after = step.state.processes[driven.pid]
        let isOver = driven.call.map { calls.leaves($0, step.microSteps, of: driven.pid) } ?? true
        driven.made += made(by: step, from: run.state(before: index))
        guard step.violation == nil, !isOver, case .point(let point) = after.position,
            driven.call.map({ calls.isWithin($0, point, of: driven.pid) }) ?? true
        else {
            let outcome = leave(driven, step, from: run.state(before: index))
            guard case .reached = outcome else { return outcome }
            if after.position == .finished {
                let ended = end(driven)
                guard case .reached = ended else { return ended }
            } else if !driven.isNative, step.violation == nil {
                return startAgain(driven, step, from: run.state(before: index))
            }
            guard driven.isNative, driven.input == nil, step.violation == nil, driven.hart != nil,
                case .point(let point) = after.position,
                calls.entered(at: checked.system.kind(of: driven.pid).process.points[point].node, of: driven.pid) != nil
            else { return outcome }
            // What it does in its next call before the first stop there is of this step, too.
            return enter(driven, index + 1)
        }
        let node = checked.system.kind(of: driven.pid).process.points[point].node
        let outcome = advance(driven, at: node, in: step.state, from: index + 1)
        if driven.position == .between { open = (driven.pid, index + 1) }
        return outcome
    }

    /// Lets a process do a step that ends outside of the call that it is in: the rest of that call, user code, further calls.
    private func leave(_ driven: Driven, _ step: TracedStep, from before: SystemState) -> DriveOutcome {
        let after = step.state.processes[driven.pid]
        if let call = driven.call {
            let outcome = finishCall(driven, after)
            guard case .reached = outcome else { return outcome }
            let answered = answer(driven, call, step)
            guard case .reached = answered else { return answered }
        } else {
            let outcome = touchUserMemory(driven, step, from: before)
            guard case .reached = outcome, case .reached = finishCall(driven, after) else { return outcome }
        }
        if driven.isNative || driven.hart == nil { return .reached }
        for call in calls.whole(in: step, from: before, of: driven.pid) {
            driven.call = call.activation
            let outcome = issue(call, driven, in: step.state)
            guard case .reached = outcome else { return outcome }
            let finished = finishCall(driven, after)
            guard case .reached = finished else { return finished }
            let answered = answer(driven, call.activation, step)
            guard case .reached = answered else { return answered }
        }
        return .reached
    }

    /// Lets a process come back to user mode.
    func finishCall(_ driven: Driven, _ after: ProcessState) -> DriveOutcome {
        defer { if after.position == .finished { driven.position = .finished } }
        guard driven.call != nil else {
            driven.position = .user
            return .reached
        }
        let outcome = driver.run(driven, to: .user)
        guard case .reached = outcome else { return outcome }
        if let finding = notFailed(driven) { return .strayed(finding) }
        if driven.hart == nil {
            // It has ended in the kernel, too: nothing of it comes back.
            driven.call = nil
            driven.position = .finished
            return .reached
        }
        driven.call = nil
        driven.function = nil
        driven.position = .user
        driven.returned = driven.hart.map { driver.machine.harts[$0][x: 10] }
        driver.rest(driven)
        return .reached
    }
}

extension FunctionCode {
    /// Every place at which it is entered.
    var entries: Set<UInt64> { Set([entry].compactMap(\.self) + inlined.map(\.entry)) }
}
