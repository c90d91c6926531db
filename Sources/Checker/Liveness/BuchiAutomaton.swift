// Temporal formulas as automata: on-the-fly tableau (Gerth, Peled, Vardi, Wolper 1995), generalised Büchi acceptance.

import Model

/// A nondeterministic automaton that reads the states of a run. A run is accepted when it visits each set again and again.
struct BuchiAutomaton {
    /// A state; the letter that leads into it must fit.
    struct State: Hashable {
        /// Conditions that must be true, as bits.
        let required: UInt32
        /// Conditions that must be false.
        let forbidden: UInt32
        /// The acceptance sets that it is in.
        var acceptance: UInt64
        /// In increasing order.
        var successors: [Int]

        /// Whether a letter leads into it.
        @inline(__always)
        func fits(_ letter: UInt32) -> Bool { letter & required == required && letter & forbidden == 0 }
    }

    private(set) var states: [State] = []
    /// States for the first letter.
    private(set) var initial: [Int] = []
    /// All acceptance sets, as bits.
    private(set) var allSets: UInt64 = 0

    /// An automaton for the runs on which a formula holds; nil when it would have more than 4096 states.
    init?(_ formula: TemporalFormula) {
        var tableau = Tableau()
        let root = tableau.normal(formula, isNegated: false)
        guard tableau.expand(from: root) else { return nil }
        let untils = tableau.untils
        allSets = untils.isEmpty ? 0 : ~0 >> UInt64(64 - untils.count)
        states = tableau.nodes.map { node in
            var acceptance: UInt64 = 0
            for (bit, until) in untils.enumerated() {
                guard case .until(_, let end) = tableau.parts[until] else { continue }
                if !node.old.contains(until) || node.old.contains(end) { acceptance |= 1 << UInt64(bit) }
            }
            return State(
                required: tableau.letters(of: node, isPositive: true),
                forbidden: tableau.letters(of: node, isPositive: false), acceptance: acceptance, successors: [])
        }
        for (index, node) in tableau.nodes.enumerated() {
            for source in node.incoming.sorted() {
                if source == Tableau.start { initial.append(index) } else { states[source].successors.append(index) }
            }
        }
        merge()
    }

    /// Makes states one that read, accept and go on alike, until none are left.
    private mutating func merge() {
        while true {
            var first: [State: Int] = [:]
            var number: [Int] = []
            var kept: [State] = []
            for state in states {
                if let known = first[state] {
                    number.append(known)
                    continue
                }
                first[state] = kept.count
                number.append(kept.count)
                kept.append(state)
            }
            let isDone = kept.count == states.count
            states = kept.map { state in
                var state = state
                state.successors = Set(state.successors.map { number[$0] }).sorted()
                return state
            }
            initial = Set(initial.map { number[$0] }).sorted()
            if isDone { return }
        }
    }
}

/// The construction: formulas in negation normal form by number, and nodes with what they have promised.
private struct Tableau {
    /// A formula in negation normal form; operands by number.
    enum Part: Hashable {
        case yes, no
        case letter(Int, isPositive: Bool)
        case and(Int, Int)
        case or(Int, Int)
        case until(Int, Int)
        case release(Int, Int)
    }

    struct Node {
        var incoming: Set<Int>
        var old: Set<Int>
        var next: Set<Int>
    }

    private struct Pending {
        var incoming: Set<Int>
        var new: [Int]
        var old: Set<Int>
        var next: Set<Int>
    }

    private struct Key: Hashable {
        let old: Set<Int>
        let next: Set<Int>
    }

    /// The source of initial states.
    static let start = -1
    private static let nodeLimit = 4096

    private(set) var parts: [Part] = []
    private var numbers: [Part: Int] = [:]
    private(set) var nodes: [Node] = []
    private var known: [Key: Int] = [:]

    // MARK: Normal form

    private mutating func number(_ part: Part) -> Int {
        if let number = numbers[part] { return number }
        numbers[part] = parts.count
        parts.append(part)
        return parts.count - 1
    }

