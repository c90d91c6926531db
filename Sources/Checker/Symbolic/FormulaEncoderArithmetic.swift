// Operators and conversions as terms: what traps, what wraps, what has a sign (2.6 of the language's meaning).

import Model
import Solver

extension FormulaEncoder {
    /// Whether words of a type are compared and divided with a sign.
    func isSigned(_ type: IntegerType) -> Bool {
        switch type.kind {
        case .int: true
        case .word(_, let isSigned): isSigned
        }
    }

    /// The same number in another width; too narrow a target cuts it off.
    func resize(_ term: Term, from source: IntegerType, to width: Int) -> Term {
        let own = source.kind.bits
        if own == width { return term }
        if own > width { return pool.extract(term, from: 0, width: width) }
        return isSigned(source) ? pool.signExtend(term, to: width) : pool.zeroExtend(term, to: width)
    }

    private func integer(_ formula: Formula) throws(EncodingFailure) -> IntegerType {
        guard let type = formula.type.integer else { throw fail("not a number", at: formula.range) }
        return type
    }

    // MARK: Operators

    func unary(_ operation: UnaryOperatorSyntax, _ operand: Formula, _ formula: Formula) throws(EncodingFailure)
        -> SymbolicValue
    {
        if operation == .not { return .bool(pool.not(try bool(operand))) }
        let type = try integer(formula)
        let term = resize(try number(operand), from: try integer(operand), to: type.kind.bits)
        if operation == .complement { return .integer(pool.complement(term)) }
        let isLeast = isSigned(type) ? pool.equal(term, values.number(type.kind.bounds.lower, type)) : nil
        let zero = pool.word(0, width: type.kind.bits)
        trap(when: isLeast ?? pool.not(pool.equal(term, zero)))
        return .integer(pool.subtract(zero, term))
    }

    func binary(_ operation: BinaryOperatorSyntax, _ left: Formula, _ right: Formula, _ formula: Formula)
        throws(EncodingFailure) -> SymbolicValue
    {
        switch operation {
        case .and, .or, .implies: return .bool(try shortCircuit(operation, left, right))
        case .equal, .notEqual:
            let first = try encode(left)
            let equal = values.equal(first, try encode(right))
            return .bool(operation == .equal ? equal : pool.not(equal))
        case .less, .lessOrEqual, .greater, .greaterOrEqual: return .bool(try compare(operation, left, right))
        case .shiftLeft, .wrappingShiftLeft, .shiftRight: return .integer(try shift(operation, left, right, formula))
        case .add, .subtract, .multiply, .divide, .remainder, .wrappingAdd, .wrappingSubtract, .wrappingMultiply,
            .bitAnd, .bitOr, .bitXor:
            let type = try integer(formula)
            let (source, other) = (try integer(left), try integer(right))
            let first = resize(try number(left), from: source, to: type.kind.bits)
            let second = resize(try number(right), from: other, to: type.kind.bits)
            if let narrow = narrowWidth([type, source, other]) {
                return .integer(narrowed(operation, first, second, type, narrow))
            }
            return .integer(try arithmetic(operation, first, second, type, left, right))
        }
    }

    private func shortCircuit(_ operation: BinaryOperatorSyntax, _ left: Formula, _ right: Formula)
        throws(EncodingFailure) -> Term
    {
        let first = try bool(left)
        let goesOn = operation == .or ? pool.not(first) : first
        if pool.truth(goesOn) == false { return pool.bool(operation != .and) }
        let second = try under(goesOn) { () throws(EncodingFailure) in try bool(right) }
        switch operation {
        case .and: return pool.and(first, second)
        case .or: return pool.or(first, second)
        default: return pool.implies(first, second)
        }
    }

    private func compare(_ operation: BinaryOperatorSyntax, _ left: Formula, _ right: Formula)
        throws(EncodingFailure) -> Term
    {
        let first = try encode(left)
        let second = try encode(right)
        let (a, b): (Term, Term)
        var hasSign = false
        switch (first, second) {
        case (.member(let one), .member(let two)): (a, b) = (one, two)
        case (.integer(let one), .integer(let two)):
            let (source, other) = (try integer(left), try integer(right))
            let width = max(source.kind.bits, other.kind.bits)
            (a, b) = (resize(one, from: source, to: width), resize(two, from: other, to: width))
            hasSign = isSigned(source) && isSigned(other)
        default: throw fail("no order", at: left.range)
        }
        let less = hasSign ? pool.signedLess : pool.unsignedLess
        switch operation {
        case .less: return less(a, b)
        case .greater: return less(b, a)
        case .lessOrEqual: return pool.not(less(b, a))
        default: return pool.not(less(a, b))
        }
    }

