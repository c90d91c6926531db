// Typing of `kernel` blocks: the spec's side of each binding. The kernel's side is resolved against a kernel.

/// `kernel "guest" { … }`, its spec's side typed.
public struct KernelDeclaration: Sendable {
    /// The text after `kernel`.
    public let name: String
    /// Its lines, in order.
    public let bindings: [TypedBinding]
    /// The item.
    public let range: SourceRange
}

/// A line of a `kernel` block, its spec's side typed.
public struct TypedBinding: Sendable {
    /// The line as parsed: it has the kernel's side.
    public let syntax: BindingSyntax
    /// For `state` and `lock`: the datum. Open indices are locals.
    public let place: Place?
    /// Open indices of a place, or the names that a `func` line gives to the func's parameters.
    public let locals: [Local]
    /// For `state … = abstract e`: the expression.
    public let abstract: Formula?
    /// For `func`: what the kernel's function is called with, and what the system call is, over the locals.
    public let arguments: [Formula], callArguments: [Formula]
    /// For `process`: the kind, and the instance when the line names one.
    public let process: (id: ProcessID, instance: Int?)?
    /// For `harts`, `const` and `fail`: the number.
    public let number: Int128?
}

extension TypeChecker {
    /// The spec's side of a binding must make sense; nil when it does not, which has been reported then.
    func checkBinding(_ binding: BindingSyntax) -> TypedBinding? {
        body = BodyContext(kind: .property)
        switch binding.kind {
        case .constant(let name, _):
            guard case .constant(let index) = symbols[name.text] else {
                report(
                    .unknownConstant, "there is no constant \(name.text)", at: name.range,
                    notes: suggestion(for: name.text, among: pendingConstants.map(\.name.text)))
                return nil
            }
            guard case .integer(let number) = constant(index).0 else { return typed(binding) }
            return typed(binding, number: number)
        case .state(let syntax, _, _, let abstract):
            bindIndices(of: syntax)
            let place = boundPlace(syntax)
            let formula = abstract.map { check($0, expected: place?.type) }
            return place.map { typed(binding, place: $0, abstract: formula) }
        case .lock(let syntax, _):
            bindIndices(of: syntax)
            return lockPlace(syntax).map { typed(binding, place: $0) }
        case .function(let name, let parameters, _, let arguments, _, _, let callArguments):
            return checkFunctionBinding(binding, name, parameters, arguments, callArguments)
        case .value(let name, let parameter, _):
            guard let id = boundFunction(name) else { return nil }
            let function = model.functions[id]
            if let parameter {
                let names = function.body.locals.prefix(function.parameterCount).map(\.name)
                guard names.contains(parameter.text) else {
                    report(
                        .unknownName, "\(name.text) has no parameter \(parameter.text)", at: parameter.range,
                        notes: suggestion(for: parameter.text, among: names))
                    return nil
                }
            } else if function.result == .void {
                report(.argumentMismatch, "\(name.text) returns nothing", at: name.range)
                return nil
            }
            return typed(binding)
        case .process(let process, _):
            if case .name(let name) = process.kind, case .process(let id) = symbols[name] {
                return typed(binding, process: (id, nil))
            }
            return typed(binding, process: instance(check(process, expected: .pid)))
        case .harts(let count): return typed(binding, number: constantNumber(count))
        case .failure(_, let value, _): return typed(binding, number: value.map { constantNumber($0) } ?? 0)
        case .step, .pid, .console: return typed(binding)
        }
    }

    private func typed(
        _ binding: BindingSyntax, place: Place? = nil, abstract: Formula? = nil, arguments: [Formula] = [],
        callArguments: [Formula] = [], process: (id: ProcessID, instance: Int?)? = nil, number: Int128? = nil
    ) -> TypedBinding {
        TypedBinding(
            syntax: binding, place: place, locals: body.locals, abstract: abstract, arguments: arguments,
            callArguments: callArguments, process: process, number: number)
    }

    /// `client[0]`, a process by its number.
    private func instance(_ formula: Formula) -> (id: ProcessID, instance: Int?)? {
        switch (formula.kind, formula.type) {
        case (.constant(.member(let ordinal)), .sort(let sort)):
            return model.processes.firstIndex { $0.sort == sort }.map { ($0, ordinal) }
        case (.constant(.member(let pid)), .pid):
            return model.processes.firstIndex { $0.firstPid <= pid && pid < $0.firstPid + $0.count }
                .map { ($0, pid - model.processes[$0].firstPid) }
        case (.convert(let inner, _), _): return instance(inner)
        default: return nil
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

    private func boundPlace(_ syntax: ExpressionSyntax) -> Place? {
        guard case .place(let place) = resolve(syntax, expected: nil) else {
            report(.notAPlace, "a binding names a datum of the spec", at: syntax.range)
            return nil
        }
        if !isComplete(place) {
            report(.notAPlace, "a binding names a datum, not a group", at: syntax.range)
            return nil
        }
        return place
    }

    private func checkFunctionBinding(
        _ binding: BindingSyntax, _ name: Identifier, _ parameters: [Identifier], _ arguments: [ArgumentSyntax],
        _ callArguments: [ArgumentSyntax]
    ) -> TypedBinding? {
        guard let id = boundFunction(name) else { return nil }
        let function = model.functions[id]
        guard parameters.count == function.parameterCount else {
            report(.argumentMismatch, "\(name.text) takes \(function.parameterCount) arguments", at: name.range)
            return nil
        }
        body.selfType = .pid
        for (parameter, local) in zip(parameters, function.body.locals) { _ = body.declare(parameter.text, local.type) }
        let values = arguments.map { check($0.value, expected: nil) }
        return typed(binding, arguments: values, callArguments: callArguments.map { check($0.value, expected: nil) })
    }

    private func boundFunction(_ name: Identifier) -> FunctionID? {
        guard case .function(let id) = symbols[name.text] else {
            report(
                .unknownName, "there is no func \(name.text)", at: name.range,
                notes: suggestion(for: name.text, among: model.functions.map(\.name)))
            return nil
        }
        return id
    }
}
