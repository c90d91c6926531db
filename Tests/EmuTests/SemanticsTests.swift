// Every row's semantics against QEMU: random and corner operands, results and flags folded into printed hashes.
import Emu
import Foundation
import Testing

@Suite struct SemanticsTests {
    /// Rows whose oracle is not QEMU 7.2, with the reason; they are covered elsewhere.
    static let otherOracle: [Opcode: String] = [
        .ecall: "ArchitectureTests", .ebreak: "ArchitectureTests", .mret: "ArchitectureTests",
        .sret: "ArchitectureTests", .wfi: "ArchitectureTests", .sfenceVma: "ArchitectureTests",
        .sinvalVma: "ArchitectureTests", .sfenceWInval: "ArchitectureTests", .sfenceInvalIr: "ArchitectureTests",
        .cboInval: "ArchitectureTests", .cboClean: "ArchitectureTests", .cboFlush: "ArchitectureTests",
        .cboZero: "ArchitectureTests", .fence: "no visible effect", .fencei: "ArchitectureTests",
        .ctzw: "QEMU 7.2 counts beyond bit 31; countsTrailingZerosOfWords", .jal: "RandomProgramTests",
        .jalr: "RandomProgramTests",
    ]

    static let cases = Budget.cases(8192)
    static let variants = 16

    @Test func everyRowAgreesWithQEMU() throws {
        print("seed 0x" + String(Budget.seed, radix: 16))
        var generator = SeededGenerator(seed: Budget.seed)
        let rows = InstructionTable.rows.filter { Self.otherOracle[$0.opcode] == nil }
        let elf = try Guest.assemble(Self.program(rows, &generator))
        let (ours, reason) = try Guest.run(elf, limit: 10_000_000_000)
        #expect(reason == .ended(.pass))
        guard let theirs = try Guest.runQEMU(elf) else { return }
        let (left, right) = (
            ours.split(separator: "\n"), theirs.split(separator: "\n").map { $0.filter { $0 != "\r" } }
        )
        #expect(left.count == rows.count)
        try #require(left.count == right.count, "ours \(left.count) lines, QEMU \(right.count)")
        for (index, row) in rows.enumerated() {
            #expect(String(left[index]) == right[index], "\(row.assembly)")
        }
    }

    @Test func countsTrailingZerosOfWords() throws {
        let machine = try Guest.machine(try Guest.assemble(".globl _start\n_start: ctzw a0, a1\nj _start\n"))
        for bit in 0..<64 {
            machine.harts[0][x: 11] = 1 << UInt64(bit)
            _ = machine.run(limit: 2)
            #expect(machine.harts[0][x: 10] == UInt64(min(bit, 32)))
        }
    }

