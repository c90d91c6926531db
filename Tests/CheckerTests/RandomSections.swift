// Random sections of processes: critical sections, sleep and wakeup, kill, start and join.

extension RandomWriter {
    /// A part of a process that begins and ends without locks.
    mutating func section(_ scope: inout RandomScope, workers: Bool) -> [Piece] {
        switch random.below(22) {
        case 0, 1, 2: return critical(scope)
        case 3: return bankSection(scope)
        case 4: return nested(scope)
        case 5, 6: return sleeper(scope)
        case 7, 18: return waker(scope)
        case 8:
            count("s await")
            return [Piece("await \(oneLoad())")]
        case 9: return tried(scope)
        case 10: return killable(scope, workers: workers)
        case 11 where workers && scope.isSingle: return started(scope)
        case 12:
            count("s hardware")
            return [
                Piece(
                    "hardware {",
                    [
                        [
                            Piece(
                                random.pick([
                                    "free_a = table.n", "free_b = bank[0].v", "free_a = 1", "table.n = free_a",
                                    "bank[1].v = 2",
                                ]))
                        ]
                    ])
            ]
        case 13:
            count("s func inout group")
            return [Piece("put(bank[\(random.below(2))])")]
        case 14:
            count("s returns holding")
            var inner = scope
            inner.holdsTable = true
            inner.isLocked = true
            return [Piece("grab()")] + block(inner, 1) + [Piece("release(table.lock)")]
        case 15 where random.chance(40):
            count("s broken rule")
            return [
                Piece(
                    random.pick([
                        "table.n = 1", "free_a = bank[0].v", "release(table.lock)", "bank[1].v += 1",
                        "sleep(table, table.lock)",
                    ]))
            ]
        case 16:
            count("s choose section")
            var (left, right) = (scope, scope)
            return [
                Piece(
                    "either {", [section(&left, workers: workers), section(&right, workers: workers)],
                    joints: ["} or {"])
            ]
        case 17:
            if random.chance(50) {
                count("s guard")
                return [Piece("guard \(truth(scope)) else {", [[Piece("return")]])]
            }
            count("s choose else")
            let name = fresh("c")
            let line = "let \(name) = choose(k in 0..<2 where k \(comparison()) \(number(quietScope(scope), 1))) else {"
            scope.numbers.append(name)
            return [Piece(line, [[Piece("return")]])]
        default: return statement(&scope, 2)
        }
    }

    private mutating func critical(_ scope: RandomScope) -> [Piece] {
        count("s acquire release")
        var inner = scope
        inner.holdsTable = true
        inner.isLocked = true
        if random.chance(80) { inner.readsUnguarded = random.chance(20) }
        return [Piece("acquire(table.lock)")] + block(inner, 2) + woken(40) + [Piece("release(table.lock)")]
    }

    private mutating func woken(_ percent: Int) -> [Piece] {
        guard random.chance(percent) else { return [] }
        count("s wakeup")
        return [Piece(random.chance(75) ? "wakeup(table)" : "wakeup_one(table)")]
    }

    private mutating func bankIndex(_ scope: RandomScope) -> String {
        if scope.hasSelf, random.chance(30) { return "int(self) & 1" }
        return "\(random.below(2))"
    }

    private mutating func bankSection(_ scope: RandomScope) -> [Piece] {
        count("s lock of an array")
        var inner = scope
        inner.isLocked = true
        let name = fresh("b")
        inner.bank = name
        inner.numbers.append(name)
        let index = random.chance(40) ? "choose(k in 0..<2)" : bankIndex(scope)
        let sleeps =
            random.chance(35)
            ? [Piece("if bank[\(name)].v == 0 {", [[Piece("sleep(bank[\(name)], bank[\(name)].lock)")]])] : []
        let wakes = random.chance(40) ? [Piece("wakeup(bank[\(name)])")] : []
        if !sleeps.isEmpty { count("s sleep on an array") }
        return [Piece("let \(name) = \(index)"), Piece("acquire(bank[\(name)].lock)")] + sleeps + block(inner, 1)
            + wakes
            + [Piece("release(bank[\(name)].lock)")]
    }

    private mutating func nested(_ scope: RandomScope) -> [Piece] {
        var inner = scope
        inner.isLocked = true
        if random.chance(40) {
            count("s acquire_ordered")
            inner.bank = "\(random.below(2))"
            return [Piece("acquire_ordered(bank[0].lock, bank[1].lock)")] + block(inner, 1) + [
                Piece("release_ordered(bank[0].lock, bank[1].lock)")
            ]
        }
        count("s nested locks")
        inner.bank = "\(random.below(2))"
        inner.holdsTable = true
        let index = inner.bank ?? "0"
        let outer = random.chance(50)
        let first = outer ? "table.lock" : "bank[\(index)].lock"
        let second = outer ? "bank[\(index)].lock" : "table.lock"
        let middle = random.chance(30) ? [Piece("free_b = 1")] : []
        return [Piece("acquire(\(first))")] + middle + [Piece("acquire(\(second))")] + block(inner, 1)
            + [Piece("release(\(random.chance(60) ? second : first))")].flatMap { piece in
                [piece, Piece("release(\(piece.head.contains(second) ? first : second))")]
            }
    }

    private mutating func sleeper(_ scope: RandomScope) -> [Piece] {
        count("s sleep")
        var inner = scope
        inner.holdsTable = true
        inner.isLocked = true
        let condition = random.pick([
            "table.n == 0", "table.option == nil", "table.queue.isEmpty", "table.n < 2", "table.rows[0] == 0",
        ])
        let word = random.chance(80) ? "while" : "if"
        return [Piece("acquire(table.lock)"), Piece("\(word) \(condition) {", [[Piece("sleep(table, table.lock)")]])]
            + block(inner, 1)
            + woken(70) + [Piece("release(table.lock)")]
    }

    private mutating func waker(_ scope: RandomScope) -> [Piece] {
        switch random.below(5) {
        case 0, 1: count("s wakeup without lock"); return [Piece("wakeup(table)")]
        case 2: count("s sleep without lock"); return [Piece("sleep(flag)")]
        case 3: count("s wakeup other"); return [Piece("wakeup(flag)")]
        default: count("s resume"); return [Piece("resume(\(random.pick(["alpha[0]", "beta"])))")]
        }
    }

    private mutating func tried(_ scope: RandomScope) -> [Piece] {
        count("s try_acquire")
        var inner = scope
        inner.holdsTable = true
        inner.isLocked = true
        inner.canReturn = false
        let name = fresh("t")
        return [
            Piece("let \(name) = try_acquire(table.lock)"),
            Piece("if \(name) {", [block(inner, 1) + [Piece("release(table.lock)")]]),
        ]
    }

    private mutating func killable(_ scope: RandomScope, workers: Bool) -> [Piece] {
        count("s killable")
        var inner = scope
        let condition = random.pick(["flag", "free_a == 1", "free_b != 0"])
        return [
            Piece(
                "killable (\(condition)) {", [section(&inner, workers: workers), block(quietScope(scope), 1, most: 1)],
                joints: ["} else {"])
        ]
    }

    /// Starts the worker and most often waits for its end.
    mutating func started(_ scope: RandomScope) -> [Piece] {
        count("s start")
        var result = [Piece("start worker(\(number(quietScope(scope), 1)) & 3)")]
        if random.chance(75) {
            count("s join")
            result += block(scope, 0, most: 1) + [Piece("join worker")]
        }
        return result
    }
}
