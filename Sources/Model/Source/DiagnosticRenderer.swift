// Diagnostics for people: code, message, place, the line itself with a caret, what else matters, what helps.

/// Renders diagnostics in the manner of rustc, plain or with colours.
public struct DiagnosticRenderer: Sendable {
    /// Columns of the terminal; longer source lines are cut around what matters.
    public let width: Int
    /// Whether ANSI colours are used.
    public let hasColour: Bool

    /// A renderer for a terminal, or for a file.
    public init(width: Int = 120, hasColour: Bool = false) {
        self.width = max(width, 40)
        self.hasColour = hasColour
    }

    /// All of them, with a blank line between; a newline ends the last.
    public func render(_ diagnostics: [Diagnostic]) -> String {
        diagnostics.map(render).joined(separator: "\n")
    }

    /// One diagnostic; a newline ends it. O(length of its lines).
    public func render(_ diagnostic: Diagnostic) -> String {
        let isError = diagnostic.severity == .error
        let accent: Style = isError ? .red : .yellow
        let ranges = [diagnostic.range] + diagnostic.related.map(\.range)
        let last = ranges.map { $0.file.position(at: $0.lastOffset).line }.max() ?? 1
        let gutter = String(last).count
        var lines = [
            paint("\(diagnostic.severity.rawValue)[\(diagnostic.code.rawValue)]", accent)
                + paint(": \(Self.oneLine(diagnostic.message))", .bold)
        ]
        lines += place(diagnostic.range, gutter: gutter, mark: "^", accent)
        for related in diagnostic.related {
            lines.append(paint("note", .bold) + ": \(Self.oneLine(related.message))")
            lines += place(related.range, gutter: gutter, mark: "-", .blue)
        }
        for note in diagnostic.notes {
            lines.append(String(repeating: " ", count: gutter) + paint(" = ", .blue) + "help: \(Self.oneLine(note))")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    // MARK: A place

    /// The arrow, and the lines of a range with what underlines them.
    private func place(_ range: SourceRange, gutter: Int, mark: Character, _ style: Style) -> [String] {
        let blank = String(repeating: " ", count: gutter)
        let bar = paint("\(blank) |", .blue)
        var lines = [blank + paint("--> ", .blue) + range.description, bar]
        let first = range.file.position(at: range.start).line
        let last = range.file.position(at: range.lastOffset).line
        for number in first == last ? [first] : [first, last] {
            if number == last, last > first + 1 { lines.append(paint("...", .blue)) }
            let window = SourceWindow(range, line: number, isFirst: number == first, columns: width - gutter - 3)
            let label = String(number)
            let padding = String(repeating: " ", count: gutter - min(gutter, label.count))
            lines.append(Self.trimmed(paint("\(padding)\(label) |", .blue) + " " + window.text))
            let marks = String(repeating: mark, count: window.markCount)
            lines.append("\(bar) \(String(repeating: " ", count: window.markStart))\(paint(marks, style))")
        }
        return lines
    }

    private static func trimmed(_ line: String) -> String {
        var line = line
        while line.last == " " { line.removeLast() }
        return line
    }

    /// A message without newlines and control characters, whatever text it repeats.
    private static func oneLine(_ message: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in message.unicodeScalars {
            let isBlank = scalar == " " || scalar.properties.generalCategory == .control
            if isBlank, scalars.last == " " { continue }
            scalars.append(isBlank ? " " : scalar)
        }
        return String(scalars)
    }

    // MARK: Colours

    private enum Style: String {
        case red = "1;31"
        case yellow = "1;33"
        case blue = "1;34"
        case bold = "1"
    }

    private func paint(_ text: String, _ style: Style) -> String {
        hasColour ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
    }
}

extension SourceRange {
    /// Offset of the last byte that is covered, or of the start when none is.
    fileprivate var lastOffset: Int { max(start, end - 1) }
}
