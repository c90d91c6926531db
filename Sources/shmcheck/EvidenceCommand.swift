// `shmcheck evidence SPEC…`: every known fault in the model, on the guest with it, and on the guest without it.

import ArgumentParser
import Checker
import Model
import Replay
import SystemPackage

/// Makes the table of all faults.
struct EvidenceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evidence",
        abstract: "Replay the counterexample of every fault on the guest with that fault, and on the healthy one.")

    @Argument(help: "Specs with faults and a kernel block.")
    var paths: [String]
    @Option(help: "Only the fault of this id.")
    var only: [String] = []
    @Option(help: "Where the page goes; standard output unless told.")
    var page: String?

    func run() throws {
        Interrupts.install()
        var rows: [EvidenceRow] = []
        for path in paths {
            let source = try CheckCommand.source(path)
            for fault in faults(of: source) where only.isEmpty || only.contains(fault) {
                rows.append(row(source, fault))
                if let last = rows.last {
                    Terminal.note("\(last.spec) \(last.fault): \(last.faulty); healthy: \(last.healthy) \(last.reason)")
                }
                if Interrupts.exitCode != nil { break }
            }
        }
        if only.isEmpty { rows += try patchesAlone(besides: Set(rows.map(\.fault))) }
        let text = EvidencePage.text(rows)
        guard let page else { return Terminal.write(text, to: .standardOutput) }
        do throws(ReadError) { try SpecFiles.write(text, to: page) } catch {
            Terminal.note(error.message)
            throw ExitCode(74)
        }
    }

    /// Patches of the guest that none of the specs has a fault for.
    private func patchesAlone(besides known: Set<String>) throws -> [EvidenceRow] {
        let names: [String]
        do throws(CommandFailure) { names = try BuiltInGuest.faults() } catch {
            Terminal.note(error.description)
            throw ExitCode(error.code)
        }
        return names.filter { !known.contains($0) }.map { name in
            EvidenceRow(
                spec: "-", fault: name, property: "-", stepCount: nil, instructionCount: nil, faulty: "-", healthy: "-",
                reason: "the guest has a patch, and none of the specs a fault of this name")
        }
    }

    private func faults(of source: SourceFile) -> [String] {
        var loader = SpecLoader(diagnostics: Diagnostics(), read: SpecFiles.imported)
        return loader.load(source)?.main.items.compactMap { item in
            if case .fault(let id, _, _, _, _) = item.kind { id.text } else { nil }
        } ?? []
    }

    private func row(_ source: SourceFile, _ fault: String) -> EvidenceRow {
        var options = CheckOptions()
        options.only = [fault]
        options.limits.isCancelled = { Interrupts.exitCode != nil }
        let result = Interrupts.during { check(source, read: SpecFiles.imported, options: options) }
        let name = String(source.path.split(separator: "/").last?.dropLast(".spec".count) ?? "")
        func row(
            _ property: String, _ steps: Int?, _ faulty: String, _ healthy: String, _ reason: String, _ count: UInt64?
        )
            -> EvidenceRow
        {
            EvidenceRow(
                spec: name, fault: fault, property: property, stepCount: steps, instructionCount: count, faulty: faulty,
                healthy: healthy, reason: reason)
        }
        guard let found = result.checks.first, let property = found.expectedProperty, let trace = property.trace else {
            return row("-", nil, "-", "-", "the check has no counterexample", nil)
        }
        let text = ITFReport.document(
            trace, source: source.path, property: property.name, verdict: property.verdict.rawValue,
            origin: TraceOrigin(fault: fault))
        let steps = trace.steps.count
        let job: ReplayJob
        let faulty: ReplayResult
        do throws(CommandFailure) {
            guard try BuiltInGuest.hasFault(fault) else {
                return row(property.name, steps, "no variant", "-", "the guest has no patch of this name", nil)
            }
            job = try ReplayJob(bytes: Array(text.utf8), trace: "\(name) \(fault)", kernel: "guest:\(fault)")
            faulty = try job.replay(until: nil)
        } catch { return row(property.name, steps, "not replayed", "-", error.description, nil) }
        let healthy: String
        do throws(CommandFailure) {
            healthy = try job.on("guest:healthy").replay(until: nil).verdict.word
        } catch { healthy = "not replayed" }
        let reason = faulty.verdict == .reproduced ? "" : faulty.verdict.word + ": " + (faulty.finding?.message ?? "")
        return row(property.name, steps, faulty.verdict.word, healthy, reason, faulty.instructionCount)
    }
}

extension CheckResult {
    /// What the check expects to be violated.
    fileprivate var expectedProperty: PropertyResult? {
        switch expected {
        case .violated(let name, _): properties.first { $0.name == name }
        case .deadlock: properties.first { $0.name == "deadlock" }
        case .holds, .notReached, .rejected, nil: nil
        }
    }
}
