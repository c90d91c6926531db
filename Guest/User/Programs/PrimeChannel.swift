// What primecalc and primecom share: the array, the counter and the command word, in their windows.

/// The three regions, by the addresses that they have in this process.
struct PrimeChannel {
    private let primes: UnsafeMutablePointer<UInt32>
    private let counter: UnsafeMutablePointer<UInt32>
    private let command: UnsafeMutablePointer<UInt32>

    /// Looks the regions up; a program that does not find them has not been started by primestart.
    init(program: StaticString) {
        primes = Self.region("primes", program)
        counter = Self.region("counter", program)
        command = Self.region("command", program)
    }

    private static func region(_ name: StaticString, _ program: StaticString) -> UnsafeMutablePointer<UInt32> {
        var va: UInt64 = 0
        if get_shared(c_string(name), &va) < 0 { give_up("\(program): there is no shared \(name); run primestart\n") }
        return words(va)
    }

    // primecalc's side.

    var has_room: Bool { count < UInt32(PRIME_LIMIT) }

    /// How many elements there are. Whoever sees the count may read what it counts.
    var count: UInt32 { load_acquire(counter) }

    /// The element first, then the counter.
    func publish(_ prime: UInt32) {
        let count = self.count
        primes[Int(count)] = prime
        store_release(counter, count + 1)
    }

    /// Takes the command that is there, if any: one exchange, so that none is lost between a look and a store.
    func take() -> UInt32 { swap(command, UInt32(COMMAND_NONE)) }

    /// Sleeps until a command is there. False when that cannot be.
    func wait_for_command() -> Bool { wait_shared(command) == 0 }

    // primecom's side.

    /// Primes are numbered from 1, the array from 0: the counter is a count, and the number of the latest. Nil when
    /// there is no such prime yet.
    func prime(_ n: Int64) -> UInt32? {
        if !is_computed(n, Int64(count)) { return nil }
        return primes[Int(n - 1)]
    }

    private func is_computed(_ n: Int64, _ count: Int64) -> Bool { 1 <= n && n <= count }

    /// The latest prime and its number.
    var latest: (number: Int64, prime: UInt32)? {
        let n = Int64(count)
        guard let prime = prime(n) else { return nil }
        return (n, prime)
    }

    /// Gives a command. True when it supersedes one that was not taken yet.
    func post(_ order: UInt32) -> Bool {
        let before = swap(command, order)
        if must_wake(order) { _ = wake_shared(command) }
        return before != UInt32(COMMAND_NONE)
    }

    /// A second pause finds primecalc asleep, and may leave it so.
    private func must_wake(_ order: UInt32) -> Bool { order != UInt32(COMMAND_PAUSE) }
}
