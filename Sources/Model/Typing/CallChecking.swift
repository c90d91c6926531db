// Calls within expressions: conversions, struct values, pure functions, methods, questions about processes.

extension TypeChecker {
    static let predicateNames: Set<String> = ["finished", "asleep", "at", "holds", "held", "free", "generation"]

    func call(_ callee: ExpressionSyntax, _ arguments: [ArgumentSyntax], expected: Type?, _ range: SourceRange)
        -> Formula
    {
        switch callee.kind {
        case .member(let base, let method): return callMethod(base, method, arguments, range)
        case .name(let name):
            if Self.predicateNames.contains(name) { return predicate(name, arguments, range) }
            if name == "min" || name == "max" { return leastOrGreatest(name, arguments, expected: expected, range) }
            if let type = Self.builtinType(name), type != .bool, type != .lock {
                return conversion(to: type, arguments, range)
            }
            switch symbols[name] {
            case .structure(let index): return construct(structure(index), arguments, range)
            case .sort(let id): return sortConversion(id, arguments, range)
            case .process(let id): return sortConversion(model.processes[id].sort, arguments, range)
            case .pure(let id): return callPure(id, arguments, range)
            case .alias(let type):
                if case .structure = resolve(type) { return construct(resolve(type), arguments, range) }
            case .function:
                report(
                    .callInExpression, "the func \(name) takes steps: its call stands alone on the right", at: range,
                    notes: ["write `let x = \(name)(…)` before this statement"])
                return invalid(range)
            case nil where name == Self.rangeName: return construct(rangeType, arguments, range)
            case .constant, .enumeration, .object, .variable, .action, .property, .invalid, nil: break
            }
            if Self.synchronizationNames.contains(name) {
                report(.callInExpression, "\(name) takes a step: it stands alone", at: range)
                return invalid(range)
            }
            report(
                .unknownName, "there is no function \(name)", at: callee.range,
                notes: suggestion(for: name, among: functionNames))
            return invalid(range)
        default:
            report(.typeMismatch, "this cannot be called", at: callee.range)
            return invalid(range)
        }
    }

    var functionNames: [String] {
        model.pures.map(\.name) + model.functions.map(\.name) + Array(Self.synchronizationNames)
            + Array(Self.predicateNames)
    }

    // MARK: Conversions

    private func single(_ arguments: [ArgumentSyntax], _ range: SourceRange, labels: Set<String> = []) -> (
        String?, ExpressionSyntax
    )? {
        guard arguments.count == 1, let argument = arguments.first else {
            report(.argumentMismatch, "one argument is needed, not \(arguments.count)", at: range)
            return nil
        }
        if let label = argument.label, !labels.contains(label.text) {
            report(.argumentMismatch, "there is no argument \(label.text)", at: label.range)
            return nil
        }
        return (argument.label?.text, argument.value)
    }

    private func conversion(to type: Type, _ arguments: [ArgumentSyntax], _ range: SourceRange) -> Formula {
        guard let (label, value) = single(arguments, range, labels: ["truncating", "bits"]) else {
            return invalid(range)
        }
        let operand = check(value, expected: nil)
        if type == .pid { return coerce(operand, to: .pid) }
        guard let target = type.integer else { return invalid(range) }
        if case .sort(let id) = operand.type {
            return Formula(
                .convert(operand, .exact), .index(below: model.types.sorts[id].count), range)
        }
        if operand.type == .pid || isEnumeration(operand.type) {
            let count = Int(model.types.count(of: operand.type) ?? 1)
            return coerce(Formula(.convert(operand, .exact), .index(below: count), range), to: type)
        }
        if operand.type == .bool {
            let one = Formula(.constant(.integer(1)), .integer(IntegerType(kind: target.kind)), range)
            let zero = Formula(.constant(.integer(0)), .integer(IntegerType(kind: target.kind)), range)
            return Formula(.conditional(operand, one, zero), .integer(IntegerType(kind: target.kind)), range)
        }
        guard let source = operand.type.integer else {
            if operand.type != .invalid {
                report(.typeMismatch, "\(name(of: operand.type)) is not converted to \(name(of: type))", at: range)
            }
            return invalid(range)
        }
        let mode: Conversion =
            label == "truncating"
            ? .truncating : label == "bits" ? .reinterpreting : target.contains(source) ? .exact : .checked
        if mode == .reinterpreting, target.kind.bits != source.kind.bits {
            report(.needsConversion, "`bits:` needs the same width on both sides", at: range)
        }
        var result = target
        if mode == .exact, target.kind == .int { result = source }
        let formula = Formula(
            .convert(operand, mode), .integer(IntegerType(kind: target.kind, lower: result.lower, upper: result.upper)),
            range)
        guard case .constant = operand.kind, let folded = constantValue(formula) else { return formula }
        return Formula(.constant(folded), .integer(target), range)
    }

