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
        let formula = kind == .temporal ? checkTemporal(syntax) : checkCondition(syntax)
        if kind == .eventually || kind == .temporal {
            model.unsupported.append(UnsupportedFeature(property: name.text, feature: kind.rawValue, range: range))
        }
        model.properties.append(
            PropertyDeclaration(
                name: name.text, kind: kind, formula: formula, premise: nil, locals: body.locals, message: message,
                range: range))
    }

    /// LTL without next: `always`, `eventually`, `until` and `leadsto` as calls over state formulas.
    private func checkTemporal(_ syntax: ExpressionSyntax) -> Formula {
        if case .call(let callee, let arguments) = syntax.kind, case .name(let name) = callee.kind,
            ["always", "eventually", "until"].contains(name)
        {
            let parts = arguments.map { checkTemporal($0.value) }
            guard parts.count == (name == "until" ? 2 : 1) else {
                report(.argumentMismatch, "\(name) takes \(name == "until" ? 2 : 1) arguments", at: syntax.range)
                return invalid(syntax.range)
            }
            return parts[0]
        }
        switch syntax.kind {
        case .binary(let operation, let left, let right)
        where operation == .and || operation == .or || operation == .implies:
            return Formula(.binary(operation, checkTemporal(left), checkTemporal(right)), .bool, syntax.range)
        case .unary(.not, let operand): return Formula(.unary(.not, checkTemporal(operand)), .bool, syntax.range)
        default: return checkCondition(syntax)
        }
    }

    private func checkLeadsTo(
        _ name: Identifier, _ binders: [BinderSyntax], _ premise: ExpressionSyntax, _ conclusion: ExpressionSyntax,
        _ message: String?, _ range: SourceRange
    ) {
        body = BodyContext(kind: .property)
        for binder in binders { _ = check(binder, enclosing: []) }
        let first = checkCondition(premise)
        let second = checkCondition(conclusion)
        model.unsupported.append(UnsupportedFeature(property: name.text, feature: "leadsto", range: range))
        model.properties.append(
            PropertyDeclaration(
                name: name.text, kind: .leadsto, formula: second, premise: first, locals: body.locals, message: message,
                range: range))
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
