// One check: typing, lowering, exploration, restarts with broken guards taken away, and the judgement.

import Model

/// Runs one configuration of a spec.
struct CheckRun {
    let configuration: Configuration
    let loaded: LoadedSpec
    let options: CheckOptions
    /// Proofs that are known to hold; shared by the checks of a file.
    var cache = ProofCache()

    /// Explores and judges, or takes what is known.
    ///
    /// - Throws: `CheckpointMistake` when the run is to go on from a checkpoint that is damaged or of something else.
    func run() throws(CheckpointMistake) -> CheckResult {
        let clock = ContinuousClock()
        let start = clock.now
        let diagnostics = Diagnostics()
        guard let model = model(diagnostics) else {
            return .unexplored(configuration, diagnostics.all, isMet: false, reason: "the spec is rejected")
        }
        let memory = configuration.memory ?? model.memory
        if memory != "sc" || model.unsupported.contains(where: { $0.property == nil }) {
            return .unsupported(configuration, model, memory, proofs(of: model))
        }
        if let recorded = options.recorded {
            return (recorded[configuration.displayName] ?? RecordedResult()).result(of: self, model, diagnostics)
        }
        if model.isOfProofsAlone { return proofsAlone(model, diagnostics) { clock.now - start } }
        // What Z3 said is asked again: proofs are quick, and their counterexamples are not kept.
        guard let cache = options.cache, options.bitstateBytes == nil, model.proofs.isEmpty, model.symbolicRange == nil
        else {
            return try explore(model, diagnostics) { clock.now - start }
        }
        let key = VerdictKey(self, engine: cache.engine)
        let own = Diagnostics()
        for diagnostic in diagnostics.all { own.report(diagnostic) }
        if let known = cached(key, model, own) { return known }
        let result = try explore(model, diagnostics) { clock.now - start }
        keep(result, key)
        return result
    }

    /// The typed model of the configuration; nil when it has an error.
    ///
    /// - Parameter allowsOpen: whether a constant that is `any` may be without a value.
    func model(_ diagnostics: Diagnostics, allowsOpen: Bool = false) -> TypedModel? {
        let items =
            configuration.definitions.isEmpty
            ? loaded.items : loaded.items(with: configuration.definitions, diagnostics: diagnostics)
        guard !diagnostics.hasErrors,
            let model = typeCheck(items, settings: configuration.settings, diagnostics: diagnostics)
        else { return nil }
        checkExpectedName(model, diagnostics)
        if !allowsOpen { reportOpenConstants(of: model, diagnostics) }
        return diagnostics.hasErrors ? nil : model
    }

    /// `expect violated P` must name something that can be violated.
    private func checkExpectedName(_ model: TypedModel, _ diagnostics: Diagnostics) {
        let name: String
        switch configuration.expected {
        case .violated(let property, _): name = property
        case .notReached(let property): name = property
        case .holds, .deadlock, .rejected, nil: return
        }
        var known = Set(model.properties.map(\.name) + model.proofs.map(\.name))
        known.formUnion([
            "deadlock", "lock_discipline", "ownership", "lock_use", "lock_order", "trap", "panic", "diverges",
        ])
        guard !known.contains(name) else { return }
        if let system = lower(model, options: LoweringOptions(), diagnostics: Diagnostics()) {
            known.formUnion(system.assertions.map(\.name))
        }
        guard !known.contains(name) else { return }
        let suggestion = Spelling.suggestion(for: name, among: Array(known))
        diagnostics.report(
            .unknownProperty, "there is no property \(name) that an outcome could name",
            at: configuration.expectedRange ?? SourceRange(option: "--expect", name),
            notes: suggestion.isEmpty ? ["there are \(known.sorted().joined(separator: ", "))"] : suggestion)
    }

    /// What is explored has one size.
    private func reportOpenConstants(of model: TypedModel, _ diagnostics: Diagnostics) {
        for constant in model.openConstants {
            let (name, low, high) = (constant.name, constant.values.lowerBound, constant.values.upperBound)
            diagnostics.report(
                .openConstant, "\(name) has no value here: it is any of \(low)...\(high)", at: constant.range,
                notes: [
                    "give it one in the check, `check small(\(name): \(low))`, or with -D \(name)=\(low)",
                    "--sweep \(name)=\(low)..\(high) checks each value; `shmcheck prove` is about all of them",
                ])
        }
    }

    // MARK: Exploration