    mutating func normal(_ formula: TemporalFormula, isNegated: Bool) -> Int {
        switch formula {
        case .atom(let atom): return number(.letter(atom, isPositive: !isNegated))
        case .not(let operand): return normal(operand, isNegated: !isNegated)
        case .and(let left, let right): return join(left, right, isNegated, isNegated, isAnd: !isNegated)
        case .or(let left, let right): return join(left, right, isNegated, isNegated, isAnd: isNegated)
        case .implies(let left, let right): return join(left, right, !isNegated, isNegated, isAnd: isNegated)
        case .always(let operand):
            let inner = normal(operand, isNegated: isNegated)
            return isNegated ? number(.until(number(.yes), inner)) : number(.release(number(.no), inner))
        case .eventually(let operand):
            let inner = normal(operand, isNegated: isNegated)
            return isNegated ? number(.release(number(.no), inner)) : number(.until(number(.yes), inner))
        case .until(let left, let right), .release(let left, let right):
            let (first, second) = (normal(left, isNegated: isNegated), normal(right, isNegated: isNegated))
            let isUntil = if case .until = formula { !isNegated } else { isNegated }
            return number(isUntil ? .until(first, second) : .release(first, second))
        }
    }

    private mutating func join(
        _ left: TemporalFormula, _ right: TemporalFormula, _ negatesLeft: Bool, _ negatesRight: Bool, isAnd: Bool
    ) -> Int {
        let (first, second) = (normal(left, isNegated: negatesLeft), normal(right, isNegated: negatesRight))
        return number(isAnd ? .and(first, second) : .or(first, second))
    }

    /// The `until` formulas, each an acceptance set.
    var untils: [Int] { parts.indices.filter { if case .until = parts[$0] { true } else { false } } }

    func letters(of node: Node, isPositive: Bool) -> UInt32 {
        node.old.reduce(0) { bits, part in
            guard case .letter(let atom, isPositive) = parts[part] else { return bits }
            return bits | 1 << UInt32(atom)
        }
    }

    // MARK: Expansion

    /// Makes all nodes; false when there are too many.
    mutating func expand(from root: Int) -> Bool {
        var waiting = [Pending(incoming: [Self.start], new: [root], old: [], next: [])]
        while var node = waiting.popLast() {
            guard let part = node.new.popLast() else {
                guard close(node, &waiting) else { return false }
                continue
            }
            if node.old.contains(part) {
                waiting.append(node)
                continue
            }
            waiting += split(node, on: part)
        }
        return true
    }

    private mutating func close(_ node: Pending, _ waiting: inout [Pending]) -> Bool {
        let key = Key(old: node.old, next: node.next)
        if let index = known[key] {
            nodes[index].incoming.formUnion(node.incoming)
            return true
        }
        guard nodes.count < Self.nodeLimit else { return false }
        known[key] = nodes.count
        nodes.append(Node(incoming: node.incoming, old: node.old, next: node.next))
        waiting.append(Pending(incoming: [nodes.count - 1], new: node.next.sorted(), old: [], next: []))
        return true
    }

    /// What a node becomes when a formula is taken into account.
    private func split(_ node: Pending, on part: Int) -> [Pending] {
        var node = node
        node.old.insert(part)
        var other = node
        switch parts[part] {
        case .yes: return [node]
        case .no: return []
        case .letter(let atom, let isPositive):
            let opposite = numbers[.letter(atom, isPositive: !isPositive)]
            return opposite.map(node.old.contains) ?? false ? [] : [node]
        case .and(let left, let right):
            node.new += [left, right]
            return [node]
        case .or(let left, let right):
            node.new.append(left)
            other.new.append(right)
            return [other, node]
        case .until(let left, let right):
            node.new.append(left)
            node.next.insert(part)
            other.new.append(right)
            return [other, node]
        case .release(let left, let right):
            node.new.append(right)
            node.next.insert(part)
            other.new += [left, right]
            return [other, node]
        }
    }
}
