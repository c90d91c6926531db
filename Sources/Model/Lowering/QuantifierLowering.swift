// Quantifiers whose parts are steps become loops; `for` and `choose` share the way to run over a domain.

extension Emitter {
    /// A loop over a domain of this code: the body runs with the local set to each value.
    func iterate(_ local: LocalID, _ domain: Domain, breakLabel: Int, continueLabel: Int, _ body: () -> Void) {
        let fixed = stabilized(domain)
        let top = newLabel()
        if case .elements(let formula) = fixed, case .set = formula.type {
            loopOver(local, fixed, top, breakLabel, continueLabel, body)
        } else if case .elements(let formula) = fixed {
            let count = Formula(
                .collection(.count, [formula]), .int, formula.range)
            let isArray = if case .array = formula.type { true } else { false }
            let index = newLocal("%index", .int)
            let size = isArray ? arrayCount(formula) : count
            let zero = Formula(.constant(.integer(0)), .int, formula.range)
            let position = Formula(.local(index), .int, formula.range)
            loopOver(index, .range(zero, stable(size), isClosed: false), top, breakLabel, continueLabel) {
                set(local, Formula(.element(formula, position), locals[local].type, formula.range))
                body()
            }
        } else {
            loopOver(local, fixed, top, breakLabel, continueLabel, body)
        }
    }

    private func arrayCount(_ formula: Formula) -> Formula {
        guard case .array(_, let index) = formula.type else { preconditionFailure("not an array") }
        return Formula(.constant(.integer(model.types.count(of: index) ?? 0)), .int, formula.range)
    }

    private func loopOver(
        _ local: LocalID, _ domain: Domain, _ top: Int, _ breakLabel: Int, _ continueLabel: Int, _ body: () -> Void
    ) {
        emit(.first(local, domain, otherwise: breakLabel))
        place(top)
        body()
        place(continueLabel)
        emit(.advance(local, domain, otherwise: breakLabel))
        jump(to: top)
        place(breakLabel)
    }

    /// The domain with its bounds in locals, read once.
    private func stabilized(_ domain: Domain) -> Domain { domain.mapFormulas { stable($0) } }

    private func stable(_ formula: Formula) -> Formula {
        if case .constant = formula.kind { return formula }
        let local = newLocal("%bound", formula.type)
        set(local, formula)
        return Formula(.local(local), formula.type, formula.range)
    }

    /// A quantifier as a loop over each binder, with an accumulator.
    func unroll(_ quantifier: Quantifier, _ formula: Formula) -> Formula {
        let range = formula.range
        let result = newLocal("%\(quantifier.kind.rawValue)", formula.type)
        let value = Formula(.local(result), formula.type, range)
        let isFirst = newLocal("%isFirst", .bool)
        set(result, initialFold(quantifier.kind, formula))
        if quantifier.kind == .min || quantifier.kind == .max {
            set(isFirst, Formula(.constant(.bool(true)), .bool, range))
        }
        let end = newLabel()
        fold(quantifier, 0, value, isFirst, end)
        place(end)
        if quantifier.kind == .min || quantifier.kind == .max {
            // An empty domain has no least value: taking it traps.
            let empty = newLabel()
            emit(.branch(Formula(.local(isFirst), .bool, range), otherwise: empty))
            let zero = Formula(.constant(.integer(0)), .int, range)
            set(newLocal("%none", .int), Formula(.binary(.divide, zero, zero), .int, range))
            place(empty)
        }
        return value
    }

    private func initialFold(_ kind: QuantifierSyntax.Kind, _ formula: Formula) -> Formula {
        switch kind {
        case .all: Formula(.constant(.bool(true)), .bool, formula.range)
        case .some: Formula(.constant(.bool(false)), .bool, formula.range)
        case .count, .sum, .min, .max: Formula(.constant(.integer(0)), formula.type, formula.range)
        }
    }

    private func fold(_ quantifier: Quantifier, _ depth: Int, _ value: Formula, _ isFirst: LocalID, _ end: Int) {
        guard depth < quantifier.binders.count else {
            accumulate(quantifier, value, isFirst, end)
            return
        }
        let binder = quantifier.binders[depth]
        let (breakLabel, continueLabel) = (newLabel(), newLabel())
        let domain = binder.domain.mapFormulas { linearize($0) }
        iterate(binder.local, domain, breakLabel: breakLabel, continueLabel: continueLabel) {
            fold(quantifier, depth + 1, value, isFirst, end)
        }
    }

    private func accumulate(_ quantifier: Quantifier, _ value: Formula, _ isFirst: LocalID, _ end: Int) {
        guard case .local(let result) = value.kind else { return }
        let range = value.range
        let skip = newLabel()
        if let condition = quantifier.condition { emit(.branch(linearize(condition), otherwise: skip)) }
        switch quantifier.kind {
        case .count:
            let one = Formula(.constant(.integer(1)), .int, range)
            set(result, Formula(.binary(.add, value, one), value.type, range))
        case .all, .some:
            guard let body = quantifier.body else { return }
            let test = linearize(body)
            let goesOn = quantifier.kind == .all ? Formula(.unary(.not, test), .bool, range) : test
            emit(.branch(goesOn, otherwise: skip))
            set(result, Formula(.constant(.bool(quantifier.kind == .some)), .bool, range))
            jump(to: end)
        case .sum:
            guard let body = quantifier.body else { return }
            set(result, Formula(.binary(.add, value, linearize(body)), value.type, range))
        case .min, .max:
            guard let body = quantifier.body else { return }
            let item = stable(linearize(body))
            let first = Formula(.local(isFirst), .bool, range)
            let comparison = Formula(.binary(quantifier.kind == .min ? .less : .greater, item, value), .bool, range)
            emit(.branch(Formula(.binary(.or, first, comparison), .bool, range), otherwise: skip))
            set(result, item)
            set(isFirst, Formula(.constant(.bool(false)), .bool, range))
        }
        place(skip)
    }
}
