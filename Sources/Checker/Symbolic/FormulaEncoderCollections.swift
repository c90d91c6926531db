// Sequences, sets, quantifiers and the domains of loops as terms: unrolled, with a term for what is there.

import Model
import Solver

extension FormulaEncoder {
    // MARK: Collections

    func collection(_ operation: CollectionOperation, _ operands: [Formula], _ formula: Formula)
        throws(EncodingFailure) -> SymbolicValue
    {
        let base = try encode(operands[0])
        switch base {
        case .set(let members): return try setOperation(operation, members, operands, formula)
        case .sequence(let count, let elements):
            return try sequenceOperation(operation, count, elements, operands, formula)
        case .array(let elements):
            let count = values.int(Int128(elements.count))
            return try sequenceOperation(operation, count, elements, operands, formula)
        default: throw fail("no collection", at: formula.range)
        }
    }

    private func sequenceOperation(
        _ operation: CollectionOperation, _ count: Term, _ elements: [SymbolicValue], _ operands: [Formula],
        _ formula: Formula
    ) throws(EncodingFailure) -> SymbolicValue {
        func position(_ index: Int) -> Term { values.int(Int128(index)) }
        let one = position(1)
        let isEmpty = pool.equal(count, position(0))
        switch operation {
        case .count: return .integer(count)
        case .isEmpty: return .bool(isEmpty)
        case .first, .last:
            trap(when: isEmpty)
            let index = operation == .first ? position(0) : pool.subtract(count, one)
            guard let value = values.select(elements, index) else { throw fail("no elements", at: formula.range) }
            return value
        case .contains:
            let wanted = try encode(operands[1])
            return .bool(
                pool.any(
                    elements.enumerated().map { index, element in
                        pool.and(pool.signedLess(position(index), count), values.equal(element, wanted))
                    }))
        case .appending: return try inserting(encode(operands[1]), at: count, count, elements)
        case .inserting:
            let value = try encode(operands[1])
            let index = try ordinal(operands[2])
            trap(when: pool.unsignedLess(count, index))
            return try inserting(value, at: index, count, elements)
        case .removingFirst:
            trap(when: isEmpty)
            return removing(at: position(0), count, elements)
        case .removingAt:
            let index = try ordinal(operands[1])
            trap(when: pool.not(pool.unsignedLess(index, count)))
            return removing(at: index, count, elements)
        case .setInserting, .setRemoving, .union, .intersection, .subtracting:
            throw fail("a set operation on a sequence", at: formula.range)
        }
    }

    private func inserting(_ value: SymbolicValue, at index: Term, _ count: Term, _ elements: [SymbolicValue])
        throws(EncodingFailure) -> SymbolicValue
    {
        trap(when: pool.not(pool.unsignedLess(count, values.int(Int128(elements.count)))))
        let moved = elements.indices.map { slot -> SymbolicValue in
            let here = values.int(Int128(slot))
            let before = slot > 0 ? elements[slot - 1] : value
            let behind = values.choice(pool.unsignedLess(index, here), before, elements[slot])
            return values.choice(pool.equal(index, here), value, behind)
        }
        return .sequence(count: pool.add(count, values.int(1)), moved)
    }

    private func removing(at index: Term, _ count: Term, _ elements: [SymbolicValue]) -> SymbolicValue {
        let moved = elements.indices.map { slot -> SymbolicValue in
            guard slot + 1 < elements.count else { return elements[slot] }
            let stays = pool.unsignedLess(values.int(Int128(slot)), index)
            return values.choice(stays, elements[slot], elements[slot + 1])
        }
        return .sequence(count: pool.subtract(count, values.int(1)), moved)
    }

    private func setOperation(
        _ operation: CollectionOperation, _ members: [Term], _ operands: [Formula], _ formula: Formula
    ) throws(EncodingFailure) -> SymbolicValue {
        switch operation {
        case .count:
            let ones = members.map { pool.choice($0, values.int(1), values.int(0)) }
            return .integer(ones.reduce(values.int(0)) { pool.add($0, $1) })
        case .isEmpty: return .bool(pool.not(pool.any(members)))
        case .contains, .setInserting, .setRemoving:
            let hits = try hits(of: operands[1], among: members.count)
            switch operation {
            case .contains: return .bool(pool.any(zip(members, hits).map { pool.and($0, $1) }))
            case .setInserting: return .set(zip(members, hits).map { pool.or($0, $1) })
            default: return .set(zip(members, hits).map { pool.and($0, pool.not($1)) })
            }
        case .union, .intersection, .subtracting:
            guard case .set(let others) = try encode(operands[1]) else { throw fail("no set", at: formula.range) }
            return .set(
                zip(members, others).map { one, two in
                    switch operation {
                    case .union: pool.or(one, two)
                    case .intersection: pool.and(one, two)
                    default: pool.and(one, pool.not(two))
                    }
                })
        case .first, .last, .appending, .inserting, .removingFirst, .removingAt:
            throw fail("a sequence operation on a set", at: formula.range)
        }
    }

