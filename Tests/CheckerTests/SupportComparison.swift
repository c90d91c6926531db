// Runs one spec by every engine and lists in what they differ.

import Checker
import Foundation
import Model

/// What a comparison of one spec found.
struct Comparison {
    /// One line per difference; empty when all engines agree.
    var differences: [String] = []
    /// States of the reduced system; 0 when the spec was too large to compare.
    var states = 0
    /// Verdicts with steps, by property.
    var verdicts: [String: Verdict] = [:]
    /// Why nothing was compared.
    var refusal: String?
    /// Messages of errors, for specs that must be well-formed.
    var mistakes: [String] = []
}

/// Compares engines on texts.
struct Comparer {
    /// States beyond which the reference is not asked.
    var limit = 20_000
    /// Whether the base meaning is explored by the reference as well.
    var comparesBase = true
    /// `NAME: value` settings of the plain configuration.
    var settings: [SettingSyntax] = []
    var fault: String?
    /// Names whose verdicts may differ between steps and base meaning, each with an open issue.
    var tolerated: Set<String> = []

    /// All engines on a text.
    func compare(_ text: String, path: String = "test.spec", read: @escaping SpecLoader.Reader = { _ in nil })
        -> Comparison
    {
        let source = SourceFile(path: path, text: text)
        var result = Comparison()
        guard let reduced = engine(source, read, isUnreduced: false, &result) else { return result }
        result.states = reduced.states
        guard let base = engine(source, read, isUnreduced: true, &result) else { return result }
        compareReduction(reduced, base, &result)
        return result
    }

    /// Runs the engine and, where the system is small enough, compares it with the reference.
    private func engine(
        _ source: SourceFile, _ read: @escaping SpecLoader.Reader, isUnreduced: Bool, _ result: inout Comparison
    ) -> CheckResult? {
        var options = CheckOptions()
        options.keepsGoing = true
        options.isUnreduced = isUnreduced
        options.limits.states = limit * (isUnreduced ? 20 : 1)
        options.definitions = settings
        options.fault = fault
        options.only = settings.isEmpty && fault == nil && source.hasOwnChecks ? ["default"] : []
        if settings.isEmpty, fault == nil, source.hasOwnChecks { options.expectation = .holds; options.only = [] }
        let all = check(source, read: read, options: options)
        let errors = all.diagnostics + all.checks.flatMap(\.diagnostics)
        result.mistakes = errors.filter { $0.severity == .error }.map {
            "\($0.code.rawValue): \($0.message) in `\($0.range.file.text(of: $0.range))`"
        }
        guard result.mistakes.isEmpty, let found = all.checks.first, let system = found.system else {
            result.refusal = "rejected"
            return nil
        }
        if !isUnreduced { result.verdicts = Self.verdicts(of: found) }
        guard found.scope == .exhaustive else {
            result.refusal = "too large"
            return nil
        }
        let mode = isUnreduced ? "base" : "steps"
        result.differences += found.internalErrors.map { "\(mode): internal error: \($0)" }
        if isUnreduced, !comparesBase || found.states > limit { return found }
        guard let graph = ReferenceGraph(system, limit: limit) else { return found }
        result.differences += Self.compare(found, system, graph, limit).map { "\(mode): \($0)" }
        return found
    }

    static func verdicts(of result: CheckResult) -> [String: Verdict] {
        var verdicts: [String: Verdict] = [:]
        for property in result.properties where verdicts[property.name] != .violated {
            verdicts[property.name] = property.verdict
        }
        return verdicts
    }

    // MARK: Engine against reference

