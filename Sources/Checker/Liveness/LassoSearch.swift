// Runs that break a temporal property: fair accepting components of the product of stored states and an automaton.

import Model

/// A run that ends in a loop, by numbers of stored states.
struct FoundLasso {
    /// From an initial state; the last one is the state at `loopStart` again.
    let states: [Int]
    /// Who took the step to each state but the first.
    let actors: [StepActor]
    let loopStart: Int
}

/// Searches the product, by Tarjan's algorithm over recomputed edges, without recursion.
///
/// O((states + steps) × states of the automaton) time; 9 bytes for each pair of a state and a state of the automaton.
struct LassoSearch {
    enum Result {
        case none
        case found(FoundLasso)
        /// A limit was met before the search ended.
        case ended(LimitReached)
    }

    private let automaton: BuchiAutomaton
    private let width: Int
    /// Per stored state, the truth of each condition.
    private let letters: [UInt32]
    private let initialCount: Int
    private let requirements: LoopRequirements
    /// Asked now and then; an answer ends the search.
    private let isOver: () -> LimitReached?
    private var steps: StepEnumerator
    private var low: [UInt32]
    private var index: [UInt32]
    private var isOpen: [Bool]
    private var open: [UInt32] = []
    private var counter: UInt32 = 0
    /// Sets of nodes through which a loop goes.
    private var fair: [[UInt32]] = []

    /// So many ends of stems are tried for the shortest lasso.
    private static let attempts = 12

    /// A search; nil when the product is larger than numbers tell.
    init?(
        _ explorer: Explorer, _ automaton: BuchiAutomaton, letters: [UInt32], constraints: [FairnessConstraint],
        isOver: @escaping () -> LimitReached?
    ) {
        let (count, isTooLarge) = explorer.store.count.multipliedReportingOverflow(by: automaton.states.count)
        guard !isTooLarge, count < Int(UInt32.max) - 1 else { return nil }
        self.automaton = automaton
        width = automaton.states.count
        self.letters = letters
        self.isOver = isOver
        steps = StepEnumerator(explorer, constraints: constraints)
        initialCount = explorer.store.initialCount
        var (weak, strong) = (
            Array(repeating: UInt64(0), count: steps.wordCount), Array(repeating: UInt64(0), count: steps.wordCount)
        )
        for (number, constraint) in constraints.enumerated() {
            let bit: UInt64 = 1 << UInt64(number % 64)
            if constraint.kind == .weak { weak[number / 64] |= bit } else { strong[number / 64] |= bit }
        }
        requirements = LoopRequirements(
            acceptance: automaton.allSets, wordCount: steps.wordCount, weak: weak, strong: strong)
        low = Array(repeating: 0, count: count)
        index = Array(repeating: 0, count: count)
        isOpen = Array(repeating: false, count: count)
    }

    /// Looks for a run that the automaton accepts and that keeps every promise: one with a short stem, when there is one.
    mutating func run() -> Result {
        defer { steps.deallocate() }
        for root in roots where index[Int(root)] == 0 {
            if let limit = explore(from: root) { return .ended(limit) }
        }
        return fair.isEmpty ? .none : .found(shortest())
    }

    private var roots: [UInt32] {
        (0..<initialCount).flatMap { state in
            automaton.initial.filter { automaton.states[$0].fits(letters[state]) }.map { UInt32(state * width + $0) }
        }
    }

    // MARK: Components

    private struct Visit {
        let node: UInt32
        let targets: [UInt32]
        var next = 0
    }

    private mutating func explore(from root: UInt32) -> LimitReached? {
        var visits = [begin(root)]
        while let visit = visits.last {
            let top = visits.count - 1
            let node = Int(visit.node)
            if visit.next < visit.targets.count {
                visits[top].next += 1
                let target = Int(visit.targets[visit.next])
                if index[target] == 0 {
                    if counter & 0xFFF == 0, let limit = isOver() { return limit }
                    visits.append(begin(UInt32(target)))
                } else if isOpen[target] {
                    low[node] = min(low[node], index[target])
                }
                continue
            }
            visits.removeLast()
            if let parent = visits.last?.node { low[Int(parent)] = min(low[Int(parent)], low[node]) }
            if low[node] == index[node] { close(visit) }
        }
        return nil
    }

    private mutating func begin(_ node: UInt32) -> Visit {
        counter += 1
        index[Int(node)] = counter
        low[Int(node)] = counter
        open.append(node)
        isOpen[Int(node)] = true
        steps.compute(Int(node) / width)
        return Visit(node: node, targets: successors(of: Int(node)).map(\.target))
    }

