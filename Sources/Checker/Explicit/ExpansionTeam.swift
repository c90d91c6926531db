// Threads that expand the states of one depth ahead of the one that stores what they find.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Expands a depth in chunks, on several threads, and hands the results over in the order of the states.
///
/// Only the thread that owns the team stores states: so numbers, counts and traces are the same for any number of threads.
/// It expands chunks too while the one whose turn it is is not done.
///
/// Not checked by the compiler: everything that threads share is touched under `mutex`, apart from the slot that a thread
/// has taken, and from stored rows of the depth, which nobody changes.
final class ExpansionTeam: @unchecked Sendable {
    /// A chunk's results.
    struct Slot {
        var batch: SuccessorBatch
        var record = ExpansionRecord()
        var isDone = false
    }

    /// States of a chunk: large enough to make hand-over cheap, small enough for the caches.
    static let chunkSize = 256
    /// A depth with fewer states is expanded by one thread: waking others would cost more.
    static let leastStates = 2048

    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private let slots: UnsafeMutablePointer<Slot>
    private let slotCount: Int
    /// One for each thread; the last is the owner's.
    private let expanders: UnsafeMutablePointer<Expander>
    private let threadCount: Int
    private var threads: [pthread_t] = []

    // The depth under way. Chunks are numbered from 0.
    private var states = 0..<0
    private var store: StateStore
    private var chunkCount = 0
    /// The next chunk that nobody has taken.
    private var nextChunk = 0
    /// Chunks whose results were handed over and given back.
    private var returnedCount = 0
    private var busyCount = 0
    private var isStopping = false

    /// A team with so many threads besides the caller's.
    init(_ program: Program, _ store: StateStore, checksDeadlock: Bool, helperCount: Int) {
        self.store = store
        threadCount = helperCount + 1
        slotCount = 4 * threadCount
        slots = .allocate(capacity: slotCount)
        for index in 0..<slotCount {
            (slots + index).initialize(
                to: Slot(
                    batch: SuccessorBatch(
                        wordCount: store.wordCount, keepsOriginals: program.symmetry != nil)))
        }
        expanders = .allocate(capacity: threadCount)
        for index in 0..<threadCount {
            (expanders + index).initialize(to: Expander(program, checksDeadlock: checksDeadlock))
        }
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
        for index in 0..<helperCount { startThread(index) }
    }

    private struct Start {
        let team: ExpansionTeam
        let index: Int
    }

    private func startThread(_ index: Int) {
        let start = UnsafeMutablePointer<Start>.allocate(capacity: 1)
        start.initialize(to: Start(team: self, index: index))
        #if canImport(Darwin)
            var thread: pthread_t?
        #else
            var thread = pthread_t()
        #endif
        let status = pthread_create(
            &thread, nil,
            { argument in
                #if canImport(Darwin)
                    let start = argument.assumingMemoryBound(to: Start.self)
                #else
                    guard let start = argument?.assumingMemoryBound(to: Start.self) else { return nil }
                #endif
                start.pointee.team.help(start.pointee.index)
                start.deinitialize(count: 1)
                start.deallocate()
                return nil
            }, start)
        #if canImport(Darwin)
            if status == 0, let thread { threads.append(thread) }
        #else
            if status == 0 { threads.append(thread) }
        #endif
        // Without the thread the others do its share.
        if status != 0 {
            start.deinitialize(count: 1)
            start.deallocate()
        }
    }

    /// What the owner wants after it has taken over the results of a chunk.
    enum Continuation {
        case goOn
        /// The results of chunks that are taken already, and no more.
        case drain
        /// No more results.
        case end
    }

    /// Gives what the threads have seen to the owner's expander. No depth is under way.
    func share(with expander: inout Expander) {
        for index in 0..<threadCount { expander.merge(expanders[index]) }
    }

