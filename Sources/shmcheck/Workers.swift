// Threads that share out a list of work.

import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Runs work on several threads, each with as much stack as the main one: reading a spec goes deep.
enum Workers {
    private static let stackSize = 64 << 20

    /// Processors of this machine.
    static var processorCount: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

    /// Does the work for each of `items` numbers, on `count` threads at once; returns when all is done.
    static func run(count: Int, items: Int, _ work: @escaping @Sendable (Int) -> Void) {
        let next = SharedNumber()
        let body: @Sendable () -> Void = {
            while case let index = next.take(), index < items { work(index) }
        }
        let threads = (1..<max(1, min(count, items))).compactMap { _ in start(body) }
        body()
        for thread in threads { pthread_join(thread, nil) }
    }

    /// Does something on a thread of its own, or at once when there is none.
    static func detach(_ body: @escaping @Sendable () -> Void) {
        guard let thread = start(body) else {
            body()
            return
        }
        pthread_detach(thread)
    }

    /// A thread; nil when the system has none to give: the others then do its share.
    private static func start(_ body: @escaping @Sendable () -> Void) -> pthread_t? {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setstacksize(&attributes, stackSize)
        let box = Unmanaged.passRetained(Box(body))
        var thread = pthread_t()
        let status = pthread_create(
            &thread, &attributes,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body()
                return nil
            }, box.toOpaque())
        if status != 0 { box.release() }
        return status == 0 ? thread : nil
    }

    private final class Box: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
}

/// A number that several threads count up.
private final class SharedNumber: Sendable {
    private let number = Atomic<Int>(0)

    /// The next number, from 0.
    func take() -> Int { number.add(1, ordering: .relaxed).oldValue }
}
