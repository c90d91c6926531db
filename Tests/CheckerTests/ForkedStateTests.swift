// States with symbolic words against the reference, which takes each word's values one by one: the same states, the same verdicts.

import Checker
import Foundation
import Model
import Testing

@Suite struct ForkedStateTests {
    /// What differs between the engine and the reference; nil where either has too much to do.
    static func differences(_ text: String, limit: Int) -> (differences: [String], stored: Int, states: Int)? {
        guard let system = SymbolicStepTests.system(text), let graph = ReferenceGraph(system, limit: limit),
            let forked = exploreForked(system, limit: 4 * limit)
        else { return nil }
        if !forked.open.isEmpty { return ([forked.open[0].reason], forked.storedCount, 0) }
        var found: [String] = []
        let expected = Set(graph.states)
        if let missing = expected.subtracting(forked.states).first { found.append("missing \(missing)") }
        if let extra = forked.states.subtracting(expected).first { found.append("too many: \(extra)") }
        if system.symbolicRange == nil {
            if forked.storedCount != graph.states.count { found.append("\(forked.storedCount) states") }
            if forked.transitions != graph.transitionCount { found.append("\(forked.transitions) transitions") }
            if forked.depth != graph.depth { found.append("depth \(forked.depth), not \(graph.depth)") }
        }
        if system.symbolicRange != nil { found += wrongVerdicts(text, graph) }
        return (found, forked.storedCount, graph.states.count)
    }

    /// Verdicts of the check that are not those of the definitions. What needs the whole graph may stay open.
    private static func wrongVerdicts(_ text: String, _ graph: ReferenceGraph) -> [String] {
        var options = CheckOptions()
        options.keepsGoing = true
        let source = SourceFile(path: "t.spec", text: text)
        guard let check = check(source, read: { specBytes($0) }, options: options).checks.first else {
            return ["no check"]
        }
        var found = check.internalErrors
        if !check.exploredAsUnguarded.isEmpty { return found }
        let expected = graph.verdicts()
        for property in check.properties where property.verdict != .notSupported {
            guard let wanted = expected[property.name], wanted != property.verdict else { continue }
            let mayBeOpen = property.kind == .deadlock || property.kind == .final
            if mayBeOpen, property.verdict == .inconclusive { continue }
            found.append("\(property.name) is \(property.verdict.word), not \(wanted.word)")
        }
        for property in check.violated where property.trace == nil { found.append("\(property.name) has no trace") }
        return found
    }

    static let texts: [(name: String, text: String)] = [
        (
            "words in data, branches, traps",
            """
            spec T
            shared m guarded by lock { lock: spinlock, used: u8, size: u8 = 4 }
            process p[2] {
                symbolic va: u8 where va < 6
                symbolic n: u8 where n < va || n > 253
                acquire(m.lock)
                if va + n <= m.size { m.used = va + n }
                release(m.lock)
            }
            invariant inside: m.used <= m.size
            invariant small: m.used <= 2
            reachable full: m.used == 4
            transition grows: m.used >= old(m.used)
            """
        ),
        (
            "words that overflow where nobody looks",
            """
            spec T
            shared var top: u8
            shared var seen: bool[4]
            process p {
                symbolic a: u8 where a >= 250
                symbolic b: i8 where b < -120 || b > 125
              mark:
                top = a &+ u8(bits: b)
                if top < 8 { seen[int(top / 2)] = true }
                assert top != 3, "never three"
            }
            process q { await seen[1] }
            invariant odd: top != 250 || !seen[0]
            """
        ),
        (
            "words as indices, keys and bounds",
            """
            spec T
            shared lot[2] { lock: spinlock, n: u8 guarded by lock }
            shared var members: set<(int in 0..<4)>
            shared var log: seq<u8> max 3
            process p[2] {
                symbolic i: u8 where i < 2
                acquire(lot[int(i)].lock)
                lot[int(i)].n = i + 1
                release(lot[int(i)].lock)
                members.insert(int(i) + 1)
                symbolic k: u8 where k < 3
                for j in 0..<int(k) { if log.count < 3 { log.append(u8(j) * 2) } }
            }
            invariant few: members.count < 2
            invariant own: lot[1].n != 1
            final done: finished(p[0])
            """
        ),
        (
            "locks in the order of words",
            """
            spec T
            shared l[2] { lock: spinlock, n: u8 guarded by lock }
            process p[2] {
                symbolic first: u8 where first < 2
                acquire(l[int(first)].lock)
                acquire(l[1 - int(first)].lock)
                l[0].n = first
                release(l[0].lock)
                release(l[1].lock)
            }
            """
        ),
        (
            "waiting for words, starts, kills, sleep",
            """
            spec T
            shared q guarded by lock { lock: spinlock, level: u8 }
            shared var stop: bool
            process child starts(by: u8) {
                killable (stop) {
                    acquire(q.lock)
                    while q.level < by { sleep(q, q.lock) }
                    q.level = by
                    release(q.lock)
                } else { stop = false }
            }
            process parent {
                symbolic x: u8 where x < 5
                start child(x)
                symbolic y: u8 where y > x && y < 5
                acquire(q.lock)
                q.level = y
                wakeup(q)
                release(q.lock)
                if y == 3 { stop = true }
                join child
                assert q.level == x
            }
            """
        ),
        (
            "actions with words, choices among them, swaps",
            """
            spec T
            shared var a: u8
            shared var b: i8
            action grow when a < 5 {
                symbolic x: u8 where x > a && x < 7
                a = x
            }
            action pick {
                let c = choose(k in 0..<3 where u8(k) > a)
                b = i8(c) - 3
            }
            process p {
                symbolic w: u8 where w < 4
                let hit = cas(a, w, 6)
                if hit { b = i8(w) }
            }
            invariant never: b != 3
            """
        ),
        (
            "words chosen before the first step, and in `init`",
            """
            spec T
            shared var n: u8
            shared var hit: bool
            init {
                symbolic s: u8 where s < 9
                if s > 6 { n = s } else { n = 1 }
            }
            process p {
                symbolic w: u8 where w >= n && w < 10
                hit = w == 9
            }
            invariant early: n < 8
            """
        ),
    ]

