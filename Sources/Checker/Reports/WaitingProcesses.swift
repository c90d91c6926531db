// Where every process stands at the end of a run, and what it waits for: what a deadlock looks like.

import Model

/// Says of each process of a state what keeps it from going on.
struct WaitingProcesses {
    let system: TransitionSystem
    /// The spec's own path, which goes without saying.
    let path: String
    private let names: DataNames

    init(_ system: TransitionSystem, path: String) {
        self.system = system
        self.path = path
        names = DataNames(system)
    }

    /// A process that has begun, and its sentence.
    func sentences(in state: SystemState) -> [(process: String, words: String)] {
        state.processes.indices.compactMap { pid in
            let name = system.types.pidNames[pid]
            switch state.processes[pid].position {
            case .idle: return nil
            case .finished: return (name, "has ended")
            case .point(let point): return (name, words(pid, point, state))
            }
        }
    }

    private func words(_ pid: Int, _ index: Int, _ state: SystemState) -> String {
        let process = system.kind(of: pid).process
        let point = process.points[index]
        let node = process.code.nodes[point.node]
        var text = TextLayout.oneLine(node.range.file.text(of: node.range))
        if let label = point.label, text.hasPrefix("\(label): ") { text.removeFirst(label.count + 2) }
        let line = node.range.file.position(at: node.range.start).line
        let place =
            node.range.file.path == path ? "line \(line)" : "\(TextLayout.oneLine(node.range.file.path)):\(line)"
        let front = "\(point.name) (\(place))"
        if state.processes[pid].channel > 0 {
            return "\(front): sleeps on \(names.channel(state.processes[pid].channel)), until a wakeup"
        }
        switch node.operation {
        case .acquire(let place): return "\(front): \(lock(place, pid, state))"
        case .resumed(let place?): return "\(front): woken, \(lock(place, pid, state))"
        case .resumed(nil): return "\(front): woken"
        case .await, .join: return "\(front): waits, \(text)"
        default: return "\(front): can go on"
        }
    }

    /// `waits for queue.lock, which client#1 holds`.
    private func lock(_ place: Place, _ pid: Int, _ state: SystemState) -> String {
        guard case .variable(let id) = place.root else { return "waits for a lock" }
        if let instance = instance(of: place, id, pid, state) {
            let name = names.name(of: id, instance: instance)
            guard case .lock(let holder?) = state.data[id][instance] else { return "can go on, \(name) is free" }
            let who = holder == pid ? "it holds itself" : "\(system.types.pidNames[holder]) holds"
            return "waits for \(name), which \(who)"
        }
        let held = state.data[id].enumerated().compactMap { instance, value -> String? in
            guard case .lock(let holder?) = value else { return nil }
            return "\(names.name(of: id, instance: instance)) is held by \(system.types.pidNames[holder])"
        }
        return "waits for a \(system.variables[id].name)" + (held.isEmpty ? "" : ": \(held.joined(separator: ", "))")
    }

    /// Which instance a place is, when its indices are plain.
    func instance(of place: Place, _ id: VariableID, _ pid: Int, _ state: SystemState) -> Int? {
        guard place.path.isEmpty else { return nil }
        var number = 0
        for (formula, dimension) in zip(place.indices, system.variables[id].dimensions) {
            guard let value = value(of: formula, pid, state) else { return nil }
            let count = Int(system.types.count(of: dimension) ?? 1)
            let ordinal = system.types.ordinal(of: value, in: dimension)
            guard ordinal >= 0, ordinal < count else { return nil }
            number = number * count + ordinal
        }
        return number
    }

    func value(of formula: Formula, _ pid: Int, _ state: SystemState) -> Value? {
        switch formula.kind {
        case .constant(let value): return value
        case .local(let local): return scalar(state.processes[pid].locals[local])
        case .load(let place):
            guard case .local(let local) = place.root, place.path.isEmpty else { return nil }
            return scalar(state.processes[pid].locals[local])
        case .selfProcess:
            if formula.type == .pid { return .member(pid) }
            return .member(system.kind(of: pid).instance)
        case .convert(let inner, .exact):
            return value(of: inner, pid, state)
        case .convert(let inner, .process):
            guard case .member(let ordinal) = value(of: inner, pid, state) else { return nil }
            return .member(ordinal + firstPid(inner.type) - firstPid(formula.type))
        default: return nil
        }
    }

    /// The pid of element 0 of a process's sort; 0 for `pid` itself.
    func firstPid(_ type: Type) -> Int {
        if case .sort(let id) = type { system.types.sorts[id].firstPid ?? 0 } else { 0 }
    }

    private func scalar(_ value: Value?) -> Value? {
        switch value {
        case .bool, .integer, .member: value
        default: nil
        }
    }
}
