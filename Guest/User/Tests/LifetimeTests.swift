// How long a frame lives: U1 to U6.

enum LifetimeTests {
    /// The owner exits, execs or shrinks first: the borrower keeps what it has.
    static func U1() {
        for way in 0..<3 {
            let board = Board()
            let parent = me()
            let owner = child {
                let shared = Board(of: parent, board)
                let lent = pages(1)
                mark(lent, page, seed: 7)
                words(shared.va)[1] = UInt32(lent)
                shared[0] = 1
                while shared[2] == 0 { _ = sleep(1) }
                if way == 1 { become("-exit") }
                if way == 2 {
                    require(sbrk(-Int64(page)) >= 0, "the owner shrinks")
                    shared[3] = 1
                    while shared[4] == 0 { _ = sleep(1) }
                }
            }
            while board[0] == 0 { _ = sleep(1) }
            let home = UInt64(board[1])
            let to = map_shared_pages(owner, me(), home, page)
            require(to != FAILED, "the page is mapped")
            board[2] = 1
            if way == 2 { while board[3] == 0 { _ = sleep(1) } } else { join() }
            let other = pages(8)
            mark(other, 8 * page)
            require(is_marked(to, page, home: home, seed: 7), "the borrower has what was lent")
            board[4] = 1
            if way == 2 { join() }
        }
    }

    /// Owner and borrower let go at the same time, one from either end: each frame is freed once.
    static func U2() {
        let board = Board()
        let parent = me()
        let count: UInt64 = 24
        let rounds: UInt32 = 40
        _ = child {
            let shared = Board(of: parent, board)
            for round in 1...rounds {
                while shared[0] != round {}
                let to = map_shared_pages(parent, me(), UInt64(shared[1]), count * page)
                require(to != FAILED, "the pages are mapped")
                shared[2] = round
                while shared[3] != round {}
                require(unmap_shared_pages(me(), to, count * page) == 0, "they are unmapped")
                shared[4] = round
            }
        }
        for round in 1...rounds {
            board[1] = UInt32(pages(count))
            board[0] = round
            while board[2] != round {}
            board[3] = round
            for _ in 0..<count { require(sbrk(-Int64(page)) >= 0, "they are given back") }
            while board[4] != round {}
        }
        join()
    }

    /// fork gives the child a page of its own in place of a borrowed one.
    static func U3() {
        let lent = pages(1)
        mark(lent, page)
        let parent = me()
        _ = child {
            let to = map_shared_pages(parent, me(), lent, page)
            require(to != FAILED, "the page is mapped")
            _ = child {
                require(is_marked(to, page, home: lent), "the copy has the same bytes")
                memory(to).pointee &+= 1
                require(unmap_shared_pages(me(), to, page) < 0, "it is the child's own")
            }
            join()
            require(is_marked(to, page, home: lent), "what the child wrote is not seen")
        }
        join()
    }

    /// When all sharers are gone every frame is back, whoever went first.
    static func U4() {
        let parent = me()
        let board = Board()
        for first in 0..<UInt32(2) {
            board[0] = 0
            board[1] = 0
            let owner = child {
                let shared = Board(of: parent, board)
                let lent = pages(3)
                words(shared.va)[1] = UInt32(lent)
                while shared[0] != 1 + first { _ = sleep(1) }
            }
            while board[1] == 0 { _ = sleep(1) }
            let home = UInt64(board[1])
            _ = child {
                let shared = Board(of: parent, board)
                require(map_shared_pages(owner, me(), home, 3 * page) != FAILED, "the pages are mapped")
                shared[2] = 1
                while shared[0] != 2 - first { _ = sleep(1) }
            }
            while board[2] == 0 { _ = sleep(1) }
            board[2] = 0
            board[0] = 1
            join()
            board[0] = 2
            join()
        }
    }

    /// What is borrowed is not lent on: not to another, not to its owner, not to the server, not to children.
    static func U5() {
        let lent = pages(1)
        let parent = me()
        _ = child {
            let to = map_shared_pages(parent, me(), lent, page)
            require(to != FAILED, "the page is mapped")
            require(map_shared_pages(me(), parent, to, page) == FAILED, "back to its owner")
            require(crypto_op(to, 64) < 0, "to the server")
            require(share_mem(c_string("borrowed"), to, 64) == -1, "to children")
        }
        join()
    }

    /// With a zombie nothing is shared.
    static func U6() {
        let own = pages(1)
        let zombie = child {}
        _ = sleep(20)
        require(map_shared_pages(zombie, me(), own, 8) == FAILED, "nothing from it")
        require(map_shared_pages(me(), zombie, own, 8) == FAILED, "nothing into it")
        require(unmap_shared_pages(zombie, own, 8) < 0, "nothing out of it")
        join()
    }
}

/// Becomes usertests in another role.
func become(_ role: StaticString) -> Never {
    var argv: (CString?, CString?, CString?) = (c_string("usertests"), c_string(role), nil)
    withUnsafeBytes(of: &argv) { bytes in
        guard let base = bytes.baseAddress else { return }
        _ = exec(c_string("usertests"), base.assumingMemoryBound(to: CString?.self))
    }
    fail("  cannot exec\n")
}
