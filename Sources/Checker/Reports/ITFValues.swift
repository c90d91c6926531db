// Values and types of the spec as ITF and Apalache write them.

import Model

/// Writes values as ITF expressions, and their types in Apalache's notation (ADR-002 and ADR-014).
struct ITFValues {
    let types: TypeTable

    /// A number, whatever its size: readers keep only 53 bits of a plain one.
    static func number(_ number: Int128) -> JSONValue { ["#bigint": .string(number.description)] }

    /// `Some(value)` or `None`.
    static func optional(_ value: JSONValue?) -> JSONValue {
        guard let value else { return ["tag": "None", "value": ["tag": "UNIT", "value": ""]] }
        return ["tag": "Some", "value": value]
    }

    /// The type of an optional.
    static func optional(_ type: String) -> String { "None(UNIT(Str)) | Some(\(type))" }

    func json(_ value: Value, as type: Type) -> JSONValue {
        switch (value, type) {
        case (.bool(let flag), _): return .bool(flag)
        case (.integer(let number), _): return Self.number(number)
        case (.null, _): return Self.optional(nil as JSONValue?)
        case (.some(let inner), .optional(let wrapped)): return Self.optional(json(inner, as: wrapped))
        case (.structure(let fields), .structure(let id)):
            return .object(zip(types.structures[id].fields, fields).map { .init($0.name, json($1, as: $0.type)) })
        case (.array(let elements), .array(let element, let index)):
            return map(elements.map { json($0, as: element) }, index)
        case (.sequence(let elements), .sequence(let element, _)):
            return .array(elements.map { json($0, as: element) })
        case (.set(let elements), .set(let element)):
            return ["#set": .array(types.ordered(elements).map { json($0, as: element) })]
        default: return .string(types.describe(value, as: type))
        }
    }

    /// A map from all values of an index type, in order.
    func map(_ elements: [JSONValue], _ index: Type) -> JSONValue {
        let entries = elements.enumerated().map { ordinal, element -> JSONValue in
            .array([json(types.value(ordinal, of: index), as: index), element])
        }
        return ["#map": .array(entries)]
    }

    /// The type in Apalache's notation: names of members are strings.
    func type(_ type: Type) -> String {
        switch type {
        case .bool: return "Bool"
        case .integer: return "Int"
        case .sort, .pid, .enumeration, .lock: return "Str"
        case .structure(let id):
            let fields = types.structures[id].fields.map { "\($0.name): \(self.type($0.type))" }
            return "{\(fields.joined(separator: ", "))}"
        case .optional(let wrapped): return Self.optional(self.type(wrapped))
        case .array(let element, let index): return mapType(self.type(element), index)
        case .set(let element): return "Set(\(self.type(element)))"
        case .sequence(let element, _): return "Seq(\(self.type(element)))"
        case .null, .void, .invalid: return "Str"
        }
    }

    /// The type of a map; what is not plain stands in parentheses.
    func mapType(_ element: String, _ index: Type) -> String {
        let isPlain = !element.contains("->") && !element.contains("|") || element.hasPrefix("{")
        return "\(type(index)) -> \(isPlain ? element : "(\(element))")"
    }
}
