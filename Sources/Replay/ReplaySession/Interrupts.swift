// What a hart does by itself: an interrupt is answered when the model says so, or, where the model has none, at once.

import Checker
import Emu
import Model

extension ReplaySession {
    /// Where the block says that harts play model processes, no hart answers an interrupt but in a step of its process.
    func holdInterrupts() {
        let isHart = { [kernel] pid in kernel.hart(ofProcess: pid) != nil }
        if run.initial.processes.indices.contains(where: isHart) { driver.holdInterrupts() }
    }

    /// A hart takes the step of the process that it plays: it answers the interrupts that it has open.
    func takeInterrupt(_ number: Int, _ index: Int, _ row: inout ReplayedStep) -> ReplayResult? {
        guard let hart = machineHart(number) else {
            let finding = ReplayFinding("hart \(number) of the model has no partner, and none is left")
            return result(.notSchedulable(step: numbers[index]), finding)
        }
        (row.clock, row.player, row.hart) = (driver.machine.clock, "hart \(hart)", hart)
        driver.clearStores()
        driver.noted = watches(ofStoresIn: run.steps[index])
        let refusal = driver.takeInterrupt(hart: hart)
        driver.noted = []
        row.stores = driver.stores
        row.place = driver.stores.last
        if let refusal { return result(.diverged(step: numbers[index]), refusal, adding: row) }
        guard case .process(let pid) = run.steps[index].actor else { return nil }
        let (count, finding) = compare(after: index + 1, by: pid)
        row.comparedCount = count
        return finding.map { result(.diverged(step: numbers[index]), $0, adding: row) }
    }

    /// The machine's hart for one of the model's: its partner, or else one that is nobody's and runs no process.
    private func machineHart(_ number: Int) -> Int? {
        let types = checked.system.types
        guard let id = types.sorts.firstIndex(where: { $0.name == "hart" }) else { return number }
        if let known = likeness.partners.number(number, of: .sort(id)) { return Int(known) }
        let hart = driver.machine.harts.indices.first { hart in
            driver.pid(onHart: hart) == nil && likeness.partners.ordinal(of: Int64(hart), in: .sort(id)) == nil
        }
        guard let hart, likeness.partners.match(number, of: .sort(id), Int64(hart)) else { return nil }
        return hart
    }

    /// A parameter of a call that is a hart is the one that the process runs on.
    func meetHarts(_ parameters: [(name: String, value: Value?, type: Type)], _ driven: Driven) -> ReplayFinding? {
        for parameter in parameters {
            guard case .sort(let id) = parameter.type, checked.system.types.sorts[id].name == "hart",
                case .member(let ordinal)? = parameter.value, let hart = driven.hart,
                !likeness.partners.match(ordinal, of: parameter.type, Int64(hart))
            else { continue }
            let name = checked.system.types.describe(.member(ordinal), as: parameter.type)
            return ReplayFinding("process \(driven.process.number) runs on hart \(hart), which is not \(name)")
        }
        return nil
    }
}

extension Driver {
    /// From now on no hart takes an interrupt, but where it is let: the architecture gives no time by which it must.
    func holdInterrupts() {
        for hart in machine.harts {
            heldInterrupts[hart.id] = hart[.mie]
            hart[.mie] = 0
        }
    }

    /// Harts take interrupts again when they will.
    func releaseInterrupts() {
        for (index, mask) in heldInterrupts { machine.harts[index][.mie] = mask }
        heldInterrupts = [:]
    }

    /// A hart answers what it has been asked.
    ///
    /// - Returns: why it does not.
    func takeInterrupt(hart index: Int) -> ReplayFinding? {
        let hart = machine.harts[index]
        hart[.mie] = heldInterrupts[index] ?? hart[.mie]
        defer { if heldInterrupts[index] != nil { hart[.mie] = 0 } }
        machine.refreshLines(hart)
        guard hart.pendingInterrupts & hart[.mie] != 0 else {
            return ReplayFinding("hart \(index) has been asked nothing: it has no interrupt to take")
        }
        guard canAnswer(hart) else {
            return ReplayFinding("hart \(index) has its interrupts off", place: place(ofHart: index))
        }
        // The first may be the machine's own, which hands it on.
        for _ in 0..<4 where hart.pendingInterrupts & hart[.mie] != 0 {
            answer(hart: index)
            machine.refreshLines(hart)
        }
        return nil
    }

    private func canAnswer(_ hart: Hart) -> Bool {
        hart.privilege == .user || hart[.mstatus] & Status.sie != 0 || current(hart: hart.id) == nil
    }

    /// Lets every other hart take the interrupts that it has open, and come back to where it was; not where they are steps.
    func answerInterrupts(except running: Int?) {
        guard heldInterrupts.isEmpty else { return }
        for (index, hart) in machine.harts.enumerated() where index != running {
            machine.refreshLines(hart)
            guard hart.pendingInterrupts & hart[.mie] != 0, canAnswer(hart) else { continue }
            answer(hart: index)
        }
    }

    private func answer(hart index: Int) {
        if current(hart: index) == nil { return settleIdle(index) }
        let hart = machine.harts[index]
        let start = hart.pc
        let isUser = hart.privilege == .user
        let limit = control.instructionCount + Self.patience
        while control.instructionCount < limit {
            let event = control.run(
                hart: index, limit: Self.patience, addresses: isUser ? [] : [start], watches: noted)
            if case .call(.acquire, let lock) = event { took(lock, index) }
            if case .call(.release, let lock) = event { gave(lock) }
            if case .access(let access) = event { note(access, index) }
            if event == .user || event == .reached(start) { break }
        }
    }
}
