// Random numbers from a printed seed, and the tree of lines that a random spec is.

/// SplitMix64 (Steele, Lea, Flood 2014): one word of state, the same numbers everywhere.
struct RandomSource {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }

    /// A number below a bound.
    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

    /// True in so many of a hundred cases.
    mutating func chance(_ percent: Int) -> Bool { below(100) < percent }

    mutating func pick<T>(_ choices: [T]) -> T { choices[below(choices.count)] }
}

/// A line with blocks of lines under it: what is dropped as a whole when a failing spec is shrunk.
struct Piece {
    var head: String
    var blocks: [[Piece]] = []
    /// Lines between the blocks: `} else {`.
    var joints: [String] = []
    var foot: String?

    init(_ head: String) { self.head = head }

    init(_ head: String, _ blocks: [[Piece]], joints: [String] = [], foot: String = "}") {
        self.head = head
        self.blocks = blocks
        self.joints = joints
        self.foot = foot
    }

    func lines(_ depth: Int = 0) -> [String] {
        let margin = String(repeating: "    ", count: depth)
        var result = head.isEmpty ? [] : [margin + head]
        for (index, block) in blocks.enumerated() {
            if index > 0 { result.append(margin + joints[index - 1]) }
            for piece in block { result += piece.lines(depth + 1) }
        }
        if let foot { result.append(margin + foot) }
        return result
    }

    /// Number of pieces, this one included.
    var count: Int { 1 + blocks.reduce(0) { $0 + $1.reduce(0) { $0 + $1.count } } }
}

/// A whole spec as pieces.
struct PieceSpec {
    var items: [Piece]

    var text: String { items.flatMap { $0.lines() }.joined(separator: "\n") + "\n" }

    /// The spec without the piece of that number, counted from the front; with its blocks in its place if so wanted.
    func without(_ number: Int, keepsBlocks: Bool) -> PieceSpec {
        var left = number
        return PieceSpec(items: Self.drop(items, &left, keepsBlocks))
    }

    var count: Int { items.reduce(0) { $0 + $1.count } }

    private static func drop(_ pieces: [Piece], _ left: inout Int, _ keepsBlocks: Bool) -> [Piece] {
        var result: [Piece] = []
        for piece in pieces {
            left -= 1
            if left == -1 {
                if keepsBlocks { result += piece.blocks.flatMap(\.self) }
                continue
            }
            var kept = piece
            if left >= 0 { kept.blocks = piece.blocks.map { drop($0, &left, keepsBlocks) } }
            result.append(kept)
        }
        return result
    }

    /// The smallest spec found that still fails: pieces are dropped while it does.
    func shrunk(budget: Int = 400, _ fails: (String) -> Bool) -> PieceSpec {
        var best = self
        var budget = budget
        var changed = true
        while changed, budget > 0 {
            changed = false
            var number = 0
            while number < best.count, budget > 0 {
                var dropped = false
                for keepsBlocks in [false, true] {
                    let candidate = best.without(number, keepsBlocks: keepsBlocks)
                    guard candidate.text != best.text else { continue }
                    budget -= 1
                    if fails(candidate.text) {
                        best = candidate
                        changed = true
                        dropped = true
                        break
                    }
                }
                if !dropped { number += 1 }
            }
        }
        return best
    }
}
