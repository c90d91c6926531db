// Exit codes: one number for all checks of all files (the table of the command line's reference).

import Model

/// What the process tells its caller.
public enum ExitStatus: Int, Sendable {
    case success = 0
    /// The spec does not parse or type-check.
    case rejected = 2
    /// A limit, an unsupported feature, no answer.
    case noAnswer = 5
    /// An expectation is not met, or violations of several kinds.
    case mixed = 10
    case deadlock = 11
    case property = 12
    case liveness = 13
    /// Assert, trap, panic, lock misuse, failed proof.
    case fault = 14
    case commandLine = 64
    case missing = 69
    case internalError = 70
    case inputOutput = 74

    /// Which of two matters more: 70, 74, 2 and 64, 10 to 14, 5, 0.
    private var precedence: Int {
        switch self {
        case .internalError: 6
        case .inputOutput: 5
        case .rejected, .commandLine, .missing: 4
        case .mixed, .deadlock, .property, .liveness, .fault: 3
        case .noAnswer: 1
        case .success: 0
        }
    }

    /// The status of several results together: the common one, or `mixed` for violations of several kinds.
    public static func combined(_ statuses: [ExitStatus]) -> ExitStatus {
        guard let most = statuses.map(\.precedence).max() else { return .success }
        let worst = Set(statuses.filter { $0.precedence == most })
        guard worst.count > 1 else { return worst.first ?? .success }
        return most == 3 ? .mixed : .rejected
    }

    /// The status of the results of all files.
    public static func of(_ results: [SpecResult]) -> ExitStatus {
        combined(
            results.flatMap { result -> [ExitStatus] in
                if result.readError != nil { return [.inputOutput] }
                if result.isUsageError { return [.commandLine] }
                if result.diagnostics.contains(where: { $0.severity == .error }) { return [.rejected] }
                return result.checks.map { of($0) }
            })
    }

    /// The status of one check.
    public static func of(_ check: CheckResult) -> ExitStatus {
        if !check.internalErrors.isEmpty { return .internalError }
        if check.isMet == true { return .success }
        if check.diagnostics.contains(where: { $0.severity == .error }) { return .rejected }
        if check.properties.contains(where: { $0.verdict == .notSupported }), check.violated.isEmpty {
            return .noAnswer
        }
        if check.bitstate != nil, check.violated.isEmpty { return ofHunt(check) }
        if check.expected != nil {
            let hasContradiction = check.scope == .exhaustive || !check.violated.isEmpty || check.limit == nil
            return check.isMet == nil || !hasContradiction ? .noAnswer : .mixed
        }
        if let first = check.violated.first { return of(first.kind) }
        if check.scope == .exhaustive,
            check.properties.contains(where: { $0.kind == .reachable && $0.verdict == .notReached })
        {
            return .property
        }
        if check.system == nil || check.scope == .partial { return .noAnswer }
        if check.properties.contains(where: { $0.verdict == .unknown }) { return .noAnswer }
        if check.properties.contains(where: { $0.kind == .prove && $0.verdict == .notReached }) { return .property }
        return .success
    }

    /// A hunt that met nothing: as with random walks, that is no failure where nothing is expected to be met.
    private static func ofHunt(_ check: CheckResult) -> ExitStatus {
        switch (check.limit, check.expected) {
        case (nil, nil), (nil, .holds), (.depth, nil), (.depth, .holds): .success
        default: .noAnswer
        }
    }

    static func of(_ kind: ReportedKind) -> ExitStatus {
        switch kind {
        case .deadlock: .deadlock
        case .invariant, .always, .transition, .final, .reachable: .property
        case .eventually, .leadsto, .temporal: .liveness
        case .assert, .trap, .lock, .prove: .fault
        }
    }
}
