// Reading a trace back: every step is taken again by the reference semantics, so that a stale trace is told from a good one.

public import Model

/// Why a trace cannot be used.
public struct TraceReadingError: Error, Sendable {
    /// What is wrong.
    public let message: String
    /// Mistakes of the spec that it names.
    public let diagnostics: [Diagnostic]

    init(_ message: String, _ diagnostics: [Diagnostic] = []) {
        self.message = message
        self.diagnostics = diagnostics
    }
}

/// A trace with what its file says of it.
public struct ReadTrace: Sendable {
    /// The run, validated.
    public let trace: Trace
    /// The spec's path.
    public let source: String
    /// The property that is violated or witnessed.
    public let property: String
    /// `violated` or `holds`.
    public let verdict: String
    /// Which check it is of.
    public let origin: TraceOrigin

    /// The same with another run.
    public func replacing(_ trace: Trace) -> ReadTrace {
        ReadTrace(trace: trace, source: source, property: property, verdict: verdict, origin: origin)
    }

    /// The trace as ITF.
    public var itf: String {
        ITFReport.document(
            trace, source: source, property: property, verdict: verdict, origin: origin)
    }
}

/// Reads traces that `shmcheck` wrote.
public enum TraceReading {
    /// Reads a trace and takes its steps again.
    ///
    /// - Parameters:
    ///   - bytes: the text of an ITF file.
    ///   - read: gives the text of the spec that the trace names, and of its imports.
    /// - Throws: `TraceReadingError` when it is no trace of ours, its spec is not there or has mistakes, or the spec does
    ///   not take these steps any more.
    /// - Complexity: O(steps × successors) by the reference semantics.
    public static func trace(_ bytes: [UInt8], read: @escaping SpecLoader.Reader) throws(TraceReadingError) -> ReadTrace
    {
        let document: JSONValue
        do throws(JSONError) { document = try JSONText.parse(bytes) } catch {
            throw TraceReadingError("this is no JSON: \(error.message)")
        }
        let details = document.at("#meta").at("shmcheck")
        guard details.at("v").int == 1, let source = document.at("#meta").at("source").string else {
            throw TraceReadingError("this is no trace that shmcheck wrote")
        }
        guard let text = read(source) else { throw TraceReadingError("the spec \(source) of the trace cannot be read") }
        let system = try system(SourceFile(path: source, bytes: text), details, read)
        var walk = TraceWalk(system: system, document: document)
        let trace = try walk.trace()
        return ReadTrace(
            trace: trace, source: source, property: details.at("property").string ?? "",
            verdict: details.at("verdict").string ?? "violated",
            origin: TraceOrigin(
                check: details.at("check").string, fault: details.at("fault").string,
                settings: details.at("settings").list.compactMap(\.string)))
    }

    /// The run of a trace in a system that is known to be its own.
    static func trace(_ document: JSONValue, in system: TransitionSystem) throws(TraceReadingError) -> Trace {
        var known = system
        known.words = words(document.at("#meta").at("shmcheck"))
        var walk = TraceWalk(system: known, document: document)
        return try walk.trace()
    }

    /// The values of `symbolic` words; nil where the spec has none.
    private static func words(_ details: JSONValue) -> [Int128]? {
        details.at("words").isNull ? nil : details.at("words").list.compactMap { $0.string.flatMap { Int128($0) } }
    }

