// Random well-typed expressions over what is in scope.

/// What an expression or a statement may touch where it stands.
struct RandomScope {
    /// Local numbers, `int` each.
    var numbers: [String] = []
    /// Those of them that can be stored to.
    var variables: [String] = []
    /// Local words, `u8` each.
    var words: [String] = []
    /// Whether `table.lock` is held.
    var holdsTable = false
    /// The index expression of the bank whose lock is held.
    var bank: String?
    /// Whether unguarded data may be read: each read is a step.
    var readsUnguarded = true
    /// Whether `self` stands for a process.
    var hasSelf = true
    /// Whether steps may begin here: no `atomic` around.
    var allowsSteps = true
    /// Whether a lock is held: no sleep on others, no kill, no return.
    var isLocked = false
    var isLoop = false
    /// Whether `return` leaves with nothing held and no value.
    var canReturn = true
    /// Whether ghosts are read: asserts and ghost statements.
    var readsGhosts = false
    /// Whether it is the state of a property: no `self`, everything is read.
    var isProperty = false
    var isSingle = false
}

/// Makes random text and counts what kinds it used.
struct RandomWriter {
    var random: RandomSource
    /// How often each kind of statement and expression was written.
    private(set) var kinds: [String: Int] = [:]
    private var names = 0

    init(seed: UInt64) { random = RandomSource(seed: seed) }

    mutating func count(_ kind: String) { kinds[kind, default: 0] += 1 }

    mutating func fresh(_ stem: String) -> String {
        names += 1
        return "\(stem)\(names)"
    }

    // MARK: Numbers

    /// A number of type `int`, small most of the time.
    mutating func number(_ scope: RandomScope, _ depth: Int = 2) -> String {
        if depth <= 0 || random.chance(30) { return atom(scope) }
        let a = number(scope, depth - 1)
        switch random.below(17) {
        case 0: count("e +"); return "(\(a) + \(number(scope, depth - 1)))"
        case 1: count("e -"); return "(\(a) - \(number(scope, depth - 1)))"
        case 2: count("e *"); return "(\(a) * \(number(scope, depth - 1)))"
        case 3: count("e /"); return "(\(a) / \(divisor(scope)))"
        case 4: count("e %"); return "(\(a) % \(divisor(scope)))"
        case 5: count("e ?:"); return "(\(truth(scope, depth - 1)) ? \(a) : \(number(scope, depth - 1)))"
        case 6: count("e min max"); return "\(random.pick(["min", "max"]))(\(a), \(number(scope, depth - 1)))"
        case 7: count("e pure"); return "twice(\(a) & 15)"
        case 8: count("e pure block"); return "larger(\(a), \(number(scope, depth - 1)))"
        case 9: count("e bits"); return "(\(a) \(random.pick(["&", "|", "^"])) \(random.below(4)))"
        case 10: count("e <<"); return "((\(a) & 7) << \(random.below(3)))"
        case 11: count("e >>"); return "(\(a) >> \(random.below(3)))"
        case 12: count("e -x ~x"); return "(\(random.pick(["-", "~"]))\(a))"
        case 13: count("e int()"); return "int(\(word(scope, depth - 1)))"
        case 14:
            count("e sum"); return "(sum(k in 0..<3 where k != \(random.below(3)): k + \(number(quiet(scope), 0))))"
        case 15:
            count("e count");
            return "(count(k in 0...2 where k \(random.pick(["<", ">=", "=="])) \(number(quiet(scope), 0))))"
        default: count("e wrap"); return "(\(a) \(random.pick(["&+", "&-", "&*"])) \(number(scope, depth - 1)))"
        }
    }

    private mutating func divisor(_ scope: RandomScope) -> String {
        guard random.chance(12) else { return "\(1 + random.below(3))" }
        // A literal 0 would be a mistake of the spec.
        let divisor = atom(scope)
        return divisor == "0" ? "1" : divisor
    }

    private func quiet(_ scope: RandomScope) -> RandomScope {
        var scope = scope
        scope.readsUnguarded = scope.isProperty
        return scope
    }

    private mutating func atom(_ scope: RandomScope) -> String {
        var choices = ["\(random.below(4))"]
        choices += scope.numbers
        if scope.hasSelf { choices.append("int(self)") }
        if scope.readsUnguarded { choices += ["free_a", "free_b", "free_list[\(random.below(2))]"] }
        if scope.readsGhosts { choices.append("seen") }
        if scope.holdsTable || scope.isProperty {
            choices += [
                "table.n", "table.rows[\(index(scope))]", "table.queue.count", "table.pair.y", "table.members.count",
            ]
        }
        if let bank = scope.bank { choices.append("bank[\(bank)].v") }
        if scope.isProperty { choices += ["bank[0].v", "counted", "seen"] }
        if scope.hasSelf { choices.append("mine[self].p") }
        let choice = random.pick(choices)
        if choice.hasPrefix("table.rows") { count("e array[]") }
        if choice.hasPrefix("table.queue") { count("e seq.count") }
        if choice.hasPrefix("table.members") { count("e set.count") }
        if choice.hasPrefix("mine") { count("e private") }
        if choice.hasPrefix("free") { count("e unguarded") }
        if choice == "int(self)" { count("e self") }
        return choice
    }

