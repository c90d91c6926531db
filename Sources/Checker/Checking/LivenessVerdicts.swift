// Verdicts on temporal properties: what the search of a lasso found, within the scope of the check.

import Model

extension CheckJudge {
    /// Searches for a lasso of each temporal property. Within a bound a lasso counts; a run that ended at a violation or
    /// an interrupt is not searched.
    func judgeLiveness(_ explorer: Explorer, _ elapsed: () -> Duration) -> (
        findings: [Int: LivenessFinding], limit: LimitReached?
    ) {
        let isComplete = explorer.expandedCount == explorer.store.count
        guard explorer.hunt == nil, isComplete || (explorer.limit != nil && explorer.limit != .interrupt),
            !explorer.isPoolFull
        else {
            return ([:], nil)
        }
        return withoutActuallyEscaping(elapsed) { elapsed in
            let judge = LivenessJudge(explorer) {
                if options.limits.isCancelled?() ?? false { return .interrupt }
                if let most = options.limits.seconds, elapsed() >= .seconds(most) { return .time }
                return nil
            }
            var findings: [Int: LivenessFinding] = [:]
            for (index, property) in system.properties.enumerated() where property.temporal != nil {
                let finding = judge.judge(index)
                findings[index] = finding
                if case .ended(let limit) = finding.outcome { return (findings, limit) }
            }
            return (findings, nil)
        }
    }

    func judge(
        _ index: Int, _ property: SystemProperty, _ finding: LivenessFinding?, _ explorer: Explorer,
        _ isComplete: Bool, _ errors: inout [String]
    ) -> PropertyResult {
        var verdict = Verdict.inconclusive
        var trace: Trace?
        var message = property.message
        switch finding?.outcome {
        case .broken(let lasso, let claim):
            do throws(TraceMismatch) {
                trace = try LassoBuilder(explorer, property: index, claim: claim).trace(of: lasso)
                verdict = .violated
            } catch {
                errors.append(error.message)
                verdict = .error
            }
        case .trapped(let found):
            trace = build(found, explorer, &errors)
            verdict = trace == nil ? .error : .violated
            message = trace?.violation?.message ?? message
        case .unbroken:
            let isReached = finding.map { $0.evaluations > 0 } ?? false
            if isComplete { verdict = isReached ? .holds : .notReached }
        case .noRuns: if isComplete { verdict = .notReached }
        case .tooLarge: message = "its automaton would have more than 4096 states: state it as several properties"
        case .ended, nil: break
        }
        if isVoid(explorer), verdict == .holds { verdict = .inconclusive }
        return PropertyResult(
            name: property.name, kind: property.kind.reported, verdict: verdict,
            message: message, range: property.range, trace: trace, evaluations: finding?.evaluations, witnessDepth: nil)
    }
}

extension ReportedKind {
    /// Whether it is about how runs go on, which no bounded part of the graph tells.
    var needsWholeGraph: Bool {
        switch self {
        case .deadlock, .final, .eventually, .leadsto, .temporal: true
        case .invariant, .always, .transition, .reachable, .prove, .assert, .trap, .lock: false
        }
    }
}
