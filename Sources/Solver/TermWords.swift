// Constructors of words: arithmetic, bits, shifts, comparisons, changes of width.

extension TermPool {
    private func binary(_ operation: Operator, _ a: Term, _ b: Term) -> Term {
        guard let width = commonWidth(a, b) else { return .illSorted }
        return folded(TermNode(operation, width: width, a, b), a, b)
    }

    private func commutative(_ operation: Operator, _ a: Term, _ b: Term) -> Term {
        binary(operation, min(a, b), max(a, b))
    }

    private func isConstant(_ term: Term, _ value: UInt64) -> Bool { constant(term) == value }

    /// The exponent of a constant power of two.
    private func exponent(_ term: Term) -> Int? {
        guard let value = constant(term), value != 0, value & (value - 1) == 0 else { return nil }
        return value.trailingZeroBitCount
    }

    // MARK: Arithmetic, modulo 2^width

    /// `a + b`
    package func add(_ a: Term, _ b: Term) -> Term {
        guard commonWidth(a, b) != nil else { return .illSorted }
        if isConstant(a, 0) { return b }
        return isConstant(b, 0) ? a : commutative(.add, a, b)
    }

    /// `a - b`
    package func subtract(_ a: Term, _ b: Term) -> Term {
        guard let width = commonWidth(a, b) else { return .illSorted }
        if isConstant(b, 0) { return a }
        return a == b ? word(0, width: width) : binary(.subtract, a, b)
    }

    /// `a * b`
    package func multiply(_ a: Term, _ b: Term) -> Term {
        guard let width = commonWidth(a, b) else { return .illSorted }
        if let power = exponent(a) { return shiftLeft(b, word(UInt64(power), width: width)) }
        if let power = exponent(b) { return shiftLeft(a, word(UInt64(power), width: width)) }
        if isConstant(a, 0) || isConstant(b, 0) { return word(0, width: width) }
        return commutative(.multiply, a, b)
    }

    /// `-a`
    package func negate(_ a: Term) -> Term {
        guard let width = sort(of: a)?.width else { return .illSorted }
        return folded(TermNode(.negate, width: width, a), a)
    }

    /// `a / b` without sign; all ones when b is 0.
    package func unsignedDivide(_ a: Term, _ b: Term) -> Term {
        guard let width = commonWidth(a, b) else { return .illSorted }
        if let power = exponent(b) { return logicalShiftRight(a, word(UInt64(power), width: width)) }
        return binary(.unsignedDivide, a, b)
    }

    /// `a % b` without sign; a when b is 0.
    package func unsignedRemainder(_ a: Term, _ b: Term) -> Term {
        guard let width = commonWidth(a, b) else { return .illSorted }
        if let power = exponent(b) { return bitAnd(a, word((1 << UInt64(power)) - 1, width: width)) }
        return binary(.unsignedRemainder, a, b)
    }

    /// `a / b` with sign, toward zero; 1 or -1 when b is 0.
    package func signedDivide(_ a: Term, _ b: Term) -> Term {
        isConstant(b, 1) && commonWidth(a, b) != nil ? a : binary(.signedDivide, a, b)
    }

    /// `a % b` with the sign of a; a when b is 0.
    package func signedRemainder(_ a: Term, _ b: Term) -> Term { binary(.signedRemainder, a, b) }

    // MARK: Bits

    /// `~a`
    package func complement(_ a: Term) -> Term {
        guard let width = sort(of: a)?.width else { return .illSorted }
        return folded(TermNode(.complement, width: width, a), a)
    }

    /// `a & b`
    package func bitAnd(_ a: Term, _ b: Term) -> Term {
        guard let width = commonWidth(a, b) else { return .illSorted }
        for (one, other) in [(a, b), (b, a)] {
            if isConstant(one, 0) { return one }
            if isConstant(one, WordArithmetic.mask(width)) { return other }
        }
        return a == b ? a : commutative(.bitAnd, a, b)
    }

    /// `a | b`
    package func bitOr(_ a: Term, _ b: Term) -> Term {
        guard commonWidth(a, b) != nil else { return .illSorted }
        if isConstant(a, 0) || a == b { return b }
        return isConstant(b, 0) ? a : commutative(.bitOr, a, b)
    }

    /// `a ^ b`
    package func bitXor(_ a: Term, _ b: Term) -> Term {
        guard let width = commonWidth(a, b) else { return .illSorted }
        return a == b ? word(0, width: width) : commutative(.bitXor, a, b)
    }

    private func shift(_ operation: Operator, _ a: Term, _ b: Term) -> Term {
        isConstant(b, 0) && commonWidth(a, b) != nil ? a : binary(operation, a, b)
    }

