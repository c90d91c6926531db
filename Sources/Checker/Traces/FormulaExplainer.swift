// A formula with values in the place of what it reads: `3 == 4 - 0`.

import Model

/// Writes formulas with the values that their parts have in a state.
struct FormulaExplainer {
    let types: TypeTable
    /// Words as people read addresses.
    var isHexadecimal = false

    /// The formula's operators with values as operands. Parts that trap are written as `trap`.
    func explain(_ formula: Formula, _ evaluator: inout Evaluator) -> String {
        switch formula.kind {
        case .binary(let operation, let left, let right):
            return
                "\(operand(left, of: operation, &evaluator)) \(operation.rawValue) \(operand(right, of: operation, &evaluator))"
        case .unary(let operation, let inner):
            let text = explain(inner, &evaluator)
            if case .binary = inner.kind { return "\(operation.rawValue)(\(text))" }
            return operation.rawValue + text
        case .convert(let inner, _): return explain(inner, &evaluator)
        case .bind(let local, let value, let body):
            guard let bound = try? evaluator.evaluate(value) else { return "trap" }
            evaluator.locals[local] = bound
            return explain(body, &evaluator)
        default: return value(formula, &evaluator)
        }
    }

    private func operand(_ formula: Formula, of operation: BinaryOperatorSyntax, _ evaluator: inout Evaluator) -> String
    {
        let text = explain(formula, &evaluator)
        guard case .binary(let inner, _, _) = formula.kind, binds(inner) <= binds(operation) else { return text }
        return "(\(text))"
    }

    private func binds(_ operation: BinaryOperatorSyntax) -> Int {
        switch operation {
        case .implies: 0
        case .or: 1
        case .and: 2
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: 3
        case .add, .subtract, .wrappingAdd, .wrappingSubtract, .bitOr, .bitXor: 4
        case .multiply, .divide, .remainder, .wrappingMultiply, .bitAnd: 5
        case .shiftLeft, .shiftRight, .wrappingShiftLeft: 6
        }
    }

    private func value(_ formula: Formula, _ evaluator: inout Evaluator) -> String {
        guard let value = try? evaluator.evaluate(formula) else { return "trap" }
        return isHexadecimal
            ? types.describeHexadecimal(value, as: formula.type) : types.describe(value, as: formula.type)
    }
}
