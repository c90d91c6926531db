// Which values fit where: implicit conversions lose nothing, all others are written.

extension TypeChecker {
    /// The formula as a value of the type, or a diagnostic and an invalid formula.
    func coerce(_ formula: Formula, to type: Type) -> Formula {
        if formula.type == type || formula.type == .invalid { return formula }
        if type == .invalid { return invalid(formula.range) }
        switch (formula.type, type) {
        case (.integer(let source), .integer(let target)): return coerce(formula, source, to: target)
        case (.null, .optional): return Formula(.constant(.null), type, formula.range)
        case (.optional(let source), .optional(let target)): return coerceOptional(formula, source, target)
        case (_, .optional(let wrapped)):
            let inner = coerce(formula, to: wrapped)
            if case .constant(let value) = inner.kind, inner.type != .invalid {
                return Formula(.constant(.some(value)), type, formula.range)
            }
            return inner.type == .invalid ? inner : Formula(.wrap(inner), type, formula.range)
        case (.sort(let id), .pid) where model.types.sorts[id].firstPid != nil:
            if case .constant(.member(let index)) = formula.kind, let first = model.types.sorts[id].firstPid {
                return Formula(.constant(.member(first + index)), .pid, formula.range)
            }
            return Formula(.convert(formula, .process), .pid, formula.range)
        case (.integer(let source), .sort(let id)) where model.types.sorts[id].isOrdered:
            let target = IntegerType(kind: .int, lower: 0, upper: Int128(model.types.sorts[id].count) - 1)
            return Formula(.convert(formula, target.contains(source) ? .exact : .checked), type, formula.range)
        case (.sort(let id), .integer) where model.types.sorts[id].isOrdered:
            return coerce(number(formula), to: type)
        default: return mismatch(formula, type)
        }
    }

    private func coerceOptional(_ formula: Formula, _ source: Type, _ target: Type) -> Formula {
        if case .constant(let value) = formula.kind {
            guard case .some(let inner) = value else {
                return Formula(.constant(.null), .optional(target), formula.range)
            }
            return coerce(Formula(.constant(inner), source, formula.range), to: .optional(target))
        }
        let local = body.hidden("payload", source)
        let inner = coerce(Formula(.local(local), source, formula.range), to: target)
        guard inner.type != .invalid else { return inner }
        return Formula(.optionalMap(formula, local, inner), .optional(target), formula.range)
    }

    private func coerce(_ formula: Formula, _ source: IntegerType, to target: IntegerType) -> Formula {
        let type = Type.integer(target)
        if case .constant(let value) = formula.kind {
            guard target.contains(value.number) else {
                report(
                    .outOfRange, "\(value.number) is not in \(name(of: type))", at: formula.range)
                return invalid(formula.range)
            }
            return Formula(.constant(value), type, formula.range)
        }
        if target.contains(source) { return Formula(.convert(formula, .exact), type, formula.range) }
        if source.kind == .int, target.kind == .int {
            if source.upper < target.lower || source.lower > target.upper {
                report(.outOfRange, "the value is never in \(name(of: type))", at: formula.range)
            }
            return Formula(.convert(formula, .checked), type, formula.range)
        }
        report(
            .needsConversion, "not every \(name(of: formula.type)) is \(described(type))", at: formula.range,
            notes: ["`\(conversionName(target))(…)` converts and traps when it does not fit"])
        return invalid(formula.range)
    }

    private func conversionName(_ target: IntegerType) -> String {
        name(of: .integer(IntegerType(kind: target.kind)))
    }

    private func mismatch(_ formula: Formula, _ type: Type) -> Formula {
        var notes: [String] = []
        if formula.type == .pid, case .sort = type {
            notes.append("`\(name(of: type))(…)` takes a pid of its own kind")
        }
        if case .optional = formula.type { notes.append("`if let`, `guard let` or `!` takes the value out") }
        if case .sort(let id) = type, formula.type.integer != nil, !model.types.sorts[id].isSymmetric {
            notes.append("`\(name(of: type))(n)` is the element with that number")
        }
        if type == .bool, formula.type.integer != nil {
            notes.append("numbers are no truth values: compare with 0")
        }
        if formula.type == .bool, type.integer != nil { notes.append("`\(name(of: type))(…)` gives 0 or 1") }
        if formula.type == .void {
            notes = ["a call with a result stands alone on the right of `let`, `=` or `return`"]
        }
        report(
            .typeMismatch, "\(described(type)) is needed, this is \(described(formula.type))", at: formula.range,
            notes: notes)
        return invalid(formula.range)
    }

