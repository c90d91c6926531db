// The answers for single claims: inductive or not, over several steps, and runs from the first state that break one.

import Model
import Solver

/// How hard a proof is tried.
struct ProverOptions {
    /// Steps of induction, at most.
    var depth = 3
    /// Steps of runs that are looked for from the initial states.
    var runLength = 12
    var usesInduction = true
    var usesClauses = true
}

/// A chain of unknown states, each a step from the one before.
struct StateChain {
    var states: [SymbolicState]
    var steps: [[SymbolicStep]]
    /// True where state i + 1 is a step from state i.
    var links: [Term] = []
    /// What makes every state one of the system's.
    var isValid: [Term]
}

extension InvariantProver {
    /// The answer for each claim. `settle()` comes first.
    func answers(to claims: [InvariantClaim], _ options: ProverOptions) throws(EncodingFailure) -> [InvariantAnswer] {
        if let (reason, place) = openLoop() {
            let advice = "bound the loop, or cut the step with a label"
            return claims.map { _ in .unknown(reason: reason, at: place, advice: advice) }
        }
        // What is cheap comes first: a hard claim may take all the time.
        var answers: [InvariantAnswer?] = []
        let lemmas = candidates.count { $0 != nil && $0?.candidate.property == nil }
        for claim in claims {
            let isInductive = options.usesInduction ? try isInductive(claim.kind) : false
            answers.append(isInductive ? .inductive(lemmas: lemmas) : nil)
        }
        let unprotected = unprotected()
        var chain = StateChain(states: [base.state], steps: [steps], isValid: [base.isValid])
        var result: [InvariantAnswer] = []
        for (claim, answer) in zip(claims, answers) {
            if let answer { result.append(answer) } else { result.append(try harder(claim, options, &chain)) }
        }
        return protected(result, claims, unprotected)
    }

    /// A loop within a step that may go on after it was unrolled: then steps are missing, and nothing is shown.
    private func openLoop() -> (String, SourceRange?)? {
        if pool.truth(start.incomplete) != false { return ("a loop on the way to the first state has no bound", nil) }
        for step in steps where pool.truth(step.incomplete) != false {
            if case .unsatisfiable = ask(solver, supposed + [step.isEnabled, step.inputs, step.incomplete]) {
                continue
            }
            return ("a loop within a step may go on after it was unrolled", step.incompleteRange)
        }
        return nil
    }

    /// What rests on protections that are not shown is not shown: steps were made as if nobody broke them.
    private func protected(_ answers: [InvariantAnswer], _ claims: [InvariantClaim], _ name: String?)
        -> [InvariantAnswer]
    {
        guard let name else { return answers }
        return zip(answers, claims).map { answer, claim in
            switch answer {
            case .inductive, .provedByInduction, .provedByClauses:
                if claim.name == "lock_discipline" || claim.name == "ownership" { return answer }
                return .unknown(
                    reason: "it rests on \(name), which is not shown", at: claim.range,
                    advice: "a stated invariant that says who holds which lock may help")
            case .violated, .counterexampleToInduction, .unknown: return answer
            }
        }
    }

    private func unprotected() -> String? {
        let rules: [(Violation.Name, String)] = [(.lockDiscipline, "lock_discipline"), (.ownership, "ownership")]
        for (rule, name) in rules where !isShown(rule) { return name }
        return nil
    }

    private func isShown(_ name: Violation.Name) -> Bool {
        if !isCleanStart(name) { return false }
        return steps.allSatisfy { step in
            if case .unsatisfiable = ask(solver, supposed + [breaks(name, step)]) { true } else { false }
        }
    }

    private func isCleanStart(_ name: Violation.Name) -> Bool {
        let hits = start.violations.filter { Violation.Name($0.key) == name }.map(\.value).sorted()
        if hits.isEmpty { return true }
        let beginning = Solver(pool, limits: limits)
        if case .unsatisfiable = ask(beginning, [start.inputs, pool.any(hits)]) { return true }
        return false
    }

    private func isInductive(_ kind: InvariantClaim.Kind) throws(EncodingFailure) -> Bool {
        switch kind {
        case .property(let index): return candidates.contains { $0?.candidate.property == index }
        case .step(let name): return isShown(name)
        }
    }

    // MARK: Several steps

