// A state of terms as a row of terms, so that equal states are equal rows and rows are small to keep.

import Model
import Solver

/// Writes states as rows and reads them back. What decides the shape of a row stands in it as a constant.
struct StateCells {
    let shape: StateShape

    private var pool: TermPool { shape.values.pool }
    private var system: TransitionSystem { shape.system }

    // MARK: Writing

    func row(of state: SymbolicState) -> [Term] {
        var row: [Term] = []
        for (pid, process) in state.processes.enumerated() {
            row += [process.position, process.channel]
            guard let point = point(pid, process.position) else { continue }
            for local in point.liveLocals {
                row.append(pool.bool(process.locals[local] != nil))
                if let value = process.locals[local] { write(value, &row) }
            }
        }
        for instances in state.data { for value in instances { write(value, &row) } }
        return row
    }

    private func point(_ pid: Int, _ position: Term) -> Point? {
        let points = system.kind(of: pid).process.points
        guard let number = pool.constant(position) else { preconditionFailure("a position that is no constant") }
        return number < points.count ? points[Int(number)] : nil
    }

    private func write(_ value: SymbolicValue, _ row: inout [Term]) {
        switch value {
        case .bool(let term), .integer(let term), .member(let term), .lock(let term): row.append(term)
        case .optional(let isSome, let inner):
            row.append(isSome)
            // Where there is nothing the payload means nothing, and is not kept.
            if pool.truth(isSome) != false { write(inner, &row) }
        case .structure(let parts), .array(let parts): for part in parts { write(part, &row) }
        case .sequence(let count, let elements):
            row.append(count)
            let used = pool.constant(count).map { Int(min($0, UInt64(elements.count))) } ?? elements.count
            for element in elements.prefix(used) { write(element, &row) }
        case .set(let members): row += members
        }
    }

    // MARK: Reading

    func state(of row: [Term]) -> SymbolicState {
        var rest = row[...]
        var processes: [SymbolicProcess] = []
        for pid in 0..<system.processCount {
            var process = SymbolicProcess(position: next(&rest), locals: [:], channel: next(&rest))
            if let point = point(pid, process.position) {
                for local in point.liveLocals where pool.truth(next(&rest)) == true {
                    process.locals[local] = read(shape.type(of: local, pid), &rest)
                }
            }
            processes.append(process)
        }
        let data = system.variables.map { variable in
            (0..<variable.instanceCount(system.types)).map { _ in read(variable.type, &rest) }
        }
        return SymbolicState(data: data, processes: processes)
    }

    private func next(_ rest: inout ArraySlice<Term>) -> Term {
        guard let term = rest.popFirst() else { preconditionFailure("a row that ends too early") }
        return term
    }

    private func zero(_ type: Type) -> SymbolicValue {
        guard let zero = shape.values.zero(of: type) else { preconditionFailure("a type without values") }
        return zero
    }

    private func read(_ type: Type, _ rest: inout ArraySlice<Term>) -> SymbolicValue {
        switch type {
        case .bool: return .bool(next(&rest))
        case .integer: return .integer(next(&rest))
        case .sort, .pid, .enumeration: return .member(next(&rest))
        case .lock: return .lock(next(&rest))
        case .optional(let wrapped):
            let isSome = next(&rest)
            return .optional(
                isSome: isSome, pool.truth(isSome) == false ? zero(wrapped) : read(wrapped, &rest))
        case .structure(let id):
            return .structure(system.types.structures[id].fields.map { read($0.type, &rest) })
        case .array(let element, let index):
            return .array((0..<Int(system.types.count(of: index) ?? 0)).map { _ in read(element, &rest) })
        case .sequence(let element, let max):
            let count = next(&rest)
            let used = pool.constant(count).map { Int(min($0, UInt64(max))) } ?? max
            let elements = (0..<used).map { _ in read(element, &rest) }
            return .sequence(count: count, elements + Array(repeating: zero(element), count: max - used))
        case .set(let element):
            return .set((0..<Int(system.types.count(of: element) ?? 0)).map { _ in next(&rest) })
        case .null, .void, .invalid: preconditionFailure("a type without values")
        }
    }
}
