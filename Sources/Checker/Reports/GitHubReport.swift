// What GitHub Actions reads of a run's output: groups, and an annotation for each reason why the gate is closed.

import Model

/// Writes workflow commands of GitHub Actions (GitHub documentation, "Workflow commands for GitHub Actions").
public enum GitHubReport {
    /// Opens a group in the log.
    public static func group(_ title: String) -> String { "::group::\(MarkupText.workflowData(title))\n" }

    /// Closes it.
    public static let endGroup = "::endgroup::\n"

    /// One `::error` for each violated property, unreached state or mistake; a `::warning` where there is no answer.
    public static func annotations(_ report: RunReport) -> String {
        var lines: [String] = []
        for failure in report.failures {
            let message = ([failure.headline] + failure.reasons + ["reproduce: \(failure.reproduce)"])
                .joined(separator: "\n")
            lines.append(
                command(
                    "error", failure.property?.range, path: failure.spec.path, title: failure.checkName, message))
        }
        for result in report.results {
            if let error = result.readError {
                lines.append(command("error", nil, path: result.path, title: "not read", error))
            }
            for diagnostic in result.diagnostics {
                let level = diagnostic.severity == .error ? "error" : "warning"
                let message = ([diagnostic.message] + diagnostic.notes).joined(separator: "\n")
                lines.append(
                    command(level, diagnostic.range, path: result.path, title: diagnostic.code.rawValue, message))
            }
            for check in result.checks where report.policy.outcome(of: check, in: result) == .open {
                let name = check.fault.map { "fault \($0)" } ?? "check \(check.name ?? "default")"
                let wording = VerdictWording(check: check, style: TextStyle(hasColour: false, isUnicode: true))
                lines.append(
                    command("warning", nil, path: result.path, title: name, wording.headline.joined(separator: " ")))
            }
        }
        return lines.map { $0 + "\n" }.joined()
    }

    private static func command(
        _ level: String, _ range: SourceRange?, path: String, title: String, _ message: String
    ) -> String {
        var properties = ["file=\(MarkupText.workflowProperty(range?.file.path ?? path))"]
        if let range {
            let start = range.file.position(at: range.start)
            properties.append("line=\(start.line)")
            properties.append("col=\(start.column)")
        }
        properties.append("title=\(MarkupText.workflowProperty(TextLayout.oneLine(title)))")
        return "::\(level) \(properties.joined(separator: ","))::\(MarkupText.workflowData(message))"
    }
}
