// Every stated property in every state of a run: the truth table of the report.

import Model

/// Judges the properties of a system along a run.
struct InvariantTable {
    /// What is said of a property in a state.
    enum Cell {
        case holds
        case fails
        /// What it reads is guarded by a lock that somebody holds, or it is not asked here.
        case unasked
        /// Its evaluation traps.
        case traps
        /// A `reachable` that is true here.
        case witnessed

        var sign: String {
            switch self {
            case .holds: "✓"
            case .fails: "✗"
            case .unasked: "·"
            case .traps: "!"
            case .witnessed: "★"
            }
        }

        var words: String {
            switch self {
            case .holds: "holds"
            case .fails: "is false"
            case .unasked: "is not asked here"
            case .traps: "traps"
            case .witnessed: "is witnessed here"
            }
        }

        var name: String {
            switch self {
            case .holds: "t"
            case .fails: "f"
            case .unasked: "u"
            case .traps: "x"
            case .witnessed: "w"
            }
        }
    }

    /// A property and its cells, one for each state.
    struct Row {
        let property: SystemProperty
        let index: Int
        let cells: [Cell]
    }

    let rows: [Row]
    private let trace: Trace

    init(_ trace: Trace) {
        self.trace = trace
        let judge = ReferenceProperties(trace.system)
        rows = trace.system.properties.enumerated().map { index, property in
            let cells = (0...trace.steps.count).map { Self.cell(index, property, at: $0, of: trace, judge) }
            return Row(property: property, index: index, cells: cells)
        }
    }

    private static func cell(
        _ index: Int, _ property: SystemProperty, at count: Int, of trace: Trace, _ judge: ReferenceProperties
    ) -> Cell {
        let isLast = count == trace.steps.count
        switch property.kind {
        case .final: if !isLast || trace.violation?.kind != .property(index) { return .unasked }
        case .transition: if count == 0 { return .unasked }
        case .eventually, .leadsto, .temporal: return .unasked
        case .invariant, .always, .reachable, .reachableAlways: break
        }
        // The last state of a run that ends within a step is what had been done before the violation: nothing is asked.
        if isLast, trace.endsWithinStep { return .unasked }
        let before = count == 0 ? nil : trace.state(after: count - 1)
        let isReachable = property.kind == .reachable || property.kind == .reachableAlways
        switch judge.judge(index, in: trace.state(after: count), before: before) {
        case .holds: return isReachable ? .witnessed : .holds
        case .notChecked: return .unasked
        case .isFalse: return isReachable ? .unasked : .fails
        case .traps: return .traps
        }
    }

    /// Why a property is false after so many steps.
    func because(_ row: Row, after count: Int) -> FalseBecause? {
        guard case .fails = row.cells[count] else { return nil }
        let state = trace.state(after: count)
        let before = count == 0 ? nil : trace.state(after: count - 1)
        guard let explanation = Trace.Explanation(of: row.index, in: state, before: before, trace.system) else {
            return nil
        }
        let violation = Violation(
            kind: .property(row.index), message: row.property.message ?? row.property.name, range: row.property.range)
        return FalseBecause(
            Trace(
                system: trace.system, initial: trace.initial, steps: Array(trace.steps.prefix(count)),
                violation: violation, explanation: explanation))
    }
}

extension Trace {
    /// Whether the last step ends in its violation, so that its state is what had been done before it.
    var endsWithinStep: Bool {
        switch violation?.kind {
        case nil, .property, .deadlock: false
        case .trap, .panic, .diverges, .lockDiscipline, .ownership, .lockUse, .assertion: true
        }
    }
}
