// A proof that is refuted: the values, why the claim is false with them, and the pages that they touch.

import Model

/// The lines about one counterexample.
struct CounterexampleText {
    let counterexample: Counterexample
    let constants: [ConstantValue]
    let style: TextStyle

    private var proof: SystemProof { counterexample.proof }
    private var run: ProofRun { counterexample.run }

    /// `va = 0xfff, size = 0x2`
    var arguments: String {
        zip(proof.names, counterexample.arguments).map { name, value in
            "\(name.name) = \(proof.types.describeHexadecimal(value, as: type(of: name.local)))"
        }.joined(separator: ", ")
    }

    /// Values of the body's own names; nil when it has none.
    var bindings: String? {
        let own = proof.names.dropFirst(counterexample.arguments.count)
        let known = own.compactMap { name in
            run.locals[name.local].map {
                "\(name.name) = \(proof.types.describeHexadecimal($0, as: type(of: name.local)))"
            }
        }
        return known.isEmpty ? nil : known.joined(separator: ", ")
    }

    private func type(of local: LocalID) -> Type { proof.code.locals[local].type }

    /// What goes wrong: the text of the part that is false, and the same with values.
    var reason: (text: String, values: String)? {
        switch run.outcome {
        case .isFalse:
            guard let claim = run.claim else { return nil }
            let part = falsePart(of: claim)
            var evaluator = proof.evaluator(after: run)
            let explainer = FormulaExplainer(types: proof.types, isHexadecimal: true)
            guard proof.value(of: part, in: run) != nil else { return (part.range.file.text(of: part.range), "") }
            return (part.range.file.text(of: part.range), explainer.explain(part, &evaluator))
        case .traps(let message, let range):
            return (range.file.text(of: range), message)
        case .holds, .excluded, .notEvaluated: return nil
        }
    }

    /// Whether the run ends in a trap rather than in a claim that is false.
    var isTrap: Bool { if case .traps = run.outcome { true } else { false } }

    /// Where it goes wrong.
    var place: SourceRange? {
        switch run.outcome {
        case .traps(_, let range): range
        case .isFalse: run.claim?.range
        case .holds, .excluded, .notEvaluated: nil
        }
    }

    /// Goes down the conjunctions of a false claim to the conjunct that is false.
    private func falsePart(of formula: Formula) -> Formula {
        switch formula.kind {
        case .binary(.and, let left, let right):
            return falsePart(of: proof.value(of: left, in: run) == .bool(false) ? left : right)
        case .binary(.implies, _, let right): return falsePart(of: right)
        default: return formula
        }
    }

    // MARK: Pages

    /// The ranges of the proof over the pages that they touch.
    func drawing(width: Int) -> [String] {
        PageDrawing(pageSize: pageSize, regions: regions, style: style).lines(width: width)
    }

    private var pageSize: UInt64 {
        for name in ["PAGE", "PGSIZE", "PAGE_SIZE"] {
            guard case .integer(let size)? = constants.first(where: { $0.name == name })?.value, size > 1 else {
                continue
            }
            return UInt64(clamping: size)
        }
        return 4096
    }

    private var regions: [PageDrawing.Region] {
        guard let rangeType = proof.types.rangeStructure else { return [] }
        var found: [PageDrawing.Region] = []
        func note(_ label: String, _ value: Value) {
            guard case .structure(let fields) = value, fields.count == 2 else { return }
            let region = PageDrawing.Region(
                label: label, base: UInt64(clamping: fields[0].number), size: UInt64(clamping: fields[1].number))
            if !found.contains(where: { $0.base == region.base && $0.size == region.size }) { found.append(region) }
        }
        for (name, local) in proof.names where type(of: local) == .structure(rangeType) {
            if let value = run.locals[local] { note(name, value) }
        }
        for node in proof.code.nodes {
            for formula in node.operation.formulas {
                formula.visit { part in
                    guard part.type == .structure(rangeType), case .structure = part.kind,
                        let value = proof.value(of: part, in: run)
                    else { return }
                    note(TextLayout.oneLine(part.range.file.text(of: part.range)), value)
                }
            }
        }
        return found
    }
}
