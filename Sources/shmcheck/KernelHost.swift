// A kernel for a spec: the built-in guest in the variant that is asked for, or a file; bound, booted and parked.

import Checker
import Emu
import Model
import Replay
import SystemPackage

/// A kernel, ready for replays.
struct KernelHost {
    private let checked: SpecSystem
    private let bound: BoundKernel
    private let machine: ParkedMachine
    /// The folder with the files of the kernel's programs.
    private let programs: String

    /// Builds or reads, binds, boots and parks.
    ///
    /// - Parameters:
    ///   - checked: the spec.
    ///   - kernel: `guest`, `guest:ID`, `guest:healthy`, or the path of an ELF file.
    ///   - disk: the path of the image of its disk.
    ///   - fault: what `guest` alone stands for.
    ///   - runs: what will be replayed: their processes are parked.
    /// - Throws: `CommandFailure` with 21 when constants disagree or something needed is not bound.
    init(
        _ checked: SpecSystem, kernel: String, disk: String?, fault: String?, runs: [TracedRun]
    ) throws(CommandFailure) {
        self.checked = checked
        guard let block = checked.model.kernels.first else {
            throw CommandFailure("the spec has no `kernel` block: nothing ties it to a kernel", code: 21)
        }
        let image = try Self.image(checked, block, kernel: kernel, disk: disk, fault: fault)
        var bound = try Self.bind(checked, block, image)
        let calls = CallContext(checked, bound.bindings)
        let present = runs.map { run in calls.presentPids(run).filter { bound.isParked($0) } }
        let made = zip(runs, present).map { run, present in
            calls.startedPids(run).subtracting(present).count { bound.isMade($0) }
        }
        let plan = bound.plan(
            started: image.parkingProgram == nil ? [] : [BoundKernel.firstProgram, "crypto_srv"],
            pids: Set(present.joined()).sorted(), starters: Set(runs.flatMap { calls.starters($0) }),
            made: made.max() ?? 0)
        programs = image.programs ?? ""
        self.bound = bound
        let path = "\(try BuiltInGuest.snapshots())/\(plan.name(of: image))"
        let saved = try? HostFiles.read(path)
        do throws(ReplayError) {
            machine = try ParkedMachine(image, plan, bound, saved: saved)
        } catch {
            throw CommandFailure(error.description, code: 21)
        }
        if saved == nil { HostFiles.keep(machine.snapshot.serialized(), at: path) }
    }

    /// Resolves the block; what a replay cannot do without must be bound, and constants must agree.
    private static func bind(
        _ checked: SpecSystem, _ block: KernelDeclaration, _ image: KernelImage
    ) throws(CommandFailure) -> BoundKernel {
        let program: ProgramImage
        do throws(SymbolError) { program = try ProgramImage(image.bytes, name: image.name) } catch {
            throw CommandFailure("\(error.description)", code: 21)
        }
        let files = ProgramFiles(folder: image.programs ?? "")
        let bindings = resolve(block, of: checked.model, in: program, program: files.image)
        for constant in bindings.constants {
            guard let value = constant.kernelValue, value != constant.value else { continue }
            throw CommandFailure(
                "the constants differ: \(constant.name) is \(constant.value) in the trace, "
                    + "\(constant.kernelName) is \(value) in \(image.name)", code: 21)
        }
        for line in bindings.lines where line.kind == "fail" {
            guard case .unbound(let why)? = line.problem else { continue }
            throw CommandFailure("\(line.range): \(line.place) cannot be made to fail: \(why)", code: 21)
        }
        guard bindings.primitives.current != nil, bindings.number != nil else {
            throw CommandFailure(
                "\(image.name) does not tell who runs where: a replay needs cpus[].proc and a `pid` line, with DWARF",
                code: 21)
        }
        return BoundKernel(image.name, bindings, checked.system, program.information)
    }

    /// Replays a run.
    func replay(_ run: TracedRun, property: String, isWalk: Bool, until: Int?) throws(CommandFailure) -> ReplayResult {
        do throws(ReplayError) {
            return try inKernelOrder(run, property: property, isWalk: isWalk, until: until).result
        } catch {
            throw CommandFailure(error.description, code: 21)
        }
    }

    /// Replays a run, and keeps the way.
    func record(_ run: TracedRun, property: String, until: Int?) throws(CommandFailure) -> RecordedReplay {
        do throws(ReplayError) {
            let order = try inKernelOrder(run, property: property, isWalk: false, until: until).order
            return RecordedReplay(try session(order, property: property), until: until)
        } catch {
            throw CommandFailure(error.description, code: 21)
        }
    }

    /// Takes random walks.
    func walk(_ runs: [TracedRun]) throws(CommandFailure) -> WalkReport {
        let walker = Walker(kernel: bound.name) { run throws(ReplayError) in
            try inKernelOrder(run, property: "walk", isWalk: true, until: nil).result
        }
        do throws(ReplayError) { return try walker.walk(runs) } catch {
            throw CommandFailure(error.description, code: 21)
        }
    }

    private func inKernelOrder(
        _ run: TracedRun, property: String, isWalk: Bool, until: Int?
    ) throws(ReplayError) -> (result: ReplayResult, order: OrderedRun) {
        try OrderedRun.replay(run, isWalk: isWalk, until: until) { order throws(ReplayError) in
            try session(order, property: property)
        }
    }

    private func session(_ order: OrderedRun, property: String) throws(ReplayError) -> ReplaySession {
        machine.rewind()
        return try ReplaySession(
            order, checked: checked, kernel: bound, control: machine.control, parked: machine.parked,
            userCode: { [programs] name in
                let bytes = try? HostFiles.read(FilePath(programs).appending(name).string)
                return bytes.flatMap { try? ExecutableFile($0) }.flatMap { UserCode($0) }
            }, property: property)
    }

    // MARK: The kernel's file

    private static func image(
        _ checked: SpecSystem, _ block: KernelDeclaration, kernel: String, disk: String?, fault: String?
    ) throws(CommandFailure) -> KernelImage {
        let path = try KernelChoice(word: kernel, fault: fault).path(block, checked.model)
        let bytes = try HostFiles.read(path)
        let disk = try disk.map { path throws(CommandFailure) in try HostFiles.read(path) }
        let isGuest = kernel == BuiltInGuest.word || kernel.hasPrefix("\(BuiltInGuest.word):")
        let name = isGuest ? "\(BuiltInGuest.word):" + Self.variant(path) : kernel
        return try CommandFailure.naming(path) { () throws(ImageError) in
            try KernelImage(
                name: name, bytes: bytes, parkingProgram: isGuest ? "park" : nil, disk: disk,
                programs: FilePath(path).removingLastComponent().appending("user").string)
        }
    }

    /// The folder of a variant is named after its fault and its sizes.
    private static func variant(_ path: String) -> String {
        FilePath(path).removingLastComponent().lastComponent?.string ?? path
    }
}
