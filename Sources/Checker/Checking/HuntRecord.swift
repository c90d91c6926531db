// What a hunt of random walks leaves for merging: violations with their runs. It never says that anything holds.

import Model

/// Walks of one hunt.
struct HuntRecord {
    let document: JSONValue

    /// What is kept of a hunt: of each property the shortest run that violates it.
    static func document(_ hunt: SimulationResult) -> JSONValue {
        var shortest: [String: SimulatedWalk] = [:]
        var order: [String] = []
        for walk in hunt.walks {
            guard case .violated(let name, _) = walk.end else { continue }
            if let known = shortest[name], known.trace.steps.count <= walk.trace.steps.count { continue }
            if shortest.updateValue(walk, forKey: name) == nil { order.append(name) }
        }
        let violations = order.compactMap { name -> JSONValue? in
            guard let walk = shortest[name], case .violated(_, let kind) = walk.end else { return nil }
            return [
                "property": .string(name), "kind": .string(kind.rawValue),
                "message": .optional(walk.trace.violation?.message),
                "trace": ITFReport.json(
                    walk.trace, source: hunt.path, property: name, verdict: Verdict.violated.rawValue),
            ]
        }
        return [
            "walks": .integer(Int128(hunt.walks.count)), "seed": .optional(hunt.walks.first.map { String($0.seed) }),
            "violations": .array(violations), "witnessed": .array(hunt.witnessed.map { .string($0) }),
        ]
    }

    /// What is kept of a hunt by bitstate hashing.
    static func document(_ check: CheckResult, _ path: String) -> JSONValue {
        let violations = check.violated.compactMap { property -> JSONValue? in
            // The run of a cycle of locks ends within a step, which cannot be taken again by itself.
            guard let trace = property.trace, property.name != "lock_order" else { return nil }
            return [
                "property": .string(property.name), "kind": .string(property.kind.rawValue),
                "message": .optional(property.message),
                "trace": ITFReport.json(
                    trace, source: path, property: property.name, verdict: Verdict.violated.rawValue,
                    origin: TraceOrigin(of: check)),
            ]
        }
        let witnessed = check.properties.filter { $0.kind == .reachable && $0.witnessDepth != nil }
        return [
            "bitstate": check.bitstate.map(JSONReport.bitstate) ?? .null, "violations": .array(violations),
            "witnessed": .array(witnessed.map { .string($0.name) }),
        ]
    }

    /// Adds what the walks met: a violation decides what was open. Nothing holds by it, not even a `reachable` that was seen:
    /// the walk that saw it is not kept, so it cannot be taken again.
    func add(to result: inout CheckResult) {
        for entry in document.at("violations").list {
            guard let name = entry.at("property").string,
                let kind = entry.at("kind").string.flatMap(ReportedKind.init(rawValue:)), let system = result.system,
                let trace = try? TraceReading.trace(entry.at("trace"), in: system)
            else {
                result.internalErrors.append("a walk of a hunt cannot be taken again")
                continue
            }
            add(trace, name, kind, entry.at("message").string, to: &result)
        }
        for name in document.at("witnessed").list.compactMap(\.string) {
            let isDenied = result.properties.contains {
                $0.name == name && $0.kind == .reachable && $0.verdict == .notReached
            }
            if isDenied { result.internalErrors.append("\(name) is not reached, and a walk of a hunt reached it") }
        }
        result.judgeHunted()
    }

    private func add(
        _ trace: Trace, _ name: String, _ kind: ReportedKind, _ message: String?, to result: inout CheckResult
    ) {
        let found = PropertyResult(
            name: name, kind: kind, verdict: .violated, message: message,
            range: result.properties.first { $0.name == name }?.range ?? trace.violation?.range, trace: trace,
            evaluations: nil, witnessDepth: nil)
        guard let index = result.properties.firstIndex(where: { $0.name == name }) else {
            result.properties.append(found)
            return
        }
        switch result.properties[index].verdict {
        case .holds, .notReached:
            result.internalErrors.append("\(name) is violated by a walk of a hunt, and holds in all states")
        case .violated:
            if trace.steps.count < result.properties[index].steps ?? .max { result.properties[index] = found }
        case .holdsWithinBound, .inconclusive, .unknown, .notSupported, .error: result.properties[index] = found
        }
    }
}

extension CheckResult {
    /// Whether the expectation is met, after a hunt: only what it found decides, never what it did not find.
    mutating func judgeHunted() {
        guard scope != .exhaustive, let expected, let first = violated.first else { return }
        func others(than name: String) -> [String] { violated.map(\.name).filter { $0 != name } }
        switch expected {
        case .holds: (isMet, unmetReason) = (false, "\(first.name) \(Verdict.violated.word)")
        case .violated(let name, let only):
            guard violated.contains(where: { $0.name == name }) else { return }
            (isMet, unmetReason) = (true, nil)
            let also = others(than: name)
            if only, !also.isEmpty { (isMet, unmetReason) = (false, "also violated: \(also.joined(separator: ", "))") }
        case .deadlock: if violated.contains(where: { $0.name == "deadlock" }) { (isMet, unmetReason) = (true, nil) }
        case .notReached, .rejected: return
        }
    }
}
