// Reading JSON: what traces are read back with. Strict, and never deeper than a limit.

/// Why a text is no JSON document.
public struct JSONMistake: Error, Sendable, CustomStringConvertible {
    /// What is wrong, and at which byte.
    public let description: String
}

extension JSONValue {
    /// Reads a document ("The JavaScript Object Notation (JSON) Data Interchange Format", RFC 8259).
    ///
    /// Numbers are whole; one with a fraction or an exponent is refused, since no document of ours has one that is read
    /// back. O(length of the text).
    ///
    /// - Throws: `JSONMistake` with the place of the first mistake.
    public init(parsing text: some Collection<UInt8>) throws(JSONMistake) {
        var parser = JSONParser(bytes: Array(text))
        self = try parser.document()
    }

    /// A member of an object; nil when there is none.
    package func member(_ name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    /// The text, when it is a string.
    package var stringValue: String? { if case .string(let text) = self { text } else { nil } }

    /// The elements, when it is an array.
    package var arrayValue: [JSONValue]? { if case .array(let elements) = self { elements } else { nil } }
}

private struct JSONParser {
    let bytes: [UInt8]
    private var index = 0
    private var depth = 0
    private static let depthLimit = 200

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func document() throws(JSONMistake) -> JSONValue {
        let value = try value()
        skipBlanks()
        if index < bytes.count { throw mistake("something after the document") }
        return value
    }

    private func mistake(_ words: String) -> JSONMistake { JSONMistake(description: "\(words) at byte \(index)") }

    private mutating func skipBlanks() {
        while index < bytes.count, [0x20, 0x0a, 0x0d, 0x09].contains(bytes[index]) { index += 1 }
    }

    private mutating func take(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard bytes.count - index >= count else { return false }
        for offset in 0..<count where bytes[index + offset] != text.utf8Start[offset] { return false }
        index += count
        return true
    }

    private mutating func value() throws(JSONMistake) -> JSONValue {
        skipBlanks()
        depth += 1
        defer { depth -= 1 }
        if depth > Self.depthLimit { throw mistake("nested too deep") }
        guard index < bytes.count else { throw mistake("the text ends") }
        switch bytes[index] {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "\""): return .string(try string())
        default: break
        }
        if take("null") { return .null }
        if take("true") { return .bool(true) }
        if take("false") { return .bool(false) }
        return try number()
    }

    private mutating func object() throws(JSONMistake) -> JSONValue {
        index += 1
        var members: [JSONValue.Member] = []
        skipBlanks()
        if take("}") { return .object([]) }
        repeat {
            skipBlanks()
            let name = try string()
            skipBlanks()
            guard take(":") else { throw mistake("no colon") }
            members.append(JSONValue.Member(name, try value()))
            skipBlanks()
        } while take(",")
        guard take("}") else { throw mistake("an object does not end") }
        return .object(members)
    }

    private mutating func array() throws(JSONMistake) -> JSONValue {
        index += 1
        var elements: [JSONValue] = []
        skipBlanks()
        if take("]") { return .array([]) }
        repeat {
            elements.append(try value())
            skipBlanks()
        } while take(",")
        guard take("]") else { throw mistake("an array does not end") }
        return .array(elements)
    }

    private mutating func number() throws(JSONMistake) -> JSONValue {
        let start = index
        while index < bytes.count, "+-.0123456789eE".utf8.contains(bytes[index]) { index += 1 }
        guard let number = Int128(String(decoding: bytes[start..<index], as: UTF8.self)) else {
            index = start
            throw mistake("no value")
        }
        return .integer(number)
    }

    private mutating func string() throws(JSONMistake) -> String {
        guard take("\"") else { throw mistake("no string") }
        var text: [UInt8] = []
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\""):
                index += 1
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): text += try escaped()
            case 0..<0x20: throw mistake("a control character in a string")
            default:
                text.append(bytes[index])
                index += 1
            }
        }
        throw mistake("a string does not end")
    }

    private mutating func escaped() throws(JSONMistake) -> [UInt8] {
        index += 1
        let plain: [(StaticString, UInt8)] = [
            ("\"", 0x22), ("\\", 0x5c), ("/", 0x2f), ("b", 8), ("f", 12), ("n", 10), ("r", 13), ("t", 9),
        ]
        for (sign, byte) in plain where take(sign) { return [byte] }
        guard take("u"), var number = hexadecimal() else { throw mistake("an unknown escape") }
        if (0xd800..<0xdc00).contains(number), take("\\u"), let low = hexadecimal(), (0xdc00..<0xe000).contains(low) {
            number = 0x10000 + (number - 0xd800) << 10 + (low - 0xdc00)
        }
        let scalar = Unicode.Scalar(number) ?? "\u{FFFD}"
        return Array(String(Character(scalar)).utf8)
    }

    private mutating func hexadecimal() -> UInt32? {
        guard bytes.count - index >= 4 else { return nil }
        let digits = String(decoding: bytes[index..<index + 4], as: UTF8.self)
        guard let number = UInt32(digits, radix: 16) else { return nil }
        index += 4
        return number
    }
}
