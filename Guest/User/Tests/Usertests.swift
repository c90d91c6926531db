// usertests: one function for each known fault and for each rule of the system calls, each in a process of its own.
//
//     usertests             runs all
//     usertests M3 Q1 …     runs those
//     usertests -n 10 R1    runs each ten times
//
// After each the memory is counted: what a test has taken must be there again.

@c func usertests_main(_ argc: Int32, _ argv: ArgumentVector) -> Int32 {
    if argc > 1, let role = argv[1], let status = play(role, argc, argv) { return status }
    var rounds: Int64 = 1
    var first = 1
    if argc > 2, let option = argv[1], equal(option, "-n"), let word = argv[2], let n = parse(word) {
        rounds = n
        first = 3
    }
    var failures: Int64 = 0
    var count: Int64 = 0
    for _ in 0..<rounds {
        if Int(argc) <= first { run_all(&count, &failures) }
        for i in first..<max(Int(argc), first) {
            guard let name = argv[i], let test = find_test(name) else { give_up("usertests: there is no such test\n") }
            count += 1
            if !run(test) { failures += 1 }
        }
    }
    if failures > 0 {
        print("\(failures) of \(count) FAILED\n")
        return 1
    }
    print("ALL PASSED: \(count)\n")
    return 0
}

private func run_all(_ count: inout Int64, _ failures: inout Int64) {
    var i = 0
    while let test = test(i) {
        count += 1
        if !run(test) { failures += 1 }
        i += 1
    }
}

/// A test: the id of the fault that it tells, or the name of a rule.
struct Test {
    let name: StaticString
    let body: () -> Void
}

private func find_test(_ name: CString) -> Test? {
    var i = 0
    while let test = test(i) {
        if equal(name, test.name) { return test }
        i += 1
    }
    return nil
}

/// Runs the test in a child, with another child that ends it when it takes too long.
private func run(_ test: Test) -> Bool {
    settle()
    let free = free_frames()
    let child = fork()
    if child == 0 {
        test.body()
        exit(0)
    }
    let watchdog = fork()
    if watchdog == 0 {
        _ = sleep(10_000)
        exit(0)
    }
    var status: Int32 = -1
    let ended = wait(&status)
    if ended == watchdog {
        print("\(test.name): takes too long\n")
        _ = kill(Int32(child))
        _ = wait(&status)
        status = -1
    } else {
        _ = kill(Int32(watchdog))
        _ = wait(nil)
    }
    var passed = status == 0
    if passed && !comes_back(free) {
        print("\(test.name): \(free - free_frames()) frames are lost\n")
        passed = false
    }
    if passed { print("\(test.name): ok\n") } else { print("\(test.name): FAILED\n") }
    return passed
}

/// Waits until the server is there, and has nothing to do, and has given back what it had.
private func settle() {
    let place = pages(1)
    for _ in 0..<1000 {
        if Submission(at: place, key: 1, data: 1, size: 26).ends(as: UInt32(CRYPTO_DONE)) {
            _ = sleep(5)
            _ = sbrk(-Int64(page))
            return
        }
        _ = sleep(1)
    }
    print("usertests: the server does not answer\n")
}

/// Orphans of a test end, and init frees them, a little later.
private func comes_back(_ free: Int64) -> Bool {
    for _ in 0..<100 {
        if free_frames() == free { return true }
        _ = sleep(1)
    }
    return false
}
