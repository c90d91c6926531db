// Properties in states and steps with unknown values: for which of them it is evaluated, and for which it is false.

import Model
import Solver

/// What a property says of a state, for which values.
struct ForkedJudgement {
    /// Where it is evaluated at all: no guard of what it reads is held.
    let isEvaluated: Term
    /// Where it is true; the witnesses of a `reachable`.
    let isTrue: Term
    let isFalse: Term
    /// Where its evaluation traps.
    let traps: Term
}

/// A part of a property for some values of its binders, and what was found of it.
struct PropertyInstance {
    let part: PropertyPart
    let row: [Value]
    let memo = JudgementMemo()
}

extension ForkingStepper {
    /// The parts of a property, each for each value of the binders that were split off.
    func instances(of index: Int) -> [PropertyInstance] {
        if let known = propertyInstances[index] { return known }
        let made = system.properties[index].parts.flatMap { part in
            rows(of: part.binders).map { PropertyInstance(part: part, row: $0) }
        }
        propertyInstances[index] = made
        return made
    }

    /// Judges a property of states, part by part. What was judged of a state that is the same to it is taken from there.
    ///
    /// - Throws: where it has no terms.
    func judgements(_ index: Int, in observed: ObservedState) throws(EncodingFailure) -> [ForkedJudgement] {
        var result: [ForkedJudgement] = []
        for instance in instances(of: index) {
            if let known = instance.memo.judgement(observed.answer) {
                result.append(known)
                continue
            }
            var made: ForkedJudgement?
            let answers = try observed.noting { () throws(EncodingFailure) in
                made = try judgement(index, instance, in: observed.fork) { observed.note(.isPossible($0)) != 0 }
            }
            guard let made else { continue }
            instance.memo.keep(made, answers)
            result.append(made)
        }
        return result
    }

    /// Judges a property of steps.
    ///
    /// - Parameters:
    ///   - index: the property.
    ///   - fork: the state behind the step.
    ///   - before: the one before it.
    func judgements(_ index: Int, in fork: StepFork, before: SymbolicState) throws(EncodingFailure)
        -> [ForkedJudgement]
    {
        var result: [ForkedJudgement] = []
        for instance in instances(of: index) {
            result.append(
                try judgement(index, instance, in: fork, before: before) { [feasibility] condition in
                    feasibility.isPossible(condition, on: fork.condition, fork.witness)
                })
        }
        return result
    }

    private func judgement(
        _ index: Int, _ instance: PropertyInstance, in fork: StepFork, before: SymbolicState? = nil,
        isPossible: @escaping (Term) -> Bool
    ) throws(EncodingFailure) -> ForkedJudgement {
        let property = system.properties[index]
        coder.reset(fork.state, rule: property.respectsGuards ? .invariant : .property, pid: nil)
        encoder.reading?.before = before
        encoder.settle = nil
        encoder.operationCount = 0
        encoder.isPossible = isPossible
        for (binder, value) in zip(instance.part.binders, instance.row) {
            encoder.path.locals[binder.local] = shape.values.constant(value, binder.type)
        }
        try coder.compute(instance.part.code)
        // Where no value is judged, what the formula rests on was not computed.
        let isDead = pool.truth(encoder.path.live) == false
        let claim = isDead ? pool.bool(true) : try encoder.bool(instance.part.formula)
        if pool.truth(encoder.incomplete) != false, isPossible(encoder.incomplete) {
            throw encoder.fail(
                "a loop has no bound", at: encoder.incompleteRange ?? property.range, "bound it by a constant")
        }
        let (live, traps) = (encoder.path.live, pool.any(encoder.violations.values.sorted()))
        return ForkedJudgement(
            isEvaluated: pool.or(live, traps), isTrue: pool.and(live, claim),
            isFalse: pool.and(live, pool.not(claim)), traps: traps)
    }
}
