// Random walks: sample runs of a spec, by the reference semantics. They find violations, and never tell that there are none.

public import Model

/// What a user asks of random walks.
public struct SimulationOptions: Sendable {
    /// `-D NAME=VALUE`.
    public var definitions: [SettingSyntax] = []
    /// `--fault ID`.
    public var fault: String?
    /// `--only NAME`: the constants of that check.
    public var only: String?
    /// `--no-reduce`: each access is a step.
    public var isUnreduced = false
    /// How many walks.
    public var traces = 5
    /// The most steps of each.
    public var steps = 50
    /// The first walk's seed; each further walk has the next number.
    public var seed: UInt64 = 0

    /// The defaults of the command line.
    public init() {}
}

/// One walk.
public struct SimulatedWalk: Sendable {
    /// Why it ended.
    public enum End: Sendable {
        /// All its steps were taken.
        case steps
        /// Every process that is no daemon has finished, or there are only actions; none can take a step.
        case finished
        /// An `assume` was false.
        case cut
        /// Something is wrong in the last step or state.
        case violated(name: String, kind: ReportedKind)
    }
    /// Its seed: a run with that seed and one trace gives the same walk.
    public let seed: UInt64
    /// The steps.
    public let trace: Trace
    /// Why it ended.
    public let end: End
}

/// What random walks found.
public struct SimulationResult: Sendable {
    /// The path as it was given.
    public let path: String
    /// Mistakes of the spec.
    public let diagnostics: [Diagnostic]
    /// In the order of their seeds.
    public let walks: [SimulatedWalk]
    /// Names of `reachable` properties that some walk came by.
    public let witnessed: [String]

    /// What the process tells its caller: 0 says that these walks met nothing, and no more.
    public var status: ExitStatus {
        if diagnostics.contains(where: { $0.severity == .error }) { return .rejected }
        return ExitStatus.combined(
            walks.compactMap { walk in
                if case .violated(_, let kind) = walk.end { ExitStatus.of(kind) } else { nil }
            })
    }
}

/// Takes random walks through a spec.
///
/// - Parameters:
///   - source: the spec's text.
///   - read: gives the text of an import beside the spec, or nil.
///   - options: what is asked.
/// - Returns: the walks; mistakes of the spec are diagnostics in it. The same options give the same walks.
public func simulate(_ source: SourceFile, read: @escaping SpecLoader.Reader, options: SimulationOptions)
    -> SimulationResult
{
    let diagnostics = Diagnostics()
    func rejected() -> SimulationResult {
        SimulationResult(path: source.path, diagnostics: diagnostics.all, walks: [], witnessed: [])
    }
    var loader = SpecLoader(diagnostics: diagnostics, read: read)
    guard let loaded = loader.load(source), !diagnostics.hasErrors else { return rejected() }
    var checkOptions = CheckOptions()
    checkOptions.definitions = options.definitions
    checkOptions.fault = options.fault
    checkOptions.only = options.only.map { [$0] } ?? []
    let run = SpecRun(source: source, loaded: loaded, options: checkOptions, plain: diagnostics)
    guard var configuration = run.chosen(from: run.stated()).first, !diagnostics.hasErrors else { return rejected() }
    configuration.expected = nil
    var lowering = LoweringOptions()
    lowering.isUnreduced = options.isUnreduced
    guard let model = CheckRun(configuration: configuration, loaded: loaded, options: checkOptions).model(diagnostics),
        let system = lower(model, options: lowering, diagnostics: diagnostics)
    else { return rejected() }
    var walker = RandomWalker(system)
    let walks = (0..<options.traces).map { walker.walk(seed: options.seed &+ UInt64($0), steps: options.steps) }
    return SimulationResult(
        path: source.path, diagnostics: diagnostics.all, walks: walks.compactMap(\.self),
        witnessed: walker.witnessed.sorted().map { system.properties[$0].name })
}

/// Walks through one system.
private struct RandomWalker {
    private let system: TransitionSystem
    private let stepper: ReferenceStepper
    private let judge: ReferenceProperties
    private let initial: [Outcome]
    /// Properties of kind `reachable` that were seen to be true.
    private(set) var witnessed: Set<Int> = []

    init(_ system: TransitionSystem) {
        self.system = system
        stepper = ReferenceStepper(system)
        judge = ReferenceProperties(system)
        initial = stepper.initialOutcomes(limit: 1 << 20) ?? []
    }

