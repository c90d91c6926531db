// What the graph of states with unknown values tells of runs: who can be blocked for ever, and where runs end up.

import Model
import Solver

/// A run of a step, as far as the graph needs it.
struct ForkedEdge {
    let actor: Actor
    /// Runs of one step of one process or action share it.
    let name: String
    let kind: ForkEnd.Kind
    /// The state that it leads to.
    var target: Int?
    /// True for the values of the state that run this way, perhaps with further unknowns of the step.
    let condition: Term
    /// Whether the condition names unknowns that the step has made.
    let namesWords: Bool
    /// Whether it runs this way for all values of the state.
    let isTotal: Bool
    /// Whether it certainly changes more than its process's own position and locals, and locks.
    let changesShared: Bool
    /// For an action: whether it certainly changes something, for all values of the state.
    let isCertainlyChanging: Bool

    /// - Parameter known: the variables of the state that the step is from.
    init(_ step: ForkedStep, from fork: StepFork, _ known: Set<Term>, _ pool: TermPool) {
        actor = step.actor
        name = step.name
        kind = step.end.kind
        let more = step.end.fork.condition.terms.dropFirst(fork.condition.terms.count)
        condition = pool.all(more)
        isTotal = more.isEmpty
        namesWords = more.contains { !known.isSuperset(of: pool.support(of: $0)) }
        changesShared = Self.changesShared(fork.state, step.end.fork.state, step.actor, pool)
        let pairs = zip(fork.state.data, step.end.fork.state.data).flatMap { zip($0, $1) }
        isCertainlyChanging = isTotal && pairs.contains { $0.certainlyDiffers(from: $1, pool) }
    }

    private static func changesShared(_ old: SymbolicState, _ new: SymbolicState, _ actor: Actor, _ pool: TermPool)
        -> Bool
    {
        guard case .process(let pid) = actor else { return true }
        for (other, process) in old.processes.enumerated() where other != pid && process != new.processes[other] {
            return true
        }
        for (before, after) in zip(old.data, new.data) where before != after {
            for (one, two) in zip(before, after) where one != two && one.certainlyDiffers(from: two, pool) {
                return true
            }
        }
        return false
    }
}

extension SymbolicValue {
    /// Whether a part that is no lock has two constants that are not the same.
    fileprivate func certainlyDiffers(from other: SymbolicValue, _ pool: TermPool) -> Bool {
        func differ(_ a: Term, _ b: Term) -> Bool { pool.truth(pool.equal(a, b)) == false }
        switch (self, other) {
        case (.bool(let a), .bool(let b)), (.integer(let a), .integer(let b)), (.member(let a), .member(let b)):
            return differ(a, b)
        case (.optional(let isOne, let one), .optional(let isTwo, let two)):
            if differ(isOne, isTwo) { return true }
            return pool.truth(isOne) == true && pool.truth(isTwo) == true && one.certainlyDiffers(from: two, pool)
        case (.structure(let one), .structure(let two)), (.array(let one), .array(let two)):
            return zip(one, two).contains { $0.certainlyDiffers(from: $1, pool) }
        case (.sequence(let one, let first), .sequence(let two, let second)):
            if differ(one, two) { return true }
            let used = pool.constant(one).map { Int(min($0, UInt64(first.count))) } ?? 0
            return zip(first, second).prefix(used).contains { $0.certainlyDiffers(from: $1, pool) }
        case (.set(let one), .set(let two)): return zip(one, two).contains { differ($0, $1) }
        default: return false
        }
    }
}

// MARK: Single states

extension ForkingExplorer {
    /// Keeps the steps of a state, and looks for deadlocks that the state alone tells.
    func keep(_ steps: [ForkedStep], _ own: [ForkedEdge], _ fork: StepFork, _ index: Int) {
        edges.append(own)
        if checksDeadlock { findLockCycle(own, fork, index) }
        if checksDeadlock, system.processes.isEmpty { findIdleActions(steps, own, fork, index) }
        let isStuck = stuckCondition(own)
        stuck.append(isStuck)
        guard checksDeadlock, !system.processes.isEmpty, isUnfinished(fork.state), let isStuck else { return }
        if violations[.deadlock] == nil, stepper.going(fork, when: isStuck, system.deadlockRange) != nil {
            note(
                ForkedViolation(
                    kind: .deadlock, state: index, step: nil, condition: isStuck,
                    message: "no process can take a step"))
        }
    }

