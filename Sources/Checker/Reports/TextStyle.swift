// How text fits a terminal: columns that characters take, wrapping, colours, and plain signs where Unicode is not welcome.

/// What a terminal can show.
struct TextStyle: Sendable {
    let hasColour: Bool
    let isUnicode: Bool

    /// What a colour stands for; never the only sign of it.
    enum Colour: String {
        case good = "32"
        case bad = "1;31"
        case doubtful = "33"
        case heading = "1"
        case faint = "2"
    }

    func paint(_ text: String, _ colour: Colour) -> String {
        hasColour && !text.isEmpty ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
    }

    var arrow: String { isUnicode ? "→" : "->" }
    var cross: String { isUnicode ? "✗" : "x" }
    var dash: String { isUnicode ? "—" : "--" }
    var minus: String { isUnicode ? "−" : "-" }
    var ellipsis: String { isUnicode ? "…" : "..." }
    var repeats: String { isUnicode ? "↻" : "~" }
    var atMost: String { isUnicode ? "≤" : "<=" }
    var dot: String { isUnicode ? "·" : "|" }
    var rangeSign: String { isUnicode ? "–" : "-" }
    var rising: String { isUnicode ? "↑" : "^" }
    var falling: String { isUnicode ? "↓" : "v" }
}

/// Text measured in the columns of a terminal.
enum TextLayout {
    /// Columns that a text takes. O(length).
    static func width(_ text: String) -> Int {
        var width = 0
        for scalar in text.unicodeScalars { width += columns(of: scalar) }
        return width
    }

    /// The text with blanks behind it, up to a width.
    static func padded(_ text: String, to width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - self.width(text)))
    }

    /// The text with blanks before it, up to a width.
    static func rightAligned(_ text: String, to width: Int) -> String {
        String(repeating: " ", count: max(0, width - self.width(text))) + text
    }

    /// The text on one line: runs of blanks become one, other control characters a replacement.
    static func oneLine(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case " ", "\t", "\n", "\r":
                if result.last != " " { result.append(" ") }
            default: result.append(isControl(scalar) ? "\u{FFFD}" : scalar)
            }
        }
        if result.last == " " { result.removeLast() }
        if result.first == " " { result.removeFirst() }
        return String(result)
    }

    /// Lines no wider than `width`, broken at blanks, or within a word that is too long for a line. At least one.
    static func wrapped(_ text: String, width: Int) -> [String] {
        wrapped(text.split(separator: " ").map(String.init), separator: " ", width: width)
    }

    /// Phrases on lines no wider than `width`: a phrase is kept together where a line can hold it.
    static func wrapped(_ phrases: [String], separator: String, width: Int) -> [String] {
        let room = max(width, 8)
        var lines: [String] = []
        var line = ""
        for phrase in phrases {
            let joined = line.isEmpty ? phrase : line + separator + phrase
            if self.width(joined) <= room {
                line = joined
                continue
            }
            if !line.isEmpty { lines.append(trimmed(line + separator)) }
            guard self.width(phrase) > room else {
                line = phrase
                continue
            }
            lines += broken(phrase, width: room)
            line = ""
        }
        if !line.isEmpty || lines.isEmpty { lines.append(line) }
        return lines
    }

    /// A phrase wider than a line: broken at blanks, and within words that are too long; later lines are indented.
    private static func broken(_ phrase: String, width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in phrase.split(separator: " ") {
            let indent = lines.isEmpty ? "" : "  "
            let joined = line.isEmpty ? indent + word : "\(line) \(word)"
            if self.width(joined) <= width {
                line = joined
                continue
            }
            if !line.isEmpty { lines.append(line) }
            line = (lines.isEmpty ? "" : "  ") + word
            while self.width(line) > width {
                let head = prefix(line, columns: width)
                lines.append(head)
                line =
                    "  "
                    + line.unicodeScalars.dropFirst(head.unicodeScalars.count).reduce(into: "") {
                        $0.unicodeScalars.append($1)
                    }
            }
        }
        if !line.isEmpty { lines.append(line) }
        return lines
    }

    /// The start of a text that fits a number of columns; at least one character.
    static func prefix(_ text: String, columns limit: Int) -> String {
        var result = String.UnicodeScalarView()
        var used = 0
        for scalar in text.unicodeScalars {
            used += columns(of: scalar)
            if used > limit, !result.isEmpty { break }
            result.append(scalar)
        }
        return String(result)
    }

    /// The text cut to a number of columns, with an ellipsis where something was cut away.
    static func cut(_ text: String, columns limit: Int, _ style: TextStyle) -> String {
        guard width(text) > limit else { return text }
        return prefix(text, columns: max(1, limit - width(style.ellipsis))) + style.ellipsis
    }

    /// The text without blanks at its end.
    static func trimmed(_ text: String) -> String {
        var text = text
        while text.last == " " { text.removeLast() }
        return text
    }

    /// Four hexadecimal digits of a scalar below 0x10000.
    static func hexadecimal(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }

    /// Columns of one scalar (Unicode Standard Annex 11, "East Asian Width", coarsely).
    private static func columns(of scalar: Unicode.Scalar) -> Int {
        if scalar.value < 0x300 { return 1 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark: return 0
        default: break
        }
        switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
            0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
            return 2
        default: return 1
        }
    }
}

/// Words for numbers.
public enum Wording {
    /// `48 213`: groups of three digits.
    static func grouped(_ number: Int) -> String {
        let digits = Array(String(number.magnitude))
        var result = number < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { result.append(" ") }
            result.append(digit)
        }
        return result
    }

    /// `1 step`, `8 steps`.
    public static func count(_ number: Int, _ noun: String) -> String {
        "\(grouped(number)) \(noun)\(number == 1 ? "" : "s")"
    }

    /// `1.24M`, `412k`, `38`: three digits at most, rounded down.
    static func short(_ number: Int) -> String {
        let units: [(Int, String)] = [(1_000_000_000_000, "T"), (1_000_000_000, "G"), (1_000_000, "M"), (1000, "k")]
        for (size, unit) in units where number >= size {
            let whole = number / size
            if whole >= 100 { return "\(whole)\(unit)" }
            let tenths = number % size * 100 / size
            if whole >= 10 { return "\(whole).\(tenths / 10)\(unit)" }
            return "\(whole).\(tenths < 10 ? "0" : "")\(tenths)\(unit)"
        }
        return String(number)
    }

    /// `0.02 s`, `12.3 s`, `5:07`.
    static func seconds(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds >= 0 else { return "0.00 s" }
        if seconds >= 60 { return clock(seconds) }
        let hundredths = Int((seconds * 100).rounded())
        let fraction = hundredths % 100
        return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction) s"
    }

    /// `0:05`, `1:02:03`.
    static func clock(_ seconds: Double) -> String {
        let whole = seconds.isFinite ? Int(max(0, min(seconds, 1e9))) : 0
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        if whole >= 3600 { return "\(whole / 3600):\(two(whole / 60 % 60)):\(two(whole % 60))" }
        return "\(whole / 60):\(two(whole % 60))"
    }
}
