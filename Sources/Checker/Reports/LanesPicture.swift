// The run as swim-lanes: a column for each process or hart, a row for each step, bars for locks, arrows for what orders steps.

import Model

/// Draws the lanes of a run.
struct LanesPicture {
    static let rowHeight = 30.0
    private static let gutter = 38.0
    private static let top = 6.0
    private static let barWidth = 5.0

    /// What a column is for.
    private enum Lane: Equatable {
        case process(pid: Int)
        case environment
        /// Of the machine on which the run was replayed.
        case hart(Int)
        /// Steps that no hart takes.
        case noHart
    }

    private let trace: Trace
    private let rows: [TraceRow]
    private let order: HappensBefore
    private let lanes: [Lane]
    /// Per step its lane.
    private let laneOfRow: [Int]
    /// Whether lanes are harts.
    private let isByHart: Bool
    /// The name of the case, before the numbers of its steps in links.
    private let id: String
    private let laneWidth: Double

    /// Lanes of processes, and one of the environment where it takes part.
    init(_ trace: Trace, id: String) {
        let rows = TraceRows(trace, style: TextStyle(hasColour: false, isUnicode: true), mode: .diff).allSteps()
        var lanes: [Lane] = (0..<trace.system.processCount).map { .process(pid: $0) }
        // Of many processes only those that take part have a lane.
        if lanes.count > 6 {
            let others = rows.flatMap(\.others.keys).map { Lane.process(pid: $0) }
            let active = rows.map { Self.lane($0.party) } + others
            lanes = lanes.filter { active.contains($0) }
        }
        if rows.contains(where: { $0.party == .environment }) { lanes.append(.environment) }
        self.init(
            trace, rows, id: id, lanes: lanes, of: rows.map { Self.lane($0.party) },
            width: lanes.count <= 4 ? 168 : lanes.count <= 6 ? 146 : 120)
    }

    /// Lanes of the harts on which a run was replayed.
    init(_ trace: Trace, id: String, harts run: KernelRun) {
        let rows = TraceRows(trace, style: TextStyle(hasColour: false, isUnicode: true), mode: .diff).allSteps()
        let taken = rows.indices.map { index in
            index < run.steps.count ? run.steps[index].hart.map { Lane.hart($0) } ?? .noHart : .noHart
        }
        let lanes = run.harts.map { Lane.hart($0) } + (taken.contains(.noHart) ? [.noHart] : [])
        self.init(trace, rows, id: id, lanes: lanes, of: taken, width: lanes.count <= 3 ? 220 : 168)
    }

    private init(_ trace: Trace, _ rows: [TraceRow], id: String, lanes: [Lane], of steps: [Lane], width: Double) {
        self.trace = trace
        self.rows = rows
        self.id = id
        self.lanes = lanes
        order = HappensBefore(trace)
        laneOfRow = steps.map { lanes.firstIndex(of: $0) ?? 0 }
        isByHart = lanes.contains { if case .process = $0 { false } else { $0 != .environment } }
        laneWidth = width
    }

    private static func lane(_ party: TraceRow.Party) -> Lane {
        if case .process(let pid) = party { .process(pid: pid) } else { .environment }
    }

    private func x(_ lane: Int) -> Double { Self.gutter + Double(lane) * laneWidth + 26 }
    private func y(_ row: Int) -> Double { Self.top + Double(row) * Self.rowHeight + Self.rowHeight / 2 }
    private func n(_ value: Double) -> String { Drawing.number(value) }

    /// The colour class of who acts.
    private func colour(_ party: TraceRow.Party) -> String {
        if case .process(let pid) = party { "p\(pid % 7)" } else { "env" }
    }

    /// The heads of the lanes and the drawing, as HTML.
    var html: String {
        let width = Self.gutter + Double(lanes.count) * laneWidth + 8
        let height = Self.top + Double(rows.count + 1) * Self.rowHeight + 6
        let kind = isByHart ? "lanes byhart\" hidden" : "lanes\""
        var html = "<div class=\"\(kind) style=\"--w:\(n(width))px\"><div class=\"heads\">"
        for (index, lane) in lanes.enumerated() {
            html +=
                "<span class=\"head \(colour(lane))\" data-lane=\"\(index + 1)\" style=\"left:\(n(x(index) - 20))px;"
            html += "max-width:\(n(laneWidth - 8))px\">\(MarkupText.html(title(lane)))</span>"
        }
        html +=
            "</div><svg role=\"group\" aria-label=\"steps by \(isByHart ? "hart" : "process")\" width=\"\(n(width))\" height=\"\(n(height))\" "
        html += "viewBox=\"0 0 \(n(width)) \(n(height))\">"
        html += lines(height) + bars + start
        for index in rows.indices { html += row(index, width) }
        return html + arrows + "</svg></div>"
    }

    private func colour(_ lane: Lane) -> String {
        if case .process(let pid) = lane { "p\(pid % 7)" } else { "env" }
    }

    private func title(_ lane: Lane) -> String {
        switch lane {
        case .process(let pid): trace.system.types.pidNames[pid]
        case .environment: "environment"
        case .hart(let hart): "hart \(hart)"
        case .noHart: "no hart"
        }
    }

