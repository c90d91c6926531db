// Typing of properties, proofs and views.

/// Reports a memory model that does not exist; whether it did so.
@discardableResult
public func reportUnknownMemory(_ name: String, at range: SourceRange, diagnostics: Diagnostics) -> Bool {
    let known = ["sc", "tso", "weak", "rvwmo"]
    guard !known.contains(name) else { return false }
    diagnostics.report(
        .unknownMemory, "there is no memory model \(name)", at: range,
        notes: ["one of \(known.joined(separator: ", "))"])
    return true
}

extension TypeChecker {
    func checkProperties() {
        for entry in items.entries {
            let range = entry.item.range
            switch entry.item.kind {
            case .property(let kind, let name, let syntax, let message):
                checkProperty(Self.kinds[kind] ?? .invariant, name, syntax, message, range)
            case .leadsTo(let name, let binders, let premise, let conclusion, let message):
                checkLeadsTo(name, binders, premise, conclusion, message, range)
            case .prove(let name, let parameters, let condition, let block, let message):
                checkProof(name, parameters, condition, block, message, range)
            case .memory(let name): checkMemory(name)
            default: continue
            }
        }
    }

    private static let kinds: [PropertyKindSyntax: PropertyKind] = [
        .invariant: .invariant, .invariantAlways: .always, .transition: .transition, .final: .final,
        .reachable: .reachable, .reachableAlways: .reachableAlways, .eventually: .eventually, .temporal: .temporal,
    ]

    private func checkMemory(_ name: Identifier) {
        if !reportUnknownMemory(name.text, at: name.range, diagnostics: diagnostics) { model.memory = name.text }
    }

    private func checkProperty(
        _ kind: PropertyKind, _ name: Identifier, _ syntax: ExpressionSyntax, _ message: String?, _ range: SourceRange
    ) {
        body = BodyContext(kind: kind == .transition ? .transition : .property)
        var formulas: [Formula] = []
        var temporal: TemporalFormula?
        switch kind {
        case .temporal: temporal = checkTemporal(syntax, &formulas)
        case .eventually:
            formulas = [checkCondition(syntax)]
            temporal = .eventually(.atom(0))
        case .invariant, .always, .transition, .final, .reachable, .reachableAlways, .leadsto:
            formulas = [checkCondition(syntax)]
        }
        if let temporal, temporal.operatorCount > SizeLimit.temporalOperators || formulas.count > SizeLimit.conditions {
            report(
                .codeTooLarge,
                "\(name.text) has more than \(SizeLimit.temporalOperators) operators or \(SizeLimit.conditions) conditions",
                at: syntax.range, notes: ["state it as several properties"])
        }
        model.properties.append(
            PropertyDeclaration(
                name: name.text, kind: kind, formulas: formulas, temporal: temporal, binders: [], locals: body.locals,
                message: message, range: range))
    }

    /// The temporal operators, which are written as calls, and how many operands they have.
    private static let temporalOperators = ["always": 1, "eventually": 1, "until": 2, "release": 2]

    /// A condition on states without temporal operators is one condition, however it is made.
    private func checkTemporal(_ syntax: ExpressionSyntax, _ formulas: inout [Formula]) -> TemporalFormula {
        guard isTemporal(syntax) else {
            formulas.append(checkCondition(syntax))
            return .atom(formulas.count - 1)
        }
        switch syntax.kind {
        case .call(let callee, let arguments):
            guard case .name(let name) = callee.kind else { preconditionFailure("not a temporal operator") }
            let parts = arguments.map { checkTemporal($0.value, &formulas) }
            let wanted = Self.temporalOperators[name]
            guard parts.count == wanted else {
                report(
                    .argumentMismatch, "\(name) takes \(wanted == 2 ? "two conditions" : "one condition")",
                    at: syntax.range)
                return .atom(0)
            }
            switch name {
            case "always": return .always(parts[0])
            case "eventually": return .eventually(parts[0])
            case "until": return .until(parts[0], parts[1])
            default: return .release(parts[0], parts[1])
            }
        case .binary(let operation, let left, let right):
            let (first, second) = (checkTemporal(left, &formulas), checkTemporal(right, &formulas))
            if operation == .and { return .and(first, second) }
            return operation == .or ? .or(first, second) : .implies(first, second)
        case .unary(_, let operand): return .not(checkTemporal(operand, &formulas))
        default: preconditionFailure("not a temporal formula")
        }
    }

    /// Whether a temporal operator stands in the formula, under `&&`, `||`, `!`, `implies` and others of its kind.
    private func isTemporal(_ syntax: ExpressionSyntax) -> Bool {
        switch syntax.kind {
        case .call(let callee, _):
            if case .name(let name) = callee.kind { return Self.temporalOperators[name] != nil }
            return false
        case .binary(let operation, let left, let right):
            return [.and, .or, .implies].contains(operation) && (isTemporal(left) || isTemporal(right))
        case .unary(.not, let operand): return isTemporal(operand)
        default: return false
        }
    }

