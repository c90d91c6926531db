// Compiles a whole system: steps per process instance, actions per parameters, properties.

import Model

/// Compiles a transition system. O(nodes × process instances + actions × parameter combinations).
struct ProgramCompiler {
    private let system: TransitionSystem
    private let compiler: Compiler
    private var coverageNames: [String] = []
    private var coverageIDs: [String: Int] = [:]
    private var watchers: [VariableID: UInt64] = [:]
    private var alwaysTouched: UInt64 = 0

    static func compile(_ system: TransitionSystem, idBits: Int) -> Program {
        var compiler = ProgramCompiler(system, idBits)
        return compiler.run()
    }

    private init(_ system: TransitionSystem, _ idBits: Int) {
        self.system = system
        compiler = Compiler(system, StateLayout(system, idBits: idBits))
    }

    private mutating func run() -> Program {
        let transitions = system.properties.indices.filter { system.properties[$0].kind == .transition }
        for (bit, property) in transitions.enumerated() {
            if system.properties[property].asksAboutProcesses { alwaysTouched |= 1 << UInt64(bit & 63) }
            for variable in system.properties[property].reads {
                watchers[variable, default: 0] |= 1 << UInt64(bit & 63)
            }
        }
        let always = alwaysTouched
        var stepLabels: [[[(label: Int, name: String)]]] = []
        for pid in 0..<system.processCount { stepLabels.append(compileProcess(pid)) }
        let actions = compileActions()
        let states = compileProperties { $0 != .transition && $0 != .final }
        let steps = compileProperties { $0 == .transition }
        let finals = compileProperties { $0 == .final }
        compiler.assembler.resolveLabels()
        return Program(
            layout: compiler.layout, assembler: compiler.assembler,
            steps: stepLabels.map { $0.map { $0.map { entry($0.label, $0.name) } } },
            combinedActions: actions.combined.map { Int32(compiler.assembler.instruction(at: $0)) },
            choosingActions: actions.choosing.map { (entry($0.label, $0.name), $0.instance) },
            actionInstances: actions.instances, stateProperties: states.map { ($0.0, place($0.1)) },
            transitionProperties: steps.map { ($0.0, place($0.1)) }, alwaysTouched: always,
            finalProperties: finals.map { ($0.0, place($0.1)) },
            coverageNames: coverageNames)
    }

    private func place(_ label: Int) -> Int32 { Int32(compiler.assembler.instruction(at: label)) }

    private mutating func entry(_ label: Int, _ name: String) -> StepEntry {
        StepEntry(start: place(label), name: name, coverage: coverage(name))
    }

    private mutating func coverage(_ name: String) -> Int {
        if let id = coverageIDs[name] { return id }
        coverageIDs[name] = coverageNames.count
        coverageNames.append(name)
        return coverageNames.count - 1
    }

    // MARK: Processes

    private mutating func compileProcess(_ pid: Int) -> [[(label: Int, name: String)]] {
        let (process, _) = system.kind(of: pid)
        compiler.begin(localTypes: process.code.locals.map(\.type), selfPid: pid)
        let code = CodeCompiler(compiler, process.code, process: process, pid: pid, watchers: watchers) { compiler in
            compiler.assembler.emit(.emit)
            compiler.assembler.emit(.halt)
        }
        var result: [[(label: Int, name: String)]] = Array(repeating: [], count: process.points.count + 2)
        var kills: [NodeID] = []
        for (index, point) in process.points.enumerated() {
            let label = compiler.assembler.newLabel()
            compiler.assembler.place(label)
            code.emitEntry(point: index)
            result[StateLayout.code(ofPoint: index)].append((label, point.name))
            _ = coverage(point.name)
            let node = process.code.nodes[point.node]
            for kill in node.kills where node.isStepPoint {
                let label = compiler.assembler.newLabel()
                compiler.assembler.place(label)
                code.emitKill(point: index, kill)
                let name = "\(node.function).killed"
                result[StateLayout.code(ofPoint: index)].append((label, name))
                _ = coverage(name)
                if !process.code.nodes[kill.target].isPoint { kills.append(kill.target) }
            }
        }
        code.emitNodes(from: process.points.map(\.node) + kills)
        return result
    }

