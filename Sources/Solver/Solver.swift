// Questions about terms: is there an assignment under which all of these are true?

import CZ3

/// What a solver says.
package enum Answer: Sendable {
    /// There is one, which was checked in Swift.
    case satisfiable(Assignment)
    case unsatisfiable
    /// Neither, and why.
    case unknown(String)
}

/// A set of truth values that may grow, and questions about it.
///
/// Not safe for use from several threads. Whatever is asked, the process lives on: an ill-sorted term, an error of
/// libz3, a limit and a model that fails its check are all `unknown`.
package final class Solver {
    private let pool: TermPool
    private let context: SolverContext?
    private let solver: Z3_solver?
    /// For questions that have nothing to do with what was added.
    private var single: Z3_solver?
    private var asserted: [Term] = []
    private var failure: String?
    /// What each query may use.
    package var limits: SolverLimits
    /// Questions asked so far.
    package private(set) var queryCount = 0

    /// A solver of finite domains for the terms of a pool.
    package init(_ pool: TermPool, limits: SolverLimits) {
        self.pool = pool
        self.limits = limits
        context = SolverContext(pool)
        // Bits all the way down, incremental, and with assumptions: fastest for words of at most 64 bits.
        solver = context.flatMap { context in
            Z3_mk_solver_for_logic(context.context, Z3_mk_string_symbol(context.context, "QF_FD"))
        }
        guard let context, let solver else {
            failure = "libz3 gives no solver"
            return
        }
        Z3_solver_inc_ref(context.context, solver)
    }

    deinit {
        guard let context else { return }
        if let solver { Z3_solver_dec_ref(context.context, solver) }
        if let single { Z3_solver_dec_ref(context.context, single) }
    }

    /// The version of libz3 that is linked: `4.8.12`.
    package static var version: String {
        var (major, minor, build, revision): (UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0)
        Z3_get_version(&major, &minor, &build, &revision)
        return "\(major).\(minor).\(build)"
    }

    /// Bytes that libz3 has taken, of all contexts together.
    package static var allocatedBytes: UInt64 { Z3_get_estimated_alloc_size() }

    /// Adds what must be true; a term that is no truth value makes every answer unknown.
    package func assert(_ term: Term) {
        guard let context, let solver, failure == nil else { return }
        guard pool.sort(of: term) == .bool else {
            failure = "a term is ill-sorted"
            return
        }
        guard let ast = context.translate(term) else {
            failure = context.lastError ?? "libz3 refuses a term"
            return
        }
        asserted.append(term)
        Z3_solver_assert(context.context, solver, ast)
        if let error = context.lastError { failure = error }
    }

    /// Whether all that was added and all of these can be true together.
    ///
    /// Assumptions that are variables, or negations of some, are the cheapest.
    package func check(assuming assumptions: [Term] = []) -> Answer {
        var literals: [Z3_ast?] = []
        for assumption in assumptions {
            guard let literal = literal(for: assumption) else { break }
            literals.append(literal)
        }
        guard let context, let solver, failure == nil else { return .unknown(failure ?? "libz3 gives no solver") }
        setEffort(of: solver, context)
        return ask(solver, context, literals, asserted + assumptions)
    }

    /// Whether all of these can be true together, whatever was added: for many small questions about few variables.
    ///
    /// - Parameter claims: truth values.
    /// - Returns: a model of the variables that they are made of; all others are 0 in it.
    package func question(_ claims: [Term]) -> Answer {
        guard let context else { return .unknown(failure ?? "libz3 gives no solver") }
        if single == nil, let logic = Z3_mk_string_symbol(context.context, "QF_FD") {
            single = Z3_mk_solver_for_logic(context.context, logic)
            if let single { Z3_solver_inc_ref(context.context, single) }
        }
        guard let single else { return .unknown("libz3 gives no solver") }
        Z3_solver_reset(context.context, single)
        for claim in claims {
            guard pool.sort(of: claim) == .bool else { return .unknown("a term is ill-sorted") }
            guard let ast = context.translate(claim) else {
                return .unknown(context.lastError ?? "libz3 refuses a term")
            }
            Z3_solver_assert(context.context, single, ast)
        }
        let variables = Set(claims.flatMap { pool.support(of: $0) }).sorted()
        return ask(single, context, [], claims, variables)
    }

    /// Whether all that was added and this can be true together, by a solver of its own that takes more trouble.
    ///
    /// The strategy for bit-vectors rewrites the question as a whole before it goes down to bits: better for one hard
    /// question, useless for many alike.
    package func decide(_ claim: Term) -> Answer {
        guard let context, failure == nil else { return .unknown(failure ?? "libz3 gives no solver") }
        guard pool.sort(of: claim) == .bool else { return .unknown("a term is ill-sorted") }
        guard let tactic = Z3_mk_tactic(context.context, "qfbv") else { return check(assuming: [claim]) }
        Z3_tactic_inc_ref(context.context, tactic)
        defer { Z3_tactic_dec_ref(context.context, tactic) }
        guard let single = Z3_mk_solver_from_tactic(context.context, tactic) else { return check(assuming: [claim]) }
        Z3_solver_inc_ref(context.context, single)
        defer { Z3_solver_dec_ref(context.context, single) }
        for term in asserted + [claim] {
            guard let ast = context.translate(term) else {
                return .unknown(context.lastError ?? "libz3 refuses a term")
            }
            Z3_solver_assert(context.context, single, ast)
        }
        return ask(single, context, [], asserted + [claim])
    }

    /// Steps that a query may take; nil for as many as the time allows. Unlike time it gives the same answers always.
    package var effort: UInt32?

    private func setEffort(of solver: Z3_solver, _ context: SolverContext) {
        guard let parameters = Z3_mk_params(context.context) else { return }
        Z3_params_inc_ref(context.context, parameters)
        defer { Z3_params_dec_ref(context.context, parameters) }
        let symbol = Z3_mk_string_symbol(context.context, "rlimit")
        Z3_params_set_uint(context.context, parameters, symbol, effort ?? 0)
        Z3_solver_set_params(context.context, solver, parameters)
    }

    private func ask(
        _ solver: Z3_solver, _ context: SolverContext, _ literals: [Z3_ast?], _ claims: [Term],
        _ variables: [Term]? = nil
    ) -> Answer {
        queryCount += 1
        if limits.isCancelled?() ?? false { return .unknown("interrupted") }
        let (result, reason) = Watchdog.watch(limits, interrupt: { context.interrupt() }) {
            literals.withUnsafeBufferPointer {
                Z3_solver_check_assumptions(context.context, solver, UInt32($0.count), $0.baseAddress)
            }
        }
        if let error = context.lastError { return .unknown(reason ?? error) }
        if let record = limits.record, result != Z3_L_UNDEF {
            record(pool.script(asserting: claims), result == Z3_L_TRUE ? "sat" : "unsat")
        }
        switch result {
        case Z3_L_FALSE: return .unsatisfiable
        case Z3_L_TRUE: return model(context, solver, claims, variables ?? pool.variables)
        default:
            let given = Z3_solver_get_reason_unknown(context.context, solver).map { String(cString: $0) }
            return .unknown(reason ?? given ?? "no reason given")
        }
    }

    private var literals: [Term: Term] = [:]

    /// A literal that is true exactly when the assumption is.
    private func literal(for term: Term) -> Z3_ast? {
        guard pool.sort(of: term) == .bool else {
            failure = "a term is ill-sorted"
            return nil
        }
        var inner = pool.node(term)
        if inner.operation == .not { inner = pool.node(Term(index: inner.first)) }
        if inner.operation == .variable { return context?.translate(term) }
        let literal = literals[term] ?? pool.variable("assumed", .bool)
        if literals[term] == nil {
            literals[term] = literal
            assert(pool.implies(literal, term))
        }
        return context?.translate(literal)
    }

    // MARK: Models

    /// The solver's model, and whether everything is true under it by the arithmetic of `WordArithmetic`.
    private func model(_ context: SolverContext, _ solver: Z3_solver, _ claims: [Term], _ variables: [Term]) -> Answer {
        guard let model = Z3_solver_get_model(context.context, solver) else {
            return .unknown(context.lastError ?? "libz3 gives no model")
        }
        Z3_model_inc_ref(context.context, model)
        defer { Z3_model_dec_ref(context.context, model) }
        var assignment = Assignment()
        for variable in variables {
            guard let value = value(of: variable, model, context) else {
                return .unknown(context.lastError ?? "libz3 gives a variable no value")
            }
            assignment.set(variable, to: value, in: pool)
        }
        let truths = pool.values(of: claims, under: assignment)
        guard truths.allSatisfy({ $0 == 1 }) else {
            return .unknown("libz3 gives a model that is none: please report this query")
        }
        return .satisfiable(assignment)
    }

    private func value(of variable: Term, _ model: Z3_model, _ context: SolverContext) -> UInt64? {
        guard let ast = context.translate(variable) else { return nil }
        var result: Z3_ast?
        guard Z3_model_eval(context.context, model, ast, true, &result), let result else { return nil }
        Z3_inc_ref(context.context, result)
        defer { Z3_dec_ref(context.context, result) }
        if pool.width(variable) == 0 {
            switch Z3_get_bool_value(context.context, result) {
            case Z3_L_TRUE: return 1
            case Z3_L_FALSE: return 0
            default: return nil
            }
        }
        var number: UInt64 = 0
        return Z3_get_numeral_uint64(context.context, result, &number) ? number : nil
    }
}