    /// What is not inductive alone: over several steps, by clauses, or not at all.
    private func harder(_ claim: InvariantClaim, _ options: ProverOptions, _ chain: inout StateChain)
        throws(EncodingFailure) -> InvariantAnswer
    {
        var open: InvariantAnswer?
        if case .step(let name) = claim.kind, !isCleanStart(name) { return .violated([]) }
        if options.usesInduction {
            var isBaseOpen = false
            for k in 1...max(1, options.depth) {
                switch try induction(claim, k, &chain) {
                case .violated(let states): return .violated(states)
                case .provedByInduction(let k): return .provedByInduction(k: k)
                case .counterexampleToInduction(let states):
                    if open == nil || k == 1 { open = .counterexampleToInduction(states) }
                case let other:
                    // Nothing is known of runs of this length, so nothing can be built on them.
                    open = open ?? other
                    isBaseOpen = true
                }
                if isOver || isBaseOpen { break }
            }
        }
        if options.usesClauses, !isOver {
            switch try clauses(claim) {
            case .proved: return .provedByClauses
            case .refuted: break
            case .unknown(let reason):
                open = open ?? .unknown(reason: reason, at: claim.range, advice: Self.advice)
            }
        }
        for length in 0...max(1, options.runLength) where !isOver {
            switch try run(claim, length, &chain) {
            case .violated(let states): return .violated(states)
            case .unknown(let reason, let place, let advice):
                return open ?? .unknown(reason: reason, at: place, advice: advice)
            default: continue
            }
        }
        if isOver, case .counterexampleToInduction? = open {
        } else if isOver {
            return .unknown(reason: "the time limit was reached", at: claim.range, advice: "--time gives it longer")
        }
        return open
            ?? .unknown(
                reason: "no run of \(options.runLength) steps breaks it, and no proof was found", at: claim.range,
                advice: Self.advice)
    }

    static let advice = "state what is missing as an invariant of its own, or let `check` explore it"

    /// Makes the chain longer by a state.
    private func extend(_ chain: inout StateChain) throws(EncodingFailure) {
        let number = chain.states.count
        let next = try encoder.shape.unknown("\(number) ")
        let leaves = next.leaves.map(\.variable)
        var cases: [Term] = []
        for step in chain.steps[number - 1] {
            for end in step.ends {
                let terms = encoder.shape.leafTerms(of: end.state)
                let isNext = pool.all(zip(leaves, terms).map { pool.equal($0, $1) })
                cases.append(pool.all([step.isEnabled, step.inputs, end.live, isNext]))
            }
        }
        chain.links.append(pool.any(cases))
        chain.states.append(next.state)
        chain.isValid.append(next.isValid)
        chain.steps.append(try encoder.steps(from: next.state))
    }

    /// Whether a claim that holds in k states of a row holds in the next, and begins so.
    private func induction(_ claim: InvariantClaim, _ k: Int, _ chain: inout StateChain) throws(EncodingFailure)
        -> InvariantAnswer
    {
        // A step that breaks a claim is one from the last state; a property is false in the state behind.
        let last: Int
        if case .property = claim.kind { last = k } else { last = k - 1 }
        while chain.states.count <= last { try extend(&chain) }
        // It must begin so: runs of fewer steps were looked at before.
        for length in k == 1 ? 0...last : last...last {
            switch try run(claim, length, &chain) {
            case .violated(let states): return .violated(states)
            case .unknown(let reason, let place, let advice):
                return .unknown(reason: reason, at: place, advice: advice)
            default: continue
            }
        }
        let solver = Solver(pool, limits: limits)
        for index in 0...last {
            solver.assert(chain.isValid[index])
            for case (let candidate, _)? in candidates { solver.assert(try candidate.holds(chain.states[index])) }
            if index < last { solver.assert(chain.links[index]) }
        }
        for index in 0..<last {
            solver.assert(pool.not(try isBroken(claim.kind, in: chain.states[index], chain.steps[index])))
        }
        switch ask(solver, [try isBroken(claim.kind, in: chain.states[last], chain.steps[last])]) {
        case .unsatisfiable: return .provedByInduction(k: k)
        case .satisfiable(let assignment):
            let states = chain.states[...last].map { encoder.shape.state($0, under: assignment) }
            return .counterexampleToInduction(Array(states))
        case .unknown(let reason):
            return .unknown(
                reason: "Z3: \(reason)", at: claim.range, advice: "--smt-timeout gives each question longer")
        }
    }

    /// Whether a run of so many steps, and of fewer, from an initial state breaks a claim.
    private func run(_ claim: InvariantClaim, _ length: Int, _ chain: inout StateChain) throws(EncodingFailure)
        -> InvariantAnswer?
    {
        while chain.states.count <= length { try extend(&chain) }
        let solver = Solver(pool, limits: limits)
        solver.assert(start.inputs)
        solver.assert(isInitial(chain.states[0]))
        for index in 0...length {
            solver.assert(chain.isValid[index])
            if index < length { solver.assert(chain.links[index]) }
        }
        switch ask(solver, [try isBroken(claim.kind, in: chain.states[length], chain.steps[length])]) {
        case .unsatisfiable: return nil
        case .satisfiable(let assignment):
            return .violated(chain.states[...length].map { encoder.shape.state($0, under: assignment) })
        case .unknown(let reason):
            return .unknown(
                reason: "Z3: \(reason) on runs of \(length) steps", at: claim.range,
                advice: "--smt-timeout gives each question longer")
        }
    }

    /// Whether a state of the chain is an initial one.
    private func isInitial(_ state: SymbolicState) -> Term {
        let own = encoder.shape.leafTerms(of: state)
        return pool.any(
            start.ends.map { end in
                let terms = encoder.shape.leafTerms(of: end.state)
                return pool.and(end.live, pool.all(zip(own, terms).map { pool.equal($0, $1) }))
            })
    }
}
