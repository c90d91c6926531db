// Looks for whatever tells the elements of a `symmetric` sort apart, in code, guards and properties.

import Model

/// Finds the sorts that are declared to be symmetric and are not, each with a reason.
///
/// What it lets pass commutes with every permutation of the elements that are left: equality, choice, quantifiers,
/// indexing, and what takes no element at all. Whatever it does not know breaks the symmetry. Initial states need not be
/// symmetric, since what can be reached from one is, up to the names, what can be reached from its image.
struct SymmetryFinder {
    private let system: TransitionSystem
    private let types: TypeTable
    private var broken: [SortID: String] = [:]
    /// Types of the locals of the code that is looked at.
    private var locals: [Local] = []
    /// Whether reading data whose lock is not held, or is held, ends an evaluation.
    private var respectsProtection = true

    init(_ system: TransitionSystem) {
        self.system = system
        types = system.types
    }

    /// The sorts that are told apart, with the reasons.
    mutating func find() -> [SortID: String] {
        let symmetric = types.sorts.indices.filter { types.sorts[$0].isSymmetric }
        guard !symmetric.isEmpty else { return [:] }
        if let temporal = system.properties.first(where: { $0.temporal != nil }) {
            return Dictionary(uniqueKeysWithValues: symmetric.map { ($0, "\(temporal.name) is about whole runs") })
        }
        for variable in system.variables { look(at: variable) }
        for process in system.processes { look(at: process.code) }
        for action in system.actions {
            look(at: action.code)
            for binder in action.parameters { look(at: binder.domain) }
            if let condition = action.guardFormula { look(at: condition) }
        }
        for property in system.properties {
            respectsProtection = property.respectsGuards
            for part in property.parts {
                look(at: part.code)
                for binder in part.binders { look(at: binder.domain) }
                look(at: part.formula)
            }
        }
        return broken
    }

    /// Symmetric sorts whose elements a value of the type holds or is indexed by.
    private func sorts(in type: Type) -> Set<SortID> {
        switch type {
        case .sort(let id): return types.sorts[id].isSymmetric ? [id] : []
        case .pid, .lock:
            return Set(types.sorts.indices.filter { types.sorts[$0].isSymmetric && types.sorts[$0].firstPid != nil })
        case .optional(let wrapped): return sorts(in: wrapped)
        case .structure(let id):
            return types.structures[id].fields.reduce(into: []) { $0.formUnion(sorts(in: $1.type)) }
        case .array(let element, let index): return sorts(in: element).union(sorts(in: index))
        case .set(let element), .sequence(let element, _): return sorts(in: element)
        case .bool, .integer, .enumeration, .null, .void, .invalid: return []
        }
    }

    private mutating func `break`(_ sorts: Set<SortID>, _ reason: String, _ range: SourceRange?) {
        let place = range.map { " (\($0.description))" } ?? ""
        for sort in sorts where broken[sort] == nil { broken[sort] = reason + place }
    }

    // MARK: Data

    private mutating func look(at variable: SystemVariable) {
        if let pid = variable.soleProcess, let sort = movableSort(ofPid: pid) {
            `break`([sort], "\(variable.name) belongs to one of them", variable.range)
        }
        guard case .guarded(let guardPath, _) = variable.protection else { return }
        for (index, dimension) in zip(guardPath.indices, system.variables[guardPath.lock].dimensions) {
            guard case .constant = index else { continue }
            `break`(sorts(in: dimension), "the guard of \(variable.name) is one element's", variable.range)
        }
    }

    private func movableSort(ofPid pid: Int) -> SortID? {
        types.sorts.indices.first { id in
            guard types.sorts[id].isSymmetric, let first = types.sorts[id].firstPid else { return false }
            let ordinal = pid - first
            return ordinal >= (types.sorts[id].hasFixedFirst ? 1 : 0) && ordinal < types.sorts[id].count
        }
    }

    // MARK: Code

