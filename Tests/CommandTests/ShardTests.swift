// Parts of a run: the merge of all shards is the run of one process, and what does not belong together is refused.

import Foundation
import Testing

@Suite struct ShardTests {
    /// A violation, a lasso, a cycle of locks, a proof that is refuted, a warning, a fault, a bound: all that a result holds.
    static let specs = [
        "a.spec": """
        spec A
        const N = 2
        pure step() -> int = 1
        shared var x: int in 0..<9
        process p[N] symmetric { x = x + step() }
        invariant small: x < 2
            "x stays small"
        reachable one: x == 1
        check expect holds
        check bounded(N: 3, depth: 1) expect violated small
        fault F(N: 1) "one alone" { pure step() -> int = 0 + 1 } expect holds

        """,
        "b.spec": """
        spec B
        shared data guarded by a {
            a: spinlock
            turn: int in 0..<2 = 0
        }
        shared other { b: spinlock }
        process p {
            acquire(data.a)
            acquire(other.b)
            data.turn = 1
            release(other.b)
            release(data.a)
        }
        process q {
            acquire(other.b)
            acquire(data.a)
            data.turn = 1
            release(data.a)
            release(other.b)
        }

        """,
        "c.spec": """
        spec C
        shared var on: bool = false
        process p[2] symmetric { loop { on = !on } }
        eventually off_for_good: on && !on
        prove wraps(a: u64, b: u64) where a > 0 { a > b }

        """,
        "d.spec": "spec D\nprocess p { y = 1 }\n",
    ]

