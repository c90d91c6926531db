// Typing of expressions: one function per form, each gives a formula with its type.

extension TypeChecker {
    /// The formula of an expression. `expected` is a hint for literals, `.case` and `nil`; the caller still coerces.
    func check(_ syntax: ExpressionSyntax, expected: Type?) -> Formula {
        let range = syntax.range
        switch syntax.kind {
        case .integer(let number):
            return exact(Int128(number), range)
        case .bool(let flag): return Formula(.constant(.bool(flag)), .bool, range)
        case .nil: return Formula(.constant(.null), .null, range)
        case .string:
            report(.typeMismatch, "text is no value", at: range)
            return invalid(range)
        case .name, .selfProcess, .member, .index: return formula(of: resolve(syntax, expected: expected), range)
        case .implicitCase(let name): return implicitCase(name, expected: expected, range)
        case .optionalMember(let base, let name): return optionalMember(base, name, range)
        case .unwrap(let base): return unwrap(base, range)
        case .call(let callee, let arguments): return call(callee, arguments, expected: expected, range)
        case .unary(let operation, let operand): return unary(operation, operand, expected: expected, range)
        case .binary(let operation, let left, let right):
            return binary(operation, left, right, expected: expected, range)
        case .conditional(let condition, let then, let otherwise):
            return conditional(condition, then, otherwise, expected: expected, range)
        case .rangeOf:
            report(.typeMismatch, "a range stands after `in` only", at: range)
            return invalid(range)
        case .list(let elements): return list(elements, expected: expected, range)
        case .quantifier(let quantifier): return check(quantifier, range)
        case .choose:
            report(
                .callInExpression, "choose stands alone on the right of `let`, `=` or `return`", at: range,
                notes: ["write `let x = choose(…)` before this statement"])
            return invalid(range)
        case .old(let operand):
            if body.kind != .transition {
                report(
                    .oldOutsideTransition, "old(…) stands in a `transition` only", at: range,
                    notes: ["an invariant knows one state; `transition` relates the two ends of a step"])
            }
            let formula = check(operand, expected: expected)
            return Formula(.old(formula), formula.type, range)
        case .missing: return invalid(range)
        }
    }

    func invalid(_ range: SourceRange) -> Formula { Formula(.constant(.null), .invalid, range) }

    /// An exact number: a literal or what constants make of literals.
    func exact(_ number: Int128, _ range: SourceRange) -> Formula {
        Formula(
            .constant(.integer(number)), .integer(IntegerType(kind: .int, lower: number, upper: number)), range)
    }

    func checkCondition(_ syntax: ExpressionSyntax) -> Formula {
        coerce(check(syntax, expected: .bool), to: .bool)
    }

    // MARK: Small forms

    private func implicitCase(_ name: Identifier, expected: Type?, _ range: SourceRange) -> Formula {
        var target = expected
        if case .optional(let wrapped) = expected { target = wrapped }
        guard case .enumeration(let id) = target else {
            if expected != .invalid {
                report(
                    .typeMismatch, "the context of .\(name.text) does not tell its enum", at: range,
                    notes: ["write the enum's name before the dot"])
            }
            return invalid(range)
        }
        return enumerationCase(id, name, range)
    }

    func enumerationCase(_ id: EnumerationID, _ name: Identifier, _ range: SourceRange) -> Formula {
        let declaration = model.types.enumerations[id]
        guard let index = declaration.cases.firstIndex(of: name.text) else {
            report(
                .unknownName, "\(declaration.name) has no case \(name.text)", at: name.range,
                notes: suggestion(for: name.text, among: declaration.cases))
            return invalid(range)
        }
        return Formula(.constant(.member(index)), .enumeration(id), range)
    }

