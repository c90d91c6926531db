// Breadth-first exploration of all states: the main loop of the explicit engine.

import Model

/// Explores a compiled system.
struct Explorer {
    let program: Program
    let limits: ExplorationLimits
    /// Whether to end the run at the end of the first depth with a violation.
    let stopsAtFirstViolation: Bool
    /// Whether deadlocks are looked for.
    let checksDeadlock: Bool
    /// Ends the run at the end of the depth at which it is true of a violation.
    let endsAt: (ViolationKind) -> Bool

    var store: StateStore
    var machine: Machine
    private(set) var transitionCount = 0
    /// Number of states at each depth's start; `depth` is the last index.
    private(set) var levels: [Int] = [0]
    /// The first violation of each kind.
    private(set) var violations: [ViolationKind: FoundViolation] = [:]
    /// In the order found.
    private(set) var violationOrder: [ViolationKind] = []
    /// The first state in which each `reachable` is true, by property.
    private(set) var witnesses: [Int: Int] = [:]
    private(set) var limit: LimitReached?
    private var isEnabled: [Bool]
    /// How often properties were evaluated in initial states.
    private(set) var initialEvaluations: [Int] = []
    /// Whether the numbers of interned structs ran out; the run is void and begins again with wider ones.
    private(set) var isPoolFull = false
    /// Whether some path was cut by `assume`.
    private(set) var hasCuts = false

    /// Where each nesting of locks was seen first: the state, and the process whose step it was.
    private(set) var nestings: [LockNesting: (state: Int, pid: Int)] = [:]
    private var waits: [Int32]
    private let system: TransitionSystem
    private let clock = ContinuousClock()

    init?(
        _ program: Program, limits: ExplorationLimits, stopsAtFirstViolation: Bool, checksDeadlock: Bool,
        endsAt: @escaping (ViolationKind) -> Bool
    ) {
        guard let store = StateStore(wordCount: program.layout.wordCount) else { return nil }
        self.program = program
        self.limits = limits
        self.stopsAtFirstViolation = stopsAtFirstViolation
        self.checksDeadlock = checksDeadlock
        self.endsAt = endsAt
        self.store = store
        system = program.layout.system
        machine = Machine(program)
        isEnabled = Array(repeating: false, count: program.coverageNames.count)
        waits = Array(repeating: -1, count: system.processCount)
    }

    /// Frees the store and the machine.
    func deallocate() {
        store.deallocate()
        machine.deallocate()
    }

    /// The depth of the last level that was begun.
    var depth: Int { levels.count - 1 }

