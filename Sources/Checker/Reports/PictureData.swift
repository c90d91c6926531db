// What pictures read of a state: data by path, the values within them, and whose they are.

import Model

/// Reads data for pictures.
struct PictureData {
    let system: TransitionSystem
    let difference: StateDifference

    init(_ system: TransitionSystem) {
        self.system = system
        difference = StateDifference(system, isBrief: true)
    }

    /// The datum of that name.
    func variable(_ path: String) -> VariableID? { system.variables.firstIndex { $0.name == path } }

    /// The data of a group, or the datum itself.
    func variables(of subject: String) -> [VariableID] {
        system.variables.indices.filter {
            system.variables[$0].name == subject || system.variables[$0].name.hasPrefix(subject + ".")
        }
    }

    func name(_ id: VariableID, _ instance: Int) -> String { difference.names.name(of: id, instance: instance) }

    func text(_ value: Value, _ type: Type) -> String { difference.describe(value, type) }

    /// The number that a value is, or holds as an optional.
    func number(_ value: Value) -> Int? {
        switch value {
        case .integer(let number): Int(exactly: number)
        case .some(let inner): number(inner)
        case .bool, .member, .null, .structure, .array, .sequence, .set, .lock: nil
        }
    }

    /// The process that a value names first, by pid: whose colour it has.
    func owner(_ value: Value, _ type: Type) -> Int? {
        switch (value, type) {
        case (.member(let ordinal), .pid): return ordinal
        case (.member(let ordinal), .sort(let id)): return system.types.sorts[id].firstPid.map { $0 + ordinal }
        case (.some(let inner), .optional(let wrapped)): return owner(inner, wrapped)
        case (.structure(let fields), .structure(let id)):
            for (field, value) in zip(system.types.structures[id].fields, fields) {
                if let pid = owner(value, field.type) { return pid }
            }
            return nil
        default: return nil
        }
    }

    /// The sort that is no process, which a value of the type names: what a page-table entry maps to.
    func targetSort(_ type: Type) -> SortID? {
        switch type {
        case .sort(let id): return system.types.sorts[id].firstPid == nil ? id : nil
        case .optional(let wrapped): return targetSort(wrapped)
        case .structure(let id):
            return system.types.structures[id].fields.lazy.compactMap { targetSort($0.type) }.first
        case .bool, .integer, .pid, .enumeration, .array, .set, .sequence, .lock, .null, .void, .invalid: return nil
        }
    }

    /// The element of that sort which a value names.
    func target(_ value: Value, _ type: Type, _ sort: SortID) -> Int? {
        switch (value, type) {
        case (.member(let ordinal), .sort(sort)): return ordinal
        case (.some(let inner), .optional(let wrapped)): return target(inner, wrapped, sort)
        case (.structure(let fields), .structure(let id)):
            for (field, value) in zip(system.types.structures[id].fields, fields) {
                if let found = target(value, field.type, sort) { return found }
            }
            return nil
        default: return nil
        }
    }

    /// Numbers or truth values that a datum keeps for each element of a sort.
    func column(_ variable: VariableID, over sort: SortID, in state: SystemState) -> [Value]? {
        let declaration = system.variables[variable]
        if declaration.dimensions == [.sort(sort)] { return state.data[variable] }
        guard declaration.dimensions.isEmpty, case .array(_, .sort(sort)) = declaration.type,
            case .array(let elements)? = state.data[variable].first
        else { return nil }
        return elements
    }

    /// The type of what `column` gives.
    func columnType(_ variable: VariableID) -> Type {
        if case .array(let element, _) = system.variables[variable].type,
            system.variables[variable].dimensions.isEmpty
        {
            return element
        }
        return system.variables[variable].type
    }
}