    /// An index into two elements, out of bounds now and then.
    mutating func index(_ scope: RandomScope) -> String {
        if random.chance(70) || scope.numbers.isEmpty { return "\(random.below(2))" }
        return random.chance(90) ? "\(random.pick(scope.numbers)) & 1" : random.pick(scope.numbers)
    }

    // MARK: Words

    /// A `u8`.
    mutating func word(_ scope: RandomScope, _ depth: Int = 1) -> String {
        if depth <= 0 || random.chance(35) {
            var choices = ["u8(\(random.below(256)))"] + scope.words
            if scope.readsUnguarded { choices.append("free_word") }
            if scope.holdsTable || scope.isProperty { choices.append("table.w") }
            return random.pick(choices)
        }
        let a = word(scope, depth - 1)
        switch random.below(11) {
        case 0: count("w &+ &- &*"); return "(\(a) \(random.pick(["&+", "&-", "&*"])) \(word(scope, depth - 1)))"
        case 1: count("w + - *"); return "(\(a) \(random.pick(["+", "-", "*"])) u8(\(random.below(3))))"
        case 2: count("w / %"); return "(\(a) \(random.pick(["/", "%"])) (\(word(scope, 0)) | 1))"
        case 3: count("w << >>"); return "(\(a) \(random.pick(["&<<", ">>"])) \(random.below(8)))"
        case 4: count("w &|^"); return "(\(a) \(random.pick(["&", "|", "^"])) \(word(scope, depth - 1)))"
        case 5: count("w ~"); return "(~\(a))"
        case 6: count("w truncating"); return "u8(truncating: \(number(scope, 1)))"
        case 7: count("w bits:"); return "u8(bits: i8(bits: \(a)))"
        case 8: count("w convert"); return "u8(u64(\(a)) % 200)"
        case 9: count("w wide"); return "u8(truncating: (u64(\(a)) &* 0x0101_0101_0101_0101) >> \(random.below(64)))"
        default: count("w signed"); return "u8(truncating: i16(truncating: \(number(scope, 1))) >> 1)"
        }
    }

    // MARK: Truth values

    mutating func truth(_ scope: RandomScope, _ depth: Int = 2) -> String {
        if depth <= 0 || random.chance(20) { return "(\(number(scope, 0)) \(comparison()) \(number(scope, 0)))" }
        switch random.below(14) {
        case 0: count("e &&"); return "(\(truth(scope, depth - 1)) && \(truth(scope, depth - 1)))"
        case 1: count("e ||"); return "(\(truth(scope, depth - 1)) || \(truth(scope, depth - 1)))"
        case 2: count("e !"); return "!\(truth(scope, depth - 1))"
        case 3: count("e implies"); return "(\(truth(scope, depth - 1)) implies \(truth(scope, depth - 1)))"
        case 4:
            count("e all some");
            return "(\(random.pick(["all", "some"])) k in 0..<3: k \(comparison()) \(number(quiet(scope), 1)))"
        case 5: count("e word =="); return "(\(word(scope)) \(comparison()) \(word(scope)))"
        case 6, 7: return tableTruth(scope) ?? truth(scope, depth - 1)
        case 8: return tableTruth(scope) ?? truth(scope, depth - 1)
        case 9 where scope.readsUnguarded:
            count("e enum"); return "(free_color \(random.pick(["==", "!="])) \(random.pick(colors)))"
        case 10 where scope.readsUnguarded: count("e bool load"); return "flag"
        case 11 where scope.readsUnguarded:
            count("e optional"); return "(free_option \(random.pick(["== nil", "!= nil", "== 1"])))"
        default: return "(\(number(scope, 1)) \(comparison()) \(number(scope, 1)))"
        }
    }

    let colors = ["Color.red", "Color.green", "Color.blue"]

    mutating func comparison() -> String {
        let sign = random.pick(["==", "!=", "<", "<=", ">", ">="])
        count("e \(sign)")
        return sign
    }

    private mutating func tableTruth(_ scope: RandomScope) -> String? {
        guard scope.holdsTable || scope.isProperty else { return nil }
        switch random.below(9) {
        case 0: count("e optional"); return "(table.option == nil)"
        case 1: count("e !unwrap"); return "(table.option != nil && table.option! < 2)"
        case 2: count("e contains"); return "table.members.contains(\(random.pick(colors)))"
        case 3:
            count("e seq");
            return "(!table.queue.isEmpty && table.queue.\(random.pick(["first", "last"])) == \(random.below(3)))"
        case 4: count("e struct =="); return "(table.pair == Pair(x: \(random.below(4)), y: \(random.below(3))))"
        case 5:
            count("e wide struct");
            return "(table.wide.a \(random.pick(["==", "<"])) table.wide.b || table.wide == Wide(a: 0, b: 1, c: -1))"
        case 6:
            count("e set algebra");
            return "(table.members.\(random.pick(["union", "intersection", "subtracting"]))([.red]).isEmpty)"
        case 7: count("e ?."); return "(table.maybe?.y == \(random.below(3)))"
        default:
            count("e quantified data");
            return
                "(\(random.pick(["all", "some"])) r in \(random.pick(["table.rows", "table.queue"])): r \(comparison()) 1)"
        }
    }
}
