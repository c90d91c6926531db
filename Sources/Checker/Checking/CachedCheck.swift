// The result of a check as it is kept, and made whole again from the spec as it stands now.

import Model

/// Writes and reads results. Places and types come from the spec; traces are taken again step by step.
struct CachedCheck {
    /// A longer run costs more to take again than the cache saves.
    private static let stepLimit = 1000

    let document: JSONValue
    let check: CheckRun
    let model: TypedModel
    let diagnostics: Diagnostics

    // MARK: Writing

    /// What is kept of a result; nil when it is not to be kept.
    ///
    /// Never what a limit or an interrupt cut short, nor a mistake of ours, nor cycles of locks, whose runs end anywhere.
    static func document(_ result: CheckResult, _ key: VerdictKey, _ path: String) -> String? {
        guard let system = result.system, result.internalErrors.isEmpty, result.lockCycles.isEmpty else { return nil }
        // A lasso is not read back: its loop is more than its steps.
        guard result.properties.allSatisfy({ $0.trace?.loopStart == nil }) else { return nil }
        switch result.limit {
        case nil, .depth: break
        case .states, .time, .memory, .interrupt: return nil
        }
        guard result.properties.allSatisfy({ $0.trace?.steps.count ?? 0 <= Self.stepLimit }) else { return nil }
        let properties = result.properties.map { property -> JSONValue in
            var trace = JSONValue.null
            if let run = property.trace {
                let text = ITFReport.document(
                    run, source: path, property: property.name, verdict: property.verdict.rawValue,
                    origin: TraceOrigin(of: result))
                trace = .string(text)
            }
            return [
                "name": .string(property.name), "kind": .string(property.kind.rawValue),
                "verdict": .string(property.verdict.rawValue), "message": .optional(property.message),
                "evaluations": .optional(property.evaluations), "witnessDepth": .optional(property.witnessDepth),
                "trace": trace,
            ]
        }
        let document: JSONValue = [
            "key": .string(key.text), "scope": .string(result.scope.rawValue),
            "limit": .optional(result.limit?.rawValue), "states": .integer(Int128(result.states)),
            "transitions": .integer(Int128(result.transitions)), "depth": .integer(Int128(result.depth)),
            "frontier": .integer(Int128(result.frontier)),
            "neverEnabled": .array(result.neverEnabled.map { .string($0) }),
            "unguarded": .array(result.exploredAsUnguarded.map { .string($0) }),
            "systemUnguarded": .array(system.exploredAsUnguarded.map { .string($0) }),
            "met": result.isMet.map { .bool($0) } ?? .null, "reason": .optional(result.unmetReason),
            "diagnostics": .integer(Int128(result.diagnostics.count)), "bytes": .integer(Int128(result.bytes)),
            "properties": .array(properties),
        ]
        return document.compactText + "\n"
    }

    // MARK: Reading

    /// The result; nil when anything does not fit any more.
    var result: CheckResult? {
        var lowering = LoweringOptions()
        lowering.isUnreduced = check.options.isUnreduced
        lowering.unguarded = Set(document.at("systemUnguarded").list.compactMap(\.string))
        guard let system = lower(model, options: lowering, diagnostics: diagnostics),
            diagnostics.all.count == document.at("diagnostics").int,
            let scope = document.at("scope").string.flatMap(Scope.init(rawValue:))
        else { return nil }
        var properties: [PropertyResult] = []
        for entry in document.at("properties").list {
            guard let property = property(entry, system) else { return nil }
            properties.append(property)
        }
        let configuration = check.configuration
        func number(_ name: String) -> Int { document.at(name).int ?? 0 }
        func names(_ name: String) -> [String] { document.at(name).list.compactMap(\.string) }
        var result = CheckResult(
            name: configuration.name, fault: configuration.fault, story: configuration.story,
            constants: model.constants.filter(\.isOwn), memory: configuration.memory ?? model.memory, scope: scope,
            depthBound: configuration.depth ?? check.options.limits.depth,
            limit: document.at("limit").string.flatMap(LimitReached.init(rawValue:)), states: number("states"),
            transitions: number("transitions"), depth: number("depth"), frontier: number("frontier"),
            neverEnabled: names("neverEnabled"), exploredAsUnguarded: names("unguarded"),
            expected: configuration.expected, isMet: document.at("met").flag,
            unmetReason: document.at("reason").string, properties: properties, lockCycles: [],
            diagnostics: diagnostics.all, system: system, seconds: 0, bytes: number("bytes"), internalErrors: [])
        result.isCached = true
        return result
    }

    private func property(_ entry: JSONValue, _ system: TransitionSystem) -> PropertyResult? {
        guard let name = entry.at("name").string,
            let kind = entry.at("kind").string.flatMap(ReportedKind.init(rawValue:)),
            let verdict = entry.at("verdict").string.flatMap(Verdict.init(rawValue:))
        else { return nil }
        var trace: Trace?
        if let text = entry.at("trace").string {
            guard let read = try? TraceReading.trace(Array(text.utf8), in: system) else { return nil }
            trace = read
        }
        let stated = model.properties.first { $0.name == name }?.range ?? model.proofs.first { $0.name == name }?.range
        let range = stated ?? system.assertions.first { $0.name == name }?.range ?? trace?.violation?.range
        return PropertyResult(
            name: name, kind: kind, verdict: verdict, message: entry.at("message").string, range: range,
            trace: trace, evaluations: entry.at("evaluations").int, witnessDepth: entry.at("witnessDepth").int)
    }
}
