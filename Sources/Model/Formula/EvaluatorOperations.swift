// Operators, conversions, collections and quantifiers of the formula evaluator.

extension Evaluator {
    mutating func unary(_ operation: UnaryOperatorSyntax, _ operand: Value, _ formula: Formula)
        throws(EvaluationFailure) -> Value
    {
        switch operation {
        case .not: return .bool(!operand.isTrue)
        case .negate: return try checked(0 - operand.number, formula)
        case .complement: return .integer(integerType(formula).kind.wrapping(~operand.number))
        }
    }

    mutating func binary(
        _ operation: BinaryOperatorSyntax, _ left: Formula, _ right: Formula, _ formula: Formula
    ) throws(EvaluationFailure) -> Value {
        if operation == .and || operation == .or || operation == .implies {
            let isTrue = try evaluate(left).isTrue
            if isTrue == (operation == .or) { return .bool(operation != .and) }
            return try evaluate(right)
        }
        let first = try evaluate(left)
        let second = try evaluate(right)
        switch operation {
        case .and, .or, .implies: preconditionFailure("short-circuit operators were handled")
        case .equal: return .bool(first == second)
        case .notEqual: return .bool(first != second)
        case .less: return .bool(order(first) < order(second))
        case .lessOrEqual: return .bool(order(first) <= order(second))
        case .greater: return .bool(order(first) > order(second))
        case .greaterOrEqual: return .bool(order(first) >= order(second))
        case .add, .subtract, .multiply, .divide, .remainder, .wrappingAdd, .wrappingSubtract, .wrappingMultiply,
            .shiftLeft, .wrappingShiftLeft, .shiftRight, .bitAnd, .bitOr, .bitXor:
            return try arithmetic(operation, first.number, second.number, formula)
        }
    }

    private func order(_ value: Value) -> Int128 {
        switch value {
        case .integer(let number): number
        case .member(let index): Int128(index)
        case .bool(let flag): flag ? 1 : 0
        case .null, .some, .structure, .array, .sequence, .set, .lock: preconditionFailure("no order")
        }
    }

    private func integerType(_ formula: Formula) -> IntegerType {
        guard let type = formula.type.integer else { preconditionFailure("not an integer formula") }
        return type
    }

    private func checked(_ value: Int128, _ formula: Formula) throws(EvaluationFailure) -> Value {
        let kind = integerType(formula).kind
        let (lower, upper) = kind.bounds
        guard lower <= value, value <= upper else {
            throw .trap("\(value) overflows \(types.name(of: .integer(IntegerType(kind: kind))))", formula.range)
        }
        return .integer(value)
    }

    private func arithmetic(_ operation: BinaryOperatorSyntax, _ left: Int128, _ right: Int128, _ formula: Formula)
        throws(EvaluationFailure) -> Value
    {
        let kind = integerType(formula).kind
        switch operation {
        case .add: return try checked(left + right, formula)
        case .subtract: return try checked(left - right, formula)
        case .multiply:
            let (product, overflow) = left.multipliedReportingOverflow(by: right)
            guard !overflow else { throw .trap("\(left) * \(right) overflows", formula.range) }
            return try checked(product, formula)
        case .divide, .remainder:
            guard right != 0 else { throw .trap("division by zero", formula.range) }
            return try checked(operation == .divide ? left / right : left % right, formula)
        case .wrappingAdd: return .integer(kind.wrapping(left + right))
        case .wrappingSubtract: return .integer(kind.wrapping(left - right))
        case .wrappingMultiply: return .integer(kind.wrapping(left &* right))
        case .shiftLeft, .wrappingShiftLeft, .shiftRight:
            guard right >= 0, right < Int128(kind.bits) else {
                throw .trap("a shift by \(right) is outside 0..<\(kind.bits)", formula.range)
            }
            if operation == .shiftRight { return .integer(left >> right) }
            if operation == .wrappingShiftLeft { return .integer(kind.wrapping(left << right)) }
            let (product, overflow) = left.multipliedReportingOverflow(by: Int128(1) << right)
            guard !overflow else { throw .trap("\(left) << \(right) overflows", formula.range) }
            return try checked(product, formula)
        case .bitAnd: return .integer(left & right)
        case .bitOr: return .integer(left | right)
        case .bitXor: return .integer(kind.wrapping(left ^ right))
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .and, .or, .implies:
            preconditionFailure("not arithmetic")
        }
    }

