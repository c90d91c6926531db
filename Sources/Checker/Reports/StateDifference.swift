// What a step changes, leaf by leaf, in the words of the spec.

import Model

/// One thing that is different after a step.
struct Change: Hashable {
    /// What kind of thing it is.
    enum Subject: Hashable {
        case data(VariableID)
        case process(pid: Int)
        case local(pid: Int)
    }

    /// How it is different.
    enum Detail: Hashable {
        case replaced(old: String, new: String)
        case added(String)
        case removed(String)
        /// A local, whose old value is of no interest.
        case assigned(String)
        /// Words about a process: `asleep on queue`.
        case words(String)
    }

    let subject: Subject
    /// The path of the datum, or the name of the process.
    let name: String
    let detail: Detail

    /// `queue.lock: free → client#1`.
    func text(_ style: TextStyle) -> String {
        switch detail {
        case .replaced(let old, let new): "\(name): \(old) \(style.arrow) \(new)"
        case .added(let element): "\(name): + \(element)"
        case .removed(let element): "\(name): \(style.minus) \(element)"
        case .assigned(let value): "\(name) = \(value)"
        case .words(let words): "\(name) \(words)"
        }
    }
}

/// Compares states.
struct StateDifference {
    let names: DataNames

    /// Whether structs are written without the names of their fields, as C writes initialisers.
    let isBrief: Bool

    init(_ system: TransitionSystem, isBrief: Bool) {
        names = DataNames(system)
        self.isBrief = isBrief
    }

    private var system: TransitionSystem { names.system }
    private var types: TypeTable { names.system.types }

    /// What is different in the second state: data in the order of their declaration, then processes by pid.
    func changes(from old: SystemState, to new: SystemState) -> [Change] {
        var changes: [Change] = []
        for (id, variable) in system.variables.enumerated() {
            for (instance, (before, after)) in zip(old.data[id], new.data[id]).enumerated() where before != after {
                let details = leaves(before, after, variable.type, names.name(of: id, instance: instance))
                changes += details.map { Change(subject: .data(id), name: $0.path, detail: $0.detail) }
            }
        }
        for (pid, (before, after)) in zip(old.processes, new.processes).enumerated() {
            changes += words(pid, before, after).map {
                Change(subject: .process(pid: pid), name: types.pidNames[pid], detail: .words($0))
            }
        }
        return changes
    }

    /// Locals of a process that have another value in the second state, hidden ones left out.
    func localChanges(of pid: Int, from old: SystemState, to new: SystemState) -> [Change] {
        let locals = system.kind(of: pid).process.code.locals
        var changes: [Change] = []
        for (id, local) in locals.enumerated() where !local.name.hasPrefix("%") {
            guard let value = new.processes[pid].locals[id], value != old.processes[pid].locals[id] else { continue }
            let text = describe(value, local.type)
            let change = Change(subject: .local(pid: pid), name: local.name, detail: .assigned(text))
            if !changes.contains(change) { changes.append(change) }
        }
        return changes
    }

    // MARK: Processes

    private func words(_ pid: Int, _ old: ProcessState, _ new: ProcessState) -> [String] {
        var words: [String] = []
        switch (old.position, new.position) {
        case (.idle, .point), (.finished, .point): words.append("starts")
        case (.idle, .finished): words.append("starts and ends")
        case (.point, .finished): words.append("ends")
        case (.point, .point), (.idle, .idle), (.finished, .finished), (_, .idle): break
        }
        if old.channel != new.channel {
            words.append(new.channel == 0 ? "woken" : "asleep on \(names.channel(new.channel))")
        }
        return words
    }

    // MARK: Values

    /// The value as a trace shows it.
    func describe(_ value: Value, _ type: Type) -> String {
        guard isBrief else { return types.describe(value, as: type) }
        switch (value, type) {
        case (.some(let inner), .optional(let wrapped)): return describe(inner, wrapped)
        case (.structure(let fields), .structure(let id)):
            return "{\(zip(types.structures[id].fields, fields).map { describe($1, $0.type) }.joined(separator: ", "))}"
        case (.array(let elements), .array(let element, _)), (.sequence(let elements), .sequence(let element, _)):
            return "[\(elements.map { describe($0, element) }.joined(separator: ", "))]"
        case (.set(let elements), .set(let element)):
            return "{\(types.ordered(elements).map { describe($0, element) }.joined(separator: ", "))}"
        default: return types.describe(value, as: type)
        }
    }

    private typealias Leaf = (path: String, detail: Change.Detail)

    private func leaves(_ old: Value, _ new: Value, _ type: Type, _ path: String) -> [Leaf] {
        guard old != new else { return [] }
        switch (old, new, type) {
        case (.some(let before), .some(let after), .optional(let wrapped)):
            return shorter(leaves(before, after, wrapped, path), whole(old, new, type, path))
        case (.structure(let before), .structure(let after), .structure(let id)):
            var result: [Leaf] = []
            for (field, (a, b)) in zip(types.structures[id].fields, zip(before, after)) {
                result += leaves(a, b, field.type, "\(path).\(field.name)")
            }
            return shorter(result, whole(old, new, type, path))
        case (.array(let before), .array(let after), .array(let element, let index)):
            var result: [Leaf] = []
            for (ordinal, (a, b)) in zip(before, after).enumerated() where a != b {
                result += leaves(a, b, element, "\(path)[\(names.index(ordinal, of: index))]")
            }
            return result
        case (.sequence(let before), .sequence(let after), .sequence(let element, _)):
            return sequenceLeaves(before, after, element, path) ?? whole(old, new, type, path)
        case (.set(let before), .set(let after), .set(let element)):
            let added = types.ordered(after.subtracting(before))
            let removed = types.ordered(before.subtracting(after))
            return removed.map { (path, .removed(describe($0, element))) }
                + added.map { (path, .added(describe($0, element))) }
        default: return whole(old, new, type, path)
        }
    }

    private func whole(_ old: Value, _ new: Value, _ type: Type, _ path: String) -> [Leaf] {
        [(path, .replaced(old: describe(old, type), new: describe(new, type)))]
    }

    /// The parts when they take no more room than the whole.
    private func shorter(_ parts: [Leaf], _ whole: [Leaf]) -> [Leaf] {
        func length(_ leaves: [Leaf]) -> Int {
            leaves.reduce(0) { sum, leaf in
                switch leaf.detail {
                case .replaced(let old, let new): sum + leaf.path.count + old.count + new.count
                case .added(let text), .removed(let text), .assigned(let text), .words(let text):
                    sum + leaf.path.count + text.count
                }
            }
        }
        return length(parts) <= length(whole) ? parts : whole
    }

    /// Elements that came or went, or that changed in their places; nil when it is neither.
    private func sequenceLeaves(_ old: [Value], _ new: [Value], _ element: Type, _ path: String) -> [Leaf]? {
        if old.count == new.count {
            return zip(old, new).enumerated().flatMap { leaves($1.0, $1.1, element, "\(path)[\($0)]") }
        }
        let (short, long) = old.count < new.count ? (old, new) : (new, old)
        var rest = short[...]
        var extra: [Value] = []
        // What is longer must be the shorter one with elements put in.
        for value in long {
            if let first = rest.first, first == value { rest.removeFirst() } else { extra.append(value) }
        }
        guard rest.isEmpty else { return nil }
        return extra.map { value in
            let text = describe(value, element)
            return (path, old.count < new.count ? .added(text) : .removed(text))
        }
    }
}
