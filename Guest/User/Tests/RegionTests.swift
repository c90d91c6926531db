// Regions that a parent registers and its children find in their window: P1 to P9, X2 to X4.

enum RegionTests {
    static let size: UInt64 = 3 * page

    /// Memory with a region in it that begins and ends within a page, registered.
    static func register(_ name: StaticString = "region", seed: UInt64 = 3) -> UInt64 {
        let start = pages(4) + 100
        mark(start - start % page, 4 * page, seed: seed)
        require(share_mem(c_string(name), start, Int64(size)) >= 0, "the region is registered")
        return start
    }

    /// Is the region of that name what its registrant has put there? Its address there is in its first word.
    static func check(_ name: StaticString = "region", seed: UInt64 = 3) {
        var va: UInt64 = 0
        require(get_shared(c_string(name), &va) == 0, "the region is found")
        require(va >= 1 << 30 && va + size <= 2 << 30, "it lies in the window")
        let home = UInt64(load_acquire(words(va + (4 - va % 4) % 4)))
        require(home % page == va % page, "its place in the page is kept")
        require(is_marked(va + 8, size - 8, home: home + 8, seed: seed), "it has the registrant's bytes")
    }

    /// Puts the address of the region into its first words, for `check`.
    static func announce(_ va: UInt64) { words(va + (4 - va % 4) % 4)[0] = UInt32(va) }

    /// The parent execs between the child's fork and its exec.
    static func P1() {
        let va = register()
        announce(va)
        _ = child {
            _ = sleep(10)
            become("-region")
        }
        become("-join")
    }

    /// The parent execs while the child has its frames mapped; and it cannot shrink into a region.
    static func P2() {
        let va = register()
        announce(va)
        require(sbrk(-Int64(page)) < 0, "a region is not given back")
        _ = child { become("-region-later") }
        _ = sleep(10)
        become("-join")
    }

    /// The child execs a second time.
    static func P3() {
        announce(register())
        _ = child { become("-exec-region") }
        join()
    }

    /// Between fork and exec a child does not register.
    static func P4() {
        announce(register())
        _ = child {
            require(share_mem(c_string("other"), pages(1), 8) == -1, "it is refused")
            become("-region")
        }
        join()
    }

    /// All records taken: fork and exec go on.
    static func P5() {
        let start = pages(1)
        for i in 0..<Int64(NSHARED) {
            require(register_letter(i, start + UInt64(i) * 8) == i, "each record gets its index")
        }
        require(register_letter(20, start) == -3, "then all are taken")
        for _ in 0..<2 {
            _ = child { become("-letters") }
            join()
        }
    }

    /// A name of one letter.
    static func letter(_ i: Int64, _ body: (CString) -> Int64) -> Int64 {
        var name: (CChar, CChar) = (CChar(97 + i), 0)
        return withUnsafeBytes(of: &name) { bytes in
            guard let base = bytes.baseAddress else { return -100 }
            return body(base.assumingMemoryBound(to: CChar.self))
        }
    }

    private static func register_letter(_ i: Int64, _ va: UInt64) -> Int64 { letter(i) { share_mem($0, va, 8) } }

    /// In role: the ten regions are found, and lie apart.
    static func check_letters() {
        var last: UInt64 = 0
        for i in 0..<Int64(NSHARED) {
            var va: UInt64 = 0
            require(letter(i) { get_shared($0, &va) } == 0, "each region is found")
            require(va / page > last / page, "each has pages of its own")
            last = va
        }
    }

    /// The whole of a region that is not aligned is mapped.
    static func P6() {
        announce(register())
        _ = child { become("-region") }
        join()
    }

    /// Bad regions and names.
    static func P7() {
        let start = pages(1)
        let end = size_of_memory()
        require(share_mem(c_string("a"), start, 0) == -1, "size 0")
        require(share_mem(c_string("a"), start, -8) == -1, "a negative size")
        require(share_mem(c_string("a"), start, .min) == -1, "the least size")
        require(share_mem(c_string("a"), start, .max) == -1, "the largest size")
        require(share_mem(c_string("a"), end, 8) == -1, "behind the end")
        require(share_mem(c_string("a"), end - 4, 8) == -1, "across the end")
        require(share_mem(c_string("a"), FAILED - 3, 8) == -1, "across address 0")
        require(share_mem(nil, start, 8) == -1, "no name")
        require(share_mem(c_string("a name of twenty bytes"), start, 8) == -1, "a name that is too long")
        var va: UInt64 = 0
        require(get_shared(nil, &va) == -1, "get: no name")
        require(get_shared(c_string("a"), &va) == -2, "get: no such name")
        require(share_mem(c_string("a name of 19 bytes!"), start, 8) == 0, "a name that just fits")
        require(get_shared(c_string("a name of 19 bytes!"), nil) == -1, "get: no place for the address")
    }

    /// A slot is given back without records.
    static func P9() {
        for _ in 0..<3 {
            _ = child {
                var va: UInt64 = 0
                require(get_shared(c_string("stale"), &va) == -2, "a new process has no records")
                require(share_mem(c_string("stale"), pages(1), 8) == 0, "and registers from the first on")
            }
            join()
        }
    }

    /// Regions lie apart, whatever their sizes.
    static func X2() {
        let first = register("first", seed: 4)
        let second = register("second", seed: 5)
        announce(first)
        announce(second)
        _ = child { become("-two") }
        join()
    }

    /// A name is registered once, wherever its record is.
    static func X3() {
        let start = pages(1)
        require(share_mem(c_string("a"), start, 8) == 0, "the first")
        require(share_mem(c_string("b"), start, 8) == 1, "the second")
        require(share_mem(c_string("a"), start, 8) == -2, "the first again")
        require(share_mem(c_string("b"), start, 8) == -2, "the second again")
    }

    /// Ordinary memory ends below the window.
    static func X4() {
        let count: UInt64 = 1024
        let lent = pages(count)
        let parent = me()
        _ = child {
            while map_shared_pages(parent, me(), lent, count * page) != FAILED {
                require(size_of_memory() <= 1 << 30, "memory does not grow into the window")
            }
            require(sbrk(Int64(count * page)) < 0, "sbrk does not go there either")
        }
        join()
    }
}
