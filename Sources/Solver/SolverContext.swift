// One context of libz3 and what it owns: every AST is referenced while it is kept, and no error ends the process.

import CZ3

/// A context with the translations of one pool's terms. Belongs to one thread; only `interrupt` may come from another.
final class SolverContext {
    let pool: TermPool
    let context: Z3_context
    /// Translations by term, each referenced.
    private var translations: [Int32: Z3_ast] = [:]
    private var sorts: [Int: Z3_sort] = [:]

    /// A context; nil when libz3 gives none.
    init?(_ pool: TermPool) {
        self.pool = pool
        let configuration = Z3_mk_config()
        defer { Z3_del_config(configuration) }
        guard let context = Z3_mk_context_rc(configuration) else { return nil }
        self.context = context
        // The default handler ends the process; with this one the code is kept, and asked for after each query.
        Z3_set_error_handler(context) { _, _ in }
    }

    deinit {
        for ast in translations.values { Z3_dec_ref(context, ast) }
        for sort in sorts.values { Z3_dec_ref(context, Z3_sort_to_ast(context, sort)) }
        Z3_del_context(context)
    }

    /// What went wrong in the last call; nil when nothing did.
    var lastError: String? {
        let code = Z3_get_error_code(context)
        guard code != Z3_OK else { return nil }
        return Z3_get_error_msg(context, code).map { String(cString: $0) } ?? "libz3 error \(code.rawValue)"
    }

    /// Makes the query that runs in this context give up.
    func interrupt() { Z3_interrupt(context) }

    // MARK: Translation

    /// The translation of a sort. 0 bits stand for a truth value.
    func sort(width: Int) -> Z3_sort? {
        if let known = sorts[width] { return known }
        let made = width == 0 ? Z3_mk_bool_sort(context) : Z3_mk_bv_sort(context, UInt32(width))
        guard let made else { return nil }
        Z3_inc_ref(context, Z3_sort_to_ast(context, made))
        sorts[width] = made
        return made
    }

    /// The translation of a term, made once; nil for an ill-sorted one or when libz3 refuses.
    func translate(_ root: Term) -> Z3_ast? {
        if let known = translations[root.index] { return known }
        for part in pool.parts(of: [root]) where translations[part.index] == nil {
            let node = pool.node(part)
            guard node.operation != .illSorted, let ast = build(node, part) else { return nil }
            Z3_inc_ref(context, ast)
            translations[part.index] = ast
        }
        return translations[root.index]
    }

    private func build(_ node: TermNode, _ term: Term) -> Z3_ast? {
        switch node.operation {
        case .constant:
            if node.width == 0 { return node.payload == 1 ? Z3_mk_true(context) : Z3_mk_false(context) }
            return sort(width: Int(node.width)).flatMap { Z3_mk_unsigned_int64(context, node.payload, $0) }
        case .variable: return variable(node)
        default: break
        }
        guard let a = translations[node.first] else { return nil }
        guard node.second >= 0 else { return unary(node, a) }
        guard let b = translations[node.second] else { return nil }
        guard node.operation == .choice else {
            return binary(node.operation, a, b, UInt32(pool.nodes[Int(node.first)].width))
        }
        return translations[node.third].flatMap { Z3_mk_ite(context, a, b, $0) }
    }

    /// Numbers tell variables apart; their names are for people who read an exported query.
    private func variable(_ node: TermNode) -> Z3_ast? {
        let name = "\(pool.variableNames[Int(node.payload)])!\(node.payload)"
        return sort(width: Int(node.width)).flatMap { Z3_mk_const(context, Z3_mk_string_symbol(context, name), $0) }
    }

