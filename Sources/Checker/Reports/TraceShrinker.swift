// The same violation with the fewest switches from one process to another: what a person reads most easily.

import Model

/// Reorders the steps of a run.
///
/// Steps of one actor keep their order; among all orders that the reference semantics takes to the same end, one with the
/// fewest context switches is found by Dijkstra's algorithm over what each actor has done, the state, and who acted last.
public struct TraceShrinker {
    /// States that are looked at; beyond that the run stays as it is.
    private static let limit = 60_000

    private let trace: Trace
    private let actors: [Actor]
    /// Per actor the numbers of its steps, in order.
    private let lanes: [[Int]]

    private struct Key: Hashable {
        let done: [Int]
        let last: Int
        let state: SystemState
    }

    private struct Entry {
        let key: Key
        let cost: Int
        let parent: Int
        let step: Trace.Step?
    }

    private init(_ trace: Trace) {
        self.trace = trace
        var actors: [Actor] = []
        var lanes: [[Int]] = []
        for (index, step) in trace.steps.enumerated() {
            // Actions are steps of one environment, whichever they are: their order among each other stays.
            let actor: Actor = if case .process = step.actor { step.actor } else { .action(-1, []) }
            if let lane = actors.firstIndex(of: actor) {
                lanes[lane].append(index)
            } else {
                actors.append(actor)
                lanes.append([index])
            }
        }
        self.actors = actors
        self.lanes = lanes
    }

    /// How often the acting process changes.
    public static func switches(_ trace: Trace) -> Int {
        let order = TraceShrinker(trace)
        let lanes = trace.steps.indices.map { step in order.lanes.firstIndex { $0.contains(step) } ?? 0 }
        return zip(lanes, lanes.dropFirst()).count { $0 != $1 }
    }

    /// The run with the fewest switches, and whether the search was complete; when it was not, the run as it is.
    public static func shrunk(_ trace: Trace) -> (trace: Trace, isComplete: Bool) {
        guard trace.steps.count > 2 else { return (trace, true) }
        return TraceShrinker(trace).search()
    }

    private func search() -> (trace: Trace, isComplete: Bool) {
        var entries = [
            Entry(
                key: Key(done: lanes.map { _ in 0 }, last: -1, state: trace.initial), cost: 0, parent: -1, step: nil)
        ]
        var costs: [Key: Int] = [entries[0].key: 0]
        // Costs are small: a list of entries for each.
        var buckets: [[Int]] = [[0]]
        var cost = 0
        let stepper = ReferenceStepper(trace.system)
        while cost < buckets.count {
            guard let index = buckets[cost].popLast() else {
                cost += 1
                continue
            }
            let entry = entries[index]
            guard costs[entry.key] == entry.cost else { continue }
            if entry.key.done.reduce(0, +) == trace.steps.count { return (rebuilt(entries, index), true) }
            guard entries.count < Self.limit else { return (trace, false) }
            let transitions = stepper.transitions(from: entry.key.state)
            for lane in lanes.indices where entry.key.done[lane] < lanes[lane].count {
                for (step, state) in taken(lane, entry.key, transitions) {
                    var done = entry.key.done
                    done[lane] += 1
                    let isSwitch = entry.key.last >= 0 && entry.key.last != lane
                    let key = Key(done: done, last: lane, state: state)
                    let next = entry.cost + (isSwitch ? 1 : 0)
                    guard next < costs[key] ?? .max else { continue }
                    costs[key] = next
                    while buckets.count <= next { buckets.append([]) }
                    buckets[next].append(entries.count)
                    entries.append(Entry(key: key, cost: next, parent: index, step: step))
                }
            }
        }
        return (trace, true)
    }

    /// What the actor's next step can lead to from a state; the last step of all must end as the run ends.
    private func taken(_ lane: Int, _ key: Key, _ transitions: [Transition]) -> [(Trace.Step, SystemState)] {
        let original = trace.steps[lanes[lane][key.done[lane]]]
        let isLast = key.done.reduce(0, +) == trace.steps.count - 1
        return transitions.compactMap { transition in
            guard transition.actor == original.actor, transition.name == original.name else { return nil }
            let state: SystemState
            switch transition.outcome {
            case .state(let next):
                guard !isLast || (!trace.endsWithinStep && isSameEnd(next, before: key.state)) else { return nil }
                guard isLast || !breaks(next, before: key.state) else { return nil }
                state = next
            case .violation(let violation, let next):
                guard isLast, violation.kind == trace.violation?.kind else { return nil }
                state = next
            case .cut: return nil
            }
            return (Trace.Step(transition, to: state, in: trace.system), state)
        }
    }

    private func isSameEnd(_ state: SystemState, before: SystemState) -> Bool {
        guard case .property(let index)? = trace.violation?.kind, trace.system.properties[index].kind != .final else {
            return state == trace.state(after: trace.steps.count)
        }
        return breaks(state, before: before)
    }

    /// Whether the violated property is false already: a run must not violate before its end.
    private func breaks(_ state: SystemState, before: SystemState) -> Bool {
        guard case .property(let index)? = trace.violation?.kind, trace.system.properties[index].kind != .final else {
            return false
        }
        switch ReferenceProperties(trace.system).judge(index, in: state, before: before) {
        case .isFalse, .traps: return true
        case .holds, .notChecked: return false
        }
    }

    private func rebuilt(_ entries: [Entry], _ end: Int) -> Trace {
        var steps: [Trace.Step] = []
        var index = end
        while index >= 0, let step = entries[index].step {
            steps.append(step)
            index = entries[index].parent
        }
        steps.reverse()
        var explanation: Trace.Explanation?
        if case .property(let property)? = trace.violation?.kind {
            let before = steps.count > 1 ? steps[steps.count - 2].state : trace.initial
            explanation = Trace.Explanation(
                of: property, in: steps.last?.state ?? trace.initial, before: before, trace.system)
        }
        return Trace(
            system: trace.system, initial: trace.initial, steps: steps, violation: trace.violation,
            explanation: explanation)
    }
}
