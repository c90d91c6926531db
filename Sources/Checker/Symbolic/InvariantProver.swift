// Proof of invariants without exploring: what is inductive, alone or over several steps, and what begins wrong.

import Model
import Solver

/// What is known of a claim about every reachable state.
enum InvariantAnswer {
    /// No step leads from where all that was shown holds to where the claim does not. `lemmas` of them nobody stated.
    case inductive(lemmas: Int)
    /// The same over so many steps.
    case provedByInduction(k: Int)
    /// Spacer found an invariant that excludes it, which was checked.
    case provedByClauses
    /// States of a run from an initial one; the last breaks the claim, or the step after it does. None: it is broken on
    /// the way to the first state.
    case violated([SystemState])
    /// A step that induction cannot exclude: nobody knows whether its first state can be reached.
    case counterexampleToInduction([SystemState])
    case unknown(reason: String, at: SourceRange?, advice: String?)
}

/// A claim about all reachable states.
struct InvariantClaim {
    /// What must never be.
    enum Kind: Hashable {
        /// A state in which the property is false.
        case property(Int)
        /// A step that does this.
        case step(Violation.Name)
    }
    let kind: Kind
    let name: String
    let range: SourceRange?
}

extension Violation {
    /// What a step does wrong, as `expect` names it.
    enum Name: Hashable {
        case trap, panic, lockUse, lockDiscipline, ownership
        case assertion(AssertionID)

        init?(_ kind: ViolationKind) {
            switch kind {
            case .trap: self = .trap
            case .panic: self = .panic
            case .lockUse: self = .lockUse
            case .lockDiscipline: self = .lockDiscipline
            case .ownership: self = .ownership
            case .assertion(let id): self = .assertion(id)
            case .diverges, .deadlock, .property: return nil
            }
        }
    }
}

/// Proves claims about one system.
final class InvariantProver {
    let system: TransitionSystem
    let pool = TermPool()
    let encoder: SystemEncoder
    let limits: SolverLimits
    /// Any state, its types kept.
    let base: (state: SymbolicState, isValid: Term, leaves: [SymbolicValues.Leaf])
    let start: SymbolicStart
    /// All steps from `base`.
    let steps: [SymbolicStep]
    /// Questions to Z3.
    var queryCount = 0

    /// Statements that are still supposed, with their terms in `base`; what falls is nil.
    var candidates: [(candidate: InductionCandidate, term: Term)?] = []
    /// Why a candidate fell that may be true all the same.
    var reasons: [Int: String] = [:]
    /// Supposes what is known of `base`.
    let solver: Solver

    init(_ system: TransitionSystem, limits: SolverLimits, deadline: ContinuousClock.Instant?) throws(EncodingFailure) {
        self.system = system
        self.limits = limits
        encoder = SystemEncoder(system, pool)
        base = try encoder.shape.unknown("")
        let probe = Solver(pool, limits: limits)
        probe.effort = 500_000
        probe.assert(base.isValid)
        encoder.isPossible = { condition in
            if case .unsatisfiable = probe.check(assuming: [condition]) { false } else { true }
        }
        encoder.isOver = {
            if limits.isCancelled?() ?? false { return true }
            return deadline.map { ContinuousClock.now >= $0 } ?? false
        }
        start = try encoder.start()
        steps = try encoder.steps(from: base.state)
        solver = Solver(pool, limits: limits)
        solver.assert(base.isValid)
    }

    // MARK: Claims

    /// Every claim that can be made: stated invariants, asserts, and what no step must do.
    func claims() -> [InvariantClaim] {
        var result: [InvariantClaim] = []
        for (index, property) in system.properties.enumerated()
        where property.kind == .invariant || property.kind == .always {
            result.append(InvariantClaim(kind: .property(index), name: property.name, range: property.range))
        }
        for (id, assertion) in system.assertions.enumerated() {
            result.append(InvariantClaim(kind: .step(.assertion(id)), name: assertion.name, range: assertion.range))
        }
        result.append(InvariantClaim(kind: .step(.trap), name: "trap", range: nil))
        result.append(InvariantClaim(kind: .step(.panic), name: "panic", range: nil))
        guard !system.processes.isEmpty else { return result }
        result.append(InvariantClaim(kind: .step(.lockUse), name: "lock_use", range: nil))
        result.append(InvariantClaim(kind: .step(.lockDiscipline), name: "lock_discipline", range: nil))
        result.append(InvariantClaim(kind: .step(.ownership), name: "ownership", range: nil))
        return result
    }

