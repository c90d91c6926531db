// Hunts by bitstate hashing: what is stored of a state, and how the runs to what was found are computed again.

import Model

extension Explorer {
    /// Stores the successors of states that were never seen, as far as bits tell, and judges properties of them and of steps.
    mutating func storeHashed(_ batch: SuccessorBatch, _ rows: Range<Int>) {
        guard var hunt else { return }
        self.hunt = nil
        defer { self.hunt = hunt }
        for row in rows { hunt.filter.prefetch(batch.hash(row)) }
        for row in rows {
            let parent = batch.parent(row)
            let ordinal = hunt.ordinal(from: parent)
            if hunt.filter.insert(batch.hash(row)) {
                hunt.note(store.count, ordinal: ordinal)
                store.append(batch.words(row), parent: parent)
                note(orbit: batch.orbit(row))
                checkState(store.count - 1)
            }
            guard batch.touched(row) != 0 else { continue }
            for property in checkTransition(batch, row) where hunt.brokenTargets[property] == nil {
                hunt.brokenTargets[property] = (0..<store.wordCount).map { batch.words(row)[$0] }
            }
        }
    }

    /// An initial state, as far as bits tell a new one.
    mutating func addHashedInitial(_ words: UnsafePointer<UInt64>) -> Bool {
        guard hunt?.filter.insert(StateStore.hash(words, store.wordCount)) ?? false else { return false }
        hunt?.note(initial: (0..<store.wordCount).map { words[$0] })
        store.append(words, parent: store.count)
        return true
    }

    /// Puts an exact store in the place of the hunt's: the states on the ways to what was found, computed again.
    ///
    /// Numbers of states change with it; counts stay what they are.
    mutating func keepFoundAlone() {
        guard let hunt else { return }
        let numbers = neededStates
        guard var kept = StateStore(wordCount: store.wordCount, capacity: 1 << 24) else { return }
        var places: [Int: Int] = [:]
        for number in numbers {
            let parent = store.parent(of: number)
            let isInitial = parent == number
            let words =
                isInitial ? hunt.initial[number] : successor(hunt.ordinal(of: number), of: places[parent] ?? 0, kept)
            guard kept.makeRoom(for: 1) else { break }
            let isNew = words.withUnsafeBufferPointer { row in
                row.baseAddress.map {
                    kept.insert(
                        $0, hash: StateStore.hash($0, kept.wordCount),
                        parent: isInitial ? kept.count : places[parent] ?? 0)
                } ?? false
            }
            precondition(isNew, "a hunt stored a state twice")
            places[number] = kept.count - 1
        }
        (huntedCount, huntedBytes) = (store.count, byteCount)
        keepTargets(hunt.brokenTargets, &kept)
        for kind in violationOrder { violations[kind] = violations[kind]?.moved { places[$0] ?? 0 } }
        witnesses = witnesses.mapValues { places[$0] ?? 0 }
        nestings = nestings.mapValues { (places[$0.state] ?? 0, $0.pid) }
        levels = levels.map { start in numbers.count { $0 < start } }
        store.deallocate()
        store = kept
    }

    /// All states on the ways to what was found, in their order.
    private var neededStates: [Int] {
        var ends = violations.values.map(\.state) + witnesses.values + nestings.values.map(\.state)
        var needed: Set<Int> = []
        while let end = ends.popLast() {
            guard needed.insert(end).inserted, store.parent(of: end) != end else { continue }
            ends.append(store.parent(of: end))
        }
        return needed.sorted()
    }

    /// A successor of a state that is kept, by its number among all of them.
    private mutating func successor(_ ordinal: Int, of state: Int, _ kept: StateStore) -> [UInt64] {
        machine.batch.removeAll()
        expander.expand(0, kept.row(state))
        guard ordinal < machine.batch.count else { preconditionFailure("a state has fewer successors than before") }
        let words = (0..<kept.wordCount).map { machine.batch.words(ordinal)[$0] }
        machine.batch.removeAll()
        return words
    }

    /// The states behind steps that break a `transition`.
    private mutating func keepTargets(_ targets: [Int: [UInt64]], _ kept: inout StateStore) {
        for kind in violationOrder {
            guard case .property(let property) = kind, let words = targets[property], let found = violations[kind],
                case .transition = found.step
            else { continue }
            words.withUnsafeBufferPointer { row in
                guard let base = row.baseAddress, kept.makeRoom(for: 1) else { return }
                let hash = StateStore.hash(base, kept.wordCount)
                // Nobody asks for its parent: any that is not before the last one will do.
                _ = kept.insert(base, hash: hash, parent: kept.lastParent)
                violations[kind] = found.leading(to: kept.find(base, hash: hash))
            }
        }
    }
}

extension FoundViolation {
    /// The same by other numbers of states; where the step leads is told separately.
    fileprivate func moved(_ place: (Int) -> Int) -> FoundViolation {
        FoundViolation(state: place(state), step: step, site: site, isTrap: isTrap, stuck: stuck)
    }

    /// The same with another state behind its step.
    fileprivate func leading(to target: Int) -> FoundViolation {
        FoundViolation(state: state, step: .transition(target: target), site: site, isTrap: isTrap, stuck: stuck)
    }
}