    private func name(_ party: TraceRow.Party) -> String { title(Self.lane(party)) }

    private func lines(_ height: Double) -> String {
        lanes.indices.map { lane in
            "<line class=\"lane\" data-lane=\"\(lane + 1)\" x1=\"\(n(x(lane)))\" y1=\"0\" x2=\"\(n(x(lane)))\" y2=\"\(n(height))\"/>"
        }.joined()
    }

    private var start: String {
        "<a href=\"#\(id)s0\" class=\"row\" data-step=\"0\"><rect class=\"hit\" x=\"0\" y=\"\(n(Self.top))\" "
            + "width=\"100%\" height=\"\(n(Self.rowHeight))\"/><text class=\"w dim\" x=\"6\" y=\"\(n(y(0) + 4))\">start</text></a>"
    }

    // MARK: Steps

    private func row(_ index: Int, _ width: Double) -> String {
        let row = rows[index]
        let top = Self.top + Double(index + 1) * Self.rowHeight
        let middle = top + Self.rowHeight / 2
        let lane = laneOfRow[index]
        let number = index + 1
        let label = "step \(number), \(name(row.party)), \(row.step)" + (row.isViolating ? ", the violation" : "")
        var html = "<a href=\"#\(id)s\(number)\" class=\"row\(row.isViolating ? " bad" : "")\" data-step=\"\(number)\" "
        html += "data-lane=\"\(lane + 1)\" aria-label=\"\(MarkupText.html(label))\">"
        html += "<title>\(MarkupText.html(([label] + row.changes).joined(separator: "\n")))</title>"
        html += "<rect class=\"hit\" x=\"0\" y=\"\(n(top))\" width=\"\(n(width))\" height=\"\(n(Self.rowHeight))\"/>"
        html += "<text class=\"w dim\" x=\"28\" y=\"\(n(middle + 4))\" text-anchor=\"end\">\(number)</text>"
        if row.isViolating {
            let (x, r) = (x(lane), 6.0)
            html += "<circle class=\"dot badring\" cx=\"\(n(x))\" cy=\"\(n(middle))\" r=\"9\"/>"
            html += "<path class=\"cross\" d=\"M\(n(x - r + 2)) \(n(middle - r + 2))l8 8m0 -8l-8 8\"/>"
        } else {
            html += "<circle class=\"dot \(colour(row.party))\" cx=\"\(n(x(lane)))\" cy=\"\(n(middle))\" r=\"6\"/>"
        }
        let columns = Int((laneWidth - 26) / Drawing.characterWidth)
        let words = Drawing.cut(isByHart ? "\(name(row.party)) \(row.step)" : row.step, columns)
        html += "<text class=\"w\" x=\"\(n(x(lane) + 15))\" y=\"\(n(middle + 4))\">\(MarkupText.html(words))</text>"
        return html + "</a>"
    }

    // MARK: Locks and order

    /// Bars beside the lanes, the inner ones for locks that are taken first.
    private var bars: String {
        var used: [Int: [(slot: Int, to: Int)]] = [:]
        var html = ""
        for hold in order.holds.sorted(by: { ($0.from, -$0.to, $0.lock) < ($1.from, -$1.to, $1.lock) }) {
            guard let lane = isByHart ? laneOfRow[hold.from] : lanes.firstIndex(of: .process(pid: hold.pid)) else {
                continue
            }
            let busy = Set((used[lane] ?? []).filter { $0.to > hold.from }.map(\.slot))
            let slot = (0..<4).first { !busy.contains($0) } ?? 3
            used[lane, default: []].append((slot, hold.to))
            let x = x(lane) - 13 - Double(slot) * (Self.barWidth + 2)
            let from = y(hold.from + 1) - 7
            let height = Double(hold.to - hold.from) * Self.rowHeight + 14
            let words =
                "\(name(.process(pid: hold.pid))) holds \(hold.lock) from step \(hold.from + 1) to "
                + (hold.isOpen ? "the end" : "step \(hold.to + 1)")
            html += "<rect class=\"bar p\(hold.pid % 7)\" x=\"\(n(x))\" y=\"\(n(from))\" width=\"\(n(Self.barWidth))\" "
            html += "height=\"\(n(height))\" rx=\"2\"><title>\(MarkupText.html(words))</title></rect>"
        }
        return html
    }

    private var arrows: String {
        order.edges.compactMap { edge -> String? in
            let (from, to) = (laneOfRow[edge.from], laneOfRow[edge.to])
            guard from != to else { return nil }
            let (x1, y1, x2, y2) = (x(from), y(edge.from + 1) + 9, x(to), y(edge.to + 1) - 10)
            let bend = (y1 + y2) / 2
            let style =
                switch edge.reason {
                case .lock: "order"
                case .wakeup, .start, .join: "order strong"
                }
            let words = "step \(edge.from + 1) \(edge.words): step \(edge.to + 1)"
            return "<path class=\"\(style)\" d=\"M\(n(x1)) \(n(y1))C\(n(x1)) \(n(bend)) \(n(x2)) \(n(bend)) "
                + "\(n(x2)) \(n(y2))m-4 -5l4 5l4 -5\"><title>\(MarkupText.html(words))</title></path>"
        }.joined()
    }
}
