// The model's state and the kernel's memory, side by side after each step; and what is wrong at the end.

import Checker
import Emu
import Model

extension ReplaySession {
    /// Where a part of the model lies; nil where it is not bound or not there now.
    func place(of access: MicroStep.Access) -> BoundPlace? {
        guard let variable = access.variable else { return nil }
        return kernel.place(variable, access.instance, access.path, situation)
    }

    /// The machine as bindings see it.
    var situation: Situation {
        let partners = likeness.partners
        let driver = driver
        return Situation(
            memory: driver.memory,
            index: { type, ordinal in
                if let pid = partners.pid(ordinal, of: type) {
                    return partners.slots[pid]
                }
                if case .sort = type { return partners.number(ordinal, of: type) }
                return Int64(ordinal)
            },
            slot: { pid in partners.slots[pid] },
            pageTable: { program in driver.driven.values.first { $0.process.program == program }?.root })
    }

    /// The memory that a step stores to in the model, where it is bound: there the kernel's lines are noted.
    func watches(ofStoresIn step: TracedStep) -> [Watch] {
        var result: [Watch] = []
        for access in step.microSteps.flatMap(\.accesses) where access.kind == .store {
            guard let place = place(of: access) else { continue }
            let watch = Watch(place.range, onLoad: false, onStore: true)
            if !result.contains(watch) { result.append(watch) }
        }
        return result
    }

    // MARK: Comparing

    /// Compares all that is bound and whose guard allows it.
    ///
    /// - Parameters:
    ///   - count: steps taken.
    ///   - pid: who took the last one.
    /// - Returns: how many elements were compared, and the first difference.
    func compare(after count: Int, by pid: Int?) -> (count: Int, finding: ReplayFinding?) {
        let state = run.state(before: count)
        let situation = situation
        var compared = 0
        for (binding, element) in kernel.elements {
            guard let value = element.value(in: state), isComparable(element, state, after: count, by: pid, situation)
            else { continue }
            switch kernel.read(binding, element, situation) {
            case .failure(let error):
                // What leads nowhere is not there, as it is not in the model.
                if error.kind == .noPartner || error.kind == .unreadable && value == .null { continue }
                return (compared, unreadable(binding, element, value, error))
            case .success(let seen):
                compared += 1
                guard let difference = likeness.difference(value, of: binding, seen) else { continue }
                return (compared, differs(binding, element, difference, situation, by: pid))
            }
        }
        return (compared, nil)
    }

    private func differs(
        _ binding: StateBinding, _ element: BoundElement, _ difference: Difference, _ situation: Situation, by pid: Int?
    ) -> ReplayFinding {
        let name = kernel.name(of: element, binding)
        let place = kernel.place(of: element, binding, situation)
        return ReplayFinding(
            "\(name)\(difference.part) is \(difference.model) in the model and \(difference.kernel) in the kernel",
            datum: name + difference.part, model: difference.model, kernel: difference.kernel,
            expression: place?.expression ?? "", address: place?.kernelAddress ?? 0,
            place: driver.stores.last ?? pid.flatMap { driver.driven[$0] }.flatMap { driver.place(of: $0) })
    }

    private func unreadable(
        _ binding: StateBinding, _ element: BoundElement, _ value: Value, _ error: BindingError
    ) -> ReplayFinding {
        let name = kernel.name(of: element, binding)
        let model = checked.system.types.describe(value, as: binding.type)
        return ReplayFinding(
            "\(name) is \(model) in the model, and the kernel's side cannot be read: \(error.description)", datum: name,
            model: model, kernel: error.description, expression: error.part)
    }

    /// Whether an element's guard is free in the model and on the machine, or held by the process that stopped, and not yet stored to.
    private func isComparable(
        _ element: BoundElement, _ state: SystemState, after count: Int, by pid: Int?, _ situation: Situation
    ) -> Bool {
        let variable = checked.system.variables[element.variable]
        guard case .guarded(let path, false) = variable.protection else { return true }
        let lock = lockInstance(path, of: element, variable)
        guard case .lock(let holder) = state.data[path.lock][lock] else { return true }
        if holder == nil { return kernel.lockState(path.lock, lock, situation) ?? .free == .free }
        // Where the kernel has given the lock up earlier, it is in between what the model does at once.
        guard let pid, holder == pid, kernel.lockState(path.lock, lock, situation) ?? .heldBySomeone != .free else {
            return false
        }
        return !isStored(element, since: path.lock, lock, before: count, by: pid)
    }

