// Bottom components of the state graph: where a run can end up for ever. Deadlock and `final` are judged there.

import Model

/// Finds bottom components by Tarjan's algorithm over recomputed edges, without recursion.
///
/// O(states + steps) time; 9 bytes a state beside the stacks.
struct ComponentSearch {
    private let program: Program
    private let system: TransitionSystem
    private let store: StateStore
    private var machine: Machine
    private var canonicalizer: SymmetryCanonicalizer?
    private var low: [UInt32]
    private var index: [UInt32]
    private var isOnStack: [Bool]
    private var stack: [UInt32] = []
    private var counter: UInt32 = 0
    /// Per word, the bits of locks.
    private var lockBits: [UInt64]

    /// An edge as the search needs it.
    struct Edge {
        let target: UInt32
        /// The pid that took the step; nil for an action.
        let pid: Int?
        /// Whether it changes more than the process's own position and locals.
        let changesShared: Bool
    }

    init(_ program: Program, _ store: StateStore) {
        self.program = program
        self.store = store
        system = program.layout.system
        machine = Machine(program)
        canonicalizer = program.symmetry.map { SymmetryCanonicalizer($0) }
        low = Array(repeating: 0, count: store.count)
        index = Array(repeating: 0, count: store.count)
        isOnStack = Array(repeating: false, count: store.count)
        lockBits = Array(repeating: 0, count: program.layout.wordCount)
        for (variable, layout) in zip(system.variables, program.layout.variables) where variable.type == .lock {
            for instance in 0..<layout.count {
                let offset = layout.offset + instance * layout.stride
                for word in lockBits.indices { lockBits[word] |= Self.mask(word, offset, layout.shape.bits) }
            }
        }
    }

    private struct Visit {
        let state: UInt32
        let edges: [UInt32]
        var next: Int
        /// Whether some step is cut or violates, or leads out of the component.
        var leaves: Bool
    }

    /// Calls the body with the states of every bottom component, each in increasing order; components in a fixed order.
    mutating func forEachBottom(_ body: (_ states: [Int], _ search: inout ComponentSearch) -> Void) {
        defer {
            machine.deallocate()
            canonicalizer?.deallocate()
        }
        for root in 0..<store.count where index[root] == 0 {
            var visits = [open(root)]
            while !visits.isEmpty { advance(&visits, body) }
        }
    }

    private mutating func open(_ state: Int) -> Visit {
        counter += 1
        index[state] = counter
        low[state] = counter
        stack.append(UInt32(state))
        isOnStack[state] = true
        let (targets, isCut) = successors(of: state)
        return Visit(state: UInt32(state), edges: targets, next: 0, leaves: isCut)
    }

    private mutating func advance(_ visits: inout [Visit], _ body: ([Int], inout ComponentSearch) -> Void) {
        let top = visits.count - 1
        let state = Int(visits[top].state)
        if visits[top].next < visits[top].edges.count {
            let target = Int(visits[top].edges[visits[top].next])
            visits[top].next += 1
            if index[target] == 0 {
                visits.append(open(target))
            } else if isOnStack[target] {
                low[state] = min(low[state], index[target])
            } else {
                visits[top].leaves = true
            }
            return
        }
        let visit = visits.removeLast()
        var leaves = visit.leaves
        if low[state] == index[state] {
            close(state, isBottom: !leaves, body)
            leaves = true
        }
        if let parent = visits.indices.last {
            low[Int(visits[parent].state)] = min(low[Int(visits[parent].state)], low[state])
            if leaves { visits[parent].leaves = true }
        }
    }

    private mutating func close(_ root: Int, isBottom: Bool, _ body: ([Int], inout ComponentSearch) -> Void) {
        var states: [Int] = []
        while let last = stack.popLast() {
            isOnStack[Int(last)] = false
            if isBottom { states.append(Int(last)) }
            if Int(last) == root { break }
        }
        if isBottom { body(states.sorted(), &self) }
    }

    // MARK: Edges

    private mutating func successors(of state: Int) -> (targets: [UInt32], isCut: Bool) {
        var targets: [UInt32] = []
        let isCut = forEachEdge(of: state) { targets.append($0.target) }
        return (targets, isCut)
    }

