// `prove` blocks to code, by the same rules as all other code: what the reference runs when it judges a counterexample.

/// Lowers one `prove` block.
///
/// - Parameters:
///   - proof: of the model.
///   - model: well-typed.
/// - Complexity: linear in the inlined code.
public func lower(_ proof: ProofDeclaration, of model: TypedModel) -> SystemProof {
    let context = SystemContext(model: model)
    let emitter = Emitter(
        model: model, facts: AccessFacts(), context: context, diagnostics: Diagnostics(), function: proof.name,
        source: proof.body.locals, range: proof.range, hoists: false)
    let parameters = (0..<proof.parameterCount).map { emitter.target(of: $0) }
    let result = emitter.newLocal("%claim", .bool)
    if let condition = proof.condition { emitter.emit(.assume(emitter.lower(condition))) }
    let end = emitter.newLabel()
    emitter.frame.returnLabel = end
    emitter.frame.result = result
    emitter.frame.scopeBase = emitter.scopes.count
    emitter.withScope { emitter.lower(proof.body.statements) }
    emitter.place(end)
    emitter.emit(.end)
    var names: [(name: String, local: LocalID)] = []
    for (source, local) in proof.body.locals.enumerated() where !local.name.hasPrefix("%") {
        guard case .local(let target) = emitter.frame.substitutes[source] else { continue }
        names.append((local.name, target))
    }
    return SystemProof(
        name: proof.name, parameters: parameters, code: emitter.finish(), result: result,
        assertions: context.assertions, names: names, types: model.types)
}
