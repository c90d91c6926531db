// After a system call: what it returned is compared, and the processes that it made are taken over.

import Checker
import Emu
import Model

extension ReplaySession {
    /// The model processes that a step has started within a call of the kernel.
    func made(by step: TracedStep, from before: SystemState) -> [Int] {
        guard calls.isMadeByKernel(step) else { return [] }
        return step.state.processes.indices.filter {
            before.processes[$0].position == .idle && step.state.processes[$0].position != .idle
        }
    }

    /// A system call is over, in the model too: compares what it returned, and takes over whom it made.
    func answer(_ driven: Driven, _ call: Int, _ step: TracedStep) -> DriveOutcome {
        guard let returned = driven.returned, driven.hart != nil else { return .reached }
        let function = calls.function(of: call, pid: driven.pid)
        let types = checked.system.types
        for binding in kernel.bindings.values where binding.function == function {
            let seen: Int128
            do throws(BindingError) { seen = try value(binding, returned) } catch {
                return .strayed(ReplayFinding(error.description))
            }
            if let parameter = binding.parameter {
                let known = calls.parameters(of: call, pid: driven.pid, in: step.state)
                guard let argument = known.first(where: { $0.name == parameter }) else { continue }
                if case .member(let ordinal)? = argument.value,
                    let pid = likeness.partners.pid(ordinal, of: argument.type), !driven.made.contains(pid)
                {
                    driven.made.append(pid)
                }
                continue
            }
            guard let local = calls.result(of: call, pid: driven.pid),
                let model = step.state.processes[driven.pid].locals[local]
            else { continue }
            let type = checked.system.kind(of: driven.pid).process.code.locals[local].type
            guard Self.isSame(model, type, seen) else {
                let text = types.describe(model, as: type)
                return .strayed(
                    ReplayFinding(
                        "\(function) returns \(text) in the model and \(seen) in the kernel", datum: function,
                        model: text, kernel: "\(seen)", expression: binding.expression.text, place: driver.stores.last))
            }
            driven.comparedLocals.insert(local)
        }
        defer { driven.made = [] }
        for pid in driven.made where driver.driven[pid].map({ $0.position == .finished }) ?? true {
            do throws(ReplayError) { try takeOver(pid, number: Int64(bitPattern: returned), from: driven) } catch {
                return .strayed(ReplayFinding(error.description))
            }
        }
        return .reached
    }

    /// What a `value` line gives for what a system call returned.
    func value(_ binding: ValueBinding, _ returned: UInt64) throws(BindingError) -> Int128 {
        Int128(try binding.expression.value(situation, index: Int64(bitPattern: returned)))
    }

    /// Whether a word of the kernel's is a value of the model: of integers the bits that their type has.
    static func isSame(_ model: Value, _ type: Type, _ seen: Int128) -> Bool {
        switch model {
        case .bool(let flag): flag == (seen != 0)
        case .integer(let number): UInt64(truncatingIfNeeded: number) == UInt64(truncatingIfNeeded: seen)
        case .member(let ordinal): Int128(ordinal) == seen
        default: false
        }
    }

    /// A process of the kernel's plays a model process from now on: it is brought to user mode, and executes the program that
    /// the block names.
    private func takeOver(_ pid: Int, number: Int64, from parent: Driven) throws(ReplayError) {
        let name = checked.system.types.pidNames[pid]
        guard let process = kernel.process(numbered: number, driver.memory), number > 0 else {
            throw ReplayError("\(name) starts in the model; the kernel returned \(number), which is no process")
        }
        let child = Driven(
            pid: pid, process: process, hart: nil, userAddress: parent.userAddress, root: parent.root,
            stack: parent.stack, isNative: false)
        driver.driven[pid] = child
        let slot = kernel.slot(of: process)
        if let reserved = likeness.partners.slots[pid], reserved != slot {
            throw ReplayError("the kernel has made \(name) in slot \(slot ?? -1), the model in slot \(reserved)")
        }
        likeness.partners.set(pid, process, slot: slot)
        guard driver.schedule(child), case .reached = driver.run(child, to: .user) else {
            throw ReplayError("process \(number), which plays \(name), never came to user mode")
        }
        driver.rest(child)
        guard let program = kernel.executed(byProcess: pid) else { return }
        guard let call = kernel.bindings.exec else {
            throw ReplayError("\(name) is to execute \(program), and the kernel's system call exec is not known")
        }
        try issueExec(child, call, program)
        guard case .reached = driver.run(child, to: .user), let hart = child.hart,
            Int64(bitPattern: driver.machine.harts[hart][x: 10]) >= 0
        else { throw ReplayError("process \(number), which plays \(name), could not execute \(program)") }
        child.userAddress = driver.machine.harts[hart].pc
        child.stack = driver.machine.harts[hart][x: 2]
        driver.rest(child)
    }
}
