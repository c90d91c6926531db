// The table of all known faults: what the model says, and what the kernel with the same fault does.

/// One fault of one spec.
package struct EvidenceRow: Sendable {
    /// The spec's name: `queue`.
    package let spec: String
    /// The fault's id.
    package let fault: String
    /// The property that tells it.
    package let property: String
    /// Steps of the counterexample; nil when there is none.
    package let stepCount: Int?
    /// Instructions of the machine on the faulty guest.
    package let instructionCount: UInt64?
    /// What the faulty guest did.
    package let faulty: String
    /// What the healthy guest did.
    package let healthy: String
    /// Why it is not REPRODUCED, in one sentence; empty when it is.
    package let reason: String

    /// A row.
    package init(
        spec: String, fault: String, property: String, stepCount: Int?, instructionCount: UInt64?, faulty: String,
        healthy: String, reason: String
    ) {
        self.spec = spec
        self.fault = fault
        self.property = property
        self.stepCount = stepCount
        self.instructionCount = instructionCount
        self.faulty = faulty
        self.healthy = healthy
        self.reason = reason
    }
}

/// The page with all of them.
package enum EvidencePage {
    /// The page in Markdown.
    package static func text(_ rows: [EvidenceRow]) -> String {
        let reproduced = rows.filter { $0.faulty == "REPRODUCED" }.count
        var text = """
            # Evidence: each known fault, in the model and on the machine

            Made by `shmcheck evidence Specs/*.spec --page Documentation/Evidence.md`. Each fault of a spec is checked; the
            counterexample of its property is replayed on the guest with the patch of the same name, and on the healthy guest,
            both with the constants of the trace. \(reproduced) of \(rows.count) are REPRODUCED. The others, with what the replay said,
            are listed below the table; `Warts.md` has what they wait for. Instructions depend on the compiler.

            | spec | fault | property | steps | instructions | guest with the fault | healthy guest |
            |---|---|---|---|---|---|---|

            """
        for row in rows {
            let steps = row.stepCount.map { "\($0)" } ?? "-"
            let instructions = row.instructionCount.map { "\($0)" } ?? "-"
            text +=
                "| \(row.spec) | \(row.fault) | \(row.property) | \(steps) | \(instructions) | \(row.faulty) "
                + "| \(row.healthy) |\n"
        }
        let others = rows.filter { !$0.reason.isEmpty }
        guard !others.isEmpty else { return text }
        text += "\n## Not reproduced, and why\n\n"
        for row in others { text += "- \(row.spec) \(row.fault): \(row.reason)\n" }
        return text
    }
}
