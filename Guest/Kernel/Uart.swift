// The 16550 UART: output by waiting for room, input by interrupt.

private enum Register {
    static let data = Device.uart
    static let interrupts = Device.uart + 1
    static let fifo = Device.uart + 2
    static let line = Device.uart + 3
    static let status = Device.uart + 5
}

private enum Status {
    static let received: UInt8 = 1 << 0
    static let empty: UInt8 = 1 << 5
}

func uartinit() {
    write_device8(Register.interrupts, 0)
    write_device8(Register.line, 0x03)  // eight bits, no parity
    write_device8(Register.fifo, 0x07)  // on, and both sides empty
    write_device8(Register.interrupts, 0x01)  // when something was received
}

/// Sends a byte as soon as the transmitter has room.
func uart_put(_ byte: UInt8) {
    while read_device8(Register.status) & Status.empty == 0 {}
    write_device8(Register.data, byte)
}

/// Takes a byte that was received, if any.
func uart_get() -> UInt8? {
    read_device8(Register.status) & Status.received != 0 ? read_device8(Register.data) : nil
}

func uartintr() {
    while let byte = uart_get() { consoleintr(byte) }
}
