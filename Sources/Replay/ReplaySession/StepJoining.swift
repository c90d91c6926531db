// Steps of the model that the kernel has no code of its own for: what only looks, and finds what it would find later, too.

import Checker
import Model

extension ReplaySession {
    /// The stop before a process's next step, and those before later ones that it may be at instead.
    ///
    /// A kernel keeps in a register what the model loads again, looks at things in another order, or never looks: where the
    /// model's step only looks, and nobody changes before the process's next step what it looks at, it comes to the same to
    /// take it directly before that one. All states in between are compared all the same.
    ///
    /// - Parameters:
    ///   - driven: a process in a call.
    ///   - state: where it stands before its next step.
    ///   - first: from which step of the run on that step is looked for.
    /// - Returns: in the order of steps, each with how many steps are left out; empty when the next step has no stop and may
    ///   not be left out.
    func nextStops(_ driven: Driven, in state: SystemState, from first: Int) -> [(stop: StopPoint, skipped: Int)] {
        let pid = driven.pid
        var result: [(stop: StopPoint, skipped: Int)] = []
        var (state, skipped) = (state, 0)
        var looked: [MicroStep.Access] = []
        for index in first..<max(first, run.steps.count) {
            let step = run.steps[index]
            guard step.actor == .process(pid: pid) else {
                if step.changes(oneOf: looked) { return result }
                continue
            }
            if skipped > 0 { state = run.state(before: index) }
            guard isInSameCall(driven, state) else { return result }
            if let stop = stop(driven, state) {
                result.append((stop, skipped))
                if stop == .asleep { return result }
                // Where a `step` line says it, it is nowhere else.
                if case .address = stop { return result }
                result += laterStops(driven, step).map { ($0, skipped) }
            }
            guard onlyLooks(index) else { return result }
            looked += step.microSteps.flatMap(\.accesses)
            skipped += 1
        }
        if skipped == 0, result.isEmpty, let stop = stop(driven, state) { result.append((stop, 0)) }
        return result
    }

    /// Of a step that begins by looking, the stops before what it does then, up to what changes something: the kernel need not
    /// look first. What happens with a lock held that the step takes is none: the kernel is to take it, too.
    private func laterStops(_ driven: Driven, _ step: TracedStep) -> [StopPoint] {
        var result: [StopPoint] = []
        var held: [MicroStep.Access] = []
        for microStep in step.microSteps {
            guard calls.innermost(at: microStep.node, of: driven.pid)?.activation == driven.function else {
                return result
            }
            // Of a store not the loads of its indices, by which the kernel may have come by before.
            let changes = microStep.accesses.last.map { $0.kind != .load } ?? false
            let accesses = changes ? microStep.accesses.suffix(1) : microStep.accesses[...]
            for access in accesses where access.variable.map({ !checked.system.variables[$0].isGhost }) ?? true {
                if access.kind == .release, let last = held.lastIndex(where: { $0.isOfSame(access) }) {
                    held.remove(at: last)
                    continue
                }
                let places = isPrivate(access) ? [] : kernel.places(of: access, situation)
                if held.isEmpty { result += places.compactMap { place in stops.stop(before: access) { _ in place } } }
                switch access.kind {
                case .load: continue
                case .acquire: held.append(access)
                case .store where places.isEmpty: continue
                case .store, .release, .tryAcquire, .sleep, .resumed, .wakeup: return result
                }
            }
        }
        return result
    }

    private func stop(_ driven: Driven, _ state: SystemState) -> StopPoint? {
        stops.stop(ofProcess: driven.pid, in: state) { self.visiblePlace(of: $0) }
    }

    /// Whether the next step of a process is in the call, and in the function, that it is in.
    private func isInSameCall(_ driven: Driven, _ state: SystemState) -> Bool {
        guard case .point(let point) = state.processes[driven.pid].position else { return false }
        let node = checked.system.kind(of: driven.pid).process.points[point].node
        guard let call = driven.call, calls.isWithin(call, point, of: driven.pid) else { return driven.call == nil }
        return calls.innermost(at: node, of: driven.pid)?.activation == driven.function
    }

    /// Whether a step changes nothing that others could see: it loads, stores to what is its own, and gives back each lock
    /// that it takes.
    private func onlyLooks(_ index: Int) -> Bool {
        let step = run.steps[index]
        guard step.violation == nil, case .process(let pid) = step.actor else { return false }
        let before = run.state(before: index)
        let isQuiet = step.microSteps.flatMap(\.accesses).allSatisfy { access in
            switch access.kind {
            case .load, .acquire, .release: true
            case .store: access.variable.map(isUnseen) ?? false
            case .tryAcquire, .sleep, .resumed, .wakeup: false
            }
        }
        return isQuiet
            && before.processes.indices.allSatisfy { other in
                other == pid || before.processes[other] == step.state.processes[other]
            }
            && checked.system.variables.indices.allSatisfy { id in
                isUnseen(id) || before.data[id] == step.state.data[id]
            }
    }

    /// Whether a datum is nothing that other processes of the kernel look at: a ghost, private to a process, or who has
    /// claimed what is.
    private func isUnseen(_ variable: VariableID) -> Bool {
        let variables = checked.system.variables
        if case .isPrivate = variables[variable].protection { return true }
        return variables[variable].isGhost || variables.contains { $0.claims == variable }
    }
}

extension MicroStep.Access {
    /// Whether it touches the same instance of the same datum.
    fileprivate func isOfSame(_ other: MicroStep.Access) -> Bool {
        variable == other.variable && instance == other.instance
    }
}

extension TracedStep {
    /// Whether it changes a part of what others have looked at, or holds a lock that they have taken.
    fileprivate func changes(oneOf looked: [MicroStep.Access]) -> Bool {
        microSteps.flatMap(\.accesses).contains { access in
            guard access.kind != .load else { return false }
            return looked.contains { other in
                other.isOfSame(access)
                    && (other.path.starts(with: access.path) || access.path.starts(with: other.path))
            }
        }
    }
}
