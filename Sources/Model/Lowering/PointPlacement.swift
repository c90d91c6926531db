// Where processes can stand between steps, how steps are named, and which locals still matter there.

/// Places scheduling points in classified code.
struct PointPlacement {
    let isUnreduced: Bool
    /// Names of data, for the names of steps.
    let variableNames: [String]
    /// Whether every local counts as live.
    var keepsLocals = false

    /// Marks points, and gives them names and live locals.
    func place(in code: inout Code) -> [Point] {
        for index in code.nodes.indices {
            let node = code.nodes[index]
            let isStepPoint = node.label != nil || (!node.isAttached && (node.mover == .none || node.mover == .right))
            code.nodes[index].isStepPoint = isStepPoint
            code.nodes[index].isPoint =
                isStepPoint || (isUnreduced && node.isShared && !node.isAttached && !node.isInAtomic)
        }
        breakLoops(
            &code, { $0.isStepPoint },
            {
                $0.isStepPoint = true; $0.isPoint = true
            })
        let live = Liveness.liveBefore(code)
        return name(code).map { index, name in
            Point(
                node: index, name: name, label: code.nodes[index].label,
                liveLocals: keepsLocals ? Array(code.locals.indices) : live[index].sorted(),
                isStepPoint: code.nodes[index].isStepPoint, fairness: code.nodes[index].fairness)
        }
    }

    /// A `while` or `loop` with a path round that meets no point gets one at its back edge.
    private func breakLoops(_ code: inout Code, _ isPoint: (Node) -> Bool, _ mark: (inout Node) -> Void) {
        for index in code.nodes.indices where code.nodes[index].isBackEdge && !isPoint(code.nodes[index]) {
            var seen: Set<NodeID> = []
            var waiting = [code.nodes[index].next]
            while let node = waiting.popLast() {
                if node == index {
                    mark(&code.nodes[index])
                    break
                }
                guard !isPoint(code.nodes[node]), seen.insert(node).inserted else { continue }
                if code.nodes[node].operation.fallsThrough { waiting.append(code.nodes[node].next) }
                waiting += code.nodes[node].operation.otherTargets
            }
        }
    }

    // MARK: Names

    private func name(_ code: Code) -> [(NodeID, String)] {
        var used: [String: Int] = [:]
        return code.nodes.indices.filter { code.nodes[$0].isPoint }.map { index in
            let node = code.nodes[index]
            let base = "\(node.function).\(node.label ?? word(for: node))"
            used[base, default: 0] += 1
            let count = used[base] ?? 1
            return (index, count == 1 ? base : "\(base)\(count)")
        }
    }

    private func word(for node: Node) -> String {
        if node.isAtomicStart, case .jump = node.operation { return "atomic" }
        switch node.operation {
        case .jump: return node.isBackEdge ? "again" : "step"
        case .assign(let place, let value):
            if case .local = place.root {
                if case .load(let source) = value.kind { return "load(\(name(of: source)))" }
                return "read"
            }
            return "store(\(name(of: place)))"
        case .branch, .first, .advance: return "test"
        case .choose: return "choose"
        case .either: return "either"
        case .acquire: return "acquire"
        case .release: return "release"
        case .tryAcquire: return "try_acquire"
        case .sleep: return "sleep"
        case .resumed: return "resume"
        case .wakeup, .wakeupProcess: return "wakeup"
        case .wakeupOne: return "wakeup_one"
        case .resume: return "wake"
        case .atomicUpdate(let kind, _, _, _): return kind == .swap ? "swap" : "amo_\(kind.rawValue)"
        case .compareAndSwap: return "cas"
        case .await: return "await"
        case .join: return "join"
        case .assert: return "assert"
        case .assume: return "assume"
        case .panic: return "panic"
        case .claim: return "claim"
        case .publish: return "publish"
        case .start: return "start"
        case .checkReleased, .assumeHeld: return "check"
        case .finish, .end: return "end"
        }
    }

    private func name(of place: Place) -> String {
        guard case .variable(let id) = place.root else { return "local" }
        return variableNames[id]
    }
}

/// Live-variable analysis of locals.
enum Liveness {
    /// Locals whose values may still be read, before each node. O(nodes × locals) per round.
    static func liveBefore(_ code: Code) -> [Set<LocalID>] {
        var live: [Set<LocalID>] = code.nodes.map { _ in [] }
        var predecessors: [[NodeID]] = code.nodes.map { _ in [] }
        for (index, node) in code.nodes.enumerated() {
            for target in targets(of: node) { predecessors[target].append(index) }
        }
        var waiting = Array(code.nodes.indices)
        while let index = waiting.popLast() {
            let node = code.nodes[index]
            var result: Set<LocalID> = []
            for target in targets(of: node) { result.formUnion(live[target]) }
            if let (local, isWhole) = node.operation.assignedLocal {
                if isWhole { result.remove(local) } else { result.insert(local) }
            }
            var read: Set<LocalID> = []
            for formula in node.operation.formulas { read.formUnion(formula.freeLocals) }
            // A choice's condition reads the value that is tried, not one from before.
            if case .choose(let local, _, _, _) = node.operation { read.remove(local) }
            for kill in node.kills { read.formUnion(kill.condition.freeLocals) }
            result.formUnion(read)
            if result != live[index] {
                live[index] = result
                waiting += predecessors[index]
            }
        }
        return live
    }

    private static func targets(of node: Node) -> [NodeID] {
        (node.operation.fallsThrough ? [node.next] : []) + node.operation.otherTargets + node.kills.map(\.target)
    }
}
