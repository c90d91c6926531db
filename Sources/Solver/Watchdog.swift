// A thread beside a query: it interrupts the solver at a deadline or when the user asks for it.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What a query may use.
package struct SolverLimits: Sendable {
    /// Seconds that one query may take.
    package var seconds: Double
    /// Asked some fifty times a second; true ends the query.
    package var isCancelled: (@Sendable () -> Bool)?
    /// Told each question as SMT-LIB text with its answer: `sat` or `unsat`. For other solvers to be asked the same.
    package var record: (@Sendable (_ script: String, _ answer: String) -> Void)?

    /// Limits of each query.
    package init(seconds: Double, isCancelled: (@Sendable () -> Bool)? = nil) {
        self.seconds = seconds
        self.isCancelled = isCancelled
    }
}

/// Runs work while another thread watches the clock.
final class Watchdog {
    private let limits: SolverLimits
    private let start = ContinuousClock.now
    private let interrupt: () -> Void
    private var lock = pthread_mutex_t()
    private var bell = pthread_cond_t()
    private var isDone = false
    private(set) var reason: String?

    private init(_ limits: SolverLimits, interrupt: @escaping () -> Void) {
        self.limits = limits
        self.interrupt = interrupt
        pthread_mutex_init(&lock, nil)
        pthread_cond_init(&bell, nil)
    }

    deinit {
        pthread_cond_destroy(&bell)
        pthread_mutex_destroy(&lock)
    }

    /// Runs `work`; `interrupt` is called, from another thread and perhaps several times, when a limit is reached.
    ///
    /// - Returns: what the work gave, and why it was interrupted, when it was.
    static func watch<Result>(_ limits: SolverLimits, interrupt: @escaping () -> Void, _ work: () -> Result)
        -> (result: Result, reason: String?)
    {
        if limits.isCancelled?() ?? false { return (work(), "interrupted") }
        let dog = Watchdog(limits, interrupt: interrupt)
        let box = Unmanaged.passRetained(dog)
        #if canImport(Darwin)
            var thread: pthread_t?
        #else
            var thread = pthread_t()
        #endif
        let status = pthread_create(&thread, nil, Self.body, box.toOpaque())
        guard status == 0 else {
            box.release()
            return (work(), nil)
        }
        let result = work()
        pthread_mutex_lock(&dog.lock)
        dog.isDone = true
        pthread_cond_signal(&dog.bell)
        pthread_mutex_unlock(&dog.lock)
        #if canImport(Darwin)
            if let thread { pthread_join(thread, nil) }
        #else
            pthread_join(thread, nil)
        #endif
        return (result, dog.reason)
    }

    #if canImport(Darwin)
        private static let body: @convention(c) (UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? = { pointer in
            Unmanaged<Watchdog>.fromOpaque(pointer).takeRetainedValue().run()
            return nil
        }
    #else
        private static let body: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { pointer in
            if let pointer { Unmanaged<Watchdog>.fromOpaque(pointer).takeRetainedValue().run() }
            return nil
        }
    #endif

    private func run() {
        pthread_mutex_lock(&lock)
        while !isDone {
            let left = limits.seconds - seconds(since: start)
            if left <= 0 { reason = "timeout" }
            if reason == nil, limits.isCancelled?() ?? false { reason = "interrupted" }
            // Again and again: an interrupt that comes before the solver has begun is not remembered.
            if reason != nil { interrupt() }
            wait(seconds: reason == nil ? min(0.02, left) : 0.002)
        }
        pthread_mutex_unlock(&lock)
    }

    private func seconds(since start: ContinuousClock.Instant) -> Double {
        let (whole, fraction) = (ContinuousClock.now - start).components
        return Double(whole) + Double(fraction) * 1e-18
    }

    private func wait(seconds: Double) {
        var until = timespec()
        clock_gettime(CLOCK_REALTIME, &until)
        let nanoseconds = Int(until.tv_nsec) + Int(seconds * 1e9)
        until.tv_sec += nanoseconds / 1_000_000_000
        until.tv_nsec = nanoseconds % 1_000_000_000
        pthread_cond_timedwait(&bell, &lock, &until)
    }
}
