// What a name, a member or an index stands for: a value, a place, a group of data, or a type.

/// The meaning of a name path.
enum Resolved {
    case formula(Formula)
    /// A datum, a part of one, a local, or a group; perhaps still without all its indices.
    case place(Place)
    case type(Type)
    case invalid
}

extension TypeChecker {
    func resolve(_ syntax: ExpressionSyntax, expected: Type?) -> Resolved {
        switch syntax.kind {
        case .name(let name): return resolve(name, syntax.range)
        case .selfProcess:
            guard let type = body.selfType else {
                report(
                    .selfOutsideProcess, "`self` is the running process: there is none here", at: syntax.range,
                    notes: ["a property speaks of all: `all p in client: …`; of a single process by its name"])
                return .invalid
            }
            return .formula(Formula(.selfProcess, type, syntax.range))
        case .member(let base, let name): return member(of: resolve(base, expected: nil), name, syntax.range)
        case .index(let base, let index): return element(of: resolve(base, expected: nil), index, syntax.range)
        case .unwrap(let base):
            guard case .place(let place) = resolve(base, expected: nil), isComplete(place),
                case .optional(let wrapped) = place.type
            else { return .formula(check(syntax, expected: expected)) }
            return .place(Place(root: place.root, indices: place.indices, path: place.path + [.payload], type: wrapped))
        default:
            let formula = check(syntax, expected: expected)
            return formula.type == .invalid ? .invalid : .formula(formula)
        }
    }

    private func resolve(_ name: String, _ range: SourceRange) -> Resolved {
        if let local = body.find(name) {
            let declaration = body.locals[local]
            if declaration.type == .invalid { return .invalid }
            return .place(Place(root: .local(local), indices: [], path: [], type: declaration.type))
        }
        switch symbols[name] {
        case .constant(let index):
            let (value, type) = constant(index)
            return type == .invalid ? .invalid : .formula(Formula(.constant(value), type, range))
        case .enumeration(let id): return .type(.enumeration(id))
        case .sort(let id): return .type(.sort(id))
        case .process(let id):
            let process = model.processes[id]
            guard !process.isArray else { return .type(.sort(process.sort)) }
            return .formula(Formula(.constant(.member(0)), .sort(process.sort), range))
        case .variable(let id):
            return .place(Place(root: .variable(id), indices: [], path: [], type: model.variables[id].type))
        case .object(let id): return .place(Place(root: .object(id), indices: [], path: [], type: .void))
        case .invalid: return .invalid
        case .pure, .function: return notAValue(name, "a function", range, help: ["call it: `\(name)(…)`"])
        case .structure, .alias: return notAValue(name, "a type", range, help: ["`\(name)(…)` makes a value of it"])
        case .action: return notAValue(name, "an action", range, help: [])
        case .property:
            return notAValue(name, "a property", range, help: ["a `pure` function can be used in both places"])
        case nil: return unknown(name, range)
        }
    }

    private func notAValue(_ name: String, _ kind: String, _ range: SourceRange, help: [String]) -> Resolved {
        report(
            .notAValue, "\(name) is \(kind), not a value", at: range, notes: help,
            related: declared[name].map { [RelatedPlace($0, "declared here")] } ?? [])
        return .invalid
    }

    private func unknown(_ name: String, _ range: SourceRange) -> Resolved {
        if name == "pid" { return .type(.pid) }
        if name == "bool" { return .type(.bool) }
        let visible = body.scopes.flatMap(\.keys)
        report(
            .unknownName, "there is no \(name) here", at: range,
            notes: suggestion(for: name, among: visible + symbols.keys))
        return .invalid
    }

    /// Whether a place has all the indices that its groups ask for.
    func isComplete(_ place: Place) -> Bool {
        switch place.root {
        case .local: !isObject(place.type)
        case .object: false
        case .variable(let id): place.indices.count == model.variables[id].dimensions.count
        }
    }

