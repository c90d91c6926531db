// A trace as a sequence diagram in Mermaid, which GitHub and GitLab draw within Markdown.

import Model

/// Writes traces as Mermaid sequence diagrams.
public struct MermaidTrace {
    /// Messages that a diagram has at most: more are unreadable, and renderers refuse very long texts.
    static let messageLimit = 60
    private static let keptAtStart = 12
    private static let changeLimit = 3

    private let trace: Trace
    private let rows: [TraceRow]

    /// A diagram of a trace.
    init(_ trace: Trace) {
        self.trace = trace
        rows = TraceRows(trace, style: TextStyle(hasColour: false, isUnicode: true), mode: .diff).allSteps()
    }

    /// The text of a trace's diagram, without a fence around it; a newline ends it.
    public static func text(_ trace: Trace) -> String { MermaidTrace(trace).lines.joined(separator: "\n") + "\n" }

    private var system: TransitionSystem { trace.system }

    /// The lines of the diagram.
    var lines: [String] {
        var lines = ["sequenceDiagram"]
        for pid in activeProcesses {
            lines.append("  participant p\(pid) as \(MarkupText.mermaid(system.types.pidNames[pid]))")
        }
        if rows.contains(where: { $0.party == .environment }) { lines.append("  participant env as environment") }
        lines.append("  participant data as \(MarkupText.mermaid(system.name))")
        guard !rows.isEmpty else {
            return lines + ["  Note over data: \(MarkupText.mermaid(trace.violation?.message ?? "the first state"))"]
        }
        let skipped = skippedRange
        for (index, row) in rows.enumerated() {
            if let skipped, skipped.contains(index) {
                if index == skipped.lowerBound {
                    lines.append("  Note over data: \(skipped.count) steps are left out")
                }
                continue
            }
            lines += self.lines(row, isLast: index == rows.count - 1)
        }
        return lines
    }

    private var skippedRange: Range<Int>? {
        guard rows.count > Self.messageLimit else { return nil }
        let kept = Self.messageLimit - Self.keptAtStart - 1
        return Self.keptAtStart..<(rows.count - kept)
    }

    /// Processes that act or are acted on, by pid.
    private var activeProcesses: [Int] {
        var active: Set<Int> = []
        for row in rows {
            if case .process(let pid) = row.party { active.insert(pid) }
            active.formUnion(row.others.keys)
        }
        return active.sorted()
    }

    private func lines(_ row: TraceRow, isLast: Bool) -> [String] {
        let actor: String
        switch row.party {
        case .process(let pid): actor = "p\(pid)"
        case .environment, .nobody: actor = "env"
        }
        var words = "\(row.number) \(row.step)"
        let changes = row.changes.prefix(Self.changeLimit).joined(separator: ", ")
        if !changes.isEmpty { words += "  \(changes)" }
        if row.changes.count > Self.changeLimit { words += ", …" }
        var lines = ["  \(actor)->>data: \(MarkupText.mermaid(words))"]
        for (pid, word) in row.others.sorted(by: { $0.key < $1.key }) {
            lines.append("  \(actor)-->>p\(pid): \(MarkupText.mermaid(word))")
        }
        guard isLast, trace.violation != nil, row.isViolating else { return lines }
        return ["  rect rgba(213, 94, 0, 0.18)"] + lines
            + ["  Note over \(actor),data: \(MarkupText.mermaid(trace.violation?.message ?? ""))", "  end"]
    }
}
