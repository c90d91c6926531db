// An index outside of an array ends the model's path. C goes on: the kernel touches what lies where the element would be.

import Checker
import Emu
import Model

/// An element that an array does not have, where the kernel would find it.
struct BeyondElement {
    /// Its bytes, physical.
    let range: Range<UInt64>
    /// The address by which the kernel knows it.
    let address: UInt64
    /// The model's datum, and the C expression.
    let datum: String
    let expression: String
    /// What the model says of it.
    let message: String

    /// Whether an access is of this element, and of nothing else.
    func isTouched(by access: AccessAhead) -> Bool {
        access.address == range.lowerBound && UInt64(access.count) == UInt64(range.count) && access.nextCount == 0
    }
}

extension ReplaySession {
    /// The element that a step of the model fails to find in a bound array; nil when it fails for another reason.
    func beyond(_ index: Int) -> BeyondElement? {
        let step = run.steps[index]
        guard let violation = step.violation, case .trap = violation.kind, case .process(let pid) = step.actor,
            let node = step.microSteps.last?.node
        else { return nil }
        let code = checked.system.kind(of: pid).process.code
        var search = OutsideSearch(stepper: ReferenceStepper(checked.system), pid: pid, state: step.state)
        for formula in code.nodes[node].operation.formulas {
            guard let access = search.access(in: formula) else { continue }
            return element(access, violation)
        }
        return nil
    }

    private func element(_ access: OutsideAccess, _ violation: Violation) -> BeyondElement? {
        guard let (line, element) = kernel.element(of: access.variable, access.instance, access.path),
            let position = line.position(of: access, in: element)
        else { return nil }
        var open = element.open
        open[position] = access.index
        let outside = BoundElement(
            variable: element.variable, instance: element.instance, path: element.path, open: open)
        guard let place = kernel.place(of: outside, line, situation) else { return nil }
        return BeyondElement(
            range: place.range, address: place.kernelAddress, datum: kernel.name(of: element, line),
            expression: place.expression, message: violation.message)
    }
}

extension StateBinding {
    /// Which of the line's open indices is the one that is outside; nil when none of them is.
    fileprivate func position(of access: OutsideAccess, in element: BoundElement) -> Int? {
        // The indices of an array within a datum come after those of the datum, in the order of the path.
        let within = element.path.indices.filter { if case .element = element.path[$0] { true } else { false } }
        let before = access.path[..<access.position].count { if case .index = $0 { true } else { false } }
        guard within.count > before, open.count >= within.count else { return nil }
        return open.count - within.count + before
    }
}

/// An access to an element that there is not.
private struct OutsideAccess {
    let variable: VariableID
    let instance: Int
    /// As if the index were 0.
    let path: [MicroStep.Access.Part]
    /// Where in the path the index stands.
    let position: Int
    /// The index.
    let index: Int
}

/// Looks for the load that fails, in the order of evaluation.
private struct OutsideSearch {
    let stepper: ReferenceStepper
    let pid: Int
    let state: SystemState
    private var locals: [LocalID: Value] = [:]

    init(stepper: ReferenceStepper, pid: Int, state: SystemState) {
        self.stepper = stepper
        self.pid = pid
        self.state = state
        for (local, value) in state.processes[pid].locals.enumerated() {
            if let value { locals[local] = value }
        }
    }

    private func value(_ formula: Formula) -> Value? {
        stepper.value(of: formula, locals: locals, ofProcess: pid, in: state)
    }

    /// The first access outside of an array that evaluating a formula makes.
    mutating func access(in formula: Formula) -> OutsideAccess? {
        switch formula.kind {
        case .bind(let local, let bound, let body):
            if let found = access(in: bound) { return found }
            locals[local] = value(bound)
            return access(in: body)
        case .conditional(let condition, let then, let otherwise):
            if let found = access(in: condition) { return found }
            guard case .bool(let isTrue)? = value(condition) else { return nil }
            return access(in: isTrue ? then : otherwise)
        case .binary(let operation, let left, let right) where operation == .and || operation == .or:
            if let found = access(in: left) { return found }
            guard case .bool(operation == .and)? = value(left) else { return nil }
            return access(in: right)
        case .member(let base, let field):
            guard let found = access(in: base) else { return nil }
            guard case .load = base.kind else { return found }
            return OutsideAccess(
                variable: found.variable, instance: found.instance, path: found.path + [.field(field)],
                position: found.position, index: found.index)
        case .quantifier, .optionalMap: return nil
        default:
            for child in formula.children { if let found = access(in: child) { return found } }
        }
        guard case .load(let place) = formula.kind else { return nil }
        return outside(place)
    }

    private func ordinal(_ formula: Formula) -> Int? {
        switch value(formula) {
        case .integer(let number)?: Int(exactly: number)
        case .member(let ordinal)?: ordinal
        case .bool(let flag)?: flag ? 1 : 0
        default: nil
        }
    }

    private func outside(_ place: Place) -> OutsideAccess? {
        guard case .variable(let id) = place.root else { return nil }
        let system = stepper.system
        var instance = 0
        for (formula, dimension) in zip(place.indices, system.variables[id].dimensions) {
            guard let count = system.types.count(of: dimension), let index = ordinal(formula), index >= 0, index < count
            else { return nil }
            instance = instance * Int(count) + index
        }
        var value = state.data[id][instance]
        var path: [MicroStep.Access.Part] = []
        var found: (position: Int, index: Int)?
        for component in place.path {
            switch (component, value) {
            case (.field(let field), .structure(let fields)):
                path.append(.field(field))
                value = fields[field]
            case (.index(let formula), .array(let elements)):
                guard let index = ordinal(formula), let first = elements.first else { return nil }
                let isInside = elements.indices.contains(index)
                if !isInside {
                    guard found == nil else { return nil }
                    found = (path.count, index)
                }
                path.append(.index(isInside ? index : 0))
                value = isInside ? elements[index] : first
            case (.payload, .some(let inner)):
                path.append(.payload)
                value = inner
            default: return nil
            }
        }
        return found.map {
            OutsideAccess(variable: id, instance: instance, path: path, position: $0.position, index: $0.index)
        }
    }
}
