// Options that several commands share: limits, what is printed and written, what a gate asks for.

import ArgumentParser
import Checker

/// What runs the steps of a check.
struct EngineOptions: ParsableArguments {
    @Option(help: "What runs steps: bytecode, or native code for x86-64 under Linux. The results are the same.")
    var engine: EngineChoice = Engine.fastest == .native ? .native : .bytecode

    func validate() throws {
        guard engine.value.isAvailable else {
            throw ValidationError("--engine native takes x86-64 under Linux, and memory that may be made executable")
        }
    }
}

/// `--engine`
enum EngineChoice: String, ExpressibleByArgument, CaseIterable {
    case bytecode, native

    var value: Engine {
        switch self {
        case .bytecode: .bytecode
        case .native: .native
        }
    }
}

/// What ends a check early.
struct LimitOptions: ParsableArguments {
    @Option(help: "Stop at this depth.")
    var depth: Int?
    @Option(help: "Stop at so many states (50M).")
    var states: Amount?
    @Option(help: "Stop after so long (30s, 10m).")
    var time: Amount?
    @Option(help: "Stop when the states take so much memory (4GiB).")
    var memory: Amount?
    @Option(help: "Let Z3 think so long about one question (5s).")
    var smtTimeout: Amount?

    /// The limits that were set, as they were typed.
    var flags: [String] {
        let amounts = [
            ("--states", states), ("--time", time), ("--memory", memory), ("--smt-timeout", smtTimeout),
        ]
        return (depth.map { ["--depth", "\($0)"] } ?? [])
            + amounts.flatMap { name, amount in
                amount.map { [name, $0.text] } ?? []
            }
    }

    /// Puts the limits into the options of a run.
    func apply(to options: inout CheckOptions) {
        options.limits.depth = depth
        options.limits.states = states.map { Int($0.number) }
        options.limits.seconds = time?.number
        options.limits.bytes = memory.map { Int($0.number) }
        options.solverSeconds = smtTimeout?.number ?? options.solverSeconds
        options.limits.isCancelled = { Interrupts.exitCode != nil }
    }
}

/// What is printed, and what is written to files.
struct OutputOptions: ParsableArguments {
    @Option(help: "human, json (one document at the end) or jsonl (an event a line).")
    var format: RunFormat = .human
    @Option(
        help: ArgumentHelp(
            "Write a report, as often as wanted: html, json, junit, sarif, markdown, itf, or svg (of a sweep).",
            valueName: "kind=file"))
    var report: [ReportFiles] = []
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

    func validate() throws {
        guard !outDir.isEmpty else { throw ValidationError("--out-dir takes a folder") }
    }

    /// A writer of results for people.
    var human: HumanReport {
        var report = HumanReport(
            width: Terminal.width, hasColour: Terminal.hasColour(color), isUnicode: Terminal.isUnicode,
            verbosity: quiet ? -1 : verbose ? 1 : 0, traceMode: TraceMode(rawValue: trace.rawValue) ?? .diff)
        report.traceFolder = outDir
        return report
    }

    /// Fails before a run that could not write what it is asked for.
    func checkReportsAreWritable() throws {
        for file in report.flatMap(\.files) {
            do throws(ReadError) { try SpecFiles.checkIsWritable(file.path) } catch {
                Terminal.note("the report cannot be written: \(error.message)")
                throw ExitCode(Int32(ExitStatus.inputOutput.rawValue))
            }
        }
    }
}

/// `--report html=F`, or several in one word: `html=F,junit=G`.
struct ReportFiles: ExpressibleByArgument {
    let files: [(kind: ReportKind, path: String)]

    init?(argument: String) {
        var files: [(kind: ReportKind, path: String)] = []
        // A comma belongs to the path, unless another kind follows it.
        for piece in argument.split(separator: ",", omittingEmptySubsequences: false) {
            let parts = piece.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2, let kind = ReportKind(rawValue: String(parts[0])) {
                files.append((kind, String(parts[1])))
            } else if let last = files.popLast() {
                files.append((last.kind, "\(last.path),\(piece)"))
            } else {
                return nil
            }
        }
        guard !files.isEmpty, files.allSatisfy({ !$0.path.isEmpty }) else { return nil }
        self.files = files
    }
}

/// `--require`
enum Requirement: String, ExpressibleByArgument, CaseIterable {
    case exhaustive
}

/// What lets a gate open.
struct GateOptions: ParsableArguments {
    @Option(help: "exhaustive: a pass of part of the states is no answer (exit code 5).")
    var require: Requirement?
    @Flag(help: "No answer within a limit lets the gate open; it is still printed.")
    var allowInconclusive = false
    @Option(help: "A JSON report of an earlier run: what failed there does not close the gate.")
    var baseline: String?

    /// The policy that the options ask for; a baseline that cannot be read ends the program.
    func policy() throws -> GatePolicy {
        var policy = GatePolicy()
        policy.requiresExhaustive = require == .exhaustive
        policy.allowsInconclusive = allowInconclusive
        guard let baseline else { return policy }
        do throws(ReadError) {
            let bytes = try SpecFiles.bytes(baseline)
            do throws(JSONError) { policy.baseline = try Baseline(bytes) } catch {
                throw ReadError(message: "\(baseline): \(error.message)")
            }
        } catch {
            Terminal.note("the baseline cannot be used: \(error.message)")
            throw ExitCode(Int32(ExitStatus.inputOutput.rawValue))
        }
        return policy
    }
}
