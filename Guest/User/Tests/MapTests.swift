// Arguments of map and unmap: M1 to M16.

enum MapTests {
    /// The child maps a range of its parent, and compares it with its own copy.
    private static func maps(_ va: UInt64, _ size: UInt64, then body: @escaping (_ mapped: UInt64) -> Void = { _ in }) {
        let parent = me()
        _ = child {
            let to = map_shared_pages(parent, me(), va, size)
            require(to != FAILED, "the range is mapped")
            require(to % page == va % page, "the place in the page is kept")
            require(is_marked(to, size, home: va), "the address leads to the source's bytes, each of them")
            body(to)
        }
        join()
    }

    private static func marked(_ count: UInt64) -> UInt64 {
        let start = pages(count)
        mark(start, count * page)
        return start
    }

    /// A range that is not aligned, and crosses a page more than its size has.
    static func M1() {
        let start = marked(4)
        maps(start + 4090, 12)
        maps(start + 100, 4096)
        maps(start + 1, 4 * page - 1)
    }

    /// All that an unaligned range touches is mapped, to its last byte.
    static func M2() {
        let start = marked(3)
        maps(start + 4095, 2)
        maps(start + 4000, 4192)
    }

    /// Unmap gives back what map took, to the byte.
    static func M3() {
        let start = marked(3)
        maps(start + 4090, 12) { to in
            let before = to / page * page
            require(size_of_memory() == before + 2 * page, "two pages are mapped")
            require(unmap_shared_pages(me(), to, 12) == 0, "they are unmapped")
            require(size_of_memory() == before, "the size is what it was")
        }
        maps(start, 3 * page) { to in
            require(unmap_shared_pages(me(), to, 3 * page) == 0, "three pages are unmapped")
            require(size_of_memory() == to, "the size is what it was")
        }
    }

    /// Neighbours have frames that are no neighbours.
    static func M4() {
        var start: UInt64 = 0
        for i in 0..<UInt64(4) {
            let next = pages(1)
            mark(next, page)
            if i == 0 { start = next }
            // Another process takes the next frame, and keeps it until this one has its own.
            _ = child { _ = pages(1) }
            join()
        }
        maps(start, 4 * page)
    }

    /// Addresses that are none.
    static func M5() {
        let parent = me()
        _ = child {
            let addresses: [5 of UInt64] = [1 << 38, (1 << 38) - 4096, 1 << 39, 1 << 63, 0xffff_ffff_ffff_0000]
            for i in addresses.indices {
                let va = addresses[i]
                require(map_shared_pages(parent, me(), va, 4096) == FAILED, "nothing is mapped from there")
                require(unmap_shared_pages(me(), va, 4096) < 0, "nothing is unmapped there")
            }
            require(map_shared_pages(parent, me(), page_up(size_of_memory()) + page, 8) == FAILED, "nor beyond sz")
            require(map_shared_pages(parent, me(), 0 &- page, 8) == FAILED, "nor in the last page of all")
        }
        join()
    }

    /// Number 0, and negative ones.
    static func M6() {
        let start = marked(1)
        require(map_shared_pages(0, me(), start, 8) == FAILED, "from 0")
        require(map_shared_pages(me(), 0, start, 8) == FAILED, "to 0")
        require(map_shared_pages(me(), -1, start, 8) == FAILED, "to -1")
        require(unmap_shared_pages(0, start, 8) < 0, "unmap in 0")
    }

    /// Numbers of nobody.
    static func M7() {
        let start = marked(1)
        require(map_shared_pages(me(), 30_000, start, 8) == FAILED, "to nobody")
        require(map_shared_pages(30_000, me(), start, 8) == FAILED, "from nobody")
        require(unmap_shared_pages(30_000, start, 8) < 0, "unmap in nobody")
    }

    /// From a process into itself.
    static func M8() {
        let start = marked(1)
        require(map_shared_pages(me(), me(), start, 8) == FAILED, "it is refused")
    }

