// What `shmcheck ci` prints: a line for each check, the violations that close the gate, one line over all.

import Model

/// Writes results as a gate does: short where all is well.
public struct GateText: Sendable {
    private let human: HumanReport
    private let policy: GatePolicy

    /// A writer in the style of a human report.
    public init(_ human: HumanReport, policy: GatePolicy) {
        self.human = human
        self.policy = policy
    }

    private var style: TextStyle { human.style }

    /// How a file's checks came out, in a few words: what an editor shows beside a check.
    public static func verdict(_ result: SpecResult) -> String {
        if let error = result.readError { return error }
        guard let check = result.checks.first else { return Verdict.error.word }
        let wording = VerdictWording(check: check, style: TextStyle(hasColour: false, isUnicode: true))
        let met = check.isMet.map { $0 ? ", as expected" : ", NOT as expected" } ?? ""
        return TextLayout.oneLine(wording.headline.joined(separator: " ")) + met
    }

    /// A line for each check of a file.
    public func lines(_ result: SpecResult) -> String {
        let path = TextLayout.oneLine(result.path)
        if let error = result.readError { return line(.failed, path, "", TextLayout.oneLine(error)) }
        let errors = result.diagnostics.filter { $0.severity == .error }
        var text = ""
        if !errors.isEmpty {
            let words = "\(Verdict.error.word) (the spec is rejected: \(Wording.count(errors.count, "error")))"
            text += line(.failed, path, "", words)
        }
        for check in result.checks {
            let name = TextLayout.oneLine(check.fault.map { "fault \($0)" } ?? check.name ?? "default")
            text += line(policy.outcome(of: check, in: result), path, name, words(check))
        }
        return text
    }

    private func line(_ outcome: GateOutcome, _ path: String, _ name: String, _ words: String) -> String {
        let colour: TextStyle.Colour =
            switch outcome {
            case .passed: .good
            case .failed: .bad
            case .known, .open, .allowed: .doubtful
            }
        let word = style.paint(TextLayout.padded(outcome.word, to: 5), colour)
        let title = TextLayout.padded("\(path)  \(name)", to: 40)
        let rest = TextLayout.oneLine("\(words)")
        let room = human.width - TextLayout.width(title) - 8
        let shown = room >= 20 ? TextLayout.cut(rest, columns: room, style) : rest
        return "\(word)  \(title)  \(shown)\n"
    }

    private func words(_ check: CheckResult) -> String {
        if !check.internalErrors.isEmpty { return "a mistake of shmcheck itself, please report it" }
        let wording = VerdictWording(check: check, style: TextStyle(hasColour: false, isUnicode: style.isUnicode))
        let headline = wording.headline.joined(separator: " ")
        guard let expected = check.expected else { return headline }
        let asked = VerdictWording.words(expected)
        guard check.isMet == true else {
            return "expected \(asked), but \(check.unmetReason ?? "not decided") (\(headline))"
        }
        switch expected {
        case .violated, .deadlock:
            let cached = check.isCached ? " (cached)" : ""
            return "found: \(asked), \(VerdictWording.steps(check.violated.first?.steps ?? 0))\(cached)"
        case .holds, .notReached: return headline
        case .rejected: return asked
        }
    }

    /// The failing checks of a file in full; empty when there are none.
    public func failures(_ result: SpecResult) -> String {
        let failing = result.checks.filter { policy.outcome(of: $0, in: result) == .failed }
        guard !failing.isEmpty else { return "" }
        var failed = SpecResult(path: result.path, checks: failing, diagnostics: [], readError: nil)
        failed.flags = result.flags
        return human.text(failed)
    }

    /// `19 checks: 19 as expected; 69 of 69 faults found`, with what is known, open and mended; a newline ends it.
    public func summary(_ results: [SpecResult]) -> String {
        var text = human.summary(results)
        let outcomes = results.flatMap { result in result.checks.map { policy.outcome(of: $0, in: result) } }
        let known = outcomes.count { $0 == .known }
        let allowed = outcomes.count { $0 == .allowed }
        let open = outcomes.count { $0 == .open }
        if known > 0 { text += "\(Wording.count(known, "check")) known to fail: the baseline has them\n" }
        if allowed > 0 { text += "\(Wording.count(allowed, "check")) without an answer, which is allowed\n" }
        if open > 0, policy.requiresExhaustive {
            text += "\(Wording.count(open, "check")) without an exhaustive answer\n"
        }
        for name in policy.baseline?.mended(results, policy) ?? [] {
            text += "no longer fails, take it out of the baseline: \(TextLayout.oneLine(name))\n"
        }
        return text
    }
}