    private mutating func look(at code: Code) {
        locals = code.locals
        for node in code.nodes {
            look(at: node.operation, node.range)
            for kill in node.kills { look(at: kill.condition) }
        }
    }

    private mutating func look(at operation: Operation, _ range: SourceRange) {
        for formula in operation.formulas { look(at: formula) }
        switch operation {
        case .first(_, let domain, _), .advance(_, let domain, _):
            look(at: domain)
            `break`(orderedSorts(of: domain), "a loop visits them in an order", range)
        case .choose(_, let domain, let condition, _):
            look(at: domain)
            let ordered = orderedSorts(of: domain)
            if !ordered.isEmpty, let condition, !ends(of: condition).isEmpty {
                `break`(ordered, "the condition of a choice among them can fail", range)
            }
        case .start(let process, let index, _):
            // Without an index there is but one instance.
            guard let index, index.type != .sort(sort(of: process)) else { break }
            `break`(sorts(in: .sort(sort(of: process))), "one is started by its number", range)
        default: break
        }
        for place in operation.places { look(at: place, range) }
        for channel in operation.channelPlaces {
            for (index, dimension) in zip(channel.indices, system.channels[channel.channel].dimensions) {
                look(atIndex: index, of: dimension)
            }
        }
    }

    private func sort(of process: ProcessID) -> SortID {
        types.sorts.firstIndex { $0.firstPid == system.processes[process].firstPid } ?? 0
    }

    /// Symmetric sorts whose elements a domain lists in their order, or lists data by.
    private func orderedSorts(of domain: Domain) -> Set<SortID> {
        switch domain {
        case .type(let type): return sorts(in: type)
        case .range: return []
        case .elements(let formula):
            switch formula.type {
            case .array(_, let index): return sorts(in: index)
            case .set(let element): return sorts(in: element)
            default: return []
            }
        }
    }

    // MARK: Formulas

    private mutating func look(at domain: Domain) {
        for formula in domain.formulas { look(at: formula) }
    }

    private mutating func look(at place: Place, _ range: SourceRange) {
        var type: Type
        switch place.root {
        case .local(let id):
            guard locals.indices.contains(id) else { preconditionFailure("a local of other code") }
            type = locals[id].type
        case .variable(let id):
            for (index, dimension) in zip(place.indices, system.variables[id].dimensions) {
                look(atIndex: index, of: dimension)
            }
            type = system.variables[id].type
        case .object(let id):
            for (index, dimension) in zip(place.indices, system.objects[id].dimensions) {
                look(atIndex: index, of: dimension)
            }
            return
        }
        for component in place.path {
            switch (component, type) {
            case (.field(let field), .structure(let id)): type = types.structures[id].fields[field].type
            case (.payload, .optional(let wrapped)): type = wrapped
            case (.index(let index), .array(let element, let indexType)):
                look(atIndex: index, of: indexType)
                type = element
            case (.index, .sequence(let element, _)): type = element
            default:
                `break`(sorts(in: type), "a place of a form that is not known", range)
                return
            }
        }
    }

    /// An element by its number would tell it apart.
    private mutating func look(atIndex index: Formula, of type: Type) {
        guard index.type != type else { return }
        `break`(sorts(in: type), "a number is an index", index.range)
    }

