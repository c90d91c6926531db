// A state of a system as terms: every datum, where each process stands, its locals, and on what it sleeps.

import Model
import Solver

/// A state whose parts are terms.
struct SymbolicState: Hashable {
    /// By variable, then by instance, as `SystemState` has them.
    var data: [[SymbolicValue]]
    /// By pid.
    var processes: [SymbolicProcess]
}

/// Where a process stands, as terms.
struct SymbolicProcess: Hashable {
    /// The number of its point; the number of points when it has finished, and one more before it was started.
    var position: Term
    /// Locals that matter at some point. Where the process stands at a point at which one does not, it means nothing.
    var locals: [LocalID: SymbolicValue]
    /// The channel on which it sleeps, from 1; 0 when awake.
    var channel: Term
}

extension SymbolicValues {
    /// `condition ? a : b`, part by part.
    func choice(_ condition: Term, _ a: SymbolicState, _ b: SymbolicState) -> SymbolicState {
        var result = b
        for (variable, instances) in a.data.enumerated() {
            for (index, value) in instances.enumerated() where value != b.data[variable][index] {
                result.data[variable][index] = choice(condition, value, b.data[variable][index])
            }
        }
        for (pid, process) in a.processes.enumerated() where process != b.processes[pid] {
            let other = b.processes[pid]
            result.processes[pid].position = pool.choice(condition, process.position, other.position)
            result.processes[pid].channel = pool.choice(condition, process.channel, other.channel)
            for (local, value) in process.locals {
                result.processes[pid].locals[local] = other.locals[local].map { choice(condition, value, $0) } ?? value
            }
        }
        return result
    }
}

/// The parts that states of a system have, and values of unknown states.
struct StateShape {
    let system: TransitionSystem
    let values: SymbolicValues
    /// By pid: locals that matter at some point, in order.
    let keptLocals: [[LocalID]]
    /// Numbers of all channels, 0 included.
    let channelCount: Int

    init(_ system: TransitionSystem, _ pool: TermPool) {
        self.system = system
        values = SymbolicValues(pool: pool, types: system.types)
        keptLocals = (0..<system.processCount).map { pid in
            Set(system.kind(of: pid).process.points.flatMap(\.liveLocals)).sorted()
        }
        channelCount =
            system.channels.map { channel in
                channel.firstNumber + channel.dimensions.reduce(1) { $0 * Int(system.types.count(of: $1) ?? 1) }
            }.max() ?? 1
    }

    func pointCount(_ pid: Int) -> Int { system.kind(of: pid).process.points.count }
    func finished(_ pid: Int) -> Term { values.ordinal(pointCount(pid)) }
    func idle(_ pid: Int) -> Term { values.ordinal(pointCount(pid) + 1) }

    /// Whether a process stands at some point.
    func isAtPoint(_ pid: Int, _ state: SymbolicState) -> Term {
        values.pool.unsignedLess(state.processes[pid].position, finished(pid))
    }

    func type(of local: LocalID, _ pid: Int) -> Type { system.kind(of: pid).process.code.locals[local].type }

    // MARK: Unknown states

    /// A state of which nothing is known but the types of its parts.
    func unknown(_ name: String) throws(EncodingFailure) -> (
        state: SymbolicState, isValid: Term, leaves: [SymbolicValues.Leaf]
    ) {
        let pool = values.pool
        var isValid = pool.bool(true)
        var leaves: [SymbolicValues.Leaf] = []
        func make(_ type: Type, _ name: String, _ range: SourceRange) throws(EncodingFailure) -> SymbolicValue {
            guard let unknown = values.unknown(type, name) else {
                throw EncodingFailure(message: "\(name) has a type without values", range: range, advice: nil)
            }
            isValid = pool.and(isValid, unknown.isValid)
            leaves += unknown.leaves
            return unknown.value
        }
        func number(below count: Int, _ name: String) -> Term {
            let unknown = values.unknown(below: count, name)
            isValid = pool.and(isValid, unknown.isValid)
            leaves += unknown.leaves
            return unknown.term
        }
        var data: [[SymbolicValue]] = []
        for variable in system.variables {
            var instances: [SymbolicValue] = []
            for index in 0..<variable.instanceCount(system.types) {
                instances.append(try make(variable.type, "\(name)\(variable.name).\(index)", variable.range))
            }
            data.append(instances)
        }
        var processes: [SymbolicProcess] = []
        for pid in 0..<system.processCount {
            let owner = name + system.types.pidNames[pid]
            let code = system.kind(of: pid).process.code
            let position = number(below: pointCount(pid) + 2, "\(owner) position")
            var locals: [LocalID: SymbolicValue] = [:]
            for local in keptLocals[pid] {
                let range = code.nodes[code.entry].range
                locals[local] = try make(code.locals[local].type, "\(owner) \(code.locals[local].name)", range)
            }
            let channel = number(below: channelCount, "\(owner) channel")
            processes.append(SymbolicProcess(position: position, locals: locals, channel: channel))
        }
        return (SymbolicState(data: data, processes: processes), isValid, leaves)
    }

