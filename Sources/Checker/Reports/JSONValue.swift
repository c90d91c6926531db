// JSON documents: ordered values and their text, the same bytes each time.

/// A JSON value. The members of an object keep the order in which they were given.
public indirect enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    /// Written with all its digits.
    case integer(Int128)
    /// A number with three decimals: seconds to the millisecond, rates.
    case thousandths(Int64)
    case string(String)
    case array([JSONValue])
    case object([Member])

    /// A name and its value.
    public struct Member: Hashable, Sendable {
        /// The name.
        public let name: String
        /// The value.
        public let value: JSONValue

        /// A member of an object.
        public init(_ name: String, _ value: JSONValue) {
            self.name = name
            self.value = value
        }
    }

    /// The text without any blanks. O(length of the text).
    public var compactText: String {
        var writer = JSONWriter(indentation: nil)
        writer.write(self)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// The text with two blanks for each level; what is short stands on one line. No newline at the end.
    public var prettyText: String {
        var writer = JSONWriter(indentation: 2)
        writer.write(self)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// An object with more members at its end; anything else as it is.
    public func adding(_ more: [Member]) -> JSONValue {
        guard case .object(let members) = self else { return self }
        return .object(members + more)
    }

    /// Seconds, or another measured number, to three decimals; what is no number counts as 0.
    static func rounded(_ number: Double) -> JSONValue {
        let scaled = (number * 1000).rounded()
        guard scaled.isFinite, abs(scaled) < 9e18 else { return .thousandths(0) }
        return .thousandths(Int64(scaled))
    }

    /// The number of seconds that `rounded` wrote; 0 for anything else.
    var seconds: Double {
        switch self {
        case .integer(let number): Double(number)
        case .thousandths(let number): Double(number) / 1000
        case .null, .bool, .string, .array, .object: 0
        }
    }

    /// The string, or null.
    static func optional(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }

    /// The number, or null.
    static func optional(_ number: Int?) -> JSONValue { number.map { .integer(Int128($0)) } ?? .null }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByDictionaryLiteral {
    /// A string.
    public init(stringLiteral value: String) { self = .string(value) }

    /// An object; the members keep the order of the literal.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(elements.map { Member($0.0, $0.1) })
    }
}

/// Writes values as UTF-8.
private struct JSONWriter {
    /// Blanks for each level; nil writes everything on one line without blanks.
    let indentation: Int?
    private(set) var bytes: [UInt8] = []
    private var level = 0

    /// Arrays and objects whose text is no longer than this stand on one line.
    private static let shortLength = 72

    init(indentation: Int?) { self.indentation = indentation }

    mutating func write(_ value: JSONValue) {
        switch value {
        case .null: append("null")
        case .bool(let flag): append(flag ? "true" : "false")
        case .integer(let number): append(number.description)
        case .thousandths(let number): append(Self.decimal(number))
        case .string(let text): write(text)
        case .array(let elements):
            writeList("[", "]", elements, of: value) { writer, element in writer.write(element) }
        case .object(let members):
            writeList("{", "}", members, of: value) { writer, member in
                writer.write(member.name)
                writer.append(writer.indentation == nil ? ":" : ": ")
                writer.write(member.value)
            }
        }
    }

    private mutating func writeList<Element>(
        _ opening: String, _ closing: String, _ elements: [Element], of value: JSONValue,
        _ body: (inout JSONWriter, Element) -> Void
    ) {
        let isOnOneLine = indentation == nil || elements.isEmpty || value.isFlat && isShort(value)
        append(opening)
        level += 1
        for (index, element) in elements.enumerated() {
            if index > 0 { append(isOnOneLine && indentation != nil ? ", " : ",") }
            if !isOnOneLine { breakLine() }
            body(&self, element)
        }
        level -= 1
        if !isOnOneLine { breakLine() }
        append(closing)
    }

    /// Whether the value is short. Only flat values are asked, so that the whole stays linear.
    private func isShort(_ value: JSONValue) -> Bool {
        var writer = JSONWriter(indentation: nil)
        writer.write(value)
        return writer.bytes.count <= Self.shortLength
    }

    private mutating func breakLine() {
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: level * (indentation ?? 0)))
    }

    private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

    private mutating func write(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": append("\\\"")
            case "\\": append("\\\\")
            case "\n": append("\\n")
            case "\r": append("\\r")
            case "\t": append("\\t")
            // Line separators are legal in JSON, and not in what people paste it into.
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}":
                append("\\u" + TextLayout.hexadecimal(scalar))
            default: bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func decimal(_ thousandths: Int64) -> String {
        let magnitude = thousandths.magnitude
        let fraction = String(magnitude % 1000)
        let zeros = String(repeating: "0", count: 3 - fraction.count)
        return "\(thousandths < 0 ? "-" : "")\(magnitude / 1000).\(zeros)\(fraction)"
    }
}

extension JSONValue {
    /// Whether nothing within it is a list with elements of its own.
    fileprivate var isFlat: Bool {
        switch self {
        case .null, .bool, .integer, .thousandths, .string: true
        case .array(let elements): elements.allSatisfy { $0.isScalar }
        case .object(let members): members.allSatisfy { $0.value.isScalar }
        }
    }

    private var isScalar: Bool {
        switch self {
        case .null, .bool, .integer, .thousandths, .string: true
        case .array, .object: false
        }
    }
}