    private static func compare(
        _ result: CheckResult, _ system: TransitionSystem, _ graph: ReferenceGraph, _ limit: Int
    ) -> [String] {
        var differences: [String] = []
        func same<T: Equatable>(_ what: String, _ engine: T, _ reference: T) {
            if engine != reference { differences.append("\(what): engine \(engine), reference \(reference)") }
        }
        guard let explored = exploreStates(of: system, limit: limit * 2) else {
            return ["the engine has more than \(limit * 2) states"]
        }
        if Engine.fastest != .bytecode { differences += compareWithBytecode(explored, system, limit * 2) }
        same("states", explored.states.count, graph.states.count)
        same("transitions", explored.transitions, graph.transitionCount)
        same("depth", explored.depth, graph.depth)
        let onlyEngine = Set(explored.states).subtracting(graph.states).count
        let onlyReference = Set(graph.states).subtracting(explored.states).count
        same("states that only one has", [onlyEngine, 0], [0, onlyReference])
        if let lossy = explored.lossyState { differences.append("packing changes state \(lossy)") }
        let stepViolations = explored.violations.filter { if case .property = $0 { false } else { $0 != .deadlock } }
        same("violations", names(stepViolations, system), names(graph.violations, system))
        same("lock order", explored.nestings.count, graph.nestings.count)
        if explored.nestings != graph.nestings { differences.append("lock order: other nestings") }
        let never = explored.stepNames.subtracting(graph.enabled)
        same("never enabled", explored.neverEnabled.sorted(), never.sorted())
        let expected = graph.verdicts()
        let found = verdicts(of: result)
        for (name, verdict) in expected.sorted(by: { $0.key < $1.key }) {
            // What was explored as unguarded was violated before the restart.
            if ["lock_discipline", "ownership"].contains(name), !result.exploredAsUnguarded.isEmpty { continue }
            if found[name] != verdict {
                differences.append("\(name): engine \(found[name]?.word ?? "-"), reference \(verdict.word)")
            }
        }
        return differences
    }

    /// Native code finds the states in the very order in which bytecode finds them.
    private static func compareWithBytecode(_ native: ExploredStates, _ system: TransitionSystem, _ limit: Int)
        -> [String]
    {
        guard let bytecode = exploreStates(of: system, limit: limit, engine: .bytecode) else {
            return ["bytecode: more states"]
        }
        var differences: [String] = []
        func same(_ what: String, _ isSame: Bool) {
            if !isSame { differences.append("\(what): native code differs from bytecode") }
        }
        same("states", native.states == bytecode.states)
        same("transitions", native.transitions == bytecode.transitions)
        same("violations", native.violations == bytecode.violations)
        same("never enabled", native.neverEnabled == bytecode.neverEnabled)
        same("lock order", native.nestings == bytecode.nestings)
        return differences
    }

    private static func names(_ kinds: Set<ViolationKind>, _ system: TransitionSystem) -> [String] {
        kinds.map { kind in
            switch kind {
            case .assertion(let id): system.assertions[id].name
            case .lockDiscipline(let id), .ownership(let id): "\(kind) \(system.variables[id].name)"
            default: "\(kind)"
            }
        }.sorted()
    }

    // MARK: Steps against base meaning

    private func compareReduction(_ reduced: CheckResult, _ base: CheckResult, _ result: inout Comparison) {
        // Every run may break a rule before its first point: then nothing holds, and there are no verdicts to compare.
        if reduced.states == 0 { return }
        // A step that breaks a rule ends its path: others are judged on what comes before it (Language.md, section 14),
        // and without steps that is more.
        let breaksOff = reduced.violated.contains { [.trap, .lock, .assert].contains($0.kind) }
        let (left, right) = (Self.verdicts(of: reduced), Self.verdicts(of: base))
        for name in Set(left.keys).union(right.keys).subtracting(tolerated).sorted() where left[name] != right[name] {
            if breaksOff, left[name] != .violated { continue }
            result.differences.append(
                "reduction: \(name): steps \(left[name]?.word ?? "-"), base \(right[name]?.word ?? "-")")
        }
        if !breaksOff, Set(reduced.exploredAsUnguarded) != Set(base.exploredAsUnguarded) {
            result.differences.append(
                "reduction: unguarded: steps \(reduced.exploredAsUnguarded), base \(base.exploredAsUnguarded)")
        }
    }
}

extension SourceFile {
    /// Whether the text asks for checks itself.
    fileprivate var hasOwnChecks: Bool {
        guard let spec = parse(self, diagnostics: Diagnostics()) else { return false }
        return spec.items.contains { if case .check = $0.kind { true } else { false } }
    }
}

/// The settings of a `check x(NAME: value)`.
func settings(_ text: String) -> [SettingSyntax] {
    let source = SourceFile(path: "settings.spec", text: "spec S\ncheck c(\(text))\n")
    for item in parse(source, diagnostics: Diagnostics())?.items ?? [] {
        if case .check(_, let settings, _) = item.kind { return settings }
    }
    return []
}

/// The folder of the package.
let packageFolder: String = {
    var parts = #filePath.split(separator: "/")
    parts.removeLast(3)
    return "/" + parts.joined(separator: "/")
}()

/// A file of the package's `Specs`.
func specBytes(_ path: String) -> [UInt8]? {
    FileManager.default.contents(atPath: path).map { Array($0) }
}

/// Whether only a part of the random tests is wanted.
let isQuick = ProcessInfo.processInfo.environment["SHMCHECK_QUICK"] == "1"
