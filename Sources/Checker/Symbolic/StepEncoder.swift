// One step for all states at once: nodes are run in the order of the code, and runs that meet at a node are joined.

import Model
import Solver

/// Where runs of a step end: a state, and for which values it is reached.
struct StepEnd {
    let state: SymbolicState
    let live: Term
}

/// Runs code of a system on symbolic states. What the operations do is in `StepOperations.swift`.
///
/// Choices are variables: for each value of them there is one run. `inputs` is true where they name a choice.
final class StepEncoder {
    let shape: StateShape
    let encoder: FormulaEncoder
    /// True where the variables of choices are within their ranges.
    private(set) var inputs: Term
    /// Whether a choice of nothing disables the step instead of trapping.
    var disablesOnEmptyChoice = false
    /// Whether no protection applies: an init block.
    var isExempt = false
    /// Whether terms of numbers with a range may have values beyond it, as the reference's have after atomic updates.
    var storesBeyondRanges = false
    private var choiceCount = 0
    /// Whether the code belongs to a property, whose rules stay in force.
    private var judgesProperty = false

    var pool: TermPool { encoder.pool }
    var values: SymbolicValues { encoder.values }
    var system: TransitionSystem { shape.system }

    init(_ shape: StateShape) {
        self.shape = shape
        encoder = FormulaEncoder(nil, types: shape.system.types, pool: shape.values.pool)
        encoder.reading = SystemReading(shape: shape, rule: .code(isExempt: false), pid: nil)
        inputs = encoder.pool.bool(true)
    }

    /// Begins anew: what was wrong or left open before is forgotten.
    func reset(_ state: SymbolicState, rule: SystemReading.Rule, pid: Int?) {
        inputs = pool.bool(true)
        encoder.violations = [:]
        encoder.incomplete = pool.bool(false)
        encoder.incompleteRange = nil
        encoder.cuts = pool.bool(false)
        encoder.path = SymbolicPath(live: pool.bool(true), locals: [:], state: state)
        encoder.reading = SystemReading(shape: shape, rule: rule, pid: pid)
        disablesOnEmptyChoice = false
        isExempt = false
    }

    /// The state of the run under way, which a system's encoder always has.
    var state: SymbolicState {
        get {
            guard let state = encoder.path.state else { preconditionFailure("a run without a state") }
            return state
        }
        set { encoder.path.state = newValue }
    }

    /// A number below `count` that the run chooses.
    func choose(below count: Int) -> Term {
        choiceCount += 1
        let unknown = values.unknown(below: count, "choice \(choiceCount)")
        inputs = pool.and(inputs, unknown.isValid)
        return unknown.term
    }

    /// A value of a type that the run chooses.
    func choose(_ type: Type, _ range: SourceRange) throws(EncodingFailure) -> SymbolicValue {
        choiceCount += 1
        guard let unknown = values.unknown(type, "choice \(choiceCount)") else {
            throw encoder.fail("nothing can be chosen", at: range)
        }
        inputs = pool.and(inputs, unknown.isValid)
        return unknown.value
    }

    // MARK: Runs

    /// Runs from a node to the next points or the end, beginning with the encoder's path, and joins the runs at each.
    ///
    /// - Parameters:
    ///   - code: of the running process or action.
    ///   - start: the first node, which may be a point.
    ///   - note: given the joined runs at each place, with their locals.
    /// - Returns: one end for each point where some run may stop, in the order of the code.
    func run(_ code: Code, from start: NodeID, _ note: (SymbolicPath) -> Void = { _ in }) throws(EncodingFailure)
        -> [StepEnd]
    {
        let ranks = Self.ranks(of: code)
        var pending: [NodeID: SymbolicPath] = [start: encoder.path]
        var ends: [NodeID: SymbolicPath] = [:]
        var visits: [NodeID: Int] = [:]
        var isFirst = true
        while let index = pending.keys.min(by: { ranks[$0] < ranks[$1] }), let path = pending.removeValue(forKey: index)
        {
            let node = code.nodes[index]
            encoder.path = path
            if node.isPoint, !isFirst {
                stand(at: index)
                add(encoder.path, to: &ends, at: index)
                continue
            }
            isFirst = false
            guard try mayGoOn(at: index, node, &visits) else { continue }
            if !judgesProperty { encoder.reading?.rule = .code(isExempt: isExempt || node.isHardware) }
            for (target, next) in try execute(node, code) {
                if pool.truth(next.live) == false { continue }
                if target == Self.end { add(next, to: &ends, at: target) } else { add(next, to: &pending, at: target) }
            }
        }
        return ends.sorted { $0.key < $1.key }.compactMap { _, path in
            note(path)
            return path.state.map { StepEnd(state: $0, live: path.live) }
        }
    }

