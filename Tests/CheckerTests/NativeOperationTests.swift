// Every operation of the bytecode as native code against the interpreter, on numbers at the edges of their ranges.

import Checker
import Model
import Testing

@Suite struct NativeOperationTests {
    /// A state with a lock, wide structs, an assert and two properties, for operations that name one.
    private static let system: TransitionSystem? = {
        let text = """
            spec Probe
            struct Wide { a: u64, b: u64, c: i16 }
            shared var lock: spinlock
            shared var other: spinlock
            shared var w: u64 = 1
            shared var v: Wide
            shared var x: int in 0..<8 = 0
            process p {
                acquire(lock)
                acquire(other)
                x = 1
                assert x == 1
                release(other)
                release(lock)
            }
            invariant small: x < 8
            transition grows: old(x) <= x
            """
        let source = SourceFile(path: "probe.spec", text: text)
        return check(source, read: { _ in nil }, options: CheckOptions()).checks.first?.system
    }()

    @Test(arguments: Opcode.allCases) func operationIsThatOfBytecode(_ opcode: Opcode) throws {
        let system = try #require(Self.system)
        var source = RandomSource(seed: 4_711 + UInt64(opcode.rawValue))
        for trial in 0..<(isQuick ? 60 : 400) {
            var writer = OperationWriter(system: system, source: source)
            writer.write(around: opcode)
            source = writer.source
            try compare(writer, "\(opcode), trial \(trial)")
        }
    }

    /// Long bodies: more values than the host has registers, branches, traps, and values that cross labels.
    @Test func bodiesAreThoseOfBytecode() throws {
        let system = try #require(Self.system)
        var source = RandomSource(seed: 815)
        for trial in 0..<(isQuick ? 300 : 4000) {
            var writer = OperationWriter(system: system, source: source)
            for _ in 0..<source.below(40) + 1 { writer.writeAny() }
            writer.finish()
            source = writer.source
            try compare(writer, "body \(trial)")
        }
    }

    /// A batch that grows while native code adds rows, and a loop that goes on for ever.
    @Test func loopsAreThoseOfBytecode() throws {
        let system = try #require(Self.system)
        let many = [
            Instruction(opcode: .constant, a: 0, imm: 0), Instruction(opcode: .emit),
            Instruction(opcode: .addImmediate, a: 0, b: 0, imm: 1),
            Instruction(opcode: .store, width: 64, a: 0, target: 0),
            Instruction(opcode: .branchLessImmediate, a: 0, target: 1, imm: 5000), Instruction(opcode: .halt),
        ]
        let endless = [Instruction(opcode: .tick, target: 3), Instruction(opcode: .jump, target: 0)]
        for (body, end, rows) in [(many, "done", 5000), (endless, "violated(site: 3)", 0)] {
            let outcomes = [false, true].compactMap { isNative in
                OperationProbe(system, body, isNative: isNative).run(memory: [5, 6, 7], isNative: isNative)
            }
            for outcome in outcomes {
                #expect(outcome.ends == [end])
                #expect(outcome.successors.count == rows)
                #expect(outcome == outcomes[0])
            }
        }
    }

    private func compare(_ writer: OperationWriter, _ what: String) throws {
        let outcomes = [false, true].map { isNative in
            OperationProbe(
                writer.system, writer.instructions, forms: OperationWriter.forms, tables: writer.tables,
                isNative: isNative
            ).run(memory: writer.memory, isNative: isNative)
        }
        let bytecode = try #require(outcomes[0])
        guard let native = outcomes[1] else { return }
        #expect(bytecode == native, "\(what): \(writer.instructions)")
    }
}
