// A trace for Perfetto and Chrome's tracing page: processes and locks as tracks, steps as spans.

import Model

/// Writes traces in Chrome's trace format (Google, "Trace Event Format"), which ui.perfetto.dev opens.
///
/// A step is a millisecond of invented time. Locks have tracks of their own, because holds of several locks need not nest
/// as spans of one track must.
public struct PerfettoTrace {
    private static let processes = 2
    private static let locks = 3
    private static let stepTime = 1000
    private static let counterLimit = 24

    private let trace: Trace
    private let rows: [TraceRow]
    private let order: HappensBefore

    private init(_ trace: Trace) {
        self.trace = trace
        rows = TraceRows(trace, style: TextStyle(hasColour: false, isUnicode: true), mode: .diff).allSteps()
        order = HappensBefore(trace)
    }

    /// The document of a trace, with a newline at its end.
    public static func document(_ trace: Trace) -> String {
        let writer = PerfettoTrace(trace)
        let events = writer.names + writer.steps + writer.holds + writer.flows + writer.counters + writer.end
        let document: JSONValue = ["displayTimeUnit": "ms", "traceEvents": .array(events)]
        return document.prettyText + "\n"
    }

    private func tid(_ party: TraceRow.Party) -> Int {
        if case .process(let pid) = party { pid + 1 } else { trace.system.processCount + 1 }
    }

    private func event(_ phase: String, _ pid: Int, _ tid: Int, _ time: Int, _ more: [JSONValue.Member]) -> JSONValue {
        .object(
            [
                .init("ph", .string(phase)), .init("pid", .integer(Int128(pid))), .init("tid", .integer(Int128(tid))),
                .init("ts", .integer(Int128(time))),
            ] + more)
    }

    private func name(_ pid: Int, _ tid: Int, _ kind: String, _ name: String) -> JSONValue {
        event("M", pid, tid, 0, [.init("name", .string(kind)), .init("args", ["name": .string(name)])])
    }

    private var lockNames: [String] {
        var names: [String] = []
        for hold in order.holds where !names.contains(hold.lock) { names.append(hold.lock) }
        return names
    }

    private var names: [JSONValue] {
        var events = [name(Self.processes, 0, "process_name", "processes")]
        for (pid, text) in trace.system.types.pidNames.enumerated() {
            events.append(name(Self.processes, pid + 1, "thread_name", text))
        }
        if rows.contains(where: { $0.party == .environment }) {
            events.append(name(Self.processes, trace.system.processCount + 1, "thread_name", "environment"))
        }
        guard !order.holds.isEmpty else { return events }
        events.append(name(Self.locks, 0, "process_name", "locks"))
        for (index, text) in lockNames.enumerated() {
            events.append(name(Self.locks, index + 1, "thread_name", text))
        }
        return events
    }

    private var steps: [JSONValue] {
        rows.enumerated().flatMap { index, row -> [JSONValue] in
            let changes = row.changes.enumerated().map { JSONValue.Member("change \($0 + 1)", .string($1)) }
            let place = JSONValue.Member("spec", .string(trace.steps[index].range.description))
            let thread = tid(row.party)
            return [
                event(
                    "B", Self.processes, thread, index * Self.stepTime,
                    [.init("name", .string(row.step)), .init("cat", "step"), .init("args", .object(changes + [place]))]),
                event("E", Self.processes, thread, (index + 1) * Self.stepTime, []),
            ]
        }
    }

    private var holds: [JSONValue] {
        let names = lockNames
        // Of two holds that meet within one step the first ends before the second begins.
        return order.holds.sorted { ($0.from, $0.to) < ($1.from, $1.to) }.flatMap { hold -> [JSONValue] in
            let thread = (names.firstIndex(of: hold.lock) ?? 0) + 1
            let holder = trace.system.types.pidNames[hold.pid]
            let end = (hold.to + 1) * Self.stepTime
            return [
                event(
                    "B", Self.locks, thread, hold.from * Self.stepTime + 1,
                    [.init("name", .string(holder)), .init("cat", "lock")]),
                event("E", Self.locks, thread, hold.isOpen ? end : end - 1, []),
            ]
        }
    }

    private var flows: [JSONValue] {
        order.edges.enumerated().flatMap { number, edge -> [JSONValue] in
            let more: [JSONValue.Member] = [
                .init("id", .integer(Int128(number + 1))), .init("cat", "order"), .init("name", .string(edge.words)),
            ]
            return [
                event("s", Self.processes, tid(rows[edge.from].party), (edge.from + 1) * Self.stepTime - 1, more),
                event(
                    "f", Self.processes, tid(rows[edge.to].party), edge.to * Self.stepTime + 1,
                    more + [.init("bp", "e")]),
            ]
        }
    }

    /// Numbers that change, as counters.
    private var counters: [JSONValue] {
        let series = LeafSeries(trace)
        var events: [JSONValue] = []
        for leaf in series.leaves.filter({ $0.isNumber && $0.changes }).prefix(Self.counterLimit) {
            for (count, value) in leaf.values.enumerated() where count == 0 || leaf.values[count - 1] != value {
                guard let number = Int128(value), number.magnitude < 1 << 53 else { continue }
                events.append(
                    event(
                        "C", Self.processes, 0, count * Self.stepTime,
                        [.init("name", .string(leaf.path)), .init("args", ["value": .integer(number)])]))
            }
        }
        return events
    }

    private var end: [JSONValue] {
        guard let violation = trace.violation else { return [] }
        let thread = rows.last.map { tid($0.party) } ?? 0
        return [
            event(
                "i", Self.processes, thread, max(0, rows.count * Self.stepTime - 1),
                [.init("name", .string(violation.message)), .init("s", "g"), .init("cat", "violation")])
        ]
    }
}

/// Every datum of a run with its value in each state.
struct LeafSeries {
    struct Leaf {
        let path: String
        let values: [String]
        var changes: Bool { Set(values).count > 1 }
        var isNumber: Bool { values.allSatisfy { Int128($0) != nil } }
        var isTruth: Bool { values.allSatisfy { $0 == "true" || $0 == "false" } }
    }

    let leaves: [Leaf]

    init(_ trace: Trace) {
        let reader = StateLeaves(trace.system)
        let states = (0...trace.steps.count).map { reader.leaves(of: trace.state(after: $0)) }
        var values: [String: [String]] = [:]
        var order: [String] = []
        for (count, state) in states.enumerated() {
            for leaf in state {
                if values[leaf.path] == nil {
                    order.append(leaf.path)
                    values[leaf.path] = Array(repeating: "–", count: states.count)
                }
                values[leaf.path]?[count] = leaf.value
            }
        }
        leaves = order.map { Leaf(path: $0, values: values[$0] ?? []) }
    }
}
