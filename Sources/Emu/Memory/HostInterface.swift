// The host-target interface: a program ends, or prints, by storing to its symbol `tohost`.

/// Where an image has `tohost` and `fromhost`.
package struct HostInterface: Equatable, Sendable {
    /// Physical address of the word the guest writes.
    package let tohost: UInt64
    /// Physical address of the word the guest polls, when there is one.
    package let fromhost: UInt64?

    /// Takes the addresses of the two symbols.
    package init(tohost: UInt64, fromhost: UInt64?) {
        self.tohost = tohost
        self.fromhost = fromhost
    }
}

extension Fabric {
    /// Acts on a command in `tohost`: device 0 with the lowest bit set ends the run, device 1 command 1 prints a byte.
    func noteHostInterface() {
        guard let hostInterface, memory.contains(hostInterface.tohost, 8) else { return }
        let command = memory.load(hostInterface.tohost, 8)
        if command == 0 { return }
        let device = command >> 56
        if device == 0 && command & 1 != 0 {
            outcome = command == 1 ? .pass : .fail((command << 16) >> 17)
            return
        }
        if device == 1 && command >> 48 & 0xff == 1 { hostOutput.append(UInt8(truncatingIfNeeded: command)) }
        memory.markDirty(memory.page(of: hostInterface.tohost))
        memory.store(hostInterface.tohost, 8, 0)
        if let fromhost = hostInterface.fromhost, memory.contains(fromhost, 8) {
            memory.markDirty(memory.page(of: fromhost))
            memory.store(fromhost, 8, device << 56 | 1)
        }
    }
}