    @Test(arguments: texts.indices) func statesAndVerdictsAreThoseOfEachValue(index: Int) throws {
        let (name, text) = Self.texts[index]
        let result = check(SourceFile(path: "t.spec", text: text), read: { _ in nil }, options: CheckOptions())
        #expect(result.diagnostics.isEmpty, "\(name): \(result.diagnostics.map(\.message))")
        let (differences, stored, states) = try #require(Self.differences(text, limit: 60_000), "\(name)")
        #expect(differences.isEmpty, "\(name): \(differences.joined(separator: "\n"))")
        #expect(stored < states, "\(name): \(stored) stored for \(states)")
    }

    /// A process that can never go on beside another that always does: no state is stuck, the component is.
    @Test func aProcessThatIsBlockedAmongOthersIsADeadlock() throws {
        let text = """
            spec T
            shared var turn: u8
            shared var open: bool
            process runner { loop { turn = turn ^ 1 } }
            process waiter {
                symbolic w: u8
                if w > 200 { open = w > 100 } else { open = w > 210 }
                await open
            }
            """
        let source = SourceFile(path: "t.spec", text: text)
        let result = check(source, read: { _ in nil }, options: CheckOptions()).checks[0]
        let deadlock = try #require(result.properties.first { $0.kind == .deadlock })
        #expect(deadlock.verdict == .violated && result.internalErrors.isEmpty, "\(result.internalErrors)")
        #expect(deadlock.message == "waiter can never go on")
        #expect(deadlock.trace?.steps.last?.name.contains("waiter") == true)
        let free = text.replacing("w > 210", with: "w < 210")
        let other = check(SourceFile(path: "t.spec", text: free), read: { _ in nil }, options: CheckOptions()).checks[0]
        #expect(other.properties.first { $0.kind == .deadlock }?.verdict == .holds)
    }

    /// A state whose condition implies that of one with the same row is not kept by itself.
    @Test func whatIsCoveredIsNotStored() throws {
        let text = """
            spec T
            shared var kept: u8
            process p {
                symbolic w: u8
                either { ANY } or { SOME }
            }
            invariant never: kept != 7
            """
        func stored(_ first: String, _ second: String) throws -> Int {
            let text = text.replacing("ANY", with: first).replacing("SOME", with: second)
            let (differences, stored, _) = try #require(Self.differences(text, limit: 60_000))
            #expect(differences.isEmpty, "\(differences)")
            return stored
        }
        let (any, some) = ("kept = w", "if w > 9 { kept = w } else { if w < 5 { kept = w } }")
        // In the other order the two with a condition are there before the one that covers them.
        #expect(try stored(any, some) + 2 == stored(some, any))
    }

    /// Random specs in which choices of small numbers have become words.
    @Test func randomSpecsHaveTheStatesAndVerdictsOfEachValue() {
        let environment = ProcessInfo.processInfo.environment
        let given = environment["SHMCHECK_SEED"].flatMap { UInt64($0) }
        let first = given ?? (environment["CI"] == "true" ? 88_001 : UInt64.random(in: 0..<1 << 40))
        print("random specs with symbolic words from seed \(first)")
        var (compared, symbolic, failures) = (0, 0, 0)
        for number in 0..<(given != nil ? 1 : isQuick ? 40 : 150) where failures < 4 {
            let seed = first &+ UInt64(number)
            var writer = RandomWriter(seed: seed)
            let plain = writer.spec().text
            let text = number % 5 == 4 ? plain : Self.withWords(plain)
            guard let (differences, _, _) = Self.differences(text, limit: 600) else { continue }
            compared += 1
            if text != plain { symbolic += 1 }
            guard !differences.isEmpty else { continue }
            failures += 1
            Issue.record("seed \(seed): \(differences.joined(separator: "\n"))\n\(text)")
        }
        print("\(compared) random specs compared, \(symbolic) with words")
        if given == nil { #expect(compared > 5 && symbolic > 3) }
    }

    /// The spec with words in the place of local constants and choices.
    private static func withWords(_ text: String) -> String {
        var lines: [String] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let words = line.split(separator: " ")
            let indent = String(line.prefix { $0 == " " })
            if words.count > 3, words[0] == "let" || words[0] == "var", words[2] == "=",
                words.dropFirst(3).joined() == "choose(kin0..<2)" || words[0] == "var" && words.count == 4
            {
                lines.append("\(indent)symbolic \(words[1])w: u8 where \(words[1])w < 3")
                lines.append("\(indent)\(words[0]) \(words[1]) = int(\(words[1])w)")
            } else {
                lines.append(String(line))
            }
        }
        return lines.joined(separator: "\n")
    }
}
