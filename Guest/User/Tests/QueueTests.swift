// The request queue and its end points: Q1 to Q9.

/// Bytes that keep the server busy for some milliseconds.
let slow: UInt64 = 30_000
/// The most that one request may have.
let enormous: UInt64 = 500 * page

enum QueueTests {
    /// More requests than slots, from each position of the ring: none is lost.
    static func Q1() {
        let count = UInt64(REQUEST_SLOTS) + 1
        let place = pages(page_up(count * 64) / page)
        for _ in 0..<UInt64(REQUEST_SLOTS) {
            let first = Submission(data: slow)
            for i in 1..<count {
                let request = Submission(at: place + i * 64, key: 1, data: 8, size: 33)
                require(request.accepted, "a request is accepted")
            }
            require(first.ends(as: UInt32(CRYPTO_DONE)), "the first request is served")
            for i in 1..<count {
                var state = UInt32(CRYPTO_INIT)
                for _ in 0..<2000 where state == UInt32(CRYPTO_INIT) {
                    state = load_acquire(words(place + i * 64 + 4))
                    if state == UInt32(CRYPTO_INIT) { _ = sleep(1) }
                }
                require(state == UInt32(CRYPTO_DONE), "each request is served")
            }
        }
    }

    /// The server sleeps in take: when it is killed it ends, and another takes its place.
    static func Q2() {
        _ = sleep(5)
        require(kill(SERVER_PID) == 0, "the server can be killed")
        _ = sleep(50)
        require(Submission(data: 8).ends(as: UInt32(CRYPTO_DONE)), "a new server serves")
    }

    /// Who is killed on the way to sleep does not sleep on. Any sleeper will do: this one waits for a word.
    static func Q2_race() {
        let board = Board()
        let parent = me()
        for round in 1...UInt32(100) {
            let sleeper = child {
                let shared = Board(of: parent, board)
                shared[0] = round
                _ = wait_shared(words(shared.va + 4))
            }
            while board[0] != round {}
            for _ in 0..<round { require(board[1] == 0, "nobody sets the word") }
            require(kill(sleeper) == 0, "the sleeper can be killed")
            require(wait(nil) == Int64(sleeper), "and ends")
        }
    }

    /// A client that sleeps since the queue is full ends when it is killed, before there is room.
    static func killed_in_full() {
        // How long the server is busy is the host's business: what counts is a round in which it was long enough.
        for _ in 0..<50 {
            let first = Submission(data: enormous)
            let client = child {
                for _ in 0..<40 { _ = Submission(data: 1) }
            }
            _ = sleep(3)
            _ = kill(client)
            _ = wait(nil)
            let was_full = first.state == UInt32(CRYPTO_INIT)
            require(first.ends(as: UInt32(CRYPTO_DONE)), "the first request is served")
            if was_full { return }
            first.give_back()
        }
        fail("  it did not end before there was room\n")
    }

    /// A request that cannot be mapped ends in an error.
    static func Q3() {
        let request = submit_without_memory()
        require(request.ends(as: UInt32(CRYPTO_ERROR)), "it ends in an error")
        require(Submission(data: 8).ends(as: UInt32(CRYPTO_DONE)), "the next is served")
    }

    /// And the server does not work at the address -1.
    static func Q6() { Q3() }

    /// Takes all memory, and submits so large a region that the server's table needs another page for it.
    private static func submit_without_memory() -> Submission {
        let count: UInt64 = 512
        let op = pages(count)
        let eater = Board()
        let parent = me()
        _ = child {
            let board = Board(of: parent, eater)
            while free_frames() > 1 { if sbrk(4096) < 0 { break } }
            board[0] = 1
            while board[1] == 0 { _ = sleep(1) }
        }
        while eater[0] == 0 { _ = sleep(1) }
        // The last page is for the list of the request's pages.
        let request = Submission(at: op, key: 1, data: 8, size: count * page)
        require(request.accepted, "the request is accepted")
        for _ in 0..<200 where request.state == UInt32(CRYPTO_INIT) { _ = sleep(1) }
        eater[1] = 1
        join()
        return request
    }

    /// What the client has at the address later is no business of the server's.
    static func Q4() {
        let first = Submission(data: slow)
        let second = Submission(data: 8)
        let old = size_of_memory()
        require(sbrk(-Int64(page)) >= 0 && sbrk(Int64(page)) >= 0, "memory is given back and taken again")
        require(size_of_memory() == old, "the size is what it was")
        words(second.op)[0] = UInt32(CRYPTO_ENCRYPT)
        words(second.op)[1] = UInt32(CRYPTO_INIT)
        memory(second.op + 8).pointee = 1
        memory(second.op + 16).pointee = 8
        let last = Submission(data: 8)
        require(first.ends(as: UInt32(CRYPTO_DONE)) && last.ends(as: UInt32(CRYPTO_DONE)), "the others are served")
        require(second.state == UInt32(CRYPTO_INIT), "the new page is left alone")
    }

    /// The server dies at work: its request ends, and so do those behind it.
    static func Q5() {
        for _ in 0..<50 {
            let first = Submission(data: enormous)
            let second = Submission(data: 8)
            _ = sleep(1)
            let is_at_work = first.state == UInt32(CRYPTO_INIT)
            require(kill(SERVER_PID) == 0, "the server can be killed")
            require(first.ends(as: UInt32(CRYPTO_ERROR)) || !is_at_work, "the request that it had ends in an error")
            require(second.ends(as: UInt32(CRYPTO_ERROR)) || !is_at_work, "the one behind it as well")
            if is_at_work { return }
            second.give_back()
            first.give_back()
            _ = sleep(30)
        }
        fail("  the server was never at work\n")
    }

    /// Bad arguments are refused.
    static func Q7() {
        let op = pages(1)
        let end = size_of_memory()
        require(crypto_op(op, 0) < 0, "size 0 is refused")
        require(crypto_op(op + 4, 64) < 0, "an operation that is not aligned is refused")
        require(crypto_op(end, 64) < 0, "one beyond the end is refused")
        require(crypto_op(op, 2 * page) < 0, "one across the end is refused")
        require(crypto_op(0, 64) < 0, "one in program text is refused")
        require(crypto_op(1 << 38, 64) < 0, "one beyond all addresses is refused")
        require(crypto_op(FAILED - 7, 64) < 0, "one that wraps is refused")
        var va: UInt64 = 0
        var size: UInt64 = 0
        require(take_shared_memory_request(&va, &size) < 0, "only the server takes")
        require(remove_shared_memory_request(op, page) < 0, "only the server removes")
    }

    /// A range that wraps is refused.
    static func Q8() {
        let source = pages(1)
        let parent = me()
        _ = child {
            require(map_shared_pages(parent, me(), source, 0 &- source) == FAILED, "up to address 0")
            require(map_shared_pages(parent, me(), source, FAILED) == FAILED, "all there is")
            require(map_shared_pages(parent, me(), FAILED - 100, 200) == FAILED, "across address 0")
            require(unmap_shared_pages(me(), source, 0 &- source) < 0, "unmap up to address 0")
        }
        join()
    }

    /// Size 0 is refused.
    static func Q9() {
        let source = pages(1)
        let parent = me()
        _ = child {
            require(map_shared_pages(parent, me(), source, 0) == FAILED, "an aligned nothing")
            require(map_shared_pages(parent, me(), source + 5, 0) == FAILED, "an unaligned nothing")
            require(unmap_shared_pages(me(), size_of_memory(), 0) < 0, "unmap of nothing")
        }
        join()
    }
}
