// Elements that nobody has any more: a frame that is free again may be any other one of the kernel's the next time.

import Checker
import Model

extension ReplaySession {
    /// Elements of sorts that nothing in a state refers to, and whose own data, as far as they have a meaning now, are as those of
    /// an element was that nobody had when the run began, lose their partners.
    ///
    /// Such elements are alike: whichever of them the model and the kernel take next, what can be seen of it is the same. Harts
    /// are not: they have numbers in the spec, too.
    func releaseUnused(in state: SystemState) {
        let types = checked.system.types
        for id in types.sorts.indices where types.sorts[id].firstPid == nil && types.sorts[id].name != "hart" {
            let known = likeness.partners.known(of: id)
            guard !known.isEmpty else { continue }
            let begin = run.state(before: bootCount)
            let mentionedFirst = mentions(of: id, in: begin)
            let unused = (0..<types.sorts[id].count).filter { !mentionedFirst.contains($0) }
            guard !unused.isEmpty else { continue }
            let mentioned = mentions(of: id, in: state)
            for element in known where !mentioned.contains(element) {
                let hidden = hidden(element, id)
                let own = profile(element, id, state, without: hidden)
                if unused.contains(where: { profile($0, id, begin, without: hidden) == own }) {
                    likeness.partners.release(element, of: id)
                }
            }
        }
    }

    /// Data that say something of an element, and have no meaning in the kernel now, as their lines say: what is left in free
    /// memory is the same to all.
    private func hidden(_ element: Int, _ id: SortID) -> Set<VariableID> {
        let situation = situation
        var (hidden, seen): (Set<VariableID>, Set<VariableID>) = ([], [])
        for (line, bound) in kernel.elements where isOwn(bound.instance, bound.variable, element, id) {
            if case .failure(let error) = kernel.read(line, bound, situation), error.kind == .noMeaning {
                hidden.insert(bound.variable)
            } else {
                seen.insert(bound.variable)
            }
        }
        return hidden.subtracting(seen)
    }

    /// Whether an instance of a datum is at an element's index.
    private func isOwn(_ instance: Int, _ variable: VariableID, _ element: Int, _ id: SortID) -> Bool {
        let types = checked.system.types
        var rest = instance
        for dimension in checked.system.variables[variable].dimensions.reversed() {
            let count = max(1, Int(types.count(of: dimension) ?? 1))
            if dimension == .sort(id), rest % count == element { return true }
            rest /= count
        }
        return false
    }

    /// Elements of a sort that data hold.
    private func mentions(of id: SortID, in state: SystemState) -> Set<Int> {
        var result: Set<Int> = []
        for (variable, instances) in zip(checked.system.variables, state.data) {
            for value in instances { collect(value, variable.type, id, &result) }
        }
        return result
    }

    private func collect(_ value: Value, _ type: Type, _ id: SortID, _ result: inout Set<Int>) {
        switch (value, type) {
        case (.member(let ordinal), .sort(id)): result.insert(ordinal)
        case (.some(let inner), .optional(let wrapped)): collect(inner, wrapped, id, &result)
        case (.structure(let values), .structure(let structure)):
            for (value, field) in zip(values, checked.system.types.structures[structure].fields) {
                collect(value, field.type, id, &result)
            }
        case (.array(let values), .array(let element, _)), (.sequence(let values), .sequence(let element, _)):
            for value in values { collect(value, element, id, &result) }
        case (.set, _):
            // Of a set it is not asked which elements it has: all of them count as held.
            if case .set(.sort(id)) = type { result.formUnion(0..<checked.system.types.sorts[id].count) }
        default: return
        }
    }

    /// All that is said of an element: what the data have at its index.
    private func profile(
        _ element: Int, _ id: SortID, _ state: SystemState, without hidden: Set<VariableID>
    ) -> [Value] {
        var result: [Value] = []
        for (variable, instances) in state.data.enumerated() where !hidden.contains(variable) {
            for (number, value) in instances.enumerated() {
                if isOwn(number, variable, element, id) {
                    result.append(value)
                } else {
                    own(value, checked.system.variables[variable].type, element, id, &result)
                }
            }
        }
        return result
    }

    private func own(_ value: Value, _ type: Type, _ element: Int, _ id: SortID, _ result: inout [Value]) {
        switch (value, type) {
        case (.array(let values), .array(_, .sort(id))):
            if values.indices.contains(element) { result.append(values[element]) }
        case (.array(let values), .array(let inner, _)):
            for value in values { own(value, inner, element, id, &result) }
        case (.structure(let values), .structure(let structure)):
            for (value, field) in zip(values, checked.system.types.structures[structure].fields) {
                own(value, field.type, element, id, &result)
            }
        default: return
        }
    }
}

extension Partners {
    /// Elements of a sort that have partners.
    func known(of id: SortID) -> [Int] { numbers[id].map { Array($0.keys) } ?? [] }

    /// An element has no partner any more.
    mutating func release(_ element: Int, of id: SortID) { numbers[id]?[element] = nil }
}
