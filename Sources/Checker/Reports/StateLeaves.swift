// A state taken apart into its smallest data, each with its path: what tables of states and lock bars are made of.

import Model

/// One datum without parts.
struct StateLeaf {
    let variable: VariableID
    /// `queue.slots[0].src`
    let path: String
    let value: String
    /// Who holds it; for a lock that somebody holds.
    let holder: Int?
    let isLock: Bool
}

/// Takes states apart.
struct StateLeaves {
    /// More are not listed: a table of that many lines is read by nobody.
    static let limit = 4000

    let system: TransitionSystem
    private let difference: StateDifference

    init(_ system: TransitionSystem) {
        self.system = system
        difference = StateDifference(system, isBrief: true)
    }

    /// The leaves of a state, data in the order of their declaration; at most `limit`.
    func leaves(of state: SystemState) -> [StateLeaf] {
        var result: [StateLeaf] = []
        for (id, variable) in system.variables.enumerated() where !variable.name.hasPrefix("%") {
            for (instance, value) in state.data[id].enumerated() {
                guard result.count < Self.limit else { return result }
                add(value, variable.type, id, difference.names.name(of: id, instance: instance), &result)
            }
        }
        return result
    }

    private func add(_ value: Value, _ type: Type, _ id: VariableID, _ path: String, _ result: inout [StateLeaf]) {
        switch (value, type) {
        case (.structure(let fields), .structure(let structure)):
            for (field, value) in zip(system.types.structures[structure].fields, fields) {
                add(value, field.type, id, "\(path).\(field.name)", &result)
            }
        case (.array(let elements), .array(let element, let index)):
            for (ordinal, value) in elements.enumerated() where result.count < Self.limit {
                add(value, element, id, "\(path)[\(difference.names.index(ordinal, of: index))]", &result)
            }
        case (.lock(let holder), _):
            let text = system.types.describe(value, as: type)
            result.append(StateLeaf(variable: id, path: path, value: text, holder: holder, isLock: true))
        default:
            let text = difference.describe(value, type)
            result.append(StateLeaf(variable: id, path: path, value: text, holder: nil, isLock: false))
        }
    }

    /// Who holds which lock, by path; free locks are not in it.
    func holders(in state: SystemState) -> [String: Int] {
        var result: [String: Int] = [:]
        for leaf in leaves(of: state) where leaf.isLock { result[leaf.path] = leaf.holder }
        return result
    }
}
