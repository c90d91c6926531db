// Constants, sorts, structs and written types, resolved on demand: sizes need constants, constants may need enums.

extension TypeChecker {
    func resolveConstantsAndTypes() {
        numberProcessesAndSorts()
        for index in pendingConstants.indices { _ = constant(index) }
        for index in pendingStructures.indices { _ = structure(index) }
        model.constants = pendingConstants.compactMap { pending in
            guard case .done(let value, let type) = pending.state else { return nil }
            return ConstantValue(
                name: pending.name.text, value: value, type: type, range: pending.name.range, isOwn: pending.isOwn)
        }
        model.openConstants = pendingConstants.compactMap { openConstant($0) }
    }

    // MARK: Sorts

    private func numberProcessesAndSorts() {
        for entry in items.entries {
            switch entry.item.kind {
            case .sort(let name, let count, let isOrdered, let isSymmetric):
                addSort(name, size(count, of: name.text), isOrdered: isOrdered, isSymmetric: isSymmetric)
            case .harts(let count):
                let name = Identifier(text: "hart", range: entry.item.range)
                addSort(name, size(count, of: "harts"), isOrdered: false, isSymmetric: false)
            case .process(let process): addProcess(process)
            default: continue
            }
        }
    }

    private func addSort(_ name: Identifier, _ count: Int, isOrdered: Bool, isSymmetric: Bool) {
        guard declare(name, .sort(model.types.sorts.count)) else { return }
        model.types.sorts.append(
            SortDeclaration(
                name: name.text, count: count, isOrdered: isOrdered, isSymmetric: isSymmetric,
                hasFixedFirst: false, firstPid: nil, range: name.range))
    }

    private func addProcess(_ process: ProcessSyntax) {
        let name = process.name
        guard declare(name, .process(model.processes.count)) else { return }
        let room = SizeLimit.processes - Int128(model.types.pidCount)
        let count = process.count.map { size($0, of: name.text, limit: max(room, 1)) } ?? 1
        let first = model.types.pidCount
        model.types.sorts.append(
            SortDeclaration(
                name: name.text, count: count, isOrdered: false, isSymmetric: process.isSymmetric,
                hasFixedFirst: process.exception != nil, firstPid: first, range: name.range))
        model.types.pidCount += count
        let isArray = process.count != nil
        for instance in 0..<count { model.types.pidNames.append(isArray ? "\(name.text)#\(instance + 1)" : name.text) }
        model.processes.append(
            ProcessDeclaration(
                name: name.text, sort: model.types.sorts.count - 1, count: count, isArray: isArray, firstPid: first,
                isDaemon: process.isDaemon, startParameterCount: process.starts?.count,
                fairness: fairness(process.fairness),
                body: Body(locals: [], statements: [], range: process.body.range), range: name.range))
    }

    func fairness(_ syntax: FairnessSyntax?) -> Fairness? {
        guard let syntax else { return nil }
        if let condition = syntax.condition {
            let formula = coerce(check(condition, expected: .bool), to: .bool)
            guard let value = constantValue(formula), value.isTrue else { return nil }
        }
        return syntax.isStrong ? .strong : .weak
    }

    /// The value of a size, between 1 and a limit.
    func size(_ expression: ExpressionSyntax, of owner: String, limit: Int128 = SizeLimit.elements) -> Int {
        guard let number = constantNumber(expression) else { return 1 }
        guard number >= 1, number <= limit else {
            report(
                .sizeOutOfRange, "the size of \(owner) is \(number), it must be in 1...\(limit)", at: expression.range)
            return 1
        }
        return Int(number)
    }

    // MARK: Types

