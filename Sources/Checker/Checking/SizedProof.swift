// Proofs for all sizes: one after the other, for each value of the constants that are `any`.

import Model

/// The claims of a spec for each point of a grid of sizes.
///
/// A claim is shown when it is at every point. What is not shown at one is not asked at those behind it, so the point that
/// is told is the first in the order of the grid.
struct SizedProof {
    let source: SourceFile
    let read: SpecLoader.Reader
    let options: ProveOptions
    let choice: SpecSystem.Choice
    let axes: [SweepAxis]

    /// Answers for the whole grid. The mistakes of a spec at one size end it.
    func result(_ diagnostics: Diagnostics) -> ProveResult {
        var claims = SizedAnswers<ClaimResult>()
        var proofs = SizedAnswers<PropertyResult>()
        var (queries, last): (Int, ProveResult?) = (0, nil)
        for point in SweepAxis.points(axes) {
            var own = options
            if last != nil {
                own.invariants = claims.shownNames + proofs.shownNames
                if own.invariants.isEmpty { break }
            }
            let found = Diagnostics()
            let result = self.result(at: point, own, found)
            let errors = found.all.filter { $0.severity == .error }
            for error in last == nil ? found.all : errors { diagnostics.report(error.at(point)) }
            guard let result, errors.isEmpty else { return .rejected(source.path, diagnostics) }
            claims.add(result.claims, at: point) { name in
                ClaimResult(
                    name: name, kind: .invariant, range: nil,
                    answer: .unknown(reason: "it is not asked at every size", at: nil, advice: nil))
            }
            proofs.add(result.proofs, at: point) { name in
                PropertyResult(
                    name: name, kind: .prove, verdict: .unknown, message: "it is not asked at every size", range: nil,
                    trace: nil, evaluations: nil, witnessDepth: nil)
            }
            queries += result.queries
            last = result
        }
        let names = Set(axes.map(\.name))
        var result = ProveResult(
            path: source.path, diagnostics: diagnostics.all, claims: claims.united { $0.united(with: $1) },
            proofs: proofs.united { first, _ in first },
            constants: (last?.constants ?? []).filter { !names.contains($0.name) }, system: last?.system,
            queries: queries, isUsageError: false)
        result.sizes = axes
        return result
    }

    private func result(at point: [String], _ options: ProveOptions, _ diagnostics: Diagnostics) -> ProveResult? {
        var choice = choice
        choice.definitions += point.compactMap { SettingSyntax(text: $0) }
        guard let spec = SpecSystem(source, read: read, choice: choice, diagnostics: diagnostics) else { return nil }
        return ClaimJudge(spec: spec, options: options).result(source.path, diagnostics)
    }
}

/// What can be shown at one size, and not at another.
private protocol SizedAnswer {
    var name: String { get }
    var isShown: Bool { get }
    var size: [String] { get set }
}

extension ClaimResult: SizedAnswer {
    /// One answer for two sizes at which it is shown.
    fileprivate func united(with other: ClaimResult) -> ClaimResult {
        let answer: Answer
        switch (self.answer, other.answer) {
        case (.inductive(let one), .inductive(let two)): answer = .inductive(lemmas: max(one, two))
        case (let one, let two):
            let ways = one.ways + two.ways.filter { !one.ways.contains($0) }
            answer = .proved(by: ways.sorted().joined(separator: ", "))
        }
        return ClaimResult(name: name, kind: kind, range: range, answer: answer)
    }
}

extension ClaimResult.Answer {
    fileprivate var ways: [String] {
        switch self {
        case .inductive: ["k = 1"]
        case .proved(let by): by.split(separator: ", ").map { String($0) }
        case .violated, .counterexampleToInduction, .unknown, .error: []
        }
    }
}

extension PropertyResult: SizedAnswer {
    fileprivate var isShown: Bool { verdict == .holds }
}

/// Answers by name, in the order in which they were first given.
private struct SizedAnswers<Answer: SizedAnswer> {
    private var answers: [[Answer]] = []

    var shownNames: [String] { answers.filter { $0.allSatisfy(\.isShown) }.map { $0[0].name } }

    /// Adds what is said at one point; what was shown before and is not spoken of there has no answer.
    mutating func add(_ results: [Answer], at point: [String], without: (String) -> Answer) {
        let missing = shownNames.filter { name in !results.contains { $0.name == name } }
        for result in results + missing.map(without) {
            var result = result
            if !result.isShown { result.size = point }
            if let index = answers.firstIndex(where: { $0[0].name == result.name && $0[0].size.isEmpty }) {
                answers[index].append(result)
            } else if !answers.contains(where: { $0[0].name == result.name }) {
                answers.append([result])
            }
        }
    }

    /// One for each: what is not shown, or what unites all that are.
    func united(_ unite: (Answer, Answer) -> Answer) -> [Answer] {
        answers.map { own in
            own.first { !$0.isShown } ?? own.dropFirst().reduce(own[0], unite)
        }
    }
}

extension Diagnostic {
    /// The same with the size at which it was found.
    fileprivate func at(_ point: [String]) -> Diagnostic {
        Diagnostic(code, "\(message) (for \(point.joined(separator: " ")))", at: range, notes: notes, related: related)
    }
}
