// Values as counterexamples print them: words in hexadecimal, as addresses are read.

import Model

extension TypeTable {
    /// The value with words in hexadecimal; a number with a sign only from 4096 on.
    func describeHexadecimal(_ value: Value, as type: Type) -> String {
        switch (value, type) {
        case (.integer(let number), .integer(let integer)):
            if case .word(_, isSigned: false) = integer.kind { return "0x" + String(number, radix: 16) }
            if number.magnitude < 4096 { return number.description }
            return (number < 0 ? "-" : "") + "0x" + String(number.magnitude, radix: 16)
        case (.some(let inner), .optional(let wrapped)): return describeHexadecimal(inner, as: wrapped)
        case (.structure(let fields), .structure(let id)):
            let parts = zip(structures[id].fields, fields).map {
                "\($0.name): \(describeHexadecimal($1, as: $0.type))"
            }
            return "{\(parts.joined(separator: ", "))}"
        case (.array(let elements), .array(let element, _)), (.sequence(let elements), .sequence(let element, _)):
            return "[\(elements.map { describeHexadecimal($0, as: element) }.joined(separator: ", "))]"
        default: return describe(value, as: type)
        }
    }
}
