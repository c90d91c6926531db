// From what the explorer found to a verdict for every property, and whether the expectation is met.

import Model

/// Judges one explored configuration.
struct CheckJudge {
    let configuration: Configuration
    let options: CheckOptions
    let model: TypedModel
    let system: TransitionSystem
    let initial: [Outcome]
    let broken: [BrokenProtection]
    let diagnostics: Diagnostics
    let proofs: ProofResults

    func result(_ explorer: inout Explorer, elapsed: () -> Duration) -> CheckResult {
        let isComplete = explorer.hunt == nil && explorer.limit == nil && explorer.expandedCount == explorer.stateCount
        var finals: [Int: Int] = [:]
        if isComplete, needsComponents(explorer) { finals = explorer.judgeComponents() }
        var errors = broken.compactMap(\.mismatch)
        let liveness = judgeLiveness(explorer, elapsed)
        var properties = statedProperties(explorer, isComplete, finals, liveness.findings, &errors)
        properties += builtinProperties(explorer, isComplete, &errors)
        let cycles = lockCycles(explorer, &errors)
        if let order = lockOrder(cycles, explorer, isComplete) { properties.append(order) }
        let limit = explorer.limit ?? liveness.limit
        let scope: Scope =
            isComplete && limit == nil ? .exhaustive : limit == .depth ? .bounded : .partial
        let expectation = ExpectationJudge(configuration: configuration, isStrict: options.isStrict)
        // What a hunt does not find decides nothing.
        let (isMet, reason) =
            explorer.hunt == nil
            ? expectation.judge(properties, scope, neverEnabled: neverEnabled(explorer)) : (nil, nil)
        let time = elapsed()
        var result = CheckResult(
            name: configuration.name, fault: configuration.fault, story: configuration.story,
            constants: system.constants.filter(\.isOwn), memory: system.memory, scope: scope,
            depthBound: configuration.depth ?? options.limits.depth, limit: limit,
            states: explorer.stateCount,
            transitions: explorer.transitionCount, depth: explorer.depth,
            frontier: explorer.stateCount - explorer.expandedCount,
            neverEnabled: isComplete ? neverEnabled(explorer) : [], exploredAsUnguarded: system.exploredAsUnguarded,
            expected: configuration.expected, isMet: isMet, unmetReason: reason, properties: properties,
            lockCycles: cycles,
            diagnostics: diagnostics.all, system: system,
            seconds: Double(time.components.seconds) + Double(time.components.attoseconds) * 1e-18,
            bytes: explorer.byteCount, internalErrors: errors)
        if let hunt = explorer.hunt {
            result.bitstate = BitstateUse(hunt.filter)
            result.judgeHunted()
        }
        return result
    }

    private func needsComponents(_ explorer: Explorer) -> Bool {
        (options.checksDeadlock && !system.processes.isEmpty) || !explorer.program.finalProperties.isEmpty
    }

    private func neverEnabled(_ explorer: Explorer) -> [String] {
        zip(explorer.program.coverageNames, explorer.isEverEnabled).filter { !$0.1 }.map(\.0)
    }

    // MARK: Stated properties

    private func statedProperties(
        _ explorer: Explorer, _ isComplete: Bool, _ finals: [Int: Int], _ findings: [Int: LivenessFinding],
        _ errors: inout [String]
    ) -> [PropertyResult] {
        var results: [PropertyResult] = []
        for (index, property) in system.properties.enumerated() {
            if property.temporal != nil {
                results.append(judge(index, property, findings[index], explorer, isComplete, &errors))
            } else {
                results.append(judge(index, property, explorer, isComplete, finals, &errors))
            }
        }
        results += proofs.results(&errors)
        return results.sorted { ($0.range?.start ?? 0) < ($1.range?.start ?? 0) }
    }

