// What a replay of a counterexample saw, for reports: beside each step of the model the kernel's line.

public import Model

/// What a replay on a kernel saw of a property's counterexample.
///
/// Reports show it; the verdict of the check does not depend on it.
public struct KernelRun: Sendable {
    /// A place in the kernel.
    public struct Place: Sendable {
        /// `shmem_queue_insert, Kernel/RequestQueue.swift:41`
        public let text: String
        /// The line itself; nil where the source cannot be read.
        public let range: SourceRange?

        /// A place.
        public init(text: String, range: SourceRange?) {
            self.text = text
            self.range = range
        }
    }

    /// A step of the counterexample in the kernel.
    public struct Step: Sendable {
        /// The guest process and its hart: `park 4, hart 0`.
        public let player: String
        /// The hart; nil for a step that none takes.
        public let hart: Int?
        /// Where the kernel was, or where it stored what the step stores.
        public let place: Place?

        /// A step.
        public init(player: String, hart: Int?, place: Place?) {
            self.player = player
            self.hart = hart
            self.place = place
        }
    }

    /// `guest:Q1`, or the path of a kernel.
    public let kernel: String
    /// `REPRODUCED`, `DIVERGED at step 5`.
    public let verdict: String
    /// What else is said of it, in sentences.
    public let sentences: [String]
    /// The steps that were taken, in the order of the trace's.
    public let steps: [Step]
    /// Where it ended.
    public let place: Place?

    /// A replay.
    public init(kernel: String, verdict: String, sentences: [String], steps: [Step], place: Place?) {
        self.kernel = kernel
        self.verdict = verdict
        self.sentences = sentences
        self.steps = steps
        self.place = place
    }

    /// `REPRODUCED on guest:Q1: …` in one sentence.
    var sentence: String { (["on \(kernel): \(verdict)"] + sentences).joined(separator: "; ") }

    /// The harts that take part, in order.
    var harts: [Int] { Set(steps.compactMap(\.hart)).sorted() }
}

extension SpecResult {
    /// Adds what replays saw.
    ///
    /// - Parameter replay: called for each violated property that has a trace; nil when it was not replayed.
    public mutating func addKernelRuns(_ replay: (CheckResult, PropertyResult) -> KernelRun?) {
        for check in checks.indices {
            for index in checks[check].properties.indices {
                let property = checks[check].properties[index]
                guard property.verdict == .violated, property.trace != nil else { continue }
                checks[check].properties[index].kernelRun = replay(checks[check], property)
            }
        }
    }
}
