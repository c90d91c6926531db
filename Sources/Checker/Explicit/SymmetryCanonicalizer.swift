// Brings a state to the one that stands for all that differ from it only in which element is which.

import Model

/// Computes representatives: exactly one for each orbit of the permutations of a plan.
///
/// Every element has a colour, which depends on what is true of it and not on its number; colours are refined until nothing
/// changes (colour refinement), and elements are put in the order of their colours. Where some still share one, each
/// of them is tried first, and the least state is taken (individualization and refinement, as in McKay and Piperno,
/// "Practical graph isomorphism II", 2014). Elements that can be exchanged without changing the state are not tried twice:
/// that is asked of the state itself, so that no choice rests on colours, which are hashes.
///
/// Shares its memory when copied: one owner frees it. Not for several threads at once.
struct SymmetryCanonicalizer {
    let plan: SymmetryPlan
    /// Whether the numbers of interned structs ran out; the representatives are void then.
    var isPoolFull = false
    /// Per point: where the last permutation puts it.
    let permutation: UnsafeMutablePointer<Int32>
    let bestPermutation: UnsafeMutablePointer<Int32>
    /// Per entry of the plan's tables: its value under the permutation.
    let renamed: UnsafeMutablePointer<UInt64>
    /// For each level of the search: colours of all points, and the points of each sort in the order of their colours.
    let colours: UnsafeMutablePointer<UInt64>
    let orders: UnsafeMutablePointer<Int32>
    let sums: UnsafeMutablePointer<UInt64>
    /// A point with which each can be exchanged without changing the state, by which such points are told.
    let alike: UnsafeMutablePointer<Int32>
    /// Points of the place that is looked at.
    let place: UnsafeMutablePointer<Int32>
    let candidate: UnsafeMutablePointer<UInt64>
    let best: UnsafeMutablePointer<UInt64>
    let blocks: UnsafeMutablePointer<UInt64>
    let structs: UnsafeMutablePointer<UInt64>
    let pools: UnsafeMutablePointer<InternTable>
    let poolCount: Int
    /// Per intern table: a hash of what does not move in a struct, or 1 for 0.
    let hashes: UnsafeMutablePointer<InternMemo>
    /// Per permutation, where there are few, and intern table: a struct's number when elements are exchanged, plus one.
    let images: UnsafeMutablePointer<InternMemo>
    let imageCount: Int
    /// The first of `images` for the present permutation; negative where there are too many permutations.
    var firstImage = -1
    var hasBest = false
    /// Permutations of the search that give the best state.
    var bestCount: UInt64 = 0
    let wordCount: Int
    let pointCount: Int

    init(_ plan: SymmetryPlan) {
        self.plan = plan
        wordCount = plan.layout.wordCount
        pointCount = plan.group.pointCount
        permutation = .allocate(capacity: pointCount)
        bestPermutation = .allocate(capacity: pointCount)
        for point in 0..<pointCount {
            permutation[point] = Int32(point)
            bestPermutation[point] = Int32(point)
        }
        renamed = .allocate(capacity: plan.entryCount + 1)
        for index in 0..<plan.layout.system.types.sorts.count + 3 {
            let table = plan.tables[index]
            for value in 0..<table.count { renamed[table.first + value] = UInt64(value) }
        }
        colours = .allocate(capacity: pointCount * (pointCount + 1))
        orders = .allocate(capacity: pointCount * (pointCount + 1))
        sums = .allocate(capacity: pointCount)
        alike = .allocate(capacity: pointCount)
        place = .allocate(capacity: 64)
        candidate = .allocate(capacity: wordCount + 1)
        best = .allocate(capacity: wordCount + 1)
        blocks = .allocate(capacity: plan.blockWords + 1)
        structs = .allocate(capacity: plan.internedWords + 1)
        pools = plan.layout.shapes.pool.tables
        poolCount = plan.layout.shapes.pool.tableCount
        hashes = .allocate(capacity: poolCount + 1)
        for index in 0..<poolCount { (hashes + index).initialize(to: InternMemo()) }
        imageCount = plan.order <= Self.fewPermutations ? Int(plan.order) * poolCount : 0
        images = .allocate(capacity: imageCount + 1)
        for index in 0..<imageCount { (images + index).initialize(to: InternMemo()) }
    }

