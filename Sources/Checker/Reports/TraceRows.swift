// The steps of a trace as rows: who did what, what changed, and which steps may be folded away.

import Model

/// How much of a trace is shown.
public enum TraceMode: String, Sendable, CaseIterable {
    /// Each step with what it changes; in a long trace steps like earlier ones are folded.
    case diff
    /// Every step, with locals, after the whole first state.
    case full
    /// No trace.
    case off
}

/// One line of a trace.
struct TraceRow: Equatable {
    /// Who acts.
    enum Party: Hashable {
        case process(pid: Int)
        case environment
        /// The row tells of the first state.
        case nobody
    }

    /// The step's number, from 1; 0 for the first state.
    var number: Int
    var party: Party
    /// The step's name.
    var step: String
    /// Processes that the step wakes or starts, with the word for it.
    var others: [Int: String] = [:]
    /// What is different after it.
    var changes: [String]
    /// Data that it stored another value to.
    var variables: Set<VariableID> = []
    /// Whether the violation lies here.
    var isViolating = false
    /// Steps like earlier ones that are folded into this row; it shows nothing else.
    var foldedCount = 0
    /// A remark on how the run goes on; the row shows nothing else.
    var remark: String?

    /// Whether the row is a line by itself, outside the columns.
    var isAside: Bool { foldedCount > 0 || remark != nil }
}

/// Turns a trace into rows.
struct TraceRows {
    let trace: Trace
    let style: TextStyle
    let mode: TraceMode
    private let difference: StateDifference

    /// Traces up to this length are shown whole.
    static let wholeLength = 14
    /// At the ends of a longer trace as many steps are shown always.
    private static let keptAtStart = 3
    private static let keptAtEnd = 8

    init(_ trace: Trace, style: TextStyle, mode: TraceMode) {
        self.trace = trace
        self.style = style
        self.mode = mode
        difference = StateDifference(trace.system, isBrief: mode != .full)
    }

    private var system: TransitionSystem { trace.system }

    /// Every step as a row, none folded away, without the first state.
    func allSteps() -> [TraceRow] {
        var steps = trace.steps.indices.map { row($0) }
        if isStepViolating, !steps.isEmpty { steps[steps.count - 1].isViolating = true }
        return steps
    }

    /// The rows in order.
    func rows() -> [TraceRow] {
        var steps = allSteps()
        let start = startRow()
        if let loop = trace.loopStart {
            let stem = mode == .diff && loop > Self.wholeLength ? folded(Array(steps[..<loop])) : Array(steps[..<loop])
            return [start].compactMap(\.self) + stem + looped(Array(steps[loop...]))
        }
        if mode == .diff, steps.count > Self.wholeLength { steps = folded(steps) }
        return [start].compactMap(\.self) + steps
    }

    /// The rows of a loop between remarks that tell of it.
    private func looped(_ rows: [TraceRow]) -> [TraceRow] {
        func remark(_ text: String) -> TraceRow {
            var row = TraceRow(number: 0, party: .nobody, step: "", changes: [])
            row.remark = text
            return row
        }
        guard let first = rows.first, let last = rows.last else {
            return [remark("from here nothing moves any more")]
        }
        let name = first.number == last.number ? "this step repeats" : "steps \(first.number) to \(last.number) repeat"
        return [remark("\(name) for ever:")] + rows + [remark("and again from step \(first.number)")]
    }

    /// Whether the last step is what is wrong, rather than where the run ends up.
    private var isStepViolating: Bool {
        switch trace.violation?.kind {
        case nil, .deadlock: false
        case .property(let index):
            trace.loopStart == nil && system.properties[index].kind != .final
        case .trap, .panic, .diverges, .lockDiscipline, .ownership, .lockUse, .assertion: true
        }
    }

    // MARK: Steps

    private func row(_ index: Int) -> TraceRow {
        let step = trace.steps[index]
        let before = trace.state(after: index)
        let changes = difference.changes(from: before, to: step.state)
        var row = TraceRow(number: index + 1, party: .environment, step: step.name, changes: [])
        var texts = changes.map { $0.text(style) }
        var localTexts: [String] = []
        switch step.actor {
        case .process(let pid):
            row.party = .process(pid: pid)
            localTexts = difference.localChanges(of: pid, from: before, to: step.state).map { $0.text(style) }
            if let read = hiddenLoad(of: pid, before, step.state) { localTexts.insert(read, at: 0) }
        case .action: row.step = trace.name(of: step.actor)
        }
        if mode == .full || texts.isEmpty { texts += localTexts }
        row.changes = texts
        for change in changes {
            if case .data(let id) = change.subject { row.variables.insert(id) }
            guard case .process(let pid) = change.subject, row.party != .process(pid: pid),
                case .words(let words) = change.detail
            else { continue }
            row.others[pid] = "(\(words))"
        }
        return row
    }

