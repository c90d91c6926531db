// Runs that are killed and go on: the same report and the same traces; checkpoints that are not theirs are refused.

import Foundation
import Testing

@Suite struct CheckpointTests {
    /// A run that takes longer than it is left alone, with what it is asked.
    struct Run: Sendable, CustomTestStringConvertible {
        let spec: String
        let options: String
        /// Seconds after which it is killed the first time; later ones have a third more each.
        let first: Double
        var testDescription: String { "\(spec) \(options)" }
    }

    static let runs = [
        // One word, one thread and more; bottom components.
        Run(spec: "Benchmarks/peers/peterson.spec", options: "-D N=6 -j 1", first: 0.2),
        Run(spec: "Benchmarks/peers/peterson.spec", options: "-D N=6 -j 3", first: 0.2),
        // Symmetry.
        Run(spec: "Benchmarks/peers/peterson_symmetric.spec", options: "-D N=7 -j 2", first: 0.2),
        // Several checks and faults, several words, restarts without a guard, every property decided.
        Run(spec: "Specs/prime.spec", options: "--keep-going -j 2", first: 0.1),
        Run(spec: "Specs/queue.spec", options: "--keep-going -j 1", first: 0.1),
        // Lassos.
        Run(spec: "Specs/live/prime_live.spec", options: "", first: 0.1),
        // Interned structs.
        Run(spec: "Specs/crypto.spec", options: "--only S3 --only default", first: 0.1),
    ]

    /// What is the same for the same run: the report without its times, and the traces.
    private static func document(_ folder: URL, _ name: String) throws -> String {
        let report = try String(contentsOf: folder.appending(path: "\(name).json"), encoding: .utf8)
        var text = report.components(separatedBy: "\"timing\"").first ?? ""
        let traces = folder.appending(path: name)
        let files = FileManager.default.enumerator(atPath: traces.path)?.compactMap { $0 as? String } ?? []
        for file in files.sorted() where file.hasSuffix(".json") {
            text += file + (try String(contentsOf: traces.appending(path: file), encoding: .utf8))
        }
        return text.replacingOccurrences(of: "\(name)/", with: "")
    }

    @Test(arguments: runs) func aKilledRunGoesOnToTheSameReport(run: Run) throws {
        let folder = try TemporaryFolder()
        let program = "\"$0\" check \(run.spec) \(run.options) --format json --show-progress none --out-dir"
        let place = folder.url.path
        let said = try Command.shell(
            """
            \(program) \(place)/whole > \(place)/whole.json
            code=$? kills=0 seconds=\(run.first)
            # The shell itself tells of each program that was killed.
            exec 2> \(place)/shell
            while :; do
                timeout -s KILL $seconds \(program) \(place)/resumed --checkpoint \(place)/kept --checkpoint-every 10ms \
                    --resume > \(place)/resumed.json 2> \(place)/notes
                resumed=$?
                [ $resumed = 137 ] && [ $kills -lt 60 ] || break
                kills=$((kills + 1)) seconds=$(echo $seconds | awk '{print $1 * 1.3}')
            done
            echo "codes $code $resumed kills $kills left $(ls \(place)/kept)"
            """, in: packageFolder)
        let words = said.split(whereSeparator: \.isWhitespace).map(String.init)
        try #require(words.count == 7, "\(said)")
        #expect(words[1] == words[2], "\(said)")
        #expect(Int(words[4]) ?? 0 > 0, "no run was killed: \(said)")
        // What decided everything needs no checkpoint any more.
        #expect(words[6] == "lock", "\(said)")
        #expect(try Self.document(folder.url, "resumed") == Self.document(folder.url, "whole"))
    }

    // MARK: Checkpoints at a limit

    static let spec = """
        spec Kept
        const SIZE = 40
        shared var x: int in 0..<SIZE
        shared var y: int in 0..<SIZE
        process p[2] { loop { either { x = (x + 1) % SIZE } or { y = (y + 7) % SIZE } } }
        invariant never_both: !(x == SIZE - 1 && y == SIZE - 1)
            "x and y are never both at their end"

        """

