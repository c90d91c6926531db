// What programs read while a run goes on: one JSON object a line, each with the version of the format and its event.

/// The lines of `--format jsonl`. A line is complete by itself, so what was printed before a kill can be read.
///
/// Events: `start` and, when a file is done, `diagnostic`, `property`, `violation`, `limit`, `coverage` for each of its
/// checks; `progress` in between; `end` with the exit code. The objects are those of the JSON document.
public enum EventLines {
    /// A file is begun.
    public static func start(_ path: String) -> String { line("start", [.init("spec", .string(path))]) }

    /// How far the exploration of a file has come; times and rates stand under `timing` alone.
    public static func progress(_ progress: ExplorationProgress, path: String, seconds: Double) -> String {
        line(
            "progress",
            [
                .init("spec", .string(path)), .init("states", .integer(Int128(progress.states))),
                .init("transitions", .integer(Int128(progress.transitions))),
                .init("queued", .integer(Int128(progress.queued))), .init("depth", .integer(Int128(progress.depth))),
                .init("estimate", estimate(progress)),
                .init("timing", ["seconds": .rounded(seconds), "bytes": .integer(Int128(progress.bytes))]),
            ])
    }

    /// The range in which the number of all states is expected to be; null while nothing is expected.
    private static func estimate(_ progress: ExplorationProgress) -> JSONValue {
        guard let range = progress.estimate?.states else { return .null }
        return ["least": .integer(Int128(range.lowerBound)), "most": .integer(Int128(range.upperBound))]
    }

    /// All that was found of a file.
    public static func result(_ result: SpecResult) -> String {
        var text = ""
        if let error = result.readError {
            text += line("error", [.init("spec", .string(result.path)), .init("message", .string(error))])
        }
        for diagnostic in result.diagnostics {
            text += line("diagnostic", spec(result) + members(JSONReport.diagnostic(diagnostic)))
        }
        for check in result.checks { text += lines(check, result) }
        return text
    }

    /// The run is over.
    public static func end(exitCode: Int) -> String { line("end", [.init("exit", .integer(Int128(exitCode)))]) }

    // MARK: One check

    private static func lines(_ check: CheckResult, _ result: SpecResult) -> String {
        let place = spec(result) + [.init("check", .optional(check.name)), .init("fault", .optional(check.fault))]
        var text = ""
        for property in check.properties {
            let object = JSONReport.property(property, check, result)
            text += line("property", place + members(object))
            if property.verdict == .violated { text += line("violation", place + violation(object)) }
        }
        let whole = JSONReport.check(check, of: result)
        if check.limit != nil { text += line("limit", place + picked(["limit", "bound", "scope"], of: whole)) }
        let numbers = ["constants", "scope", "states", "transitions", "depth", "frontier", "neverEnabled"]
        return text + line("coverage", place + picked(numbers + ["expected", "met", "reason"], of: whole))
    }

    private static func violation(_ property: JSONValue) -> [JSONValue.Member] {
        picked(["name", "kind", "steps", "message", "spec", "kernel", "trace"], of: property)
    }

    // MARK: Lines

    private static func spec(_ result: SpecResult) -> [JSONValue.Member] { [.init("spec", .string(result.path))] }

    private static func members(_ object: JSONValue) -> [JSONValue.Member] {
        guard case .object(let members) = object else { return [] }
        // Where it stands in the file, beside the file itself.
        return members.map { $0.name == "spec" ? .init("place", $0.value) : $0 }
    }

    private static func picked(_ names: [String], of object: JSONValue) -> [JSONValue.Member] {
        let wanted = names.map { $0 == "spec" ? "place" : $0 }
        return members(object).filter { wanted.contains($0.name) }
    }

    private static func line(_ event: String, _ members: [JSONValue.Member]) -> String {
        let head: [JSONValue.Member] = [.init("v", .integer(1)), .init("event", .string(event))]
        return JSONValue.object(head + members).compactText + "\n"
    }
}
