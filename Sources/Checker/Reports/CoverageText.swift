// What a verdict rests on: what was reached, what never ran, what was not decided.

import Model

/// Lines that follow a verdict, so that "holds" is not said of what never happened.
struct CoverageText {
    let check: CheckResult
    let style: TextStyle
    let verbosity: Int

    /// One phrase for each line, not yet wrapped.
    var phrases: [String] {
        var phrases = reachables + proofs
        for verdict in [Verdict.notReached, .inconclusive, .notSupported, .error] where isTold(verdict) {
            let names = check.properties.filter { $0.verdict == verdict && $0.kind != .reachable && $0.kind != .prove }
                .map(\.name)
            if !names.isEmpty { phrases.append("\(words(verdict)): \(names.joined(separator: ", "))") }
        }
        if let notSupported = check.properties.first(where: { $0.verdict == .notSupported })?.message {
            phrases.append("\(Verdict.notSupported.word): \(TextLayout.oneLine(notSupported))")
        }
        phrases += check.open.prefix(verbosity > 0 ? check.open.count : 3).map { place in
            let advice = place.advice.map { "; what would help: \($0)" } ?? ""
            let at = TextLayout.oneLine(place.range.description)
            return "not known: \(TextLayout.oneLine(place.reason)) at \(at)\(advice)"
        }
        if check.violated.isEmpty || verbosity > 0 { phrases += neverEnabled }
        phrases += symmetry
        if verbosity > 0, let use = check.solver {
            let counts = [use.remembered, use.witnessed].map(Wording.grouped)
            phrases.append(
                "symbolic words: \(Wording.count(use.questions, "question")) to Z3, \(counts[0]) asked before, "
                    + "\(counts[1]) answered by known values")
        }
        if !check.exploredAsUnguarded.isEmpty {
            phrases.append("explored as unguarded: \(check.exploredAsUnguarded.joined(separator: ", "))")
        }
        if isVoid {
            phrases.append("a datum was touched without its guard: what else is said of this run does not count")
        }
        if let ended = endedPaths { phrases.append(ended) }
        var errors: [String] = []
        for error in check.internalErrors where !errors.contains(error) { errors.append(error) }
        phrases += errors.map {
            "\(Verdict.error.word): a mistake of shmcheck itself, please report it: \(TextLayout.oneLine($0))"
        }
        if verbosity > 0, check.violated.isEmpty { phrases += properties }
        return phrases
    }

    /// A step that breaks a rule ends its path: what would follow was not looked at for the other properties.
    private var endedPaths: String? {
        guard check.scope == .exhaustive, check.expected == nil, !isVoid else { return nil }
        let names = check.violated.filter { [.trap, .lock, .assert].contains($0.kind) && $0.name != "lock_order" }
        guard !names.isEmpty else { return nil }
        return "paths end at \(names.map(\.name).joined(separator: ", ")): the rest is said of what comes before"
    }

    // MARK: Symmetry

    /// For how many states the stored ones stand, and where symmetry that is declared was not used.
    private var symmetry: [String] {
        guard let use = check.symmetry else { return [] }
        var phrases: [String] = []
        if !use.sorts.isEmpty {
            let states = Wording.count(check.states, "state")
            let stand = check.states == 1 ? "stands" : "stand"
            let whole = use.represented.map { Wording.grouped(Int(clamping: $0)) } ?? "more than 2^64"
            phrases.append("symmetry of \(use.sorts.joined(separator: ", ")): \(states) \(stand) for \(whole)")
        }
        phrases += use.refused.map { "no symmetry of \($0.sort): \(TextLayout.oneLine($0.reason))" }
        return phrases
    }

    // MARK: Reachability