    /// For each ordinal of an element's type whether the element is that one.
    private func hits(of element: Formula, among count: Int) throws(EncodingFailure) -> [Term] {
        let value = try encode(element)
        var result: [Term] = []
        for index in 0..<count {
            guard let candidate = values.constant(types.value(index, of: element.type), element.type) else {
                throw fail("no element of a set", at: element.range)
            }
            result.append(values.equal(candidate, value))
        }
        return result
    }

    // MARK: Domains

    /// What a turn of a loop tells the next.
    enum Turn { case next, leave }

    /// Runs the body once for each value that the domain may have, under the condition that it has it.
    ///
    /// - Parameter body: given the value and whether it is there for all live values; it may change `path`.
    func forEach(
        _ domain: Domain, _ type: Type, _ range: SourceRange,
        _ body: (SymbolicValue, _ isThere: Term) throws(EncodingFailure) -> Turn
    ) throws(EncodingFailure) {
        switch domain {
        case .type(let type):
            for index in 0..<Int(types.count(of: type) ?? 0) {
                guard let value = values.constant(types.value(index, of: type), type) else { return }
                if try body(value, pool.bool(true)) == .leave { return }
            }
        case .elements(let formula):
            switch try encode(formula) {
            case .array(let elements):
                for element in elements { if try body(element, pool.bool(true)) == .leave { return } }
            case .sequence(let count, let elements):
                for (index, element) in elements.enumerated() {
                    let isThere = pool.signedLess(values.int(Int128(index)), count)
                    if pool.truth(isThere) == false { return }
                    if try body(element, isThere) == .leave { return }
                }
            case .set(let members):
                guard case .set(let element) = formula.type else { return }
                for (index, isThere) in members.enumerated() where pool.truth(isThere) != false {
                    guard let value = values.constant(types.value(index, of: element), element) else { return }
                    if try body(value, isThere) == .leave { return }
                }
            default: throw fail("no domain", at: range)
            }
        case .range(let lower, let upper, let isClosed):
            try forEachNumber(from: lower, to: upper, isClosed: isClosed, type, range, body)
        }
    }

    private func forEachNumber(
        from lower: Formula, to upper: Formula, isClosed: Bool, _ type: Type, _ range: SourceRange,
        _ body: (SymbolicValue, _ isThere: Term) throws(EncodingFailure) -> Turn
    ) throws(EncodingFailure) {
        let first = try encode(lower)
        let last = try encode(upper)
        guard case .integer(let start) = first, case .integer(let end) = last, let own = lower.type.integer,
            let other = upper.type.integer, let target = type.integer
        else { throw fail("no range of numbers", at: range) }
        let width = target.kind.bits
        let less = isSigned(target) ? pool.signedLess : pool.unsignedLess
        var number = resize(start, from: own, to: width)
        let limit = resize(end, from: other, to: width)
        var isThere = isClosed ? pool.not(less(limit, number)) : less(number, limit)
        var turns = 0
        while pool.truth(isThere) != false {
            if pool.truth(isThere) == nil {
                turns += 1
                if turns > 1, !isPossible(pool.and(path.live, isThere)) { return }
                if turns > unrollLimit {
                    stopUnrolling(while: isThere, range)
                    return
                }
            }
            if try body(.integer(number), isThere) == .leave { return }
            // No wrap: where there is a next number, it is at most the limit.
            let next = pool.add(number, pool.word(1, width: width))
            isThere = pool.and(isThere, isClosed ? less(number, limit) : less(next, limit))
            number = next
        }
    }

    /// Gives up on the values with which a loop would go on.
    func stopUnrolling(while condition: Term, _ range: SourceRange) {
        incomplete = pool.or(incomplete, pool.and(path.live, condition))
        incompleteRange = incompleteRange ?? range
        cut(unless: pool.not(condition))
    }

    // MARK: Quantifiers

    private struct Fold {
        let kind: QuantifierSyntax.Kind
        var flag: Term
        var number: Term
        var hasNumber: Term
    }

