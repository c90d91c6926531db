// What a replay needs parked, and the machine with it: booted once, then taken from a snapshot.

package import Emu

/// How many processes of which programs a replay needs.
package struct ParkingPlan: Hashable, Sendable {
    /// Programs that the kernel starts by itself, and whose process is held before its first system call.
    package let programs: [String]
    /// Processes besides.
    package let count: Int
    /// Whether these are children of the first process, rather than of the first of them.
    package let areOfFirst: Bool
    /// Processes that the kernel makes during the replay.
    package let made: Int
    /// The number of the system call `fork`.
    package let forkNumber: UInt64
    /// That of `exec`, used where the first process is held.
    package let execNumber: UInt64

    /// A plan.
    package init(
        programs: [String], count: Int, areOfFirst: Bool, made: Int, forkNumber: UInt64 = 1, execNumber: UInt64 = 5
    ) {
        self.programs = programs
        self.count = count
        self.areOfFirst = areOfFirst
        self.made = made
        self.forkNumber = forkNumber
        self.execNumber = execNumber
    }

    /// One for each process, and one that is free.
    package var hartCount: Int { min(8, programs.count + count + made + 1) }

    /// A name for the machine that comes of it.
    package func name(of image: KernelImage) -> String {
        let programs = programs.isEmpty ? "" : "-" + programs.joined(separator: "-")
        return "\(image.identity.prefix(40))-\(hartCount)\(programs)-\(count)\(areOfFirst ? "i" : "").snapshot"
    }
}

/// A machine whose processes are parked.
package struct ParkedMachine {
    /// The machine.
    package let control: HartControl
    /// Who is where, by number.
    package let parked: [(hart: Int, process: GuestProcess)]
    /// The snapshot from which it comes.
    package let snapshot: Snapshot

    /// Boots, or continues from a snapshot.
    ///
    /// - Parameters:
    ///   - image: the kernel.
    ///   - plan: what is parked.
    ///   - view: how the kernel tells who runs where.
    ///   - saved: a snapshot of the same kernel and plan, as a file has it; what is no such is not used.
    /// - Throws: `ReplayError` when the kernel does not get there.
    package init(
        _ image: KernelImage, _ plan: ParkingPlan, _ view: any ProcessView, saved: [UInt8]?
    ) throws(ReplayError) {
        guard plan.programs.count + plan.count + plan.made < 8 else {
            throw ReplayError(
                "the trace has \(plan.programs.count + plan.count + plan.made) processes; the machine has harts for 7")
        }
        var configuration = Configuration()
        configuration.hartCount = plan.hartCount
        configuration.disk = image.disk
        let machine: Machine
        do throws(ImageError) {
            machine = try Machine(configuration)
            try machine.load(kernel: image.bytes)
        } catch {
            throw ReplayError("\(image.name): \(error)")
        }
        let places = KernelPlaces(image)
        guard places.missing.isEmpty else {
            let names = places.missing.map(\.rawValue).joined(separator: ", ")
            throw ReplayError("\(image.name) has no function \(names): it cannot be followed; is it stripped?")
        }
        control = HartControl(machine, places)
        if let saved, let snapshot = try? Snapshot(saved, for: machine), machine.restore(snapshot) {
            self.snapshot = snapshot
        } else {
            _ = try ParkedGuest(
                control, view, programs: plan.programs, count: plan.count, areOfFirst: plan.areOfFirst,
                forkNumber: plan.forkNumber, execNumber: plan.execNumber, command: image.parkingProgram)
            snapshot = machine.snapshot()
        }
        control.resetCount()
        let memory = MachineMemory(machine)
        parked = machine.harts.compactMap { hart in
            guard hart.privilege == .user, let process = view.current(hart: hart.id, memory) else { return nil }
            return (hart.id, process)
        }.sorted { $0.process.number < $1.process.number }
        guard parked.count == plan.programs.count + plan.count else {
            throw ReplayError("\(parked.count) of \(plan.programs.count + plan.count) processes are parked")
        }
    }
}

extension ParkedMachine {
    /// Puts the machine back to where its processes are parked.
    package func rewind() {
        control.machine.restore(snapshot)
        control.resetCount()
    }
}
