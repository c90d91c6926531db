// Why a property is false: the instance that breaks it, its text, and the values that it reads.

import Model

/// Goes down into a false formula to what makes it so.
struct FalseBecause {
    /// Values of bound names, outermost first: `va = 1`.
    private(set) var binders: [String]
    /// The part that is false for these values, as the spec writes it.
    let text: String
    /// The same part with values in the place of what it reads.
    let values: String
    /// Whether the part lies below the property's own conjunct.
    let isInstance: Bool

    /// The explanation that a trace has, gone into where a quantifier names no instance.
    ///
    /// - Returns: nil when the trace has none.
    init?(_ trace: Trace) {
        guard let explanation = trace.explanation else { return nil }
        binders = explanation.binders.map { "\($0.name) = \($0.value)" }
        guard let found = Self.instance(trace) else {
            text = explanation.text
            values = explanation.values
            isInstance = false
            return
        }
        binders += found.binders
        text = found.text
        values = found.values
        isInstance = true
    }

    private static func instance(_ trace: Trace) -> (binders: [String], text: String, values: String)? {
        guard case .property(let index) = trace.violation?.kind else { return nil }
        let system = trace.system
        let state = trace.state(after: trace.steps.count)
        let before = trace.steps.isEmpty ? nil : trace.state(after: trace.steps.count - 1)
        let judge = ReferenceProperties(system)
        guard case .isFalse(let number, let values) = judge.judge(index, in: state, before: before) else { return nil }
        let property = system.properties[index]
        let part = property.parts[number]
        var descent = Descent(
            types: system.types, evaluator: judge.evaluator(for: part, of: property, values, state, before))
        let formula = descent.instance(of: part.formula, wanted: false)
        guard !descent.binders.isEmpty else { return nil }
        let explainer = FormulaExplainer(types: system.types)
        return (
            descent.binders, formula.range.file.text(of: formula.range), explainer.explain(formula, &descent.evaluator)
        )
    }
}

/// A walk from a formula to the part that decides its value.
private struct Descent {
    let types: TypeTable
    var evaluator: Evaluator
    private(set) var binders: [String] = []

    /// More values than this of one binder are not tried.
    private static let domainLimit = 4096

    init(types: TypeTable, evaluator: Evaluator) {
        self.types = types
        self.evaluator = evaluator
    }

    /// The part that makes the formula `wanted`; binders on the way are bound in the evaluator.
    mutating func instance(of formula: Formula, wanted: Bool) -> Formula {
        switch formula.kind {
        case .binary(.and, let left, let right) where !wanted:
            return instance(of: isTrue(left) == false ? left : right, wanted: false)
        case .binary(.or, let left, let right) where wanted:
            return instance(of: isTrue(left) == true ? left : right, wanted: true)
        case .binary(.implies, _, let right) where !wanted:
            guard case .quantifier = right.kind else { return formula }
            return instance(of: right, wanted: false)
        case .unary(.not, let inner):
            guard case .quantifier = inner.kind else { return formula }
            return instance(of: inner, wanted: !wanted)
        case .bind(let local, let value, let body):
            guard let bound = try? evaluator.evaluate(value) else { return formula }
            evaluator.locals[local] = bound
            return instance(of: body, wanted: wanted)
        case .quantifier(let quantifier): return instance(of: quantifier, formula, wanted: wanted)
        default: return formula
        }
    }

    private mutating func instance(of quantifier: Quantifier, _ formula: Formula, wanted: Bool) -> Formula {
        guard quantifier.kind == (wanted ? .some : .all), let body = quantifier.body else { return formula }
        let saved = evaluator.locals
        guard bind(quantifier, from: 0, wanted: wanted) else {
            evaluator.locals = saved
            return formula
        }
        for binder in quantifier.binders {
            guard let value = evaluator.locals[binder.local] else { continue }
            binders.append("\(binder.name) = \(types.describe(value, as: binder.type))")
        }
        return instance(of: body, wanted: wanted)
    }

    /// Finds the first values for which the condition holds and the body is `wanted`.
    private mutating func bind(_ quantifier: Quantifier, from index: Int, wanted: Bool) -> Bool {
        guard index < quantifier.binders.count else {
            if let condition = quantifier.condition, isTrue(condition) != true { return false }
            return quantifier.body.map { isTrue($0) == wanted } ?? false
        }
        let binder = quantifier.binders[index]
        for value in values(of: binder.domain) {
            evaluator.locals[binder.local] = value
            if bind(quantifier, from: index + 1, wanted: wanted) { return true }
        }
        return false
    }

    private mutating func isTrue(_ formula: Formula) -> Bool? {
        guard case .bool(let flag)? = try? evaluator.evaluate(formula) else { return nil }
        return flag
    }

    private mutating func values(of domain: Domain) -> [Value] {
        switch domain {
        case .type(let type): return types.allValues(of: type, limit: Self.domainLimit) ?? []
        case .range(let lower, let upper, let isClosed):
            guard case .integer(let first)? = try? evaluator.evaluate(lower),
                case .integer(let last)? = try? evaluator.evaluate(upper)
            else { return [] }
            let end = isClosed ? last + 1 : last
            guard first < end, end - first <= Int128(Self.domainLimit) else { return [] }
            return (0..<Int(end - first)).map { .integer(first + Int128($0)) }
        case .elements(let collection):
            guard let value = try? evaluator.evaluate(collection) else { return [] }
            switch value {
            case .array(let elements), .sequence(let elements): return elements
            case .set(let elements): return types.ordered(elements)
            case .bool, .integer, .member, .null, .some, .structure, .lock: return []
            }
        }
    }
}