    func fold(_ quantifier: Quantifier, _ formula: Formula) throws(EncodingFailure) -> SymbolicValue {
        let width = formula.type.integer?.kind.bits ?? 64
        var state = Fold(
            kind: quantifier.kind, flag: pool.bool(quantifier.kind == .all), number: pool.word(0, width: width),
            hasNumber: pool.bool(false))
        try fold(quantifier, binder: 0, into: &state, formula)
        switch quantifier.kind {
        case .all, .some: return .bool(state.flag)
        case .count, .sum: return .integer(state.number)
        case .min, .max:
            trap(when: pool.not(state.hasNumber))
            return .integer(state.number)
        }
    }

    private func fold(_ quantifier: Quantifier, binder index: Int, into state: inout Fold, _ formula: Formula)
        throws(EncodingFailure)
    {
        guard index < quantifier.binders.count else {
            try accumulate(quantifier, into: &state, formula)
            return
        }
        let binder = quantifier.binders[index]
        var inner = state
        try forEach(binder.domain, binder.type, formula.range) { value, isThere throws(EncodingFailure) in
            path.locals[binder.local] = value
            // The reference stops at the first value that decides: what comes after it cannot trap.
            let isOpen: Term
            switch quantifier.kind {
            case .all: isOpen = inner.flag
            case .some: isOpen = pool.not(inner.flag)
            case .count, .sum, .min, .max: isOpen = pool.bool(true)
            }
            if pool.truth(isOpen) == false { return .leave }
            var turn = inner
            try under(pool.and(isThere, isOpen)) { () throws(EncodingFailure) in
                try fold(quantifier, binder: index + 1, into: &turn, formula)
            }
            inner.flag = pool.choice(isThere, turn.flag, inner.flag)
            inner.number = pool.choice(isThere, turn.number, inner.number)
            inner.hasNumber = pool.choice(isThere, turn.hasNumber, inner.hasNumber)
            return .next
        }
        state = inner
    }

    private func accumulate(_ quantifier: Quantifier, into state: inout Fold, _ formula: Formula)
        throws(EncodingFailure)
    {
        let condition = try quantifier.condition.map { formula throws(EncodingFailure) in try bool(formula) }
        let counts = condition ?? pool.bool(true)
        if pool.truth(counts) == false { return }
        let width = formula.type.integer?.kind.bits ?? 64
        guard let body = quantifier.body else {
            let more = pool.add(state.number, pool.word(1, width: width))
            state.number = pool.choice(counts, more, state.number)
            return
        }
        var changed = state
        try under(counts) { () throws(EncodingFailure) in
            switch quantifier.kind {
            case .all: changed.flag = pool.and(state.flag, try bool(body))
            case .some: changed.flag = pool.or(state.flag, try bool(body))
            case .count: break
            case .sum: changed.number = try sum(state.number, body, formula)
            case .min, .max: try extremum(&changed, body, formula)
            }
        }
        state.flag = pool.choice(counts, changed.flag, state.flag)
        state.number = pool.choice(counts, changed.number, state.number)
        state.hasNumber = pool.choice(counts, changed.hasNumber, state.hasNumber)
    }

    private func sum(_ before: Term, _ body: Formula, _ formula: Formula) throws(EncodingFailure) -> Term {
        guard let type = formula.type.integer, let own = body.type.integer else {
            throw fail("not a number", at: body.range)
        }
        let item = resize(try number(body), from: own, to: type.kind.bits)
        let sum = pool.add(before, item)
        let zero = pool.word(0, width: type.kind.bits)
        let signs = pool.bitAnd(pool.bitXor(before, sum), pool.bitXor(item, sum))
        trap(when: isSigned(type) ? pool.signedLess(signs, zero) : pool.unsignedLess(sum, before))
        return sum
    }

    private func extremum(_ state: inout Fold, _ body: Formula, _ formula: Formula) throws(EncodingFailure) {
        guard let type = formula.type.integer, let own = body.type.integer else {
            throw fail("not a number", at: body.range)
        }
        let item = resize(try number(body), from: own, to: type.kind.bits)
        let less = isSigned(type) ? pool.signedLess : pool.unsignedLess
        let isBetter = state.kind == .min ? less(item, state.number) : less(state.number, item)
        let replaces = pool.or(pool.not(state.hasNumber), isBetter)
        state.number = pool.choice(replaces, item, state.number)
        state.hasNumber = pool.bool(true)
    }
}
