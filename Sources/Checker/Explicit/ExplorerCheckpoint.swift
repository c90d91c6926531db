// What an explorer keeps of itself between two states, and how another one becomes the same.

import Model

extension Explorer {
    /// Keeps all that the rest of the run depends on. Nothing may be pending, and no other thread may expand states.
    ///
    /// - Parameters:
    ///   - next: the first state whose steps are not computed yet.
    ///   - levelEnd: the number after the last state of the depth under way.
    mutating func save(to series: CheckpointSeries, next: Int, levelEnd: Int) {
        let pool = program.layout.shapes.pool
        var data = [(suffix: "states", bytes: store.rowBytes), (suffix: "parents", bytes: store.parentBytes)]
        for number in 0..<pool.tableCount {
            data.append((suffix: "structs\(number)", bytes: pool.tables[number].rowBytes))
        }
        series.save(data) { head in
            store.write(to: &head)
            head.add(next)
            head.add(levelEnd)
            head.add(transitionCount)
            head.add(levels)
            head.add(representedCount)
            head.add(hasCuts)
            head.add(system.properties.indices.map { machine.evaluations[$0] })
            head.add(initialEvaluations)
            writeSightings(to: &head)
            head.add(witnesses.count)
            for (property, state) in witnesses.sorted(by: { $0.key < $1.key }) { head.add([property, state]) }
            head.add(nestings.count)
            for (nesting, place) in nestings {
                let (held, taken) = (nesting.held, nesting.taken)
                head.add([held.variable, held.element, taken.variable, taken.element, place.state, place.pid])
            }
            head.add(violationOrder.count)
            for kind in violationOrder { if let found = violations[kind] { write(found, to: &head) } }
        }
    }

    /// Becomes what the explorer of the last checkpoint was.
    ///
    /// - Returns: where the run goes on; nil when there is no checkpoint.
    /// - Throws: `CheckpointMistake` when the checkpoint is damaged or of another exploration. The explorer is of no use then.
    mutating func restore(from series: CheckpointSeries) throws(CheckpointMistake) -> (next: Int, levelEnd: Int)? {
        guard var head = try series.head() else { return nil }
        try restorePool(from: series)
        try store.restore(from: series, &head)
        let place = (next: try head.count(), levelEnd: try head.count())
        guard place.next <= place.levelEnd, place.levelEnd <= store.count else { throw series.mistake("is damaged") }
        transitionCount = try head.count()
        levels = try head.numbers()
        representedCount = try head.word()
        hasCuts = try head.flag()
        let (evaluations, initial) = (try head.numbers(), try head.numbers())
        guard evaluations.count == system.properties.count, initial.count == evaluations.count else {
            throw series.mistake("is damaged")
        }
        for (index, number) in evaluations.enumerated() { machine.evaluations[index] = number }
        initialEvaluations = initial
        try readSightings(from: &head)
        for _ in 0..<(try head.number(below: system.properties.count + 1)) {
            let entry = try head.numbers()
            guard entry.count == 2, entry[1] < store.count else { throw series.mistake("is damaged") }
            witnesses[entry[0]] = entry[1]
        }
        for _ in 0..<(try head.count()) {
            let entry = try head.numbers()
            guard entry.count == 6, entry[4] < store.count else { throw series.mistake("is damaged") }
            let held = LockInstance(variable: entry[0], element: entry[1])
            let taken = LockInstance(variable: entry[2], element: entry[3])
            nestings[LockNesting(held: held, taken: taken)] = (entry[4], entry[5])
        }
        for _ in 0..<(try head.count()) { note(try violation(from: &head)) }
        try head.end()
        series.noteRestored()
        return place
    }

    /// Structs must have the numbers that the stored states call them by.
    private func restorePool(from series: CheckpointSeries) throws(CheckpointMistake) {
        let pool = program.layout.shapes.pool
        for number in 0..<pool.tableCount {
            let width = pool.tables[number].wordCount
            let bytes = UnsafeMutableRawBufferPointer.allocate(
                byteCount: series.byteCount(of: "structs\(number)"), alignment: 8)
            defer { bytes.deallocate() }
            try series.read("structs\(number)", into: bytes)
            let words = UnsafePointer(bytes.bindMemory(to: UInt64.self).baseAddress)
            let hasAll = (0..<(bytes.count / 8 / width)).allSatisfy { value in
                words.map { pool.tables[number].number(of: $0 + value * width) == value } ?? true
            }
            guard hasAll else { throw series.mistake("has other numbers for structs") }
        }
    }

