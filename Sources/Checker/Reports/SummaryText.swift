// One line over all checks of all files.

import Model

extension HumanReport {
    /// `5 checks: 5 as expected; 21 of 21 faults found`; a newline ends it.
    public func summary(_ results: [SpecResult]) -> String {
        let all = results.flatMap(\.checks)
        let checks = all.filter { $0.fault == nil }
        let faults = all.filter { $0.fault != nil }
        var parts: [String] = []
        if !checks.isEmpty { parts.append(checkPart(checks)) }
        if !faults.isEmpty {
            let found = faults.count { $0.isMet ?? !$0.violated.isEmpty }
            parts.append("\(found) of \(Wording.count(faults.count, "fault")) found")
        }
        let rejected = results.count { $0.diagnostics.contains { $0.severity == .error } }
        if rejected > 0 { parts.append("\(Wording.count(rejected, "file")) rejected") }
        let unread = results.count { $0.readError != nil }
        if unread > 0 { parts.append("\(Wording.count(unread, "file")) could not be read") }
        if parts.isEmpty { parts.append("nothing to check") }
        var text = parts.joined(separator: "; ")
        if showsTime { text += " (\(Wording.seconds(all.reduce(0) { $0 + $1.seconds })))" }
        let isGood =
            all.allSatisfy { $0.isMet ?? ($0.violated.isEmpty && $0.scope == .exhaustive) } && rejected + unread == 0
        return TextLayout.wrapped(text, width: width).map { style.paint($0, isGood ? .good : .bad) }
            .joined(separator: "\n") + "\n"
    }

    private func checkPart(_ checks: [CheckResult]) -> String {
        let expecting = checks.filter { $0.expected != nil }
        var parts: [String] = []
        if !expecting.isEmpty {
            let met = expecting.count { $0.isMet == true }
            let undecided = expecting.count { $0.isMet == nil }
            parts.append("\(Wording.grouped(met)) as expected")
            let missed = expecting.count - met - undecided
            if missed > 0 { parts.append("\(Wording.grouped(missed)) not") }
            if undecided > 0 { parts.append("\(Wording.grouped(undecided)) not decided") }
        }
        var counts: [(word: String, count: Int)] = []
        for check in checks where check.expected == nil {
            let word = VerdictWording(check: check, style: style).verdict.word
            if let index = counts.firstIndex(where: { $0.word == word }) {
                counts[index].count += 1
            } else {
                counts.append((word, 1))
            }
        }
        parts += counts.map { "\($0.count) \($0.word)" }
        return "\(Wording.count(checks.count, "check")): \(parts.joined(separator: ", "))"
    }
}
