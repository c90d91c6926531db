// One name for states that differ in the names of their variables alone: variables by first use, and no more condition
// than what says something of the state.

import Model
import Solver

/// A state as it is stored: its row and what is true of the variables in it, both in canonical variables.
struct StateKey: Hashable {
    let row: [Int32]
    let condition: [Int32]
}

/// A state in canonical variables.
struct CanonicalState {
    let key: StateKey
    let row: [Term]
    let condition: PathCondition
    /// Values that satisfy the condition.
    let witness: Assignment
    /// The variables before they were renamed, by what they became.
    let origins: [Term: Term]
}

/// Renames variables, and forgets what is only true of variables that are in the state no more.
final class Canonicalizer {
    private let pool: TermPool
    private let feasibility: Feasibility
    /// Canonical variables by width, in order of use.
    private var variables: [Int: [Term]] = [:]

    init(_ feasibility: Feasibility) {
        self.feasibility = feasibility
        pool = feasibility.pool
    }

    /// The variable of a width with a number.
    func variable(_ number: Int, width: Int) -> Term {
        while variables[width, default: []].count <= number {
            let made = pool.variable("v\(variables[width, default: []].count)", width == 0 ? .bool : .bits(width))
            variables[width, default: []].append(made)
        }
        return variables[width, default: []][number]
    }

    /// The canonical form of a row under a condition.
    func canonical(_ row: [Term], _ condition: PathCondition, _ witness: Assignment) -> CanonicalState {
        var (row, condition) = simplified(row, condition)
        if let settled = settled(row, condition, witness) { (row, condition) = simplified(settled, condition) }
        let support = Set(row.flatMap { pool.support(of: $0) })
        if support.isEmpty {
            return CanonicalState(
                key: StateKey(row: row.map(\.index), condition: []), row: row, condition: PathCondition(),
                witness: Assignment(), origins: [:])
        }
        condition = projected(condition, to: support, witness)
        return renamed(row, condition, witness)
    }

    /// Puts constants in the place of what a condition says equals them.
    ///
    /// A variable that is a constant is then nowhere. What says so of any other term stays as it is.
    private func simplified(_ row: [Term], _ condition: PathCondition) -> ([Term], PathCondition) {
        var (row, condition) = (row, condition)
        for _ in 0..<4 {
            var (variables, all): ([Term: Term], [Term: Term]) = ([:], [:])
            for term in condition.terms {
                guard let (part, value) = pool.equality(term) else { continue }
                all[part] = value
                if pool.isVariable(part) { variables[part] = value }
            }
            if all.isEmpty { break }
            var kept = PathCondition()
            for term in condition.terms {
                let part = pool.equality(term)?.part
                if let part, variables[part] != nil { continue }
                _ = kept.add(pool.substituted([term], part == nil ? all : variables)[0], pool)
            }
            let next = pool.substituted(row, all)
            let isDone = next == row && kept.terms == condition.terms
            (row, condition) = (next, kept)
            if isDone { break }
        }
        return (row, condition)
    }

    /// A row in which constants stand for what a condition leaves one value; nil when there is no such term.
    ///
    /// A condition may say so in many ways, as `0 < n && !(1 < n)` does of a count.
    private func settled(_ row: [Term], _ condition: PathCondition, _ witness: Assignment) -> [Term]? {
        if condition.terms.isEmpty { return nil }
        var map: [Term: Term] = [:]
        for term in Set(row.filter { !pool.support(of: $0).isEmpty }).sorted() {
            let width = pool.sort(of: term)?.width ?? 0
            let value = pool.values(of: [term], under: witness)[0]
            let known = width == 0 ? pool.bool(value == 1) : pool.word(value, width: width)
            if feasibility.isCertain(pool.equal(term, known), on: condition, witness) == true { map[term] = known }
        }
        return map.isEmpty ? nil : row.map { map[$0] ?? $0 }
    }

    /// What a condition says of some variables: that there are values for all others with which it is true.
    ///
    /// Conditions that are tied to none of them are left out, and so is what some values of the others make true
    /// whatever these are. What remains may name others still.
    private func projected(_ condition: PathCondition, to support: Set<Term>, _ witness: Assignment) -> PathCondition {
        let (terms, reached) = condition.slice(support, pool)
        let others = reached.subtracting(support)
        var mixed = terms.filter { pool.support(of: $0).contains(where: others.contains) }
        var result = PathCondition()
        for term in terms where !mixed.contains(term) { _ = result.add(term, pool) }
        guard !mixed.isEmpty else { return result }
        var map: [Term: Term] = [:]
        for variable in others {
            let value = pool.values(of: [variable], under: witness)[0]
            let width = pool.sort(of: variable)?.width ?? 0
            map[variable] = width == 0 ? pool.bool(value == 1) : pool.word(value, width: width)
        }
        let claim = pool.all(pool.substituted(mixed, map))
        if feasibility.isCertain(claim, on: result, witness) == true { mixed = [] }
        for term in mixed { _ = result.add(term, pool) }
        return result
    }

    private func renamed(_ row: [Term], _ condition: PathCondition, _ witness: Assignment) -> CanonicalState {
        var (map, origins): ([Term: Term], [Term: Term]) = ([:], [:])
        var counts: [Int: Int] = [:]
        var values = Assignment()
        func name(_ term: Term) {
            for variable in pool.support(of: term) where map[variable] == nil {
                let width = pool.sort(of: variable)?.width ?? 0
                let other = self.variable(counts[width, default: 0], width: width)
                counts[width, default: 0] += 1
                map[variable] = other
                origins[other] = variable
                values.set(other, to: pool.values(of: [variable], under: witness)[0], in: pool)
            }
        }
        for term in row { name(term) }
        for term in condition.terms { name(term) }
        let newRow = pool.substituted(row, map)
        var terms = PathCondition()
        for term in pool.substituted(condition.terms, map).sorted() { _ = terms.add(term, pool) }
        return CanonicalState(
            key: StateKey(row: newRow.map(\.index), condition: terms.terms.map(\.index)), row: newRow,
            condition: terms, witness: values, origins: origins)
    }
}
