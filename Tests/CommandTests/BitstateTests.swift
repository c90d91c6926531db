// Hunts by bitstate hashing: the same runs as exact ones, never a HOLDS, and an honest word about what may be missing.

import Foundation
import Testing

@Suite struct BitstateTests {
    private func report(_ arguments: [String], in folder: URL = packageFolder) throws -> (
        check: [String: Any], code: Int32, text: String
    ) {
        let run = try Command.run(["check"] + arguments + ["--format", "json"], in: folder)
        let document = try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any]
        let specs = try #require(document?["specs"] as? [[String: Any]], "\(run.error)")
        let checks = try #require(specs.first?["checks"] as? [[String: Any]])
        return (try #require(checks.first), run.code, run.output.components(separatedBy: "\"timing\"")[0])
    }

    private func bitstate(_ check: [String: Any]) throws -> (exponent: Int, missing: Double) {
        let use = try #require(check["bitstate"] as? [String: Any])
        let missing = try #require(use["expectedOmissions"] as? NSNumber).doubleValue
        return (try #require(use["omissionExponent"] as? Int), missing)
    }

    static let peterson = ["Benchmarks/peers/peterson.spec", "-D", "N=5"]

    @Test func allStatesAreNoProof() throws {
        let (check, code, _) = try report(Self.peterson + ["--bitstate", "64MiB"])
        #expect(code == 0)
        #expect(check["states"] as? Int == 223_105)
        #expect(check["transitions"] as? Int == 741_065)
        #expect(check["scope"] as? String == "partial")
        #expect(try bitstate(check).exponent < -20)
        let verdicts = (check["properties"] as? [[String: Any]])?.compactMap { $0["verdict"] as? String } ?? []
        #expect(!verdicts.isEmpty && verdicts.allSatisfy { $0 == "inconclusive" })
        let human = try Command.run(["check"] + Self.peterson + ["--bitstate", "64MiB"], in: packageFolder)
        #expect(human.output.contains("INCONCLUSIVE (bitstate: 223 105 states, omission probability at most 2^-"))
        #expect(!human.output.contains("HOLDS"))
        let required = ["--require", "exhaustive"]
        #expect(
            try Command.run(["check"] + Self.peterson + ["--bitstate", "64MiB"] + required, in: packageFolder).code == 5
        )
    }

    @Test func anyNumberOfThreadsGivesTheSameBytes() throws {
        let documents = try ["1", "2", "5"].map { try report(Self.peterson + ["--bitstate", "1MiB", "-j", $0]).text }
        #expect(Set(documents).count == 1)
    }

