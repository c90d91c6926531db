// The model's state and the kernel's memory, side by side after each step.

import Checker
import Emu
import Model

extension ReplaySession {
    /// Where a part of the model lies; nil where it is not bound or not there now.
    func place(of access: MicroStep.Access) -> BoundPlace? {
        kernel.place(of: access, situation)
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
            pageTable: { program in driver.driven.values.first { $0.process.program == program }?.root },
            translation: { hart, page in
                let harts = driver.machine.harts
                return harts.indices.contains(Int(hart)) ? harts[Int(hart)].translation(ofPage: page) : nil
            })
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
                switch error.kind {
                case .noPartner, .noMeaning: continue
                case .unreadable where value == .null: continue
                case .unreadable, .unresolved: break
                }
                return (compared, unreadable(binding, element, value, error))
            case .success(let seen):
                compared += 1
                guard let difference = likeness.difference(value, of: binding, seen) else { continue }
                return (compared, differs(binding, element, difference, situation, by: pid))
            }
        }
        releaseUnused(in: state)
        return (compared, nil)
    }

    func differs(
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
        let path: GuardPath
        switch variable.protection {
        case .guarded(let lock, false): path = lock
        // What is private to a process has no moment at which both have changed it but the end of the call that does.
        case .isPrivate: return driver.driven.values.allSatisfy { $0.call == nil || $0.position == .asleep }
        case .none, .guarded: return true
        }
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

    /// Whether the model's process stores to the element while it holds the lock: before, or later, since what is done under one
    /// lock has no order that others could see.
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
                if access.kind == .acquire || access.kind == .resumed {
                    return isStoredLater(element, lock, instance, count, pid)
                }
            }
        }
        return isStoredLater(element, lock, instance, count, pid)
    }

    private func isStoredLater(
        _ element: BoundElement, _ lock: VariableID, _ instance: Int, _ count: Int, _ pid: Int
    ) -> Bool {
        for step in run.steps[count...] where step.actor == .process(pid: pid) {
            for access in step.microSteps.flatMap(\.accesses) {
                if access.variable == element.variable, access.instance == element.instance, access.kind == .store {
                    return true
                }
                guard access.variable == lock, access.instance == instance else { continue }
                switch access.kind {
                case .release, .sleep: return false
                case .load, .store, .acquire, .tryAcquire, .resumed, .wakeup: continue
                }
            }
        }
        return false
    }
}