    private mutating func look(at formula: Formula) {
        for child in formula.children { look(at: child) }
        switch formula.kind {
        case .constant(let value):
            let named = varied(value, formula.type)
            `break`(named, "one of them is named, or is the initial value of a local", formula.range)
        case .convert(let operand, _): look(atConversion: operand, formula)
        case .binary(let operation, let left, _):
            guard ![.equal, .notEqual, .and, .or, .implies].contains(operation) else { break }
            `break`(sorts(in: left.type).union(sorts(in: formula.type)), "they are compared by order", formula.range)
        case .list:
            guard case .array(_, let index) = formula.type else { break }
            `break`(sorts(in: index), "a list gives each its own value", formula.range)
        case .element(let base, let index):
            if case .array(_, let type) = base.type { look(atIndex: index, of: type) }
        case .load(let place): look(at: place, formula.range)
        case .predicate(let predicate):
            switch predicate {
            case .holds(_, let place), .held(let place), .free(let place): look(at: place, formula.range)
            case .finished, .asleep, .at, .generation: break
            }
        case .quantifier(let quantifier): look(at: quantifier, formula)
        case .call: preconditionFailure("lowering puts pure functions in place")
        case .collection(let operation, let operands):
            guard [.first, .last, .removingFirst].contains(operation), case .set(let element)? = operands.first?.type
            else { break }
            `break`(sorts(in: element), "one is taken from a set by order", formula.range)
        case .local, .selfProcess, .unary, .conditional, .structure, .wrap, .unwrap, .optionalMap, .member, .bind, .old:
            break
        }
    }

    private mutating func look(atConversion operand: Formula, _ formula: Formula) {
        let involved = sorts(in: operand.type).union(sorts(in: formula.type))
        guard !involved.isEmpty, operand.type != formula.type else { return }
        switch (operand.type, formula.type) {
        case (.pid, .sort(let id)), (.sort(let id), .pid): if types.sorts[id].firstPid != nil { return }
        default: break
        }
        `break`(involved, "one becomes a number, or a number one of them", formula.range)
    }

    /// Symmetric sorts whose elements a value tells apart.
    private func varied(_ value: Value, _ type: Type) -> Set<SortID> {
        switch (value, type) {
        case (.member(let index), .sort(let id)):
            return types.sorts[id].hasFixedFirst && index == 0 ? [] : sorts(in: type)
        case (.member(let pid), .pid): return Set([movableSort(ofPid: pid)].compactMap(\.self))
        case (.lock(let holder?), _): return Set([movableSort(ofPid: holder)].compactMap(\.self))
        case (.some(let inner), .optional(let wrapped)): return varied(inner, wrapped)
        case (.structure(let fields), .structure(let id)):
            return zip(fields, types.structures[id].fields).reduce(into: []) { $0.formUnion(varied($1.0, $1.1.type)) }
        case (.sequence(let elements), .sequence(let element, _)):
            return elements.reduce(into: []) { $0.formUnion(varied($1, element)) }
        case (.array(let elements), .array(let element, let index)):
            var result: Set<SortID> = elements.reduce(into: []) { $0.formUnion(varied($1, element)) }
            if Set(elements).count > 1 { result.formUnion(sorts(in: index)) }
            return result
        case (.set(let members), .set(let element)): return members.isEmpty ? [] : sorts(in: element)
        // Nothing, or nobody, is nobody of them.
        case (.null, _), (.lock(holder: nil), _): return []
        default: return sorts(in: type)
        }
    }
}

extension SymmetryFinder {
    // MARK: Quantifiers

    /// What ends an evaluation before its value is known: then the order of the elements can show.
    private enum End: Hashable {
        case trap
        case protection(VariableID)
    }

    /// All and some stop at the first element that decides; what another one would end with is then not seen.
    private mutating func look(at quantifier: Quantifier, _ formula: Formula) {
        switch quantifier.kind {
        case .all, .some, .count: break
        case .sum, .min, .max: `break`(sorts(in: formula.type), "they are compared by order", formula.range)
        }
        let ordered = quantifier.binders.reduce(into: Set<SortID>()) { $0.formUnion(orderedSorts(of: $1.domain)) }
        guard !ordered.isEmpty else { return }
        var parts = quantifier.binders.dropFirst().flatMap(\.domain.formulas)
        parts += [quantifier.condition, quantifier.body].compactMap(\.self)
        var ends = parts.reduce(into: Set<End>()) { $0.formUnion(self.ends(of: $1)) }
        if quantifier.kind == .sum, !isMonotone(quantifier) { ends.formUnion([.trap, .protection(-1)]) }
        if ends.isEmpty { return }
        switch quantifier.kind {
        case .all, .some:
            // Where each element first reads what a lock guards, any of them finds the lock as the others do.
            if quantifier.binders.count == 1, let first = parts.first, isCovered(ends, by: locks(surelyReadBy: first)) {
                return
            }
        case .count, .sum, .min, .max: if ends.count == 1 { return }
        }
        `break`(ordered, "what is asked of each can fail for one before another decides", formula.range)
    }

