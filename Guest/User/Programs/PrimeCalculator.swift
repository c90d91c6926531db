// primecalc: computes primes, one after the other, and obeys the command word.

@c func primecalc_main(_ argc: Int32, _ argv: ArgumentVector) -> Int32 {
    let channel = PrimeChannel(program: "primecalc")
    var last: UInt32 = 1
    while true {
        let order = channel.take()
        if order == UInt32(COMMAND_END) { return 0 }
        if order == UInt32(COMMAND_PAUSE) || !channel.has_room {
            if !channel.wait_for_command() { return 1 }
        } else {
            last = prime_after(last)
            channel.publish(last)
        }
    }
}

private func prime_after(_ last: UInt32) -> UInt32 {
    if last < 2 { return 2 }
    var n = last == 2 ? 3 : last + 2
    while !is_prime(n) { n += 2 }
    return n
}

/// For odd n: no odd number up to its root divides it.
private func is_prime(_ n: UInt32) -> Bool {
    var d: UInt32 = 3
    while d * d <= n {
        if n % d == 0 { return false }
        d += 2
    }
    return true
}