    /// The system of the trace's check, with the constants that the trace was made with.
    private static func system(_ source: SourceFile, _ details: JSONValue, _ read: @escaping SpecLoader.Reader)
        throws(TraceReadingError) -> TransitionSystem
    {
        var choice = SpecSystem.Choice()
        choice.fault = details.at("fault").string
        choice.check = details.at("check").string
        for text in details.at("settings").list.compactMap(\.string) {
            guard let setting = SettingSyntax(text: text) else { throw TraceReadingError("\(text) is no setting") }
            choice.definitions.append(setting)
        }
        choice.isUnreduced = details.at("unreduced").flag ?? false
        choice.words = words(details)
        choice.unguarded = Set(details.at("unguarded").list.compactMap(\.string))
        let system = try lowered(source, choice, read)
        var isChanged = false
        let plain = PlainValues(types: system.types)
        let recorded = details.at("constants")
        for constant in system.constants where constant.isOwn {
            let value = recorded.at(constant.name)
            guard plain.json(constant.value, as: constant.type) != value else { continue }
            guard let text = literal(value), let setting = SettingSyntax(text: "\(constant.name) = \(text)") else {
                throw TraceReadingError("the constant \(constant.name) has another value than in the trace")
            }
            choice.definitions.append(setting)
            isChanged = true
        }
        return isChanged ? try lowered(source, choice, read) : system
    }

    private static func lowered(_ source: SourceFile, _ choice: SpecSystem.Choice, _ read: @escaping SpecLoader.Reader)
        throws(TraceReadingError) -> TransitionSystem
    {
        let diagnostics = Diagnostics()
        guard let found = SpecSystem(source, read: read, choice: choice, diagnostics: diagnostics) else {
            throw TraceReadingError(
                "the spec \(source.path) of the trace has mistakes", diagnostics.all.filter { $0.severity == .error })
        }
        return found.system
    }

    /// A value as a spec writes it; nil for what has no plain literal.
    private static func literal(_ value: JSONValue) -> String? {
        switch value {
        case .bool(let flag): flag ? "true" : "false"
        case .integer(let number): number.description
        case .string(let text): Int128(text)?.description
        case .null, .thousandths, .array, .object: nil
        }
    }
}

/// Finds the run of a system that a document describes.
private struct TraceWalk {
    let system: TransitionSystem
    let layout: ITFLayout
    let states: [JSONValue]
    let details: JSONValue
    /// For a lasso: the state after the last one.
    let loop: Int?
    /// The step at which it went on furthest, for the message.
    var furthest = 0

    init(system: TransitionSystem, document: JSONValue) {
        self.system = system
        layout = ITFLayout(system)
        states = document.at("states").list
        details = document.at("#meta").at("shmcheck")
        loop = document.at("loop").int
    }

    mutating func trace() throws(TraceReadingError) -> Trace {
        guard !states.isEmpty else { throw TraceReadingError("the trace has no state") }
        for outcome in ReferenceStepper(system).initialOutcomes(limit: 1 << 20) ?? [] {
            guard case .state(let initial) = outcome, matches(initial, 0) else { continue }
            var steps: [Trace.Step] = []
            var violation: Violation?
            if extend(from: initial, &steps, &violation) { return try finished(initial, steps, violation) }
        }
        throw TraceReadingError(
            furthest == 0
                ? "the first state of the trace is not one of the spec: it has changed since"
                : "step \(furthest) of the trace cannot be taken: the spec has changed since")
    }

    /// One way to take a step.
    private struct Candidate {
        let step: Trace.Step
        let violation: Violation?
    }

    /// Depth first, without recursion: a step of one name may lead to several states that look alike, and runs are long.
    private mutating func extend(
        from initial: SystemState, _ steps: inout [Trace.Step], _ violation: inout Violation?
    ) -> Bool {
        var choices: [[Candidate]] = []
        while steps.count + 1 < states.count {
            if choices.count == steps.count {
                choices.append(candidates(steps.last?.state ?? initial, steps.count + 1))
            }
            if let candidate = choices[choices.count - 1].popLast() {
                steps.append(candidate.step)
                violation = candidate.violation
            } else {
                choices.removeLast()
                guard steps.popLast() != nil else { return false }
            }
        }
        return true
    }

