// Small specs about locks, sleep, kill, start, words, actions and properties.

extension SmallSpec {
    static let processes: [SmallSpec] = [
        SmallSpec(
            "amo",
            """
            shared var w: u8 = 250
            shared var f: bool
            shared var o: (int in 0..<3)?
            process p[2] {
                let a = amo_add(w, 10)
                let b = amo_xor(w, a)
                let c = amo_max(w, 9)
                let d = amo_and(w, 0xf7)
                let e = amo_or(w, 1)
                let g = amo_min(w, 100)
                let h = swap(f, true)
                let i = cas(w, 1, 5)
                let j = cas(o, nil, 2)
                assert i implies !h || c > 0
            }
            """),
        SmallSpec(
            "signed amo",
            """
            shared var w: i16 = -5
            process p[2] {
                let a = amo_min(w, -7)
                let b = amo_max(w, 3)
                let c = amo_add(w, 32767)
                let d = amo_xor(w, -1)
                assert a < 0 || b < c || d == 0
            }
            """),
        SmallSpec(
            "load reserved",
            """
            shared var w: int in 0..<4
            process p[2] {
                loop {
                    let v = load_reserved(w)
                    let ok = store_conditional(w, (v + 1) & 3)
                    if ok { break }
                }
            }
            final both: w == 2
            """),
        SmallSpec(
            "a torn update",
            "shared var n: int in 0..<4\nprocess p[2] { n = n + 1 }\nfinal both: n == 2\nreachable lost: n == 1 && finished(p[0]) && finished(p[1])"
        ),
        SmallSpec(
            "try_acquire",
            "shared var l: spinlock\nshared var n: int in 0..<4\nprocess p[2] {\n    let ok = try_acquire(l)\n    if ok {\n        n = n + 1\n        release(l)\n    }\n}\ninvariant one: n < 3\ninvariant known: held_by_nobody() || n < 2\npure held_by_nobody() -> bool = free(l)"
        ),
        SmallSpec(
            "holds and free",
            "shared q guarded by lock {\n    lock: spinlock\n    n: int in 0..<4\n}\nprocess p[2] {\n    acquire(q.lock)\n    assert held(q.lock) && !free(q.lock)\n    q.n += 1\n    release(q.lock)\n}\ninvariant never_both: !(holds(p[0], q.lock) && holds(p[1], q.lock))\nreachable taken: holds(p[1], q.lock) && q.n == 1"
        ),
        SmallSpec(
            "deadlock of two locks",
            "shared var l: spinlock\nshared var m: spinlock\nprocess a {\n    acquire(l)\n    acquire(m)\n    release(m)\n    release(l)\n}\nprocess b {\n    acquire(m)\n    acquire(l)\n    release(l)\n    release(m)\n}"
        ),
        SmallSpec(
            "deadlock beside one who goes on",
            "shared var l: spinlock\nshared var m: spinlock\nshared var n: bool\nprocess a {\n    acquire(l)\n    acquire(m)\n    release(m)\n    release(l)\n}\nprocess b {\n    acquire(m)\n    acquire(l)\n    release(l)\n    release(m)\n}\nprocess c { loop { n = !n } }"
        ),
        SmallSpec(
            "ordered locks",
            "struct account {\n    lock: spinlock\n    n: int in 0..<4 = 1 guarded by lock\n}\nshared var bank: account[2]\nprocess p[2] {\n    let a = int(self)\n    let b = 1 - a\n    acquire_ordered(bank[a].lock, bank[b].lock)\n    bank[a].n -= 1\n    bank[b].n += 1\n    release_ordered(bank[a].lock, bank[b].lock)\n}\ninvariant kept: bank[0].n + bank[1].n == 2"
        ),
        SmallSpec(
            "lock misuse: acquire twice", "shared var l: spinlock\nprocess p {\n    acquire(l)\n    acquire(l)\n}"),
        SmallSpec("lock misuse: release of a free lock", "shared var l: spinlock\nprocess p[2] {\n    release(l)\n}"),
        SmallSpec(
            "lock misuse: end with a lock",
            "shared var l: spinlock\nshared var n: int in 0..<3\nprocess p {\n    acquire(l)\n    n = 1\n}"),
        SmallSpec(
            "lock misuse: sleep with two",
            "shared var l: spinlock\nshared var m: spinlock\nprocess p {\n    acquire(l)\n    acquire(m)\n    sleep(l, m)\n    release(l)\n    release(m)\n}"
        ),
        SmallSpec(
            "lock misuse: sleep without",
            "shared q guarded by lock {\n    lock: spinlock\n    n: bool\n}\nprocess p { sleep(q, q.lock) }"),
        SmallSpec(
            "sleep and wakeup",
            "shared q guarded by lock {\n    lock: spinlock\n    n: int in 0..<4\n}\nprocess p[2] {\n    acquire(q.lock)\n    while q.n == 0 { sleep(q, q.lock) }\n    q.n -= 1\n    release(q.lock)\n}\nprocess v {\n    for i in 0..<2 {\n        acquire(q.lock)\n        q.n += 1\n        wakeup(q)\n        release(q.lock)\n    }\n}\nfinal empty: q.n == 0\nreachable both: asleep(p[0]) && asleep(p[1])"
        ),
        SmallSpec(
            "wakeup_one",
            "shared q guarded by lock {\n    lock: spinlock\n    n: int in 0..<4\n}\nprocess p[2] {\n    acquire(q.lock)\n    while q.n == 0 { sleep(q, q.lock) }\n    q.n -= 1\n    release(q.lock)\n}\nprocess v {\n    acquire(q.lock)\n    q.n += 2\n    wakeup_one(q)\n    release(q.lock)\n}"
        ),
        SmallSpec(
            "wakeup without the lock",
            "shared q guarded by lock {\n    lock: spinlock\n    n: bool\n}\nprocess p[2] {\n    acquire(q.lock)\n    if !q.n { sleep(q, q.lock) }\n    release(q.lock)\n}\nprocess v {\n    acquire(q.lock)\n    q.n = true\n    release(q.lock)\n    wakeup(q)\n}"
        ),
        SmallSpec(
            "sleep without a lock",
            "shared var f: bool\nprocess p {\n    if !f { sleep(f) }\n}\nprocess v {\n    f = true\n    wakeup(f)\n}"),
        SmallSpec(
            "channels by index",
            "struct slot {\n    lock: spinlock\n    n: bool guarded by lock\n}\nshared var s: slot[2]\nprocess p[2] {\n    let i = int(self)\n    acquire(s[i].lock)\n    while !s[i].n { sleep(s[i], s[i].lock) }\n    release(s[i].lock)\n}\nprocess v {\n    for i in 0..<2 {\n        acquire(s[i].lock)\n        s[i].n = true\n        wakeup(s[i])\n        release(s[i].lock)\n    }\n}"
        ),
        SmallSpec(
            "the wrong channel",
            "struct slot {\n    lock: spinlock\n    n: bool guarded by lock\n}\nshared var s: slot[2]\nprocess p {\n    acquire(s[0].lock)\n    while !s[0].n { sleep(s[1], s[0].lock) }\n    release(s[0].lock)\n}\nprocess v {\n    acquire(s[0].lock)\n    s[0].n = true\n    wakeup(s[0])\n    release(s[0].lock)\n}"
        ),
        SmallSpec(
            "resume",
            "shared q guarded by lock {\n    lock: spinlock\n    n: bool\n}\nprocess p {\n    acquire(q.lock)\n    sleep(q, q.lock)\n    release(q.lock)\n}\nprocess k { resume(p) }"
        ),
        SmallSpec(
            "kill",
            "shared var k: bool\nshared var n: int in 0..<8\nshared var l: spinlock\nprocess p {\n    killable (k) {\n        for i in 0..<2 { n = i + 1 }\n        acquire(l)\n        n = 4\n        release(l)\n        await n == 7\n    } else { n = 6 }\n}\nprocess other { k = true }\nfinal dead: n == 6"
        ),
        SmallSpec(
            "kill at a lock that is held for ever",
            "shared var k: bool\nshared var l: spinlock\nshared var m: spinlock\nprocess p {\n    acquire(m)\n    release(m)\n    killable (k) {\n        acquire(l)\n        release(l)\n    } else { }\n}\nprocess other {\n    acquire(l)\n    k = true\n    await !k\n    release(l)\n}"
        ),
        SmallSpec(
            "start and join",
            "shared var s: int in 0..<16\nprocess w[2] starts (x: int) {\n    let old = amo_add(s, x)\n    assert old < 9\n}\nprocess p {\n    start w[0](1)\n    start w[1](2)\n    for c in w { join c }\n    start w[0](8)\n    join w[0]\n}\nfinal all: s == 11"
        ),
        SmallSpec(
            "start of one that runs",
            "shared var s: int in 0..<4\nprocess w starts { s = 1 }\nprocess p {\n    start w\n    start w\n}"),
        SmallSpec(
            "a start that chooses",
            "shared var s: int in 0..<4\nprocess w starts {\n    let x = choose(y in 1..<4)\n    either { s = x } or { s = 0 }\n}\nprocess p {\n    start w\n    join w\n    start w\n}"
        ),
        SmallSpec(
            "private data and claims",
            "shared mine[pid] private {\n    n: int in 0..<4\n    m: int in 0..<4\n}\nprocess w starts {\n    mine[self].n += 1\n    mine[self].m = mine[self].n\n}\nprocess p {\n    claim(mine[w])\n    mine[w].n = 2\n    publish(mine[w])\n    start w\n}\ninvariant same: mine[w].m == 0 || mine[w].m == mine[w].n\nfinal copied: mine[w].n == 3"
        ),
        SmallSpec(
            "private data of another",
            "shared mine[pid] private { n: int in 0..<4 }\nshared var a: bool\nprocess p[2] {\n    a = true\n    mine[p[0]].n = 1\n}\nfinal was_set: mine[p[0]].n == 1"
        ),
        SmallSpec(
            "guarded for writing",
            "shared q {\n    lock: spinlock\n    n: int in 0..<8 guarded by lock for writing\n}\nprocess p[2] {\n    if q.n < 2 {\n        acquire(q.lock)\n        q.n += 1\n        q.n += 1\n        release(q.lock)\n    }\n}\ninvariant even: q.n % 2 == 0\ninvariant always even_always: q.n % 2 == 0"
        ),
        SmallSpec(
            "a broken guard",
            "shared q guarded by lock {\n    lock: spinlock\n    n: int in 0..<8\n}\nshared var a: bool\nprocess p[2] {\n    a = true\n    q.n = q.n + 1\n}\nfinal both: q.n == 2"
        ),
        SmallSpec(
            "hardware",
            "shared q guarded by lock {\n    lock: spinlock\n    n: int in 0..<4\n}\nshared var seen: int in 0..<4\nprocess p {\n    acquire(q.lock)\n    q.n = 1\n    q.n = 2\n    release(q.lock)\n}\nprocess walk { hardware { seen = q.n } }\nreachable one: seen == 1"
        ),
        SmallSpec(
            "per hart",
            "harts 2\nper hart var t: (int in 0..<3)? = nil\nprocess c[2] {\n    let h = hart[int(self)]\n    hardware { t[h] = int(self) }\n}\ninvariant own: all h in hart: t[h] == nil || t[h] == int(h)"
        ),
        SmallSpec(
            "a guarded ghost",
            "shared q guarded by lock {\n    lock: spinlock\n    n: int in 0..<4\n}\nghost var g: seq<p> max 2\nprocess p[2] {\n    acquire(q.lock)\n    q.n += 1\n    g.append(self)\n    release(q.lock)\n}\ninvariant same: g.count == q.n"
        ),
        SmallSpec(
            "a ghost of one process",
            "shared var w: int in 0..<4\nshared var x: int in 0..<4\nghost var g = 0\nprocess p {\n    w = 1\n    g = 1\n    x = 1\n}\nprocess o { x = 2 }\ninvariant told: w == g"
        ),
        SmallSpec(
            "an attached ghost",
            "shared var w: int in 0..<4\nghost var g = 0\nprocess p[2] {\n    let old = amo_add(w, 1)\n    g += 1\n}\ninvariant told: w == g"
        ),
        SmallSpec(
            "a ghost step of its own",
            "shared var w: int in 0..<4\nghost var g = 0\nprocess p[2] {\n    let old = amo_add(w, 1)\n    let mine = old\n    if mine == 0 { w = 2 }\n    g += 1\n    g += 1\n}\ninvariant told: w >= 0 && g < 5"
        ),
        SmallSpec(
            "defer",
            "shared q guarded by lock {\n    lock: spinlock\n    n: int in 0..<8\n}\nfunc f(x: int) -> int {\n    acquire(q.lock)\n    defer { release(q.lock) }\n    defer { q.n = (q.n + 1) & 7 }\n    if x == 1 { return q.n }\n    for i in 0..<2 {\n        defer { q.n = (q.n + 2) & 7 }\n        if i == x { return 5 }\n    }\n    return 7\n}\nprocess p[2] {\n    let x = f(int(self))\n    assert x < 8\n}"
        ),
        SmallSpec(
            "inout",
            "struct acc {\n    lock: spinlock\n    n: int in 0..<8 guarded by lock\n}\nshared var b: acc[2]\nshared var w: int\nfunc put(x: inout acc, by: int) {\n    acquire(x.lock)\n    x.n += by\n    release(x.lock)\n}\nfunc inc(x: inout int) { x = x + 1 }\nprocess p[2] {\n    put(b[int(self)], by: 2)\n    put(b[1], by: 1)\n    inc(w)\n    var v = 1\n    inc(v)\n    assert v == 2\n}\nfinal all: b[0].n == 2 && b[1].n == 4"
        ),
        SmallSpec(
            "returns holding",
            "shared q guarded by lock {\n    lock: spinlock\n    n: int in 0..<4\n}\nfunc take() returns holding q.lock {\n    acquire(q.lock)\n    q.n += 1\n}\nfunc bad() { acquire(q.lock) }\nprocess p {\n    take()\n    q.n += 1\n    release(q.lock)\n    bad()\n}"
        ),
        SmallSpec(
            "await",
            "shared var t: int in 0..<3\nprocess p[2] {\n    await t == int(self)\n    t = t + 1\n}\nfinal done: t == 2"
        ),
        SmallSpec(
            "an await that never comes",
            "shared var t: bool\nprocess p { await t }\nprocess o { t = false }\nfinal stuck: !finished(p)"),
        SmallSpec(
            "atomic with await",
            "shared var t: int in 0..<3\nshared var u: int in 0..<3\nprocess p[2] {\n    atomic {\n        await t == u\n        t = (t + 1) % 3\n        u = t\n    }\n}"
        ),
        SmallSpec(
            "a daemon",
            "shared q guarded by lock {\n    lock: spinlock\n    n: bool\n}\ndaemon process d {\n    loop {\n        acquire(q.lock)\n        while !q.n { sleep(q, q.lock) }\n        q.n = false\n        wakeup(q)\n        release(q.lock)\n    }\n}\nprocess p[2] {\n    acquire(q.lock)\n    while q.n { sleep(q, q.lock) }\n    q.n = true\n    wakeup(q)\n    release(q.lock)\n}\nfinal served: !q.n"
        ),
        SmallSpec(
            "polling unguarded data", "shared var f: bool\nprocess p {\n    while !f { }\n}\nprocess o { f = false }"),
        SmallSpec(
            "polling with an end", "shared var f: bool\nprocess p {\n    while !f { }\n}\nprocess o { f = true }"),
        SmallSpec(
            "two who play for ever",
            "shared var f: bool\nprocess p { loop { f = true } }\nprocess o { loop { f = false } }\nfinal never: false"),
        SmallSpec(
            "symmetric",
            "shared var n: int in 0..<4\nprocess p[3] symmetric {\n    let old = amo_add(n, 1)\n}\nfinal all: n == 3"),
        SmallSpec(
            "initial values",
            "shared var m: int in 1...3 = any\nshared var t: (int in 0..<4)[2] = [1, 2]\nshared var b: bool = any\ninit {\n    t[0] = choose(x in 0..<3 where x < m)\n    if b { t[1] = 3 }\n}\nprocess p { t[1] = t[0] }\nreachable two: t[0] == 2\ninvariant small: t[0] < m"
        ),
        SmallSpec(
            "init that assumes",
            "shared var m: int in 0..<4 = any\ninit { assume m != 2 }\nprocess p { m = 2 }\ninvariant not_two: m != 2 || finished(p)"
        ),
        SmallSpec(
            "actions alone",
            "sort node[3]\nenum Cache { invalid, shared, exclusive }\nshared var c: Cache[node] = .invalid\naction read(n: node) when c[n] == .invalid && all m in node: c[m] != .exclusive { c[n] = .shared }\naction write(n: node) when c[n] == .shared && count(m in node where c[m] != .invalid) == 1 { c[n] = .exclusive }\naction evict(n: node, clean: bool) when c[n] != .invalid { c[n] = clean && c[n] == .exclusive ? .shared : .invalid }\ninvariant one: all m, n in node where m != n: c[m] == .exclusive implies c[n] == .invalid\nreachable written: some n in node: c[n] == .exclusive\ntransition slow: all n in node: old(c[n]) == .invalid implies c[n] != .exclusive"
        ),
        SmallSpec(
            "actions that choose",
            "shared var n: int in 0..<6\nshared var m: int in 0..<6\naction up(k: int in 1...2) when n < 4 {\n    n += k\n    m = choose(x in 0..<6 where x > n)\n}\naction down when n > 0 {\n    either { n -= 1 } or { m = 0 }\n    assert n != 4\n}\naction skip { assume m > 9 }"
        ),
        SmallSpec("actions that stop", "shared var n: int in 0..<4\naction up when n < 3 { n += 1 }"),
        SmallSpec(
            "actions that stop at a final",
            "shared var n: int in 0..<4\naction up when n < 3 { n += 1 }\nfinal three: n == 3"),
        SmallSpec("an action that traps", "shared var n: int in 0..<4\naction up(k: int in 0..<3) { n += k }"),
        SmallSpec(
            "actions and processes",
            "shared var n: int in 0..<4\nprocess p {\n    await n == 2\n    n = 3\n}\naction tick when n < 2 { n += 1 }\nfinal over: n == 3"
        ),
        SmallSpec(
            "transition",
            "shared q guarded by lock {\n    lock: spinlock\n    n: int in 0..<4\n    m: int in 0..<4\n}\nprocess p[2] {\n    acquire(q.lock)\n    q.n = (q.n + 1) & 3\n    q.m = q.n\n    release(q.lock)\n}\ntransition grows: q.n >= old(q.n)\ntransition together: q.n == old(q.n) || q.m == old(q.m)\ntransition broken: q.m == old(q.n)"
        ),
        SmallSpec(
            "always and reachable always",
            "shared q guarded by lock {\n    lock: spinlock\n    n: int in 0..<4\n    m: int in 0..<4\n}\nprocess p {\n    acquire(q.lock)\n    q.n = 1\n    q.m = 1\n    release(q.lock)\n}\ninvariant equal: q.n == q.m\ninvariant always equal_always: q.n == q.m\nreachable apart: q.n != q.m\nreachable always apart_always: q.n != q.m"
        ),
        SmallSpec(
            "a split invariant",
            "struct acc {\n    lock: spinlock\n    n: int in 0..<4 guarded by lock\n}\nshared var b: acc[2]\nprocess p[2] {\n    acquire(b[int(self)].lock)\n    b[int(self)].n = 3\n    release(b[int(self)].lock)\n}\ninvariant each: all i in 0..<2: b[i].n != 3\ninvariant both: b[0].n < 4 && b[1].n < 3"
        ),
        SmallSpec(
            "an invariant that traps",
            "shared var n: int in 0..<4\nprocess p { n = 3 }\ninvariant bad: 6 / (3 - n) > 0\nreachable trapping: 6 / (3 - n) == 9"
        ),
        SmallSpec(
            "never evaluated",
            "shared q guarded by lock {\n    lock: spinlock\n    n: int in 0..<4\n}\nprocess p {\n    acquire(q.lock)\n    q.n = 1\n    await q.n == 2\n    release(q.lock)\n}\ninvariant fine: q.n < 4\nreachable two: q.n == 2"
        ),
        SmallSpec(
            "labels",
            "shared var n: int in 0..<4\nprocess p[2] {\n  first:\n    n = 1\n    let x = n\n  second:\n    n = x & 1\n}\nreachable both: at(p[0], second) && at(p[1], second)\ninvariant fine: at(p[0], first) || n == 1 || n == 0"
        ),
        SmallSpec(
            "block-bodied pure functions",
            "shared q guarded by lock {\n    lock: spinlock\n    r: (int in 0..<4)[3] = [3, 1, 2]\n}\npure largest() -> int {\n    var best = 0\n    for x in q.r {\n        if x > best { best = x }\n    }\n    return best\n}\npure place(of: int) -> int? {\n    for i in 0..<3 where q.r[i] == of { return i }\n    return nil\n}\nprocess p[2] {\n    acquire(q.lock)\n    let i = place(of: largest())\n    if let j = i { q.r[j] = int(self) }\n    release(q.lock)\n}\ninvariant has: largest() > 0\ninvariant there: place(of: 3) == nil || place(of: 3)! == 0"
        ),
        SmallSpec(
            "pids",
            "shared slot guarded by lock {\n    lock: spinlock\n    owner: pid?\n    last: p\n}\nprocess p[2] {\n    acquire(slot.lock)\n    if slot.owner == nil { slot.owner = self }\n    slot.last = self\n    release(slot.lock)\n}\nprocess o {\n    acquire(slot.lock)\n    if slot.owner != nil { slot.last = p(slot.owner!) }\n    slot.owner = self\n    release(slot.lock)\n}\nreachable its: slot.owner == o"
        ),
    ]
}