    private func unwrap(_ base: ExpressionSyntax, _ range: SourceRange) -> Formula {
        if case .place(let place) = resolve(base, expected: nil), isComplete(place) {
            guard case .optional(let wrapped) = place.type else { return notOptional(place.type, range) }
            return load(
                Place(root: place.root, indices: place.indices, path: place.path + [.payload], type: wrapped), range)
        }
        let operand = check(base, expected: nil)
        guard case .optional(let wrapped) = operand.type else { return notOptional(operand.type, range) }
        return Formula(.unwrap(operand), wrapped, range)
    }

    private func notOptional(_ type: Type, _ range: SourceRange) -> Formula {
        if type != .invalid { report(.typeMismatch, "`!` takes an optional, this is \(described(type))", at: range) }
        return invalid(range)
    }

    private func optionalMember(_ base: ExpressionSyntax, _ name: Identifier, _ range: SourceRange) -> Formula {
        let operand = check(base, expected: nil)
        guard case .optional(let wrapped) = operand.type else {
            if operand.type != .invalid {
                report(.typeMismatch, "`?.` takes an optional, this is \(described(operand.type))", at: range)
            }
            return invalid(range)
        }
        let local = body.hidden("payload", wrapped)
        let inner = member(of: .formula(Formula(.local(local), wrapped, base.range)), name, range)
        let result = formula(of: inner, range)
        return Formula(
            .optionalMap(operand, local, result), result.type == .invalid ? .invalid : .optional(result.type), range)
    }

    private func conditional(
        _ condition: ExpressionSyntax, _ then: ExpressionSyntax, _ otherwise: ExpressionSyntax, expected: Type?,
        _ range: SourceRange
    ) -> Formula {
        let test = checkCondition(condition)
        let (first, second) = unify(check(then, expected: expected), check(otherwise, expected: expected), range)
        guard test.type != .invalid, first.type != .invalid, second.type != .invalid else { return invalid(range) }
        return Formula(.conditional(test, first, second), hull(first.type, second.type), range)
    }

    private func list(_ elements: [ExpressionSyntax], expected: Type?, _ range: SourceRange) -> Formula {
        if case .set(let element) = expected {
            let members = elements.map { coerce(check($0, expected: element), to: element) }
            return members.reduce(Formula(.constant(.set([])), .set(element), range)) {
                Formula(.collection(.setInserting, [$0, $1]), .set(element), range)
            }
        }
        if case .sequence(let element, let max) = expected {
            guard elements.count <= max else {
                report(.typeMismatch, "the sequence has at most \(max) elements", at: range)
                return invalid(range)
            }
            let items = elements.map { coerce(check($0, expected: element), to: element) }
            return items.reduce(Formula(.constant(.sequence([])), .sequence(element, max: max), range)) {
                Formula(.collection(.appending, [$0, $1]), .sequence(element, max: max), range)
            }
        }
        guard case .array(let element, let index) = expected else {
            if expected != .invalid { report(.typeMismatch, "the context of [ ] does not tell its type", at: range) }
            return invalid(range)
        }
        let count = Int(model.types.count(of: index) ?? 0)
        guard elements.count == count else {
            report(.typeMismatch, "\(count) elements are needed, here are \(elements.count)", at: range)
            return invalid(range)
        }
        return Formula(
            .list(elements.map { coerce(check($0, expected: element), to: element) }), .array(element, index: index),
            range)
    }

    // MARK: Operators

    private func unary(
        _ operation: UnaryOperatorSyntax, _ operand: ExpressionSyntax, expected: Type?, _ range: SourceRange
    ) -> Formula {
        if operation == .not {
            let condition = checkCondition(operand)
            return condition.type == .invalid ? invalid(range) : Formula(.unary(.not, condition), .bool, range)
        }
        let formula = number(check(operand, expected: expected))
        guard let integer = formula.type.integer else {
            if formula.type != .invalid {
                report(
                    .typeMismatch, "`\(operation.rawValue)` takes a number, not \(described(formula.type))", at: range)
            }
            return invalid(range)
        }
        if case .constant(.integer(let value)) = formula.kind, integer.kind == .int {
            if operation == .negate { return fold(.subtract, 0, value, range) }
            if let kind = expected?.integer?.kind, kind != .int {
                return Formula(.constant(.integer(kind.wrapping(~value))), .integer(IntegerType(kind: kind)), range)
            }
            return exact(~value, range)
        }
        let type: IntegerType
        if integer.kind == .int {
            type = operation == .negate ? integer.negated : .int
        } else {
            type = IntegerType(kind: integer.kind)
        }
        return Formula(.unary(operation, formula), .integer(type), range)
    }

