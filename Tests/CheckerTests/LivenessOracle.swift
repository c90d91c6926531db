// A second opinion on temporal properties: nested depth-first search over the reference's graph, sharing nothing.

import Checker
import Model

/// Decides whether a fair run breaks a formula.
///
/// The automaton guesses the truth of every temporal subformula at once (Vardi, Wolper 1986); acceptance sets are counted
/// through one by one; a strong promise is guessed to be kept, or never to be possible again; and a loop is looked for by
/// nested depth-first search (Courcoubetis, Vardi, Wolper, Yannakakis 1992).
struct LivenessOracle {
    private struct Edge {
        let target: Int
        /// Promises that the step keeps, as bits.
        let kept: Int
    }

    let system: TransitionSystem
    let stateCount: Int
    /// Whether some path ends in a cut or a violation.
    private(set) var hasEndedPaths = false
    private let states: [SystemState]
    private let initialCount: Int
    private let constraints: [FairnessConstraint]
    private var edges: [[Edge]] = []
    private var enabled: [Int] = []
    private let keptSets: [Int]

    /// An oracle; nil for more states than the limit or more than eight promises.
    init?(_ system: TransitionSystem, limit: Int) {
        guard let graph = ReferenceGraph(system, limit: limit) else { return nil }
        self.system = system
        states = graph.states
        stateCount = states.count
        initialCount = graph.initialCount
        constraints = system.fairnessConstraints
        guard constraints.count <= 8 else { return nil }
        var numbers: [SystemState: Int] = [:]
        for (number, state) in states.enumerated() { numbers[state] = number }
        let stepper = ReferenceStepper(system)
        for (number, state) in states.enumerated() {
            var own: [Edge] = []
            var able = 0
            let transitions = stepper.transitions(from: state)
            for transition in transitions {
                var kept = 0
                for (bit, constraint) in constraints.enumerated()
                where system.isStep(transition, of: constraint.subject) { kept |= 1 << bit }
                able |= kept
                if case .state(let next) = transition.outcome, let target = numbers[next] {
                    own.append(Edge(target: target, kept: kept))
                } else {
                    hasEndedPaths = true
                }
            }
            // A finite run goes on by standing still.
            if transitions.isEmpty { own.append(Edge(target: number, kept: 0)) }
            edges.append(own)
            enabled.append(able)
        }
        keptSets = Set(edges.flatMap { $0.map(\.kept) } + [0]).sorted()
    }

    /// The truth of a property's conditions in each state; nil when one traps.
    func letters(of property: Int, for claim: [Value]) -> [[Bool]]? {
        let judge = ReferenceProperties(system)
        var result: [[Bool]] = []
        for state in states {
            var letter: [Bool] = []
            for condition in system.properties[property].parts.indices {
                switch judge.judge(condition: condition, of: property, for: claim, in: state) {
                case .holds: letter.append(true)
                case .isFalse: letter.append(false)
                case .notChecked, .traps: return nil
                }
            }
            result.append(letter)
        }
        return result
    }

    /// Whether some fair run has the formula false.
    func isBroken(_ formula: TemporalFormula, _ letters: [[Bool]]) -> Bool {
        let strong = constraints.indices.filter { constraints[$0].kind == .strong }
        return (0..<1 << strong.count).contains { choice in
            var never = 0
            for (bit, constraint) in strong.enumerated() where choice >> bit & 1 == 1 { never |= 1 << constraint }
            return Search(self, .not(formula), letters, never: never).finds()
        }
    }

    // MARK: Nested search

    private struct Node: Hashable {
        var state: Int
        /// Guessed truth of each temporal subformula.
        var guess: Int
        /// What the step into the state kept.
        var kept: Int
        /// Whether the promises that are guessed to be impossible must be so from now on.
        var isLate: Bool
        var counter: Int
    }

    private struct Search {
        let oracle: LivenessOracle
        let formula: TemporalFormula
        let letters: [[Bool]]
        let never: Int
        private var parts: [TemporalFormula] = []
        private var duties: [Int] = []

        init(_ oracle: LivenessOracle, _ formula: TemporalFormula, _ letters: [[Bool]], never: Int) {
            self.oracle = oracle
            self.formula = formula
            self.letters = letters
            self.never = never
            collect(formula)
            duties = oracle.constraints.indices.filter { never >> $0 & 1 == 0 }
        }

        private mutating func collect(_ formula: TemporalFormula) {
            switch formula {
            case .atom: return
            case .not(let operand): collect(operand)
            case .and(let left, let right), .or(let left, let right), .implies(let left, let right):
                collect(left)
                collect(right)
            case .always(let operand), .eventually(let operand):
                collect(operand)
                if !parts.contains(formula) { parts.append(formula) }
            case .until(let left, let right), .release(let left, let right):
                collect(left)
                collect(right)
                if !parts.contains(formula) { parts.append(formula) }
            }
        }

