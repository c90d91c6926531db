// The head of the report: how the run came out, every check with its verdict, and what the verdicts rest on.

import Model

/// Writes the table of all checks.
struct HTMLOverview {
    let report: RunReport
    let cases: [HTMLCase]

    var html: String {
        let outcomes = report.results.flatMap { result in
            result.checks.map { report.policy.outcome(of: $0, in: result) }
        }
        let failed = outcomes.count { $0 == .failed }
        let open = outcomes.count { $0 == .open }
        let broken = report.results.count { $0.readError != nil || $0.diagnostics.contains { $0.severity == .error } }
        let isGood = failed + open + broken == 0
        var words = "\(Wording.count(outcomes.count, "check")): "
        var parts = isGood ? ["all as expected"] : []
        if failed > 0 { parts.append("\(failed) failed") }
        if open > 0 { parts.append("\(open) without an answer") }
        words += parts.joined(separator: ", ")
        if broken > 0 { words += ", \(Wording.count(broken, "file")) rejected or not read" }
        let chip = failed + broken > 0 ? ("FAILED", "bad") : open > 0 ? ("OPEN", "doubt") : ("PASSED", "good")
        var html = "<header class=\"top\" id=\"top\"><h1><span class=\"logo\">shmcheck</span> "
        html += "<span class=\"chip \(chip.1)\">\(chip.0)</span></h1><p class=\"lead\">\(MarkupText.html(words))</p>"
        html += "<p class=\"scope\">version \(MarkupText.html(report.version))"
        if let timestamp = report.timestamp { html += ", \(timestamp) UTC" }
        html += ", exit code \(report.exitCode)"
        html +=
            "<span class=\"js\">, keys: <kbd>←</kbd> <kbd>→</kbd> steps, <kbd>v</kbd> violation, <kbd>?</kbd> all keys</span></p>"
        let isLong = outcomes.count > 12
        html +=
            "<details class=\"checks\"\(isLong ? "" : " open")><summary>all checks</summary><div class=\"scroll\"><table>"
        html += "<thead><tr><th scope=\"col\"></th><th scope=\"col\">check</th><th scope=\"col\">verdict</th>"
        html += "<th scope=\"col\">states</th><th scope=\"col\">depth</th><th scope=\"col\">runs</th></tr></thead>"
        for result in report.results { html += rows(result) }
        html += "</table></div></details>"
        if report.results.count == 1 || outcomes.count <= 12 { html += coverage }
        return html + "</header>"
    }

    private func rows(_ result: SpecResult) -> String {
        var html =
            "<tbody><tr class=\"spec\"><th colspan=\"6\" scope=\"rowgroup\">\(MarkupText.html(result.path))</th></tr>"
        if let error = result.readError {
            html += "<tr><td class=\"f\">✗</td><td></td><td colspan=\"4\">\(MarkupText.html(error))</td></tr>"
        }
        for diagnostic in result.diagnostics {
            let place = TextLayout.oneLine(diagnostic.range.description)
            html +=
                "<tr><td class=\"\(diagnostic.severity == .error ? "f" : "u")\">!</td><td><code>\(MarkupText.html(place))</code></td>"
            html += "<td colspan=\"4\">\(MarkupText.html(diagnostic.severity.rawValue)) "
            html +=
                "<code>\(MarkupText.html(diagnostic.code.rawValue))</code> \(MarkupText.html(diagnostic.message))</td></tr>"
        }
        for check in result.checks { html += row(check, result) }
        return html + "</tbody>"
    }

    private func row(_ check: CheckResult, _ result: SpecResult) -> String {
        let outcome = report.policy.outcome(of: check, in: result)
        let (sign, style) =
            switch outcome {
            case .passed: ("✓", "t")
            case .failed: ("✗", "f")
            case .known, .open, .allowed: ("?", "u")
            }
        let name = check.fault.map { "fault \($0)" } ?? check.name ?? "default"
        let place =
            "\(TextLayout.oneLine(result.path)), \(check.fault.map { "fault \($0)" } ?? "check \(check.name ?? "default")")"
        let wording = VerdictWording(check: check, style: TextStyle(hasColour: false, isUnicode: true))
        var words = MarkupText.html(wording.headline.joined(separator: " "))
        if let expected = check.expected {
            words += "<br><span class=\"dim\">expected \(MarkupText.html(VerdictWording.words(expected)))"
            if outcome != .passed { words += ": \(MarkupText.html(check.unmetReason ?? outcome.word))" }
            words += "</span>"
        }
        if let story = check.story {
            words += "<br><span class=\"dim\">\(MarkupText.html(TextLayout.oneLine(story)))</span>"
        }
        let links = cases.filter { $0.place == place }.map { shown in
            "<a href=\"#\(shown.id)\">\(MarkupText.html(shown.headline))</a>"
        }
        var html = "<tr><td class=\"\(style)\" title=\"\(outcome.word)\">\(sign)</td>"
        html += "<th scope=\"row\">\(MarkupText.html(TextLayout.oneLine(name)))</th><td>\(words)</td>"
        html +=
            "<td class=\"num\">\(Wording.grouped(check.states))</td><td class=\"num\">\(Wording.grouped(check.depth))</td>"
        html +=
            "<td>\(links.isEmpty ? "<code>\(MarkupText.html(check.reproduce(in: result)))</code>" : links.joined(separator: "<br>"))</td></tr>"
        return html
    }

    /// What each verdict rests on: how often properties were evaluated, what was reached, what never ran.
    private var coverage: String {
        var html = ""
        for result in report.results {
            for check in result.checks where check.fault == nil && check.system != nil {
                let name = check.name ?? "default"
                html +=
                    "<details class=\"coverage\"><summary>coverage of \(MarkupText.html(TextLayout.oneLine(name))), "
                html += "\(MarkupText.html(TextLayout.oneLine(result.path)))</summary>"
                html += "<dl class=\"numbers\">"
                let numbers = [
                    ("states", check.states), ("transitions", check.transitions), ("depth", check.depth),
                    ("not expanded", check.frontier),
                ]
                for (word, number) in numbers {
                    html += "<div><dt>\(word)</dt><dd>\(Wording.grouped(number))</dd></div>"
                }
                html += "</dl><table><thead><tr><th scope=\"col\">property</th><th scope=\"col\">kind</th>"
                html += "<th scope=\"col\">verdict</th><th scope=\"col\">evaluated</th></tr></thead><tbody>"
                for property in check.properties { html += self.property(property) }
                html += "</tbody></table>"
                let phrases = CoverageText(
                    check: check, style: TextStyle(hasColour: false, isUnicode: true), verbosity: 0
                ).phrases
                for phrase in phrases { html += "<p class=\"more\">\(MarkupText.html(phrase))</p>" }
                html += "</details>"
            }
        }
        return html
    }

    private func property(_ property: PropertyResult) -> String {
        let style =
            switch property.verdict {
            case .holds, .holdsWithinBound: "t"
            case .violated, .error: "f"
            case .inconclusive, .unknown, .notReached, .notSupported: "u"
            }
        var evaluated = property.evaluations.map { Wording.count($0, "time") } ?? ""
        if let depth = property.witnessDepth { evaluated = "witnessed at depth \(depth)" }
        return "<tr><th scope=\"row\">\(MarkupText.html(property.name))</th><td>\(property.kind.rawValue)</td>"
            + "<td class=\"\(style)\">\(property.verdict.word)</td><td>\(evaluated)</td></tr>"
    }
}
