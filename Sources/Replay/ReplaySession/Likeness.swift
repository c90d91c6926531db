// Model and kernel side by side: whether an observed value is the model's, and where it is not.

package import Model

/// A place at which a model's value and the kernel's differ.
package struct Difference: Sendable, Equatable {
    /// Within the element: `.src`, `[2]`; empty when the whole differs.
    package let part: String
    /// As a trace writes it.
    package let model: String
    /// In the model's words where there are some.
    package let kernel: String
}

/// Compares values, and remembers who is who.
package struct Likeness {
    /// What type identifiers stand for.
    package let types: TypeTable
    /// Who is who.
    package var partners: Partners
    /// The model process that runs on a hart.
    package var processOnHart: (Int) -> Int?

    /// Places of the spec that hold numbers of processes as plain integers: `proc[p].pid`.
    package var numberPlaces: Set<String> = []
    /// The kernel's number for each of the model's; 0 is nobody's in both.
    private var numbers: [Int128: Int64] = [0: 0]

    /// The kernel's number for one of the model's: for one that no process has, a number that none has there.
    package func kernelNumber(of number: Int128) -> Int64 {
        numbers[number] ?? 1_000_000 + Int64(truncatingIfNeeded: number)
    }

    /// Whether two numbers are partners; two that have none yet become partners.
    private mutating func match(_ model: Int128, _ kernel: Int64) -> Bool {
        if let known = numbers[model] { return known == kernel }
        guard !numbers.values.contains(kernel) else { return false }
        numbers[model] = kernel
        return true
    }

    /// The first difference of a bound element.
    package mutating func difference(_ value: Value, of line: StateBinding, _ seen: Observation) -> Difference? {
        if numberPlaces.contains(line.place), case .integer(let model) = value, case .integer(let kernel) = seen,
            let number = Int64(exactly: kernel), match(model, number)
        {
            return nil
        }
        return difference(value, line.type, seen)
    }

    /// Compares over a table of types.
    package init(_ types: TypeTable, _ partners: Partners) {
        self.types = types
        self.partners = partners
        processOnHart = { _ in nil }
    }

    /// The first difference between a value and what is seen; nil when there is none.
    package mutating func difference(_ value: Value, _ type: Type, _ seen: Observation, part: String = "")
        -> Difference?
    {
        func differs() -> Difference {
            Difference(part: part, model: types.describe(value, as: type), kernel: describe(seen, type))
        }
        switch (value, seen) {
        case (.bool(let one), .bool(let other)): return one == other ? nil : differs()
        case (.bool(let one), .integer(let other)): return one == (other != 0) ? nil : differs()
        case (.integer(let one), .integer(let other)): return one == other ? nil : differs()
        case (.integer(let one), .number(let other)): return one == Int128(other) ? nil : differs()
        case (.member(let one), .member(let other)): return one == other ? nil : differs()
        case (.member(let ordinal), .number(let number)):
            return partners.match(ordinal, of: type, number) ? nil : differs()
        case (.member(let ordinal), .integer(let number)):
            guard let number = Int64(exactly: number) else { return differs() }
            return partners.match(ordinal, of: type, number) ? nil : differs()
        case (.member(let ordinal), .slot(let slot)):
            guard let pid = partners.pid(ordinal, of: type) else { return differs() }
            return partners.slots[pid] == slot ? nil : differs()
        case (.null, .null): return nil
        case (.some(let one), .some(let other)):
            guard case .optional(let wrapped) = type else { return differs() }
            return difference(one, wrapped, other, part: part)
        case (.structure(let fields), .structure(let seen)):
            guard case .structure(let id) = type else { return differs() }
            for (index, field) in types.structures[id].fields.enumerated() where index < seen.count {
                guard let other = seen[index] else { continue }
                if let found = difference(fields[index], field.type, other, part: "\(part).\(field.name)") {
                    return found
                }
            }
            return nil
        case (.array(let elements), .array(let seen)):
            guard case .array(let element, let index) = type, elements.count == seen.count else { return differs() }
            for position in elements.indices {
                let name = types.describe(types.value(position, of: index), as: index)
                if let found = difference(elements[position], element, seen[position], part: "\(part)[\(name)]") {
                    return found
                }
            }
            return nil
        case (.lock(let holder), .lock(let seen)): return agrees(holder, seen) ? nil : differs()
        default: return differs()
        }
    }

    private func agrees(_ holder: Int?, _ seen: ObservedLock) -> Bool {
        switch seen {
        case .free: holder == nil
        case .held(let hart): holder != nil && (processOnHart(hart) == holder)
        case .heldByProcess(let number): holder != nil && partners.processes[holder ?? 0]?.number == number
        case .heldBySomeone: holder != nil
        }
    }

    /// What is seen, in the model's words.
    package func describe(_ seen: Observation, _ type: Type) -> String {
        switch seen {
        case .bool(let flag): return flag ? "true" : "false"
        case .integer(let number):
            guard case .member? = Optional(types.zero(of: type)), let small = Int64(exactly: number) else {
                return number.description
            }
            return name(of: small, type)
        case .member(let ordinal): return types.describe(.member(ordinal), as: type)
        case .foreign(let text): return text
        case .number(let number): return name(of: number, type)
        case .slot(let slot):
            return partners.slots.first { $0.value == slot }.map { types.pidNames[$0.key] } ?? "slot \(slot)"
        case .null: return "nil"
        case .some(let inner):
            guard case .optional(let wrapped) = type else { return describe(inner, type) }
            return describe(inner, wrapped)
        case .structure(let fields):
            guard case .structure(let id) = type else { return "{…}" }
            let parts = zip(types.structures[id].fields, fields).compactMap { field, seen in
                seen.map { "\(field.name): \(describe($0, field.type))" }
            }
            return "{\(parts.joined(separator: ", "))}"
        case .array(let elements):
            guard case .array(let element, _) = type else { return "[…]" }
            return "[\(elements.map { describe($0, element) }.joined(separator: ", "))]"
        case .lock(.free): return "free"
        case .lock(.held(let hart)):
            return processOnHart(hart).map { types.pidNames[$0] } ?? "held on hart \(hart)"
        case .lock(.heldByProcess(let number)): return name(of: number, .pid)
        case .lock(.heldBySomeone): return "held"
        }
    }

    /// The ordinal of a process in its sort, or among all.
    private func member(_ pid: Int, _ type: Type) -> Int {
        guard case .sort(let id) = type, let first = types.sorts[id].firstPid else { return pid }
        return pid - first
    }

    private func name(of number: Int64, _ type: Type) -> String {
        guard let ordinal = partners.ordinal(of: number, in: type) else { return "number \(number)" }
        return types.describe(.member(ordinal), as: type)
    }

    /// What is seen as a value of the model, as `value`; a number that nothing in the model is the partner of yet becomes that
    /// of an element without one.
    package mutating func meetingValue(of seen: Observation, _ type: Type, model: Value, isNumber: Bool = false)
        -> Value?
    {
        partners.meet(seen, type, types)
        return value(of: seen, type, model: model, isNumber: isNumber)
    }

    /// What is seen as a value of the model; nil where the model has none for it.
    ///
    /// - Parameter model: the model's own value, for the parts that are not bound.
    package func value(of seen: Observation, _ type: Type, model: Value, isNumber: Bool = false) -> Value? {
        switch (seen, type) {
        case (.bool(let flag), _): return .bool(flag)
        case (.integer(let number), .bool): return .bool(number != 0)
        case (.integer(let number), .integer):
            if isNumber, let own = numbers.first(where: { $0.value == number })?.key { return .integer(own) }
            return .integer(number)
        case (.number(let number), .integer): return .integer(Int128(number))
        case (.integer(let number), _):
            return Int64(exactly: number).flatMap { partners.ordinal(of: $0, in: type) }.map { .member($0) }
        case (.member(let ordinal), _): return .member(ordinal)
        case (.number(let number), _): return partners.ordinal(of: number, in: type).map { .member($0) }
        case (.slot(let slot), _):
            return partners.slots.first { $0.value == slot }.map { types.value(member($0.key, type), of: type) }
        case (.null, _): return .null
        case (.some(let inner), .optional(let wrapped)):
            var known = types.zero(of: wrapped)
            if case .some(let own) = model { known = own }
            return value(of: inner, wrapped, model: known).map { .some($0) }
        case (.structure(let fields), .structure(let id)):
            var result: [Value] = []
            for (index, field) in types.structures[id].fields.enumerated() {
                let own = model.elements[index]
                guard index < fields.count, let seen = fields[index] else {
                    result.append(own)
                    continue
                }
                guard let value = value(of: seen, field.type, model: own) else { return nil }
                result.append(value)
            }
            return .structure(result)
        case (.array(let elements), .array(let element, _)):
            var result: [Value] = []
            for (seen, own) in zip(elements, model.elements) {
                guard let value = value(of: seen, element, model: own) else { return nil }
                result.append(value)
            }
            return .array(result)
        case (.lock(.free), _): return .lock(holder: nil)
        case (.lock(.held(let hart)), _): return processOnHart(hart).map { .lock(holder: $0) }
        case (.lock(.heldByProcess(let number)), _):
            return partners.processes.first { $0.value.number == number }.map { .lock(holder: $0.key) }
        case (.lock(.heldBySomeone), _): return model
        default: return nil
        }
    }
}
