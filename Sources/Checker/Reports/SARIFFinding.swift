// One finding in SARIF: its rule, its place, how it is told from others, and the run that shows it.

import Model

/// What closes the gate, or leaves it undecided, as a SARIF result.
struct SARIFFinding {
    let rule: SARIFRule
    let kind: String
    let level: String
    let message: String
    let range: SourceRange?
    let path: String
    let trace: Trace?
    let property: String
    /// Where the trace was written.
    let traceFile: String?

    // MARK: Finding them

    /// All findings of a file.
    static func all(of result: SpecResult, _ report: RunReport) -> [SARIFFinding] {
        var findings = result.diagnostics.map { diagnostic in
            SARIFFinding(
                rule: SARIFRule(
                    id: "shmcheck/spec/\(diagnostic.code.rawValue)", name: diagnostic.code.rawValue,
                    sentence: "The spec has a mistake: \(diagnostic.code.rawValue).", kind: "spec"),
                kind: "fail", level: diagnostic.severity.rawValue,
                message: ([diagnostic.message] + diagnostic.notes).joined(separator: "; "), range: diagnostic.range,
                path: result.path, trace: nil, property: diagnostic.code.rawValue, traceFile: nil)
        }
        for check in result.checks {
            switch report.policy.outcome(of: check, in: result) {
            case .failed: findings += Failure.all(of: check, in: result).map { finding($0, report) }
            case .open: findings.append(open(check, result))
            case .passed, .known, .allowed: continue
            }
        }
        return findings
    }

    private static func finding(_ failure: Failure, _ report: RunReport) -> SARIFFinding {
        let spec = TraceFile.specName(failure.spec.path)
        let property = failure.property
        let kind = property?.kind.rawValue ?? "expectation"
        let name = property?.name ?? failure.checkName
        let rule = SARIFRule(
            id: "shmcheck/\(kind)/\(spec)/\(name.replacing(" ", with: "-"))", name: name,
            sentence: property?.message ?? "\(kind) \(name) of \(spec)", kind: kind)
        let words = ["\(failure.headline) (\(failure.checkName))"] + failure.reasons
        var traceFile: String?
        if let property, property.verdict == .violated, property.trace != nil, let folder = report.traceFolder {
            traceFile = TraceFile.path(of: property, in: failure.check, spec: failure.spec.path, outDir: folder)
        }
        return SARIFFinding(
            rule: rule, kind: "fail", level: "error", message: words.joined(separator: ". "), range: property?.range,
            path: failure.spec.path, trace: property?.trace, property: name, traceFile: traceFile)
    }

    private static func open(_ check: CheckResult, _ result: SpecResult) -> SARIFFinding {
        let spec = TraceFile.specName(result.path)
        let name = check.fault ?? check.name ?? "default"
        let wording = VerdictWording(check: check, style: TextStyle(hasColour: false, isUnicode: true))
        return SARIFFinding(
            rule: SARIFRule(
                id: "shmcheck/open/\(spec)/\(name)", name: name, sentence: "Check \(name) of \(spec) has no answer.",
                kind: "open"),
            kind: "open", level: "none", message: wording.headline.joined(separator: " "), range: nil,
            path: result.path, trace: nil, property: name, traceFile: nil)
    }

    // MARK: Writing them

    func json(ruleIndex: Int) -> JSONValue {
        let flow = trace.map { SARIFCodeFlow($0) }
        var words = message
        if let note = flow?.note { words += ". \(note)" }
        var members: [JSONValue.Member] = [
            .init("ruleId", .string(rule.id)), .init("ruleIndex", .integer(Int128(ruleIndex))),
            .init("kind", .string(kind)), .init("level", .string(level)), .init("message", SARIFText.message(words)),
            .init("locations", .array([range.map { SARIFText.location($0) } ?? SARIFText.location(file: path)])),
            .init("partialFingerprints", fingerprints),
        ]
        if let last = trace?.steps.last {
            let related = SARIFText.location(last.range, message: "the last step of the run: \(last.name)")
            members.append(.init("relatedLocations", .array([related])))
        }
        if let flow, !flow.isEmpty { members.append(.init("codeFlows", .array([flow.json]))) }
        if let traceFile {
            let attachment: JSONValue = [
                "description": SARIFText.message("the run in the Informal Trace Format"),
                "artifactLocation": SARIFText.artifact(traceFile),
            ]
            members.append(.init("attachments", .array([attachment])))
        }
        return .object(members)
    }

