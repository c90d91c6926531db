// Uniting the parts of a run: which of them belong together, what is missing, and what each check came to.

public import Model

/// The parts of one run.
///
/// VIOLATED wins over everything but an exhaustive HOLDS, which it contradicts; HOLDS needs the exhaustive result; a
/// check that no part has is INCONCLUSIVE, by name.
public struct ShardMerge: Sendable {
    /// A part, with the file that it was read from.
    public typealias Part = (path: String, document: ShardDocument)

    /// What was asked of the run.
    public let settings: RunSettings
    /// All checks of the run.
    public let plan: [PlannedCheck]
    /// The shards that no file is of, as `3/16`.
    public let missing: [String]
    private let recorded: [RecordedResult]

    /// Unites parts.
    ///
    /// - Parameter parts: in any order: the result is the same.
    /// - Throws: `ShardMistake` when they are not of one run: other programs, other options, another version of a spec,
    ///   or a part twice.
    public init(_ parts: [Part]) throws(ShardMistake) {
        let parts = parts.sorted { Self.order($0) < Self.order($1) }
        guard let first = parts.first else { throw ShardMistake(message: "there is nothing to merge") }
        for part in parts { try Self.compare(part, with: first) }
        settings = first.document.settings
        let (plan, places) = try Self.plan(of: parts)
        let missing = try Self.missing(parts)
        var recorded = plan.map { _ in RecordedResult() }
        for part in parts {
            let document = part.document
            for (number, check) in document.plan.enumerated() {
                guard let place = places[check.title] else { continue }
                if let result = document.results[number] { recorded[place].add(result) }
                if let hunt = document.hunts[number] { recorded[place].hunts.append(hunt) }
            }
        }
        if let count = first.document.shard?.count {
            for (number, check) in first.document.plan.enumerated() {
                let shard = "\(number % count + 1)/\(count)"
                guard let place = places[check.title], missing.contains(shard) else { continue }
                recorded[place].missingShard = shard
            }
        }
        (self.plan, self.missing, self.recorded) = (plan, missing, recorded)
    }

    /// The paths of the specs, in the order of the plan.
    public var specs: [String] {
        plan.map(\.spec).reduce(into: []) { paths, path in if paths.last != path { paths.append(path) } }
    }

    /// What speaks against reading the results of a spec with its text as it stands; nil when it is the one they are
    /// of.
    public func objection(to source: SourceFile, read: @escaping SpecLoader.Reader) throws(MistakenSetting) -> String? {
        let now = Checker.plan(source, read: read, options: try settings.options())
        for check in plan where check.spec == source.path && !now.contains(check) {
            return
                "\(check.title) is not the check that the shards made: the spec, or what it imports, has changed since"
        }
        return nil
    }

    /// The options with which `check` gives the united results of a spec, and explores nothing.
    public func options(for spec: String) throws(MistakenSetting) -> CheckOptions {
        var options = try settings.options()
        var results: [String: RecordedResult] = [:]
        for (check, result) in zip(plan, recorded) where check.spec == spec {
            results[check.name ?? "default"] = result
        }
        options.units = Set(results.keys)
        options.recorded = results
        return options
    }

    // MARK: What belongs together

    /// Shards by number, then whole runs, then hunts.
    private static func order(_ part: Part) -> (Int, Int, String) {
        let rank = part.document.isHunt ? 2 : part.document.shard == nil ? 1 : 0
        return (rank, part.document.shard?.index ?? 0, part.path)
    }

    private static func compare(_ part: Part, with first: Part) throws(ShardMistake) {
        func refuse(_ words: String) throws(ShardMistake) {
            throw ShardMistake(message: "\(part.path) and \(first.path) are not of one run: \(words)")
        }
        let (one, other) = (first.document, part.document)
        if one.maker.version != other.maker.version {
            try refuse("shmcheck \(other.maker.version) made one, \(one.maker.version) the other")
        }
        if one.maker.program != other.maker.program {
            try refuse("different builds of shmcheck \(one.maker.version) made them")
        }
        let isSame =
            one.isHunt || other.isHunt
            ? one.settings.system == other.settings.system : one.settings == other.settings
        if !isSame { try refuse("their options differ") }
        if let shard = one.shard, let else_ = other.shard {
            if shard.count != else_.count { try refuse("one is \(else_), the other \(shard)") }
            if one.plan != other.plan { try refuse(difference(of: one.plan, other.plan)) }
        }
    }

    private static func difference(of one: [PlannedCheck], _ other: [PlannedCheck]) -> String {
        for (left, right) in zip(one, other) where left != right {
            return left.spec == right.spec && left.name == right.name
                ? "they were made from different versions of \(left.title)"
                : "\(left.title) stands where the other has \(right.title)"
        }
        return "they were made from different numbers of checks"
    }

    /// All checks, each once, and where each title stands among them.
    private static func plan(
        of parts: [Part]
    ) throws(ShardMistake) -> (plan: [PlannedCheck], places: [String: Int]) {
        var plan: [PlannedCheck] = []
        var places: [String: Int] = [:]
        for part in parts {
            for check in part.document.plan {
                guard let place = places[check.title] else {
                    places[check.title] = plan.count
                    plan.append(check)
                    continue
                }
                guard plan[place] == check else {
                    throw ShardMistake(message: "\(part.path) was made from another version of \(check.title)")
                }
            }
        }
        return (plan, places)
    }

    private static func missing(_ parts: [Part]) throws(ShardMistake) -> [String] {
        var found: [Int: String] = [:]
        var count = 0
        for part in parts {
            guard let shard = part.document.shard else { continue }
            count = shard.count
            if let other = found[shard.index] {
                throw ShardMistake(message: "\(other) and \(part.path) are both shard \(shard)")
            }
            found[shard.index] = part.path
        }
        return (0..<count).map { $0 + 1 }.filter { found[$0] == nil }.map { "\($0)/\(count)" }
    }
}
