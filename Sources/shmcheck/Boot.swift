// `shmcheck boot`: a plain RV64 machine with a kernel on it.
import ArgumentParser
import Emu

struct Boot: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Run a kernel on the RV64 machine.")

    @Argument(help: "The kernel: an ELF64 file or a raw image.")
    var kernel: String?

    @Option(help: ArgumentHelp("Firmware for the start of memory.", valueName: "file"))
    var bios: String?

    @Option(help: ArgumentHelp("A disk image, written back when the run ends.", valueName: "file"))
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

    @Option(help: ArgumentHelp("Wait for a debugger on this port of the loopback address.", valueName: "port"))
    var gdb: UInt16?

    @Flag(help: "Fault on clear A and D bits instead of setting them.")
    var svade = false

    @Flag(help: "Execute one instruction at a time, without predecoded blocks.")
    var reference = false

    @Flag(help: "Print instruction count and state hash at the end, to standard error.")
    var summary = false

    @Option(help: ArgumentHelp("Run every ELF file of a folder that judges itself.", valueName: "folder"))
    var tests: String?

    @Option(help: ArgumentHelp("With --tests, write a Markdown table there.", valueName: "file"))
    var page: String?

    @Option(help: ArgumentHelp("With --page, what to call the suite.", valueName: "title"))
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
        configuration.trapsOnAccessedAndDirty = svade
        if let initrd { configuration.initialDisk = try HostFiles.read(initrd) }
        if let disk { configuration.disk = try HostFiles.read(disk) }
        return configuration
    }

    private func runKernel() throws(CommandFailure) -> Int32 {
        guard let kernel else { throw CommandFailure("boot needs a kernel, or --tests", code: 64) }
        let image = try HostFiles.read(kernel)
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
        let code: Int32
        if let gdb {
            code = try DebugServer(machine, port: gdb).serve()
        } else if let script {
            code = try play(script, machine)
        } else {
            code = Interaction(machine, limit: limit).run()
        }
        if summary {
            let retired = machine.harts.map { String($0[.retired]) }.joined(separator: " + ")
            HostFiles.complain(
                "retired \(retired), clock \(machine.clock), state \(String(machine.stateHash(), radix: 16))")
        }
        try writeBack(machine)
        return code
    }

    private func play(_ path: String, _ machine: Machine) throws(CommandFailure) -> Int32 {
        let text = String(decoding: try HostFiles.read(path), as: UTF8.self)
        let steps = try CommandFailure.naming(path, code: 64) { () throws(ImageError) in try Script(parsing: text) }
        switch steps.play(on: machine, output: HostFiles.print) {
        case .finished: return 0
        case .ended(let outcome): return Interaction.code(outcome)
        case .missing(let text):
            HostFiles.complain("shmcheck: the guest stopped before it printed: \(text)\n\(machine.crashReport())")
            return 1
        case .limit(let text):
            HostFiles.complain("shmcheck: limit reached while waiting for: \(text)\n\(machine.crashReport())")
            return 5
        }
    }

    private func writeBack(_ machine: Machine) throws(CommandFailure) {
        guard let path = disk, !discardWrites, let disk = machine.disk, !disk.writtenPages.isEmpty else { return }
        try HostFiles.patch(
            path,
            disk.writtenPages.sorted().map { index in
                let offset = index * 4096
                return (offset, Array(disk.page(index).prefix(disk.size - offset)))
            })
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
        if let page { try HostFiles.write(Array(Conformance.page(results, suite: suite).utf8), to: page) }
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