    func convert(_ value: Value, from source: Type, _ conversion: Conversion, _ formula: Formula)
        throws(EvaluationFailure) -> Value
    {
        if conversion == .process { return try convertProcess(value, from: source, formula) }
        if case .aligned(let step) = conversion {
            guard order(value) % Int128(step) == 0 else {
                throw .trap("\(value.number) is no multiple of \(step)", formula.range)
            }
            return value
        }
        let target = formula.type
        switch (target, value) {
        case (.integer(let integer), _):
            let number = order(value)
            switch conversion {
            case .exact: return .integer(number)
            case .truncating, .reinterpreting: return .integer(integer.kind.wrapping(number))
            case .checked, .aligned, .process:
                guard integer.contains(number) else {
                    throw .trap("\(number) is not in \(types.name(of: target))", formula.range)
                }
                return .integer(number)
            }
        case (.optional, _), (.null, _): return value
        default:
            let ordinal = order(value)
            guard let count = types.count(of: target) else { return value }
            guard ordinal >= 0, ordinal < count else {
                throw .trap("\(ordinal) is not in \(types.name(of: target))", formula.range)
            }
            return .member(Int(ordinal))
        }
    }

    private func convertProcess(_ value: Value, from source: Type, _ formula: Formula)
        throws(EvaluationFailure) -> Value
    {
        var pid = Self.ordinal(value)
        if case .sort(let id) = source, let first = types.sorts[id].firstPid { pid += first }
        guard case .sort(let id) = formula.type, let first = types.sorts[id].firstPid else { return .member(pid) }
        guard pid >= first, pid < first + types.sorts[id].count else {
            throw .trap("\(types.pidNames[pid]) is no \(types.sorts[id].name)", formula.range)
        }
        return .member(pid - first)
    }

    // MARK: Collections

    mutating func collection(_ operation: CollectionOperation, _ operands: [Formula], _ formula: Formula)
        throws(EvaluationFailure) -> Value
    {
        let base = try evaluate(operands[0])
        if case .set(let members) = base { return try setOperation(operation, members, operands) }
        var elements = base.elements
        switch operation {
        case .count: return .integer(Int128(elements.count))
        case .isEmpty: return .bool(elements.isEmpty)
        case .first, .last:
            guard let value = operation == .first ? elements.first : elements.last else {
                throw .trap("the sequence is empty", formula.range)
            }
            return value
        case .contains: return .bool(elements.contains(try evaluate(operands[1])))
        case .appending: elements.append(try evaluate(operands[1]))
        case .inserting:
            let value = try evaluate(operands[1])
            let index = try ordinal(operands[2])
            guard index >= 0, index <= elements.count else { throw outside(index, elements.count + 1, formula) }
            elements.insert(value, at: index)
        case .removingFirst:
            guard !elements.isEmpty else { throw .trap("the sequence is empty", formula.range) }
            elements.removeFirst()
        case .removingAt:
            let index = try ordinal(operands[1])
            guard elements.indices.contains(index) else { throw outside(index, elements.count, formula) }
            elements.remove(at: index)
        case .setInserting, .setRemoving, .union, .intersection, .subtracting:
            preconditionFailure("a set operation on a sequence")
        }
        if case .sequence(_, let max) = formula.type, elements.count > max {
            throw .trap("the sequence is full: max \(max)", formula.range)
        }
        return .sequence(elements)
    }

    private func outside(_ index: Int, _ count: Int, _ formula: Formula) -> EvaluationFailure {
        .trap("index \(index) is outside 0..<\(count)", formula.range)
    }

    private mutating func setOperation(_ operation: CollectionOperation, _ members: Set<Value>, _ operands: [Formula])
        throws(EvaluationFailure) -> Value
    {
        switch operation {
        case .count: return .integer(Int128(members.count))
        case .isEmpty: return .bool(members.isEmpty)
        case .contains: return .bool(members.contains(try evaluate(operands[1])))
        case .setInserting: return .set(members.union([try evaluate(operands[1])]))
        case .setRemoving: return .set(members.subtracting([try evaluate(operands[1])]))
        case .union, .intersection, .subtracting:
            guard case .set(let other) = try evaluate(operands[1]) else { preconditionFailure("not a set") }
            switch operation {
            case .union: return .set(members.union(other))
            case .intersection: return .set(members.intersection(other))
            default: return .set(members.subtracting(other))
            }
        case .first, .last, .appending, .inserting, .removingFirst, .removingAt:
            preconditionFailure("a sequence operation on a set")
        }
    }

