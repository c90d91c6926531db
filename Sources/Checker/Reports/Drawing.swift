// Drawing in SVG: boxes, lines and words, styled by the classes of the report.

/// An SVG drawing in the making. Lengths are pixels; words are in a font whose characters are all equally wide.
struct Drawing {
    /// Columns of words: the width of a character of the small font.
    static let characterWidth = 6.7

    private var parts: [String] = []
    private var width = 0.0
    private var height = 0.0

    /// A number as SVG takes it: without needless decimals.
    static func number(_ value: Double) -> String {
        let tenths = (value * 10).rounded() / 10
        guard tenths.isFinite, abs(tenths) < 1e9 else { return "0" }
        return tenths == tenths.rounded() ? String(Int(tenths)) : String(tenths)
    }

    private mutating func cover(_ x: Double, _ y: Double) {
        width = max(width, x)
        height = max(height, y)
    }

    mutating func raw(_ text: String) { parts.append(text) }

    mutating func box(_ x: Double, _ y: Double, _ width: Double, _ height: Double, _ style: String, radius: Double = 4)
    {
        cover(x + width, y + height)
        parts.append(
            "<rect x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" width=\"\(Self.number(width))\" "
                + "height=\"\(Self.number(height))\" rx=\"\(Self.number(radius))\" class=\"\(style)\"/>")
    }

    mutating func circle(_ x: Double, _ y: Double, _ radius: Double, _ style: String) {
        cover(x + radius, y + radius)
        parts.append(
            "<circle cx=\"\(Self.number(x))\" cy=\"\(Self.number(y))\" r=\"\(Self.number(radius))\" class=\"\(style)\"/>"
        )
    }

    /// A path; its points must be covered by what else is drawn.
    mutating func path(_ data: String, _ style: String, title: String? = nil) {
        let inner = title.map { "<title>\(MarkupText.html($0))</title>" } ?? ""
        parts.append("<path d=\"\(data)\" class=\"\(style)\">\(inner)</path>")
    }

    /// One line of words; `anchor` is `start`, `middle` or `end`.
    mutating func words(_ text: String, _ x: Double, _ y: Double, _ style: String = "w", anchor: String = "start") {
        let length = Double(TextLayout.width(text)) * Self.characterWidth
        cover(anchor == "start" ? x + length : anchor == "middle" ? x + length / 2 : x, y + 4)
        parts.append(
            "<text x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" class=\"\(style)\" text-anchor=\"\(anchor)\">"
                + "\(MarkupText.html(text))</text>")
    }

    /// The finished drawing, for a page that has the styles.
    ///
    /// - Parameter label: what it shows, for those who cannot see it.
    func svg(label: String, style: String = "pic") -> String {
        element("class=\"\(style)\"", label: label, parts.joined())
    }

    /// The finished drawing as a document of its own, with its styles.
    func document(label: String, styles: String) -> String {
        element("xmlns=\"http://www.w3.org/2000/svg\"", label: label, "<style>\(styles)</style>\(parts.joined())")
            + "\n"
    }

    private func element(_ attribute: String, label: String, _ content: String) -> String {
        let size = "\(Self.number(width + 6)) \(Self.number(height + 6))"
        return "<svg \(attribute) role=\"img\" aria-label=\"\(MarkupText.html(label))\" viewBox=\"0 0 \(size)\" "
            + "width=\"\(Self.number(width + 6))\" height=\"\(Self.number(height + 6))\">\(content)</svg>"
    }

    /// Words cut to a number of columns.
    static func cut(_ text: String, _ columns: Int) -> String {
        TextLayout.cut(TextLayout.oneLine(text), columns: columns, TextStyle(hasColour: false, isUnicode: true))
    }
}
