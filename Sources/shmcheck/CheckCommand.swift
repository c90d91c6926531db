// `shmcheck check SPEC…`: explores everything, prints a verdict for each check; the default command.

import ArgumentParser
import Checker
import Model
import SystemPackage

/// Runs the checks and faults of specs.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Run the checks and faults of specs (the default command).")

    @Argument(help: "Spec files.")
    var paths: [String]

    @Option(name: .customShort("D"), help: "Set a constant: the plain configuration alone, without expectation.")
    var define: [String] = []
    @Option(help: "Run one fault, without its expectation.")
    var fault: String?
    @Option(help: "Run only the check or fault of this name.")
    var only: [String] = []
    @Option(help: "Leave out the check or fault of this name.")
    var skip: [String] = []
    @Option(help: "Expect of the plain configuration: holds, deadlock, violated:NAME, not_reached:NAME.")
    var expect: String?
    @Flag(help: "Do not look for deadlocks.")
    var noDeadlock = false
    @Flag(help: "Explore every micro-step by itself: slower, the reference of the reduction.")
    var noReduce = false
    @Flag(help: "Explore every state, also those that differ only in which element of a symmetric sort is which.")
    var noSymmetry = false
    @Flag(help: "Decide every property instead of stopping at the first violation.")
    var keepGoing = false
    @Flag(help: "Warnings are errors, and steps that were never enabled fail `expect holds`.")
    var strict = false
    @Option(name: .customShort("j"), help: "Threads; all cores unless it is said.")
    var threads: Int?

    @Flag(
        help: "Replay every counterexample at once on the kernel: the exit code is the check's when all are REPRODUCED."
    )
    var replayOnViolation = false
    @Option(help: "With --replay-on-violation: guest, guest:healthy, guest:ID, or an ELF file.")
    var kernel = BuiltInGuest.word
    @Option(
        help: ArgumentHelp(
            "Check every configuration of a grid: SLOTS=2..6,CLIENTS=1..3.", valueName: "const=low..high"))
    var sweep: [SweepGrid] = []
    @OptionGroup(title: "Engine") var engine: EngineOptions
    @Option(
        help: ArgumentHelp(
            "Hunt for violations with so much memory for bits of states (1GiB); never says that something holds.",
            valueName: "size"))
    var bitstate: Amount?
    @OptionGroup(title: "Limits") var limits: LimitOptions
    @OptionGroup(title: "Gate") var gate: GateOptions
    @OptionGroup(title: "Parts") var parts: PartOptions
    @OptionGroup(title: "Output") var output: OutputOptions
    @OptionGroup(title: "Cache") var cache: CacheOptions
    @OptionGroup(title: "Checkpoints") var checkpoints: CheckpointOptions

    func validate() throws {
        guard let bitstate else { return }
        guard bitstate.number >= 1024, bitstate.number <= 0x1p46 else {
            throw ValidationError("--bitstate takes 1KiB to 64TiB")
        }
        if checkpoints.checkpoint != nil { throw ValidationError("a hunt with --bitstate keeps no checkpoints") }
        if parts.shard != nil {
            throw ValidationError("a hunt with --bitstate is no shard; --part writes what it found")
        }
    }

    func run() throws {
        Interrupts.install()
        var options = try checkOptions()
        let runOutput = RunOutput(output, policy: try gate.policy(), settings: define)
        try output.checkReportsAreWritable()
        var results: [SpecResult] = []
        let kept = try checkpoints.files { paths.flatMap { PartOfRun.plan(of: $0, options) } }
        options.checkpoints = kept
        let part = PartOfRun(parts, settings, options, paths: paths)
        for path in paths {
            guard let own = part.options(for: path, options) else { continue }
            results.append(result(of: path, own))
            if Interrupts.exitCode != nil { break }
        }
        if output.format == .human {
            let summary = sweep.isEmpty ? output.human.summary(results) : SweepText(output.human).text(results)
            Terminal.write(summary, to: .standardOutput)
        }
        var replay = ViolationReplay(kernel: kernel, outDir: output.outDir, settings: define)
        if replayOnViolation {
            for index in results.indices {
                replay.replay(&results[index])
                if output.format == .jsonl { Terminal.write(EventLines.result(results[index]), to: .standardOutput) }
            }
        }
        let code = runOutput.finish(results, part: part)
        kept?.finish(results)
        // Among JSON on standard output they would be no JSON.
        let stream = output.format == .human ? FileDescriptor.standardOutput : .standardError
        for text in replay.texts { Terminal.write(text, to: stream) }
        throw ExitCode(Interrupts.exitCode == nil ? replay.code ?? code : code)
    }

    private func result(of path: String, _ options: CheckOptions) -> SpecResult {
        let isEvents = output.format == .jsonl
        if isEvents { Terminal.write(EventLines.start(path), to: .standardOutput) }
        let source: SourceFile
        do throws(ReadError) {
            source = try SpecFiles.source(path)
        } catch {
            let result = SpecResult(path: path, checks: [], diagnostics: [], readError: error.message)
            printResult(result)
            return result
        }
        var options = options
        let progress = ProgressPrinter(mode: output.showProgress, name: path, isEvent: isEvents)
        options.limits.progress = { progress.update($0) }
        var result = Interrupts.during { check(source, read: SpecFiles.imported, options: options) }
        result.flags = flags
        progress.clear()
        printResult(result)
        return result
    }

    static func source(_ path: String) throws -> SourceFile {
        do throws(ReadError) {
            return try SpecFiles.source(path)
        } catch {
            Terminal.note(error.message)
            throw ExitCode(Int32(ExitStatus.inputOutput.rawValue))
        }
    }

    static func report(_ diagnostics: [Diagnostic], colour: ColourChoice) {
        guard !diagnostics.isEmpty else { return }
        let renderer = DiagnosticRenderer(width: Terminal.width, hasColour: Terminal.hasColour(colour))
        Terminal.write(renderer.render(diagnostics), to: .standardError)
    }

    // MARK: Options

    /// What shards of one run must agree in.
    private var settings: RunSettings {
        var settings = RunSettings()
        settings.definitions = define
        settings.sweep = sweep.flatMap(\.axes)
        settings.fault = fault
        settings.expectation = expect
        settings.checksDeadlock = !noDeadlock
        settings.keepsGoing = keepGoing
        settings.isUnreduced = noReduce
        settings.usesSymmetry = !noSymmetry
        settings.isStrict = strict
        settings.depth = limits.depth
        settings.flags = flags
        return settings
    }

    /// The options of settings; a word that is none of the language's ends the program.
    static func options(_ settings: RunSettings) throws -> CheckOptions {
        do throws(MistakenSetting) { return try settings.options() } catch { throw ValidationError(error.message) }
    }

    private func checkOptions() throws -> CheckOptions {
        var options = try Self.options(settings)
        options.only = only
        options.skip = skip
        if let threads, !(1...256).contains(threads) { throw ValidationError("-j takes 1 to 256") }
        options.threads = threads ?? Terminal.coreCount
        options.engine = engine.engine.value
        options.bitstateBytes = bitstate.map { Int($0.number) }
        limits.apply(to: &options)
        options.cache = cache.verdicts
        return options
    }

    /// `NAME=VALUE` as a setting; the value is an expression of the language.
    static func setting(_ text: String) throws -> SettingSyntax {
        do throws(MistakenSetting) { return try RunSettings.definition(text) } catch {
            throw ValidationError(error.message)
        }
    }

    // MARK: Output

    /// What `reproduce:` repeats.
    private var flags: [String] {
        define.flatMap { ["-D", $0] } + (noReduce ? ["--no-reduce"] : []) + (noSymmetry ? ["--no-symmetry"] : [])
            + (noDeadlock ? ["--no-deadlock"] : []) + (bitstate.map { ["--bitstate", $0.text] } ?? [])
            + limits.flags
    }

    private func printResult(_ result: SpecResult) {
        switch output.format {
        case .json: return
        // With a replay the kernel's side is yet to come.
        case .jsonl: return replayOnViolation ? () : Terminal.write(EventLines.result(result), to: .standardOutput)
        case .human: break
        }
        Self.report(result.diagnostics, colour: output.color)
        // A sweep is shown as one table, when all is done.
        guard sweep.isEmpty else { return }
        let isGrouped = RunOutput.isGitHubActions
        if isGrouped { Terminal.write(GitHubReport.group(result.path), to: .standardOutput) }
        Terminal.write(output.human.text(result), to: .standardOutput)
        if isGrouped { Terminal.write(GitHubReport.endGroup, to: .standardOutput) }
    }
}

/// `--sweep`: axes in one word, `A=1..3,B=2..4`.
struct SweepGrid: ExpressibleByArgument {
    let axes: [String]

    init?(argument: String) {
        axes = argument.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard axes.allSatisfy({ !$0.isEmpty }) else { return nil }
    }
}
