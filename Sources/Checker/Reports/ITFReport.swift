// A trace in the Informal Trace Format, for viewers, for model-based tests and for replay.

import Model

/// Which check a trace is of, as far as the trace itself does not say it: enough to make its system again.
public struct TraceOrigin: Sendable {
    /// The check's name, when it has one.
    public var check: String?
    /// The fault's id, when it is one.
    public var fault: String?
    /// `NAME=VALUE` of each `-D`.
    public var settings: [String]

    /// The plain check, unless told otherwise.
    public init(check: String? = nil, fault: String? = nil, settings: [String] = []) {
        self.check = check
        self.fault = fault
        self.settings = settings
    }
}

extension TraceOrigin {
    /// The origin of what a check found.
    public init(of check: CheckResult, settings: [String] = []) {
        let isOfFile = check.fault == nil && check.sweepPoint.isEmpty
        self.init(check: isOfFile ? check.name : nil, fault: check.fault, settings: settings + check.sweepPoint)
    }
}

/// Writes traces as ITF (Apalache, "ADR-015: Informal Trace Format in JSON").
///
/// All that Apalache's own reader asks for is kept: a type for every variable and for nothing else, the same variables
/// in every state, records with the same fields everywhere. Strings of the form `a_OF_B` are its names of uninterpreted
/// values; a spec with a case of such a name gives a trace that it refuses.
public struct ITFReport {
    /// The document of a trace, with a newline at its end.
    ///
    /// - Parameters:
    ///   - trace: the run; its states become the states of the document, the first one included.
    ///   - source: the path of the spec.
    ///   - property: the property that is violated or witnessed.
    ///   - verdict: what is said of it, as in the JSON report.
    /// - Complexity: O(length of the text).
    ///   - origin: which check of the spec it is of.
    public static func document(
        _ trace: Trace, source: String, property: String, verdict: String, origin: TraceOrigin = TraceOrigin()
    ) -> String {
        json(trace, source: source, property: property, verdict: verdict, origin: origin).prettyText + "\n"
    }

    /// The same as a value.
    static func json(
        _ trace: Trace, source: String, property: String, verdict: String, origin: TraceOrigin = TraceOrigin()
    ) -> JSONValue {
        let layout = ITFLayout(trace.system)
        let states = (0...trace.steps.count).map { state($0, of: trace, layout) }
        let document: JSONValue = [
            "#meta": [
                "format": "ITF",
                "format-description": "https://apalache-mc.org/docs/adr/015adr-trace.html",
                "source": .string(source),
                "varTypes": .object(layout.variables.map { .init($0.name, .string($0.type)) }),
                "shmcheck": details(trace, property: property, verdict: verdict, origin),
            ],
            "params": .array(ownConstants(trace.system).map { .string($0.name) }),
            "vars": .array(layout.variables.map { .string($0.name) }),
            "states": .array(states),
        ]
        return document.adding(loop(of: trace).map { [.init("loop", .integer(Int128($0)))] } ?? [])
    }

    /// The state after the last one. The state at which the loop begins is written once more at its end, with the step
    /// that leads back to it; so the loop goes on with the state behind it.
    private static func loop(of trace: Trace) -> Int? {
        trace.loopStart.map { $0 == trace.steps.count ? $0 : $0 + 1 }
    }

    // MARK: About the run

    private static func ownConstants(_ system: TransitionSystem) -> [ConstantValue] {
        system.constants.filter(\.isOwn)
    }

    private static func details(
        _ trace: Trace, property: String, verdict: String, _ origin: TraceOrigin
    ) -> JSONValue {
        let plain = PlainValues(types: trace.system.types)
        let constants = ownConstants(trace.system)
        let members: JSONValue = [
            "v": .integer(1),
            "verdict": .string(verdict),
            "property": .string(property),
            "message": .optional(trace.violation?.message),
            "span": .optional(trace.violation?.range.spanDescription),
            "seed": .null,
            "constants": plain.object(of: constants),
            "check": .optional(origin.check),
            "fault": .optional(origin.fault),
            "settings": .array(origin.settings.map { .string($0) }),
            "unguarded": .array(trace.system.exploredAsUnguarded.map { .string($0) }),
            "unreduced": .bool(trace.system.isUnreduced),
            "memory": .string(trace.system.memory),
            "kernel": .null,
        ]
        return .object(members.entries + words(trace.system))
    }

    /// The values of `symbolic` words that the run needs to be taken again.
    private static func words(_ system: TransitionSystem) -> [JSONValue.Member] {
        guard let words = system.words else { return [] }
        return [.init("words", .array(words.map { .string("\($0)") }))]
    }

    // MARK: States

    static func state(_ index: Int, of trace: Trace, _ layout: ITFLayout) -> JSONValue {
        let state = trace.state(after: index)
        let step = index == 0 ? nil : trace.steps[index - 1]
        var members = [JSONValue.Member("#meta", meta(index, step, trace, layout))]
        for group in layout.groups {
            members.append(.init(group.name, group.value(in: state, trace.system, layout.values)))
        }
        if !trace.system.processes.isEmpty { members.append(.init(ITFLayout.processes, layout.positions(state))) }
        members.append(.init(ITFLayout.action, .string(step?.name ?? "init")))
        members.append(.init(ITFLayout.picks, layout.picks(step?.actor)))
        return .object(members)
    }

    private static func meta(_ index: Int, _ step: Trace.Step?, _ trace: Trace, _ layout: ITFLayout) -> JSONValue {
        var members = [JSONValue.Member("index", .integer(Int128(index)))]
        if let step {
            switch step.actor {
            case .process: members.append(.init("process", .string(trace.name(of: step.actor))))
            case .action: members.append(.init("action", .string(trace.name(of: step.actor))))
            }
            members.append(.init("step", .string(step.name)))
            members.append(.init("span", .string(step.range.spanDescription)))
            if index == trace.steps.count, isCutShort(trace) { members.append(.init("violates", .bool(true))) }
        }
        let locals = layout.locals(trace.state(after: index))
        if !locals.isEmpty { members.append(.init("locals", .object(locals))) }
        return .object(members)
    }

    /// Whether the last step ends in its violation, so that its state is what had been done before it.
    private static func isCutShort(_ trace: Trace) -> Bool {
        switch trace.violation?.kind {
        case nil, .property, .deadlock: false
        case .trap, .panic, .diverges, .lockDiscipline, .ownership, .lockUse, .assertion: true
        }
    }
}
