// What the model's user code loads and stores: done by real instructions of the process that plays it, through its hart's
// translations.

import Checker
package import Emu
import Model

/// Instructions of a program that load and store what a0 points to; a1 is what they store, and a0 what they loaded.
package struct UserCode {
    /// What an instruction does.
    package enum Kind: String, CaseIterable { case load, store, swap }
    private let addresses: [String: UInt64]

    /// Finds them in a program by the symbols `user_load4`, `user_store8`, `user_swap4` …; nil when it has none.
    package init?(_ program: ExecutableFile) {
        var addresses: [String: UInt64] = [:]
        for kind in Kind.allCases {
            for size in [1, 2, 4, 8] {
                let name = "user_\(kind.rawValue)\(size)"
                addresses[name] = program.address(of: name)
            }
        }
        if addresses.isEmpty { return nil }
        self.addresses = addresses
    }

    /// The instruction of a kind and a size in bytes.
    func address(_ kind: Kind, _ size: Int) -> UInt64? { addresses["user_\(kind.rawValue)\(size)"] }
}

extension ReplaySession {
    /// Makes the loads and stores of a step that is outside of every call of the kernel.
    func touchUserMemory(_ driven: Driven, _ step: TracedStep, from before: SystemState) -> DriveOutcome {
        if driven.isNative { return .reached }
        for microStep in step.microSteps {
            if !microStep.accesses.isEmpty, let load = calls.load(at: microStep.node, of: driven.pid) {
                // One instruction, whatever the model takes it apart into.
                return execute(load.call, load.address, driven, before)
            }
            guard calls.innermost(at: microStep.node, of: driven.pid) == nil else { continue }
            for access in accesses(of: microStep, driven) where isUnprotected(access.access) {
                let outcome = execute(access.kind, access.access, driven, before, step.state)
                guard case .reached = outcome else { return outcome }
            }
        }
        return .reached
    }

    /// The instructions of a micro-step: an exchange is one.
    private func accesses(
        of microStep: MicroStep, _ driven: Driven
    ) -> [(kind: UserCode.Kind, access: MicroStep.Access)] {
        let code = checked.system.kind(of: driven.pid).process.code
        switch code.nodes[microStep.node].operation {
        case .atomicUpdate, .compareAndSwap: return microStep.accesses.last.map { [(.swap, $0)] } ?? []
        default: break
        }
        return microStep.accesses.compactMap { access in
            switch access.kind {
            case .load: (.load, access)
            case .store: (.store, access)
            case .acquire, .release, .tryAcquire, .sleep, .resumed, .wakeup: nil
            }
        }
    }

    /// What locks guard, and what is private to a process, is no memory of user code.
    func isUnprotected(_ access: MicroStep.Access) -> Bool {
        guard let variable = access.variable, case .none = checked.system.variables[variable].protection else {
            return false
        }
        return true
    }

    private func execute(
        _ kind: UserCode.Kind, _ access: MicroStep.Access, _ driven: Driven, _ before: SystemState, _ after: SystemState
    ) -> DriveOutcome {
        guard let (line, element) = kernel.element(of: access), let place = kernel.place(of: element, line, situation),
            let address = driver.memory.userAddress(of: place.range.lowerBound, root: driven.root)
        else { return .reached }
        let size = place.range.count
        guard let old = element.value(in: before).flatMap({ word($0, line) }),
            let new = element.value(in: after).flatMap({ word($0, line) })
        else { return .strayed(ReplayFinding("\(line.place) is no number that an instruction could store")) }
        guard let instruction = userCode(driven.process.program)?.address(kind, size) else {
            return .strayed(
                ReplayFinding(
                    "\(driven.process.program) has no instruction user_\(kind.rawValue)\(size), "
                        + "by which a \(kind.rawValue) of user code could be made"))
        }
        hasUserCode = true
        guard let got = driver.execute(driven, instruction: instruction, address: address, value: new) else {
            return .strayed(
                ReplayFinding(
                    "the \(kind.rawValue) of process \(driven.process.number) at 0x\(String(address, radix: 16)) traps")
            )
        }
        let mask = size == 8 ? UInt64.max : 1 << UInt64(8 * size) - 1
        if kind != .store, got & mask != old & mask {
            return .strayed(
                ReplayFinding(
                    "process \(driven.process.number) finds \(got & mask) in \(kernel.name(of: element, line)), "
                        + "where the model has \(old & mask)"))
        }
        return .reached
    }

    /// A load that the block gives the address of; the hart that the process runs on is the model's from then on.
    private func execute(
        _ call: CallContext.BoundCall, _ formula: Formula, _ driven: Driven, _ before: SystemState
    ) -> DriveOutcome {
        let address: UInt64
        do throws(ReplayError) {
            guard case .integer(let number) = try calls.value(of: formula, call, pid: driven.pid, in: before) else {
                throw ReplayError("the address of a load is no number")
            }
            address = UInt64(truncatingIfNeeded: number)
        } catch { return .strayed(ReplayFinding(error.description)) }
        let parameters = calls.parameters(of: call.activation, pid: driven.pid, in: before)
        if let finding = meetHarts(parameters, driven) { return .strayed(finding) }
        guard let instruction = userCode(driven.process.program)?.address(.load, 8) else {
            return .strayed(ReplayFinding("\(driven.process.program) has no instruction user_load8"))
        }
        hasUserCode = true
        guard driver.execute(driven, instruction: instruction, address: address, value: 0) != nil else {
            return .strayed(
                ReplayFinding(
                    "the load of process \(driven.process.number) at 0x\(String(address, radix: 16)) traps"))
        }
        return .reached
    }

    /// A value of the model as a word of the kernel's memory.
    private func word(_ value: Value, _ line: StateBinding) -> UInt64? {
        switch (value, line.reader.code) {
        case (.integer(let number), _): UInt64(truncatingIfNeeded: number)
        case (.bool(let flag), _): flag ? 1 : 0
        case (.member(let ordinal), .enumerated(_, ordinals: let ordinals, others: _)?):
            ordinals.first { $0.value == ordinal }.map { UInt64(truncatingIfNeeded: $0.key) }
        default: nil
        }
    }
}
