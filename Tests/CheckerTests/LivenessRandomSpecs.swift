// Random small specs with random fairness and random temporal properties.

/// Writes specs whose graphs are small enough for an oracle.
struct LivenessWriter {
    private var random: RandomSource
    private var labels = 0
    private var promises = 0
    private var names: [String] = []

    init(seed: UInt64) { random = RandomSource(seed: seed) }

    mutating func spec() -> PieceSpec {
        var items = [
            "spec Random", "shared var x: int in 0..<3", "shared var y: int in 0..<2",
        ].map { Piece($0) }
        items.append(Piece("shared g guarded by lock {", [[Piece("lock: spinlock"), Piece("n: int in 0..<3")]]))
        items.append(process("a"))
        items.append(process("b"))
        if random.chance(25) { items.append(process("c")) }
        if random.chance(40) { items.append(action("toggle")) }
        if random.chance(25) { items.append(action("push")) }
        return PieceSpec(items: items + (0..<3).map { property($0) })
    }

    private mutating func fairness(_ percent: Int) -> String {
        guard promises < 5, random.chance(percent) else { return "" }
        promises += 1
        return random.chance(50) ? "fair " : "strong fair "
    }

    private mutating func process(_ name: String) -> Piece {
        names.append(name)
        let head = "\(fairness(55))\(random.chance(40) ? "daemon " : "")process \(name) {"
        var body = (0..<1 + random.below(3)).map { _ in statement(1) }
        if random.chance(60) { body = [Piece(random.pick(["loop {", "loop {", "while y == 0 {"]), [body])] }
        return Piece(head, [body])
    }

    private mutating func action(_ name: String) -> Piece {
        if name == "toggle" {
            if promises < 4, random.chance(50) {
                promises += 1
                let kind = random.pick(["fair", "strong fair"])
                return Piece("\(kind) action toggle(v: int in 0..<2) when y != v {", [[Piece("y = v")]])
            }
            return Piece("action toggle when x != 1 {", [[Piece("y = 1 - y")]])
        }
        let store = Piece("x = \(random.pick(["0", "(x + 1) % 3", "choose(k in 0..<2)"]))")
        return Piece("\(fairness(60))action push when \(condition()) {", [[store]])
    }

    // MARK: Statements

    private mutating func statement(_ depth: Int) -> Piece {
        let piece = plain(depth)
        guard random.chance(25) else { return piece }
        labels += 1
        // A critical section of several statements has its label before the first.
        return Piece("", [[Piece("\(fairness(50))l\(labels):")], [piece]], joints: [""], foot: "").flat
    }

    private mutating func plain(_ depth: Int) -> Piece {
        switch random.below(depth > 0 ? 13 : 9) {
        case 0: return Piece("x = \(random.below(3))")
        case 1: return Piece("y = \(random.below(2))")
        case 2: return Piece("x = (x + 1) % 3")
        case 3, 4: return Piece("await \(random.pick(["x == \(random.below(3))", "y == 1", "y == 0", "x != 2"]))")
        case 5: return section(["g.n = \(random.pick(["(g.n + 1) % 3", "0", "2"]))"])
        case 6: return section(["while g.n == 0 { sleep(g, g.lock) }", "g.n = 0"])
        case 7: return section(["g.n = 1", random.pick(["wakeup(g)", "wakeup_one(g)", "wakeup(g)"])])
        case 8: return Piece("atomic {", [[Piece("await \(condition())"), Piece("x = 0")]])
        case 9: return Piece("if \(condition()) {", [[statement(0)]])
        case 10: return Piece("either {", [[statement(0)], [statement(0)]], joints: ["} or {"])
        case 11: return Piece("while \(condition()) {", [[statement(0)]])
        default: return Piece(random.chance(30) ? "assume \(condition())" : "y = 1 - y")
        }
    }

    private func section(_ lines: [String]) -> Piece {
        Piece("if true {", [[Piece("acquire(g.lock)")] + lines.map { Piece($0) } + [Piece("release(g.lock)")]])
    }

    private mutating func condition() -> String { random.pick(["x == 0", "x == 1", "y == 0", "x < 2"]) }

    // MARK: Properties

    private mutating func property(_ number: Int) -> Piece {
        switch random.below(4) {
        case 0: return Piece("eventually p\(number): \(atom())")
        case 1: return Piece("leadsto p\(number): \(atom()) ~> \(atom())")
        case 2:
            let conclusion = random.pick(["x == 2 - k", "y == k", atom()])
            return Piece("leadsto p\(number)(k in 0..<2): x == k ~> \(conclusion)")
        default:
            var operators = 0
            return Piece("temporal p\(number): \(formula(3, &operators))")
        }
    }

    private mutating func formula(_ depth: Int, _ operators: inout Int) -> String {
        guard depth > 0, operators < 4, random.chance(85) else { return atom() }
        switch random.below(8) {
        case 0, 1:
            operators += 1
            return "always(\(formula(depth - 1, &operators)))"
        case 2, 3:
            operators += 1
            return "eventually(\(formula(depth - 1, &operators)))"
        case 4:
            operators += 1
            let name = random.pick(["until", "release"])
            return "\(name)(\(formula(depth - 1, &operators)), \(formula(depth - 1, &operators)))"
        case 5: return "!(\(formula(depth - 1, &operators)))"
        default:
            let word = random.pick(["&&", "||", "implies"])
            return "(\(formula(depth - 1, &operators))) \(word) (\(formula(depth - 1, &operators)))"
        }
    }

    private mutating func atom() -> String {
        let name = random.pick(names)
        switch random.below(12) {
        case 0: return "finished(\(name))"
        case 1: return "asleep(\(name))"
        case 2: return random.pick(["free(g.lock)", "holds(\(name), g.lock)"])
        case 3, 4: return "g.n == \(random.below(3))"
        case 5, 6, 7: return "y == \(random.below(2))"
        default: return "x == \(random.below(3))"
        }
    }
}

extension Piece {
    /// The pieces of the first level in place of the piece itself, under a line that is always there.
    fileprivate var flat: Piece { Piece("if true {", [blocks.flatMap(\.self)]) }
}
