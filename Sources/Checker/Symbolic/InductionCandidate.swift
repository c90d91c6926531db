// What induction supposes of a state: the stated invariants, and what code says of locks, channels and positions.

import Model
import Solver

/// A statement about states that may be inductive together with others.
struct InductionCandidate {
    /// The stated property; nil for a lemma, which nobody stated.
    let property: Int?
    /// True in the states of which it holds.
    let holds: (SymbolicState) throws(EncodingFailure) -> Term
}

/// Lemmas that follow from the shape of code: which locks a process holds where it stands. None is trusted: each is shown
/// with the others, or dropped.
struct LockLemmas {
    let shape: StateShape

    private var system: TransitionSystem { shape.system }
    private var values: SymbolicValues { shape.values }
    private var pool: TermPool { shape.values.pool }

    func candidates() -> [InductionCandidate] {
        var result: [InductionCandidate] = []
        func add(_ holds: @escaping (SymbolicState) -> Term) {
            result.append(InductionCandidate(property: nil) { state throws(EncodingFailure) in holds(state) })
        }
        for pid in 0..<system.processCount {
            let process = system.kind(of: pid).process
            for (number, point) in process.points.enumerated() {
                let node = process.code.nodes[point.node]
                func whenHere(_ claim: @escaping (SymbolicState) -> Term) {
                    add { state in
                        let isHere = pool.equal(state.processes[pid].position, values.ordinal(number))
                        return pool.truth(isHere) == false ? pool.bool(true) : pool.implies(isHere, claim(state))
                    }
                }
                let keys = node.held.filter { isPlain($0) }
                if !keys.isEmpty { whenHere { state in pool.all(keys.map { isHeld($0, pid, state) }) } }
                whenHere { state in holdsNoOther(than: node.held, pid, state) }
                if !isResume(node, process.code) {
                    whenHere { state in pool.equal(state.processes[pid].channel, values.ordinal(0)) }
                }
            }
            add { state in
                let isAtPoint = shape.isAtPoint(pid, state)
                let isAwake = pool.equal(state.processes[pid].channel, values.ordinal(0))
                return pool.or(isAtPoint, pool.and(isAwake, holdsNoOther(than: [], pid, state)))
            }
            if process.startParameterCount == nil {
                add { state in pool.not(pool.equal(state.processes[pid].position, shape.idle(pid))) }
            }
        }
        return result
    }

    private func isResume(_ node: Node, _ code: Code) -> Bool {
        var node = node
        while case .jump = node.operation { node = code.nodes[node.next] }
        if case .resumed = node.operation { return true }
        return false
    }

    /// Whether a key names an instance of a lock that is no part of an array.
    private func isPlain(_ key: LockKey) -> Bool {
        let variable = system.variables[key.lock]
        return variable.type == .lock && key.indices.count == variable.dimensions.count
    }

    private func isHeld(_ key: LockKey, _ pid: Int, _ state: SymbolicState) -> Term {
        let mine = values.ordinal(pid + 1)
        return pool.all(
            state.data[key.lock].enumerated().map { instance, value in
                guard case .lock(let holder) = value else { return pool.bool(true) }
                return pool.implies(names(key, instance, pid, state), pool.equal(holder, mine))
            })
    }

    /// No lock but those that the keys name is held by the process. Of parts of arrays nothing is said.
    private func holdsNoOther(than keys: Set<LockKey>, _ pid: Int, _ state: SymbolicState) -> Term {
        let mine = values.ordinal(pid + 1)
        var result = pool.bool(true)
        for (id, variable) in system.variables.enumerated() where variable.type == .lock {
            let own = keys.filter { $0.lock == id }
            guard own.allSatisfy({ isPlain($0) }) else { continue }
            for (instance, value) in state.data[id].enumerated() {
                guard case .lock(let holder) = value else { continue }
                let isNamed = pool.any(own.map { names($0, instance, pid, state) })
                result = pool.and(result, pool.or(isNamed, pool.not(pool.equal(holder, mine))))
            }
        }
        return result
    }

    private func names(_ key: LockKey, _ instance: Int, _ pid: Int, _ state: SymbolicState) -> Term {
        var (rest, result) = (instance, pool.bool(true))
        for (index, dimension) in zip(key.indices, system.variables[key.lock].dimensions).reversed() {
            let count = Int(system.types.count(of: dimension) ?? 1)
            let digit = rest % count
            rest /= count
            switch index {
            case .constant(let value):
                if system.types.ordinal(of: value, in: dimension) != digit { return pool.bool(false) }
            case .selfProcess:
                var own = pid
                if case .sort(let id) = dimension { own -= system.types.sorts[id].firstPid ?? 0 }
                if own != digit { return pool.bool(false) }
            case .local(let local):
                switch state.processes[pid].locals[local] {
                case .member(let term)?: result = pool.and(result, pool.equal(term, values.ordinal(digit)))
                case .integer(let term)?:
                    let width = pool.sort(of: term)?.width ?? 64
                    result = pool.and(result, pool.equal(term, pool.word(UInt64(digit), width: width)))
                default: return pool.bool(false)
                }
            }
        }
        return result
    }
}
