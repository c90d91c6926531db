// The class of each micro-step (language reference, "Micro-steps and steps"), and which ghosts belong to an access.

/// Classifies the nodes of process code.
struct MoverClassification {
    let model: TypedModel
    let facts: AccessFacts
    let rules: ChannelRules
    let ghosts: GhostGuards
    let diagnostics: Diagnostics

    /// Fills in `mover`, `isShared` and `isAttached` of all nodes.
    ///
    /// - Parameters:
    ///   - code: the code of a process.
    ///   - isStartable: whether others start it; its end does not commute with that.
    func classify(_ code: inout Code, isStartable: Bool) {
        for index in code.nodes.indices {
            let node = code.nodes[index]
            code.nodes[index].isShared = isShared(node)
            code.nodes[index].mover = node.isInAtomic ? .both : mover(of: node)
        }
        attachGhosts(&code)
        separateTests(&code, isStartable: isStartable)
        if isStartable || facts.claims { separateEnd(&code) }
    }

    /// The end of a process that others start does not commute with that start.
    ///
    /// It matters only when the last step is an N, a `release` or the start itself with more micro-steps behind it: others
    /// can act on that while the process, in the base meaning, still runs.
    private func separateEnd(_ code: inout Code) {
        var predecessors: [[NodeID]] = code.nodes.map { _ in [] }
        for (index, node) in code.nodes.enumerated() {
            if node.operation.fallsThrough { predecessors[node.next].append(index) }
            for target in node.operation.otherTargets { predecessors[target].append(index) }
        }
        for index in code.nodes.indices {
            guard case .finish = code.nodes[index].operation else { continue }
            var seen: Set<NodeID> = []
            if endsAfterMore(index, code, predecessors, hasMore: false, &seen) { code.nodes[index].mover = .none }
        }
    }

    /// Whether some path to a node has an N, a left-mover or the entry with another micro-step behind it.
    private func endsAfterMore(
        _ index: NodeID, _ code: Code, _ predecessors: [[NodeID]], hasMore: Bool, _ seen: inout Set<NodeID>
    ) -> Bool {
        for previous in predecessors[index] {
            let node = code.nodes[previous]
            if node.mover == .none || node.label != nil {
                if hasMore { return true }
                continue
            }
            if node.mover == .right { continue }
            if node.mover == .left, hasMore { return true }
            let more = hasMore || (node.isShared && !node.isAttached)
            if more, previous == code.entry { return true }
            guard seen.insert(previous * 2 + (more ? 1 : 0)).inserted else { continue }
            if endsAfterMore(previous, code, predecessors, hasMore: more, &seen) { return true }
        }
        return false
    }

    private func isShared(_ node: Node) -> Bool {
        switch node.operation {
        case .acquire, .release, .tryAcquire, .sleep, .resumed, .wakeup, .wakeupProcess, .wakeupOne, .resume,
            .atomicUpdate, .compareAndSwap, .await, .join, .claim, .publish, .start:
            true
        case .jump, .either, .panic, .finish, .end, .checkReleased, .assumeHeld: node.isAtomicStart
        case .assign, .branch, .choose, .first, .advance, .assert, .assume:
            node.isAtomicStart || !node.operation.loads.isEmpty || !node.operation.stores.isEmpty
                || node.operation.formulas.contains { $0.asksAboutProcesses }
        }
    }

    private func mover(of node: Node) -> MoverClass {
        if node.isAtomicStart {
            if case .acquire(let place) = node.operation, !isObserved(place) { return .right }
            return .none
        }
        switch node.operation {
        case .acquire(let place): return isObserved(place) ? .none : .right
        case .resumed(let place): return place.map { isObserved($0) } ?? true || facts.readsAsleep ? .none : .right
        case .release(let place): return isObserved(place) ? .none : .left
        case .sleep(let channel, let lock):
            let joins =
                lock.map { !isObserved($0) } ?? false && rules.isAlwaysUnderLock(channel.channel) && !facts.resumes
                && !facts.readsAsleep
            return joins ? .left : .none
        case .wakeup(let channel):
            return rules.holdsLock(of: channel, node) && !facts.readsAsleep ? .both : .none
        case .wakeupOne(let channel):
            return rules.isAlwaysUnderLock(channel.channel) && !facts.readsAsleep ? .both : .none
        case .tryAcquire, .wakeupProcess, .resume, .await, .join, .claim, .publish, .start: return .none
        case .finish: return facts.readsFinished ? .none : .both
        case .jump, .either, .panic, .end, .checkReleased, .assumeHeld: return .both
        case .assign, .branch, .choose, .first, .advance, .assert, .assume, .atomicUpdate, .compareAndSwap:
            return dataMover(node)
        }
    }

    private func isObserved(_ place: Place) -> Bool {
        guard case .variable(let id) = place.root else { return true }
        return facts.observedLocks.contains(id)
    }

    private func dataMover(_ node: Node) -> MoverClass {
        if node.isHardware, isShared(node) { return .none }
        if node.operation.formulas.contains(where: { $0.asksAboutProcesses }) { return .none }
        for id in node.operation.loads {
            if model.variables[id].isGhost {
                if ghosts.guards[id] == GhostGuard.none { return .none }
            } else if model.variables[id].type == .lock || facts.steppingLoads.contains(id) {
                return .none
            }
        }
        for id in node.operation.stores {
            if facts.steppingStores.contains(id) || facts.visibleStores.contains(id) { return .none }
            if model.variables[id].isGhost, ghosts.guards[id] == GhostGuard.none { return .none }
        }
        return .both
    }

    // MARK: Tests that may end the path

