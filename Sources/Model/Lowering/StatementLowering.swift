// Typed statements to nodes: control flow, func calls put in place, loops, blocks.

extension Emitter {
    func lower(_ statements: [Statement]) {
        for statement in statements { lower(statement) }
    }

    private func lower(_ statement: Statement) {
        let savedRange = range
        range = statement.range
        if let name = statement.label {
            label = name
            labelFairness = statement.fairness
            emit(.jump)  // The point of the label, whatever its statement begins with.
        }
        lowerKind(statement)
        range = savedRange
    }

    private func lowerKind(_ statement: Statement) {
        switch statement.kind {
        case .assign(let place, let value): assign(place, value)
        case .declare(let local, let value):
            let lowered = lower(value)
            set(declared(local), lowered)
        case .call(let id, let arguments, let result): call(id, arguments, result: result)
        case .synchronize(let operation, let result): synchronize(operation, result: result.map { target(of: $0) })
        case .choose(let binder, let condition, let otherwise): choose(binder, condition, otherwise)
        case .conditional(let condition, let then, let otherwise):
            branch(lower(condition), then: { self.withScope { self.lower(then) } }, otherwise: otherwise)
        case .bindOptional(let local, let value, let then, let otherwise):
            bindOptional(local, lower(value), then: then, otherwise: otherwise)
        case .whileLoop, .forLoop, .loop: loop(statement)
        case .atomic(let body): atomic(body)
        case .hardware(let body):
            let saved = isHardware
            isHardware = true
            withScope { lower(body) }
            isHardware = saved
        case .killable(let condition, let body, let otherwise): killable(condition, body, otherwise)
        case .defer(let body): scopes[scopes.count - 1].blocks.append((body, frame))
        case .either(let blocks): either(blocks)
        case .await(let condition): emit(.await(atomicCondition(condition, "await")))
        case .assert(let condition, let message): assertion(condition, message, statement)
        case .assume(let condition): emit(.assume(lower(condition)))
        case .symbolic(let local, let condition): symbolic(local, condition)
        case .panic(let message): emit(.panic(message))
        case .claim(let place): emit(.claim(claimPlace(place)))
        case .publish(let place): emit(.publish(claimPlace(place)))
        case .start(let process, let index, let arguments):
            emit(.start(process, index: index.map { lower($0) }, arguments.map { lower($0) }))
        case .join(let process): emit(.join(lower(process)))
        case .break: leaveLoop(isBreak: true)
        case .continue: leaveLoop(isBreak: false)
        case .return(let value): returned(value)
        case .block(let body): withScope { lower(body) }
        }
    }

    /// The local for a declaration: a fresh value each time it is reached.
    private func declared(_ local: LocalID) -> LocalID { target(of: local) }

    private func assign(_ place: Place, _ value: Formula) {
        let lowered = lower(value)
        emit(.assign(lower(place), lowered))
    }

    private func assertion(_ condition: Formula, _ message: String?, _ statement: Statement) {
        let lowered = lower(condition)
        let id = context.assertion(
            at: statement.range, label: statement.label, function: frame.function, message: message)
        emit(.assert(lowered, id))
    }

    // MARK: Branches

    private func branch(_ condition: Formula, then: () -> Void, otherwise: [Statement]) {
        let elseLabel = newLabel()
        emit(.branch(condition, otherwise: elseLabel))
        then()
        guard !otherwise.isEmpty else {
            place(elseLabel)
            return
        }
        let end = newLabel()
        jump(to: end)
        place(elseLabel)
        withScope { lower(otherwise) }
        place(end)
    }

    private func bindOptional(_ local: LocalID, _ value: Formula, then: [Statement], otherwise: [Statement]) {
        let holder: Formula
        if case .local = value.kind {
            holder = value
        } else {
            let temporary = newLocal("%optional", value.type)
            set(temporary, value)
            holder = Formula(.local(temporary), value.type, value.range)
        }
        let null = Formula(.constant(.null), value.type, value.range)
        let test = Formula(.binary(.notEqual, holder, null), .bool, value.range)
        let bind = {
            let local = self.target(of: local)
            self.set(local, Formula(.unwrap(holder), self.locals[local].type, value.range))
        }
        if then.isEmpty {
            // `guard let`: the name lives on after the statement.
            let (elseLabel, end) = (newLabel(), newLabel())
            emit(.branch(test, otherwise: elseLabel))
            bind()
            jump(to: end)
            place(elseLabel)
            withScope { lower(otherwise) }
            place(end)
        } else {
            branch(
                test,
                then: {
                    bind()
                    self.withScope { self.lower(then) }
                }, otherwise: otherwise)
        }
    }

    private func either(_ blocks: [[Statement]]) {
        let end = newLabel()
        let entries = blocks.map { _ in newLabel() }
        let node = emit(.either(Array(entries.dropFirst())))
        nodes[node].next = entries[0]
        for (entry, block) in zip(entries, blocks) {
            place(entry)
            withScope { lower(block) }
            jump(to: end)
        }
        place(end)
    }