    private func folder() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        for (name, text) in Self.specs { try folder.write(name, Array(text.utf8)) }
        return folder
    }

    private func text(_ name: String, in folder: TemporaryFolder) throws -> String {
        String(decoding: try Data(contentsOf: folder.url.appending(path: name)), as: UTF8.self)
    }

    /// A JSON report without its times.
    private func report(_ name: String, in folder: TemporaryFolder) throws -> NSDictionary {
        let data = try Data(contentsOf: folder.url.appending(path: name))
        var report = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
        report["timing"] = nil
        return report as NSDictionary
    }

    @Test(arguments: [1, 2, 3, 7, 20]) func mergedShardsAreTheRunOfOneProcess(count: Int) throws {
        let folder = try folder()
        let whole = try Command.run(
            ["ci", "--report", "json=whole.json,markdown=whole.md", "--out-dir", "whole"], in: folder.url)
        #expect(whole.code == 2, "\(whole.error)")
        for shard in 1...count {
            _ = try Command.run(["ci", "--shard", "\(shard)/\(count)", "--out-dir", "parts", "-q"], in: folder.url)
        }
        // Any order of the files gives the same.
        let files = (1...count).map { "parts/shard-\($0)-of-\(count).json" }.shuffled()
        let merged = try Command.run(
            ["merge", "--report", "json=merged.json,markdown=merged.md", "--out-dir", "whole"] + files, in: folder.url)
        #expect(merged.code == whole.code, "\(merged.error)")
        #expect(try report("merged.json", in: folder) == report("whole.json", in: folder))
        #expect(try text("merged.md", in: folder) == text("whole.md", in: folder))
        #expect(merged.output == whole.output)
    }

    @Test func aMissingShardIsInconclusiveByName() throws {
        let folder = try folder()
        for shard in [1, 2] {
            _ = try Command.run(["ci", "a.spec", "--shard", "\(shard)/3", "-q"], in: folder.url)
        }
        let parts = ["shmcheck-out/shard-2-of-3.json", "shmcheck-out/shard-1-of-3.json"]
        let merged = try Command.run(["merge"] + parts, in: folder.url)
        #expect(merged.output.contains("shard 3/3 is missing"), "\(merged.output)")
        #expect(merged.error.contains("missing: shard 3/3"))
        // The violation that another shard has still counts.
        #expect(merged.code == 10)
        let open = try Command.run(["merge", parts[0]], in: folder.url)
        #expect(open.output.contains("shard 1/3 is missing"))
        #expect(open.code == 5)
    }

    // MARK: What is refused

    private func refusal(_ files: [String], in folder: TemporaryFolder) throws -> String {
        let result = try Command.run(["merge"] + files, in: folder.url)
        #expect(result.code == 64, "\(result.output)")
        #expect(result.output.isEmpty)
        return result.error
    }

    @Test func shardsThatAreNotOfOneRunAreRefused() throws {
        let folder = try folder()
        func make(_ words: [String], _ name: String) throws {
            _ = try Command.run(["check", "a.spec", "-q", "--part", name] + words, in: folder.url)
        }
        try make(["--shard", "1/2"], "one.json")
        try make(["--shard", "2/2"], "two.json")
        try make(["--shard", "2/3"], "of3.json")
        try make(["--shard", "2/2", "--no-reduce"], "fine.json")
        try make(["--shard", "2/2", "--no-symmetry"], "full.json")
        #expect(try refusal(["one.json", "of3.json"], in: folder).contains("one is 2/3, the other 1/2"))
        #expect(try refusal(["one.json", "fine.json"], in: folder).contains("their options differ"))
        #expect(try refusal(["one.json", "full.json"], in: folder).contains("their options differ"))
        try folder.write("copy.json", Array(text("one.json", in: folder).utf8))
        #expect(try refusal(["one.json", "copy.json"], in: folder).contains("are both shard 1/2"))
        let built = try text("two.json", in: folder).replacing(/"program":"[0-9a-f]+"/, with: "\"program\":\"0\"")
        try folder.write("built.json", Array(built.utf8))
        #expect(try refusal(["one.json", "built.json"], in: folder).contains("different builds"))
        // Another commit: of one shard, then of both.
        let edited = try #require(Self.specs["a.spec"]).replacing("x < 2", with: "x < 3")
        try folder.write("a.spec", Array(edited.utf8))
        try make(["--shard", "2/2"], "later.json")
        #expect(try refusal(["one.json", "later.json"], in: folder).contains("different versions of a.spec: default"))
        #expect(try refusal(["one.json", "two.json"], in: folder).contains("has changed since"))
    }

    @Test func whatIsNoShardIsToldFromOne() throws {
        let folder = try folder()
        try folder.write("broken.json", Array("{".utf8))
        try folder.write("report.json", Array("{\"v\":1,\"specs\":[]}".utf8))
        for (file, words) in [
            ("broken.json", "no JSON"), ("report.json", "no shard"), ("nowhere.json", "No such file"),
        ] {
            let result = try Command.run(["merge", file], in: folder.url)
            #expect(result.code == 74)
            #expect(result.error.contains(words), "\(result.error)")
        }
        for wrong in ["0/2", "3/2", "1", "a/b", "1/0"] {
            #expect(try Command.run(["ci", "--shard", wrong], in: folder.url).code == 64)
        }
    }

    // MARK: Hunts

    @Test func aHuntFindsAndNeverMakesAnythingHold() throws {
        let folder = try folder()
        let hunt = try Command.run(
            ["simulate", "a.spec", "--traces", "50", "--part", "hunt.json"], in: folder.url)
        #expect(hunt.code == 12)
        let found = try Command.run(["merge", "hunt.json"], in: folder.url)
        #expect(found.code == 10 && found.output.contains("small VIOLATED"), "\(found.output)")
        // The same walks through a check in which nothing is wrong: no answer.
        let vain = try Command.run(
            ["simulate", "a.spec", "--fault", "F", "--traces", "50", "--part", "vain.json"], in: folder.url)
        #expect(vain.code == 0)
        let open = try Command.run(["merge", "vain.json"], in: folder.url)
        #expect(open.code == 5 && open.output.contains("no shard has it"), "\(open.output)")
        // The walks saw what `one` asks for, and are not kept: it stays open.
        let document = try Command.run(["merge", "vain.json", "--format", "json"], in: folder.url).output
        #expect(document.contains("\"inconclusive\"") && !document.contains("\"verdict\": \"holds\""), "\(document)")
        // Beside the whole run it adds nothing.
        _ = try Command.run(["check", "a.spec", "-q", "--part", "whole.json"], in: folder.url)
        let whole = try Command.run(["merge", "whole.json"], in: folder.url)
        #expect(try Command.run(["merge", "vain.json", "whole.json"], in: folder.url).output == whole.output)
    }

    @Test func aHuntThatContradictsAProofOfAllStatesIsAMistakeOfOurs() throws {
        let folder = try folder()
        _ = try Command.run(["check", "a.spec", "-q", "--part", "whole.json"], in: folder.url)
        _ = try Command.run(["simulate", "a.spec", "--traces", "50", "--part", "hunt.json"], in: folder.url)
        let lied = try text("whole.json", in: folder)
            .replacing("\"scope\":\"partial\"", with: "\"scope\":\"exhaustive\"")
            .replacing(/"verdict":"violated"(,"message":"x stays small","evaluations":\d+)/) { match in
                "\"verdict\":\"holds\"\(match.1)"
            }
        try folder.write("lie.json", Array(lied.utf8))
        let merged = try Command.run(["merge", "lie.json", "hunt.json"], in: folder.url)
        #expect(merged.code == 70, "\(merged.output)")
    }

    // MARK: Lists and sweeps

    @Test func aListNamesTheCommandOfEveryCheck() throws {
        let folder = try folder()
        let result = try Command.run(
            ["list", "a.spec", "b.spec", "--shards", "2", "--hunts", "2", "--traces", "10", "--format", "json"],
            in: folder.url)
        #expect(result.code == 0)
        let list = try #require(JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
        let checks = try #require(list["checks"] as? [[String: Any]])
        let names = checks.map { $0["check"] as? String }
        #expect(names == ["default", "bounded", "F", "default"])
        #expect(checks.map { $0["shard"] as? String } == ["1/2", "2/2", "1/2", "2/2"])
        let hunts = try #require(list["hunts"] as? [[String: Any]])
        #expect(hunts.map { $0["seed"] as? String } == ["0", "10", "20", "30", "40", "50", "60", "70"])
        for entry in checks + hunts {
            let command = try #require(entry["command"] as? String)
            let said = try Command.shell(
                command.replacing("shmcheck", with: "$0", maxReplacements: 1) + "; echo $?", in: folder.url)
            #expect(!said.contains("Usage"), "\(said)")
        }
        #expect(try Command.run(["list", "d.spec"], in: folder.url).code == 2)
    }

    @Test func aSweepTellsTheFirstSizeThatIsViolated() throws {
        let folder = try folder()
        let words = ["check", "a.spec", "--sweep", "N=1..4"]
        let result = try Command.run(words + ["--report", "svg=grid.svg,json=whole.json"], in: folder.url)
        #expect(result.code == 12)
        #expect(result.output.contains("the first configuration that is violated: N=2"), "\(result.output)")
        #expect(result.output.contains("reproduce: shmcheck check a.spec -D N=2"))
        let svg = try text("grid.svg", in: folder)
        let checked = try Command.shell("xmllint --noout grid.svg && echo well-formed", in: folder.url)
        #expect(checked.contains("well-formed"), "\(checked)")
        #expect(svg.components(separatedBy: "class=\"good\"").count == 2)
        #expect(svg.components(separatedBy: "class=\"bad\"").count == 4)
        // In shards it is the same.
        for shard in 1...3 { _ = try Command.run(words + ["-q", "--shard", "\(shard)/3"], in: folder.url) }
        let parts = (1...3).map { "shmcheck-out/shard-\($0)-of-3.json" }
        let merged = try Command.run(["merge", "--report", "json=merged.json"] + parts, in: folder.url)
        #expect(merged.code == 12)
        #expect(try report("merged.json", in: folder) == report("whole.json", in: folder))
        // Its traces name the constants, and are read back.
        let shown = try Command.run(["show", "shmcheck-out/a/N_2/small.itf.json"], in: folder.url)
        #expect(shown.code == 0, "\(shown.error)")
    }

    @Test(arguments: [
        ("N=1..x", "whole numbers"), ("N", "NAME=LOW..HIGH"), ("N=4..1", "greater"), ("N=1..2,N=3..4", "twice"),
        ("N=1..20000", "more than 10000"), ("M=1..2", "no constant M"),
    ])
    func aSweepThatCannotBeIsRefused(words: String, reason: String) throws {
        let result = try Command.run(["check", "a.spec", "--sweep", words], in: folder().url)
        #expect(result.code == 64, "\(result.output)")
        #expect(result.error.contains(reason), "\(result.error)")
    }
}
