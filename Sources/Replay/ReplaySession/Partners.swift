// Who is who: elements of the model and the kernel's numbers, matched one to one, fixed at the first meeting.

package import Model

/// A partial bijection between elements of the model's sorts and numbers of the kernel.
package struct Partners {
    private let types: TypeTable
    /// Who plays each model process, by pid.
    package private(set) var processes: [Int: GuestProcess] = [:]
    /// The slot of each model process in the kernel's process table.
    package private(set) var slots: [Int: Int64] = [:]
    /// By sort: the kernel's number of each element that has one.
    var numbers: [SortID: [Int: Int64]] = [:]

    /// Nobody knows anybody.
    package init(_ types: TypeTable) { self.types = types }

    /// A guest process plays a model process from now on.
    package mutating func set(_ pid: Int, _ process: GuestProcess, slot: Int64?) {
        processes[pid] = process
        slots[pid] = slot
    }

    /// A model process that the kernel has not made yet will have this slot.
    ///
    /// Who had it before is gone: a slot that the kernel gives out is free.
    package mutating func reserve(_ pid: Int, slot: Int64) {
        slots = slots.filter { $0.value != slot }
        slots[pid] = slot
    }

    /// The model process that a guest process plays.
    package func pid(of process: GuestProcess) -> Int? {
        processes.first { $0.value.address == process.address }?.key
    }

    /// The pid that an element of a type is, when the type is one of processes.
    package func pid(_ ordinal: Int, of type: Type) -> Int? {
        switch type {
        case .pid: ordinal
        case .sort(let id): types.sorts[id].firstPid.map { $0 + ordinal }
        default: nil
        }
    }

    /// The kernel's number of an element; nil while it has no partner.
    package func number(_ ordinal: Int, of type: Type) -> Int64? {
        if let pid = pid(ordinal, of: type) { return processes[pid]?.number }
        guard case .sort(let id) = type else { return nil }
        return numbers[id]?[ordinal]
    }

    /// Whether an element and a number are partners; two that have none yet become partners.
    package mutating func match(_ ordinal: Int, of type: Type, _ number: Int64) -> Bool {
        if let pid = pid(ordinal, of: type) { return processes[pid]?.number == number }
        guard case .sort(let id) = type else { return false }
        let known = numbers[id] ?? [:]
        if let partner = known[ordinal] { return partner == number }
        guard !known.values.contains(number) else { return false }
        numbers[id, default: [:]][ordinal] = number
        return true
    }

    /// Numbers that are seen for the first time become partners of elements that have none, as far as there are any.
    mutating func meet(_ seen: Observation, _ type: Type, _ types: TypeTable) {
        switch (seen, type) {
        case (.some(let inner), .optional(let wrapped)): meet(inner, wrapped, types)
        case (.structure(let fields), .structure(let id)):
            for (field, seen) in zip(types.structures[id].fields, fields) {
                if let seen { meet(seen, field.type, types) }
            }
        case (.array(let elements), .array(let element, _)): for seen in elements { meet(seen, element, types) }
        case (.number(let number), .sort(let id)):
            guard types.sorts[id].firstPid == nil, ordinal(of: number, in: type) == nil else { return }
            let known = numbers[id] ?? [:]
            guard let free = (0..<types.sorts[id].count).first(where: { known[$0] == nil }) else { return }
            numbers[id, default: [:]][free] = number
        default: return
        }
    }

    /// The element that a number is the partner of.
    package func ordinal(of number: Int64, in type: Type) -> Int? {
        switch type {
        case .pid: return processes.first { $0.value.number == number }?.key
        case .sort(let id):
            if let first = types.sorts[id].firstPid {
                let pids = first..<first + types.sorts[id].count
                return processes.first { $0.value.number == number && pids.contains($0.key) }.map { $0.key - first }
            }
            return numbers[id]?.first { $0.value == number }?.key
        default: return nil
        }
    }
}
