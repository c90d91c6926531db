// A reader of JSON for tests: strict, independent of the writer that it checks.

import Checker

/// What is wrong with a text that should be JSON.
struct JSONMistake: Error, CustomStringConvertible {
    let description: String
}

/// Reads a whole document; numbers are integers or have a fraction of three digits.
struct JSONReader {
    private let bytes: [UInt8]
    private var index = 0

    static func read(_ text: String) throws -> JSONValue {
        var reader = JSONReader(bytes: Array(text.utf8))
        let value = try reader.value()
        reader.skipBlanks()
        guard reader.index == reader.bytes.count else { throw reader.mistake("something after the document") }
        return value
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private func mistake(_ words: String) -> JSONMistake { JSONMistake(description: "\(words) at byte \(index)") }

    private var current: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func skipBlanks() {
        while let byte = current, " \n\r\t".utf8.contains(byte) { index += 1 }
    }

    private mutating func take(_ text: String) -> Bool {
        guard bytes[index...].starts(with: text.utf8) else { return false }
        index += text.utf8.count
        return true
    }

    private mutating func value() throws -> JSONValue {
        skipBlanks()
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

    private mutating func object() throws -> JSONValue {
        index += 1
        var members: [JSONValue.Member] = []
        skipBlanks()
        if take("}") { return .object([]) }
        repeat {
            skipBlanks()
            let name = try string()
            skipBlanks()
            guard take(":") else { throw mistake("no colon") }
            guard !members.contains(where: { $0.name == name }) else { throw mistake("\(name) twice") }
            members.append(.init(name, try value()))
            skipBlanks()
        } while take(",")
        guard take("}") else { throw mistake("an object does not end") }
        return .object(members)
    }

    private mutating func array() throws -> JSONValue {
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

    private mutating func number() throws -> JSONValue {
        let start = index
        while let byte = current, "+-.0123456789eE".utf8.contains(byte) { index += 1 }
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        if let integer = Int128(text), integer.description == text { return .integer(integer) }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1].count == 3, let whole = Int64(parts[0]), let fraction = Int64(parts[1]) else {
            throw mistake("no number: \(text)")
        }
        return .thousandths(whole * 1000 + (whole < 0 ? -fraction : fraction))
    }

    private mutating func string() throws -> String {
        guard take("\"") else { throw mistake("no string") }
        var text = ""
        while let byte = current {
            switch byte {
            case UInt8(ascii: "\""):
                index += 1
                return text
            case UInt8(ascii: "\\"): text.unicodeScalars.append(try escaped())
            case 0..<0x20: throw mistake("a control character in a string")
            default:
                let length = byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
                guard index + length <= bytes.count else { throw mistake("a cut character") }
                text += String(decoding: bytes[index..<index + length], as: UTF8.self)
                index += length
            }
        }
        throw mistake("a string does not end")
    }

    private mutating func escaped() throws -> Unicode.Scalar {
        index += 1
        let plain: [(String, Unicode.Scalar)] = [("\"", "\""), ("\\", "\\"), ("n", "\n"), ("r", "\r"), ("t", "\t")]
        for (sign, scalar) in plain where take(sign) { return scalar }
        guard take("u"), index + 4 <= bytes.count,
            let number = UInt32(String(decoding: bytes[index..<index + 4], as: UTF8.self), radix: 16),
            let scalar = Unicode.Scalar(number)
        else { throw mistake("an unknown escape") }
        index += 4
        return scalar
    }
}

extension JSONValue {
    /// A member of an object; null when there is none.
    subscript(_ name: String) -> JSONValue {
        guard case .object(let members) = self else { return .null }
        return members.first { $0.name == name }?.value ?? .null
    }

    /// An element of an array; null when there is none.
    subscript(_ index: Int) -> JSONValue {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return .null }
        return elements[index]
    }

    /// The elements of an array; none of anything else.
    var elements: [JSONValue] { if case .array(let elements) = self { elements } else { [] } }

    /// The members of an object; none of anything else.
    var members: [Member] { if case .object(let members) = self { members } else { [] } }

    /// The text of a string; nil of anything else.
    var text: String? { if case .string(let text) = self { text } else { nil } }
}
