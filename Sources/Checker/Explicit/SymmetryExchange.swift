// Exchanging elements of symmetric sorts in a packed state: moving bits, renaming what is held as a value.

import Model

extension SymmetryCanonicalizer {
    /// Makes the candidate: a state whose elements are exchanged by the permutation.
    mutating func apply(to state: UnsafePointer<UInt64>) {
        candidate.update(from: state, count: wordCount)
        var isIdentity = true
        for point in 0..<pointCount where Int(permutation[point]) != point { isIdentity = false }
        if isIdentity { return }
        for entry in plan.moving {
            let entry = Int(entry)
            var value = Int64(bitPattern: plan.contents[entry])
            for index in Int(plan.pieceStarts[entry])..<Int(plan.pieceStarts[entry + 1]) {
                let piece = plan.pieces[index]
                value += Int64(piece.stride) * Int64(permutation[Int(piece.point)])
            }
            renamed[entry] = UInt64(bitPattern: value)
        }
        firstImage = imageCount > 0 ? rank * poolCount : -1
        exchange(plan.always, candidate, structs)
        for index in 0..<plan.frameCount {
            let frame = plan.frames[index]
            let code = Int(Self.read(UnsafePointer(candidate), frame.offset, frame.bits))
            let range = plan.ranges[frame.first + code]
            if !range.isEmpty { exchange(range, candidate, structs) }
        }
    }

    /// The number of the permutation among all, which are few.
    var rank: Int {
        var result = 0
        for orbit in plan.group.orbits {
            for point in orbit.points {
                var less = 0
                for other in point..<orbit.points.upperBound where permutation[other] < permutation[point] { less += 1 }
                result = result * (orbit.points.upperBound - point) + less
            }
        }
        return result
    }

    mutating func exchange(
        _ range: Range<Int>, _ base: UnsafeMutablePointer<UInt64>, _ free: UnsafeMutablePointer<UInt64>
    ) {
        for index in range {
            let operation = plan.operations + index
            guard holds(operation, UnsafePointer(base)) else { continue }
            switch operation.pointee.kind {
            case .reference:
                let (offset, bits) = (operation.pointee.offset, operation.pointee.bits)
                let value = Int(Self.read(UnsafePointer(base), offset, bits))
                Self.write(base, offset, bits, renamed[plan.tables[operation.pointee.table].first + value])
            case .blocks: moveBlocks(operation, base)
            case .interned:
                let (offset, bits) = (operation.pointee.offset, operation.pointee.bits)
                let pool = operation.pointee.pool
                let number = Int(Self.read(UnsafePointer(base), offset, bits))
                if firstImage >= 0, images[firstImage + pool.table][number] != 0 {
                    Self.write(base, offset, bits, images[firstImage + pool.table][number] - 1)
                    continue
                }
                free.update(from: pools[pool.table].row(number), count: pool.words)
                exchange(pool.body, free, free + pool.words)
                let other = pools[pool.table].number(of: free)
                if other < 0 {
                    isPoolFull = true
                    continue
                }
                if firstImage >= 0 { images[firstImage + pool.table][number] = UInt64(other + 1) }
                Self.write(base, offset, bits, UInt64(other))
            }
        }
    }

    func moveBlocks(_ operation: UnsafePointer<SymmetryOperation>, _ base: UnsafeMutablePointer<UInt64>) {
        let table = plan.tables[operation.pointee.table]
        let bits = operation.pointee.bits
        let words = (bits + 63) / 64
        let offsets = plan.offsets + operation.pointee.offsets
        for value in 0..<table.count where renamed[table.first + value] != UInt64(value) {
            for word in 0..<words {
                let start = offsets[value] + word * 64
                blocks[value * words + word] = Self.read(UnsafePointer(base), start, min(64, bits - word * 64))
            }
        }
        for value in 0..<table.count where renamed[table.first + value] != UInt64(value) {
            let target = offsets[Int(renamed[table.first + value])]
            for word in 0..<words {
                Self.write(base, target + word * 64, min(64, bits - word * 64), blocks[value * words + word])
            }
        }
    }

    @inline(__always)
    func holds(_ operation: UnsafePointer<SymmetryOperation>, _ base: UnsafePointer<UInt64>) -> Bool {
        for index in operation.pointee.guards {
            let condition = plan.guards[index]
            if Self.read(base, condition.offset, condition.bits) <= condition.least { return false }
        }
        return true
    }

    // MARK: Bits

    /// Bits at an offset, at most 64 of them; they may lie in two words.
    @inline(__always)
    static func read(_ words: UnsafePointer<UInt64>, _ offset: Int, _ bits: Int) -> UInt64 {
        if bits == 0 { return 0 }
        let (word, shift) = (offset >> 6, UInt64(offset & 63))
        var value = words[word] &>> shift
        if Int(shift) + bits > 64 { value |= words[word + 1] &<< (64 - shift) }
        return value & (~0 &>> UInt64(64 - bits))
    }

    @inline(__always)
    static func write(_ words: UnsafeMutablePointer<UInt64>, _ offset: Int, _ bits: Int, _ value: UInt64) {
        if bits == 0 { return }
        let (word, shift) = (offset >> 6, UInt64(offset & 63))
        let mask: UInt64 = ~0 &>> UInt64(64 - bits)
        words[word] = words[word] & ~(mask &<< shift) | value &<< shift
        guard Int(shift) + bits > 64 else { return }
        words[word + 1] = words[word + 1] & ~(mask &>> (64 - shift)) | value &>> (64 - shift)
    }
}
