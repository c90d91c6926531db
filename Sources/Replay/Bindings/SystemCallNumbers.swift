// The number of a system call: from the kernel's names, its table, or the stubs of user programs.

import Emu

/// Looks for numbers of system calls.
struct SystemCallNumbers {
    let kernel: ProgramImage

    /// The number of a call, and how it was found.
    ///
    /// - Parameter programs: user programs at hand, whose stubs are `li a7, number; ecall`.
    /// - Throws: `BindingError` when nothing tells it.
    func number(of name: String, programs: [ProgramImage]) throws(BindingError) -> (number: UInt64, from: String) {
        for constant in ["SYS_\(name)", "CALL_\(name.uppercased())", "SYS_\(name.uppercased())", "__NR_\(name)"] {
            let scope = ResolutionScope(kernel: kernel) { name throws(SymbolError) in
                throw SymbolError("no program \(name)")
            }
            if let node = try? ExpressionResolver.resolve(constant, scope),
                case .value(.constant(let value)) = node.form,
                let number = UInt64(exactly: value)
            {
                return (number, constant)
            }
        }
        if let number = inTable(name) { return (number, "syscalls[]") }
        for program in programs {
            if let number = stub(name, program) { return (number, "the stub in \(program.name)") }
        }
        throw BindingError(
            .unresolved, part: name,
            "the number of the system call \(name) is not known: the kernel has neither SYS_\(name) nor an array syscalls[] "
                + "with sys_\(name) in it, and no user program at hand has a stub for it")
    }

    /// xv6's array of pointers to functions.
    private func inTable(_ name: String) -> UInt64? {
        guard let function = kernel.executable.address(of: "sys_\(name)"),
            let table = try? kernel.information.variables(named: "syscalls").first,
            case .address(let start) = table.location, let size = try? kernel.information.size(of: table.type),
            size <= 1 << 16
        else { return nil }
        for number in 0..<UInt64(size / 8) where kernel.word(at: start &+ 8 * number, size: 8) == function {
            return number
        }
        return nil
    }

    /// `li a7, number` before an `ecall`.
    private func stub(_ name: String, _ program: ProgramImage) -> UInt64? {
        guard var address = program.executable.address(of: name) else { return nil }
        var number: UInt64?
        for _ in 0..<4 {
            guard let half = program.word(at: address, size: 2) else { return nil }
            if half & 3 != 3 {
                // c.li a7, imm
                if half & 0xef83 == 0x4881 {
                    let bits = (half >> 2 & 31) | (half >> 7 & 32)
                    number = bits < 32 ? bits : nil
                }
                address += 2
                continue
            }
            guard let word = program.word(at: address, size: 4) else { return nil }
            if word == 0x73 { return number }
            // addi a7, zero, imm
            if word & 0xf_ffff == 0x893 { number = word >> 20 < 2048 ? word >> 20 : nil }
            address += 4
        }
        return nil
    }
}
