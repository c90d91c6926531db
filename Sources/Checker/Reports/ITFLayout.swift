// How a system's state becomes the variables of an ITF document: groups are records, their indices are maps.

import Model

/// The variables of a system's traces, with Apalache's types.
struct ITFLayout {
    /// The map from process names to where they stand.
    static let processes = "process"
    static let action = "mbt::actionTaken"
    static let picks = "mbt::nondetPicks"

    let system: TransitionSystem
    let values: ITFValues
    /// Data by the first component of their path, in order.
    let groups: [ITFGroup]
    private let names: DataNames
    /// Parameters of actions by the name that their field has.
    private let parameters: [(name: String, type: Type)]

    init(_ system: TransitionSystem) {
        self.system = system
        values = ITFValues(types: system.types)
        names = DataNames(system)
        groups = ITFGroup.all(of: system, names)
        parameters = Self.parameters(of: system)
    }

    /// Every variable with its type.
    var variables: [(name: String, type: String)] {
        var result = groups.map { (name: $0.name, type: $0.type(system, values)) }
        if !system.processes.isEmpty { result.append((Self.processes, "Str -> {asleep: Str, at: Str}")) }
        result.append((Self.action, "Str"))
        let fields =
            [("process", ITFValues.optional("Str"))]
            + parameters.map { ($0.name, ITFValues.optional(values.type($0.type))) }
        result.append((Self.picks, "{\(fields.map { "\($0.0): \($0.1)" }.joined(separator: ", "))}"))
        return result
    }

    // MARK: Processes

    /// For each process the step before which it stands, and the channel that it sleeps on or an empty string.
    func positions(_ state: SystemState) -> JSONValue {
        let entries = state.processes.enumerated().map { pid, process -> JSONValue in
            let position: String
            switch process.position {
            case .idle: position = "idle"
            case .finished: position = "finished"
            case .point(let index): position = system.kind(of: pid).process.points[index].name
            }
            let channel = process.channel == 0 ? "" : names.channel(process.channel)
            return .array([.string(system.types.pidNames[pid]), ["asleep": .string(channel), "at": .string(position)]])
        }
        return ["#map": .array(entries)]
    }

    /// Locals that still matter, by process; they differ in kind, so that they are no variable of the trace.
    func locals(_ state: SystemState) -> [JSONValue.Member] {
        state.processes.enumerated().compactMap { pid, process in
            let declared = system.kind(of: pid).process.code.locals
            var members: [JSONValue.Member] = []
            for (id, value) in process.locals.enumerated() {
                guard let value else { continue }
                // One name may stand for several locals: of two calls, of two loops.
                var name = declared[id].name
                while members.contains(where: { $0.name == name }) { name += "'" }
                members.append(.init(name, values.json(value, as: declared[id].type)))
            }
            return members.isEmpty ? nil : .init(system.types.pidNames[pid], .object(members))
        }
    }

    // MARK: Picks

    private static func parameters(of system: TransitionSystem) -> [(name: String, type: Type)] {
        var result: [(name: String, type: Type)] = []
        for action in system.actions {
            for parameter in action.parameters {
                let name = fieldName(parameter, of: action, system)
                if !result.contains(where: { $0.name == name }) { result.append((name, parameter.type)) }
            }
        }
        return result
    }

    /// The parameter's name; with the action's before it when another action has one of the same name and another type.
    private static func fieldName(_ parameter: Binder, of action: ActionCode, _ system: TransitionSystem) -> String {
        let values = ITFValues(types: system.types)
        let isShared = system.actions.contains { other in
            other.parameters.contains {
                $0.name == parameter.name && values.type($0.type) != values.type(parameter.type)
            }
        }
        return isShared ? "\(action.name)_\(parameter.name)" : parameter.name
    }