    private static let fewPermutations = 24

    /// Frees its memory.
    func deallocate() {
        permutation.deallocate()
        bestPermutation.deallocate()
        renamed.deallocate()
        colours.deallocate()
        orders.deallocate()
        sums.deallocate()
        alike.deallocate()
        place.deallocate()
        candidate.deallocate()
        best.deallocate()
        blocks.deallocate()
        structs.deallocate()
        for index in 0..<poolCount { hashes[index].deallocate() }
        for index in 0..<imageCount { images[index].deallocate() }
        hashes.deallocate()
        images.deallocate()
    }

    /// Replaces a state by its representative.
    ///
    /// - Returns: how many states it stands for, itself included.
    mutating func canonicalize(_ words: UnsafeMutablePointer<UInt64>) -> UInt64 {
        hasBest = false
        bestCount = 0
        for orbit in plan.group.orbits {
            for (position, point) in orbit.points.enumerated() {
                colours[point] = UInt64(orbit.sort + 1) &* 0x9E37_79B9
                orders[orbit.points.lowerBound + position] = Int32(point)
            }
        }
        let state = UnsafePointer(words)
        // Of two it is quicker to try both than to ask for colours.
        if plan.order == 2 { return canonicalizeByTrial(words) }
        refine(state, level: 0, cells: plan.group.orbits.count)
        findAlike(state)
        search(state, level: 0, count: 1)
        words.update(from: best, count: wordCount)
        return plan.order == .max ? .max : plan.order / bestCount
    }

    private mutating func canonicalizeByTrial(_ words: UnsafeMutablePointer<UInt64>) -> UInt64 {
        for point in 0..<pointCount {
            permutation[point] = Int32(pointCount - 1 - point)
            bestPermutation[point] = Int32(point)
        }
        apply(to: UnsafePointer(words))
        var word = 0
        while word < wordCount, candidate[word] == words[word] { word += 1 }
        if word == wordCount { return 1 }
        guard candidate[word] < words[word] else { return 2 }
        words.update(from: candidate, count: wordCount)
        bestPermutation.update(from: permutation, count: pointCount)
        return 2
    }

    /// Where the permutation to the last representative puts a process instance.
    func renamed(pid: Int) -> Int {
        let entry = plan.tables[plan.pidTable].first + pid
        var result = pid
        for index in Int(plan.pieceStarts[entry])..<Int(plan.pieceStarts[entry + 1]) {
            let point = Int(plan.pieces[index].point)
            result += Int(bestPermutation[point]) - point
        }
        return result
    }

    // MARK: Colours

    private static let factor: UInt64 = 0xD6E8_FEB8_6659_FD93