    /// `a << b`; 0 when b is not below the width.
    package func shiftLeft(_ a: Term, _ b: Term) -> Term { shift(.shiftLeft, a, b) }
    /// `a >> b` without sign; 0 when b is not below the width.
    package func logicalShiftRight(_ a: Term, _ b: Term) -> Term { shift(.logicalShiftRight, a, b) }
    /// `a >> b` with sign; the sign alone when b is not below the width.
    package func arithmeticShiftRight(_ a: Term, _ b: Term) -> Term { shift(.arithmeticShiftRight, a, b) }

    // MARK: Comparisons

    /// `a < b` without sign.
    package func unsignedLess(_ a: Term, _ b: Term) -> Term {
        guard commonWidth(a, b) != nil else { return .illSorted }
        if a == b || isConstant(b, 0) { return bool(false) }
        if let (first, second) = narrowed(a, b) { return unsignedLess(first, second) }
        return folded(TermNode(.unsignedLess, width: 0, a, b), a, b)
    }

    /// `a <= b` without sign.
    package func unsignedLessOrEqual(_ a: Term, _ b: Term) -> Term { not(unsignedLess(b, a)) }

    /// `a < b` with sign.
    package func signedLess(_ a: Term, _ b: Term) -> Term {
        guard commonWidth(a, b) != nil else { return .illSorted }
        if a == b { return bool(false) }
        // Both have their sign bit clear, so the unsigned order is the same.
        if isExtended(a), isExtended(b) { return unsignedLess(a, b) }
        return folded(TermNode(.signedLess, width: 0, a, b), a, b)
    }

    /// `a <= b` with sign.
    package func signedLessOrEqual(_ a: Term, _ b: Term) -> Term { not(signedLess(b, a)) }

    private func isExtended(_ term: Term) -> Bool {
        if node(term).operation == .zeroExtend { return true }
        return constant(term).map { $0 >> UInt64(width(term) - 1) == 0 } ?? false
    }

    /// Two zero-extended words, or one and a constant, as words of the narrower width.
    private func narrowed(_ a: Term, _ b: Term) -> (Term, Term)? {
        let extended = [a, b].filter { node($0).operation == .zeroExtend }
        guard let inner = extended.map({ width(Term(index: node($0).first)) }).max() else { return nil }
        for term in [a, b] {
            let isKnown = constant(term).map { $0 <= WordArithmetic.mask(inner) } ?? false
            guard node(term).operation == .zeroExtend || isKnown else { return nil }
        }
        return (extract(a, from: 0, width: inner), extract(b, from: 0, width: inner))
    }

    /// Whether `a * b` without sign is beyond the width.
    package func unsignedProductOverflows(_ a: Term, _ b: Term) -> Term { overflow(.unsignedProductOverflows, a, b) }

    /// Whether `a * b` with sign is beyond the width.
    package func signedProductOverflows(_ a: Term, _ b: Term) -> Term { overflow(.signedProductOverflows, a, b) }

    private func overflow(_ operation: Operator, _ a: Term, _ b: Term) -> Term {
        guard commonWidth(a, b) != nil else { return .illSorted }
        for term in [a, b] where isConstant(term, 0) || isConstant(term, 1) && width(term) > 1 { return bool(false) }
        return folded(TermNode(operation, width: 0, min(a, b), max(a, b)), min(a, b), max(a, b))
    }

    // MARK: Widths

    /// The same number in more bits.
    package func zeroExtend(_ a: Term, to width: Int) -> Term {
        guard let own = sort(of: a)?.width, own <= width, width <= Sort.greatestWidth else { return .illSorted }
        if own == width { return a }
        if node(a).operation == .zeroExtend { return zeroExtend(Term(index: node(a).first), to: width) }
        return folded(TermNode(.zeroExtend, width: width, a), a)
    }

    /// The same signed number in more bits.
    package func signExtend(_ a: Term, to width: Int) -> Term {
        guard let own = sort(of: a)?.width, own <= width, width <= Sort.greatestWidth else { return .illSorted }
        if own == width { return a }
        if node(a).operation == .zeroExtend { return zeroExtend(a, to: width) }
        return folded(TermNode(.signExtend, width: width, a), a)
    }

    /// Some bits of a word, from the lowest one given.
    package func extract(_ a: Term, from low: Int, width: Int) -> Term {
        guard let own = sort(of: a)?.width, low >= 0, width >= 1, low <= own - width else { return .illSorted }
        if width == own { return a }
        let node = node(a)
        if low == 0, node.operation == .zeroExtend || node.operation == .signExtend {
            let inner = Term(index: node.first)
            let innerWidth = self.width(inner)
            if innerWidth >= width { return extract(inner, from: 0, width: width) }
            return node.operation == .zeroExtend ? zeroExtend(inner, to: width) : signExtend(inner, to: width)
        }
        return folded(TermNode(.extract, width: width, a, payload: UInt64(low)), a)
    }
}
