// Which variables terms are made of, and terms with others in the place of their parts.

extension TermPool {
    /// The variables that a term is made of, in the order in which they were made. Found once for each term.
    package func support(of term: Term) -> [Term] {
        let index = Int(term.index)
        if index < supports.count, let known = supports[index] { return known }
        let found = parts(of: [term]).filter { node($0).operation == .variable }
        while supports.count < nodes.count { supports.append(nil) }
        supports[index] = found
        return found
    }

    /// Terms with others in the place of some of their parts, simplified as constructors do.
    ///
    /// - Parameters:
    ///   - roots: the terms.
    ///   - map: what stands for which part; each of the sort of its part. Its values are not searched again.
    /// - Returns: one term for each root. O(terms that the roots are made of).
    package func substituted(_ roots: [Term], _ map: [Term: Term]) -> [Term] {
        if map.isEmpty { return roots }
        // What is made of constants alone was folded, and is most of a state.
        let open = roots.filter { !support(of: $0).isEmpty }
        if open.isEmpty { return roots }
        let parts = parts(of: open)
        while images.count < nodes.count { images.append(-1) }
        for (part, other) in map { images[Int(part.index)] = other.index }
        defer { for part in map.keys { images[Int(part.index)] = -1 } }
        var results: [Term] = []
        results.reserveCapacity(parts.count)
        for (place, part) in parts.enumerated() { places[Int(part.index)] = Int32(place) }
        func result(_ index: Int32) -> Term { results[Int(places[Int(index)])] }
        for part in parts {
            let node = node(part)
            let image = images[Int(part.index)]
            if image >= 0 {
                results.append(Term(index: image))
            } else if node.first < 0 {
                results.append(part)
            } else {
                let a = result(node.first)
                let b = node.second < 0 ? nil : result(node.second)
                let c = node.third < 0 ? nil : result(node.third)
                let isSame = a.index == node.first && b?.index ?? -1 == node.second && c?.index ?? -1 == node.third
                results.append(isSame ? part : made(node, a, b ?? .illSorted, c ?? .illSorted))
            }
        }
        return roots.map { support(of: $0).isEmpty ? $0 : result($0.index) }
    }

    /// The term of an operator and other operands.
    private func made(_ node: TermNode, _ a: Term, _ b: Term, _ c: Term) -> Term {
        switch node.operation {
        case .illSorted, .constant, .variable: .illSorted
        case .not: not(a)
        case .and: and(a, b)
        case .or: or(a, b)
        case .choice: choice(a, b, c)
        case .equal: equal(a, b)
        case .complement: complement(a)
        case .negate: negate(a)
        case .add: add(a, b)
        case .subtract: subtract(a, b)
        case .multiply: multiply(a, b)
        case .unsignedDivide: unsignedDivide(a, b)
        case .unsignedRemainder: unsignedRemainder(a, b)
        case .signedDivide: signedDivide(a, b)
        case .signedRemainder: signedRemainder(a, b)
        case .bitAnd: bitAnd(a, b)
        case .bitOr: bitOr(a, b)
        case .bitXor: bitXor(a, b)
        case .shiftLeft: shiftLeft(a, b)
        case .logicalShiftRight: logicalShiftRight(a, b)
        case .arithmeticShiftRight: arithmeticShiftRight(a, b)
        case .unsignedLess: unsignedLess(a, b)
        case .signedLess: signedLess(a, b)
        case .zeroExtend: zeroExtend(a, to: Int(node.width))
        case .signExtend: signExtend(a, to: Int(node.width))
        case .extract: extract(a, from: Int(node.payload), width: Int(node.width))
        case .unsignedProductOverflows: unsignedProductOverflows(a, b)
        case .signedProductOverflows: signedProductOverflows(a, b)
        }
    }

    /// The conditions that are true together when this one is: the parts of `&&`, of `!(a || b)`, and so on.
    package func conjuncts(of term: Term) -> [Term] {
        var (result, pending) = ([Term](), [term])
        while let next = pending.popLast() {
            let node = node(next)
            if node.operation == .and {
                pending += [Term(index: node.second), Term(index: node.first)]
            } else if node.operation == .not, self.node(Term(index: node.first)).operation == .or {
                let inner = self.node(Term(index: node.first))
                pending += [not(Term(index: inner.second)), not(Term(index: inner.first))]
            } else if truth(next) != true {
                result.append(next)
            }
        }
        return result
    }

    /// A part and the constant that a condition says it equals; nil for any other condition.
    package func equality(_ term: Term) -> (part: Term, value: Term)? {
        let node = node(term)
        switch node.operation {
        case .variable: return (term, bool(true))
        case .not where self.node(Term(index: node.first)).operation == .variable:
            return (Term(index: node.first), bool(false))
        case .equal:
            let (a, b) = (Term(index: node.first), Term(index: node.second))
            if constant(a) != nil { return (b, a) }
            return constant(b) != nil ? (a, b) : nil
        default: return nil
        }
    }

    /// The term with an index, which was one of this pool's.
    package func term(_ index: Int32) -> Term { Term(index: index) }

    /// Whether a term is a variable.
    package func isVariable(_ term: Term) -> Bool { node(term).operation == .variable }
}