    private func isCovered(_ ends: Set<End>, by locks: Set<VariableID>) -> Bool {
        ends.allSatisfy { end in
            guard case .protection(let id) = end, let lock = sharedLock(of: id) else { return false }
            return locks.contains(lock)
        }
    }

    /// The lock that guards all of a datum; nil when there is none, or several.
    private func sharedLock(of id: VariableID) -> VariableID? {
        guard system.variables.indices.contains(id), case .guarded(let path, false) = system.variables[id].protection,
            path.indices.isEmpty, system.variables[path.lock].type == .lock
        else { return nil }
        return path.lock
    }

    /// Locks whose data a formula reads whatever its parts give.
    private func locks(surelyReadBy formula: Formula) -> Set<VariableID> {
        var result: Set<VariableID> = []
        if case .load(let place) = formula.kind, case .variable(let id) = place.root, let lock = sharedLock(of: id) {
            result.insert(lock)
        }
        let sure: [Formula]
        switch formula.kind {
        case .binary(.and, let left, _), .binary(.or, let left, _), .binary(.implies, let left, _): sure = [left]
        case .conditional(let condition, _, _): sure = [condition]
        case .optionalMap(let operand, _, _): sure = [operand]
        case .quantifier: sure = []
        default: sure = formula.children
        }
        for child in sure { result.formUnion(locks(surelyReadBy: child)) }
        return result
    }

    /// Whether the sum of some elements never leaves the range of `int` unless the sum of all does.
    private func isMonotone(_ quantifier: Quantifier) -> Bool {
        guard let type = quantifier.body?.type.integer else { return false }
        return type.lower >= 0 || type.upper <= 0 || max(abs(type.lower), abs(type.upper)) < 1 << 31
    }

    private func ends(of formula: Formula) -> Set<End> {
        var result: Set<End> = []
        let risks = Risks(system: system, localTypes: locals.map(\.type), checksProtection: false)
        formula.visit { part in
            switch part.kind {
            case .load(let place):
                if case .variable(let id) = place.root, respectsProtection {
                    if case .none = system.variables[id].protection {} else { result.insert(.protection(id)) }
                    if system.variables[id].soleProcess != nil { result.insert(.protection(id)) }
                }
                if risks.mayTrap(part) { result.insert(.trap) }
            // An instance always has a pid; a pid need not be an instance of a given kind.
            case .convert(_, .process) where part.type == .pid: break
            default: if part.mayTrap { result.insert(.trap) }
            }
        }
        return result
    }
}

extension Operation {
    /// Places that it reads as locks, stores to, or takes.
    fileprivate var places: [Place] {
        switch self {
        case .assign(let place, _), .acquire(let place), .release(let place), .tryAcquire(let place, _),
            .claim(let place), .publish(let place), .atomicUpdate(_, let place, _, _),
            .compareAndSwap(let place, _, _, _):
            [place]
        case .sleep(_, let lock), .resumed(let lock): [lock].compactMap(\.self)
        case .checkReleased(let places, _), .assumeHeld(let places): places
        case .jump, .branch, .choose, .either, .first, .advance, .wakeup, .wakeupProcess, .wakeupOne, .resume, .await,
            .join, .assert, .assume, .panic, .start, .finish, .end:
            []
        }
    }

    fileprivate var channelPlaces: [ChannelPlace] {
        switch self {
        case .sleep(let channel, _), .wakeup(let channel), .wakeupProcess(let channel, _), .wakeupOne(let channel):
            [channel]
        default: []
        }
    }
}
