// From a state with unknown values to a run with known ones: the steps on the way are run again, their conditions solved.

import Model
import Solver

/// States of a run with the values that its `symbolic` words have.
struct ConcreteRun {
    let states: [SystemState]
    /// The values, as the reference semantics is to try them.
    let words: [Int128]
}

/// Why no run can be shown.
struct ConcreteRunFailure: Error {
    let message: String
    /// Whether the solver gave no answer, which is no mistake.
    let isUnknown: Bool
}

/// Builds runs to what an explorer has found.
struct ConcreteRuns {
    let explorer: ForkingExplorer

    private var pool: TermPool { explorer.pool }
    private var stepper: ForkingStepper { explorer.stepper }

    /// What is known of a run's words on the way: variables of all steps, and conditions on them.
    private struct Way {
        var conditions: [Term] = []
        var rows: [[Term]] = []
        /// The run's variables by those of the state that it has come to.
        var names: [Term: Term] = [:]
        var variables: [Term] = []
    }

    /// The run to what was found, with the least values that a bounded search finds.
    func run(to found: ForkedViolation) throws(ConcreteRunFailure) -> ConcreteRun {
        var way = try way(to: found.state)
        let last = found.step?.end.fork
        if let last { name(&way, last) }
        way.conditions += pool.substituted([found.condition], way.names)
        if let last {
            way.conditions += pool.substituted(last.condition.terms, way.names)
            if case .property = found.kind {
                way.rows.append(pool.substituted(explorer.cells.row(of: last.state), way.names))
            }
        }
        return try solved(way)
    }

    /// The run that goes wrong before its first state.
    func run(to end: ForkEnd) throws(ConcreteRunFailure) -> ConcreteRun {
        var way = Way()
        name(&way, end.fork)
        way.conditions = pool.substituted(end.fork.condition.terms, way.names)
        return try solved(way)
    }

    // MARK: The way

    private func way(to state: Int) throws(ConcreteRunFailure) -> Way {
        var numbers = [state]
        while let first = numbers.last, explorer.states[first].parent != first {
            numbers.append(explorer.states[first].parent)
        }
        numbers.reverse()
        var way = Way()
        for end in stepper.beginnings(limit: 1 << 16) ?? [] {
            if case .state = end.kind, go(&way, end.fork, to: numbers[0]) { break }
        }
        for (number, next) in zip(numbers, numbers.dropFirst()) {
            _ = stepper.steps(from: explorer.fork(number)).first { step in
                if case .state = step.end.kind { go(&way, step.end.fork, to: next) } else { false }
            }
        }
        guard way.rows.count == numbers.count else {
            throw ConcreteRunFailure(message: "a state that was found is not found again", isUnknown: false)
        }
        return way
    }

    /// Goes on by a run if it leads to a state.
    private func go(_ way: inout Way, _ fork: StepFork, to state: Int) -> Bool {
        let canonical = explorer.canonical(fork)
        guard canonical.key == explorer.states[state].key else { return false }
        name(&way, fork)
        way.conditions += pool.substituted(fork.condition.terms, way.names)
        way.rows.append(pool.substituted(explorer.cells.row(of: fork.state), way.names))
        way.names = canonical.origins.compactMapValues { way.names[$0] }
        return true
    }

    /// Gives the words that a step makes variables of their own.
    private func name(_ way: inout Way, _ fork: StepFork) {
        let terms = explorer.cells.row(of: fork.state) + fork.condition.terms
        for variable in Set(terms.flatMap { pool.support(of: $0) }).sorted() where way.names[variable] == nil {
            let own = pool.variable("run \(way.variables.count)", pool.sort(of: variable) ?? .bool)
            way.names[variable] = own
            way.variables.append(own)
        }
    }

    // MARK: Values

    private func solved(_ way: Way) throws(ConcreteRunFailure) -> ConcreteRun {
        let claim = pool.all(way.conditions)
        var values: Assignment
        switch stepper.feasibility.ask(claim, on: PathCondition(), Assignment()) {
        case .possible(let found): values = found
        case .impossible:
            throw ConcreteRunFailure(message: "no values lead to what was found", isUnknown: false)
        case .unknown(let reason):
            throw ConcreteRunFailure(message: "Z3 gives no values (\(reason))", isUnknown: true)
        }
        let leaves = way.variables.map { variable in
            SymbolicValues.Leaf(variable: variable, width: pool.sort(of: variable)?.width ?? 0, isSigned: false)
        }
        var shrinking = ValueShrinking(pool: pool, claim: claim, leaves: leaves)
        if !leaves.isEmpty { values = shrinking.shrunk(values) }
        let states = way.rows.map { stepper.shape.state(explorer.cells.state(of: $0), under: values) }
        var words: Set<Int128> = []
        for leaf in leaves {
            let value = pool.values(of: [leaf.variable], under: values)[0]
            words.insert(Int128(value))
            words.insert(IntegerType.Kind.word(bits: max(1, leaf.width), isSigned: true).wrapping(Int128(value)))
        }
        return ConcreteRun(states: states, words: words.sorted())
    }
}