    /// Who acts, and the parameters of the action that is taken.
    func picks(_ actor: Actor?) -> JSONValue {
        var process: String?
        var picked: [String: (Value, Type)] = [:]
        switch actor {
        case .process(let pid): process = system.types.pidNames[pid]
        case .action(let index, let arguments):
            let action = system.actions[index]
            for (parameter, value) in zip(action.parameters, arguments) {
                picked[Self.fieldName(parameter, of: action, system)] = (value, parameter.type)
            }
        case nil: break
        }
        var members = [JSONValue.Member("process", ITFValues.optional(process.map { .string($0) }))]
        for parameter in parameters {
            let value = picked[parameter.name].map { values.json($0.0, as: $0.1) }
            members.append(.init(parameter.name, ITFValues.optional(value)))
        }
        return .object(members)
    }
}

/// Data with the same first component: a variable, or records and maps over variables.
indirect enum ITFGroup {
    case datum(name: String, VariableID)
    case record(name: String, indices: [Type], fields: [ITFGroup])

    var name: String {
        switch self {
        case .datum(let name, _), .record(let name, _, _): name
        }
    }

    /// The groups of a system in the order of their first datum.
    static func all(of system: TransitionSystem, _ names: DataNames) -> [ITFGroup] {
        let data = system.variables.indices.map { id in
            let variable = system.variables[id]
            let counts = names.indexCounts(variable.name, dimensionCount: variable.dimensions.count)
            return Datum(id: id, path: variable.name.split(separator: ".").map(String.init), indexCounts: counts)
        }
        return grouped(data, depth: 0, indexCount: 0, system)
    }

    private struct Datum {
        let id: VariableID
        let path: [String]
        let indexCounts: [Int]
    }

    private static func grouped(_ data: [Datum], depth: Int, indexCount: Int, _ system: TransitionSystem) -> [ITFGroup]
    {
        var order: [String] = []
        var members: [String: [Datum]] = [:]
        for datum in data {
            let name = datum.path[depth]
            if members[name] == nil { order.append(name) }
            members[name, default: []].append(datum)
        }
        return order.compactMap { name in
            guard let parts = members[name], let first = parts.first else { return nil }
            let count = first.indexCounts[depth]
            let indices = Array(system.variables[first.id].dimensions[indexCount..<(indexCount + count)])
            if parts.count == 1, first.path.count == depth + 1 {
                let datum = ITFGroup.datum(name: name, first.id)
                return indices.isEmpty
                    ? datum : .record(name: name, indices: indices, fields: [.datum(name: "", first.id)])
            }
            let fields = grouped(parts, depth: depth + 1, indexCount: indexCount + count, system)
            return .record(name: name, indices: indices, fields: fields)
        }
    }

    // MARK: Types and values

    /// Apalache's type of the whole group.
    func type(_ system: TransitionSystem, _ values: ITFValues) -> String {
        switch self {
        case .datum(_, let id): return values.type(system.variables[id].type)
        case .record(_, let indices, let fields):
            var type: String
            if let only = fields.first, only.name.isEmpty {
                type = only.type(system, values)
            } else {
                type = "{\(fields.map { "\($0.name): \($0.type(system, values))" }.joined(separator: ", "))}"
            }
            for index in indices.reversed() { type = values.mapType(type, index) }
            return type
        }
    }

    /// The group's value in a state.
    ///
    /// - Parameter instance: the number that the indices of the groups around it amount to.
    func value(in state: SystemState, _ system: TransitionSystem, _ values: ITFValues, instance: Int = 0) -> JSONValue {
        switch self {
        case .datum(_, let id): values.json(state.data[id][instance], as: system.variables[id].type)
        case .record(_, let indices, let fields):
            Self.map(indices[...], instance, values) { instance in
                if let only = fields.first, only.name.isEmpty {
                    return only.value(in: state, system, values, instance: instance)
                }
                return .object(fields.map { .init($0.name, $0.value(in: state, system, values, instance: instance)) })
            }
        }
    }

    /// Maps within maps, one for each index.
    private static func map(
        _ indices: ArraySlice<Type>, _ instance: Int, _ values: ITFValues, _ element: (Int) -> JSONValue
    ) -> JSONValue {
        guard let index = indices.first else { return element(instance) }
        let count = Int(values.types.count(of: index) ?? 1)
        let elements = (0..<count).map { ordinal in
            map(indices.dropFirst(), instance * count + ordinal, values, element)
        }
        return values.map(elements, index)
    }
}
