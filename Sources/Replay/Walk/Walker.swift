// Walks a kernel along random runs of its model, and compares every state.

package import Checker
import Model

/// What many walks found.
package struct WalkReport: Sendable {
    /// The kernel's name.
    package let kernel: String
    /// Walks that were taken.
    package fileprivate(set) var walkCount = 0
    /// Steps of all of them.
    package fileprivate(set) var stepCount = 0
    /// Bound data that were compared and equal.
    package fileprivate(set) var comparedCount = 0
    /// Instructions of the machine.
    package fileprivate(set) var instructionCount: UInt64 = 0
    /// Walks that ended before a step at which the kernel cannot be stopped.
    package fileprivate(set) var unschedulableCount = 0
    /// Why one of them did.
    package fileprivate(set) var reason = ""
    /// The first walk on which the kernel went another way, as short as it could be made.
    package fileprivate(set) var divergence: ReplayResult?

    init(kernel: String) { self.kernel = kernel }
}

/// Walks a kernel.
package struct Walker {
    private let kernel: String
    private let replay: (TracedRun) throws(ReplayError) -> ReplayResult

    /// A walker over a way to replay a run from the beginning.
    package init(kernel: String, replay: @escaping (TracedRun) throws(ReplayError) -> ReplayResult) {
        self.kernel = kernel
        self.replay = replay
    }

    /// Takes walks until one diverges.
    ///
    /// - Parameter runs: the walks.
    /// - Returns: what was found; a divergence is shortened.
    package func walk(_ runs: [TracedRun]) throws(ReplayError) -> WalkReport {
        var report = WalkReport(kernel: kernel)
        for run in runs {
            let result = try replay(run)
            report.add(result)
            if case .diverged = result.verdict {
                report.divergence = try shortened(run, result)
                break
            }
        }
        return report
    }

    /// Cuts off what comes after the divergence, and leaves out processes without which it is still there.
    private func shortened(_ run: TracedRun, _ first: ReplayResult) throws(ReplayError) -> ReplayResult {
        guard case .diverged(let step) = first.verdict else { return first }
        var (run, best) = (run.prefix(step), first)
        var actors: [Actor] = []
        for step in run.steps where !actors.contains(step.actor) { actors.append(step.actor) }
        for actor in actors {
            guard let shorter = run.without(actor), !shorter.steps.isEmpty else { continue }
            let result = try replay(shorter)
            guard case .diverged(let step) = result.verdict else { continue }
            (run, best) = (shorter.prefix(step), result)
        }
        return best
    }
}

extension WalkReport {
    fileprivate mutating func add(_ result: ReplayResult) {
        walkCount += 1
        stepCount += result.steps.count
        comparedCount += result.steps.reduce(0) { $0 + $1.comparedCount }
        instructionCount += result.instructionCount
        guard case .notSchedulable(let step) = result.verdict else { return }
        unschedulableCount += 1
        reason = "\(result.steps.last { $0.number <= step }?.name ?? "a step"): \(result.finding?.message ?? "")"
    }

    /// What people read.
    package var text: String {
        var text =
            "walked \(kernel): \(walkCount) walks, \(stepCount) steps, \(comparedCount) data compared, "
            + "\(instructionCount) instructions\n"
        if unschedulableCount > 0 {
            text +=
                "  \(unschedulableCount) walks ended early, at a step after which the kernel cannot be stopped:\n    \(reason)\n"
        }
        guard let divergence else { return text + "AGREED: model and kernel had the same state after every step\n" }
        return text + ReplayText(divergence, source: "the shortest walk found").text
    }
}
