// Random statements: single stores and choices, and whole sections with their locks.

extension RandomWriter {
    // MARK: Blocks

    /// Some statements that keep what is held as it is.
    mutating func block(_ scope: RandomScope, _ depth: Int, most: Int = 3) -> [Piece] {
        var scope = scope
        var result: [Piece] = []
        for _ in 0..<(1 + random.below(most)) { result += statement(&scope, depth) }
        return result
    }

    /// One statement, with what must stand right before or after it.
    mutating func statement(_ scope: inout RandomScope, _ depth: Int) -> [Piece] {
        if scope.holdsTable, random.chance(45) { return [tableStore(&scope)] }
        if let bank = scope.bank, random.chance(40) {
            count("s bank store")
            return [Piece("bank[\(bank)].v = \(number(scope)) & 3")]
        }
        if scope.allowsSteps, scope.readsUnguarded, random.chance(30) { return freeStore(&scope) }
        if depth > 0, random.chance(45) { return control(scope, depth) }
        return simple(&scope)
    }

    private mutating func simple(_ scope: inout RandomScope) -> [Piece] {
        switch random.below(11) {
        case 0, 1: return [local(&scope)]
        case 2 where !scope.variables.isEmpty, 3 where !scope.variables.isEmpty:
            count("s local store")
            return [Piece("\(random.pick(scope.variables)) = \(number(scope)) & 7")]
        case 4 where scope.hasSelf:
            count("s private store")
            return [Piece("mine[self].p = \(number(scope)) & 3")]
        case 5: return [assertion(scope)]
        case 6 where random.chance(30):
            count("s assume")
            return [Piece("assume \(truth(scope))")]
        case 7: return chosen(&scope)
        case 8 where !scope.variables.isEmpty:
            count("s inout")
            return [Piece("bump(\(number(scope, 1)), to: \(random.pick(scope.variables)))")]
        case 9 where random.chance(35):
            count("s panic")
            return [Piece("if \(truth(scope)) {", [[Piece("panic(\"no\")")]])]
        case 10 where scope.allowsSteps && !scope.isLocked:
            let name = fresh("r")
            count("s call with result")
            let line = "let \(name) = deposit(\(random.below(2)), \(number(quietScope(scope), 1)) & 3)"
            scope.numbers.append(name)
            return [Piece(line)]
        default: return [local(&scope)]
        }
    }

    func quietScope(_ scope: RandomScope) -> RandomScope {
        var scope = scope
        scope.readsUnguarded = false
        return scope
    }

    private mutating func assertion(_ scope: RandomScope) -> Piece {
        count("s assert")
        var scope = scope
        scope.readsGhosts = false
        // Most are true, so that paths go on.
        let claim = random.chance(75) ? "\(truth(scope)) || 1 < \(number(scope, 1)) + 40" : truth(scope)
        return Piece("assert \(claim)")
    }

    private mutating func local(_ scope: inout RandomScope) -> Piece {
        let name = fresh("v")
        switch random.below(4) {
        case 0:
            count("s var")
            let line = "var \(name) = \(number(scope)) & 7"
            scope.numbers.append(name)
            scope.variables.append(name)
            return Piece(line)
        case 1:
            count("s let word")
            let line = "let \(name) = \(word(scope))"
            scope.words.append(name)
            return Piece(line)
        case 2:
            count("s typed var")
            let line = "var \(name): int in 0..<8 = \(number(scope)) & 7"
            scope.numbers.append(name)
            return Piece(line)
        default:
            count("s let")
            let line = "let \(name) = \(number(scope))"
            scope.numbers.append(name)
            return Piece(line)
        }
    }

    private mutating func chosen(_ scope: inout RandomScope) -> [Piece] {
        let name = fresh("c")
        let condition = random.chance(50) ? " where k \(comparison()) \(number(quietScope(scope), 1))" : ""
        defer { scope.numbers.append(name) }
        if scope.canReturn, !scope.isLocked, !condition.isEmpty, random.chance(60) {
            count("s choose else")
            return [Piece("let \(name) = choose(k in 0..<2\(condition)) else {", [[Piece("return")]])]
        }
        count("s choose")
        return [Piece("let \(name) = choose(k in 0..<2\(condition.isEmpty || random.chance(20) ? condition : ""))")]
    }

    // MARK: Stores