    /// The depth at which a state was found.
    func depth(of state: Int) -> Int {
        var low = 0
        var high = levels.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if levels[middle] <= state { low = middle } else { high = middle }
        }
        return low
    }

    // MARK: The run

    /// Explores from the initial states until everything is seen or a limit is met.
    mutating func run(_ initial: [[UInt64]]) {
        for words in initial {
            words.withUnsafeBufferPointer { buffer in
                guard let base = buffer.baseAddress else { return }
                guard store.count < store.room else {
                    limit = .memory
                    return
                }
                let hash = StateStore.hash(base, store.wordCount)
                if store.insert(base, hash: hash, parent: store.count) { checkState(store.count - 1) }
            }
        }
        initialEvaluations = system.properties.indices.map { machine.evaluations[$0] }
        let start = clock.now
        var next = 0
        while next < store.count, limit == nil {
            if let depth = limits.depth, levels.count - 1 >= depth {
                limit = .depth
                break
            }
            if isDecided { break }
            let levelEnd = store.count
            while next < levelEnd, limit == nil {
                expand(next)
                next += 1
                if next & 0x3FF == 0 { pause(since: start, next) }
            }
            flush()
            if limit != nil { break }
            if store.count > levelEnd { levels.append(levelEnd) }
            pause(since: start, next)
        }
        expandedCount = next
    }

    /// States whose steps were all computed.
    private(set) var expandedCount = 0

    private var isDecided: Bool {
        if stopsAtFirstViolation, !violations.isEmpty { return true }
        return violationOrder.contains(where: endsAt)
    }

    private mutating func pause(since start: ContinuousClock.Instant, _ next: Int) {
        if let most = limits.states, store.count >= most { limit = .states }
        if let most = limits.bytes, store.byteCount >= most { limit = .memory }
        if let most = limits.seconds, start.duration(to: clock.now) >= .seconds(most) { limit = .time }
        if limits.isCancelled?() ?? false { limit = .interrupt }
        limits.progress?(
            ExplorationProgress(
                states: store.count, transitions: transitionCount, queued: store.count - next, depth: depth,
                bytes: store.byteCount))
    }

    private mutating func note(_ violation: FoundViolation) {
        let kind = violation.site.kind
        guard violations[kind] == nil else { return }
        violations[kind] = violation
        violationOrder.append(kind)
    }

    // MARK: Expansion

    private mutating func expand(_ index: Int) {
        machine.begin(store.row(index))
        machine.parent = index
        var summary = StepSummary()
        for pid in 0..<system.processCount { expandProcess(pid, index, &summary) }
        expandActions(index, &summary)
        if checksDeadlock { checkDeadlock(index, summary) }
        if machine.batch.count >= SuccessorBatch.flushCount { flush() }
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
                    transitionCount &+= machine.batch.count &- before
                }
                switch status {
                case .done, .blocked: break
                case .poolFull: noteFullPool()
                case .blockedOnLock(let holder):
                    waits[pid] = Int32(holder)
                    summary.lockWaits += 1
                case .cut:
                    isEnabled[entry.coverage] = true
                    summary.isCut = true
                    hasCuts = true
                    transitionCount &+= 1
                case .violated(let site):
                    isEnabled[entry.coverage] = true
                    summary.isCut = true
                    transitionCount &+= 1
                    note(FoundViolation(state: index, step: .process(pid: pid), site: program.sites[site]))
                }
                machine.restore()
            } while machine.nextScript()
        }
    }

    private mutating func noteNestings(_ state: Int, _ pid: Int) {
        for nesting in machine.nestings.takeNew() { nestings[nesting] = (state, pid) }
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
                case .poolFull: noteFullPool()
                case .cut: noteEnd(ofAction: instance, &summary)
                case .violated(let site):
                    noteEnd(ofAction: instance, &summary)
                    note(FoundViolation(state: index, step: .action(instance: instance), site: program.sites[site]))
                }
                machine.restore()
            } while machine.nextScript()
        }
        guard machine.batch.count > before else { return }
        summary.hasStep = true
        transitionCount &+= machine.batch.count &- before
        guard checksDeadlock, system.processes.isEmpty else { return }
        summary.changesState = (before..<machine.batch.count).contains { row in
            machine.batch.differs(row, from: machine.memory + machine.wordCount)
        }
    }

    /// One run tries all actions; after one that breaks a rule it goes on with the next.
    private mutating func expandCombinedActions(_ start: Int32, _ index: Int, _ summary: inout StepSummary) {
        var position = start
        while let status = machine.runCombined(program, from: &position) {
            guard case .violated(let site) = status else { return noteFullPool() }
            let instance = program.siteInstances[site]
            noteEnd(ofAction: instance, &summary)
            note(FoundViolation(state: index, step: .action(instance: instance), site: program.sites[site]))
        }
    }

    /// An action was enabled and led to no state.
    private mutating func noteEnd(ofAction instance: Int, _ summary: inout StepSummary) {
        machine.enabledActions[instance] = true
        summary.isCut = true
        hasCuts = true
        transitionCount &+= 1
    }

    private mutating func noteFullPool() {
        isPoolFull = true
        limit = .memory
    }

    /// Coverage by name: whether it was ever enabled.
    var isEverEnabled: [Bool] {
        var result = isEnabled
        for (instance, action) in program.actionInstances.enumerated() where machine.enabledActions[instance] {
            let name = system.actions[action.action].name
            if let index = program.coverageNames.firstIndex(of: name) { result[index] = true }
        }
        return result
    }

    // MARK: Storing

    private mutating func flush() {
        guard store.count &+ machine.batch.count <= store.room else {
            limit = store.room < StateStore.capacity ? .memory : .states
            machine.batch.removeAll()
            return
        }
        for row in 0..<machine.batch.count { store.prefetchSlot(machine.batch.hash(row)) }
        for row in 0..<machine.batch.count { store.prefetchRow(machine.batch.hash(row)) }
        for row in 0..<machine.batch.count {
            let parent = machine.batch.parent(row)
            let isNew = store.insert(machine.batch.words(row), hash: machine.batch.hash(row), parent: parent)
            if isNew { checkState(store.count - 1) }
            if machine.batch.touched(row) != 0 { checkTransition(row, parent) }
        }
        machine.batch.removeAll()
    }

    /// Evaluates the properties of states in a new one.
    private mutating func checkState(_ index: Int) {
        guard let first = program.stateProperties.first else { return }
        machine.begin(store.row(index))
        var start = first.start
        while true {
            let status = machine.run(from: start)
            guard case .violated(let site) = status else { return }
            let number = program.stateProperties.lastIndex { $0.start <= siteOwner[site] } ?? 0
            noteProperty(program.stateProperties[number].property, site, index, step: nil)
            guard number + 1 < program.stateProperties.count else { return }
            start = program.stateProperties[number + 1].start
        }
    }

    /// The instruction that raises each site, which tells the property that it belongs to.
    private lazy var siteOwner: [Int32] = {
        var owners = Array(repeating: Int32(0), count: program.sites.count)
        for index in 0..<program.instructionCount where program.code[index].opcode.raisesSite {
            owners[Int(program.code[index].target)] = Int32(index)
        }
        return owners
    }()

    private mutating func noteProperty(_ property: Int, _ site: Int, _ state: Int, step: FoundViolation.ViolatingStep?)
    {
        let cause = program.sites[site]
        let isTrap = cause.kind != .property(property)
        let kind = system.properties[property].kind
        if !isTrap, kind == .reachable || kind == .reachableAlways {
            if witnesses[property] == nil { witnesses[property] = state }
            return
        }
        let violation = Violation(kind: .property(property), message: cause.message, range: cause.range)
        note(FoundViolation(state: state, step: step, site: violation, isTrap: isTrap))
    }

    private mutating func checkTransition(_ row: Int, _ parent: Int) {
        machine.begin(store.row(parent))
        for index in 0..<store.wordCount { machine.memory[index] = machine.batch.words(row)[index] }
        for (bit, entry) in program.transitionProperties.enumerated()
        where machine.batch.touched(row) >> UInt64(bit & 63) & 1 == 1 {
            let status = machine.run(from: entry.start)
            guard case .violated(let site) = status else { continue }
            let target = store.find(machine.batch.words(row), hash: machine.batch.hash(row))
            noteProperty(entry.property, site, parent, step: .transition(target: target))
        }
    }

    // MARK: Deadlock

    private mutating func checkDeadlock(_ index: Int, _ summary: StepSummary) {
        if summary.lockWaits > 1, hasLockCycle() {
            noteDeadlock(index, "each of these processes waits for a lock that the next one holds")
            return
        }
        if summary.isCut { return }
        if system.processes.isEmpty {
            if !system.actions.isEmpty, !summary.changesState, !hasFinal {
                noteDeadlock(index, "no action changes anything")
            }
        } else if !summary.hasStep, hasUnfinishedProcess() {
            noteDeadlock(index, "no process can take a step")
        }
    }

    private var hasFinal: Bool { !program.finalProperties.isEmpty }

    mutating func noteDeadlock(_ index: Int, _ message: String) {
        let range = system.processes.first.map { $0.code.nodes[$0.code.entry].range } ?? system.actions[0].range
        let site = Violation(kind: .deadlock, message: message, range: range)
        note(FoundViolation(state: index, step: nil, site: site))
    }

    mutating func noteFinal(_ property: Int, _ site: Int, _ state: Int) {
        noteProperty(property, site, state, step: nil)
    }

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
            for pid in process.firstPid..<(process.firstPid + process.count) where isUnfinished(pid, process) {
                return true
            }
        }
        return false
    }

    func isUnfinished(_ pid: Int, _ process: ProcessCode) -> Bool {
        let field = program.layout.processes[pid].position
        guard field.bits > 0 else { return false }
        let words = machine.memory + machine.wordCount
        let code = Int((words[field.offset >> 6] &>> UInt64(field.offset & 63)) & (~0 &>> UInt64(64 &- field.bits)))
        return code >= 1 && code <= process.points.count
    }
}
