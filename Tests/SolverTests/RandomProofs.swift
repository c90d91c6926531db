// Random `prove` blocks over small types, as text: well-typed, with traps, branches, loops, structs and optionals.

/// Writes proofs whose parameters have few values.
struct RandomProofs {
    enum Kind: CaseIterable { case u8, i8, int, bool }

    var random: SeededRandom
    /// Names in scope.
    private var names: [(String, Kind)] = []
    private var count = 0

    init(seed: UInt64) { random = SeededRandom(seed: seed) }

    /// A spec with one proof.
    mutating func spec() -> String {
        names = [("a", .u8), ("n", .int), ("c", .i8), ("f", .bool)]
        // One of the two wide parameters is a constant, so that all values can be tried.
        let isSigned = random.below(2) == 0
        let conditions = [" where n > 0", " where f || n < 2", " where n * n < 8 && n != 0", " where n < n", ""]
        let condition = random.below(3) == 0 ? random.pick(conditions) : ""
        var body =
            isSigned ? "    let a: u8 = \(random.below(256))\n" : "    let c = i8(bits: u8(\(random.below(256))))\n"
        for _ in 0..<random.below(4) { body += statement("    ") }
        return """
            spec Random
            enum E { x, y, z }
            struct S { low: u8, high: int in -4..<12, flag: bool }
            pure twice(v: u8) -> u8 = v &+ v
            pure clamp(v: int) -> int in 0..<6 {
                if v < 0 { return 0 }
                var w = v
                if w > 5 { w = 5 }
                return w
            }
            pure made(v: u8, w: int) -> S = S(low: v, high: w % 4, flag: w > 0)
            prove stated(\(isSigned ? "c: i8" : "a: u8"), n: int in -3..<4, f: bool)\(condition) {
            \(body)    \(bool(3))
            }

            """
    }

    private mutating func fresh(_ kind: Kind) -> String {
        count += 1
        names.append(("v\(count)", kind))
        return "v\(count)"
    }

    private mutating func statement(_ indent: String) -> String {
        switch random.below(7) {
        case 0:
            let value = u8(2)
            return "\(indent)let \(fresh(.u8)) = \(value)\n"
        case 1:
            let value = bool(2)
            return "\(indent)let \(fresh(.bool)) = \(value)\n"
        case 2: return "\(indent)if \(bool(2)) { return \(bool(2)) }\n"
        case 3:
            let start = u8(1)
            let name = fresh(.u8)
            let (test, change) = (bool(1), u8(1))
            return "\(indent)var \(name): u8 = \(start)\n\(indent)if \(test) { \(name) = \(change) }\n"
        case 4:
            let name = fresh(.int)
            let step = random.pick(["\(name) += i", "if i == 2 { break }", "if f { continue }", "\(name) = i * 2"])
            let bound = random.pick(["4", "n", "int(a % 5)"])
            return "\(indent)var \(name): int = 0\n\(indent)for i in 0..<\(bound) { \(step)\n\(indent)\(name) += 1 }\n"
        case 5: return "\(indent)assume \(bool(1))\n"
        default:
            let left = u8(1)
            let right = int(1)
            let name = "s\(count)"
            count += 1
            names.append(("\(name).low", .u8))
            names.append(("\(name).high", .int))
            return "\(indent)let \(name) = made(\(left), \(right))\n"
        }
    }

    private mutating func name(_ kind: Kind) -> String {
        random.pick(names.filter { $0.1 == kind }.map(\.0))
    }

    mutating func u8(_ depth: Int) -> String {
        if depth == 0 { return random.below(3) == 0 ? "\(random.pick([0, 1, 2, 7, 127, 128, 255]))" : name(.u8) }
        let (left, right) = (u8(depth - 1), u8(depth - 1))
        switch random.below(10) {
        case 0: return "u8(truncating: \(int(depth - 1)))"
        case 1: return "u8(\(int(depth - 1)))"
        case 2: return "u8(bits: \(i8(depth - 1)))"
        case 3: return "(\(bool(depth - 1)) ? \(left) : \(name(.u8)))"
        case 4: return "twice(\(left))"
        case 5: return "(~\(name(.u8)))"
        case 6: return "(\(name(.u8)) \(random.pick(["<<", "&<<", ">>"])) \(right))"
        default:
            let operation = random.pick(["+", "-", "*", "/", "%", "&+", "&-", "&*", "&", "|", "^"])
            return "(\(name(.u8)) \(operation) \(right))"
        }
    }

    private mutating func i8(_ depth: Int) -> String {
        if depth == 0 { return name(.i8) }
        switch random.below(5) {
        case 0: return "i8(bits: \(u8(depth - 1)))"
        case 1: return "i8(truncating: \(int(depth - 1)))"
        case 2: return "(-\(name(.i8)))"
        case 3: return "(\(name(.i8)) \(random.pick(["<<", ">>", "&<<"])) \(name(.i8)))"
        default:
            let operation = random.pick(["+", "-", "*", "/", "%", "&+", "&-", "&*", "&", "|", "^"])
            return "(\(name(.i8)) \(operation) \(i8(depth - 1)))"
        }
    }

    mutating func int(_ depth: Int) -> String {
        if depth == 0 { return random.below(3) == 0 ? "\(random.below(9) - 4)" : name(.int) }
        switch random.below(8) {
        case 0: return "int(\(u8(depth - 1)))"
        case 1: return "int(\(i8(depth - 1)))"
        case 2: return "clamp(\(int(depth - 1)))"
        case 3: return "count(i in 0..<3 where \(name(.int)) > i)"
        case 4: return "sum(i in 0...2 where \(bool(depth - 1)): i * \(name(.int)))"
        case 5: return "min(\(int(depth - 1)), \(name(.int)))"
        default:
            let operation = random.pick(["+", "-", "*", "/", "%", "<<", ">>", "&", "|", "^"])
            return "(\(name(.int)) \(operation) \(int(depth - 1)))"
        }
    }

    mutating func bool(_ depth: Int) -> String {
        if depth == 0 { return name(.bool) }
        switch random.below(11) {
        case 0: return "(\(bool(depth - 1)) && \(bool(depth - 1)))"
        case 1: return "(\(bool(depth - 1)) || \(bool(depth - 1)))"
        case 2: return "(\(bool(depth - 1)) implies \(bool(depth - 1)))"
        case 3: return "!\(name(.bool))"
        case 4: return "(all i in 0..<3: \(name(.int)) + i != \(int(depth - 1)))"
        case 5: return "(some i in 0..<3: i > 0 && 6 / i == \(int(depth - 1)))"
        case 6: return "(\(i8(depth - 1)) \(comparison()) \(name(.i8)))"
        case 7: return "(\(int(depth - 1)) \(comparison()) \(name(.int)))"
        case 8: return "(made(\(u8(depth - 1)), \(name(.int))) == made(\(name(.u8)), \(int(depth - 1))))"
        default: return "(\(u8(depth - 1)) \(comparison()) \(name(.u8)))"
        }
    }

    private mutating func comparison() -> String { random.pick(["==", "!=", "<", "<=", ">", ">="]) }
}