    /// Each `reachable`; several witnessed ones on one line. A run that is violated is not judged by what it reached.
    private var reachables: [String] {
        let all = check.properties.filter { $0.kind == .reachable }
        let witnessed = all.filter { $0.verdict == .holds }
        var phrases: [String] = []
        if check.violated.isEmpty {
            let depths = witnessed.map { property in property.witnessDepth.map { " at depth \($0)" } ?? "" }
            if witnessed.count <= 2 {
                phrases += zip(witnessed, depths).map { "reachable \($0.name): witnessed\($1)" }
            } else {
                let list = zip(witnessed, depths).map { "\($0.name)\($1)" }.joined(separator: ", ")
                phrases.append("reachable, witnessed: \(list)")
            }
        }
        for property in all
        where property.verdict != .holds && property.verdict != .violated && isTold(property.verdict) {
            phrases.append("reachable \(property.name): \(property.verdict.word)")
        }
        return phrases
    }

    // MARK: Proofs

    /// Each `prove` block with what its verdict covers; where it has none, why, and what would help.
    private var proofs: [String] {
        check.properties.filter { $0.kind == .prove && $0.verdict != .violated }.flatMap { property -> [String] in
            let name = TextLayout.oneLine(property.name)
            switch property.verdict {
            case .holds:
                let scope = property.scope.map { " (\($0))" } ?? ""
                return ["prove \(name): \(property.verdict.word)\(scope)"]
            case .unknown:
                var line = "prove \(name): \(property.verdict.word) (\(TextLayout.oneLine(property.message ?? "")))"
                if let range = property.range { line += " at \(TextLayout.oneLine(range.description))" }
                if let advice = property.advice { line += "; what would help: \(advice)" }
                return [line]
            default:
                let advice = property.advice.map { ": \($0)" } ?? ""
                return ["prove \(name): \(property.verdict.word)\(advice)"]
            }
        }
    }

    // MARK: Steps

    /// Steps that never ran. A func's step stands once for each call of the func: where other calls run it, it is only
    /// counted, unless all is asked for.
    private var neverEnabled: [String] {
        guard !check.neverEnabled.isEmpty else { return [] }
        let everywhere = Set(check.system?.processes.flatMap { $0.points.map(\.name) } ?? [])
        let idle = Set(check.neverEnabled)
        var bases: [String] = []
        var partlyIdle = 0
        for name in check.neverEnabled {
            let base = Self.base(of: name, in: everywhere)
            let copies = everywhere.filter { $0 == base || Self.base(of: $0, in: everywhere) == base }
            if copies.isSubset(of: idle) || copies.isEmpty {
                if !bases.contains(base) { bases.append(base) }
            } else {
                partlyIdle += 1
            }
        }
        if verbosity > 0 { return ["steps never enabled: \(check.neverEnabled.joined(separator: ", "))"] }
        var phrases: [String] = []
        if !bases.isEmpty { phrases.append("steps never enabled: \(bases.joined(separator: ", "))") }
        if partlyIdle > 0 {
            phrases.append(
                "\(Wording.count(partlyIdle, "step")) never enabled in one call, though in another (-v lists them)")
        }
        return phrases
    }

    /// The name without the number that tells calls of one func apart.
    private static func base(of name: String, in names: Set<String>) -> String {
        var base = name
        while let last = base.last, last.isASCII, last.isNumber { base.removeLast() }
        return names.contains(base) ? base : name
    }

    // MARK: Words

    /// A run that ends at a violation leaves the rest open, which needs no saying.
    private func isTold(_ verdict: Verdict) -> Bool {
        verdict != .inconclusive || check.violated.isEmpty || check.scope != .partial || check.limit != nil
    }

    private func words(_ verdict: Verdict) -> String {
        switch verdict {
        case .notReached: "never evaluated (\(verdict.word))"
        case .inconclusive where check.scope == .bounded: "\(verdict.word) within a bound"
        case .holds, .holdsWithinBound, .violated, .inconclusive, .unknown, .notSupported, .error: verdict.word
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
            var text = "\(property.name): \(property.verdict.word)"
            switch property.kind {
            case .deadlock, .trap, .lock: break
            case .invariant, .always, .transition, .final, .reachable, .eventually, .leadsto, .temporal, .prove,
                .assert:
                text = "\(property.kind.rawValue) \(text)"
            }
            if let count = property.evaluations, property.kind != .reachable {
                text += ", evaluated \(Wording.count(count, "time"))"
            }
            return text
        }
    }
}
