// The result of a check as it is kept, by the cache or by a shard, and made whole again from the spec as it stands now.

import Model

/// Writes and reads results. Places and types come from the spec; traces are taken again step by step.
struct KeptResult {
    let document: JSONValue
    let check: CheckRun
    let model: TypedModel
    let diagnostics: Diagnostics

    // MARK: Writing

    /// What is kept of a result; nil for a check that explored nothing: what it says is said of the spec alone.
    static func document(_ result: CheckResult, _ path: String) -> JSONValue? {
        guard let system = result.system else { return nil }
        let properties = result.properties.map { property -> JSONValue in
            var trace = JSONValue.null
            // The run of a cycle of locks ends within a step, which cannot be taken again by itself.
            if let run = property.trace, property.name != "lock_order" {
                trace = ITFReport.json(
                    run, source: path, property: property.name, verdict: property.verdict.rawValue,
                    origin: TraceOrigin(of: result))
            }
            return [
                "name": .string(property.name), "kind": .string(property.kind.rawValue),
                "verdict": .string(property.verdict.rawValue), "message": .optional(property.message),
                "evaluations": .optional(property.evaluations), "witnessDepth": .optional(property.witnessDepth),
                "scope": .optional(property.scope), "advice": .optional(property.advice), "trace": trace,
            ]
        }
        let cycles = result.lockCycles.map { cycle in
            JSONValue.array(cycle.edges.map(edge))
        }
        return [
            "scope": .string(result.scope.rawValue), "limit": .optional(result.limit?.rawValue),
            "states": .integer(Int128(result.states)), "transitions": .integer(Int128(result.transitions)),
            "depth": .integer(Int128(result.depth)), "frontier": .integer(Int128(result.frontier)),
            "neverEnabled": .array(result.neverEnabled.map { .string($0) }),
            "symmetry": result.symmetry.map(JSONReport.symmetry) ?? .null,
            "solver": result.solver.map(JSONReport.solver) ?? .null,
            "unguarded": .array(result.exploredAsUnguarded.map { .string($0) }),
            "systemUnguarded": .array(system.exploredAsUnguarded.map { .string($0) }),
            "met": result.isMet.map { .bool($0) } ?? .null, "reason": .optional(result.unmetReason),
            "diagnostics": .integer(Int128(result.diagnostics.count)), "bytes": .integer(Int128(result.bytes)),
            "properties": .array(properties), "lockCycles": .array(cycles),
            "internalErrors": .array(result.internalErrors.map { .string($0) }), "seconds": .rounded(result.seconds),
        ]
    }

    private static func edge(_ edge: LockOrderEdge) -> JSONValue {
        [
            "held": .string(edge.held), "taken": .string(edge.taken), "steps": .integer(Int128(edge.steps)),
            "place": .optional(edge.place),
        ]
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
            unmetReason: document.at("reason").string, properties: properties, lockCycles: lockCycles,
            diagnostics: diagnostics.all, system: system, seconds: document.at("seconds").seconds,
            bytes: number("bytes"), internalErrors: names("internalErrors"))
        result.symmetry = symmetry
        result.solver = solver
        return result
    }

    private var lockCycles: [LockCycle] {
        document.at("lockCycles").list.map { cycle in
            LockCycle(
                edges: cycle.list.map { edge in
                    LockOrderEdge(
                        held: edge.at("held").string ?? "", taken: edge.at("taken").string ?? "",
                        steps: edge.at("steps").int ?? 0, place: edge.at("place").string)
                })
        }
    }

    private var solver: SolverUse? {
        let entry = document.at("solver")
        guard let questions = entry.at("questions").int, let remembered = entry.at("remembered").int,
            let witnessed = entry.at("witnessed").int
        else { return nil }
        return SolverUse(questions: questions, remembered: remembered, witnessed: witnessed)
    }

    private var symmetry: SymmetryUse? {
        let entry = document.at("symmetry")
        guard case .object = entry else { return nil }
        var represented: UInt64?
        if case .integer(let number) = entry.at("represents") { represented = UInt64(exactly: number) }
        return SymmetryUse(
            sorts: entry.at("sorts").list.compactMap(\.string), represented: represented,
            refused: entry.at("refused").list.map {
                SymmetryUse.Refusal(sort: $0.at("sort").string ?? "", reason: $0.at("reason").string ?? "")
            })
    }

    private func property(_ entry: JSONValue, _ system: TransitionSystem) -> PropertyResult? {
        guard let name = entry.at("name").string,
            let kind = entry.at("kind").string.flatMap(ReportedKind.init(rawValue:)),
            let verdict = entry.at("verdict").string.flatMap(Verdict.init(rawValue:))
        else { return nil }
        var trace: Trace?
        if !entry.at("trace").isNull {
            guard let read = try? TraceReading.trace(entry.at("trace"), in: system) else { return nil }
            trace = read
        }
        let stated = model.properties.first { $0.name == name }?.range ?? model.proofs.first { $0.name == name }?.range
        let range = stated ?? system.assertions.first { $0.name == name }?.range ?? trace?.violation?.range
        var result = PropertyResult(
            name: name, kind: kind, verdict: verdict, message: entry.at("message").string, range: range,
            trace: trace, evaluations: entry.at("evaluations").int, witnessDepth: entry.at("witnessDepth").int)
        result.scope = entry.at("scope").string
        result.advice = entry.at("advice").string
        return result
    }
}
