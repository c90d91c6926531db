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
        let actions = ActionCompiler.compile(system, compiler, watchers: watchers)
        for action in system.actions { _ = coverage(action.name) }
        let states = compileProperties { $0.isOfStates }
        let steps = compileProperties { $0 == .transition }
        let finals = compileProperties { $0 == .final }
        let temporal = compileConditions()
        let processes = stepLabels.flatMap { $0.flatMap { $0.map(\.label) } }
        compiler.assembler.finish(
            starts: processes + [actions.combined].compactMap(\.self) + actions.choosing.map(\.label)
                + (states + steps + finals).map(\.1) + temporal.values.flatMap { $0.flatMap(\.self) }.sorted(),
            resumes: actions.owners.compactMapValues { actions.resumes[$0] })
        return Program(
            layout: compiler.layout, assembler: compiler.assembler,
            steps: stepLabels.map { $0.map { $0.map { entry($0.label, $0.name) } } },
            combinedActions: actions.combined.map { Int32(compiler.assembler.instruction(at: $0)) },
            choosingActions: actions.choosing.map { (entry($0.label, $0.name), $0.instance) },
            actionInstances: actions.instances,
            resumes: actions.instances.indices.map { actions.resumes[$0].map(place) ?? 0 },
            siteInstances: compiler.assembler.sites.indices.map { actions.owners[$0] ?? -1 },
            stateProperties: states.map { ($0.0, place($0.1)) },
            transitionProperties: steps.map { ($0.0, place($0.1)) }, alwaysTouched: always,
            finalProperties: finals.map { ($0.0, place($0.1)) },
            temporalConditions: temporal.mapValues { $0.map { $0.map(place) } },
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

    /// The conditions of temporal properties, for each of their claims.
    private func compileConditions() -> [Int: [[Int]]] {
        var result: [Int: [[Int]]] = [:]
        let reference = ReferenceProperties(system)
        for (index, property) in system.properties.enumerated() where property.temporal != nil {
            result[index] = reference.claims(of: index).map { values in
                property.parts.map { condition($0, of: index, values) }
            }
        }
        return result
    }

    private func condition(_ part: PropertyPart, of index: Int, _ values: [Value]) -> Int {
        let label = compiler.assembler.newLabel()
        compiler.assembler.place(label)
        compiler.begin(localTypes: part.code.locals.map(\.type), selfPid: nil)
        for (binder, value) in zip(part.binders, values) {
            compiler.locals[binder.local] = .constant(Compiler.number(value))
        }
        let (judge, fine) = (compiler.assembler.newLabel(), compiler.assembler.newLabel())
        let code = CodeCompiler(compiler, part.code) { compiler in compiler.assembler.branch(.jump, to: judge) }
        if part.code.nodes.count > 1 { code.propertyMode = .property }
        compiler.mode = .property
        code.emitNodes(from: [part.code.entry])
        compiler.assembler.place(judge)
        compiler.mode = .property
        compiler.branch(part.formula, if: false, to: fine)
        let site = compiler.assembler.site(.property(index), system.properties[index].name, part.formula.range)
        compiler.assembler.emit(.violate, target: site)
        compiler.assembler.place(fine)
        compiler.assembler.emit(.halt)
        return label
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

extension PropertyKind {
    /// Whether it is judged in each state by itself.
    fileprivate var isOfStates: Bool {
        switch self {
        case .invariant, .always, .reachable, .reachableAlways: true
        case .transition, .final, .eventually, .leadsto, .temporal: false
        }
    }
}
