// One run of a few instructions, by bytecode or by native code: what the tests of single operations compare.

package import Model

/// Instructions that run on a memory of their own.
package struct OperationProbe {
    /// Everything that a run leaves behind.
    package struct Outcome: Equatable {
        /// How each run ended; a run that chooses is taken once for each combination of choices.
        package var ends: [String] = []
        /// The machine's memory at the end of each run.
        package var memory: [[UInt64]] = []
        /// Successors, with the touched properties.
        package var successors: [[UInt64]] = []
        /// Actions and asserts that were reached, evaluations by property, nestings of locks.
        package var notes: [Int] = []
    }

    /// The first word behind the state and the state before the step; there are `scratchWords` from there on.
    package let scratchStart: Int
    /// Words for everything else.
    package static let scratchWords = 256
    /// The words of a value in table 0 of numbered structs; nil when the system has none.
    package let internedWords: Int?
    /// Bit addresses of locks.
    package let locks: [Int]
    private let layout: StateLayout
    private let program: Program

    /// A probe over the state of a system, whose properties and asserts the instructions may name.
    ///
    /// - Parameters:
    ///   - system: what is laid out.
    ///   - instructions: a body; a `halt` is added. Sites are numbered from 0 to 7, action instances from 0 to 7.
    ///   - forms: forms of sequences, by number.
    ///   - tables: jump tables, by number.
    ///   - isNative: whether native code runs; bytecode otherwise.
    package init(
        _ system: TransitionSystem, _ instructions: [Instruction], forms: [SequenceForm] = [], tables: [[Int]] = [],
        isNative: Bool
    ) {
        layout = StateLayout(system)
        var assembler = Assembler(scratchStart: 2 * layout.wordCount)
        _ = assembler.scratch(words: Self.scratchWords)
        assembler.beginBody()
        assembler.instructions = instructions
        assembler.forms = forms
        assembler.tables = tables
        let count = Int(instructions.map { max($0.a, $0.b, $0.c) }.max() ?? 0) + 1
        for _ in 0..<count { _ = assembler.register() }
        for _ in 0..<8 { _ = assembler.site(.trap, "", system.deadlockRange) }
        program = Program(
            layout: layout, assembler: assembler, steps: [[[StepEntry(start: 0, name: "", coverage: 0)]]],
            combinedActions: nil, choosingActions: [],
            actionInstances: Array(repeating: ActionInstance(action: 0, values: []), count: 8), resumes: [],
            siteInstances: [], stateProperties: [], transitionProperties: [(0, 0)], alwaysTouched: 1 << 40,
            finalProperties: [], temporalConditions: [:], coverageNames: [])
        if isNative { program.machineCode = NativeCompiler.compile(program) }
        scratchStart = 2 * layout.wordCount
        internedWords = layout.shapes.pool.tableCount == 0 ? nil : layout.shapes.pool.tables[0].wordCount
        let variables = layout.variables
        locks = system.variables.indices.filter { system.variables[$0].type == .lock }.map { variables[$0].offset }
    }

    /// Runs once for each combination of choices, each time from the same memory.
    ///
    /// - Parameter memory: the state, the state before the step, and scratch words.
    /// - Returns: nil when native code was asked for and is not there.
    package func run(memory: [UInt64], isNative: Bool) -> Outcome? {
        if isNative, program.machineCode == nil { return nil }
        var outcome = Outcome()
        var machine = Machine(program)
        defer { machine.deallocate() }
        machine.parent = 77
        repeat {
            for (index, word) in memory.enumerated() { machine.memory[index] = word }
            outcome.ends.append("\(machine.run(from: 0))")
            outcome.memory.append((0..<memory.count).map { machine.memory[$0] })
        } while machine.nextScript() && outcome.ends.count < 100
        for row in 0..<machine.batch.count {
            let words = machine.batch.words(row)
            outcome.successors.append((0..<SuccessorBatch.stride(wordCount: layout.wordCount)).map { words[$0] })
        }
        let system = layout.system
        outcome.notes += (0..<8).map { machine.enabledActions[$0] ? 1 : 0 }
        outcome.notes += system.assertions.indices.map { Int(machine.reached[$0]) }
        outcome.notes += system.properties.indices.map { machine.evaluations[$0] }
        outcome.notes.append(machine.nestings.takeNew().count)
        if internedWords != nil { outcome.notes.append(layout.shapes.pool.tables[0].count) }
        return outcome
    }
}