    /// Brings two operands to one type (numbers of `int` kind may keep their own bounds).
    func unify(_ left: Formula, _ right: Formula, _ range: SourceRange) -> (Formula, Formula) {
        if left.type == right.type || left.type == .invalid || right.type == .invalid { return (left, right) }
        switch (left.type, right.type) {
        case (.integer(let first), .integer(let second)): return unify(left, first, right, second, range)
        case (.null, .null): return (left, right)
        case (.optional(let first), .optional(let second)):
            guard let common = commonType(first, second) else { return incomparable(left, right, range) }
            return (coerce(left, to: .optional(common)), coerce(right, to: .optional(common)))
        case (.optional(let wrapped), _):
            if right.type == .null { return (left, coerce(right, to: left.type)) }
            guard let common = commonType(wrapped, right.type) else { return incomparable(left, right, range) }
            return (coerce(left, to: .optional(common)), coerce(right, to: .optional(common)))
        case (_, .optional):
            let (second, first) = unify(right, left, range)
            return (first, second)
        case (.null, _):
            return (coerce(left, to: .optional(right.type)), coerce(right, to: .optional(right.type)))
        case (_, .null):
            return (coerce(left, to: .optional(left.type)), coerce(right, to: .optional(left.type)))
        default:
            guard let common = commonType(left.type, right.type) else { return incomparable(left, right, range) }
            return (coerce(left, to: common), coerce(right, to: common))
        }
    }

    private func incomparable(_ left: Formula, _ right: Formula, _ range: SourceRange) -> (Formula, Formula) {
        report(.typeMismatch, "\(name(of: left.type)) and \(name(of: right.type)) do not go together", at: range)
        return (invalid(left.range), invalid(right.range))
    }

    private func commonType(_ first: Type, _ second: Type) -> Type? {
        if first == second { return first }
        switch (first, second) {
        case (.integer(let one), .integer(let two)):
            if one.contains(two) { return first }
            if two.contains(one) { return second }
            return one.kind == .int && two.kind == .int ? hull(first, second) : nil
        case (.pid, .sort(let id)), (.sort(let id), .pid): return model.types.sorts[id].firstPid == nil ? nil : .pid
        case (.sort(let one), .sort(let two)):
            let areProcesses = model.types.sorts[one].firstPid != nil && model.types.sorts[two].firstPid != nil
            return areProcesses ? .pid : nil
        case (.sort(let id), .integer), (.integer, .sort(let id)): return model.types.sorts[id].isOrdered ? .int : nil
        default: return nil
        }
    }

    private func unify(
        _ left: Formula, _ first: IntegerType, _ right: Formula, _ second: IntegerType, _ range: SourceRange
    ) -> (Formula, Formula) {
        if first.kind == second.kind { return (left, right) }
        let wholeFirst = IntegerType(kind: first.kind)
        let wholeSecond = IntegerType(kind: second.kind)
        if second.kind != .int, wholeSecond.contains(first) {
            return (coerce(left, to: .integer(wholeSecond)), right)
        }
        if first.kind != .int, wholeFirst.contains(second) {
            return (left, coerce(right, to: .integer(wholeFirst)))
        }
        if first.kind == .int, wholeFirst.contains(second) {
            return (
                left, coerce(right, to: .integer(IntegerType(kind: .int, lower: second.lower, upper: second.upper)))
            )
        }
        if second.kind == .int, wholeSecond.contains(first) {
            return (coerce(left, to: .integer(IntegerType(kind: .int, lower: first.lower, upper: first.upper))), right)
        }
        report(
            .needsConversion, "\(name(of: left.type)) and \(name(of: right.type)) have no common type", at: range,
            notes: ["convert one of them, for example with `\(conversionName(first))(…)`"])
        return (invalid(left.range), invalid(right.range))
    }

    /// The least type that holds the values of both, which `unify` has brought together.
    func hull(_ first: Type, _ second: Type) -> Type {
        guard let one = first.integer, let two = second.integer, one.kind == two.kind else {
            return first == .invalid ? second : first
        }
        return .integer(IntegerType(kind: one.kind, lower: min(one.lower, two.lower), upper: max(one.upper, two.upper)))
    }

    /// "did you mean" for a misspelt name, when one is near; hidden locals are never meant.
    func suggestion(for name: String, among candidates: [String]) -> [String] {
        Spelling.suggestion(for: name, among: candidates.filter { !$0.hasPrefix("%") })
    }
}
