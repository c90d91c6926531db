// A replay that can be gone along again: what a debugger asks of it, and who in the kernel wrote a datum last.

import Checker
package import Emu
import Model

/// A replay with the run of the machine that it was.
package struct RecordedReplay {
    /// What it found.
    package let result: ReplayResult
    /// The run.
    package let recording: RecordedRun
    private let session: ReplaySession

    /// Replays a trace, and keeps the way.
    package init(_ session: ReplaySession, until: Int?) {
        self.session = session
        let recording = RecordedRun()
        session.driver.control.recording = recording
        result = session.replay(until: until)
        session.driver.control.recording = nil
        recording.finish(session.driver.machine)
        self.recording = recording
    }

    /// The machine.
    package var machine: Machine { session.driver.machine }

    /// Clocks at which a step begins.
    package var marks: Set<UInt64> { Set(result.steps.filter { $0.hart != nil }.map(\.clock)) }

    /// The step that is taken at a clock: the last that has begun; nil before the first.
    private func step(at clock: UInt64) -> ReplayedStep? { result.steps.last { $0.hart != nil && $0.clock <= clock } }

    // MARK: The debugger's commands

    /// Answers `monitor step N`, `steps`, `model` and `why VAR`; nil for other words.
    package func answer(_ word: String, _ argument: String) -> (text: String, clock: UInt64?)? {
        switch word {
        case "step":
            guard let number = Int(argument) else { return (line(step(at: machine.clock)), nil) }
            guard let row = result.steps.first(where: { $0.number == number && $0.hart != nil }) else {
                return ("step N: a step that a process of the guest takes, up to \(result.steps.count)", nil)
            }
            return ("before \(line(row))", row.clock)
        case "steps":
            let now = step(at: machine.clock)?.number
            return (result.steps.map { ($0.number == now ? "> " : "  ") + line($0) }.joined(separator: "\n"), nil)
        case "model": return (modelText(before: step(at: machine.clock)?.number ?? 1), nil)
        case "why":
            let clock = machine.clock
            let text = why(argument, before: clock) ?? "\(argument) is bound to no memory; \(nearText(argument))"
            return (text, clock)
        default: return nil
        }
    }

    private func line(_ row: ReplayedStep?) -> String {
        guard let row else { return "before the first step" }
        let place = row.place.map { ", \($0.text)" } ?? ""
        return "step \(row.number)  \(row.actor) \(row.name)  \(row.player)\(place)"
    }

    /// What a hart does in terms of the model.
    package func describe(hart: Int) -> String? {
        guard let row = step(at: machine.clock), row.hart == hart else { return nil }
        return "\(row.actor) step \(row.number)/\(result.stepCount) \(row.name)"
    }

    /// The model's bound data before a step.
    private func modelText(before number: Int) -> String {
        let state = session.run.state(before: min(max(number - 1, 0), session.run.steps.count))
        return session.kernel.elements.compactMap { line, element in
            guard let value = element.value(in: state) else { return nil }
            let text = session.checked.system.types.describe(value, as: line.type)
            return "\(session.kernel.name(of: element, line)) = \(text)"
        }.joined(separator: "\n")
    }

    // MARK: The last writer

    /// Who in the kernel wrote a datum last.
    ///
    /// - Parameters:
    ///   - name: as the spec has it: `queue.write`.
    ///   - number: after this step; 0 is before the first.
    /// - Returns: text for a person; nil when the datum is bound to no memory.
    package func why(_ name: String, afterStep number: Int) -> String? {
        why(name, before: result.steps.first { $0.number > number && $0.hart != nil }?.clock ?? recording.end)
    }

    private func why(_ name: String, before clock: UInt64) -> String? {
        let found = session.kernel.elements.filter { line, element in
            let own = session.kernel.name(of: element, line)
            return own == name || own.hasPrefix(name + ".") || own.hasPrefix(name + "[") || name.hasPrefix(own + ".")
        }
        recording.go(machine, to: clock)
        let texts = found.prefix(16).compactMap { line, element -> String? in
            recording.go(machine, to: clock)
            guard let place = session.kernel.place(of: element, line, session.situation) else { return nil }
            let own = session.kernel.name(of: element, line)
            let last = recording.lastStore(machine, to: place.range, before: clock)
            defer { recording.go(machine, to: clock) }
            guard let last else { return "\(own) is \(place.expression): nobody has stored to it since the first step" }
            let row = result.steps.last { $0.hart != nil && $0.clock <= last.clock }
            let by = row.map { " in step \($0.number), \($0.actor) \($0.name)" } ?? ""
            return
                "\(own) is \(place.expression): last stored by hart \(last.hart) at 0x\(String(last.pc, radix: 16)), "
                + "\(session.driver.place(last.pc).text)\(by)"
        }
        return texts.isEmpty ? nil : texts.joined(separator: "\n")
    }

    private func nearText(_ name: String) -> String {
        let names = session.kernel.elements.map { session.kernel.name(of: $0.1, $0.0) }
        return "bound are \(names.prefix(12).joined(separator: ", "))" + Nearest.hint(name, among: names)
    }
}
