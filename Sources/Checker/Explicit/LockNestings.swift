// The order in which locks nest, as steps take them: which lock was taken while which was held.

import Model

/// Notes each pair of a held lock and a taken one when it is seen for the first time.
struct LockNestings {
    private struct Field {
        let instance: LockInstance
        let address: Int
        let mask: UInt64
    }

    private let locks: [Field]
    private var seen: Set<LockNesting> = []
    /// Pairs that were seen for the first time since they were last taken.
    private var new: [LockNesting] = []

    init(_ layout: StateLayout) {
        var locks: [Field] = []
        for (id, variable) in layout.system.variables.enumerated() where variable.type.isLockOrLocks {
            let place = layout.variables[id]
            for element in 0..<place.count where place.shape.bits > 0 {
                locks.append(
                    Field(
                        instance: LockInstance(variable: id, element: element),
                        address: place.offset + element * place.stride, mask: ~0 >> UInt64(64 - place.shape.bits)))
            }
        }
        self.locks = locks
    }

    /// Whether there are two locks that could nest.
    static func arePossible(in layout: StateLayout) -> Bool {
        layout.system.variables.indices.reduce(0) { count, id in
            count + (layout.system.variables[id].type.isLockOrLocks ? layout.variables[id].count : 0)
        } > 1
    }

    /// A lock was taken: every other one with the same holder was held.
    mutating func note(lockAt address: Int, holder: UInt64, _ memory: UnsafePointer<UInt64>) {
        guard let taken = locks.first(where: { $0.address == address }) else { return }
        for lock in locks where lock.address != address {
            guard (memory[lock.address >> 6] &>> UInt64(lock.address & 63)) & lock.mask == holder else { continue }
            let nesting = LockNesting(held: lock.instance, taken: taken.instance)
            if seen.insert(nesting).inserted { new.append(nesting) }
        }
    }

    /// Whether there are new pairs.
    var hasNew: Bool { !new.isEmpty }

    /// Hands over the new pairs.
    mutating func takeNew() -> [LockNesting] {
        defer { new = [] }
        return new
    }
}
