// Which lock a blocked process waits for, in the reference semantics.

extension ReferenceStepper {
    /// The process that holds the lock for which a process waits at its point; nil when it waits for none.
    package func awaitedHolder(of pid: Int, in state: SystemState) -> Int? {
        guard case .point(let index) = state.processes[pid].position else { return nil }
        let (process, _) = system.kind(of: pid)
        var node = process.code.nodes[process.points[index].node]
        while case .jump = node.operation { node = process.code.nodes[node.next] }
        let lock: Place
        switch node.operation {
        case .acquire(let place): lock = place
        case .resumed(let place?) where state.processes[pid].channel == 0: lock = place
        default: return nil
        }
        var run = ReferenceRun(
            system: system, code: process.code, pid: pid, state: state, locals: state.processes[pid].locals)
        guard case .lock(let holder?) = try? run.load(lock, node.range), holder != pid else { return nil }
        return holder
    }
}
