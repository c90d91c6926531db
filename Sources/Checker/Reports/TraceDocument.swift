// Reading a trace back: the ITF document, and the run of the reference semantics that it tells.

package import Model

/// A trace as a file has it, before it is matched with a spec.
package struct TraceDocument: Sendable {
    /// Why a file is no trace of ours, or not of the spec that it is held against.
    package struct Mistake: Error, Sendable, CustomStringConvertible {
        /// What is wrong, for a person.
        package let description: String
    }

    /// The path of the spec that it was made from.
    package let source: String
    /// Which of the spec's checks it is of.
    package let origin: TraceOrigin
    /// The property that is violated or witnessed.
    package let property: String
    /// `violated` or `holds`.
    package let verdict: String
    /// Data that were explored without their guard.
    package let unguarded: [String]
    /// Whether every micro-step is a step.
    package let isUnreduced: Bool
    /// The values of `symbolic` words; nil for a spec without any.
    package let words: [Int128]?
    /// The memory model.
    package let memory: String
    /// The values of the spec's own constants.
    package let constants: [JSONValue.Member]
    /// The states, as written.
    private let states: [JSONValue]

    /// How many steps it has.
    package var stepCount: Int { states.count - 1 }

    /// Reads a file that `check` wrote.
    ///
    /// - Throws: `Mistake` when it is no ITF document, or lacks what replay needs.
    package init(_ bytes: [UInt8]) throws(Mistake) {
        let document: JSONValue
        do throws(JSONError) { document = try JSONValue(parsing: bytes) } catch {
            throw Mistake(description: "not JSON: \(error.description)")
        }
        let meta = document.at("#meta")
        states = document.at("states").list
        guard meta.at("format") == "ITF", !states.isEmpty else {
            throw Mistake(description: "not a trace in the Informal Trace Format (ITF)")
        }
        let own = meta.at("shmcheck")
        guard let property = own.at("property").string, let verdict = own.at("verdict").string,
            let source = meta.at("source").string
        else { throw Mistake(description: "an ITF trace of another tool: it does not say which spec it is of") }
        guard case .array(let settings) = own.at("settings"), case .array(let unguarded) = own.at("unguarded"),
            let isUnreduced = own.at("unreduced").flag
        else { throw Mistake(description: "a trace of an older shmcheck: run `shmcheck check` again") }
        self.source = source
        self.property = property
        self.verdict = verdict
        self.isUnreduced = isUnreduced
        self.unguarded = unguarded.compactMap(\.string)
        memory = own.at("memory").string ?? "sc"
        words = own.at("words").isNull ? nil : own.at("words").list.compactMap { $0.string.flatMap { Int128($0) } }
        origin = TraceOrigin(
            check: own.at("check").string, fault: own.at("fault").string, settings: settings.compactMap(\.string))
        constants = own.at("constants").entries
    }

    // MARK: The run

    /// The run of a system that has these states, taken step by step by the reference semantics.
    ///
    /// - Parameter system: of the spec, the check and the constants that the trace names.
    /// - Throws: `Mistake` with the first state that no step of the system leads to: then the spec is another one, or has
    ///   been changed since.
    package func run(of system: TransitionSystem) throws(Mistake) -> TracedRun {
        try checkConstants(of: system)
        let layout = ITFLayout(system)
        let stepper = ReferenceStepper(system, recordsMicroSteps: true)
        var level: [TracedRun] = []
        for outcome in stepper.initialOutcomes(limit: 1 << 20) ?? [] {
            switch outcome {
            case .state(let state), .violation(_, let state):
                if agrees(0, state, layout) { level.append(TracedRun(system: system, initial: state)) }
            case .cut: continue
            }
        }
        guard !level.isEmpty else { throw mismatch(0, "no initial state of the spec is the trace's first") }
        for index in states.indices.dropFirst() {
            var next: [TracedRun] = []
            let name = states[index].at("#meta").at("step").string
            for run in level {
                for transition in stepper.transitions(from: run.last) where transition.name == name {
                    guard let step = TracedStep(transition, system), agrees(index, step.state, layout) else { continue }
                    guard system.name(of: step.actor) == actorName(index) else { continue }
                    next.append(run.followed(by: step))
                }
            }
            level = Array(next.prefix(Self.widthLimit))
            guard !level.isEmpty else {
                throw mismatch(index, "no step \(name ?? "?") of \(actorName(index) ?? "?") leads there")
            }
        }
        let violating = level.first { $0.steps.last?.violation != nil }
        return violating ?? level[0]
    }

    /// Runs that agree in all that the trace says and differ in what it does not.
    private static let widthLimit = 64

    private func mismatch(_ index: Int, _ words: String) -> Mistake {
        Mistake(
            description: "the trace is of another spec, or of an older version of this one: at step \(index) \(words)")
    }

    private func actorName(_ index: Int) -> String? {
        let meta = states[index].at("#meta")
        return meta.at("process").string ?? meta.at("action").string
    }

    private func agrees(_ index: Int, _ state: SystemState, _ layout: ITFLayout) -> Bool {
        for group in layout.groups
        where states[index].at(group.name) != group.value(in: state, layout.system, layout.values) {
            return false
        }
        guard !layout.system.processes.isEmpty else { return true }
        return states[index].at(ITFLayout.processes) == layout.positions(state) && hasLocals(index, state, layout)
    }

    /// Whether a state has the locals that the trace tells. It may have more, since it keeps those that nothing reads any
    /// more; so the signs that tell locals of one name apart need not be the same.
    private func hasLocals(_ index: Int, _ state: SystemState, _ layout: ITFLayout) -> Bool {
        guard case .object(let told) = states[index].at("#meta").at("locals") else { return true }
        let here = layout.locals(state)
        func plain(_ member: JSONValue.Member) -> JSONValue.Member {
            JSONValue.Member(String(member.name.prefix { $0 != "'" }), member.value)
        }
        for process in told {
            guard case .object(let wanted) = process.value,
                case .object(let known)? = here.first(where: { $0.name == process.name })?.value
            else { return false }
            var left = known.map(plain)
            for local in wanted.map(plain) {
                guard let found = left.firstIndex(of: local) else { return false }
                left.remove(at: found)
            }
        }
        return true
    }

    private func checkConstants(of system: TransitionSystem) throws(Mistake) {
        let plain = PlainValues(types: system.types)
        for constant in system.constants where constant.isOwn {
            let now = plain.json(constant.value, as: constant.type)
            let then = constants.first { $0.name == constant.name }?.value
            if now == then { continue }
            throw Mistake(
                description: "the trace is of an older version of the spec: "
                    + "\(constant.name) was \(then?.compactText ?? "not there"), and is \(now.compactText)")
        }
    }
}