    private mutating func tableStore(_ scope: inout RandomScope) -> Piece {
        switch random.below(19) {
        case 0, 1: count("s guarded store"); return Piece("table.n = \(number(scope)) & 3")
        case 2: count("s +="); return Piece("table.n += \(random.below(2))")
        case 3: count("s word store"); return Piece("table.w = \(word(scope))")
        case 4:
            count("s optional store");
            return Piece("table.option = \(random.chance(40) ? "nil" : "(\(number(scope, 1))) & 1")")
        case 5: count("s array store"); return Piece("table.rows[\(index(scope))] = \(number(scope)) & 3")
        case 6:
            count("s append")
            return guarded("table.queue.count < 2", "table.queue.append((\(number(scope, 1))) & 1)")
        case 7:
            count("s removeFirst")
            return guarded(
                "!table.queue.isEmpty",
                random.chance(50) ? "let \(fresh("d")) = table.queue.removeFirst()" : "table.queue.removeFirst()")
        case 8:
            count("s insert at")
            return guarded(
                "table.queue.count < 2", "table.queue.insert(\(random.below(3)), at: \(random.chance(80) ? "0" : "1"))")
        case 9:
            count("s remove at");
            return guarded("table.queue.count > 0", "table.queue.remove(at: table.queue.count - 1)")
        case 10: count("s set insert"); return Piece("table.members.insert(\(random.pick(colors)))")
        case 11: count("s set remove"); return Piece("table.members.remove(\(random.pick(colors)))")
        case 12: count("s field store"); return Piece("table.pair.x = \(number(scope)) & 3")
        case 13:
            count("s struct store");
            return Piece("table.pair = Pair(x: \(number(scope, 1)) & 3, y: \(random.below(3)))")
        case 14:
            count("s optional struct");
            return Piece(
                random.chance(30) ? "table.maybe = nil" : "table.maybe = Pair(x: 1, y: (\(number(scope, 1))) & 1)")
        case 15:
            count("s store in optional"); return guarded("table.maybe != nil", "table.maybe!.y = \(random.below(3))")
        case 16:
            count("s wide field");
            return Piece("table.wide.\(random.pick(["a", "b"])) = u64(\(word(scope))) &* 0x0101_0101_0101_0101")
        case 17:
            count("s wide struct");
            return Piece("table.wide = Wide(a: 7, b: u64(truncating: \(number(scope, 1))), c: -\(random.below(4)))")
        default: count("s guarded ghost"); return Piece("counted = (counted + 1) & 3")
        }
    }

    private mutating func guarded(_ condition: String, _ store: String) -> Piece {
        random.chance(90) ? Piece("if \(condition) {", [[Piece(store)]]) : Piece(store)
    }

    /// A store or an atomic instruction on unguarded data, sometimes with a ghost that belongs to it.
    private mutating func freeStore(_ scope: inout RandomScope) -> [Piece] {
        let name = fresh("o")
        var line: String
        switch random.below(12) {
        case 0, 1: count("s free store"); line = "\(random.pick(["free_a", "free_b"])) = \(number(scope)) & 3"
        case 2: count("s free +="); line = "\(random.pick(["free_a", "free_b"])) = (free_a + 1) & 3"
        case 3:
            count("s amo");
            line =
                "let \(name) = amo_\(random.pick(["add", "and", "or", "xor", "min", "max"]))(free_word, \(word(quietScope(scope))))"
        case 4: count("s cas"); line = "let \(name) = cas(free_a, \(random.below(3)), \(random.below(4)))"
        case 5: count("s swap"); line = "let \(name) = swap(free_b, \(number(quietScope(scope), 1)) & 3)"
        case 6: count("s bool store"); line = "flag = \(random.chance(60) ? "true" : truth(scope))"
        case 7:
            count("s load store");
            line =
                random.chance(50)
                ? "store(free_a, \(random.below(4)), .release)" : "let \(name) = load(free_b, .acquire)"
        case 8: count("s enum store"); line = "free_color = \(random.pick(colors))"
        case 9: count("s free optional"); line = "free_option = \(random.pick(["nil", "1", "0"]))"
        case 10: count("s free array"); line = "free_list[\(random.below(2))] = \(number(scope, 1)) & 3"
        default:
            count("s lr sc");
            line =
                random.chance(50)
                ? "let \(name) = load_reserved(free_a)" : "let \(name) = store_conditional(free_a, \(random.below(4)))"
        }
        if line.contains("= swap(") || line.contains("= load(free_b") || line.contains("load_reserved") {
            scope.numbers.append(name)
        }
        if line.contains("= amo_") { scope.words.append(name) }
        var result = [Piece(line)]
        if random.chance(20) {
            count("s label")
            result.insert(Piece("\(fresh("l")):"), at: 0)
        }
        if random.chance(25) {
            count("s attached ghost")
            result.append(Piece("seen = (seen + \(1 + random.below(2))) & 3"))
        }
        return result
    }

