// Breadth-first exploration of states with unknown values: all interleavings for all values at once.

import Model
import Solver

/// What was found wrong, with what is needed to build the run that shows it.
struct ForkedViolation {
    let kind: ViolationKind
    /// The state before the violating step, or the violating state itself.
    let state: Int
    /// The step that violates, or for a `transition` the one whose ends it relates; nil when the state itself is wrong.
    let step: ForkedStep?
    /// True for the values that show it, together with the state's condition or, for a step, with the run's.
    let condition: Term
    let message: String
    /// For a deadlock: the process that can never go on, when it is one alone.
    var blocked: Int?
}

/// A state that is stored.
struct ForkedState {
    let key: StateKey
    let parent: Int
    /// Values that its condition is true for.
    let witness: Assignment
}

/// Explores a system whose `symbolic` words stand for all their values.
final class ForkingExplorer {
    let system: TransitionSystem
    let pool = TermPool()
    let stepper: ForkingStepper
    let feasibility: Feasibility
    let cells: StateCells
    let limits: ExplorationLimits
    let stopsAtFirstViolation: Bool
    let checksDeadlock: Bool
    let endsAt: (ViolationKind) -> Bool

    private(set) var states: [ForkedState] = []
    private var numbers: [StateKey: Int] = [:]
    /// States by their row, whatever is true of the variables in it.
    private var alike: [[Int32]: [Int]] = [:]
    private(set) var levels = [0]
    private(set) var transitionCount = 0
    private(set) var expandedCount = 0
    private(set) var limit: LimitReached?
    private(set) var hasCuts = false
    /// The first of each kind, and the kinds in the order found.
    private(set) var violations: [ViolationKind: ForkedViolation] = [:]
    private(set) var violationOrder: [ViolationKind] = []
    /// What goes wrong on the way to the first state: the run, with the values that it takes.
    private(set) var initialEnds: [ForkEnd] = []
    /// The first state in which each `reachable` is true, and for which values.
    private(set) var witnesses: [Int: ForkedViolation] = [:]
    /// States after the initial ones, and steps, in which each property was evaluated.
    private(set) var evaluations: [Int: Int] = [:]
    private(set) var enabledNames: Set<String> = []
    private(set) var reachedAssertions: Set<AssertionID> = []
    /// Per state: its steps, for what is judged on the whole graph.
    var edges: [[ForkedEdge]] = []
    /// Per state: where no step can be taken, as far as one term tells.
    var stuck: [Term?] = []
    /// Whether there is a state of which nobody knows whether an action changes it.
    var isOpenAtActions = false

    private let clock = ContinuousClock()

    init(
        _ system: TransitionSystem, limits: ExplorationLimits, solver: SolverLimits, stopsAtFirstViolation: Bool,
        checksDeadlock: Bool, endsAt: @escaping (ViolationKind) -> Bool
    ) {
        self.system = system
        self.limits = limits
        self.stopsAtFirstViolation = stopsAtFirstViolation
        self.checksDeadlock = checksDeadlock
        self.endsAt = endsAt
        feasibility = Feasibility(pool, limits: solver)
        stepper = ForkingStepper(SystemEncoder(system, pool), feasibility)
        cells = StateCells(shape: stepper.shape)
    }

    /// The depth of the last level that was begun.
    var depth: Int { levels.count - 1 }

    /// Whether every state was seen, and no way was left because nobody knows whether it can be gone.
    var isComplete: Bool { limit == nil && expandedCount == states.count && stepper.open.isEmpty }

    /// The depth at which a state was found.
    func depth(of state: Int) -> Int { max(0, (levels.firstIndex { $0 > state } ?? levels.count) - 1) }

    /// A stored state as the beginning of runs.
    func fork(_ index: Int) -> StepFork {
        let state = states[index]
        var condition = PathCondition()
        for term in state.key.condition { _ = condition.add(pool.term(term), pool) }
        return StepFork(
            cells.state(of: state.key.row.map { pool.term($0) }), condition, state.witness, pool)
    }

    // MARK: The run

    /// Explores until everything is seen or a limit is met; false when there are too many values to begin with.
    func run() -> Bool {
        guard let beginnings = stepper.beginnings(limit: 1 << 16) else { return false }
        for end in beginnings {
            reachedAssertions.formUnion(end.fork.assertions)
            if case .state = end.kind { _ = store(end.fork, parent: states.count) } else { initialEnds.append(end) }
        }
        evaluations = [:]
        let start = clock.now
        while expandedCount < states.count, limit == nil {
            if let depth = limits.depth, self.depth >= depth {
                limit = .depth
                break
            }
            if isDecided { break }
            let levelEnd = states.count
            while expandedCount < levelEnd, limit == nil {
                expand(expandedCount)
                expandedCount += 1
                if expandedCount & 0xF == 0 { pause(since: start) }
            }
            if limit != nil { break }
            if states.count > levelEnd { levels.append(levelEnd) }
            pause(since: start)
        }
        return true
    }

    private var isDecided: Bool {
        if stopsAtFirstViolation, !violations.isEmpty { return true }
        return violationOrder.contains(where: endsAt)
    }

    private func pause(since start: ContinuousClock.Instant) {
        if let most = limits.states, states.count >= most { limit = .states }
        if let most = limits.bytes, byteCount >= most { limit = .memory }
        if let most = limits.seconds, start.duration(to: clock.now) >= .seconds(most) { limit = .time }
        if limits.isCancelled?() ?? false { limit = .interrupt }
        limits.progress?(
            ExplorationProgress(
                states: states.count, transitions: transitionCount, queued: states.count - expandedCount, depth: depth,
                bytes: byteCount))
    }

