// What a verdict rests on: what was reached, what never ran, what was not decided.

import Model

/// Lines that follow a verdict, so that "holds" is not said of what never happened.
struct CoverageText {
    let check: CheckResult
    let style: TextStyle
    let verbosity: Int

    /// One phrase for each line, not yet wrapped.
    var phrases: [String] {
        var phrases: [String] = []
        phrases += reachables
        for verdict in [Verdict.notReached, .inconclusive, .notSupported, .error] where isTold(verdict) {
            let names = check.properties.filter { $0.verdict == verdict && $0.kind != .reachable }.map(\.name)
            if !names.isEmpty { phrases.append("\(words(verdict)): \(names.joined(separator: ", "))") }
        }
        if let notSupported = check.properties.first(where: { $0.verdict == .notSupported })?.message {
            phrases.append("\(Verdict.notSupported.word): \(TextLayout.oneLine(notSupported))")
        }
        if !check.neverEnabled.isEmpty {
            phrases.append("steps never enabled: \(check.neverEnabled.joined(separator: ", "))")
        }
        if !check.exploredAsUnguarded.isEmpty {
            phrases.append("explored as unguarded: \(check.exploredAsUnguarded.joined(separator: ", "))")
        }
        if isVoid {
            phrases.append("a datum was touched without its guard: what else is said of this run does not count")
        }
        for error in check.internalErrors {
            phrases.append("\(Verdict.error.word): a mistake of shmcheck itself, please report it: \(TextLayout.oneLine(error))")
        }
        if verbosity > 0, check.violated.isEmpty { phrases += properties }
        return phrases
    }

    private var reachables: [String] {
        check.properties.filter { $0.kind == .reachable }.compactMap { property in
            switch property.verdict {
            case .holds:
                let depth = property.witnessDepth.map { " at depth \($0)" } ?? ""
                return "reachable \(property.name): witnessed\(depth)"
            case .notReached, .inconclusive, .error, .notSupported, .holdsWithinBound:
                return "reachable \(property.name): \(property.verdict.word)"
            case .violated: return nil
            }
        }
    }

    /// A run that ends at a violation leaves the rest open, which needs no saying.
    private func isTold(_ verdict: Verdict) -> Bool {
        verdict != .inconclusive || check.violated.isEmpty || check.scope != .partial || check.limit != nil
    }

    private func words(_ verdict: Verdict) -> String {
        switch verdict {
        case .notReached: "never evaluated (\(verdict.word))"
        case .inconclusive where check.scope == .bounded: "\(verdict.word) within a bound"
        case .holds, .holdsWithinBound, .violated, .inconclusive, .notSupported, .error: verdict.word
        }
    }

    /// Without its guard nothing that rests on it can be believed.
    private var isVoid: Bool {
        check.expected == nil && check.exploredAsUnguarded.isEmpty
            && check.violated.contains { $0.name == "lock_discipline" || $0.name == "ownership" }
    }

    /// Every property with its verdict.
    private var properties: [String] {
        check.properties.map { property in
            var text = "\(property.kind.rawValue) \(property.name): \(property.verdict.word)"
            if property.kind.rawValue == property.name { text = "\(property.name): \(property.verdict.word)" }
            if let count = property.evaluations, property.kind != .reachable {
                text += ", evaluated \(Wording.count(count, "time"))"
            }
            return text
        }
    }
}
