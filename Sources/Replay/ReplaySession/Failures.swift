// What fails because the model's environment says so: a function of the kernel returns at once that it could not.

import Checker
import Emu
import Model

extension ReplaySession {
    /// The function that fails in a step, as a `fail` line says for what the step chooses.
    func failure(in step: TracedStep) -> FailureBinding? {
        guard case .process(let pid) = step.actor else { return nil }
        let code = checked.system.kind(of: pid).process.code
        for microStep in step.microSteps {
            guard case .choose(let local, _, _, _) = code.nodes[microStep.node].operation else { continue }
            let value = step.state.processes[pid].locals[local]
            let type = code.locals[local].type
            let line = kernel.bindings.failures.first { $0.choice.matches(value, type, checked.system.types) }
            if let line { return line }
        }
        return nil
    }

    /// What was to fail, and was not called before its system call ended.
    func notFailed(_ driven: Driven) -> ReplayFinding? {
        guard let failing = driver.failing, failing.hart == driven.hart else { return nil }
        driver.failing = nil
        return ReplayFinding(
            "\(failing.failure.name), which fails here in the model, is not called by process \(driven.process.number)")
    }
}

extension Driver {
    /// Whether a hart is at the entry of what is to fail; it returns then.
    func fail(at address: UInt64, _ hart: Int) -> Bool {
        guard let failing, failing.hart == hart, failing.failure.entry == address else { return false }
        let registers = machine.harts[hart]
        registers[x: 10] = failing.failure.result
        registers.pc = registers[x: 1]
        self.failing = nil
        return true
    }
}
