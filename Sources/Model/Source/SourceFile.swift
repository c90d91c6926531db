// A spec's text, and how byte offsets become lines and columns.

/// One source text: a file of the user's, or one of the embedded library.
public final class SourceFile: Sendable {
    /// The path as the user wrote it, which every message repeats.
    public let path: String
    /// The text as UTF-8.
    public let bytes: [UInt8]
    /// Byte offset at which each line starts; never empty.
    let lineStarts: [Int]

    /// Indexes the lines of a text. O(bytes).
    public init(path: String, bytes: [UInt8]) {
        self.path = path
        self.bytes = bytes
        var starts = [0]
        for (offset, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") { starts.append(offset + 1) }
        lineStarts = starts
    }

    /// Reads a text from a string; for tests and embedded sources.
    public convenience init(path: String, text: String) { self.init(path: path, bytes: Array(text.utf8)) }

    /// Line and column, both from 1, of a byte offset; columns count Unicode scalars. O(log lines + column).
    public func position(at offset: Int) -> SourcePosition {
        let line = lineIndex(at: offset)
        let start = lineStarts[line]
        let end = min(max(offset, start), bytes.count)
        return SourcePosition(
            line: line + 1, column: String(decoding: bytes[start..<end], as: UTF8.self).unicodeScalars.count + 1)
    }

    /// The text of a line, from 1, without its newline.
    public func line(_ number: Int) -> String {
        guard number >= 1, number <= lineStarts.count else { return "" }
        let start = lineStarts[number - 1]
        var end = number < lineStarts.count ? lineStarts[number] - 1 : bytes.count
        if end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        return String(decoding: bytes[start..<end], as: UTF8.self)
    }

    /// A line, from 1, without its newline, as a range; nil beyond the last one.
    public func range(ofLine number: Int) -> SourceRange? {
        guard number >= 1, number <= lineStarts.count else { return nil }
        let end = number < lineStarts.count ? lineStarts[number] - 1 : bytes.count
        return SourceRange(file: self, start: lineStarts[number - 1], end: end)
    }

    /// Number of lines, at least one.
    public var lineCount: Int { lineStarts.count }

    /// The text that a range covers.
    public func text(of range: SourceRange) -> String {
        String(decoding: bytes[range.start..<min(range.end, bytes.count)], as: UTF8.self)
    }

    private func lineIndex(at offset: Int) -> Int {
        var low = 0
        var high = lineStarts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if lineStarts[middle] <= offset { low = middle } else { high = middle }
        }
        return low
    }
}

/// A place in a text for people: both numbers from 1.
public struct SourcePosition: Hashable, Sendable {
    /// Line, from 1.
    public let line: Int
    /// Column in Unicode scalars, from 1.
    public let column: Int
}

/// A half-open range of bytes of one source file.
public struct SourceRange: Sendable {
    /// The file that the offsets are of.
    public let file: SourceFile
    /// Offset of the first byte.
    public let start: Int
    /// Offset just past the last byte.
    public let end: Int

    /// A range of a file.
    public init(file: SourceFile, start: Int, end: Int) {
        self.file = file
        self.start = start
        self.end = end
    }

    /// The smallest range that covers both, which must be of one file.
    public func union(_ other: SourceRange) -> SourceRange {
        SourceRange(file: file, start: min(start, other.start), end: max(end, other.end))
    }

    /// `path:line:column` of the start.
    public var description: String {
        let position = file.position(at: start)
        return "\(file.path):\(position.line):\(position.column)"
    }

    /// `path:line:column-line:column`, as traces cite it.
    public var spanDescription: String {
        let last = file.position(at: end)
        return "\(description)-\(last.line):\(last.column)"
    }
}

extension SourceRange: Hashable {
    /// Ranges are equal when file, start and end are.
    public static func == (left: SourceRange, right: SourceRange) -> Bool {
        left.file === right.file && left.start == right.start && left.end == right.end
    }

    /// Hashes offsets and the file's identity.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(ObjectIdentifier(file))
        hasher.combine(start)
        hasher.combine(end)
    }
}
