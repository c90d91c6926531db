// What was computed of interned structs, by their numbers, so that it is not computed again for each state.

/// One answer for each number of an intern table. Shares its memory when copied: one owner frees it.
struct InternMemo {
    private var answers: UnsafeMutablePointer<UInt64>
    private var capacity = 256

    init() {
        answers = .allocate(capacity: capacity)
        answers.initialize(repeating: 0, count: capacity)
    }

    func deallocate() { answers.deallocate() }

    /// The answer for a number; 0 when there is none yet.
    @inline(__always)
    subscript(number: Int) -> UInt64 {
        get { number < capacity ? answers[number] : 0 }
        set {
            if number >= capacity { grow(beyond: number) }
            answers[number] = newValue
        }
    }

    private mutating func grow(beyond number: Int) {
        let old = (answers: answers, capacity: capacity)
        while capacity <= number { capacity *= 2 }
        answers = .allocate(capacity: capacity)
        answers.update(from: old.answers, count: old.capacity)
        (answers + old.capacity).initialize(repeating: 0, count: capacity - old.capacity)
        old.answers.deallocate()
    }
}
