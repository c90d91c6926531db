// The server: S1 to S7. What a client passes, or changes, does the server no harm.

enum ServerTests {
    /// Who sees DONE sees the header of the result: sizes that are changed meanwhile are put right before.
    static func S1() {
        let data = slow / 2
        let place = pages(page_up(25 + data) / page)
        for _ in 0..<10 {
            let last = words(place + (24 + data) / 4 * 4)
            last[0] = 0
            words(place + 28)[0] = 0
            let request = Submission(at: place, key: 1, data: data, size: 25 + data)
            // The server has read the sizes when the first byte of the data has changed, and writes them when the last
            // has.
            while load_acquire(words(place + 28)) == 0 && request.state == UInt32(CRYPTO_INIT) {}
            store_release(words(place + 16), 7)
            let in_time = load_acquire(last) == 0
            while request.state == UInt32(CRYPTO_INIT) {}
            let seen = load_acquire(words(place + 16))
            require(seen == UInt32(data) || !in_time, "the header is complete when the state says so")
        }
    }

    /// The client dies while the server works on its memory.
    static func S2() {
        for _ in 0..<2 {
            _ = child { require(Submission(data: slow * 2).accepted, "the request is accepted") }
            join()
            let own = pages(40)
            for i in 0..<50 {
                require(is_zero(own, 40 * page), "nobody writes into new memory")
                if i % 10 == 0 { _ = sleep(1) }
            }
            require(Submission(data: 8).ends(as: UInt32(CRYPTO_DONE)), "the server goes on")
            require(is_zero(own, 40 * page), "nobody writes into new memory")
            require(sbrk(-Int64(41 * page)) >= 0, "memory is given back")
        }
    }

    private static func is_zero(_ va: UInt64, _ count: UInt64) -> Bool {
        for i in stride(from: va, to: va + count, by: 4) where load_acquire(words(i)) != 0 { return false }
        return true
    }

    /// The client changes the sizes while the server looks at them: it never works beyond the region.
    static func S3() {
        let place = pages(1)
        let size: UInt64 = 100
        memset(memory(place), 0, Int(page))
        for _ in 0..<60 {
            let request = Submission(at: place, key: 1, data: 64, size: size)
            while request.state == UInt32(CRYPTO_INIT) {
                store_release(words(place + 16), 3000)
                store_release(words(place + 16), 64)
            }
            for i in size..<3000 { require(memory(place + i).pointee == 0, "what lies behind the region is untouched") }
        }
    }

    /// Key and data that do not fit, also where their sum wraps.
    static func S4() {
        let place = pages(2)
        let op = place + page
        memset(memory(place), 0, Int(2 * page))
        ends_in_error(op, key: 0 &- 64, data: 40, size: 128)
        ends_in_error(op, key: 40, data: 0 &- 32, size: 128)
        ends_in_error(op, key: 1000, data: 8, size: 128)
        ends_in_error(op, key: 8, data: 97, size: 128)
        ends_in_error(op, key: FAILED, data: FAILED, size: 128)
        for i in 0..<page { require(memory(place + i).pointee == 0, "what lies before the region is untouched") }
    }

    /// A region that is smaller than a header.
    static func S4_header() {
        let op = pages(1)
        ends_in_error(op, key: 1, data: 8, size: 8)
        ends_in_error(op, key: 1, data: 8, size: 23)
    }

    /// A key without bytes.
    static func S5() { ends_in_error(pages(1), key: 0, data: 8, size: 128) }

    /// After an error the region is not left mapped.
    static func S6() { S5() }
    /// Nor is it used after it was unmapped.
    static func S6_after() { S5() }

    /// Payload and state in order: a result that is seen is complete.
    static func S7() {
        for _ in 0..<10 {
            let request = Submission(data: 64)
            while request.state == UInt32(CRYPTO_INIT) {}
            for i in 25..<UInt64(25 + 64) { require(memory(request.op + i).pointee == 0x20, "the data is worked on") }
        }
    }

    /// The request ends in an error, and the server has survived it: a request before it keeps the server busy until
    /// there is one behind it, and that one is served.
    private static func ends_in_error(_ op: UInt64, key: UInt64, data: UInt64, size: UInt64) {
        let before = Submission(data: slow)
        let bad = Submission(at: op, key: key, data: data, size: size)
        let after = Submission(data: 8)
        require(bad.accepted && after.accepted, "the requests are accepted")
        require(before.ends(as: UInt32(CRYPTO_DONE)), "the request before it is served")
        require(bad.ends(as: UInt32(CRYPTO_ERROR)), "the bad one ends in an error")
        require(after.ends(as: UInt32(CRYPTO_DONE)), "the request behind it is served")
    }
}
