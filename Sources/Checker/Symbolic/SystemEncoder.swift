// A transition system as terms: its initial states, every step from a state, and where its properties are false.

import Model
import Solver

/// A step of a process at a point, a way out of a `killable` block there, or an action.
struct SymbolicStep {
    /// Who takes it, and where.
    enum Origin: Hashable {
        case point(pid: Int, point: Int)
        case kill(pid: Int, point: Int, number: Int)
        case action(Int)
    }
    let origin: Origin
    /// True in the states in which it can begin.
    let isEnabled: Term
    /// True where the variables of its choices are within their ranges.
    let inputs: Term
    let ends: [StepEnd]
    let violations: [ViolationKind: Term]
    /// True where a loop of it goes on after it was unrolled.
    let incomplete: Term
    let incompleteRange: SourceRange?
}

/// Initial states, by the values that data may begin with and the choices on the way.
struct SymbolicStart {
    let inputs: Term
    let ends: [StepEnd]
    let violations: [ViolationKind: Term]
    let incomplete: Term
}

/// Encodes a system.
final class SystemEncoder {
    let system: TransitionSystem
    let pool: TermPool
    let shape: StateShape
    let coder: StepEncoder

    init(_ system: TransitionSystem, _ pool: TermPool) {
        self.system = system
        self.pool = pool
        shape = StateShape(system, pool)
        coder = StepEncoder(shape)
    }

    /// Whether the work must end.
    var isOver: () -> Bool {
        get { coder.encoder.isOver }
        set { coder.encoder.isOver = newValue }
    }

    /// Asked before each further turn of a loop within a step: whether a condition may be true.
    var isPossible: (Term) -> Bool {
        get { coder.encoder.isPossible }
        set { coder.encoder.isPossible = newValue }
    }

    // MARK: Beginnings

    func start() throws(EncodingFailure) -> SymbolicStart {
        let values = shape.values
        var data: [[SymbolicValue]] = []
        var isValid = pool.bool(true)
        for variable in system.variables {
            var instances: [SymbolicValue] = []
            for index in 0..<variable.instanceCount(system.types) {
                switch variable.initial {
                case .value(let value):
                    guard let known = values.constant(value, variable.type) else {
                        throw EncodingFailure(
                            message: "\(variable.name) begins with a value that has no terms", range: variable.range,
                            advice: nil)
                    }
                    instances.append(known)
                case .any:
                    guard let unknown = values.unknown(variable.type, "\(variable.name).\(index)") else {
                        throw EncodingFailure(
                            message: "\(variable.name) has no values", range: variable.range, advice: nil)
                    }
                    isValid = pool.and(isValid, unknown.isValid)
                    instances.append(unknown.value)
                }
            }
            data.append(instances)
        }
        let processes = (0..<system.processCount).map { pid in
            var locals: [LocalID: SymbolicValue] = [:]
            for local in shape.keptLocals[pid] { locals[local] = values.zero(of: shape.type(of: local, pid)) }
            return SymbolicProcess(position: shape.idle(pid), locals: locals, channel: values.ordinal(0))
        }
        coder.reset(
            SymbolicState(data: data, processes: processes), rule: .code(isExempt: true), pid: nil)
        coder.isExempt = true
        for code in system.initializers {
            coder.encoder.path.locals = [:]
            coder.encoder.path = coder.joined(try coder.run(code, from: code.entry))
        }
        coder.isExempt = false
        for process in system.processes where process.startParameterCount == nil {
            for instance in 0..<process.count {
                coder.encoder.path.locals = [:]
                coder.encoder.path = coder.joined(try coder.started(process, pid: process.firstPid + instance))
            }
        }
        let end = StepEnd(state: coder.state, live: coder.encoder.path.live)
        return SymbolicStart(
            inputs: pool.and(isValid, coder.inputs), ends: [end], violations: coder.encoder.violations,
            incomplete: coder.encoder.incomplete)
    }

    // MARK: Steps

    /// Every step that is possible from a state of which the terms are given: one for each point of each process, for
    /// each way out of it, and for each action.
    func steps(from state: SymbolicState) throws(EncodingFailure) -> [SymbolicStep] {
        var result: [SymbolicStep] = []
        for pid in state.processes.indices {
            let process = system.kind(of: pid).process
            for point in process.points.indices {
                let isHere = pool.equal(state.processes[pid].position, shape.values.ordinal(point))
                if pool.truth(isHere) == false { continue }
                result.append(try step(pid, point, isHere, from: state))
                let node = process.code.nodes[process.points[point].node]
                guard node.isStepPoint else { continue }
                for number in node.kills.indices {
                    result.append(try kill(pid, point, number, isHere, from: state))
                }
            }
        }
        for action in system.actions.indices { result.append(try step(action, from: state)) }
        return result
    }

