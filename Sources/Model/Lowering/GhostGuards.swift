// Ghosts without a declared guard: the lock under which all code touches them, or the one process that does.

/// What keeps other processes away from a ghost while one of them touches it.
enum GhostGuard: Equatable {
    case lock(GuardPath)
    case process(Int)
    /// Nothing: each statement that touches it belongs to an access, or is a step.
    case none
}

/// Infers guards from annotated code.
struct GhostGuards {
    private(set) var guards: [VariableID: GhostGuard] = [:]

    /// - Parameters:
    ///   - model: which data are ghosts, and which declare a guard.
    ///   - processes: code with `held` annotated, with the number of instances and the first pid of its kind.
    ///   - touchedElsewhere: ghosts that actions touch; they run beside everything.
    init(
        model: TypedModel, processes: [(code: Code, count: Int, firstPid: Int)], touchedElsewhere: Set<VariableID>
    ) {
        for (id, variable) in model.variables.enumerated() where variable.isGhost {
            if case .guarded(let path, _) = variable.protection {
                guards[id] = .lock(path)
            } else if touchedElsewhere.contains(id) {
                guards[id] = GhostGuard.none
            } else {
                guards[id] = Self.infer(id, model, processes)
            }
        }
    }

    private static func infer(
        _ ghost: VariableID, _ model: TypedModel, _ processes: [(code: Code, count: Int, firstPid: Int)]
    ) -> GhostGuard {
        var common: Set<VariableID>?
        var touching: [(count: Int, firstPid: Int)] = []
        for process in processes {
            var touches = false
            for node in process.code.nodes where node.touches(ghost) {
                touches = true
                // Only locks with a single instance: two instances of one declaration exclude nobody.
                let held = Set(node.held.filter { $0.indices.isEmpty }.map(\.lock))
                common = common.map { $0.intersection(held) } ?? held
            }
            if touches { touching.append((process.count, process.firstPid)) }
        }
        if touching.count == 1, let only = touching.first, only.count == 1 { return .process(only.firstPid) }
        if let lock = common?.min() { return .lock(GuardPath(lock: lock, indices: [])) }
        return .none
    }
}

extension Node {
    /// Whether it reads or stores to a datum.
    func touches(_ variable: VariableID) -> Bool {
        operation.loads.contains(variable) || operation.stores.contains(variable)
    }
}

extension Operation {
    /// Data that it reads in formulas; locks of predicates included.
    var loads: Set<VariableID> {
        var result: Set<VariableID> = []
        for formula in formulas { formula.collectLoads(into: &result) }
        switch self {
        case .atomicUpdate(_, let place, _, _), .compareAndSwap(let place, _, _, _):
            if case .variable(let id) = place.root { result.insert(id) }
        default: break
        }
        return result
    }

    /// The datum that it stores to, other than locks.
    var stores: Set<VariableID> {
        switch self {
        case .assign(let place, _), .atomicUpdate(_, let place, _, _), .compareAndSwap(let place, _, _, _):
            if case .variable(let id) = place.root { return [id] }
            return []
        default: return []
        }
    }
}

extension Formula {
    /// Adds all data that evaluation may read.
    func collectLoads(into result: inout Set<VariableID>) {
        visit { part in
            switch part.kind {
            case .load(let place):
                if case .variable(let id) = place.root { result.insert(id) }
            case .predicate(.holds(_, let place)), .predicate(.held(let place)), .predicate(.free(let place)):
                if case .variable(let id) = place.root { result.insert(id) }
            default: break
            }
        }
    }
}
