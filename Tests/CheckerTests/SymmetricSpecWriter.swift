// Random small specs whose processes and sorts are symmetric, with every way to hold an element.

/// Writes one spec from a seed.
struct SymmetricSpecWriter {
    private var random: RandomSource
    private var names = 0
    private(set) var text = ""

    init(seed: UInt64) {
        random = RandomSource(seed: seed)
        text = spec()
    }

    /// Elements that code can name.
    private struct Scope {
        var frames: [String] = []
        var clients: [String] = []
        /// Whether the lock of `q` is held.
        var holdsLock = false
    }

    private mutating func fresh(_ stem: String) -> String {
        names += 1
        return "\(stem)\(names)"
    }

    private mutating func spec() -> String {
        let (clients, frames) = (2 + random.below(2), 2 + random.below(2))
        var lines = [
            "spec Symmetric", "sort frame[\(frames)] symmetric",
            "struct Request { src: pid, place: frame, size: u64, more: u64 }", "struct Pair { f: frame, c: client }",
            "shared q guarded by lock {", "    lock: spinlock", "    n: int in 0..<3", "    owner: client?",
            "    slots: Request?[2]", "    line: seq<Pair> max 2", "}",
            "shared room[client] guarded by lock {", "    lock: spinlock", "    guest: pid?", "    beds: set<frame>",
            "}",
            "shared var mark: bool[frame]", "shared var spot: frame?[client]", "shared var seen: set<client>",
            "shared var used: seq<frame> max 2", "shared var turn: client", "shared var cell: bool[frame][client]",
            "shared var who: pid",
        ]
        let exception = random.chance(15) ? " except first" : ""
        lines.append("process client[\(clients)] symmetric\(exception) {")
        var scope = Scope(clients: ["self"])
        lines += sections(1 + random.below(3), &scope)
        lines.append("}")
        if random.chance(60) {
            var scope = Scope()
            lines.append(random.chance(40) ? "daemon process other {" : "process other {")
            lines += sections(1 + random.below(2), &scope)
            lines.append("}")
        }
        if random.chance(50) {
            lines.append("action poke(f in frame, c in client) when \(truth(Scope(frames: ["f"], clients: ["c"]))) {")
            lines += statements(1, Scope(frames: ["f"], clients: ["c"]))
            lines.append("}")
        }
        return (lines + properties()).joined(separator: "\n") + "\n"
    }

    private mutating func properties() -> [String] {
        (0..<2).map { number in
            let scope = Scope(frames: ["f"], clients: ["c"])
            let all = random.pick(["all f in frame, c in client", "some f in frame, c in client"])
            switch random.below(5) {
            case 0: return "invariant p\(number): \(all): \(truth(scope)) || \(truth(scope))"
            case 1: return "reachable p\(number): some f in frame, c in client: \(truth(scope)) && \(truth(scope))"
            case 2: return "final p\(number): \(all): \(truth(scope)) || finished(c)"
            case 3: return "invariant always p\(number): count(c in client where spot[c] != nil) < 3"
            default: return "transition p\(number): all c in client: old(spot[c]) == nil || spot[c] == old(spot[c])"
            }
        }
    }

    // MARK: Steps

    private mutating func sections(_ count: Int, _ scope: inout Scope) -> [String] {
        var lines: [String] = []
        for _ in 0..<count { lines += section(scope) }
        if random.chance(15) { lines = ["    loop {"] + lines.map { "    " + $0 } + ["    }"] }
        return lines
    }