/// One step of a run, with what it did.
package struct TracedStep: Sendable {
    /// Who took it.
    package let actor: Actor
    /// Its name: `insert.put`.
    package let name: String
    /// Where it stands in the spec.
    package let range: SourceRange
    /// What it did, in order.
    package let microSteps: [MicroStep]
    /// The state that it leads to; for a violating step what had been done before the violation.
    package let state: SystemState
    /// The rule that it breaks, when it ends the path.
    package let violation: Violation?

    /// The step of a transition; nil for one that is cut.
    package init?(_ transition: Transition, _ system: TransitionSystem) {
        switch transition.outcome {
        case .state(let state): (self.state, violation) = (state, nil)
        case .violation(let violation, let state): (self.state, self.violation) = (state, violation)
        case .cut: return nil
        }
        actor = transition.actor
        name = transition.name
        microSteps = transition.microSteps
        switch transition.actor {
        case .process(let pid):
            let code = system.kind(of: pid).process.code
            range = code.nodes[transition.node ?? code.entry].range
        case .action(let index, _): range = system.actions[index].range
        }
    }
}

/// A run with all that its steps did.
package struct TracedRun: Sendable {
    /// The system that was run.
    package let system: TransitionSystem
    /// The state before the first step.
    package let initial: SystemState
    /// The steps, in order.
    package private(set) var steps: [TracedStep] = []

    /// A run without steps.
    package init(system: TransitionSystem, initial: SystemState) {
        self.system = system
        self.initial = initial
    }

    /// The state after the last step.
    package var last: SystemState { steps.last?.state ?? initial }

    /// The state before a step.
    package func state(before index: Int) -> SystemState { index == 0 ? initial : steps[index - 1].state }

    /// The run with one more step.
    package func followed(by step: TracedStep) -> TracedRun {
        var run = self
        run.steps.append(step)
        return run
    }
}