    /// Runs the code that computes what a property's pure functions give; the encoder's path then has its locals.
    func compute(_ code: Code) throws(EncodingFailure) {
        if case .end = code.nodes[code.entry].operation { return }
        judgesProperty = true
        defer { judgesProperty = false }
        var ends: [SymbolicPath] = []
        _ = try run(code, from: code.entry) { ends.append($0) }
        guard let path = ends.first else { return encoder.path.live = pool.bool(false) }
        encoder.path = path
    }

    /// The place of runs that have ended.
    static let end: NodeID = -1

    private func add(_ path: SymbolicPath, to paths: inout [NodeID: SymbolicPath], at node: NodeID) {
        paths[node] = paths[node].map { encoder.joined(path, $0, path.live) } ?? path
    }

    /// Asked before a node is run; of a loop's nodes again for each turn, which must be possible.
    private func mayGoOn(at index: NodeID, _ node: Node, _ visits: inout [NodeID: Int]) throws(EncodingFailure) -> Bool
    {
        try encoder.charge(node.range)
        visits[index, default: 0] += 1
        let count = visits[index] ?? 0
        guard count > 1, pool.truth(encoder.path.live) == nil else { return true }
        if !encoder.isPossible(encoder.path.live) { return false }
        guard count > encoder.unrollLimit else { return true }
        encoder.stopUnrolling(while: pool.bool(true), node.range)
        return false
    }

    /// A number for each node so that, but for loops, control goes from lower ones to higher.
    private static func ranks(of code: Code) -> [Int] {
        var order: [NodeID] = []
        var isSeen = [Bool](repeating: false, count: code.nodes.count)
        for root in [code.entry] + Array(code.nodes.indices) where !isSeen[root] {
            var stack = [(node: root, targets: targets(of: code.nodes[root])[...])]
            isSeen[root] = true
            while var top = stack.popLast() {
                guard let target = top.targets.popFirst() else {
                    order.append(top.node)
                    continue
                }
                stack.append(top)
                if !isSeen[target] {
                    isSeen[target] = true
                    stack.append((target, targets(of: code.nodes[target])[...]))
                }
            }
        }
        var ranks = [Int](repeating: 0, count: code.nodes.count)
        for (rank, node) in order.reversed().enumerated() { ranks[node] = rank }
        return ranks
    }

    /// The ways out of a loop last, so that they come behind its body in the order.
    private static func targets(of node: Node) -> [NodeID] {
        node.operation.otherTargets + (node.operation.fallsThrough ? [node.next] : [])
    }

    /// Puts the running process at a point, in the encoder's path.
    func stand(at node: NodeID) {
        guard let pid = encoder.reading?.pid else { preconditionFailure("only processes stand at points") }
        let (process, _) = system.kind(of: pid)
        guard let point = process.points.firstIndex(where: { $0.node == node }) else {
            preconditionFailure("a point is missing")
        }
        state.processes[pid].position = values.ordinal(point)
        for local in process.points[point].liveLocals {
            if let value = encoder.path.locals[local] { state.processes[pid].locals[local] = value }
        }
    }

    /// Runs a process's code from its beginning to its first points, which it does not pass.
    func started(_ process: ProcessCode, pid: Int) throws(EncodingFailure) -> [StepEnd] {
        let before = encoder.reading?.pid
        encoder.reading?.pid = pid
        defer { encoder.reading?.pid = before }
        guard process.code.nodes[process.code.entry].isPoint else {
            return try run(process.code, from: process.code.entry)
        }
        stand(at: process.code.entry)
        return [StepEnd(state: state, live: encoder.path.live)]
    }

    /// The ends as one path.
    func joined(_ ends: [StepEnd]) -> SymbolicPath {
        var result = SymbolicPath(live: pool.bool(false), locals: [:], state: state)
        for (index, end) in ends.enumerated() {
            let path = SymbolicPath(live: end.live, locals: [:], state: end.state)
            result = index == 0 ? path : encoder.joined(path, result, end.live)
        }
        return result
    }
}
