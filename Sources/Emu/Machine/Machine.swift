// The machine: harts, devices and RAM on QEMU's `virt` map, and the loop that gives harts their turns.

/// A whole machine.
///
/// Everything it does follows from its image, its input and its schedule; the host's clock is never read.
///
///     0x0010_0000  test finisher          0x1000_0000  UART, interrupt 10
///     0x0200_0000  CLINT                  0x1000_1000  virtio 0–7, interrupts 1–8
///     0x0c00_0000  PLIC                   0x8000_0000  RAM
package final class Machine {
    /// What it was made from.
    package let configuration: Configuration
    /// What snapshots must agree on; made when first asked for, since it reads the whole disk image.
    package private(set) lazy var shape = MachineShape(configuration)
    /// What the harts share.
    package let fabric: Fabric
    /// The harts.
    package let harts: [Hart]
    let clint: CLINT
    let plic: PLIC
    /// The serial port.
    package let uart = UART()
    /// The disk, when there is one.
    package let disk: Disk?
    /// The virtio console.
    package let console = VirtioConsole()
    /// Devices with an interrupt at the PLIC.
    private let sources: [(device: any Device, source: Int)]
    private let transports: [VirtioTransport]
    /// When the next request in flight ends, or the largest number; as of `polledVersion`.
    private var nextEnd: UInt64 = .max
    /// The version of the devices that the PLIC has seen.
    private var polledVersion: UInt64 = .max
    /// Instructions, and traps, of all harts so far, plus time skipped while all waited.
    package var clock: UInt64 = 0
    /// Whose turn it is.
    package var turns: TurnState
    /// Which executor runs the harts.
    package var executor = Executor.fast
    /// Where `run(hart:limit:)` stops, and which memory makes visible events; no part of the machine's state.
    package var stops = Stops() { didSet { stopsChanged(from: oldValue) } }
    /// Names for addresses, when the image has symbols.
    package var symbols = SymbolTable()
    let history = SnapshotBase()
    let blocks: BlockStore

    /// The two executors; they give the same results.
    package enum Executor: Sendable { case fast, reference }

    /// Builds a machine without an image; `load` puts one in.
    ///
    /// - Throws: `ImageError` when the configuration is impossible on this host.
    package init(_ configuration: Configuration) throws(ImageError) {
        guard (1...8).contains(configuration.hartCount) else { throw ImageError("a machine has 1 to 8 harts") }
        let size = configuration.memorySize
        guard size >= 1 << 20, size <= 64 << 30, size & 0xfff == 0 else {
            throw ImageError("memory is 1 MiB to 64 GiB, in whole pages")
        }
        guard configuration.instructionsPerTick > 0 else { throw ImageError("a tick has at least one instruction") }
        guard let memory = PhysicalMemory(base: Configuration.memoryBase, size: size) else {
            throw ImageError("the host has no \(size >> 20) MiB for the guest")
        }
        self.configuration = configuration
        let fabric = Fabric(
            memory: memory, hartCount: configuration.hartCount, instructionsPerTick: configuration.instructionsPerTick)
        self.fabric = fabric
        harts = (0..<configuration.hartCount).map { Hart(id: $0, fabric: fabric) }
        clint = CLINT(hartCount: configuration.hartCount)
        plic = PLIC(hartCount: configuration.hartCount)
        disk = configuration.disk.map { Disk(image: $0) }
        var backends: [any VirtioBackend] = [console, VirtioEntropy(seed: configuration.entropySeed)]
        let block = disk.map {
            VirtioBlock(
                disk: $0, isReadOnly: configuration.diskIsReadOnly,
                latency: min(configuration.diskLatency, Configuration.longestLatency))
        }
        backends.insert(block ?? NoDevice(), at: 0)
        while backends.count < 8 { backends.append(NoDevice()) }
        transports = backends.enumerated().map { index, backend in
            VirtioTransport(base: 0x1000_1000 + UInt64(index) << 12, backend: backend)
        }
        sources = [(uart, 10)] + transports.enumerated().map { ($1, $0 + 1) }
        for device in [clint, plic, TestFinisher()] as [any Device] { fabric.attach(device) }
        for (device, _) in sources { fabric.attach(device) }
        turns = TurnState(configuration.schedule)
        blocks = BlockStore(fabric: fabric)
        if configuration.trapsOnAccessedAndDirty { for hart in harts { hart[.menvcfg] = 0 } }
    }

    /// Hands what was typed to the guest's serial port, or to the virtio console where the configuration says so.
    package func send(_ bytes: some Sequence<UInt8>) {
        if configuration.typesIntoConsole { return sendToConsole(bytes) }
        for byte in bytes { uart.receive(byte) }
        fabric.deviceVersion += 1
    }

    /// Hands input to the guest's virtio console.
    package func sendToConsole(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { console.receive(byte) }
        fabric.deviceVersion += 1
        for transport in transports { transport.offerInput(console, fabric) }
    }

    /// Takes what the guest has printed, by whichever way.
    package func takeOutput() -> [UInt8] {
        let host = fabric.hostOutput
        fabric.hostOutput.removeAll()
        return host + uart.takeOutput() + console.takeOutput()
    }

    /// Looks at devices that may have changed: their lines, and when the next request in flight ends.
    private func pollDevices() {
        if polledVersion == fabric.deviceVersion { return }
        for (device, source) in sources {
            plic.update(source, isHigh: device.isInterrupting, wasRaised: device.takeRaise())
        }
        nextEnd = transports.lazy.compactMap(\.nextEnd).min() ?? .max
        polledVersion = fabric.deviceVersion
    }

    /// Brings devices up to the clock, and a hart's interrupt lines up to date with both.
    package func refreshLines(_ hart: Hart) {
        fabric.now = hart.now
        pollDevices()
        while fabric.now >= nextEnd {
            fabric.deviceVersion += 1
            for transport in transports { transport.completeDue(fabric) }
            pollDevices()
        }
        var lines: UInt64 = 0
        if clint.softwarePending[hart.id] { lines |= Interrupt.machineSoftware.bit }
        if clint.timerIsDue(hart.id, ticks: fabric.ticks) { lines |= Interrupt.machineTimer.bit }
        if plic.isAsserted(2 * hart.id) { lines |= Interrupt.machineExternal.bit }
        if plic.isAsserted(2 * hart.id + 1) { lines |= Interrupt.supervisorExternal.bit }
        if hart[.menvcfg] & Environment.stce != 0 && fabric.ticks >= hart[.stimecmp] {
            lines |= Interrupt.supervisorTimer.bit
        }
        hart[.lines] = lines
    }

    /// The clock, in instructions, at which a line of a hart may rise that is now down: by a timer of its own, or by a
    /// request in flight.
    func nextDeadline(_ hart: Hart) -> UInt64? {
        guard let timer = nextTimer(hart) else { return nextRequestEnd }
        return min(timer, nextEnd)
    }

    /// The clock at which the next request in flight ends, if there is one.
    var nextRequestEnd: UInt64? { nextEnd == .max ? nil : nextEnd }

    private func nextTimer(_ hart: Hart) -> UInt64? {
        var ticks: UInt64?
        if hart[.lines] & Interrupt.machineTimer.bit == 0 { ticks = clint.deadline(hart.id) }
        if hart[.menvcfg] & Environment.stce != 0 && hart[.lines] & Interrupt.supervisorTimer.bit == 0 {
            ticks = min(ticks ?? .max, hart[.stimecmp])
        }
        guard let ticks, ticks <= UInt64.max / fabric.instructionsPerTick else { return nil }
        return ticks * fabric.instructionsPerTick
    }

    /// Can the hart do anything before a line changes?
    func isAwake(_ hart: Hart) -> Bool { hart[.waiting] == 0 || hart.pendingInterrupts & hart[.mie] != 0 }
}

/// An empty virtio slot.
private final class NoDevice: VirtioBackend {
    var deviceID: UInt64 { 0 }
    var features: UInt64 { 0 }
    var queueCount: Int { 0 }
    var configuration: [UInt8] { [] }
    func serve(queue: Int, _ chain: VirtioChain, _ fabric: Fabric) -> UInt32? { 0 }
    func save(to writer: inout StateWriter) {}
    func restore(from reader: inout StateReader) -> Bool { true }
}
