// The typed model as a transition system: code is inlined, taken apart into micro-steps, and cut into steps.

/// How a model is lowered.
public struct LoweringOptions: Sendable {
    /// Every micro-step is a step (`--no-reduce`): the base meaning, the reference for all reductions.
    public var isUnreduced = false
    /// Names of data whose protection was broken; they are explored as unguarded.
    public var unguarded: Set<String> = []
    /// Locals keep their values at points where nothing reads them any more: for replay, which asks what a call was given.
    /// Never for exploration, whose states would be told apart by them.
    public var keepsLocals = false

    /// The reduced steps, all protections in force.
    public init() {}
}

/// Lowers a typed model.
///
/// - Parameters:
///   - model: well-typed; its funcs do not recurse.
///   - options: which meaning, which data are unguarded.
///   - diagnostics: receives what only the steps show: wide unguarded reads, ghost steps.
/// - Returns: the transition system; nil when there was an error.
/// - Complexity: linear in the inlined code, which grows with every call of every func.
public func lower(_ model: TypedModel, options: LoweringOptions, diagnostics: Diagnostics) -> TransitionSystem? {
    let before = diagnostics.errorCount
    let lowering = SystemLowering(model: model, options: options, diagnostics: diagnostics)
    let system = lowering.run()
    return diagnostics.errorCount == before ? system : nil
}

/// One lowering run.
final class SystemLowering {
    private var model: TypedModel
    private let options: LoweringOptions
    private let diagnostics: Diagnostics
    private var context: SystemContext

    init(model: TypedModel, options: LoweringOptions, diagnostics: Diagnostics) {
        self.model = model
        self.options = options
        self.diagnostics = diagnostics
        for (id, variable) in model.variables.enumerated() where options.unguarded.contains(variable.name) {
            self.model.variables[id].protection = .none
        }
        context = SystemContext(model: self.model)
    }

    func run() -> TransitionSystem {
        let properties = PropertyLowering(model: model, context: context, diagnostics: diagnostics).properties()
        let facts = gatherFacts(properties)
        context = SystemContext(model: model)
        let actions = model.actions.map { emit($0) }
        let initializers = model.initializers.map { emit($0, facts: facts) }
        var codes = model.processes.map { emit($0, facts: facts) }
        for index in codes.indices { LockAnalysis.annotate(&codes[index]) }
        let rules = ChannelRules(codes)
        expandWakeups(&codes, rules)
        let ghosts = GhostGuards(
            model: model, processes: zip(model.processes, codes).map { ($1, $0.count, $0.firstPid) },
            touchedElsewhere: touched(by: actions.map(\.code)))
        let classification = MoverClassification(
            model: model, facts: facts, rules: rules, ghosts: ghosts, diagnostics: diagnostics)
        let placement = PointPlacement(
            isUnreduced: options.isUnreduced, variableNames: model.variables.map(\.name),
            keepsLocals: options.keepsLocals)
        var processes: [ProcessCode] = []
        for (id, declaration) in model.processes.enumerated() {
            classification.classify(&codes[id], isStartable: declaration.startParameterCount != nil)
            CodeCleanup.mergeLabels(&codes[id])
            let points = placement.place(in: &codes[id])
            processes.append(code(of: declaration, id: id, codes[id], points))
        }
        return TransitionSystem(
            name: model.name, types: model.types, constants: model.constants, variables: variables(ghosts),
            objects: model.objects,
            channels: context.channels, processes: processes, actions: actions, initializers: initializers,
            properties: properties, assertions: context.assertions, views: model.views, memory: model.memory,
            isUnreduced: options.isUnreduced, exploredAsUnguarded: options.unguarded.sorted())
    }

    private func code(of declaration: ProcessDeclaration, id: ProcessID, _ code: Code, _ points: [Point]) -> ProcessCode
    {
        ProcessCode(
            name: declaration.name, id: id, count: declaration.count, firstPid: declaration.firstPid,
            isDaemon: declaration.isDaemon, startParameterCount: declaration.startParameterCount,
            fairness: declaration.fairness, code: code, points: points)
    }

    // MARK: Emission

    private func emit(_ process: ProcessDeclaration, facts: AccessFacts) -> Code {
        let emitter = Emitter(
            model: model, facts: facts, context: context, diagnostics: diagnostics, function: process.name,
            source: process.body.locals, range: process.body.range, hoists: true)
        for parameter in 0..<(process.startParameterCount ?? 0) { _ = emitter.target(of: parameter) }
        emitter.withScope { emitter.lower(process.body.statements) }
        emitter.emit(.finish)
        return CodeCleanup.simplified(emitter.finish())
    }

