// A file as the editor has it, and how its lines and columns become offsets.

import Checker
import Model

/// A text in an editor. Columns count UTF-16 units, as the protocol says unless told otherwise.
struct EditedDocument {
    let uri: String
    let source: SourceFile
    private let lines: [[UInt8]]
    private let starts: [Int]

    init(uri: String, text: String) {
        self.uri = uri
        source = SourceFile(path: Self.path(uri), text: text)
        var lines: [[UInt8]] = [[]]
        var starts = [0]
        for (offset, byte) in source.bytes.enumerated() {
            if byte == UInt8(ascii: "\n") {
                lines.append([])
                starts.append(offset + 1)
            } else {
                lines[lines.count - 1].append(byte)
            }
        }
        self.lines = lines
        self.starts = starts
    }

    /// `file:///a%20b.spec` as a path.
    static func path(_ uri: String) -> String {
        guard uri.hasPrefix("file://") else { return uri }
        var bytes: [UInt8] = []
        var rest = uri.dropFirst(7).utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let number = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(number)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A path as the editor names it.
    static func uri(_ path: String) -> String {
        path.hasPrefix("/") ? "file://" + PathURI.encoded(path) : path
    }

    /// The offset of a place; what lies outside the text becomes its nearest place.
    func offset(_ position: JSONValue) -> Int {
        let line = max(0, min(position.at("line").int ?? 0, lines.count - 1))
        let column = max(0, position.at("character").int ?? 0)
        var units = 0
        var bytes = 0
        for scalar in String(decoding: lines[line], as: UTF8.self).unicodeScalars {
            guard units < column else { break }
            units += UTF16.width(scalar)
            bytes += UTF8.width(scalar)
        }
        return starts[line] + min(bytes, lines[line].count)
    }

    /// A place of this text.
    func position(_ offset: Int) -> JSONValue {
        var low = 0
        var high = starts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= offset { low = middle } else { high = middle }
        }
        let end = min(max(0, offset - starts[low]), lines[low].count)
        let text = String(decoding: lines[low][..<end], as: UTF8.self)
        return ["line": .integer(Int128(low)), "character": .integer(Int128(text.utf16.count))]
    }

    /// A range of this text.
    func range(_ range: SourceRange) -> JSONValue {
        ["start": position(range.start), "end": position(max(range.start, range.end))]
    }

    /// From the first byte to the last.
    var whole: JSONValue { ["start": position(0), "end": position(source.bytes.count)] }
}
