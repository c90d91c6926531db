// A replay as a JSON document.

package import Checker

/// Writes results for programs.
package enum ReplayDocument {
    /// The document of one replay: the same bytes from run to run.
    package static func document(_ result: ReplayResult, source: String, version: String) -> JSONValue {
        [
            "v": .integer(1),
            "tool": ["name": "shmcheck", "version": .string(version)],
            "exit": .integer(Int128(result.verdict.exitCode)),
            "trace": .string(source),
            "kernel": .string(result.kernel),
            "property": .string(result.property),
            "verdict": .string(word(result.verdict)),
            "step": step(result.verdict),
            "steps": .integer(Int128(result.stepCount)),
            "instructions": .integer(Int128(result.instructionCount)),
            "finding": result.finding.map(finding) ?? .null,
            "replayed": .array(result.steps.map(row)),
            "compared": .array(result.compared.map { .string($0) }),
            "unbound": .array(result.unbound.map { .string($0) }),
        ]
    }

    private static func word(_ verdict: ReplayVerdict) -> String {
        switch verdict {
        case .reproduced: "reproduced"
        case .diverged: "diverged"
        case .notSchedulable: "not_schedulable"
        case .notCompared: "not_compared"
        case .agreed: "agreed"
        }
    }

    private static func step(_ verdict: ReplayVerdict) -> JSONValue {
        switch verdict {
        case .diverged(let step), .notSchedulable(let step): .integer(Int128(step))
        case .reproduced, .notCompared, .agreed: .null
        }
    }

    private static func place(_ place: KernelPlace?) -> JSONValue {
        guard let place else { return .null }
        return [
            "address": .string("0x" + String(place.address, radix: 16)), "function": .string(place.function),
            "line": place.line.isEmpty ? .null : .string(place.line),
        ]
    }

    private static func finding(_ finding: ReplayFinding) -> JSONValue {
        [
            "message": .string(finding.message),
            "datum": finding.datum.isEmpty ? .null : .string(finding.datum),
            "model": finding.datum.isEmpty ? .null : .string(finding.model),
            "kernelValue": finding.datum.isEmpty ? .null : .string(finding.kernel),
            "expression": finding.expression.isEmpty ? .null : .string(finding.expression),
            "address": finding.address == 0 ? .null : .string("0x" + String(finding.address, radix: 16)),
            "place": place(finding.place),
        ]
    }

    private static func row(_ step: ReplayedStep) -> JSONValue {
        [
            "step": .integer(Int128(step.number)), "process": .string(step.actor), "name": .string(step.name),
            "spec": .string(step.spec), "player": .string(step.player), "place": place(step.place),
            "stores": .array(step.stores.map { place($0) }), "compared": .integer(Int128(step.comparedCount)),
            "instructions": .integer(Int128(step.instructionCount)),
        ]
    }
}
