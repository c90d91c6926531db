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

    /// How many threads expand states.
    let threadCount: Int

    var store: StateStore
    private var expander: Expander
    /// The machine of the thread that stores states, and of properties.
    var machine: Machine {
        get { expander.machine }
        _modify { yield &expander.machine }
    }
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
    /// How often properties were evaluated in initial states.
    private(set) var initialEvaluations: [Int] = []
    /// Whether the numbers of interned structs ran out; the run is void and begins again with wider ones.
    private(set) var isPoolFull = false
    /// Whether some path was cut by `assume`.
    private(set) var hasCuts = false

    /// Where each nesting of locks was seen first: the state, and the process whose step it was.
    private(set) var nestings: [LockNesting: (state: Int, pid: Int)] = [:]
    private let system: TransitionSystem
    /// Successors whose buckets were looked at, and whose rows are on their way while further steps are computed.
    private var pending: SuccessorBatch
    private let clock = ContinuousClock()

    init?(
        _ program: Program, limits: ExplorationLimits, stopsAtFirstViolation: Bool,
        checksDeadlock: Bool,
        threadCount: Int = 1, endsAt: @escaping (ViolationKind) -> Bool
    ) {
        guard let store = StateStore(wordCount: program.layout.wordCount) else { return nil }
        self.program = program
        self.limits = limits
        self.stopsAtFirstViolation = stopsAtFirstViolation
        self.checksDeadlock = checksDeadlock
        self.endsAt = endsAt
        self.store = store
        pending = SuccessorBatch(wordCount: store.wordCount, keepsOriginals: program.symmetry != nil)
        system = program.layout.system
        expander = Expander(program, checksDeadlock: checksDeadlock)
        // Interned structs are numbered as they are met, in tables that are not shared.
        self.threadCount = program.layout.shapes.pool.tableCount == 0 ? threadCount : 1
    }

    /// Frees the store and the machine.
    func deallocate() {
        store.deallocate()
        expander.deallocate()
        pending.deallocate()
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
        for words in initial { addInitial(words) }
        initialEvaluations = system.properties.indices.map { machine.evaluations[$0] }
        let start = clock.now
        var team: ExpansionTeam?
        defer { team?.finish(into: &expander) }
        var next = 0
        while next < store.count, limit == nil {
            if let depth = limits.depth, levels.count - 1 >= depth {
                limit = .depth
                break
            }
            if isDecided { break }
            let levelEnd = store.count
            if threadCount > 1, levelEnd - next >= ExpansionTeam.leastStates {
                next = expandTogether(next..<levelEnd, &team, since: start)
            }
            while next < levelEnd, limit == nil {
                expander.expand(next, store.row(next))
                next += 1
                if machine.batch.count >= SuccessorBatch.flushCount { flush() }
                if next & 0x3FF == 0 {
                    flushAll()
                    pause(since: start, next)
                }
            }
            flushAll()
            if limit != nil { break }
            if store.count > levelEnd { levels.append(levelEnd) }
            pause(since: start, next)
        }
        expandedCount = next
    }

    private mutating func addInitial(_ words: [UInt64]) {
        let (words, orbit) = expander.representative(of: words) ?? (words, 1)
        words.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            guard store.makeRoom(for: 1) else {
                limit = .memory
                return
            }
            let hash = StateStore.hash(base, store.wordCount)
            if store.insert(base, hash: hash, parent: store.count) {
                note(orbit: orbit)
                checkState(store.count - 1)
            }
        }
    }

    /// Without symmetry the number of states; else how many they stand for, the greatest number when there are more.
    private(set) var representedCount: UInt64 = 0

    private mutating func note(orbit: UInt64) {
        let (sum, overflows) = representedCount.addingReportingOverflow(orbit)
        representedCount = overflows ? .max : sum
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

    /// Coverage by name: whether it was ever enabled.
    var isEverEnabled: [Bool] { expander.isEverEnabled }

    // MARK: Storing

    /// Stores what is pending, and looks up what was found since.
    private mutating func flush() {
        settle()
        take(expander.takeRecord())
        swap(&expander.machine.batch, &pending)
        // Native code has brought the buckets near already, of the states as steps lead to them.
        lookUp(pending, 0..<pending.count, prefetches: program.machineCode == nil || program.symmetry != nil)
    }

    private mutating func flushAll() {
        flush()
        settle()
    }

    private mutating func settle() {
        if makeRoom(for: pending) { storeRows(of: pending, 0..<pending.count) }
        pending.removeAll()
    }

    private mutating func makeRoom(for batch: SuccessorBatch) -> Bool {
        guard store.makeRoom(for: batch.count) else {
            limit = store.room < StateStore.capacity ? .memory : .states
            return false
        }
        store.lendTable(to: machine.context)
        return true
    }

    /// Expands states of one depth by all threads. Returns the number after the last one that was expanded.
    private mutating func expandTogether(
        _ states: Range<Int>, _ team: inout ExpansionTeam?, since start: ContinuousClock.Instant
    ) -> Int {
        let helpers =
            team
            ?? ExpansionTeam(program, store, checksDeadlock: checksDeadlock, helperCount: threadCount - 1)
        team = helpers
        return helpers.expand(states, store) { slot, end in
            take(slot.record)
            add(slot.batch)
            if end & 0x3FF == 0 { pause(since: start, end) }
            return limit == nil
        }
    }

    /// Adds what expanding some states amounts to, in the order of the states.
    private mutating func take(_ record: ExpansionRecord) {
        transitionCount &+= record.transitionCount
        for violation in record.found { note(violation) }
        for (nesting, state, pid) in record.nestings where state < nestings[nesting]?.state ?? .max {
            nestings[nesting] = (state, pid)
        }
        if record.hasCuts { hasCuts = true }
        if record.isPoolFull {
            isPoolFull = true
            limit = .memory
        }
    }

    /// Looks up and stores the successors that another thread has found.
    private mutating func add(_ batch: SuccessorBatch) {
        guard makeRoom(for: batch) else { return }
        for first in stride(from: 0, to: batch.count, by: SuccessorBatch.flushCount) {
            let rows = first..<min(first + SuccessorBatch.flushCount, batch.count)
            lookUp(batch, rows, prefetches: true)
            storeRows(of: batch, rows)
        }
    }

    /// Looks at the buckets of many successors at once, so that the caches bring the rows that they name together.
    private func lookUp(_ batch: SuccessorBatch, _ rows: Range<Int>, prefetches: Bool) {
        if prefetches { for row in rows { store.prefetchBucket(batch.hash(row)) } }
        for row in rows { batch.note(candidate: store.candidate(batch.hash(row)), row) }
    }

    /// Stores successors that were looked up, and judges the properties of new states and of steps.
    private mutating func storeRows(of batch: SuccessorBatch, _ rows: Range<Int>) {
        for row in rows {
            let words = batch.words(row)
            if !store.isState(words, batch.candidate(row)),
                store.insert(words, hash: batch.hash(row), parent: batch.parent(row))
            {
                note(orbit: batch.orbit(row))
                checkState(store.count - 1)
            }
            if batch.touched(row) != 0 { checkTransition(batch, row) }
        }
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

    private mutating func noteProperty(
        _ property: Int, _ site: Int, _ state: Int, step: FoundViolation.ViolatingStep?
    ) {
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

    private mutating func checkTransition(_ batch: SuccessorBatch, _ row: Int) {
        let parent = batch.parent(row)
        machine.begin(store.row(parent))
        for index in 0..<store.wordCount { machine.memory[index] = batch.original(row)[index] }
        for (bit, entry) in program.transitionProperties.enumerated()
        where batch.touched(row) >> UInt64(bit & 63) & 1 == 1 {
            let status = machine.run(from: entry.start)
            guard case .violated(let site) = status else { continue }
            let target = store.find(batch.words(row), hash: batch.hash(row))
            noteProperty(entry.property, site, parent, step: .transition(target: target))
        }
    }

    // MARK: Bottom components

    /// Notes that a process can never go on from a state.
    mutating func noteStuck(_ pid: Int, _ state: Int) {
        var found = FoundViolation.deadlock(state, system.stuckMessage(pid), system)
        found.stuck = pid
        note(found)
    }

    mutating func noteFinal(_ property: Int, _ site: Int, _ state: Int) {
        noteProperty(property, site, state, step: nil)
    }

    /// Whether a process has begun and not ended, in the state that the machine has before it.
    func isUnfinished(_ pid: Int, _ process: ProcessCode) -> Bool {
        expander.isUnfinished(pid, process)
    }
}
