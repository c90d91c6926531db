// Why a property is false in a state: its part with values put in.

import Model

extension Trace.Explanation {
    /// The explanation of a false property; nil when it is not false there.
    init?(of index: Int, in state: SystemState, before: SystemState?, _ system: TransitionSystem) {
        let judge = ReferenceProperties(system)
        guard case .isFalse(let number, let values) = judge.judge(index, in: state, before: before) else { return nil }
        let property = system.properties[index]
        let part = property.parts[number]
        var evaluator = judge.evaluator(for: part, of: property, values, state, before)
        self.init(
            text: part.formula.range.file.text(of: part.formula.range),
            values: FormulaExplainer(types: system.types).explain(part.formula, &evaluator),
            binders: zip(part.binders, values).map { ($0.name, system.types.describe($1, as: $0.type)) })
    }
}
