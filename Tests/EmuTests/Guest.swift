// Guest programs for tests: assembled by the toolchain's clang, run on the machine and on QEMU.
import Emu
import Foundation
import Testing

enum Guest {
    static let march = "rv64gc_zba_zbb_zbs_zicbom_zicboz_svinval_zicsr_zifencei"

    /// An ELF file from assembly text; `_start` is at 0x8000_0000.
    static func assemble(_ source: String) throws -> [UInt8] {
        let clang = try #require(Tool.toolchain("clang"), "the toolchain has no clang")
        return try Tool.withFolder { folder in
            let input = folder.appendingPathComponent("guest.S")
            let output = folder.appendingPathComponent("guest.elf")
            try Data(source.utf8).write(to: input)
            let script = folder.appendingPathComponent("link.ld")
            try Data(
                "SECTIONS { . = 0x80000000; .text : { *(.text) } . = ALIGN(4096); .data : { *(.data) *(.bss) } }".utf8
            )
            .write(to: script)
            let run = try Tool.run(
                clang,
                [
                    "--target=riscv64-unknown-elf", "-march=" + march, "-mno-relax", "-nostdlib", "-fuse-ld=lld",
                    "-Wl,-T," + script.path, "-Wl,-e,_start", "-o", output.path, input.path,
                ])
            try #require(run.status == 0, "the assembler refused: \(run.output)")
            return [UInt8](try Data(contentsOf: output))
        }
    }

    /// Common endings and printing; put after a program.
    static let library = """

        pass:
            li t0, 0x100000
            li t1, 0x5555
            sw t1, 0(t0)
        1:  j 1b
        # Fails with the code in a0.
        fail:
            li t0, 0x100000
            li t1, 0x3333
            slli a0, a0, 16
            or t1, t1, a0
            sw t1, 0(t0)
        1:  j 1b
        # Prints a0 as 16 digits and a line end; uses t0-t3.
        print:
            li t0, 0x10000000
            li t1, 60
        1:  srl t2, a0, t1
            andi t2, t2, 15
            li t3, 10
            blt t2, t3, 2f
            addi t2, t2, 39
        2:  addi t2, t2, 48
            sb t2, 0(t0)
            addi t1, t1, -4
            bgez t1, 1b
            li t2, 10
            sb t2, 0(t0)
            ret
        """

    /// A machine with a program on it.
    static func machine(
        _ elf: [UInt8], _ executor: Machine.Executor = .fast, _ change: (inout Configuration) -> Void = { _ in }
    ) throws -> Machine {
        var configuration = Configuration()
        configuration.memorySize = 16 << 20
        change(&configuration)
        let machine = try Machine(configuration)
        try machine.load(kernel: elf)
        machine.executor = executor
        return machine
    }

    /// Runs to the end; the text printed and how it ended.
    static func run(_ elf: [UInt8], _ executor: Machine.Executor = .fast, limit: UInt64 = 1_000_000_000) throws -> (
        String, StopReason
    ) {
        let machine = try machine(elf, executor)
        let reason = machine.run(limit: limit)
        return (String(decoding: machine.takeOutput(), as: UTF8.self), reason)
    }

    /// What QEMU prints for the program, or nil when QEMU is not installed.
    static func runQEMU(_ elf: [UInt8]) throws -> String? { try qemu(elf)?.output }

    /// What QEMU prints for the program and how it ends: 0 for the finisher's pass, else its code.
    static func qemu(_ elf: [UInt8], harts: Int = 1) throws -> (output: String, status: Int32)? {
        guard let qemu = Tool.find("qemu-system-riscv64") else {
            #expect(!Tool.isRequired, "QEMU is needed")
            return nil
        }
        return try Tool.withFolder { folder in
            let file = folder.appendingPathComponent("guest.elf")
            try Data(elf).write(to: file)
            return try Tool.run(
                "/usr/bin/timeout",
                [
                    "-s", "KILL", "20", qemu, "-M", "virt", "-m", "16", "-smp", "\(harts)", "-bios", "none",
                    "-nographic", "-serial",
                    "stdio", "-monitor", "none",
                    "-cpu", "rv64,h=false,v=false,zbc=false,svinval=true,svnapot=true", "-kernel", file.path,
                ]
            )
        }
    }
}
