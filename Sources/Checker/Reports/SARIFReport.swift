// SARIF 2.1.0: what GitHub's code scanning and most editors read of findings.

import Model

/// Writes a run as SARIF (OASIS, "Static Analysis Results Interchange Format Version 2.1.0").
///
/// Findings are what closes the gate: violated properties that nobody expects, expectations that are not met, mistakes of
/// specs. What has no answer is a result of kind `open`, which GitHub does not show. Each trace is a code flow with a
/// thread for each process.
struct SARIFReport {
    /// GitHub refuses a file with more runs.
    private static let runLimit = 20
    private let report: RunReport

    init(_ report: RunReport) { self.report = report }

    /// The document, with a newline at its end.
    var document: String {
        let groups: [[SpecResult]] =
            report.results.count <= Self.runLimit ? report.results.map { [$0] } : [report.results]
        let document: JSONValue = [
            "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
            "version": "2.1.0",
            "runs": .array((groups.isEmpty ? [[]] : groups).map(run)),
        ]
        return document.prettyText + "\n"
    }

    // MARK: Runs

    private func run(_ results: [SpecResult]) -> JSONValue {
        let findings = results.flatMap { SARIFFinding.all(of: $0, report) }
        var rules: [SARIFRule] = []
        for finding in findings where !rules.contains(where: { $0.id == finding.rule.id }) {
            rules.append(finding.rule)
        }
        let category = results.count == 1 ? "shmcheck/\(results[0].path)/" : "shmcheck/"
        return [
            "tool": [
                "driver": [
                    "name": "shmcheck", "version": .string(report.version), "semanticVersion": .string(report.version),
                    "rules": .array(rules.map(\.json)),
                ]
            ],
            "automationDetails": ["id": .string(category)],
            "columnKind": "unicodeCodePoints",
            "invocations": .array([invocation(results)]),
            "results": .array(
                findings.map { finding in
                    let index = rules.firstIndex { $0.id == finding.rule.id } ?? 0
                    return finding.json(ruleIndex: index)
                }),
        ]
    }

    private func invocation(_ results: [SpecResult]) -> JSONValue {
        let unread = results.filter { $0.readError != nil }
        var members: [JSONValue.Member] = [
            .init("executionSuccessful", .bool(unread.isEmpty)),
            .init("exitCode", .integer(Int128(report.exitCode))),
        ]
        if let timestamp = report.timestamp { members.append(.init("startTimeUtc", .string(timestamp + "Z"))) }
        if !unread.isEmpty {
            let notes = unread.map { result -> JSONValue in
                ["level": "error", "message": SARIFText.message(result.readError ?? "")]
            }
            members.append(.init("toolExecutionNotifications", .array(notes)))
        }
        return .object(members)
    }
}

/// A kind of finding: one for each property, so that alerts can be told apart and closed one by one.
struct SARIFRule {
    let id: String
    let name: String
    let sentence: String
    let kind: String

    var json: JSONValue {
        [
            "id": .string(id), "name": .string(name), "shortDescription": SARIFText.message(sentence),
            "defaultConfiguration": ["level": "error"],
            "properties": [
                "precision": "very-high", "problem.severity": "error",
                "tags": .array([.string("concurrency"), .string("shared-memory"), .string(kind)]),
            ],
        ]
    }
}

/// Parts that many SARIF objects share.
enum SARIFText {
    static func message(_ text: String) -> JSONValue { ["text": .string(text.isEmpty ? "(nothing)" : text)] }

    /// A place in a spec; the path as a reference relative to where the run was started.
    static func location(_ range: SourceRange, message: String? = nil) -> JSONValue {
        let start = range.file.position(at: range.start)
        let end = range.file.position(at: max(range.start, range.end))
        var members: [JSONValue.Member] = [
            .init(
                "physicalLocation",
                [
                    "artifactLocation": artifact(range.file.path),
                    "region": [
                        "startLine": .integer(Int128(start.line)), "startColumn": .integer(Int128(start.column)),
                        "endLine": .integer(Int128(end.line)), "endColumn": .integer(Int128(end.column)),
                    ],
                ])
        ]
        if let message { members.append(.init("message", self.message(message))) }
        return .object(members)
    }

    /// A file without a place in it.
    static func location(file: String) -> JSONValue {
        ["physicalLocation": ["artifactLocation": artifact(file), "region": ["startLine": .integer(1)]]]
    }

    static func artifact(_ path: String) -> JSONValue {
        if path.hasPrefix("/") { return ["uri": .string("file://" + PathURI.encoded(path))] }
        var relative = path[...]
        while relative.hasPrefix("./") { relative = relative.dropFirst(2) }
        return ["uri": .string(PathURI.encoded(String(relative))), "uriBaseId": "%SRCROOT%"]
    }

    /// 64 bits of FNV-1a (Fowler, Noll, Vo), as 16 digits: enough to tell alerts apart, and the same on every machine.
    static func fingerprint(_ text: String) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