    /// A folder with the spec, and with what a run kept that a limit ended.
    private func kept(_ options: [String] = []) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try folder.write("a.spec", Array(Self.spec.utf8))
        let run = try Command.run(Self.command + ["--states", "2000"] + options, in: folder.url)
        #expect(run.code == 5, "\(run.output)\(run.error)")
        #expect(run.error.contains("--resume goes on from there"))
        return folder
    }

    static let command = ["check", "a.spec", "--keep-going", "--checkpoint", "kept"]

    /// The one file of the checkpoint with an end.
    private func file(_ suffix: String, _ folder: TemporaryFolder) throws -> String {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.url.appending(path: "kept").path)
        return "kept/\(try #require(names.first { $0.hasSuffix(suffix) }))"
    }

    @Test func aLimitIsGoneBeyond() throws {
        let folder = try kept()
        let resumed = try Command.run(Self.command + ["--resume"], in: folder.url)
        let whole = try Command.run(["check", "a.spec", "--keep-going"], in: folder.url)
        #expect(resumed.code == 12)
        func lines(_ result: CommandResult) -> [String] {
            // The line of the verdict tells the time.
            result.output.components(separatedBy: "\n").map { $0.replacing(/[0-9.]+ m?s\b/, with: "") }
        }
        #expect(lines(resumed) == lines(whole))
    }

    @Test(arguments: [".head", ".states", ".parents"]) func aDamagedFileIsRefused(suffix: String) throws {
        for damage in ["cut", "empty", "flip", "gone"] {
            let folder = try kept()
            let name = try file(suffix, folder)
            let url = folder.url.appending(path: name)
            var bytes = [UInt8](try Data(contentsOf: url))
            switch damage {
            case "cut": bytes.removeLast(9)
            case "empty": bytes = []
            case "flip": bytes[bytes.count / 2] ^= 0x10
            default: try FileManager.default.removeItem(at: url)
            }
            if damage != "gone" { try folder.write(name, bytes) }
            let run = try Command.run(Self.command + ["--resume"], in: folder.url)
            // Without a head there is no checkpoint: the run begins anew, and says so.
            let isAnew = suffix == ".head" && damage == "gone"
            #expect(run.code == (isAnew ? 12 : 74), "\(suffix) \(damage): \(run.output)\(run.error)")
            let said = run.output + run.error
            if isAnew {
                #expect(said.contains("the run begins anew"))
            } else {
                #expect(
                    said.contains("cut off") || said.contains("damaged") || said.contains("No such file"), "\(said)")
            }
        }
    }

    @Test(
        arguments: [
            (["--no-reduce"], "other options"), (["-D", "SIZE=41"], "other options"),
            (["--no-deadlock"], "other options"),
            (["--depth", "9"], "other options"), (["--skip", "default"], "no checkpoint of these checks"),
        ] as [([String], String)]) func otherOptionsAreRefused(options: [String], words: String) throws
    {
        let folder = try kept()
        let run = try Command.run(Self.command + ["--resume"] + options, in: folder.url)
        #expect(run.code == 74 && (run.output + run.error).contains(words), "\(run.output)\(run.error)")
    }

    @Test func anotherSpecIsRefused() throws {
        let folder = try kept()
        try folder.write("b.spec", Array(Self.spec.utf8))
        let other = try Command.run(["check", "b.spec", "--checkpoint", "kept", "--resume"], in: folder.url)
        #expect(other.code == 74 && other.error.contains("no checkpoint of these checks"), "\(other.error)")
        let edited = Self.spec.replacingOccurrences(of: "y + 7", with: "y + 9")
        try folder.write("a.spec", Array(edited.utf8))
        let run = try Command.run(Self.command + ["--resume"], in: folder.url)
        #expect(run.code == 74 && (run.output + run.error).contains("another version of the spec"), "\(run.output)")
        // A comment is no other spec.
        try folder.write("a.spec", Array(("// as it was\n" + Self.spec).utf8))
        #expect(try Command.run(Self.command + ["--resume"], in: folder.url).code == 12)
    }

    @Test func whatIsKeptIsNotWrittenOverUnasked() throws {
        let folder = try kept()
        let run = try Command.run(Self.command, in: folder.url)
        #expect(run.code == 74 && run.error.contains("--resume, or remove them"), "\(run.error)")
        let alone = try Command.run(["check", "a.spec", "--resume"], in: folder.url)
        #expect(alone.code == 64 && alone.error.contains("--checkpoint"))
    }

    @Test func aFolderThatCannotBeWrittenEndsTheRunAtOnce() throws {
        let folder = try TemporaryFolder()
        try folder.write("a.spec", Array(Self.spec.utf8))
        try folder.write("kept", [1])
        let run = try Command.run(Self.command, in: folder.url)
        #expect(run.code == 74 && run.error.contains("kept"), "\(run.error)")
    }

    @Test func anEarlierBuildIsRefused() throws {
        let folder = try kept()
        let name = try file(".head", folder)
        var bytes = [UInt8](try Data(contentsOf: folder.url.appending(path: name)))
        // The build's digest stands in the head as digits: another one, with the sum that belongs to it.
        let digest = try #require(bytes.firstRange(of: Array("0.1.0 ".utf8)))
        bytes[digest.upperBound] = bytes[digest.upperBound] == 0x31 ? 0x32 : 0x31
        bytes.replaceSubrange((bytes.count - 8)..., with: Self.sum(bytes.dropLast(8)))
        try folder.write(name, bytes)
        let run = try Command.run(Self.command + ["--resume"], in: folder.url)
        #expect(run.code == 74 && (run.output + run.error).contains("another build"), "\(run.output)\(run.error)")
    }

    /// The sum of a head, written here a second time.
    private static func sum(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var sum: UInt64 = 0xcbf2_9ce4_8422_2325
        var rest = bytes
        while !rest.isEmpty {
            let word = rest.prefix(8).enumerated().reduce(UInt64(0)) {
                $0 | UInt64($1.element) << UInt64(8 * $1.offset)
            }
            sum = (sum ^ word) &* 0x9E37_79B9_7F4A_7C15
            sum ^= sum >> 32
            rest = rest.dropFirst(8)
        }
        return (0..<8).map { UInt8(truncatingIfNeeded: sum >> UInt64(8 * $0)) }
    }
}
