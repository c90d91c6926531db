// Typing of properties, proofs, views and kernel bindings.

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
        model.unsupported.append(UnsupportedFeature(property: name.text, feature: "prove", range: range))
        model.proofs.append(
            ProofDeclaration(
                name: name.text, parameterCount: parameters.count, condition: formula,
                body: Body(locals: body.locals, statements: statements, range: block.range), message: message,
                range: range))
    }

    // MARK: Views and kernel bindings

    func checkViewsAndKernels() {
        for entry in items.entries {
            switch entry.item.kind {
            case .view(let subject, let shape, let arguments): checkView(subject, shape, arguments)
            case .kernel(_, let bindings): for binding in bindings { checkBinding(binding) }
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

    /// The spec's side of a binding must make sense; the kernel's side is resolved by replay.
    private func checkBinding(_ binding: BindingSyntax) {
        body = BodyContext(kind: .property)
        switch binding.kind {
        case .constant(let name, _):
            guard case .constant = symbols[name.text] else {
                report(
                    .unknownConstant, "there is no constant \(name.text)", at: name.range,
                    notes: suggestion(for: name.text, among: pendingConstants.map(\.name.text)))
                return
            }
        case .state(let place, _, _, let abstract):
            bindIndices(of: place)
            checkBound(place)
            if let abstract { _ = check(abstract, expected: nil) }
        case .lock(let place, _):
            bindIndices(of: place)
            _ = lockPlace(place)
        case .function(let name, let parameters, _, let arguments, _, let callArguments):
            checkFunctionBinding(name, parameters, arguments + callArguments)
        case .process(let process, _):
            if case .name(let name) = process.kind, case .process = symbols[name] { return }
            _ = check(process, expected: .pid)
        case .harts(let count): _ = constantNumber(count)
        case .step, .pid, .console: break
        }
    }

    /// In `queue.slots[i]` the unknown `i` stands for every index.
    private func bindIndices(of syntax: ExpressionSyntax) {
        switch syntax.kind {
        case .member(let base, _), .unwrap(let base), .optionalMember(let base, _): bindIndices(of: base)
        case .index(let base, let index):
            bindIndices(of: base)
            guard case .name(let name) = index.kind, symbols[name] == nil, body.find(name) == nil else { return }
            let type: Type
            switch resolve(base, expected: nil) {
            case .place(let place): type = indexType(of: place)
            default: type = .int
            }
            _ = body.declare(name, type)
        default: break
        }
    }

    private func indexType(of place: Place) -> Type {
        switch place.root {
        case .object(let id) where place.indices.count < model.objects[id].dimensions.count:
            return model.objects[id].dimensions[place.indices.count]
        case .variable(let id) where place.indices.count < model.variables[id].dimensions.count:
            return model.variables[id].dimensions[place.indices.count]
        default:
            if case .array(_, let index) = place.type { return index }
            return .int
        }
    }

    private func checkBound(_ syntax: ExpressionSyntax) {
        guard case .place(let place) = resolve(syntax, expected: nil) else {
            report(.notAPlace, "a binding names a datum of the spec", at: syntax.range)
            return
        }
        if !isComplete(place) { report(.notAPlace, "a binding names a datum, not a group", at: syntax.range) }
    }

    private func checkFunctionBinding(_ name: Identifier, _ parameters: [Identifier], _ arguments: [ArgumentSyntax]) {
        guard case .function(let id) = symbols[name.text] else {
            report(
                .unknownName, "there is no func \(name.text)", at: name.range,
                notes: suggestion(for: name.text, among: model.functions.map(\.name)))
            return
        }
        let function = model.functions[id]
        guard parameters.count == function.parameterCount else {
            report(.argumentMismatch, "\(name.text) takes \(function.parameterCount) arguments", at: name.range)
            return
        }
        body.selfType = .pid
        for (parameter, local) in zip(parameters, function.body.locals) { _ = body.declare(parameter.text, local.type) }
        for argument in arguments { _ = check(argument.value, expected: nil) }
    }
}
