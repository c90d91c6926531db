// `shmcheck merge FILE…`: the parts of a run as one, with every report that a run of one process writes.

import ArgumentParser
import Checker
import Model
import SystemPackage

/// Unites parts of a run.
struct MergeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge", abstract: "Unite what the shards of a run found into one report and one exit code.",
        discussion: """
            VIOLATED wins; HOLDS needs the shard that explored all states; hunts never make anything hold; a check whose \
            shard is missing is INCONCLUSIVE, by name. The specs are read again, from the folder where the shards ran: the \
            steps of every counterexample are taken again.
            """)

    @Argument(help: "What `ci --shard`, `check --shard` and `simulate --part` wrote.")
    var files: [String]
    @OptionGroup(title: "Gate") var gate: GateOptions
    @OptionGroup(title: "Output") var output: OutputOptions

    func run() throws {
        Interrupts.install()
        let policy = try gate.policy()
        try output.checkReportsAreWritable()
        let merge = try united()
        let results = try merge.specs.map { try result(of: $0, merge) }
        let runOutput = RunOutput(output, policy: policy, settings: merge.settings.definitions)
        switch output.format {
        case .human: show(results, policy, merge)
        case .json: break
        case .jsonl:
            for result in results {
                Terminal.write(EventLines.start(result.path) + EventLines.result(result), to: .standardOutput)
            }
        }
        throw ExitCode(runOutput.finish(results))
    }

    private func united() throws -> ShardMerge {
        var parts: [ShardMerge.Part] = []
        for file in files {
            do throws(ReadError) {
                let bytes = try SpecFiles.bytes(file)
                do throws(ShardMistake) { parts.append((file, try ShardDocument(bytes))) } catch {
                    throw ReadError(message: "\(file): \(error.message)")
                }
            } catch {
                Terminal.note(error.message)
                throw ExitCode(Int32(ExitStatus.inputOutput.rawValue))
            }
        }
        do throws(ShardMistake) { return try ShardMerge(parts) } catch { throw refusal(error.message) }
    }

    private func result(of path: String, _ merge: ShardMerge) throws -> SpecResult {
        let source: SourceFile
        do throws(ReadError) { source = try SpecFiles.source(path) } catch {
            return SpecResult(path: path, checks: [], diagnostics: [], readError: error.message)
        }
        var options: CheckOptions
        let objection: String?
        do throws(MistakenSetting) {
            objection = try merge.objection(to: source, read: SpecFiles.imported)
            options = try merge.options(for: path)
        } catch {
            throw refusal(error.message)
        }
        if let objection { throw refusal(objection) }
        options.limits.isCancelled = { Interrupts.exitCode != nil }
        let shared = options
        var result = Interrupts.during { check(source, read: SpecFiles.imported, options: shared) }
        result.flags = merge.settings.flags
        return result
    }

    private func refusal(_ message: String) -> ExitCode {
        Terminal.note("not merged: \(message)")
        return ExitCode(Int32(ExitStatus.commandLine.rawValue))
    }

    private func show(_ results: [SpecResult], _ policy: GatePolicy, _ merge: ShardMerge) {
        let text = GateText(output.human, policy: policy)
        for result in results {
            Terminal.write(output.quiet ? "" : text.lines(result), to: .standardOutput)
            CheckCommand.report(result.diagnostics.filter { $0.severity == .error }, colour: output.color)
            if output.trace != .off { Terminal.write(text.failures(result), to: .standardOutput) }
        }
        if !merge.missing.isEmpty {
            Terminal.note("missing: shard \(merge.missing.joined(separator: ", "))")
        }
        Terminal.write(text.summary(results), to: .standardOutput)
    }
}
