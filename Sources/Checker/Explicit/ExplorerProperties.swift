// What an explorer judges: properties of new states and of steps, and what bottom components tell.

import Model

extension Explorer {
    /// Evaluates the properties of states in a new one.
    mutating func checkState(_ index: Int) {
        guard let first = program.stateProperties.first else { return }
        machine.begin(store.row(index))
        var start = first.start
        while true {
            let status = machine.run(from: start)
            guard case .violated(let site) = status else { return }
            let number = program.stateProperties.lastIndex { $0.start <= siteOwners[site] } ?? 0
            noteProperty(program.stateProperties[number].property, site, index, step: nil)
            guard number + 1 < program.stateProperties.count else { return }
            start = program.stateProperties[number + 1].start
        }
    }

    mutating func noteProperty(
        _ property: Int, _ site: Int, _ state: Int, step: FoundViolation.ViolatingStep?
    ) {
        let cause = program.sites[site]
        let isTrap = cause.kind != .property(property)
        let kind = system.properties[property].kind
        if !isTrap, kind == .reachable || kind == .reachableAlways {
            if witnesses[property] == nil { witnesses[property] = state }
            return
        }
        let violation = Violation(kind: .property(property), message: cause.message, range: cause.range)
        note(FoundViolation(state: state, step: step, site: violation, isTrap: isTrap))
    }

    /// Evaluates the properties of steps that a step may break. Returns those that it breaks.
    @discardableResult
    mutating func checkTransition(_ batch: SuccessorBatch, _ row: Int) -> [Int] {
        var broken: [Int] = []
        let parent = batch.parent(row)
        machine.begin(store.row(parent))
        for index in 0..<store.wordCount { machine.memory[index] = batch.original(row)[index] }
        for (bit, entry) in program.transitionProperties.enumerated()
        where batch.touched(row) >> UInt64(bit & 63) & 1 == 1 {
            let status = machine.run(from: entry.start)
            guard case .violated(let site) = status else { continue }
            let target = store.find(batch.words(row), hash: batch.hash(row))
            noteProperty(entry.property, site, parent, step: .transition(target: target))
            broken.append(entry.property)
        }
        return broken
    }

    // MARK: Bottom components

    /// Notes that a process can never go on from a state.
    mutating func noteStuck(_ pid: Int, _ state: Int) {
        var found = FoundViolation.deadlock(state, system.stuckMessage(pid), system)
        found.stuck = pid
        note(found)
    }

    mutating func noteFinal(_ property: Int, _ site: Int, _ state: Int) {
        noteProperty(property, site, state, step: nil)
    }

    /// Whether a process has begun and not ended, in the state that the machine has before it.
    func isUnfinished(_ pid: Int, _ process: ProcessCode) -> Bool {
        expander.isUnfinished(pid, process)
    }
}
