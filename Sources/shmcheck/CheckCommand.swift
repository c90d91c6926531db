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
    @Flag(help: "Decide every property instead of stopping at the first violation.")
    var keepGoing = false
    @Flag(help: "Warnings are errors, and steps that were never enabled fail `expect holds`.")
    var strict = false

    @Option(help: "Stop at this depth.")
    var depth: Int?
    @Option(help: "Stop at so many states (50M).")
    var states: Amount?
    @Option(help: "Stop after so long (30s, 10m).")
    var time: Amount?
    @Option(help: "Stop when the states take so much memory (4GiB).")
    var memory: Amount?

    @Option(name: .customShort("j"), help: "Threads; all cores unless it is said.")
    var threads: Int?

    @Option(help: "human or json.")
    var format: OutputFormat = .human
    @Option(help: "Where traces go.")
    var outDir = "shmcheck-out"
    @Option(help: "Traces as changes or in full: diff, full, off.")
    var trace: TraceChoice = .diff
    @Option(help: "auto, always or never.")
    var color: ColourChoice = .auto
    @Option(help: "auto, line or none.")
    var showProgress: ProgressMode = .auto
    @Flag(name: .shortAndLong, help: "Print less.")
    var quiet = false
    @Flag(name: .shortAndLong, help: "Print more: the trace of every fault.")
    var verbose = false

    func run() throws {
        Interrupts.install()
        let options = try checkOptions()
        var results: [SpecResult] = []
        for path in paths {
            results.append(result(of: path, options))
            if Interrupts.exitCode != nil { break }
        }
        var status = ExitStatus.of(results)
        if !writeTraces(results) { status = ExitStatus.combined([status, .inputOutput]) }
        switch format {
        case .json:
            Terminal.write(
                JSONReport.document(results, exitCode: status.rawValue, version: Version.text), to: .standardOutput)
        case .human: printSummary(results)
        }
        throw ExitCode(Interrupts.exitCode ?? Int32(status.rawValue))
    }

    private func result(of path: String, _ options: CheckOptions) -> SpecResult {
        let source: SourceFile
        do throws(ReadError) {
            source = try SpecFiles.source(path)
        } catch {
            let result = SpecResult(path: path, checks: [], diagnostics: [], readError: error.message)
            if format == .human { printResult(result) }
            return result
        }
        var options = options
        let progress = ProgressPrinter(mode: showProgress, name: path)
        options.limits.progress = { progress.update($0) }
        let result = Interrupts.during { check(source, read: SpecFiles.imported, options: options) }
        progress.clear()
        if format == .human { printResult(result) }
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

    private func checkOptions() throws -> CheckOptions {
        guard !outDir.isEmpty else { throw ValidationError("--out-dir takes a folder") }
        var options = CheckOptions()
        options.definitions = try define.map { try Self.setting($0) }
        options.fault = fault
        options.only = only
        options.skip = skip
        options.expectation = try expect.map { try Self.expectation($0) }
        options.checksDeadlock = !noDeadlock
        options.isUnreduced = noReduce
        options.keepsGoing = keepGoing
        options.isStrict = strict
        if let threads, !(1...256).contains(threads) { throw ValidationError("-j takes 1 to 256") }
        options.threads = threads ?? Terminal.coreCount
        options.limits.depth = depth
        options.limits.states = states.map { Int($0.number) }
        options.limits.seconds = time?.number
        options.limits.bytes = memory.map { Int($0.number) }
        options.limits.isCancelled = { Interrupts.exitCode != nil }
        return options
    }

    /// `NAME=VALUE` as a setting; the value is an expression of the language.
    static func setting(_ text: String) throws -> SettingSyntax {
        let diagnostics = Diagnostics()
        let source = SourceFile(path: "-D \(text)", text: "spec D\nconst \(text)\n")
        let spec = Parser.parse(source, diagnostics: diagnostics)
        guard !diagnostics.hasErrors, let item = spec?.items.first, spec?.items.count == 1,
            case .constant(let name, nil, let value) = item.kind
        else { throw ValidationError("-D takes NAME=VALUE, not \(text)") }
        return SettingSyntax(name: name, value: value)
    }

    private static func expectation(_ text: String) throws -> Expectation {
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        switch (parts.first, parts.count) {
        case ("holds", 1): return .holds
        case ("deadlock", 1): return .deadlock
        case ("violated", 2): return .violated(parts[1], only: false)
        case ("not_reached", 2): return .notReached(parts[1])
        default: throw ValidationError("--expect takes holds, deadlock, violated:NAME or not_reached:NAME")
        }
    }

    // MARK: Output

    private var human: HumanReport {
        var report = HumanReport(
            width: Terminal.width, hasColour: Terminal.hasColour(color), isUnicode: Terminal.isUnicode,
            verbosity: quiet ? -1 : verbose ? 1 : 0, traceMode: TraceMode(rawValue: trace.rawValue) ?? .diff)
        report.flags =
            define.flatMap { ["-D", $0] } + (noReduce ? ["--no-reduce"] : []) + (noDeadlock ? ["--no-deadlock"] : [])
        report.flags += depth.map { ["--depth", "\($0)"] } ?? []
        report.traceFolder = outDir
        return report
    }

    private func printResult(_ result: SpecResult) {
        Self.report(result.diagnostics, colour: color)
        Terminal.write(human.text(result), to: .standardOutput)
    }

    private func printSummary(_ results: [SpecResult]) {
        Terminal.write(human.summary(results), to: .standardOutput)
    }

    /// Whether all could be written.
    private func writeTraces(_ results: [SpecResult]) -> Bool {
        for result in results {
            for check in result.checks {
                for property in check.violated {
                    guard let trace = property.trace else { continue }
                    let path = TraceFile.path(of: property, in: check, spec: result.path, outDir: outDir)
                    let text = ITFReport.document(
                        trace, source: result.path, property: property.name, verdict: property.verdict.rawValue)
                    do throws(ReadError) { try SpecFiles.write(text, to: path) } catch {
                        Terminal.note("the trace is not written: \(error.message)")
                        return false
                    }
                }
            }
        }
        return true
    }
}
