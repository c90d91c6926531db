// A loop through a component that accepts and keeps every promise: from duty to duty by the shortest way.

/// Builds a loop in a component all of whose nodes may be visited.
struct LoopSearch {
    private let graph: ComponentGraph
    private var seenSets: UInt64 = 0
    private var taken: [UInt64]
    /// Promises that some node of the loop could not keep: those are kept weakly.
    private var disabled: [UInt64]
    private var enabled: [UInt64]

    init(_ graph: ComponentGraph) {
        self.graph = graph
        taken = Array(repeating: 0, count: graph.requirements.wordCount)
        disabled = taken
        enabled = taken
    }

    /// The edges of a loop from a node back to itself, at least one.
    ///
    /// Not the shortest that there is: each duty is met by the nearest edge that meets it, in turn.
    mutating func loop(from start: Int) -> [Int] {
        var path: [Int] = []
        var current = start
        visit(start)
        while true {
            while hasDuty {
                current = follow(way(from: current, to: meets), &path)
            }
            if current == start, !path.isEmpty { return path }
            // The way back may meet new strong promises: what could move on it must have moved.
            current = follow(way(from: current, to: { [graph] in graph.targets[$0] == UInt32(start) }), &path)
            if !hasDuty { return path }
        }
    }

    private mutating func follow(_ edges: [Int], _ path: inout [Int]) -> Int {
        var current = 0
        for edge in edges {
            for word in taken.indices { taken[word] |= graph.kept[Int(graph.labels[edge]) * taken.count + word] }
            current = Int(graph.targets[edge])
            visit(current)
        }
        path += edges
        return current
    }

    private mutating func visit(_ node: Int) {
        seenSets |= graph.acceptance[node]
        for word in taken.indices {
            let able = graph.enabled[node * taken.count + word]
            enabled[word] |= able
            disabled[word] |= ~able
        }
    }

    // MARK: Duties

    private func weakDuty(_ word: Int) -> UInt64 { graph.requirements.weak[word] & ~taken[word] & ~disabled[word] }

    private func strongDuty(_ word: Int) -> UInt64 { graph.requirements.strong[word] & enabled[word] & ~taken[word] }

    private var hasDuty: Bool {
        graph.requirements.acceptance & ~seenSets != 0
            || taken.indices.contains { weakDuty($0) | strongDuty($0) != 0 }
    }

    /// Whether an edge meets a duty that is open.
    private func meets(_ edge: Int) -> Bool {
        let target = Int(graph.targets[edge])
        if graph.acceptance[target] & graph.requirements.acceptance & ~seenSets != 0 { return true }
        return taken.indices.contains { word in
            let kept = graph.kept[Int(graph.labels[edge]) * taken.count + word]
            let able = graph.enabled[target * taken.count + word]
            return kept & (weakDuty(word) | strongDuty(word)) != 0 || ~able & weakDuty(word) != 0
        }
    }

    /// The shortest way from a node that ends with an edge as wanted.
    private func way(from start: Int, to isWanted: (Int) -> Bool) -> [Int] {
        var cameBy = Array(repeating: -1, count: graph.nodes.count)
        var queue = [start]
        var next = 0
        while next < queue.count {
            let node = queue[next]
            next += 1
            for edge in graph.edges(of: node) {
                if isWanted(edge) {
                    var way = [edge]
                    var current = node
                    while current != start {
                        way.append(cameBy[current])
                        current = source(of: cameBy[current])
                    }
                    return way.reversed()
                }
                let target = Int(graph.targets[edge])
                guard target != start, cameBy[target] < 0 else { continue }
                cameBy[target] = edge
                queue.append(target)
            }
        }
        preconditionFailure("a component is not connected")
    }

    /// The node that an edge comes from: edges lie in the order of their nodes.
    private func source(of edge: Int) -> Int {
        var (low, high) = (0, graph.nodes.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if graph.offsets[middle] <= edge { low = middle } else { high = middle }
        }
        return low
    }
}