    private func choose(_ binder: Binder, _ condition: Formula?, _ otherwise: [Statement]?) {
        let local = target(of: binder.local)
        let domain = lower(binder.domain)
        let filter = condition.map { atomicCondition($0, "choose … where") }
        let elseLabel = otherwise.map { _ in newLabel() }
        emit(.choose(local, domain, where: filter, otherwise: elseLabel))
        guard let otherwise, let elseLabel else { return }
        let end = newLabel()
        jump(to: end)
        place(elseLabel)
        withScope { lower(otherwise) }
        place(end)
    }

    /// A choice among all values of a type; where the condition allows none the path is cut, as by `assume`.
    private func symbolic(_ local: LocalID, _ condition: Formula?) {
        let local = declared(local)
        let filter = condition.map { atomicCondition($0, "symbolic … where") }
        let nothing = filter.map { _ in newLabel() }
        let node = emit(.choose(local, .type(locals[local].type), where: filter, otherwise: nothing))
        nodes[node].isSymbolic = true
        guard let nothing else { return }
        let end = newLabel()
        jump(to: end)
        place(nothing)
        emit(.assume(Formula(.constant(.bool(false)), .bool, range)))
        place(end)
    }

    /// A condition that is judged in one step: it may read at most one datum that has no guard.
    func atomicCondition(_ condition: Formula, _ what: String) -> Formula {
        let saved = hoists
        hoists = false
        let renamed = rename(condition)
        let lowered = linearize(renamed)
        hoists = saved
        if hoists, unguardedLoads(renamed, inQuantifier: false) > 1 {
            diagnostics.report(
                .unguardedLoads, "\(what) reads more than one datum that no lock guards", at: condition.range,
                notes: ["no machine reads two words at once: read them into locals, or take a lock"])
        }
        return lowered
    }

    private func unguardedLoads(_ formula: Formula, inQuantifier: Bool) -> Int {
        var count = 0
        if case .load(let place) = formula.kind, case .variable(let id) = place.root,
            facts.steppingLoads.contains(id), !model.variables[id].isGhost
        {
            count = inQuantifier ? 2 : 1
        }
        let isQuantifier = if case .quantifier = formula.kind { true } else { false }
        return formula.children.reduce(count) { $0 + unguardedLoads($1, inQuantifier: inQuantifier || isQuantifier) }
    }

    // MARK: Loops

    private func loop(_ statement: Statement) {
        let (breakLabel, continueLabel) = (newLabel(), newLabel())
        let saved = loops
        loops.append((breakLabel, continueLabel, scopes.count))
        switch statement.kind {
        case .forLoop(let binder, let condition, let body):
            let local = target(of: binder.local)
            iterate(local, lower(binder.domain), breakLabel: breakLabel, continueLabel: continueLabel) {
                if let condition { emit(.branch(lower(condition), otherwise: continueLabel)) }
                withScope { lower(body) }
            }
        case .whileLoop(let condition, let body):
            let top = newLabel()
            place(top)
            emit(.branch(lower(condition), otherwise: breakLabel))
            withScope { lower(body) }
            backEdge(to: top, from: continueLabel)
            place(breakLabel)
        case .loop(let body):
            let top = newLabel()
            place(top)
            withScope { lower(body) }
            backEdge(to: top, from: continueLabel)
            place(breakLabel)
        default: preconditionFailure("not a loop")
        }
        loops = saved
    }

    private func backEdge(to top: Int, from continueLabel: Int) {
        place(continueLabel)
        let node = emit(.jump)
        nodes[node].next = top
        nodes[node].isBackEdge = true
    }

    private func leaveLoop(isBreak: Bool) {
        guard let loop = loops.last else { preconditionFailure("a jump outside a loop was let through") }
        unwind(to: loop.scopeDepth)
        jump(to: isBreak ? loop.breakLabel : loop.continueLabel)
    }

    // MARK: Blocks with a meaning

    private func atomic(_ body: [Statement]) {
        guard !isInAtomic else {
            withScope { lower(body) }
            return
        }
        let saved = (hoists, isInAtomic)
        hoists = false
        isInAtomic = true
        startsAtomic = true
        let beginsBlocking = body.first.map { Self.blocks($0) } ?? false
        if !beginsBlocking { emit(.jump) }
        withScope { lower(body) }
        startsAtomic = false
        (hoists, isInAtomic) = saved
    }

    private static func blocks(_ statement: Statement) -> Bool {
        switch statement.kind {
        case .await, .join, .synchronize(.acquire, _): true
        default: false
        }
    }

    private func killable(_ condition: Formula, _ body: [Statement], _ otherwise: [Statement]) {
        let (elseLabel, end) = (newLabel(), newLabel())
        let test = atomicCondition(condition, "killable")
        let outer = regions
        regions.append(KillRegion(condition: test, label: elseLabel, scopeDepth: scopes.count))
        withScope { lower(body) }
        regions = outer
        jump(to: end)
        emitPendingExits()
        place(elseLabel)
        withScope { lower(otherwise) }
        place(end)
    }
}
