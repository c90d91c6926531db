// The console: lines with editing on the way in, bytes on the way out.

/// Where writers and the echo meet: a call of `write` comes out in one piece.
func consolewrite(_ bytes: UnsafePointer<UInt8>, _ count: Int) {
    acquire(output_lock_at())
    for i in 0..<count { uart_put(bytes[i]) }
    release(output_lock_at())
}

private enum Key {
    static let end_of_file = control("D")
    static let kill_line = control("U")
    static let backspace = control("H")
    static let delete: UInt8 = 0x7f

    static func control(_ letter: Unicode.Scalar) -> UInt8 { UInt8(ascii: letter) - 0x40 }
}

func consoleinit() {
    initlock(cons_lock(), "cons")
    initlock(output_lock_at(), "output")
    uartinit()
}

/// A byte was typed. Lines go to readers when they are complete; until then they can be edited.
func consoleintr(_ typed: UInt8) {
    acquire(cons_lock())
    switch typed {
    case Key.kill_line:
        while cons.e != cons.w && input_at(cons.e &- 1).pointee != CChar(10) { erase() }
    case Key.backspace, Key.delete:
        if cons.e != cons.w { erase() }
    default:
        insert(typed == 13 ? 10 : typed)
    }
    release(cons_lock())
}

private func insert(_ byte: UInt8) {
    // The last place is kept for the end of the line: without it no reader would ever come.
    let used = cons.e &- cons.r
    let ends_line = byte == 10 || byte == Key.end_of_file
    if used >= UInt32(INPUT_SIZE) || (used == UInt32(INPUT_SIZE) - 1 && !ends_line) || byte == 0 { return }
    if byte != Key.end_of_file { echo(byte) }
    input_at(cons.e).pointee = CChar(bitPattern: byte)
    cons.e &+= 1
    if ends_line {
        cons.w = cons.e
        wakeup(input_channel())
    }
}

private func erase() {
    cons.e &-= 1
    echo(8)
    echo(32)
    echo(8)
}

private func echo(_ byte: UInt8) {
    acquire(output_lock_at())
    uart_put(byte)
    release(output_lock_at())
}

private func input_channel() -> UnsafeRawPointer { UnsafeRawPointer(cons_lock()) }

/// Waits for a line and copies at most `count` bytes of it; what is left is there for the next call. 0 is the end of
/// the input, -1 that the caller was killed or the address is bad.
func consoleread(_ va: UInt64, _ count: UInt64) -> Int64 {
    var line = InlineArray<128, UInt8>(repeating: 0)
    var length = 0
    acquire(cons_lock())
    while cons.r == cons.w {
        if killed(myproc()) {
            release(cons_lock())
            return -1
        }
        sleep(input_channel(), cons_lock())
    }
    while UInt64(length) < count && length < line.count && cons.r != cons.w {
        let byte = UInt8(bitPattern: input_at(cons.r).pointee)
        if byte == Key.end_of_file {
            // Behind some text it ends this call, and is found again by the next.
            if length == 0 { cons.r &+= 1 }
            break
        }
        cons.r &+= 1
        line[length] = byte
        length += 1
        if byte == 10 { break }
    }
    release(cons_lock())
    for i in 0..<length where !copyout(myproc(), va &+ UInt64(i), line[i]) { return -1 }
    return Int64(length)
}
