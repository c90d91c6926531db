// What every run leaves behind: traces, reports, annotations and the step summary of GitHub Actions.

import Checker
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Writes what a run leaves behind, and finds its exit code.
struct RunOutput {
    let output: OutputOptions
    let policy: GatePolicy
    /// `NAME=VALUE` of each `-D`.
    let settings: [String]
    private let started: String

    init(_ output: OutputOptions, policy: GatePolicy, settings: [String] = []) {
        self.output = output
        self.policy = policy
        self.settings = settings
        started = Self.now
    }

    /// Whether GitHub Actions reads the output.
    static var isGitHubActions: Bool { Terminal.environment("GITHUB_ACTIONS") == "true" }

    /// Writes traces, reports and the part of a run that it is. What cannot be written is told, and the rest is written
    /// all the same.
    ///
    /// - Returns: the exit code of the process.
    func finish(_ results: [SpecResult], part: PartOfRun? = nil) -> Int32 {
        var status = policy.status(of: results)
        let isPartWritten = part?.write(results, outDir: output.outDir) ?? true
        if !writeTraces(results) || !isPartWritten { status = ExitStatus.combined([status, .inputOutput]) }
        var report = report(results, status)
        for file in output.report.flatMap(\.files) {
            guard let text = report.text(file.kind) else {
                let missing = file.kind == .svg ? "--sweep" : "trace"
                Terminal.note("\(file.path) is not written: the run has no \(missing)")
                continue
            }
            do throws(ReadError) { try SpecFiles.write(text, to: file.path) } catch {
                Terminal.note("the report is not written: \(error.message)")
                status = ExitStatus.combined([status, .inputOutput])
                report = self.report(results, status)
            }
        }
        if Self.isGitHubActions {
            // Among JSON on standard output they would be no JSON.
            let stream = output.format == .human ? FileDescriptor.standardOutput : .standardError
            Terminal.write(GitHubReport.annotations(report), to: stream)
            appendSummary(report)
        }
        switch output.format {
        case .human: break
        case .json: if let text = report.text(.json) { Terminal.write(text, to: .standardOutput) }
        case .jsonl: Terminal.write(EventLines.end(exitCode: report.exitCode), to: .standardOutput)
        }
        return Int32(report.exitCode)
    }

    private func report(_ results: [SpecResult], _ status: ExitStatus) -> RunReport {
        RunReport(
            results, exitCode: Interrupts.exitCode.map(Int.init) ?? status.rawValue, version: Version.text,
            policy: policy, traceFolder: output.outDir, settings: settings, timestamp: started)
    }

    private func appendSummary(_ report: RunReport) {
        guard let path = Terminal.environment("GITHUB_STEP_SUMMARY"), !path.isEmpty else { return }
        do throws(ReadError) { try SpecFiles.append(MarkdownReport.summary(report), to: path) } catch {
            Terminal.note("the step summary is not written: \(error.message)")
        }
    }

    /// Whether all could be written.
    private func writeTraces(_ results: [SpecResult]) -> Bool {
        for result in results {
            for check in result.checks {
                for property in check.violated {
                    guard let trace = property.trace else { continue }
                    let path = TraceFile.path(of: property, in: check, spec: result.path, outDir: output.outDir)
                    let text = ITFReport.document(
                        trace, source: result.path, property: property.name, verdict: property.verdict.rawValue,
                        origin: TraceOrigin(of: check, settings: settings))
                    do throws(ReadError) { try SpecFiles.write(text, to: path) } catch {
                        Terminal.note("the trace is not written: \(error.message)")
                        return false
                    }
                }
            }
        }
        return true
    }

    /// The time in UTC, as `2026-11-20T23:20:20`; `SOURCE_DATE_EPOCH` fixes it, for reports that must not change.
    private static var now: String {
        var seconds = Terminal.environment("SOURCE_DATE_EPOCH").flatMap { time_t($0) } ?? time(nil)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        func padded(_ number: Int32, _ count: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, count - digits.count)) + digits
        }
        let day = [padded(parts.tm_year + 1900, 4), padded(parts.tm_mon + 1, 2), padded(parts.tm_mday, 2)]
        let clock = [padded(parts.tm_hour, 2), padded(parts.tm_min, 2), padded(parts.tm_sec, 2)]
        return day.joined(separator: "-") + "T" + clock.joined(separator: ":")
    }
}
