// The registers of a system call: what the model passes, as the kernel knows it.

import Checker
import Emu
import Model

extension ReplaySession {
    /// The registers of a system call: model values as the kernel knows them; what is not named points to memory of the
    /// process's own.
    func registers(_ driven: Driven, _ arguments: [ArgumentValue]) throws(ReplayError) -> [UInt64] {
        var words: [UInt64] = []
        var scratch = scratch(of: driven)
        for argument in arguments {
            if case .member(let ordinal) = argument.value, case .enumeration(let id) = argument.type, kernel.isText(id)
            {
                scratch -= 64
                words.append(scratch)
                try write(checked.system.types.enumerations[id].cases[ordinal], to: scratch, driven)
            } else {
                words.append(try register(argument))
            }
        }
        while words.count < 6 {
            scratch -= 64
            words.append(scratch)
        }
        return words
    }

    /// The end of memory of a process's own that may be written: below its stack pointer, or below the end of its memory where
    /// that has been taken away.
    private func scratch(of driven: Driven) -> UInt64 {
        var top = driven.stack & ~15
        while top > 4096, driver.memory.user(top - 8, root: driven.root) == nil { top = (top - 1) & ~4095 }
        return top
    }

    /// Writes a string of C into a process's own memory.
    func write(_ text: String, to address: UInt64, _ driven: Driven) throws(ReplayError) {
        guard driver.memory.write(Array(text.utf8) + [0], to: address, root: driven.root) else {
            throw ReplayError("process \(driven.process.number) has no memory below its stack pointer for an argument")
        }
    }

    private func register(_ argument: ArgumentValue) throws(ReplayError) -> UInt64 {
        switch argument.value {
        case .integer(let number):
            if argument.isNumber { return UInt64(bitPattern: likeness.kernelNumber(of: number)) }
            return UInt64(truncatingIfNeeded: number)
        case .bool(let flag): return flag ? 1 : 0
        case .member(let ordinal):
            if case .enumeration = argument.type { return UInt64(ordinal) }
            if let number = likeness.partners.number(ordinal, of: argument.type) {
                return UInt64(bitPattern: number)
            }
            throw ReplayError(
                "\(checked.system.types.describe(argument.value, as: argument.type)) has no number in the kernel yet")
        case .some(let inner):
            guard case .optional(let wrapped) = argument.type else { break }
            return try register(ArgumentValue(value: inner, type: wrapped, isNumber: argument.isNumber))
        case .null, .structure, .array, .sequence, .set, .lock: break
        }
        throw ReplayError(
            "\(checked.system.types.describe(argument.value, as: argument.type)) cannot be passed in a register")
    }

    /// Makes a process issue the system call of a call.
    func issue(_ call: CallContext.BoundCall, _ driven: Driven, in state: SystemState) -> DriveOutcome {
        do throws(ReplayError) {
            switch call.binding.way {
            case .call(let systemCall)?:
                let parameters = calls.parameters(of: call.activation, pid: driven.pid, in: state)
                if let finding = meetHarts(parameters, driven) { return .strayed(finding) }
                let arguments = try calls.arguments(of: call, pid: driven.pid, in: state)
                driver.issue(driven, number: systemCall.number, try registers(driven, arguments))
            case .exec(let systemCall)?: try issueExec(driven, systemCall, driven.process.program)
            case .load?, .boot?, nil: preconditionFailure("a call that is entered has a system call")
            }
            return .reached
        } catch { return .strayed(ReplayFinding(error.description)) }
    }

    /// Brings a process to where the kernel's function of a call is entered: of several of its calls the one with what the line
    /// says of elements.
    func enter(_ call: CallContext.BoundCall, _ driven: Driven, in state: SystemState) -> DriveOutcome {
        let limit = driver.control.instructionCount + Driver.stepLimit
        while true {
            let outcome = driver.run(driven, to: .address(call.binding.code?.entries ?? []))
            guard case .reached = outcome, let hart = driven.hart else { return outcome }
            if !isCalledWithOthers(call, hart: hart, driven, state) || driver.control.instructionCount > limit {
                return outcome
            }
        }
    }

    /// Whether a function that a hart enters is given another element than the model's call is: a frame by number or address.
    private func isCalledWithOthers(
        _ call: CallContext.BoundCall, hart: Int, _ driven: Driven, _ state: SystemState
    ) -> Bool {
        let registers = driver.machine.harts[hart]
        guard registers.pc == call.binding.code?.entry else { return false }
        return call.binding.arguments.contains { argument in
            guard case .sort(let id) = argument.value.type, checked.system.types.sorts[id].firstPid == nil,
                let register = argument.parameter.entryRegister,
                case .member(let ordinal)? = try? calls.value(of: argument.value, call, pid: driven.pid, in: state),
                let number = likeness.partners.number(ordinal, of: argument.value.type)
            else { return false }
            let seen = Int64(bitPattern: registers[x: register])
            return seen != number && seen != number << 12
        }
    }

    /// Makes a process execute a program.
    func issueExec(_ driven: Driven, _ call: SystemCall, _ program: String) throws(ReplayError) {
        let name = scratch(of: driven) - 64
        let list = name - 64
        try write(program, to: name, driven)
        let words = [name, 0].flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
        guard driver.memory.write(words, to: list, root: driven.root) else {
            throw ReplayError("process \(driven.process.number) has no memory below its stack pointer for an argument")
        }
        driver.issue(driven, number: call.number, [name, list])
    }
}
