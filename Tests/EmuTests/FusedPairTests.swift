// Two operations in one dispatch, and jumps that know their block: the reference executor comes to the same state.
import Emu
import Testing

@Suite struct FusedPairTests {
    private static let pairs = [
        ("ld", "ld"), ("lw", "lw"), ("lh", "lh"), ("sd", "sd"), ("ld", "mul"), ("mul", "add"), ("add", "add"),
        ("slli", "add"), ("slli", "srli"), ("slli", "srai"), ("and", "xor"), ("lui", "addi"), ("lui", "addiw"),
        ("auipc", "addi"), ("addi", "addi"), ("addi", "bne"), ("addi", "beq"), ("addiw", "bne"), ("lbu", "beq"),
        ("lbu", "bne"), ("lw", "beq"), ("lw", "bne"), ("ld", "beq"), ("ld", "bne"),
    ]
    private static let registers = ["zero", "a0", "a1", "a2", "a3", "a4", "t3", "t4"]

    /// One instruction; memory through `base`, results into `target`, branches over the next instruction.
    private static func instruction(
        _ name: String, base: String, target: String, _ generator: inout SeededGenerator
    ) -> String {
        func register() -> String { registers.randomElement(using: &generator) ?? "a0" }
        switch name {
        case "ld", "lw", "lh", "lbu", "sd":
            var offset = Int.random(in: -250...250, using: &generator) * 8
            if Int.random(in: 0..<8, using: &generator) == 0 { offset += Int.random(in: 1...7, using: &generator) }
            return "\(name) \(target), \(offset)(\(base))"
        case "slli", "srli", "srai":
            return "\(name) \(target), \(register()), \(Int.random(in: 0...63, using: &generator))"
        case "lui", "auipc": return "\(name) \(target), \(Int.random(in: 0..<1 << 20, using: &generator))"
        case "addi", "addiw":
            let source = Bool.random(using: &generator) ? target : register()
            return "\(name) \(target), \(source), \(Int.random(in: -2048...2047, using: &generator))"
        case "beq", "bne": return "\(name) \(target), \(register()), 1f\n    addi a4, a4, 77\n1:"
        default: return "\(name) \(target), \(register()), \(register())"
        }
    }

    /// A loop over so many random pairs, in which registers return to small values so that branches go both ways.
    private static func program(_ count: Int, _ generator: inout SeededGenerator) -> String {
        var body = ""
        for index in 0..<count {
            guard let pair = pairs.randomElement(using: &generator) else { break }
            let isSame = Int.random(in: 0..<4, using: &generator) != 0
            let base = ["s0", "s1"].randomElement(using: &generator) ?? "s0"
            let target = registers.randomElement(using: &generator) ?? "a0"
            let other = registers.randomElement(using: &generator) ?? "a0"
            body += "    " + instruction(pair.0, base: base, target: target, &generator) + "\n"
            body +=
                "    "
                + instruction(pair.1, base: isSame ? base : "s2", target: isSame ? target : other, &generator) + "\n"
            if index % 5 == 0 { body += "    andi \(target), \(other), 1\n" }
        }
        return """
            .globl _start
            _start:
                la s0, middle
                addi s1, s0, 3
                addi s2, s0, 1000
                li s3, 40
            .option norvc
            again:
            \(body)
                addi s3, s3, -1
                beqz s3, pass
                j again
            .option rvc
            \(Guest.library)
            .data
            .balign 4096
            .zero 4096
            middle: .zero 4096
            """
    }

    @Test func pairsInOneDispatchAreTheTwoInstructions() throws {
        for number in 0..<Budget.cases(40) {
            let seed = Budget.seed &+ 5000 &+ UInt64(number)
            var generator = SeededGenerator(seed: seed)
            let elf = try Guest.assemble(Self.program(600, &generator))
            let fast = try Guest.machine(elf)
            let reference = try Guest.machine(elf, .reference)
            for _ in 0..<15 {
                let limit = UInt64.random(in: 1...4000, using: &generator)
                #expect(fast.run(limit: limit) == reference.run(limit: limit), "seed \(seed)")
                try #require(fast.stateHash() == reference.stateHash(), "seed \(seed) at \(fast.clock)")
            }
            #expect(fast.run(limit: 1_000_000) == .ended(.pass), "seed \(seed)")
            #expect(reference.run(limit: 1_000_000) == .ended(.pass), "seed \(seed)")
            #expect(fast.stateHash() == reference.stateHash(), "seed \(seed)")
        }
    }

    /// Code that rewrites the target of a jump in its own page, after the jump has come to know its block.
    @Test func aJumpForgetsABlockThatIsRewritten() throws {
        try BareMetal.check(
            """
            main:
                la s0, target
                li s1, 0x00150513       # addi a0, a0, 1
                li s2, 0x00250513       # addi a0, a0, 2
                li s3, 100
                li a0, 0
            1:  sw s1, 0(s0)
                fence.i
                jal ra, target
                jal ra, target
                sw s2, 0(s0)
                fence.i
                jal ra, target
                addi s3, s3, -1
                bnez s3, 1b
                mv s4, a0
                li t0, 400
                equal s4, t0, 1
                j pass
            .balign 4
            .option norvc
            target:
                addi a0, a0, 1
                ret
            .option rvc
            """, agreesWithQEMU: true)
    }
}
