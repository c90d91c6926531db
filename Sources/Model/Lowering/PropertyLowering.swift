// Properties: conjuncts are split so that each is checked where its own guards are free.

/// Lowers the stated properties of a model.
struct PropertyLowering {
    let model: TypedModel
    let context: SystemContext
    let diagnostics: Diagnostics

    /// Every property, in file order.
    func properties() -> [SystemProperty] { model.properties.map(lower) }

    private func lower(_ property: PropertyDeclaration) -> SystemProperty {
        let isSplit = property.kind == .invariant || property.kind == .always
        let pieces = property.formulas.flatMap { formula in
            isSplit ? split(formula) : [Piece(binders: property.binders, formula: formula)]
        }
        let parts = pieces.map { part($0, of: property) }
        var reads: Set<VariableID> = []
        for part in parts {
            part.formula.collectLoads(into: &reads)
            for node in part.code.nodes { reads.formUnion(node.operation.loads) }
        }
        return SystemProperty(
            name: property.name, kind: property.kind, message: property.message, range: property.range, parts: parts,
            temporal: property.temporal, reads: reads)
    }

    private func part(_ piece: Piece, of property: PropertyDeclaration) -> PropertyPart {
        let emitter = Emitter(
            model: model, facts: AccessFacts(), context: context, diagnostics: diagnostics, function: property.name,
            source: property.locals, range: property.range, hoists: false)
        let binders = piece.binders.map {
            Binder(local: emitter.target(of: $0.local), type: $0.type, domain: $0.domain, name: $0.name)
        }
        let formula = emitter.lower(piece.formula)
        emitter.emit(.end)
        return PropertyPart(binders: binders, code: emitter.finish(), formula: formula)
    }

    // MARK: Splitting

    private struct Piece {
        let binders: [Binder]
        let formula: Formula
    }

    private func split(_ formula: Formula) -> [Piece] {
        switch formula.kind {
        case .binary(.and, let left, let right): return split(left) + split(right)
        case .bind(let local, let value, let body):
            return split(body).map { piece in
                Piece(
                    binders: piece.binders,
                    formula: Formula(.bind(local, value, piece.formula), .bool, piece.formula.range))
            }
        case .quantifier(let quantifier) where quantifier.kind == .all && hasFixedDomains(quantifier):
            guard let body = quantifier.body else { return [Piece(binders: [], formula: formula)] }
            return split(body).map { piece in
                var inner = piece.formula
                if let condition = quantifier.condition {
                    inner = Formula(.binary(.implies, condition, inner), .bool, inner.range)
                }
                return Piece(binders: quantifier.binders + piece.binders, formula: inner)
            }
        default: return [Piece(binders: [], formula: formula)]
        }
    }

    private func hasFixedDomains(_ quantifier: Quantifier) -> Bool {
        quantifier.binders.allSatisfy { binder in
            switch binder.domain {
            case .type: return true
            case .range(let lower, let upper, _):
                guard case .constant = lower.kind, case .constant = upper.kind else { return false }
                return true
            case .elements: return false
            }
        }
    }
}
