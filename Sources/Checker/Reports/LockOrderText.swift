// Cycles in the order of locks, with a run for each edge.

import Model

/// The lines that tell of cycles in the order in which locks are taken.
struct LockOrderText {
    let check: CheckResult
    let style: TextStyle
    /// Columns that there are.
    let width: Int
    let traceMode: TraceMode
    let verbosity: Int

    var lines: [String] { isShown ? check.lockCycles.flatMap(lines) : [] }

    /// A deadlock shows the locks that it is about.
    private var isShown: Bool {
        isExpected || verbosity > 0 || !check.violated.contains { $0.kind == .deadlock }
    }

    private var isExpected: Bool {
        if case .violated("lock_order", _) = check.expected { true } else { false }
    }

    private func lines(_ cycle: LockCycle) -> [String] {
        let text = TextLayout.oneLine(cycle.text(arrow: style.isUnicode ? "→" : "->"))
        var lines = [""] + wrapped("lock order: \(text) is a cycle", indent: 0)
        for edge in cycle.edges {
            let name = TextLayout.oneLine("\(edge.taken) is taken with \(edge.held) held")
            lines += wrapped("\(name), first in \(VerdictWording.steps(edge.steps))", indent: 2)
            guard showsRuns, traceMode != .off, let trace = edge.trace else { continue }
            lines += TraceTable(trace, style: style, mode: traceMode, width: width - 3).lines().map { "   " + $0 }
        }
        return lines
    }

    /// A check that expects something else is told of the cycle, and shown its runs when it asks for everything.
    private var showsRuns: Bool { isExpected || verbosity > 0 || check.expected == nil }

    private func wrapped(_ text: String, indent: Int) -> [String] {
        let blanks = String(repeating: " ", count: indent)
        return TextLayout.wrapped(text, width: width - indent - 2).enumerated().map {
            blanks + ($0 == 0 ? "" : "  ") + $1
        }
    }
}
