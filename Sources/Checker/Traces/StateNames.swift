// Between the elements of a real run and those of the stored states that stand for its states.

import Model

/// Compares states of the reference semantics with stored ones, which may stand for others by symmetry.
struct StateNames {
    private let explorer: Explorer
    private let plan: SymmetryPlan?

    init(_ explorer: Explorer) {
        self.explorer = explorer
        plan = explorer.program.symmetry
    }

    /// Whether elements of real states may have other names than those of stored ones.
    var areOther: Bool { plan != nil }

    /// Whether a state is a stored one, or one of those that it stands for.
    func isStored(_ state: SystemState, as number: Int) -> Bool {
        guard plan != nil else { return explorer.program.layout.decode(explorer.store.row(number)) == state }
        let words = representative(of: state).words
        let row = explorer.store.row(number)
        return words.indices.allSatisfy { words[$0] == row[$0] }
    }

    /// What the process that has a pid in a stored state is called in a state that it stands for.
    func pid(of pid: Int, in state: SystemState) -> Int {
        guard plan != nil else { return pid }
        return representative(of: state).pids.firstIndex(of: pid) ?? pid
    }

    /// Whether a process of a real state may be the one of a stored state: the same, or one that is exchanged with it.
    func mayBe(_ pid: Int, _ stored: Int) -> Bool {
        if pid == stored { return true }
        guard let plan, plan.group.point(pid, of: .pid) != nil, plan.group.point(stored, of: .pid) != nil else {
            return false
        }
        return plan.layout.system.kind(of: pid).process.id == plan.layout.system.kind(of: stored).process.id
    }

    /// Whether a nesting of locks in a real run may be one that was seen in stored states.
    func mayBe(_ nesting: LockNesting, _ stored: LockNesting) -> Bool {
        mayBe(nesting.held, stored.held) && mayBe(nesting.taken, stored.taken)
    }

    private func mayBe(_ lock: LockInstance, _ stored: LockInstance) -> Bool {
        guard lock.variable == stored.variable else { return false }
        return lock.element == stored.element || plan?.movesElements(of: lock.variable) ?? false
    }

    /// The state that stands for another one, and what its processes are called there.
    private func representative(of state: SystemState) -> (words: [UInt64], pids: [Int]) {
        var words = explorer.program.layout.encode(state)
        guard let plan else { return (words, []) }
        var canonicalizer = SymmetryCanonicalizer(plan)
        defer { canonicalizer.deallocate() }
        words.withUnsafeMutableBufferPointer { buffer in
            if let base = buffer.baseAddress { _ = canonicalizer.canonicalize(base) }
        }
        return (words, (0..<plan.layout.system.processCount).map { canonicalizer.renamed(pid: $0) })
    }
}

extension SymmetryPlan {
    /// Whether a datum has elements that are exchanged.
    func movesElements(of id: VariableID) -> Bool {
        let variable = layout.system.variables[id]
        if variable.dimensions.contains(where: { group.moves($0) }) { return true }
        var type = variable.type
        while case .array(let element, let index) = type {
            if group.moves(index) { return true }
            type = element
        }
        return false
    }
}
