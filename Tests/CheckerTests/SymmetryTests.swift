// Symmetry: one state for each orbit, the same verdicts, and nothing exchanged that something tells apart.

import Checker
import Foundation
import Model
import Testing

@Suite struct SymmetryTests {
    static let specs = [
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
            reachable a_writer: some w in writer: seen[w] && last == other
            """),
    ]

    @Test(arguments: specs) func theQuotientIsExact(_ spec: SmallSpec) {
        let result = SymmetryComparison(spec.text, limit: 60_000)
        #expect(result.mistakes.isEmpty, "\(result.mistakes.joined(separator: "\n"))")
        #expect(result.refusal == nil, "\(result.refusal ?? "")")
        #expect(result.differences.isEmpty, "\(result.differences.joined(separator: "\n"))")
        #expect(result.use?.refused.isEmpty == true, "\(result.use?.refused.first?.reason ?? "")")
        #expect(result.states.quotient < result.states.full, "\(result.states)")
        print("\(spec.name): \(result.states)")
    }

    /// What tells elements apart turns symmetry off for their sort, and the verdicts are those of the full space.
    static let refusals = [
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

    @Test(arguments: refusals) func whatTellsElementsApartIsFound(_ spec: SmallSpec) {
        let result = SymmetryComparison(spec.text, limit: 60_000)
        #expect(result.mistakes.isEmpty, "\(result.mistakes.joined(separator: "\n"))")
        #expect(result.refusal == nil, "\(result.refusal ?? "")")
        #expect(result.differences.isEmpty, "\(result.differences.joined(separator: "\n"))")
        #expect(result.use?.refused.isEmpty == false)
        print("\(spec.name): \(result.use?.refused.map(\.reason) ?? [])")
    }

    /// Locks of one declaration that are taken in both orders: the elements' order counts, so there is no symmetry.
    @Test func theOrderOfLocksOfOneDeclarationIsSeen() {
        let spec = SmallSpec(
            "locks in any order",
            """
            shared room[client] { lock: spinlock }
            process client[2] symmetric {
                acquire(room[self].lock)
                let other = choose(c in client where c != self)
                acquire(room[other].lock)
                release(room[other].lock)
                release(room[self].lock)
            }
            """)
        let result = SymmetryComparison(spec.text, limit: 60_000)
        #expect(result.mistakes.isEmpty, "\(result.mistakes.joined(separator: "\n"))")
        #expect(result.differences.isEmpty, "\(result.differences.joined(separator: "\n"))")
        #expect(result.use?.sorts == [])
        #expect(result.use?.refused.count == 1)
    }

    /// Random specs over symmetric sorts. A failing one is printed.
    @Test func quotientsOfRandomSpecsAreExact() {
        let environment = ProcessInfo.processInfo.environment
        let given = environment["SHMCHECK_SEED"].flatMap { UInt64($0) }
        let first = given ?? (environment["CI"] == "true" ? 8_713_552_201 : UInt64.random(in: 0..<1 << 40))
        print("random symmetric specs from seed \(first): SHMCHECK_SEED=N runs the spec of one seed")
        let count = environment["SHMCHECK_SPECS"].flatMap { Int($0) } ?? (given != nil ? 1 : isQuick ? 150 : 1000)
        var (compared, used, full, quotient) = (0, 0, 0, 0)
        var verdicts: [Verdict: Int] = [:]
        for number in 0..<count {
            let seed = first &+ UInt64(number)
            let text = SymmetricSpecWriter(seed: seed).text
            let result = SymmetryComparison(text, limit: 3000)
            #expect(result.mistakes.isEmpty, "seed \(seed): \(result.mistakes.joined(separator: "\n"))\n\(text)")
            #expect(result.differences.isEmpty, "seed \(seed): \(result.differences.joined(separator: "\n"))\n\(text)")
            if result.refusal != nil { continue }
            compared += 1
            if result.use?.sorts.isEmpty == false { used += 1 }
            full += result.states.full
            quotient += result.states.quotient
            for verdict in result.verdicts { verdicts[verdict, default: 0] += 1 }
            if !result.differences.isEmpty { break }
        }
        print("\(compared) compared, \(used) with symmetry: \(quotient) states for \(full)")
        print(verdicts.map { "\($0.key.word) \($0.value)" }.sorted().joined(separator: ", "))
        guard given == nil else { return }
        #expect(compared * 2 > count)
        #expect(used * 2 > compared)
    }

    // MARK: Rumur

    private static let hasRumur = ["/usr/bin/rumur", "/usr/local/bin/rumur"].contains {
        FileManager.default.isExecutableFile(atPath: $0)
    }
    private static let mustRun = ProcessInfo.processInfo.environment["CI"] == "true"

    /// Peterson's filter lock by Rumur's exhaustive canonicalization.
    @Test(arguments: isQuick ? [3, 4] : [3, 4, 5]) func theFilterLockHasRumursStates(count: Int) throws {
        guard Self.hasRumur || Self.mustRun else { return print("skipped: there is no rumur") }
        let folder = FileManager.default.temporaryDirectory.appending(path: "rumur-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let model = try #require(specBytes("\(packageFolder)/Benchmarks/peers/murphi/peterson_symmetric.m"))
        let text = String(decoding: model, as: UTF8.self).replacing("N: 5", with: "N: \(count)")
        try Data(text.utf8).write(to: folder.appending(path: "m.m"))
        let output = try Self.run(
            "rumur --symmetry-reduction exhaustive --deadlock-detection off --threads 1 -o m.c m.m"
                + " && cc -std=gnu11 -O2 -mcx16 -w -o m m.c -lpthread && ./m", in: folder)
        let states = try #require(output.matches(of: /([0-9]+) states,/).last?.output.1)

        let path = "\(packageFolder)/Benchmarks/peers/peterson_symmetric.spec"
        let spec = String(decoding: try #require(specBytes(path)), as: UTF8.self)
        for threads in [1, 3] {
            var options = CheckOptions()
            options.threads = threads
            options.checksDeadlock = false
            let text = spec.replacing("N = 5", with: "N = \(count)")
            let result = check(SourceFile(path: path, text: text), read: { _ in nil }, options: options)
            let found = try #require(result.checks.first)
            #expect(found.scope == .exhaustive)
            #expect(found.violated.isEmpty)
            #expect("\(found.states)" == states)
            #expect(found.symmetry?.sorts == ["member"])
        }
    }

    private static func run(_ command: String, in folder: URL) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", command]
        process.currentDirectoryURL = folder
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(command): \(output)")
        return output
    }
}
