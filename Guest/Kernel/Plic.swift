// The platform's interrupt controller: which device interrupts, and to which hart it goes.

private let uart_source: UInt32 = 10

/// The supervisor's context of a hart: harts have two each, the other is the machine's.
private func enable(_ hart: Int) -> UInt64 { Device.plic + 0x2080 + UInt64(hart) * 0x100 }
private func threshold(_ hart: Int) -> UInt64 { Device.plic + 0x20_1000 + UInt64(hart) * 0x2000 }
private func claim(_ hart: Int) -> UInt64 { threshold(hart) + 4 }

func plicinit() {
    write_device32(Device.plic + UInt64(uart_source) * 4, 1)
}

func plicinithart() {
    write_device32(enable(hart_id()), 1 << uart_source)
    write_device32(threshold(hart_id()), 0)
}

/// Serves the interrupt that is pending for this hart; another hart may have been faster.
func plic_interrupt() {
    let source = read_device32(claim(hart_id()))
    if source == uart_source { uartintr() }
    if source != 0 { write_device32(claim(hart_id()), source) }
}
