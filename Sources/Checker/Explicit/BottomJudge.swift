// What bottom components tell: processes that are blocked for ever, and whether `final` holds where a run ends up.

import Model

extension Explorer {
    /// Judges all bottom components of a fully explored graph: deadlock (b) and `final` properties.
    ///
    /// - Returns: how many states each `final` was evaluated in, by property.
    mutating func judgeComponents() -> [Int: Int] {
        var evaluations: [Int: Int] = [:]
        var search = ComponentSearch(program, store)
        let system = program.layout.system
        search.forEachBottom { states, search in
            let facts = ComponentFacts(states, &search, system)
            if checksDeadlock, let blocked = blockedProcess(states, facts) {
                noteDeadlock(states[0], "\(system.types.pidNames[blocked]) can never go on")
            }
            guard facts.isQuiet else { return }
            for state in states { judgeFinal(state, &evaluations) }
        }
        return evaluations
    }

    /// A process that is no daemon, unfinished in every state, and takes no step that counts.
    ///
    /// One that ends and is started again comes to its end, even if it changes nothing on its way.
    private mutating func blockedProcess(_ states: [Int], _ facts: ComponentFacts) -> Int? {
        var blocked: [(pid: Int, process: ProcessCode)] = []
        for process in program.layout.system.processes where !process.isDaemon {
            for pid in process.firstPid..<(process.firstPid + process.count) where !facts.moves[pid] {
                blocked.append((pid, process))
            }
        }
        for state in states where !blocked.isEmpty {
            machine.begin(store.row(state))
            blocked = blocked.filter { isUnfinished($0.pid, $0.process) }
        }
        return blocked.first?.pid
    }

    private mutating func judgeFinal(_ state: Int, _ evaluations: inout [Int: Int]) {
        for entry in program.finalProperties {
            machine.begin(store.row(state))
            evaluations[entry.property, default: 0] += 1
            if case .violated(let site) = machine.run(from: entry.start) {
                noteFinal(entry.property, site, state)
            }
        }
    }
}

/// Who moves within a bottom component.
private struct ComponentFacts {
    /// Per pid: whether it takes a step that changes more than its own locals.
    var moves: [Bool]
    /// Whether all steps are of daemons and actions.
    var isQuiet = true

    init(_ states: [Int], _ search: inout ComponentSearch, _ system: TransitionSystem) {
        var moves = Array(repeating: false, count: system.processCount)
        var isQuiet = true
        let isDaemon = (0..<system.processCount).map { system.kind(of: $0).process.isDaemon }
        for state in states {
            _ = search.forEachEdge(of: state) { edge in
                guard let pid = edge.pid else { return }
                if edge.changesShared { moves[pid] = true }
                if !isDaemon[pid] { isQuiet = false }
            }
        }
        self.moves = moves
        self.isQuiet = isQuiet
    }
}