    private func unsupported(_ name: String, _ kind: String, _ range: SourceRange) -> PropertyResult {
        PropertyResult(
            name: name, kind: ReportedKind(rawValue: kind) ?? .temporal, verdict: .notSupported,
            message: "\(kind) is not executed yet", range: range, trace: nil, evaluations: nil, witnessDepth: nil)
    }

    private func judge(
        _ index: Int, _ property: SystemProperty, _ explorer: Explorer, _ isComplete: Bool, _ finals: [Int: Int],
        _ errors: inout [String]
    ) -> PropertyResult {
        let isReachable = property.kind == .reachable || property.kind == .reachableAlways
        let kind = property.kind.reported
        var evaluations = explorer.machine.evaluations[index] - explorer.initialEvaluations[index]
        if property.kind == .final { evaluations = finals[index] ?? 0 }
        var verdict: Verdict
        var trace: Trace?
        var message = property.message
        var witnessDepth: Int?
        if let found = explorer.violations[.property(index)] {
            trace = build(found, explorer, &errors)
            verdict = trace == nil ? .error : .violated
            if found.isTrap { message = trace?.violation?.message ?? message }
        } else if isReachable {
            verdict = isComplete ? .notReached : .inconclusive
            if let state = explorer.witnesses[index] {
                verdict = .holds
                witnessDepth = explorer.depth(of: state)
                do throws(TraceMismatch) {
                    trace = try TraceBuilder(explorer).witness(to: state, property: index)
                } catch {
                    errors.append(error.message)
                    verdict = .error
                }
            }
        } else if property.kind == .final {
            verdict = !isComplete ? .inconclusive : evaluations == 0 ? .notReached : .holds
        } else {
            verdict = unviolated(explorer, isComplete)
            if verdict == .holds, evaluations == 0 { verdict = .notReached }
        }
        if isVoid(explorer), verdict == .holds { verdict = .inconclusive }
        return PropertyResult(
            name: property.name, kind: kind, verdict: verdict, message: message, range: property.range, trace: trace,
            evaluations: evaluations, witnessDepth: witnessDepth)
    }

    func unviolated(_ explorer: Explorer, _ isComplete: Bool) -> Verdict {
        // No state at all: every path was cut, or ended, before the first one.
        if explorer.stateCount == 0 { return .notReached }
        if explorer.hunt != nil { return .inconclusive }
        if isComplete { return .holds }
        return explorer.limit == .depth || explorer.limit == nil ? .holdsWithinBound : .inconclusive
    }

    /// A broken protection that was not taken away makes all other HOLDS void: accesses were taken for exclusive.
    func isVoid(_ explorer: Explorer) -> Bool {
        explorer.violationOrder.contains { kind in
            switch kind {
            case .lockDiscipline, .ownership: true
            default: false
            }
        }
    }

    func build(_ found: FoundViolation, _ explorer: Explorer, _ errors: inout [String]) -> Trace? {
        do throws(TraceMismatch) {
            return try TraceBuilder(explorer).trace(of: found)
        } catch {
            errors.append(error.message)
            return nil
        }
    }

    // MARK: Built-in properties

    private func builtinProperties(_ explorer: Explorer, _ isComplete: Bool, _ errors: inout [String])
        -> [PropertyResult]
    {
        var results: [PropertyResult] = []
        for (id, assertion) in system.assertions.enumerated() {
            results.append(assertionResult(id, assertion, explorer, isComplete, &errors))
        }
        var names: [(String, ReportedKind)] = []
        if options.checksDeadlock { names.append(("deadlock", .deadlock)) }
        names += [("trap", .trap), ("panic", .trap), ("diverges", .trap)]
        if !system.processes.isEmpty {
            names += [("lock_use", .lock), ("lock_discipline", .lock), ("ownership", .lock)]
        }
        for (name, kind) in names { results.append(builtin(name, kind, explorer, isComplete, &errors)) }
        return results
    }