    /// Where no step can be taken; nil when that depends on unknowns that a step would make.
    private func stuckCondition(_ own: [ForkedEdge]) -> Term? {
        var result = pool.bool(true)
        for edge in own where !edge.isBlocked {
            if !edge.namesWords {
                result = pool.and(result, pool.not(edge.condition))
            } else {
                // Whatever words it makes, the step goes some way, or is cut, unless it is blocked before.
                let blocks = own.filter { $0.isBlocked && $0.actor == edge.actor && $0.name == edge.name }
                if blocks.contains(where: \.namesWords) { return nil }
                result = pool.and(result, pool.any(blocks.map(\.condition)))
            }
        }
        return result
    }

    /// Without processes a state is dead where no action changes anything, unless a `final` says what ends are.
    private func findIdleActions(_ steps: [ForkedStep], _ own: [ForkedEdge], _ fork: StepFork, _ index: Int) {
        guard !system.actions.isEmpty, !system.properties.contains(where: { $0.kind == .final }) else { return }
        var isIdle = pool.bool(true)
        for (step, edge) in zip(steps, own) where !edge.isBlocked {
            var changes = edge.condition
            if edge.target != nil {
                let pairs = zip(fork.state.data, step.end.fork.state.data).flatMap { zip($0, $1) }
                changes = pool.and(changes, pool.not(pool.all(pairs.map { stepper.shape.values.equal($0, $1) })))
            }
            if pool.truth(changes) == false { continue }
            if edge.namesWords {
                // For some words it changes something, if for some values of the state only.
                if edge.isCertainlyChanging { return }
                isOpenAtActions = true
                return
            }
            isIdle = pool.and(isIdle, pool.not(changes))
        }
        guard violations[.deadlock] == nil, stepper.going(fork, when: isIdle, system.deadlockRange) != nil else {
            return
        }
        note(
            ForkedViolation(
                kind: .deadlock, state: index, step: nil, condition: isIdle, message: "no action changes anything"))
    }

    private func isUnfinished(_ state: SymbolicState) -> Bool {
        system.processes.contains { process in
            !process.isDaemon
                && (process.firstPid..<process.firstPid + process.count).contains { isAtPoint($0, state) }
        }
    }

    /// Whether a process has begun and not ended.
    func isAtPoint(_ pid: Int, _ state: SymbolicState) -> Bool {
        pool.truth(stepper.shape.isAtPoint(pid, state)) == true
    }

    /// A cycle of processes each of which waits for a lock that the next one holds.
    private func findLockCycle(_ own: [ForkedEdge], _ fork: StepFork, _ index: Int) {
        guard violations[.deadlock] == nil else { return }
        var waits: [Int: [(holder: Int, condition: Term)]] = [:]
        for edge in own {
            guard case .process(let pid) = edge.actor, case .blocked(let holder?) = edge.kind else { continue }
            waits[pid, default: []].append((holder, edge.condition))
        }
        guard waits.count > 1 else { return }
        func follow(_ pid: Int, _ start: Int, _ condition: Term, _ hops: Int) -> Term? {
            for wait in waits[pid] ?? [] {
                let both = pool.and(condition, wait.condition)
                if wait.holder == start { return both }
                if hops < waits.count, let found = follow(wait.holder, start, both, hops + 1) { return found }
            }
            return nil
        }
        for start in waits.keys.sorted() {
            guard let condition = follow(start, start, pool.bool(true), 0),
                stepper.going(fork, when: condition, system.deadlockRange) != nil
            else { continue }
            note(
                ForkedViolation(
                    kind: .deadlock, state: index, step: nil, condition: condition,
                    message: "each of these processes waits for a lock that the next one holds"))
            return
        }
    }
}

extension ForkedEdge {
    /// Whether the step cannot begin for these values.
    var isBlocked: Bool { if case .blocked = kind { true } else { false } }
}

