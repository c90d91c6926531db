// The steps of stored states, computed on one thread: successors for the store, and what else they amount to.

import Model

/// What expanding some states amounts to, beside their successors.
struct ExpansionRecord {
    var transitionCount = 0
    /// The first violation of each kind, in the order found.
    var found: [FoundViolation] = []
    /// Locks seen to nest for the first time, with the state and the process whose step it was.
    var nestings: [(nesting: LockNesting, state: Int, pid: Int)] = []
    var hasCuts = false
    /// Whether the numbers of interned structs ran out.
    var isPoolFull = false

    mutating func note(_ violation: FoundViolation) {
        if found.allSatisfy({ $0.site.kind != violation.site.kind }) { found.append(violation) }
    }
}

/// Expands states. Shares its memory when copied: one owner frees it.
struct Expander {
    private let program: Program
    private let system: TransitionSystem
    private let checksDeadlock: Bool
    var machine: Machine
    /// What was found since it was last taken.
    private(set) var record = ExpansionRecord()
    private var canonicalizer: SymmetryCanonicalizer?
    /// By name of coverage: whether a step of that name was enabled; actions are told apart.
    var isEnabled: [Bool]
    private var waits: [Int32]

    init(_ program: Program, checksDeadlock: Bool) {
        self.program = program
        self.checksDeadlock = checksDeadlock
        system = program.layout.system
        machine = Machine(program)
        canonicalizer = program.symmetry.map { SymmetryCanonicalizer($0) }
        isEnabled = Array(repeating: false, count: program.coverageNames.count)
        waits = Array(repeating: -1, count: system.processCount)
    }

    /// Frees the machine.
    func deallocate() {
        machine.deallocate()
        canonicalizer?.deallocate()
    }

    /// Takes what was found so far.
    mutating func takeRecord() -> ExpansionRecord {
        defer { record = ExpansionRecord() }
        return record
    }

    /// Adds what another one, which is done, has seen of steps, actions and asserts.
    mutating func merge(_ other: Expander) {
        for index in isEnabled.indices where other.isEnabled[index] { isEnabled[index] = true }
        for index in program.actionInstances.indices where other.machine.enabledActions[index] {
            machine.enabledActions[index] = true
        }
        for index in system.assertions.indices where other.machine.reached[index] != 0 {
            machine.reached[index] = 1
        }
    }

    /// Coverage by name: whether it was ever enabled.
    var isEverEnabled: [Bool] {
        var result = isEnabled
        for (instance, action) in program.actionInstances.enumerated()
        where machine.enabledActions[instance] {
            let name = system.actions[action.action].name
            if let index = program.coverageNames.firstIndex(of: name) { result[index] = true }
        }
        return result
    }

    // MARK: Expansion

    /// Computes the steps of a state; its successors go to the machine's batch.
    mutating func expand(_ index: Int, _ row: UnsafePointer<UInt64>) {
        machine.begin(row)
        machine.parent = index
        let first = machine.batch.count
        var summary = StepSummary()
        for pid in 0..<waits.count { expandProcess(pid, index, &summary) }
        expandActions(index, &summary)
        if checksDeadlock { checkDeadlock(index, summary) }
        if canonicalizer != nil { canonicalize(from: first) }
    }

    /// Replaces successors by the states that stand for them.
    private mutating func canonicalize(from first: Int) {
        guard var canonicalizer else { return }
        machine.batch.canonicalize(first..<machine.batch.count, &canonicalizer)
        self.canonicalizer = canonicalizer
        if canonicalizer.isPoolFull { record.isPoolFull = true }
    }