    /// Shared bits leave states out; here each is reached on many ways, so that what is missing is what was left out.
    @Test(arguments: ["96KiB", "160KiB", "256KiB"]) func whatIsMissingIsAsManyAsIsSaid(size: String) throws {
        let spec = ["Benchmarks/peers/grid.spec", "-D", "M=6", "--no-deadlock"]
        let whole = try #require(try report(spec).check["states"] as? Int)
        let check = try report(spec + ["--bitstate", size]).check
        let missing = Double(whole - (try #require(check["states"] as? Int)))
        let said = try bitstate(check).missing
        #expect(missing > 20 && said > 20, "\(missing) \(said)")
        #expect(missing < 2 * said && said < 2 * missing, "\(missing) are missing, \(said) are said to")
    }

    struct Fault: Sendable, CustomTestStringConvertible {
        let spec: String
        let name: String
        var testDescription: String { "\(spec) \(name)" }
    }

    static let faults = [
        Fault(spec: "Specs/queue.spec", name: "Q1"), Fault(spec: "Specs/crypto.spec", name: "S3"),
        Fault(spec: "Specs/tlb.spec", name: "R5"),
        Fault(spec: "Specs/prime.spec", name: "P8"), Fault(spec: "Specs/prime.spec", name: "P12"),
        Fault(spec: "Specs/forkexec.spec", name: "P2"), Fault(spec: "Specs/forkexec.spec", name: "X3"),
        Fault(spec: "Specs/map.spec", name: "R3"), Fault(spec: "Specs/map.spec", name: "M8"),
    ]

    /// Traces are computed again from the numbers of steps, and each of their steps is taken by the reference semantics.
    @Test(arguments: faults) func theTraceIsThatOfTheExactRun(fault: Fault) throws {
        let folder = try TemporaryFolder()
        let arguments = ["check", fault.spec, "--fault", fault.name, "--out-dir"]
        func traces(_ name: String, _ more: [String]) throws -> (code: Int32, files: [String: String]) {
            let place = folder.url.appending(path: name)
            let run = try Command.run(arguments + [place.path] + more, in: packageFolder)
            var files: [String: String] = [:]
            let found = FileManager.default.enumerator(atPath: place.path)?.compactMap { $0 as? String } ?? []
            for file in found where file.hasSuffix(".json") {
                files[file] = try String(contentsOf: place.appending(path: file), encoding: .utf8)
            }
            return (run.code, files)
        }
        let (exact, hunted) = (try traces("exact", []), try traces("hunted", ["--bitstate", "64MiB"]))
        #expect(exact.code == hunted.code)
        #expect(!hunted.files.isEmpty)
        #expect(exact.files == hunted.files)
    }

    @Test func aSpecOfEveryKindOfStepIsShownToo() throws {
        let folder = try TemporaryFolder()
        try folder.write(
            "a.spec",
            Array(
                """
                spec A
                sort client[3] symmetric
                shared var x: int in 0..<200
                shared var last: client?
                process p[2] {
                    loop {
                        let n = choose(y in 0..<9)
                        let c = choose(d in client)
                        atomic {
                            x = (x + n) % 200
                            last = c
                        }
                    }
                }
                transition slow: x != 77 || old(x) > 70
                    "77 is come to slowly"
                reachable far: x == 199

                """.utf8))
        let exact = try report(["a.spec", "--keep-going"], in: folder.url)
        let hunted = try report(["a.spec", "--keep-going", "--bitstate", "1MiB"], in: folder.url)
        func told(_ check: [String: Any], _ name: String) -> [String] {
            let all = check["properties"] as? [[String: Any]] ?? []
            let property = all.first { $0["name"] as? String == name } ?? [:]
            return ["verdict", "steps", "witnessDepth"].map { "\(property[$0] ?? "")" }
        }
        for name in ["slow", "far"] { #expect(told(exact.check, name) == told(hunted.check, name)) }
        #expect(exact.code == 12 && hunted.code == 12)
    }

    @Test func mergingTakesItForAHunt() throws {
        let folder = try TemporaryFolder()
        try folder.write("a.spec", Array(ShardTests.specs["a.spec"]?.utf8 ?? "".utf8))
        let hunt = try Command.run(
            ["check", "a.spec", "--bitstate", "1MiB", "--part", "hunt.json"], in: folder.url)
        #expect(hunt.code == 10, "\(hunt.output)")
        let merged = try Command.run(["merge", "hunt.json"], in: folder.url)
        #expect(merged.output.contains("small"), "\(merged.output)\(merged.error)")
        #expect(!merged.output.contains("HOLDS"))
    }

    @Test(
        arguments: [
            (["--bitstate", "1"], "1KiB"), (["--bitstate", "much"], "much"),
            (["--bitstate", "1MiB", "--shard", "1/2"], "no shard"),
            (["--bitstate", "1MiB", "--checkpoint", "kept"], "no checkpoints"),
        ] as [([String], String)]) func whatDoesNotGoTogetherIsTold(options: [String], words: String) throws
    {
        let run = try Command.run(["check", "Specs/tlb.spec"] + options, in: packageFolder)
        #expect(run.code == 64 && run.error.contains(words), "\(run.error)")
    }
}