    func member(of base: Resolved, _ name: Identifier, _ range: SourceRange) -> Resolved {
        switch base {
        case .invalid: return .invalid
        case .type(.enumeration(let id)): return .formula(enumerationCase(id, name, range))
        case .type(let type):
            report(.unknownName, "\(self.name(of: type)) has no \(name.text)", at: name.range)
            return .invalid
        case .place(let place):
            if case .object(let id) = place.root { return part(of: id, place, name) }
            if case .structure(let id) = place.type, isComplete(place) || isObject(place.type) {
                if let question = rangeQuestion(base, id, name, range) { return .formula(question) }
                guard let (index, type) = field(name, of: id) else { return .invalid }
                return .place(
                    Place(root: place.root, indices: place.indices, path: place.path + [.field(index)], type: type))
            }
            return .formula(property(of: formula(of: base, range), name, range))
        case .formula(let formula):
            if case .structure(let id) = formula.type {
                if let question = rangeQuestion(base, id, name, range) { return .formula(question) }
                guard let (index, type) = field(name, of: id) else { return .invalid }
                return .formula(Formula(.member(formula, index), type, range))
            }
            return .formula(property(of: formula, name, range))
        }
    }

    private func part(of object: ObjectID, _ place: Place, _ name: Identifier) -> Resolved {
        let declaration = model.objects[object]
        guard let part = declaration.fields.first(where: { $0.name == name.text })?.part else {
            report(
                .unknownName, "\(declaration.name) has no \(name.text)", at: name.range,
                notes: suggestion(for: name.text, among: declaration.fields.map(\.name)))
            return .invalid
        }
        switch part {
        case .variable(let id):
            return .place(Place(root: .variable(id), indices: place.indices, path: [], type: model.variables[id].type))
        case .object(let id): return .place(Place(root: .object(id), indices: place.indices, path: [], type: .void))
        }
    }

    private func field(_ name: Identifier, of id: StructureID) -> (Int, Type)? {
        let declaration = model.types.structures[id]
        guard let index = declaration.fields.firstIndex(where: { $0.name == name.text }) else {
            report(
                .unknownName, "\(declaration.name) has no \(name.text)", at: name.range,
                notes: suggestion(for: name.text, among: declaration.fields.map(\.name)))
            return nil
        }
        return (index, declaration.fields[index].type)
    }

    private func property(of formula: Formula, _ name: Identifier, _ range: SourceRange) -> Formula {
        let most: Int
        switch (formula.type, name.text) {
        case (.invalid, _): return formula
        case (.sequence(_, let max), "count"): most = max
        case (.set(let element), "count"): most = Int(model.types.count(of: element) ?? 0)
        case (.array(_, let index), "count"):
            return exact(model.types.count(of: index) ?? 0, range)
        case (.sequence, "isEmpty"), (.set, "isEmpty"):
            return Formula(.collection(.isEmpty, [formula]), .bool, range)
        case (.sequence(let element, _), "first"): return Formula(.collection(.first, [formula]), element, range)
        case (.sequence(let element, _), "last"): return Formula(.collection(.last, [formula]), element, range)
        default:
            report(.unknownName, "\(self.name(of: formula.type)) has no \(name.text)", at: name.range)
            return invalid(range)
        }
        let type = Type.integer(IntegerType(kind: .int, lower: 0, upper: Int128(most)))
        return Formula(.collection(.count, [formula]), type, range)
    }

    private func element(of base: Resolved, _ index: ExpressionSyntax, _ range: SourceRange) -> Resolved {
        switch base {
        case .invalid:
            _ = check(index, expected: nil)
            return .invalid
        case .type(.sort(let id)): return .formula(sortElement(id, index, range))
        case .type(let type):
            report(.typeMismatch, "\(name(of: type)) has no elements", at: range)
            return .invalid
        case .place(let place):
            if let dimension = nextDimension(of: place) {
                return .place(
                    Place(
                        root: place.root, indices: place.indices + [indexFormula(index, dimension)], path: place.path,
                        type: place.type))
            }
            guard let (element, formula) = elementType(of: place.type, index, range) else { return .invalid }
            return .place(
                Place(root: place.root, indices: place.indices, path: place.path + [.index(formula)], type: element))
        case .formula(let formula):
            guard let (element, position) = elementType(of: formula.type, index, range) else { return .invalid }
            return .formula(Formula(.element(formula, position), element, range))
        }
    }