    @inline(__always)
    static func mix(_ value: UInt64) -> UInt64 {
        let product = (value ^ 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(by: factor)
        return product.high ^ product.low
    }

    /// Refines the colours of a level until no more elements are told apart.
    private mutating func refine(_ state: UnsafePointer<UInt64>, level: Int, cells: Int) {
        let own = colours + level * pointCount
        var cells = cells
        while true {
            for point in 0..<pointCount { sums[point] = 0 }
            gather(plan.always, state, level: level, outer: 0)
            for index in 0..<plan.frameCount {
                let frame = plan.frames[index]
                let range = plan.ranges[frame.first + Int(Self.read(state, frame.offset, frame.bits))]
                if !range.isEmpty { gather(range, state, level: level, outer: 0) }
            }
            for point in 0..<pointCount { own[point] = Self.mix(own[point] &+ Self.mix(sums[point])) }
            let now = sort(level: level)
            if !plan.isRelational || now <= cells { return }
            cells = now
        }
    }

    /// Puts the points of each sort in the order of their colours. Returns how many colours there are.
    private func sort(level: Int) -> Int {
        let (own, order) = (colours + level * pointCount, orders + level * pointCount)
        var cells = 0
        for orbit in plan.group.orbits {
            for index in orbit.points.dropFirst() {
                let point = order[index]
                var hole = index
                while hole > orbit.points.lowerBound, own[Int(order[hole - 1])] > own[Int(point)] {
                    order[hole] = order[hole - 1]
                    hole -= 1
                }
                order[hole] = point
            }
            cells += 1
            for index in orbit.points.dropFirst() where own[Int(order[index])] != own[Int(order[index - 1])] {
                cells += 1
            }
        }
        return cells
    }

    /// Adds to the sum of each element what operations say of it.
    private func gather(_ range: Range<Int>, _ base: UnsafePointer<UInt64>, level: Int, outer: Int) {
        for index in range {
            let operation = plan.operations + index
            guard holds(operation, base) else { continue }
            var count = outer
            for index in operation.pointee.points {
                place[count] = plan.points[index]
                count += 1
            }
            switch operation.pointee.kind {
            case .reference:
                let value = Self.read(base, operation.pointee.offset, operation.pointee.bits)
                let entry = plan.tables[operation.pointee.table].first + Int(value)
                add(operation.pointee.family, plan.contents[entry], entry, count, level)
            case .blocks: if operation.pointee.hasPlainBits { gather(blocks: operation, base, count, level) }
            case .interned:
                let pool = operation.pointee.pool
                let number = Int(Self.read(base, operation.pointee.offset, operation.pointee.bits))
                let row = pools[pool.table].row(number)
                var hash = hashes[pool.table][number]
                if hash == 0 {
                    for word in 0..<pool.words {
                        hash = Self.mix(hash &+ (row[word] & plan.masks[operation.pointee.masks + word]))
                    }
                    if hash == 0 { hash = 1 }
                    hashes[pool.table][number] = hash
                }
                add(operation.pointee.family, hash, nil, count, level)
                // Each struct is told from others by what it says of all its elements together.
                gather(pool.body, row, level: level, outer: count)
            }
        }
    }

    private func gather(
        blocks operation: UnsafePointer<SymmetryOperation>, _ base: UnsafePointer<UInt64>, _ count: Int, _ level: Int
    ) {
        let table = plan.tables[operation.pointee.table]
        let bits = operation.pointee.bits
        let words = (bits + 63) / 64
        for value in 0..<table.count {
            let offset = plan.offsets[operation.pointee.offsets + value]
            var masks = operation.pointee.masks
            let selector = operation.pointee.selector
            if selector.bits > 0 {
                masks += words * Int(Self.read(base, plan.offsets[selector.offsets + value], selector.bits))
            }
            var hash: UInt64 = 0
            for word in 0..<words {
                let part = Self.read(base, offset + word * 64, min(64, bits - word * 64)) & plan.masks[masks + word]
                hash = word == 0 ? part : Self.mix(hash) ^ part
            }
            add(operation.pointee.family, hash, table.first + value, count, level)
        }
    }

    /// Adds what is said of the elements of a place, and of those that a value names, to the sum of each.
    @inline(__always)
    private func add(_ family: UInt64, _ content: UInt64, _ entry: Int?, _ outer: Int, _ level: Int) {
        var count = outer
        if let entry {
            for index in Int(plan.pieceStarts[entry])..<Int(plan.pieceStarts[entry + 1]) {
                place[count] = plan.pieces[index].point
                count += 1
            }
        }
        guard count > 0 else { return }
        let own = colours + level * pointCount
        var hash = Self.mix(content &+ Self.mix(family))
        for index in 0..<count {
            hash = Self.mix(hash ^ own[Int(place[index])])
            for other in 0..<index where place[other] == place[index] { hash = hash &+ UInt64(other + 1) }
        }
        for index in 0..<count { sums[Int(place[index])] &+= Self.mix(hash &+ UInt64(index)) }
    }

    // MARK: The search

    /// Finds elements of one colour that can be exchanged without changing the state.
    private mutating func findAlike(_ state: UnsafePointer<UInt64>) {
        for point in 0..<pointCount { alike[point] = Int32(point) }
        for orbit in plan.group.orbits {
            for index in orbit.points.dropFirst() {
                let point = Int(orders[index])
                var other = index - 1
                while other >= orbit.points.lowerBound, colours[Int(orders[other])] == colours[point] {
                    let first = Int(orders[other])
                    if Int(alike[first]) == first, isUnchanged(state, exchanging: first, point) {
                        alike[point] = Int32(first)
                        break
                    }
                    other -= 1
                }
            }
        }
    }

    private mutating func isUnchanged(_ state: UnsafePointer<UInt64>, exchanging one: Int, _ other: Int) -> Bool {
        for point in 0..<pointCount { permutation[point] = Int32(point) }
        permutation[one] = Int32(other)
        permutation[other] = Int32(one)
        apply(to: state)
        for word in 0..<wordCount where candidate[word] != state[word] { return false }
        return true
    }

    /// Tries the orders that the colours of a level leave open; `count` permutations are alike so far.
    private mutating func search(_ state: UnsafePointer<UInt64>, level: Int, count: UInt64) {
        let (own, order) = (colours + level * pointCount, orders + level * pointCount)
        var open: Range<Int>?
        var factor = count
        for orbit in plan.group.orbits {
            var start = orbit.points.lowerBound
            while start < orbit.points.upperBound {
                var end = start + 1
                var areAlike = true
                while end < orbit.points.upperBound, own[Int(order[end])] == own[Int(order[start])] {
                    if alike[Int(order[end])] != alike[Int(order[start])] { areAlike = false }
                    factor = factor &* UInt64(end - start + 1)
                    end += 1
                }
                if !areAlike, open == nil { open = start..<end }
                start = end
            }
        }
        guard let open else { return judge(state, order, factor) }
        for index in open {
            let point = Int(order[index])
            guard !isAfterAlike(open, order, point) else { continue }
            var equals: UInt64 = 0
            for other in open where alike[Int(order[other])] == alike[point] { equals += 1 }
            let next = level + 1
            (colours + next * pointCount).update(from: own, count: pointCount)
            (orders + next * pointCount).update(from: order, count: pointCount)
            (colours + next * pointCount)[point] = Self.mix(own[point] &+ 0x5851_F42D_4C95_7F2D)
            let cells = sort(level: next)
            if plan.isRelational { refine(state, level: next, cells: cells) }
            search(state, level: next, count: count &* equals)
        }
    }

    /// Whether a point is alike one that comes before it among the open ones.
    private func isAfterAlike(_ open: Range<Int>, _ order: UnsafeMutablePointer<Int32>, _ point: Int) -> Bool {
        for index in open {
            let other = Int(order[index])
            if other == point { return false }
            if alike[other] == alike[point] { return true }
        }
        return false
    }

    /// Compares the state that an order gives with the best so far.
    private mutating func judge(
        _ state: UnsafePointer<UInt64>, _ order: UnsafeMutablePointer<Int32>, _ count: UInt64
    ) {
        for index in 0..<pointCount { permutation[Int(order[index])] = Int32(index) }
        apply(to: state)
        if hasBest {
            var word = 0
            while word < wordCount, candidate[word] == best[word] { word += 1 }
            if word == wordCount {
                bestCount &+= count
                return
            }
            if candidate[word] > best[word] { return }
        }
        hasBest = true
        bestCount = count
        best.update(from: candidate, count: wordCount)
        bestPermutation.update(from: permutation, count: pointCount)
    }
}
