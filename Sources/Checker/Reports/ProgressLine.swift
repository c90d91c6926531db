// How far a run has come, on one line, and when to say it.

/// The line of progress. It goes to standard error, never among results.
public enum ProgressLine {
    /// `queue.spec  9.1M steps · 1.24M states · 412k queued ↑ · depth 17 · 210k/s · 312 MB · 0:05 · est. 2M–6M
    /// (rough)`, cut to a width. There is an estimate of all states once the depths have passed their greatest size.
    ///
    /// - Parameters:
    ///   - progress: how far the run has come.
    ///   - name: what is being checked.
    ///   - seconds: since the run began.
    ///   - width: columns of the terminal; what does not fit is left out from the end.
    ///   - previous: what was printed before, for the trend of what is queued.
    ///   - isUnicode: whether signs like `·` may be used.
    public static func text(
        _ progress: ExplorationProgress, name: String, seconds: Double, width: Int,
        previous: ExplorationProgress? = nil, isUnicode: Bool = true
    ) -> String {
        let style = TextStyle(hasColour: false, isUnicode: isUnicode)
        let rate = seconds > 0 ? Int(min(Double(progress.states - progress.restored) / seconds, 1e15)) : 0
        var queued = "\(Wording.short(progress.queued)) queued"
        if let previous, previous.queued != progress.queued {
            queued += " " + (progress.queued > previous.queued ? style.rising : style.falling)
        }
        var parts = [
            "\(Wording.short(progress.transitions)) steps", "\(Wording.short(progress.states)) states", queued,
            "depth \(progress.depth)", "\(Wording.short(rate))/s", "\(max(1, progress.bytes >> 20)) MB",
            Wording.clock(seconds),
        ]
        if let range = progress.estimate?.states {
            let (least, most) = (Wording.short(range.lowerBound), Wording.short(range.upperBound))
            parts.append("est. \(least)\(least == most ? "" : "\(style.rangeSign)\(most)") (rough)")
        }
        // One column stays free: some terminals wrap when the last one is written.
        let room = max(20, width - 1)
        var text = TextLayout.cut(TextLayout.oneLine(name), columns: room, style)
        for (index, part) in parts.enumerated() {
            let longer = text + (index == 0 ? "  " : " \(style.dot) ") + part
            guard TextLayout.width(longer) <= room else { break }
            text = longer
        }
        return text
    }
}

extension ExplorationProgress {
    /// How far a run has come, told by another engine than the explorer, or by a test.
    public init(depth: Int, states: Int, transitions: Int, queued: Int, bytes: Int) {
        self.init(states: states, transitions: transitions, queued: queued, depth: depth, bytes: bytes)
    }
}

/// Decides when progress is due: ten times a second on a terminal, else after 1 s, 10 s, and then every 30 s.
public struct ProgressSchedule: Sendable {
    private let isTerminal: Bool
    private var next: Double

    /// A schedule that begins with the run. A terminal shows nothing of runs shorter than 0.3 s.
    public init(isTerminal: Bool) {
        self.isTerminal = isTerminal
        next = isTerminal ? 0.3 : 1
    }

    /// Whether to print now; then the next time is not before the schedule says.
    ///
    /// - Parameter seconds: since the run began.
    public mutating func isDue(at seconds: Double) -> Bool {
        guard seconds >= next else { return false }
        if isTerminal {
            next = seconds + 0.1
        } else if seconds < 10 {
            next = 10
        } else {
            next = seconds + 30
        }
        return true
    }
}
