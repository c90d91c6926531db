// A trace for a terminal, and who wrote what in it.

import Model

/// Writes traces that were read back.
public enum TraceText {
    /// The run as a table, with what is wrong at its end.
    public static func text(_ read: ReadTraceSummary, mode: TraceMode, width: Int, hasColour: Bool, isUnicode: Bool)
        -> String
    {
        let style = TextStyle(hasColour: hasColour, isUnicode: isUnicode)
        let trace = read.trace
        var lines = ["\(read.property) of \(read.source)" + (read.check.map { ", \($0)" } ?? "")]
        if let violation = trace.violation { lines.append("  \(TextLayout.oneLine(violation.message))") }
        if let because = FalseBecause(trace) { lines.append("  \(because.sentence)") }
        lines += TraceTable(trace, style: style, mode: mode, width: max(40, width) - 1).lines()
        return lines.joined(separator: "\n") + "\n"
    }

    /// Who wrote data last before a step, and what led there.
    ///
    /// - Parameters:
    ///   - trace: the run.
    ///   - step: after how many steps the value is asked for.
    ///   - name: a path, or the beginning of one.
    /// - Returns: nil when there are no such data.
    public static func why(_ trace: Trace, step: Int, name: String) -> String? {
        let series = LeafSeries(trace).leaves.filter { leaf in
            leaf.path == name || leaf.path.hasPrefix(name + ".") || leaf.path.hasPrefix(name + "[")
        }
        guard !series.isEmpty else { return nil }
        var lines: [String] = []
        for leaf in series.prefix(64) {
            lines.append("\(leaf.path) is \(leaf.values[step]) after step \(step)")
            var writers: [String] = []
            for count in stride(from: step, to: 0, by: -1) where leaf.values[count] != leaf.values[count - 1] {
                let taken = trace.steps[count - 1]
                writers.append(
                    "  step \(count)  \(trace.name(of: taken.actor)) \(taken.name): "
                        + "\(leaf.values[count - 1]) → \(leaf.values[count])  \(taken.range.description)")
            }
            lines += writers.isEmpty ? ["  nobody wrote it: it is so from the start"] : writers
        }
        if series.count > 64 { lines.append("\(series.count - 64) more data begin so") }
        return lines.map { TextLayout.oneLineKeepingIndent($0) + "\n" }.joined()
    }

    /// Names of data near to one that is not there.
    public static func names(_ trace: Trace) -> [String] { LeafSeries(trace).leaves.map(\.path) }
}

/// What is said of a trace besides its steps.
public struct ReadTraceSummary: Sendable {
    let trace: Trace
    let source: String
    let property: String
    let check: String?

    /// A trace with its origin.
    public init(trace: Trace, source: String, property: String, check: String?) {
        self.trace = trace
        self.source = source
        self.property = property
        self.check = check
    }
}

/// Writes a single trace as a whole report.
public enum TraceReport {
    /// The report of a trace in HTML.
    public static func html(_ trace: Trace, source: String, property: String, version: String) -> String {
        HTMLReport(trace: trace, source: source, property: property, version: version).document
    }

    /// The report of a trace in SARIF.
    public static func sarif(_ trace: Trace, source: String, property: String, version: String) -> String {
        SARIFReport(HTMLReport(trace: trace, source: source, property: property, version: version).report).document
    }
}

extension TextLayout {
    /// The text on one line, with the blanks at its beginning.
    fileprivate static func oneLineKeepingIndent(_ text: String) -> String {
        String(text.prefix { $0 == " " }) + oneLine(text)
    }
}