    private func emit(_ action: ActionDeclaration) -> ActionCode {
        let emitter = Emitter(
            model: model, facts: AccessFacts(), context: context, diagnostics: diagnostics, function: action.name,
            source: action.body.locals, range: action.body.range, hoists: false)
        let parameters = action.parameters.map {
            Binder(local: emitter.target(of: $0.local), type: $0.type, domain: $0.domain, name: $0.name)
        }
        let guardFormula = action.guardFormula.map { emitter.rename($0) }
        let needsCode = guardFormula?.contains { if case .call = $0.kind { true } else { false } } ?? false
        if needsCode, let guardFormula {
            // A block-bodied pure function in the guard: judged as the first node of the update.
            emitter.emit(.await(emitter.linearize(guardFormula)))
        }
        emitter.withScope { emitter.lower(action.body.statements) }
        emitter.emit(.end)
        return ActionCode(
            name: action.name, parameters: parameters, guardFormula: needsCode ? nil : guardFormula,
            fairness: action.fairness, code: CodeCleanup.simplified(emitter.finish()), range: action.range)
    }

    private func emit(_ body: Body, facts: AccessFacts) -> Code {
        let emitter = Emitter(
            model: model, facts: AccessFacts(), context: context, diagnostics: diagnostics, function: "init",
            source: body.locals, range: body.range, hoists: false)
        emitter.withScope { emitter.lower(body.statements) }
        emitter.emit(.end)
        return CodeCleanup.simplified(emitter.finish())
    }

    // MARK: Facts

    /// What must be known before loads can be taken out: found by emitting once without taking out any.
    private func gatherFacts(_ properties: [SystemProperty]) -> AccessFacts {
        var facts = AccessFacts()
        facts.isUnreduced = options.isUnreduced
        let scratch = Diagnostics()
        let probe = SystemLoweringProbe(model: model, diagnostics: scratch)
        let codes = probe.codes()
        var hardwareReads: Set<VariableID> = []
        for node in codes.flatMap(\.nodes) {
            if node.isHardware {
                hardwareReads.formUnion(node.operation.loads)
                hardwareReads.formUnion(node.operation.stores)
            }
            if case .resume = node.operation { facts.resumes = true }
            if case .claim = node.operation { facts.claims = true }
            if case .tryAcquire(let place, _) = node.operation, case .variable(let id) = place.root {
                facts.observedLocks.insert(id)
            }
            for formula in node.operation.formulas + node.kills.map(\.condition) { observe(formula, &facts) }
        }
        for property in properties {
            for part in property.parts {
                observe(part.formula, &facts)
                for node in part.code.nodes { for formula in node.operation.formulas { observe(formula, &facts) } }
            }
            switch property.kind {
            case .always, .transition, .reachableAlways: facts.steppingStores.formUnion(property.reads)
            case .eventually, .leadsto, .temporal: facts.visibleStores.formUnion(property.reads)
            case .invariant, .final, .reachable: break
            }
        }
        for action in model.actions { if let condition = action.guardFormula { observe(condition, &facts) } }
        if properties.contains(where: { $0.temporal != nil }) {
            facts.observedLocks.formUnion(Self.locksOfFairProcesses(codes.suffix(model.processes.count), model))
        }
        for (id, variable) in model.variables.enumerated() where !variable.isGhost && variable.type != .lock {
            let steps: Bool
            switch variable.protection {
            case .none, .guarded(_, forWritingOnly: true): steps = true
            case .guarded, .isPrivate: steps = hardwareReads.contains(id)
            }
            if steps {
                facts.steppingLoads.insert(id)
                facts.steppingStores.insert(id)
            }
        }
        return facts
    }

    /// Locks for which a fair process, or one with a fair label, may wait: whether it can move shows when they are free.
    private static func locksOfFairProcesses(_ codes: ArraySlice<Code>, _ model: TypedModel) -> Set<VariableID> {
        var result: Set<VariableID> = []
        for (process, code) in zip(model.processes, codes) {
            guard process.fairness != nil || code.nodes.contains(where: { $0.fairness != nil }) else { continue }
            for node in code.nodes {
                let lock: Place?
                switch node.operation {
                case .acquire(let place), .tryAcquire(let place, _): lock = place
                case .sleep(_, let place), .resumed(let place): lock = place
                default: lock = nil
                }
                if case .variable(let id)? = lock?.root { result.insert(id) }
            }
        }
        return result
    }