    private func lockInstance(_ path: GuardPath, of element: BoundElement, _ variable: SystemVariable) -> Int {
        let types = checked.system.types
        var own: [Int] = []
        var rest = element.instance
        for dimension in variable.dimensions.reversed() {
            let count = max(1, Int(types.count(of: dimension) ?? 1))
            own.append(rest % count)
            rest /= count
        }
        own.reverse()
        let indices = path.indices.map { index in
            switch index {
            case .constant(let value): value
            case .own(let position): own[position]
            }
        }
        return zip(indices, checked.system.variables[path.lock].dimensions).reduce(0) {
            $0 * Int(types.count(of: $1.1) ?? 1) + $1.0
        }
    }

    /// Whether the model's process stored to the element since it took the lock.
    private func isStored(
        _ element: BoundElement, since lock: VariableID, _ instance: Int, before count: Int, by pid: Int
    )
        -> Bool
    {
        for step in run.steps[..<count].reversed() where step.actor == .process(pid: pid) {
            for access in step.microSteps.flatMap(\.accesses).reversed() {
                if access.variable == element.variable, access.instance == element.instance, access.kind == .store {
                    return true
                }
                guard access.variable == lock, access.instance == instance else { continue }
                if access.kind == .acquire || access.kind == .resumed { return false }
            }
        }
        return false
    }

    // MARK: What is wrong at the end

    /// After the last step: is what is wrong in the model wrong in the kernel?
    func judge() -> ReplayResult {
        guard let index = checked.system.properties.firstIndex(where: { $0.name == propertyName }) else {
            return propertyName == "deadlock" ? judgeDeadlock() : result(.notCompared, unboundFinding([]))
        }
        let property = checked.system.properties[index]
        let missing = property.reads.filter { id in
            !checked.system.variables[id].isGhost && !kernel.isBound(id)
        }
        if !missing.isEmpty { return result(.notCompared, unboundFinding(missing.sorted())) }
        guard let seen = observed() else { return result(.notCompared, unboundFinding([])) }
        let judgement = ReferenceProperties(checked.system).judge(
            index, in: seen, before: run.steps.isEmpty ? nil : run.state(before: run.steps.count - 1))
        switch judgement {
        case .isFalse, .traps:
            let finding = ReplayFinding(
                "\(property.name) is false on the machine: \(property.message ?? property.name)",
                place: driver.stores.last ?? rowsLastPlace)
            return property.kind == .final ? judgeEnd(finding) : result(.reproduced, finding)
        case .holds, .notChecked:
            return result(
                .diverged(step: run.steps.count),
                ReplayFinding("\(property.name) holds on the machine", place: rowsLastPlace))
        }
    }

    private func unboundFinding(_ missing: [VariableID]) -> ReplayFinding {
        let names = missing.map { checked.system.variables[$0].name }
        return ReplayFinding(
            names.isEmpty
                ? "the kernel went the trace's way; what \(propertyName) is about cannot be looked at there"
                : "the kernel went the trace's way; \(propertyName) reads what is not bound: "
                    + names.joined(separator: ", "))
    }

    /// The last state with the kernel's values in the place of the model's, where they are bound.
    private func observed() -> SystemState? {
        var state = run.last
        let situation = situation
        for (binding, element) in kernel.elements {
            guard let own = element.value(in: state) else { continue }
            guard case .success(let seen) = kernel.read(binding, element, situation) else { continue }
            guard
                let value = likeness.value(
                    of: seen, binding.type, model: own, isNumber: kernel.numberPlaces.contains(binding.place))
            else { return nil }
            element.set(value, in: &state)
        }
        return state
    }

