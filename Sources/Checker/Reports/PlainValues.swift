// Values of a spec as plain JSON, for constants in reports.

import Model

/// Writes values the way a script expects them: numbers as numbers, members of enums and sorts by name.
struct PlainValues {
    let types: TypeTable

    /// The greatest number that every JSON reader keeps exactly; larger ones are written as strings.
    private static let exactLimit = Int128(1) << 53

    func json(_ value: Value, as type: Type) -> JSONValue {
        switch (value, type) {
        case (.bool(let flag), _): return .bool(flag)
        case (.integer(let number), _):
            return number.magnitude < Self.exactLimit.magnitude ? .integer(number) : .string(number.description)
        case (.null, _): return .null
        case (.some(let inner), .optional(let wrapped)): return json(inner, as: wrapped)
        case (.structure(let fields), .structure(let id)):
            return .object(
                zip(types.structures[id].fields, fields).map { .init($0.name, json($1, as: $0.type)) })
        case (.array(let elements), .array(let element, _)), (.sequence(let elements), .sequence(let element, _)):
            return .array(elements.map { json($0, as: element) })
        case (.set(let elements), .set(let element)):
            return .array(types.ordered(elements).map { json($0, as: element) })
        default: return .string(types.describe(value, as: type))
        }
    }

    /// Constants by name.
    func object(of constants: [ConstantValue]) -> JSONValue {
        .object(constants.map { .init($0.name, json($0.value, as: $0.type)) })
    }

    /// Whether the values of a type can be written without knowing what its members are called.
    func canWrite(_ type: Type) -> Bool {
        switch type {
        case .bool, .integer, .null: true
        case .optional(let inner), .set(let inner), .sequence(let inner, _): canWrite(inner)
        case .array(let element, let index): canWrite(element) && canWrite(index)
        case .sort, .pid, .enumeration, .structure, .lock, .void, .invalid: false
        }
    }
}

extension TypeTable {
    /// The elements of a set in one order, whatever order the set keeps them in.
    func ordered(_ elements: Set<Value>) -> [Value] { elements.sorted { precedes($0, $1) } }

    /// A total order of values of one type: numbers by size, members by ordinal, lists by their first difference.
    private func precedes(_ left: Value, _ right: Value) -> Bool { compare(left, right) < 0 }

    private func compare(_ left: Value, _ right: Value) -> Int {
        switch (left, right) {
        case (.bool(let a), .bool(let b)): (a ? 1 : 0) - (b ? 1 : 0)
        case (.integer(let a), .integer(let b)): a == b ? 0 : a < b ? -1 : 1
        case (.member(let a), .member(let b)): a - b
        case (.some(let a), .some(let b)): compare(a, b)
        case (.structure(let a), .structure(let b)), (.array(let a), .array(let b)),
            (.sequence(let a), .sequence(let b)):
            compare(a, b)
        case (.set(let a), .set(let b)): compare(ordered(a), ordered(b))
        case (.lock(let a), .lock(let b)): (a ?? -1) - (b ?? -1)
        default: rank(left) - rank(right)
        }
    }

    private func compare(_ left: [Value], _ right: [Value]) -> Int {
        for (a, b) in zip(left, right) {
            let order = compare(a, b)
            if order != 0 { return order }
        }
        return left.count - right.count
    }

    private func rank(_ value: Value) -> Int {
        switch value {
        case .null: 0
        case .bool: 1
        case .integer: 2
        case .member: 3
        case .some: 4
        case .structure: 5
        case .array: 6
        case .sequence: 7
        case .set: 8
        case .lock: 9
        }
    }
}
