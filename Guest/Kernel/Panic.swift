// What the kernel says: text and numbers on the console, and the last words of a panic.

/// The bytes of a literal, which end with a zero.
func c_string(_ text: StaticString) -> UnsafePointer<CChar> {
    UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)
}

func printk(_ text: StaticString) { printk(c_string(text)) }

func printk(_ text: UnsafePointer<CChar>) {
    var at = text
    while at.pointee != 0 {
        uart_put(UInt8(bitPattern: at.pointee))
        at += 1
    }
}

func printk(_ number: Int) {
    if number < 0 { uart_put(UInt8(ascii: "-")) }
    print_digits(UInt64(number.magnitude), base: 10)
}

func printk_hex(_ number: UInt64) {
    printk("0x")
    print_digits(number, base: 16)
}

private func print_digits(_ number: UInt64, base: UInt64) {
    if number >= base { print_digits(number / base, base: base) }
    let digit = UInt8(number % base)
    uart_put(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
}

/// A rule of the kernel is broken: says which, and ends the machine with failure.
func panic(_ message: StaticString, _ detail: UnsafePointer<CChar>? = nil) -> Never {
    kernel_panic(c_string(message), detail)
}

/// All panics come here. No lock is taken: the one who has it may be the one that is broken.
@c(panic) @inline(never) func kernel_panic(
    _ message: UnsafePointer<CChar>, _ detail: UnsafePointer<CChar>?
) -> Never {
    intr_off()
    printk("panic: ")
    printk(message)
    if let detail {
        printk(": ")
        printk(detail)
    }
    printk(" (hart ")
    printk(hart_id())
    if let p = mycpu().pointee.proc {
        printk(", ")
        printk(proc_name(p))
        printk(" ")
        printk(Int(p.pointee.pid))
    }
    printk(")\n")
    power_off(PowerOff.panicked)
}

/// What the test finisher is told.
enum PowerOff {
    static let panicked: UInt32 = 98
    private static let finisher: UInt64 = 0x10_0000

    static func write(_ word: UInt32) { write_device32(finisher, word) }
    static let page = finisher
}

/// Ends the machine: status 0 is success.
func power_off(_ status: UInt32) -> Never {
    PowerOff.write(status == 0 ? 0x5555 : status << 16 | 0x3333)
    while true { wfi() }
}
