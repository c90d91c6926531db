// What is wrong at the end of a trace: is it wrong on the machine?

import Checker
import Emu
import Model

extension ReplaySession {
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
        if property.kind == .final { letProgramsRun() }
        guard let seen = observed(run.last) else { return result(.notCompared, unboundFinding([])) }
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

    func unboundFinding(_ missing: [VariableID]) -> ReplayFinding {
        let names = missing.map { checked.system.variables[$0].name }
        return ReplayFinding(
            names.isEmpty
                ? "the kernel went the trace's way; what \(propertyName) is about cannot be looked at there"
                : "the kernel went the trace's way; \(propertyName) reads what is not bound: "
                    + names.joined(separator: ", "))
    }

    /// A state with the kernel's values in the place of the model's, where they are bound.
    ///
    /// What the kernel has and the model has not met yet becomes the partner of what the model has left.
    func observed(_ model: SystemState, withLocks: Bool = true) -> SystemState? {
        var state = model
        let situation = situation
        var likeness = likeness
        for (binding, element) in kernel.elements where withLocks || binding.type != .lock {
            guard let own = element.value(in: state) else { continue }
            guard case .success(let seen) = kernel.read(binding, element, situation) else { continue }
            guard
                let value = likeness.meetingValue(
                    of: seen, binding.type, model: own, isNumber: kernel.numberPlaces.contains(binding.place))
            else { return nil }
            element.set(value, in: &state)
        }
        return state
    }

    /// A deadlock: no process that has not finished gets to its next stop.
    private func judgeDeadlock() -> ReplayResult { judgeEnd(ReplayFinding("nobody gets any further")) }

    /// The end of all steps: no process gets any further on the machine either.
    private func judgeEnd(_ finding: ReplayFinding) -> ReplayResult {
        var waiting: [String] = []
        let last = run.last
        driver.releaseInterrupts()
        driver.answerInterrupts(except: nil)
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
        guard case .stopped(.call(.acquire, argument: _)) = driven.position else {
            return driver.blocks(driven) ? nil : ReplayFinding("\(name) goes on", place: driver.place(ofHart: hart))
        }
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