    private func unary(_ node: TermNode, _ a: Z3_ast) -> Z3_ast? {
        let width = UInt32(node.width)
        let own = UInt32(pool.nodes[Int(node.first)].width)
        switch node.operation {
        case .not: return Z3_mk_not(context, a)
        case .complement: return Z3_mk_bvnot(context, a)
        case .negate: return Z3_mk_bvneg(context, a)
        case .zeroExtend: return Z3_mk_zero_ext(context, width - own, a)
        case .signExtend: return Z3_mk_sign_ext(context, width - own, a)
        case .extract: return Z3_mk_extract(context, UInt32(node.payload) + width - 1, UInt32(node.payload), a)
        default: return nil
        }
    }

    private func binary(_ operation: Operator, _ a: Z3_ast, _ b: Z3_ast, _ width: UInt32) -> Z3_ast? {
        switch operation {
        case .and: return pair(Z3_mk_and, a, b)
        case .or: return pair(Z3_mk_or, a, b)
        case .equal: return Z3_mk_eq(context, a, b)
        case .add: return Z3_mk_bvadd(context, a, b)
        case .subtract: return Z3_mk_bvsub(context, a, b)
        case .multiply: return Z3_mk_bvmul(context, a, b)
        case .unsignedDivide: return Z3_mk_bvudiv(context, a, b)
        case .unsignedRemainder: return Z3_mk_bvurem(context, a, b)
        case .signedDivide: return Z3_mk_bvsdiv(context, a, b)
        case .signedRemainder: return Z3_mk_bvsrem(context, a, b)
        case .bitAnd: return Z3_mk_bvand(context, a, b)
        case .bitOr: return Z3_mk_bvor(context, a, b)
        case .bitXor: return Z3_mk_bvxor(context, a, b)
        case .shiftLeft: return Z3_mk_bvshl(context, a, b)
        case .logicalShiftRight: return Z3_mk_bvlshr(context, a, b)
        case .arithmeticShiftRight: return Z3_mk_bvashr(context, a, b)
        case .unsignedLess: return Z3_mk_bvult(context, a, b)
        case .signedLess: return Z3_mk_bvslt(context, a, b)
        case .unsignedProductOverflows: return Z3_mk_bvmul_no_overflow(context, a, b, false).map(negation)
        case .signedProductOverflows: return signedOverflow(a, b, width)
        default: return nil
        }
    }

    private typealias Connective = (Z3_context?, UInt32, UnsafePointer<Z3_ast?>?) -> Z3_ast?

    private func pair(_ connective: Connective, _ a: Z3_ast, _ b: Z3_ast) -> Z3_ast? {
        let operands: [Z3_ast?] = [a, b]
        return operands.withUnsafeBufferPointer { connective(context, 2, $0.baseAddress) }
    }

    /// The operand is referenced while its negation is made: in this mode a term without owner may die at the next call.
    private func negation(of ast: Z3_ast) -> Z3_ast {
        Z3_inc_ref(context, ast)
        defer { Z3_dec_ref(context, ast) }
        return Z3_mk_not(context, ast) ?? ast
    }

    /// Whether the product of twice the width is not that of the width with its sign.
    ///
    /// `Z3_mk_bvmul_no_overflow` with a sign is wrong in 4.8.12: for 2 bits it says that -1 * -1 overflows.
    private func signedOverflow(_ a: Z3_ast, _ b: Z3_ast, _ width: UInt32) -> Z3_ast? {
        var owned: [Z3_ast] = []
        defer { for ast in owned { Z3_dec_ref(context, ast) } }
        func own(_ ast: Z3_ast?) -> Z3_ast? {
            guard let ast else { return nil }
            Z3_inc_ref(context, ast)
            owned.append(ast)
            return ast
        }
        guard let first = own(Z3_mk_sign_ext(context, width, a)), let second = own(Z3_mk_sign_ext(context, width, b)),
            let product = own(Z3_mk_bvmul(context, first, second)),
            let low = own(Z3_mk_extract(context, width - 1, 0, product)),
            let same = own(Z3_mk_sign_ext(context, width, low)), let fits = own(Z3_mk_eq(context, product, same))
        else { return nil }
        return Z3_mk_not(context, fits)
    }
}