    /// True in a state in which a claim is broken, or from which a step breaks it.
    func isBroken(_ kind: InvariantClaim.Kind, in state: SymbolicState, _ steps: [SymbolicStep])
        throws(EncodingFailure) -> Term
    {
        switch kind {
        case .property(let index): return try encoder.isBroken(system.properties[index], in: state)
        case .step(let name): return pool.any(steps.map { breaks(name, $0) })
        }
    }

    /// True where a step does what it must not.
    func breaks(_ name: Violation.Name, _ step: SymbolicStep) -> Term {
        let hits = step.violations.filter { Violation.Name($0.key) == name }.map(\.value).sorted()
        return pool.all([step.isEnabled, step.inputs, pool.any(hits)])
    }

    // MARK: Questions

    var isOver: Bool { encoder.isOver() }

    func ask(_ solver: Solver, _ assumptions: [Term]) -> Answer {
        if assumptions.contains(where: { pool.truth($0) == false }) { return .unsatisfiable }
        if isOver { return .unknown("the time limit was reached") }
        queryCount += 1
        return solver.check(assuming: assumptions.filter { pool.truth($0) != true })
    }

    /// Terms of what is supposed of `base`.
    var supposed: [Term] { candidates.compactMap { $0?.term } }

    // MARK: Induction over one step

    /// Keeps, of all candidates, the greatest set that begins true and that every step keeps.
    func settle() throws(EncodingFailure) {
        for (index, property) in system.properties.enumerated()
        where property.kind == .invariant || property.kind == .always {
            try suppose(
                InductionCandidate(property: index) { [encoder, pool, system] state throws(EncodingFailure) in
                    pool.not(try encoder.isBroken(system.properties[index], in: state))
                })
        }
        for lemma in LockLemmas(shape: encoder.shape).candidates() { try suppose(lemma) }
        let beginning = Solver(pool, limits: limits)
        for end in start.ends {
            let premises = [start.inputs, end.live]
            try drop(beginning, premises, in: end.state, asBase: false)
        }
        var isChanged = true
        while isChanged {
            isChanged = false
            for step in steps {
                for end in step.ends {
                    let count = supposed.count
                    try drop(solver, [step.isEnabled, step.inputs, end.live], in: end.state, asBase: true)
                    if supposed.count != count { isChanged = true }
                }
            }
        }
    }

    private func suppose(_ candidate: InductionCandidate) throws(EncodingFailure) {
        let term = try candidate.holds(base.state)
        if candidate.property == nil, pool.truth(term) == true { return }
        candidates.append((candidate, term))
    }

    /// Drops what may be false in a state that is reached under some premises.
    private func drop(_ solver: Solver, _ premises: [Term], in state: SymbolicState, asBase: Bool)
        throws(EncodingFailure)
    {
        var open: [(index: Int, term: Term)] = []
        for (index, entry) in candidates.enumerated() {
            guard let entry else { continue }
            let term = try entry.candidate.holds(state)
            if term != entry.term || !asBase, pool.truth(term) != true { open.append((index, term)) }
        }
        drop(solver, premises, open, asBase)
    }

    private func drop(_ solver: Solver, _ premises: [Term], _ all: [(index: Int, term: Term)], _ asBase: Bool) {
        var open = all
        while true {
            open.removeAll { candidates[$0.index] == nil }
            guard !open.isEmpty else { return }
            let broken = pool.not(pool.all(open.map(\.term)))
            switch ask(solver, (asBase ? supposed : []) + premises + [broken]) {
            case .unsatisfiable: return
            case .satisfiable(let assignment):
                let truths = pool.values(of: open.map(\.term), under: assignment)
                for (entry, truth) in zip(open, truths) where truth == 0 { candidates[entry.index] = nil }
            case .unknown(let reason):
                guard open.count > 1 else {
                    candidates[open[0].index] = nil
                    reasons[open[0].index] = reason
                    return
                }
                // What cannot be answered together may be answered alone.
                drop(solver, premises, Array(open[..<(open.count / 2)]), asBase)
                drop(solver, premises, Array(open[(open.count / 2)...]), asBase)
                return
            }
        }
    }
}
