// Steps of states with unknown values: a run is split at each branch that both ways are possible at, as language.md says.

import Model
import Solver

/// Runs steps from states whose positions, locks and channels are constants. What operations do is `StepEncoder`'s.
///
/// The reference semantics for all values at once: for each value of the unknowns there is one run, and the runs that go
/// the same way are one here.
final class ForkingStepper {
    let shape: StateShape
    let coder: StepEncoder
    let feasibility: Feasibility
    let canonicalizer: Canonicalizer
    /// Runs that were left because nobody knows whether they can be.
    private(set) var open: [OpenPlace] = []
    /// Variables of `symbolic` words, by width.
    var words: [Int: [Term]] = [:]
    /// By property: its parts, and what was judged of them.
    var propertyInstances: [Int: [PropertyInstance]] = [:]
    /// The numbers of values that judgements have read.
    private var valueNumbers: [SymbolicValue: Int32] = [:]
    /// The term that must be a constant before the node under way can be run.
    private var unsettled: Term?

    /// Values that an index is split into, and turns of a loop whose end depends on unknown values.
    static let splitLimit = 64

    var pool: TermPool { shape.values.pool }
    var encoder: FormulaEncoder { coder.encoder }
    var system: TransitionSystem { shape.system }

    init(_ encoder: SystemEncoder, _ feasibility: Feasibility) {
        shape = encoder.shape
        coder = encoder.coder
        self.feasibility = feasibility
        canonicalizer = Canonicalizer(feasibility)
    }

    /// A number of its own for each value.
    func number(of value: SymbolicValue) -> Int32 {
        if let known = valueNumbers[value] { return known }
        let number = Int32(valueNumbers.count)
        valueNumbers[value] = number
        return number
    }

    /// Notes that something stays unknown, once for each place.
    func leaveOpen(_ reason: String, at range: SourceRange, _ advice: String? = nil) {
        guard !open.contains(where: { $0.range.start == range.start && $0.reason == reason }) else { return }
        open.append(OpenPlace(reason: reason, range: range, advice: advice))
    }

    /// A code that is run, and for whom.
    struct Context {
        let code: Code
        let pid: Int?
        var isExempt = false
        var disablesOnEmptyChoice = false
    }

    // MARK: Runs

    /// All ends of the runs from a node, in the order of the reference semantics.
    func finished(_ first: StepFork, from node: NodeID, _ context: Context) -> [ForkEnd] {
        var ends: [ForkEnd] = []
        var pending = [(fork: first, node: node, isFirst: true)]
        while var item = pending.popLast() {
            if context.code.nodes[item.node].isPoint, !item.isFirst, let pid = context.pid {
                stand(&item.fork, at: item.node, pid)
                ends.append(ForkEnd(kind: .state, fork: item.fork))
                continue
            }
            let next = run(item.fork, context.code.nodes[item.node], item.node, context, &ends)
            pending += next.reversed().map { ($0.fork, $0.node, false) }
        }
        return ends
    }

    /// All ends of a process's code up to its first point, which it does not pass.
    func started(_ first: StepFork, _ process: ProcessCode, pid: Int) -> [ForkEnd] {
        let entry = process.code.entry
        guard process.code.nodes[entry].isPoint else {
            return finished(first, from: entry, Context(code: process.code, pid: pid))
        }
        var fork = first
        stand(&fork, at: entry, pid)
        return [ForkEnd(kind: .state, fork: fork)]
    }

    func stand(_ fork: inout StepFork, at node: NodeID, _ pid: Int) {
        let points = system.kind(of: pid).process.points
        guard let point = points.firstIndex(where: { $0.node == node }) else {
            preconditionFailure("a point is missing")
        }
        let live = Set(points[point].liveLocals)
        fork.state.processes[pid].position = shape.values.ordinal(point)
        fork.state.processes[pid].locals = fork.path.locals.filter { live.contains($0.key) }
    }

    /// Runs one node, and the runs on to where control goes from it.
    func run(_ fork: StepFork, _ node: Node, _ index: NodeID, _ context: Context, _ ends: inout [ForkEnd]) -> [(
        fork: StepFork, node: NodeID
    )] {
        var fork = fork
        fork.operationCount += 1
        if fork.operationCount > ReferenceStepper.operationLimit {
            ends.append(ForkEnd(kind: .violation(.diverges), fork: fork))
            return []
        }
        prepare(fork, node, context)
        do throws(EncodingFailure) {
            let ways = try execute(node, context, &fork, &ends)
            return judged(ways, fork, node, index, &ends)
        } catch {
            guard let term = unsettled else {
                leaveOpen(error.message, at: error.range, error.advice)
                return []
            }
            return split(fork, on: term, error.range).flatMap { run($0, node, index, context, &ends) }
        }
    }

    func prepare(_ fork: StepFork, _ node: Node, _ context: Context) {
        coder.reset(fork.state, rule: .code(isExempt: context.isExempt || node.isHardware), pid: context.pid)
        coder.isExempt = context.isExempt
        coder.storesBeyondRanges = true
        encoder.path.locals = fork.path.locals
        encoder.operationCount = 0
        unsettled = nil
        encoder.settle = { [unowned self] term, range throws(EncodingFailure) in
            if let known = fork.settled[term] { return known }
            unsettled = term
            throw encoder.fail("an index that is not known", at: range)
        }
        encoder.isPossible = { [unowned self] condition in
            feasibility.isPossible(condition, on: fork.condition, fork.witness)
        }
    }