    // MARK: Actions

    private struct CompiledActions {
        var combined: Int?
        var choosing: [(label: Int, name: String, instance: Int)] = []
        var instances: [ActionInstance] = []
    }

    private mutating func compileActions() -> CompiledActions {
        var result = CompiledActions()
        let deterministic = system.actions.indices.filter { !chooses(system.actions[$0]) }
        if !deterministic.isEmpty {
            let label = compiler.assembler.newLabel()
            compiler.assembler.place(label)
            result.combined = label
            for index in deterministic { combine(index, &result) }
            compiler.assembler.emit(.halt)
        }
        for index in system.actions.indices where chooses(system.actions[index]) { compileChoosing(index, &result) }
        for action in system.actions { _ = coverage(action.name) }
        return result
    }

    private func chooses(_ action: ActionCode) -> Bool {
        action.code.nodes.contains { node in
            switch node.operation {
            case .choose, .either, .await, .assert, .assume, .panic: true
            default: false
            }
        } || mayTrapEarly(action)
    }

    /// A trap ends a run: actions that may trap, or break a protection, get a run of their own.
    private func mayTrapEarly(_ action: ActionCode) -> Bool {
        let types = action.code.locals.map(\.type)
        let formulas = [action.guardFormula].compactMap(\.self) + action.code.nodes.flatMap(\.operation.formulas)
        let isRisky = formulas.contains { formula in
            formula.contains { part in
                if case .load(let place) = part.kind { return mayTrap(place, types) }
                return part.mayTrap
            }
        }
        return isRisky
            || action.code.nodes.contains { node in
                if case .assign(let place, _) = node.operation { mayTrap(place, types) } else { false }
            }
    }

    private func mayTrap(_ place: Place, _ localTypes: [Type]) -> Bool {
        var type: Type
        switch place.root {
        case .local(let id): type = localTypes[id]
        case .variable(let id):
            let variable = system.variables[id]
            guard case .none = variable.protection else { return true }
            type = variable.type
            for (index, dimension) in zip(place.indices, variable.dimensions) where !isBounded(index, by: dimension) {
                return true
            }
        case .object: return true
        }
        for component in place.path {
            switch (component, type) {
            case (.field(let index), .structure(let id)): type = system.types.structures[id].fields[index].type
            case (.index(let formula), .array(let element, let index)):
                guard isBounded(formula, by: index) else { return true }
                type = element
            default: return true
            }
        }
        return false
    }

    private func isBounded(_ formula: Formula, by index: Type) -> Bool {
        guard let integer = formula.type.integer else { return true }
        return integer.lower >= 0 && integer.upper < system.types.count(of: index) ?? 0
    }

    private func values(of binder: Binder) -> [Value] {
        var evaluator = Evaluator(types: system.types, context: NoData())
        do { return try evaluator.values(of: binder.domain) } catch { preconditionFailure("a fixed domain traps") }
    }

    /// Emits every instance of an action into the combined run, tests that need only the first parameters first.
    private mutating func combine(_ index: Int, _ result: inout CompiledActions) {
        let action = system.actions[index]
        compiler.begin(localTypes: action.code.locals.map(\.type), selfPid: nil)
        let conjuncts = action.guardFormula.map { Self.conjuncts($0) } ?? []
        let depths = conjuncts.map { formula -> Int in
            let free = formula.freeLocalSet
            return (action.parameters.lastIndex { free.contains($0.local) } ?? -1) + 1
        }
        var fixed: [Value] = []
        nest(index, conjuncts, depths, 0, &fixed, &result)
    }

