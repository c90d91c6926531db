// Random walks for people: each as a table, with how it ended. Nothing here says that a property holds.

import Model

/// The text of a walk.
public struct SimulationText: Sendable {
    private let width: Int
    private let style: TextStyle
    private let mode: TraceMode

    /// A writer of walks.
    ///
    /// - Parameters:
    ///   - width: columns of the terminal.
    ///   - hasColour: whether words are painted.
    ///   - isUnicode: whether signs outside ASCII may be written.
    ///   - mode: how much of each walk is shown.
    public init(width: Int, hasColour: Bool, isUnicode: Bool, mode: TraceMode) {
        self.width = width
        style = TextStyle(hasColour: hasColour, isUnicode: isUnicode)
        self.mode = mode
    }

    /// One walk.
    ///
    /// - Parameters:
    ///   - trace: its steps.
    ///   - number: its number, from 1.
    ///   - seed: what gives it again.
    ///   - end: how it ended, in words.
    ///   - isBad: whether something is wrong at its end.
    /// - Returns: lines with newlines.
    public func walk(_ trace: Trace, number: Int, seed: UInt64, end: String, isBad: Bool) -> String {
        let head = "walk \(number), seed \(seed): \(VerdictWording.steps(trace.steps.count))"
        var lines = [style.paint(head, .heading)]
        if mode != .off {
            lines += TraceTable(trace, style: style, mode: mode, width: width - 2).lines().map { " " + $0 }
        }
        lines.append("  " + style.paint(TextLayout.oneLine(end), isBad ? .bad : .faint))
        if isBad, let message = trace.violation?.message {
            lines += TextLayout.wrapped(TextLayout.oneLine(message), width: width - 4).map { "    " + $0 }
        }
        return lines.joined(separator: "\n") + "\n\n"
    }

    /// What all walks together came by.
    ///
    /// - Parameters:
    ///   - count: number of walks.
    ///   - violated: names of what some walk broke, each once.
    ///   - witnessed: `reachable` properties that some walk made true.
    /// - Returns: lines with newlines.
    public func summary(count: Int, violated: [String], witnessed: [String]) -> String {
        var lines: [String] = []
        if !witnessed.isEmpty { lines.append("reachable, witnessed: \(witnessed.joined(separator: ", "))") }
        let walks = Wording.count(count, "random walk")
        if violated.isEmpty {
            lines.append(
                "\(walks): nothing wrong on them; what other runs do is not told (`shmcheck check` explores all)")
        } else {
            lines.append("\(walks): violated \(violated.joined(separator: ", "))")
        }
        return lines.flatMap { TextLayout.wrapped($0, width: width) }.joined(separator: "\n") + "\n"
    }
}