    private func isEnumeration(_ type: Type) -> Bool { if case .enumeration = type { true } else { false } }

    private func sortConversion(_ id: SortID, _ arguments: [ArgumentSyntax], _ range: SourceRange) -> Formula {
        guard let (_, value) = single(arguments, range) else { return invalid(range) }
        let operand = check(value, expected: nil)
        guard model.types.sorts[id].firstPid != nil, operand.type == .pid || isProcessSort(operand.type) else {
            return sortElement(id, value, range)
        }
        return Formula(.convert(operand, .process), .sort(id), range)
    }

    func isProcessSort(_ type: Type) -> Bool {
        if case .sort(let id) = type { model.types.sorts[id].firstPid != nil } else { false }
    }

    private func leastOrGreatest(
        _ name: String, _ arguments: [ArgumentSyntax], expected: Type?, _ range: SourceRange
    ) -> Formula {
        guard arguments.count == 2 else {
            report(.argumentMismatch, "\(name) takes two arguments, or a binder: \(name)(x in S: e)", at: range)
            return invalid(range)
        }
        let (first, second) = unify(
            number(check(arguments[0].value, expected: expected)),
            number(check(arguments[1].value, expected: expected)),
            range)
        guard let one = first.type.integer, let two = second.type.integer else { return invalid(range) }
        let pick: (Int128, Int128) -> Int128 = name == "min" ? { min($0, $1) } : { max($0, $1) }
        let type = Type.integer(
            IntegerType(kind: one.kind, lower: pick(one.lower, two.lower), upper: pick(one.upper, two.upper)))
        let left = body.hidden("left", first.type)
        let right = body.hidden("right", second.type)
        let one_ = Formula(.local(left), first.type, range)
        let two_ = Formula(.local(right), second.type, range)
        let test = Formula(.binary(name == "min" ? .lessOrEqual : .greaterOrEqual, one_, two_), .bool, range)
        let choice = Formula(.conditional(test, one_, two_), type, range)
        return Formula(.bind(left, first, Formula(.bind(right, second, choice), type, range)), type, range)
    }

    // MARK: Struct values and pure functions

    private func construct(_ type: Type, _ arguments: [ArgumentSyntax], _ range: SourceRange) -> Formula {
        guard case .structure(let id) = type else { return invalid(range) }
        let declaration = model.types.structures[id]
        guard !objectStructures.contains(id) else {
            report(.lockInValue, "\(declaration.name) holds locks: it is no value", at: range)
            return invalid(range)
        }
        var given: [Int: Formula] = [:]
        for (position, argument) in arguments.enumerated() {
            var index: Int? = position < declaration.fields.count ? position : nil
            if let label = argument.label { index = declaration.fields.firstIndex { $0.name == label.text } }
            guard let index, given[index] == nil else {
                report(
                    .argumentMismatch, "\(declaration.name) has no such field left",
                    at: argument.label?.range ?? argument.value.range,
                    notes: suggestion(for: argument.label?.text ?? "", among: declaration.fields.map(\.name)))
                return invalid(range)
            }
            let fieldType = declaration.fields[index].type
            given[index] = coerce(check(argument.value, expected: fieldType), to: fieldType)
        }
        var fields: [Formula] = []
        for (index, field) in declaration.fields.enumerated() {
            if let formula = given[index] {
                fields.append(formula)
            } else if let initial = field.initial {
                fields.append(Formula(.constant(initial), field.type, range))
            } else {
                report(.argumentMismatch, "the field \(field.name) of \(declaration.name) is missing", at: range)
                return invalid(range)
            }
        }
        if fields.contains(where: { $0.type == .invalid }) { return invalid(range) }
        let values = fields.compactMap { field in if case .constant(let value) = field.kind { value } else { nil } }
        if values.count == fields.count { return Formula(.constant(.structure(values)), type, range) }
        return Formula(.structure(fields), type, range)
    }