    // MARK: Control

    private mutating func control(_ scope: RandomScope, _ depth: Int) -> [Piece] {
        var inner = scope
        switch random.below(12) {
        case 0, 1:
            count("s if")
            return [Piece("if \(truth(scope)) {", [block(scope, depth - 1)])]
        case 2:
            count("s if else")
            return [
                Piece("if \(truth(scope)) {", [block(scope, depth - 1), block(scope, depth - 1)], joints: ["} else {"])
            ]
        case 3, 4:
            count("s either")
            return [
                Piece(
                    "either {", [block(scope, depth - 1, most: 2), block(scope, depth - 1, most: 2)], joints: ["} or {"]
                )
            ]
        case 5:
            count("s for")
            let name = fresh("i")
            inner.numbers.append(name)
            inner.isLoop = true
            let condition = random.chance(40) ? " where \(name) != \(random.below(3))" : ""
            return [
                Piece(
                    "for \(name) in \(random.pick(["0..<2", "0...1", "1..<3"]))\(condition) {",
                    [block(inner, depth - 1, most: 2) + leave(inner)])
            ]
        case 6 where scope.allowsSteps:
            count("s while")
            let name = fresh("w")
            inner.numbers.append(name)
            inner.isLoop = true
            return [
                Piece("var \(name) = 0"),
                Piece(
                    "while \(name) < 2 {", [[Piece("\(name) += 1")] + block(inner, depth - 1, most: 2) + leave(inner)]),
            ]
        case 7 where scope.allowsSteps:
            count("s loop")
            inner.isLoop = true
            return [
                Piece(
                    "loop {",
                    [
                        block(inner, depth - 1, most: 2) + [Piece("if \(truth(scope)) {", [[Piece("break")]])]
                            + block(inner, 0, most: 1) + [Piece("break")]
                    ])
            ]
        case 8 where scope.canReturn && !scope.isLocked:
            count("s guard")
            return [Piece("guard \(truth(scope)) else {", [[Piece("return")]])]
        case 9 where scope.holdsTable:
            count("s if let")
            let name = fresh("x")
            inner.numbers.append(name)
            return [Piece("if let \(name) = table.option {", [block(inner, depth - 1, most: 2)])]
        case 10 where scope.allowsSteps && scope.readsUnguarded:
            count("s atomic")
            inner.allowsSteps = false
            let start = random.chance(30) ? [Piece("await \(oneLoad())")] : []
            return [Piece("atomic {", [start + atomicBlock(inner)])]
        case 11:
            count("s defer")
            return [
                Piece(
                    "if \(truth(scope)) {", [[Piece("defer {", [[local(&inner)]])] + block(scope, depth - 1, most: 2)])
            ]
        default:
            count("s if")
            return [Piece("if \(truth(scope)) {", [block(scope, depth - 1)])]
        }
    }

    private mutating func atomicBlock(_ scope: RandomScope) -> [Piece] {
        var scope = scope
        var result: [Piece] = []
        for _ in 0..<(1 + random.below(3)) {
            result.append(Piece("\(random.pick(["free_a", "free_b", "free_list[1]"])) = \(number(scope)) & 3"))
            if random.chance(30) { result += simple(&scope) }
        }
        return result
    }

    private mutating func leave(_ scope: RandomScope) -> [Piece] {
        guard random.chance(30) else { return [] }
        count("s break continue")
        return [Piece("if \(truth(scope, 1)) {", [[Piece(random.pick(["break", "continue"]))]])]
    }

    /// A condition with one unguarded load.
    mutating func oneLoad() -> String {
        random.pick([
            "flag", "!flag", "free_a != 0", "free_b < 3", "free_option == nil", "free_color != .blue", "free_a != 2",
            "free_word < 200",
        ])
    }
}
