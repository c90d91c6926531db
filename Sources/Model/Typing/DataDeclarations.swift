// Shared, per-hart and ghost data: groups are taken apart into data, each with its protection.

extension TypeChecker {
    func declareData() {
        for entry in items.entries {
            switch entry.item.kind {
            case .sharedVariable(let field): declareTop(field, dimensions: [], isGhost: false)
            case .ghostVariable(let field): declareTop(field, dimensions: [], isGhost: true)
            case .perHartVariable(let field): declarePerHart(field)
            case .sharedGroup(let name, let index, let protection, let fields):
                declareGroup(name, index: index, protection, fields)
            default: continue
            }
        }
    }

    private func declarePerHart(_ field: FieldSyntax) {
        guard case .sort(let id) = symbols["hart"] else {
            report(
                .missingHarts, "per hart data needs `harts N`", at: field.range,
                notes: ["write `harts 2` above for a machine with two harts"])
            symbols[field.name.text] = .invalid
            return
        }
        declareTop(field, dimensions: [.sort(id)], isGhost: false)
    }

    private func declareTop(_ field: FieldSyntax, dimensions: [Type], isGhost: Bool) {
        guard let part = addPart(field, path: "", dimensions: dimensions, inherited: nil, isGhost: isGhost) else {
            declare(field.name, .invalid)
            return
        }
        switch part {
        case .variable(let id): declare(field.name, .variable(id))
        case .object(let id): declare(field.name, .object(id))
        }
        pendingProtections.append(PendingScope(object: nil, part: part, field: field, inherited: nil))
    }

    private func declareGroup(
        _ name: Identifier, index: ExpressionSyntax?, _ protection: ProtectionSyntax?, _ fields: [FieldSyntax]
    ) {
        let dimensions = index.map { [resolveIndex($0)] } ?? []
        guard !dimensions.contains(.invalid) else {
            declare(name, .invalid)
            return
        }
        let id = model.objects.count
        guard declare(name, .object(id)) else { return }
        model.objects.append(ObjectDeclaration(name: name.text, dimensions: dimensions, fields: []))
        var seen: Set<String> = []
        for field in fields {
            guard seen.insert(field.name.text).inserted else {
                report(.duplicateName, "\(name.text) has the field \(field.name.text) twice", at: field.range)
                continue
            }
            let part = addPart(
                field, path: name.text + ".", dimensions: dimensions, inherited: protection, isGhost: false)
            guard let part else { continue }
            model.objects[id].fields.append((field.name.text, part))
            pendingProtections.append(PendingScope(object: id, part: part, field: field, inherited: protection))
        }
    }

    /// A protection clause that waits until all data have names.
    struct PendingScope {
        let object: ObjectID?
        let part: ObjectPart
        let field: FieldSyntax
        let inherited: ProtectionSyntax?
    }

    /// Private data of the type `T[client]` are one datum for each process.
    private func isPrivateArray(
        _ field: FieldSyntax, _ inherited: ProtectionSyntax?, _ dimensions: [Type], _ type: Type
    )
        -> Type?
    {
        guard case .isPrivate = field.protection ?? inherited, dimensions.isEmpty,
            case .array(_, let index) = type, index == .pid || isProcessSort(index)
        else { return nil }
        return index
    }

    private func addPart(
        _ field: FieldSyntax, path: String, dimensions: [Type], inherited: ProtectionSyntax?, isGhost: Bool
    ) -> ObjectPart? {
        let type: Type
        if let syntax = field.type {
            type = resolve(syntax)
        } else if case .expression(let initial) = field.initial {
            type = inferredType(initial)
        } else {
            report(.missingType, "\(field.name.text) needs a type", at: field.range)
            return nil
        }
        guard type != .invalid else { return nil }
        if let index = isPrivateArray(field, inherited, dimensions, type), case .array(let element, _) = type {
            return aligned(
                addPart(
                    name: path + field.name.text, type: element, dimensions: [index], field: field, isGhost: isGhost),
                field)
        }
        return aligned(
            addPart(name: path + field.name.text, type: type, dimensions: dimensions, field: field, isGhost: isGhost),
            field)
    }

    private func inferredType(_ initial: ExpressionSyntax) -> Type {
        let saved = body
        body = BodyContext(kind: .constant)
        defer { body = saved }
        let type = check(initial, expected: nil).type
        if let integer = type.integer, integer.kind == .int { return .int }
        if type == .null {
            report(.missingType, "nil alone does not tell the type", at: initial.range)
            return .invalid
        }
        return type
    }

    private func addPart(name: String, type: Type, dimensions: [Type], field: FieldSyntax, isGhost: Bool) -> ObjectPart?
    {
        switch type {
        case .array(let element, let index) where isObject(type) || isLockArray(type):
            return addPart(
                name: name, type: element, dimensions: dimensions + [index], field: field, isGhost: isGhost)
        case .structure(let id) where isObject(type):
            let object = model.objects.count
            model.objects.append(ObjectDeclaration(name: name, dimensions: dimensions, fields: []))
            for part in model.types.structures[id].fields {
                guard
                    let added = addPart(
                        name: "\(name).\(part.name)", type: part.type, dimensions: dimensions, field: field,
                        isGhost: isGhost)
                else { continue }
                if case .variable(let variable) = added, let initial = part.initial {
                    model.variables[variable].initial = .value(initial)
                }
                model.objects[object].fields.append((part.name, added))
            }
            return .object(object)
        default:
            guard isSmall(name, type, dimensions: dimensions, at: field.range) else { return nil }
            model.variables.append(
                VariableDeclaration(
                    name: name, dimensions: dimensions, type: type, protection: .none,
                    initial: .value(model.types.zero(of: type)), isGhost: isGhost, range: field.name.range))
            return .variable(model.variables.count - 1)
        }
    }

    // MARK: Initial values

    func checkInitialValues() {
        for pending in pendingProtections {
            guard let initial = pending.field.initial, case .variable(let id) = pending.part else {
                if let initial = pending.field.initial, case .expression(let expression) = initial {
                    report(
                        .typeMismatch,
                        "\(pending.field.name.text) holds locks; its parts have their own initial values",
                        at: expression.range)
                }
                continue
            }
            let variable = model.variables[id]
            switch initial {
            case .any(let range):
                if alignments[id] != nil {
                    report(.typeMismatch, "`any` would not be aligned", at: range, notes: ["choose in `init { }`"])
                }
                guard model.types.allValues(of: variable.type, limit: 65_536) != nil else {
                    report(
                        .tooManyValues, "\(variable.name) has more than 65536 initial values", at: range,
                        notes: ["give it a smaller type, or choose in `init { }`"])
                    continue
                }
                model.variables[id].initial = .any
            case .expression(let expression):
                if let value = initialValue(expression, variable.type) {
                    model.variables[id].initial = .value(value)
                    checkAlignment(of: value, in: id, at: expression.range)
                }
            }
        }
        for pending in pendingProtections where pending.field.initial == nil {
            guard case .variable(let id) = pending.part, let integer = model.variables[id].type.integer else {
                continue
            }
            if !integer.contains(0) {
                report(
                    .missingInitial,
                    "\(model.variables[id].name) needs an initial value: 0 is not in \(name(of: model.variables[id].type))",
                    at: pending.field.range, notes: ["write `= \(integer.lower)` behind the type"])
            }
        }
    }
}