    /// One run for each value that a term can have.
    private func split(_ fork: StepFork, on term: Term, _ range: SourceRange) -> [StepFork] {
        var (forks, rest): ([StepFork], StepFork?) = ([], fork)
        let width = pool.sort(of: term)?.width ?? 64
        while let open = rest {
            guard forks.count < Self.splitLimit else {
                leaveOpen(
                    "more than \(Self.splitLimit) values are possible for this index", at: range,
                    "bound what it depends on before it is used")
                break
            }
            let value = pool.word(pool.values(of: [term], under: open.witness)[0], width: width)
            let isThis = pool.equal(term, value)
            var next = open
            _ = next.condition.add(isThis, pool)
            next.settled[term] = value
            forks.append(next)
            rest = going(open, when: pool.not(isThis), range)
        }
        return forks
    }

    /// The run with a further condition; nil where it is impossible, or nobody knows.
    func going(_ fork: StepFork, when condition: Term, _ range: SourceRange) -> StepFork? {
        switch feasibility.ask(condition, on: fork.condition, fork.witness) {
        case .impossible: return nil
        case .unknown(let reason):
            leaveOpen(
                "Z3 does not tell whether this way can be gone (\(reason))", at: range,
                "--smt-timeout gives it longer; fewer products and quotients of unknown words help")
            return nil
        case .possible(let witness):
            var next = fork
            next.witness = witness
            _ = next.condition.add(condition, pool)
            return next
        }
    }

    // MARK: Ways

    /// A way that control may go from a node.
    struct Way {
        let path: SymbolicPath
        let node: NodeID
        /// What the run has gathered on it, when that is more than before.
        var fork: StepFork?
    }

    private func judged(_ ways: [Way], _ fork: StepFork, _ node: Node, _ index: NodeID, _ ends: inout [ForkEnd]) -> [(
        fork: StepFork, node: NodeID
    )] {
        var anyLive = pool.bool(false)
        for way in ways { anyLive = pool.or(anyLive, way.path.live) }
        for (kind, condition) in encoder.violations.sorted(by: { $0.value < $1.value }) {
            anyLive = pool.or(anyLive, condition)
            if let next = going(fork, when: condition, node.range) {
                ends.append(ForkEnd(kind: .violation(kind), fork: next))
            }
        }
        if pool.truth(encoder.incomplete) != false, going(fork, when: encoder.incomplete, node.range) != nil {
            leaveOpen(
                "a loop goes on after \(encoder.unrollLimit) turns", at: encoder.incompleteRange ?? node.range,
                "bound the loop by what is known")
        }
        stopped(fork, node, unless: anyLive, &ends)
        let isBranch = ways.count > 1
        let openCount = open.count
        let runs: [(StepFork, NodeID)] = ways.compactMap { way in
            guard var next = going(way.fork ?? fork, when: way.path.live, node.range) else { return nil }
            if isBranch, pool.truth(way.path.live) != true {
                next.visits[index, default: 0] += 1
                if next.visits[index, default: 0] > encoder.unrollLimit {
                    leaveOpen(
                        "a loop goes on after \(encoder.unrollLimit) turns", at: node.range,
                        "bound the loop by what is known")
                    return nil
                }
            }
            next.path = way.path
            next.path.live = pool.bool(true)
            return way.node == StepEncoder.end ? ended(next, &ends) : (next, way.node)
        }
        // A word that can have no value at all cuts the path.
        if node.isSymbolic, runs.isEmpty, open.count == openCount, encoder.violations.isEmpty {
            ends.append(ForkEnd(kind: .cut, fork: fork))
        }
        return runs
    }

    private func ended(_ fork: StepFork, _ ends: inout [ForkEnd]) -> (StepFork, NodeID)? {
        var fork = fork
        if let pid = encoder.reading?.pid { fork.state.processes[pid].locals = [:] }
        ends.append(ForkEnd(kind: .state, fork: fork))
        return nil
    }

    /// The end of what goes no way: blocked, or cut.
    private func stopped(_ fork: StepFork, _ node: Node, unless anyLive: Term, _ ends: inout [ForkEnd]) {
        if pool.truth(anyLive) == true { return }
        let kind: ForkEnd.Kind
        switch node.operation {
        case .await, .join: kind = .blocked(holder: nil)
        case .acquire(let place): kind = .blocked(holder: holder(of: place, fork, node))
        case .resumed(let place):
            let isAwake = encoder.reading?.pid.map { pool.constant(fork.state.processes[$0].channel) == 0 } ?? false
            kind = .blocked(holder: isAwake ? place.flatMap { holder(of: $0, fork, node) } : nil)
        case .assume: kind = .cut
        case .choose where !node.isSymbolic: kind = .blocked(holder: nil)
        default: return
        }
        if let next = going(fork, when: pool.not(anyLive), node.range) { ends.append(ForkEnd(kind: kind, fork: next)) }
    }

    /// Who held the lock before the node was run.
    private func holder(of place: Place, _ fork: StepFork, _ node: Node) -> Int? {
        encoder.path = fork.path
        guard let lock = try? encoder.lock(place, node.range), let holder = pool.constant(lock), holder > 0 else {
            return nil
        }
        return Int(holder) - 1
    }
}
