// A check of a spec with `symbolic` words: explored for all their values at once, judged, and shown by runs with known ones.

import Model
import Solver

extension CheckRun {
    /// Explores states with unknown values, and begins again with broken guards taken away, as for known ones.
    func exploreForking(_ model: TypedModel, _ diagnostics: Diagnostics, elapsed: () -> Duration) -> CheckResult {
        var lowering = LoweringOptions()
        lowering.isUnreduced = options.isUnreduced
        var broken: [BrokenProtection] = []
        while true {
            // What lowering reports was told the first time.
            guard let system = lower(model, options: lowering, diagnostics: Diagnostics()) else {
                return .unexplored(configuration, diagnostics.all, isMet: false, reason: "the spec is rejected")
            }
            var limits = options.limits
            limits.depth = configuration.depth ?? limits.depth
            limits.seconds = options.seconds(limits.seconds)
            var solver = SolverLimits(seconds: options.solverSeconds, isCancelled: limits.isCancelled)
            solver.record = options.didAsk
            let explorer = ForkingExplorer(
                system, limits: limits, solver: solver,
                stopsAtFirstViolation: stopsAtFirstViolation, checksDeadlock: options.checksDeadlock,
                endsAt: endsAt(system))
            guard explorer.run() else {
                return .unexplored(configuration, diagnostics.all, isMet: nil, reason: "more than 2^16 initial states")
            }
            var judge = ForkedJudge(
                configuration: configuration, options: options, explorer: explorer, broken: broken,
                diagnostics: diagnostics, proofs: proofs(of: model))
            guard restarts, let next = judge.brokenProtection(besides: lowering.unguarded) else {
                var result = judge.result(elapsed: elapsed)
                result.symmetry = SymmetryChoice(options).refusal(in: system, "some of its words are not known")
                return result
            }
            broken.append(next)
            lowering.unguarded.insert(system.variables[next.variable].name)
        }
    }
}

/// Judges a finished exploration of states with unknown values.
struct ForkedJudge {
    let configuration: Configuration
    let options: CheckOptions
    let explorer: ForkingExplorer
    let broken: [BrokenProtection]
    let diagnostics: Diagnostics
    let proofs: ProofResults
    private var errors: [String] = []

    init(
        configuration: Configuration, options: CheckOptions, explorer: ForkingExplorer, broken: [BrokenProtection],
        diagnostics: Diagnostics, proofs: ProofResults
    ) {
        self.configuration = configuration
        self.options = options
        self.explorer = explorer
        self.broken = broken
        self.diagnostics = diagnostics
        self.proofs = proofs
    }

    private var system: TransitionSystem { explorer.system }

    mutating func result(elapsed: () -> Duration) -> CheckResult {
        let isFinished = explorer.limit == nil && explorer.expandedCount == explorer.states.count
        var ends: ForkingExplorer.Ends?
        let needsEnds =
            options.checksDeadlock && !system.processes.isEmpty || system.properties.contains { $0.kind == .final }
        if explorer.isComplete, needsEnds { ends = explorer.judgeEnds() }
        errors = broken.compactMap(\.mismatch)
        var properties = system.properties.indices.map { stated($0, ends) } + proofs.results(&errors)
        properties.sort { ($0.range?.start ?? 0) < ($1.range?.start ?? 0) }
        properties += builtins(ends)
        let open = explorer.stepper.open
        let scope: Scope = explorer.isComplete ? .exhaustive : explorer.limit == .depth ? .bounded : .partial
        let idle = explorer.isComplete ? explorer.stepper.stepNames.filter { !explorer.enabledNames.contains($0) } : []
        let expectation = ExpectationJudge(configuration: configuration, isStrict: options.isStrict)
        let (isMet, reason) = expectation.judge(properties, scope, neverEnabled: idle)
        let time = elapsed().components
        var result = CheckResult(
            name: configuration.name, fault: configuration.fault, story: configuration.story,
            constants: system.constants.filter(\.isOwn), memory: system.memory, scope: scope,
            depthBound: configuration.depth ?? options.limits.depth, limit: explorer.limit,
            states: explorer.states.count, transitions: explorer.transitionCount, depth: explorer.depth,
            frontier: explorer.states.count - explorer.expandedCount, neverEnabled: idle,
            exploredAsUnguarded: system.exploredAsUnguarded, expected: configuration.expected, isMet: isMet,
            unmetReason: reason, properties: properties, lockCycles: [], diagnostics: diagnostics.all,
            system: system, seconds: Double(time.seconds) + Double(time.attoseconds) * 1e-18,
            bytes: explorer.byteCount, internalErrors: errors)
        let asked = explorer.stepper.feasibility
        result.solver = SolverUse(
            questions: asked.questionCount, remembered: asked.hitCount, witnessed: asked.witnessCount + asked.modelCount
        )
        // Where the run ended early there is a nearer reason why nothing holds.
        if isFinished || !open.isEmpty { result.open = open }
        return result
    }

