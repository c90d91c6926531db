// primestart: registers the array, the counter and the command word, and starts the two programs that share them.

@c func primestart_main(_ argc: Int32, _ argv: ArgumentVector) -> Int32 {
    register("primes", primes_address(), Int64(PRIME_LIMIT) * 4)
    register("counter", counter_address(), 4)
    register("command", command_address(), 4)
    let calculator = start("primecalc")
    let console = start("primecom")
    if calculator < 0 || console < 0 {
        if calculator > 0 { _ = kill(Int32(calculator)) }
        if console > 0 { _ = kill(Int32(console)) }
        while wait(nil) >= 0 {}
        give_up("primestart: cannot fork\n")
    }
    supervise(calculator, console)
    print("primestart: all have ended\n")
    return 0
}

private func register(_ name: StaticString, _ va: UInt64, _ size: Int64) {
    let index = share_mem(c_string(name), va, size)
    if index < 0 { give_up("primestart: cannot share \(name): \(index)\n") }
}

private func start(_ name: StaticString) -> Int64 {
    let pid = fork()
    if pid == 0 {
        run(name)
        give_up("primestart: cannot run \(name)\n")
    }
    return pid
}

/// Waits for both. When one fails, nobody is left who would end the other.
private func supervise(_ calculator: Int64, _ console: Int64) {
    for _ in 0..<2 {
        var status: Int32 = 0
        let ended = wait(&status)
        if status == 0 { continue }
        _ = kill(Int32(ended == calculator ? console : calculator))
    }
}
