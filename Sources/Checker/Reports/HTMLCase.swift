// One run in the report: what is shown of it, the lanes, its steps, the truth table, all states as one table.

import Model

/// A run that the report shows.
struct HTMLCase {
    /// What the run is to the reader, and the order in which runs stand.
    enum Role: Int {
        /// It closes the gate.
        case failure
        /// A violation that is expected or known.
        case expected
        /// A run that reaches what it should, or any run.
        case sample
    }

    var id: String
    let role: Role
    /// `no_lost_request VIOLATED in 8 steps`
    let headline: String
    /// What the property says.
    let sentences: [String]
    /// `Specs/queue.spec, fault Q1`
    let place: String
    let scope: String
    let reproduce: String
    let property: SourceRange?
    let trace: Trace
    /// The same run in the kernel, when it was replayed.
    let kernelRun: KernelRun?
    /// The run as ITF, when it is small enough to lie within the report.
    let itf: String?

    private static let cellLimit = 40_000

    /// The section of the run.
    func html(isFirst: Bool) -> String {
        let steps = HTMLStep(trace, kernelRun, id: id)
        var html = "<section class=\"case\(isFirst ? " first" : "")\" id=\"\(id)\" data-steps=\"\(trace.steps.count)\" "
        html += "data-bad=\"\(trace.steps.count)\" aria-labelledby=\"\(id)h\">"
        html += header
        html += "<div class=\"grid\"><div class=\"left\">\(LanesPicture(trace, id: id).html)"
        if let kernelRun { html += LanesPicture(trace, id: id, harts: kernelRun).html }
        html += "</div><div class=\"right\">"
        html += navigation
        for count in 0...trace.steps.count { html += steps.section(count) }
        html += "</div></div>"
        html += truthTable(steps.table)
        if let property {
            html += "<div class=\"stated\">\(HTMLSource.snippet(property, title: "the property", context: 2))</div>"
        }
        html += allStates
        if let itf {
            html += "<script type=\"application/json\" id=\"\(id)itf\">\(MarkupText.script(itf))</script>"
        }
        return html + "</section>"
    }

    private var header: String {
        let (chip, style) =
            switch role {
            case .failure: ("VIOLATED", "bad")
            case .expected: ("AS EXPECTED", "good")
            case .sample: (trace.violation == nil ? "RUN" : "VIOLATED", "neutral")
            }
        var html = "<header class=\"casehead\"><p class=\"place\"><a href=\"#top\" class=\"up\">all checks</a> "
        html += "\(MarkupText.html(place))</p>"
        html += "<h2 id=\"\(id)h\"><span class=\"chip \(style)\">\(chip)</span> \(MarkupText.html(headline))</h2>"
        for sentence in sentences { html += "<p class=\"sentence\">\(MarkupText.html(sentence))</p>" }
        html += "<p class=\"scope\">\(MarkupText.html(scope))</p>"
        html += "<p class=\"cmd\"><code>\(MarkupText.html(reproduce))</code>"
        html += "<button type=\"button\" class=\"copy js\" data-copy=\"\(MarkupText.html(reproduce))\">copy</button>"
        if itf != nil {
            html += "<button type=\"button\" class=\"save js\" data-itf=\"\(id)itf\">save the trace</button>"
        }
        return html + "</p></header>"
    }

    private var navigation: String {
        let last = trace.steps.count
        var html = "<nav class=\"steps js\" aria-label=\"steps of this run\">"
        html += "<button type=\"button\" data-go=\"first\" >start</button>"
        html += "<button type=\"button\" data-go=\"back\" aria-label=\"step back\">◀</button>"
        html += "<input type=\"range\" min=\"0\" max=\"\(last)\" value=\"\(last)\" aria-label=\"step\">"
        html += "<output>\(last) / \(last)</output>"
        html += "<button type=\"button\" data-go=\"on\" aria-label=\"step on\">▶</button>"
        html += "<button type=\"button\" data-go=\"bad\">\(trace.violation == nil ? "end" : "violation")</button>"
        html += "<button type=\"button\" data-go=\"full\" aria-pressed=\"false\">whole state</button>"
        if kernelRun != nil {
            html += "<button type=\"button\" data-go=\"harts\" aria-pressed=\"false\">by hart</button>"
        }
        html += "<input type=\"search\" placeholder=\"filter data\" aria-label=\"filter data by name\">"
        return html + "</nav><div class=\"full js\" hidden aria-label=\"the whole state\"></div>"
    }