    private func callPure(_ id: PureID, _ arguments: [ArgumentSyntax], _ range: SourceRange) -> Formula {
        let pure = model.pures[id]
        let parameters = Array(pure.body.locals.prefix(pure.parameterCount))
        guard let values = match(arguments, parameters, callee: pure.name, range) else { return invalid(range) }
        var formulas: [Formula] = []
        for case .value(let formula) in values { formulas.append(formula) }
        return Formula(.call(id, formulas), pure.result, range)
    }

    /// Arguments in the order of the parameters; labels are optional and must be right.
    func match(_ arguments: [ArgumentSyntax], _ parameters: [Local], callee: String, _ range: SourceRange)
        -> [CallArgument]?
    {
        guard arguments.count == parameters.count else {
            report(
                .argumentMismatch, "\(callee) takes \(Self.argumentCount(parameters.count)), not \(arguments.count)",
                at: range,
                notes: parameters.isEmpty ? [] : ["they are \(signature(parameters))"],
                related: declared[callee].map { [RelatedPlace($0, "declared here")] } ?? [])
            for argument in arguments { _ = check(argument.value, expected: nil) }
            return nil
        }
        var result: [CallArgument] = []
        for (argument, parameter) in zip(arguments, parameters) {
            if let label = argument.label, label.text != parameter.name {
                report(
                    .argumentMismatch, "the argument in this place is \(parameter.name), not \(label.text)",
                    at: label.range, notes: ["arguments stand in the order of the parameters: \(signature(parameters))"]
                )
            }
            if parameter.isInout {
                guard let place = inoutArgument(argument.value, parameter.type) else { return nil }
                result.append(.place(place))
            } else {
                let formula = coerce(check(argument.value, expected: parameter.type), to: parameter.type)
                guard formula.type != .invalid else { return nil }
                result.append(.value(formula))
            }
        }
        return result
    }

    private func inoutArgument(_ syntax: ExpressionSyntax, _ type: Type) -> Place? {
        guard case .place(let place) = resolve(syntax, expected: nil) else {
            report(.notAPlace, "an inout argument names a datum", at: syntax.range)
            return nil
        }
        if case .structure(let id) = type, objectStructures.contains(id) {
            return objectArgument(place, id, syntax.range)
        }
        rejectAligned(place, "what a func stores to its inout argument", at: syntax.range)
        guard isComplete(place), place.type == type else {
            report(.typeMismatch, "\(described(type)) is needed, this is \(described(place.type))", at: syntax.range)
            return nil
        }
        return place
    }

    private func objectArgument(_ place: Place, _ id: StructureID, _ range: SourceRange) -> Place? {
        if case .local = place.root, place.type == .structure(id) { return place }
        if case .object(let object) = place.root, place.indices.count == model.objects[object].dimensions.count {
            let names = model.objects[object].fields.map(\.name)
            if names == model.types.structures[id].fields.map(\.name) { return place }
        }
        report(.typeMismatch, "a \(model.types.structures[id].name) is needed here, with all its indices", at: range)
        return nil
    }

    // MARK: Methods

