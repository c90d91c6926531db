// The meaning of formulas over value trees: the oracle that every engine is tested against.

/// Why an evaluation has no value.
public enum EvaluationFailure: Error {
    /// The formula traps: overflow, an index outside, nil taken, division by zero.
    case trap(String, SourceRange)
    /// A property reads data whose guard is held: it is not checked in this state.
    case notChecked
    /// Code reads a datum without its lock.
    case lockDiscipline(VariableID, String, SourceRange)
    /// Code touches another process's private datum.
    case ownership(VariableID, String, SourceRange)
}

/// Where an evaluator finds data that formulas read.
public protocol EvaluationContext {
    /// The value of a datum; `indices` has one ordinal per dimension.
    func value(of variable: VariableID, indices: [Int], at range: SourceRange) throws(EvaluationFailure) -> Value
    /// The answer to a question about processes and locks; operands are evaluated.
    func answer(_ predicate: EvaluatedPredicate) throws(EvaluationFailure) -> Value
    /// The same context before the step, for `old`.
    var before: (any EvaluationContext)? { get }
}

/// A `Predicate` with its operands evaluated to pids and lock instances.
public enum EvaluatedPredicate {
    case finished(pid: Int)
    case asleep(pid: Int)
    case at(pid: Int, label: String)
    case holds(pid: Int, lock: Value)
    case generation(pid: Int)
}

/// Evaluates formulas on value trees. Slow and plain on purpose.
public struct Evaluator {
    /// What type identifiers stand for.
    public let types: TypeTable
    /// Where data is found.
    public var context: any EvaluationContext
    /// Values of locals, by `LocalID`.
    public var locals: [LocalID: Value]
    /// The running process, when there is one.
    public var selfPid: Int?

    /// An evaluator over a context.
    public init(
        types: TypeTable, context: any EvaluationContext, locals: [LocalID: Value] = [:], selfPid: Int? = nil
    ) {
        self.types = types
        self.context = context
        self.locals = locals
        self.selfPid = selfPid
    }

    /// The value of a formula. Throws a trap, or `notChecked` for a property over held data.
    public mutating func evaluate(_ formula: Formula) throws(EvaluationFailure) -> Value {
        switch formula.kind {
        case .constant(let value): return value
        case .local(let id): return local(id)
        case .load(let place): return try load(place, at: formula.range)
        case .selfProcess: return .member(selfOrdinal(as: formula.type))
        case .unary(let operation, let operand):
            return try unary(operation, evaluate(operand), formula)
        case .binary(let operation, let left, let right):
            return try binary(operation, left, right, formula)
        case .conditional(let condition, let then, let otherwise):
            return try evaluate(condition).isTrue ? evaluate(then) : evaluate(otherwise)
        case .convert(let operand, let conversion):
            return try convert(evaluate(operand), from: operand.type, conversion, formula)
        case .structure(let fields): return .structure(try evaluateAll(fields))
        case .list(let elements): return .array(try evaluateAll(elements))
        case .wrap(let operand): return .some(try evaluate(operand))
        case .unwrap(let operand):
            guard case .some(let value) = try evaluate(operand) else { throw .trap("nil is taken", formula.range) }
            return value
        case .optionalMap(let operand, let local, let body):
            guard case .some(let value) = try evaluate(operand) else { return .null }
            locals[local] = value
            return .some(try evaluate(body))
        case .member(let operand, let field): return try evaluate(operand).elements[field]
        case .element(let operand, let index):
            let base = try evaluate(operand)
            return try element(of: base, operand.type, evaluate(index), index.type, formula.range)
        case .collection(let operation, let operands):
            return try collection(operation, operands, formula)
        case .quantifier(let quantifier): return try fold(quantifier, formula)
        case .bind(let local, let value, let body):
            locals[local] = try evaluate(value)
            return try evaluate(body)
        case .call: preconditionFailure("a pure call was not inlined")
        case .predicate(let predicate): return try ask(predicate)
        case .old(let operand):
            guard let before = context.before else { preconditionFailure("old outside a transition") }
            let now = context
            context = before
            defer { context = now }
            return try evaluate(operand)
        }
    }

