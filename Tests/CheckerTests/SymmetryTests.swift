// Symmetry: one state for each orbit, the same verdicts, and nothing exchanged that something tells apart.

import Checker
import Foundation
import Model
import Testing

@Suite struct SymmetryTests {
    @Test(arguments: SymmetrySpecs.exact) func theQuotientIsExact(_ spec: SmallSpec) {
        let result = SymmetryComparison(spec.text, limit: 60_000)
        #expect(result.mistakes.isEmpty, "\(result.mistakes.joined(separator: "\n"))")
        #expect(result.refusal == nil, "\(result.refusal ?? "")")
        #expect(result.differences.isEmpty, "\(result.differences.joined(separator: "\n"))")
        #expect(result.use?.refused.isEmpty == true, "\(result.use?.refused.first?.reason ?? "")")
        #expect(result.states.quotient < result.states.full, "\(result.states)")
        print("\(spec.name): \(result.states)")
    }

    /// What tells elements apart turns symmetry off for their sort, and the verdicts are those of the full space.
    @Test(arguments: SymmetrySpecs.refused) func whatTellsElementsApartIsFound(_ spec: SmallSpec) {
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
        let output = try shell(
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
}
