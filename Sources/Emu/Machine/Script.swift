// Scripted consoles: what to wait for and what to type, with limits in instructions.

/// A conversation with the guest's console.
///
/// One step a line: `expect TEXT`, `send TEXT` (with `\n`, `\t`, `\\`, `\xHH`), `limit N` for the steps that follow, `wait` until
/// the guest ends itself. Empty lines and lines that start with `#` say nothing.
package struct Script: Sendable {
    enum Step: Equatable, Sendable {
        case expect([UInt8])
        case send([UInt8])
        case limit(UInt64)
        case wait
    }

    let steps: [Step]

    /// Reads a script.
    ///
    /// - Throws: `ImageError` naming the line that is not a step.
    package init(parsing text: String) throws(ImageError) {
        var steps: [Step] = []
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let line = line.last == "\r" ? line.dropLast() : line
            if line.isEmpty || line.hasPrefix("#") { continue }
            let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
            let rest = parts.count > 1 ? String(parts[1]) : ""
            switch parts[0] {
            case "expect" where !rest.isEmpty: steps.append(.expect(Self.unescaped(rest)))
            case "send": steps.append(.send(Self.unescaped(rest)))
            case "wait" where rest.isEmpty: steps.append(.wait)
            case "limit":
                guard let count = UInt64(rest.filter { $0 != "_" }) else { fallthrough }
                steps.append(.limit(count))
            default:
                throw ImageError("line \(number + 1): not a step: \(line) (expect, send, limit or wait)")
            }
        }
        self.steps = steps
    }

    /// Text with its escapes resolved.
    static func unescaped(_ text: String) -> [UInt8] {
        var result: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == 0x5c, let next = rest.popFirst() else {
                result.append(byte)
                continue
            }
            switch next {
            case 0x6e: result.append(10)
            case 0x74: result.append(9)
            case 0x78:
                let digits = String(decoding: rest.prefix(2), as: UTF8.self)
                if let value = UInt8(digits, radix: 16) {
                    result.append(value)
                    rest = rest.dropFirst(2)
                }
            default: result.append(next)
            }
        }
        return result
    }

    /// How a script went.
    package enum Result: Equatable, Sendable {
        /// All steps were done, and the guest still runs.
        case finished
        /// The guest ended itself, after all steps or in `wait`.
        case ended(Fabric.Outcome)
        /// The guest ended, or stopped for good, before this text came.
        case missing(String)
        /// A step took more instructions than its limit.
        case limit(String)
    }

    /// Plays the script; `output` sees all that the guest prints.
    package func play(on machine: Machine, output: ([UInt8]) -> Void) -> Result {
        var limit: UInt64 = 10_000_000_000
        var seen: [UInt8] = []
        for step in steps {
            switch step {
            case .limit(let count): limit = count
            case .send(let bytes): machine.send(bytes)
            case .wait:
                switch advance(machine, limit, &seen, output, until: nil) {
                case .ended(let outcome): return .ended(outcome)
                case .limit, .idle, .scheduleEnded: return .limit("wait")
                case nil: return .finished
                }
            case .expect(let bytes):
                let text = String(decoding: bytes, as: UTF8.self)
                switch advance(machine, limit, &seen, output, until: bytes) {
                case .limit: return .limit(text)
                case .ended, .idle, .scheduleEnded: return .missing(text)
                case nil: break
                }
            }
        }
        return machine.fabric.outcome.map { .ended($0) } ?? .finished
    }

    /// Runs in small pieces until the text has come; nil when it has.
    private func advance(
        _ machine: Machine, _ limit: UInt64, _ seen: inout [UInt8], _ output: ([UInt8]) -> Void, until text: [UInt8]?
    ) -> StopReason? {
        let end = machine.clock.addingReportingOverflow(limit).partialValue
        while true {
            if let text, let place = Self.position(of: text, in: seen) {
                seen.removeFirst(place + text.count)
                return nil
            }
            let reason = machine.run(limit: min(100_000, end > machine.clock ? end - machine.clock : 0))
            let bytes = machine.takeOutput()
            if !bytes.isEmpty {
                output(bytes)
                seen += bytes
                if let text, Self.position(of: text, in: seen) != nil { continue }
            }
            if reason != .limit || machine.clock >= end { return reason }
        }
    }

    private static func position(of text: [UInt8], in bytes: [UInt8]) -> Int? {
        guard bytes.count >= text.count else { return nil }
        return (0...bytes.count - text.count).first { bytes[$0...].starts(with: text) }
    }
}
