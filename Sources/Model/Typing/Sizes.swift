// How large things may become: data as cells, code with all calls put in place. Beyond the limits nothing is explored.

/// The largest sizes that are accepted; a spec beyond them is a mistake, not a model.
enum SizeLimit {
    /// Elements of an array, a sort, a sequence.
    static let elements: Int128 = 65_536
    /// Instances of all processes together.
    static let processes: Int128 = 1024
    /// Scalars in one datum.
    static let cells = 65_536
    /// Scalars in all data together.
    static let allCells = 1 << 20
    /// Values that a range with constant bounds may have where each of them is visited.
    static let visited: Int128 = 1 << 20
    /// Statements and operators of a process, an action or a property, with all calls put in place.
    static let code = 1 << 15
    /// Operators of a temporal formula: the automaton that is searched with may have two to that power states.
    static let temporalOperators = 16
    /// Conditions on states in a temporal formula.
    static let conditions = 24
    /// Combinations of values for which one `leadsto` is claimed: each is searched for by itself.
    static let claims: Int128 = 1024
}

extension TypeChecker {
    // MARK: Data

    /// Scalars in a value of the type, at most one more than may be. O(type); structs know theirs.
    func cells(of type: Type) -> Int {
        let count: (scalars: Int, times: Int128)
        switch type {
        case .structure(let id): count = (structureCells[id], 1)
        case .array(let element, let index): count = (cells(of: element), model.types.count(of: index) ?? 1)
        case .sequence(let element, let max): count = (cells(of: element), Int128(max))
        case .optional(let wrapped): count = (cells(of: wrapped), 1)
        case .set(let element): count = (1, (model.types.count(of: element) ?? 1) / 64 + 1)
        case .bool, .integer, .sort, .pid, .enumeration, .lock, .null, .void, .invalid: return 1
        }
        return Int(min(Int128(count.scalars) * count.times, Int128(SizeLimit.cells) + 1))
    }

    /// Whether a type is small enough; reports when not.
    func isSmall(_ type: Type, at range: SourceRange) -> Bool {
        guard cells(of: type) > SizeLimit.cells else { return true }
        reportSize("a value of this type has", SizeLimit.cells, range)
        return false
    }

    /// Counts a datum with its instances; reports when it, or all data together, are too large.
    func isSmall(_ name: String, _ type: Type, dimensions: [Type], at range: SourceRange) -> Bool {
        var total = Int128(cells(of: type))
        for dimension in dimensions {
            total = min(total * (model.types.count(of: dimension) ?? 1), Int128(SizeLimit.cells) + 1)
        }
        guard total <= SizeLimit.cells else {
            reportSize("\(name) has", SizeLimit.cells, range)
            return false
        }
        let before = cellCount
        cellCount += Int(total)
        guard cellCount > SizeLimit.allCells else { return true }
        if before <= SizeLimit.allCells { reportSize("with \(name) all data have", SizeLimit.allCells, range) }
        return false
    }

    private func reportSize(_ subject: String, _ limit: Int, _ range: SourceRange) {
        report(
            .sizeOutOfRange, "\(subject) more than \(limit) numbers in it", at: range,
            notes: ["every state holds all of them: two or three of a kind show nearly every mistake"])
    }

    // MARK: Code

    /// Rejects code that calls put in place would make too large. Only for specs without recursion.
    func rejectLargeCode() {
        var sizes = CodeSizes(model: model)
        for process in model.processes { rejectLarge(sizes.size(of: process.body), process.name, process.range) }
        for action in model.actions {
            rejectLarge(sizes.size(of: action.body) + sizes.size(of: action.guardFormula), action.name, action.range)
        }
        for property in model.properties {
            rejectLarge(
                property.formulas.reduce(0) { $0 + sizes.size(of: $1) }, property.name, property.range)
        }
        for initializer in model.initializers { rejectLarge(sizes.size(of: initializer), "init", initializer.range) }
    }

    private func rejectLarge(_ size: Int, _ name: String, _ range: SourceRange) {
        guard size > SizeLimit.code else { return }
        report(
            .codeTooLarge,
            "\(name) is too large: with all calls put in place it has more than \(SizeLimit.code) operations",
            at: range, notes: ["a func that calls another twice doubles it: call it in a loop, or call less"])
    }
}

/// Sizes of funcs and pure functions, each computed once, with those of what they call.
private struct CodeSizes {
    let model: TypedModel
    private var functions: [FunctionID: Int] = [:]
    private var pures: [PureID: Int] = [:]

    init(model: TypedModel) { self.model = model }

    mutating func size(of body: Body) -> Int { size(of: body.statements) }

    private mutating func size(of statements: [Statement]) -> Int {
        var (total, called): (Int, [FunctionID]) = (0, [])
        var formulas: [Formula] = []
        forEachStatement(in: statements) { statement in
            total += 1
            formulas += statement.formulas
            if case .call(let id, _, _) = statement.kind { called.append(id) }
        }
        for formula in formulas { total = capped(total + size(of: formula)) }
        for id in called { total = capped(total + size(ofFunction: id)) }
        return total
    }

    mutating func size(of formula: Formula?) -> Int {
        guard let formula else { return 0 }
        var (total, called): (Int, [PureID]) = (0, [])
        formula.visit { part in
            total += 1
            if case .call(let id, _) = part.kind { called.append(id) }
        }
        for id in called { total = capped(total + size(ofPure: id)) }
        return total
    }

    private mutating func size(ofFunction id: FunctionID) -> Int {
        if let known = functions[id] { return known }
        let size = size(of: model.functions[id].body)
        functions[id] = size
        return size
    }

    private mutating func size(ofPure id: PureID) -> Int {
        if let known = pures[id] { return known }
        let size = size(of: model.pures[id].body)
        pures[id] = size
        return size
    }

    private func capped(_ size: Int) -> Int { min(size, SizeLimit.code + 1) }
}