        private func value(_ formula: TemporalFormula, _ state: Int, _ guess: Int) -> Bool {
            switch formula {
            case .atom(let number): return letters[state][number]
            case .not(let operand): return !value(operand, state, guess)
            case .and(let left, let right): return value(left, state, guess) && value(right, state, guess)
            case .or(let left, let right): return value(left, state, guess) || value(right, state, guess)
            case .implies(let left, let right): return !value(left, state, guess) || value(right, state, guess)
            case .always, .eventually, .until, .release:
                guard let index = parts.firstIndex(of: formula) else { preconditionFailure("not collected") }
                return guess >> index & 1 == 1
            }
        }

        /// Whether guesses at a state and at the next one agree with the expansion laws.
        private func agrees(_ state: Int, _ guess: Int, _ next: Int) -> Bool {
            parts.enumerated().allSatisfy { index, part in
                let (now, later) = (guess >> index & 1 == 1, next >> index & 1 == 1)
                switch part {
                case .always(let operand): return now == (value(operand, state, guess) && later)
                case .eventually(let operand): return now == (value(operand, state, guess) || later)
                case .until(let left, let right):
                    return now == (value(right, state, guess) || (value(left, state, guess) && later))
                case .release(let left, let right):
                    return now == (value(right, state, guess) && (value(left, state, guess) || later))
                case .atom, .not, .and, .or, .implies: return true
                }
            }
        }

        /// Number of acceptance sets; at least one.
        private var setCount: Int { max(1, parts.count + duties.count) }

        private func isIn(_ set: Int, _ node: Node) -> Bool {
            if set < parts.count {
                let holds = node.guess >> set & 1 == 1
                switch parts[set] {
                case .always(let operand): return holds || !value(operand, node.state, node.guess)
                case .release(_, let right): return holds || !value(right, node.state, node.guess)
                case .eventually(let operand): return !holds || value(operand, node.state, node.guess)
                case .until(_, let right): return !holds || value(right, node.state, node.guess)
                case .atom, .not, .and, .or, .implies: return true
                }
            }
            guard set - parts.count < duties.count else { return true }
            let duty = duties[set - parts.count]
            if node.kept >> duty & 1 == 1 { return true }
            return oracle.constraints[duty].kind == .weak && oracle.enabled[node.state] >> duty & 1 == 0
        }

        private func isAccepting(_ node: Node) -> Bool {
            node.isLate && node.counter == setCount - 1 && isIn(node.counter, node)
        }

        private func successors(of node: Node) -> [Node] {
            let counter = isIn(node.counter, node) ? (node.counter + 1) % setCount : node.counter
            var result: [Node] = []
            for edge in oracle.edges[node.state] {
                for guess in 0..<1 << parts.count where agrees(node.state, node.guess, guess) {
                    for isLate in [false, true] where isLate || !node.isLate {
                        if isLate, oracle.enabled[edge.target] & never != 0 { continue }
                        result.append(
                            Node(
                                state: edge.target, guess: guess, kept: edge.kept, isLate: isLate,
                                counter: isLate ? counter : 0))
                    }
                }
            }
            return result
        }

        func finds() -> Bool {
            var blue: Set<Node> = []
            var red: Set<Node> = []
            for state in 0..<oracle.initialCount {
                for guess in 0..<1 << parts.count where value(formula, state, guess) {
                    for isLate in [false, true] where !isLate || oracle.enabled[state] & never == 0 {
                        let root = Node(state: state, guess: guess, kept: 0, isLate: isLate, counter: 0)
                        if outer(root, &blue, &red) { return true }
                    }
                }
            }
            return false
        }

        private func outer(_ root: Node, _ blue: inout Set<Node>, _ red: inout Set<Node>) -> Bool {
            guard blue.insert(root).inserted else { return false }
            var stack = [(node: root, rest: successors(of: root))]
            while var top = stack.popLast() {
                if let next = top.rest.popLast() {
                    stack.append(top)
                    if blue.insert(next).inserted { stack.append((next, successors(of: next))) }
                    continue
                }
                if isAccepting(top.node), inner(top.node, &red) { return true }
            }
            return false
        }

        /// Whether a node lies on a loop.
        private func inner(_ seed: Node, _ red: inout Set<Node>) -> Bool {
            var stack = successors(of: seed)
            while let node = stack.popLast() {
                if node == seed { return true }
                if red.insert(node).inserted { stack += successors(of: node) }
            }
            return false
        }
    }
}