    /// Bytes of rows, and of the terms that they are made of.
    var byteCount: Int { rowBytes + pool.count * 40 }
    private var rowBytes = 0

    /// Notes what is wrong, unless something of its kind is known.
    func note(_ violation: ForkedViolation) {
        guard violations[violation.kind] == nil else { return }
        violations[violation.kind] = violation
        violationOrder.append(violation.kind)
    }

    // MARK: Storing

    /// Stores the state at the end of a run, unless it is known. Returns its number.
    private func store(_ fork: StepFork, parent: Int) -> Int {
        let state = canonical(fork)
        if let known = numbers[state.key] ?? covering(state) { return known }
        let number = states.count
        numbers[state.key] = number
        alike[state.key.row, default: []].append(number)
        rowBytes += 4 * (state.key.row.count + state.key.condition.count) * 2
        states.append(ForkedState(key: state.key, parent: parent, witness: state.witness))
        judgeState(number)
        return number
    }

    /// A stored state with the same row whose condition this one's implies: all that is to be found behind this one is
    /// found behind that.
    private func covering(_ state: CanonicalState) -> Int? {
        let terms = Set(state.key.condition)
        let support = Set(state.row.flatMap { pool.support(of: $0) })
        return alike[state.key.row]?.first { number in
            let condition = states[number].key.condition
            let rest = condition.filter { !terms.contains($0) }.map { pool.term($0) }
            // Of a variable that is in the condition alone there need be some value, and not this one.
            let isMixed = rest.contains { term in pool.support(of: term).contains { !support.contains($0) } }
            if isMixed { return false }
            return stepper.feasibility.isCertain(pool.all(rest), on: state.condition, state.witness) == true
        }
    }

    /// The state at the end of a run as it would be stored.
    func canonical(_ fork: StepFork) -> CanonicalState {
        stepper.canonicalizer.canonical(cells.row(of: fork.state), fork.condition, fork.witness)
    }

    // MARK: Properties

    private func judgeState(_ number: Int) {
        let observed = ObservedState(fork(number), stepper)
        for (index, property) in system.properties.enumerated() where property.kind.isOfStates {
            judge(index, observed.fork, number, step: nil) { () throws(EncodingFailure) in
                try stepper.judgements(index, in: observed)
            }
        }
    }

    private func judge(
        _ index: Int, _ fork: StepFork, _ number: Int, step: ForkedStep?,
        _ judgements: () throws(EncodingFailure) -> [ForkedJudgement]
    ) {
        let property = system.properties[index]
        let isReachable = property.kind == .reachable || property.kind == .reachableAlways
        do throws(EncodingFailure) {
            var isEvaluated = false
            for judgement in try judgements() {
                if !isEvaluated, stepper.going(fork, when: judgement.isEvaluated, property.range) != nil {
                    isEvaluated = true
                }
                let wrong = isReachable ? judgement.traps : pool.or(judgement.isFalse, judgement.traps)
                if violations[.property(index)] == nil, stepper.going(fork, when: wrong, property.range) != nil {
                    note(
                        ForkedViolation(
                            kind: .property(index), state: number, step: step, condition: wrong,
                            message: property.message ?? property.name))
                }
                if isReachable, witnesses[index] == nil,
                    stepper.going(fork, when: judgement.isTrue, property.range) != nil
                {
                    witnesses[index] = ForkedViolation(
                        kind: .property(index), state: number, step: nil, condition: judgement.isTrue, message: "")
                }
            }
            if isEvaluated { evaluations[index, default: 0] += 1 }
        } catch {
            stepper.leaveOpen(error.message, at: error.range, error.advice)
        }
    }

    // MARK: Expansion

    private func expand(_ index: Int) {
        let fork = fork(index)
        let steps = stepper.steps(from: fork)
        let key = states[index].key
        let known = Set((key.row + key.condition).flatMap { pool.support(of: pool.term($0)) })
        var own: [ForkedEdge] = []
        for step in steps {
            var edge = ForkedEdge(step, from: fork, known, pool)
            let end = step.end
            reachedAssertions.formUnion(end.fork.assertions)
            switch end.kind {
            case .blocked: break
            case .cut:
                hasCuts = true
                count(step)
            case .violation(let kind):
                count(step)
                note(
                    ForkedViolation(
                        kind: kind, state: index, step: step, condition: pool.bool(true), message: "\(kind)"))
            case .state:
                count(step)
                edge.target = store(end.fork, parent: index)
                judgeStep(step, index, before: fork.state)
            }
            own.append(edge)
        }
        if checksDeadlock || system.properties.contains(where: { $0.kind == .final }) {
            keep(steps, own, fork, index)
        }
    }

    private func count(_ step: ForkedStep) {
        transitionCount += 1
        enabledNames.insert(step.name)
    }

    private func judgeStep(_ step: ForkedStep, _ index: Int, before: SymbolicState) {
        for (number, property) in system.properties.enumerated() where property.kind == .transition {
            let isTouched = property.asksAboutProcesses || !property.reads.isDisjoint(with: step.end.fork.stores)
            guard isTouched else { continue }
            judge(number, step.end.fork, index, step: step) { () throws(EncodingFailure) in
                try stepper.judgements(number, in: step.end.fork, before: before)
            }
        }
    }
}

extension PropertyKind {
    /// Whether it is judged in each state.
    fileprivate var isOfStates: Bool {
        switch self {
        case .invariant, .always, .reachable, .reachableAlways: true
        case .transition, .final, .eventually, .leadsto, .temporal: false
        }
    }
}
