// A replay as a person reads it: a table of steps with both sides, then the verdict with the kernel's line.

/// Writes results for people.
package struct ReplayText {
    private let result: ReplayResult
    private let source: String

    /// A writer of a result.
    ///
    /// - Parameters:
    ///   - result: what a replay found.
    ///   - source: the trace, as the user named it.
    package init(_ result: ReplayResult, source: String) {
        self.result = result
        self.source = source
    }

    /// The whole text, with a newline at its end.
    package var text: String {
        var lines = ["replay of \(source) on \(result.kernel)"]
        lines += table
        lines += verdict
        return lines.joined(separator: "\n") + "\n"
    }

    // MARK: The table

    private var table: [String] {
        let head = ["step", "model", "guest process", "kernel", "compared"]
        var rows = [head]
        for step in result.steps {
            rows.append([
                "\(step.number)", "\(step.actor) \(step.name)", step.player, kernelText(step),
                step.comparedCount == 0 ? "-" : "\(step.comparedCount) equal",
            ])
        }
        if case .diverged(let step) = result.verdict, let last = rows.indices.last, last > 0, step > 0 {
            rows[last][4] = "differs"
        }
        let widths = head.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = row.enumerated().map { column, cell in
                column == 0
                    ? String(repeating: " ", count: widths[0] - cell.count) + cell
                    : cell + String(repeating: " ", count: widths[column] - cell.count)
            }
            return "  " + trimmed(cells.joined(separator: "  "))
        }
    }

    private func trimmed(_ text: String) -> String {
        var text = Substring(text)
        while text.last == " " { text.removeLast() }
        return String(text)
    }

    private func kernelText(_ step: ReplayedStep) -> String {
        step.shownPlace?.text ?? "-"
    }

    // MARK: The verdict

    private var verdict: [String] {
        var lines = ["\(result.verdict.word)\(verdictDetail)"]
        if let finding = result.finding {
            lines.append("  \(finding.message)")
            if !finding.datum.isEmpty {
                lines.append("    model:  \(finding.datum) = \(finding.model)")
                let place = finding.address == 0 ? "" : " at 0x\(String(finding.address, radix: 16))"
                lines.append("    kernel: \(finding.expression) = \(finding.kernel)\(place)")
            }
            if let place = finding.place {
                lines.append("  kernel: \(place.text)")
            }
        }
        if !result.unbound.isEmpty { lines.append("  not bound: \(result.unbound.joined(separator: ", "))") }
        return lines
    }

    private var verdictDetail: String {
        switch result.verdict {
        case .reproduced:
            " (\(result.property) in \(result.stepCount) steps, \(result.instructionCount) instructions)"
        case .agreed: " (\(result.stepCount) steps, \(result.instructionCount) instructions)"
        case .diverged, .notSchedulable, .notCompared: " (of \(result.stepCount); \(result.property))"
        }
    }
}
