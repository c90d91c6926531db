// Protection clauses: which lock instance guards which datum, found by name from the inside out.

extension TypeChecker {
    func resolveProtections() {
        for pending in pendingProtections { resolveProtection(pending) }
    }

    private func resolveProtection(_ pending: PendingScope) {
        apply(
            pending.field.protection ?? pending.inherited, to: pending.part, within: pending.object.map { [$0] } ?? [])
        if case .object(let id) = pending.part, let type = pending.field.type {
            applyStructureClauses(object: id, type: resolve(type), scopes: (pending.object.map { [$0] } ?? []) + [id])
        }
    }

    /// Clauses written on the fields of a struct that is used as a group.
    private func applyStructureClauses(object: ObjectID, type: Type, scopes: [ObjectID]) {
        var type = type
        while case .array(let element, _) = type { type = element }
        guard case .structure(let id) = type,
            let pending = pendingStructures.first(where: { if case .done(id) = $0.state { true } else { false } })
        else { return }
        for (field, declared) in zip(pending.fields, model.types.structures[id].fields) {
            guard let part = model.objects[object].fields.first(where: { $0.name == declared.name })?.part else {
                continue
            }
            if let clause = field.protection { apply(clause, to: part, within: scopes) }
            if case .object(let inner) = part {
                applyStructureClauses(object: inner, type: declared.type, scopes: scopes + [inner])
            }
        }
    }

    private func apply(_ clause: ProtectionSyntax?, to part: ObjectPart, within scopes: [ObjectID]) {
        guard let clause else { return }
        switch part {
        case .object(let id):
            for field in model.objects[id].fields { apply(clause, to: field.part, within: scopes) }
        case .variable(let id):
            let variable = model.variables[id]
            guard variable.type != .lock else { return }
            switch clause {
            case .isPrivate(let range):
                if variable.isGhost {
                    report(.protectionMisplaced, "a ghost is not private; let its guard be inferred", at: range)
                } else if ownerIsProcess(variable) {
                    model.variables[id].protection = .isPrivate
                } else {
                    report(
                        .protectionMisplaced, "private data is indexed by its process: \(variable.name) is not",
                        at: range,
                        notes: ["declare it `shared name[client] { … private }` or with the type `T[client]`"])
                }
            case .guarded(let lock, let forWritingOnly):
                if let path = guardPath(lock, for: variable, within: scopes) {
                    model.variables[id].protection = .guarded(by: path, forWritingOnly: forWritingOnly)
                }
            }
        }
    }

    private func ownerIsProcess(_ variable: VariableDeclaration) -> Bool {
        var index = variable.dimensions.first
        if index == nil, case .array(_, let type) = variable.type { index = type }
        guard let index else { return false }
        if case .sort(let id) = index { return model.types.sorts[id].firstPid != nil }
        return index == .pid
    }

    /// The lock that an expression such as `lock`, `wait_lock` or `bank[0].lock` names, seen from a datum.
    private func guardPath(_ expression: ExpressionSyntax, for variable: VariableDeclaration, within scopes: [ObjectID])
        -> GuardPath?
    {
        guard let (steps, constants) = flatten(expression), let first = steps.first else {
            report(.notALock, "a guard is the name of a lock", at: expression.range)
            return nil
        }
        var part: ObjectPart?
        for scope in scopes.reversed() where part == nil {
            part = model.objects[scope].fields.first { $0.name == first.text }?.part
        }
        if part == nil {
            switch symbols[first.text] {
            case .variable(let id): part = .variable(id)
            case .object(let id): part = .object(id)
            default:
                report(
                    .unknownName, "there is no lock \(first.text)", at: first.range,
                    notes: suggestion(for: first.text, among: lockNames(scopes)))
                return nil
            }
        }
        for step in steps.dropFirst() {
            guard case .object(let id) = part,
                let next = model.objects[id].fields.first(where: { $0.name == step.text })
            else {
                report(.unknownName, "there is no \(step.text) in it", at: step.range)
                return nil
            }
            part = next.part
        }
        guard case .variable(let id) = part, model.variables[id].type == .lock else {
            report(.notALock, "\(first.text) is not a lock", at: expression.range)
            return nil
        }
        return instance(of: id, constants, for: variable, at: expression.range)
    }

    private func lockNames(_ scopes: [ObjectID]) -> [String] {
        scopes.flatMap { model.objects[$0].fields.map(\.name) }
            + model.variables.filter { $0.type == .lock }.map(\.name)
    }

    private func instance(
        of lock: VariableID, _ constants: [Int], for variable: VariableDeclaration, at range: SourceRange
    )
        -> GuardPath?
    {
        let dimensions = model.variables[lock].dimensions
        if !constants.isEmpty {
            guard constants.count == dimensions.count,
                zip(constants, dimensions).allSatisfy({ $0 >= 0 && $0 < Int(model.types.count(of: $1) ?? 0) })
            else {
                report(.notALock, "the lock has \(dimensions.count) indices, within their ranges", at: range)
                return nil
            }
            return GuardPath(lock: lock, indices: constants.map { .constant($0) })
        }
        guard dimensions.count <= variable.dimensions.count,
            Array(variable.dimensions.prefix(dimensions.count)) == dimensions
        else {
            report(
                .notALock, "which instance of \(model.variables[lock].name) guards \(variable.name)?", at: range,
                notes: ["an array of locks guards data with the same index; otherwise write the index"])
            return nil
        }
        return GuardPath(lock: lock, indices: dimensions.indices.map { .own($0) })
    }

    /// `a.b[2].c` as names and constant indices.
    private func flatten(_ expression: ExpressionSyntax) -> ([Identifier], [Int])? {
        switch expression.kind {
        case .name(let name): return ([Identifier(text: name, range: expression.range)], [])
        case .member(let base, let name):
            guard let (names, constants) = flatten(base) else { return nil }
            return (names + [name], constants)
        case .index(let base, let index):
            guard let (names, constants) = flatten(base), let number = constantNumber(index) else { return nil }
            return (names, constants + [Int(clamping: number)])
        default: return nil
        }
    }
}
