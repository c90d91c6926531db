// Actions to bytecode: one run that tries every instance in turn, and runs of their own for those that choose.

import Model

/// Compiles the actions of a system, for each combination of their parameters.
struct ActionCompiler {
    /// What became of the actions. Positions are labels.
    struct Result {
        /// The run of all actions that do not choose.
        var combined: Int?
        /// Entries of the instances of actions that choose.
        var choosing: [(label: Int, name: String, instance: Int)] = []
        var instances: [ActionInstance] = []
        /// Per instance in the combined run: what follows it.
        var resumes: [Int: Int] = [:]
        /// Per violation site in the combined run: the instance that raises it.
        var owners: [Int: Int] = [:]
    }

    private let system: TransitionSystem
    private let compiler: Compiler
    private let watchers: [VariableID: UInt64]
    private var result = Result()

    /// Compiles all actions. O(actions × combinations of parameters).
    static func compile(_ system: TransitionSystem, _ compiler: Compiler, watchers: [VariableID: UInt64]) -> Result {
        var actions = ActionCompiler(system: system, compiler: compiler, watchers: watchers)
        actions.run()
        return actions.result
    }

    private init(system: TransitionSystem, compiler: Compiler, watchers: [VariableID: UInt64]) {
        self.system = system
        self.compiler = compiler
        self.watchers = watchers
    }

    private mutating func run() {
        let combined = system.actions.indices.filter { !chooses(system.actions[$0]) }
        if !combined.isEmpty {
            let label = compiler.assembler.newLabel()
            compiler.assembler.place(label)
            result.combined = label
            for index in combined { combine(index) }
            compiler.assembler.emit(.halt)
        }
        for index in system.actions.indices where chooses(system.actions[index]) { compileChoosing(index) }
    }

    /// Whether a run of the action may end otherwise than with its one successor or a violation.
    private func chooses(_ action: ActionCode) -> Bool {
        action.code.nodes.contains { node in
            switch node.operation {
            case .choose, .either, .await, .assume: true
            default: false
            }
        }
    }

    private func values(of binder: Binder) -> [Value] {
        var evaluator = Evaluator(types: system.types, context: ConstantContext())
        do { return try evaluator.values(of: binder.domain) } catch { preconditionFailure("a fixed domain traps") }
    }

    // MARK: The combined run

    /// A conjunct of a guard, and how many of the first parameters must be fixed to test it.
    private struct Test {
        let formula: Formula
        let depth: Int
    }

    /// Emits every instance of an action, tests that need only the first parameters first.
    private mutating func combine(_ index: Int) {
        let action = system.actions[index]
        compiler.begin(localTypes: action.code.locals.map(\.type), selfPid: nil)
        nest(index, tests(of: action), 0, [])
    }

    /// A conjunct that may trap stays behind all that stand before it, and everything after it stays behind it.
    private func tests(of action: ActionCode) -> [Test] {
        guard let condition = action.guardFormula else { return [] }
        let risks = Risks(system: system, localTypes: action.code.locals.map(\.type))
        var mayMove = true
        return Self.conjuncts(condition).map { formula in
            mayMove = mayMove && !risks.mayTrap(formula)
            guard mayMove else { return Test(formula: formula, depth: action.parameters.count) }
            let free = formula.freeLocals
            let last = action.parameters.lastIndex { free.contains($0.local) }
            return Test(formula: formula, depth: last.map { $0 + 1 } ?? 0)
        }
    }

    private static func conjuncts(_ formula: Formula) -> [Formula] {
        if case .binary(.and, let left, let right) = formula.kind { return conjuncts(left) + conjuncts(right) }
        return [formula]
    }

    private mutating func nest(_ index: Int, _ tests: [Test], _ depth: Int, _ fixed: [Value]) {
        let action = system.actions[index]
        let skip = compiler.assembler.newLabel()
        let firstSite = compiler.assembler.sites.count
        compiler.mode = .code(isHardware: false, held: [])
        for test in tests where test.depth == depth { compiler.branchUnless(test.formula, to: skip) }
        if depth == action.parameters.count {
            emitInstance(index, fixed)
            for site in firstSite..<compiler.assembler.sites.count {
                result.owners[site] = result.instances.count - 1
            }
            compiler.assembler.place(skip)
            result.resumes[result.instances.count - 1] = skip
            return
        }
        precondition(compiler.assembler.sites.count == firstSite, "a test that may trap was moved")
        let binder = action.parameters[depth]
        for value in values(of: binder) {
            compiler.scoped {
                compiler.locals[binder.local] = .constant(Compiler.number(value))
                nest(index, tests, depth + 1, fixed + [value])
            }
        }
        compiler.assembler.place(skip)
    }

    private mutating func emitInstance(_ index: Int, _ values: [Value]) {
        let action = system.actions[index]
        let instance = result.instances.count
        result.instances.append(ActionInstance(action: index, values: values))
        compiler.scoped {
            let end = compiler.assembler.newLabel()
            let code = CodeCompiler(compiler, action.code, watchers: watchers) { compiler in
                compiler.assembler.emit(.emitActionAndRestore, target: instance)
                compiler.assembler.branch(.jump, to: end)
            }
            code.emitNodes(from: [action.code.entry])
            compiler.assembler.place(end)
        }
    }

    // MARK: Actions that choose

    /// Each instance has an entry of its own, which is run once for each combination of choices.
    private mutating func compileChoosing(_ index: Int) {
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
                compiler.assembler.emit(.emitAction, target: instance)
                compiler.assembler.emit(.halt)
            }
            if let condition = action.guardFormula { code.block(unless: condition) }
            compiler.assembler.branch(.jump, to: code.label(for: action.code.entry))
            code.emitNodes(from: [action.code.entry])
            result.choosing.append((label, action.name, instance))
        }
    }
}

/// What in a formula may end a run early: a trap, or data read against their protection.
private struct Risks {
    let system: TransitionSystem
    let localTypes: [Type]

    func mayTrap(_ formula: Formula) -> Bool {
        formula.contains { part in
            if case .load(let place) = part.kind { return mayTrap(place) }
            return part.mayTrap
        }
    }

    private func mayTrap(_ place: Place) -> Bool {
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
}

extension Formula {
    /// Whether its own operation can trap, its parts aside.
    fileprivate var mayTrap: Bool {
        switch kind {
        case .unwrap: return true
        case .convert(_, .checked), .convert(_, .process): return true
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
        case .divide, .remainder, .shiftLeft, .shiftRight, .wrappingShiftLeft: return true
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