    /// GitHub matches alerts by the text of their line; the shape of the trace keeps a reordered run the same alert.
    private var fingerprints: JSONValue {
        var line = rule.id
        if let range { line += range.file.line(range.file.position(at: range.start).line).filter { $0 != " " } }
        var members = [JSONValue.Member("primaryLocationLineHash", .string("\(SARIFText.fingerprint(line)):1"))]
        if let trace {
            let shape = ([property] + trace.steps.map(\.name).sorted()).joined(separator: "\n")
            members.append(.init("shmcheckTraceShape/v1", .string(SARIFText.fingerprint(shape))))
        }
        return .object(members)
    }
}

/// A trace as a code flow: a thread for each process, and one for the environment.
struct SARIFCodeFlow {
    /// GitHub shows 1000 steps of a flow and refuses ten times as many.
    private static let stepLimit = 1000
    private static let keptAtStart = 50

    private let trace: Trace
    private let rows: [TraceRow]

    init(_ trace: Trace) {
        self.trace = trace
        rows = TraceRows(trace, style: TextStyle(hasColour: false, isUnicode: true), mode: .diff).allSteps()
    }

    var isEmpty: Bool { rows.isEmpty }

    /// Said when steps are left out.
    var note: String? {
        guard let skipped = skippedRange else { return nil }
        return "The flow leaves out steps \(skipped.lowerBound + 1) to \(skipped.upperBound) of \(rows.count)"
    }

    private var skippedRange: Range<Int>? {
        guard rows.count > Self.stepLimit else { return nil }
        return Self.keptAtStart..<(rows.count - (Self.stepLimit - Self.keptAtStart))
    }

    var json: JSONValue {
        var order: [TraceRow.Party] = []
        var locations: [TraceRow.Party: [JSONValue]] = [:]
        for (index, row) in rows.enumerated() where skippedRange?.contains(index) != true {
            if locations[row.party] == nil { order.append(row.party) }
            locations[row.party, default: []].append(location(index, row))
        }
        let threads = order.map { party -> JSONValue in
            ["id": .string(name(party)), "locations": .array(locations[party] ?? [])]
        }
        return ["threadFlows": .array(threads)]
    }

    private func name(_ party: TraceRow.Party) -> String {
        switch party {
        case .process(let pid): trace.system.types.pidNames[pid]
        case .environment, .nobody: "environment"
        }
    }

    private func location(_ index: Int, _ row: TraceRow) -> JSONValue {
        let step = trace.steps[index]
        let isLast = index == rows.count - 1
        let changes = row.changes.joined(separator: ", ")
        let words = "\(name(row.party)): \(row.step)" + (changes.isEmpty ? "" : "  \(changes)")
        var members: [JSONValue.Member] = [
            .init("location", SARIFText.location(step.range, message: words)),
            .init("executionOrder", .integer(Int128(index + 1))),
            .init("importance", .string(isLast ? "essential" : row.variables.isEmpty ? "unimportant" : "important")),
            .init("state", state(index)),
        ]
        if isLast, row.isViolating { members.append(.init("kinds", .array([.string("danger")]))) }
        return .object(members)
    }

    /// The data that the step changes, with their values after it.
    private func state(_ index: Int) -> JSONValue {
        let before = trace.state(after: index)
        let after = trace.state(after: index + 1)
        let difference = StateDifference(trace.system, isBrief: true)
        var members: [JSONValue.Member] = []
        for change in difference.changes(from: before, to: after) {
            guard case .data = change.subject, case .replaced(_, let new) = change.detail,
                !members.contains(where: { $0.name == change.name })
            else { continue }
            members.append(.init(change.name, SARIFText.message(new)))
        }
        return .object(members)
    }
}
