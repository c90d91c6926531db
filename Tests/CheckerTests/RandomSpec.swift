// Random whole specs: declarations, processes, actions and properties.

extension RandomWriter {
    /// A well-typed spec with two or three processes.
    mutating func spec() -> PieceSpec {
        var items = declarations() + functions()
        let hasWorker = random.chance(30)
        let alphas = random.chance(70) ? 2 : 1
        items.append(
            process("process alpha[\(alphas)]", workers: hasWorker && alphas == 1, sections: 1 + random.below(2)))
        items.append(
            process(
                random.chance(25) ? "daemon process beta" : "process beta", workers: hasWorker && alphas > 1,
                sections: 1 + random.below(3), isSingle: true))
        if hasWorker { items.append(worker()) }
        if random.chance(20) { items.append(action()) }
        return PieceSpec(items: items + properties(alphas))
    }

    private mutating func declarations() -> [Piece] {
        var items = [Piece("spec Random"), Piece("enum Color { red, green, blue }")]
        items.append(Piece("struct Pair {", [[Piece("x: int in 0..<4"), Piece("y: int in 0..<3")]]))
        items.append(Piece("struct Wide {", [[Piece("a: u64"), Piece("b: u64"), Piece("c: i16")]]))
        items.append(
            Piece(
                "struct account {",
                [
                    [
                        Piece("lock: spinlock"),
                        Piece("v: int in 0..<4 guarded by lock\(random.chance(20) ? " for writing" : "")"),
                    ]
                ]))
        items.append(
            Piece(
                "shared table guarded by lock {",
                [
                    [
                        Piece("lock: spinlock"), Piece("n: int in 0..<4"), Piece("w: u8 = \(random.below(256))"),
                        Piece("option: (int in 0..<3)?"),
                        Piece("maybe: Pair?"), Piece("rows: (int in 0..<4)[2]"),
                        Piece("queue: seq<(int in 0..<3)> max 2"),
                        Piece("members: set<Color>"), Piece("pair: Pair"),
                        Piece("wide: Wide = Wide(a: 0, b: 1, c: -1)"),
                    ]
                ]))
        items += [
            "bank: account[2]", "free_a: int in 0..<4", "free_b: int in 0..<4", "free_list: (int in 0..<4)[2]",
            "free_word: u8 = 250",
            "free_color: Color", "free_option: (int in 0..<3)?", "flag: bool",
        ].map { Piece("shared var \($0)") }
        if random.chance(14) {
            count("i any")
            items = items.map { $0.head == "shared var flag: bool" ? Piece("shared var flag: bool = any") : $0 }
        }
        items.append(Piece("shared mine[pid] {", [[Piece("p: int in 0..<4 private")]]))
        items += [Piece("ghost var counted = 0"), Piece("ghost var seen = 0")]
        if random.chance(14) {
            count("i init")
            items.append(Piece("init {", [[Piece("table.n = choose(k in 1..<3)"), Piece("bank[1].v = 1")]]))
        }
        return items
    }

    private mutating func functions() -> [Piece] {
        [
            Piece("pure twice(x: int) -> int = 2 * x"),
            Piece(
                "pure larger(a: int, b: int) -> int {",
                [[Piece("if a > b {", [[Piece("return a")]]), Piece("return b")]]),
            Piece("func bump(x: int, to: inout int) {", [[Piece("to = (to + x) & 7")]]),
            Piece(
                "func put(b: inout account) {",
                [[Piece("acquire(b.lock)"), Piece("b.v = (b.v + 1) & 3"), Piece("release(b.lock)")]]),
            Piece("func grab() returns holding table.lock {", [[Piece("acquire(table.lock)")]]),
            Piece(
                "func deposit(i: int, x: int) -> int {",
                [
                    [
                        Piece("acquire(bank[i].lock)"), Piece("defer {", [[Piece("release(bank[i].lock)")]]),
                        Piece("let old = bank[i].v"),
                        Piece("if x == 2 {", [[Piece("return 0")]]), Piece("bank[i].v = x"), Piece("return old + 1"),
                    ]
                ]),
        ]
    }

    private mutating func process(_ head: String, workers: Bool, sections: Int, isSingle: Bool = false) -> Piece {
        var scope = RandomScope()
        scope.isSingle = isSingle || head.contains("[1]")
        var body: [Piece] = [
            Piece(random.pick(["free_b = 1", "await free_a != 9", "let first = free_a", "free_list[0] = 2"]))
        ]
        if random.chance(50) {
            count("s var")
            body.append(Piece("var own = \(random.below(3))"))
            scope.numbers.append("own")
            scope.variables.append("own")
        }
        if workers, scope.isSingle, random.chance(60) { body += started(scope) }
        for _ in 0..<sections { body += section(&scope, workers: workers) }
        if head.hasPrefix("daemon"), random.chance(60) {
            count("s daemon loop")
            body = [Piece("loop {", [body])]
        }
        return Piece("\(head) {", [body])
    }

    private mutating func worker() -> Piece {
        var scope = RandomScope()
        scope.numbers = ["given"]
        let body = random.chance(60) ? section(&scope, workers: false) : block(scope, 1)
        return Piece("process worker starts (given: int) {", [body])
    }

    private mutating func action() -> Piece {
        count("i action")
        var scope = RandomScope()
        scope.hasSelf = false
        scope.allowsSteps = false
        scope.canReturn = false
        scope.numbers = ["k"]
        scope.readsGhosts = false
        var body = [Piece("free_a = \(number(scope)) & 3")]
        if random.chance(50) { body.append(Piece("if b {", [[Piece("flag = !flag")]])) }
        if random.chance(30) { body.append(Piece("free_b = choose(m in 0..<3 where m != free_b)")) }
        return Piece("action poke(k: int in 0..<2, b: bool) when \(truth(scope)) {", [body])
    }

    // MARK: Properties

    private mutating func properties(_ alphas: Int) -> [Piece] {
        var scope = RandomScope()
        scope.hasSelf = false
        scope.isProperty = true
        scope.readsGhosts = true
        var items: [Piece] = []
        func name(_ number: Int) -> String { "p\(number)" }
        for number in 0..<(2 + random.below(3)) {
            let text = random.chance(50) ? "\(truth(scope)) || \(truth(scope))" : truth(scope)
            switch random.below(8) {
            case 0, 1: count("p invariant"); items.append(Piece("invariant \(name(number)): \(text)"))
            case 2:
                count("p split invariant");
                items.append(
                    Piece("invariant \(name(number)): (all k in 0..<2: bank[k].v < 3 || free_a == k) && \(text)"))
            case 3: count("p always"); items.append(Piece("invariant always \(name(number)): \(text)"))
            case 4: count("p reachable"); items.append(Piece("reachable \(name(number)): \(text)"))
            case 5: count("p reachable always"); items.append(Piece("reachable always \(name(number)): \(text)"))
            case 6: count("p final"); items.append(Piece("final \(name(number)): \(text)"))
            default:
                count("p transition")
                let datum = random.pick(["free_a", "table.n", "bank[0].v", "counted", "free_b"])
                items.append(Piece("transition \(name(number)): \(datum) >= old(\(datum)) || \(truth(scope, 1))"))
            }
        }
        if random.chance(30) {
            count("p predicate")
            let question = random.pick([
                "finished(beta)", "asleep(alpha[0])", "finished(alpha[0])", "holds(beta, table.lock)",
                "free(table.lock)",
            ])
            items.append(
                Piece(
                    "\(random.pick(["invariant", "reachable", "final"])) asks: \(question) implies \(truth(scope, 1))"))
        }
        return items
    }
}
