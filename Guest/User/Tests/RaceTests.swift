// Races of map and unmap with everything that changes the memory of a process: R1 to R7.
//
// Each does the same many times from two or more processes. On a healthy kernel nothing can go wrong in any order; on a
// variant it depends on the order, and its patch names one in which it shows.

enum RaceTests {
    /// A partner runs beside this process, until it is told to stop. It gets the board and is asked again and again.
    private static func beside(
        _ partner: @escaping (Board) -> Void, _ body: (_ partner: Int32, _ board: Board) -> Void
    ) {
        let board = Board()
        let parent = me()
        let other = child {
            let shared = Board(of: parent, board)
            shared[0] = 1
            while shared[1] == 0 { partner(shared) }
        }
        while board[0] == 0 {}
        body(other, board)
        board[1] = 1
        join()
    }

    private static func map_and_unmap(_ other: Int32, _ source: UInt64, rounds: Int) {
        for _ in 0..<rounds {
            let to = map_shared_pages(me(), other, source, page)
            if to != FAILED { _ = unmap_shared_pages(other, to, page) }
        }
    }

    /// map and sbrk of the destination.
    static func R1() {
        let source = pages(1)
        beside({ _ in
            require(sbrk(Int64(page)) >= 0, "memory grows")
            require(sbrk(-Int64(page)) >= 0, "and shrinks")
        }) { other, _ in map_and_unmap(other, source, rounds: 200) }
    }

    /// map and exec of the destination.
    static func R2() {
        let source = pages(1)
        let other = child { become("-exec20") }
        // Until it has ended.
        while map_shared_pages(me(), other, source, page) != FAILED {}
        join()
    }

    /// map from a process that exits, and whose parent frees it.
    ///
    /// That parent is another process than the mapper, and has no other children: exit and wait take the locks of
    /// those whom they know, and would wait for a mapper that is one of them.
    static func R3() {
        _ = pages(64)
        let board = Board()
        let mapper = me()
        let nursery = child {
            let shared = Board(of: mapper, board)
            while shared[1] == 0 {
                let pid = child {}
                shared[0] = UInt32(bitPattern: pid)
                join_one(pid)
            }
        }
        var last: UInt32 = 0
        for round: UInt32 in 0..<60 {
            while board[0] == last {}
            last = board[0]
            // Each time a little later in the life of the other.
            for _ in 0..<round % 48 * 40 { _ = board[1] }
            let to = map_shared_pages(Int32(bitPattern: last), mapper, 0, 60 * page)
            if to != FAILED { require(unmap_shared_pages(mapper, to, 60 * page) == 0, "it is unmapped") }
        }
        board[1] = 1
        join_one(nursery)
    }

    /// map and fork of the destination: the child is a copy of one moment.
    static func R4() {
        let source = pages(1)
        beside({ _ in
            _ = child {}
            join()
        }) { other, _ in map_and_unmap(other, source, rounds: 60) }
    }

    /// After unmap the borrower does not see what the owner writes.
    static func R5() {
        let lent = pages(1)
        let board = Board()
        let parent = me()
        let borrower = child {
            let shared = Board(of: parent, board)
            // The page comes behind the board's.
            let at = shared.va + page
            shared[0] = 1
            while shared[2] == 0 {}
            while shared[1] == 0 { shared[3] = load_acquire(words(at)) }
        }
        while board[0] == 0 {}
        store_release(words(lent), 1)
        let to = map_shared_pages(me(), borrower, lent, page)
        require(to != FAILED, "the page is mapped")
        board[2] = 1
        while board[3] != 1 {}
        require(unmap_shared_pages(borrower, to, page) == 0, "it is unmapped")
        store_release(words(lent), 2)
        for _ in 0..<3000 { require(board[3] != 2, "the borrower does not reach it any more") }
        // It has died of its next access, or does so now.
        var status: Int32 = 0
        _ = wait(&status)
        require(status != 0, "the borrower's page is gone")
    }

    /// Two that unmap in each other's memory, and wait for each other's harts.
    static func R5L() { MapTests.M9() }

    /// A number stands for one process: what is mapped is never that of the next one in its slot.
    static func R6() {
        let board = Board()
        let parent = me()
        let mine = pages(1)
        _ = child {
            let shared = Board(of: parent, board)
            shared[0] = 1
            while shared[1] == 0 {
                let number = shared[2]
                let to = map_shared_pages(Int32(bitPattern: number), me(), mine, page)
                if to == FAILED { continue }
                let found = load_acquire(words(to))
                require(found == number || found == 0, "the page is that of the process that was named")
                require(unmap_shared_pages(me(), to, page) == 0, "it is unmapped")
            }
        }
        while board[0] == 0 {}
        for _ in 0..<60 {
            let pid = child { store_release(words(mine), UInt32(bitPattern: me())) }
            board[2] = UInt32(bitPattern: pid)
            join_one(pid)
        }
        board[1] = 1
        join()
    }

    private static func join_one(_ pid: Int32) {
        var status: Int32 = -1
        require(wait(&status) == Int64(pid) && status == 0, "the child ends well")
    }

    /// Two that map into one destination.
    static func R7() {
        let source = pages(1)
        let board = Board()
        let parent = me()
        let destination = child {
            let shared = Board(of: parent, board)
            shared[0] = 1
            while shared[1] < 2 { _ = sleep(1) }
        }
        while board[0] == 0 {}
        for _ in 0..<2 {
            _ = child {
                let shared = Board(of: parent, board)
                map_and_unmap(destination, source, rounds: 150)
                while true {
                    let done = shared[1]
                    if compare_and_swap(words(shared.va + 4), done, done + 1) { break }
                }
            }
        }
        join(3)
    }
}
