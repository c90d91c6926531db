// Formulas as terms: the meaning of the reference evaluator for all values at once, traps included.

import Model
import Solver

/// What runs of code with unknown values share at one point: when they get here, and what their locals are.
struct SymbolicPath {
    /// True for the values whose run is here.
    var live: Term
    var locals: [LocalID: SymbolicValue] = [:]
    /// The data and processes of a system; nil in a proof.
    var state: SymbolicState?
}

/// Encodes formulas and bodies of one model, or of a system.
///
/// A trap ends a run: its condition is added to `traps`, and what follows it no longer matters for those values. What
/// is cut (`assume`, a loop that was not unrolled to its end) leaves `live` instead. In a system what is wrong is added
/// to `violations` by its kind, and leaves `live` as well: a step does at most one thing wrong.
final class FormulaEncoder {
    /// The model whose pure functions are called; nil for a system, in which no call is left.
    let model: TypedModel?
    /// Who reads the data of a system; nil in a proof, which is about its parameters alone.
    var reading: SystemReading?
    /// True for the values with which a step does something wrong, by what it is.
    var violations: [ViolationKind: Term] = [:]
    let values: SymbolicValues
    var pool: TermPool { values.pool }
    var types: TypeTable { values.types }
    var path: SymbolicPath
    /// True for the values with which something traps, panics or asserts what is false.
    var traps: Term
    /// True for the values with which a loop goes on after it was unrolled as often as is allowed, and where.
    var incomplete: Term
    var incompleteRange: SourceRange?
    /// True for the values that an `assume` or a loop's end has cut.
    var cuts: Term
    var frames: [Frame] = []
    var loops: [LoopExits] = []
    /// Iterations of a loop whose end depends on unknown values.
    let unrollLimit: Int
    /// Whether a condition may be true for some values; asked before each further turn of such a loop.
    var isPossible: (Term) -> Bool = { _ in true }
    /// Told what is asked of the state, before it is answered.
    var observe: ((Observation) -> Void)?
    /// Whether the work must end; asked now and then.
    var isOver: () -> Bool = { false }
    /// The constant that stands for the unknown value of an index on this path. Nil where indices may stay unknown;
    /// throws where the path must be split first.
    var settle: ((Term, SourceRange) throws(EncodingFailure) -> Term)?
    /// Work that was charged so far.
    var operationCount = 0

    static let operationLimit = 200_000
    static let termLimit = 2_000_000

    /// A call under way.
    struct Frame {
        var result: SymbolicValue?
        var returned: Term
    }

    /// Runs that have left a loop, and those that have left one turn of it.
    struct LoopExits {
        var breaks: [SymbolicPath] = []
        var continues: [SymbolicPath] = []
    }

    convenience init(model: TypedModel, pool: TermPool) { self.init(model, types: model.types, pool: pool) }

    init(_ model: TypedModel?, types: TypeTable, pool: TermPool, unrollLimit: Int = 256) {
        self.model = model
        values = SymbolicValues(pool: pool, types: types)
        path = SymbolicPath(live: pool.bool(true))
        traps = pool.bool(false)
        incomplete = pool.bool(false)
        cuts = pool.bool(false)
        self.unrollLimit = unrollLimit
    }

    // MARK: Endings

    func trap(when condition: Term) {
        if reading == nil {
            traps = pool.or(traps, pool.and(path.live, condition))
        } else {
            violate(.trap, when: condition)
        }
    }

    /// Ends the run with a violation for the values with which the condition is true.
    func violate(_ kind: ViolationKind, when condition: Term) {
        let hit = pool.and(path.live, condition)
        if pool.truth(hit) == false { return }
        violations[kind] = violations[kind].map { pool.or($0, hit) } ?? hit
        cut(unless: pool.not(condition))
    }

    func cut(unless condition: Term) {
        cuts = pool.or(cuts, pool.and(path.live, pool.not(condition)))
        path.live = pool.and(path.live, condition)
    }

