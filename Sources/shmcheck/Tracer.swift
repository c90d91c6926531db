// `--trace`: events of the machine as lines on standard error.
import Emu

/// An observer that prints what it sees.
final class Tracer: Observer {
    private let machine: Machine
    private let kinds: Set<String>
    private static let known: Set<String> = ["instructions", "memory", "traps", "csr"]

    init(kinds: String, _ machine: Machine) throws(CommandFailure) {
        self.kinds = Set(kinds.split(separator: ",").map(String.init))
        guard !self.kinds.isEmpty, self.kinds.isSubset(of: Self.known) else {
            throw CommandFailure("--trace \(kinds): choose of \(Self.known.sorted().joined(separator: ", "))", code: 64)
        }
        self.machine = machine
    }

    private func line(_ kind: String, _ hart: Int, _ text: @autoclosure () -> String) {
        if kinds.contains(kind) { HostFiles.complain("\(hart) \(text())") }
    }

    private func hex(_ value: UInt64) -> String { "0x" + String(value, radix: 16) }

    func retired(hart: Int, pc: UInt64, instruction: Instruction) {
        line("instructions", hart, "\(machine.place(pc)) \(Disassembler.text(instruction, at: pc))")
    }

    func loaded(hart: Int, address: UInt64, width: Int, value: UInt64, isDevice: Bool) {
        line("memory", hart, "load\(width * 8) \(hex(address)) = \(hex(value))\(isDevice ? " device" : "")")
    }

    func stored(hart: Int, address: UInt64, width: Int, value: UInt64, isDevice: Bool) {
        line("memory", hart, "store\(width * 8) \(hex(address)) = \(hex(value))\(isDevice ? " device" : "")")
    }

    func exchanged(hart: Int, address: UInt64, width: Int, old: UInt64, new: UInt64) {
        line("memory", hart, "atomic\(width * 8) \(hex(address)) \(hex(old)) -> \(hex(new))")
    }

    func trapped(hart: Int, cause: UInt64, value: UInt64, pc: UInt64) {
        line("traps", hart, "trap \(machine.causeWords(cause)) at \(machine.place(pc)), tval \(hex(value))")
    }

    func controlWritten(hart: Int, csr: UInt16, value: UInt64) {
        line("csr", hart, "csr \(ControlNames.name(of: csr) ?? hex(UInt64(csr))) = \(hex(value))")
    }
}
