// Whether a branch can be taken under a path condition: by what is known of it, by the witness, by the solver at last.

import Solver

/// What is true on a path: conditions, each once.
struct PathCondition {
    private(set) var terms: [Term] = []

    /// Adds a condition, part by part.
    ///
    /// - Returns: false when one of its parts is plainly false, or the opposite of what is known.
    mutating func add(_ condition: Term, _ pool: TermPool) -> Bool {
        for part in pool.conjuncts(of: condition) where !terms.contains(part) {
            if pool.truth(part) == false || terms.contains(pool.not(part)) { return false }
            terms.append(part)
        }
        return true
    }

    /// What is true of variables that these are tied to, directly or through others.
    ///
    /// All else has no say in what is asked of them: it can be true, and shares no variable with them.
    func slice(_ variables: some Sequence<Term>, _ pool: TermPool) -> (terms: [Term], variables: Set<Term>) {
        var reached = Set(variables)
        var (result, rest) = ([Term](), terms)
        while true {
            let (tied, others) = rest.reduce(into: ([Term](), [Term]())) { split, term in
                if pool.support(of: term).contains(where: reached.contains) {
                    split.0.append(term)
                } else {
                    split.1.append(term)
                }
            }
            if tied.isEmpty { break }
            result += tied
            rest = others
            for term in tied { reached.formUnion(pool.support(of: term)) }
        }
        return (result.sorted(), reached)
    }
}

/// Answers whether conditions can be true, and keeps the answers.
final class Feasibility {
    enum Answer {
        /// With values under which the path condition and the condition are true.
        case possible(Assignment)
        case impossible
        case unknown(String)
    }

    let pool: TermPool
    private let solver: Solver
    private var answers: [[Int32]: Answer] = [:]
    /// Questions that the solver was asked.
    private(set) var questionCount = 0
    /// Questions that were asked before.
    private(set) var hitCount = 0
    /// Values that made earlier questions true, the one that helped last at the end: they answer many others.
    private var models: [Assignment] = []
    private static let modelLimit = 32
    /// Questions that they answered.
    private(set) var modelCount = 0
    /// Branches that the values at hand take.
    private(set) var witnessCount = 0

    init(_ pool: TermPool, limits: SolverLimits) {
        self.pool = pool
        solver = Solver(pool, limits: limits)
    }

    /// Whether a condition can be true on a path.
    ///
    /// - Parameters:
    ///   - condition: a truth value.
    ///   - path: true for some values.
    ///   - witness: values under which the path is true.
    func ask(_ condition: Term, on path: PathCondition, _ witness: Assignment) -> Answer {
        if let known = pool.truth(condition) { return known ? .possible(witness) : .impossible }
        if pool.isTrue(condition, under: witness) {
            witnessCount += 1
            return .possible(witness)
        }
        var more = path
        guard more.add(condition, pool) else { return .impossible }
        let (terms, variables) = path.slice(pool.support(of: condition), pool)
        switch answer(terms + [condition]) {
        case .impossible: return .impossible
        case .unknown(let reason): return .unknown(reason)
        case .possible(let values):
            var all = witness
            for variable in variables { all.set(variable, to: pool.values(of: [variable], under: values)[0], in: pool) }
            return .possible(all)
        }
    }

    /// Whether a condition can be true on a path, as far as the solver tells.
    func isPossible(_ condition: Term, on path: PathCondition, _ witness: Assignment) -> Bool {
        if case .impossible = ask(condition, on: path, witness) { false } else { true }
    }

    /// Whether a condition is true for all values of a path; nil when the solver does not tell.
    func isCertain(_ condition: Term, on path: PathCondition, _ witness: Assignment) -> Bool? {
        switch ask(pool.not(condition), on: path, witness) {
        case .impossible: true
        case .possible: false
        case .unknown: nil
        }
    }

    private func answer(_ claims: [Term]) -> Answer {
        let key = claims.map(\.index)
        if let known = answers[key] {
            hitCount += 1
            return known
        }
        for (place, values) in models.enumerated() where claims.allSatisfy({ pool.isTrue($0, under: values) }) {
            models.remove(at: place)
            models.append(values)
            modelCount += 1
            answers[key] = .possible(values)
            return .possible(values)
        }
        questionCount += 1
        let result: Answer
        switch solver.question(claims) {
        case .satisfiable(let values): result = .possible(values)
        case .unsatisfiable: result = .impossible
        case .unknown:
            switch solver.decide(pool.all(claims)) {
            case .satisfiable(let values): result = .possible(values)
            case .unsatisfiable: result = .impossible
            case .unknown(let reason): result = .unknown(reason)
            }
        }
        if case .possible(let values) = result {
            models.append(values)
            if models.count > Self.modelLimit { models.removeFirst() }
        }
        answers[key] = result
        return result
    }
}
