// Suspicious code: loops that only poll, and unguarded reads that look as if they were one.

extension Suspicions {
    func reportSuspiciousCode() {
        for (id, process) in model.processes.enumerated() { judge(process.body.statements, [id]) }
        for (id, function) in model.functions.enumerated() where !runners[id].isEmpty {
            judge(function.body.statements, runners[id])
        }
    }

    /// Judges statements outside of `atomic` and `hardware`, in which no other process comes between.
    private func judge(_ statements: [Statement], _ running: Set<ProcessID>) {
        for statement in statements where statement.range.file === main {
            switch statement.kind {
            case .atomic, .hardware: continue
            case .whileLoop, .loop: if polls(statement) { reportPolling(statement) }
            default: break
            }
            for formula in conditions(of: statement) { judge(formula, running) }
            for block in statement.blocks { judge(block, running) }
        }
    }

    // MARK: Reads that belong together

    /// What decides where control goes. `await` and its like are judged by lowering; an assert decides nothing.
    private func conditions(of statement: Statement) -> [Formula] {
        switch statement.kind {
        case .conditional(let formula, _, _), .whileLoop(let formula, _), .forLoop(_, let formula?, _): [formula]
        default: []
        }
    }

    private func judge(_ formula: Formula, _ running: Set<ProcessID>) {
        var names: [String] = []
        collectReads(formula, isRepeated: false, running, &names)
        guard names.count > 1 else { return }
        let distinct = names.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        let what = distinct.count == 1 ? "\(distinct[0]) more than once" : distinct.joined(separator: " and ")
        diagnostics.report(
            .unguardedCondition, "this reads \(what), which no lock guards", at: formula.range,
            notes: [
                "each read is a step, and another process may store between them: "
                    + "take a lock, or read each into a local first"
            ])
    }

    private func collectReads(
        _ formula: Formula, isRepeated: Bool, _ running: Set<ProcessID>, _ names: inout [String]
    ) {
        var isRepeated = isRepeated
        switch formula.kind {
        case .load(let place):
            if case .variable(let id) = place.root, isRacy(id, for: running) {
                names += Array(repeating: model.variables[id].name, count: isRepeated ? 2 : 1)
            }
        case .call(let id, _):
            forEachFormula(in: model.pures[id].body.statements) {
                collectReads($0, isRepeated: isRepeated, running, &names)
            }
        case .quantifier: isRepeated = true
        default: break
        }
        for child in formula.children { collectReads(child, isRepeated: isRepeated, running, &names) }
    }

    // MARK: Polling

    private func reportPolling(_ statement: Statement) {
        let text = statement.range.file.text(of: statement.range)
        let head = text.utf8.prefix { $0 != UInt8(ascii: "{") }.count
        let isWhile = if case .whileLoop = statement.kind { true } else { false }
        diagnostics.report(
            .polling, "this loop only reads shared data until another process has changed it",
            at: SourceRange(
                file: statement.range.file, start: statement.range.start, end: statement.range.start + max(head, 1)),
            notes: [
                isWhile ? "write `await` with the opposite condition" : "write `await` with the condition of its end",
                "spinning counts as standing still: a wait without end is a deadlock either way, with fewer states",
            ])
    }

    /// Whether a loop has no effect but to read data again, and nothing of its own that could end it.
    private func polls(_ loop: Statement) -> Bool {
        var (reads, hasEffect) = (false, false)
        var assigned: [(local: LocalID, value: Formula)] = []
        func visit(_ statements: [Statement], depth: Int) {
            forEachStatement(in: statements) { statement in
                for formula in statement.formulas where readsData(formula) { reads = true }
                switch statement.kind {
                case .assign(let place, let value):
                    guard case .local(let local) = place.root else {
                        hasEffect = true
                        return
                    }
                    // A part of a local that changes may be what ends the loop; the locals of a callee are fresh.
                    if depth == 0, !place.path.isEmpty { hasEffect = true }
                    if depth == 0 { assigned.append((local, value)) }
                case .call(let id, let arguments, _):
                    for case .place in arguments { hasEffect = true }
                    visit(model.functions[id].body.statements, depth: depth + 1)
                case .synchronize(.orderedLoad, _), .synchronize(.loadReserved, _): reads = true
                case .synchronize(.fence, _): break
                case .declare, .conditional, .bindOptional, .whileLoop, .forLoop, .loop, .hardware, .block, .break,
                    .continue, .return, .atomic:
                    break
                case .synchronize, .choose, .killable, .defer, .either, .await, .assert, .assume, .symbolic, .panic,
                    .claim, .publish, .start, .join:
                    hasEffect = true
                }
            }
        }
        visit([loop], depth: 0)
        let carried = Set(assigned.map(\.local))
        let counts = assigned.contains { assignment in
            assignment.value.contains { if case .local(let id) = $0.kind { carried.contains(id) } else { false } }
        }
        return reads && !hasEffect && !counts
    }

    /// Whether a formula reads data that is shared.
    private func readsData(_ formula: Formula) -> Bool {
        formula.contains { part in
            switch part.kind {
            case .load(let place):
                if case .variable(let id) = place.root { !model.variables[id].isGhost } else { false }
            case .call(let id, _):
                model.pures[id].body.statements.contains { statement in
                    var reads = false
                    forEachFormula(in: [statement]) { if readsData($0) { reads = true } }
                    return reads
                }
            default: false
            }
        }
    }
}