    private mutating func nest(
        _ index: Int, _ conjuncts: [Formula], _ depths: [Int], _ depth: Int, _ fixed: inout [Value],
        _ result: inout CompiledActions
    ) {
        let action = system.actions[index]
        let skip = compiler.assembler.newLabel()
        compiler.mode = .code(isHardware: true, held: [])
        for (conjunct, needed) in zip(conjuncts, depths) where needed == depth {
            compiler.branchUnless(conjunct, to: skip)
        }
        if depth == action.parameters.count {
            emitInstance(index, fixed, &result)
        } else {
            let binder = action.parameters[depth]
            for value in values(of: binder) {
                // Registers are used again for the next value: what locals got in this one goes with them.
                let (mark, locals) = (compiler.assembler.registerMark, compiler.locals)
                compiler.locals[binder.local] = .constant(Compiler.number(value))
                fixed.append(value)
                nest(index, conjuncts, depths, depth + 1, &fixed, &result)
                fixed.removeLast()
                compiler.assembler.registerMark = mark
                compiler.locals = locals
            }
            compiler.locals[binder.local] = nil
        }
        compiler.assembler.place(skip)
    }

    private mutating func emitInstance(_ index: Int, _ values: [Value], _ result: inout CompiledActions) {
        let action = system.actions[index]
        let instance = result.instances.count
        result.instances.append(ActionInstance(action: index, values: values))
        let saved = compiler.locals
        let end = compiler.assembler.newLabel()
        let code = CodeCompiler(compiler, action.code, watchers: watchers) { compiler in
            compiler.assembler.emit(.emitAndRestore, target: instance)
            compiler.assembler.branch(.jump, to: end)
        }
        compiler.assembler.branch(.jump, to: code.label(for: action.code.entry))
        code.emitNodes(from: [action.code.entry])
        compiler.assembler.place(end)
        compiler.locals = saved
        compiler.mode = .code(isHardware: true, held: [])
    }

    /// Actions that choose, assert or may trap: each instance has an entry of its own.
    private mutating func compileChoosing(_ index: Int, _ result: inout CompiledActions) {
        let action = system.actions[index]
        var rows: [[Value]] = [[]]
        for binder in action.parameters {
            let all = values(of: binder)
            rows = rows.flatMap { row in all.map { row + [$0] } }
        }
        for row in rows {
            let instance = result.instances.count
            result.instances.append(ActionInstance(action: index, values: row))
            compiler.begin(localTypes: action.code.locals.map(\.type), selfPid: nil)
            for (binder, value) in zip(action.parameters, row) {
                compiler.locals[binder.local] = .constant(Compiler.number(value))
            }
            let label = compiler.assembler.newLabel()
            compiler.assembler.place(label)
            compiler.mode = .code(isHardware: false, held: [])
            let code = CodeCompiler(compiler, action.code, watchers: watchers, disablesOnEmptyChoice: true) {
                compiler in
                compiler.assembler.emit(.emit, target: instance)
                compiler.assembler.emit(.halt)
            }
            if let condition = action.guardFormula { code.block(unless: condition) }
            compiler.assembler.branch(.jump, to: code.label(for: action.code.entry))
            code.emitNodes(from: [action.code.entry])
            result.choosing.append((label, action.name, instance))
        }
    }

    private static func conjuncts(_ formula: Formula) -> [Formula] {
        if case .binary(.and, let left, let right) = formula.kind { return conjuncts(left) + conjuncts(right) }
        return [formula]
    }

    // MARK: Properties

    private mutating func compileProperties(where test: (PropertyKind) -> Bool) -> [(Int, Int)] {
        var result: [(Int, Int)] = []
        for (index, property) in system.properties.enumerated() where test(property.kind) {
            let label = compiler.assembler.newLabel()
            compiler.assembler.place(label)
            for part in property.parts { compile(part, of: index) }
            result.append((index, label))
            if property.kind == .transition || property.kind == .final { compiler.assembler.emit(.halt) }
        }
        compiler.assembler.emit(.halt)
        return result
    }

