// All steps out of a state with unknown values: processes by pid, then actions with their parameters, as the reference has them.

import Model
import Solver

/// One run of a step out of a state.
struct ForkedStep {
    let actor: Actor
    /// The point's, the kill's or the action's.
    let name: String
    let end: ForkEnd
}

extension ForkingStepper {
    /// The steps out of a state, the runs that cannot begin included.
    func steps(from fork: StepFork) -> [ForkedStep] {
        var result: [ForkedStep] = []
        for pid in fork.state.processes.indices { result += steps(ofProcess: pid, from: fork) }
        for index in system.actions.indices { result += steps(ofAction: index, from: fork) }
        return result
    }

    private func steps(ofProcess pid: Int, from fork: StepFork) -> [ForkedStep] {
        let (process, _) = system.kind(of: pid)
        let own = fork.state.processes[pid]
        guard let number = pool.constant(own.position), number < process.points.count else { return [] }
        let point = process.points[Int(number)]
        let node = process.code.nodes[point.node]
        var fork = fork
        fork.path.locals = own.locals
        let context = Context(code: process.code, pid: pid)
        func step(_ name: String, _ end: ForkEnd) -> ForkedStep {
            ForkedStep(actor: .process(pid: pid), name: name, end: end)
        }
        var result = finished(fork, from: point.node, context).map { step(point.name, $0) }
        guard node.isStepPoint, !node.kills.isEmpty, pool.constant(own.channel) == 0 else { return result }
        prepare(fork, node, context)
        guard pool.truth(coder.holdsLock(pid)) == false else { return result }
        for kill in node.kills {
            result += killed(fork, by: kill, node, point.node, context).map { step("\(node.function).killed", $0) }
        }
        return result
    }

    private func killed(_ fork: StepFork, by kill: Kill, _ node: Node, _ index: NodeID, _ context: Context) -> [ForkEnd]
    {
        var (test, ends) = (node, [ForkEnd]())
        test.operation = .await(kill.condition)
        test.next = kill.target
        for (next, target) in run(fork, test, index, context, &ends) {
            guard context.code.nodes[target].isPoint, let pid = context.pid else {
                ends += finished(next, from: target, context)
                continue
            }
            var standing = next
            stand(&standing, at: target, pid)
            ends.append(ForkEnd(kind: .state, fork: standing))
        }
        return ends
    }

    private func steps(ofAction index: Int, from fork: StepFork) -> [ForkedStep] {
        let action = system.actions[index]
        let context = Context(code: action.code, pid: nil, disablesOnEmptyChoice: true)
        return rows(of: action.parameters).flatMap { row -> [ForkedStep] in
            var (first, ends) = (fork, [ForkEnd]())
            for (binder, value) in zip(action.parameters, row) {
                first.path.locals[binder.local] = shape.values.constant(value, binder.type)
            }
            var begun = [(fork: first, node: action.code.entry)]
            if let condition = action.guardFormula {
                var test = action.code.nodes[action.code.entry]
                test.operation = .await(condition)
                test.next = action.code.entry
                begun = run(first, test, action.code.entry, context, &ends)
            }
            for (next, node) in begun { ends += finished(next, from: node, context) }
            return ends.map { ForkedStep(actor: .action(index, row), name: action.name, end: $0) }
        }
    }

    /// The values of binders over fixed domains, the last varying fastest.
    func rows(of binders: [Binder]) -> [[Value]] {
        binders.reduce([[]]) { rows, binder in
            var values: [Value] = []
            try? encoder.forEach(binder.domain, binder.type, binder.domain.range) { value, _ in
                values.append(shape.values.value(value, binder.type, under: Assignment()))
                return .next
            }
            return rows.flatMap { row in values.map { row + [$0] } }
        }
    }

    /// Names of everything that can be enabled.
    var stepNames: [String] {
        var names = system.actions.map(\.name)
        for process in system.processes {
            for point in process.points {
                names.append(point.name)
                let node = process.code.nodes[point.node]
                if node.isStepPoint, !node.kills.isEmpty { names.append("\(node.function).killed") }
            }
        }
        var isKnown: Set<String> = []
        return names.filter { isKnown.insert($0).inserted }
    }

    // MARK: Beginnings

    /// The first states, and what goes wrong on the way to them; nil when there are too many values to begin with.
    func beginnings(limit: Int) -> [ForkEnd]? {
        var datas: [[[SymbolicValue]]] = [[]]
        for variable in system.variables {
            let count = variable.instanceCount(system.types)
            let choices: [Value]
            switch variable.initial {
            case .value(let value): choices = [value]
            case .any:
                guard let all = system.types.allValues(of: variable.type, limit: limit) else { return nil }
                choices = all
            }
            let terms = choices.compactMap { shape.values.constant($0, variable.type) }
            guard terms.count == choices.count else { return nil }
            if terms.count == 1 {
                for index in datas.indices { datas[index].append(Array(repeating: terms[0], count: count)) }
                continue
            }
            var rows: [[SymbolicValue]] = [[]]
            for _ in 0..<count {
                guard rows.count * terms.count * datas.count <= limit else { return nil }
                rows = rows.flatMap { row in terms.map { row + [$0] } }
            }
            datas = datas.flatMap { data in rows.map { data + [$0] } }
        }
        let processes = (0..<system.processCount).map { pid in
            SymbolicProcess(position: shape.idle(pid), locals: [:], channel: shape.values.ordinal(0))
        }
        var ends = datas.map { data in
            let state = SymbolicState(data: data, processes: processes)
            return ForkEnd(kind: .state, fork: StepFork(state, PathCondition(), Assignment(), pool))
        }
        for code in system.initializers {
            ends = ends.flatMap {
                go(on: $0) { finished($0, from: code.entry, Context(code: code, pid: nil, isExempt: true)) }
            }
        }
        for process in system.processes where process.startParameterCount == nil {
            for pid in process.firstPid..<process.firstPid + process.count {
                ends = ends.flatMap { go(on: $0) { started($0, process, pid: pid) } }
            }
        }
        return ends
    }

    private func go(on end: ForkEnd, _ work: (StepFork) -> [ForkEnd]) -> [ForkEnd] {
        guard case .state = end.kind else { return [end] }
        var fork = end.fork
        fork.path.locals = [:]
        return work(fork)
    }
}

extension Domain {
    /// Where it stands; the place of a type's own values is nowhere, and never asked for.
    fileprivate var range: SourceRange {
        switch self {
        case .type: SourceRange(file: SourceFile(path: "", text: ""), start: 0, end: 0)
        case .range(let lower, _, _): lower.range
        case .elements(let formula): formula.range
        }
    }
}