    // MARK: Verdicts

    /// What is said of what was not seen to be violated.
    private var unviolated: Verdict {
        if explorer.states.isEmpty { return explorer.stepper.open.isEmpty ? .notReached : .inconclusive }
        if isVoid { return .inconclusive }
        if explorer.isComplete { return .holds }
        return explorer.limit == .depth && explorer.stepper.open.isEmpty ? .holdsWithinBound : .inconclusive
    }

    /// A broken protection that was not taken away: accesses were taken for exclusive.
    private var isVoid: Bool {
        (explorer.violationOrder + explorer.initialEnds.compactMap(\.violation)).contains { kind in
            switch kind {
            case .lockDiscipline, .ownership: true
            default: false
            }
        }
    }

    private mutating func stated(_ index: Int, _ ends: ForkingExplorer.Ends?) -> PropertyResult {
        let property = system.properties[index]
        let isReachable = property.kind == .reachable || property.kind == .reachableAlways
        let kind = isReachable ? .reachable : ReportedKind(rawValue: property.kind.rawValue) ?? .temporal
        if property.temporal != nil {
            return PropertyResult(
                name: property.name, kind: kind, verdict: .notSupported,
                message: "\(property.kind.rawValue) is not judged on states with symbolic words", range: property.range,
                trace: nil, evaluations: nil, witnessDepth: nil)
        }
        var (verdict, trace, message): (Verdict, Trace?, String?) = (unviolated, nil, property.message)
        var evaluations = explorer.evaluations[index] ?? 0
        var witnessDepth: Int?
        if let found = explorer.violations[.property(index)] {
            let end: StateRuns.End = found.step == nil ? .property(index) : .transition(index)
            (verdict, trace) = shown(found, end)
            if trace?.explanation == nil, let violation = trace?.violation { message = violation.message }
        } else if isReachable {
            verdict = explorer.isComplete ? .notReached : .inconclusive
            if let found = explorer.witnesses[index] {
                (verdict, trace) = shown(found, .witness(index))
                if verdict == .violated { verdict = isVoid ? .inconclusive : .holds }
                witnessDepth = explorer.depth(of: found.state)
            }
        } else if property.kind == .final {
            (verdict, evaluations) = final(index, ends)
        } else if verdict == .holds, evaluations == 0 {
            verdict = .notReached
        }
        return PropertyResult(
            name: property.name, kind: kind, verdict: verdict, message: message, range: property.range, trace: trace,
            evaluations: evaluations, witnessDepth: witnessDepth)
    }

    private func final(_ index: Int, _ ends: ForkingExplorer.Ends?) -> (Verdict, Int) {
        guard let ends, !ends.openFinals.contains(index), !isVoid else { return (.inconclusive, 0) }
        guard ends.finalEvaluations == 0 else { return (.holds, ends.finalEvaluations) }
        return (ends.mayHaveMoreEnds ? .inconclusive : .notReached, 0)
    }

    private mutating func builtins(_ ends: ForkingExplorer.Ends?) -> [PropertyResult] {
        var results = system.assertions.enumerated().map { assertion($0, $1) }
        var names: [(String, ReportedKind)] = []
        if options.checksDeadlock { names.append(("deadlock", .deadlock)) }
        names += [("trap", .trap), ("panic", .trap), ("diverges", .trap)]
        if !system.processes.isEmpty {
            names += [("lock_use", .lock), ("lock_discipline", .lock), ("ownership", .lock)]
        }
        for (name, kind) in names { results.append(builtin(name, kind, ends)) }
        if case .violated("lock_order", _) = configuration.expected {
            results.append(
                PropertyResult(
                    name: "lock_order", kind: .lock, verdict: .notSupported,
                    message: "lock_order is not judged on states with symbolic words", range: nil, trace: nil,
                    evaluations: nil, witnessDepth: nil))
        }
        return results
    }

    private mutating func assertion(_ id: AssertionID, _ assertion: Assertion) -> PropertyResult {
        var (verdict, trace): (Verdict, Trace?) = (unviolated, nil)
        if let found = violation(named: assertion.name, { $0 == .assertion(id) }) {
            (verdict, trace) = found
        } else if !explorer.reachedAssertions.contains(id), verdict == .holds {
            verdict = .notReached
        }
        return PropertyResult(
            name: assertion.name, kind: .assert, verdict: verdict, message: assertion.message, range: assertion.range,
            trace: trace, evaluations: nil, witnessDepth: nil)
    }