    private func binary(
        _ operation: BinaryOperatorSyntax, _ left: ExpressionSyntax, _ right: ExpressionSyntax, expected: Type?,
        _ range: SourceRange
    ) -> Formula {
        switch operation {
        case .and, .or, .implies:
            let (first, second) = (checkCondition(left), checkCondition(right))
            guard first.type != .invalid, second.type != .invalid else { return invalid(range) }
            return Formula(.binary(operation, first, second), .bool, range)
        case .equal, .notEqual: return equality(operation, left, right, range)
        case .less, .lessOrEqual, .greater, .greaterOrEqual:
            let first = ordered(check(left, expected: nil))
            let second = ordered(check(right, expected: first.type))
            guard first.type != .invalid, second.type != .invalid else { return invalid(range) }
            let (one, two) = unify(first, second, range)
            return Formula(.binary(operation, one, two), one.type == .invalid ? .invalid : .bool, range)
        case .add, .subtract, .multiply, .divide, .remainder, .wrappingAdd, .wrappingSubtract, .wrappingMultiply,
            .bitAnd, .bitOr, .bitXor, .shiftLeft, .wrappingShiftLeft, .shiftRight:
            let hint = expected?.integer == nil ? nil : expected
            let first = number(check(left, expected: hint))
            let isWord = first.type.integer.map { $0.kind != .int } ?? false
            let second = number(check(right, expected: isWord ? first.type : hint))
            return arithmetic(operation, first, second, range)
        }
    }

    private func equality(
        _ operation: BinaryOperatorSyntax, _ left: ExpressionSyntax, _ right: ExpressionSyntax, _ range: SourceRange
    ) -> Formula {
        var first: Formula
        var second: Formula
        if case .implicitCase = left.kind {
            second = check(right, expected: nil)
            first = check(left, expected: second.type)
        } else {
            first = check(left, expected: nil)
            second = check(right, expected: first.type)
        }
        (first, second) = unify(first, second, range)
        guard first.type != .invalid, second.type != .invalid else { return invalid(range) }
        if first.type == .lock {
            report(.typeMismatch, "locks are not compared; use held(l) or free(l)", at: range)
            return invalid(range)
        }
        if case .constant(let one) = first.kind, case .constant(let two) = second.kind {
            return Formula(.constant(.bool((one == two) == (operation == .equal))), .bool, range)
        }
        return Formula(.binary(operation, first, second), .bool, range)
    }

    /// A number as it is; an ordered sort as its ordinal. Others are reported.
    func number(_ formula: Formula) -> Formula {
        if formula.type.integer != nil || formula.type == .invalid { return formula }
        if case .sort(let id) = formula.type, model.types.sorts[id].isOrdered {
            return Formula(.convert(formula, .exact), .index(below: model.types.sorts[id].count), formula.range)
        }
        var notes: [String] = []
        if case .sort = formula.type { notes = ["`ordered sort` allows arithmetic"] }
        report(.typeMismatch, "a number is needed, this is \(described(formula.type))", at: formula.range, notes: notes)
        return invalid(formula.range)
    }

    /// An operand of `<`: numbers and ordered sorts.
    private func ordered(_ formula: Formula) -> Formula {
        if case .enumeration = formula.type {
            report(.typeMismatch, "an enum has no order", at: formula.range)
            return invalid(formula.range)
        }
        return number(formula)
    }