    /// An `assume` or `assert` that fails takes the rest of its step with it, and so what the step has already done that
    /// others can see: it starts a step of its own where there is any such thing. Where others start the process, that
    /// start is such a thing: the first private micro-steps belong to it.
    private func separateTests(_ code: inout Code, isStartable: Bool) {
        var predecessors: [[NodeID]] = code.nodes.map { _ in [] }
        for (index, node) in code.nodes.enumerated() {
            if node.operation.fallsThrough { predecessors[node.next].append(index) }
            for target in node.operation.otherTargets { predecessors[target].append(index) }
        }
        for index in code.nodes.indices {
            let node = code.nodes[index]
            // An attached test is one with its access in the base meaning, too.
            guard node.isTest, node.mover == .both, !node.isAttached, !node.isInAtomic, !node.isAtomicStart
            else { continue }
            if followsEffect(index, code, predecessors, isStartable) { code.nodes[index].mover = .none }
        }
    }

    /// Whether some path within the step does something before the node that others can see.
    private func followsEffect(
        _ index: NodeID, _ code: Code, _ predecessors: [[NodeID]], _ isStartable: Bool
    ) -> Bool {
        if isStartable, index == code.entry { return true }
        var seen: Set<NodeID> = [index]
        var waiting = predecessors[index]
        while let current = waiting.popLast() {
            guard seen.insert(current).inserted else { continue }
            let node = code.nodes[current]
            if isEffect(node) { return true }
            let isPoint = node.label != nil || (!node.isAttached && (node.mover == .none || node.mover == .right))
            if isPoint { continue }
            if isStartable, current == code.entry { return true }
            waiting += predecessors[current]
        }
        return false
    }

    private func isEffect(_ node: Node) -> Bool {
        switch node.operation {
        case .assign(let place, _):
            guard case .variable = place.root else { return false }
            return node.mover == .none || node.isAttached || node.isInAtomic || node.isAtomicStart
        case .atomicUpdate, .compareAndSwap, .release, .tryAcquire, .sleep, .wakeup, .wakeupProcess, .wakeupOne,
            .resume,
            .claim, .publish, .start:
            return true
        case .acquire, .resumed: return node.mover == .none
        case .jump, .branch, .choose, .either, .first, .advance, .await, .join, .assert, .assume, .panic,
            .checkReleased,
            .assumeHeld, .finish, .end:
            return false
        }
    }

    // MARK: Ghost statements that belong to an access

    /// A ghost statement without a guard joins the R or N access directly before it, on every path to it.
    private func attachGhosts(_ code: inout Code) {
        var predecessors: [[NodeID]] = code.nodes.map { _ in [] }
        var hasKillEdge: Set<NodeID> = []
        for (index, node) in code.nodes.enumerated() {
            if node.operation.fallsThrough { predecessors[node.next].append(index) }
            for target in node.operation.otherTargets { predecessors[target].append(index) }
            for kill in node.kills { hasKillEdge.insert(kill.target) }
        }
        for index in code.nodes.indices where isGhostOnly(code.nodes[index]) {
            let needsAccess = isUnguarded(code.nodes[index])
            var seen: Set<NodeID> = []
            let joins = followsAccess(index, code, predecessors, hasKillEdge, &seen)
            code.nodes[index].isAttached = joins
            if joins {
                code.nodes[index].mover = .both
            } else if needsAccess, !code.nodes[index].isInAtomic {
                warn(code.nodes[index])
            }
        }
    }

    private func isUnguarded(_ node: Node) -> Bool {
        node.operation.loads.union(node.operation.stores).contains { ghosts.guards[$0] == GhostGuard.none }
    }

    /// Whether a node touches ghosts and nothing else; real data were read into locals before.
    private func isGhostOnly(_ node: Node) -> Bool {
        let touched = node.operation.loads.union(node.operation.stores)
        return !touched.isEmpty && touched.allSatisfy { model.variables[$0].isGhost }
            && !facts.isStored(node.operation.stores)
    }

    private func followsAccess(
        _ index: NodeID, _ code: Code, _ predecessors: [[NodeID]], _ killTargets: Set<NodeID>, _ seen: inout Set<NodeID>
    ) -> Bool {
        guard seen.insert(index).inserted else { return true }
        let before = predecessors[index]
        guard index != code.entry, !killTargets.contains(index), !before.isEmpty else { return false }
        return before.allSatisfy { previous in
            let node = code.nodes[previous]
            if isGhostOnly(node) { return followsAccess(previous, code, predecessors, killTargets, &seen) }
            if node.label != nil { return false }
            if node.isShared { return node.mover == .right || node.mover == .none }
            return followsAccess(previous, code, predecessors, killTargets, &seen)
        }
    }

    private func warn(_ node: Node) {
        let names = node.operation.loads.union(node.operation.stores).filter { model.variables[$0].isGhost }
            .map { model.variables[$0].name }.sorted()
        diagnostics.report(
            .ghostOwnStep, "\(names.joined(separator: ", ")): this ghost statement is a step of its own",
            at: node.range,
            notes: [
                "write it directly after the access that it records, or touch the ghost under one lock everywhere"
            ])
    }
}

extension Node {
    /// Whether it may end the path by a test: of what is there, or of a word that there may not be.
    fileprivate var isTest: Bool {
        switch operation {
        case .assume, .assert: true
        case .choose(_, _, let condition, _): isSymbolic && condition != nil
        default: false
        }
    }
}

extension Formula {
    /// Whether it asks for the state of processes or locks.
    var asksAboutProcesses: Bool {
        contains { if case .predicate = $0.kind { true } else { false } }
    }
}

extension AccessFacts {
    /// Whether a store to one of the data must be a step that a property sees.
    func isStored(_ variables: Set<VariableID>) -> Bool { !steppingStores.isDisjoint(with: variables) }
}
