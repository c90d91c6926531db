// The platform by own programs: PLIC, virtio console and entropy, firmware, and idle time.
import Emu
import Testing

@Suite struct PlatformTests {
    @Test func theControllerDeliversClaimsAndCompletes() throws {
        try BareMetal.check(
            """
            main:
                li s0, 0x10000000
                li s1, 0x0c000000
                li s2, 0x0c002000
                li s3, 0x0c200000
                li t0, 1
                sw t0, 40(s1)           # priority of the UART
                li t0, 1<<10
                sw t0, 0(s2)
                sw x0, 0(s3)
                li t0, 0x800
                csrw mie, t0
                li t0, 2
                sb t0, 1(s0)            # transmitter empty
                csrr t1, mip
                li t0, 0x800
                and t1, t1, t0
                equal t1, t0, 1
                la t6, 1f
                csrsi mstatus, 8
            2:  j 2b
            1:  slli t4, t4, 1
                li t0, 22
                equal t4, t0, 2
                lw a1, 4(s3)
                li t0, 10
                equal a1, t0, 3
                lw a2, 4(s3)            # claimed already
                equal a2, x0, 4
                csrr t1, mip
                li t0, 0x800
                and t1, t1, t0
                equal t1, x0, 5
                lbu t0, 2(s0)
                andi t0, t0, 15
                li t1, 2
                equal t0, t1, 6
                sw a1, 4(s3)
                li t0, 1                # the threshold holds back what is not above it
                sw t0, 0(s3)
                sb x0, 1(s0)
                li t0, 2
                sb t0, 1(s0)
                csrr t1, mip
                li t0, 0x800
                and t1, t1, t0
                equal t1, x0, 7
                sw x0, 0(s3)
                csrr t1, mip
                and t1, t1, t0
                equal t1, t0, 8
                j pass
            """, agreesWithQEMU: true)
    }

    @Test func theSupervisorHasAContextOfItsOwn() throws {
        try BareMetal.check(
            """
            main:
                li s0, 0x10000000
                li s1, 0x0c000000
                li s2, 0x0c002080
                li s3, 0x0c201000
                li t0, 1
                sw t0, 40(s1)
                li t0, 1<<10
                sw t0, 0(s2)
                li t0, 2
                sb t0, 1(s0)
                csrr t1, mip
                li t0, 0xa00
                and t1, t1, t0
                li t0, 0x200
                equal t1, t0, 1
                lw t1, 4(s3)
                li t0, 10
                equal t1, t0, 2
                csrr t1, mip
                li t0, 0xa00
                and t1, t1, t0
                equal t1, x0, 3
                j pass
            """, agreesWithQEMU: true)
    }

    /// Sets up queue a1 of the device at a0 with rings at a2: descriptors, available at +0x1000, used at +0x2000.
    static let queues = """
            li t0, 0x70
            add t0, a0, t0
            sw x0, 0(t0)
            li t1, 3
            sw t1, 0(t0)
            li t1, 1
            sw t1, 0x24(a0)
            sw t1, 0x20(a0)
            li t1, 11
            sw t1, 0(t0)
            lw t2, 0(t0)
            bne t1, t2, no_device
            call queue
            li t1, 15
            sw t1, 0x70(a0)
            j driver_ready
        no_device:
            li a0, 90
            j fail
        queue:
            sw a1, 0x30(a0)
            li t1, 8
            sw t1, 0x38(a0)
            sw a2, 0x80(a0)
            sw x0, 0x84(a0)
            li t1, 0x1000
            add t2, a2, t1
            sw t2, 0x90(a0)
            sw x0, 0x94(a0)
            add t2, t2, t1
            sw t2, 0xa0(a0)
            sw x0, 0xa4(a0)
            li t1, 1
            sw t1, 0x44(a0)
            ret

        """

    @Test func entropyFillsBuffers() throws {
        try BareMetal.check(
            """
            main:
                li a0, 0x10003000
                lw t0, 8(a0)
                li t1, 4
                bne t0, t1, no_device
                li a1, 0
                la a2, rings
            \(Self.queues)
            driver_ready:
                la t0, buffer
                sd t0, 0(a2)
                li t1, 0x0000000200000020
                sd t1, 8(a2)
                li t2, 0x1000
                add t2, a2, t2
                li t1, 1
                sh t1, 2(t2)
                li t1, 0x0c000000       # interrupt 3 to the supervisor's context
                li t3, 7
                sw t3, 12(t1)
                li t1, 0x0c002080
                li t3, 8
                sw t3, 0(t1)
                sw x0, 0x50(a0)
                li t2, 0x2000
                add t2, a2, t2
                mv s0, a0
                lhu t1, 2(t2)
                li t3, 1
                equal t1, t3, 1
                lw t1, 8(t2)
                li t3, 32
                equal t1, t3, 2
                ld t1, 0(t0)
                ld t3, 24(t0)
                li a0, 3
                beqz t1, fail
                beqz t3, fail
                beq t1, t3, fail
                ld t3, 32(t0)           # no byte beyond
                equal t3, x0, 4
                li t1, 0x0c201004
                lw t3, 0(t1)
                li t4, 3
                equal t3, t4, 5
                lw t3, 0x60(s0)
                sw t3, 0x64(s0)
                lw t3, 0x60(s0)
                equal t3, x0, 6
                j pass
            .data
            .balign 4096
            rings: .zero 4096*3
            buffer: .zero 64
            .text
            """)
    }