    private func callMethod(
        _ base: ExpressionSyntax, _ method: Identifier, _ arguments: [ArgumentSyntax], _ range: SourceRange
    ) -> Formula {
        let operand = formula(of: resolve(base, expected: nil), base.range)
        let operation: CollectionOperation
        let argumentType: Type
        switch (operand.type, method.text) {
        case (.invalid, _): return operand
        case (.structure(let id), _) where id == model.types.rangeStructure:
            return rangeMethod(operand, method, arguments, range)
        case (.sequence(let element, _), "contains"), (.set(let element), "contains"):
            (operation, argumentType) = (.contains, element)
        case (.set, "union"): (operation, argumentType) = (.union, operand.type)
        case (.set, "intersection"): (operation, argumentType) = (.intersection, operand.type)
        case (.set, "subtracting"): (operation, argumentType) = (.subtracting, operand.type)
        default:
            if Self.mutatingMethods.contains(method.text) {
                report(.callInExpression, "\(method.text) changes its sequence or set: it stands alone", at: range)
            } else {
                report(.unknownName, "\(name(of: operand.type)) has no \(method.text)", at: method.range)
            }
            return invalid(range)
        }
        guard let (_, value) = single(arguments, range) else { return invalid(range) }
        let argument = coerce(check(value, expected: argumentType), to: argumentType)
        guard argument.type != .invalid else { return invalid(range) }
        return Formula(
            .collection(operation, [operand, argument]), operation == .contains ? .bool : operand.type, range)
    }

    static let mutatingMethods: Set<String> = ["append", "insert", "remove", "removeFirst"]

    // MARK: Questions about processes and locks

    private func predicate(_ name: String, _ arguments: [ArgumentSyntax], _ range: SourceRange) -> Formula {
        let counts = ["at": 2, "holds": 2]
        guard arguments.count == counts[name] ?? 1 else {
            report(
                .argumentMismatch, "\(name) takes \(Self.argumentCount(counts[name] ?? 1)), not \(arguments.count)",
                at: range)
            return invalid(range)
        }
        func process() -> Formula { coerce(check(arguments[0].value, expected: .pid), to: .pid) }
        let question: Predicate
        switch name {
        case "finished": question = .finished(process())
        case "asleep": question = .asleep(process())
        case "generation":
            model.unsupported.append(UnsupportedFeature(property: nil, feature: "generation", range: range))
            return Formula(
                .predicate(.generation(process())), .integer(IntegerType(kind: .word(bits: 8, isSigned: false))), range)
        case "at":
            guard let label = labelName(arguments[1].value) else {
                report(.argumentMismatch, "the second argument of at is a label", at: arguments[1].value.range)
                return invalid(range)
            }
            question = .at(process(), label: label)
        case "holds":
            guard let lock = lockPlace(arguments[1].value) else { return invalid(range) }
            question = .holds(process(), lock)
        default:
            guard let lock = lockPlace(arguments[0].value) else { return invalid(range) }
            if name == "held", body.selfType == nil {
                report(.selfOutsideProcess, "held(l) asks for the running process: use holds(p, l)", at: range)
                return invalid(range)
            }
            question = name == "held" ? .held(lock) : .free(lock)
        }
        if question.formulas.contains(where: { $0.type == .invalid }) { return invalid(range) }
        return Formula(.predicate(question), .bool, range)
    }

    private func labelName(_ syntax: ExpressionSyntax) -> String? {
        switch syntax.kind {
        case .name(let name): name
        case .member(let base, let name): labelName(base).map { "\($0).\(name.text)" }
        default: nil
        }
    }

    /// A place that is a lock, with all its indices.
    func lockPlace(_ syntax: ExpressionSyntax) -> Place? {
        let resolved = resolve(syntax, expected: nil)
        guard case .place(let place) = resolved else {
            if case .invalid = resolved { return nil }
            report(.notALock, "a lock is needed here, this is a value", at: syntax.range)
            return nil
        }
        guard isComplete(place), place.type == .lock else {
            let found = isComplete(place) ? described(place.type) : "a group of data"
            report(
                .notALock, "a lock is needed here, this is \(found)", at: syntax.range,
                notes: isComplete(place)
                    ? ["a lock is declared `\(syntax.range.file.text(of: syntax.range)): spinlock`"]
                    : ["an index or a field is missing"])
            return nil
        }
        return place
    }

    private static func argumentCount(_ count: Int) -> String { count == 1 ? "1 argument" : "\(count) arguments" }

    /// Parameters as a declaration writes them.
    private func signature(_ parameters: [Local]) -> String {
        parameters.map { "\($0.name): \($0.isInout ? "inout " : "")\(name(of: $0.type))" }.joined(separator: ", ")
    }
}