    private func observe(_ formula: Formula, _ facts: inout AccessFacts) {
        formula.visit { part in
            guard case .predicate(let predicate) = part.kind else { return }
            switch predicate {
            case .asleep: facts.readsAsleep = true
            case .finished: facts.readsFinished = true
            case .holds(_, let place), .held(let place), .free(let place):
                if case .variable(let id) = place.root { facts.observedLocks.insert(id) }
            case .at, .generation: break
            }
        }
    }

    private func touched(by codes: [Code]) -> Set<VariableID> {
        var result: Set<VariableID> = []
        for node in codes.flatMap(\.nodes) {
            result.formUnion(node.operation.loads)
            result.formUnion(node.operation.stores)
        }
        return result
    }

    // MARK: Data

    private func variables(_ ghosts: GhostGuards) -> [SystemVariable] {
        var result: [SystemVariable] = []
        for (id, variable) in model.variables.enumerated() {
            var protection = variable.protection
            var soleProcess: Int?
            switch ghosts.guards[id] {
            case .lock(let path): protection = .guarded(by: path, forWritingOnly: false)
            case .process(let pid): soleProcess = pid
            case .some(.none), nil: break
            }
            result.append(
                SystemVariable(
                    name: variable.name, dimensions: variable.dimensions, type: variable.type,
                    initial: variable.initial,
                    isGhost: variable.isGhost, protection: protection,
                    claims: context.claims[SystemContext.group(of: variable)]?.variable, soleProcess: soleProcess,
                    range: variable.range))
        }
        for (name, claim) in context.claims.sorted(by: { $0.value.variable < $1.value.variable }) {
            result.append(
                SystemVariable(
                    name: "\(name).claimed", dimensions: claim.dimensions, type: .optional(.pid),
                    initial: .value(.null),
                    isGhost: true, protection: .none, claims: nil, soleProcess: nil,
                    range: model.variables.first?.range
                        ?? SourceRange(file: SourceFile(path: "", text: ""), start: 0, end: 0)))
        }
        return result
    }

    // MARK: Wakeups without the lock

    /// A wakeup that may come without the lock goes through the processes one by one, as the kernel's loop does.
    private func expandWakeups(_ codes: inout [Code], _ rules: ChannelRules) {
        var sleepers: [ChannelID: [Int]] = [:]
        for (process, code) in zip(model.processes, codes) {
            for node in code.nodes {
                guard case .sleep(let channel, _) = node.operation else { continue }
                let pids = Array(process.firstPid..<(process.firstPid + process.count))
                let known = sleepers[channel.channel] ?? []
                sleepers[channel.channel] = known + pids.filter { !known.contains($0) }
            }
        }
        for id in codes.indices {
            for index in codes[id].nodes.indices {
                let node = codes[id].nodes[index]
                guard case .wakeup(let channel) = node.operation, !rules.holdsLock(of: channel, node), !node.isInAtomic,
                    !node.isAtomicStart
                else { continue }
                chain(&codes[id], index, channel, sleepers[channel.channel] ?? [])
            }
        }
    }

    private func chain(_ code: inout Code, _ index: NodeID, _ channel: ChannelPlace, _ pids: [Int]) {
        let original = code.nodes[index]
        var previous = index
        code.nodes[index].operation = .jump
        for pid in pids {
            var node = original
            node.operation = .wakeupProcess(channel, Formula(.constant(.member(pid)), .pid, original.range))
            node.next = original.next
            code.nodes.append(node)
            code.nodes[previous].next = code.nodes.count - 1
            previous = code.nodes.count - 1
        }
    }
}

/// Emits all process code once, without taking out loads, to see what it does.
private struct SystemLoweringProbe {
    let model: TypedModel
    let diagnostics: Diagnostics

    func codes() -> [Code] {
        let context = SystemContext(model: model)
        let actions = model.actions.map { emit($0.body, $0.name, context) }
        return actions
            + model.processes.map { process in
                let emitter = Emitter(
                    model: model, facts: AccessFacts(), context: context, diagnostics: diagnostics,
                    function: process.name,
                    source: process.body.locals, range: process.body.range, hoists: true)
                for parameter in 0..<(process.startParameterCount ?? 0) { _ = emitter.target(of: parameter) }
                emitter.withScope { emitter.lower(process.body.statements) }
                emitter.emit(.finish)
                return emitter.finish()
            }
    }

    private func emit(_ body: Body, _ name: String, _ context: SystemContext) -> Code {
        let emitter = Emitter(
            model: model, facts: AccessFacts(), context: context, diagnostics: diagnostics, function: name,
            source: body.locals, range: body.range, hoists: false)
        emitter.withScope { emitter.lower(body.statements) }
        emitter.emit(.end)
        return emitter.finish()
    }
}
