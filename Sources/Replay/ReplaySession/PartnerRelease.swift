// Elements that nobody has any more: a frame that is free again may be any other one of the kernel's the next time.

import Checker
import Model

extension ReplaySession {
    /// Elements of sorts that nothing in a state refers to, and whose own data are as those of an element was that nobody had
    /// when the run began, lose their partners.
    ///
    /// Such elements are alike: whichever of them the model and the kernel take next, what can be seen of it is the same. Harts
    /// are not: they have numbers in the spec, too.
    func releaseUnused(in state: SystemState) {
        let types = checked.system.types
        for id in types.sorts.indices where types.sorts[id].firstPid == nil && types.sorts[id].name != "hart" {
            let known = likeness.partners.known(of: id)
            guard !known.isEmpty else { continue }
            let unused = unusedProfiles(of: id)
            guard !unused.isEmpty else { continue }
            let mentioned = mentions(of: id, in: state)
            for element in known where !mentioned.contains(element) && unused.contains(profile(element, id, state)) {
                likeness.partners.release(element, of: id)
            }
        }
    }

    /// What the data of elements were that nobody had when the run began.
    private func unusedProfiles(of id: SortID) -> Set<[Value]> {
        let begin = run.state(before: bootCount)
        let mentioned = mentions(of: id, in: begin)
        let elements = 0..<checked.system.types.sorts[id].count
        return Set(elements.filter { !mentioned.contains($0) }.map { profile($0, id, begin) })
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
    private func profile(_ element: Int, _ id: SortID, _ state: SystemState) -> [Value] {
        var result: [Value] = []
        for (variable, instances) in zip(checked.system.variables, state.data) {
            let types = checked.system.types
            for (number, value) in instances.enumerated() {
                var (rest, isOwn) = (number, false)
                for dimension in variable.dimensions.reversed() {
                    let count = max(1, Int(types.count(of: dimension) ?? 1))
                    if dimension == .sort(id), rest % count == element { isOwn = true }
                    rest /= count
                }
                if isOwn { result.append(value) } else { own(value, variable.type, element, id, &result) }
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
