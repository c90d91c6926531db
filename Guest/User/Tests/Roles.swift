// What usertests is after an exec by one of its tests, and the list of all tests.

/// The status of a role, or nil when the word is none.
func play(_ role: CString, _ argc: Int32, _ argv: ArgumentVector) -> Int32? {
    if equal(role, "-exit") { return 0 }
    if equal(role, "-join") {
        join()
        return 0
    }
    if equal(role, "-region") {
        RegionTests.check()
        return 0
    }
    if equal(role, "-region-later") {
        _ = sleep(30)
        RegionTests.check()
        return 0
    }
    if equal(role, "-exec-region") { become("-region") }
    if equal(role, "-two") {
        RegionTests.check("first", seed: 4)
        RegionTests.check("second", seed: 5)
        return 0
    }
    if equal(role, "-letters") {
        RegionTests.check_letters()
        return 0
    }
    return play_prime(role) ?? play_exec(role)
}

private func play_prime(_ role: CString) -> Int32? {
    if equal(role, "-taker") { return PrimeTests.take_all() }
    if equal(role, "-publisher") {
        let channel = PrimeChannel(program: "usertests")
        for i in 1...UInt32(500) { channel.publish(i * 3) }
        return 0
    }
    if equal(role, "-waiter") {
        return PrimeChannel(program: "usertests").wait_for_command() ? 0 : 1
    }
    return nil
}

/// Execs one time less.
private func play_exec(_ role: CString) -> Int32? {
    if equal(role, "-exec20") { become("-exec19") }
    if equal(role, "-exec19") { become("-exec18") }
    if equal(role, "-exec18") { become("-exec17") }
    if equal(role, "-exec17") { become("-exit") }
    return nil
}
