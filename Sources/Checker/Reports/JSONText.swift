// Reading JSON: traces, reports of earlier runs, what editors send.

/// Why a text is not JSON.
public struct JSONError: Error, Sendable, CustomStringConvertible {
    /// What is wrong, with the byte at which it was noticed.
    public let message: String
    /// The same.
    public var description: String { message }
}

/// Reads JSON documents.
///
/// Strict in what it takes: no comments, no trailing commas, nothing after the document. Numbers with a fraction are
/// rounded to three decimals, which is all that documents of ours hold.
public struct JSONText {
    /// Lists within lists beyond this are refused rather than followed.
    private static let depthLimit = 256

    private let bytes: [UInt8]
    private var index = 0
    private var depth = 0

    private init(bytes: [UInt8]) { self.bytes = bytes }

    /// The value that a text stands for. O(length).
    ///
    /// - Parameter bytes: the text as UTF-8.
    /// - Returns: the value; of a name that an object has twice the last one counts.
    /// - Throws: `JSONError` when the text is no JSON document.
    public static func parse(_ bytes: [UInt8]) throws(JSONError) -> JSONValue {
        var reader = JSONText(bytes: bytes)
        let value = try reader.value()
        reader.skipBlanks()
        guard reader.index == bytes.count else { throw reader.error("something after the document") }
        return value
    }

    private func error(_ words: String) -> JSONError { JSONError(message: "\(words) at byte \(index)") }

    private var current: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func skipBlanks() {
        while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { index += 1 }
    }

    private mutating func take(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard index + count <= bytes.count else { return false }
        let isThere = text.withUTF8Buffer { buffer in
            buffer.indices.allSatisfy { buffer[$0] == bytes[index + $0] }
        }
        if isThere { index += count }
        return isThere
    }

    private mutating func value() throws(JSONError) -> JSONValue {
        skipBlanks()
        depth += 1
        defer { depth -= 1 }
        guard depth < Self.depthLimit else { throw error("too many lists within lists") }
        switch current {
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

    private mutating func object() throws(JSONError) -> JSONValue {
        index += 1
        var members: [JSONValue.Member] = []
        skipBlanks()
        if take("}") { return .object([]) }
        repeat {
            skipBlanks()
            let name = try string()
            skipBlanks()
            guard take(":") else { throw error("no colon") }
            members.append(.init(name, try value()))
            skipBlanks()
        } while take(",")
        guard take("}") else { throw error("an object does not end") }
        return .object(members)
    }

    private mutating func array() throws(JSONError) -> JSONValue {
        index += 1
        var elements: [JSONValue] = []
        skipBlanks()
        if take("]") { return .array([]) }
        repeat {
            elements.append(try value())
            skipBlanks()
        } while take(",")
        guard take("]") else { throw error("an array does not end") }
        return .array(elements)
    }

    private mutating func number() throws(JSONError) -> JSONValue {
        let start = index
        while let byte = current, "+-.0123456789eE".utf8.contains(byte) { index += 1 }
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        if let integer = Int128(text) { return .integer(integer) }
        guard let number = Double(text), !text.isEmpty else { throw error("no value") }
        return .rounded(number)
    }

    private mutating func string() throws(JSONError) -> String {
        guard take("\"") else { throw error("no string") }
        var text: [UInt8] = []
        while let byte = current {
            switch byte {
            case UInt8(ascii: "\""):
                index += 1
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                index += 1
                text += Array(String(Character(try escaped())).utf8)
            case 0..<0x20: throw error("a control character in a string")
            default:
                text.append(byte)
                index += 1
            }
        }
        throw error("a string does not end")
    }

    private mutating func escaped() throws(JSONError) -> Unicode.Scalar {
        guard let byte = current else { throw error("an escape does not end") }
        index += 1
        switch byte {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try unicode()
        default: throw error("an unknown escape")
        }
    }

    /// Four hexadecimal digits, or twice four for what lies beyond them; half a pair becomes a replacement character.
    private mutating func unicode() throws(JSONError) -> Unicode.Scalar {
        let first = try digits()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, take("\\u") else { return "\u{FFFD}" }
        let second = try digits()
        guard (0xDC00...0xDFFF).contains(second) else { return "\u{FFFD}" }
        return Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)) ?? "\u{FFFD}"
    }

    private mutating func digits() throws(JSONError) -> UInt32 {
        guard index + 4 <= bytes.count,
            let number = UInt32(String(decoding: bytes[index..<index + 4], as: UTF8.self), radix: 16)
        else { throw error("an escape without four digits") }
        index += 4
        return number
    }
}

extension JSONValue {
    /// A member of an object; null when there is none.
    public func at(_ name: String) -> JSONValue {
        guard case .object(let members) = self else { return .null }
        return members.last { $0.name == name }?.value ?? .null
    }

    /// The elements of an array; none of anything else.
    public var list: [JSONValue] { if case .array(let elements) = self { elements } else { [] } }

    /// The members of an object; none of anything else.
    public var entries: [Member] { if case .object(let members) = self { members } else { [] } }

    /// The text of a string; nil of anything else.
    public var string: String? { if case .string(let text) = self { text } else { nil } }

    /// The number, when it is a whole one that an `Int` holds.
    public var int: Int? { if case .integer(let number) = self { Int(exactly: number) } else { nil } }

    /// The truth value, when it is one.
    public var flag: Bool? { if case .bool(let flag) = self { flag } else { nil } }

    /// Whether there is nothing.
    public var isNull: Bool { self == .null }
}

extension JSONValue {
    /// Reads a document ("The JavaScript Object Notation (JSON) Data Interchange Format", RFC 8259). O(length of the text).
    ///
    /// - Throws: `JSONError` with the place of the first mistake.
    public init(parsing text: some Collection<UInt8>) throws(JSONError) { self = try JSONText.parse(Array(text)) }
}