    private mutating func evaluateAll(_ formulas: [Formula]) throws(EvaluationFailure) -> [Value] {
        var values: [Value] = []
        for formula in formulas { values.append(try evaluate(formula)) }
        return values
    }

    private func local(_ id: LocalID) -> Value {
        guard let value = locals[id] else { preconditionFailure("local \(id) has no value") }
        return value
    }

    private func selfOrdinal(as type: Type) -> Int {
        guard let pid = selfPid else { preconditionFailure("self outside a process") }
        if case .sort(let id) = type, let first = types.sorts[id].firstPid { return pid - first }
        return pid
    }

    // MARK: Places

    /// Reads a place. Throws a trap when an index is outside or a payload is nil.
    public mutating func load(_ place: Place, at range: SourceRange) throws(EvaluationFailure) -> Value {
        var value: Value
        switch place.root {
        case .local(let id): value = local(id)
        case .variable(let id):
            var indices: [Int] = []
            for index in place.indices { indices.append(try ordinal(index)) }
            value = try context.value(of: id, indices: indices, at: range)
        case .object: preconditionFailure("an object has no value")
        }
        for component in place.path { value = try select(component, in: value, range) }
        return value
    }

    /// One step into a value.
    mutating func select(_ component: Place.Component, in value: Value, _ range: SourceRange)
        throws(EvaluationFailure) -> Value
    {
        switch component {
        case .field(let index): return value.elements[index]
        case .payload:
            guard case .some(let inner) = value else { throw .trap("nil is taken", range) }
            return inner
        case .index(let index):
            let position = try ordinal(index)
            guard value.elements.indices.contains(position) else {
                throw .trap("index \(position) is outside 0..<\(value.elements.count)", range)
            }
            return value.elements[position]
        }
    }

    /// The value of an index as an ordinal of its own type, numbers from 0 as they are.
    public mutating func ordinal(_ index: Formula) throws(EvaluationFailure) -> Int {
        Self.ordinal(try evaluate(index))
    }

    static func ordinal(_ value: Value) -> Int {
        switch value {
        case .member(let index): index
        case .integer(let number): Int(clamping: number)
        case .bool(let flag): flag ? 1 : 0
        case .null, .some, .structure, .array, .sequence, .set, .lock: preconditionFailure("not an index")
        }
    }

    private func element(of base: Value, _ type: Type, _ index: Value, _ indexType: Type, _ range: SourceRange)
        throws(EvaluationFailure) -> Value
    {
        let position = Self.ordinal(index)
        guard base.elements.indices.contains(position) else {
            throw .trap("index \(position) is outside 0..<\(base.elements.count)", range)
        }
        return base.elements[position]
    }

    // MARK: Predicates

    private mutating func ask(_ predicate: Predicate) throws(EvaluationFailure) -> Value {
        switch predicate {
        case .finished(let process): return try context.answer(.finished(pid: ordinal(process)))
        case .asleep(let process): return try context.answer(.asleep(pid: ordinal(process)))
        case .at(let process, let label): return try context.answer(.at(pid: ordinal(process), label: label))
        case .generation(let process): return try context.answer(.generation(pid: ordinal(process)))
        case .holds(let process, let place):
            let pid = try ordinal(process)
            return try context.answer(.holds(pid: pid, lock: load(place, at: process.range)))
        case .held(let place):
            guard case .lock(let holder) = try load(place, at: rangeOfSelf) else { return .bool(false) }
            return .bool(holder != nil && holder == selfPid)
        case .free(let place):
            return .bool(try load(place, at: rangeOfSelf) == .lock(holder: nil))
        }
    }

    private var rangeOfSelf: SourceRange {
        SourceRange(file: SourceFile(path: "", text: ""), start: 0, end: 0)
    }
}
