// Which locks are certainly held before each node: a forward analysis, intersecting where paths meet.

/// Computes `Node.held` for a code.
struct LockAnalysis {
    private let code: Code
    private var before: [Set<LockKey>?]

    /// Fills in `held` of every reachable node. O(nodes × locks) per round, few rounds.
    static func annotate(_ code: inout Code) {
        var analysis = LockAnalysis(code: code, before: Array(repeating: nil, count: code.nodes.count))
        analysis.run()
        for index in code.nodes.indices { code.nodes[index].held = analysis.before[index] ?? [] }
    }

    private mutating func run() {
        var waiting = [code.entry]
        before[code.entry] = []
        while let index = waiting.popLast() {
            let node = code.nodes[index]
            let after = transfer(node, before[index] ?? [])
            var targets = node.operation.otherTargets
            if node.operation.fallsThrough { targets.append(node.next) }
            for target in targets { meet(target, after, &waiting) }
            // A killed process holds no lock.
            for kill in node.kills { meet(kill.target, [], &waiting) }
        }
    }

    private mutating func meet(_ target: NodeID, _ held: Set<LockKey>, _ waiting: inout [NodeID]) {
        let merged = before[target].map { $0.intersection(held) } ?? held
        guard merged != before[target] else { return }
        before[target] = merged
        waiting.append(target)
    }

    private func transfer(_ node: Node, _ held: Set<LockKey>) -> Set<LockKey> {
        var held = held
        switch node.operation {
        case .acquire(let place), .resumed(let place?):
            if let key = LockKey(place) { held.insert(key) }
        case .assumeHeld(let places):
            for key in places.compactMap({ LockKey($0) }) { held.insert(key) }
        case .release(let place), .sleep(_, let place?): held = held.filter { !$0.mayBe(LockKey(place), place) }
        default: break
        }
        if let (local, _) = node.operation.assignedLocal {
            held = held.filter { !$0.indices.contains(.local(local)) }
        }
        return held
    }
}

extension LockKey {
    /// The key of a lock place; nil when an index is more than a constant, `self` or a local.
    init?(_ place: Place) {
        guard case .variable(let lock) = place.root else { return nil }
        let keys = place.formulas.map { Index($0) }
        let known = keys.compactMap(\.self)
        guard known.count == keys.count else { return nil }
        self.init(lock: lock, indices: known)
    }

    /// Whether releasing that place may release this lock.
    func mayBe(_ other: LockKey?, _ place: Place) -> Bool {
        guard case .variable(let variable) = place.root, variable == lock else { return false }
        guard let other else { return true }
        return zip(indices, other.indices).allSatisfy { mine, its in
            if case .constant(let one) = mine, case .constant(let two) = its { return one == two }
            return true
        }
    }
}

extension LockKey.Index {
    /// The key of an index formula; nil when it is more than a constant, `self` or a local.
    public init?(_ formula: Formula) {
        switch formula.kind {
        case .constant(let value): self = .constant(value)
        case .selfProcess: self = .selfProcess
        case .local(let id): self = .local(id)
        case .convert(let operand, let conversion) where conversion == .exact || conversion == .process:
            guard let key = LockKey.Index(operand) else { return nil }
            self = key
        default: return nil
        }
    }
}