    /// The state with a process's position known, so that what asks for it is decided at once.
    private func reset(_ state: SymbolicState, _ pid: Int, at point: Int) {
        var known = state
        known.processes[pid].position = shape.values.ordinal(point)
        coder.reset(known, rule: .code(isExempt: false), pid: pid)
        for local in system.kind(of: pid).process.points[point].liveLocals {
            coder.encoder.path.locals[local] = state.processes[pid].locals[local]
        }
    }

    private func step(_ pid: Int, _ point: Int, _ isHere: Term, from state: SymbolicState) throws(EncodingFailure)
        -> SymbolicStep
    {
        let process = system.kind(of: pid).process
        reset(state, pid, at: point)
        let ends = try coder.run(process.code, from: process.points[point].node)
        return made(.point(pid: pid, point: point), isHere, ends)
    }

    private func kill(_ pid: Int, _ point: Int, _ number: Int, _ isHere: Term, from state: SymbolicState)
        throws(EncodingFailure) -> SymbolicStep
    {
        let process = system.kind(of: pid).process
        let kill = process.code.nodes[process.points[point].node].kills[number]
        reset(state, pid, at: point)
        coder.encoder.cut(unless: pool.equal(state.processes[pid].channel, shape.values.ordinal(0)))
        coder.encoder.cut(unless: pool.not(coder.holdsLock(pid)))
        coder.encoder.cut(unless: try coder.encoder.bool(kill.condition))
        var ends: [StepEnd]
        if process.code.nodes[kill.target].isPoint {
            coder.stand(at: kill.target)
            ends = [StepEnd(state: coder.state, live: coder.encoder.path.live)]
        } else {
            ends = try coder.run(process.code, from: kill.target)
        }
        return made(.kill(pid: pid, point: point, number: number), isHere, ends)
    }

    private func step(_ index: Int, from state: SymbolicState) throws(EncodingFailure) -> SymbolicStep {
        let action = system.actions[index]
        coder.reset(state, rule: .code(isExempt: false), pid: nil)
        coder.disablesOnEmptyChoice = true
        for binder in action.parameters {
            var listed: [SymbolicValue] = []
            try coder.encoder.forEach(binder.domain, binder.type, action.range) { value, _ in
                listed.append(value)
                return .next
            }
            guard let value = shape.values.select(listed, coder.choose(below: listed.count)) else {
                return made(.action(index), pool.bool(false), [])
            }
            coder.encoder.path.locals[binder.local] = value
        }
        if let condition = action.guardFormula { coder.encoder.cut(unless: try coder.encoder.bool(condition)) }
        let ends = try coder.run(action.code, from: action.code.entry)
        return made(.action(index), pool.bool(true), ends)
    }

    private func made(_ origin: SymbolicStep.Origin, _ isEnabled: Term, _ ends: [StepEnd]) -> SymbolicStep {
        SymbolicStep(
            origin: origin, isEnabled: isEnabled, inputs: coder.inputs,
            ends: ends.filter { pool.truth($0.live) != false }, violations: coder.encoder.violations,
            incomplete: coder.encoder.incomplete, incompleteRange: coder.encoder.incompleteRange)
    }

    // MARK: Properties

    /// True in the states in which an invariant is false or traps.
    func isBroken(_ property: SystemProperty, in state: SymbolicState) throws(EncodingFailure) -> Term {
        var result = pool.bool(false)
        for part in property.parts {
            var rows: [[LocalID: SymbolicValue]] = [[:]]
            for binder in part.binders {
                coder.reset(state, rule: .property, pid: nil)
                var listed: [SymbolicValue] = []
                try coder.encoder.forEach(binder.domain, binder.type, property.range) { value, _ in
                    listed.append(value)
                    return .next
                }
                rows = rows.flatMap { row in listed.map { row.merging([binder.local: $0]) { $1 } } }
            }
            for row in rows { result = pool.or(result, try isBroken(part, row, property, state)) }
        }
        return result
    }

    private func isBroken(
        _ part: PropertyPart, _ binders: [LocalID: SymbolicValue], _ property: SystemProperty, _ state: SymbolicState
    ) throws(EncodingFailure) -> Term {
        coder.reset(state, rule: property.respectsGuards ? .invariant : .property, pid: nil)
        coder.encoder.path.locals = binders
        try coder.compute(part.code)
        let claim = try coder.encoder.bool(part.formula)
        if pool.truth(coder.encoder.incomplete) != false {
            throw coder.encoder.fail("a loop has no bound", at: coder.encoder.incompleteRange ?? property.range)
        }
        let isFalse = pool.and(coder.encoder.path.live, pool.not(claim))
        return pool.any(coder.encoder.violations.values.sorted() + [isFalse])
    }
}
