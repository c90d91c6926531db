// The line of progress on standard error, while a check runs.

import Checker
import Synchronization
import SystemPackage

/// Prints progress at most ten times a second on a terminal, and sparsely elsewhere.
final class ProgressPrinter: Sendable {
    private let mode: ProgressMode
    private let name: String
    /// The file, when progress is an event of `--format jsonl`.
    private let eventPath: String?
    private let isTerminal: Bool
    private let start = ContinuousClock.now
    private let state = Mutex(State())

    private struct State {
        var lastPrinted = 0.0
        var isLineOpen = false
    }

    init(mode: ProgressMode, name: String, isEvent: Bool = false) {
        self.mode = mode
        eventPath = isEvent ? name : nil
        self.name = name.split(separator: "/").last.map(String.init) ?? name
        isTerminal = Terminal.isErrorTerminal
    }

    func update(_ progress: ExplorationProgress) {
        guard mode != .none else { return }
        let elapsed = start.duration(to: .now)
        let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18
        state.withLock { state in
            if let eventPath {
                guard seconds - state.lastPrinted >= 1 else { return }
                state.lastPrinted = seconds
                let event = EventLines.progress(progress, path: eventPath, seconds: seconds)
                return Terminal.write(event, to: .standardOutput)
            }
            if isTerminal {
                guard seconds > 0.3, seconds - state.lastPrinted > 0.1 else { return }
            } else {
                let due = state.lastPrinted < 1 ? 1 : state.lastPrinted < 10 ? 10 : state.lastPrinted + 30
                guard seconds >= due else { return }
            }
            state.lastPrinted = seconds
            let text = ProgressLine.text(progress, name: name, seconds: seconds, width: Terminal.width)
            Terminal.write(isTerminal ? "\r\u{1B}[K\(text)" : "\(text)\n", to: .standardError)
            state.isLineOpen = isTerminal
        }
    }

    func clear() {
        state.withLock { state in
            if state.isLineOpen { Terminal.write("\r\u{1B}[K", to: .standardError) }
            state.isLineOpen = false
        }
    }
}