    /// Evaluates under a further condition; afterwards the path is as before, but for what was cut.
    func under<Result>(_ condition: Term, _ work: () throws(EncodingFailure) -> Result) throws(EncodingFailure)
        -> Result
    {
        let saved = (path.live, cuts)
        path.live = pool.and(path.live, condition)
        let result = try work()
        path.live = cuts == saved.1 ? saved.0 : pool.and(saved.0, pool.not(cuts))
        return result
    }

    func fail(_ message: String, at range: SourceRange, _ advice: String? = nil) -> EncodingFailure {
        EncodingFailure(message: message, range: range, advice: advice)
    }

    /// Counts work, so that code that is too large is refused and not tried for ever.
    func charge(_ range: SourceRange) throws(EncodingFailure) {
        operationCount += 1
        if operationCount % 256 == 0, isOver() {
            throw fail("the time limit was reached before the steps were encoded", at: range, "--time gives it longer")
        }
        if operationCount > Self.operationLimit || pool.count > Self.termLimit {
            throw fail(
                "what must be solved is too large", at: range,
                "loops and quantifiers are unrolled: bound them, or show less at once")
        }
    }

    // MARK: Formulas

    func bool(_ formula: Formula) throws(EncodingFailure) -> Term {
        guard case .bool(let term) = try encode(formula) else { throw fail("not a truth value", at: formula.range) }
        return term
    }

    func number(_ formula: Formula) throws(EncodingFailure) -> Term {
        guard case .integer(let term) = try encode(formula) else { throw fail("not a number", at: formula.range) }
        return term
    }

    /// The value of a formula for the values that are live.
    func encode(_ formula: Formula) throws(EncodingFailure) -> SymbolicValue {
        try charge(formula.range)
        switch formula.kind {
        case .constant(let value):
            guard let known = values.constant(value, formula.type) else {
                throw fail("this constant has no bits in its type", at: formula.range)
            }
            return known
        case .local(let id): return try local(id, formula.range)
        case .load(let place): return try load(place, formula.range)
        case .selfProcess: return try selfProcess(formula)
        case .predicate(let predicate): return try ask(predicate, formula.range)
        case .unary(let operation, let operand): return try unary(operation, operand, formula)
        case .binary(let operation, let left, let right): return try binary(operation, left, right, formula)
        case .conditional(let test, let then, let otherwise):
            let condition = try bool(test)
            if let known = pool.truth(condition) { return try encode(known ? then : otherwise) }
            let first = try under(condition) { () throws(EncodingFailure) in try encode(then) }
            let second = try under(pool.not(condition)) { () throws(EncodingFailure) in try encode(otherwise) }
            return values.choice(condition, first, second)
        case .convert(let operand, let conversion): return try convert(operand, conversion, formula)
        case .structure(let fields): return .structure(try encodeAll(fields))
        case .list(let elements): return .array(try encodeAll(elements))
        case .wrap(let operand): return .optional(isSome: pool.bool(true), try encode(operand))
        case .unwrap(let operand): return try payload(of: encode(operand), formula.range)
        case .optionalMap(let operand, let local, let body): return try optionalMap(operand, local, body, formula)
        case .member(let operand, let field):
            guard case .structure(let fields) = try encode(operand) else { throw fail("no struct", at: formula.range) }
            return fields[field]
        case .element(let operand, let index):
            let base = try encode(operand)
            return try element(of: base, at: ordinal(index), formula.range)
        case .collection(let operation, let operands): return try collection(operation, operands, formula)
        case .quantifier(let quantifier): return try fold(quantifier, formula)
        case .bind(let local, let value, let body):
            path.locals[local] = try encode(value)
            return try encode(body)
        case .call(let id, let arguments): return try call(id, arguments, formula)
        case .old(let inner):
            guard let before = reading?.before else { throw fail("`old` is not encoded", at: formula.range) }
            let after = path.state
            path.state = before
            defer { path.state = after }
            return try encode(inner)
        }
    }