    /// Whether the bounds that typing found exclude an overflow: where they do not, they are those of the whole type.
    private func cannotOverflow(_ type: IntegerType) -> Bool {
        let (least, greatest) = type.kind.bounds
        return type.kind == .int && type.lower > least && type.upper < greatest
    }

    private func arithmetic(
        _ operation: BinaryOperatorSyntax, _ a: Term, _ b: Term, _ type: IntegerType, _ left: Formula, _ right: Formula
    ) throws(EncodingFailure) -> Term {
        let width = type.kind.bits
        let top = pool.word(0, width: width)
        func isNegative(_ term: Term) -> Term { pool.signedLess(term, top) }
        switch operation {
        case .add, .wrappingAdd:
            let sum = pool.add(a, b)
            if operation == .add, !cannotOverflow(type) {
                let signs = pool.bitAnd(pool.bitXor(a, sum), pool.bitXor(b, sum))
                trap(when: isSigned(type) ? isNegative(signs) : pool.unsignedLess(sum, a))
            }
            return sum
        case .subtract, .wrappingSubtract:
            let difference = pool.subtract(a, b)
            if operation == .subtract, !cannotOverflow(type) {
                let signs = pool.bitAnd(pool.bitXor(a, b), pool.bitXor(a, difference))
                trap(when: isSigned(type) ? isNegative(signs) : pool.unsignedLess(a, b))
            }
            return difference
        case .multiply, .wrappingMultiply:
            if operation == .multiply, !cannotOverflow(type) {
                trap(when: isSigned(type) ? pool.signedProductOverflows(a, b) : pool.unsignedProductOverflows(a, b))
            }
            return pool.multiply(a, b)
        case .divide, .remainder:
            return divide(operation, a, b, type, isPositive: isNatural(left) && isNatural(right))
        case .bitAnd: return pool.bitAnd(a, b)
        case .bitOr: return pool.bitOr(a, b)
        default: return pool.bitXor(a, b)
        }
    }

    /// Bits in which numbers of all these types can be computed with, when the bounds that typing found are few enough.
    private func narrowWidth(_ types: [IntegerType]) -> Int? {
        guard types.allSatisfy({ $0.kind == .int && $0.lower <= $0.upper }) else { return nil }
        let most = types.map { max($0.upper, -$0.lower - 1, 0) }.max() ?? 0
        // One bit for the sign, and one so that no quotient overflows.
        let width = 128 - most.leadingZeroBitCount + 2
        return width <= 40 ? width : nil
    }

    /// Arithmetic in few bits: products and quotients of 64 are what solvers are slow at.
    private func narrowed(_ operation: BinaryOperatorSyntax, _ a: Term, _ b: Term, _ type: IntegerType, _ width: Int)
        -> Term
    {
        let first = pool.extract(a, from: 0, width: width)
        let second = pool.extract(b, from: 0, width: width)
        let result: Term
        switch operation {
        case .add, .wrappingAdd: result = pool.add(first, second)
        case .subtract, .wrappingSubtract: result = pool.subtract(first, second)
        case .multiply, .wrappingMultiply: result = pool.multiply(first, second)
        case .divide, .remainder:
            trap(when: pool.equal(second, pool.word(0, width: width)))
            result = operation == .divide ? pool.signedDivide(first, second) : pool.signedRemainder(first, second)
        case .bitAnd: result = pool.bitAnd(first, second)
        case .bitOr: result = pool.bitOr(first, second)
        default: result = pool.bitXor(first, second)
        }
        return pool.signExtend(result, to: type.kind.bits)
    }

    private func isNatural(_ formula: Formula) -> Bool { formula.type.integer.map { $0.lower >= 0 } ?? false }

    private func divide(
        _ operation: BinaryOperatorSyntax, _ a: Term, _ b: Term, _ type: IntegerType, isPositive: Bool
    ) -> Term {
        let width = type.kind.bits
        trap(when: pool.equal(b, pool.word(0, width: width)))
        let isQuotient = operation == .divide
        guard isSigned(type), !isPositive else {
            return isQuotient ? pool.unsignedDivide(a, b) : pool.unsignedRemainder(a, b)
        }
        guard isQuotient else { return pool.signedRemainder(a, b) }
        let isLeast = pool.equal(a, values.number(type.kind.bounds.lower, type))
        trap(when: pool.and(isLeast, pool.equal(b, pool.word(.max, width: width))))
        return pool.signedDivide(a, b)
    }

