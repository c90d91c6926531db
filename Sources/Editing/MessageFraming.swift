// Messages of the Language Server Protocol on a stream of bytes: a header with the length, then JSON.

package import Checker

/// Splits a stream into messages (Language Server Protocol 3.17, "Base Protocol").
package struct MessageFraming {
    /// A longer message is no message of an editor's.
    private static let sizeLimit = 64 << 20
    private var bytes: [UInt8] = []

    /// An empty stream.
    package init() {}

    /// Takes what arrived.
    package mutating func append(_ more: some Sequence<UInt8>) { bytes += more }

    /// What the next message is.
    package enum Next {
        /// There is none yet.
        case none
        case message(JSONValue)
        /// Something that is no message was left out.
        case malformed(String)
    }

    /// The next whole message.
    package mutating func next() -> Next {
        let separator: [UInt8] = [13, 10, 13, 10]
        guard let end = bytes.firstRange(of: separator) else {
            guard bytes.count > 1 << 16 else { return .none }
            bytes = []
            return .malformed("a header without an end")
        }
        let header = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
        var length: Int?
        for line in header.split(whereSeparator: \.isNewline) {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2, parts[0].lowercased() == "content-length" {
                length = Int(parts[1].filter { $0 != " " })
            }
        }
        guard let length, length >= 0, length <= Self.sizeLimit else {
            bytes.removeSubrange(..<end.upperBound)
            return .malformed("a header without a length")
        }
        guard bytes.count - end.upperBound >= length else { return .none }
        let body = Array(bytes[end.upperBound..<(end.upperBound + length)])
        bytes.removeSubrange(..<(end.upperBound + length))
        do throws(JSONError) { return .message(try JSONText.parse(body)) } catch { return .malformed(error.message) }
    }

    /// A message with its header.
    package static func frame(_ message: JSONValue) -> String {
        let body = message.compactText
        return "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }
}
