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
    /// Everything that the combined run tries.
    private var candidates: [Candidate] = []
    /// By action: the conjuncts of its guard.
    private var testsOf: [Int: [Test]] = [:]

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
        let combined = system.actions.indices.filter { !standsAlone(system.actions[$0]) }
        if !combined.isEmpty {
            let label = compiler.assembler.newLabel()
            compiler.assembler.place(label)
            result.combined = label
            compiler.begin(localTypes: [], selfPid: nil)
            compiler.mode = .code(isHardware: false, held: [])
            for index in combined { candidates += instances(of: index) }
            emit(Array(candidates.indices), knowing: [:])
            compiler.assembler.emit(.halt)
        }
        for index in system.actions.indices where standsAlone(system.actions[index]) { compileChoosing(index) }
    }

    /// Whether each instance has an entry of its own: it chooses, or it matters which of them moved.
    private func standsAlone(_ action: ActionCode) -> Bool {
        chooses(action) || (action.fairness != nil && system.properties.contains { $0.temporal != nil })
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

    // MARK: Guards

    /// A conjunct of a guard, and how many of the first parameters must be fixed to test it.
    private struct Test {
        let formula: Formula
        let depth: Int
        /// Whether it may be tested before conjuncts that stand before it.
        let mayMove: Bool
    }

    /// A scalar of the state with a fixed address.
    private struct Field: Hashable {
        let offset: Int
        let bits: Int
    }

    /// An action with its parameters fixed, and the tests of its guard that compare a field with a number.
    private struct Candidate {
        let action: Int
        let values: [Value]
        /// By conjunct: the field, and the bits that it must have.
        let fields: [Int: (field: Field, bits: Int64)]
    }

    /// A conjunct that may trap stays behind all that stand before it, and everything after it stays behind it.
    private func tests(of action: ActionCode) -> [Test] {
        guard let condition = action.guardFormula else { return [] }
        let risks = Risks(system: system, localTypes: action.code.locals.map(\.type))
        var mayMove = true
        return Self.conjuncts(condition).map { formula in
            mayMove = mayMove && !risks.mayTrap(formula)
            guard mayMove else { return Test(formula: formula, depth: action.parameters.count, mayMove: false) }
            let free = formula.freeLocals
            let last = action.parameters.lastIndex { free.contains($0.local) }
            return Test(formula: formula, depth: last.map { $0 + 1 } ?? 0, mayMove: true)
        }
    }

    private static func conjuncts(_ formula: Formula) -> [Formula] {
        if case .binary(.and, let left, let right) = formula.kind { return conjuncts(left) + conjuncts(right) }
        return [formula]
    }

    private mutating func instances(of index: Int) -> [Candidate] {
        let action = system.actions[index]
        let tests = tests(of: action)
        testsOf[index] = tests
        var rows: [[Value]] = [[]]
        for binder in action.parameters {
            let all = values(of: binder)
            rows = rows.flatMap { row in all.map { row + [$0] } }
        }
        compiler.localTypes = action.code.locals.map(\.type)
        return rows.map { row in
            var fields: [Int: (Field, Int64)] = [:]
            compiler.scoped {
                for (binder, value) in zip(action.parameters, row) {
                    compiler.locals[binder.local] = .constant(Compiler.number(value))
                }
                for (number, test) in tests.enumerated() where test.mayMove {
                    if let found = fieldTest(test.formula) { fields[number] = found }
                }
            }
            return Candidate(action: index, values: row, fields: fields)
        }
    }

    /// `field == number`, a flag, or its negation, with all indices fixed.
    private func fieldTest(_ formula: Formula) -> (Field, Int64)? {
        switch formula.kind {
        case .load(let place): return field(place, formula).map { ($0, 1 - $1) }
        case .unary(.not, let operand):
            guard case .load(let place) = operand.kind else { return nil }
            return field(place, operand).map { ($0, 0 - $1) }
        case .binary(.equal, let left, let right):
            guard case .load(let place) = left.kind, let value = compiler.fixed(right) else { return nil }
            return field(place, left).map { ($0, value &- $1) }
        default: return nil
        }
    }

    /// The field that a place is, and its least value.
    private func field(_ place: Place, _ formula: Formula) -> (Field, Int64)? {
        var indices = place.indices
        for component in place.path {
            switch component {
            case .index(let index): indices.append(index)
            case .field: break
            case .payload: return nil
            }
        }
        guard case .variable = place.root, indices.allSatisfy({ compiler.fixed($0) != nil }) else { return nil }
        let location = compiler.locate(place, formula.range)
        guard case .memory = location.container, location.address.index == nil,
            case .scalar(let bits, let least) = location.shape, bits > 0
        else { return nil }
        return (Field(offset: location.address.offset, bits: bits), least)
    }

    // MARK: The combined run

    /// Emits candidates where the bits of some fields are known.
    ///
    /// Where many guards compare the same field, as they do with a program counter, one jump by its value leads to
    /// those that can be enabled.
    private mutating func emit(_ group: [Int], knowing known: [Field: Int64]) {
        guard let field = decidingField(of: group, known) else {
            for index in system.actions.indices {
                let own = group.filter { candidates[$0].action == index }
                guard !own.isEmpty else { continue }
                compiler.localTypes = system.actions[index].code.locals.map(\.type)
                compiler.scoped {
                    compiler.locals = [:]
                    nest(index, own, 0, known)
                }
            }
            return
        }
        var byBits: [Int64: [Int]] = [:]
        var others: [Int] = []
        for number in group {
            if let test = candidates[number].fields.sorted(by: { $0.key < $1.key }).first(where: {
                $0.value.field == field
            }) {
                byBits[test.value.bits, default: []].append(number)
            } else {
                others.append(number)
            }
        }
        let rest = compiler.assembler.newLabel()
        var labels = Array(repeating: rest, count: 1 << field.bits)
        // A number that the field cannot have is never equal to it: those candidates are never enabled.
        let possible = byBits.filter { $0.key >= 0 && $0.key < 1 << Int64(field.bits) }.sorted { $0.key < $1.key }
        for (bits, _) in possible { labels[Int(bits)] = compiler.assembler.newLabel() }
        compiler.assembler.branchTable(Address(offset: field.offset), bits: field.bits, to: labels)
        for (bits, numbers) in possible {
            compiler.assembler.place(labels[Int(bits)])
            emit(numbers, knowing: known.merging([field: bits]) { $1 })
            compiler.assembler.branch(.jump, to: rest)
        }
        compiler.assembler.place(rest)
        emit(others, knowing: known)
    }

    /// The field by whose value most tests are spared; nil when no jump is worth it.
    private func decidingField(of group: [Int], _ known: [Field: Int64]) -> Field? {
        var numbers: [Field: [Int64: Int]] = [:]
        for number in group {
            for (field, bits) in candidates[number].fields.values where known[field] == nil && field.bits <= 6 {
                numbers[field, default: [:]][bits, default: 0] += 1
            }
        }
        var best: (field: Field, spared: Int)?
        for (field, counts) in numbers where counts.count > 1 {
            let spared = counts.values.reduce(0, +) - (counts.values.max() ?? 0)
            guard spared > 1 else { continue }
            if let known = best, (known.spared, -known.field.offset) >= (spared, -field.offset) { continue }
            best = (field, spared)
        }
        return best?.field
    }

    /// Emits candidates of one action, tests that need only the first parameters first.
    private mutating func nest(_ index: Int, _ group: [Int], _ depth: Int, _ known: [Field: Int64]) {
        let action = system.actions[index]
        let skip = compiler.assembler.newLabel()
        let firstSite = compiler.assembler.sites.count
        compiler.mode = .code(isHardware: false, held: [])
        for (number, test) in (testsOf[index] ?? []).enumerated() where test.depth == depth {
            // All candidates of the group have the first parameters in common, and so the field.
            if let test = candidates[group[0]].fields[number], known[test.field] == test.bits { continue }
            compiler.branchUnless(test.formula, to: skip)
        }
        if depth == action.parameters.count {
            emitInstance(index, candidates[group[0]].values)
            for site in firstSite..<compiler.assembler.sites.count {
                result.owners[site] = result.instances.count - 1
            }
            compiler.assembler.place(skip)
            result.resumes[result.instances.count - 1] = skip
            return
        }
        precondition(compiler.assembler.sites.count == firstSite, "a test that may trap was moved")
        let binder = action.parameters[depth]
        var rest = group[...]
        while let first = rest.first {
            let value = candidates[first].values[depth]
            let same = rest.prefix { candidates[$0].values[depth] == value }
            rest = rest.dropFirst(same.count)
            compiler.scoped {
                compiler.locals[binder.local] = .constant(Compiler.number(value))
                nest(index, Array(same), depth + 1, known)
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
