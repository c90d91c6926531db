// Cycles in the order in which locks are taken, from the nestings that an exploration saw.

import Model

/// Finds cycles among the nestings that an exploration saw.
struct LockOrder {
    private let explorer: Explorer
    private let system: TransitionSystem
    /// By declaration: the declarations taken beside it, each with the first nesting that shows it.
    private var edges: [VariableID: [VariableID: LockNesting]] = [:]
    /// Per declaration with several locks: nestings from a lower to a higher element, and the other way.
    private var rising: [VariableID: LockNesting] = [:]
    private var falling: [VariableID: LockNesting] = [:]

    init(_ explorer: Explorer, _ system: TransitionSystem) {
        self.explorer = explorer
        self.system = system
        let ordered = explorer.nestings.sorted { Self.key($0).lexicographicallyPrecedes(Self.key($1)) }
        for (nesting, _) in ordered {
            let (held, taken) = (nesting.held.variable, nesting.taken.variable)
            if held != taken {
                if edges[held]?[taken] == nil { edges[held, default: [:]][taken] = nesting }
            } else if nesting.held.element < nesting.taken.element {
                if rising[held] == nil { rising[held] = nesting }
            } else if falling[held] == nil {
                falling[held] = nesting
            }
        }
    }

    private static func key(_ found: (key: LockNesting, value: (state: Int, pid: Int))) -> [Int] {
        let (held, taken) = (found.key.held, found.key.taken)
        return [found.value.state, found.value.pid, held.variable, held.element, taken.variable, taken.element]
    }

    /// The shortest cycle through each declaration that no cycle before it names.
    func cycles() throws(TraceMismatch) -> [LockCycle] {
        var result: [LockCycle] = []
        var named: Set<VariableID> = []
        for variable in system.variables.indices {
            if let up = rising[variable], let down = falling[variable] {
                result.append(LockCycle(edges: [try edge(up), try edge(down)]))
            }
            guard !named.contains(variable), let cycle = shortestCycle(through: variable) else { continue }
            named.formUnion(cycle.map(\.held.variable))
            var edges: [LockOrderEdge] = []
            for nesting in cycle { edges.append(try edge(nesting)) }
            result.append(LockCycle(edges: edges))
        }
        return result
    }

    private func shortestCycle(through start: VariableID) -> [LockNesting]? {
        var reachedBy: [VariableID: LockNesting] = [:]
        var queue = [start]
        var next = 0
        while next < queue.count {
            let held = queue[next]
            next += 1
            for (taken, nesting) in (edges[held] ?? [:]).sorted(by: { $0.key < $1.key }) where reachedBy[taken] == nil {
                reachedBy[taken] = nesting
                if taken == start { return path(to: start, reachedBy) }
                queue.append(taken)
            }
        }
        return nil
    }

    private func path(to start: VariableID, _ reachedBy: [VariableID: LockNesting]) -> [LockNesting] {
        var result: [LockNesting] = []
        var current = start
        while let nesting = reachedBy[current] {
            result.append(nesting)
            current = nesting.held.variable
            if current == start { break }
        }
        return result.reversed()
    }

    private func edge(_ nesting: LockNesting) throws(TraceMismatch) -> LockOrderEdge {
        guard let place = explorer.nestings[nesting] else { preconditionFailure("a nesting without its step") }
        let trace = try TraceBuilder(explorer).nesting(nesting, from: place.state, pid: place.pid)
        let tellsElements = nesting.held.variable == nesting.taken.variable
        func name(_ lock: LockInstance) -> String {
            tellsElements
                ? DataNames(system).name(of: lock.variable, instance: lock.element)
                : system.variables[lock.variable].name
        }
        return LockOrderEdge(held: name(nesting.held), taken: name(nesting.taken), trace: trace)
    }
}