    /// The reference executor prints the same as the fast one.
    @Test func everyRowIsTheSameInBothExecutors() throws {
        var generator = SeededGenerator(seed: Budget.seed ^ 1)
        let rows = InstructionTable.rows.filter { Self.otherOracle[$0.opcode] == nil }
        let elf = try Guest.assemble(Self.program(rows, &generator, cases: Budget.cases(200)))
        #expect(
            try Guest.run(elf, .fast, limit: 10_000_000_000).0 == Guest.run(elf, .reference, limit: 10_000_000_000).0)
    }

    /// One function per variant of each row, driven over a table of operands.
    ///
    /// a1, a2, fa1–fa3 are operands, a0, fa0 results; for memory rows a1 is an address in a buffer.
    static func program(_ rows: [InstructionRow], _ generator: inout SeededGenerator, cases: Int = cases) -> String {
        var text = """
            .text
            .globl _start
            _start:
                csrr t0, mhartid
                bnez t0, park
                li t0, 0x6000
                csrs mstatus, t0
                la t0, trap
                csrw mtvec, t0
                la sp, stack
                la s0, rows
            next_row:
                ld s1, 0(s0)            # table of variants
                beqz s1, pass
                ld s2, 8(s0)            # kind
                addi s0, s0, 16
                la s3, operands
                li s4, \(cases)
                li s5, 0                # hash
                li s6, 0                # variant
            next_case:
                ld a1, 0(s3)
                ld a2, 8(s3)
                ld t0, 16(s3)
                fmv.d.x fa1, a1
                fmv.d.x fa2, a2
                fmv.d.x fa3, t0
                fmv.d.x fa0, t0
                mv a0, t0
                andi t1, s4, 7          # frm 5 and 6 are reserved, and so traps
                slli t1, t1, 5
                csrw fcsr, t1
                beqz s2, 1f
                la t2, buffer           # memory row: a1 = aligned address in the middle, words known
                sd a1, 0(t2)
                sd t0, 8(t2)
                sd a2, 16(t2)
                sd a1, 24(t2)
                andi a1, a1, 7
                li t3, 1
                beq s2, t3, 2f
                li a1, 0
            2:  add a1, a1, t2
                addi a1, a1, 8
            1:  slli t1, s6, 3
                add t1, t1, s1
                ld t1, 0(t1)
                li s7, 0
                jalr t1
                beqz s2, 1f
                la t2, buffer
                sub a1, a1, t2
                ld t0, 0(t2)
                call fold
                ld t0, 8(t2)
                call fold
                ld t0, 16(t2)
                call fold
                ld t0, 24(t2)
                call fold
            1:  mv t0, a0
                call fold
                mv t0, a2
                call fold
                fmv.x.d t0, fa0
                call fold
                fmv.x.d t0, fa2
                call fold
                csrr t0, fcsr
                call fold
                mv t0, s7
                call fold
                addi s3, s3, 24
                addi s6, s6, 1
                andi s6, s6, \(variants - 1)
                addi s4, s4, -1
                bnez s4, next_case
                mv a0, s5
                call print
                j next_row
            fold:
                xor s5, s5, t0
                li t3, 0xd6e8feb86659fd93
                mul s5, s5, t3
                srli t3, s5, 32
                xor s5, s5, t3
                ret
            .balign 4
            trap:                       # counts the trap and returns from the function under test
                csrr s7, mcause
                addi s7, s7, 1
                mv ra, s8
                la t0, after_trap
                csrw mepc, t0
                mret
            after_trap:
                jr ra
            park: wfi
                j park

            """
        text += Guest.library + "\n"
        var table = ".data\n.balign 8\nrows:\n"
        for (index, row) in rows.enumerated() {
            table += ".dword variants\(index), \(kind(row))\n"
            var names = ""
            for variant in 0..<variants {
                text += ".balign 4\nf\(index)_\(variant): mv s8, ra\n"
                for word in code(row, variant, &generator) {
                    text += row.isCompressed && word <= 0xffff ? ".half \(word)\n" : ".word \(word)\n"
                }
                text += "ret\n"
                names += ".dword f\(index)_\(variant)\n"
            }
            text += ".balign 8\nvariants\(index):\n" + names
        }
        table += ".dword 0, 0\n.balign 16\nbuffer: .zero 64\n.zero 4096\nstack:\noperands:\n"
        for index in 0..<cases {
            let triple = (0..<3).map { _ in "0x" + String(operand(index, &generator), radix: 16) }
            table += ".dword " + triple.joined(separator: ", ") + "\n"
        }
        return text + table
    }

    /// 0 for registers, 1 for memory at any alignment, 2 for memory that must be aligned.
    static func kind(_ row: InstructionRow) -> Int {
        if row.set == .atomic { return 2 }
        return row.assembly.contains("(rs1)") || row.assembly.contains("(sp)") ? 1 : 0
    }

    /// The instruction with its operands in the agreed registers; c.*sp forms go through sp, which is saved in t4.
    static func code(_ row: InstructionRow, _ variant: Int, _ generator: inout SeededGenerator) -> [UInt32] {
        let usesStack = row.fixed.contains { $0.field == .rs1 && $0.value == 2 }
        var values: [Field: UInt32] = [:]
        let fields = Set(row.pieces.map(\.field))
        if fields.contains(.rd) { values[.rd] = 10 }
        let isShared = row.pieces.contains { piece in
            piece.field == .rs1 && row.pieces.contains { $0.field == .rd && $0.wordBit == piece.wordBit }
        }
        if fields.contains(.rs1) { values[.rs1] = isShared ? 10 : 11 }
        if fields.contains(.rs2) { values[.rs2] = 12 }
        if fields.contains(.rs3) { values[.rs3] = 13 }
        if fields.contains(.rm) { values[.rm] = [0, 1, 2, 3, 4, 7, 7, 7][variant & 7] }
        if fields.contains(.csr) { values[.csr] = 0x340 }
        // A source equal to the destination, and x0, are classes of their own.
        if variant == 14 && fields.contains(.rs2) && !row.isCompressed { values[.rs2] = values[.rs1] }
        let isBranch = row.assembly.contains("pc+imm")
        for _ in 0..<1000 {
            var word = row.match
            if isBranch { return branch(row, values) }
            if fields.contains(.csr) { word |= 0x340 << 20 }
            let bits = row.match | (UInt32.random(in: .min ... .max, using: &generator) & ~row.mask)
            var immediate = row.immediate(in: bits)
            if kind(row) == 1 && !usesStack {
                immediate = row.signBit == nil ? immediate & 8 & fieldMask(row) : immediate % 9
            }
            if usesStack && kind(row) == 1 { immediate = immediate & 8 & fieldMask(row) }
            let encoded = try? Assembler.encode(row, values, immediate: immediate)
            guard let encoded else { continue }
            word = encoded
            if row.opcode == .scW || row.opcode == .scD { return conditional(row, word, variant) }
            guard usesStack || row.assembly.hasPrefix("c.addi16sp") else { return [word] }
            // mv t4, sp; mv sp, a1; …; mv a0/a2, …; mv sp, t4
            let save = Assembler.word(.addi, rd: 29, rs1: 2)
            let enter = Assembler.word(.addi, rd: 2, rs1: 11)
            let result = Assembler.word(.addi, rd: 12, rs1: 2)
            let leave = Assembler.word(.addi, rd: 2, rs1: 29)
            return kind(row) == 1 ? [save, enter, word, leave] : [save, enter, word, result, leave]
        }
        preconditionFailure("no operands fit \(row.assembly)")
    }

    /// A store-conditional with a reservation of its own, or certainly without one: a failed one elsewhere took it.
    static func conditional(_ row: InstructionRow, _ word: UInt32, _ variant: Int) -> [UInt32] {
        let reserve = Assembler.word(row.opcode == .scW ? .lrW : .lrD, rd: 29, rs1: 11)
        let lose = Assembler.word(row.opcode, rd: 29, rs1: 7, rs2: 0)
        return variant & 1 == 0 ? [reserve, word] : [lose, word]
    }

    /// Immediate bits the row can hold.
    static func fieldMask(_ row: InstructionRow) -> Int64 {
        row.pieces.filter { $0.field == .immediate }.reduce(0) {
            $0 | ((1 << Int64($1.width)) - 1) << Int64($1.valueBit)
        }
    }

    /// The branch skips an instruction that changes a0.
    static func branch(_ row: InstructionRow, _ values: [Field: UInt32]) -> [UInt32] {
        let length = Int64(row.lengthInBytes)
        guard let word = try? Assembler.encode(row, values, immediate: length + 4) else {
            preconditionFailure("the branch \(row.assembly) does not encode")
        }
        return [word, Assembler.word(.addi, rd: 10, rs1: 10, immediate: 1)]
    }

    static let corners: [UInt64] = [
        0, 1, 2, 31, 32, 63, 64, 0x7f, 0x80, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x1_0000_0000,
        0x7fff_ffff_ffff_ffff, 0x8000_0000_0000_0000, .max, 0xffff_ffff_8000_0000, 0xffff_ffff_7fff_ffff,
        0xffff_ffff_7fc0_0000, 0xffff_ffff_7f80_0001, 0xffff_ffff_7f80_0000, 0xffff_ffff_ff80_0000,
        0xffff_ffff_0000_0001, 0xffff_ffff_0080_0000, 0xffff_ffff_3f80_0000, 0xffff_ffff_bf80_0000,
        0xffff_ffff_7f7f_ffff, 0xffff_ffff_807f_ffff, 0xffff_ffff_4f00_0000, 0xffff_ffff_cf00_0000,
        0xffff_ffff_5f00_0000, 0x0000_0000_3f80_0000, 0xffff_ffff_0000_0000, 0xffff_ffff_8000_0000,
    ]

    /// Operands of several kinds: integers' corners, doubles, boxed singles, anything.
    static func operand(_ index: Int, _ generator: inout SeededGenerator) -> UInt64 {
        switch UInt64.random(in: 0..<8, using: &generator) {
        case 0: return corners.randomElement(using: &generator) ?? 0
        case 1: return SoftFloatTests.corners64.randomElement(using: &generator) ?? 0
        case 2: return SoftFloatTests.operand(&generator)
        case 3: return 0xffff_ffff << 32 | SoftFloatTests.narrow(SoftFloatTests.operand(&generator))
        case 4:
            let near = UInt64.random(in: 0x70...0x90, using: &generator) << 23
            return 0xffff_ffff << 32 | near | generator.next() & 0x807f_ffff
        case 5: return UInt64(bitPattern: Int64.random(in: -100...100, using: &generator))
        case 6:
            // Exponents far apart and close to the ends, for underflow and overflow.
            let ends: [UInt64] = [1, 2, 30, 0x7fd, 0x7fe, 0x3ff]
            let end = ends.randomElement(using: &generator) ?? 1
            return end << 52 | generator.next() & (1 << 63 | 0xf_ffff_ffff_ffff)
        default: return generator.next()
        }
    }
}
