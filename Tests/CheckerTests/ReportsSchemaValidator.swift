// A validator for the committed schemas: the keywords of JSON Schema 2020-12 that they use, and no others.

import Checker

/// Checks values against a schema; a keyword that it does not know is a finding, so that nothing goes unchecked.
struct SchemaValidator {
    private let root: JSONValue

    private static let annotations: Set<String> = ["$schema", "$id", "$defs", "title", "description"]

    init(_ schema: JSONValue) { root = schema }

    /// What is wrong, each with the path to it; empty for a valid value.
    func findings(_ value: JSONValue) -> [String] { findings(value, root, "") }

    private func findings(_ value: JSONValue, _ schema: JSONValue, _ path: String) -> [String] {
        if case .bool(let isAllowed) = schema { return isAllowed ? [] : ["\(path): not allowed"] }
        var findings: [String] = []
        for keyword in schema.members where !Self.annotations.contains(keyword.name) {
            findings += check(value, keyword, schema, path)
        }
        return findings
    }

    private func check(_ value: JSONValue, _ keyword: JSONValue.Member, _ schema: JSONValue, _ path: String) -> [String]
    {
        let rule = keyword.value
        switch keyword.name {
        case "$ref": return findings(value, target(rule), path)
        case "type":
            let types = rule.text.map { [$0] } ?? rule.elements.compactMap(\.text)
            return types.contains { isOf($0, value) } ? [] : ["\(path): not of type \(types)"]
        case "const": return value == rule ? [] : ["\(path): not \(rule.compactText)"]
        case "enum": return rule.elements.contains(value) ? [] : ["\(path): \(value.compactText) is not listed"]
        case "anyOf":
            return rule.elements.contains { findings(value, $0, path).isEmpty } ? [] : ["\(path): fits no alternative"]
        case "pattern":
            guard let text = value.text, let pattern = rule.text else { return [] }
            guard let regex = try? Regex(pattern) else { return ["\(path): \(pattern) is no pattern"] }
            return text.contains(regex) ? [] : ["\(path): \(text) does not match \(pattern)"]
        case "minimum":
            guard case .integer(let least) = rule else { return ["\(path): no minimum"] }
            return isBelow(value, least) ? ["\(path): less than \(least)"] : []
        case "minItems", "maxItems", "items": return checkArray(value, keyword, path)
        case "properties", "required", "additionalProperties", "propertyNames":
            return checkObject(value, keyword, schema, path)
        default: return ["\(path): the schema has an unknown keyword \(keyword.name)"]
        }
    }

    private func checkArray(_ value: JSONValue, _ keyword: JSONValue.Member, _ path: String) -> [String] {
        guard case .array(let elements) = value else { return [] }
        switch (keyword.name, keyword.value) {
        case ("minItems", .integer(let count)): return elements.count < Int(count) ? ["\(path): too few elements"] : []
        case ("maxItems", .integer(let count)): return elements.count > Int(count) ? ["\(path): too many elements"] : []
        default: return elements.enumerated().flatMap { findings($1, keyword.value, "\(path)[\($0)]") }
        }
    }

    private func checkObject(_ value: JSONValue, _ keyword: JSONValue.Member, _ schema: JSONValue, _ path: String)
        -> [String]
    {
        guard case .object(let members) = value else { return [] }
        switch keyword.name {
        case "required":
            let names = Set(members.map(\.name))
            return keyword.value.elements.compactMap(\.text).filter { !names.contains($0) }.map { "\(path): no \($0)" }
        case "propertyNames": return members.flatMap { findings(.string($0.name), keyword.value, "\(path).\($0.name)") }
        case "properties":
            return members.flatMap { member -> [String] in
                guard let rule = keyword.value.members.first(where: { $0.name == member.name }) else { return [] }
                return findings(member.value, rule.value, "\(path).\(member.name)")
            }
        default:
            let known = Set(schema["properties"].members.map(\.name))
            return members.filter { !known.contains($0.name) }
                .flatMap { findings($0.value, keyword.value, "\(path).\($0.name)") }
        }
    }

    private func target(_ reference: JSONValue) -> JSONValue {
        guard let text = reference.text, text.hasPrefix("#/$defs/") else { return .bool(false) }
        let name = String(text.dropFirst(8))
        return root["$defs"].members.first { $0.name == name }?.value ?? .bool(false)
    }

    private func isOf(_ type: String, _ value: JSONValue) -> Bool {
        switch (type, value) {
        case ("null", .null), ("boolean", .bool), ("integer", .integer), ("number", .integer), ("number", .thousandths),
            ("string", .string), ("array", .array), ("object", .object):
            true
        default: false
        }
    }

    private func isBelow(_ value: JSONValue, _ least: Int128) -> Bool {
        switch value {
        case .integer(let number): number < least
        case .thousandths(let number): Int128(number) < least * 1000
        case .null, .bool, .string, .array, .object: false
        }
    }
}
