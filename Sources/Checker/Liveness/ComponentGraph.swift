// One component of the product of states and automaton: is there a loop in it that accepts and keeps all promises?

/// What a loop must do, as bits: acceptance sets of the automaton, weak and strong promises of the spec.
struct LoopRequirements {
    let acceptance: UInt64
    /// Words of a set of promises.
    let wordCount: Int
    let weak: [UInt64]
    let strong: [UInt64]
}

/// A strongly connected part of the product, with its edges. Nodes are numbered from 0.
struct ComponentGraph {
    /// The product's nodes.
    let nodes: [UInt32]
    /// Per node, where its edges begin; one more at the end.
    var offsets: [Int] = [0]
    var targets: [UInt32] = []
    /// Kinds of steps, as the enumerator numbers them.
    var labels: [UInt32] = []
    /// Per node, words of the promises of which some step could be taken.
    var enabled: [UInt64] = []
    /// Per node, the acceptance sets that it is in.
    var acceptance: [UInt64] = []
    /// Per kind of step, words of the promises that it keeps.
    let kept: [UInt64]
    let requirements: LoopRequirements

    func edges(of node: Int) -> Range<Int> { offsets[node]..<offsets[node + 1] }

    // MARK: Search

    /// A strongly connected set of nodes all of which a loop may visit, so that it accepts and keeps every promise; nil
    /// when there is none.
    ///
    /// By removing what cannot be visited again and again without breaking a strong promise (Emerson, Lei 1985), for the
    /// Streett conditions that strong fairness is. O(edges × strong promises) at worst.
    func fairPart() -> [Int]? {
        var candidates = [Array(nodes.indices)]
        var isInside = Array(repeating: false, count: nodes.count)
        while let candidate = candidates.popLast() {
            for node in candidate { isInside[node] = true }
            let facts = Facts(candidate, self, isInside)
            var rest: [Int]?
            if facts.hasEdge, facts.acceptance == requirements.acceptance, !facts.breaksWeak(requirements) {
                let broken = facts.brokenStrong(requirements)
                if broken.allSatisfy({ $0 == 0 }) { return candidate }
                rest = candidate.filter { node in
                    (0..<requirements.wordCount).allSatisfy {
                        enabled[node * requirements.wordCount + $0] & broken[$0] == 0
                    }
                }
            }
            for node in candidate { isInside[node] = false }
            if let rest, !rest.isEmpty { candidates += parts(of: rest) }
        }
        return nil
    }

    /// What the edges and nodes of a part have in common.
    private struct Facts {
        var hasEdge = false
        var acceptance: UInt64 = 0
        var taken: [UInt64]
        var enabledSomewhere: [UInt64]
        var enabledEverywhere: [UInt64]

        init(_ part: [Int], _ graph: ComponentGraph, _ isInside: [Bool]) {
            let count = graph.requirements.wordCount
            taken = Array(repeating: 0, count: count)
            enabledSomewhere = taken
            enabledEverywhere = Array(repeating: ~0, count: count)
            for node in part {
                acceptance |= graph.acceptance[node]
                for word in 0..<count {
                    enabledSomewhere[word] |= graph.enabled[node * count + word]
                    enabledEverywhere[word] &= graph.enabled[node * count + word]
                }
                for edge in graph.edges(of: node) where isInside[Int(graph.targets[edge])] {
                    hasEdge = true
                    for word in 0..<count { taken[word] |= graph.kept[Int(graph.labels[edge]) * count + word] }
                }
            }
        }

        func breaksWeak(_ requirements: LoopRequirements) -> Bool {
            taken.indices.contains { requirements.weak[$0] & enabledEverywhere[$0] & ~taken[$0] != 0 }
        }

        func brokenStrong(_ requirements: LoopRequirements) -> [UInt64] {
            taken.indices.map { requirements.strong[$0] & enabledSomewhere[$0] & ~taken[$0] }
        }
    }

    /// Strongly connected parts of the graph that some nodes make, by Tarjan's algorithm with a stack of its own.
    private func parts(of subset: [Int]) -> [[Int]] {
        var order = Array(repeating: -1, count: nodes.count)
        var low = order
        var isInside = Array(repeating: false, count: nodes.count)
        for node in subset { isInside[node] = true }
        var isOpen = Array(repeating: false, count: nodes.count)
        var (open, result, counter): ([Int], [[Int]], Int) = ([], [], 0)
        for root in subset where order[root] < 0 {
            var visits = [(node: root, edge: offsets[root])]
            while let (node, edge) = visits.last {
                if order[node] < 0 {
                    (order[node], low[node]) = (counter, counter)
                    counter += 1
                    open.append(node)
                    isOpen[node] = true
                }
                if edge < offsets[node + 1] {
                    visits[visits.count - 1].edge += 1
                    let target = Int(targets[edge])
                    guard isInside[target] else { continue }
                    if order[target] < 0 {
                        visits.append((target, offsets[target]))
                    } else if isOpen[target] {
                        low[node] = min(low[node], order[target])
                    }
                    continue
                }
                visits.removeLast()
                if let parent = visits.last?.node { low[parent] = min(low[parent], low[node]) }
                guard low[node] == order[node] else { continue }
                var part: [Int] = []
                while let last = open.popLast() {
                    isOpen[last] = false
                    part.append(last)
                    if last == node { break }
                }
                result.append(part.sorted())
            }
        }
        return result
    }
}
