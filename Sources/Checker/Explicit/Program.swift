// A compiled system: bytecode for every step of every process instance, every action, every property.

import Model

/// One way to take a step: where its code starts and what it is.
struct StepEntry {
    /// The first instruction.
    let start: Int32
    /// The name for traces and coverage.
    let name: String
    /// Index among the coverage flags.
    let coverage: Int
}

/// An action for one combination of its parameters.
struct ActionInstance {
    let action: Int
    let values: [Value]
}

/// Bytecode of a system. Owns its memory.
final class Program {
    let layout: StateLayout
    let code: UnsafePointer<Instruction>
    let instructionCount: Int
    let forms: UnsafePointer<SequenceForm>
    /// Jump tables one behind the other; a `branchTable` has the number of its first entry.
    let tables: UnsafePointer<Int32>
    let tableEntryCount: Int
    /// Where bodies begin, which share no values of registers.
    let bodies: [Int]
    let sites: [Violation]
    let constants: [(offset: Int, words: [UInt64])]
    let registerCount: Int
    let scratchWords: Int
    /// Per pid, per position code: the ways to go on. Empty for a position without steps.
    let steps: [[[StepEntry]]]
    /// Actions that do not choose, all in one run that emits each successor.
    let combinedActions: Int32?
    /// Actions with choices within: one run each.
    let choosingActions: [(entry: StepEntry, instance: Int)]
    let actionInstances: [ActionInstance]
    /// Per action instance of the combined run: the instruction behind it, where a run goes on after a violation.
    let resumes: [Int32]
    /// Per site: the action instance of the combined run that raises it, or -1.
    let siteInstances: [Int]
    /// Properties that are checked in each state, each falling through into the next.
    let stateProperties: [(property: Int, start: Int32)]
    /// Properties of steps, by the bit that `touch` sets.
    let transitionProperties: [(property: Int, start: Int32)]
    /// Bits of those that ask about processes: judged on every step.
    let alwaysTouched: UInt64
    /// Properties of final states.
    let finalProperties: [(property: Int, start: Int32)]
    /// By temporal property: for each of its claims the conditions, each a run that `violates` where it is true.
    let temporalConditions: [Int: [[Int32]]]
    /// Names of everything that can be enabled, for coverage.
    let coverageNames: [String]
    /// How states are brought to representatives; nil where each stands for itself. Set before machines are made.
    var symmetry: SymmetryPlan?
    /// The same as machine code; nil where bytecode is run. Machines that are made later use it.
    var machineCode: MachineCode?

    init(
        layout: StateLayout, assembler: Assembler, steps: [[[StepEntry]]], combinedActions: Int32?,
        choosingActions: [(entry: StepEntry, instance: Int)], actionInstances: [ActionInstance],
        resumes: [Int32], siteInstances: [Int],
        stateProperties: [(property: Int, start: Int32)], transitionProperties: [(property: Int, start: Int32)],
        alwaysTouched: UInt64,
        finalProperties: [(property: Int, start: Int32)], temporalConditions: [Int: [[Int32]]], coverageNames: [String]
    ) {
        self.layout = layout
        let instructions = UnsafeMutablePointer<Instruction>.allocate(capacity: assembler.instructions.count + 1)
        instructions.initialize(
            from: assembler.instructions + [Instruction(opcode: .halt)], count: assembler.instructions.count + 1)
        let entries = assembler.tables.flatMap { $0.map { Int32($0) } }
        let tables = UnsafeMutablePointer<Int32>.allocate(capacity: max(1, entries.count))
        tables.initialize(from: entries, count: entries.count)
        self.tables = UnsafePointer(tables)
        tableEntryCount = entries.count
        bodies = assembler.bodies
        let starts = assembler.tables.reduce(into: [Int32(0)]) { $0.append(($0.last ?? 0) + Int32($1.count)) }
        for index in 0..<assembler.instructions.count where instructions[index].opcode == .branchTable {
            instructions[index].target = starts[Int(instructions[index].target)]
        }
        code = UnsafePointer(instructions)
        instructionCount = assembler.instructions.count
        let forms = UnsafeMutablePointer<SequenceForm>.allocate(capacity: max(1, assembler.forms.count))
        forms.initialize(from: assembler.forms, count: assembler.forms.count)
        self.forms = UnsafePointer(forms)
        sites = assembler.sites
        constants = assembler.constants
        registerCount = assembler.registerCount
        scratchWords = assembler.scratchWords
        self.steps = steps
        self.combinedActions = combinedActions
        self.choosingActions = choosingActions
        self.actionInstances = actionInstances
        self.resumes = resumes
        self.siteInstances = siteInstances
        self.stateProperties = stateProperties
        self.transitionProperties = transitionProperties
        self.alwaysTouched = alwaysTouched
        self.finalProperties = finalProperties
        self.temporalConditions = temporalConditions
        self.coverageNames = coverageNames
    }

    /// All instructions at which runs begin, or go on after a violation.
    var starts: [Int] {
        let entries = steps.flatMap { $0.flatMap { $0.map(\.start) } } + choosingActions.map(\.entry.start)
        let properties = (stateProperties + transitionProperties + finalProperties).map(\.start)
        let conditions = temporalConditions.values.flatMap { $0.flatMap(\.self) }
        return (entries + properties + conditions + resumes + [combinedActions].compactMap(\.self)).map(Int.init)
    }

    /// By site: the instruction that raises it.
    var siteOwners: [Int32] {
        var owners = Array(repeating: Int32(0), count: sites.count)
        for index in 0..<instructionCount where code[index].opcode.raisesSite {
            owners[Int(code[index].target)] = Int32(index)
        }
        return owners
    }

    deinit {
        code.deallocate()
        forms.deallocate()
        tables.deallocate()
    }
}