    func resolve(_ syntax: TypeSyntax) -> Type {
        switch syntax.kind {
        case .name(let name): return resolve(name, syntax.range)
        case .fencedSpinlock: return .lock
        case .integerRange(let lower, let upper, let isClosed):
            guard let least = constantNumber(lower), let limit = constantNumber(upper) else { return .invalid }
            let greatest = isClosed ? limit : limit - 1
            let (minimum, maximum) = IntegerType.Kind.int.bounds
            guard least <= greatest else {
                report(.emptyType, "the range \(least)...\(greatest) has no value", at: syntax.range)
                return .invalid
            }
            guard least >= minimum, greatest <= maximum else {
                report(.sizeOutOfRange, "the range does not fit int, which has 64 bits", at: syntax.range)
                return .invalid
            }
            return .integer(IntegerType(kind: .int, lower: least, upper: greatest))
        case .optional(let wrapped): return map(resolveValue(wrapped)) { .optional($0) }
        case .sequence(let element, let max):
            let size = size(max, of: "the sequence")
            return small(map(resolveValue(element)) { .sequence($0, max: size) }, syntax.range)
        case .set(let element):
            let type = resolveValue(element)
            guard let count = model.types.count(of: type), count <= 1024 else {
                if type != .invalid {
                    report(
                        .setElement, "a set needs an element type of at most 1024 values, \(name(of: type)) has more",
                        at: element.range, notes: ["a range has few: `set<(int in 0..<64)>`"])
                }
                return .invalid
            }
            return .set(type)
        case .array(let element, let index):
            let indexType = resolveIndex(index)
            let array = map(resolve(element)) { indexType == .invalid ? .invalid : .array($0, index: indexType) }
            return small(array, syntax.range)
        case .missing: return .invalid
        }
    }

    private func map(_ type: Type, _ make: (Type) -> Type) -> Type { type == .invalid ? .invalid : make(type) }

    private func small(_ type: Type, _ range: SourceRange) -> Type {
        type == .invalid || isSmall(type, at: range) ? type : .invalid
    }

    /// A type of values: groups with locks inside are none.
    private func resolveValue(_ syntax: TypeSyntax) -> Type {
        let type = resolve(syntax)
        if isObject(type) || type == .lock {
            report(
                .lockInValue, "\(name(of: type)) cannot be part of a value: it is, or holds, a lock", at: syntax.range)
            return .invalid
        }
        return type
    }

    /// Whether a type is a struct with locks or protections, or an array of such.
    func isObject(_ type: Type) -> Bool {
        switch type {
        case .structure(let id): objectStructures.contains(id)
        case .array(let element, _): isObject(element)
        default: false
        }
    }

    /// `N`, a sort, an enum or `bool` between brackets.
    func resolveIndex(_ expression: ExpressionSyntax) -> Type {
        if case .name(let name) = expression.kind {
            switch symbols[name] {
            case .sort(let id): return .sort(id)
            case .process(let id): return .sort(model.processes[id].sort)
            case .enumeration(let id): return .enumeration(id)
            default: break
            }
            if name == "pid" { return .pid }
            if name == "bool" { return .bool }
        }
        if case .rangeOf(let lower, let upper, let isClosed) = expression.kind {
            guard let first = constantNumber(lower), let last = constantNumber(upper) else { return .invalid }
            guard first == 0 else {
                report(.sizeOutOfRange, "an array's indices start at 0", at: lower.range)
                return .invalid
            }
            let count = isClosed ? last + 1 : last
            guard count >= 1, count <= SizeLimit.elements else {
                report(
                    .sizeOutOfRange, "the size of the array is \(count), it must be in 1...\(SizeLimit.elements)",
                    at: expression.range)
                return .invalid
            }
            return .index(below: Int(count))
        }
        return .index(below: size(expression, of: "the array"))
    }

    private func resolve(_ name: String, _ range: SourceRange) -> Type {
        if let builtin = Self.builtinType(name) { return builtin }
        switch symbols[name] {
        case .enumeration(let id): return .enumeration(id)
        case .structure(let index): return structure(index)
        case .sort(let id): return .sort(id)
        case .process(let id): return .sort(model.processes[id].sort)
        case .alias(let type): return resolve(type)
        case .invalid: return .invalid
        case .constant, .object, .variable, .pure, .function, .action, .property:
            report(
                .notAType, "\(name) is not a type", at: range,
                related: declared[name].map { [RelatedPlace($0, "declared here")] } ?? [])
            return .invalid
        case nil where name == Self.rangeName: return rangeType
        case nil:
            report(
                .unknownName, "there is no type \(name)", at: range,
                notes: suggestion(for: name, among: Array(symbols.keys) + Self.builtinTypeNames))
            return .invalid
        }
    }

    static let builtinTypeNames = [
        "bool", "int", "pid", "u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64", "spinlock", rangeName,
    ]

    static func builtinType(_ name: String) -> Type? {
        switch name {
        case "bool": .bool
        case "int": .int
        case "pid": .pid
        case "spinlock": .lock
        case "u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64":
            Int(name.dropFirst()).map {
                .integer(IntegerType(kind: .word(bits: $0, isSigned: name.hasPrefix("i"))))
            }
        default: nil
        }
    }