    /// Two processes that map into each other, at the same time.
    static func M9() {
        let source = pages(1)
        let board = Board()
        let parent = me()
        for i in 0..<UInt64(2) {
            _ = child {
                let shared = Board(of: parent, board)
                shared[i] = UInt32(bitPattern: me())
                while shared[1 - i] == 0 {}
                let other = Int32(bitPattern: shared[1 - i])
                for _ in 0..<200 {
                    let to = map_shared_pages(me(), other, source, page)
                    if to != FAILED { _ = unmap_shared_pages(other, to, page) }
                }
                // Until both are done, both are there.
                shared[2 + i] = 1
                while shared[3 - i] == 0 {}
            }
        }
        join(2)
    }

    /// A range that can be mapped only in part leaves nothing behind.
    static func M10() {
        let start = marked(2)
        let parent = me()
        _ = child {
            let own = pages(2)
            let borrowed = map_shared_pages(parent, me(), start, page)
            require(borrowed == own + 2 * page, "it follows the own pages")
            let mother = me()
            _ = child {
                let end = size_of_memory()
                require(map_shared_pages(mother, me(), own, 3 * page) == FAILED, "the third page is borrowed")
                require(size_of_memory() == end, "the size is what it was")
                require(sbrk(Int64(3 * page)) >= 0, "memory grows there")
            }
            join()
        }
        join()
    }

    /// A region that is not the last stays.
    static func M11() {
        let start = marked(2)
        let parent = me()
        maps(start, page) { first in
            let second = map_shared_pages(parent, me(), start + page, page)
            require(second != FAILED, "a second one is mapped")
            require(unmap_shared_pages(me(), first, page) < 0, "the first stays")
            require(unmap_shared_pages(me(), second, page) == 0, "the second goes")
            require(unmap_shared_pages(me(), first, page) == 0, "and then the first")
        }
    }

    /// Beyond the end there is nothing to unmap.
    static func M12() {
        let end = size_of_memory()
        require(unmap_shared_pages(me(), page_up(end) + 10 * page, 8) < 0, "far behind the end")
        require(unmap_shared_pages(me(), page_up(end), page) < 0, "behind the end")
        require(size_of_memory() == end, "the size is what it was")
    }

    /// Own pages are not unmapped, neither by the process nor by another.
    static func M13() {
        let own = marked(1)
        require(unmap_shared_pages(me(), own, page) < 0, "the own page stays")
        require(is_marked(own, page, home: own), "with all that is in it")
        let parent = me()
        _ = child { require(unmap_shared_pages(parent, own, page) < 0, "nor does a child take it") }
        join()
        require(is_marked(own, page, home: own), "all is there")
    }

    /// The destination's memory ends in the middle of a page.
    static func M14() {
        let start = marked(1)
        let parent = me()
        _ = child {
            require(sbrk(100) >= 0, "memory grows by a part of a page")
            let to = map_shared_pages(parent, me(), start, page)
            require(to != FAILED && to % page == 0, "the next page is mapped")
            require(is_marked(to, page, home: start), "the source's bytes")
            require(sbrk(5000) >= 0, "and memory goes on behind it")
        }
        join()
    }

    /// Only source or destination makes a mapping, and only owner or destination takes it away.
    static func M15() {
        let start = marked(1)
        let parent = me()
        let board = Board()
        let victim = child {
            let shared = Board(of: parent, board)
            shared[1] = 1
            while shared[0] == 0 { _ = sleep(1) }
        }
        while board[1] == 0 { _ = sleep(1) }
        let mapped = map_shared_pages(me(), victim, start, page)
        require(mapped != FAILED, "the source may")
        _ = child {
            require(map_shared_pages(parent, victim, start, page) == FAILED, "a third may not map")
            require(unmap_shared_pages(victim, mapped, page) < 0, "nor unmap")
        }
        var status: Int32 = -1
        _ = wait(&status)
        require(status == 0, "the third has found it so")
        require(unmap_shared_pages(victim, mapped, page) == 0, "the owner may")
        board[0] = 1
        join()
    }

    /// A size that does not fit into 32 bits is not cut to them.
    static func M16() {
        let start = marked(1)
        let parent = me()
        _ = child {
            require(map_shared_pages(parent, me(), start, (1 << 32) + 4) == FAILED, "4 GiB and four bytes")
            require(crypto_op(start, (1 << 32) + 64) < 0, "the same for a request")
        }
        join()
    }
}
