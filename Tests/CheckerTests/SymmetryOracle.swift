// Orbits of states by brute force: every permutation of every symmetric sort, on value trees.

import Model

/// Renames elements of sorts in states of the reference semantics.
struct SymmetryOracle {
    let system: TransitionSystem
    private var types: TypeTable { system.types }
    /// Each permutation as a map of the ordinals of each sort.
    let permutations: [[SortID: [Int]]]

    /// An oracle for the sorts whose elements may be exchanged.
    init(_ system: TransitionSystem, sorts: [SortID]) {
        self.system = system
        var all: [[SortID: [Int]]] = [[:]]
        for id in sorts {
            let sort = system.types.sorts[id]
            let fixed = sort.hasFixedFirst ? [0] : []
            let orders = Self.orders(Array(fixed.count..<sort.count)).map { fixed + $0 }
            all = all.flatMap { known in orders.map { order in known.merging([id: order]) { $1 } } }
        }
        permutations = all
    }

    private static func orders(_ elements: [Int]) -> [[Int]] {
        guard !elements.isEmpty else { return [[]] }
        return elements.flatMap { first in orders(elements.filter { $0 != first }).map { [first] + $0 } }
    }

    /// All states that differ from one only in which element is which.
    func orbit(of state: SystemState) -> Set<SystemState> {
        Set(permutations.map { Renaming(system: system, map: $0).renamed(state) })
    }
}

/// One permutation.
private struct Renaming {
    let system: TransitionSystem
    let map: [SortID: [Int]]
    private var types: TypeTable { system.types }

    func renamed(_ state: SystemState) -> SystemState {
        let data = system.variables.indices.map { id in
            let variable = system.variables[id]
            var values = state.data[id]
            for (instance, value) in state.data[id].enumerated() {
                values[self.instance(instance, variable.dimensions)] = renamed(value, variable.type)
            }
            return values
        }
        var processes = state.processes
        for pid in state.processes.indices {
            var process = state.processes[pid]
            let code = system.kind(of: pid).process.code
            for local in process.locals.indices {
                process.locals[local] = process.locals[local].map { renamed($0, code.locals[local].type) }
            }
            process.channel = channel(process.channel)
            processes[self.pid(pid)] = process
        }
        return SystemState(data: data, processes: processes)
    }

    private func pid(_ pid: Int) -> Int {
        for (id, order) in map {
            guard let first = types.sorts[id].firstPid, (first..<(first + order.count)).contains(pid) else { continue }
            return first + order[pid - first]
        }
        return pid
    }

    private func ordinal(_ ordinal: Int, _ type: Type) -> Int {
        switch type {
        case .sort(let id): map[id]?[ordinal] ?? ordinal
        case .pid: pid(ordinal)
        default: ordinal
        }
    }

    private func instance(_ number: Int, _ dimensions: [Type]) -> Int {
        var (rest, stride, result) = (number, 1, 0)
        for dimension in dimensions.reversed() {
            let count = Int(types.count(of: dimension) ?? 1)
            result += ordinal(rest % count, dimension) * stride
            rest /= count
            stride *= count
        }
        return result
    }

    private func channel(_ number: Int) -> Int {
        guard number > 0, let channel = system.channels.last(where: { $0.firstNumber <= number }) else { return number }
        return channel.firstNumber + instance(number - channel.firstNumber, channel.dimensions)
    }

    private func renamed(_ value: Value, _ type: Type) -> Value {
        switch (value, type) {
        case (.member(let index), .sort), (.member(let index), .pid): return .member(ordinal(index, type))
        case (.lock(let holder), _): return .lock(holder: holder.map { pid($0) })
        case (.some(let inner), .optional(let wrapped)): return .some(renamed(inner, wrapped))
        case (.structure(let fields), .structure(let id)):
            return .structure(zip(fields, types.structures[id].fields).map { renamed($0, $1.type) })
        case (.sequence(let elements), .sequence(let element, _)):
            return .sequence(elements.map { renamed($0, element) })
        case (.set(let members), .set(let element)): return .set(Set(members.map { renamed($0, element) }))
        case (.array(let elements), .array(let element, let index)):
            var result = elements
            for (place, value) in elements.enumerated() { result[ordinal(place, index)] = renamed(value, element) }
            return .array(result)
        default: return value
        }
    }
}