    // MARK: Quantifiers

    /// The numbers of a range; nil for other domains.
    private mutating func bounds(of domain: Domain) throws(EvaluationFailure) -> (first: Int128, last: Int128)? {
        guard case .range(let lower, let upper, let isClosed) = domain else { return nil }
        let first = try evaluate(lower).number
        return (first, try evaluate(upper).number - (isClosed ? 0 : 1))
    }

    /// The first value of a domain, or nil. A range is not listed for it, however long.
    mutating func first(of domain: Domain) throws(EvaluationFailure) -> Value? {
        guard let (first, last) = try bounds(of: domain) else { return try values(of: domain).first }
        return first <= last ? .integer(first) : nil
    }

    /// The value after another one of a range, a set or a type; nil at the end.
    mutating func value(after current: Value?, in domain: Domain) throws(EvaluationFailure) -> Value? {
        if let current, let (_, last) = try bounds(of: domain) {
            return current.number < last ? .integer(current.number + 1) : nil
        }
        let values = try values(of: domain)
        return values.firstIndex { $0 == current }.flatMap { $0 + 1 < values.count ? values[$0 + 1] : nil }
    }

    /// The values that a binder takes, in order.
    public mutating func values(of domain: Domain) throws(EvaluationFailure) -> [Value] {
        switch domain {
        case .type(let type):
            return (0..<Int(types.count(of: type) ?? 0)).map { types.value($0, of: type) }
        case .range:
            guard let (first, last) = try bounds(of: domain), first <= last else { return [] }
            return (first...last).map { .integer($0) }
        case .elements(let formula):
            let base = try evaluate(formula)
            guard case .set(let members) = base, case .set(let element) = formula.type else { return base.elements }
            return members.sorted { types.ordinal(of: $0, in: element) < types.ordinal(of: $1, in: element) }
        }
    }

    mutating func fold(_ quantifier: Quantifier, _ formula: Formula) throws(EvaluationFailure) -> Value {
        var state = Fold(kind: quantifier.kind)
        try fold(quantifier, binder: 0, into: &state, formula)
        switch quantifier.kind {
        case .all, .some: return .bool(state.flag)
        case .count, .sum: return .integer(state.number)
        case .min, .max:
            guard state.hasNumber else { throw .trap("the domain is empty", formula.range) }
            return .integer(state.number)
        }
    }

    private struct Fold {
        let kind: QuantifierSyntax.Kind
        var flag: Bool
        var number: Int128 = 0
        var hasNumber = false
        var isDone = false

        init(kind: QuantifierSyntax.Kind) {
            self.kind = kind
            flag = kind == .all
        }
    }

    private mutating func fold(_ quantifier: Quantifier, binder index: Int, into state: inout Fold, _ formula: Formula)
        throws(EvaluationFailure)
    {
        if index < quantifier.binders.count {
            let binder = quantifier.binders[index]
            if let (first, last) = try bounds(of: binder.domain) {
                var number = first
                while number <= last, !state.isDone {
                    locals[binder.local] = .integer(number)
                    try fold(quantifier, binder: index + 1, into: &state, formula)
                    number += 1
                }
                return
            }
            for value in try values(of: binder.domain) where !state.isDone {
                locals[binder.local] = value
                try fold(quantifier, binder: index + 1, into: &state, formula)
            }
            return
        }
        if let condition = quantifier.condition, try !evaluate(condition).isTrue { return }
        switch quantifier.kind {
        case .count: state.number += 1
        case .all, .some:
            guard let body = quantifier.body else { return }
            if try evaluate(body).isTrue == (quantifier.kind == .some) {
                state.flag = quantifier.kind == .some
                state.isDone = true
            }
        case .sum, .min, .max:
            guard let body = quantifier.body else { return }
            let value = try evaluate(body).number
            switch quantifier.kind {
            case .sum: state.number = try checked(state.number + value, formula).number
            case .min where state.hasNumber: state.number = Swift.min(state.number, value)
            case .max where state.hasNumber: state.number = Swift.max(state.number, value)
            default: state.number = value
            }
            state.hasNumber = true
        }
    }
}
