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
            if checksDeadlock, let blocked = blockedProcess(states, facts) { noteStuck(blocked, states[0]) }
            guard facts.isQuiet else { return }
            for state in states { judgeFinal(state, &evaluations) }
        }
        return evaluations
    }

    /// A process that is no daemon, unfinished in every state, and takes no step that counts; as the first state calls it.
    ///
    /// One that ends and is started again comes to its end, even if it changes nothing on its way.
    private mutating func blockedProcess(_ states: [Int], _ facts: ComponentFacts) -> Int? {
        let pids = program.layout.system.processes.filter { !$0.isDaemon }.flatMap { process in
            (process.firstPid..<(process.firstPid + process.count)).map { (pid: $0, process: process) }
        }
        var blocked = Set(pids.map { facts.thread(of: $0.pid, at: 0) }.filter { !facts.moves[$0] })
        for (position, state) in states.enumerated() where !blocked.isEmpty {
            machine.begin(store.row(state))
            for (pid, process) in pids where !isUnfinished(pid, process) {
                blocked.remove(facts.thread(of: pid, at: position))
            }
        }
        return pids.first { blocked.contains(facts.thread(of: $0.pid, at: 0)) }?.pid
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
///
/// Where states stand for others, a process changes its name from state to state: what is the same process along some
/// path is one thread. The component that a state would have without symmetry leads through such paths alone, so
/// what is said of a thread is what that component says of each of its processes.
private struct ComponentFacts {
    /// Per thread: whether it takes a step that changes more than its own locals.
    private(set) var moves: [Bool]
    /// Whether all steps are of daemons and actions.
    private(set) var isQuiet = true
    private let processCount: Int
    /// By place of a state in the component and pid: what the process is called in the first state; empty where nobody
    /// changes names.
    private var firstNames: [UInt16] = []
    /// Per pid of the first state: another one of the same thread, or itself.
    private var sameAs: [Int]

    init(_ states: [Int], _ search: inout ComponentSearch, _ system: TransitionSystem) {
        processCount = system.processCount
        moves = Array(repeating: false, count: processCount)
        sameAs = Array(0..<processCount)
        let isDaemon = (0..<processCount).map { system.kind(of: $0).process.isDaemon }
        var isQuiet = true
        if search.hasSymmetry { follow(states, &search) }
        for (position, state) in states.enumerated() {
            var movers = Array(repeating: false, count: processCount)
            _ = search.forEachEdge(of: state) { edge in
                guard let pid = edge.pid else { return }
                if edge.changesShared { movers[pid] = true }
                if !isDaemon[pid] { isQuiet = false }
            }
            for pid in 0..<processCount where movers[pid] { moves[thread(of: pid, at: position)] = true }
        }
        self.isQuiet = isQuiet
    }

    /// The thread of a process, by its pid in the state at a place in the component.
    func thread(of pid: Int, at position: Int) -> Int {
        root(firstNames.isEmpty ? pid : Int(firstNames[position * processCount + pid]))
    }

    /// Follows all edges from the first state, and joins the threads that meet.
    private mutating func follow(_ states: [Int], _ search: inout ComponentSearch) {
        let unknown = UInt16.max
        var names = Array(repeating: unknown, count: states.count * processCount)
        for pid in 0..<processCount { names[pid] = UInt16(pid) }
        var queue = [0]
        var next = 0
        while next < queue.count {
            let position = queue[next]
            next += 1
            var edges: [(target: Int, renaming: [Int])] = []
            search.forEachRenamedEdge(of: states[position]) { edges.append(($0, $1)) }
            for (target, renaming) in edges {
                guard let place = Self.place(of: target, in: states) else {
                    preconditionFailure("an edge leads out of a bottom component")
                }
                if names[place * processCount] == unknown { queue.append(place) }
                for pid in 0..<processCount {
                    let first = names[position * processCount + pid]
                    let known = names[place * processCount + renaming[pid]]
                    if known == unknown {
                        names[place * processCount + renaming[pid]] = first
                    } else {
                        join(Int(known), Int(first))
                    }
                }
            }
        }
        firstNames = names
    }

    private mutating func join(_ one: Int, _ other: Int) {
        let (first, second) = (root(one), root(other))
        sameAs[max(first, second)] = min(first, second)
    }

    private func root(_ pid: Int) -> Int {
        var result = pid
        while sameAs[result] != result { result = sameAs[result] }
        return result
    }

    /// Where a state is in an ordered list.
    private static func place(of state: Int, in states: [Int]) -> Int? {
        var (low, high) = (0, states.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if states[middle] <= state { low = middle } else { high = middle }
        }
        return states[low] == state ? low : nil
    }
}