    /// Where the product's edges lead from a node whose state's steps are computed.
    private func successors(of node: Int) -> [(target: UInt32, label: UInt32)] {
        var result: [(target: UInt32, label: UInt32)] = []
        for (state, label) in zip(steps.targets, steps.labels) {
            let letter = letters[Int(state)]
            for next in automaton.states[node % width].successors where automaton.states[next].fits(letter) {
                result.append((state * UInt32(width) + UInt32(next), label))
            }
        }
        return result
    }

    private mutating func close(_ visit: Visit) {
        var nodes: [UInt32] = []
        while let last = open.popLast() {
            isOpen[Int(last)] = false
            nodes.append(last)
            if last == visit.node { break }
        }
        // Most components are single nodes without a loop, or miss a set that must be visited.
        if nodes.count == 1, !visit.targets.contains(visit.node) { return }
        let sets = nodes.reduce(0) { $0 | automaton.states[Int($1) % width].acceptance }
        guard sets == automaton.allSets else { return }
        nodes.sort()
        if let part = graph(of: nodes).fairPart() { fair.append(part.map { nodes[$0] }) }
    }

    /// The part of the product that some closed nodes make, which must be sorted.
    private mutating func graph(of nodes: [UInt32]) -> ComponentGraph {
        var graph = ComponentGraph(nodes: nodes, kept: steps.kept, requirements: requirements)
        // Of a closed node the low link is not needed any more: it tells the place in the component.
        for (place, node) in nodes.enumerated() { low[Int(node)] = UInt32(place) }
        for node in nodes {
            steps.compute(Int(node) / width)
            for (target, label) in successors(of: Int(node)) {
                let place = Int(low[Int(target)])
                guard place < nodes.count, nodes[place] == target else { continue }
                graph.targets.append(UInt32(place))
                graph.labels.append(label)
            }
            graph.offsets.append(graph.targets.count)
            graph.enabled += steps.enabled
            graph.acceptance.append(automaton.states[Int(node) % width].acceptance)
        }
        return graph
    }

    // MARK: The lasso

    /// The best of several lassos: the loops from the nodes that are nearest to an initial state.
    private mutating func shortest() -> FoundLasso {
        let ends = nearestEnds()
        var owners: [UInt32: Int] = [:]
        for (number, nodes) in fair.enumerated() { for node in nodes { owners[node] = number } }
        var best: (lasso: FoundLasso, length: Int)?
        var graphs: [Int: ComponentGraph] = [:]
        for end in ends {
            let stem = stem(to: end)
            if let known = best?.length, stem.count > known { continue }
            guard let owner = owners[end], let place = fair[owner].firstIndex(of: end) else {
                preconditionFailure("the end of a stem lies in no loop")
            }
            let component = graphs[owner] ?? graph(of: fair[owner])
            graphs[owner] = component
            var search = LoopSearch(component)
            let loop = search.loop(from: place)
            if let known = best?.length, stem.count + loop.count >= known { continue }
            let nodes = stem + loop.map { component.nodes[Int(component.targets[$0])] }
            let labels = loop.map { component.labels[$0] }
            best = (lasso(nodes, loopStart: stem.count - 1, labels), stem.count + loop.count)
        }
        guard let best else { preconditionFailure("a loop cannot be reached") }
        return best.lasso
    }

    /// Nodes of loops in the order of their distance. Afterwards `index` has each node's predecessor plus one.
    private mutating func nearestEnds() -> [UInt32] {
        for node in index.indices { index[node] = 0 }
        var isEnd = Array(repeating: false, count: index.count)
        for nodes in fair { for node in nodes { isEnd[Int(node)] = true } }
        var queue = roots
        for root in queue { index[Int(root)] = root + 1 }
        var ends: [UInt32] = []
        var next = 0
        while next < queue.count, ends.count < Self.attempts {
            let node = queue[next]
            next += 1
            if isEnd[Int(node)] { ends.append(node) }
            steps.compute(Int(node) / width)
            for (target, _) in successors(of: Int(node)) where index[Int(target)] == 0 {
                index[Int(target)] = node + 1
                queue.append(target)
            }
        }
        return ends
    }

    private func stem(to end: UInt32) -> [UInt32] {
        var stem = [end]
        while let first = stem.last, index[Int(first)] != first + 1 { stem.append(index[Int(first)] - 1) }
        return stem.reversed()
    }

    private mutating func lasso(_ nodes: [UInt32], loopStart: Int, _ loopLabels: [UInt32]) -> FoundLasso {
        var actors: [StepActor] = []
        for place in 0..<loopStart {
            steps.compute(Int(nodes[place]) / width)
            let label = successors(of: Int(nodes[place])).first { $0.target == nodes[place + 1] }?.label ?? 0
            actors.append(steps.actors[Int(label)])
        }
        actors += loopLabels.map { steps.actors[Int($0)] }
        return FoundLasso(states: nodes.map { Int($0) / width }, actors: actors, loopStart: loopStart)
    }
}
