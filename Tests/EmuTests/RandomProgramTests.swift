// Random programs: fast against reference against QEMU, snapshot and continue against straight run.
import Emu
import Foundation
import Testing

@Suite struct RandomProgramTests {
    /// A program of random instructions that traps often, in M-mode or under Sv39 in S-mode, and prints its registers.
    ///
    /// s10 and s11 belong to the harness; loads and stores go to a buffer through s0, or anywhere through others.
    static func program(_ generator: inout SeededGenerator, length: Int, forQEMU: Bool) -> String {
        let rows = InstructionTable.rows.filter { row in
            switch row.opcode {
            case .mret, .sret, .wfi, .ecall, .ebreak, .csrrw, .csrrs, .csrrc, .csrrwi, .csrrsi, .csrrci, .jalr: false
            case .scW, .scD, .lrW, .lrD, .ctzw, .cboInval, .cboClean, .cboFlush, .cboZero: !forQEMU
            // Through sp they go anywhere, and QEMU has devices and ROM where this machine has nothing.
            default: !(forQEMU && (row.set == .atomic || row.assembly.contains("(sp)")))
            }
        }
        var body = ""
        for _ in 0..<length {
            guard let row = rows.randomElement(using: &generator) else { continue }
            body += instruction(row, &generator)
        }
        // Branches near the end land here, not beyond the loop's counter.
        body += ".rept 8\nnop\n.endr\n"
        return """
            .globl _start
            _start:
                csrr t0, mhartid
                bnez t0, park
                li t0, 0x6000
                csrs mstatus, t0
                la t0, trap
                csrw mtvec, t0
                li t0, 0xf0
                csrw menvcfg, t0
                la s10, save
                csrw mscratch, s10
                la s11, buffer
                mv s0, s11
                li s10, 0
            again:
            .option norvc
            \(body)
                addi s10, s10, 1
                li t0, 20
                blt s10, t0, again
                call print_all
                j pass
            .option rvc
            print_all:
                la sp, stack
                sd ra, -8(sp)
                la s10, registers
            """ + "\n" + (3...31).map { "    sd x\($0), \($0 * 8)(s10)\n" }.joined(separator: "") + """
                    csrr t0, fcsr
                    sd t0, 8(s10)
                """ + "\n" + (0..<32).map { "    fsd f\($0), \(256 + $0 * 8)(s10)\n" }.joined(separator: "") + """
                        li a0, 0
                        li s9, 0
                    1:  li t2, 27
                        beq s9, t2, 3f          # s11 and s10 hold addresses
                        li t2, 26
                        beq s9, t2, 3f
                        slli t0, s9, 3
                        add t0, t0, s10
                        ld t0, 0(t0)
                        xor a0, a0, t0
                        li t1, 0xd6e8feb86659fd93
                        mul a0, a0, t1
                        srli t1, a0, 32
                        xor a0, a0, t1
                    3:  addi s9, s9, 1
                        li t1, 64
                        blt s9, t1, 1b
                        call print
                        la sp, stack
                        ld ra, -8(sp)
                        ret
                    .balign 4
                    trap:                       # skips the instruction, and remembers the cause in gp
                        csrrw s11, mscratch, s11
                        sd t0, 0(s11)
                        sd t1, 8(s11)
                        csrr t0, mcause
                        add gp, gp, t0
                        slli gp, gp, 1
                        csrr t0, mepc
                        lhu t1, 0(t0)
                        andi t1, t1, 3
                        addi t1, t1, -3
                        addi t0, t0, 2
                        bnez t1, 1f
                        addi t0, t0, 2
                    1:  csrw mepc, t0
                        ld t0, 0(s11)
                        ld t1, 8(s11)
                        csrrw s11, mscratch, s11
                        mret
                    park: wfi
                        j park
                    """ + Guest.library + """

                    .data
                    .balign 4096
                    .zero 4096
                    buffer: .zero 8192
                    registers: .zero 1024
                    save: .zero 64
                    .zero 1024
                    stack: .zero 64
                    """
    }

