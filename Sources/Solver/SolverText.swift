// A query as SMT-LIB text: for other solvers, for people, and as the key under which its answer is kept.

extension TermPool {
    /// The script that asks whether all of these can be true: equal queries give equal texts.
    ///
    /// Each term that is used is defined once, so the text grows with the terms and not with the paths through them.
    package func script(asserting roots: [Term]) -> String {
        var text = "(set-logic QF_BV)\n"
        var names: [Int32: String] = [:]
        for part in parts(of: roots) {
            let node = node(part)
            switch node.operation {
            case .constant: names[part.index] = literal(node)
            case .variable:
                names[part.index] = "|\(variableNames[Int(node.payload)]).\(names.count)|"
                text += "(declare-const \(names[part.index] ?? "") \(Self.name(of: node.sort)))\n"
            default:
                let operands = [node.first, node.second, node.third].compactMap { names[$0] }
                names[part.index] = "t\(names.count)"
                let body = "(\(head(node)) \(operands.joined(separator: " ")))"
                text += "(define-fun \(names[part.index] ?? "") () \(Self.name(of: node.sort)) \(body))\n"
            }
        }
        for root in roots { text += "(assert \(names[root.index] ?? "false"))\n" }
        return text + "(check-sat)\n"
    }

    private static func name(of sort: Sort) -> String { sort.width.map { "(_ BitVec \($0))" } ?? "Bool" }

    private func literal(_ node: TermNode) -> String {
        node.width == 0 ? (node.payload == 1 ? "true" : "false") : "(_ bv\(node.payload) \(node.width))"
    }

    private func head(_ node: TermNode) -> String {
        let own = node.first < 0 ? 0 : Int(nodes[Int(node.first)].width)
        switch node.operation {
        case .illSorted, .constant, .variable: return "ill-sorted"
        case .not: return "not"
        case .and: return "and"
        case .or: return "or"
        case .choice: return "ite"
        case .equal: return "="
        case .complement: return "bvnot"
        case .negate: return "bvneg"
        case .add: return "bvadd"
        case .subtract: return "bvsub"
        case .multiply: return "bvmul"
        case .unsignedDivide: return "bvudiv"
        case .unsignedRemainder: return "bvurem"
        case .signedDivide: return "bvsdiv"
        case .signedRemainder: return "bvsrem"
        case .bitAnd: return "bvand"
        case .bitOr: return "bvor"
        case .bitXor: return "bvxor"
        case .shiftLeft: return "bvshl"
        case .logicalShiftRight: return "bvlshr"
        case .arithmeticShiftRight: return "bvashr"
        case .unsignedLess: return "bvult"
        case .signedLess: return "bvslt"
        case .zeroExtend: return "(_ zero_extend \(Int(node.width) - own))"
        case .signExtend: return "(_ sign_extend \(Int(node.width) - own))"
        case .extract: return "(_ extract \(Int(node.payload) + Int(node.width) - 1) \(node.payload))"
        case .unsignedProductOverflows: return "bvumulo"
        case .signedProductOverflows: return "bvsmulo"
        }
    }
}