    /// The state that stands for another one, and for how many; nil when it stands for itself.
    mutating func representative(of words: [UInt64]) -> (words: [UInt64], orbit: UInt64)? {
        guard var canonicalizer else { return nil }
        var result = words
        let orbit = result.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.map { canonicalizer.canonicalize($0) } ?? 1
        }
        self.canonicalizer = canonicalizer
        if canonicalizer.isPoolFull { record.isPoolFull = true }
        return (result, orbit)
    }

    /// What the steps of one state amount to, for deadlock.
    private struct StepSummary {
        var hasStep = false
        var changesState = false
        var isCut = false
        var lockWaits = 0
    }

    private mutating func expandProcess(_ pid: Int, _ index: Int, _ summary: inout StepSummary) {
        let field = program.layout.processes[pid].position
        let code =
            field.bits == 0
            ? 0
            : Int(
                (machine.memory[machine.wordCount &+ field.offset >> 6] &>> UInt64(field.offset & 63))
                    & (~0 &>> UInt64(64 &- field.bits)))
        waits[pid] = -1
        let entries = program.steps[pid][code]
        for entry in entries {
            machine.resetScript()
            repeat {
                let before = machine.batch.count
                let status = machine.run(from: entry.start)
                if machine.nestings.hasNew { noteNestings(index, pid) }
                if machine.batch.count > before {
                    isEnabled[entry.coverage] = true
                    summary.hasStep = true
                    record.transitionCount &+= machine.batch.count &- before
                }
                switch status {
                case .done, .blocked: break
                case .poolFull: record.isPoolFull = true
                case .blockedOnLock(let holder):
                    waits[pid] = Int32(holder)
                    summary.lockWaits += 1
                case .cut:
                    isEnabled[entry.coverage] = true
                    summary.isCut = true
                    record.hasCuts = true
                    record.transitionCount &+= 1
                case .violated(let site):
                    isEnabled[entry.coverage] = true
                    summary.isCut = true
                    record.transitionCount &+= 1
                    record.note(
                        FoundViolation(state: index, step: .process(pid: pid), site: program.sites[site]))
                }
                machine.restore()
            } while machine.nextScript()
        }
    }

    private mutating func noteNestings(_ state: Int, _ pid: Int) {
        for nesting in machine.nestings.takeNew() { record.nestings.append((nesting, state, pid)) }
    }

    private mutating func expandActions(_ index: Int, _ summary: inout StepSummary) {
        let before = machine.batch.count
        if let start = program.combinedActions { expandCombinedActions(start, index, &summary) }
        for (entry, instance) in program.choosingActions {
            machine.resetScript()
            repeat {
                let status = machine.run(from: entry.start)
                switch status {
                case .done, .blocked, .blockedOnLock: break
                case .poolFull: record.isPoolFull = true
                case .cut: noteEnd(ofAction: instance, &summary)
                case .violated(let site):
                    noteEnd(ofAction: instance, &summary)
                    record.note(
                        FoundViolation(
                            state: index, step: .action(instance: instance), site: program.sites[site]))
                }
                machine.restore()
            } while machine.nextScript()
        }
        guard machine.batch.count > before else { return }
        summary.hasStep = true
        record.transitionCount &+= machine.batch.count &- before
        guard checksDeadlock, system.processes.isEmpty else { return }
        summary.changesState = (before..<machine.batch.count).contains { row in
            machine.batch.differs(row, from: machine.memory + machine.wordCount)
        }
    }

    /// One run tries all actions; after one that breaks a rule it goes on with the next.
    private mutating func expandCombinedActions(
        _ start: Int32, _ index: Int, _ summary: inout StepSummary
    ) {
        var position = start
        while let status = machine.runCombined(program, from: &position) {
            guard case .violated(let site) = status else {
                record.isPoolFull = true
                return
            }
            let instance = program.siteInstances[site]
            noteEnd(ofAction: instance, &summary)
            record.note(
                FoundViolation(state: index, step: .action(instance: instance), site: program.sites[site]))
        }
    }

    /// An action was enabled and led to no state.
    private mutating func noteEnd(ofAction instance: Int, _ summary: inout StepSummary) {
        machine.enabledActions[instance] = true
        summary.isCut = true
        record.hasCuts = true
        record.transitionCount &+= 1
    }

    // MARK: Deadlock

    private mutating func checkDeadlock(_ index: Int, _ summary: StepSummary) {
        func note(_ message: String) { record.note(.deadlock(index, message, system)) }
        if summary.lockWaits > 1, hasLockCycle() {
            note("each of these processes waits for a lock that the next one holds")
            return
        }
        if summary.isCut { return }
        if system.processes.isEmpty {
            if !system.actions.isEmpty, !summary.changesState, !hasFinal {
                note("no action changes anything")
            }
        } else if !summary.hasStep, hasUnfinishedProcess() {
            note("no process can take a step")
        }
    }

    private var hasFinal: Bool { !program.finalProperties.isEmpty }

    private func hasLockCycle() -> Bool {
        for start in waits.indices where waits[start] >= 0 {
            var current = waits[start]
            var hops = 0
            while current >= 0, hops <= waits.count {
                if Int(current) == start { return true }
                current = waits[Int(current)]
                hops += 1
            }
        }
        return false
    }

    /// Whether a process that is no daemon has begun and not ended, in the state that is being expanded.
    private func hasUnfinishedProcess() -> Bool {
        for process in system.processes where !process.isDaemon {
            for pid in process.firstPid..<(process.firstPid + process.count)
            where isUnfinished(pid, process) {
                return true
            }
        }
        return false
    }

    func isUnfinished(_ pid: Int, _ process: ProcessCode) -> Bool {
        let field = program.layout.processes[pid].position
        guard field.bits > 0 else { return false }
        let words = machine.memory + machine.wordCount
        let code = Int(
            (words[field.offset >> 6] &>> UInt64(field.offset & 63)) & (~0 &>> UInt64(64 &- field.bits)))
        return code >= 1 && code <= process.points.count
    }
}

extension FoundViolation {
    /// A deadlock in a state.
    static func deadlock(_ state: Int, _ message: String, _ system: TransitionSystem)
        -> FoundViolation
    {
        FoundViolation(
            state: state, step: nil,
            site: Violation(kind: .deadlock, message: message, range: system.deadlockRange))
    }
}

extension TransitionSystem {
    /// What is said of a process that is unfinished and blocked for ever.
    func stuckMessage(_ pid: Int) -> String { "\(types.pidNames[pid]) can never go on" }

    /// Where a deadlock, which is no single process's doing, is told to be: the first process, or action.
    var deadlockRange: SourceRange {
        processes.first.map { $0.code.nodes[$0.code.entry].range } ?? actions[0].range
    }
}
