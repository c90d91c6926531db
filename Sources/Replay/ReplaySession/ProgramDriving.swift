// A process that runs its own program: from stop to stop in user mode, and what it does there.

import Checker
import Emu
import Model

extension ReplaySession {
    /// Where a process that runs its own program is stopped before its next step, when that is in no call of the kernel.
    ///
    /// A datum that nothing protects is the program's own to touch: there it is stopped in user mode. What the kernel touches on
    /// the way, as the flag that tells a process to end, stops it wherever it is.
    private func programStop(_ driven: Driven, in state: SystemState) -> StopPoint? {
        if let addresses = stops.programAddresses(ofProcess: driven.pid, in: state) {
            return .programAddress(addresses)
        }
        guard let stop = stops.stop(ofProcess: driven.pid, in: state, { self.visiblePlace(of: $0) }) else { return nil }
        guard case .access(let watch) = stop,
            let touch = ReferenceStepper(checked.system).nextTouch(ofProcess: driven.pid, in: state),
            touch.accesses.contains(where: { isUnprotected($0) })
        else { return stop }
        let isExchange =
            switch checked.system.kind(of: driven.pid).process.code.nodes[touch.node].operation {
            case .atomicUpdate, .compareAndSwap: true
            default: false
            }
        return .programAccess(watch, isExchange: isExchange)
    }

    /// Brings it to where its next step begins.
    func approachInProgram(_ driven: Driven, in state: SystemState) -> DriveOutcome {
        guard let stop = programStop(driven, in: state) else {
            driven.position = .between
            return .reached
        }
        let outcome = go(driven, to: stop)
        if case .reached = outcome { driven.position = .stopped(stop) }
        return outcome
    }

    private func go(_ driven: Driven, to stop: StopPoint) -> DriveOutcome {
        switch stop {
        case .programAccess(let watch, let isExchange):
            driver.runProgram(driven, to: .access(watch, isExchange: isExchange), calls: boundCalls)
        case .programAddress(let addresses): driver.runProgram(driven, to: .address(addresses), calls: boundCalls)
        case .call, .access, .address, .asleep, .user: driver.run(driven, to: stop)
        }
    }

    /// Numbers of the system calls that the block binds.
    var boundCalls: Set<UInt64> { Set(kernel.bindings.functions.compactMap { $0.systemCall?.number }) }

    /// Lets it do a step that begins in no call of the kernel; nil where it stands nowhere in particular.
    func performInProgram(_ driven: Driven, _ index: Int) -> DriveOutcome? {
        let step = run.steps[index]
        if let violation = step.violation, violation.kind.isFatal {
            guard violation.kind == .trap else { return .reached }
            return driver.runProgram(driven, to: .death, calls: boundCalls)
        }
        if step.name.hasSuffix(".killed"), let hart = driven.hart, driver.machine.harts[hart].privilege == .user {
            // It finds out at its next interrupt.
            driver.control.fireTimer(hart: hart)
            return goOn(driven, index, from: .user)
        }
        guard case .stopped(let stop) = driven.position else { return nil }
        return goOn(driven, index, from: stop)
    }

    /// From the stop that it stands at to where it can be left until its next step: into a call of the kernel, to its next touch in
    /// user mode, or past the instruction that it stands before.
    private func goOn(_ driven: Driven, _ index: Int, from stop: StopPoint) -> DriveOutcome {
        let step = run.steps[index]
        driver.begin(driven)
        driven.position = .user
        // Who is at its end, or about to be told something, makes no call that the model knows of.
        guard driven.input == nil, case .point(let point) = step.state.processes[driven.pid].position,
            case let node = checked.system.kind(of: driven.pid).process.points[point].node, !isEnd(node, driven)
        else {
            defer { driven.position = .user }
            return driver.runProgram(driven, to: .rest, calls: boundCalls)
        }
        if calls.entered(at: node, of: driven.pid) != nil { return enter(driven, index + 1) }
        if let next = programStop(driven, in: step.state), next.isOfProgram {
            let outcome = go(driven, to: next)
            if case .reached = outcome { driven.position = .stopped(next) }
            return outcome
        }
        switch stop {
        case .programAccess, .access: if let hart = driven.hart { driver.control.step(hart: hart) }
        case .programAddress, .call, .address, .asleep, .user: break
        }
        return .reached
    }

    private func isEnd(_ node: NodeID, _ driven: Driven) -> Bool {
        switch checked.system.kind(of: driven.pid).process.code.nodes[node].operation {
        case .finish, .end: true
        default: false
        }
    }

    // MARK: The console

    /// What is typed for a choice of a step, as a `console` line says.
    func typed(in step: TracedStep) -> String? {
        guard case .process(let pid) = step.actor else { return nil }
        let code = checked.system.kind(of: pid).process.code
        var text: String?
        for microStep in step.microSteps {
            guard case .choose(let local, _, _, _) = code.nodes[microStep.node].operation,
                let value = step.state.processes[pid].locals[local]
            else { continue }
            let type = code.locals[local].type
            let line = kernel.bindings.consoles.first { $0.choice.matches(value, type, checked.system.types) }
            guard let line else { continue }
            text = line.text
            driver.driven[pid]?.comparedLocals.insert(local)
        }
        return text
    }

