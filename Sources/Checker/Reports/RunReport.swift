// All that a run found, and the formats that it can be written in.

import Model

/// The formats of `--report`.
public enum ReportKind: String, Sendable, CaseIterable {
    case html, json, junit, sarif, markdown, itf
    /// The picture of a sweep.
    case svg
}

/// The results of a run: every format is written from these alone, so that none needs a run of its own.
public struct RunReport: Sendable {
    /// In the order in which files were given.
    public let results: [SpecResult]
    /// What the process returns.
    public let exitCode: Int
    /// The version of the program.
    public let version: String
    /// What the gate asks for.
    public let policy: GatePolicy
    /// Where traces went; nil when they were not written.
    public let traceFolder: String?
    /// `NAME=VALUE` of each `-D`.
    public let settings: [String]
    /// When the run began, as `2026-11-20T23:20:20`; nil leaves times out of what must not change.
    public let timestamp: String?

    /// A report of results.
    public init(
        _ results: [SpecResult], exitCode: Int, version: String, policy: GatePolicy, traceFolder: String?,
        settings: [String] = [], timestamp: String?
    ) {
        self.results = results
        self.exitCode = exitCode
        self.version = version
        self.policy = policy
        self.traceFolder = traceFolder
        self.settings = settings
        self.timestamp = timestamp
    }

    /// The text in a format; nil for ITF when there is no trace at all, and for SVG without a sweep.
    public func text(_ kind: ReportKind) -> String? {
        switch kind {
        case .html: HTMLReport(self).document
        case .json: JSONReport.document(results, exitCode: exitCode, version: version)
        case .junit: JUnitReport(self).document
        case .sarif: SARIFReport(self).document
        case .markdown: MarkdownReport(self, isForSummary: false).document
        case .itf: firstTrace
        case .svg: SweepPicture(results).document
        }
    }

    /// The trace that matters most: of the first violation that closes the gate, else of the first one, else a witness.
    private var firstTrace: String? {
        var best: (rank: Int, property: PropertyResult, spec: SpecResult, check: CheckResult)?
        for result in results {
            for check in result.checks {
                let isFailing = policy.outcome(of: check, in: result) == .failed
                for property in check.properties where property.trace != nil {
                    let rank = property.verdict != .violated ? 2 : isFailing ? 0 : 1
                    if rank < best?.rank ?? 3 { best = (rank, property, result, check) }
                }
            }
        }
        guard let best, let trace = best.property.trace else { return nil }
        return ITFReport.document(
            trace, source: best.spec.path, property: best.property.name, verdict: best.property.verdict.rawValue,
            origin: TraceOrigin(of: best.check, settings: settings))
    }

    /// Violations that close the gate, with where they belong.
    var failures: [Failure] {
        results.flatMap { result in
            result.checks.filter { policy.outcome(of: $0, in: result) == .failed }.flatMap { check in
                Failure.all(of: check, in: result)
            }
        }
    }
}

/// One reason why the gate is closed.
struct Failure {
    let spec: SpecResult
    let check: CheckResult
    /// What is violated or not reached; nil when the check as a whole is not as expected.
    let property: PropertyResult?

    /// What is wrong with a failing check; at least one.
    static func all(of check: CheckResult, in spec: SpecResult) -> [Failure] {
        var properties: [PropertyResult]
        switch check.expected {
        case .violated(let name, _): properties = check.violated.filter { $0.name != name }
        case .deadlock: properties = check.violated.filter { $0.name != "deadlock" }
        case nil, .holds, .notReached, .rejected: properties = check.violated
        }
        if properties.isEmpty {
            properties = check.properties.filter { $0.kind == .reachable && $0.verdict == .notReached }
        }
        if properties.isEmpty { return [Failure(spec: spec, check: check, property: nil)] }
        return properties.map { Failure(spec: spec, check: check, property: $0) }
    }

    /// `fault Q1`, `check kernel_size`.
    var checkName: String { check.fault.map { "fault \($0)" } ?? "check \(check.name ?? "default")" }

    /// `no_lost_request VIOLATED in 8 steps`
    var headline: String {
        guard let property else {
            return check.unmetReason ?? check.internalErrors.first.map { "a mistake of shmcheck itself: \($0)" }
                ?? "not as expected"
        }
        var words = "\(property.name) \(property.verdict.word)"
        if let steps = property.steps {
            words += steps == 0 ? " \(VerdictWording.steps(0))" : " in \(VerdictWording.steps(steps))"
        }
        return words
    }

    /// The property's sentence, and why it is false.
    var reasons: [String] {
        var reasons: [String] = []
        if let message = property?.message { reasons.append(message) }
        if let trace = property?.trace {
            if let message = trace.violation?.message, !reasons.contains(message), message != property?.name {
                reasons.append(message)
            }
            if let because = FalseBecause(trace) { reasons.append(because.sentence) }
        }
        if let run = property?.kernelRun {
            reasons.append(run.sentence)
            if let place = run.place { reasons.append("kernel: \(place.text)") }
        }
        if property != nil, let reason = check.unmetReason { reasons.append("the check: \(reason)") }
        return reasons.map(TextLayout.oneLine)
    }

    /// The command that runs it again.
    var reproduce: String { check.reproduce(in: spec) }
}

extension CheckResult {
    /// The command that runs this check again, as a shell takes it.
    func reproduce(in spec: SpecResult) -> String {
        var words = ["shmcheck", "check", spec.path]
        if let fault {
            words += ["--fault", fault]
        } else if sweepPoint.isEmpty, let name {
            words += ["--only", name]
        } else if sweepPoint.isEmpty, spec.checks.count > 1 {
            words += ["--only", "default"]
        }
        words += sweepPoint.flatMap { ["-D", $0] }
        return (words + spec.flags).map(Shell.quoted).joined(separator: " ")
    }
}

extension FalseBecause {
    /// `false because: a == b    3 == 4`, on one line.
    var sentence: String {
        let binding = binders.isEmpty ? "" : "for \(binders.joined(separator: ", ")): "
        let hasValues = values != text && values != "false" && values != "true"
        return "false because: \(binding)\(text)" + (hasValues ? "  that is  \(values)" : "")
    }
}