    private func encodeAll(_ formulas: [Formula]) throws(EncodingFailure) -> [SymbolicValue] {
        var result: [SymbolicValue] = []
        for formula in formulas { result.append(try encode(formula)) }
        return result
    }

    private func local(_ id: LocalID, _ range: SourceRange) throws(EncodingFailure) -> SymbolicValue {
        guard let value = path.locals[id] else { throw fail("this name has no value here", at: range) }
        return value
    }

    private func optionalMap(_ operand: Formula, _ local: LocalID, _ body: Formula, _ formula: Formula)
        throws(EncodingFailure) -> SymbolicValue
    {
        guard case .optional(let isSome, let inner) = try encode(operand) else {
            throw fail("not an optional", at: formula.range)
        }
        path.locals[local] = inner
        let mapped = try under(isSome) { () throws(EncodingFailure) in try encode(body) }
        return .optional(isSome: isSome, mapped)
    }

    func payload(of value: SymbolicValue, _ range: SourceRange) throws(EncodingFailure) -> SymbolicValue {
        guard case .optional(let isSome, let inner) = value else { throw fail("not an optional", at: range) }
        trap(when: pool.not(isSome))
        return inner
    }

    // MARK: Places

    /// The value of an index: a number as it is in 64 bits, a member's ordinal.
    func ordinal(_ index: Formula) throws(EncodingFailure) -> Term {
        let term: Term
        switch try encode(index) {
        case .integer(let number): term = index.type.integer.map { resize(number, from: $0, to: 64) } ?? number
        case .member(let number): term = number
        case .bool(let flag): term = pool.choice(flag, values.ordinal(1), values.ordinal(0))
        default: throw fail("not an index", at: index.range)
        }
        guard let settle, pool.constant(term) == nil else { return term }
        return try settle(term, index.range)
    }

    /// Traps unless `0 <= index < count`. A negative number is beyond every count when it is read without its sign.
    func checkIndex(_ index: Term, below count: Int) {
        let limit = pool.word(UInt64(count), width: pool.sort(of: index)?.width ?? 64)
        trap(when: pool.not(pool.unsignedLess(index, limit)))
    }

    func element(of base: SymbolicValue, at index: Term, _ range: SourceRange) throws(EncodingFailure)
        -> SymbolicValue
    {
        let elements: [SymbolicValue]
        switch base {
        case .array(let all), .structure(let all):
            elements = all
            checkIndex(index, below: all.count)
        case .sequence(let count, let all):
            elements = all
            let position = pool.zeroExtend(index, to: 64)
            trap(when: pool.not(pool.unsignedLess(position, count)))
        default: throw fail("no elements", at: range)
        }
        guard let value = values.select(elements, index) else { throw fail("an empty array is indexed", at: range) }
        return value
    }

    func load(_ place: Place, _ range: SourceRange) throws(EncodingFailure) -> SymbolicValue {
        var value: SymbolicValue
        switch place.root {
        case .local(let id): value = try local(id, range)
        case .variable(let id):
            guard reading != nil else { throw notOfProofs(model?.variables[id].name ?? "data", range) }
            value = try loadDatum(id, place.indices, range)
        case .object: throw fail("a group of data has no value", at: range)
        }
        for component in place.path {
            switch component {
            case .field(let index):
                guard case .structure(let fields) = value else { throw fail("no struct", at: range) }
                value = fields[index]
            case .payload: value = try payload(of: value, range)
            case .index(let index): value = try element(of: value, at: ordinal(index), range)
            }
        }
        return value
    }

    /// A proof is about all values of its parameters, whatever the state.
    func notOfProofs(_ what: String, _ range: SourceRange) -> EncodingFailure {
        fail("\(what) is read: a proof is about its parameters alone", at: range, "make what it reads a parameter")
    }
}
