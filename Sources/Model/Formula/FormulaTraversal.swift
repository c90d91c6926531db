// Children of formulas, and formulas made from others by a change of their parts.

extension Formula {
    /// Direct parts in the order of evaluation.
    public var children: [Formula] {
        switch kind {
        case .constant, .local, .selfProcess: return []
        case .load(let place): return place.formulas
        case .unary(_, let operand), .convert(let operand, _), .wrap(let operand), .unwrap(let operand),
            .member(let operand, _), .old(let operand):
            return [operand]
        case .binary(_, let left, let right): return [left, right]
        case .conditional(let condition, let then, let otherwise): return [condition, then, otherwise]
        case .structure(let parts), .list(let parts), .collection(_, let parts), .call(_, let parts): return parts
        case .optionalMap(let operand, _, let body), .bind(_, let operand, let body): return [operand, body]
        case .element(let base, let index): return [base, index]
        case .quantifier(let quantifier):
            return quantifier.binders.flatMap(\.domain.formulas)
                + [quantifier.condition, quantifier.body].compactMap(\.self)
        case .predicate(let predicate): return predicate.formulas
        }
    }

    /// Locals that the formula itself binds, not its parts.
    public var boundLocals: [LocalID] {
        switch kind {
        case .quantifier(let quantifier): quantifier.binders.map(\.local)
        case .bind(let local, _, _), .optionalMap(_, let local, _): [local]
        default: []
        }
    }

    /// Whether the test holds of the formula or of any part. O(size).
    public func contains(where test: (Formula) -> Bool) -> Bool {
        test(self) || children.contains { $0.contains(where: test) }
    }

    /// Calls the visitor on the formula and all parts, parents first.
    public func visit(_ visitor: (Formula) -> Void) {
        visitor(self)
        for child in children { child.visit(visitor) }
    }

    /// The same form with other parts. The transform is applied to each direct part.
    public func mapChildren(_ transform: (Formula) -> Formula) -> Formula {
        let new: Kind
        switch kind {
        case .constant, .local, .selfProcess: return self
        case .load(let place): new = .load(place.mapFormulas(transform))
        case .unary(let operation, let operand): new = .unary(operation, transform(operand))
        case .binary(let operation, let left, let right): new = .binary(operation, transform(left), transform(right))
        case .conditional(let condition, let then, let otherwise):
            new = .conditional(transform(condition), transform(then), transform(otherwise))
        case .convert(let operand, let conversion): new = .convert(transform(operand), conversion)
        case .structure(let parts): new = .structure(parts.map(transform))
        case .list(let parts): new = .list(parts.map(transform))
        case .wrap(let operand): new = .wrap(transform(operand))
        case .unwrap(let operand): new = .unwrap(transform(operand))
        case .optionalMap(let operand, let local, let body):
            new = .optionalMap(transform(operand), local, transform(body))
        case .member(let operand, let field): new = .member(transform(operand), field)
        case .element(let base, let index): new = .element(transform(base), transform(index))
        case .collection(let operation, let parts): new = .collection(operation, parts.map(transform))
        case .quantifier(let quantifier): new = .quantifier(quantifier.mapFormulas(transform))
        case .bind(let local, let value, let body): new = .bind(local, transform(value), transform(body))
        case .call(let id, let parts): new = .call(id, parts.map(transform))
        case .predicate(let predicate): new = .predicate(predicate.mapFormulas(transform))
        case .old(let operand): new = .old(transform(operand))
        }
        return Formula(new, type, range)
    }
}

extension Quantifier {
    func mapFormulas(_ transform: (Formula) -> Formula) -> Quantifier {
        Quantifier(
            kind: kind,
            binders: binders.map {
                Binder(local: $0.local, type: $0.type, domain: $0.domain.mapFormulas(transform), name: $0.name)
            }, condition: condition.map(transform), body: body.map(transform))
    }
}

extension Domain {
    /// Formulas that determine the values.
    public var formulas: [Formula] {
        switch self {
        case .type: []
        case .range(let lower, let upper, _): [lower, upper]
        case .elements(let formula): [formula]
        }
    }

    /// The same domain with other formulas.
    public func mapFormulas(_ transform: (Formula) -> Formula) -> Domain {
        switch self {
        case .type: self
        case .range(let lower, let upper, let isClosed): .range(transform(lower), transform(upper), isClosed: isClosed)
        case .elements(let formula): .elements(transform(formula))
        }
    }
}

extension Place {
    /// Formulas of all indices, in order.
    public var formulas: [Formula] {
        indices
            + path.compactMap { component in
                if case .index(let formula) = component { formula } else { nil }
            }
    }

    /// The same place with other index formulas.
    public func mapFormulas(_ transform: (Formula) -> Formula) -> Place {
        Place(
            root: root, indices: indices.map(transform),
            path: path.map { component in
                if case .index(let formula) = component { .index(transform(formula)) } else { component }
            }, type: type)
    }
}

extension Predicate {
    /// Formulas of all operands, in order.
    public var formulas: [Formula] {
        switch self {
        case .finished(let process), .asleep(let process), .at(let process, _), .generation(let process): [process]
        case .holds(let process, let place): [process] + place.formulas
        case .held(let place), .free(let place): place.formulas
        }
    }

    /// The same question with other operands.
    public func mapFormulas(_ transform: (Formula) -> Formula) -> Predicate {
        switch self {
        case .finished(let process): .finished(transform(process))
        case .asleep(let process): .asleep(transform(process))
        case .at(let process, let label): .at(transform(process), label: label)
        case .generation(let process): .generation(transform(process))
        case .holds(let process, let place): .holds(transform(process), place.mapFormulas(transform))
        case .held(let place): .held(place.mapFormulas(transform))
        case .free(let place): .free(place.mapFormulas(transform))
        }
    }
}

extension Formula {
    /// Locals that it reads and does not bind itself.
    package var freeLocals: Set<LocalID> {
        var result: Set<LocalID> = []
        if case .local(let id) = kind { result.insert(id) }
        if case .load(let place) = kind, case .local(let id) = place.root { result.insert(id) }
        for child in children { result.formUnion(child.freeLocals) }
        return result.subtracting(boundLocals)
    }
}
