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
    private let checked: CheckedSystem
    private let run: TracedRun
    private let kernel: String

    /// Reads a trace and its spec.
    ///
    /// - Parameters:
    ///   - trace: the path of the trace.
    ///   - kernel: `guest`, `guest:ID`, or a path.
    /// - Throws: `CommandFailure` when the trace is none, or is of another spec.
    init(trace: String, kernel: String) throws(CommandFailure) {
        let bytes = try HostFiles.read(trace)
        do throws(TraceDocument.Mistake) { document = try TraceDocument(bytes) } catch {
            throw CommandFailure("\(trace): \(error.description)", code: Self.nothingCompared)
        }
        let source: SourceFile
        do throws(ReadError) { source = try SpecFiles.source(document.source) } catch {
            throw CommandFailure("\(trace) is of the spec \(error.message)", code: 74)
        }
        let diagnostics = Diagnostics()
        let checked = CheckedSystem(
            source, origin: document.origin, unguarded: document.unguarded, isUnreduced: document.isUnreduced,
            read: SpecFiles.imported, diagnostics: diagnostics)
        guard let checked else {
            CheckCommand.report(diagnostics.all, colour: .auto)
            throw CommandFailure("\(trace): the spec \(document.source) is not the one that it is of", code: 21)
        }
        self.checked = checked
        do throws(TraceDocument.Mistake) { run = try document.run(of: checked.system) } catch {
            throw CommandFailure("\(trace): \(error.description)", code: Self.nothingCompared)
        }
        self.kernel = kernel
    }

    /// Runs it.
    func replay(until: Int?) throws(CommandFailure) -> ReplayResult {
        let host = try KernelHost(checked, kernel: kernel, fault: document.origin.fault)
        return try host.replay(run, property: document.property, isWalk: document.verdict == "holds", until: until)
    }
}

/// Random walks of a spec's plain check on a kernel.
struct WalkJob {
    private let checked: CheckedSystem
    private let kernel: String

    /// Reads a spec.
    init(spec: String, kernel: String) throws(CommandFailure) {
        let source: SourceFile
        do throws(ReadError) { source = try SpecFiles.source(spec) } catch {
            throw CommandFailure(error.message, code: 74)
        }
        let diagnostics = Diagnostics()
        let checked = CheckedSystem(
            source, origin: TraceOrigin(), unguarded: [], isUnreduced: false, read: SpecFiles.imported,
            diagnostics: diagnostics)
        guard let checked else {
            CheckCommand.report(diagnostics.all, colour: .auto)
            throw CommandFailure("\(spec) is rejected", code: 2)
        }
        self.checked = checked
        self.kernel = kernel
    }

    /// Walks.
    func walk(count: Int, steps: Int, seed: UInt64) throws(CommandFailure) -> WalkReport {
        let host = try KernelHost(checked, kernel: kernel, fault: nil)
        return try host.walk(count: count, steps: steps, seed: seed)
    }
}
