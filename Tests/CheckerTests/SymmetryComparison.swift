// Runs a spec with and without symmetry, and with orbits counted by brute force.

import Checker
import Model

/// What symmetry changes about a spec; nothing but its counts, if all is well.
struct SymmetryComparison {
    /// One line for each difference.
    private(set) var differences: [String] = []
    /// Messages of errors, for specs that must be well-formed.
    private(set) var mistakes: [String] = []
    /// Why nothing was compared.
    private(set) var refusal: String?
    /// Without symmetry and with it.
    private(set) var states = (full: 0, quotient: 0)
    /// What symmetry was used for, and what it was refused.
    private(set) var use: SymmetryUse?
    private(set) var verdicts: [Verdict] = []

    /// Compares a text, up to a number of states.
    init(_ text: String, limit: Int = 4000) {
        func run(_ usesSymmetry: Bool, _ engine: Engine = .fastest) -> CheckResult? {
            var options = CheckOptions()
            options.keepsGoing = true
            options.limits.states = limit
            options.usesSymmetry = usesSymmetry
            options.engine = engine
            let all = check(SourceFile(path: "test.spec", text: text), read: { _ in nil }, options: options)
            mistakes = (all.diagnostics + all.checks.flatMap(\.diagnostics)).filter { $0.severity == .error }.map {
                "\($0.code.rawValue): \($0.message) in `\($0.range.file.text(of: $0.range))`"
            }
            return mistakes.isEmpty ? all.checks.first : nil
        }
        guard let full = run(false), let reduced = run(true), let system = reduced.system else {
            refusal = "rejected"
            return
        }
        guard full.scope == .exhaustive, reduced.scope == .exhaustive else {
            refusal = "too large"
            return
        }
        use = reduced.symmetry
        states = (full.states, reduced.states)
        verdicts = reduced.properties.map(\.verdict)
        compare(full, reduced)
        if Engine.fastest != .bytecode, let plain = run(true, .bytecode) {
            same("native code: states", reduced.states, plain.states)
            same("native code: transitions", reduced.transitions, plain.transitions)
        }
        guard let full = exploreStates(of: system, limit: limit),
            let quotient = exploreStates(of: system, limit: limit, usesSymmetry: true)
        else {
            differences.append("the system is larger than the check said")
            return
        }
        compareOrbits(full, quotient, system)
    }

    private mutating func same<T: Equatable>(_ what: String, _ one: T, _ other: T) {
        if one != other { differences.append("\(what): \(one) and \(other)") }
    }

    private mutating func compare(_ full: CheckResult, _ reduced: CheckResult) {
        differences += reduced.internalErrors.map { "internal error: \($0)" }
        // A state may be farther from the initial ones than another of its orbit, where those are not all of theirs.
        if reduced.depth > full.depth { differences.append("depth: \(full.depth) and \(reduced.depth)") }
        same("never enabled", full.neverEnabled, reduced.neverEnabled)
        same("unguarded", full.exploredAsUnguarded, reduced.exploredAsUnguarded)
        same("lock order", full.lockCycles.count, reduced.lockCycles.count)
        if full.exploredAsUnguarded.isEmpty, let represented = use?.represented, represented < full.states {
            differences.append("\(represented) states are represented, there are \(full.states)")
        }
        for (one, other) in zip(full.properties, reduced.properties) {
            same("\(one.name): verdict", one.verdict.word, other.verdict.word)
            // The first deadlock of a component is any of its states.
            if one.kind != .deadlock, one.kind != .final { same("\(one.name): steps", one.steps, other.steps) }
            same("\(one.name): depth", one.witnessDepth, other.witnessDepth)
        }
    }

    private mutating func compareOrbits(
        _ full: ExploredStates, _ quotient: ExploredStates, _ system: TransitionSystem
    ) {
        let oracle = SymmetryOracle(system, sorts: quotient.symmetricSorts)
        var orbits: [SystemState: Int] = [:]
        var sizes: [Int] = []
        for state in full.states where orbits[state] == nil {
            let orbit = oracle.orbit(of: state)
            for member in orbit { orbits[member] = sizes.count }
            sizes.append(orbit.count)
        }
        same("orbits", sizes.count, quotient.states.count)
        let found = Set(quotient.states.compactMap { orbits[$0] })
        same("orbits with a representative", found.count, quotient.states.count)
        same("states of all orbits", UInt64(sizes.reduce(0, +)), quotient.represented)
        same("violations", full.violations.map { "\($0)" }.sorted(), quotient.violations.map { "\($0)" }.sorted())
    }
}