    // MARK: Structs

    func structure(_ index: Int) -> Type {
        switch pendingStructures[index].state {
        case .done(let id): return .structure(id)
        case .invalid: return .invalid
        case .resolving:
            let name = pendingStructures[index].name
            report(
                .structureCycle, "\(name.text) contains itself", at: name.range,
                notes: ["there are no pointers: name another element by its index or by a `sort`"])
            return .invalid
        case .waiting: break
        }
        pendingStructures[index].state = .resolving
        let pending = pendingStructures[index]
        var fields: [StructureField] = []
        var isObject = false
        var seen: Set<String> = []
        for field in pending.fields {
            if !seen.insert(field.name.text).inserted {
                report(.duplicateName, "\(pending.name.text) has the field \(field.name.text) twice", at: field.range)
            }
            let type = field.type.map { resolve($0) } ?? .invalid
            if let alignment = field.alignment {
                let feature = "aligned in a struct"
                model.unsupported.append(UnsupportedFeature(property: nil, feature: feature, range: alignment.range))
            }
            if field.type == nil {
                report(.missingType, "the field \(field.name.text) needs a type", at: field.range)
            }
            if field.protection != nil || type == .lock || self.isObject(type) || isLockArray(type) { isObject = true }
            fields.append(StructureField(name: field.name.text, type: type, initial: fieldInitial(field, type)))
        }
        let size = fields.reduce(0) { min($0 + cells(of: $1.type), SizeLimit.cells + 1) }
        let id = model.types.structures.count
        structureCells.append(size)
        model.types.structures.append(StructureDeclaration(name: pending.name.text, fields: fields))
        if isObject { objectStructures.insert(id) }
        let isSmall = isSmall(.structure(id), at: pending.name.range)
        pendingStructures[index].state = isSmall ? .done(id) : .invalid
        return isSmall ? .structure(id) : .invalid
    }

    func isLockArray(_ type: Type) -> Bool {
        switch type {
        case .lock: true
        case .array(let element, _): isLockArray(element)
        default: false
        }
    }

    private func fieldInitial(_ field: FieldSyntax, _ type: Type) -> Value? {
        guard case .expression(let expression) = field.initial, type != .invalid else { return nil }
        return initialValue(expression, type)
    }

    /// A constant of a type; for an array also one value for all elements. Reports and gives nil when it is none.
    func initialValue(_ expression: ExpressionSyntax, _ type: Type) -> Value? {
        let saved = body
        body = BodyContext(kind: .constant)
        defer { body = saved }
        if case .array(let element, let index) = type {
            if case .list = expression.kind {
                return constantValue(coerce(check(expression, expected: type), to: type))
            }
            guard let value = initialValue(expression, element) else { return nil }
            return .array(Array(repeating: value, count: Int(model.types.count(of: index) ?? 0)))
        }
        let formula = coerce(check(expression, expected: type), to: type)
        if let value = constantValue(formula) { return value }
        if formula.type != .invalid {
            report(
                .notConstant, "an initial value is a constant", at: expression.range,
                notes: ["compute it in an `init { }` block instead"])
        }
        return nil
    }
}

/// The context of formulas over constants alone: there is no data.
package struct ConstantContext: EvaluationContext {
    /// There is none.
    package var before: (any EvaluationContext)? { nil }

    /// A context; it holds nothing.
    package init() {}

    /// Never asked.
    package func value(of variable: VariableID, indices: [Int], at range: SourceRange) throws(EvaluationFailure)
        -> Value
    {
        preconditionFailure("a constant reads no data")
    }

    /// Never asked.
    package func answer(_ predicate: EvaluatedPredicate) throws(EvaluationFailure) -> Value {
        preconditionFailure("a constant asks nothing")
    }

    /// Whether a formula reads neither data nor free locals nor processes.
    static func isConstant(_ formula: Formula) -> Bool {
        var bound: Set<LocalID> = []
        return isConstant(formula, &bound)
    }

    private static func isConstant(_ formula: Formula, _ bound: inout Set<LocalID>) -> Bool {
        switch formula.kind {
        case .local(let id): return bound.contains(id)
        case .load, .selfProcess, .call, .predicate, .old: return false
        default: break
        }
        for local in formula.boundLocals { bound.insert(local) }
        for child in formula.children where !isConstant(child, &bound) { return false }
        return true
    }
}
