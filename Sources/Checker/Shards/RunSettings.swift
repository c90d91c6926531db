// What a command line asks of every check of a run, in a form that is written down: shards of one run must agree in it.

public import Model

/// What changes the checks of a run, as it was typed.
public struct RunSettings: Sendable, Equatable {
    /// `-D NAME=VALUE`.
    public var definitions: [String] = []
    /// `--sweep NAME=LO..HI`, one for each axis.
    public var sweep: [String] = []
    /// `--fault ID`.
    public var fault: String?
    /// `--expect`.
    public var expectation: String?
    /// Looks for deadlocks.
    public var checksDeadlock = true
    /// `--keep-going`.
    public var keepsGoing = false
    /// `--no-reduce`.
    public var isUnreduced = false
    /// States that differ only in symmetric elements count as one, unless `--no-symmetry`.
    public var usesSymmetry = true
    /// `--strict`.
    public var isStrict = false
    /// `--depth N`.
    public var depth: Int?
    /// Words of the command line that `reproduce:` repeats.
    public var flags: [String] = []

    /// The defaults of the command line.
    public init() {}

    /// What `-D` sets; the value is an expression of the language.
    public static func definition(_ text: String) throws(MistakenSetting) -> SettingSyntax {
        guard let setting = SettingSyntax(text: text) else {
            throw MistakenSetting(message: "-D takes NAME=VALUE, not \(text)")
        }
        return setting
    }

    /// The options of a run of checks.
    ///
    /// - Throws: `MistakenSetting` for the first word that is none of the language's.
    public func options() throws(MistakenSetting) -> CheckOptions {
        var options = CheckOptions()
        for text in definitions { options.definitions.append(try Self.definition(text)) }
        for text in sweep { options.sweep.append(try SweepAxis(text)) }
        try SweepAxis.check(options.sweep)
        options.fault = fault
        if let expectation {
            guard let known = Expectation(text: expectation) else {
                throw MistakenSetting(
                    message: "--expect takes holds, deadlock, violated:NAME or not_reached:NAME")
            }
            options.expectation = known
        }
        options.checksDeadlock = checksDeadlock
        options.keepsGoing = keepsGoing
        options.isUnreduced = isUnreduced
        options.usesSymmetry = usesSymmetry
        options.isStrict = isStrict
        options.limits.depth = depth
        return options
    }
}

extension Expectation {
    /// `holds`, `deadlock`, `violated:NAME`, `not_reached:NAME`; nil for anything else.
    init?(text: String) {
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        switch (parts.first, parts.count) {
        case ("holds", 1): self = .holds
        case ("deadlock", 1): self = .deadlock
        case ("violated", 2): self = .violated(parts[1], only: false)
        case ("not_reached", 2): self = .notReached(parts[1])
        default: return nil
        }
    }
}

extension RunSettings {
    /// What says which systems are meant, without how they are judged.
    var system: RunSettings {
        var system = RunSettings()
        (system.definitions, system.fault, system.isUnreduced) = (definitions, fault, isUnreduced)
        return system
    }

    /// As a shard writes them.
    var json: JSONValue {
        [
            "definitions": .array(definitions.map { .string($0) }), "sweep": .array(sweep.map { .string($0) }),
            "fault": .optional(fault), "expect": .optional(expectation), "deadlock": .bool(checksDeadlock),
            "keepGoing": .bool(keepsGoing), "unreduced": .bool(isUnreduced), "symmetry": .bool(usesSymmetry),
            "strict": .bool(isStrict),
            "depth": .optional(depth), "flags": .array(flags.map { .string($0) }),
        ]
    }

    /// As a shard wrote them.
    init(_ json: JSONValue) {
        func words(_ name: String) -> [String] { json.at(name).list.compactMap(\.string) }
        definitions = words("definitions")
        sweep = words("sweep")
        fault = json.at("fault").string
        expectation = json.at("expect").string
        checksDeadlock = json.at("deadlock").flag ?? true
        keepsGoing = json.at("keepGoing").flag ?? false
        isUnreduced = json.at("unreduced").flag ?? false
        usesSymmetry = json.at("symmetry").flag ?? true
        isStrict = json.at("strict").flag ?? false
        depth = json.at("depth").int
        flags = words("flags")
    }
}
