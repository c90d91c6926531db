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
    private let state: Mutex<State>

    private struct State {
        var schedule: ProgressSchedule
        var nextEvent = 1.0
        var previous: ExplorationProgress?
        var isLineOpen = false
    }

    init(mode: ProgressMode, name: String, isEvent: Bool = false) {
        self.mode = mode
        eventPath = isEvent ? name : nil
        self.name = name.split(separator: "/").last.map(String.init) ?? name
        isTerminal = Terminal.isErrorTerminal
        state = Mutex(State(schedule: ProgressSchedule(isTerminal: isTerminal)))
    }

    func update(_ progress: ExplorationProgress) {
        guard mode != .none else { return }
        let elapsed = start.duration(to: .now)
        let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18
        state.withLock { state in
            if let eventPath {
                guard seconds >= state.nextEvent else { return }
                state.nextEvent = seconds + 1
                let event = EventLines.progress(progress, path: eventPath, seconds: seconds)
                return Terminal.write(event, to: .standardOutput)
            }
            guard state.schedule.isDue(at: seconds) else { return }
            let text = ProgressLine.text(
                progress, name: name, seconds: seconds, width: Terminal.width, previous: state.previous,
                isUnicode: Terminal.isUnicode)
            Terminal.write(isTerminal ? "\r\u{1B}[K\(text)" : "\(text)\n", to: .standardError)
            state.previous = progress
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
