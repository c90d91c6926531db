// What a gate lets through: what must be exhaustive, what may stay open, what is known already.

import Model

/// Decides what each check means for the gate.
public struct GatePolicy: Sendable {
    /// `--require exhaustive`: a pass within a bound is no answer.
    public var requiresExhaustive = false
    /// `--allow-inconclusive`: no answer lets the gate open; it is still printed.
    public var allowsInconclusive = false
    /// `--baseline FILE`: what failed there already does not close the gate.
    public var baseline: Baseline?

    /// Lets through what its expectations let through.
    public init() {}

    /// The status of a check, as far as the gate is concerned.
    public func status(of check: CheckResult, in spec: SpecResult) -> ExitStatus {
        let status = unwaivedStatus(of: check)
        switch status {
        case .noAnswer: return allowsInconclusive ? .success : status
        case .mixed, .deadlock, .property, .liveness, .fault:
            return baseline?.covers(check, in: spec) == true ? .success : status
        case .success, .rejected, .commandLine, .missing, .internalError, .inputOutput: return status
        }
    }

    /// The status of all files together.
    public func status(of results: [SpecResult]) -> ExitStatus {
        ExitStatus.combined(
            results.flatMap { result -> [ExitStatus] in
                if result.readError != nil { return [.inputOutput] }
                if result.isUsageError { return [.commandLine] }
                if result.diagnostics.contains(where: { $0.severity == .error }) { return [.rejected] }
                return result.checks.map { status(of: $0, in: result) }
            })
    }

    /// How a check stands.
    func outcome(of check: CheckResult, in spec: SpecResult) -> GateOutcome {
        let status = unwaivedStatus(of: check)
        let isWaived = self.status(of: check, in: spec) == .success
        switch status {
        case .success: return .passed
        case .noAnswer: return isWaived ? .allowed : .open
        case .mixed, .deadlock, .property, .liveness, .fault, .rejected, .commandLine, .missing, .internalError,
            .inputOutput:
            return isWaived ? .known : .failed
        }
    }

    /// A pass of part of the states is none when all are asked for; a counterexample needs no others.
    private func unwaivedStatus(of check: CheckResult) -> ExitStatus {
        let status = ExitStatus.of(check)
        guard requiresExhaustive, status == .success, check.system != nil, check.violated.isEmpty,
            check.scope != .exhaustive
        else { return status }
        return .noAnswer
    }
}

/// How one check stands before the gate.
enum GateOutcome {
    case passed
    /// It fails, and the baseline has it.
    case known
    case failed
    /// No answer.
    case open
    /// No answer, which is allowed.
    case allowed

    /// The word at the start of its line.
    var word: String {
        switch self {
        case .passed: "ok"
        case .known: "known"
        case .failed: "FAIL"
        case .open: "OPEN"
        case .allowed: "open"
        }
    }
}

/// What an earlier run failed at: a JSON report of it.
public struct Baseline: Sendable {
    private struct Key: Hashable {
        let spec: String
        let check: String
    }

    /// Per failing check the properties that were violated.
    private let failures: [Key: Set<String>]

    /// Reads a JSON report.
    ///
    /// - Throws: `JSONError` when the text is no report of this program.
    public init(_ bytes: [UInt8]) throws(JSONError) {
        let document = try JSONText.parse(bytes)
        guard document.at("tool").at("name").string == "shmcheck", document.at("v").int == 1 else {
            throw JSONError(message: "no report of shmcheck (write one with --report json=FILE)")
        }
        var failures: [Key: Set<String>] = [:]
        for spec in document.at("specs").list {
            for check in spec.at("checks").list {
                let violated = check.at("properties").list.filter { $0.at("verdict").string == "violated" }
                let isUnmet = check.at("met").flag == false
                let isFailing = isUnmet || (check.at("expected").isNull && !violated.isEmpty)
                guard isFailing else { continue }
                let key = Key(
                    spec: spec.at("path").string ?? "", check: check.at("name").string ?? "default")
                failures[key] = Set(violated.compactMap { $0.at("name").string })
            }
        }
        self.failures = failures
    }

    /// How many checks fail in it.
    public var count: Int { failures.count }

    /// Whether the check failed then, and at nothing less than what it fails at now.
    func covers(_ check: CheckResult, in spec: SpecResult) -> Bool {
        guard let known = failures[Key(spec: spec.path, check: check.displayName)] else {
            return false
        }
        return known.isSuperset(of: check.violated.map(\.name))
    }

    /// Checks of the baseline that pass now, as `path: check`: they can leave it.
    func mended(_ results: [SpecResult], _ policy: GatePolicy) -> [String] {
        var mended: [String] = []
        for result in results {
            for check in result.checks {
                let name = check.displayName
                guard failures[Key(spec: result.path, check: name)] != nil,
                    policy.outcome(of: check, in: result) == .passed
                else { continue }
                mended.append("\(result.path): \(name)")
            }
        }
        return mended
    }
}
