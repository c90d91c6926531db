// The rules of the other system calls.

enum CallTests {
    static func fork_wait() {
        for i in 0..<Int32(20) {
            let pid = fork()
            if pid == 0 { exit(i) }
            var status: Int32 = -1
            require(wait(&status) == pid && status == i, "wait gives number and status")
        }
        require(wait(nil) == -1, "without children there is nothing to wait for")
    }

    /// When the table is full fork fails, and after that it works again.
    static func fork_full() {
        var count = 0
        while true {
            let pid = fork()
            if pid == 0 {
                _ = sleep(20)
                exit(0)
            }
            if pid < 0 { break }
            count += 1
        }
        require(count > 0 && count < Int(NPROC), "some fit")
        join(count)
        join_new()
    }

    private static func join_new() {
        _ = child {}
        join()
    }

    /// fork without memory fails, and gives back what it took.
    static func fork_memory() {
        while sbrk(Int64(64 * page)) >= 0 {}
        require(fork() == -1, "there is no memory for a copy")
        require(fork() == -1, "nor the second time")
    }

    static func sbrk_rules() {
        let old = size_of_memory()
        require(sbrk(3) == Int64(old) && size_of_memory() == old + 3, "it grows by bytes")
        require(sbrk(-3) == Int64(old) + 3 && size_of_memory() == old, "and shrinks by bytes")
        require(sbrk(-Int64(old) - 1) == -1, "not below 0")
        require(sbrk(.min) == -1 && sbrk(.max) == -1, "not by what is no size")
        require(sbrk(1 << 30) == -1, "not into the window")
        let new = pages(2)
        mark(new, 2 * page)
        require(sbrk(-Int64(page)) >= 0 && sbrk(Int64(page)) >= 0, "a page is given back and taken again")
        require(is_marked(new, page, home: new), "the other one is kept")
        require(memory(new + page).pointee == 0, "new memory is zero")
    }

    static func exec_rules() {
        var argv: (CString?, CString?) = (c_string("nosuch"), nil)
        withUnsafeBytes(of: &argv) { bytes in
            guard let base = bytes.baseAddress else { return }
            let vector = base.assumingMemoryBound(to: CString?.self)
            require(exec(c_string("nosuch"), vector) == -1, "a program that is none")
            require(exec(c_string("a name that is much too long"), vector) == -1, "a name that is too long")
        }
        var many = [40 of CString?](repeating: c_string("argument"))
        many[39] = nil
        var span = many.mutableSpan
        span.withUnsafeMutableBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return }
            require(exec(c_string("echo"), base) == -1, "too many arguments")
        }
        _ = child { become("-exit") }
        join()
    }

    static func kill_rules() {
        let pid = child { while true {} }
        require(kill(pid) == 0, "a process that runs")
        require(wait(nil) == Int64(pid), "it ends")
        let sleeper = child { _ = sleep(1_000_000) }
        _ = sleep(2)
        require(kill(sleeper) == 0 && wait(nil) == Int64(sleeper), "a process that sleeps")
        require(kill(1) == -1, "init")
        require(kill(0) == -1 && kill(-1) == -1 && kill(30_000) == -1, "processes that are none")
    }

    /// Programs that do what they may not are ended.
    static func user_faults() {
        dies { words(size_of_memory() + page)[0] = 1 }
        dies { words(4)[0] = 1 }
        dies { words(1 << 38)[0] = 1 }
        dies { _ = load_acquire(words(0x8000_0000)) }
        dies { overflow(0, words(pages(1))) }
    }

    private static func dies(_ body: () -> Void) {
        if fork() == 0 {
            body()
            exit(0)
        }
        var status: Int32 = 0
        _ = wait(&status)
        require(status == -1, "it is ended")
    }

    /// Runs over the end of the stack: each call has room of its own, which the next one writes to.
    @inline(never) private static func overflow(_ depth: UInt32, _ above: UnsafeMutablePointer<UInt32>) {
        var room = [64 of UInt32](repeating: depth)
        var span = room.mutableSpan
        span.withUnsafeMutableBufferPointer { words in
            if depth < 1_000_000, let base = words.baseAddress { overflow(depth + 1, base) }
        }
        store_release(above, depth)
    }

    /// System calls look at each address that they get.
    static func bad_addresses() {
        let places: [4 of UInt64] = [size_of_memory() + page, 0x8000_0000, 1 << 39, FAILED - 7]
        for i in places.indices {
            let va = places[i]
            require(write(memory(va), 10) == -1, "write")
            require(wait_shared(words(va & ~3)) == -1, "wait_shared")
            require(wake_shared(words(va & ~3)) == -1, "wake_shared")
        }
        require(wait_shared(words(counter_address() + 2)) == -1, "a word that is not aligned")
        _ = child {}
        let bad = UnsafeMutableRawPointer(memory(size_of_memory() + page)).assumingMemoryBound(to: Int32.self)
        require(wait(bad) == -1, "wait with a bad address")
    }

    static func sleep_uptime() {
        let start = uptime()
        require(sleep(5) == 0 && uptime() >= start + 5, "it sleeps so many ticks")
    }
}
