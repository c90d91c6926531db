// What tests are written with: claims, children, memory of its own, and a page that parent and child both see.

/// Ends the test, and says why.
func fail(_ line: Line) -> Never {
    print(line)
    exit(1)
}

func require(_ claim: Bool, _ what: StaticString) {
    if !claim { fail("  not so: \(what)\n") }
}

func me() -> Int32 { Int32(getpid()) }

/// A child that does this and ends with success, unless it ended before.
func child(_ body: () -> Void) -> Int32 {
    let pid = fork()
    if pid < 0 { fail("  cannot fork\n") }
    if pid == 0 {
        body()
        exit(0)
    }
    return Int32(pid)
}

/// Waits for so many children; each must end with success.
func join(_ count: Int = 1) {
    for _ in 0..<count {
        var status: Int32 = -1
        if wait(&status) < 0 { fail("  there is no child to wait for\n") }
        if status != 0 { exit(1) }
    }
}

/// Whole pages of new memory, at the end of what the program has.
func pages(_ count: UInt64) -> UInt64 {
    let end = size_of_memory()
    let start = page_up(end)
    if sbrk(Int64(start - end + count * page)) < 0 { fail("  no memory\n") }
    return start
}

/// Fills memory with bytes that tell where they are from.
func mark(_ va: UInt64, _ count: UInt64, seed: UInt64 = 0) {
    for i in 0..<count { memory(va + i).pointee = pattern(va + i, seed) }
}

/// Are these the bytes that `mark` has put at `home`?
func is_marked(_ va: UInt64, _ count: UInt64, home: UInt64, seed: UInt64 = 0) -> Bool {
    for i in 0..<count where memory(va + i).pointee != pattern(home + i, seed) { return false }
    return true
}

private func pattern(_ va: UInt64, _ seed: UInt64) -> UInt8 {
    UInt8(truncatingIfNeeded: (va &* 0x9e37_79b9 &+ seed &* 0x85eb_ca6b) >> 7)
}

/// Words of a page that one process owns and others map.
struct Board {
    let va: UInt64

    init() { va = pages(1) }

    /// The owner's page, seen from a process that maps it now.
    init(of owner: Int32, _ board: Board) {
        va = map_shared_pages(owner, me(), board.va, page)
        if va == FAILED { fail("  cannot map the board\n") }
    }

    subscript(_ i: UInt64) -> UInt32 {
        get { load_acquire(words(va + i * 4)) }
        nonmutating set { store_release(words(va + i * 4), newValue) }
    }

    /// Waits, without the kernel, until the word has this value.
    func wait(_ i: UInt64, _ value: UInt32) { while self[i] != value {} }
}

/// A request to the crypto server, in memory of its own.
struct Submission {
    let op: UInt64
    let size: UInt64
    let accepted: Bool

    static let header: UInt64 = 24

    /// A valid request with a key of one byte, submitted.
    init(data: UInt64) {
        self.init(data: data, in: page_up(Self.header + 1 + data) / page)
    }

    /// In pages of its own: the memory is filled, so that it is known what the server has changed.
    private init(data: UInt64, in count: UInt64) {
        self.init(at: pages(count), key: 1, data: data, size: Self.header + 1 + data)
    }

    /// With sizes that need not make sense, at a place that is filled already.
    init(at op: UInt64, key: UInt64, data: UInt64, size: UInt64) {
        self.op = op
        self.size = size
        words(op)[0] = UInt32(CRYPTO_ENCRYPT)
        store_release(words(op + 4), UInt32(CRYPTO_INIT))
        store_once(UnsafeMutableRawPointer(memory(op + 8)).assumingMemoryBound(to: UInt64.self), key)
        store_once(UnsafeMutableRawPointer(memory(op + 16)).assumingMemoryBound(to: UInt64.self), data)
        if size > Self.header { memory(op + Self.header).pointee = 0x20 }
        accepted = crypto_op(op, size) == 0
    }

    /// The memory of the last one that was made, with pages of its own.
    func give_back() { _ = sbrk(-Int64(page_up(size))) }

    var state: UInt32 { load_acquire(words(op + 4)) }

    /// Waits for the end; false when it does not come, or is another.
    func ends(as expected: UInt32) -> Bool {
        if !accepted { return false }
        for _ in 0..<2000 {
            if state != UInt32(CRYPTO_INIT) { return state == expected }
            _ = sleep(1)
        }
        return false
    }
}
