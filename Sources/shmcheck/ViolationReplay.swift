// `check --replay-on-violation`: every counterexample at once on the kernel, so that reports have both sides.

import Checker
import Model
import Replay

/// Replays what is violated, and keeps what came of it.
struct ViolationReplay {
    let kernel: String
    let outDir: String
    /// `NAME=VALUE` of each `-D`.
    let settings: [String]
    /// What each replay has to say, in the order of the violations.
    private(set) var texts: [String] = []
    /// The exit code of the first that did not reproduce its trace.
    private(set) var code: Int32?
    /// Sources of kernels by path; nil for those that cannot be read.
    private var sources: [String: SourceFile?] = [:]

    init(kernel: String, outDir: String, settings: [String]) {
        self.kernel = kernel
        self.outDir = outDir
        self.settings = settings
    }

    /// Replays every counterexample of a spec.
    mutating func replay(_ result: inout SpecResult) {
        let path = result.path
        result.addKernelRuns { check, property in replay(property, check, path) }
    }

    private mutating func replay(_ property: PropertyResult, _ check: CheckResult, _ spec: String) -> KernelRun? {
        guard let trace = property.trace, Interrupts.exitCode == nil else { return nil }
        let path = TraceFile.path(of: property, in: check, spec: spec, outDir: outDir)
        let document = ITFReport.document(
            trace, source: spec, property: property.name, verdict: property.verdict.rawValue,
            origin: TraceOrigin(of: check, settings: settings))
        do throws(CommandFailure) {
            let job = try ReplayJob(bytes: Array(document.utf8), trace: path, kernel: kernel)
            let result = try job.replay(until: nil)
            texts.append(ReplayText(result, source: path).text)
            if result.verdict.exitCode != 0 { code = code ?? result.verdict.exitCode }
            return run(result)
        } catch {
            texts.append("\(error.description)\n")
            code = code ?? error.code
            return KernelRun(
                kernel: kernel, verdict: "not replayed", sentences: [error.description], steps: [], place: nil)
        }
    }

    // MARK: For reports

    private mutating func run(_ result: ReplayResult) -> KernelRun {
        var steps: [KernelRun.Step] = []
        for step in result.steps {
            steps.append(KernelRun.Step(player: step.player, hart: step.hart, place: place(step.shownPlace)))
        }
        return KernelRun(
            kernel: result.kernel, verdict: result.verdict.word, sentences: result.finding.map { [$0.message] } ?? [],
            steps: steps, place: place(result.finding?.place ?? result.steps.last?.shownPlace))
    }

    private mutating func place(_ place: KernelPlace?) -> KernelRun.Place? {
        guard let place else { return nil }
        return KernelRun.Place(text: place.text, range: line(place.path))
    }

    /// The line of `file:line`.
    private mutating func line(_ text: String) -> SourceRange? {
        let parts = text.split(separator: ":")
        guard parts.count >= 2, let number = Int(parts[parts.count - 1]) else { return nil }
        let path = parts.dropLast().joined(separator: ":")
        if sources[path] == nil {
            let bytes = try? SpecFiles.bytes(path)
            sources[path] = .some(bytes.map { SourceFile(path: path, bytes: $0) })
        }
        return (sources[path] ?? nil)?.range(ofLine: number)
    }
}
