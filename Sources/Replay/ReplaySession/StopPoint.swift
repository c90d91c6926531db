// Where a process is stopped before a step: the rule of the language reference, "Kernel bindings and replay".

package import Emu
package import Model

/// Where a process is stopped before a step.
package enum StopPoint: Sendable, Equatable {
    /// At the entry of a primitive; for any argument when nil.
    case call(KernelPlaces.Primitive, argument: UInt64?)
    /// Before its next access to physical memory.
    case access(Watch)
    /// At one of these addresses: a `step` line, or the entry of a bound function.
    case address(Set<UInt64>)
    /// Off its hart, in the kernel's `sleep`.
    case asleep
    /// Back in user mode.
    case user
    /// Before the next access to physical memory that its program makes: an exchange, or a plain load or store.
    case programAccess(Watch, isExchange: Bool)
    /// At one of these addresses of its program.
    case programAddress(Set<UInt64>)

    /// Whether it is the entry of a primitive with this argument.
    func isCall(_ primitive: KernelPlaces.Primitive, _ argument: UInt64) -> Bool {
        guard case .call(primitive, argument: let wanted) = self else { return false }
        return wanted == nil || wanted == argument
    }

    /// Whether it is before an access.
    func isTouched(by access: AccessAhead) -> Bool {
        guard case .access(let watch) = self else { return false }
        return access.isWatched(by: watch)
    }

    /// Whether it is before the instruction of an address.
    func has(_ address: UInt64) -> Bool {
        guard case .address(let addresses) = self else { return false }
        return addresses.contains(address)
    }
}

/// Finds stops.
package struct StopFinder {
    private let system: TransitionSystem
    private let stepper: ReferenceStepper
    private let overrides: [String: Set<UInt64>]
    private let programOverrides: [String: Set<UInt64>]

    /// A finder with the `step` lines of a kernel block.
    package init(_ system: TransitionSystem, _ bindings: KernelBindings) {
        self.system = system
        stepper = ReferenceStepper(system)
        var overrides: [String: Set<UInt64>] = [:]
        var programOverrides: [String: Set<UInt64>] = [:]
        for line in bindings.steps {
            if line.program == nil {
                overrides[line.step, default: []].formUnion(line.addresses)
            } else {
                programOverrides[line.step, default: []].formUnion(line.addresses)
            }
        }
        (self.overrides, self.programOverrides) = (overrides, programOverrides)
    }

    /// Where a process that runs its own program is stopped in user mode before the step that it takes next, by a `step` line.
    func programAddresses(ofProcess pid: Int, in state: SystemState) -> Set<UInt64>? {
        guard case .point(let index) = state.processes[pid].position else { return nil }
        return programOverrides[system.kind(of: pid).process.points[index].name]
    }

    /// The stop before the step that a process takes next.
    ///
    /// - Parameters:
    ///   - pid: the process.
    ///   - state: where it stands.
    ///   - lookUp: where a bound datum lies; a lock's place is its address for the kernel.
    /// - Returns: nil when the step has none.
    package func stop(
        ofProcess pid: Int, in state: SystemState, _ lookUp: (MicroStep.Access) -> BoundPlace?
    ) -> StopPoint? {
        guard case .point(let index) = state.processes[pid].position else { return nil }
        let (process, _) = system.kind(of: pid)
        let point = process.points[index]
        if let addresses = overrides[point.name] { return .address(addresses) }
        if case .resumed = process.code.nodes[point.node].operation { return .asleep }
        guard let touch = stepper.nextTouch(ofProcess: pid, in: joined(process.code.nodes[point.node], state)) else {
            return nil
        }
        // What the model asserts is no code of the kernel's.
        if case .assert = process.code.nodes[touch.node].operation { return nil }
        guard let access = chosen(touch, process.code.nodes[touch.node]) else { return nil }
        return stop(before: access, lookUp)
    }

    /// The stop before one access.
    func stop(before access: MicroStep.Access, _ lookUp: (MicroStep.Access) -> BoundPlace?) -> StopPoint? {
        switch access.kind {
        case .acquire, .tryAcquire: return lookUp(access).map { .call(.acquire, argument: $0.kernelAddress) }
        case .release: return lookUp(access).map { .call(.release, argument: $0.kernelAddress) }
        case .sleep: return .call(.sleep, argument: nil)
        case .wakeup: return .call(.wakeup, argument: nil)
        case .resumed: return .asleep
        case .load: return lookUp(access).map { .access(Watch($0.range, onLoad: true, onStore: false)) }
        case .store: return lookUp(access).map { .access(Watch($0.range, onLoad: false, onStore: true)) }
        }
    }

    /// Where a process waits for another to finish: the state in which it has, since the kernel has nothing of the kind.
    private func joined(_ node: Node, _ state: SystemState) -> SystemState {
        guard case .join = node.operation else { return state }
        var state = state
        for pid in state.processes.indices where state.processes[pid].position != .idle && !isAt(node, pid, state) {
            state.processes[pid].position = .finished
        }
        return state
    }

    private func isAt(_ node: Node, _ pid: Int, _ state: SystemState) -> Bool {
        guard case .point(let index) = state.processes[pid].position else { return false }
        let (process, _) = system.kind(of: pid)
        return process.code.nodes[process.points[index].node].range == node.range
    }

    /// Which access of a node the kernel is stopped at: the store of an assignment, the datum itself rather than the index
    /// by which it is found, otherwise the first.
    private func chosen(_ touch: MicroStep, _ node: Node) -> MicroStep.Access? {
        if let store = touch.accesses.last, store.kind != .load { return store }
        if case .assign(_, let value) = node.operation, isPlainLoad(value) { return touch.accesses.last }
        return touch.accesses.first
    }

    private func isPlainLoad(_ formula: Formula) -> Bool {
        switch formula.kind {
        case .load: true
        case .unwrap(let inner), .wrap(let inner), .convert(let inner, _), .member(let inner, _): isPlainLoad(inner)
        default: false
        }
    }
}

/// Where a part of the model lies in the kernel.
package struct BoundPlace: Sendable {
    /// Physical bytes.
    package let range: Range<UInt64>
    /// The address by which the kernel knows it; of what is not in its address space, the physical one.
    package let kernelAddress: UInt64
    /// The C expression.
    package let expression: String
}
