// JUnit XML: what Jenkins, GitLab and most other build servers read of tests.

import Model

/// Writes a run as JUnit XML, valid for the schema of Jenkins' xUnit plugin (`junit-10.xsd`).
///
/// A spec is a suite. A check that expects nothing in particular, or that all holds, is a case for each property; a fault,
/// and a check that expects a violation, is one case, which fails when it is not as expected.
struct JUnitReport {
    private let report: RunReport

    init(_ report: RunReport) { self.report = report }

    private struct Case {
        enum Result {
            case passed
            case failed(type: String, message: String, text: String)
            case broken(type: String, message: String, text: String)
            case skipped(String)
        }
        let name: String
        let seconds: Double?
        let result: Result
    }

    /// The document, with a newline at its end.
    var document: String {
        let suites = report.results.map { (result: $0, cases: cases(of: $0)) }
        let all = suites.flatMap(\.cases)
        let seconds = report.results.flatMap(\.checks).reduce(0) { $0 + $1.seconds }
        var lines = ["<?xml version=\"1.0\" encoding=\"UTF-8\"?>"]
        lines.append(
            "<testsuites name=\"shmcheck\" tests=\"\(all.count)\" failures=\"\(Self.failures(all))\" "
                + "errors=\"\(Self.errors(all))\" time=\"\(Self.time(seconds))\">")
        for (result, cases) in suites { lines += suite(result, cases) }
        lines.append("</testsuites>")
        return lines.joined(separator: "\n") + "\n"
    }

    // MARK: Suites

    private func suite(_ result: SpecResult, _ cases: [Case]) -> [String] {
        let path = MarkupText.xml(TextLayout.oneLine(result.path))
        let skipped = cases.count { if case .skipped = $0.result { true } else { false } }
        let seconds = result.checks.reduce(0) { $0 + $1.seconds }
        var opening =
            "  <testsuite name=\"\(path)\" tests=\"\(cases.count)\" failures=\"\(Self.failures(cases))\" "
            + "errors=\"\(Self.errors(cases))\" skipped=\"\(skipped)\" time=\"\(Self.time(seconds))\""
        if let timestamp = report.timestamp { opening += " timestamp=\"\(timestamp)\"" }
        var lines = [opening + " file=\"\(path)\">", "    <properties>"]
        lines.append(property("version", report.version))
        for check in result.checks {
            let name = check.displayName
            let wording = VerdictWording(check: check, style: TextStyle(hasColour: false, isUnicode: true))
            lines.append(property("scope of \(name)", wording.headline.joined(separator: " ")))
        }
        lines.append("    </properties>")
        let className = MarkupText.xml(Self.className(result.path))
        for testCase in cases { lines += self.lines(testCase, className) }
        lines.append("  </testsuite>")
        return lines
    }

    private func property(_ name: String, _ value: String) -> String {
        "      <property name=\"\(MarkupText.xml(name))\" value=\"\(MarkupText.xml(TextLayout.oneLine(value)))\"/>"
    }

    /// `specs.queue`: what build servers group by.
    private static func className(_ path: String) -> String {
        var parts = path.split(separator: "/").filter { $0 != "." && $0 != ".." }.map(String.init)
        if let last = parts.popLast() { parts.append(TraceFile.specName(last)) }
        return TextLayout.oneLine(parts.joined(separator: "."))
    }

    private func lines(_ testCase: Case, _ className: String) -> [String] {
        var opening = "    <testcase classname=\"\(className)\" name=\"\(MarkupText.xml(testCase.name))\""
        if let seconds = testCase.seconds { opening += " time=\"\(Self.time(seconds))\"" }
        let element: String
        switch testCase.result {
        case .passed: return [opening + "/>"]
        case .skipped(let message): element = "<skipped message=\"\(MarkupText.xml(message))\"/>"
        case .failed(let type, let message, let text): element = Self.element("failure", type, message, text)
        case .broken(let type, let message, let text): element = Self.element("error", type, message, text)
        }
        return [opening + ">", "      " + element, "    </testcase>"]
    }

    private static func element(_ name: String, _ type: String, _ message: String, _ text: String) -> String {
        "<\(name) type=\"\(MarkupText.xml(type))\" message=\"\(MarkupText.xml(message))\">\(MarkupText.xml(text))</\(name)>"
    }

    // MARK: Cases

