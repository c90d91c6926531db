// Whether what a check found is what its line asks for.

/// Judges results against the expectation of a configuration.
struct ExpectationJudge {
    let configuration: Configuration
    /// Whether steps that were never enabled fail `expect holds`.
    let isStrict: Bool

    /// Whether a result is what was expected, and why not; nil without an expectation, or where nobody knows.
    func judge(_ properties: [PropertyResult], _ scope: Scope, neverEnabled: [String]) -> (Bool?, String?) {
        switch configuration.expected {
        case nil: return (nil, nil)
        case .rejected(let code): return (false, "the spec is accepted, not rejected with \(code)")
        case .holds: return judgeHolds(properties, scope, neverEnabled)
        case .deadlock: return judgeViolated("deadlock", only: false, properties)
        case .violated(let name, let only): return judgeViolated(name, only: only, properties)
        case .notReached(let name):
            guard let property = properties.first(where: { $0.name == name }) else {
                return (false, "there is no \(name)")
            }
            return property.verdict == .notReached ? (true, nil) : (false, "\(name) is \(property.verdict.word)")
        }
    }

    private func judgeViolated(_ name: String, only: Bool, _ properties: [PropertyResult]) -> (Bool?, String?) {
        guard let property = properties.first(where: { $0.name == name }) else { return (false, "there is no \(name)") }
        guard property.verdict == .violated else {
            return (property.verdict == .unknown ? nil : false, "\(name) \(property.verdict.word)")
        }
        let others = properties.filter { $0.verdict == .violated && $0.name != name }.map(\.name)
        if only, !others.isEmpty { return (false, "also violated: \(others.joined(separator: ", "))") }
        return (true, nil)
    }

    private func judgeHolds(_ properties: [PropertyResult], _ scope: Scope, _ idle: [String]) -> (Bool?, String?) {
        let others = properties.filter { !isFine($0, scope) }
        // What the solver leaves open decides nothing, unless something else does.
        if let property = others.first(where: { $0.verdict != .unknown }) ?? others.first {
            return (property.verdict == .unknown ? nil : false, "\(property.name) \(property.verdict.word)")
        }
        if isStrict, scope == .exhaustive, !idle.isEmpty {
            return (false, "never enabled: \(idle.joined(separator: ", "))")
        }
        return (true, nil)
    }

    private func isFine(_ property: PropertyResult, _ scope: Scope) -> Bool {
        switch property.verdict {
        case .holds: true
        case .holdsWithinBound: configuration.depth != nil && scope == .bounded
        // The check asks for a bound itself: what needs the whole graph cannot be told within it.
        case .inconclusive:
            configuration.depth != nil && scope == .bounded && property.kind.needsWholeGraph
        // An assert in code that never runs is listed with the steps that were never enabled.
        case .notReached: property.kind == .assert && !isStrict
        case .violated, .unknown, .notSupported, .error: false
        }
    }
}
