// Apalache's reader of ITF in small: parses the types of variables and checks every value against them.

import Checker

/// A type in Apalache's notation (ADR-002 "Types", ADR-014 "Precise records and variants").
indirect enum ApalacheType: Equatable {
    case bool
    case int
    case string
    case set(ApalacheType)
    case sequence(ApalacheType)
    case function(ApalacheType, ApalacheType)
    case record([String: ApalacheType])
    case variant([String: ApalacheType])

    /// Parses a whole text; nil when it is no type.
    init?(_ text: String) {
        var parser = ApalacheTypeParser(text)
        guard let type = parser.type(), parser.isAtEnd else { return nil }
        self = type
    }

    /// What makes a value none of this type; nil when it is one. The rules are those of `ItfJsonToTla.scala`.
    func mistake(_ value: JSONValue) -> String? {
        switch (self, value) {
        case (.bool, .bool): return nil
        case (.string, .string(let text)):
            return text.contains("_OF_") ? "\(text) is a name of an uninterpreted value" : nil
        case (.int, .object(let members)) where members.map(\.name) == ["#bigint"]:
            return members.first?.value.text.flatMap { Int128($0) } == nil ? "no number" : nil
        case (.sequence(let element), .array(let elements)): return Self.first(elements, element)
        case (.set(let element), .object(let members)) where members.map(\.name) == ["#set"]:
            return Self.first(members.first?.value.elements ?? [], element)
        case (.function(let key, let result), .object(let members)) where members.map(\.name) == ["#map"]:
            for entry in members.first?.value.elements ?? [] {
                guard entry.elements.count == 2 else { return "an entry without key and value" }
                if let mistake = key.mistake(entry[0]) ?? result.mistake(entry[1]) { return mistake }
            }
            return nil
        case (.record(let fields), .object(let members)):
            guard !members.isEmpty, Set(members.map(\.name)) == Set(fields.keys) else {
                return "fields \(members.map(\.name)) for \(fields.keys.sorted())"
            }
            for member in members { if let mistake = fields[member.name]?.mistake(member.value) { return mistake } }
            return nil
        case (.variant(let options), .object(let members)) where members.map(\.name) == ["tag", "value"]:
            guard let tag = members[0].value.text, let type = options[tag] else { return "an unknown tag" }
            return type.mistake(members[1].value)
        default: return "\(value.compactText) is no \(self)"
        }
    }

    private static func first(_ elements: [JSONValue], _ type: ApalacheType) -> String? {
        for element in elements { if let mistake = type.mistake(element) { return mistake } }
        return nil
    }

    /// What Apalache's reader would complain of in a document; empty when it reads it.
    static func mistakes(in document: JSONValue) -> [String] {
        let names = document["vars"].elements.compactMap(\.text)
        let types = document["#meta"]["varTypes"].members
        var mistakes: [String] = []
        if Set(names) != Set(types.map(\.name)) { mistakes.append("vars and varTypes differ") }
        for (index, state) in document["states"].elements.enumerated() {
            let present = Set(state.members.map(\.name)).subtracting(["#meta"])
            if present != Set(names) { mistakes.append("state \(index) has \(present.sorted())") }
            for type in types {
                guard let text = type.value.text, let parsed = ApalacheType(text) else {
                    mistakes.append("\(type.name): no type")
                    continue
                }
                if let mistake = parsed.mistake(state[type.name]) {
                    mistakes.append("state \(index), \(type.name): \(mistake)")
                }
            }
        }
        return mistakes
    }
}

/// Recursive descent over a type's text.
private struct ApalacheTypeParser {
    private let tokens: [String]
    private var index = 0

    init(_ text: String) {
        var tokens: [String] = []
        var word = ""
        for character in text {
            if character.isLetter || character.isNumber || character == "_" {
                word.append(character)
                continue
            }
            if !word.isEmpty { tokens.append(word) }
            word = ""
            if character == ">", tokens.last == "-" {
                tokens[tokens.count - 1] = "->"
            } else if character != " " {
                tokens.append(String(character))
            }
        }
        self.tokens = word.isEmpty ? tokens : tokens + [word]
    }

    var isAtEnd: Bool { index == tokens.count }

    private mutating func take(_ token: String) -> Bool {
        guard index < tokens.count, tokens[index] == token else { return false }
        index += 1
        return true
    }

    private mutating func word() -> String? {
        guard index < tokens.count, tokens[index].first?.isLetter == true || tokens[index].first == "_" else {
            return nil
        }
        index += 1
        return tokens[index - 1]
    }

    mutating func type() -> ApalacheType? {
        guard let left = single() else { return nil }
        guard take("->") else { return left }
        guard let right = type() else { return nil }
        return .function(left, right)
    }

    private mutating func single() -> ApalacheType? {
        if take("(") {
            guard let inner = type(), take(")") else { return nil }
            return inner
        }
        if take("{") { return record() }
        guard let name = word() else { return nil }
        switch name {
        case "Bool": return .bool
        case "Int": return .int
        case "Str": return .string
        case "Set", "Seq":
            guard take("("), let element = type(), take(")") else { return nil }
            return name == "Set" ? .set(element) : .sequence(element)
        default: return variant(name)
        }
    }

    private mutating func record() -> ApalacheType? {
        var fields: [String: ApalacheType] = [:]
        repeat {
            guard let name = word(), take(":"), let type = type() else { return nil }
            fields[name] = type
        } while take(",")
        return take("}") ? .record(fields) : nil
    }

    private mutating func variant(_ first: String) -> ApalacheType? {
        var options: [String: ApalacheType] = [:]
        var tag: String? = first
        repeat {
            guard let name = tag ?? word(), take("("), let type = type(), take(")") else { return nil }
            options[name] = type
            tag = nil
        } while take("|")
        return .variant(options)
    }
}
