// `shmcheck replay TRACE`: the counterexample on the real kernel, with a verdict.

import ArgumentParser
import Checker
import Model
import Replay
import SystemPackage

/// Replays a trace, or random walks of the healthy model.
struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Run a trace on the kernel, and compare its memory with the model at each step.")

    @Argument(help: "A trace that `check` wrote (.itf.json); with --walk a spec.")
    var trace: String
    @Option(help: "Take so many random walks of the healthy model, and compare every state.")
    var walk: Int?
    @Option(help: "With --walk: how long a walk is at most.")
    var steps = 50
    @Option(help: "With --walk: the seed of the choices.")
    var seed: String = "0x2a"
    @Option(help: "guest (with the trace's fault), guest:healthy, guest:ID, or an ELF file.")
    var kernel = BuiltInGuest.word
    @Option(help: "The image of the kernel's disk; nothing is written to the file.")
    var disk: String?
    @Option(help: "Stop before this step.")
    var until: Int?
    @Option(help: "human or json.")
    var format: OutputFormat = .human
    @Option(
        help: ArgumentHelp("Wait for a debugger on a port (0: any), which goes along the replay.", valueName: "port"))
    var gdb: UInt16?

    func run() throws {
        Interrupts.install()
        if let walk { return try self.walk(walk) }
        if let gdb { return try debug(gdb) }
        let result: ReplayResult
        do throws(CommandFailure) {
            let job = try ReplayJob(trace: trace, kernel: kernel, disk: disk)
            result = try job.replay(until: until)
        } catch {
            Terminal.note(error.description)
            throw ExitCode(error.code)
        }
        Self.write(result, trace, format)
        throw ExitCode(result.verdict.exitCode)
    }

    /// Replays, and lets a debugger go along.
    private func debug(_ port: UInt16) throws {
        let verdict: ReplayVerdict
        do throws(CommandFailure) {
            let replay = try ReplayJob(trace: trace, kernel: kernel, disk: disk).record(until: until)
            verdict = replay.result.verdict
            Terminal.note(ReplayText(replay.result, source: trace).text)
            _ = try DebugServer(replay, port: port).serve()
        } catch {
            Terminal.note(error.description)
            throw ExitCode(error.code)
        }
        throw ExitCode(verdict.exitCode)
    }

    private func walk(_ count: Int) throws {
        let digits = seed.hasPrefix("0x") ? UInt64(seed.dropFirst(2), radix: 16) : UInt64(seed)
        guard let number = digits else { throw ValidationError("--seed takes a number, not \(seed)") }
        guard count > 0, steps > 0 else { throw ValidationError("--walk and --steps take numbers from 1 on") }
        let report: WalkReport
        do throws(CommandFailure) {
            report = try WalkJob(spec: trace, kernel: kernel, disk: disk).walk(count: count, steps: steps, seed: number)
        } catch {
            Terminal.note(error.description)
            throw ExitCode(error.code)
        }
        Terminal.write(report.text, to: .standardOutput)
        throw ExitCode(report.divergences.first?.verdict.exitCode ?? 0)
    }

    static func write(_ result: ReplayResult, _ trace: String, _ format: OutputFormat) {
        switch format {
        case .human: Terminal.write(ReplayText(result, source: trace).text, to: .standardOutput)
        case .json:
            let document = ReplayDocument.document(result, source: trace, version: Version.text)
            Terminal.write(document.prettyText + "\n", to: .standardOutput)
        }
    }
}
