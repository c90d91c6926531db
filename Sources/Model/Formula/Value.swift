// Values as trees: what the reference evaluator computes with and what traces show.

/// A value of any type. Equal values are equal trees.
public indirect enum Value: Hashable, Sendable {
    case bool(Bool)
    /// Any integer type; exact.
    case integer(Int128)
    /// An element of a sort or an enum, or a process instance, by its ordinal.
    case member(Int)
    /// `nil`
    case null
    /// An optional that is not `nil`.
    case some(Value)
    /// Fields in order.
    case structure([Value])
    /// Elements in the order of the index type.
    case array([Value])
    case sequence([Value])
    case set(Set<Value>)
    /// A spinlock, held by a pid or free.
    case lock(holder: Int?)

    /// The number, which the caller knows it to be.
    public var number: Int128 {
        guard case .integer(let number) = self else { preconditionFailure("not a number: \(self)") }
        return number
    }

    /// The truth value, which the caller knows it to be.
    public var isTrue: Bool {
        guard case .bool(let flag) = self else { preconditionFailure("not a truth value: \(self)") }
        return flag
    }

    /// The elements of an array, a sequence or a struct's fields.
    public var elements: [Value] {
        switch self {
        case .array(let elements), .sequence(let elements), .structure(let elements): elements
        case .bool, .integer, .member, .null, .some, .set, .lock: preconditionFailure("no elements: \(self)")
        }
    }
}

extension TypeTable {
    /// The value of a type whose bits are all zero: what unused storage holds, and the default of a declaration.
    ///
    /// A number whose range excludes 0 starts at its least value; words and `int` at 0.
    public func zero(of type: Type) -> Value {
        switch type {
        case .bool: .bool(false)
        case .integer(let integer): .integer(integer.contains(0) ? 0 : integer.lower)
        case .sort, .pid, .enumeration: .member(0)
        case .structure(let id): .structure(structures[id].fields.map { $0.initial ?? zero(of: $0.type) })
        case .optional, .null: .null
        case .array(let element, let index):
            .array(Array(repeating: zero(of: element), count: Int(count(of: index) ?? 0)))
        case .set: .set([])
        case .sequence: .sequence([])
        case .lock: .lock(holder: nil)
        case .void, .invalid: .null
        }
    }

    /// All values of a finite type in order, or nil when there are more than `limit`. O(number of values).
    public func allValues(of type: Type, limit: Int) -> [Value]? {
        if let count = count(of: type) {
            guard count <= limit else { return nil }
            return (0..<Int(count)).map { value($0, of: type) }
        }
        switch type {
        case .optional(let wrapped):
            guard let values = allValues(of: wrapped, limit: limit - 1) else { return nil }
            return [.null] + values.map { .some($0) }
        case .structure(let id):
            return product(structures[id].fields.map(\.type), limit: limit)?.map { .structure($0) }
        case .array(let element, let index):
            guard let count = count(of: index), count <= limit else { return nil }
            return product(Array(repeating: element, count: Int(count)), limit: limit)?.map { .array($0) }
        case .set(let element):
            guard let elements = allValues(of: element, limit: 20), 1 << elements.count <= limit else { return nil }
            return (0..<(1 << elements.count)).map { bits in
                .set(Set(elements.indices.filter { bits >> $0 & 1 == 1 }.map { elements[$0] }))
            }
        case .sequence(let element, let max):
            var all: [Value] = []
            for length in 0...max {
                guard let some = product(Array(repeating: element, count: length), limit: limit - all.count) else {
                    return nil
                }
                all += some.map { .sequence($0) }
            }
            return all
        case .bool, .integer, .sort, .pid, .enumeration, .lock, .null, .void, .invalid: return nil
        }
    }

    private func product(_ types: [Type], limit: Int) -> [[Value]]? {
        var rows: [[Value]] = [[]]
        for type in types {
            guard let values = allValues(of: type, limit: limit), rows.count * values.count <= limit else { return nil }
            rows = rows.flatMap { row in values.map { row + [$0] } }
        }
        return rows
    }

    /// The value as a trace prints it.
    public func describe(_ value: Value, as type: Type) -> String {
        switch (value, type) {
        case (.bool(let flag), _): return flag ? "true" : "false"
        case (.integer(let number), _): return number.description
        case (.member(let index), .sort(let id)):
            if let first = sorts[id].firstPid { return pidNames[first + index] }
            return "\(sorts[id].name)\(index)"
        case (.member(let index), .pid): return index < pidNames.count ? pidNames[index] : "pid\(index)"
        case (.member(let index), .enumeration(let id)): return enumerations[id].cases[index]
        case (.null, _): return "nil"
        case (.some(let inner), .optional(let wrapped)): return describe(inner, as: wrapped)
        case (.structure(let fields), .structure(let id)):
            let parts = zip(structures[id].fields, fields).map { "\($0.name): \(describe($1, as: $0.type))" }
            return "{\(parts.joined(separator: ", "))}"
        case (.array(let elements), .array(let element, _)), (.sequence(let elements), .sequence(let element, _)):
            return "[\(elements.map { describe($0, as: element) }.joined(separator: ", "))]"
        case (.set(let elements), .set(let element)):
            return "{\(elements.map { describe($0, as: element) }.sorted().joined(separator: ", "))}"
        case (.lock(let holder), _): return holder.map { pidNames[$0] } ?? "free"
        default: return "\(value)"
        }
    }
}