    /// Ends the threads, and gives what they have seen to the owner's expander.
    func finish(into expander: inout Expander) {
        pthread_mutex_lock(mutex)
        isStopping = true
        pthread_cond_broadcast(condition)
        pthread_mutex_unlock(mutex)
        for thread in threads { pthread_join(thread, nil) }
        share(with: &expander)
        for index in 0..<threadCount { expanders[index].deallocate() }
        for index in 0..<slotCount { slots[index].batch.deallocate() }
        expanders.deinitialize(count: threadCount)
        slots.deinitialize(count: slotCount)
        expanders.deallocate()
        slots.deallocate()
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    // MARK: A depth

    /// Expands stored states, and calls the body with the results of each chunk, in order.
    ///
    /// - Parameters:
    ///   - states: numbers of stored states.
    ///   - store: what is read of it are the rows of these states.
    ///   - body: takes the results and the number after the chunk's last state, and tells how to go on.
    /// - Returns: the number after the last state whose results were handed over.
    func expand(
        _ states: Range<Int>, _ store: StateStore, _ body: (Slot, _ end: Int) -> Continuation
    ) -> Int {
        pthread_mutex_lock(mutex)
        self.states = states
        self.store = store
        chunkCount = (states.upperBound - 1) / Self.chunkSize - states.lowerBound / Self.chunkSize + 1
        (nextChunk, returnedCount) = (0, 0)
        pthread_cond_broadcast(condition)
        var reached = states.lowerBound
        var chunk = 0
        while chunk < chunkCount {
            let slot = slots + chunk % slotCount
            while !slot.pointee.isDone {
                if let taken = take() {
                    run(taken, &expanders[threadCount - 1])
                } else {
                    pthread_cond_wait(condition, mutex)
                }
            }
            pthread_mutex_unlock(mutex)
            reached = range(of: chunk).upperBound
            let wish = body(slot.pointee, reached)
            slot.pointee.batch.removeAll()
            pthread_mutex_lock(mutex)
            slot.pointee.isDone = false
            returnedCount += 1
            chunk += 1
            if wish == .end { break }
            if wish == .drain { chunkCount = min(chunkCount, nextChunk) }
            pthread_cond_broadcast(condition)
        }
        chunkCount = 0
        while busyCount > 0 { pthread_cond_wait(condition, mutex) }
        for index in 0..<slotCount where slots[index].isDone {
            slots[index].isDone = false
            slots[index].batch.removeAll()
        }
        pthread_mutex_unlock(mutex)
        return reached
    }

    /// States of a chunk. Chunks end at multiples of their size, whatever the first state.
    private func range(of chunk: Int) -> Range<Int> {
        let base = (states.lowerBound / Self.chunkSize + chunk) * Self.chunkSize
        return max(base, states.lowerBound)..<min(base + Self.chunkSize, states.upperBound)
    }

    /// A chunk for the calling thread, which holds the mutex; nil when there is none now.
    private func take() -> Int? {
        guard nextChunk < chunkCount, nextChunk < returnedCount + slotCount else { return nil }
        nextChunk += 1
        busyCount += 1
        return nextChunk - 1
    }

    /// Expands a chunk that was taken. The mutex is held before and after, and not meanwhile.
    private func run(_ chunk: Int, _ expander: inout Expander) {
        let range = range(of: chunk)
        let store = store
        pthread_mutex_unlock(mutex)
        let slot = slots + chunk % slotCount
        swap(&expander.machine.batch, &slot.pointee.batch)
        for state in range { expander.expand(state, store.row(state)) }
        swap(&expander.machine.batch, &slot.pointee.batch)
        slot.pointee.record = expander.takeRecord()
        pthread_mutex_lock(mutex)
        slot.pointee.isDone = true
        busyCount -= 1
        pthread_cond_broadcast(condition)
    }

    private func help(_ index: Int) {
        pthread_mutex_lock(mutex)
        while !isStopping {
            if let chunk = take() {
                run(chunk, &expanders[index])
            } else {
                pthread_cond_wait(condition, mutex)
            }
        }
        pthread_mutex_unlock(mutex)
    }
}
