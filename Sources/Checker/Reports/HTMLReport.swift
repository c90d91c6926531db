// The report that people open: one file, no network, every check of a run, and each violation step by step.

import Model

/// Writes a run as one HTML file.
///
/// Without a script all of it can be read: every step is a section of its own, and links lead from one to the next. The
/// script adds keys, a slider, filters and the whole state. Nothing is loaded, and the page forbids it.
struct HTMLReport {
    /// Steps that are shown in full over all runs; runs beyond that are listed with the command that shows them.
    private static let stepLimit = 900
    /// The first run is shown even when it is longer than that, up to what browsers bear.
    private static let longestRun = 3000
    private static let sampleLimit = 5
    private static let itfLimit = 200_000
    let report: RunReport

    init(_ report: RunReport) { self.report = report }

    /// A file for a single trace, as `trace convert` writes it.
    init(trace: Trace, source: String, property: String, version: String) {
        let kind: ReportedKind = trace.violation == nil ? .reachable : .invariant
        let result = PropertyResult(
            name: property, kind: kind, verdict: trace.violation == nil ? .holds : .violated,
            message: trace.violation?.message, range: trace.violation?.range, trace: trace, evaluations: nil,
            witnessDepth: nil)
        let check = CheckResult(
            name: nil, fault: nil, story: nil, constants: trace.system.constants.filter(\.isOwn),
            memory: trace.system.memory, scope: .partial, depthBound: nil, limit: nil, states: trace.steps.count + 1,
            transitions: trace.steps.count, depth: trace.steps.count, frontier: 0, neverEnabled: [],
            exploredAsUnguarded: trace.system.exploredAsUnguarded, expected: nil, isMet: nil, unmetReason: nil,
            properties: [result], lockCycles: [], diagnostics: [], system: trace.system, seconds: 0, bytes: 0,
            internalErrors: [])
        report = RunReport(
            [SpecResult(path: source, checks: [check], diagnostics: [], readError: nil)],
            exitCode: trace.violation == nil ? 0 : ExitStatus.of(check).rawValue, version: version,
            policy: GatePolicy(), traceFolder: nil, timestamp: nil)
    }

    // MARK: The document

    /// The file, with a newline at its end.
    var document: String {
        let (cases, left) = self.cases
        let title =
            report.results.count == 1
            ? "shmcheck: \(report.results[0].path)" : "shmcheck: \(report.results.count) specs"
        var html = """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; \
            script-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">
            <meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer">
            <title>\(MarkupText.html(TextLayout.oneLine(title)))</title>
            <link rel="icon" href="data:,">
            <style>\(HTMLStyle.text)</style></head><body>
            <a class="skip" href="#main">to the runs</a>

            """
        html += top(cases)
        html += "<main id=\"main\">"
        for (index, shown) in cases.enumerated() { html += shown.html(isFirst: index == 0) + "\n" }
        html += "</main>"
        if left > 0 {
            html += "<p class=\"more\">\(Wording.count(left, "run")) more than one file should hold: "
            html += "the commands beside the checks show them.</p>"
        }
        html += HTMLScript.help
        html += "<div class=\"sr\" aria-live=\"polite\" id=\"live\"></div>"
        return html + "<script>\(HTMLScript.text)</script></body></html>\n"
    }

    // MARK: Runs

    private var cases: (shown: [HTMLCase], left: Int) {
        var all: [HTMLCase] = []
        for result in report.results {
            for check in result.checks { all += violations(of: check, in: result) }
        }
        var budget = Self.stepLimit
        all = all.enumerated().sorted { ($0.element.role.rawValue, $0.offset) < ($1.element.role.rawValue, $1.offset) }
            .map(\.element)
        var shown: [HTMLCase] = []
        for candidate in all where candidate.trace.steps.count < (shown.isEmpty ? Self.longestRun : budget) {
            budget -= candidate.trace.steps.count + 1
            shown.append(candidate)
        }
        let left = all.count - shown.count
        shown += samples(&budget)
        return (
            shown.enumerated().map { $1.numbered("c\($0 + 1)") }, left
        )
    }

    private func violations(of check: CheckResult, in result: SpecResult) -> [HTMLCase] {
        let outcome = report.policy.outcome(of: check, in: result)
        return check.violated.compactMap { property in
            guard let trace = property.trace else { return nil }
            let failure = Failure(spec: result, check: check, property: property)
            return make(
                outcome == .failed ? .failure : .expected, failure.headline, failure.sentences, trace, check, result,
                property)
        }
    }

    /// Witnesses of what should be reached, then random walks, of checks in which nothing is violated.
    private func samples(_ budget: inout Int) -> [HTMLCase] {
        var found: [HTMLCase] = []
        for result in report.results {
            for check in result.checks where check.violated.isEmpty && check.fault == nil {
                for property in check.properties where property.kind == .reachable && property.verdict == .holds {
                    guard let trace = property.trace, found.count < Self.sampleLimit, trace.steps.count < budget else {
                        continue
                    }
                    budget -= trace.steps.count + 1
                    let headline = "\(property.name) witnessed in \(VerdictWording.steps(trace.steps.count))"
                    let words = [property.message, "a shortest run to it"].compactMap(\.self)
                    found.append(make(.sample, headline, words, trace, check, result, property))
                }
                guard let system = check.system, found.count < Self.sampleLimit, budget > 40,
                    let walk = SampleTraces(system: system).walk(0, length: 30)
                else { continue }
                budget -= walk.steps.count + 1
                let headline = "a random run of \(VerdictWording.steps(walk.steps.count))"
                found.append(
                    make(
                        .sample, headline, ["one of many: steps are chosen at random, always the same"], walk, check,
                        result, nil))
            }
        }
        return found
    }

    private func make(
        _ role: HTMLCase.Role, _ headline: String, _ sentences: [String], _ trace: Trace, _ check: CheckResult,
        _ result: SpecResult, _ property: PropertyResult?
    ) -> HTMLCase {
        let failure = Failure(spec: result, check: check, property: property)
        let wording = VerdictWording(check: check, style: TextStyle(hasColour: false, isUnicode: true))
        var itf: String?
        if role == .failure {
            let text = ITFReport.document(
                trace, source: result.path, property: property?.name ?? "", verdict: "violated",
                origin: TraceOrigin(of: check, settings: report.settings))
            if text.utf8.count <= Self.itfLimit { itf = text }
        }
        var sentences = sentences
        if role != .sample, let story = check.story { sentences.append(story) }
        return HTMLCase(
            id: "", role: role, headline: TextLayout.oneLine(headline), sentences: sentences.map(TextLayout.oneLine),
            place: "\(TextLayout.oneLine(result.path)), \(TextLayout.oneLine(failure.checkName))",
            scope: wording.headline.joined(separator: " "), reproduce: failure.reproduce,
            property: property?.kind == .deadlock ? nil : property?.range, trace: trace,
            kernelRun: property?.kernelRun, itf: itf)
    }

    // MARK: The head

    private func top(_ cases: [HTMLCase]) -> String {
        HTMLOverview(report: report, cases: cases).html
    }
}

extension HTMLCase {
    /// The same with its name.
    fileprivate func numbered(_ id: String) -> HTMLCase {
        var numbered = self
        numbered.id = id
        return numbered
    }
}

extension Failure {
    /// What the property says, and what went wrong.
    fileprivate var sentences: [String] {
        var sentences = [property?.message].compactMap(\.self)
        if let message = property?.trace?.violation?.message, !sentences.contains(message), message != property?.name {
            sentences.append(message)
        }
        if let run = property?.kernelRun { sentences.append(run.sentence) }
        return sentences
    }
}
