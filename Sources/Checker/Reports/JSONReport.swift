// What programs read of a run: one JSON document, the same bytes for the same run, times apart.

import Model

/// The document of `--format json`, whose schema is `Documentation/schema/shmcheck-report.schema.json`.
public struct JSONReport {
    /// The document of a run, with a newline at its end.
    ///
    /// Times and rates stand under `timing` alone; without it the text is equal from run to run.
    /// - Parameters:
    ///   - results: what was found, one for each file, in the order in which files were given.
    ///   - exitCode: what the process returns.
    ///   - version: the version of the program.
    /// - Complexity: O(length of the text).
    public static func document(_ results: [SpecResult], exitCode: Int, version: String) -> String {
        let document: JSONValue = [
            "v": .integer(1),
            "tool": ["name": "shmcheck", "version": .string(version)],
            "exit": .integer(Int128(exitCode)),
            "specs": .array(results.map(spec)),
            "timing": timing(results),
        ]
        return document.prettyText + "\n"
    }

    // MARK: Files and checks

    private static func spec(_ result: SpecResult) -> JSONValue {
        [
            "path": .string(result.path),
            "error": .optional(result.readError),
            "diagnostics": .array(result.diagnostics.map(diagnostic)),
            "checks": .array(result.checks.map { check($0, of: result) }),
        ]
    }

    static func check(_ check: CheckResult, of spec: SpecResult) -> JSONValue {
        let known = Set(spec.diagnostics.map(DiagnosticPlace.init))
        let own = check.diagnostics.filter { !known.contains(DiagnosticPlace($0)) }
        return [
            "name": .optional(check.name),
            "fault": .optional(check.fault),
            "constants": constants(check),
            "memory": .string(check.memory),
            "scope": .string(check.scope.rawValue),
            "bound": check.depthBound.map { ["depth": .integer(Int128($0))] } ?? .null,
            "limit": limit(check.limit),
            "states": .integer(Int128(check.states)),
            "transitions": .integer(Int128(check.transitions)),
            "depth": .integer(Int128(check.depth)),
            "frontier": .integer(Int128(check.frontier)),
            "neverEnabled": .array(check.neverEnabled.map { .string($0) }),
            "exploredAsUnguarded": .array(check.exploredAsUnguarded.map { .string($0) }),
            "symmetry": check.symmetry.map(symmetry) ?? .null,
            "solver": check.solver.map(solver) ?? .null,
            "bitstate": check.bitstate.map(bitstate) ?? .null,
            "expected": check.expected.map(expectation) ?? .null,
            "met": check.isMet.map { .bool($0) } ?? .null,
            "reason": .optional(check.unmetReason),
            "properties": .array(check.properties.map { property($0, check, spec) }),
            "lockOrderCycles": .array(check.lockCycles.map(lockCycle)),
            "diagnostics": .array(own.map(diagnostic)),
            "internalErrors": .array(check.internalErrors.map { .string($0) }),
        ]
    }

    /// A depth is a bound and no limit.
    private static func limit(_ limit: LimitReached?) -> JSONValue {
        switch limit {
        case nil, .depth: .null
        case .states, .time, .memory, .interrupt, .missing: .optional(limit?.rawValue)
        }
    }

    static func symmetry(_ use: SymmetryUse) -> JSONValue {
        [
            "sorts": .array(use.sorts.map { .string($0) }),
            "represents": use.represented.map { .integer(Int128($0)) } ?? .null,
            "refused": .array(use.refused.map { ["sort": .string($0.sort), "reason": .string($0.reason)] }),
        ]
    }

    static func solver(_ use: SolverUse) -> JSONValue {
        [
            "questions": .integer(Int128(use.questions)), "remembered": .integer(Int128(use.remembered)),
            "witnessed": .integer(Int128(use.witnessed)),
        ]
    }

    static func bitstate(_ use: BitstateUse) -> JSONValue {
        [
            "bytes": .integer(Int128(use.bytes)), "functions": .integer(Int128(use.functions)),
            "fill": .rounded(use.fill), "expectedOmissions": .rounded(min(use.expectedOmissions, 1e12)),
            "omissionExponent": .integer(Int128(use.omissionExponent)),
        ]
    }

    private static func constants(_ check: CheckResult) -> JSONValue {
        guard let types = check.system?.types else {
            // Without a system the names of members are not known.
            let plain = PlainValues(types: TypeTable())
            return plain.object(of: check.constants.filter { plain.canWrite($0.type) })
        }
        return PlainValues(types: types).object(of: check.constants)
    }