    // MARK: Tables

    private func truthTable(_ table: InvariantTable) -> String {
        guard !table.rows.isEmpty, !trace.steps.isEmpty else { return "" }
        var html =
            "<details class=\"truthtable\" open><summary>properties, step by step</summary><div class=\"scroll\"><table>"
        html += "<thead><tr><th scope=\"col\">property</th>"
        for count in 0...trace.steps.count {
            html += "<th scope=\"col\"><a href=\"#\(id)s\(count)\">\(count)</a></th>"
        }
        html += "</tr></thead><tbody>"
        for row in table.rows {
            html += "<tr><th scope=\"row\">\(MarkupText.html(row.property.name))</th>"
            for cell in row.cells { html += "<td class=\"\(cell.name)\" title=\"\(cell.words)\">\(cell.sign)</td>" }
            html += "</tr>"
        }
        return html + "</tbody></table></div><p class=\"more\">✓ holds, ✗ false, ★ witnessed, · not asked here "
            + "(a guard is held, or it is asked elsewhere), ! traps</p></details>"
    }

    /// Every datum that changes in every state: the view without a script, and the one on paper.
    private var allStates: String {
        let leaves = StateLeaves(trace.system)
        let states = (0...trace.steps.count).map { leaves.leaves(of: trace.state(after: $0)) }
        var values: [String: [Int: String]] = [:]
        var order: [String] = []
        for (count, state) in states.enumerated() {
            for leaf in state {
                if values[leaf.path] == nil { order.append(leaf.path) }
                values[leaf.path, default: [:]][count] = leaf.value
            }
        }
        var changing: [String] = []
        var constant: [String] = []
        for path in order {
            let known = values[path] ?? [:]
            let isConstant = known.count == states.count && Set(known.values).count == 1
            if isConstant { constant.append(path) } else { changing.append(path) }
        }
        guard changing.count * states.count <= Self.cellLimit else {
            return "<p class=\"more\">the table of all states is too large to be shown: the trace has them</p>"
        }
        var html = "<details class=\"states\"><summary>all states as one table</summary><div class=\"scroll\"><table>"
        html += "<thead><tr><th scope=\"col\">datum</th>"
        for count in 0...trace.steps.count {
            let title =
                count == 0 ? "start" : trace.name(of: trace.steps[count - 1].actor) + " " + trace.steps[count - 1].name
            html += "<th scope=\"col\" title=\"\(MarkupText.html(title))\">\(count)</th>"
        }
        html += "</tr></thead><tbody>"
        for path in changing {
            html += "<tr><th scope=\"row\">\(MarkupText.html(path))</th>"
            var last: String?
            for count in 0...trace.steps.count {
                let value = values[path]?[count] ?? "–"
                html +=
                    "<td class=\"\(value == last ? "same" : "new")\">\(MarkupText.html(Drawing.cut(value, 48)))</td>"
                last = value
            }
            html += "</tr>"
        }
        html += "</tbody></table></div>"
        if !constant.isEmpty {
            html +=
                "<details class=\"constant\"><summary>\(Wording.count(constant.count, "datum")) that never change</summary>"
            html +=
                "<dl>"
                + constant.prefix(600).map { path in
                    "<div><dt>\(MarkupText.html(path))</dt><dd>\(MarkupText.html(Drawing.cut(values[path]?[0] ?? "", 60)))</dd></div>"
                }.joined() + "</dl></details>"
        }
        return html + "</details>"
    }
}