    /// The terms of a state in the places of an unknown state's variables, in the order of its leaves.
    func leafTerms(of state: SymbolicState) -> [Term] {
        let pool = values.pool
        func below(_ term: Term, _ count: Int) -> [Term] {
            count <= 1 ? [] : [pool.extract(term, from: 0, width: 64 - UInt64(count - 1).leadingZeroBitCount)]
        }
        var result: [Term] = []
        for (variable, instances) in zip(system.variables, state.data) {
            result += instances.flatMap { values.leafTerms($0, variable.type) }
        }
        for (pid, process) in state.processes.enumerated() {
            result += below(process.position, pointCount(pid) + 2)
            for local in keptLocals[pid] {
                guard let value = process.locals[local] else { preconditionFailure("a local without a term") }
                result += values.leafTerms(value, type(of: local, pid))
            }
            result += below(process.channel, channelCount)
        }
        return result
    }

    // MARK: Known states

    /// The state that the terms have under an assignment.
    func state(_ symbolic: SymbolicState, under assignment: Assignment) -> SystemState {
        func bits(_ term: Term) -> Int { Int(values.pool.values(of: [term], under: assignment)[0]) }
        let data = zip(system.variables, symbolic.data).map { variable, instances in
            instances.map { values.value($0, variable.type, under: assignment) }
        }
        let processes = symbolic.processes.enumerated().map { pid, process in
            let (kind, _) = system.kind(of: pid)
            var locals: [Value?] = Array(repeating: nil, count: kind.code.locals.count)
            let number = bits(process.position)
            guard number < kind.points.count else {
                let position: ProcessState.Position = number == kind.points.count ? .finished : .idle
                return ProcessState(position: position, locals: locals, channel: bits(process.channel))
            }
            for local in kind.points[number].liveLocals {
                if let value = process.locals[local] {
                    locals[local] = values.value(value, kind.code.locals[local].type, under: assignment)
                }
            }
            return ProcessState(position: .point(number), locals: locals, channel: bits(process.channel))
        }
        return SystemState(data: data, processes: processes)
    }

    /// Whether a symbolic state is a known one: where locals do not matter, they are not compared.
    func equal(_ symbolic: SymbolicState, _ known: SystemState) -> Term {
        let pool = values.pool
        var result = pool.bool(true)
        func require(_ value: SymbolicValue, _ wanted: Value, _ type: Type) {
            let constant = values.constant(wanted, type)
            result = pool.and(result, constant.map { values.equal(value, $0) } ?? pool.bool(false))
        }
        for (index, variable) in system.variables.enumerated() {
            for (instance, value) in known.data[index].enumerated() {
                require(symbolic.data[index][instance], value, variable.type)
            }
        }
        for (pid, process) in known.processes.enumerated() {
            let own = symbolic.processes[pid]
            let position: Term
            switch process.position {
            case .idle: position = idle(pid)
            case .finished: position = finished(pid)
            case .point(let number): position = values.ordinal(number)
            }
            result = pool.and(result, pool.equal(own.position, position))
            result = pool.and(result, pool.equal(own.channel, values.ordinal(process.channel)))
            for (local, value) in process.locals.enumerated() {
                guard let value, let term = own.locals[local] else { continue }
                require(term, value, type(of: local, pid))
            }
        }
        return result
    }
}
