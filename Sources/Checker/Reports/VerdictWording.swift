// The words of verdicts: the closed vocabulary, each with the scope that it holds in.

import Model

/// Says how a check came out. "Verified" is not among the words: a verdict never goes without its scope.
struct VerdictWording {
    let check: CheckResult
    let style: TextStyle
    /// Whether the time that the check took is told.
    var showsTime = false

    /// The verdict of the check as a whole: the worst that is said of a property.
    var verdict: Verdict {
        let verdicts = Set(check.properties.map(\.verdict))
        if verdicts.contains(.violated) { return .violated }
        if rejection != nil { return .error }
        if isRejected || !check.internalErrors.isEmpty || verdicts.contains(.error) { return .error }
        if verdicts.contains(.notSupported) { return .notSupported }
        if verdicts.contains(.unknown) { return .unknown }
        if check.system == nil { return .inconclusive }
        if verdicts.contains(.inconclusive) {
            // Deadlock and `final` need the whole graph: within a bound they are listed and do not decide.
            return check.scope == .bounded ? .holdsWithinBound : .inconclusive
        }
        if check.scope == .bounded || verdicts.contains(.holdsWithinBound) { return .holdsWithinBound }
        let isUnwitnessed = check.properties.contains { $0.verdict == .notReached && $0.kind != .assert }
        return isUnwitnessed ? .notReached : .holds
    }

    /// Whether the spec of this check has mistakes.
    var isRejected: Bool { check.diagnostics.contains { $0.severity == .error } }

    /// The mistake that the check expects, when the spec has it.
    private var rejection: String? {
        guard case .rejected(let code) = check.expected, check.isMet == true else { return nil }
        return code
    }

    /// `HOLDS (exhaustive: 48 213 states, SC, SLOTS=3 CLIENTS=2)`, as phrases that lines may be broken between.
    var headline: [String] {
        var phrases = scope
        phrases[0] = "\(style.paint(verdict.word, colour)) (\(phrases[0])"
        phrases[phrases.count - 1] += check.isCached ? ") (cached)" : ")"
        return phrases
    }

    /// The colour that goes with the verdict, unless it is what was expected.
    var colour: TextStyle.Colour {
        if check.isMet == true { return .good }
        switch verdict {
        case .holds: return .good
        case .violated, .error: return .bad
        case .holdsWithinBound, .inconclusive, .unknown, .notReached, .notSupported: return .doubtful
        }
    }

    /// What the verdicts reach over, the commas included.
    private var scope: [String] {
        if let rejection { return ["the spec is rejected with \(rejection)"] }
        if isRejected { return ["the spec is rejected: \(Wording.count(errorCodes.count, "error"))"] }
        guard check.system != nil else { return [check.unmetReason ?? "nothing was explored"] }
        if check.isOfProofsAlone { return withConstants([proofScope]) }
        var states = Wording.count(check.states, "state")
        if check.isForAllWords { states += " with symbolic words" }
        var first: String
        switch (check.scope, check.limit) {
        case (.exhaustive, _):
            first = "exhaustive: \(states)"
            if check.isForAllWords { first += ", for all their values" }
        case (.bounded, _):
            let frontier = Wording.count(check.frontier, "frontier state")
            first = "depth \(style.atMost) \(check.depthBound ?? check.depth); \(states), \(frontier) not expanded"
        case (.partial, let limit?): first = "\(Self.words(limit)); \(hunted)\(states), depth \(check.depth) complete"
        case (.partial, nil) where check.bitstate != nil: first = hunted + states
        case (.partial, nil):
            first = check.violated.isEmpty ? states : "\(states) until then"
        }
        if let bitstate = check.bitstate { first += ", \(Self.omission(bitstate))" }
        if verdict == .violated, let steps = shortestTrace { first = "\(Self.steps(steps)); \(first)" }
        var phrases = [first]
        if showsTime { phrases.append(Wording.seconds(check.seconds)) }
        phrases.append(check.memory.uppercased())
        return withConstants(phrases)
    }

    /// How states were told apart, where that was not exact.
    private var hunted: String { check.bitstate == nil ? "" : "bitstate: " }

    /// What may be missing: `omission probability at most 2^-20`, or how many states are.
    static func omission(_ use: BitstateUse) -> String {
        if use.omissionExponent < 0 { return "omission probability at most 2^\(use.omissionExponent)" }
        let missing = max(1, Int(min(use.expectedOmissions, 1e15).rounded()))
        return "some \(Wording.count(missing, "state")) left out"
    }

    /// Phrases with commas between them, and the constants at the end.
    private func withConstants(_ phrases: [String]) -> [String] {
        let constants = constants
        return phrases.dropLast().map { $0 + "," } + [phrases[phrases.count - 1] + (constants.isEmpty ? "" : ",")]
            + constants
    }

    /// A spec without anything that runs is judged for all values of each proof's parameters.
    private var proofScope: String {
        let all = Wording.count(check.properties.count, "proof")
        let held = check.properties.count { $0.verdict == .holds }
        let open = check.properties.count { $0.verdict == .unknown }
        if !check.violated.isEmpty { return "\(check.violated.count) of \(all)" }
        if open > 0 { return "Z3 gave no answer on \(open) of \(all)" }
        return held == check.properties.count ? "\(all) over all values" : "\(held) of \(all) over all values"
    }

    private var shortestTrace: Int? { check.violated.compactMap(\.steps).min() }

    private var errorCodes: [String] {
        check.diagnostics.filter { $0.severity == .error }.map(\.code.rawValue)
    }

    /// `SLOTS=3`, in file order.
    private var constants: [String] {
        guard let types = check.system?.types else { return [] }
        return check.constants.map { "\($0.name)=\(types.describe($0.value, as: $0.type))" }
    }

    /// `8 steps`; a violation of the first state has none.
    static func steps(_ count: Int) -> String { count == 0 ? "in the first state" : Wording.count(count, "step") }

    /// What ended a run.
    static func words(_ limit: LimitReached) -> String {
        switch limit {
        case .depth: "depth limit"
        case .states: "state limit"
        case .time: "time limit"
        case .memory: "memory limit"
        case .interrupt: "interrupted"
        case .missing: "not explored"
        }
    }

    /// What an expectation asks for, as the spec writes it.
    static func words(_ expectation: Expectation) -> String {
        switch expectation {
        case .holds: "holds"
        case .violated(let name, only: false): "violated \(name)"
        case .violated(let name, only: true): "violated only \(name)"
        case .notReached(let name): "not_reached \(name)"
        case .deadlock: "deadlock"
        case .rejected(let code): "rejected \(code)"
        }
    }
}
