// Small specs over symmetric sorts: whose elements nothing tells apart, and whose something does.

/// Specs for the tests of symmetry.
enum SymmetrySpecs {
    /// Whose sorts are used as symmetric.
    static let exact = [
        SmallSpec(
            "counters of processes",
            """
            shared var n: int in 0..<8
            process p[3] symmetric {
                let old = n
                n = (old + 1) % 8
            }
            invariant few: n < 3
            final all: n == 3
            """),
        SmallSpec(
            "an owner by its pid",
            """
            shared var owner: client?
            shared var last: pid
            process client[3] symmetric {
                let won = cas(owner, nil, self)
                if won { last = self }
                assert won implies owner == self
            }
            process other { last = self }
            final somebody: some c in client: owner == c
            reachable the_other: last == other
            """),
        SmallSpec(
            "frames in sets, sequences and tables",
            """
            sort frame[3] symmetric
            shared var used: seq<frame> max 3
            shared var mark: bool[frame]
            process taker[2] symmetric {
                atomic {
                    let f = choose(f in frame where !mark[f])
                    mark[f] = true
                    used.append(f)
                }
            }
            invariant marked: all f in frame: mark[f] == used.contains(f)
            reachable two: used.count == 2
            """),
        SmallSpec(
            "locks and channels of each",
            """
            shared room[client] guarded by lock {
                lock: spinlock
                open: bool
            }
            process client[2] symmetric {
                acquire(room[self].lock)
                while !room[self].open { sleep(room[self], room[self].lock) }
                room[self].open = false
                release(room[self].lock)
            }
            process keeper {
                var left = 2
                while left > 0 {
                    let c = choose(c in client)
                    acquire(room[c].lock)
                    if !room[c].open {
                        room[c].open = true
                        wakeup(room[c])
                        left = left - 1
                    }
                    release(room[c].lock)
                }
            }
            """),
        SmallSpec(
            "all of one lock",
            """
            struct Request { src: pid, va: u64, size: u64 }
            shared q guarded by lock {
                lock: spinlock
                slots: Request?[2]
                n: int in 0...2
            }
            process client[3] symmetric {
                acquire(q.lock)
                while q.n == 2 { sleep(q, q.lock) }
                q.slots[q.n] = Request(src: self, va: 4096, size: 1)
                q.n = q.n + 1
                release(q.lock)
            }
            daemon process server {
                loop {
                    acquire(q.lock)
                    if q.n > 0 {
                        q.n = q.n - 1
                        q.slots[q.n] = nil
                        wakeup(q)
                    }
                    release(q.lock)
                }
            }
            invariant filled: count(s in q.slots where s != nil) == q.n
            final served: all c in client: finished(c)
            """),
        SmallSpec(
            "one of them apart",
            """
            shared var turn: client
            shared var seen: set<client>
            process client[3] symmetric except first {
                await turn == self || self != client[0]
                seen.insert(self)
                if self == client[0] { turn = choose(c in client) }
            }
            reachable all_seen: seen.count == 3
            """),
        SmallSpec(
            "blocked for ever beside a crowd",
            """
            shared var token: client?
            shared var round: int in 0..<2
            process client[3] symmetric {
                let first = cas(token, nil, self)
                if first { await token == nil }
                loop { round = 1 - round }
            }
            """),
        SmallSpec(
            "who is blocked changes places",
            """
            shared var holder: client?
            process client[3] symmetric {
                loop {
                    let got = cas(holder, nil, self)
                    await holder != self
                }
            }
            process passer {
                loop {
                    atomic {
                        await holder != nil
                        holder = choose(c in client where c != holder)
                    }
                }
            }
            """),
        SmallSpec(
            "transitions by name",
            """
            shared var owner: client?
            process client[3] symmetric {
                owner = self
                owner = nil
            }
            transition no_theft: old(owner) != nil && owner != nil implies old(owner) == owner
            """),
        SmallSpec(
            "edges between elements",
            """
            sort node[4] symmetric
            shared var next: node?[node]
            shared var edges: int in 0...4
            action connect(a in node, b in node) when a != b && next[a] == nil && edges < 4 {
                next[a] = b
                edges = edges + 1
            }
            action reset(a in node) when next[a] != nil {
                next[a] = nil
                edges = edges - 1
            }
            invariant counted: count(a in node where next[a] != nil) == edges
            """),
        SmallSpec(
            "tables of two sorts",
            """
            sort row[2] symmetric
            sort column[3] symmetric
            shared var cell: (int in 0..<3)[row][column]
            action put(r in row, c in column) when cell[r][c] < 2 && (all o in column: o == c || cell[r][o] == 0) {
                cell[r][c] = cell[r][c] + 1
            }
            invariant apart: all r in row: count(c in column where cell[r][c] > 0) <= 1
            """),
        SmallSpec(
            "starts and joins",
            """
            shared var sum: int in 0..<8
            process worker[2] symmetric starts (n: int in 0..<3) {
                sum = (sum + n) % 8
            }
            process parent {
                let w = choose(w in worker)
                start worker[w](2)
                join worker[w]
                let v = choose(v in worker where v != w)
                start worker[v](1)
                join worker[v]
            }
            final three: sum == 3
            """),
        SmallSpec(
            "initial values of their own",
            """
            sort frame[3] symmetric
            shared var cost: (int in 0..<4)[frame] = [1, 2, 2]
            shared var paid: int in 0..<4
            process p[2] symmetric {
                let f = choose(f in frame)
                paid = cost[f]
            }
            invariant cheap: paid < 2
            reachable dear: paid == 2
            """),
        SmallSpec(
            "structs in structs, with tables and sets",
            """
            sort frame[3] symmetric
            struct Page { owner: client?, marks: bool[frame], more: u64, least: u64 }
            struct Slot { page: Page, next: frame?, beds: set<client>, size: u64 }
            shared var slots: Slot?[frame]
            shared var last: seq<Slot> max 2
            process client[2] symmetric {
                let f = choose(f in frame)
                var slot: Slot
                slot.next = f
                slot.size = 1
                slot.page.owner = self
                slot.page.marks[f] = true
              put:
                atomic {
                    let g = choose(g in frame where slots[g] == nil)
                    slot.page.marks[g] = true
                    slots[g] = slot
                    slot.beds.insert(self)
                    last.append(slot)
                }
            }
            invariant known: all s in last: s.page.owner != nil && s.page.marks[s.next!]
            final two: count(f in frame where slots[f] != nil) == 2
            """),
        SmallSpec(
            "channels of pairs",
            """
            shared bed[frame] {
                lock: spinlock
                by: bool[client] guarded by lock
            }
            sort frame[2] symmetric
            process client[2] symmetric {
                let f = choose(f in frame)
                acquire(bed[f].lock)
                while !bed[f].by[self] { sleep(bed[f].by[self], bed[f].lock) }
                bed[f].by[self] = false
                release(bed[f].lock)
            }
            daemon process nurse {
                loop {
                    let f = choose(f in frame)
                    let c = choose(c in client)
                    acquire(bed[f].lock)
                    if !bed[f].by[c] {
                        bed[f].by[c] = true
                        wakeup(bed[f].by[c])
                    }
                    release(bed[f].lock)
                }
            }
            final done: all c in client: finished(c)
            """),
        SmallSpec(
            "pids of two kinds and of none",
            """
            shared var seen: bool[pid]
            shared var last: pid?
            process reader[3] symmetric {
                seen[self] = true
                last = self
            }
            process writer[2] symmetric { seen[self] = true }
            process other { last = self }
            final all: count(r in reader where seen[r]) == 3
            reachable a_writer: count(w in writer where seen[w]) == 1 && last == other
            """),
    ]

