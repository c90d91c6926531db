// What the parts of a run found of one check, and the result that it comes to.

import Model

/// What the parts of a run have of one check.
struct RecordedResult: Sendable {
    /// Each as `KeptResult` writes it.
    private(set) var results: [JSONValue] = []
    /// Each as `HuntRecord` writes it.
    var hunts: [JSONValue] = []
    /// The shard that should have it, when no file is of that shard.
    var missingShard: String?

    mutating func add(_ result: JSONValue) { if !results.contains(result) { results.append(result) } }

    /// How much a result decides: all states, a violation, a bound, a part.
    private static func rank(_ result: JSONValue) -> Int {
        if result.at("scope").string == Scope.exhaustive.rawValue { return 3 }
        if result.at("properties").list.contains(where: { $0.at("verdict").string == Verdict.violated.rawValue }) {
            return 2
        }
        return result.at("scope").string == Scope.bounded.rawValue ? 1 : 0
    }

    /// The result of the check.
    func result(of check: CheckRun, _ model: TypedModel, _ diagnostics: Diagnostics) -> CheckResult {
        var result: CheckResult
        if let best = results.max(by: { Self.rank($0) < Self.rank($1) }) {
            // Typing has told its warnings; lowering tells the rest again.
            let kept = KeptResult(document: best, check: check, model: model, diagnostics: diagnostics)
            guard let read = kept.result else {
                return missing(check, model, diagnostics, "what a shard found does not fit the spec")
            }
            result = read
            addCounterexamples(to: &result, check, model)
            addContradictions(to: &result)
        } else {
            let shard = missingShard.map { "shard \($0) is missing" }
            result = missing(check, model, diagnostics, shard ?? "no shard has it")
        }
        for hunt in hunts { HuntRecord(document: hunt).add(to: &result) }
        return result
    }

    /// Values that refute a proof are looked for again: a proof is quick, and its values have no text of their own.
    private func addCounterexamples(to result: inout CheckResult, _ check: CheckRun, _ model: TypedModel) {
        let refuted = result.properties.indices.filter {
            result.properties[$0].kind == .prove && result.properties[$0].verdict == .violated
        }
        guard !refuted.isEmpty else { return }
        let again = check.proofs(of: model).results(&result.internalErrors)
        for index in refuted {
            let known = again.first { $0.name == result.properties[index].name }
            result.properties[index].counterexample = known?.counterexample
            if known?.verdict == .holds {
                result.internalErrors.append(
                    "the proof \(result.properties[index].name) is refuted in a shard and holds now")
            }
        }
    }

    /// Two results of one check may differ in how far they came; what one proves of all states, the other cannot break.
    private func addContradictions(to result: inout CheckResult) {
        let all = results.filter { Self.rank($0) == 3 }
        for exhaustive in all {
            for property in exhaustive.at("properties").list
            where property.at("verdict").string == Verdict.holds.rawValue {
                let name = property.at("name").string ?? ""
                let isBroken = results.contains { other in
                    other.at("properties").list.contains {
                        $0.at("name").string == name && $0.at("verdict").string == Verdict.violated.rawValue
                    }
                }
                if isBroken { result.internalErrors.append("\(name) holds in one shard and is violated in another") }
            }
        }
    }

    private func missing(_ check: CheckRun, _ model: TypedModel, _ diagnostics: Diagnostics, _ reason: String)
        -> CheckResult
    {
        let configuration = check.configuration
        var lowering = LoweringOptions()
        lowering.isUnreduced = check.options.isUnreduced
        let system = lower(model, options: lowering, diagnostics: diagnostics)
        let stated = model.properties.map { (name: $0.name, kind: $0.kind.reported, range: Optional($0.range)) }
        let proofs = model.proofs.map { (name: $0.name, kind: ReportedKind.prove, range: Optional($0.range)) }
        let deadlock = check.options.checksDeadlock ? [("deadlock", ReportedKind.deadlock, SourceRange?.none)] : []
        let properties = (stated + proofs + deadlock).map { name, kind, range in
            PropertyResult(
                name: name, kind: kind, verdict: .inconclusive, message: reason, range: range, trace: nil,
                evaluations: nil, witnessDepth: nil)
        }
        return CheckResult(
            name: configuration.name, fault: configuration.fault, story: configuration.story,
            constants: model.constants.filter(\.isOwn), memory: configuration.memory ?? model.memory, scope: .partial,
            depthBound: configuration.depth ?? check.options.limits.depth, limit: .missing, states: 0, transitions: 0,
            depth: 0, frontier: 0, neverEnabled: [], exploredAsUnguarded: [], expected: configuration.expected,
            isMet: nil, unmetReason: reason, properties: properties, lockCycles: [], diagnostics: diagnostics.all,
            system: system, seconds: 0, bytes: 0, internalErrors: [])
    }
}