    /// Types `left op right` and folds exact constants.
    func arithmetic(_ operation: BinaryOperatorSyntax, _ left: Formula, _ right: Formula, _ range: SourceRange)
        -> Formula
    {
        guard let first = left.type.integer, let second = right.type.integer else { return invalid(range) }
        if case .constant(.integer(let one)) = left.kind, case .constant(.integer(let two)) = right.kind,
            first.kind == .int, second.kind == .int
        {
            return fold(operation, one, two, range)
        }
        guard fitsSomeType(left), fitsSomeType(right) else { return invalid(range) }
        switch operation {
        case .shiftLeft, .shiftRight, .wrappingShiftLeft:
            let type =
                first.kind == .int ? IntegerType.result(of: operation, first, second) : IntegerType(kind: first.kind)
            return Formula(.binary(operation, left, right), .integer(type), range)
        default: break
        }
        var (one, two) = (left, right)
        if operation == .bitAnd || operation == .bitOr || operation == .bitXor { (one, two) = maskOperands(one, two) }
        (one, two) = unify(one, two, range)
        guard let common = one.type.integer, let other = two.type.integer else { return invalid(range) }
        let type =
            common.kind == .int ? IntegerType.result(of: operation, common, other) : IntegerType(kind: common.kind)
        return Formula(.binary(operation, one, two), .integer(type), range)
    }

    /// Whether the bounds of a number are within those of `int` or `u64`; a constant beyond both is reported.
    private func fitsSomeType(_ formula: Formula) -> Bool {
        guard let integer = formula.type.integer, integer.kind == .int else { return true }
        guard integer.lower < -(1 << 63) || integer.upper >= 1 << 64 else { return true }
        report(.outOfRange, "this number fits neither int nor u64", at: formula.range)
        return false
    }

    /// `va & ~(PAGE - 1)`: a negative constant beside a word is that word's bits, as in C.
    private func maskOperands(_ left: Formula, _ right: Formula) -> (Formula, Formula) {
        func fit(_ formula: Formula, to other: Formula) -> Formula {
            guard case .constant(.integer(let value)) = formula.kind, value < 0, let word = other.type.integer,
                word.isUnsigned
            else { return formula }
            return Formula(
                .constant(.integer(word.kind.wrapping(value))), .integer(IntegerType(kind: word.kind)), formula.range)
        }
        return (fit(left, to: right), fit(right, to: left))
    }

    /// A constant result; those beyond 2^126 are of no use to any type, and sums of two would leave 128 bits.
    private func exact(_ result: (partialValue: Int128, overflow: Bool), _ range: SourceRange) -> Formula {
        let limit: Int128 = 1 << 126
        guard !result.overflow, result.partialValue > -limit, result.partialValue < limit else {
            report(.constantTrap, "the result is beyond 2^126", at: range)
            return invalid(range)
        }
        return exact(result.partialValue, range)
    }

    private func fold(_ operation: BinaryOperatorSyntax, _ left: Int128, _ right: Int128, _ range: SourceRange)
        -> Formula
    {
        switch operation {
        case .add, .wrappingAdd: return exact(left.addingReportingOverflow(right), range)
        case .subtract, .wrappingSubtract: return exact(left.subtractingReportingOverflow(right), range)
        case .multiply, .wrappingMultiply: return exact(left.multipliedReportingOverflow(by: right), range)
        case .divide, .remainder:
            guard right != 0 else {
                report(.constantTrap, "division by zero", at: range)
                return invalid(range)
            }
            return exact(operation == .divide ? left / right : left % right, range)
        case .shiftLeft, .wrappingShiftLeft, .shiftRight:
            guard right >= 0, right < 64 else {
                report(.constantTrap, "a shift by \(right) is outside 0..<64", at: range)
                return invalid(range)
            }
            if operation == .shiftRight { return exact(left >> right, range) }
            return exact(left.multipliedReportingOverflow(by: 1 << right), range)
        case .bitAnd: return exact(left & right, range)
        case .bitOr: return exact(left | right, range)
        case .bitXor: return exact(left ^ right, range)
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .and, .or, .implies:
            return invalid(range)
        }
    }
}
