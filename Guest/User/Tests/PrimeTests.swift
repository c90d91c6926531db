// The channel between primecom and primecalc: P8, P10 to P13, X1.

enum PrimeTests {
    private static func channel() -> PrimeChannel {
        require(share_mem(c_string("primes"), primes_address(), Int64(PRIME_LIMIT) * 4) >= 0, "primes")
        require(share_mem(c_string("counter"), counter_address(), 4) >= 0, "counter")
        require(share_mem(c_string("command"), command_address(), 4) >= 0, "command")
        return PrimeChannel(program: "usertests")
    }

    /// Two that wait for each other: no wakeup is lost.
    static func P8() {
        let board = Board()
        let parent = me()
        _ = child {
            let shared = Board(of: parent, board)
            for _ in 0..<300 { answer(shared, from: 0, to: 1) }
        }
        for _ in 0..<300 {
            board[0] = 1
            require(wake_shared(words(board.va)) == 0, "the other is woken")
            require(wait_shared(words(board.va + 4)) == 0, "the answer comes")
            board[1] = 0
        }
        join()
    }

    private static func answer(_ board: Board, from: UInt64, to: UInt64) {
        require(wait_shared(words(board.va + from * 4)) == 0, "the question comes")
        board[from] = 0
        board[to] = 1
        require(wake_shared(words(board.va + to * 4)) == 0, "the other is woken")
    }

    /// The counter is a count.
    static func P10() {
        let channel = channel()
        channel.publish(2)
        channel.publish(3)
        require(channel.prime(1) == 2 && channel.prime(2) == 3, "what is computed is found")
        require(channel.prime(3) == nil, "what is not computed is not")
        require(channel.prime(0) == nil && channel.prime(-1) == nil, "there is no prime 0")
        require(channel.latest?.number == 2, "the latest is the second")
    }

    /// Before the first prime there is no latest.
    static func P10_latest() { require(channel().latest == nil, "there is none") }

    /// The array is full, and then it stays as it is.
    static func P11() {
        let channel = channel()
        counter = UInt32(PRIME_LIMIT) - 1
        require(channel.has_room, "there is room for one")
        channel.publish(1_299_709)
        require(!channel.has_room, "and then for none")
        require(channel.prime(Int64(PRIME_LIMIT) + 1) == nil, "nor is one read there")
    }

    /// A command that was not obeyed is not overwritten in silence.
    static func P12() {
        let channel = channel()
        require(!channel.post(UInt32(COMMAND_PAUSE)), "the first supersedes none")
        require(channel.post(UInt32(COMMAND_RESUME)), "the second supersedes the first")
        require(channel.take() == UInt32(COMMAND_RESUME), "the second is taken")
        require(channel.take() == UInt32(COMMAND_NONE), "and then there is none")
    }

    /// Each command is taken, or its giver is told that it was superseded.
    static func P12_poll() {
        _ = channel()
        let pid = child { become("-taker") }
        var settled: UInt32 = 0
        let channel = PrimeChannel(program: "usertests")
        for _ in 0..<500 where channel.post(UInt32(COMMAND_PAUSE)) { settled += 1 }
        while load_acquire(words(command_address())) != UInt32(COMMAND_NONE) {}
        if channel.post(UInt32(COMMAND_END)) { settled += 1 }
        var taken: Int32 = -1
        require(wait(&taken) == Int64(pid), "the taker ends")
        require(UInt32(bitPattern: taken) + settled == 500, "all commands are settled")
    }

    /// In role: takes commands until the last; the status is how many they were.
    static func take_all() -> Int32 {
        let channel = PrimeChannel(program: "usertests")
        var count: Int32 = 0
        while true {
            let order = channel.take()
            if order == UInt32(COMMAND_END) { return count }
            if order != UInt32(COMMAND_NONE) { count += 1 }
        }
    }

    /// Who sees the counter sees the element.
    static func P13() {
        _ = channel()
        _ = child { become("-publisher") }
        let channel = PrimeChannel(program: "usertests")
        var last: Int64 = 0
        while last < 500 {
            guard let (n, prime) = channel.latest else { continue }
            require(Int64(prime) == n * 3, "the element is there")
            last = n
        }
        join()
    }

    /// A command that came before the call is not slept over.
    static func X1() {
        let channel = channel()
        require(!channel.post(UInt32(COMMAND_RESUME)), "a command is there")
        require(channel.wait_for_command(), "it is found at once")
    }

    /// `end` wakes who sleeps.
    static func X1_end() {
        _ = channel()
        _ = child { become("-waiter") }
        let channel = PrimeChannel(program: "usertests")
        _ = sleep(20)
        require(!channel.post(UInt32(COMMAND_END)), "end is given")
        join()
    }
}
