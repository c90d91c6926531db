// A sweep as a picture: a grid of configurations, each cell with its verdict, states and seconds.

import Model

/// Draws the configurations of `--sweep`: the last constant runs to the right, the one before it downwards, and each
/// value of the others has a grid of its own.
struct SweepPicture {
    private static let cell = (width: 146.0, height: 46.0)
    private static let label = 110.0

    private let results: [SpecResult]

    init(_ results: [SpecResult]) { self.results = results }

    /// A whole SVG document; nil when there is no sweep.
    var document: String? {
        var drawing = Drawing()
        var top = 8.0
        for result in results {
            let points = result.checks.filter { !$0.sweepPoint.isEmpty }
            guard !points.isEmpty else { continue }
            drawing.words(Drawing.cut(result.path, 90), 8, top + 14, "head")
            top += 26
            for group in Self.groups(points) { draw(group, &drawing, &top) }
            top += 12
        }
        guard top > 8 else { return nil }
        return drawing.document(label: "verdict, states and seconds of each configuration", styles: Self.style)
    }

    /// Runs of configurations that agree in all but the last two constants.
    private static func groups(_ points: [CheckResult]) -> [[CheckResult]] {
        var groups: [[CheckResult]] = []
        for point in points {
            if let last = groups.last?.first, last.sweepPoint.dropLast(2) == point.sweepPoint.dropLast(2) {
                groups[groups.count - 1].append(point)
            } else {
                groups.append([point])
            }
        }
        return groups
    }

    private func draw(_ group: [CheckResult], _ drawing: inout Drawing, _ top: inout Double) {
        let fixed = group[0].sweepPoint.dropLast(2)
        if !fixed.isEmpty {
            drawing.words(Drawing.cut(fixed.joined(separator: ", "), 90), 8, top + 12)
            top += 20
        }
        let columns = Self.distinct(group.compactMap(\.sweepPoint.last))
        let rows = Self.distinct(group.map { $0.sweepPoint.dropLast().last ?? "" })
        for (column, setting) in columns.enumerated() {
            let x = Self.label + (Double(column) + 0.5) * Self.cell.width
            drawing.words(Drawing.cut(setting, 18), x, top + 12, anchor: "middle")
        }
        top += 18
        for (row, setting) in rows.enumerated() {
            let y = top + Double(row) * Self.cell.height
            drawing.words(Drawing.cut(setting, 15), Self.label - 8, y + 26, anchor: "end")
        }
        for check in group {
            let column = columns.firstIndex(of: check.sweepPoint.last ?? "") ?? 0
            let row = rows.firstIndex(of: check.sweepPoint.dropLast().last ?? "") ?? 0
            draw(check, Self.label + Double(column) * Self.cell.width, top + Double(row) * Self.cell.height, &drawing)
        }
        top += Double(rows.count) * Self.cell.height + 10
    }

    private func draw(_ check: CheckResult, _ x: Double, _ y: Double, _ drawing: inout Drawing) {
        let style = TextStyle(hasColour: false, isUnicode: true)
        let wording = VerdictWording(check: check, style: style)
        let (kind, sign) =
            switch wording.colour {
            case .good: ("good", "✓")
            case .bad: ("bad", "✗")
            case .doubtful, .heading, .faint: ("open", "?")
            }
        drawing.box(x + 2, y + 2, Self.cell.width - 4, Self.cell.height - 4, kind)
        let words = check.violated.first?.name ?? wording.verdict.word
        drawing.words(Drawing.cut("\(sign) \(words)", 20), x + 8, y + 19)
        let numbers = "\(Wording.grouped(check.states)) · \(SweepText.seconds(check)) s"
        drawing.words(Drawing.cut(numbers, 20), x + 8, y + 35, "faint")
    }

    private static func distinct(_ texts: [String]) -> [String] {
        texts.reduce(into: []) { seen, text in if !seen.contains(text) { seen.append(text) } }
    }

    /// Colours of Okabe and Ito, light enough for dark words; the sign in each cell says the same.
    private static let style = """
        text{font:11px ui-monospace,Menlo,Consolas,monospace;fill:#1b2229}.head{font-weight:bold;font-size:13px}\
        .faint{fill:#44505a}.good{fill:#bfe6d9;stroke:#009e73}.bad{fill:#f6c9b3;stroke:#d55e00}\
        .open{fill:#f9e7b8;stroke:#e69f00}svg{background:#fff}
        """
}