    private func compile(_ part: PropertyPart, of index: Int) {
        compiler.begin(localTypes: part.code.locals.map(\.type), selfPid: nil)
        bind(part.binders[...], part, index)
    }

    private func bind(_ binders: ArraySlice<Binder>, _ part: PropertyPart, _ index: Int) {
        let property = system.properties[index]
        if let binder = binders.first {
            compiler.mode = .property
            compiler.loop(over: binder.domain, binder.local, property.range) { _ in
                bind(binders.dropFirst(), part, index)
            }
            return
        }
        let (skip, fine, judge) = (
            compiler.assembler.newLabel(), compiler.assembler.newLabel(), compiler.assembler.newLabel()
        )
        let mode: Compiler.Mode = property.respectsGuards ? .invariant(skip: skip) : .property
        let code = CodeCompiler(compiler, part.code) { compiler in compiler.assembler.branch(.jump, to: judge) }
        if part.code.nodes.count > 1 { code.propertyMode = mode }
        compiler.mode = mode
        code.emitNodes(from: [part.code.entry])
        compiler.assembler.place(judge)
        compiler.mode = mode
        let isWitness = property.kind == .reachable || property.kind == .reachableAlways
        compiler.branch(part.formula, if: !isWitness, to: fine)
        let site = compiler.assembler.site(.property(index), property.message ?? property.name, property.range)
        compiler.assembler.emit(.violate, target: site)
        compiler.assembler.place(fine)
        compiler.assembler.emit(.evaluated, target: index)
        compiler.assembler.place(skip)
    }
}

/// The context of formulas over constants alone.
struct NoData: EvaluationContext {
    var before: (any EvaluationContext)? { nil }

    func value(of variable: VariableID, indices: [Int], at range: SourceRange) throws(EvaluationFailure) -> Value {
        preconditionFailure("a fixed domain reads no data")
    }

    func answer(_ predicate: EvaluatedPredicate) throws(EvaluationFailure) -> Value {
        preconditionFailure("a fixed domain asks nothing")
    }
}

extension Formula {
    /// Locals that occur in it, bound ones included.
    var freeLocalSet: Set<LocalID> {
        var result: Set<LocalID> = []
        visit { part in
            switch part.kind {
            case .local(let id): result.insert(id)
            case .load(let place): if case .local(let id) = place.root { result.insert(id) }
            default: break
            }
        }
        return result
    }

    /// Whether its own operation can trap, its parts aside.
    var mayTrap: Bool {
        switch kind {
        case .unwrap: return true
        case .convert(_, .checked): return true
        case .unary(.negate, _): return true
        case .binary(let operation, let left, let right): return Self.mayTrap(operation, left, right, type)
        case .quantifier(let quantifier): return [.sum, .min, .max].contains(quantifier.kind)
        case .collection(let operation, _):
            return ![.count, .isEmpty, .contains, .setInserting, .setRemoving, .union, .intersection, .subtracting]
                .contains(operation)
        case .element(_, let index): return index.type.integer != nil
        default: return false
        }
    }

    private static func mayTrap(_ operation: BinaryOperatorSyntax, _ left: Formula, _ right: Formula, _ type: Type)
        -> Bool
    {
        switch operation {
        case .divide, .remainder:
            guard let divisor = right.type.integer else { return true }
            return divisor.contains(0) || divisor.contains(-1)
        case .shiftLeft, .shiftRight, .wrappingShiftLeft: return true
        case .add, .subtract, .multiply:
            guard let one = left.type.integer, let two = right.type.integer, type.integer?.kind == .int else {
                return true
            }
            let limit = Int128(1) << 31
            return max(abs(one.lower), abs(one.upper)) >= limit || max(abs(two.lower), abs(two.upper)) >= limit
        default: return false
        }
    }
}
