// The steps of stored states, computed again: where each leads, who takes it, and who could move at all.

import Model

/// Who takes a step of an explored graph.
enum StepActor {
    /// Nobody: the end of a finite run, which goes on as it is for ever.
    case nobody
    /// A process, at its point or by a kill.
    case process(pid: Int, isKill: Bool)
    case action(instance: Int)
    /// One of the actions that all run in one go.
    case someAction
}

/// Recomputes steps one state at a time. Shares its memory when copied: one owner frees it.
struct StepEnumerator {
    /// Where the steps of the present state lead, in a fixed order.
    private(set) var targets: [UInt32] = []
    /// Beside each: its kind, an index into `actors`.
    private(set) var labels: [UInt32] = []
    /// The promises of which some step could be taken, as bits.
    private(set) var enabled: [UInt64]
    /// What each kind of step is.
    private(set) var actors: [StepActor] = [.nobody, .someAction]
    /// Per kind: the promises that such a step keeps, as `wordCount` words of bits.
    private(set) var kept: [UInt64]
    /// Words of a set of promises.
    let wordCount: Int

    private let program: Program
    private let store: StateStore
    private let expandedCount: Int
    private var machine: Machine
    /// Per pid and position: the kind of its first entry.
    private var firstLabels: [[UInt32]] = []
    private var firstActionLabel: UInt32 = 0

    /// An enumerator of what an explorer has stored.
    ///
    /// - Parameters:
    ///   - explorer: its states beyond `expandedCount` have no steps here, and no end either.
    ///   - constraints: the promises whose keeping is told.
    init(_ explorer: Explorer, constraints: [FairnessConstraint]) {
        program = explorer.program
        store = explorer.store
        expandedCount = explorer.expandedCount
        machine = Machine(explorer.program)
        wordCount = (constraints.count + 63) / 64
        enabled = Array(repeating: 0, count: wordCount)
        kept = Array(repeating: 0, count: 2 * wordCount)
        let system = program.layout.system
        for pid in 0..<system.processCount { addLabels(ofProcess: pid, system, constraints) }
        firstActionLabel = UInt32(actors.count)
        for (_, instance) in program.choosingActions {
            let action = program.actionInstances[instance]
            let subject = FairnessConstraint.Subject.action(action.action, action.values)
            add(.action(instance: instance), keeping: constraints.indices.filter { constraints[$0].subject == subject })
        }
    }

    /// Frees the machine.
    func deallocate() { machine.deallocate() }

    private mutating func addLabels(
        ofProcess pid: Int, _ system: TransitionSystem, _ constraints: [FairnessConstraint]
    ) {
        let process = system.kind(of: pid).process
        let own = constraints.indices.filter { constraints[$0].subject == .process(pid: pid) }
        var names: [Int: String] = [:]
        for (index, point) in process.points.enumerated() {
            names[StateLayout.code(ofPoint: index)] = process.fairLabel(of: point)
        }
        var first: [UInt32] = []
        for (code, entries) in program.steps[pid].enumerated() {
            first.append(UInt32(actors.count))
            for number in entries.indices {
                var promises = own
                if number == 0, let name = names[code] {
                    let subject = FairnessConstraint.Subject.label(pid: pid, name: name)
                    promises += constraints.indices.filter { constraints[$0].subject == subject }
                }
                add(.process(pid: pid, isKill: number > 0), keeping: promises)
            }
        }
        firstLabels.append(first)
    }

    private mutating func add(_ actor: StepActor, keeping promises: [Int]) {
        actors.append(actor)
        var words = Array(repeating: UInt64(0), count: wordCount)
        for promise in promises { words[promise / 64] |= 1 << UInt64(promise % 64) }
        kept += words
    }

    // MARK: Steps

    /// Computes the steps of a state. One that has none at all, not even one that is cut, gets a step to itself.
    mutating func compute(_ state: Int) {
        targets.removeAll(keepingCapacity: true)
        labels.removeAll(keepingCapacity: true)
        for word in 0..<wordCount { enabled[word] = 0 }
        guard state < expandedCount else { return }
        machine.begin(store.row(state))
        var hasStep = false
        for pid in 0..<program.steps.count {
            let field = program.layout.processes[pid].position
            let code = Int(ComponentSearch.bits(machine.memory + machine.wordCount, field.offset, field.bits))
            let entries = program.steps[pid][code]
            for number in entries.indices where run(entries[number].start, firstLabels[pid][code] + UInt32(number)) {
                hasStep = true
            }
        }
        if var position = program.combinedActions {
            while machine.runCombined(program, from: &position) != nil { hasStep = true }
            if machine.batch.count > 0 { hasStep = true }
            takeBatch(1)
        }
        for (number, action) in program.choosingActions.enumerated()
        where run(action.entry.start, firstActionLabel + UInt32(number)) { hasStep = true }
        if !hasStep {
            targets.append(UInt32(state))
            labels.append(0)
        }
    }

    /// Whether the step can be taken, be it to be cut or to break a rule.
    private mutating func run(_ start: Int32, _ label: UInt32) -> Bool {
        var isEnabled = false
        machine.resetScript()
        repeat {
            let status = machine.run(from: start)
            if machine.batch.count > 0 {
                isEnabled = true
                takeBatch(label)
            }
            switch status {
            case .cut, .violated: isEnabled = true
            case .done, .blocked, .blockedOnLock, .poolFull: break
            }
            machine.restore()
        } while machine.nextScript()
        if isEnabled { for word in 0..<wordCount { enabled[word] |= kept[Int(label) * wordCount + word] } }
        return isEnabled
    }

    private mutating func takeBatch(_ label: UInt32) {
        for row in 0..<machine.batch.count {
            // At a limit the last successors were not stored.
            let target = store.find(machine.batch.words(row), hash: machine.batch.hash(row))
            guard target >= 0 else { continue }
            targets.append(UInt32(target))
            labels.append(label)
        }
        machine.batch.removeAll()
    }
}
