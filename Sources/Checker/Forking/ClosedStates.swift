// The part of the graph in which nothing is unknown any more: there it is the graph of the system, and is judged as that.

/// States without unknown values, all of whose steps lead to others like them, and what they come to in the end.
///
/// After a call its arguments are dead, so this is where most runs end up.
struct ClosedStates {
    /// Per state of the whole graph: whether it is one of these.
    private(set) var contains: [Bool]
    /// The bottom components, each in increasing order.
    private(set) var bottoms: [[Int]] = []

    /// - Parameters:
    ///   - edges: per state.
    ///   - isKnown: per state, whether nothing in it is unknown.
    init(_ edges: [[ForkedEdge]], isKnown: [Bool]) {
        contains = isKnown
        var sources: [[Int]] = edges.map { _ in [] }
        var leaving: [Int] = []
        for (state, own) in edges.enumerated() {
            for case let target? in own.map(\.target) { sources[target].append(state) }
            // What depends on words of the step, is cut or breaks a rule is judged with what is not known.
            let isPlain = own.allSatisfy { $0.isTotal && ($0.isBlocked || $0.target != nil) }
            if !isPlain || !isKnown[state] {
                contains[state] = false
                leaving.append(state)
            }
        }
        while let state = leaving.popLast() {
            for source in sources[state] where contains[source] {
                contains[source] = false
                leaving.append(source)
            }
        }
        findBottoms(edges)
    }

    /// Tarjan's algorithm without recursion. O(states + steps).
    private mutating func findBottoms(_ edges: [[ForkedEdge]]) {
        var (index, low) = (Array(repeating: 0, count: edges.count), Array(repeating: 0, count: edges.count))
        var (stack, counter) = ([Int](), 0)
        // States of components that are finished; what leads to one is no bottom.
        var isFinished = Array(repeating: false, count: edges.count)
        var leaves = isFinished
        for root in edges.indices where contains[root] && index[root] == 0 {
            var visits: [(state: Int, targets: [Int])] = []
            func open(_ state: Int) {
                counter += 1
                index[state] = counter
                low[state] = counter
                stack.append(state)
                visits.append((state, edges[state].compactMap(\.target)))
            }
            open(root)
            while let (state, _) = visits.last {
                if let target = visits[visits.count - 1].targets.popLast() {
                    if index[target] == 0 {
                        open(target)
                    } else if isFinished[target] {
                        leaves[state] = true
                    } else {
                        low[state] = min(low[state], index[target])
                    }
                    continue
                }
                visits.removeLast()
                if let parent = visits.last?.state {
                    low[parent] = min(low[parent], low[state])
                    // Above a component that ends here its parent leads into it.
                    if low[state] == index[state] || leaves[state] { leaves[parent] = true }
                }
                guard low[state] == index[state], let first = stack.lastIndex(of: state) else { continue }
                let component = stack[first...].sorted()
                stack.removeSubrange(first...)
                for member in component { isFinished[member] = true }
                if !component.contains(where: { leaves[$0] }) { bottoms.append(component) }
            }
        }
    }
}
