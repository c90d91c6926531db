// `shmcheck ci [PATHS]`: every check of every spec below the paths, a line each, one exit code.

import ArgumentParser
import Checker
import Model
import Synchronization
import SystemPackage

/// Runs all specs as a gate.
struct CiCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ci", abstract: "Run every check of every spec below the paths as a gate for CI.",
        discussion: """
            Prints a line for each check and every violation in full. Exit codes are those of `check`: 0 when all is as
            expected. With GITHUB_ACTIONS=true it groups its output, annotates lines and writes the step summary.
            """)

    @Argument(help: "Specs, and folders to search for them; this folder when there is none.")
    var paths: [String] = []

    @Option(help: "Time for the whole run (10m): what is not decided by then has no answer.")
    var budget: Amount?
    @Option(
        name: [.customShort("j"), .long], help: "Specs that run at the same time; one for each processor as a rule.")
    var jobs: Int?
    @Option(help: "Leave out files whose path contains this.")
    var exclude: [String] = []
    @Flag(help: "Warnings are errors, and steps that were never enabled fail `expect holds`.")
    var strict = false
    @OptionGroup(title: "Engine") var engine: EngineOptions
    @OptionGroup(title: "Limits") var limits: LimitOptions
    @OptionGroup(title: "Gate") var gate: GateOptions
    @OptionGroup(title: "Parts") var parts: PartOptions
    @OptionGroup(title: "Output") var output: OutputOptions
    @OptionGroup(title: "Cache") var cache: CacheOptions
    @OptionGroup(title: "Checkpoints") var checkpoints: CheckpointOptions

    func validate() throws {
        guard jobs ?? 1 >= 1 else { throw ValidationError("--jobs takes a number from 1") }
    }

    func run() throws {
        Interrupts.install()
        let policy = try gate.policy()
        try output.checkReportsAreWritable()
        let all = try SpecSearch.specs(below: paths, exclude: exclude)
        var settings = RunSettings()
        settings.isStrict = strict
        settings.depth = limits.depth
        settings.flags = limits.flags
        var options = try CheckCommand.options(settings)
        options.engine = engine.engine.value
        limits.apply(to: &options)
        options.cache = cache.verdicts
        options.deadline = budget.map { .now + .seconds($0.number) }
        let kept = try checkpoints.files { all.flatMap { PartOfRun.plan(of: $0, options) } }
        options.checkpoints = kept
        let part = PartOfRun(parts, settings, options, paths: all)
        let files = all.compactMap { path in part.options(for: path, options).map { (path: path, options: $0) } }
        let runOutput = RunOutput(output, policy: policy)
        let text = GateText(output.human, policy: policy)
        let jobs = max(1, min(jobs ?? Workers.processorCount, files.count))
        let printed = PrintedInOrder { result in
            switch output.format {
            case .human: show(result, text)
            case .json: break
            case .jsonl:
                Terminal.write(EventLines.start(result.path) + EventLines.result(result), to: .standardOutput)
            }
        }
        let mode = jobs > 1 || output.format == .jsonl ? ProgressMode.none : output.showProgress
        Interrupts.during {
            Workers.run(count: jobs, items: files.count) { index in
                guard Interrupts.exitCode == nil else { return }
                printed.add(result(of: files[index].path, files[index].options, mode), at: index)
            }
        }
        let results = printed.all
        if output.format == .human { Terminal.write(text.summary(results), to: .standardOutput) }
        let code = runOutput.finish(results, part: part)
        kept?.finish(results)
        throw ExitCode(code)
    }

    private func result(of path: String, _ options: CheckOptions, _ mode: ProgressMode) -> SpecResult {
        let source: SourceFile
        do throws(ReadError) {
            source = try SpecFiles.source(path)
        } catch {
            return SpecResult(path: path, checks: [], diagnostics: [], readError: error.message)
        }
        var options = options
        let progress = ProgressPrinter(mode: mode, name: path)
        options.limits.progress = { progress.update($0) }
        defer { progress.clear() }
        var result = check(source, read: SpecFiles.imported, options: options)
        result.flags = limits.flags
        return result
    }

    /// In a log of GitHub Actions what passes is folded away; violations stay in sight.
    private func show(_ result: SpecResult, _ text: GateText) {
        let isGrouped = RunOutput.isGitHubActions
        let lines = text.lines(result)
        let shown = isGrouped ? GitHubReport.group(result.path) + lines + GitHubReport.endGroup : lines
        Terminal.write(output.quiet ? "" : shown, to: .standardOutput)
        CheckCommand.report(result.diagnostics.filter { $0.severity == .error }, colour: output.color)
        if output.trace != .off { Terminal.write(text.failures(result), to: .standardOutput) }
    }
}

/// Results that arrive in any order and are shown in that of their files.
private final class PrintedInOrder: Sendable {
    private struct State {
        var waiting: [Int: SpecResult] = [:]
        var shown: [SpecResult] = []
        var next = 0
    }
    private let state = Mutex(State())
    private let show: @Sendable (SpecResult) -> Void

    init(_ show: @escaping @Sendable (SpecResult) -> Void) { self.show = show }

    func add(_ result: SpecResult, at index: Int) {
        state.withLock { state in
            state.waiting[index] = result
            while let result = state.waiting.removeValue(forKey: state.next) {
                show(result)
                state.shown.append(result)
                state.next += 1
            }
        }
    }

    /// All that arrived; after an interrupt some are missing.
    var all: [SpecResult] {
        state.withLock { state in
            for (_, result) in state.waiting.sorted(by: { $0.key < $1.key }) {
                show(result)
                state.shown.append(result)
            }
            state.waiting = [:]
            return state.shown
        }
    }
}
