// What is legal and rarely meant: locks that nobody takes, funcs that nobody calls, and (beside) suspicious code.

/// Reports warnings about a spec without errors.
///
/// Only what the spec's own file says is judged: imports are the business of their authors. O(code × funcs).
///
/// - Parameters:
///   - model: the typed spec, without any fault.
///   - main: the spec's own file.
///   - diagnostics: receives the warnings.
public func reportSuspicions(of model: TypedModel, in main: SourceFile, diagnostics: Diagnostics) {
    let suspicions = Suspicions(model: model, main: main, diagnostics: diagnostics)
    suspicions.reportUnusedGuards()
    suspicions.reportUnusedFunctions()
    suspicions.reportSuspiciousCode()
}

/// A spec with who runs its funcs and who stores to its data.
struct Suspicions {
    let model: TypedModel
    let main: SourceFile
    let diagnostics: Diagnostics
    /// The processes that run each func.
    private(set) var runners: [Set<ProcessID>]
    /// The processes that store to each datum.
    private var writers: [Set<ProcessID>]
    /// Data that actions store to.
    private var isStoredByAction: Set<VariableID> = []

    init(model: TypedModel, main: SourceFile, diagnostics: Diagnostics) {
        self.model = model
        self.main = main
        self.diagnostics = diagnostics
        runners = Array(repeating: [], count: model.functions.count)
        writers = Array(repeating: [], count: model.variables.count)
        for (id, process) in model.processes.enumerated() { run(process.body.statements, by: id) }
        for (id, process) in model.processes.enumerated() {
            for variable in stores(process.body.statements) { writers[variable].insert(id) }
        }
        for (id, function) in model.functions.enumerated() {
            for variable in stores(function.body.statements) { writers[variable].formUnion(runners[id]) }
        }
        for action in model.actions { isStoredByAction.formUnion(stores(action.body.statements)) }
    }

    private mutating func run(_ statements: [Statement], by process: ProcessID) {
        var called: [FunctionID] = []
        forEachStatement(in: statements) { if case .call(let id, _, _) = $0.kind { called.append(id) } }
        for id in called where runners[id].insert(process).inserted {
            run(model.functions[id].body.statements, by: process)
        }
    }

    /// Whether the datum has no guard for reading, and somebody else than a single running process stores to it.
    func isRacy(_ variable: VariableID, for running: Set<ProcessID>) -> Bool {
        let declaration = model.variables[variable]
        guard !declaration.isGhost, declaration.type != .lock else { return false }
        switch declaration.protection {
        case .none, .guarded(_, forWritingOnly: true): break
        case .guarded, .isPrivate: return false
        }
        if isStoredByAction.contains(variable) { return true }
        return writers[variable].contains { running != [$0] || model.processes[$0].count > 1 }
    }

    // MARK: What code touches

    /// Data that statements store to, those of `inout` arguments included.
    private func stores(_ statements: [Statement]) -> Set<VariableID> {
        var result: Set<VariableID> = []
        forEachStatement(in: statements) { statement in
            switch statement.kind {
            case .assign(let place, _): result.formUnion(variables(of: place))
            case .call(_, let arguments, _):
                for case .place(let place) in arguments { result.formUnion(variables(of: place)) }
            case .synchronize(let operation, _):
                switch operation {
                case .atomicUpdate(_, let place, _), .compareAndSwap(let place, _, _), .orderedStore(let place, _),
                    .storeConditional(let place, _):
                    result.formUnion(variables(of: place))
                default: break
                }
            default: break
            }
        }
        return result
    }

    /// The datum of a place, or all data of a group.
    private func variables(of place: Place) -> Set<VariableID> {
        switch place.root {
        case .variable(let id): [id]
        case .object(let id): variables(of: id)
        case .local: []
        }
    }

    private func variables(of object: ObjectID) -> Set<VariableID> {
        var result: Set<VariableID> = []
        for field in model.objects[object].fields {
            switch field.part {
            case .variable(let id): result.insert(id)
            case .object(let id): result.formUnion(variables(of: id))
            }
        }
        return result
    }

    // MARK: Guards

    func reportUnusedGuards() {
        var taken: Set<VariableID> = []
        for body in model.processes.map(\.body) + model.functions.map(\.body) {
            forEachStatement(in: body.statements) { statement in
                switch statement.kind {
                case .call(_, let arguments, _):
                    for case .place(let place) in arguments { taken.formUnion(variables(of: place)) }
                case .synchronize(.acquire(let lock), _), .synchronize(.tryAcquire(let lock), _),
                    .synchronize(.sleep(_, lock: let lock?), _):
                    taken.formUnion(variables(of: lock))
                case .synchronize(.acquireOrdered(let first, let second), _):
                    taken.formUnion(variables(of: first).union(variables(of: second)))
                default: break
                }
            }
        }
        for (id, variable) in model.variables.enumerated()
        where variable.type == .lock && variable.range.file === main && !taken.contains(id) {
            let guarded = model.variables.filter { data in
                if case .guarded(let path, _) = data.protection { path.lock == id } else { false }
            }
            let names = guarded.map(\.name).joined(separator: ", ")
            diagnostics.report(
                .unusedGuard,
                guarded.isEmpty
                    ? "the lock \(variable.name) is never acquired"
                    : "the lock \(variable.name) guards \(names) and is never acquired",
                at: variable.range,
                notes: [
                    guarded.isEmpty
                        ? "acquire it around what it is for, or take it away"
                        : "acquire it around what it guards; data that anyone may touch has no `guarded by`"
                ])
        }
    }

    // MARK: Functions

    /// A name that stands in the file once is that of its declaration: neither code nor a fault nor a binding uses it.
    func reportUnusedFunctions() {
        var counts: [String: Int] = [:]
        for token in Lexer.tokens(of: main).tokens {
            counts[main.text(of: SourceRange(file: main, start: token.start, end: token.end)), default: 0] += 1
        }
        for (kind, functions) in [("func", model.functions), ("pure function", model.pures)] {
            for function in functions where function.range.file === main && counts[function.name] == 1 {
                diagnostics.report(
                    .unusedFunction, "nothing calls the \(kind) \(function.name)", at: function.range,
                    notes: ["call it from a process, a property or a fault, or take it away"])
            }
        }
    }
}