    /// One random instruction, as words; branches go a little forward.
    static func instruction(_ row: InstructionRow, _ generator: inout SeededGenerator) -> String {
        for _ in 0..<200 {
            let bits = row.match | (UInt32.random(in: .min ... .max, using: &generator) & ~row.mask)
            let word = row.isCompressed ? bits & 0xffff : bits
            guard row.matches(word), let decoded = Decoder.shared.decode(word),
                decoded.row < InstructionTable.rows.count
            else { continue }
            var values: [Field: UInt32] = [:]
            for piece in row.pieces where piece.field != .immediate {
                values[piece.field] = row.bits(of: piece.field, in: word)
            }
            let writesInteger = !row.assembly.contains("frd")
            if writesInteger, let rd = values[.rd], rd == 26 || rd == 27 || rd == 8 || rd == 3 { continue }
            if row.fixed.contains(where: { $0.field == .rd && $0.value == 2 }) { continue }
            var immediate = row.immediate(in: word)
            if row.assembly.contains("pc+imm") { immediate = Int64.random(in: 1...4, using: &generator) * 4 }
            let isMemory = row.assembly.contains("(rs1)") && row.set != .svinval
            if isMemory, values[.rs1] != nil { values[.rs1] = 8 }
            if isMemory { immediate = row.signBit == nil ? immediate : Int64.random(in: -40...40, using: &generator) }
            guard let encoded = try? Assembler.encode(row, values, immediate: immediate) else { continue }
            // A compressed instruction is followed by c.nop, so that branches meet instructions.
            return row.isCompressed ? ".half \(encoded), 1\n" : ".word \(encoded)\n"
        }
        return ".word 0x13\n"
    }

    @Test func fastEqualsReference() throws {
        for number in 0..<Budget.cases(60) {
            let seed = Budget.seed &+ UInt64(number)
            var generator = SeededGenerator(seed: seed)
            let elf = try Guest.assemble(Self.program(&generator, length: 300, forQEMU: false))
            let fast = try Guest.machine(elf)
            let reference = try Guest.machine(elf, .reference)
            // Stops in between show that both are at the same place after the same number of instructions.
            for _ in 0..<20 {
                let limit = UInt64.random(in: 1...3000, using: &generator)
                #expect(fast.run(limit: limit) == reference.run(limit: limit), "seed \(seed)")
                try #require(fast.stateHash() == reference.stateHash(), "seed \(seed) at \(fast.clock)")
            }
            #expect(fast.run(limit: 1_000_000) == reference.run(limit: 1_000_000))
            #expect(fast.stateHash() == reference.stateHash(), "seed \(seed)")
        }
    }

    @Test func agreesWithQEMU() throws {
        guard Tool.find("qemu-system-riscv64") != nil else {
            #expect(!Tool.isRequired)
            return
        }
        for number in 0..<Budget.cases(40) {
            let seed = Budget.seed &+ 1000 &+ UInt64(number)
            var generator = SeededGenerator(seed: seed)
            let elf = try Guest.assemble(Self.program(&generator, length: 600, forQEMU: true))
            let (ours, reason) = try Guest.run(elf, limit: 100_000_000)
            #expect(reason == .ended(.pass), "seed \(seed)")
            if let path = ProcessInfo.processInfo.environment["SHMCHECK_KEEP"] {
                try Data(elf).write(to: URL(fileURLWithPath: "\(path)/random-\(seed).elf"))
            }
            let theirs = try Guest.runQEMU(elf)?.filter { $0 != "\r" }
            #expect(theirs?.contains(ours) == true, "seed \(seed): ours \(ours), QEMU \(theirs ?? "")")
        }
    }

    @Test func snapshotAndContinueIsTheStraightRun() throws {
        var generator = SeededGenerator(seed: Budget.seed ^ 2)
        let elf = try Guest.assemble(Self.program(&generator, length: 500, forQEMU: false))
        let straight = try Guest.machine(elf)
        _ = straight.run(limit: 9000)
        let expected = straight.stateHash()
        for _ in 0..<Budget.cases(50) {
            let machine = try Guest.machine(elf)
            let first = UInt64.random(in: 0...9000, using: &generator)
            _ = machine.run(limit: first)
            let snapshot = machine.snapshot()
            _ = machine.run(limit: UInt64.random(in: 0...5000, using: &generator))
            #expect(machine.restore(snapshot))
            #expect(machine.stateHash() == snapshot.hash)
            _ = machine.run(limit: 9000 - first)
            #expect(machine.stateHash() == expected)
            // A fork, through a file, on the other executor.
            let fork = try Guest.machine(elf, .reference)
            let copy = try Snapshot(snapshot.serialized(), for: fork)
            #expect(fork.restore(copy))
            _ = fork.run(limit: 9000 - first)
            #expect(fork.stateHash() == expected)
        }
    }

    @Test func brokenSnapshotFilesAreRefused() throws {
        let machine = try Guest.machine(try Guest.assemble(".globl _start\n_start: j _start\n"))
        let bytes = machine.snapshot().serialized()
        for count in [0, 7, 8, 100, 5000, bytes.count - 1] {
            #expect(throws: ImageError.self) { try Snapshot(Array(bytes[..<count]), for: machine) }
        }
        var other = bytes
        other[8] = 99
        #expect(throws: ImageError.self) { try Snapshot(other, for: machine) }
    }
}
