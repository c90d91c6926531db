// Tidies emitted code: jumps are followed, unreachable nodes go, labels move to the point that they name.

enum CodeCleanup {
    /// The same code without jumps that mean nothing and without nodes that are never reached.
    static func simplified(_ code: Code) -> Code {
        var code = code
        func destination(_ target: NodeID) -> NodeID {
            var target = target
            var hops = 0
            while case .jump = code.nodes[target].operation, isIdle(code.nodes[target]), hops < code.nodes.count {
                target = code.nodes[target].next
                hops += 1
            }
            return target
        }
        for index in code.nodes.indices {
            if code.nodes[index].operation.fallsThrough { code.nodes[index].next = destination(code.nodes[index].next) }
            code.nodes[index].operation = code.nodes[index].operation.mapTargets(destination)
            for kill in code.nodes[index].kills.indices {
                code.nodes[index].kills[kill].target = destination(code.nodes[index].kills[kill].target)
            }
        }
        code.entry = destination(code.entry)
        return compacted(code)
    }

    private static func isIdle(_ node: Node) -> Bool { node.label == nil && !node.isBackEdge && !node.isAtomicStart }

    private static func compacted(_ code: Code) -> Code {
        var isReached = Array(repeating: false, count: code.nodes.count)
        var waiting = [code.entry]
        while let index = waiting.popLast() {
            guard !isReached[index] else { continue }
            isReached[index] = true
            let node = code.nodes[index]
            if node.operation.fallsThrough { waiting.append(node.next) }
            waiting += node.operation.otherTargets + node.kills.map(\.target)
        }
        var position: [NodeID: NodeID] = [:]
        for index in code.nodes.indices where isReached[index] { position[index] = position.count }
        var result = Code(nodes: [], entry: position[code.entry] ?? 0, locals: code.locals)
        result.activations = code.activations
        for index in code.nodes.indices where isReached[index] {
            var node = code.nodes[index]
            node.next = position[node.next] ?? 0
            node.operation = node.operation.mapTargets { position[$0] ?? 0 }
            for kill in node.kills.indices { node.kills[kill].target = position[node.kills[kill].target] ?? 0 }
            result.nodes.append(node)
        }
        return result
    }

    /// A label before a node that starts a step anyway names that step; it is no second point.
    static func mergeLabels(_ code: inout Code) {
        var predecessorCounts = code.nodes.map { _ in 0 }
        for node in code.nodes {
            if node.operation.fallsThrough { predecessorCounts[node.next] += 1 }
            for target in node.operation.otherTargets + node.kills.map(\.target) { predecessorCounts[target] += 1 }
        }
        for index in code.nodes.indices {
            guard case .jump = code.nodes[index].operation, let label = code.nodes[index].label else { continue }
            let next = code.nodes[index].next
            let target = code.nodes[next]
            guard target.mover == .none || target.mover == .right, target.label == nil, predecessorCounts[next] == 1,
                next != code.entry
            else { continue }
            code.nodes[next].label = label
            code.nodes[next].fairness = code.nodes[index].fairness
            code.nodes[index].label = nil
            code.nodes[index].fairness = nil
        }
    }
}