    private func cases(of result: SpecResult) -> [Case] {
        if let error = result.readError {
            let message = TextLayout.oneLine(error)
            return [
                Case(name: "is read", seconds: nil, result: .broken(type: "shmcheck.read", message: message, text: ""))
            ]
        }
        let errors = result.diagnostics.filter { $0.severity == .error }
        if !errors.isEmpty {
            let text = DiagnosticRenderer(width: 100, hasColour: false).render(errors)
            let message = TextLayout.oneLine(errors[0].message)
            return [
                Case(
                    name: "is a spec", seconds: nil,
                    result: .broken(type: "shmcheck.spec", message: message, text: text))
            ]
        }
        return result.checks.flatMap { cases(of: $0, in: result) }
    }

    private func cases(of check: CheckResult, in spec: SpecResult) -> [Case] {
        let title = check.fault.map { "fault \($0)" } ?? "check \(check.name ?? "default")"
        var perProperty = check.system != nil && check.internalErrors.isEmpty
        switch check.expected {
        case nil, .holds: break
        case .violated, .notReached, .deadlock, .rejected: perProperty = false
        }
        if perProperty, check.fault == nil, !check.properties.isEmpty {
            return check.properties.enumerated().map { index, property in
                Case(
                    name: "\(title): \(name(property))", seconds: index == 0 ? check.seconds : 0,
                    result: result(of: property, check, spec))
            }
        }
        let words = check.expected.map { ": \(VerdictWording.words($0))" } ?? ""
        return [Case(name: title + words, seconds: check.seconds, result: result(of: check, in: spec))]
    }

    private func name(_ property: PropertyResult) -> String {
        switch property.kind {
        case .deadlock, .trap, .lock: property.name
        default: "\(property.kind.rawValue) \(property.name)"
        }
    }

    private func result(of property: PropertyResult, _ check: CheckResult, _ spec: SpecResult) -> Case.Result {
        let outcome = report.policy.outcome(of: check, in: spec)
        let failure = Failure(spec: spec, check: check, property: property)
        switch property.verdict {
        case .violated:
            if outcome == .known { return .skipped("known: \(failure.headline)") }
            return .failed(
                type: "shmcheck.\(property.kind.rawValue)", message: failure.headline, text: text(failure))
        case .notReached where [.reachable, .prove].contains(property.kind) && outcome == .failed:
            return .failed(
                type: "shmcheck.\(property.kind.rawValue)", message: failure.headline, text: text(failure))
        case .holds, .notReached: return .passed
        case .holdsWithinBound where !report.policy.requiresExhaustive: return .passed
        case .holdsWithinBound, .inconclusive, .unknown, .notSupported, .error:
            // A run that ended at a violation leaves the rest open: the violation is what fails.
            if !check.violated.isEmpty { return .skipped("not decided: the run ended at a violation") }
            return open("\(property.name) \(property.verdict.word)\(property.message.map { ": \($0)" } ?? "")", outcome)
        }
    }

    private func result(of check: CheckResult, in spec: SpecResult) -> Case.Result {
        let outcome = report.policy.outcome(of: check, in: spec)
        switch outcome {
        case .passed: return .passed
        case .known: return .skipped("known: \(check.unmetReason ?? "not as expected")")
        case .open, .allowed: return open(check.unmetReason ?? "no answer", outcome)
        case .failed:
            let failures = Failure.all(of: check, in: spec)
            let message = check.unmetReason ?? failures[0].headline
            return .failed(
                type: "shmcheck.expectation", message: TextLayout.oneLine(message),
                text: failures.map { text($0) }.joined(separator: "\n"))
        }
    }

    /// No answer is skipped, which leaves a build green, unless the gate is to close then.
    private func open(_ message: String, _ outcome: GateOutcome) -> Case.Result {
        let message = TextLayout.oneLine(message)
        if outcome == .open, report.policy.requiresExhaustive {
            return .broken(type: "shmcheck.inconclusive", message: message, text: "")
        }
        return .skipped(message)
    }

    private func text(_ failure: Failure) -> String {
        var lines = failure.reasons
        if let range = failure.property?.range { lines.append(TextLayout.oneLine(range.description)) }
        if let trace = failure.property?.trace {
            let style = TextStyle(hasColour: false, isUnicode: true)
            lines += TraceTable(trace, style: style, mode: .diff, width: 116).lines()
        }
        lines.append("reproduce: \(failure.reproduce)")
        return "\n" + lines.joined(separator: "\n") + "\n"
    }

    // MARK: Numbers

    private static func failures(_ cases: [Case]) -> Int {
        cases.count { if case .failed = $0.result { true } else { false } }
    }

    private static func errors(_ cases: [Case]) -> Int {
        cases.count { if case .broken = $0.result { true } else { false } }
    }

    private static func time(_ seconds: Double) -> String {
        if case .thousandths = JSONValue.rounded(seconds) { return JSONValue.rounded(seconds).compactText }
        return "0.000"
    }
}