// MARK: The whole graph

extension ForkingExplorer {
    /// What is known of ends of runs.
    struct Ends {
        /// A process that may be blocked for ever, as far as is known: neither is shown.
        var maybeBlocked: Int?
        /// States from which every run ends where `final` is judged.
        var finalEvaluations = 0
        /// Whether there may be others.
        var mayHaveMoreEnds = false
        /// `final` properties that are false in a state of which it is open whether runs end there.
        var openFinals: Set<Int> = []
    }

    /// Runs of one step of one process or action out of a state: for each value one of them, or it is blocked.
    private struct Group {
        var edges: [ForkedEdge] = []
        /// Whether it can be taken for every value of the state.
        var isTotal = true
    }

    private func groups(_ state: Int) -> [Group] {
        var groups: [String: Group] = [:]
        for edge in edges[state] {
            let key = "\(edge.actor) \(edge.name)"
            if edge.isBlocked {
                groups[key, default: Group()].isTotal = false
            } else {
                groups[key, default: Group()].edges.append(edge)
            }
        }
        // Beside the step as a whole each run of it that is open to all values can be chosen by itself.
        let singles = edges[state].filter { !$0.isBlocked && $0.isTotal }.map { Group(edges: [$0]) }
        return groups.sorted { $0.key < $1.key }.map(\.value).filter { $0.isTotal && !$0.edges.isEmpty } + singles
    }

    /// States from which, whatever the values are, some run leads to where a test is true, by steps that nobody blocks.
    ///
    /// - Parameters:
    ///   - groups: per state.
    ///   - isGood: whether a state is such a place.
    ///   - counts: whether a run of a step is as good as reaching one. A run that is cut or breaks a rule always is.
    private func leading(
        _ groups: [[Group]], isGood: (Int) -> Bool, counts: (ForkedEdge) -> Bool
    ) -> [Bool] {
        var good = states.indices.map(isGood)
        var hasChanged = true
        while hasChanged {
            hasChanged = false
            for state in states.indices.reversed() where !good[state] {
                let leads = groups[state].contains { group in
                    group.edges.allSatisfy { edge in
                        guard let target = edge.target else { return true }
                        return counts(edge) || good[target]
                    }
                }
                if leads {
                    good[state] = true
                    hasChanged = true
                }
            }
        }
        return good
    }

    /// Judges what needs the whole graph, which must be complete: deadlock (b), and `final` properties.
    ///
    /// Where nothing is unknown any more, and will not be, the graph is the system's. Elsewhere each concrete state stands
    /// in the places of a stored one, and takes one run of each step that is not blocked for it. So where every way out of
    /// a stored state leads to a step of a process, no component of concrete states in which it takes none goes through
    /// it; nor does one where every way leads to states that are known. The other way round this shows nothing: what is
    /// left is open, but for states in which no step can be taken.
    func judgeEnds() -> Ends {
        var ends = Ends()
        let groups = states.indices.map { self.groups($0) }
        let all = states.indices.map { self.fork($0).state }
        let closed = ClosedStates(edges, isKnown: states.map { isKnown($0) })
        if checksDeadlock {
            for process in system.processes where !process.isDaemon {
                for pid in process.firstPid..<process.firstPid + process.count {
                    guard ends.maybeBlocked == nil else { continue }
                    if let bottom = closed.bottoms.filter({ isBlocked(pid, in: $0, all) }).map({ $0[0] }).min() {
                        if !noteBlocked(pid, bottom, all[bottom]) { ends.maybeBlocked = pid }
                        continue
                    }
                    let moves = leading(groups) {
                        closed.contains[$0] || !isAtPoint(pid, all[$0])
                    } counts: {
                        $0.actor == .process(pid: pid) && $0.changesShared
                    }
                    if moves.contains(false) { ends.maybeBlocked = pid }
                }
            }
        }
        judgeFinals(groups, closed, &ends)
        return ends
    }

    private func isKnown(_ state: ForkedState) -> Bool {
        state.key.condition.isEmpty && state.key.row.allSatisfy { pool.support(of: pool.term($0)).isEmpty }
    }

