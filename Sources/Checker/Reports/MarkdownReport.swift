// A run as Markdown: for the step summary of GitHub Actions, for a comment, for a file.

import Model

/// Writes a run as GitHub's Markdown: a table of all checks, then each violation that closes the gate with its diagram.
public struct MarkdownReport {
    /// GitHub refuses a step summary of more than 1 MiB.
    private static let sizeLimit = 900_000
    /// Violations that are told in full; the rest is listed.
    private static let failureLimit = 20

    private let report: RunReport
    /// Whether it goes into a step summary, where what passes is folded away.
    private let isForSummary: Bool

    init(_ report: RunReport, isForSummary: Bool) {
        self.report = report
        self.isForSummary = isForSummary
    }

    /// What a step summary of GitHub Actions is given.
    public static func summary(_ report: RunReport) -> String { MarkdownReport(report, isForSummary: true).document }

    /// The document, with a newline at its end.
    var document: String {
        var lines = ["# \(headline)", ""]
        lines += table
        var size = lines.reduce(0) { $0 + $1.utf8.count + 1 }
        let failures = report.failures
        for (index, failure) in failures.enumerated() {
            let section = self.section(failure)
            let length = section.reduce(0) { $0 + $1.utf8.count + 1 }
            guard index < Self.failureLimit, size + length < Self.sizeLimit else {
                lines += ["", "\(failures.count - index) more are not shown here; the other reports have them."]
                break
            }
            size += length
            lines += section
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private var headline: String {
        let checks = report.results.flatMap { result in result.checks.map { report.policy.outcome(of: $0, in: result) }
        }
        let failed = checks.count { $0 == .failed }
        let open = checks.count { $0 == .open }
        let broken = report.results.count {
            $0.readError != nil || $0.diagnostics.contains { $0.severity == .error }
        }
        var parts: [String] = []
        if failed > 0 { parts.append("\(failed) of \(Wording.count(checks.count, "check")) failed") }
        if open > 0 { parts.append("\(open) without an answer") }
        if broken > 0 { parts.append("\(Wording.count(broken, "file")) rejected or not read") }
        if parts.isEmpty { return "✅ shmcheck: \(Wording.count(checks.count, "check")) as expected" }
        return "❌ shmcheck: " + parts.joined(separator: ", ")
    }

    // MARK: The table

    private var table: [String] {
        var rows: [(line: String, isGood: Bool)] = []
        for result in report.results {
            let path = MarkupText.markdownCode(result.path)
            if let error = result.readError {
                rows.append(("| ❌ | \(path) | | \(MarkupText.markdown(error)) | | |", false))
                continue
            }
            let errors = result.diagnostics.filter { $0.severity == .error }
            if let first = errors.first {
                let words = "\(Wording.count(errors.count, "error")): \(first.message)"
                rows.append(("| ❌ | \(path) | | \(MarkupText.markdown(words)) | | |", false))
            }
            rows += result.checks.map { row($0, result) }
        }
        let heading = ["| | spec | check | verdict | states | depth |", "|---|---|---|---|---:|---:|"]
        let bad = rows.filter { !$0.isGood }.map(\.line)
        let good = rows.filter(\.isGood).map(\.line)
        guard isForSummary, !bad.isEmpty, good.count > 3 else { return heading + rows.map(\.line) }
        let folded =
            ["", "<details><summary>\(good.count) checks as expected</summary>", ""] + heading + good + [
                "", "</details>",
            ]
        return heading + bad + folded
    }

    private func row(_ check: CheckResult, _ result: SpecResult) -> (line: String, isGood: Bool) {
        let outcome = report.policy.outcome(of: check, in: result)
        let sign =
            switch outcome {
            case .passed: "✅"
            case .known: "🟡"
            case .failed: "❌"
            case .open: "❔"
            case .allowed: "⚪"
            }
        let name = check.fault.map { "fault \($0)" } ?? check.name ?? "default"
        let wording = VerdictWording(check: check, style: TextStyle(hasColour: false, isUnicode: true))
        var words = wording.verdict.word
        if let expected = check.expected {
            words += ", expected \(VerdictWording.words(expected))"
            if outcome != .passed { words += ": \(check.unmetReason ?? outcome.word)" }
        }
        let cells = [
            sign, MarkupText.markdownCode(result.path), MarkupText.markdown(name), MarkupText.markdown(words),
            Wording.grouped(check.states), Wording.grouped(check.depth),
        ]
        return ("| \(cells.joined(separator: " | ")) |", outcome == .passed || outcome == .known || outcome == .allowed)
    }

    // MARK: Violations

    private func section(_ failure: Failure) -> [String] {
        var lines = ["", "## \(MarkupText.markdown(failure.headline))", ""]
        lines.append("\(MarkupText.markdownCode(failure.spec.path)), \(MarkupText.markdown(failure.checkName))")
        for reason in failure.reasons { lines += ["", "> \(MarkupText.markdown(reason))"] }
        if let trace = failure.property?.trace {
            lines += ["", "```mermaid"] + MermaidTrace(trace).lines + ["```"]
            let style = TextStyle(hasColour: false, isUnicode: true)
            let table = TraceTable(trace, style: style, mode: .diff, width: 118).lines()
            lines += ["", "<details><summary>the run as text</summary>", "", "<pre>"]
            lines += table.map(MarkupText.html) + ["</pre>", "</details>"]
        }
        if let range = failure.property?.range {
            lines += ["", "stated at \(MarkupText.markdownCode(range.description))"]
        }
        return lines + ["", "reproduce: \(MarkupText.markdownCode(failure.reproduce))"]
    }
}
