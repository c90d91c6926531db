// A trace becomes a run of the machine: the same steps, in the same order, and the same state after each.

package import Checker
import Emu
package import Model

/// Replays one trace on one parked kernel.
package final class ReplaySession {
    let run: TracedRun
    let checked: SpecSystem
    let kernel: BoundKernel
    let calls: CallContext
    let stops: StopFinder
    let driver: Driver
    var likeness: Likeness
    private var rows: [ReplayedStep] = []
    let propertyName: String
    private let isWalk: Bool

    /// The process whose last step had no stop after it, and that step.
    private var open: (pid: Int, step: Int)?

    /// Prepares a replay.
    ///
    /// - Parameters:
    ///   - run: the trace, with all that its steps did.
    ///   - checked: the spec that it is of.
    ///   - kernel: the kernel block, resolved.
    ///   - control: a machine with the kernel, its processes parked.
    ///   - parked: the processes, each on its hart.
    ///   - property: the name of what the trace violates.
    ///   - isWalk: nothing is violated: every state is to be equal, and that is all.
    /// - Throws: `ReplayError` when a model process has nobody to play it.
    package init(
        run: TracedRun, checked: SpecSystem, kernel: BoundKernel, control: HartControl,
        parked: [(hart: Int, process: GuestProcess)], property: String, isWalk: Bool = false
    ) throws(ReplayError) {
        self.run = run
        self.checked = checked
        self.kernel = kernel
        propertyName = property
        self.isWalk = isWalk
        calls = CallContext(checked, kernel.bindings)
        stops = StopFinder(checked.system, kernel.bindings)
        driver = Driver(control, kernel)
        likeness = Likeness(checked.system.types, Partners(checked.system.types))
        try cast(parked)
        let driver = driver
        likeness.processOnHart = { driver.pid(onHart: $0) }
        likeness.numberPlaces = kernel.numberPlaces
        try setUp()
    }

    /// Where the last step began.
    var rowsLastPlace: KernelPlace? { rows.last?.place }

    // MARK: Who plays whom

    private func cast(_ parked: [(hart: Int, process: GuestProcess)]) throws(ReplayError) {
        var free = parked
        // Who is named comes first: others are played by whoever is left.
        let present = calls.presentPids(run)
        let programs = Set(parked.map(\.process.program))
        let isNamed = { [kernel] pid in kernel.program(ofProcess: pid).map { programs.contains($0) } ?? false }
        for pid in present.filter(isNamed) + present.filter({ !isNamed($0) }) {
            let program = kernel.program(ofProcess: pid)
            let own = free.firstIndex { $0.process.program == program }
            let any = free.firstIndex { candidate in
                !kernel.startedPrograms.contains(candidate.process.program)
            }
            guard let index = own ?? any else {
                throw ReplayError("\(checked.system.types.pidNames[pid]) has no process of the guest to play it")
            }
            let (hart, process) = free.remove(at: index)
            let registers = driver.machine.harts[hart]
            driver.driven[pid] = Driven(
                pid: pid, process: process, hart: hart, userAddress: registers.pc,
                root: (registers[.satp] & (1 << 44 - 1)) << 12, stack: registers[x: 2],
                isNative: kernel.startedPrograms.contains(process.program))
            likeness.partners.set(pid, process, slot: kernel.slot(of: process))
        }
        for hart in driver.machine.harts.indices { driver.control.silenceTimer(hart: hart) }
    }

    // MARK: The run

    /// Takes every step.
    ///
    /// - Parameter until: stops before the step of that number.
    package func replay(until: Int? = nil) -> ReplayResult {
        let begin = compare(after: 0, by: nil)
        if let finding = begin.finding { return result(.diverged(step: 0), finding) }
        for index in run.steps.indices {
            if let until, index + 1 >= until {
                return result(.notCompared, ReplayFinding("stopped before step \(until)", place: rowsLastPlace))
            }
            if let end = take(index) { return end }
        }
        if let end = finishOpen() { return end }
        if isWalk { return result(.agreed, nil) }
        return judge()
    }

    /// The last step had no stop after it: its process goes on to where it leaves the kernel, and then all is compared.
    private func finishOpen() -> ReplayResult? {
        guard let open, let driven = driver.driven[open.pid], driven.call != nil else { return nil }
        guard case .reached = driver.run(driven, to: .user) else {
            return result(.notCompared, ReplayFinding("the last step ends nowhere that the kernel can be stopped"))
        }
        return compare(after: run.steps.count, by: open.pid).finding.map {
            result(.diverged(step: run.steps.count), $0)
        }
    }

    /// Takes a step and compares; a result when that ends the replay.
    private func take(_ index: Int) -> ReplayResult? {
        let step = run.steps[index]
        var row = newRow(index)
        let before = driver.control.instructionCount
        defer {
            row.instructionCount = driver.control.instructionCount - before
            rows.append(row)
        }
        guard case .process(let pid) = step.actor, let driven = driver.driven[pid] else {
            return result(
                .notSchedulable(step: index + 1),
                ReplayFinding("\(row.actor) is an action of the model: nothing in the kernel block says who takes it"))
        }
        if let open, open.pid != pid {
            return result(
                .notSchedulable(step: open.step),
                ReplayFinding(
                    "\(checked.system.types.pidNames[open.pid]) cannot be stopped after it, "
                        + "and \(row.actor) takes the next step"))
        }
        open = nil
        switch approach(driven, in: run.state(before: index)) {
        case .reached: break
        case .strayed(let finding), .panicked(let finding): return result(.diverged(step: index + 1), finding)
        }
        row.place = driver.place(of: driven)
        row.player = player(driven)
        row.hart = driven.hart
        driver.clearStores()
        driver.noted = watches(ofStoresIn: step)
        let outcome = perform(driven, index)
        driver.noted = []
        row.stores = driver.stores
        return settle(outcome, index, pid, &row)
    }

    private func settle(_ outcome: DriveOutcome, _ index: Int, _ pid: Int, _ row: inout ReplayedStep) -> ReplayResult? {
        let isLast = index == run.steps.count - 1
        switch outcome {
        case .strayed(let finding):
            let both = finding.with("; \(nextText(pid, index))")
            return result(.diverged(step: index + 1), both, adding: row)
        case .panicked(let finding):
            if isLast, let violation = run.steps[index].violation, violation.kind.isFatal {
                return result(.reproduced, finding, adding: row)
            }
            return result(.diverged(step: index + 1), finding, adding: row)
        case .reached:
            if let violation = run.steps[index].violation, violation.kind.isFatal {
                return broken(violation, index, &row)
            }
            // It has not done the step yet: it will do it with its next one.
            if open != nil { return nil }
            let (count, finding) = compare(after: index + 1, by: pid)
            row.comparedCount = count
            return finding.map { result(.diverged(step: index + 1), $0, adding: row) }
        }
    }

    /// What the model's process does next.
    private func nextText(_ pid: Int, _ index: Int) -> String {
        let name = checked.system.types.pidNames[pid]
        if let violation = run.steps[index].violation { return "in the model \(name) ends here: \(violation.message)" }
        switch run.steps[index].state.processes[pid].position {
        case .idle, .finished: return "in the model \(name) has ended"
        case .point(let point):
            let process = checked.system.kind(of: pid).process
            let range = process.code.nodes[process.points[point].node].range
            return "in the model \(name) goes on to \(process.points[point].name), \(range.place)"
        }
    }

    private func newRow(_ index: Int) -> ReplayedStep {
        let step = run.steps[index]
        let actor: String
        switch step.actor {
        case .process(let pid): actor = checked.system.types.pidNames[pid]
        case .action(let action, _): actor = checked.system.actions[action].name
        }
        return ReplayedStep(
            number: index + 1, actor: actor, player: "", name: step.name, spec: step.range.place, place: nil)
    }

    private func player(_ driven: Driven) -> String {
        "\(driven.process.program) \(driven.process.number)" + (driven.hart.map { ", hart \($0)" } ?? "")
    }

    func result(_ verdict: ReplayVerdict, _ finding: ReplayFinding?, adding row: ReplayedStep? = nil) -> ReplayResult {
        ReplayResult(
            verdict: verdict, kernel: kernel.name, property: propertyName, finding: finding,
            steps: rows + (row.map { [$0] } ?? []), stepCount: run.steps.count,
            instructionCount: driver.control.instructionCount, compared: kernel.comparedNames,
            unbound: kernel.unboundNames)
    }

    // MARK: Driving one process

    /// Brings a process to where its next step begins.
    private func approach(_ driven: Driven, in state: SystemState) -> DriveOutcome {
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
        case .user: return enter(driven, in: state)
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
    private func enter(_ driven: Driven, in state: SystemState) -> DriveOutcome {
        guard case .point(let index) = state.processes[driven.pid].position else { return .reached }
        let node = checked.system.kind(of: driven.pid).process.points[index].node
        guard let call = calls.entered(at: node, of: driven.pid), let systemCall = call.binding.systemCall else {
            driven.position = .between
            return .reached
        }
        driven.call = call.activation
        driven.function = nil
        if driven.isNative { return advance(driven, at: node, in: state) }
        do {
            let arguments = try calls.arguments(of: call, pid: driven.pid, in: state)
            let words = try registers(driven, arguments)
            driver.issue(driven, number: systemCall.number, words)
        } catch {
            return .strayed(ReplayFinding(error.description))
        }
        return advance(driven, at: node, in: state)
    }

    /// Goes on inside a system call to the stop before the process's next step.
    private func advance(_ driven: Driven, at node: NodeID, in state: SystemState) -> DriveOutcome {
        if let inner = calls.innermost(at: node, of: driven.pid), inner.activation != driven.function {
            let entries = inner.binding.code.entries
            if !entries.isEmpty, !calls.isCaller(inner.activation, of: driven.function, pid: driven.pid) {
                let outcome = driver.run(driven, to: .address(entries))
                guard case .reached = outcome else { return outcome }
            }
            driven.function = inner.activation
        }
        guard let stop = stops.stop(ofProcess: driven.pid, in: state, { self.place(of: $0) }) else {
            driven.position = .between
            return .reached
        }
        let outcome = driver.run(driven, to: stop)
        if case .reached = outcome { driven.position = stop == .asleep ? .asleep : .stopped(stop) }
        return outcome
    }

    /// Lets a process do its step, up to where its next one begins.
    private func perform(_ driven: Driven, _ index: Int) -> DriveOutcome {
        let step = run.steps[index]
        if case .stopped(.call(.acquire, argument: let lock?)) = driven.position, let hart = driven.hart,
            let finding = driver.free(lock, for: hart)
        {
            return .strayed(finding)
        }
        driver.begin(driven)
        let after = step.state.processes[driven.pid]
        let isOver = driven.call.map { calls.leaves($0, step.microSteps, of: driven.pid) } ?? true
        guard step.violation == nil, !isOver, case .point(let point) = after.position else {
            return finishCall(driven, after)
        }
        let node = checked.system.kind(of: driven.pid).process.points[point].node
        let outcome = advance(driven, at: node, in: step.state)
        if driven.position == .between { open = (driven.pid, index + 1) }
        return outcome
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
        if driven.hart == nil {
            // It has ended in the kernel, too: nothing of it comes back.
            driven.position = .finished
            return .reached
        }
        driven.call = nil
        driven.function = nil
        driven.position = .user
        driver.rest(driven)
        return .reached
    }

    // MARK: Arguments

    /// The registers of a system call: model values as the kernel knows them; what is not named points to memory of the
    /// process's own.
    func registers(_ driven: Driven, _ arguments: [ArgumentValue]) throws(ReplayError) -> [UInt64] {
        var words: [UInt64] = []
        for argument in arguments { words.append(try register(argument)) }
        var scratch = driven.stack & ~15
        while words.count < 6 {
            scratch -= 64
            words.append(scratch)
        }
        return words
    }

    private func register(_ argument: ArgumentValue) throws(ReplayError) -> UInt64 {
        switch argument.value {
        case .integer(let number):
            if argument.isNumber { return UInt64(bitPattern: likeness.kernelNumber(of: number)) }
            return UInt64(truncatingIfNeeded: number)
        case .bool(let flag): return flag ? 1 : 0
        case .member(let ordinal):
            if case .enumeration = argument.type { return UInt64(ordinal) }
            if let number = likeness.partners.number(ordinal, of: argument.type) {
                return UInt64(bitPattern: number)
            }
            throw ReplayError(
                "\(checked.system.types.describe(argument.value, as: argument.type)) has no number in the kernel yet")
        case .some(let inner):
            guard case .optional(let wrapped) = argument.type else { break }
            return try register(ArgumentValue(value: inner, type: wrapped, isNumber: argument.isNumber))
        case .null, .structure, .array, .sequence, .set, .lock: break
        }
        throw ReplayError(
            "\(checked.system.types.describe(argument.value, as: argument.type)) cannot be passed in a register")
    }
}

extension ViolationKind {
    /// Whether the path ends in it as a run of a kernel ends in a panic.
    var isFatal: Bool {
        switch self {
        case .trap, .panic, .lockUse, .assertion, .diverges: true
        case .lockDiscipline, .ownership, .deadlock, .property: false
        }
    }
}

extension FunctionCode {
    /// Every place at which it is entered.
    var entries: Set<UInt64> { Set([entry].compactMap(\.self) + inlined.map(\.entry)) }
}

extension SourceRange {
    /// `path:line`
    package var place: String { "\(file.path):\(file.position(at: start).line)" }
}