    // MARK: What was seen

    private func writeSightings(to head: inout CheckpointWriter) {
        head.add(expander.isEnabled.map { $0 ? 1 : 0 })
        head.add(program.actionInstances.indices.map { machine.enabledActions[$0] ? 1 : 0 })
        head.add(system.assertions.indices.map { Int(machine.reached[$0]) })
    }

    private mutating func readSightings(from head: inout CheckpointReader) throws(CheckpointMistake) {
        let (steps, actions, assertions) = (try head.numbers(), try head.numbers(), try head.numbers())
        guard steps.count == expander.isEnabled.count, actions.count == program.actionInstances.count,
            assertions.count == system.assertions.count
        else { throw CheckpointMistake(message: "the checkpoint has other steps than the spec") }
        expander.isEnabled = steps.map { $0 == 1 }
        for (index, flag) in actions.enumerated() { machine.enabledActions[index] = flag == 1 }
        for (index, flag) in assertions.enumerated() { machine.reached[index] = UInt8(flag & 1) }
    }

    // MARK: Violations

    /// What a violation says comes from a site of the program, or is a deadlock.
    private func write(_ found: FoundViolation, to head: inout CheckpointWriter) {
        let site = program.sites.firstIndex { $0.message == found.site.message && $0.range == found.site.range }
        head.add(found.state)
        switch found.step {
        case nil: head.add([0, 0])
        case .process(let pid): head.add([1, pid])
        case .action(let instance): head.add([2, instance])
        case .transition(let target): head.add([3, target])
        }
        head.add(found.isTrap)
        switch found.site.kind {
        case .deadlock:
            head.add(0)
            head.add(found.site.message)
        case .property(let property):
            head.add(1)
            head.add(property)
            head.add(site ?? 0)
        default:
            head.add(2)
            head.add(program.sites.firstIndex(of: found.site) ?? 0)
        }
    }

    private func violation(from head: inout CheckpointReader) throws(CheckpointMistake) -> FoundViolation {
        let state = try head.number(below: store.count)
        let code = try head.numbers()
        guard code.count == 2, code[0] < 4 else { throw CheckpointMistake(message: "a checkpoint is damaged") }
        let steps: [FoundViolation.ViolatingStep?] = [
            nil, .process(pid: code[1]), .action(instance: code[1]), .transition(target: code[1]),
        ]
        let isTrap = try head.flag()
        let site: Violation
        switch try head.number(below: 3) {
        case 0: site = Violation(kind: .deadlock, message: try head.text(), range: system.deadlockRange)
        case 1:
            let property = try head.number(below: system.properties.count)
            let cause = program.sites[try head.number(below: program.sites.count)]
            site = Violation(kind: .property(property), message: cause.message, range: cause.range)
        default: site = program.sites[try head.number(below: program.sites.count)]
        }
        return FoundViolation(state: state, step: steps[code[0]], site: site, isTrap: isTrap)
    }
}

extension StateStore {
    /// What was added to the store, as it lies in memory.
    var rowBytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: row(0), count: count * wordCount * 8) }

    /// The parents that do not change any more.
    var parentBytes: UnsafeRawBufferPointer { parents.fullWords }

    /// Adds what is not among these bytes.
    func write(to head: inout CheckpointWriter) {
        head.add(wordCount)
        head.add(count)
        head.add(parents.initialCount)
        head.add(parents.ones)
        head.add(parents.zeros)
        head.add(parents.lastWord)
    }

    /// Makes an empty store what it was, and its table anew.
    mutating func restore(
        from series: CheckpointSeries, _ head: inout CheckpointReader
    ) throws(CheckpointMistake) {
        guard try head.count() == wordCount else { throw series.mistake("has states of another width") }
        let number = try head.count()
        let (initial, ones, zeros) = (try head.count(), try head.count(), try head.count())
        guard number <= room, initial <= number, ones == number - initial, zeros < max(1, number) else {
            throw series.mistake("has more states than there is room for")
        }
        let lastWord = try head.word()
        let hasParents = try parents.restore(initialCount: initial, ones: ones, zeros: zeros, lastWord: lastWord) {
            bytes throws(CheckpointMistake) in try series.read("parents", into: bytes)
        }
        guard hasParents else { throw series.mistake("does not tell where states come from") }
        try series.read("states", into: emptyRows(number))
        guard adopt(number) else { throw series.mistake("has more states than there is room for") }
    }
}

extension InternTable {
    /// All values, as they lie in memory.
    var rowBytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count * wordCount * 8) }
}