    private mutating func section(_ scope: Scope) -> [String] {
        var scope = scope
        switch random.below(scope.clients.isEmpty ? 4 : 8) {
        case 0, 1: return ["    atomic {"] + choices(&scope) + statements(2, scope) + ["    }"]
        case 2:
            scope.holdsLock = true
            var lines = ["    acquire(q.lock)"]
            if random.chance(40) { lines.append("    while q.n == 2 { sleep(q, q.lock) }") }
            lines += choices(&scope) + guarded(scope)
            return lines + (random.chance(50) ? ["    wakeup(q)"] : []) + ["    release(q.lock)"]
        case 3:
            return ["    await \(random.pick(["used.count < 2", "seen.count != 1", "who != who || used.isEmpty"]))"]
                .map { $0.replacing("who != who || ", with: "") }
        case 4: return ["    await \(random.pick(["turn == self", "seen.contains(self)", "spot[self] == nil"]))"]
        case 5: return ["    \(random.pick(["turn = self", "who = self", "seen.insert(self)", "spot[self] = nil"]))"]
        case 6:
            return [
                "    acquire(room[self].lock)", "    if room[self].guest == nil { room[self].guest = self }",
                random.chance(30)
                    ? "    if room[self].beds.isEmpty { sleep(room[self], room[self].lock) }"
                    : "    room[self].beds = room[self].beds",
                "    release(room[self].lock)",
            ]
        default:
            let (c, f) = (fresh("c"), fresh("f"))
            return [
                "    let \(c) = choose(x in client)", "    let \(f) = choose(x in frame)",
                "    acquire(room[\(c)].lock)", "    room[\(c)].beds.insert(\(f))", "    wakeup(room[\(c)])",
                "    release(room[\(c)].lock)",
            ]
        }
    }

    private mutating func choices(_ scope: inout Scope) -> [String] {
        var lines: [String] = []
        if random.chance(70) {
            let name = fresh("f")
            lines.append("    let \(name) = choose(x in frame)")
            scope.frames.append(name)
        }
        if random.chance(40) || scope.clients.isEmpty {
            let name = fresh("c")
            lines.append("    let \(name) = choose(x in client)")
            scope.clients.append(name)
        }
        return lines
    }

    private mutating func guarded(_ scope: Scope) -> [String] {
        let client = random.pick(scope.clients)
        var lines = ["    q.n = (q.n + 1) % 3"]
        if random.chance(50) { lines.append("    q.owner = \(client)") }
        if random.chance(30) { lines.append("    if q.owner == \(client) { q.owner = nil }") }
        guard let frame = scope.frames.last else { return lines }
        if random.chance(60) {
            let slot = random.below(2)
            let size = random.below(2)
            lines.append("    q.slots[\(slot)] = Request(src: \(client), place: \(frame), size: \(size), more: 0)")
        }
        if random.chance(50) {
            lines.append("    if q.line.count < 2 { q.line.append(Pair(f: \(frame), c: \(client))) }")
        }
        return lines
    }

    /// Statements of one step over data without a guard.
    private mutating func statements(_ count: Int, _ scope: Scope) -> [String] {
        (0..<(1 + random.below(count))).map { _ in
            let client = random.pick(scope.clients.isEmpty ? ["turn"] : scope.clients)
            let frame = scope.frames.last
            let plain = [
                "turn = \(client)", "who = \(client)", "seen.insert(\(client))", "seen.remove(\(client))",
                "spot[\(client)] = nil", "if used.count > 0 { used.removeFirst() }",
            ]
            let framed =
                frame.map { frame in
                    [
                        "mark[\(frame)] = !mark[\(frame)]", "spot[\(client)] = \(frame)",
                        "if used.count < 2 { used.append(\(frame)) }", "cell[\(frame)][\(client)] = true",
                        "if \(truth(scope)) { spot[\(client)] = \(frame) } else { mark[\(frame)] = false }",
                    ]
                } ?? []
            return "        " + random.pick(plain + framed + framed)
        }
    }

    private mutating func truth(_ scope: Scope) -> String {
        let client = random.pick(scope.clients.isEmpty ? ["turn"] : scope.clients)
        var choices = [
            "turn == \(client)", "who == \(client)", "seen.contains(\(client))", "spot[\(client)] == nil",
            "used.count == 1", "(some g in frame: mark[g])", "count(d in client where spot[d] == nil) == 1",
            "(all d in client: d == \(client) || spot[d] == nil)", "seen.isEmpty",
        ]
        if let frame = scope.frames.last {
            choices += [
                "mark[\(frame)]", "spot[\(client)] == \(frame)", "used.contains(\(frame))", "cell[\(frame)][\(client)]",
                "(some d in client: cell[\(frame)][d])",
            ]
        }
        return (random.chance(30) ? "!" : "") + "(\(random.pick(choices)))"
    }
}