    private func explore(
        _ model: TypedModel, _ diagnostics: Diagnostics, elapsed: () -> Duration
    ) throws(CheckpointMistake) -> CheckResult {
        var lowering = LoweringOptions()
        lowering.isUnreduced = options.isUnreduced
        var broken: [BrokenProtection] = []
        var idBits = 16
        var symmetry = SymmetryChoice(options)
        var series = ExplorationSeries(self)
        while true {
            guard let system = lower(model, options: lowering, diagnostics: diagnostics) else {
                return .unexplored(configuration, diagnostics.all, isMet: false, reason: "the spec is rejected")
            }
            if system.symbolicRange != nil { return exploreForking(model, diagnostics, elapsed: elapsed) }
            guard let initial = ReferenceStepper(system).initialOutcomes(limit: 1 << 20) else {
                return .unexplored(configuration, diagnostics.all, isMet: nil, reason: "more than 2^20 initial states")
            }
            let program = ProgramCompiler.compile(system, idBits: idBits)
            symmetry.apply(to: program)
            if options.engine == .native { program.machineCode = NativeCompiler.compile(program) }
            var limits = options.limits
            limits.depth = configuration.depth ?? limits.depth
            limits.seconds = options.seconds(limits.seconds)
            guard
                var explorer = Explorer(
                    program, limits: limits, stopsAtFirstViolation: stopsAtFirstViolation,
                    checksDeadlock: options.checksDeadlock, threadCount: options.threads,
                    huntBytes: options.bitstateBytes, endsAt: endsAt(system))
            else { return .unexplored(configuration, diagnostics.all, isMet: nil, reason: "no memory for the states") }
            defer { explorer.deallocate() }
            if let checkpoints = series?.next(program, lowering.unguarded) {
                try explorer.keepCheckpoints(checkpoints)
            }
            explorer.run(
                initial.compactMap { if case .state(let state) = $0 { program.layout.encode(state) } else { nil } })
            if explorer.isPoolFull, idBits < 32 {
                idBits = 32
                continue
            }
            if let early = initialProtection(initial, system, lowering.unguarded) {
                broken.append(early)
                lowering.unguarded.insert(system.variables[early.variable].name)
                continue
            }
            if let found = protectionToDrop(explorer, lowering.unguarded) {
                broken.append(BrokenProtection(found, explorer))
                lowering.unguarded.insert(system.variables[found.variable].name)
                continue
            }
            if symmetry.isTooCoarse(for: explorer) { continue }
            let judge = CheckJudge(
                configuration: configuration, options: options, model: model, system: system, initial: initial,
                broken: broken, diagnostics: diagnostics, proofs: proofs(of: model))
            var result = judge.result(&explorer, elapsed: elapsed)
            result.symmetry = symmetry.use(in: explorer)
            return result
        }
    }

    var stopsAtFirstViolation: Bool {
        if options.keepsGoing { return false }
        switch configuration.expected {
        case nil, .holds: return true
        case .violated, .notReached, .deadlock, .rejected: return false
        }
    }

    /// Whether a broken protection is taken away and the check begun again.
    var restarts: Bool {
        switch configuration.expected {
        case .violated(let name, _): name != "lock_discipline" && name != "ownership"
        case .deadlock, .notReached: true
        case nil, .holds, .rejected: options.keepsGoing
        }
    }

    func endsAt(_ system: TransitionSystem) -> (ViolationKind) -> Bool {
        let restarts = restarts
        var wanted: String?
        if !options.keepsGoing {
            if case .violated(let name, _) = configuration.expected { wanted = name }
            if case .deadlock = configuration.expected { wanted = "deadlock" }
        }
        return { kind in
            switch kind {
            case .lockDiscipline, .ownership: if restarts { return true }
            default: break
            }
            return wanted == system.name(of: kind)
        }
    }

    /// The same for code that runs before a process's first step.
    private func initialProtection(_ initial: [Outcome], _ system: TransitionSystem, _ dropped: Set<String>)
        -> BrokenProtection?
    {
        guard restarts else { return nil }
        for outcome in initial {
            guard case .violation(let violation, let state) = outcome else { continue }
            switch violation.kind {
            case .lockDiscipline(let variable), .ownership(let variable):
                guard !dropped.contains(system.variables[variable].name) else { continue }
                let trace = Trace(system: system, initial: state, steps: [], violation: violation, explanation: nil)
                return BrokenProtection(variable: variable, violation: violation, trace: trace, system: system)
            default: continue
            }
        }
        return nil
    }