    /// `reads counter = 3`, for a step that loads a datum into a hidden local.
    private func hiddenLoad(of pid: Int, _ before: SystemState, _ after: SystemState) -> String? {
        let process = system.kind(of: pid).process
        guard case .point(let point) = before.processes[pid].position,
            case .assign(let place, let formula) = process.code.nodes[process.points[point].node].operation,
            case .local(let local) = place.root, process.code.locals[local].name.hasPrefix("%"),
            let value = after.processes[pid].locals[local]
        else { return nil }
        let source = TextLayout.oneLine(formula.range.file.text(of: formula.range))
        return "reads \(source) = \(difference.describe(value, process.code.locals[local].type))"
    }

    // MARK: The first state

    /// The first state, when the trace needs it: there are several, nothing happens after it, or all is to be shown.
    private func startRow() -> TraceRow? {
        var shown: [VariableID] = []
        if mode == .full {
            shown = Array(system.variables.indices)
        } else if trace.steps.isEmpty {
            shown = Array(readVariables.isEmpty ? Set(system.variables.indices) : readVariables).sorted()
        } else {
            shown = system.variables.indices.filter {
                isChosen(system.variables[$0].initial) || chosenByInitializers.contains($0)
            }
        }
        guard !shown.isEmpty || trace.steps.isEmpty else { return nil }
        var changes: [String] = []
        for id in shown {
            for (instance, value) in trace.initial.data[id].enumerated() {
                let text = difference.describe(value, system.variables[id].type)
                changes.append("\(difference.names.name(of: id, instance: instance)) = \(text)")
            }
        }
        var row = TraceRow(number: 0, party: .nobody, step: "start", changes: changes)
        row.isViolating = trace.steps.isEmpty && trace.violation != nil
        return row
    }

    private func isChosen(_ initial: InitialValue) -> Bool { if case .any = initial { true } else { false } }

    /// Data that `init` blocks store to, when they choose.
    private var chosenByInitializers: Set<VariableID> {
        var result: Set<VariableID> = []
        for code in system.initializers {
            let chooses = code.nodes.contains { node in
                switch node.operation {
                case .choose, .either: true
                default: false
                }
            }
            guard chooses else { continue }
            for node in code.nodes {
                if case .assign(let place, _) = node.operation, case .variable(let id) = place.root {
                    result.insert(id)
                }
            }
        }
        return result
    }

    /// Data that the violated property reads.
    private var readVariables: Set<VariableID> {
        if case .property(let index) = trace.violation?.kind { return system.properties[index].reads }
        return []
    }

    // MARK: Folding

    /// Folds steps whose name was seen before for the same kind of process, away from both ends, and never the last
    /// that stored to a datum which the violated property reads.
    private func folded(_ rows: [TraceRow]) -> [TraceRow] {
        var lastStores: Set<Int> = []
        for variable in readVariables {
            if let last = rows.lastIndex(where: { $0.variables.contains(variable) }) { lastStores.insert(last) }
        }
        var seen: Set<String> = []
        var result: [TraceRow] = []
        var run: [TraceRow] = []
        for (index, row) in rows.enumerated() {
            let isNew = seen.insert("\(kind(of: row.party)) \(row.step)").inserted
            let isAtEnd = index < Self.keptAtStart || index >= rows.count - Self.keptAtEnd
            if isNew || isAtEnd || lastStores.contains(index) {
                result += closed(run)
                run = []
                result.append(row)
            } else {
                run.append(row)
            }
        }
        return result + closed(run)
    }

    /// A single step is shown, more become one row.
    private func closed(_ run: [TraceRow]) -> [TraceRow] {
        guard run.count > 1, let first = run.first else { return run }
        var row = TraceRow(number: first.number, party: .nobody, step: "", changes: [])
        row.foldedCount = run.count
        return [row]
    }

    private func kind(of party: TraceRow.Party) -> String {
        switch party {
        case .process(let pid): system.kind(of: pid).process.name
        case .environment, .nobody: ""
        }
    }
}