    /// A walk; nil when there is no first state.
    mutating func walk(seed: UInt64, steps: Int) -> SimulatedWalk? {
        var random = WalkRandom(seed: seed)
        guard !initial.isEmpty else { return nil }
        let start: SystemState
        switch initial[random.below(initial.count)] {
        case .state(let state): start = state
        case .violation(let violation, let state): return walk(seed, state, [], violation)
        case .cut: return nil
        }
        var state = start
        var taken: [Trace.Step] = []
        if let violation = wrong(in: state, before: nil, stores: []) { return walk(seed, start, taken, violation) }
        while taken.count < steps {
            let transitions = stepper.transitions(from: state)
            guard !transitions.isEmpty else {
                let violation = wrongAtEnd(state)
                return walk(seed, start, taken, violation, end: violation == nil ? .finished : nil)
            }
            let transition = transitions[random.below(transitions.count)]
            let before = state
            switch transition.outcome {
            case .state(let next): state = next
            case .violation(let violation, let end):
                return walk(seed, start, taken + [Trace.Step(transition, to: end, in: system)], violation)
            case .cut: return walk(seed, start, taken, nil, end: .cut)
            }
            taken.append(Trace.Step(transition, to: state, in: system))
            if let violation = wrong(in: state, before: before, stores: transition.stores) {
                return walk(seed, start, taken, violation)
            }
        }
        return walk(seed, start, taken, nil, end: .steps)
    }

    private func walk(
        _ seed: UInt64, _ start: SystemState, _ steps: [Trace.Step], _ violation: Violation?,
        end: SimulatedWalk.End? = nil
    ) -> SimulatedWalk {
        let trace = Trace(system: system, initial: start, steps: steps, violation: violation, explanation: nil)
        let wrong = violation.map {
            SimulatedWalk.End.violated(name: system.name(of: $0.kind), kind: kind(of: $0.kind))
        }
        return SimulatedWalk(seed: seed, trace: trace, end: end ?? wrong ?? .steps)
    }

    // MARK: What is wrong

    private mutating func wrong(in state: SystemState, before: SystemState?, stores: Set<VariableID>) -> Violation? {
        for (index, property) in system.properties.enumerated() {
            switch property.kind {
            case .invariant, .always:
                if let violation = violation(of: index, judge.judge(index, in: state)) { return violation }
            case .reachable, .reachableAlways:
                if case .holds = judge.judge(index, in: state) { witnessed.insert(index) }
            case .transition:
                guard let before, property.asksAboutProcesses || !property.reads.isDisjoint(with: stores) else {
                    continue
                }
                let judgement = judge.judge(index, in: state, before: before)
                if let violation = violation(of: index, judgement) { return violation }
            case .final, .eventually, .leadsto, .temporal: continue
            }
        }
        return nil
    }

    /// Where nothing can move: an unfinished process, or a `final` that is false.
    private func wrongAtEnd(_ state: SystemState) -> Violation? {
        for (pid, process) in state.processes.enumerated() {
            guard case .point = process.position, !system.kind(of: pid).process.isDaemon else { continue }
            let code = system.kind(of: pid).process.code
            return Violation(
                kind: .deadlock, message: "no process can take a step", range: code.nodes[code.entry].range)
        }
        for (index, property) in system.properties.enumerated() where property.kind == .final {
            if let violation = violation(of: index, judge.judge(index, in: state)) { return violation }
        }
        return nil
    }

    private func violation(of index: Int, _ judgement: PropertyJudgement) -> Violation? {
        let property = system.properties[index]
        switch judgement {
        case .holds, .notChecked: return nil
        case .isFalse:
            return Violation(kind: .property(index), message: property.message ?? property.name, range: property.range)
        case .traps(let message, let range): return Violation(kind: .property(index), message: message, range: range)
        }
    }

    private func kind(of violation: ViolationKind) -> ReportedKind {
        switch violation {
        case .trap, .panic, .diverges: .trap
        case .lockDiscipline, .ownership, .lockUse: .lock
        case .assertion: .assert
        case .deadlock: .deadlock
        case .property(let index): system.properties[index].kind.reported
        }
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers everywhere.
private struct WalkRandom {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func below(_ bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((word ^ (word >> 31)) % UInt64(bound))
    }
}
