// Spacer: whether a bad state can be reached by rules, with an invariant that is checked by a solver of its own.

import CZ3

/// A rule over states: from a state, or from nothing, to a state under a premise.
package struct HornRule: Sendable {
    /// Whether it begins in a state, whose variables are those of the system; an initial state comes from nothing.
    package let isFromState: Bool
    /// What must be true of the state and of further variables.
    package let premise: Term
    /// A term for each variable of a state; nil when the rule leads to what must not be reached.
    package let next: [Term]?

    /// A rule.
    package init(isFromState: Bool, premise: Term, next: [Term]?) {
        self.isFromState = isFromState
        self.premise = premise
        self.next = next
    }
}

/// What the rules lead to.
package enum HornAnswer: Sendable {
    /// Nothing bad: an invariant was found, and each rule was checked to keep it.
    case proved
    /// What must not be reached is.
    case refuted
    case unknown(String)
}

/// What libz3 made for one question: referenced at once, because an AST that nobody refers to dies at the next call.
private final class Scratch {
    let context: SolverContext
    private var kept: [Z3_ast] = []

    init(_ context: SolverContext) { self.context = context }

    deinit { for ast in kept { Z3_dec_ref(context.context, ast) } }

    func keep(_ ast: Z3_ast?) -> Z3_ast? {
        guard let ast else { return nil }
        Z3_inc_ref(context.context, ast)
        kept.append(ast)
        return ast
    }
}