    @Test(arguments: [Machine.Executor.fast, .reference])
    func theConsoleCarriesBothWays(executor: Machine.Executor) throws {
        let elf = try Guest.assemble(
            BareMetal.prologue + """
                main:
                    li a0, 0x10002000
                    la a2, sending
                    li a1, 1
                \(Self.queues)
                driver_ready:
                    li a1, 0
                    la a2, receiving
                    call queue
                    la t0, buffer
                    sd t0, 0(a2)
                    li t1, 0x0000000200000010
                    sd t1, 8(a2)
                    li t2, 0x1000
                    add t2, a2, t2
                    li t1, 1
                    sh t1, 2(t2)
                    sw x0, 0x50(a0)
                    li t2, 0x2000
                    add t2, a2, t2
                1:  lhu t1, 2(t2)       # until something was typed
                    beqz t1, 1b
                    lw t1, 8(t2)
                    la a2, sending
                    sd t0, 0(a2)        # and back as it came
                    sd t1, 8(a2)
                    li t2, 0x1000
                    add t2, a2, t2
                    li t1, 1
                    sh t1, 2(t2)
                    sw t1, 0x50(a0)
                    j pass
                .data
                .balign 4096
                sending: .zero 4096*3
                receiving: .zero 4096*3
                buffer: .zero 64
                .text
                """ + BareMetal.data)
        let machine = try Guest.machine(elf, executor)
        #expect(machine.run(limit: 10_000) == .limit)
        machine.sendToConsole(Array("typed".utf8))
        #expect(machine.run(limit: 100_000) == .ended(.pass), "\(machine.crashReport())")
        #expect(machine.takeOutput() == Array("typed".utf8))
    }

    /// Firmware in M-mode that goes to the kernel the way its boot information says, and a RAM disk.
    @Test func firmwareFindsKernelAndDisk() throws {
        let firmware = try Guest.assemble(
            """
            .globl _start
            _start:
                ld t0, 0(a2)
                li t1, 0x4942534f       # OSBI
                bne t0, t1, bad
                ld t0, 16(a2)
                csrw mepc, t0
                lw t0, 0(a1)
                li t1, 0xedfe0dd0
                slli t0, t0, 32
                srli t0, t0, 32
                bne t0, t1, bad
                li t0, 0x1800
                csrc mstatus, t0
                li t0, 0x800
                csrs mstatus, t0
                li t0, -1
                csrw pmpaddr0, t0
                li t0, 0x1f
                csrw pmpcfg0, t0
                mret
            bad: wfi
                j bad
            """)
        // A raw kernel of S-mode: reads the disk's first word and ends with it.
        let kernel: [UInt32] = [
            0x0810_0293, 0x0182_9293, 0x0002_e303, 0x0010_03b7, 0x0063_a023, 0x0000_006f,
        ]
        let image = kernel.flatMap { word in withUnsafeBytes(of: word.littleEndian) { Array($0) } }
        var configuration = Configuration()
        configuration.memorySize = 32 << 20
        configuration.initialDisk = [0x55, 0x55, 0, 0]
        let machine = try Machine(configuration)
        try machine.load(kernel: image, firmware: firmware)
        #expect(machine.run(limit: 10_000) == .ended(.pass), "\(machine.crashReport())")
    }

    /// However a run is cut into pieces, and whether harts sleep, it is the same run.
    @Test(arguments: [Schedule.roundRobin(quantum: 7), .random(seed: 3, longest: 50)])
    func piecesMakeTheWhole(schedule: Schedule) throws {
        let elf = try Guest.assemble(
            """
            .globl _start
            _start:
                csrr s0, mhartid
                li s1, 0x2004000
                slli t0, s0, 3
                add s1, s1, t0
                li s2, 0x200bff8
                la t0, handler
                csrw mtvec, t0
                li t0, 0x80
                csrw mie, t0
                csrsi mstatus, 8
                addi s3, s0, 3
            1:  ld t0, 0(s2)
                add t0, t0, s3
                sd t0, 0(s1)
                wfi
                addi s3, s3, 5
                andi s3, s3, 127
                j 1b
            .balign 4
            handler:
                li t0, -1
                sd t0, 0(s1)
                addi s4, s4, 1
                mret
            """)
        func machine() throws -> Machine {
            try Guest.machine(elf) {
                $0.hartCount = 3
                $0.schedule = schedule
            }
        }
        let whole = try machine()
        #expect(whole.run(limit: 30_000) == .limit)
        #expect(whole.harts.allSatisfy { $0[x: 20] > 3 })
        var generator = SeededGenerator(seed: Budget.seed ^ 99)
        for longest in [1, 3, 40, 1000] {
            let parts = try machine()
            while parts.clock < 30_000 {
                _ = parts.run(
                    limit: min(UInt64.random(in: 1...UInt64(longest), using: &generator), 30_000 - parts.clock))
            }
            #expect(parts.stateHash() == whole.stateHash(), "pieces of at most \(longest)")
        }
    }
}
