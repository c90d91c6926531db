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
    /// Walks on which the kernel went another way, one of each kind, as short as it could be made.
    package fileprivate(set) var divergences: [ReplayResult] = []
    /// How many walks did so.
    package fileprivate(set) var divergedCount = 0

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

    /// Kinds of divergences after which no more are looked for.
    private static let limit = 8

    /// Takes walks.
    ///
    /// - Parameter runs: the walks.
    /// - Returns: what was found; of the divergences at one step that find the same datum, or none, different, the first one is
    ///   told, and is shortened.
    package func walk(_ runs: [TracedRun]) throws(ReplayError) -> WalkReport {
        var report = WalkReport(kernel: kernel)
        for run in runs {
            let result = try replay(run)
            report.add(result)
            guard case .diverged = result.verdict else { continue }
            report.divergedCount += 1
            if report.divergences.contains(where: { Self.areAlike($0, result) }) { continue }
            report.divergences.append(try shortened(run, result))
            if report.divergences.count == Self.limit { break }
        }
        return report
    }

    private static func areAlike(_ one: ReplayResult, _ other: ReplayResult) -> Bool {
        one.steps.last?.name == other.steps.last?.name && one.finding?.datum == other.finding?.datum
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
            guard case .diverged(let step) = result.verdict, Self.areAlike(first, result) else { continue }
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
        if divergences.isEmpty { return text + "AGREED: model and kernel had the same state after every step\n" }
        text += "  \(divergedCount) walks diverged, in \(divergences.count) ways, each as short as it could be made:\n"
        return text + divergences.map { ReplayText($0, source: "a shortened walk").text }.joined()
    }
}