    private func shift(_ operation: BinaryOperatorSyntax, _ left: Formula, _ right: Formula, _ formula: Formula)
        throws(EncodingFailure) -> Term
    {
        let type = try integer(formula)
        let width = type.kind.bits
        let a = resize(try number(left), from: try integer(left), to: width)
        let countType = try integer(right)
        let wide = resize(try number(right), from: countType, to: max(countType.kind.bits, width))
        let limit = pool.word(UInt64(width), width: max(countType.kind.bits, width))
        // A negative count is beyond every width when it is read without its sign.
        trap(when: pool.not(pool.unsignedLess(wide, limit)))
        let count = pool.sort(of: wide)?.width == width ? wide : pool.extract(wide, from: 0, width: width)
        if operation == .shiftRight {
            return isSigned(type) ? pool.arithmeticShiftRight(a, count) : pool.logicalShiftRight(a, count)
        }
        let shifted = pool.shiftLeft(a, count)
        if operation == .shiftLeft, !cannotOverflow(type) {
            let back =
                isSigned(type) ? pool.arithmeticShiftRight(shifted, count) : pool.logicalShiftRight(shifted, count)
            trap(when: pool.not(pool.equal(back, a)))
        }
        return shifted
    }

    // MARK: Conversions

    func convert(_ operand: Formula, _ conversion: Conversion, _ formula: Formula) throws(EncodingFailure)
        -> SymbolicValue
    {
        let value = try encode(operand)
        if conversion == .process { return try convertProcess(value, operand, formula) }
        switch (value, formula.type) {
        case (.integer(let term), .integer(let target)):
            if case .aligned(let step) = conversion {
                let width = target.kind.bits
                let rest = pool.unsignedRemainder(term, pool.word(step, width: width))
                trap(when: pool.not(pool.equal(rest, pool.word(0, width: width))))
                return value
            }
            let source = try integer(operand)
            if conversion == .checked {
                trap(when: pool.not(isWithin(term, source, lower: target.lower, upper: target.upper)))
            }
            return .integer(resize(term, from: source, to: target.kind.bits))
        case (.member(let term), .integer(let target)):
            if conversion == .checked {
                let greatest = pool.word(UInt64(max(0, target.upper)), width: SymbolicValue.memberWidth)
                trap(when: pool.unsignedLess(greatest, term))
            }
            let width = target.kind.bits
            return .integer(
                width < SymbolicValue.memberWidth
                    ? pool.extract(term, from: 0, width: width) : pool.zeroExtend(term, to: width))
        case (.integer(let term), .sort), (.integer(let term), .pid), (.integer(let term), .enumeration):
            let source = try integer(operand)
            let count = types.count(of: formula.type) ?? 0
            trap(when: pool.not(isWithin(term, source, lower: 0, upper: count - 1)))
            let width = SymbolicValue.memberWidth
            return .member(resize(term, from: source, to: width))
        default: return value
        }
    }

    /// Whether a number is within bounds, which may lie outside what its own type can have.
    func isWithin(_ term: Term, _ type: IntegerType, lower: Int128, upper: Int128) -> Term {
        let (least, greatest) = type.kind.bounds
        guard lower <= greatest, upper >= least, lower <= upper else { return pool.bool(false) }
        let less = isSigned(type) ? pool.signedLess : pool.unsignedLess
        var result = pool.bool(true)
        if lower > least, lower > type.lower { result = pool.not(less(term, values.number(lower, type))) }
        if upper < greatest, upper < type.upper {
            result = pool.and(result, pool.not(less(values.number(upper, type), term)))
        }
        return result
    }

    private func convertProcess(_ value: SymbolicValue, _ operand: Formula, _ formula: Formula)
        throws(EncodingFailure) -> SymbolicValue
    {
        guard case .member(var pid) = value else { throw fail("not a process", at: formula.range) }
        if case .sort(let id) = operand.type, let first = types.sorts[id].firstPid {
            pid = pool.add(pid, values.ordinal(first))
        }
        guard case .sort(let id) = formula.type, let first = types.sorts[id].firstPid else { return .member(pid) }
        let own = pool.subtract(pid, values.ordinal(first))
        trap(when: pool.not(pool.unsignedLess(own, values.ordinal(types.sorts[id].count))))
        return .member(own)
    }
}
