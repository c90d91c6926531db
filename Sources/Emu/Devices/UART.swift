// The 16550 serial port: bytes in and out, with the interrupts drivers rely on.

/// A National Semiconductor 16550A as QEMU's `virt` has it.
///
/// Sending takes no time: the transmitter is always empty. PC16550D data sheet.
package final class UART: Device {
    /// 256 bytes at 0x1000_0000.
    package let region: Range<UInt64> = 0x1000_0000..<0x1000_0100
    /// Bytes sent and not yet taken by the machine.
    package private(set) var output: [UInt8] = []
    private var received: [UInt8] = []
    private var interruptEnable: UInt8 = 0
    private var lineControl: UInt8 = 0
    private var modemControl: UInt8 = 0
    private var scratch: UInt8 = 0
    private var fifoControl: UInt8 = 0
    private var divisor: [UInt8] = [0, 0]
    /// The transmitter-empty interrupt waits to be seen.
    private var transmitterPending = false
    private var wasRaised = false

    /// Data is ready and wanted, or the transmitter became empty and that is wanted.
    package var isInterrupting: Bool {
        interruptEnable & 1 != 0 && !received.isEmpty || interruptEnable & 2 != 0 && transmitterPending
    }

    /// Takes the note that the line was raised.
    package func takeRaise() -> Bool {
        defer { wasRaised = false }
        return wasRaised
    }

    /// Hands a byte to the guest.
    package func receive(_ byte: UInt8) {
        received.append(byte)
        wasRaised = true
    }

    /// Bytes that the guest has not read yet.
    package var backlog: Int { received.count }

    /// Takes what was sent.
    package func takeOutput() -> [UInt8] {
        defer { output.removeAll(keepingCapacity: true) }
        return output
    }

    /// Makes these the bytes sent and not yet taken.
    func putBack(_ bytes: [UInt8]) { output = bytes }

    private var divisorIsVisible: Bool { lineControl & 0x80 != 0 }

    /// Registers are bytes.
    package func read(_ offset: UInt64, width: Int, _ fabric: Fabric) -> UInt64? {
        guard width == 1 else { return nil }
        switch offset {
        case 0:
            if divisorIsVisible { return UInt64(divisor[0]) }
            wasRaised = true
            return received.isEmpty ? 0 : UInt64(received.removeFirst())
        case 1: return UInt64(divisorIsVisible ? divisor[1] : interruptEnable)
        case 2:
            let fifo: UInt64 = fifoControl & 1 != 0 ? 0xc0 : 0
            if interruptEnable & 1 != 0 && !received.isEmpty { return fifo | 4 }
            if interruptEnable & 2 != 0 && transmitterPending {
                transmitterPending = false
                return fifo | 2
            }
            return fifo | 1
        case 3: return UInt64(lineControl)
        case 4: return UInt64(modemControl)
        case 5: return received.isEmpty ? 0x60 : 0x61
        case 6: return 0xb0
        case 7: return UInt64(scratch)
        default: return 0
        }
    }

    /// Registers are bytes.
    package func write(_ offset: UInt64, width: Int, value: UInt64, _ fabric: Fabric) -> Bool {
        guard width == 1 else { return false }
        let byte = UInt8(truncatingIfNeeded: value)
        if offset < 2 { wasRaised = true }
        switch offset {
        case 0:
            if divisorIsVisible {
                divisor[0] = byte
            } else if modemControl & 0x10 != 0 {
                received.append(byte)
            } else {
                output.append(byte)
                transmitterPending = true
            }
        case 1:
            if divisorIsVisible {
                divisor[1] = byte
            } else {
                if byte & 2 != 0 && interruptEnable & 2 == 0 { transmitterPending = true }
                interruptEnable = byte & 15
            }
        case 2:
            fifoControl = byte
            if byte & 2 != 0 { received.removeAll() }
        case 3: lineControl = byte
        case 4: modemControl = byte & 0x1f
        case 7: scratch = byte
        default: break
        }
        return true
    }

    /// Writes registers and received bytes; what was sent belongs to the world, not to the state.
    package func save(to writer: inout StateWriter) {
        writer.data([
            interruptEnable, lineControl, modemControl, scratch, fifoControl, divisor[0], divisor[1],
            transmitterPending ? 1 : 0, wasRaised ? 1 : 0,
        ])
        writer.data(received)
    }

    /// Reads them back.
    package func restore(from reader: inout StateReader) -> Bool {
        let registers = reader.data()
        let bytes = reader.data()
        guard reader.isIntact, registers.count == 9 else { return false }
        interruptEnable = registers[0]
        lineControl = registers[1]
        modemControl = registers[2]
        scratch = registers[3]
        fifoControl = registers[4]
        divisor = Array(registers[5...6])
        transmitterPending = registers[7] != 0
        wasRaised = registers[8] != 0
        received = bytes
        return true
    }
}
