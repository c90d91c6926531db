// Typing of quantifiers and of what `for`, `choose` and action parameters run over.

/// A binder with what its body needs: an element of a place is read by index, so that each read is one load.
struct CheckedBinder {
    let binder: Binder
    /// The local that the spec names, and the load that gives its value; nil when the binder itself is that local.
    let element: (local: LocalID, value: Formula)?
}

extension TypeChecker {
    func check(_ quantifier: QuantifierSyntax, _ range: SourceRange) -> Formula {
        body.scopes.append([:])
        defer { body.scopes.removeLast() }
        var binders: [CheckedBinder] = []
        for syntax in quantifier.binders {
            guard let binder = check(syntax, enclosing: binders) else {
                return invalid(range)
            }
            binders.append(binder)
        }
        let condition = quantifier.condition.map { wrap(checkCondition($0), in: binders) }
        switch quantifier.kind {
        case .count:
            let type = Type.integer(IntegerType(kind: .int, lower: 0, upper: bound(binders)))
            return fold(.count, binders, condition, nil, type, range)
        case .all, .some:
            guard let syntax = quantifier.body else { return invalid(range) }
            return fold(quantifier.kind, binders, condition, wrap(checkCondition(syntax), in: binders), .bool, range)
        case .sum, .min, .max:
            guard let syntax = quantifier.body else { return invalid(range) }
            let body = number(check(syntax, expected: nil))
            guard let integer = body.type.integer else { return invalid(range) }
            var type = IntegerType(kind: integer.kind)
            if integer.kind == .int, quantifier.kind != .sum { type = integer }
            if integer.kind == .int, quantifier.kind == .sum {
                let count = IntegerType(kind: .int, lower: 0, upper: bound(binders))
                type = IntegerType.result(of: .multiply, count, integer)
            }
            return fold(quantifier.kind, binders, condition, wrap(body, in: binders), .integer(type), range)
        }
    }

    private func fold(
        _ kind: QuantifierSyntax.Kind, _ binders: [CheckedBinder], _ condition: Formula?, _ body: Formula?,
        _ type: Type,
        _ range: SourceRange
    ) -> Formula {
        if condition?.type == .invalid || body?.type == .invalid { return invalid(range) }
        let quantifier = Quantifier(kind: kind, binders: binders.map(\.binder), condition: condition, body: body)
        return Formula(.quantifier(quantifier), type, range)
    }

    /// The largest number of values that the binders can take together.
    private func bound(_ binders: [CheckedBinder]) -> Int128 {
        binders.reduce(1) { product, checked in
            let count = model.types.count(of: checked.binder.type) ?? 65_536
            return min(product * min(count, 1 << 40), 1 << 40)
        }
    }

    /// Binds the elements that the spec names around a formula.
    func wrap(_ formula: Formula, in binders: [CheckedBinder]) -> Formula {
        binders.reversed().reduce(formula) { inner, checked in
            guard inner.type != .invalid, let (local, value) = checked.element else { return inner }
            return Formula(.bind(local, value, inner), inner.type, inner.range)
        }
    }

    /// Declares the name of a binder in the current scope.
    func check(_ syntax: BinderSyntax, enclosing: [CheckedBinder]) -> CheckedBinder? {
        let range = syntax.domain.range
        switch syntax.domain.kind {
        case .rangeOf(let lower, let upper, let isClosed):
            return rangeBinder(syntax.name, lower, upper, isClosed: isClosed, enclosing)
        default: break
        }
        switch resolve(syntax.domain, expected: nil) {
        case .invalid:
            _ = body.declare(syntax.name.text, .invalid)
            return nil
        case .type(let type):
            let local = body.declare(syntax.name.text, type)
            return CheckedBinder(
                binder: Binder(local: local, type: type, domain: .type(type), name: syntax.name.text), element: nil)
        case .place(let place):
            if isComplete(place), let binder = elementBinder(syntax.name, place, range, enclosing) { return binder }
            return valueBinder(syntax.name, formula(of: .place(place), range), enclosing)
        case .formula(let formula):
            if case .constant(.member(0)) = formula.kind, isProcessSort(formula.type), case .name = syntax.domain.kind {
                let local = body.declare(syntax.name.text, formula.type)
                let binder = Binder(
                    local: local, type: formula.type, domain: .type(formula.type), name: syntax.name.text)
                return CheckedBinder(binder: binder, element: nil)
            }
            return valueBinder(syntax.name, formula, enclosing)
        }
    }

