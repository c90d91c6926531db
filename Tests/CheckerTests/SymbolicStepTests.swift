// The symbolic encoding of steps against the reference semantics: the same successors, and what is proved is so.

import Checker
import Foundation
import Model
import Testing

@Suite struct SymbolicStepTests {
    /// A spec, lowered; nil when it has mistakes.
    static func system(_ text: String, fault: String? = nil, definitions: [SettingSyntax] = []) -> TransitionSystem? {
        var choice = SpecSystem.Choice()
        choice.fault = fault
        choice.definitions = definitions
        let source = SourceFile(path: "t.spec", text: text)
        let diagnostics = Diagnostics()
        return SpecSystem(source, read: { specBytes($0) }, choice: choice, diagnostics: diagnostics)?.system
    }

    /// What differs between the encoding and the reference in the states of a graph.
    static func differences(_ system: TransitionSystem, limit: Int) -> (differences: [String], states: Int)? {
        guard let graph = ReferenceGraph(system, limit: limit), let symbolic = SymbolicSuccessors(system) else {
            return nil
        }
        var found: [String] = []
        let stepper = ReferenceStepper(system)
        func compare(_ outcomes: [Outcome], _ own: SymbolicSuccessors.Outcomes, _ place: String) {
            var expected = SymbolicSuccessors.Outcomes()
            for outcome in outcomes {
                switch outcome {
                case .state(let state): expected.states.insert(state)
                case .violation(let violation, _): expected.violations.insert(violation.kind)
                case .cut: break
                }
            }
            guard expected != own else { return }
            let missing = expected.states.subtracting(own.states)
            let extra = own.states.subtracting(expected.states)
            found.append(
                "\(place): missing \(missing), too many \(extra), violations \(own.violations) for \(expected.violations)"
            )
        }
        guard let initial = symbolic.initial() else { return nil }
        compare(stepper.initialOutcomes(limit: 1 << 16) ?? [], initial, "initial")
        for state in graph.states where found.isEmpty {
            guard let own = symbolic.successors(of: state) else { return nil }
            compare(stepper.transitions(from: state).map(\.outcome), own, "\(state)")
        }
        return (found, graph.states.count)
    }

    static let texts: [(name: String, text: String)] = [
        (
            "locks, sleep and wakeup",
            """
            spec T
            shared q guarded by lock { lock: spinlock, n: int in 0..<3 = 0 }
            shared var other: spinlock
            process p[3] {
                let isMine = try_acquire(other)
                if isMine { release(other) }
                acquire(q.lock)
                while q.n == 2 { sleep(q, q.lock) }
                q.n += 1
                release(q.lock)
            }
            daemon process c {
                loop {
                    acquire(q.lock)
                    while q.n == 0 { sleep(q, q.lock) }
                    q.n -= 1
                    wakeup(q)
                    release(q.lock)
                }
            }
            """
        ),
        (
            "choices, either, loops over sets, sequences and structs",
            """
            spec T
            struct Pair { a: u8, b: bool }
            shared var s: set<(int in 0..<4)> 
            shared var t: seq<(int in 0..<4)> max 2
            shared var u: Pair? = nil
            shared var n: int in 0..<8 = 0
            process p {
                let x = choose(c in 1..<3)
                s.insert(x)
                either { s.insert(0) } or { t.append(x) }
                for e in s { if n < 6 { n = n + e } }
                u = Pair(a: u8(n), b: x == 2)
                let y = choose(z in 0..<4 where z > x)
                if t.count > 0 { n = t[0] }
                if u!.b { u = nil }
                let w = u!.a
            }
            """
        ),
        (
            "starts, join, claims and kills",
            """
            spec T
            shared box[child] { v: int in 0..<4 private = 0 }
            shared var stop: bool
            shared var sum: int in 0..<9
            process child[2] starts(by: int in 0..<3) {
                killable (stop) {
                    await sum > 0
                    box[self].v = by
                    sum += by
                } else { sum = 0 }
            }
            process parent {
                start child[0](1)
                start child[1](2)
                sum = 1
                stop = true
                join child[0]
                assert sum < 4
            }
            """
        ),
        (
            "actions, words that wrap and trap, atomic operations",
            """
            spec T
            shared var a: u8 = 250
            shared var b: i8 = -3
            shared var c: int in 0..<4
            sort t[3]
            shared var m: (int in 0..<3)[t]
            action add(i: int in 1..<4) when a >= 249 { a = a &+ u8(i) }
            action put(x: t) when c < 3 {
                c += 1
                m[x] = c
                b = b * 4
            }
            process p {
                let old = amo_add(a, 7)
                let ok = cas(c, 2, 0)
                if ok { b = i8(bits: old) }
            }
            """
        ),
    ]

