// Whether a process is blocked for ever from a state on, by the reference semantics: all that can follow is looked at.

/// A process that, it is said, takes no step that counts from some state on.
package struct BlockedProcess {
    /// States that are looked at, at most: the reference takes some thousand steps a second.
    private static let stateLimit = 4_000

    private let pid: Int
    private let system: TransitionSystem

    /// What the reference says.
    package enum Answer {
        /// It never ends, and changes nothing but its own locals and locks, whatever the others do.
        case isBlocked
        /// It does, or the way is cut.
        case goesOn
        /// There are more states than are looked at.
        case unknown
    }

    /// The process with a number.
    package init(pid: Int, system: TransitionSystem) {
        self.pid = pid
        self.system = system
    }

    /// Looks at every state that can follow. O(states × steps).
    package func answer(from state: SystemState) -> Answer {
        let stepper = ReferenceStepper(system)
        var seen: Set<SystemState> = [state]
        var open = [state]
        while let current = open.popLast() {
            guard case .point = current.processes[pid].position else { return .goesOn }
            for transition in stepper.transitions(from: current) {
                switch transition.outcome {
                case .cut: return .goesOn
                case .violation: continue
                case .state(let next):
                    if transition.actor == .process(pid: pid), changesShared(current, next) { return .goesOn }
                    if seen.insert(next).inserted { open.append(next) }
                }
            }
            if seen.count > Self.stateLimit { return .unknown }
        }
        return .isBlocked
    }

    /// Whether a step of it changed more than its own place and locals, and locks.
    private func changesShared(_ old: SystemState, _ new: SystemState) -> Bool {
        for (id, variable) in system.variables.enumerated() where variable.type != .lock && old.data[id] != new.data[id]
        { return true }
        return old.processes.indices.contains { $0 != pid && old.processes[$0] != new.processes[$0] }
    }
}