    private func builtin(
        _ name: String, _ kind: ReportedKind, _ explorer: Explorer, _ isComplete: Bool, _ errors: inout [String]
    ) -> PropertyResult {
        if let first = broken.first(where: { $0.property == name }), options.keepsGoing {
            return PropertyResult(
                name: name, kind: kind, verdict: .violated, message: first.violation.message,
                range: first.violation.range, trace: first.trace, evaluations: nil, witnessDepth: nil)
        }
        if let trace = initialViolation(name) {
            return PropertyResult(
                name: name, kind: kind, verdict: .violated, message: trace.violation?.message,
                range: trace.violation?.range, trace: trace, evaluations: nil, witnessDepth: nil)
        }
        let found = explorer.violationOrder.first { system.name(of: $0) == name && !$0.isOfProperty }.flatMap {
            explorer.violations[$0]
        }
        guard let found else {
            // Deadlock looks at where runs end up for ever: that needs the whole graph.
            var verdict = kind == .deadlock && !isComplete ? .inconclusive : unviolated(explorer, isComplete)
            if isVoid(explorer), verdict == .holds { verdict = .inconclusive }
            return PropertyResult(
                name: name, kind: kind, verdict: verdict, message: nil, range: nil, trace: nil, evaluations: nil,
                witnessDepth: nil)
        }
        let trace = build(found, explorer, &errors)
        let violation = trace?.violation ?? found.site
        return PropertyResult(
            name: name, kind: kind, verdict: trace == nil ? .error : .violated, message: violation.message,
            range: violation.range, trace: trace, evaluations: nil, witnessDepth: nil)
    }

    private func lockCycles(_ explorer: Explorer, _ errors: inout [String]) -> [LockCycle] {
        do throws(TraceMismatch) {
            return try LockOrder(explorer, system).cycles()
        } catch {
            errors.append(error.message)
            return []
        }
    }

    /// A cycle counts only where a check expects one.
    private func lockOrder(_ cycles: [LockCycle], _ explorer: Explorer, _ isComplete: Bool) -> PropertyResult? {
        guard case .violated("lock_order", _) = configuration.expected else { return nil }
        let first = cycles.first?.edges.first
        return PropertyResult(
            name: "lock_order", kind: .lock, verdict: first == nil ? unviolated(explorer, isComplete) : .violated,
            message: cycles.first?.text(arrow: "->"), range: first?.trace?.steps.last?.range, trace: first?.trace,
            evaluations: nil, witnessDepth: nil)
    }

    private func assertionResult(
        _ id: AssertionID, _ assertion: Assertion, _ explorer: Explorer, _ isComplete: Bool, _ errors: inout [String]
    ) -> PropertyResult {
        var verdict = unviolated(explorer, isComplete)
        var trace: Trace?
        if let found = explorer.violations[.assertion(id)] {
            trace = build(found, explorer, &errors)
            verdict = trace == nil ? .error : .violated
        } else if let violation = initialViolation(assertion.name) {
            trace = violation
            verdict = .violated
        } else if explorer.machine.reached[id] == 0, verdict == .holds {
            verdict = .notReached
        }
        if isVoid(explorer), verdict == .holds { verdict = .inconclusive }
        return PropertyResult(
            name: assertion.name, kind: .assert, verdict: verdict, message: assertion.message, range: assertion.range,
            trace: trace, evaluations: nil, witnessDepth: nil)
    }

    /// A violation on the way to the first state: in `init` or in code before a process's first step.
    private func initialViolation(_ name: String) -> Trace? {
        for outcome in initial {
            guard case .violation(let violation, let state) = outcome, system.name(of: violation.kind) == name else {
                continue
            }
            return Trace(system: system, initial: state, steps: [], violation: violation, explanation: nil)
        }
        return nil
    }
}

extension ViolationKind {
    /// Whether it is of a stated property, whose name is its own.
    var isOfProperty: Bool {
        switch self {
        case .property, .assertion: true
        default: false
        }
    }
}