    /// The index type that a group or datum asks for next.
    private func nextDimension(of place: Place) -> Type? {
        let dimensions: [Type]
        switch place.root {
        case .local: return nil
        case .object(let id): dimensions = model.objects[id].dimensions
        case .variable(let id): dimensions = model.variables[id].dimensions
        }
        return place.indices.count < dimensions.count ? dimensions[place.indices.count] : nil
    }

    private func elementType(of type: Type, _ index: ExpressionSyntax, _ range: SourceRange) -> (Type, Formula)? {
        switch type {
        case .array(let element, let indexType): return (element, indexFormula(index, indexType))
        case .sequence(let element, let max): return (element, indexFormula(index, .index(below: max)))
        case .invalid: return nil
        default:
            report(.typeMismatch, "\(name(of: type)) has no elements", at: range)
            return nil
        }
    }

    /// An index; a number need not fit statically, outside it traps.
    func indexFormula(_ syntax: ExpressionSyntax, _ type: Type) -> Formula {
        let formula = check(syntax, expected: type)
        guard let bounds = type.integer else { return coerce(formula, to: type) }
        let position = number(formula)
        if case .constant(.integer(let value)) = position.kind, !bounds.contains(value) {
            report(.outOfRange, "the index \(value) is outside 0..<\(bounds.upper + 1)", at: syntax.range)
            return invalid(syntax.range)
        }
        return position
    }

    /// `client[0]`, `frame[i]`: an element by its number.
    func sortElement(_ id: SortID, _ index: ExpressionSyntax, _ range: SourceRange) -> Formula {
        let sort = model.types.sorts[id]
        let operand = check(index, expected: .sort(id))
        if operand.type == .sort(id) { return operand }
        if sort.firstPid != nil, operand.type == .pid || isProcessSort(operand.type) {
            return Formula(.convert(operand, .process), .sort(id), range)
        }
        if sort.isSymmetric, !(sort.hasFixedFirst && isZero(operand)) {
            report(
                .symmetryBroken, "an element of the symmetric sort \(sort.name) has no number", at: range,
                notes: ["take `symmetric` away, or choose an element with `choose`"])
        }
        let formula = number(operand)
        guard let integer = formula.type.integer else { return invalid(range) }
        let target = IntegerType(kind: .int, lower: 0, upper: Int128(sort.count) - 1)
        if case .constant(.integer(let value)) = formula.kind {
            guard target.contains(value) else {
                report(.outOfRange, "\(sort.name) has the elements 0..<\(sort.count)", at: range)
                return invalid(range)
            }
            return Formula(.constant(.member(Int(value))), .sort(id), range)
        }
        return Formula(.convert(formula, target.contains(integer) ? .exact : .checked), .sort(id), range)
    }

    private func isZero(_ formula: Formula) -> Bool {
        if case .constant(.integer(0)) = formula.kind { true } else { false }
    }

    /// A resolved path as a value.
    func formula(of resolved: Resolved, _ range: SourceRange) -> Formula {
        switch resolved {
        case .invalid: return invalid(range)
        case .formula(let formula): return formula
        case .type(let type):
            report(.notAValue, "\(name(of: type)) is a type, not a value", at: range)
            return invalid(range)
        case .place(let place):
            guard isComplete(place) else {
                report(.notAValue, "this is a group of data, not a value", at: range, notes: groupNote(place))
                return invalid(range)
            }
            return load(place, range)
        }
    }

    private func groupNote(_ place: Place) -> [String] {
        if nextDimension(of: place) != nil { return ["an index is missing"] }
        return ["name one of its fields"]
    }

    func load(_ place: Place, _ range: SourceRange) -> Formula {
        if case .local(let id) = place.root, place.path.isEmpty, !body.locals[id].isInout {
            return Formula(.local(id), place.type, range)
        }
        if place.type == .lock {
            report(.typeMismatch, "a lock is no value; ask held(l) or free(l)", at: range)
            return invalid(range)
        }
        return Formula(.load(place), place.type, range)
    }
}
