// What a run consists of: every check of every spec, before anything is explored.

public import Model

/// One check that a run makes.
public struct PlannedCheck: Sendable, Equatable {
    /// The spec's path.
    public let spec: String
    /// The name that `--only` takes; nil for a spec that has mistakes, which is told once and as a whole.
    public let name: String?
    /// The fault that is put in.
    public let fault: String?
    /// The spec's own constants, as in the JSON report.
    public let constants: JSONValue
    /// What must come out; nil without expectation.
    public let expected: String?
    /// 128 bits of hash of all that the check depends on: tokens of the spec, constants, expectation.
    public let key: String
}

extension PlannedCheck {
    /// A file that cannot be read.
    public init(unreadable path: String) {
        self.init(spec: path, name: nil, fault: nil, constants: .object([]), expected: nil, key: "")
    }

    /// As lists and shards write it.
    public var json: JSONValue {
        [
            "spec": .string(spec), "check": .optional(name), "fault": .optional(fault), "constants": constants,
            "expected": .optional(expected), "key": .string(key),
        ]
    }

    /// As a shard wrote it; nil for something else.
    init?(_ json: JSONValue) {
        guard let spec = json.at("spec").string, let key = json.at("key").string else { return nil }
        self.spec = spec
        self.key = key
        name = json.at("check").string
        fault = json.at("fault").string
        constants = json.at("constants")
        expected = json.at("expected").string
    }

    /// How the names of the files of its checkpoints begin.
    public var checkpointName: String { ExplorationSeries.name(spec: spec, check: name ?? "default") }

    /// `specs/queue.spec: Q1`
    var title: String { name.map { Self.title(spec, $0) } ?? spec }

    /// The title of a check of a spec; no two checks of a run have the same one.
    static func title(_ spec: String, _ name: String) -> String { "\(spec): \(name)" }
}

/// The checks of one spec, in the order in which they would run.
///
/// - Parameters:
///   - source: the spec's text.
///   - read: gives the text of an import beside the spec, or nil.
///   - options: what is asked.
/// - Returns: the checks; a spec with mistakes is one entry without a name.
/// - Complexity: the spec is typed once for each check; nothing is explored.
public func plan(_ source: SourceFile, read: @escaping SpecLoader.Reader, options: CheckOptions) -> [PlannedCheck] {
    let diagnostics = Diagnostics()
    let whole = PlannedCheck(
        spec: source.path, name: nil, fault: nil, constants: .object([]), expected: nil,
        key: VerdictKey.hash(String(decoding: source.bytes, as: UTF8.self)))
    var loader = SpecLoader(diagnostics: diagnostics, read: read)
    guard let loaded = loader.load(source), !diagnostics.hasErrors else { return [whole] }
    let run = SpecRun(source: source, loaded: loaded, options: options, plain: diagnostics)
    let stated = run.stated()
    guard !stated.contains(where: \.isRejection) else { return [whole] }
    let chosen = run.chosen(from: stated)
    guard !diagnostics.hasErrors else { return [whole] }
    var checks: [PlannedCheck] = []
    for configuration in chosen {
        let check = CheckRun(configuration: configuration, loaded: loaded, options: options)
        guard let model = check.model(diagnostics) else { return [whole] }
        let constants = PlainValues(types: model.types).object(of: model.constants.filter(\.isOwn))
        checks.append(
            PlannedCheck(
                spec: source.path, name: configuration.displayName, fault: configuration.fault,
                constants: constants, expected: configuration.expected.map(VerdictWording.words),
                key: check.plannedKey))
    }
    return checks
}

extension CheckRun {
    /// The key of the check in a plan: what is asked of the whole run is not part of it, nor is the engine.
    var plannedKey: String {
        let plain = CheckRun(configuration: configuration, loaded: loaded, options: CheckOptions())
        return VerdictKey(plain, engine: "").name
    }
}