    @Test(arguments: texts.indices) func theEncodingHasTheSuccessorsOfTheReference(index: Int) throws {
        let (name, text) = Self.texts[index]
        let system = try #require(Self.system(text), "\(name): \(mistakes(text))")
        let (differences, states) = try #require(Self.differences(system, limit: 4000), "\(name) is not encoded")
        #expect(differences.isEmpty, "\(name): \(differences.joined(separator: "\n"))")
        #expect(states > 5, "\(name)")
    }

    private func mistakes(_ text: String) -> String {
        let result = check(SourceFile(path: "t.spec", text: text), read: { _ in nil }, options: CheckOptions())
        return result.diagnostics.map(\.message).joined(separator: "; ")
    }

    @Test(arguments: ["queue", "library/ring", "library/spinlock", "library/sleeplock"])
    func shippedSpecsAreEncodedExactly(name: String) throws {
        let bytes = try #require(specBytes("\(packageFolder)/Specs/\(name).spec"))
        let sizes = ["queue": "SLOTS: 2, ROUNDS: 1", "library/ring": "SIZE: 1, ROUNDS: 1"][name] ?? "USERS: 2"
        let definitions = settings(sizes)
        let text = String(decoding: bytes, as: UTF8.self)
        let system = try #require(Self.system(text, definitions: definitions))
        let (differences, states) = try #require(Self.differences(system, limit: 3000), "\(name) is not encoded")
        #expect(differences.isEmpty, "\(name): \(differences.prefix(2).joined(separator: "\n"))")
        #expect(states > 10)
    }

    /// Successors of random specs, and what is proved of them.
    @Test func randomSpecsAreEncodedExactlyAndWhatIsProvedHolds() {
        let environment = ProcessInfo.processInfo.environment
        let given = environment["SHMCHECK_SEED"].flatMap { UInt64($0) }
        let first = given ?? (environment["CI"] == "true" ? 77_001 : UInt64.random(in: 0..<1 << 40))
        print("random specs for the encoding from seed \(first)")
        var (encoded, proved, failures) = (0, 0, 0)
        for number in 0..<(given != nil ? 1 : isQuick ? 25 : 80) where failures < 4 {
            let seed = first &+ UInt64(number)
            var writer = RandomWriter(seed: seed)
            let text = writer.spec().text
            guard let system = Self.system(text), let graph = ReferenceGraph(system, limit: 120) else { continue }
            if let (differences, _) = Self.differences(system, limit: 120) {
                encoded += 1
                if !differences.isEmpty {
                    failures += 1
                    Issue.record("seed \(seed): \(differences.joined(separator: "\n"))\n\(text)")
                }
            }
            let (wrong, shown) = Self.wronglyProved(text, system, graph)
            proved += shown
            if !wrong.isEmpty {
                failures += 1
                Issue.record("seed \(seed): \(wrong.joined(separator: ", "))\n\(text)")
            }
        }
        print("\(encoded) random specs encoded, \(proved) claims proved")
        if given == nil { #expect(encoded > 5 && proved > 5) }
    }

    /// Claims that are shown although some reached state breaks them, and violations that no state has.
    private static func wronglyProved(_ text: String, _ system: TransitionSystem, _ graph: ReferenceGraph) -> (
        wrong: [String], shown: Int
    ) {
        var options = ProveOptions()
        options.solverSeconds = 2
        options.seconds = 10
        options.depth = 2
        options.engine = .induction
        let result = prove(SourceFile(path: "t.spec", text: text), read: { specBytes($0) }, options: options)
        let broken = Set(graph.falseProperties.map { system.properties[$0].name })
        let kinds = graph.violations.union(graph.initialViolations)
        var (wrong, shown): ([String], Int) = ([], 0)
        for claim in result.claims {
            let isBroken =
                broken.contains(claim.name)
                || kinds.contains { kind in
                    switch kind {
                    case .trap: claim.name == "trap"
                    case .panic: claim.name == "panic"
                    case .lockUse: claim.name == "lock_use"
                    case .lockDiscipline: claim.name == "lock_discipline"
                    case .ownership: claim.name == "ownership"
                    case .assertion(let id): claim.name == system.assertions[id].name
                    case .diverges, .deadlock, .property: false
                    }
                }
            switch claim.answer {
            case .inductive, .proved:
                shown += 1
                if isBroken { wrong.append("\(claim.name) is \(claim.word), and it is broken") }
            case .violated: if !isBroken { wrong.append("\(claim.name) is not broken") }
            case .error(let message): wrong.append(message)
            case .counterexampleToInduction, .unknown: break
            }
        }
        return (wrong, shown)
    }
}
