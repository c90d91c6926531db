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
    var expander: Expander
    /// The machine of the thread that stores states, and of properties.
    var machine: Machine {
        get { expander.machine }
        _modify { yield &expander.machine }
    }
    var transitionCount = 0
    /// Number of states at each depth's start; `depth` is the last index.
    var levels: [Int] = [0]
    /// The first violation of each kind.
    var violations: [ViolationKind: FoundViolation] = [:]
    /// In the order found.
    private(set) var violationOrder: [ViolationKind] = []
    /// The first state in which each `reachable` is true, by property.
    var witnesses: [Int: Int] = [:]
    private(set) var limit: LimitReached?
    /// How often properties were evaluated in initial states.
    var initialEvaluations: [Int] = []
    /// Whether the numbers of interned structs ran out; the run is void and begins again with wider ones.
    private(set) var isPoolFull = false
    /// Whether some path was cut by `assume`.
    var hasCuts = false

    /// Where each nesting of locks was seen first: the state, and the process whose step it was.
    var nestings: [LockNesting: (state: Int, pid: Int)] = [:]
    let system: TransitionSystem
    /// The first state whose steps are not computed yet, and the number after the last state of the depth under way.
    private var (next, levelEnd) = (0, 0)
    private var checkpoints: CheckpointSeries?
    /// Whether states are told apart by bits alone. Asked often: to ask `hunt` itself would count references.
    let isHunt: Bool
    /// What a hunt keeps of states in the place of the table; nil where all states are stored exactly.
    var hunt: HashedStates?
    /// How many states a hunt had, and their bytes, when only those of its runs are left.
    var (huntedCount, huntedBytes): (Int?, Int?)
    /// States that a checkpoint had; nil when the run began from the initial states.
    private var restoredCount: Int?
    private var estimate: SizeEstimate?
    /// Whether other threads expand states just now.
    private var isShared = false
    /// The instruction that raises each site, which tells the property that it belongs to.
    let siteOwners: [Int32]
    /// Whether there was no room for some successors: such a run is not gone on with.
    private var hasLostSuccessors = false
    /// Successors whose buckets were looked at, and whose rows are on their way while further steps are computed.
    private var pending: SuccessorBatch
    private let clock = ContinuousClock()

    init?(
        _ program: Program, limits: ExplorationLimits, stopsAtFirstViolation: Bool,
        checksDeadlock: Bool,
        threadCount: Int = 1, huntBytes: Int? = nil, endsAt: @escaping (ViolationKind) -> Bool
    ) {
        guard let store = StateStore(wordCount: program.layout.wordCount) else { return nil }
        isHunt = huntBytes != nil
        if let huntBytes {
            guard let hunt = HashedStates(byteCount: huntBytes, capacity: store.room) else {
                store.deallocate()
                return nil
            }
            self.hunt = hunt
        }
        self.program = program
        self.limits = limits
        self.stopsAtFirstViolation = stopsAtFirstViolation
        self.checksDeadlock = checksDeadlock
        self.endsAt = endsAt
        self.store = store
        pending = SuccessorBatch(wordCount: store.wordCount, keepsOriginals: program.symmetry != nil)
        system = program.layout.system
        siteOwners = program.siteOwners
        expander = Expander(program, checksDeadlock: checksDeadlock)
        // Interned structs are numbered as they are met, in tables that are not shared.
        self.threadCount = program.layout.shapes.pool.tableCount == 0 ? threadCount : 1
    }

    /// Frees the store and the machine.
    func deallocate() {
        store.deallocate()
        hunt?.deallocate()
        expander.deallocate()
        pending.deallocate()
    }

    /// States that were found.
    var stateCount: Int { huntedCount ?? store.count }

    /// Bytes of what is kept of them.
    var byteCount: Int { isHunt ? huntedBytes ?? hunt?.byteCount(of: store) ?? 0 : store.byteCount }

    /// The depth of the last level that was begun.
    var depth: Int { levels.count - 1 }

    /// States that were first found at each depth; of the last one perhaps not all.
    var depthSizes: [Int] { zip(levels.dropFirst() + [store.count], levels).map { $0 - $1 } }

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

    /// Goes on from the last checkpoint, when there is one, and keeps further ones.
    ///
    /// - Throws: `CheckpointMistake` when the checkpoint is of something else, or damaged.
    mutating func keepCheckpoints(_ series: CheckpointSeries) throws(CheckpointMistake) {
        checkpoints = series
        if let place = try restore(from: series) {
            (next, levelEnd) = place
            restoredCount = store.count
        }
    }

    /// Explores from the initial states until everything is seen or a limit is met.
    mutating func run(_ initial: [[UInt64]]) {
        if restoredCount == nil {
            for words in initial { addInitial(words) }
            initialEvaluations = system.properties.indices.map { machine.evaluations[$0] }
        }
        let start = clock.now
        var team: ExpansionTeam?
        while limit == nil {
            if next == levelEnd, !beginDepth() { break }
            while next < levelEnd, limit == nil {
                if threadCount > 1, levelEnd - next >= ExpansionTeam.leastStates {
                    expandTogether(&team, since: start)
                } else {
                    expandNext(since: start)
                }
            }
            flushAll()
            if limit != nil { break }
            if store.count > levelEnd { levels.append(levelEnd) }
            estimate = SizeEstimate(sizes: depthSizes)
            pause(since: start)
        }
        team?.share(with: &expander)
        keep(isLast: true)
        team?.finish(into: &expander)
        keepFoundAlone()
    }

    /// Whether there is another depth to expand, and nothing ends the run before it.
    private mutating func beginDepth() -> Bool {
        guard next < store.count else { return false }
        if let depth = limits.depth, levels.count - 1 >= depth {
            limit = .depth
            return false
        }
        if isDecided { return false }
        levelEnd = store.count
        return true
    }

    private mutating func expandNext(since start: ContinuousClock.Instant) {
        expander.expand(next, store.row(next))
        next += 1
        if machine.batch.count >= SuccessorBatch.flushCount { flush() }
        if next & 0x3FF == 0, next < levelEnd {
            flushAll()
            pause(since: start)
        }
    }

    private mutating func addInitial(_ words: [UInt64]) {
        let (words, orbit) = expander.representative(of: words) ?? (words, 1)
        words.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            guard store.makeRoom(for: 1) else {
                hasLostSuccessors = true
                limit = .memory
                return
            }
            let hash = StateStore.hash(base, store.wordCount)
            let isNew = isHunt ? addHashedInitial(base) : store.insert(base, hash: hash, parent: store.count)
            if isNew {
                note(orbit: orbit)
                checkState(store.count - 1)
            }
        }
    }

    /// Without symmetry the number of states; else how many they stand for, the greatest number when there are more.
    var representedCount: UInt64 = 0

    mutating func note(orbit: UInt64) {
        let (sum, overflows) = representedCount.addingReportingOverflow(orbit)
        representedCount = overflows ? .max : sum
    }

    /// States whose steps were all computed.
    var expandedCount: Int { next }

    private var isDecided: Bool {
        if stopsAtFirstViolation, !violations.isEmpty { return true }
        return violationOrder.contains(where: endsAt)
    }

    /// Looks at the limits, tells how far the run has come, and keeps it when that is due. Nothing is pending.
    private mutating func pause(since start: ContinuousClock.Instant) {
        if let most = limits.states, store.count >= most { limit = .states }
        if let most = limits.bytes, byteCount >= most { limit = .memory }
        if let most = limits.seconds, start.duration(to: clock.now) >= .seconds(most) { limit = .time }
        if limits.isCancelled?() ?? false { limit = .interrupt }
        limits.progress?(
            ExplorationProgress(
                states: store.count, transitions: transitionCount, queued: store.count - next, depth: depth,
                bytes: byteCount, restored: restoredCount ?? 0, estimate: estimate?.after(store.count)))
        if isHunt { hunt?.release(store, before: next) }
        if !isShared, checkpoints?.isDue ?? false { keep() }
    }

    /// Keeps the run as it stands, unless it is of no more use.
    ///
    /// - Parameter isLast: at the end of the run, which is kept where it took long, or where a limit ended it.
    private mutating func keep(isLast: Bool = false) {
        guard let checkpoints, !isPoolFull, !hasLostSuccessors else { return }
        let endsEarly = limit != nil && limit != .depth
        if !isLast || checkpoints.isKept || checkpoints.isDue || endsEarly {
            save(to: checkpoints, next: next, levelEnd: levelEnd)
        }
    }

    mutating func note(_ violation: FoundViolation) {
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
        if isHunt { return }
        let prefetches = program.machineCode == nil || program.symmetry != nil
        Self.lookUp(pending, 0..<pending.count, in: store, prefetches: prefetches)
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
        guard isHunt ? store.count + batch.count <= store.room : store.makeRoom(for: batch.count) else {
            hasLostSuccessors = true
            limit = store.room < StateStore.capacity ? .memory : .states
            return false
        }
        store.lendTable(to: machine.context)
        return true
    }

    /// Expands the rest of a depth by all threads, or as much of it as comes before the next checkpoint.
    private mutating func expandTogether(_ team: inout ExpansionTeam?, since start: ContinuousClock.Instant) {
        let helpers =
            team
            ?? ExpansionTeam(program, store, checksDeadlock: checksDeadlock, helperCount: threadCount - 1)
        team = helpers
        isShared = true
        next = helpers.expand(next..<levelEnd, store) { slot, end in
            take(slot.record)
            add(slot.batch)
            next = end
            if end & 0x3FF == 0, end < levelEnd { pause(since: start) }
            if limit != nil { return .end }
            return checkpoints?.isDue ?? false ? .drain : .goOn
        }
        isShared = false
        // At the end of a depth it is kept when the next one has begun.
        if limit == nil, next < levelEnd, checkpoints?.isDue ?? false {
            helpers.share(with: &expander)
            keep()
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
            if !isHunt { Self.lookUp(batch, rows, in: store, prefetches: true) }
            storeRows(of: batch, rows)
        }
    }

    /// Looks at the buckets of many successors at once, so that the caches bring the rows that they name together.
    /// No more of the explorer is passed on: a copy of it would count references.
    private static func lookUp(
        _ batch: SuccessorBatch, _ rows: Range<Int>, in store: StateStore, prefetches: Bool
    ) {
        if prefetches { for row in rows { store.prefetchBucket(batch.hash(row)) } }
        for row in rows { batch.note(candidate: store.candidate(batch.hash(row)), row) }
    }

    /// Stores successors that were looked up, and judges the properties of new states and of steps.
    private mutating func storeRows(of batch: SuccessorBatch, _ rows: Range<Int>) {
        if isHunt { return storeHashed(batch, rows) }
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
}