    /// A path that ends in a trap or an assertion: what it rests on is compared, and the kernel has gone past it.
    func broken(_ violation: Violation, _ index: Int, _ row: inout ReplayedStep) -> ReplayResult {
        let step = run.steps[index]
        switch violation.kind {
        case .assertion: break
        case .trap, .panic, .lockUse, .diverges, .lockDiscipline, .ownership, .deadlock, .property:
            return result(
                .diverged(step: index + 1),
                ReplayFinding("the model ends here: \(violation.message); the kernel goes on", place: row.place),
                adding: row)
        }
        guard case .process(let pid) = step.actor, let last = step.microSteps.last,
            calls.innermost(at: last.node, of: pid) != nil
        else {
            let finding = ReplayFinding("what \(propertyName) asserts is about no function that is bound")
            return result(.notCompared, finding, adding: row)
        }
        // A local of the model is nothing that was looked at: the kernel's own value may be another one.
        if case .assert(let condition, _) = checked.system.kind(of: pid).process.code.nodes[last.node].operation,
            !condition.freeLocals.isEmpty
        {
            let finding = ReplayFinding(
                "the kernel went the trace's way; \(propertyName) is about values of the model's code, "
                    + "which are not looked at in the kernel")
            return result(.notCompared, finding, adding: row)
        }
        let accesses = step.microSteps.flatMap(\.accesses)
        let missing = Set(accesses.compactMap(\.variable)).filter {
            !checked.system.variables[$0].isGhost && !kernel.isBound($0)
        }
        if !missing.isEmpty { return result(.notCompared, unboundFinding(missing.sorted()), adding: row) }
        let situation = situation
        for (binding, element) in kernel.elements {
            let isTouched = accesses.contains { $0.variable == element.variable && $0.instance == element.instance }
            guard isTouched, binding.type != .lock, let value = element.value(in: step.state),
                case .success(let seen) = kernel.read(binding, element, situation)
            else { continue }
            row.comparedCount += 1
            if let difference = likeness.difference(value, of: binding, seen) {
                return result(
                    .diverged(step: index + 1), differs(binding, element, difference, situation, by: nil), adding: row)
            }
        }
        let finding = ReplayFinding(
            "what the model breaks on is so on the machine: \(violation.message)",
            place: driver.stores.last ?? row.place)
        return result(.reproduced, finding, adding: row)
    }

    /// A deadlock: no process that has not finished gets to its next stop.
    private func judgeDeadlock() -> ReplayResult { judgeEnd(ReplayFinding("nobody gets any further")) }

    /// The end of all steps: no process gets any further on the machine either.
    private func judgeEnd(_ finding: ReplayFinding) -> ReplayResult {
        var waiting: [String] = []
        let last = run.last
        for driven in driver.driven.values.sorted(by: { $0.pid < $1.pid }) {
            // Who is in user mode waits for nothing of the kernel.
            guard case .point = last.processes[driven.pid].position, driven.position != .user else { continue }
            if let moved = moves(driven, in: last) {
                return result(.diverged(step: run.steps.count), moved)
            }
            waiting.append(waitingText(driven))
        }
        let text = waiting.isEmpty ? finding.message : "\(finding.message): \(waiting.joined(separator: "; "))"
        return result(.reproduced, ReplayFinding(text, place: finding.place ?? rowsLastPlace))
    }

    private func waitingText(_ driven: Driven) -> String {
        let name = "process \(driven.process.number)"
        guard let place = driver.place(of: driven) else { return "\(name) sleeps" }
        return "\(name) waits in \(place.text)"
    }

    /// Whether a process that is blocked in the model goes on in the kernel.
    private func moves(_ driven: Driven, in state: SystemState) -> ReplayFinding? {
        if driven.position == .asleep {
            guard driver.schedule(driven) else { return nil }
            let at = StopPoint.call(.acquire, argument: nil)
            guard case .reached = driver.run(driven, to: at) else { return nil }
            driven.position = .stopped(at)
        }
        guard let hart = driven.hart else { return nil }
        let name = "process \(driven.process.number)"
        if driven.position == .user { return nil }
        guard case .stopped(.call(.acquire, argument: _)) = driven.position else { return nil }
        let lock = driver.machine.harts[hart][x: 10]
        guard driver.memory.loadKernel(lock, size: 4) ?? 0 == 0 else {
            // It is released, and spins: nobody who could free the lock gets any further.
            return driver.spins(driven) ? nil : ReplayFinding("\(name) goes on", place: driver.place(ofHart: hart))
        }
        return ReplayFinding("\(name) can go on: the lock that it waits for is free", place: driver.place(ofHart: hart))
    }
}

extension BoundElement {
    /// Puts a value in the place of the model's.
    func set(_ value: Value, in state: inout SystemState) {
        let old = state.data[variable][instance]
        state.data[variable][instance] = Self.replacing(path[...], in: old, with: value)
    }

    private static func replacing(_ path: ArraySlice<Step>, in old: Value, with value: Value) -> Value {
        guard let first = path.first else { return value }
        let rest = path.dropFirst()
        switch (first, old) {
        case (.field(let index), .structure(var fields)) where fields.indices.contains(index):
            fields[index] = replacing(rest, in: fields[index], with: value)
            return .structure(fields)
        case (.element(let index), .array(var elements)) where elements.indices.contains(index):
            elements[index] = replacing(rest, in: elements[index], with: value)
            return .array(elements)
        default: return old
        }
    }
}
