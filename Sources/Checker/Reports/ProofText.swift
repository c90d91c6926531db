// What people read of unbounded proofs: a line for each claim, and the steps that stand against them.

public import Model

/// The text of proofs.
public struct ProofText: Sendable {
    private let width: Int
    private let style: TextStyle
    private let mode: TraceMode

    /// A writer.
    ///
    /// - Parameters:
    ///   - width: columns of the terminal.
    ///   - hasColour: whether words are painted.
    ///   - isUnicode: whether signs outside ASCII may be written.
    ///   - mode: how much of each run is shown.
    public init(width: Int, hasColour: Bool, isUnicode: Bool, mode: TraceMode) {
        self.width = max(40, width)
        style = TextStyle(hasColour: hasColour, isUnicode: isUnicode)
        self.mode = mode
    }

    /// A claim: its name, its verdict's word, and whether that is good, bad or neither.
    public struct Claim: Sendable {
        /// How it came out, as far as it has a text.
        public enum Kind: Sendable {
            case shown(String)
            case violated(Trace)
            case notInductive(Trace)
            case open(reason: String, at: SourceRange?, advice: String?)
            case failed(String)
        }
        let name: String
        let word: String
        let range: SourceRange?
        let kind: Kind
        let size: [String]

        /// A claim with its verdict, and the size that stands against it where there are several.
        public init(name: String, word: String, range: SourceRange?, kind: Kind, size: [String] = []) {
            self.size = size
            self.name = name
            self.word = word
            self.range = range
            self.kind = kind
        }
    }

    /// The head of a spec: its path, and the sizes that the proofs are about.
    public func head(
        path: String, ranges: [String] = [], constants: [ConstantValue], in system: TransitionSystem?
    ) -> String {
        var lines = [style.paint(TextLayout.oneLine(path), .heading)]
        if !ranges.isEmpty { lines += wrapped("for every \(ranges.joined(separator: ", "))", indent: 2) }
        if let types = system?.types, !constants.isEmpty {
            let sizes = constants.map { "\($0.name)=\(types.describe($0.value, as: $0.type))" }
            lines += wrapped("for \(sizes.joined(separator: " "))", indent: 2)
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// One claim, with what stands against it.
    public func claim(_ claim: Claim) -> String {
        let colour: TextStyle.Colour
        var rest = ""
        var lines: [String] = []
        switch claim.kind {
        case .shown(let how):
            (colour, rest) = (.good, how.isEmpty ? "" : "(\(how))")
        case .violated(let trace):
            (colour, rest) = (.bad, "in \(VerdictWording.steps(trace.steps.count))")
            if trace.steps.isEmpty { rest = VerdictWording.steps(0) }
            lines = run(trace, claim)
        case .notInductive(let trace):
            (colour, rest) = (.doubtful, "(a step leads from where it holds to where it does not)")
            lines = beginning(trace) + run(trace, claim)
            lines += wrapped(
                "whether the first state can be reached is not known: an invariant that excludes it would help",
                indent: 4)
        case .open(let reason, let range, let advice):
            colour = .doubtful
            var words = "(\(reason))"
            if let range { words += " at \(range.description)" }
            if let advice { words += "; what would help: \(advice)" }
            rest = words
        case .failed(let message): (colour, rest) = (.bad, "(\(message))")
        }
        return (headline(claim, colour, rest) + lines).joined(separator: "\n") + "\n"
    }

    /// A `prove` block, with the values that refute it.
    public func block(_ proof: PropertyResult, constants: [ConstantValue]) -> String {
        let kind: Claim.Kind
        switch proof.verdict {
        case .holds: kind = .shown(proof.scope ?? "")
        case .violated: kind = .failed(arguments(of: proof, constants))
        default: kind = .open(reason: proof.message ?? proof.verdict.word, at: proof.range, advice: proof.advice)
        }
        return claim(
            Claim(name: proof.name, word: proof.verdict.word, range: proof.range, kind: kind, size: proof.size))
    }

    private func arguments(of proof: PropertyResult, _ constants: [ConstantValue]) -> String {
        guard let values = proof.counterexample else { return proof.message ?? "" }
        let text = CounterexampleText(counterexample: values, constants: constants, style: style)
        return text.arguments.isEmpty ? "always" : "for \(text.arguments)"
    }

    private func headline(_ claim: Claim, _ colour: TextStyle.Colour, _ rest: String) -> [String] {
        let front = "  \(TextLayout.oneLine(claim.name)): "
        var end = claim.size.isEmpty ? "" : " for \(claim.size.joined(separator: " "))"
        if !rest.isEmpty { end += " " + TextLayout.oneLine(rest) }
        guard TextLayout.width(front + claim.word + end) > width else {
            return [front + style.paint(claim.word, colour) + end]
        }
        return wrapped(front.dropFirst(2) + claim.word + end, indent: 2)
    }

    // MARK: Runs

    /// The state that a step begins in, which no run leads to: all of it, and where every process stands.
    private func beginning(_ trace: Trace) -> [String] {
        var lines = ["    in a state with"]
        let leaves = StateLeaves(trace.system).leaves(of: trace.initial).map { "\($0.path): \($0.value)" }
        lines += wrapped(leaves.joined(separator: ", "), indent: 6)
        let path = trace.system.properties.first?.range.file.path ?? ""
        for (process, words) in WaitingProcesses(trace.system, path: path).sentences(in: trace.initial) {
            lines += wrapped("\(process): \(words)", indent: 6)
        }
        return lines
    }

    private func run(_ trace: Trace, _ claim: Claim) -> [String] {
        var lines: [String] = []
        if let reason = FalseBecause(trace) {
            let names = reason.binders.isEmpty ? "" : "for \(reason.binders.joined(separator: ", ")): "
            let values = reason.values == reason.text ? "" : ", which is \(TextLayout.oneLine(reason.values))"
            lines += wrapped("false because: \(names)\(TextLayout.oneLine(reason.text))\(values)", indent: 4)
        } else if let message = trace.violation?.message {
            lines += wrapped(TextLayout.oneLine(message), indent: 4)
        }
        guard mode != .off else { return lines }
        return lines
            + TraceTable(trace, style: style, mode: mode, width: width - 6).lines().map {
                $0.isEmpty ? "" : "     \($0)"
            }
    }

    /// What came of all claims of all specs.
    public func summary(shown: Int, violated: Int, open: Int) -> String {
        var parts = ["\(Wording.count(shown, "claim")) shown"]
        if violated > 0 { parts.append("\(violated) violated") }
        if open > 0 { parts.append("\(open) open") }
        return parts.joined(separator: ", ") + "\n"
    }

    private func wrapped(_ text: String, indent: Int) -> [String] {
        let blanks = String(repeating: " ", count: indent)
        return TextLayout.wrapped(text, width: width - indent - 2).enumerated().map {
            blanks + ($0 == 0 ? "" : "  ") + $1
        }
    }
}