    /// The first datum whose protection was broken, when this check goes on without it.
    private func protectionToDrop(_ explorer: Explorer, _ dropped: Set<String>) -> (
        variable: VariableID, found: FoundViolation
    )? {
        guard restarts else { return nil }
        for kind in explorer.violationOrder {
            guard let found = explorer.violations[kind] else { continue }
            switch kind {
            case .lockDiscipline(let variable), .ownership(let variable):
                let name = explorer.program.layout.system.variables[variable].name
                if !dropped.contains(name) { return (variable, found) }
            default: continue
            }
        }
        return nil
    }
}

extension CheckOptions {
    /// A time limit of a check that also ends at the deadline of the run.
    func seconds(_ limit: Double?) -> Double? {
        guard let deadline else { return limit }
        let left = ContinuousClock.now.duration(to: deadline).components
        let seconds = max(0, Double(left.seconds) + Double(left.attoseconds) * 1e-18)
        return min(limit ?? seconds, seconds)
    }
}

/// A protection that was broken, with the run that broke it.
struct BrokenProtection {
    let variable: VariableID
    let property: String
    let violation: Violation
    let trace: Trace?
    let mismatch: String?

    init(variable: VariableID, violation: Violation, trace: Trace, system: TransitionSystem) {
        self.variable = variable
        self.violation = violation
        self.trace = trace
        property = system.name(of: violation.kind)
        mismatch = nil
    }

    init(variable: VariableID, violation: Violation, mismatch: String?, system: TransitionSystem) {
        self.variable = variable
        self.violation = violation
        self.mismatch = mismatch
        property = system.name(of: violation.kind)
        trace = nil
    }

    init(_ found: (variable: VariableID, found: FoundViolation), _ explorer: Explorer) {
        variable = found.variable
        property = explorer.program.layout.system.name(of: found.found.site.kind)
        do throws(TraceMismatch) {
            let trace = try TraceBuilder(explorer).trace(of: found.found)
            self.trace = trace
            violation = trace.violation ?? found.found.site
            mismatch = nil
        } catch {
            trace = nil
            violation = found.found.site
            mismatch = error.message
        }
    }
}

extension TransitionSystem {
    /// The name by which `expect` calls a kind of violation.
    func name(of kind: ViolationKind) -> String {
        switch kind {
        case .trap: "trap"
        case .panic: "panic"
        case .diverges: "diverges"
        case .lockDiscipline: "lock_discipline"
        case .ownership: "ownership"
        case .lockUse: "lock_use"
        case .assertion(let id): assertions[id].name
        case .deadlock: "deadlock"
        case .property(let index): properties[index].name
        }
    }
}

extension CheckResult {
    /// A check that explored nothing: its spec was rejected, or it was too large to begin.
    static func unexplored(_ configuration: Configuration, _ diagnostics: [Diagnostic], isMet: Bool?, reason: String?)
        -> CheckResult
    {
        CheckResult(
            name: configuration.name, fault: configuration.fault, story: configuration.story, constants: [],
            memory: configuration.memory ?? "sc", scope: .partial, depthBound: configuration.depth, limit: nil,
            states: 0,
            transitions: 0, depth: 0, frontier: 0, neverEnabled: [], exploredAsUnguarded: [],
            expected: configuration.expected, isMet: isMet, unmetReason: reason, properties: [], lockCycles: [],
            diagnostics: diagnostics, system: nil, seconds: 0, bytes: 0, internalErrors: [])
    }

    /// A check that uses what no engine executes yet: every property says so, none is skipped silently.
    static func unsupported(
        _ configuration: Configuration, _ model: TypedModel, _ memory: String, _ proofs: ProofResults
    ) -> CheckResult {
        var features = Set(model.unsupported.filter { $0.property == nil }.map(\.feature)).sorted()
        if memory != "sc" { features.append("memory \(memory)") }
        let reason = "not executed yet: \(features.joined(separator: ", "))"
        let properties = model.properties.map { property in
            PropertyResult(
                name: property.name, kind: property.kind.reported,
                verdict: .notSupported, message: reason, range: property.range, trace: nil, evaluations: nil,
                witnessDepth: nil)
        }
        // Proofs do not rest on what is not executed.
        var errors: [String] = []
        let proofs = proofs.results(&errors)
        return CheckResult(
            name: configuration.name, fault: configuration.fault, story: configuration.story,
            constants: model.constants.filter(\.isOwn), memory: memory, scope: .partial,
            depthBound: configuration.depth,
            limit: nil, states: 0, transitions: 0, depth: 0, frontier: 0, neverEnabled: [], exploredAsUnguarded: [],
            expected: configuration.expected, isMet: configuration.expected == nil ? nil : false, unmetReason: reason,
            properties: properties + proofs, lockCycles: [], diagnostics: [], system: nil, seconds: 0, bytes: 0,
            internalErrors: errors)
    }
}