    /// All ways to take a step, the first one last.
    private mutating func candidates(_ state: SystemState, _ index: Int) -> [Candidate] {
        furthest = max(furthest, index)
        let meta = states[index].at("#meta")
        var found: [Candidate] = []
        for transition in ReferenceStepper(system).transitions(from: state) {
            guard transition.name == meta.at("step").string, isTaken(transition, meta) else { continue }
            switch transition.outcome {
            case .state(let next):
                guard meta.at("violates").isNull, matches(next, index) else { continue }
                found.append(Candidate(step: Trace.Step(transition, to: next, in: system), violation: nil))
            case .violation(let violation, let next):
                guard meta.at("violates").flag == true, matches(next, index),
                    system.name(of: violation.kind) == details.at("property").string
                else { continue }
                found.append(Candidate(step: Trace.Step(transition, to: next, in: system), violation: violation))
            case .cut: continue
            }
        }
        return found.reversed()
    }

    private func isTaken(_ transition: Transition, _ meta: JSONValue) -> Bool {
        switch transition.actor {
        case .process(let pid): return system.types.pidNames[pid] == meta.at("process").string
        case .action:
            return system.name(of: transition.actor) == meta.at("action").string
        }
    }

    private func matches(_ state: SystemState, _ index: Int) -> Bool {
        let document = states[index]
        for group in layout.groups
        where document.at(group.name) != group.value(in: state, system, layout.values) { return false }
        if !system.processes.isEmpty, document.at(ITFLayout.processes) != layout.positions(state) { return false }
        let locals = layout.locals(state)
        let recorded = document.at("#meta").at("locals")
        return locals.isEmpty ? recorded.isNull : recorded == .object(locals)
    }

    /// The run with what is wrong at its end.
    private func finished(_ initial: SystemState, _ steps: [Trace.Step], _ found: Violation?)
        throws(TraceReadingError) -> Trace
    {
        var violation = found
        var explanation: Trace.Explanation?
        let name = details.at("property").string ?? ""
        let last = steps.last?.state ?? initial
        let before = steps.isEmpty ? nil : steps.count == 1 ? initial : steps[steps.count - 2].state
        if let loop { return try lasso(initial, steps, loop) }
        if violation == nil, details.at("verdict").string == "violated" {
            if let index = system.properties.firstIndex(where: { $0.name == name }) {
                let property = system.properties[index]
                switch ReferenceProperties(system).judge(index, in: last, before: before) {
                case .isFalse:
                    violation = Violation(
                        kind: .property(index), message: property.message ?? name, range: property.range)
                    explanation = Trace.Explanation(of: index, in: last, before: before, system)
                case .traps(let message, let range):
                    violation = Violation(kind: .property(index), message: message, range: range)
                case .holds, .notChecked:
                    throw TraceReadingError("\(name) is not false at the end of the trace: the spec has changed since")
                }
            } else if name == "deadlock" {
                let message = details.at("message").string ?? "deadlock"
                violation = Violation(kind: .deadlock, message: message, range: system.deadlockRange)
            } else {
                throw TraceReadingError("the spec has no property \(name)")
            }
        }
        return Trace(system: system, initial: initial, steps: steps, violation: violation, explanation: explanation)
    }

    /// A run that goes on for ever. That it breaks its property was judged when it was written; here its steps are taken
    /// again, and its loop has to close.
    private func lasso(_ initial: SystemState, _ steps: [Trace.Step], _ loop: Int) throws(TraceReadingError) -> Trace {
        let name = details.at("property").string ?? ""
        guard let index = system.properties.firstIndex(where: { $0.name == name }) else {
            throw TraceReadingError("the spec has no property \(name)")
        }
        guard (0...steps.count).contains(loop) else { throw TraceReadingError("the loop begins outside of the trace") }
        let property = system.properties[index]
        let violation = Violation(
            kind: .property(index), message: details.at("message").string ?? property.message ?? name,
            range: property.range)
        var trace = Trace(system: system, initial: initial, steps: steps, violation: violation, explanation: nil)
        let last = trace.state(after: steps.count)
        // The state at which the loop begins is written once more at its end; a run that stands still has no loop.
        let start = loop > 0 && trace.state(after: loop - 1) == last ? loop - 1 : loop
        guard trace.state(after: start) == last else { throw TraceReadingError("the loop of the trace does not close") }
        trace.loopStart = start
        return trace
    }
}
