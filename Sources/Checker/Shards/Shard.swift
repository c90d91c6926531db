// A part of a run: which checks it has, and the document that it leaves for merging.

import Model

/// `--shard 3/16`: the third of sixteen parts of a run.
public struct Shard: Sendable, Equatable, CustomStringConvertible {
    /// From 1.
    public let index: Int
    /// How many parts there are.
    public let count: Int

    /// `3/16`; nil for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 2, let index = parts[0], let count = parts[1], (1...1_000_000).contains(count),
            (1...count).contains(index)
        else { return nil }
        (self.index, self.count) = (index, count)
    }

    /// `3/16`
    public var description: String { "\(index)/\(count)" }

    /// Whether the part has the check of a number, from 0. Neighbours go to different parts: the checks of one spec tend
    /// to cost the same.
    public func has(_ number: Int) -> Bool { number % count == index - 1 }

    /// The name of its document: `shard-3-of-16.json`.
    public var fileName: String { "shard-\(index)-of-\(count).json" }
}

/// The program that made a part: parts that different programs made are not one run.
public struct ShardMaker: Sendable, Equatable {
    /// The version of the program.
    public let version: String
    /// A digest of the program itself.
    public let program: String

    /// A program.
    public init(version: String, program: String) {
        self.version = version
        self.program = program
    }
}

/// What a part of a run leaves behind: the plan of the whole run, and what it found of its own checks.
public struct ShardDocument: Sendable {
    /// The version of the format.
    static let version = 1

    /// Who made it.
    public let maker: ShardMaker
    /// Which part it is; nil for a whole run.
    public let shard: Shard?
    /// What was asked.
    public let settings: RunSettings
    /// All checks of the whole run.
    public let plan: [PlannedCheck]
    /// What was found, by number of the plan.
    let results: [Int: JSONValue]
    /// What hunts met, by number of the plan.
    let hunts: [Int: JSONValue]

    /// The document of what was found.
    ///
    /// - Parameters:
    ///   - results: of its own checks, as `check` gave them; checks that are not among them were not made.
    public init(
        maker: ShardMaker, shard: Shard?, settings: RunSettings, plan: [PlannedCheck], results: [SpecResult]
    ) {
        self.maker = maker
        self.shard = shard
        self.settings = settings
        self.plan = plan
        var numbers: [String: Int] = [:]
        for (number, check) in plan.enumerated() { numbers[check.title] = number }
        var (found, hunts): ([Int: JSONValue], [Int: JSONValue]) = ([:], [:])
        for result in results {
            for check in result.checks {
                guard let number = numbers[PlannedCheck.title(result.path, check.displayName)] else { continue }
                if check.bitstate == nil {
                    found[number] = KeptResult.document(check, result.path)
                } else {
                    hunts[number] = HuntRecord.document(check, result.path)
                }
            }
        }
        self.results = found
        self.hunts = hunts
    }

    /// The document of a hunt.
    public init(maker: ShardMaker, settings: RunSettings, plan: [PlannedCheck], hunt: SimulationResult) {
        self.maker = maker
        self.settings = settings
        self.plan = plan
        shard = nil
        results = [:]
        hunts = plan.isEmpty ? [:] : [0: HuntRecord.document(hunt)]
    }

    /// Whether it is of random walks, or of hunts by bitstate hashing.
    var isHunt: Bool { !hunts.isEmpty }

    /// The text, with a newline at its end.
    public var text: String {
        let document: JSONValue = [
            "v": .integer(Int128(Self.version)), "kind": "shmcheck shard",
            "tool": ["version": .string(maker.version), "program": .string(maker.program)],
            "shard": shard.map { ["index": .integer(Int128($0.index)), "count": .integer(Int128($0.count))] } ?? .null,
            "settings": settings.json, "plan": .array(plan.map(\.json)), "results": Self.numbered(results),
            "hunts": Self.numbered(hunts),
        ]
        return document.compactText + "\n"
    }

    private static func numbered(_ entries: [Int: JSONValue]) -> JSONValue {
        .array(
            entries.sorted { $0.key < $1.key }.map { ["number": .integer(Int128($0.key)), "found": $0.value] })
    }

    /// Reads a document.
    ///
    /// - Throws: `ShardMistake` when the text is none.
    public init(_ bytes: [UInt8]) throws(ShardMistake) {
        let document: JSONValue
        do throws(JSONError) { document = try JSONText.parse(bytes) } catch {
            throw ShardMistake(message: "no JSON: \(error.message)")
        }
        guard document.at("kind").string == "shmcheck shard" else {
            throw ShardMistake(message: "no shard: write one with `shmcheck ci --shard 1/4`")
        }
        guard document.at("v").int == Self.version else {
            throw ShardMistake(message: "a shard in the format of another version of shmcheck")
        }
        maker = ShardMaker(
            version: document.at("tool").at("version").string ?? "",
            program: document.at("tool").at("program").string ?? "")
        let (index, count) = (document.at("shard").at("index").int, document.at("shard").at("count").int)
        shard = index.flatMap { index in count.flatMap { Shard("\(index)/\($0)") } }
        settings = RunSettings(document.at("settings"))
        let entries = document.at("plan").list
        plan = entries.compactMap { PlannedCheck($0) }
        guard plan.count == entries.count else { throw ShardMistake(message: "a shard whose plan cannot be read") }
        let known = plan.indices
        func numbered(_ name: String) throws(ShardMistake) -> [Int: JSONValue] {
            var read: [Int: JSONValue] = [:]
            for entry in document.at(name).list {
                guard let number = entry.at("number").int, known.contains(number), read[number] == nil else {
                    throw ShardMistake(message: "a shard whose \(name) are not of its plan")
                }
                read[number] = entry.at("found")
            }
            return read
        }
        results = try numbered("results")
        hunts = try numbered("hunts")
    }
}

/// Why documents cannot be merged.
public struct ShardMistake: Error, Sendable {
    /// What is wrong.
    public let message: String
}
