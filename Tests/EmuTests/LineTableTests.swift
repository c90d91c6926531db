// Source lines out of DWARF, in reports; and line tables that lie.
import Emu
import Foundation
import Testing

@Suite struct LineTableTests {
    static let source = """
        static volatile int count;
        __attribute__((noinline)) void first(int by) {
            count += by;
            count *= 2;
        }
        __attribute__((noinline, section(".text.start"))) void _start(void) {
            first(1);
            __asm__ volatile ("call_site: .word 0xffffffff");
            first(2);
        }
        __attribute__((noinline)) void unused(void) { count = 9; }
        """

    /// The program, compiled for debugging; `FOLDER` in an option is where that happens.
    static func compile(_ options: [String]) throws -> [UInt8] {
        let clang = try #require(Tool.toolchain("clang"), "the toolchain has no clang")
        return try Tool.withFolder { folder in
            let sources = folder.appendingPathComponent("kernel")
            try FileManager.default.createDirectory(at: sources, withIntermediateDirectories: true)
            try Data(source.utf8).write(to: sources.appendingPathComponent("main.c"))
            let script = folder.appendingPathComponent("link.ld")
            let layout =
                "SECTIONS { . = 0x80000000; .text : { *(.text.start) *(.text .text.*) } .data : { *(.data) *(.bss) *(.sbss) } }"
            try Data(layout.utf8).write(to: script)
            let output = folder.appendingPathComponent("main.elf")
            let run = try Tool.run(
                clang,
                [
                    "--target=riscv64-unknown-elf", "-march=rv64gc", "-mabi=lp64d", "-mcmodel=medany", "-ffreestanding",
                    "-nostdlib", "-fuse-ld=lld", "-mno-relax", "-O1", "-ffunction-sections", "-Wl,--gc-sections",
                    "-Wl,-T," + script.path, "-Wl,-e,_start", "-o", output.path,
                    sources.appendingPathComponent("main.c").path,
                ] + options.map { $0.replacingOccurrences(of: "FOLDER", with: folder.path) })
            try #require(run.status == 0, "clang refused: \(run.output)")
            return [UInt8](try Data(contentsOf: output))
        }
    }

    @Test(arguments: ["-gdwarf-4", "-gdwarf-5", "-gdwarf-5 -gdwarf64", "-gdwarf-3", "-gdwarf-2"])
    func linesAreFound(format: String) throws {
        let file = try ExecutableFile(try Self.compile(format.split(separator: " ").map(String.init)))
        let lines = LineTable(file)
        let first = try #require(file.address(of: "first"))
        let start = try #require(file.address(of: "_start"))
        let place = try #require(lines.place(of: first))
        #expect(place.hasSuffix("kernel/main.c:2") || place.hasSuffix("kernel/main.c:3"), "\(place)")
        var seen: Set<String> = []
        for address in stride(from: start, to: start + 64, by: 2) {
            if let line = lines.place(of: address)?.split(separator: ":").last { seen.insert(String(line)) }
        }
        #expect(seen.isSuperset(of: ["7", "8", "9"]), "\(seen)")
        #expect(lines.place(of: 0x1000) == nil)
        #expect(lines.place(of: 0) == nil)
        #expect(lines.place(of: .max) == nil)
    }

    @Test func pathsAreBelowTheCompilation() throws {
        let file = try ExecutableFile(
            try Self.compile(["-gdwarf-5", "-fdebug-compilation-dir=FOLDER"]))
        let first = try #require(file.address(of: "first"))
        let place = try #require(LineTable(file).place(of: first))
        #expect(place.hasPrefix("kernel/main.c:"), "\(place)")
    }

    @Test func reportsNameTheLine() throws {
        let machine = try Guest.machine(try Self.compile(["-g"]))
        machine.harts[0][x: 2] = 0x8010_0000
        // The handler's address is 0, and its own faults would hide the first.
        for _ in 0..<100 where machine.harts[0][.mcause] == 0 { _ = machine.run(limit: 1) }
        let report = machine.crashReport()
        #expect(report.contains("illegal instruction"), "\(report)")
        let trap = report.split(separator: "\n").first { $0.contains("M trap") } ?? ""
        #expect(trap.contains("<call_site>") && trap.contains("main.c:8"), "\(trap)")
    }

    @Test func callersAreListed() throws {
        let machine = try Guest.machine(try Self.compile(["-g", "-fno-omit-frame-pointer"]))
        machine.harts[0][x: 2] = 0x8010_0000
        let first = try #require(machine.symbols.address(of: "first"))
        // Far enough into the first call that its frame stands.
        var steps = 0
        while steps < 200 && !(machine.harts[0].pc > first + 8 && machine.harts[0].pc < first + 40) {
            _ = machine.run(limit: 1)
            steps += 1
        }
        let report = machine.crashReport()
        #expect(report.contains("called at") && report.contains("<_start+") && report.contains("main.c:7"), "\(report)")
    }

    /// Whatever the bytes say: no crash, no hang, and lines only from the program.
    @Test func hostileTablesAreHarmless() throws {
        var generator = SeededGenerator(seed: Budget.seed ^ 0xd4a)
        for format in ["-gdwarf-4", "-gdwarf-5"] {
            let good = try Self.compile([format])
            let parsed = try ExecutableFile(good)
            let section = try #require(parsed.section(".debug_line"))
            let place = try #require(Self.find(Array(section), in: good))
            for _ in 0..<Budget.cases(3000) {
                var bytes = good
                for _ in 0..<Int.random(in: 1...8, using: &generator) {
                    let index = place + Int.random(in: 0..<section.count, using: &generator)
                    bytes[index] =
                        [0, 1, 0x7f, 0x80, 0xff, UInt8(truncatingIfNeeded: generator.next())]
                        .randomElement(using: &generator) ?? 0
                }
                let lines = LineTable(try ExecutableFile(bytes))
                for _ in 0..<8 { _ = lines.place(of: 0x8000_0000 + generator.next() % 256) }
            }
        }
    }

    private static func find(_ part: [UInt8], in whole: [UInt8]) -> Int? {
        (0...whole.count - part.count).first { whole[$0] == part[0] && whole[$0...].starts(with: part) }
    }
}
