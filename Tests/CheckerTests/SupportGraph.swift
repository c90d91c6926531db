// The oracle: a plain breadth-first search by the reference semantics, and every verdict judged from the definitions.

import Checker
import Model

/// All states of a system, by value trees in a dictionary.
struct ReferenceGraph {
    /// A step between two states.
    struct Edge {
        let target: Int
        let actor: Actor
    }

    let system: TransitionSystem
    private(set) var states: [SystemState] = []
    private(set) var edges: [[Edge]] = []
    /// Per state: whether some step out of it is cut or violates.
    private(set) var isCut: [Bool] = []
    private(set) var transitionCount = 0
    private(set) var depth = 0
    /// Of steps, not of properties.
    private(set) var violations: Set<ViolationKind> = []
    private(set) var initialViolations: Set<ViolationKind> = []
    private(set) var enabled: Set<String> = []
    private(set) var nestings: Set<LockNesting> = []
    private(set) var reachedAssertions: Set<AssertionID> = []
    private(set) var initialCount = 0
    /// Per property: judged in states that are not initial, or on steps.
    private(set) var evaluated: Set<Int> = []
    /// Properties that are false or trap somewhere; for a `reachable`, that trap.
    private(set) var falseProperties: Set<Int> = []
    private(set) var witnessed: Set<Int> = []
    private var numbers: [SystemState: Int] = [:]
    private let stepper: ReferenceStepper
    private let judge: ReferenceProperties

    /// Explores; nil when there are more states than the limit.
    init?(_ system: TransitionSystem, limit: Int) {
        self.system = system
        stepper = ReferenceStepper(system)
        judge = ReferenceProperties(system)
        guard let initial = stepper.initialOutcomes(limit: 1 << 16) else { return nil }
        for outcome in initial {
            switch outcome {
            case .state(let state): _ = number(of: state)
            case .violation(let violation, _): initialViolations.insert(violation.kind)
            case .cut: break
            }
        }
        initialCount = states.count
        var next = 0
        while next < states.count {
            let levelEnd = states.count
            while next < levelEnd {
                expand(next)
                next += 1
                if states.count > limit { return nil }
            }
            if states.count > levelEnd { depth += 1 }
        }
        for index in states.indices { judgeState(index) }
    }

    private mutating func number(of state: SystemState) -> Int {
        if let known = numbers[state] { return known }
        numbers[state] = states.count
        states.append(state)
        edges.append([])
        isCut.append(false)
        return states.count - 1
    }

    private mutating func expand(_ index: Int) {
        let state = states[index]
        for transition in stepper.transitions(from: state) {
            transitionCount += 1
            enabled.insert(transition.name)
            nestings.formUnion(transition.nestings)
            reachedAssertions.formUnion(transition.assertions)
            switch transition.outcome {
            case .state(let next):
                edges[index].append(Edge(target: number(of: next), actor: transition.actor))
                judgeStep(transition, from: state, to: next)
            case .violation(let violation, _):
                violations.insert(violation.kind)
                isCut[index] = true
            case .cut: isCut[index] = true
            }
        }
    }

    // MARK: Properties

    private mutating func judgeStep(_ transition: Transition, from state: SystemState, to next: SystemState) {
        for (index, property) in system.properties.enumerated()
        where property.kind == .transition && !property.reads.isDisjoint(with: transition.stores) {
            switch judge.judge(index, in: next, before: state) {
            case .holds: evaluated.insert(index)
            case .notChecked: break
            case .isFalse, .traps: falseProperties.insert(index)
            }
        }
    }

    private mutating func judgeState(_ number: Int) {
        for (index, property) in system.properties.enumerated() {
            let isReachable: Bool
            switch property.kind {
            case .invariant, .always: isReachable = false
            case .reachable, .reachableAlways: isReachable = true
            default: continue
            }
            switch judge.judge(index, in: states[number]) {
            case .holds:
                if isReachable { witnessed.insert(index) }
                if number >= initialCount { evaluated.insert(index) }
            case .notChecked: break
            case .isFalse: if !isReachable { falseProperties.insert(index) }
            case .traps: falseProperties.insert(index)
            }
        }
    }

    // MARK: Verdicts

    /// What must be said of each stated and built-in property, by name.
    func verdicts() -> [String: Verdict] {
        var result: [String: Verdict] = [:]
        let ends = bottomFacts()
        for (index, property) in system.properties.enumerated() {
            switch property.kind {
            case .invariant, .always, .transition:
                result[property.name] =
                    falseProperties.contains(index) ? .violated : evaluated.contains(index) ? .holds : .notReached
            case .reachable, .reachableAlways:
                result[property.name] =
                    falseProperties.contains(index) ? .violated : witnessed.contains(index) ? .holds : .notReached
            case .final:
                result[property.name] =
                    ends.falseFinals.contains(index) ? .violated : ends.isJudged ? .holds : .notReached
            case .eventually, .leadsto, .temporal: continue
            }
        }
        let all = violations.union(initialViolations)
        for (id, assertion) in system.assertions.enumerated() {
            let verdict: Verdict =
                all.contains(.assertion(id)) ? .violated : reachedAssertions.contains(id) ? .holds : .notReached
            // One name may stand for several asserts; the worst counts.
            if result[assertion.name] != .violated { result[assertion.name] = verdict }
        }
        let isDeadlocked = ends.isDeadlocked || states.indices.contains { isDeadlockedAtOnce($0) }
        result["deadlock"] = isDeadlocked ? .violated : .holds
        for kind in [ViolationKind.trap, .panic, .diverges] {
            result["\(kind)"] = all.contains(kind) ? .violated : .holds
        }
        let isDisciplineBroken = all.contains { if case .lockDiscipline = $0 { true } else { false } }
        let isOwnershipBroken = all.contains { if case .ownership = $0 { true } else { false } }
        if !system.processes.isEmpty {
            result["lock_use"] = all.contains(.lockUse) ? .violated : .holds
            result["lock_discipline"] = isDisciplineBroken ? .violated : .holds
            result["ownership"] = isOwnershipBroken ? .violated : .holds
        }
        // Where no run begins nothing was seen to hold.
        if states.isEmpty { return result.mapValues { $0 == .holds ? .notReached : $0 } }
        guard isDisciplineBroken || isOwnershipBroken else { return result }
        // Without a restart every other HOLDS is void.
        return result.mapValues { $0 == .holds ? .inconclusive : $0 }
    }

