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
    /// Addresses of the instructions that user code is made of, by program.
    let userCode: (String) -> UserCode?
    private var rows: [ReplayedStep] = []
    let propertyName: String
    /// Nothing is violated: every state is to be equal, and that is all.
    private var isWalk: Bool { order.isWalk }
    /// Whether the model's user code has loaded or stored.
    var hasUserCode = false
    /// Steps at the beginning that the boot has taken.
    let bootCount: Int

    /// The step that is being taken.
    var current = 0
    /// The run, with what the trace calls its steps.
    let order: OrderedRun
    var numbers: [Int] { order.numbers }

    /// The process whose last step had no stop after it, and that step.
    var open: (pid: Int, step: Int)?

    /// Prepares a replay.
    ///
    /// - Parameters:
    ///   - order: the trace, with all that its steps did, in the order in which they are to be taken.
    ///   - checked: the spec that it is of.
    ///   - kernel: the kernel block, resolved.
    ///   - control: a machine with the kernel, its processes parked.
    ///   - parked: the processes, each on its hart.
    ///   - userCode: a program's instructions that load and store.
    ///   - property: the name of what the trace violates.
    /// - Throws: `ReplayError` when a model process has nobody to play it.
    package init(
        _ order: OrderedRun, checked: SpecSystem, kernel: BoundKernel, control: HartControl,
        parked: [(hart: Int, process: GuestProcess)], userCode: @escaping (String) -> UserCode?, property: String
    ) throws(ReplayError) {
        self.order = order
        run = order.run
        self.checked = checked
        self.kernel = kernel
        propertyName = property
        self.userCode = userCode
        calls = CallContext(checked, kernel.bindings)
        bootCount = calls.bootCount(run)
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
        // Who is named comes first: others are played by whoever is left. The first that is parked is the parent of those that
        // come after it, as who starts others is theirs.
        let present = calls.parentsFirst(calls.presentPids(run), run).filter { kernel.isParked($0) }
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
                isNative: kernel.isNative(process.program))
            likeness.partners.set(pid, process, slot: kernel.slot(of: process))
        }
        // The kernel looks for a slot from the first on, as the model does.
        let idle = checked.system.types.pidNames.indices.filter { driver.driven[$0] == nil && kernel.isMade($0) }
        for (pid, slot) in zip(idle, kernel.freeSlots(driver.memory)) { likeness.partners.reserve(pid, slot: slot) }
        for hart in driver.machine.harts.indices { driver.control.silenceTimer(hart: hart) }
        holdInterrupts()
    }

    // MARK: The run

    /// Takes every step.
    ///
    /// - Parameter until: stops before the step of that number.
    package func replay(until: Int? = nil) -> ReplayResult {
        let begin = compare(after: bootCount, by: nil)
        if let finding = begin.finding { return result(.diverged(step: bootCount), finding) }
        for index in run.steps.indices.dropFirst(bootCount) {
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
        guard let open, let driven = driver.driven[open.pid], let call = driven.call else { return nil }
        // A walk ends anywhere: where the model is within the call, the kernel would go on beyond it.
        if isWalk, case .point(let point) = run.last.processes[open.pid].position,
            calls.isWithin(call, point, of: open.pid)
        {
            return nil
        }
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
        current = index
        driver.conflict = nil
        let before = driver.control.instructionCount
        defer {
            row.instructionCount = driver.control.instructionCount - before
            rows.append(row)
        }
        guard case .process(let pid) = step.actor, let driven = driver.driven[pid] else {
            if case .process(let pid) = step.actor, let hart = kernel.hart(ofProcess: pid) {
                if let end = closeOpen(before: pid, row) { return end }
                return takeInterrupt(hart, index, &row)
            }
            return result(
                .notSchedulable(step: numbers[index]),
                ReplayFinding("\(row.actor) is an action of the model: nothing in the kernel block says who takes it"))
        }
        if let end = closeOpen(before: pid, row) { return end }
        if driven.position == .finished, run.state(before: index).processes[pid].position != .finished,
            driven.hart != nil
        {
            return result(
                .notSchedulable(step: numbers[index]),
                ReplayFinding("\(row.actor) had ended, and starts again: nobody plays it a second time"))
        }
        switch approach(driven, index) {
        case .reached: break
        case .strayed(let finding) where isWalk && driver.conflict != nil && driven.function == nil:
            // On its way to the function it takes a lock that the model has no step for.
            return result(.notSchedulable(step: numbers[index]), finding)
        case .strayed(let finding), .returned(let finding), .beyond(let finding), .died(let finding):
            return result(.diverged(step: numbers[index]), finding)
        case .panicked(let finding): return panicked(finding, index, pid, row)
        }
        row.place = driver.place(of: driven)
        row.clock = driver.machine.clock
        row.player = player(driven)
        row.hart = driven.hart
        driver.clearStores()
        if driven.skipped > 0 {
            driven.skipped -= 1
            return settle(.reached, index, pid, &row)
        }
        driver.noted = watches(ofStoresIn: step)
        driver.beyond = beyond(index)
        let outcome = perform(driven, index)
        (driver.noted, driver.beyond) = ([], nil)
        row.stores = driver.stores
        return settle(outcome, index, pid, &row)
    }

    /// The last step had no stop after it, and another process takes the next one.
    private func closeOpen(before pid: Int, _ row: ReplayedStep) -> ReplayResult? {
        defer { open = nil }
        guard let open, open.pid != pid, !letGo(open.pid, after: open.step - 1) else { return nil }
        return result(
            .notSchedulable(step: numbers[open.step - 1]),
            ReplayFinding(
                "\(checked.system.types.pidNames[open.pid]) cannot be stopped after it, "
                    + "and \(row.actor) takes the next step"))
    }

    private func settle(_ outcome: DriveOutcome, _ index: Int, _ pid: Int, _ row: inout ReplayedStep) -> ReplayResult? {
        var outcome = outcome
        if case .returned = outcome, let driven = driver.driven[pid], isOut(pid, after: index) {
            // Where it is in the kernel does not matter any more, as long as all data are the same.
            driver.rest(driven)
            (driven.call, driven.position) = (nil, .user)
            outcome = .reached
        }
        switch outcome {
        case .strayed(let finding), .returned(let finding):
            let both = finding.with("; \(nextText(pid, index))")
            return result(.diverged(step: numbers[index]), both, adding: row)
        case .panicked(let finding): return panicked(finding, index, pid, row)
        case .beyond(let finding): return result(.reproduced, finding, adding: row)
        case .died(let finding):
            let isEnd = run.steps[index].violation?.kind == .trap
            return result(isEnd ? .reproduced : .diverged(step: numbers[index]), finding, adding: row)
        case .reached:
            noteDerived(run.steps[index], of: pid)
            if let violation = run.steps[index].violation, violation.kind.isFatal {
                return broken(violation, index, &row)
            }
            // It has not done the step yet: it will do it with its next one.
            if open != nil { return nil }
            if order.entering.contains(numbers[index]), let end = enterEarly(pid, after: index) { return end }
            let (count, finding) = compare(after: index + 1, by: pid)
            row.comparedCount = count
            return finding.map { result(.diverged(step: numbers[index]), $0, adding: row) }
        }
    }

    /// A process enters its next call now: later, another one would have a lock that it takes on its way there.
    private func enterEarly(_ pid: Int, after index: Int) -> ReplayResult? {
        let later = run.steps[(index + 1)...].firstIndex { $0.actor == .process(pid: pid) }
        guard let later, let driven = driver.driven[pid], driven.position == .user else { return nil }
        switch approach(driven, later) {
        case .reached: return nil
        case .strayed(let finding), .returned(let finding), .beyond(let finding), .panicked(let finding),
            .died(let finding):
            return result(.diverged(step: numbers[index]), finding)
        }
    }

    /// Whether a process takes no step any more.
    private func isOut(_ pid: Int, after index: Int) -> Bool {
        run.steps[index].violation == nil && run.steps[(index + 1)...].allSatisfy { $0.actor != .process(pid: pid) }
    }

    /// A process that cannot be stopped after its last step, and takes no step any more, is let go to where its system call ends.
    private func letGo(_ pid: Int, after index: Int) -> Bool {
        guard isOut(pid, after: index), let driven = driver.driven[pid], driven.hart != nil else { return false }
        if isBlocked(pid) { return driver.blocks(driven) }
        guard case .reached = finishCall(driven, run.steps[index].state.processes[pid]) else { return false }
        return true
    }

    /// Whether a process is not at its end when the run is, and can take no step.
    private func isBlocked(_ pid: Int) -> Bool {
        guard case .point = run.last.processes[pid].position, run.steps.last?.violation == nil else { return false }
        return !ReferenceStepper(checked.system).transitions(from: run.last).contains { $0.actor == .process(pid: pid) }
    }

    /// The kernel panics at a step: that is the trace's end when nobody but this process has a step left, and the last one is
    /// where the model cannot go on.
    private func panicked(_ finding: ReplayFinding, _ index: Int, _ pid: Int, _ row: ReplayedStep) -> ReplayResult {
        let isItsOwn = run.steps[index...].allSatisfy { $0.actor == .process(pid: pid) }
        let isEnd = isItsOwn && run.steps.last?.violation.map(\.kind.isFatal) ?? false
        return result(isEnd ? .reproduced : .diverged(step: numbers[index]), finding, adding: row)
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
            number: numbers[index], actor: actor, player: "", name: step.name, spec: step.range.place, place: nil)
    }

    private func player(_ driven: Driven) -> String {
        "\(driven.process.program) \(driven.process.number)" + (driven.hart.map { ", hart \($0)" } ?? "")
    }

    func result(_ verdict: ReplayVerdict, _ finding: ReplayFinding?, adding row: ReplayedStep? = nil) -> ReplayResult {
        ReplayResult(
            verdict: verdict, kernel: kernel.name, property: propertyName, finding: finding,
            steps: rows + (row.map { [$0] } ?? []), stepCount: run.steps.count,
            instructionCount: driver.control.instructionCount, hasUserCode: hasUserCode, compared: kernel.comparedNames,
            unbound: kernel.unboundNames)
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

extension SourceRange {
    /// `path:line`
    package var place: String { "\(file.path):\(file.position(at: start).line)" }
}
