// JSON Schema draft 4 as far as published schemas use it: the keywords of the SARIF schema, and no others.

import Checker

/// Checks values against a schema; a keyword that it does not know is a finding, so that nothing goes unchecked.
struct DraftFourValidator {
    private let root: JSONValue

    private static let annotations: Set<String> = [
        "$schema", "id", "definitions", "title", "description", "default", "format",
    ]

    init(_ schema: JSONValue) { root = schema }

    /// What is wrong, each with the path to it; empty for a valid value.
    func findings(_ value: JSONValue) -> [String] { findings(value, root, "") }

    private func findings(_ value: JSONValue, _ schema: JSONValue, _ path: String) -> [String] {
        schema.entries.filter { !Self.annotations.contains($0.name) }.flatMap { check(value, $0, schema, path) }
    }

    private func check(_ value: JSONValue, _ keyword: JSONValue.Member, _ schema: JSONValue, _ path: String) -> [String]
    {
        let rule = keyword.value
        switch keyword.name {
        case "$ref":
            guard let name = rule.string, name.hasPrefix("#/definitions/") else {
                return ["\(path): \(rule) leads nowhere"]
            }
            return findings(value, root.at("definitions").at(String(name.dropFirst(14))), path)
        case "type":
            let types = rule.string.map { [$0] } ?? rule.list.compactMap(\.string)
            return types.contains { isOf($0, value) } ? [] : ["\(path): not of type \(types)"]
        case "enum": return rule.list.contains(value) ? [] : ["\(path): \(value.compactText) is not listed"]
        case "anyOf":
            return rule.list.contains { findings(value, $0, path).isEmpty } ? [] : ["\(path): fits no alternative"]
        case "oneOf":
            return rule.list.count { findings(value, $0, path).isEmpty } == 1 ? [] : ["\(path): fits not exactly one"]
        case "pattern":
            guard let text = value.string, let pattern = rule.string else { return [] }
            guard let regex = try? Regex(pattern) else { return ["\(path): \(pattern) is no pattern"] }
            return text.contains(regex) ? [] : ["\(path): \(text) does not match \(pattern)"]
        case "minimum", "maximum":
            guard let number = thousandths(value), let limit = thousandths(rule) else { return [] }
            return (keyword.name == "minimum" ? number >= limit : number <= limit) ? [] : ["\(path): beyond \(limit)"]
        case "minItems", "uniqueItems", "items": return checkArray(value, keyword, path)
        case "properties", "required", "additionalProperties": return checkObject(value, keyword, schema, path)
        default: return ["\(path): the schema has an unknown keyword \(keyword.name)"]
        }
    }

    private func checkArray(_ value: JSONValue, _ keyword: JSONValue.Member, _ path: String) -> [String] {
        guard case .array(let elements) = value else { return [] }
        switch keyword.name {
        case "minItems": return elements.count < keyword.value.int ?? 0 ? ["\(path): too few elements"] : []
        case "uniqueItems":
            return keyword.value.flag == true && Set(elements).count < elements.count
                ? ["\(path): an element twice"] : []
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
            return keyword.value.list.compactMap(\.string).filter { !names.contains($0) }.map { "\(path): no \($0)" }
        case "properties":
            return members.flatMap { member -> [String] in
                let rule = keyword.value.at(member.name)
                return rule.isNull ? [] : findings(member.value, rule, "\(path).\(member.name)")
            }
        default:
            let others = members.filter { schema.at("properties").at($0.name).isNull }
            if case .bool(let isAllowed) = keyword.value {
                return isAllowed ? [] : others.map { "\(path).\($0.name): not allowed" }
            }
            return others.flatMap { findings($0.value, keyword.value, "\(path).\($0.name)") }
        }
    }

    private func isOf(_ type: String, _ value: JSONValue) -> Bool {
        switch (type, value) {
        case ("null", .null), ("boolean", .bool), ("integer", .integer), ("number", .integer), ("number", .thousandths),
            ("string", .string), ("array", .array), ("object", .object):
            true
        default: false
        }
    }

    private func thousandths(_ value: JSONValue) -> Int128? {
        switch value {
        case .integer(let number): number * 1000
        case .thousandths(let number): Int128(number)
        case .null, .bool, .string, .array, .object: nil
        }
    }
}