    /// A program that waits for input, or will do so before it does anything that the model knows of, gets it.
    func typeInput(_ driven: Driven) -> DriveOutcome {
        if driven.hart != nil {
            let outcome = driver.runProgram(driven, to: .rest, calls: boundCalls)
            guard case .reached = outcome else { return outcome }
        }
        driven.position = .user
        driver.machine.send(Array(((driven.input ?? "") + "\n").utf8))
        driven.input = nil
        driver.answerInterrupts(except: nil)
        guard driver.schedule(driven) else {
            return .strayed(ReplayFinding("\(driven.process.program) does not wait for what is typed"))
        }
        return .reached
    }

    /// Nothing holds a process that runs its own program at the end: it goes on until it sleeps, or for good.
    func letProgramsRun() {
        for driven in driver.driven.values where driven.isNative && driven.hart != nil {
            if case .user = driven.position, case .reached = driver.run(driven, to: .asleep) { continue }
        }
    }
}

extension StopPoint {
    /// Whether it is in user mode.
    var isOfProgram: Bool {
        switch self {
        case .programAccess, .programAddress: true
        case .call, .access, .address, .asleep, .user: false
        }
    }
}

/// Where a program is run to.
enum ProgramStop {
    /// Before its next access to physical memory: an exchange, or a plain load or store.
    case access(Watch, isExchange: Bool)
    /// At one of these addresses.
    case address(Set<UInt64>)
    /// To an exception of which it dies.
    case death
    /// To where it sleeps in a system call that the model knows nothing of, or has ended.
    case rest
}

extension Driver {
    /// Runs a process in user mode. System calls that the model knows nothing of are made on the way; others end the run.
    ///
    /// - Parameter calls: the numbers of those that the model knows.
    func runProgram(_ driven: Driven, to stop: ProgramStop, calls: Set<UInt64>) -> DriveOutcome {
        let limit = control.instructionCount + Self.stepLimit
        var watches = noted
        var addresses: Set<UInt64> = []
        if case .access(let watch, _) = stop { watches.append(watch) }
        if case .address(let wanted) = stop { addresses = wanted }
        if let beyond { watches.append(Watch(beyond.range, onLoad: true, onStore: true)) }
        while control.instructionCount < limit {
            guard let number = driven.hart else {
                if case .rest = stop { return .reached }
                return .strayed(ReplayFinding("\(name(driven)) sleeps in a system call"))
            }
            let hart = machine.harts[number]
            if hart.privilege != .user {
                let outcome = run(driven, toFirstOf: [.user, .asleep]).outcome
                guard case .reached = outcome else { return outcome }
                continue
            }
            switch control.run(hart: number, limit: Self.patience, watches: watches, program: addresses) {
            case .reached: return .reached
            case .access(let access):
                note(access, number)
                if let beyond, beyond.isTouched(by: access) { return .beyond(finding(beyond, access, number)) }
                guard case .access(let watch, let isExchange) = stop, access.isWatched(by: watch) else { continue }
                if (access.isLoad && access.isStore) == isExchange { return .reached }
                return .strayed(
                    ReplayFinding(
                        "\(driven.process.program) \(isExchange ? "does not exchange" : "exchanges") the word in one instruction"
                    ))
            case .trapped(let cause) where cause == Self.callCause:
                guard calls.contains(hart[x: 17]) else { continue }
                return .strayed(
                    ReplayFinding("\(driven.process.program) makes system call \(hart[x: 17]) before it gets there"))
            case .trapped(let cause) where cause >> 63 == 0: return .died(death(driven, hart, cause))
            case .trapped, .call, .user, .waiting, .limit: continue
            case .ended(let outcome): return .panicked(ReplayFinding("the kernel ended the machine: \(outcome)"))
            }
        }
        return .strayed(
            ReplayFinding("\(driven.process.program) does not get there within \(Self.stepLimit) instructions"))
    }

    private static let callCause: UInt64 = 8

    private func death(_ driven: Driven, _ hart: Hart, _ cause: UInt64) -> ReplayFinding {
        let what =
            switch cause {
            case 2: "an illegal instruction"
            case 3: "a breakpoint"
            case 12: "a fetch from 0x\(String(hart[.stval], radix: 16))"
            case 13: "a load from 0x\(String(hart[.stval], radix: 16))"
            case 15: "a store to 0x\(String(hart[.stval], radix: 16))"
            default: "exception \(cause)"
            }
        return ReplayFinding(
            "\(driven.process.program) dies of \(what) at 0x\(String(hart[.sepc], radix: 16)) of its program")
    }
}