/// Asks Spacer, by the fixedpoint engine of libz3.
package struct HornClauses {
    private let pool: TermPool
    private let limits: SolverLimits
    /// The variables of a state, in order.
    private let variables: [Term]
    private let rules: [HornRule]

    /// Rules over states with these variables.
    package init(_ pool: TermPool, variables: [Term], rules: [HornRule], limits: SolverLimits) {
        self.pool = pool
        self.variables = variables
        self.rules = rules
        self.limits = limits
    }

    /// Whether a rule without a next state can ever apply.
    package func answer() -> HornAnswer {
        guard let context = SolverContext(pool) else { return .unknown("libz3 gives no context") }
        let scratch = Scratch(context)
        guard let engine = Z3_mk_fixedpoint(context.context) else { return .unknown("libz3 has no fixedpoint engine") }
        Z3_fixedpoint_inc_ref(context.context, engine)
        defer { Z3_fixedpoint_dec_ref(context.context, engine) }
        setParameters(of: engine, context)
        guard let relation = declaration("reached", variables, scratch), let bad = declaration("bad", [], scratch)
        else {
            return .unknown(context.lastError ?? "libz3 refuses a relation")
        }
        Z3_fixedpoint_register_relation(context.context, engine, relation)
        Z3_fixedpoint_register_relation(context.context, engine, bad)
        for rule in rules {
            guard let clause = clause(rule, relation, bad, scratch) else {
                return .unknown(context.lastError ?? "libz3 refuses a rule")
            }
            Z3_fixedpoint_add_rule(context.context, engine, clause, nil)
            if let error = context.lastError { return .unknown(error) }
        }
        if limits.isCancelled?() ?? false { return .unknown("interrupted") }
        var queries: [Z3_func_decl?] = [bad]
        let (result, reason) = Watchdog.watch(limits, interrupt: { context.interrupt() }) {
            queries.withUnsafeMutableBufferPointer {
                Z3_fixedpoint_query_relations(context.context, engine, 1, $0.baseAddress)
            }
        }
        if let error = context.lastError { return .unknown(reason ?? error) }
        switch result {
        case Z3_L_TRUE: return .refuted
        case Z3_L_FALSE: return checked(engine, relation, scratch)
        default:
            let given = Z3_fixedpoint_get_reason_unknown(context.context, engine).map { String(cString: $0) }
            return .unknown(reason ?? given ?? "no reason given")
        }
    }

    private func setParameters(of engine: Z3_fixedpoint, _ context: SolverContext) {
        guard let parameters = Z3_mk_params(context.context) else { return }
        Z3_params_inc_ref(context.context, parameters)
        defer { Z3_params_dec_ref(context.context, parameters) }
        func symbol(_ name: String) -> Z3_symbol? { Z3_mk_string_symbol(context.context, name) }
        Z3_params_set_symbol(context.context, parameters, symbol("engine"), symbol("spacer"))
        // What it finds must be about the relation as it was stated.
        for name in ["xform.inline_eager", "xform.inline_linear", "xform.slice", "xform.coi"] {
            Z3_params_set_bool(context.context, parameters, symbol(name), false)
        }
        Z3_fixedpoint_set_params(context.context, engine, parameters)
    }

    // MARK: Rules

    private func declaration(_ name: String, _ variables: [Term], _ scratch: Scratch) -> Z3_func_decl? {
        let context = scratch.context
        var domain: [Z3_sort?] = variables.map { context.sort(width: pool.width($0)) }
        guard let symbol = Z3_mk_string_symbol(context.context, name), let range = context.sort(width: 0) else {
            return nil
        }
        let made = domain.withUnsafeMutableBufferPointer {
            Z3_mk_func_decl(context.context, symbol, UInt32($0.count), $0.baseAddress, range)
        }
        guard let made, scratch.keep(Z3_func_decl_to_ast(context.context, made)) != nil else { return nil }
        return made
    }

    private func applied(_ relation: Z3_func_decl, to terms: [Term], _ scratch: Scratch) -> Z3_ast? {
        let context = scratch.context
        let operands: [Z3_ast?] = terms.map { context.translate($0) }
        guard operands.allSatisfy({ $0 != nil }) else { return nil }
        return scratch.keep(
            operands.withUnsafeBufferPointer {
                Z3_mk_app(context.context, relation, UInt32($0.count), $0.baseAddress)
            })
    }

    /// `for all variables: reached(state) && premise implies reached(next)`.
    private func clause(_ rule: HornRule, _ relation: Z3_func_decl, _ bad: Z3_func_decl, _ scratch: Scratch) -> Z3_ast?
    {
        let context = scratch.context
        guard let premise = context.translate(rule.premise),
            let head = rule.next.map({ applied(relation, to: $0, scratch) }) ?? applied(bad, to: [], scratch)
        else { return nil }
        var body: [Z3_ast?] = [premise]
        if rule.isFromState {
            guard let before = applied(relation, to: variables, scratch) else { return nil }
            body.append(before)
        }
        let joint = scratch.keep(
            body.withUnsafeBufferPointer { Z3_mk_and(context.context, UInt32($0.count), $0.baseAddress) })
        guard let joint, let implication = scratch.keep(Z3_mk_implies(context.context, joint, head)) else { return nil }
        let roots = [rule.premise] + (rule.next ?? []) + (rule.isFromState ? variables : [])
        let bound: [Z3_app?] = pool.parts(of: roots).filter { pool.node($0).operation == .variable }.map { variable in
            context.translate(variable).flatMap { Z3_to_app(context.context, $0) }
        }
        guard !bound.isEmpty else { return implication }
        return scratch.keep(
            bound.withUnsafeBufferPointer {
                Z3_mk_forall_const(context.context, 0, UInt32($0.count), $0.baseAddress, 0, nil, implication)
            })
    }

    // MARK: The invariant

    /// Whether what Spacer says of reached states begins true, is kept by every rule, and excludes what is bad.
    private func checked(_ engine: Z3_fixedpoint, _ relation: Z3_func_decl, _ scratch: Scratch) -> HornAnswer {
        let context = scratch.context
        let found = Z3_fixedpoint_get_cover_delta(context.context, engine, -1, relation)
        guard let cover = scratch.keep(found) else { return .unknown("Spacer shows no invariant") }
        guard let solver = Z3_mk_solver(context.context) else { return .unknown("libz3 gives no solver") }
        Z3_solver_inc_ref(context.context, solver)
        defer { Z3_solver_dec_ref(context.context, solver) }
        for rule in rules {
            guard let premise = context.translate(rule.premise) else { return .unknown("libz3 refuses a rule") }
            Z3_solver_push(context.context, solver)
            Z3_solver_assert(context.context, solver, premise)
            if rule.isFromState {
                guard let before = instance(of: cover, variables, scratch) else {
                    return .unknown("Spacer's invariant cannot be read")
                }
                Z3_solver_assert(context.context, solver, before)
            }
            if let next = rule.next {
                guard let after = instance(of: cover, next, scratch),
                    let isLost = scratch.keep(Z3_mk_not(context.context, after))
                else { return .unknown("Spacer's invariant cannot be read") }
                Z3_solver_assert(context.context, solver, isLost)
            }
            let (result, reason) = Watchdog.watch(limits, interrupt: { context.interrupt() }) {
                Z3_solver_check(context.context, solver)
            }
            if let error = context.lastError { return .unknown(reason ?? error) }
            guard result == Z3_L_FALSE else {
                let isWrong = result == Z3_L_TRUE
                return .unknown(
                    isWrong
                        ? "what Spacer found is no invariant: please report this spec"
                        : "what Spacer found could not be checked: \(reason ?? "no reason given")")
            }
            Z3_solver_pop(context.context, solver, 1)
        }
        return .proved
    }

    /// The invariant with terms in the place of its variables.
    private func instance(of cover: Z3_ast, _ terms: [Term], _ scratch: Scratch) -> Z3_ast? {
        let operands: [Z3_ast?] = terms.map { scratch.context.translate($0) }
        guard operands.allSatisfy({ $0 != nil }) else { return nil }
        return scratch.keep(
            operands.withUnsafeBufferPointer {
                Z3_substitute_vars(scratch.context.context, cover, UInt32($0.count), $0.baseAddress)
            })
    }
}