    private func rangeBinder(
        _ name: Identifier, _ lower: ExpressionSyntax, _ upper: ExpressionSyntax, isClosed: Bool,
        _ enclosing: [CheckedBinder]
    ) -> CheckedBinder? {
        let (first, last) = unify(
            number(check(lower, expected: nil)), number(check(upper, expected: nil)), lower.range.union(upper.range))
        guard let one = first.type.integer, let two = last.type.integer else {
            _ = body.declare(name.text, .invalid)
            return nil
        }
        rejectEndless(first, last, isClosed: isClosed)
        let greatest = isClosed ? two.upper : two.upper - 1
        let type = Type.integer(IntegerType(kind: one.kind, lower: one.lower, upper: max(greatest, one.lower)))
        let local = body.declare(name.text, type)
        let domain = Domain.range(wrap(first, in: enclosing), wrap(last, in: enclosing), isClosed: isClosed)
        return CheckedBinder(binder: Binder(local: local, type: type, domain: domain, name: name.text), element: nil)
    }

    /// Every value is visited: a range whose constant bounds lie too far apart would never end.
    private func rejectEndless(_ first: Formula, _ last: Formula, isClosed: Bool) {
        guard case .constant(.integer(let lower)) = first.kind, case .constant(.integer(let upper)) = last.kind else {
            return
        }
        guard upper - lower + (isClosed ? 1 : 0) > SizeLimit.visited else { return }
        report(
            .tooManyValues, "this range has more than \(SizeLimit.visited) values, and each is visited",
            at: first.range.union(last.range))
    }

    /// `s in queue.slots`: the binder is the index, the element is a load.
    private func elementBinder(_ name: Identifier, _ place: Place, _ range: SourceRange, _ enclosing: [CheckedBinder])
        -> CheckedBinder?
    {
        let (element, domain, indexType): (Type, Domain, Type)
        switch place.type {
        case .array(let type, let index): (element, domain, indexType) = (type, .type(index), index)
        case .sequence(let type, let max):
            let bounds = IntegerType(kind: .int, lower: 0, upper: Int128(max))
            let count = Formula(.collection(.count, [load(place, range)]), .integer(bounds), range)
            element = type
            domain = .range(exact(0, range), wrap(count, in: enclosing), isClosed: false)
            indexType = .index(below: max)
        default: return nil
        }
        let index = body.hidden("index of \(name.text)", indexType)
        let at = Place(
            root: place.root, indices: place.indices,
            path: place.path + [.index(Formula(.local(index), indexType, range))], type: element)
        let value = load(at, range)
        let local = body.declare(name.text, element)
        return CheckedBinder(
            binder: Binder(local: index, type: indexType, domain: domain, name: name.text), element: (local, value))
    }

    private func valueBinder(_ name: Identifier, _ formula: Formula, _ enclosing: [CheckedBinder]) -> CheckedBinder? {
        let element: Type
        switch formula.type {
        case .array(let type, _), .sequence(let type, _), .set(let type): element = type
        default:
            if formula.type != .invalid {
                report(
                    .typeMismatch, "a sort, an enum, a range, an array, a seq or a set is needed after `in`",
                    at: formula.range, notes: formula.type.integer == nil ? [] : ["write a range: `0..<n`"])
            }
            _ = body.declare(name.text, .invalid)
            return nil
        }
        let local = body.declare(name.text, element)
        let binder = Binder(
            local: local, type: element, domain: .elements(wrap(formula, in: enclosing)), name: name.text)
        return CheckedBinder(binder: binder, element: nil)
    }

    /// An order-dependent `for` over a symmetric sort would tell its elements apart.
    func rejectSymmetricOrder(_ binder: Binder, at range: SourceRange) {
        guard case .type(.sort(let id)) = binder.domain, model.types.sorts[id].isSymmetric else { return }
        report(
            .symmetryBroken, "`for` visits the symmetric sort \(model.types.sorts[id].name) in an order", at: range,
            notes: ["use all, some, count, sum or choose, or take `symmetric` away"])
    }
}