    /// Deadlock that one state tells: a cycle of lock waits; without processes, no action that changes anything.
    private func isDeadlockedAtOnce(_ index: Int) -> Bool {
        let state = states[index]
        if system.processes.isEmpty {
            let hasFinal = system.properties.contains { $0.kind == .final }
            let isStuck = edges[index].allSatisfy { $0.target == index }
            return !system.actions.isEmpty && !hasFinal && !isCut[index] && isStuck
        }
        var waits: [Int: Int] = [:]
        for pid in state.processes.indices where !edges[index].contains(where: { $0.actor == .process(pid: pid) }) {
            waits[pid] = stepper.awaitedHolder(of: pid, in: state)
        }
        for start in waits.keys {
            var current = waits[start]
            for _ in state.processes {
                if current == start { return true }
                current = current.flatMap { waits[$0] }
            }
        }
        return false
    }
}

extension ReferenceGraph {
    /// What the bottom components say.
    struct BottomFacts {
        var isDeadlocked = false
        /// Whether some component was one of daemons and actions alone.
        var isJudged = false
        var falseFinals: Set<Int> = []
    }

    fileprivate func bottomFacts() -> BottomFacts {
        var facts = BottomFacts()
        for component in PlainComponents(edges.map { $0.map(\.target) }).all {
            let members = Set(component)
            let isBottom = component.allSatisfy { state in
                !isCut[state] && edges[state].allSatisfy { members.contains($0.target) }
            }
            if isBottom { judgeBottom(component, &facts) }
        }
        return facts
    }

    private func judgeBottom(_ component: [Int], _ facts: inout BottomFacts) {
        var moving: Set<Int> = []
        var isQuiet = true
        for state in component {
            for edge in edges[state] {
                guard case .process(let pid) = edge.actor else { continue }
                if !system.kind(of: pid).process.isDaemon { isQuiet = false }
                if changesShared(states[state], states[edge.target], pid) { moving.insert(pid) }
            }
        }
        for (pid, process) in states[component[0]].processes.enumerated() {
            guard case .point = process.position, !system.kind(of: pid).process.isDaemon else { continue }
            // One that ends and is started again comes to its end, even if it changes nothing on its way.
            let isEverUnfinished = component.allSatisfy { state in
                if case .point = states[state].processes[pid].position { true } else { false }
            }
            guard isEverUnfinished else { continue }
            if !moving.contains(pid) { facts.isDeadlocked = true }
        }
        guard isQuiet else { return }
        facts.isJudged = true
        let judge = ReferenceProperties(system)
        for (index, property) in system.properties.enumerated() where property.kind == .final {
            for state in component {
                switch judge.judge(index, in: states[state]) {
                case .holds, .notChecked: break
                case .isFalse, .traps: facts.falseFinals.insert(index)
                }
            }
        }
    }

    /// Whether a step changed more than the process's own place and locals, and locks: taking one and giving it back is
    /// no progress.
    private func changesShared(_ old: SystemState, _ new: SystemState, _ pid: Int) -> Bool {
        for (id, variable) in system.variables.enumerated() where variable.type != .lock && old.data[id] != new.data[id]
        { return true }
        return old.processes.indices.contains { $0 != pid && old.processes[$0] != new.processes[$0] }
    }
}

/// Strongly connected components, textbook Tarjan (1972) with an explicit stack of frames.
struct PlainComponents {
    private(set) var all: [[Int]] = []

    init(_ successors: [[Int]]) {
        var order = Array(repeating: -1, count: successors.count)
        var low = order
        var isOpen = Array(repeating: false, count: successors.count)
        var open: [Int] = []
        var counter = 0
        for root in successors.indices where order[root] < 0 {
            var frames = [(state: root, next: 0)]
            while let frame = frames.last {
                let state = frame.state
                if frame.next == 0 {
                    order[state] = counter
                    low[state] = counter
                    counter += 1
                    open.append(state)
                    isOpen[state] = true
                }
                if frame.next < successors[state].count {
                    frames[frames.count - 1].next += 1
                    let target = successors[state][frame.next]
                    if order[target] < 0 {
                        frames.append((target, 0))
                    } else if isOpen[target] {
                        low[state] = min(low[state], order[target])
                    }
                    continue
                }
                frames.removeLast()
                if let parent = frames.last?.state { low[parent] = min(low[parent], low[state]) }
                guard low[state] == order[state] else { continue }
                var component: [Int] = []
                while let last = open.popLast() {
                    isOpen[last] = false
                    component.append(last)
                    if last == state { break }
                }
                all.append(component)
            }
        }
    }
}
