// Temporal logic over a run: the formulas of `eventually`, `leadsto` and `temporal`, and their meaning on a lasso.

/// A formula of linear temporal logic without next, over numbered conditions on states.
public indirect enum TemporalFormula: Sendable, Hashable {
    /// The condition of that number holds now.
    case atom(Int)
    case not(TemporalFormula)
    case and(TemporalFormula, TemporalFormula)
    case or(TemporalFormula, TemporalFormula)
    case implies(TemporalFormula, TemporalFormula)
    /// Now and for ever.
    case always(TemporalFormula)
    /// Now or later.
    case eventually(TemporalFormula)
    /// The second holds now or later, and the first until then.
    case until(TemporalFormula, TemporalFormula)
    /// The second holds up to and with the first state in which the first does, or for ever.
    case release(TemporalFormula, TemporalFormula)
}

/// A run that ends in a loop, seen through the conditions of a temporal formula.
public struct LassoWord: Sendable {
    /// Per position: the truth of each condition.
    public let letters: [[Bool]]
    /// The position that follows the last one.
    public let loopStart: Int

    /// A word with its loop.
    ///
    /// - Parameters:
    ///   - letters: per position, the truth of each condition; at least one position.
    ///   - loopStart: a position.
    public init(letters: [[Bool]], loopStart: Int) {
        precondition(letters.indices.contains(loopStart), "a loop begins at a position")
        self.letters = letters
        self.loopStart = loopStart
    }
}

extension TemporalFormula {
    /// Whether the formula holds at the beginning of a word. O(operators × positions).
    ///
    /// By the expansion laws and nothing else: it shares nothing with the automata that engines search with.
    public func holds(on word: LassoWord) -> Bool { truth(on: word)[0] }

    /// The truth at each position.
    public func truth(on word: LassoWord) -> [Bool] {
        switch self {
        case .atom(let number): return word.letters.map { $0[number] }
        case .not(let operand): return operand.truth(on: word).map { !$0 }
        case .and(let left, let right): return zip(left.truth(on: word), right.truth(on: word)).map { $0 && $1 }
        case .or(let left, let right): return zip(left.truth(on: word), right.truth(on: word)).map { $0 || $1 }
        case .implies(let left, let right): return zip(left.truth(on: word), right.truth(on: word)).map { !$0 || $1 }
        case .always(let operand):
            let now = operand.truth(on: word)
            return Self.fixpoint(word, from: true) { now[$0] && $1 }
        case .eventually(let operand):
            let now = operand.truth(on: word)
            return Self.fixpoint(word, from: false) { now[$0] || $1 }
        case .until(let left, let right):
            let (hold, end) = (left.truth(on: word), right.truth(on: word))
            return Self.fixpoint(word, from: false) { end[$0] || (hold[$0] && $1) }
        case .release(let left, let right):
            let (end, hold) = (left.truth(on: word), right.truth(on: word))
            return Self.fixpoint(word, from: true) { hold[$0] && (end[$0] || $1) }
        }
    }

    /// The least (from false) or greatest (from true) truth for which each position agrees with the law.
    private static func fixpoint(_ word: LassoWord, from start: Bool, _ law: (Int, _ next: Bool) -> Bool) -> [Bool] {
        var truth = Array(repeating: start, count: word.letters.count)
        var hasChanged = true
        while hasChanged {
            hasChanged = false
            for position in truth.indices.reversed() {
                let next = position + 1 < truth.count ? position + 1 : word.loopStart
                let value = law(position, truth[next])
                if value != truth[position] {
                    truth[position] = value
                    hasChanged = true
                }
            }
        }
        return truth
    }

    /// Number of operators, conditions not counted.
    public var operatorCount: Int {
        switch self {
        case .atom: 0
        case .not(let operand), .always(let operand), .eventually(let operand): 1 + operand.operatorCount
        case .and(let left, let right), .or(let left, let right), .implies(let left, let right),
            .until(let left, let right), .release(let left, let right):
            1 + left.operatorCount + right.operatorCount
        }
    }
}
