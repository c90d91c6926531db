// The same steps in an order that the kernel can take: a lock that the model does without is taken before another process
// has it.

package import Checker
import Model

/// A lock that a process waits for, and the model process that holds it and stands before its step.
struct LockConflict {
    /// The kernel's address of the lock.
    let lock: UInt64
    let holder: Int
}

/// A run whose steps may have another order than those of the trace that it is from.
package struct OrderedRun {
    /// The run.
    package let run: TracedRun
    /// Whether it is a random walk: nothing is violated after its last step.
    package let isWalk: Bool
    /// What the trace calls each step.
    package let numbers: [Int]
    /// Steps, as the trace calls them, after which their process enters its next call at once.
    let entering: Set<Int>

    /// A run in the order of its trace.
    package init(_ run: TracedRun, isWalk: Bool) {
        self.init(run, isWalk, Array(1...max(1, run.steps.count)), [])
    }

    private init(_ run: TracedRun, _ isWalk: Bool, _ numbers: [Int], _ entering: Set<Int>) {
        self.run = run
        self.isWalk = isWalk
        self.numbers = numbers
        self.entering = entering
    }

    /// How many orders are tried.
    private static let limit = 12

    /// Replays until the kernel has no lock any more that stands against the order.
    ///
    /// On its way through code that the model has no steps for, as that of `wakeup` or of the entry of a system call, a kernel
    /// takes locks that the model does not. Where another process holds one of them, and stands before its step, the steps of
    /// the one that waits are taken before those of the holder, if the model then comes to the same end.
    ///
    /// - Parameters:
    ///   - isWalk: whether nothing is violated at its end.
    ///   - until: stops before the step of that number.
    ///   - session: makes a replay of a run from the beginning.
    /// - Returns: the last result, and the order in which it was; where it is no other one in any order, the one that got furthest.
    package static func replay(
        _ run: TracedRun, isWalk: Bool, until: Int?, _ session: (OrderedRun) throws(ReplayError) -> ReplaySession
    ) throws(ReplayError) -> (result: ReplayResult, order: OrderedRun) {
        let first = OrderedRun(run, isWalk: isWalk)
        var (order, tried) = (first, [first])
        var found = try session(order)
        var result = found.replay(until: until)
        var furthest = (result: result, order: order)
        while result.verdict.isStopped, tried.count < limit, let next = found.otherOrder(),
            !tried.contains(where: { $0.numbers == next.numbers && $0.entering == next.entering })
        {
            tried.append(next)
            order = next
            found = try session(order)
            result = found.replay(until: until)
            if result.steps.count > furthest.result.steps.count { furthest = (result, order) }
        }
        if result.verdict.isStopped { return furthest }
        return (result, order)
    }

    /// The run with the steps of a process between two places taken before the first of them; nil when the model does not
    /// come to the same end.
    ///
    /// - Parameters:
    ///   - pid: the process.
    ///   - holder: the step of the holder that takes the lock.
    ///   - last: the last step of the process that is moved.
    ///   - enters: whether it then enters its next call.
    fileprivate func moving(_ pid: Int, before holder: Int, through last: Int, enters: Bool) -> OrderedRun? {
        let moved = (holder..<max(holder, last + 1)).filter { run.steps[$0].actor == .process(pid: pid) }
        let others = run.steps.indices.dropFirst(holder).filter { !moved.contains($0) }
        let order = Array(run.steps.indices.prefix(holder)) + moved + others
        // What the trace violates is so after its last step.
        guard isWalk || order.last == run.steps.indices.last else { return nil }
        let stepper = ReferenceStepper(run.system, recordsMicroSteps: true)
        var result = TracedRun(system: run.system, initial: run.initial)
        for index in order {
            let wanted = run.steps[index]
            let step = stepper.transitions(from: result.last).lazy.compactMap { TracedStep($0, run.system) }
                .first { $0.isSame(as: wanted) }
            guard let step else { return nil }
            result = result.followed(by: step)
        }
        guard result.last == run.last else { return nil }
        var entering = entering
        if enters, let index = run.steps[...last].lastIndex(where: { $0.actor == .process(pid: pid) }) {
            entering.insert(numbers[index])
        }
        return OrderedRun(result, isWalk, order.map { numbers[$0] }, entering)
    }
}

extension TracedStep {
    /// Whether it is the same step of the same process, which then stands as it stood there.
    fileprivate func isSame(as other: TracedStep) -> Bool {
        guard actor == other.actor, name == other.name, violation?.kind == other.violation?.kind else { return false }
        guard case .process(let pid) = actor else { return true }
        return state.processes[pid] == other.state.processes[pid]
    }
}

extension ReplaySession {
    /// The order in which the process that has waited for a lock in vain goes first.
    fileprivate func otherOrder() -> OrderedRun? {
        guard let conflict = driver.conflict, case .process(let pid) = run.steps[current].actor else { return nil }
        let taken = run.steps[..<current].lastIndex { step in
            step.actor == .process(pid: conflict.holder)
                && step.microSteps.flatMap(\.accesses).contains {
                    $0.kind == .acquire && place(of: $0)?.kernelAddress == conflict.lock
                }
        }
        guard let taken, taken >= bootCount else { return nil }
        // Who has not come to its step yet waits at the entry of the call: its step can stay where it is.
        let isEntering = driver.driven[pid]?.position == .user
        return order.moving(pid, before: taken, through: isEntering ? current - 1 : current, enters: isEntering)
    }
}
