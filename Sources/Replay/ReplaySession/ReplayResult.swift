// What a replay found: the verdict with both sides, and what happened at each step.

import Model

/// The verdict of a replay.
package enum ReplayVerdict: Sendable, Equatable {
    /// The kernel does what the trace says, and what is wrong in the model is wrong in the kernel.
    case reproduced
    /// The kernel does something else at a step; 0 is before the first.
    case diverged(step: Int)
    /// A step has no counterpart at which the kernel could be stopped.
    case notSchedulable(step: Int)
    /// The kernel went the trace's way, but what is wrong in the model could not be looked at.
    case notCompared
    /// A walk's end was reached with everything equal.
    case agreed

    /// The word that people read.
    package var word: String {
        switch self {
        case .reproduced: "REPRODUCED"
        case .diverged(let step): "DIVERGED at step \(step)"
        case .notSchedulable(let step): "NOT SCHEDULABLE at step \(step)"
        case .notCompared: "REPLAYED, NOT COMPARED"
        case .agreed: "AGREED"
        }
    }

    /// Whether the kernel did not come to the end of the steps.
    package var isStopped: Bool {
        switch self {
        case .diverged, .notSchedulable: true
        case .reproduced, .notCompared, .agreed: false
        }
    }

    /// The exit code of `shmcheck replay`.
    package var exitCode: Int32 {
        switch self {
        case .reproduced, .agreed: 0
        case .diverged: 20
        case .notSchedulable, .notCompared: 21
        }
    }
}

/// A place in the kernel.
package struct KernelPlace: Sendable, Equatable {
    /// The instruction.
    package let address: UInt64
    /// The function that it is in.
    package let function: String
    /// `file:line`; empty where the file does not say it.
    package let line: String
    /// The same with the whole path, as the compiler wrote it.
    package let path: String

    /// `shmem_queue_insert, Kernel/RequestQueue.swift:41`, as far as it is known.
    package var text: String {
        let parts = [function, line].filter { !$0.isEmpty }
        return parts.isEmpty ? "0x" + String(address, radix: 16) : parts.joined(separator: ", ")
    }
}

/// One step as it was replayed.
package struct ReplayedStep: Sendable {
    /// From 1.
    package let number: Int
    /// The model's process, or the action.
    package let actor: String
    /// The guest process that plays it, and the hart that it was on.
    package var player: String
    /// The hart; nil for one that waits.
    package var hart: Int?
    /// The model's step.
    package let name: String
    /// Where it stands in the spec: `Specs/queue.spec:24`.
    package let spec: String
    /// The machine's clock when its process stood before it.
    var clock: UInt64 = 0
    /// Where the kernel was stopped before it.
    package var place: KernelPlace?
    /// How many bound data were compared after it.
    package var comparedCount = 0
    /// Instructions that it took.
    package var instructionCount: UInt64 = 0
    /// What changed in the model.
    package var changes: [String] = []
    /// Where the kernel stored to what the model stored to.
    package var stores: [KernelPlace] = []

    /// The place that tells it: where it stored what the model stored, or else where it began.
    package var shownPlace: KernelPlace? { stores.last ?? place }
}

/// Both sides of what differs.
package struct ReplayFinding: Sendable, Equatable {
    /// In one sentence.
    package let message: String
    /// The datum of the model: `queue.slots[2]`; empty when it is not about data.
    package var datum = ""
    /// The model's side.
    package var model = ""
    /// The kernel's side.
    package var kernel = ""
    /// The C expression.
    package var expression = ""
    /// Its address; 0 when it is not about data.
    package var address: UInt64 = 0
    /// Where the kernel is.
    package var place: KernelPlace?

    /// The same with more words.
    func with(_ words: String) -> ReplayFinding {
        ReplayFinding(
            message + words, datum: datum, model: model, kernel: kernel, expression: expression, address: address,
            place: place)
    }

    /// A finding.
    package init(
        _ message: String, datum: String = "", model: String = "", kernel: String = "", expression: String = "",
        address: UInt64 = 0, place: KernelPlace? = nil
    ) {
        self.message = message
        self.datum = datum
        self.model = model
        self.kernel = kernel
        self.expression = expression
        self.address = address
        self.place = place
    }
}

/// What a replay found.
package struct ReplayResult: Sendable {
    /// The verdict.
    package let verdict: ReplayVerdict
    /// The kernel's name.
    package let kernel: String
    /// The property of the trace.
    package let property: String
    /// What is wrong, and where.
    package let finding: ReplayFinding?
    /// The steps that were taken.
    package let steps: [ReplayedStep]
    /// How many the trace has.
    package let stepCount: Int
    /// Instructions from the parked kernel to the end.
    package let instructionCount: UInt64
    /// Whether user code of the model was made: its loads and stores are the model's, not a program's.
    package let hasUserCode: Bool
    /// Data that were compared, as written in the spec.
    package let compared: [String]
    /// Data of the model that are not bound.
    package let unbound: [String]

    /// The same run with another end.
    package func with(_ verdict: ReplayVerdict, _ finding: ReplayFinding) -> ReplayResult {
        ReplayResult(
            verdict: verdict, kernel: kernel, property: property, finding: finding, steps: steps, stepCount: stepCount,
            instructionCount: instructionCount, hasUserCode: hasUserCode, compared: compared, unbound: unbound)
    }
}
