// Values that are known before a run: constants, sizes, and formulas without data.

extension TypeChecker {
    func constant(_ index: Int) -> (Value, Type) {
        switch pendingConstants[index].state {
        case .done(let value, let type): return (value, type)
        case .evaluating:
            let name = pendingConstants[index].name
            let others = pendingConstants.filter {
                if case .evaluating = $0.state { $0.name.text != name.text } else { false }
            }
            report(
                .constantCycle, "the constant \(name.text) needs itself", at: name.range,
                related: others.map { RelatedPlace($0.name.range, "by way of \($0.name.text)") })
            pendingConstants[index].state = .done(.integer(1), .invalid)
            return (.integer(1), .invalid)
        case .waiting: break
        }
        pendingConstants[index].state = .evaluating
        let pending = pendingConstants[index]
        let saved = body
        body = BodyContext(kind: .constant)
        defer { body = saved }
        let expected = pending.type.map { resolve($0) }
        let result: (Value, Type)
        switch pending.initial {
        case .expression(let expression): result = constant(pending.name.text, expression, expected)
        case .any(let range): result = leastValue(of: pending.name.text, expected, at: range)
        }
        pendingConstants[index].state = .done(result.0, result.1)
        return result
    }

    private func constant(_ name: String, _ expression: ExpressionSyntax, _ expected: Type?) -> (Value, Type) {
        var formula = check(expression, expected: expected)
        if let expected { formula = coerce(formula, to: expected) }
        let value = constantValue(formula)
        if value == nil, formula.type != .invalid {
            report(
                .notConstant, "the value of \(name) is not known before the run", at: expression.range,
                notes: ["constants are made of numbers and other constants, without data and block functions"])
        }
        return (value ?? .integer(1), value == nil ? .invalid : formula.type)
    }

    /// What a constant that may be `any` of its type is where only names and types are asked for.
    private func leastValue(of name: String, _ type: Type?, at range: SourceRange) -> (Value, Type) {
        guard let type, let integer = type.integer, let values = Self.values(of: integer) else {
            report(
                .typeMismatch, "`any` of a constant needs a type with few values", at: range,
                notes: ["write its range: const \(name): int in 1...64 = any"])
            return (.integer(1), .invalid)
        }
        return (.integer(Int128(values.lowerBound)), type)
    }

    private static func values(of type: IntegerType) -> ClosedRange<Int>? {
        guard type.upper - type.lower < OpenConstant.valueLimit, let lower = Int(exactly: type.lower),
            let upper = Int(exactly: type.upper)
        else { return nil }
        return lower...upper
    }

    /// A constant without a value; nil for others, and for one that is a mistake.
    func openConstant(_ pending: PendingConstant) -> OpenConstant? {
        guard case .any = pending.initial, case .done(_, let type) = pending.state, let integer = type.integer,
            let values = Self.values(of: integer)
        else { return nil }
        return OpenConstant(name: pending.name.text, values: values, range: pending.name.range)
    }

    /// The number that an expression of constants has; reports when it has none.
    func constantNumber(_ expression: ExpressionSyntax) -> Int128? {
        let saved = body
        body = BodyContext(kind: .constant)
        defer { body = saved }
        let formula = check(expression, expected: nil)
        guard formula.type != .invalid else { return nil }
        guard let value = constantValue(formula), case .integer(let number) = value else {
            report(
                .notConstant, "a number is needed here that is known before the run", at: expression.range,
                notes: ["sizes and bounds are made of numbers and constants"])
            return nil
        }
        return number
    }

    /// The value of a formula without data; nil when it has none.
    func constantValue(_ formula: Formula) -> Value? {
        if case .constant(let value) = formula.kind { return value }
        guard !formula.contains(where: { $0.type == .invalid }), ConstantContext.isConstant(formula) else { return nil }
        var evaluator = Evaluator(types: model.types, context: ConstantContext())
        do { return try evaluator.evaluate(formula) } catch {
            if case .trap(let reason, let range) = error { report(.constantTrap, reason, at: range) }
            return nil
        }
    }
}
