// Properties judged on value trees, with what made them false: the oracle for verdicts, the source of explanations.

/// What a property says of a state or a step.
public enum PropertyJudgement: Sendable {
    case holds
    /// Every part reads data under a held lock.
    case notChecked
    /// A part is false; the values of its split-off binders tell which instance.
    case isFalse(part: Int, binders: [Value])
    /// A part traps while it is evaluated.
    case traps(String, SourceRange)
}

/// Judges properties by the formula evaluator.
public struct ReferenceProperties {
    /// The system whose properties are judged.
    public let system: TransitionSystem

    /// A judge for a system.
    public init(_ system: TransitionSystem) { self.system = system }

    /// Judges a property in a state; a `transition` needs the state before as well.
    ///
    /// A `reachable` holds where its condition is true: that is a witness.
    public func judge(_ index: Int, in state: SystemState, before: SystemState? = nil) -> PropertyJudgement {
        let property = system.properties[index]
        var judged = false
        for (number, part) in property.parts.enumerated() {
            var result: PropertyJudgement?
            ReferenceStepper(system).forEachBinding(part.binders) { values in
                guard result == nil else { return }
                switch judge(part, of: property, values, state, before) {
                case .holds: judged = true
                case .notChecked: break
                // A condition of a temporal formula may be false; only a trap breaks the property in one state.
                case .isFalse where property.temporal != nil: judged = true
                case .isFalse: result = .isFalse(part: number, binders: values)
                case .traps(let message, let range): result = .traps(message, range)
                }
            }
            if let result { return result }
        }
        return judged ? .holds : .notChecked
    }

    /// The combinations of values for which a `leadsto` is claimed; one without values for all other properties.
    public func claims(of index: Int) -> [[Value]] {
        var rows: [[Value]] = []
        let binders = system.properties[index].temporal == nil ? [] : system.properties[index].parts.first?.binders
        ReferenceStepper(system).forEachBinding(binders ?? []) { rows.append($0) }
        return rows
    }

    /// Judges one condition of a temporal formula.
    ///
    /// - Parameters:
    ///   - condition: its number.
    ///   - index: the property.
    ///   - values: one of `claims(of:)`.
    ///   - state: where it is evaluated.
    /// - Returns: `holds`, `isFalse` or `traps`.
    public func judge(condition: Int, of index: Int, for values: [Value], in state: SystemState) -> PropertyJudgement {
        let property = system.properties[index]
        return judge(property.parts[condition], of: property, values, state, nil)
    }

    private func judge(
        _ part: PropertyPart, of property: SystemProperty, _ values: [Value], _ state: SystemState,
        _ before: SystemState?
    ) -> PropertyJudgement {
        do throws(EvaluationFailure) {
            var evaluator = evaluator(for: part, of: property, values, state, before)
            try run(part.code, &evaluator)
            return try evaluator.evaluate(part.formula).isTrue ? .holds : .isFalse(part: 0, binders: values)
        } catch {
            switch error {
            case .notChecked: return .notChecked
            case .trap(let message, let range): return .traps(message, range)
            case .lockDiscipline(_, let message, let range), .ownership(_, let message, let range):
                return .traps(message, range)
            }
        }
    }

    /// An evaluator in which the part's binders have values: for explanations of why it is false.
    public func evaluator(
        for part: PropertyPart, of property: SystemProperty, _ values: [Value], _ state: SystemState,
        _ before: SystemState?
    ) -> Evaluator {
        var context = StateContext(
            system: system, state: state, reader: property.respectsGuards ? .invariant : .property)
        context.previous = before
        var locals: [LocalID: Value] = [:]
        for (binder, value) in zip(part.binders, values) { locals[binder.local] = value }
        var evaluator = Evaluator(types: system.types, context: context, locals: locals)
        // What block-bodied pure functions compute; where one traps, what rests on it stays unknown.
        try? run(part.code, &evaluator)
        return evaluator
    }

    /// Runs the code of block-bodied pure functions, which has no effect but on locals.
    private func run(_ code: Code, _ evaluator: inout Evaluator) throws(EvaluationFailure) {
        var index = code.entry
        for _ in 0..<ReferenceStepper.operationLimit {
            let node = code.nodes[index]
            index = node.next
            switch node.operation {
            case .end: return
            case .assign(let place, let value):
                guard case .local(let local) = place.root else { preconditionFailure("a property stores to data") }
                let new = try evaluator.evaluate(value)
                evaluator.locals[local] = try evaluator.replacing(
                    place.path[...], in: evaluator.locals[local], with: new, node.range)
            case .branch(let condition, let otherwise):
                if try !evaluator.evaluate(condition).isTrue { index = otherwise }
            case .first(let local, let domain, let otherwise):
                if let first = try evaluator.first(of: domain) {
                    evaluator.locals[local] = first
                } else {
                    index = otherwise
                }
            case .advance(let local, let domain, let otherwise):
                if let next = try evaluator.value(after: evaluator.locals[local], in: domain) {
                    evaluator.locals[local] = next
                } else {
                    index = otherwise
                }
            default: if case .jump = node.operation { continue } else { preconditionFailure("a property takes steps") }
            }
        }
        throw .trap("more than 10^6 operations", code.nodes[code.entry].range)
    }
}

extension Evaluator {
    /// The old value with the part at the end of a path replaced.
    mutating func replacing(
        _ path: ArraySlice<Place.Component>, in old: Value?, with value: Value, _ range: SourceRange
    )
        throws(EvaluationFailure) -> Value
    {
        guard let component = path.first else { return value }
        guard let old else { preconditionFailure("a part of a local without a value") }
        let rest = path.dropFirst()
        switch component {
        case .payload:
            guard case .some(let inner) = old else { throw .trap("nil is taken", range) }
            return .some(try replacing(rest, in: inner, with: value, range))
        case .field(let index):
            var fields = old.elements
            fields[index] = try replacing(rest, in: fields[index], with: value, range)
            return .structure(fields)
        case .index(let formula):
            let index = try ordinal(formula)
            var elements = old.elements
            guard elements.indices.contains(index) else {
                throw .trap("index \(index) is outside 0..<\(elements.count)", range)
            }
            elements[index] = try replacing(rest, in: elements[index], with: value, range)
            if case .sequence = old { return .sequence(elements) }
            return .array(elements)
        }
    }
}