    /// Notes that a process is blocked from a concrete state on, if the reference says so too.
    private func noteBlocked(_ pid: Int, _ number: Int, _ state: SymbolicState) -> Bool {
        var known = system
        known.words = []
        let start = stepper.shape.state(state, under: Assignment())
        guard case .isBlocked = BlockedProcess(pid: pid, system: known).answer(from: start) else { return false }
        note(
            ForkedViolation(
                kind: .deadlock, state: number, step: nil, condition: pool.bool(true),
                message: system.stuckMessage(pid), blocked: pid))
        return true
    }

    /// Whether a process that has not ended takes no step that counts in a component.
    private func isBlocked(_ pid: Int, in bottom: [Int], _ all: [SymbolicState]) -> Bool {
        bottom.allSatisfy { state in
            isAtPoint(pid, all[state])
                && !edges[state].contains { $0.actor == .process(pid: pid) && !$0.isBlocked && $0.changesShared }
        }
    }

    private func judgeFinals(_ groups: [[Group]], _ closed: ClosedStates, _ ends: inout Ends) {
        let finals = system.properties.indices.filter { system.properties[$0].kind == .final }
        guard !finals.isEmpty else { return }
        for bottom in closed.bottoms where bottom.allSatisfy({ edges[$0].allSatisfy { $0.isQuiet(system) } }) {
            ends.finalEvaluations += bottom.count
            for state in bottom {
                let fork = fork(state)
                for index in finals { judgeFinal(index, fork, fork, state, &ends) }
            }
        }
        let leaves = leading(groups) {
            closed.contains[$0]
        } counts: { edge in
            guard case .process(let pid) = edge.actor else { return false }
            return !system.kind(of: pid).process.isDaemon
        }
        let quiet = quietStates()
        for state in states.indices where !leaves[state] {
            let fork = fork(state)
            var dead: StepFork?
            if let isStuck = stuck[state] { dead = stepper.going(fork, when: isStuck, system.deadlockRange) }
            if dead != nil || quiet[state] { ends.finalEvaluations += 1 } else { ends.mayHaveMoreEnds = true }
            for index in finals { judgeFinal(index, fork, dead, state, &ends) }
        }
    }

    /// States that no run leaves but by steps of daemons and actions, to others like them.
    private func quietStates() -> [Bool] {
        var quiet = states.indices.map { state in edges[state].allSatisfy { $0.isQuiet(system) } }
        var hasChanged = true
        while hasChanged {
            hasChanged = false
            for state in states.indices where quiet[state] {
                let stays = edges[state].allSatisfy { $0.isBlocked || $0.target.map { quiet[$0] } ?? false }
                if !stays {
                    quiet[state] = false
                    hasChanged = true
                }
            }
        }
        return quiet
    }

    private func judgeFinal(_ index: Int, _ fork: StepFork, _ dead: StepFork?, _ state: Int, _ ends: inout Ends) {
        let property = system.properties[index]
        do throws(EncodingFailure) {
            for judgement in try stepper.judgements(index, in: ObservedState(fork, stepper)) {
                let wrong = pool.or(judgement.isFalse, judgement.traps)
                guard stepper.going(fork, when: wrong, property.range) != nil else { continue }
                if let dead, stepper.going(dead, when: wrong, property.range) != nil {
                    let more = dead.condition.terms.dropFirst(fork.condition.terms.count)
                    note(
                        ForkedViolation(
                            kind: .property(index), state: state, step: nil,
                            condition: pool.and(wrong, pool.all(Array(more))),
                            message: property.message ?? property.name))
                } else {
                    ends.openFinals.insert(index)
                }
            }
        } catch {
            stepper.leaveOpen(error.message, at: error.range, error.advice)
        }
    }
}

extension ForkedEdge {
    /// Whether it is a step of a daemon or an action that leads to a state.
    fileprivate func isQuiet(_ system: TransitionSystem) -> Bool {
        guard case .process(let pid) = actor else { return true }
        return isBlocked || system.kind(of: pid).process.isDaemon
    }
}