    private func checkLeadsTo(
        _ name: Identifier, _ syntax: [BinderSyntax], _ premise: ExpressionSyntax, _ conclusion: ExpressionSyntax,
        _ message: String?, _ range: SourceRange
    ) {
        body = BodyContext(kind: .property)
        var checked: [CheckedBinder] = []
        for binder in syntax {
            guard let found = check(binder, enclosing: checked) else { continue }
            if !isFixed(found.binder.domain) {
                report(
                    .notConstant,
                    "leadsto is claimed for each element of a sort, an enum, an array or a range of constants",
                    at: binder.domain.range)
            }
            checked.append(found)
        }
        let combinations = checked.reduce(Int128(1)) {
            min($0 * (model.types.count(of: $1.binder.type) ?? 1), SizeLimit.elements + 1)
        }
        if combinations > SizeLimit.claims {
            report(
                .tooManyValues, "\(name.text) is claimed for more than \(SizeLimit.claims) combinations of values",
                at: name.range)
        }
        let formulas = [premise, conclusion].map { wrap(checkCondition($0), in: checked) }
        model.properties.append(
            PropertyDeclaration(
                name: name.text, kind: .leadsto, formulas: formulas,
                temporal: .always(.implies(.atom(0), .eventually(.atom(1)))), binders: checked.map(\.binder),
                locals: body.locals, message: message, range: range))
    }

    private func checkProof(
        _ name: Identifier, _ parameters: [ParameterSyntax], _ condition: ExpressionSyntax?, _ block: BlockSyntax,
        _ message: String?, _ range: SourceRange
    ) {
        body = BodyContext(kind: .proof)
        body.result = .bool
        for parameter in parameters { _ = body.declare(parameter.name.text, resolve(parameter.type)) }
        let formula = condition.map { checkCondition($0) }
        let statements = check(block)
        if !leaves(statements) {
            report(.missingReturn, "\(name.text) claims nothing: its last line is what is to be shown", at: name.range)
        }
        model.proofs.append(
            ProofDeclaration(
                name: name.text, parameterCount: parameters.count, condition: formula,
                body: Body(locals: body.locals, statements: statements, range: block.range), message: message,
                range: range))
    }

    // MARK: Views

    func checkViewsAndKernels() {
        for entry in items.entries {
            switch entry.item.kind {
            case .view(let subject, let shape, let arguments): checkView(subject, shape, arguments)
            case .kernel(let name, let bindings):
                let typed = bindings.compactMap { checkBinding($0) }
                model.kernels.append(KernelDeclaration(name: name, bindings: typed, range: entry.item.range))
            default: continue
            }
        }
    }

    private static let viewShapes: [String: Set<String>] = [
        "ring": ["head", "tail", "count", "slots"], "table": [], "pagetables": ["frames", "references"],
        "memory": ["base", "size", "window"], "channel": ["word", "counter", "array"], "locks": [],
    ]

    private func checkView(_ subject: ExpressionSyntax, _ shape: Identifier, _ arguments: [ArgumentSyntax]) {
        body = BodyContext(kind: .property)
        guard let labels = Self.viewShapes[shape.text] else {
            report(
                .unknownName, "there is no view \(shape.text)", at: shape.range,
                notes: suggestion(for: shape.text, among: Array(Self.viewShapes.keys)))
            return
        }
        guard case .place(let place) = resolve(subject, expected: nil) else {
            report(.notAPlace, "a view shows a group of data or a datum", at: subject.range)
            return
        }
        var paths: [(label: String?, path: String)] = []
        for argument in arguments {
            if let label = argument.label, !labels.contains(label.text) {
                report(
                    .argumentMismatch, "\(shape.text) has no argument \(label.text)", at: label.range,
                    notes: suggestion(for: label.text, among: Array(labels)))
            }
            guard case .name(let name) = argument.value.kind else {
                report(.notAPlace, "an argument of a view is the name of a field or a datum", at: argument.value.range)
                continue
            }
            if let path = fieldPath(name, of: place) {
                paths.append((argument.label?.text, path))
            } else if case .variable(let id) = symbols[name] {
                paths.append((argument.label?.text, model.variables[id].name))
            } else {
                report(.unknownName, "there is no \(name) in it", at: argument.value.range)
            }
        }
        model.views.append(
            ViewDeclaration(subject: subject.range.file.text(of: subject.range), shape: shape.text, arguments: paths))
    }

    private func fieldPath(_ name: String, of place: Place) -> String? {
        guard case .object(let id) = place.root,
            case .variable(let variable) = model.objects[id].fields.first(where: { $0.name == name })?.part
        else { return nil }
        return model.variables[variable].name
    }
}