    private mutating func builtin(_ name: String, _ kind: ReportedKind, _ ends: ForkingExplorer.Ends?)
        -> PropertyResult
    {
        if let first = broken.first(where: { $0.property == name }), options.keepsGoing {
            return PropertyResult(
                name: name, kind: kind, verdict: .violated, message: first.violation.message,
                range: first.violation.range, trace: first.trace, evaluations: nil, witnessDepth: nil)
        }
        var (verdict, trace): (Verdict, Trace?) = (unviolated, nil)
        var message: String?
        let isNamed: (ViolationKind) -> Bool = { [system] in !$0.isOfProperty && system.name(of: $0) == name }
        if let found = violation(named: name, isNamed) {
            (verdict, trace) = found
        } else if kind == .deadlock {
            // Deadlock looks at where runs end up for ever: that needs the whole graph.
            if !explorer.isComplete, verdict != .notReached { verdict = .inconclusive }
            if verdict == .holds, let pid = ends?.maybeBlocked {
                verdict = .inconclusive
                message = "whether \(system.types.pidNames[pid]) always goes on is not known where symbolic words are"
            }
            if verdict == .holds, explorer.isOpenAtActions { verdict = .inconclusive }
        }
        return PropertyResult(
            name: name, kind: kind, verdict: verdict, message: trace?.violation?.message ?? message,
            range: trace?.violation?.range, trace: trace, evaluations: nil, witnessDepth: nil)
    }

    // MARK: Runs

    /// The first violation that a test accepts, in a step or before the first state, with the run that shows it.
    private mutating func violation(named name: String, _ test: (ViolationKind) -> Bool) -> (Verdict, Trace?)? {
        if let kind = explorer.violationOrder.first(where: test), let found = explorer.violations[kind] {
            if let pid = found.blocked { return shown(found, .blocked(pid)) }
            return shown(found, kind == .deadlock ? .deadlock(found.message) : .step { $0 == kind })
        }
        guard let end = explorer.initialEnds.first(where: { $0.violation.map(test) ?? false }), let kind = end.violation
        else { return nil }
        return shown { runs throws(ConcreteRunFailure) in
            try runs.run(to: end)
        } ending: {
            .step { $0 == kind }
        }
    }

    private mutating func shown(_ found: ForkedViolation, _ end: StateRuns.End) -> (Verdict, Trace?) {
        shown { runs throws(ConcreteRunFailure) in
            try runs.run(to: found)
        } ending: {
            end
        }
    }

    /// The run with known values, taken again by the reference. Where the solver gives no values nothing is said.
    private mutating func shown(
        _ find: (ConcreteRuns) throws(ConcreteRunFailure) -> ConcreteRun, ending end: () -> StateRuns.End
    ) -> (Verdict, Trace?) {
        let run: ConcreteRun
        do throws(ConcreteRunFailure) {
            run = try find(ConcreteRuns(explorer: explorer))
        } catch {
            if !error.isUnknown { errors.append(error.message) }
            return (error.isUnknown ? .unknown : .error, nil)
        }
        var known = system
        known.words = run.words
        do throws(TraceMismatch) {
            return (.violated, try StateRuns(known).trace(run.states, end(), isFromStart: true))
        } catch {
            errors.append(error.message)
            return (.error, nil)
        }
    }

    /// The first datum whose protection was broken and that is still guarded.
    mutating func brokenProtection(besides dropped: Set<String>) -> BrokenProtection? {
        for kind in explorer.initialEnds.compactMap(\.violation) + explorer.violationOrder {
            switch kind {
            case .lockDiscipline(let variable), .ownership(let variable):
                let name = system.variables[variable].name
                guard !dropped.contains(name) else { continue }
                let (_, trace) = violation(named: system.name(of: kind)) { $0 == kind } ?? (.error, nil)
                if let trace, let violation = trace.violation {
                    return BrokenProtection(variable: variable, violation: violation, trace: trace, system: system)
                }
                let range = system.variables[variable].range
                return BrokenProtection(
                    variable: variable, violation: Violation(kind: kind, message: "\(name) is touched", range: range),
                    mismatch: errors.popLast(), system: system)
            default: continue
            }
        }
        return nil
    }
}

extension ForkEnd {
    /// What it breaks.
    fileprivate var violation: ViolationKind? {
        if case .violation(let kind) = kind { kind } else { nil }
    }
}
