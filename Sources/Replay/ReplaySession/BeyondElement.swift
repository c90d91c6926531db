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
        guard let violation = step.violation, case .trap = violation.kind else { return nil }
        for access in step.microSteps.last?.accesses ?? [] {
            guard let outside = outside(access, step.state) else { continue }
            return element(access, outside, violation)
        }
        return nil
    }

    /// Where in the path of an access the index is that an array does not have.
    private func outside(_ access: MicroStep.Access, _ state: SystemState) -> Int? {
        guard let variable = access.variable, var value = state.data[variable].element(access.instance) else {
            return nil
        }
        for (position, part) in access.path.enumerated() {
            switch (part, value) {
            case (.field(let field), .structure(let fields)): value = fields[field]
            case (.index(let index), .array(let elements)):
                guard let next = elements.element(index) else { return position }
                value = next
            case (.payload, .some(let inner)): value = inner
            default: return nil
            }
        }
        return nil
    }

    private func element(_ access: MicroStep.Access, _ position: Int, _ violation: Violation) -> BeyondElement? {
        guard let variable = access.variable, case .index(let index) = access.path[position] else { return nil }
        // The line is that of the array's first element.
        var path = access.path
        path[position] = .index(0)
        guard let (line, element) = kernel.element(of: variable, access.instance, path) else { return nil }
        // The indices of an array within a datum come after those of the datum, in the order of the path.
        let within = element.path.count { if case .element = $0 { true } else { false } }
        let before = access.path[..<position].count { if case .index = $0 { true } else { false } }
        guard within > before, element.open.count >= within else { return nil }
        var open = element.open
        open[open.count - within + before] = index
        let outside = BoundElement(
            variable: element.variable, instance: element.instance, path: element.path, open: open)
        guard let place = kernel.place(of: outside, line, situation) else { return nil }
        return BeyondElement(
            range: place.range, address: place.kernelAddress, datum: kernel.name(of: element, line),
            expression: place.expression, message: violation.message)
    }
}

extension Array {
    /// The element at an index; nil where there is none.
    fileprivate func element(_ index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
