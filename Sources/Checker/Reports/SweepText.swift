// A sweep as people read it: a row for each configuration, and the first one that is violated in full.

import Model

/// Writes the configurations of `--sweep` as a table.
public struct SweepText {
    private let human: HumanReport

    /// A writer in the style of a human report.
    public init(_ human: HumanReport) { self.human = human }

    private var style: TextStyle { human.style }

    /// The text of all files; a newline ends it.
    public func text(_ results: [SpecResult]) -> String {
        results.map(text).joined(separator: "\n") + human.summary(results)
    }

    private func text(_ result: SpecResult) -> String {
        let points = result.checks.filter { !$0.sweepPoint.isEmpty }
        guard let first = points.first else { return human.text(result) }
        let head = first.sweepPoint.map(Self.name) + ["states", "steps", "depth", "seconds", "verdict"]
        let rows = points.map(cells)
        let widths = head.indices.map { column in
            ([head] + rows).map { TextLayout.width($0[column]) }.max() ?? 0
        }
        func line(_ cells: [String]) -> String {
            // Numbers stand under their ends, the verdict under its beginning.
            cells.indices.map { column in
                column == cells.count - 1 ? cells[column] : TextLayout.rightAligned(cells[column], to: widths[column])
            }.joined(separator: "  ")
        }
        var lines = [style.paint(TextLayout.oneLine(result.path), .heading), "  " + style.paint(line(head), .faint)]
        for (check, row) in zip(points, rows) {
            let colour = VerdictWording(check: check, style: style).colour
            let cells = row.dropLast() + [style.paint(row[row.count - 1], colour)]
            lines.append("  " + line(Array(cells)))
        }
        var text = lines.joined(separator: "\n") + "\n\n"
        if let violated = points.first(where: { !$0.violated.isEmpty }) {
            let place = violated.sweepPoint.joined(separator: " ")
            text += "the first configuration that is violated: \(TextLayout.oneLine(place))\n\n"
            var alone = SpecResult(path: result.path, checks: [violated], diagnostics: [], readError: nil)
            alone.flags = result.flags
            text += human.text(alone)
        }
        return text
    }

    private func cells(_ check: CheckResult) -> [String] {
        check.sweepPoint.map(Self.value) + [
            Wording.grouped(check.states), Wording.grouped(check.transitions), String(check.depth),
            Self.seconds(check), Self.verdict(check, style),
        ]
    }

    // MARK: Words that the picture shares

    static func name(_ setting: String) -> String { String(setting.prefix { $0 != "=" }) }

    static func value(_ setting: String) -> String { String(setting.drop { $0 != "=" }.dropFirst()) }

    static func seconds(_ check: CheckResult) -> String { JSONValue.rounded(check.seconds).compactText }

    /// `VIOLATED no_lost_request, 8 steps`
    static func verdict(_ check: CheckResult, _ style: TextStyle) -> String {
        let wording = VerdictWording(check: check, style: style)
        guard let violated = check.violated.first else {
            let limit = check.limit.map { " (\(VerdictWording.words($0)))" } ?? ""
            let reason = check.system == nil ? check.unmetReason.map { " (\($0))" } ?? "" : limit
            return TextLayout.oneLine(wording.verdict.word + reason)
        }
        let steps = violated.steps.map { ", \(VerdictWording.steps($0))" } ?? ""
        return TextLayout.oneLine("\(wording.verdict.word) \(violated.name)\(steps)")
    }
}