    private static func expectation(_ expectation: Expectation) -> JSONValue {
        switch expectation {
        case .holds: ["outcome": "holds", "property": .null]
        case .violated(let name, only: false): ["outcome": "violated", "property": .string(name)]
        case .violated(let name, only: true): ["outcome": "violated_only", "property": .string(name)]
        case .notReached(let name): ["outcome": "not_reached", "property": .string(name)]
        case .deadlock: ["outcome": "deadlock", "property": "deadlock"]
        case .rejected(let code): ["outcome": "rejected", "property": .string(code)]
        }
    }

    // MARK: Properties

    static func property(_ property: PropertyResult, _ check: CheckResult, _ spec: SpecResult) -> JSONValue {
        let hasTrace = property.verdict == .violated && property.trace != nil
        let path = TraceFile.path(of: property, in: check, spec: spec.path)
        return [
            "name": .string(property.name),
            "kind": .string(property.kind.rawValue),
            "verdict": .string(property.verdict.rawValue),
            "steps": .optional(property.steps),
            "message": .optional(property.message),
            "spec": .optional(property.range?.description),
            "evaluations": .optional(property.evaluations),
            "witnessDepth": .optional(property.witnessDepth),
            "scope": .optional(property.scope),
            "advice": .optional(property.advice),
            "counterexample": property.counterexample.map { counterexample($0, check) } ?? .null,
            "loop": .optional(property.verdict == .violated ? property.trace?.loopStart : nil),
            "kernel": .optional(property.kernelRun?.place?.text),
            "trace": hasTrace ? .string(path) : .null,
        ]
    }

    /// Values of parameters and names as people read them, words in hexadecimal.
    private static func counterexample(_ values: Counterexample, _ check: CheckResult) -> JSONValue {
        let text = CounterexampleText(
            counterexample: values, constants: check.constants, style: TextStyle(hasColour: false, isUnicode: false))
        let proof = values.proof
        func named(_ names: ArraySlice<(name: String, local: LocalID)>) -> JSONValue {
            .object(
                names.compactMap { name, local in
                    values.run.locals[local].map {
                        let type = proof.code.locals[local].type
                        return .init(name, .string(proof.types.describeHexadecimal($0, as: type)))
                    }
                })
        }
        let count = values.arguments.count
        return [
            "values": named(proof.names.prefix(count)),
            "names": named(proof.names.dropFirst(count)),
            "traps": .bool(text.isTrap),
            "claim": .optional(text.reason?.text),
            "because": .optional(text.reason?.values),
            "least": .bool(values.isLeast),
        ]
    }

    private static func lockCycle(_ cycle: LockCycle) -> JSONValue {
        .array(
            cycle.edges.map { edge in
                [
                    "held": .string(edge.held), "taken": .string(edge.taken),
                    "steps": .integer(Int128(edge.steps)), "spec": .optional(edge.place),
                ]
            })
    }

    static func diagnostic(_ diagnostic: Diagnostic) -> JSONValue {
        [
            "code": .string(diagnostic.code.rawValue),
            "severity": .string(diagnostic.severity.rawValue),
            "message": .string(diagnostic.message),
            "spec": .string(diagnostic.range.description),
            "notes": .array(diagnostic.notes.map { .string($0) }),
            "related": .array(
                diagnostic.related.map { ["spec": .string($0.range.description), "message": .string($0.message)] }),
        ]
    }

    // MARK: Times

    private static func timing(_ results: [SpecResult]) -> JSONValue {
        let total = results.flatMap(\.checks).reduce(0) { $0 + $1.seconds }
        let specs = results.map { result -> JSONValue in
            let checks = result.checks.map { check -> JSONValue in
                let rate = check.seconds > 0 ? Double(check.states) / check.seconds : 0
                return [
                    "name": .optional(check.name), "seconds": .rounded(check.seconds),
                    "statesPerSecond": .integer(Int128(min(rate.rounded(), 1e15))),
                    "bytes": .integer(Int128(check.bytes)), "cached": .bool(check.isCached),
                ]
            }
            return ["path": .string(result.path), "checks": .array(checks)]
        }
        return ["seconds": .rounded(total), "specs": .array(specs)]
    }
}

/// What makes a diagnostic of a check the same as one of its file.
struct DiagnosticPlace: Hashable {
    private let code: DiagnosticCode
    private let place: String

    init(_ diagnostic: Diagnostic) {
        code = diagnostic.code
        place = diagnostic.range.spanDescription
    }
}
