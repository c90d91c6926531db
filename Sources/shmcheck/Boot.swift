// `shmcheck boot`: a plain RV64 machine with a kernel on it.
import ArgumentParser
import Emu

struct Boot: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Run a kernel on the RV64 machine.")

    @Argument(help: "The kernel: an ELF64 file or a raw image; `guest` is the built-in one.")
    var kernel: String?

    @Option(help: ArgumentHelp("Firmware for the start of memory.", valueName: "file"))
    var bios: String?

    @Option(help: ArgumentHelp("A disk image; what the guest writes goes to the file.", valueName: "file"))
    var disk: String?

    @Flag(help: "Keep writes to the disk in memory.")
    var discardWrites = false

    @Option(help: ArgumentHelp("An initial RAM disk.", valueName: "file"))
    var initrd: String?

    @Option(help: ArgumentHelp("The kernel's command line.", valueName: "text"))
    var append = ""

    @Option(help: ArgumentHelp("How many harts, 1 to 8.", valueName: "n"))
    var harts = 1

    @Option(help: ArgumentHelp("How much RAM.", valueName: "size"))
    var memory = "128MiB"

    @Option(help: ArgumentHelp("Stop after this many instructions.", valueName: "n"))
    var limit: UInt64?

    @Option(help: ArgumentHelp("Play a script of expect, send, limit and wait lines.", valueName: "file"))
    var script: String?

    @Option(help: ArgumentHelp("round-robin:N, random:SEED:N or turns:HARTxN,….", valueName: "schedule"))
    var schedule = "round-robin:10000"

    @Option(
        help: ArgumentHelp(
            "Print events to standard error: any of instructions, memory, traps, csr.", valueName: "kinds"))
    var trace: String?

    @Option(
        defaultAsFlag: 1234,
        help: ArgumentHelp(
            "Wait for a debugger on a port of the loopback address: 1234, or --gdb=PORT.", valueName: "port"))
    var gdb: UInt16?

    @Flag(help: "Type into the virtio console instead of the serial port.")
    var virtioConsole = false

    @Flag(help: "Fault on clear A and D bits instead of setting them.")
    var svade = false

    @Flag(help: "Execute one instruction at a time, without predecoded blocks.")
    var reference = false

    @Flag(help: "Print instruction count and state hash at the end, to standard error.")
    var summary = false

    @Option(help: ArgumentHelp("Run every ELF file of a folder that judges itself.", valueName: "folder"))
    var tests: String?

    @Option(help: ArgumentHelp("With --tests or --script, put the figures into this Markdown page.", valueName: "file"))
    var page: String?

    @Option(help: ArgumentHelp("With --page, the title of the section.", valueName: "title"))
    var suite = "Programs"

    func run() throws {
        do {
            let code = try tests.map { try runTests($0) } ?? runKernel()
            if code != 0 { throw ExitCode(code) }
        } catch let failure as CommandFailure {
            HostFiles.complain("shmcheck: \(failure)")
            throw ExitCode(failure.code)
        }
    }

    private func machineConfiguration() throws(CommandFailure) -> Configuration {
        var configuration = Configuration()
        configuration.hartCount = harts
        guard let size = Size.parse(memory) else { throw CommandFailure("--memory \(memory): not a size", code: 64) }
        configuration.memorySize = size
        guard let turns = Schedule(parsing: schedule) else {
            throw CommandFailure("--schedule \(schedule): not a schedule", code: 64)
        }
        configuration.schedule = turns
        configuration.bootArguments = append
        configuration.typesIntoConsole = virtioConsole
        configuration.trapsOnAccessedAndDirty = svade
        if let initrd { configuration.initialDisk = try HostFiles.read(initrd) }
        if let disk { configuration.disk = try HostFiles.read(disk) }
        return configuration
    }

    private func runKernel() throws(CommandFailure) -> Int32 {
        guard var kernel else { throw CommandFailure("boot needs a kernel, or --tests", code: 64) }
        if kernel == BuiltInGuest.word { kernel = try BuiltInGuest.kernel() }
        let image = try HostFiles.read(kernel)
        var file: BootDisk?
        if let disk, !discardWrites { file = try BootDisk(disk) }
        var firmware: [UInt8]?
        if let bios { firmware = try HostFiles.read(bios) }
        let configuration = try machineConfiguration()
        let machine = try CommandFailure.naming(kernel) { () throws(ImageError) in
            let machine = try Machine(configuration)
            try machine.load(kernel: image, firmware: firmware)
            return machine
        }
        if reference { machine.executor = .reference }
        if let trace { machine.fabric.observer = try Tracer(kinds: trace, machine) }
        if gdb == nil, let disk = machine.disk { file?.attach(to: disk) }
        let code: Int32
        if let gdb {
            code = try DebugServer(machine, port: gdb).serve()
            if let disk = machine.disk { try file?.writeAll(of: disk) }
        } else if let script {
            code = try play(script, machine, image)
        } else {
            code = Interaction(machine, limit: limit).run()
        }
        if summary {
            let retired = machine.harts.map { String($0[.retired]) }.joined(separator: " + ")
            HostFiles.complain(
                "retired \(retired), clock \(machine.clock), state \(String(machine.stateHash(), radix: 16))")
        }
        return code
    }

    private func play(_ path: String, _ machine: Machine, _ image: [UInt8]) throws(CommandFailure) -> Int32 {
        let text = String(decoding: try HostFiles.read(path), as: UTF8.self)
        let steps = try CommandFailure.naming(path, code: 64) { () throws(ImageError) in try Script(parsing: text) }
        let start = ContinuousClock.now
        let result = steps.play(on: machine, output: HostFiles.print)
        let seconds = (ContinuousClock.now - start).components.seconds
        let code: Int32
        switch result {
        case .finished: code = 0
        case .ended(let outcome): code = Interaction.code(outcome)
        case .missing(let text):
            HostFiles.complain("shmcheck: the guest stopped before it printed: \(text)\n\(machine.crashReport())")
            code = 1
        case .limit(let text):
            HostFiles.complain("shmcheck: limit reached while waiting for: \(text)\n\(machine.crashReport())")
            code = 5
        }
        if let page {
            let retired = machine.harts.reduce(UInt64(0)) { $0 + $1[.retired] }
            let name = path.split(separator: "/").last.map(String.init) ?? path
            let row = [
                "\(name), \(harts) hart\(harts == 1 ? "" : "s")", code == 0 ? "pass" : "fail", "\(retired)",
                "\(seconds)",
                String(machine.stateHash(), radix: 16), SHA256.hex(image),
                machine.configuration.disk.map { SHA256.hex($0) } ?? "none",
            ]
            let old = (try? HostFiles.read(page)) ?? []
            try put(
                Conformance.scriptSection(String(decoding: old, as: UTF8.self), titled: suite, row: row), into: page)
        }
        return code
    }

    /// Puts a section into the page, in the place of the one of the same title.
    private func put(_ section: String, into page: String) throws(CommandFailure) {
        let old = (try? HostFiles.read(page)) ?? []
        let text = Conformance.page(String(decoding: old, as: UTF8.self), with: section, titled: suite)
        try HostFiles.write(Array(text.utf8), to: page)
    }

    private func runTests(_ folder: String) throws(CommandFailure) -> Int32 {
        let configuration = try machineConfiguration()
        var results: [ConformanceResult] = []
        for name in try HostFiles.names(in: folder) {
            guard let bytes = try? HostFiles.read(folder + "/" + name), ExecutableFile.isExecutable(bytes) else {
                continue
            }
            let result = Conformance.run(
                name: name, bytes, limit: limit ?? 100_000_000, configuration: configuration,
                executor: reference ? .reference : .fast)
            HostFiles.print(Array("\(result.hasPassed ? "pass" : "FAIL") \(name): \(result.verdict)\n".utf8))
            results.append(result)
        }
        let passed = results.count { $0.hasPassed }
        HostFiles.print(Array("\(passed) of \(results.count) pass\n".utf8))
        if let page { try put(Conformance.section(results, suite: suite), into: page) }
        if results.isEmpty { throw CommandFailure("\(folder): no ELF files", code: 74) }
        return passed == results.count ? 0 : 14
    }
}

/// Sizes with binary units.
enum Size {
    /// `128MiB`, `1GiB`, `4096`.
    static func parse(_ text: String) -> UInt64? {
        for (unit, shift) in [("KiB", 10), ("MiB", 20), ("GiB", 30), ("K", 10), ("M", 20), ("G", 30)]
        where text.hasSuffix(unit) {
            guard let number = UInt64(text.dropLast(unit.count)), number < 1 << 32 else { return nil }
            return number << UInt64(shift)
        }
        return UInt64(text)
    }
}
