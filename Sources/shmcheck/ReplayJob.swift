// One replay: files in, the guest built and parked, one call of the library.

import Checker
import Emu
import Model
import Replay

/// A trace, matched with its spec, and the kernel on which it is run.
struct ReplayJob {
    /// The exit code of what could not be compared.
    static let nothingCompared: Int32 = 21

    private let document: TraceDocument
    private let checked: SpecSystem
    private let run: TracedRun
    private var kernel: String
    private let disk: String?

    /// Reads a trace and its spec.
    ///
    /// - Parameters:
    ///   - trace: the path of the trace.
    ///   - kernel: `guest`, `guest:ID`, or a path.
    ///   - disk: the path of the image of its disk.
    /// - Throws: `CommandFailure` when the trace is none, or is of another spec.
    init(trace: String, kernel: String, disk: String? = nil) throws(CommandFailure) {
        try self.init(bytes: HostFiles.read(trace), trace: trace, kernel: kernel, disk: disk)
    }

    /// Reads a trace that is no file yet.
    init(bytes: [UInt8], trace: String, kernel: String, disk: String? = nil) throws(CommandFailure) {
        do throws(TraceDocument.Mistake) { document = try TraceDocument(bytes) } catch {
            throw CommandFailure("\(trace): \(error.description)", code: Self.nothingCompared)
        }
        let source: SourceFile
        do throws(ReadError) { source = try SpecFiles.source(document.source) } catch {
            throw CommandFailure("\(trace) is of the spec \(error.message)", code: 74)
        }
        let diagnostics = Diagnostics()
        guard let choice = document.choice,
            let checked = SpecSystem(
                source, read: SpecFiles.imported, choice: choice, diagnostics: diagnostics)
        else {
            CheckCommand.report(diagnostics.all, colour: .auto)
            throw CommandFailure("\(trace): the spec \(document.source) is not the one that it is of", code: 21)
        }
        self.checked = checked
        do throws(TraceDocument.Mistake) { run = try document.run(of: checked.system) } catch {
            throw CommandFailure("\(trace): \(error.description)", code: Self.nothingCompared)
        }
        self.kernel = kernel
        self.disk = disk
    }

    /// The same trace on another kernel.
    func on(_ kernel: String) -> ReplayJob {
        var job = self
        job.kernel = kernel
        return job
    }

    /// Runs it.
    ///
    /// What user code of the model does wrong is wrong on every kernel: where the healthy guest shows it too, that says nothing
    /// of the kernel.
    func replay(until: Int?) throws(CommandFailure) -> ReplayResult {
        let found = try result(until: until)
        guard found.verdict == .reproduced, found.hasUserCode, document.origin.fault != nil,
            kernel.hasPrefix(BuiltInGuest.word),
            try on("\(BuiltInGuest.word):healthy").result(until: until).verdict == .reproduced
        else { return found }
        let finding = ReplayFinding(
            "the healthy guest shows the same: the fault is in user code, whose loads and stores are made as the model has them"
        )
        return found.with(.notCompared, finding)
    }

    /// Runs it, and keeps the way that the machine went.
    func record(until: Int?) throws(CommandFailure) -> RecordedReplay {
        let host = try KernelHost(checked, kernel: kernel, disk: disk, fault: document.origin.fault, runs: [run])
        return try host.record(run, property: document.property, until: until)
    }

    private func result(until: Int?) throws(CommandFailure) -> ReplayResult {
        let host = try KernelHost(checked, kernel: kernel, disk: disk, fault: document.origin.fault, runs: [run])
        return try host.replay(run, property: document.property, isWalk: document.verdict == "holds", until: until)
    }
}

/// Random walks of a spec's plain check on a kernel.
struct WalkJob {
    private let checked: SpecSystem
    private let kernel: String
    private let disk: String?

    /// Reads a spec.
    init(spec: String, kernel: String, disk: String?) throws(CommandFailure) {
        let source: SourceFile
        do throws(ReadError) { source = try SpecFiles.source(spec) } catch {
            throw CommandFailure(error.message, code: 74)
        }
        let diagnostics = Diagnostics()
        var choice = SpecSystem.Choice()
        choice.keepsLocals = true
        guard let checked = SpecSystem(source, read: SpecFiles.imported, choice: choice, diagnostics: diagnostics)
        else {
            CheckCommand.report(diagnostics.all, colour: .auto)
            throw CommandFailure("\(spec) is rejected", code: 2)
        }
        self.checked = checked
        self.kernel = kernel
        self.disk = disk
    }

    /// Walks.
    func walk(count: Int, steps: Int, seed: UInt64) throws(CommandFailure) -> WalkReport {
        var walk = RandomWalk(checked.system, seed: seed)
        var runs: [TracedRun] = []
        for _ in 0..<count {
            guard let run = walk.next(steps: steps) else { break }
            runs.append(run)
        }
        return try KernelHost(checked, kernel: kernel, disk: disk, fault: nil, runs: runs).walk(runs)
    }
}