    /// Where something tells elements apart.
    static let refused = [
        SmallSpec(
            "a wakeup without the lock",
            "shared c { x: bool }\nprocess p[3] symmetric {\n    sleep(c)\n}\nprocess o { wakeup(c) }"),
        SmallSpec(
            "a temporal property",
            "shared var x: bool\nprocess p[2] symmetric { x = true }\neventually done: x"),
        SmallSpec(
            "a loop over a set",
            """
            shared var left: set<p>
            shared var sum: int in 0..<4
            process p[2] symmetric { left.insert(self) }
            process o {
                await left.count == 2
                let all = left
                for q in all { sum = (sum + 1) % 4 }
            }
            """),
        SmallSpec(
            "the number of a process",
            "shared var n: int in 0..<9\nprocess p[3] symmetric { n = int(self) }\nfinal last: n == 2"),
        SmallSpec(
            "the first of a sort as the initial value of a local",
            """
            sort frame[3] symmetric
            shared var last: frame?
            process p[2] {
                var own: frame
                last = own
                own = choose(f in frame)
                last = own
            }
            reachable one: last != nil
            """),
        SmallSpec(
            "a list with a value for each",
            """
            sort frame[3] symmetric
            shared var cost: int[frame]
            process p[2] {
                cost = [1, 2, 3]
                let f = choose(f in frame)
                assert cost[f] < 3
            }
            """),
        SmallSpec(
            "words that are not known",
            """
            shared var large: int in 0..<4
            process p[2] symmetric {
                symbolic w: u8 where w > 250
                if w > 252 { large = large + 1 }
            }
            invariant few: large < 3
            """),
        SmallSpec(
            "a fallible question before another",
            """
            sort frame[3] symmetric
            shared var d: (int in 0..<3)[frame]
            shared var y: bool[frame]
            action turn_on(f in frame) { y[f] = true }
            action raise(f in frame) when d[f] < 2 { d[f] = d[f] + 1 }
            action ask when (some f in frame: y[f] || 4 / d[f] == 2) {
                let f = choose(f in frame)
                y[f] = false
            }
            """),
    ]
}
