// Pure functions in the formulas of a `kernel` block are put in place: nothing lowers these formulas.

import Model

extension BindingResolver {
    /// A formula without calls.
    ///
    /// - Throws: `BindingError` where a pure function is no single expression.
    func inlined(_ formula: Formula) throws(BindingError) -> Formula {
        let result = formula.inlined(model.pures, depth: 0)
        var name: String?
        result.visit { part in
            if case .call(let id, _) = part.kind { name = model.pures[id].name }
        }
        if let name { throw BindingError(.unresolved, part: name, "\(name) is not of the form `pure \(name)(…) = e`") }
        return result
    }
}

extension Formula {
    fileprivate func inlined(_ pures: [FunctionDeclaration], depth: Int) -> Formula {
        guard case .call(let id, let arguments) = kind, let body = pures[id].expression, depth < 32 else {
            return mapChildren { $0.inlined(pures, depth: depth) }
        }
        return body.replacingLocals(arguments).inlined(pures, depth: depth + 1)
    }

    private func replacingLocals(_ values: [Formula]) -> Formula {
        if case .local(let id) = kind, values.indices.contains(id) { return values[id] }
        return mapChildren { $0.replacingLocals(values) }
    }
}