    /// Computes the steps out of a state again. Returns whether one of them is cut or violates.
    mutating func forEachEdge(of state: Int, _ body: (Edge) -> Void) -> Bool {
        machine.begin(store.row(state))
        var isCut = false
        for pid in 0..<system.processCount {
            let field = program.layout.processes[pid].position
            let code = Int(Self.bits(machine.memory + machine.wordCount, field.offset, field.bits))
            for entry in program.steps[pid][code] { run(entry.start, pid: pid, &isCut, body) }
        }
        if var position = program.combinedActions {
            while let status = machine.runCombined(program, from: &position) {
                guard case .violated = status else { preconditionFailure("the pool was wide enough before") }
                isCut = true
            }
            takeBatch(pid: nil, body)
        }
        for (entry, _) in program.choosingActions { run(entry.start, pid: nil, &isCut, body) }
        return isCut
    }

    private mutating func run(_ start: Int32, pid: Int?, _ isCut: inout Bool, _ body: (Edge) -> Void) {
        machine.resetScript()
        repeat {
            let status = machine.run(from: start)
            takeBatch(pid: pid, body)
            switch status {
            case .cut, .violated: isCut = true
            case .done, .blocked, .blockedOnLock, .poolFull: break
            }
            machine.restore()
        } while machine.nextScript()
    }

    private mutating func takeBatch(pid: Int?, _ body: (Edge) -> Void) {
        let old = UnsafePointer(machine.memory + machine.wordCount)
        for row in 0..<machine.batch.count {
            // By the names of the state before it, which a representative does not have.
            let changes = pid.map { changesShared(old, machine.batch.words(row), $0) } ?? true
            if canonicalizer != nil { canonicalize(row) }
            let target = store.find(machine.batch.words(row), hash: machine.batch.hash(row))
            guard target >= 0 else { preconditionFailure("a successor was never stored") }
            body(Edge(target: UInt32(target), pid: pid, changesShared: changes))
        }
        machine.batch.removeAll()
    }

    private mutating func canonicalize(_ row: Int) {
        guard var canonicalizer else { return }
        machine.batch.canonicalize(row..<(row + 1), &canonicalizer)
        self.canonicalizer = canonicalizer
    }

    /// Whether states stand for others.
    var hasSymmetry: Bool { canonicalizer != nil }

    /// Computes the steps out of a state again, each with what processes are called behind it, by their pids before it.
    mutating func forEachRenamedEdge(of state: Int, _ body: (_ target: Int, _ renaming: [Int]) -> Void) {
        let (names, pids) = (canonicalizer, 0..<system.processCount)
        _ = forEachEdge(of: state) { edge in
            body(Int(edge.target), pids.map { names?.renamed(pid: $0) ?? $0 })
        }
    }

    static func bits(_ words: UnsafePointer<UInt64>, _ offset: Int, _ count: Int) -> UInt64 {
        guard count > 0 else { return 0 }
        return (words[offset >> 6] >> UInt64(offset & 63)) & (~0 >> UInt64(64 - count))
    }

    /// Whether a step changed anything but the process's own position and locals, and who holds which lock:
    /// taking a lock and giving it back is no progress.
    private func changesShared(_ old: UnsafePointer<UInt64>, _ new: UnsafePointer<UInt64>, _ pid: Int) -> Bool {
        let frame = program.layout.processes[pid]
        for word in 0..<program.layout.wordCount where old[word] != new[word] {
            var mask: UInt64 = 0
            mask |= Self.mask(word, frame.position.offset, frame.position.bits)
            mask |= Self.mask(word, frame.channel.offset, frame.channel.bits)
            mask |= Self.mask(word, frame.locals, frame.localBits)
            mask |= lockBits[word]
            if (old[word] ^ new[word]) & ~mask != 0 { return true }
        }
        return false
    }

    /// The bits of a word that a field covers.
    private static func mask(_ word: Int, _ offset: Int, _ bits: Int) -> UInt64 {
        let first = max(offset, word * 64)
        let last = min(offset + bits, word * 64 + 64)
        guard first < last else { return 0 }
        let count = last - first
        return (~0 >> UInt64(64 - count)) << UInt64(first - word * 64)
    }
}
