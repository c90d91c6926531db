// One step of a run in the report: what it changes, pictures of the state, the properties, the line of the spec.

import Model

/// Writes the steps of a run as sections, each complete by itself, so that they can be read without any script.
struct HTMLStep {
    /// Longer runs have no pictures: a browser would take long to open them.
    static let pictureLimit = 300
    private static let sourceLines = 3
    private static let changeLimit = 200

    let trace: Trace
    /// The same run in the kernel, when it was replayed.
    let kernelRun: KernelRun?
    let id: String
    let rows: [TraceRow]
    let table: InvariantTable
    private let difference: StateDifference
    private let picture: StatePicture
    /// Per step its changes.
    private let changes: [[Change]]

    init(_ trace: Trace, _ kernelRun: KernelRun?, id: String) {
        self.trace = trace
        self.kernelRun = kernelRun
        self.id = id
        rows = TraceRows(trace, style: TextStyle(hasColour: false, isUnicode: true), mode: .diff).allSteps()
        table = InvariantTable(trace)
        let difference = StateDifference(trace.system, isBrief: true)
        self.difference = difference
        picture = StatePicture(trace.system)
        changes = trace.steps.indices.map { difference.changes(from: trace.state(after: $0), to: $0.state(of: trace)) }
    }

    /// The section of the state after so many steps.
    func section(_ count: Int) -> String {
        let row = count == 0 ? nil : rows[count - 1]
        let isBad = row?.isViolating ?? (trace.steps.isEmpty && trace.violation != nil)
        let isLast = count == trace.steps.count
        var html = "<section class=\"step\(isLast ? " last" : "")\(isBad ? " bad" : "")\" id=\"\(id)s\(count)\" "
        html += "data-words=\"\(MarkupText.html(words(count, row)))\">"
        html += heading(count, row, isBad)
        if isLast, let violation = trace.violation {
            html += "<p class=\"violation\">✗ \(MarkupText.html(TextLayout.oneLine(violation.message)))</p>"
            if let because = FalseBecause(trace) { html += self.because(because) }
        }
        html += changesTable(count)
        html += properties(count)
        if trace.steps.count <= Self.pictureLimit { html += pictures(count) }
        if isLast, endsWaiting { html += whereProcessesStand }
        if count > 0 { html += sources(count) }
        return html + links(count) + "</section>"
    }

    /// Without a script these are the way from step to step.
    private func links(_ count: Int) -> String {
        var html = "<p class=\"nojs steplinks\">"
        if count > 0 { html += "<a href=\"#\(id)s\(count - 1)\">◀ step \(count - 1)</a> " }
        if count < trace.steps.count { html += "<a href=\"#\(id)s\(count + 1)\">step \(count + 1) ▶</a>" }
        return html + "</p>"
    }

    private func actor(_ row: TraceRow) -> String {
        switch row.party {
        case .process(let pid): LockPicture.badge(pid, trace.system)
        case .environment, .nobody: "<span class=\"who env\">environment</span>"
        }
    }

    private func words(_ count: Int, _ row: TraceRow?) -> String {
        guard let row else { return "start, before the first step" }
        var actor = "environment"
        if case .process(let pid) = row.party { actor = trace.system.types.pidNames[pid] }
        return "step \(count) of \(trace.steps.count), \(actor), \(row.step)"
            + (row.isViolating ? ", the violation" : "")
    }

    private func heading(_ count: Int, _ row: TraceRow?, _ isBad: Bool) -> String {
        guard let row else {
            return "<h3>start <span class=\"dim\">the first state\(isBad ? ", which violates" : "")</span></h3>"
        }
        var html = "<h3>\(isBad ? "<span class=\"x\">✗</span> " : "")step \(count) \(actor(row)) "
        html += "<code>\(MarkupText.html(row.step))</code>"
        for (pid, word) in row.others.sorted(by: { $0.key < $1.key }) {
            html +=
                " <span class=\"dim\">→ \(MarkupText.html(trace.system.types.pidNames[pid])) \(MarkupText.html(word))</span>"
        }
        return html + "</h3>"
    }

    private func because(_ because: FalseBecause) -> String {
        var html = "<div class=\"because\"><b>false because</b> "
        if !because.binders.isEmpty {
            html += "for <code>\(MarkupText.html(because.binders.joined(separator: ", ")))</code> "
        }
        html += "<code>\(MarkupText.html(TextLayout.oneLine(because.text)))</code>"
        if because.values != because.text {
            html +=
                "<span class=\"eq\">that is</span><code class=\"values\">\(MarkupText.html(TextLayout.oneLine(because.values)))</code>"
        }
        return html + "</div>"
    }

    // MARK: Changes

    private func changesTable(_ count: Int) -> String {
        guard count > 0 else { return "" }
        let changes = changes[count - 1]
        var lines = changes.prefix(Self.changeLimit).map { changeRow($0, count) }
        if case .process(let pid) = trace.steps[count - 1].actor {
            let before = trace.state(after: count - 1)
            let locals = difference.localChanges(of: pid, from: before, to: trace.steps[count - 1].state)
            lines += locals.prefix(12).map { changeRow($0, count) }
        }
        guard !lines.isEmpty else { return "<p class=\"dim\">changes nothing that others can see</p>" }
        var html = "<table class=\"diff\"><caption>what changes</caption><tbody>" + lines.joined() + "</tbody></table>"
        if changes.count > Self.changeLimit {
            html += "<p class=\"more\">\(changes.count - Self.changeLimit) more changes</p>"
        }
        return html
    }

    private func changeRow(_ change: Change, _ count: Int) -> String {
        let name = MarkupText.html(change.name)
        func row(_ sign: String, _ style: String, _ cell: String) -> String {
            "<tr class=\"\(style)\"><td class=\"sign\">\(sign)</td><th scope=\"row\">\(name)</th><td>\(cell)</td></tr>"
        }
        switch change.detail {
        case .replaced(let old, let new):
            let cell = "<del>\(MarkupText.html(old))</del> → <ins>\(MarkupText.html(new))</ins>\(why(change, count))"
            return row("~", "changed", cell)
        case .added(let text): return row("+", "added", "<ins>\(MarkupText.html(text))</ins>")
        case .removed(let text): return row("−", "removed", "<del>\(MarkupText.html(text))</del>\(why(change, count))")
        case .assigned(let text):
            return row("=", "local", "<ins>\(MarkupText.html(text))</ins> <span class=\"dim\">local</span>")
        case .words(let words): return row("•", "words", MarkupText.html(words))
        }
    }

    /// Who stored what is replaced here.
    private func why(_ change: Change, _ count: Int) -> String {
        for earlier in stride(from: count - 1, to: 0, by: -1) {
            let isWriter = changes[earlier - 1].contains { other in
                guard case .data = other.subject else { return false }
                return other.name == change.name || other.name.hasPrefix(change.name + ".")
                    || other.name.hasPrefix(change.name + "[") || change.name.hasPrefix(other.name + ".")
                    || change.name.hasPrefix(other.name + "[")
            }
            guard isWriter else { continue }
            let row = rows[earlier - 1]
            return
                " <a class=\"why\" href=\"#\(id)s\(earlier)\" title=\"the last writer: \(MarkupText.html(row.step))\">"
                + "since step \(earlier)</a>"
        }
        return " <a class=\"why\" href=\"#\(id)s0\" title=\"nobody wrote it before\">since the start</a>"
    }

    // MARK: Properties, pictures, places

    private func properties(_ count: Int) -> String {
        guard !table.rows.isEmpty else { return "" }
        var html = "<ul class=\"truth\" aria-label=\"properties in this state\">"
        var details = ""
        for row in table.rows {
            let cell = row.cells[count]
            let name = MarkupText.html(row.property.name)
            html += "<li class=\"\(cell.name)\" title=\"\(name) \(cell.words)\">"
            html +=
                "<span aria-hidden=\"true\">\(cell.sign)</span> \(name)<span class=\"sr\"> \(cell.words)</span></li>"
            if case .fails = cell, count < trace.steps.count || trace.violation?.kind != .property(row.index),
                let because = table.because(row, after: count)
            {
                details += self.because(because)
            }
        }
        return html + "</ul>" + details
    }

    private func pictures(_ count: Int) -> String {
        let before = count == 0 ? nil : trace.state(after: count - 1)
        return picture.pictures(of: trace.state(after: count), before: before).map { picture in
            "<figure><figcaption>\(MarkupText.html(picture.title))</figcaption><div class=\"scroll\">\(picture.html)</div></figure>"
        }.joined()
    }

    private var endsWaiting: Bool {
        switch trace.violation?.kind {
        case .deadlock: true
        case .property(let index): trace.system.properties[index].kind == .final
        default: false
        }
    }

    private var whereProcessesStand: String {
        let sentences = WaitingProcesses(trace.system, path: trace.violation?.range.file.path ?? "")
            .sentences(in: trace.state(after: trace.steps.count))
        var html = "<table class=\"diff\"><caption>where everyone stands at the end</caption><tbody>"
        for (process, words) in sentences {
            html += "<tr><th scope=\"row\">\(MarkupText.html(process))</th><td>\(MarkupText.html(words))</td></tr>"
        }
        return html + "</tbody></table>"
    }

    /// The line of the spec, and beside it the kernel's.
    private func sources(_ count: Int) -> String {
        let spec = HTMLSource.snippet(
            trace.steps[count - 1].range, title: "the step in the spec", context: Self.sourceLines)
        guard let run = kernelRun, count <= run.steps.count, let place = run.steps[count - 1].place else { return spec }
        let player = run.steps[count - 1].player
        let title = "in the kernel, \(player.isEmpty ? run.kernel : player)"
        guard let range = place.range else {
            return spec + "<p class=\"dim\">\(MarkupText.html(TextLayout.oneLine("\(title): \(place.text)")))</p>"
        }
        let kernel = HTMLSource.snippet(range, title: title, place: place.text, context: Self.sourceLines)
        return "<div class=\"sides\">\(spec)\(kernel)</div>"
    }
}

extension Int {
    /// The state after the step of this number.
    fileprivate func state(of trace: Trace) -> SystemState { trace.state(after: self + 1) }
}

/// Lines of a spec around a place.
enum HTMLSource {
    /// A few lines with the cited ones marked.
    static func snippet(_ range: SourceRange, title: String, place: String? = nil, context: Int) -> String {
        let first = range.file.position(at: range.start).line
        let last = min(range.file.position(at: max(range.start, range.end - 1)).line, first + 12)
        var html = "<figure class=\"source\"><figcaption>\(MarkupText.html(title)): "
        html += "<code>\(MarkupText.html(TextLayout.oneLine(place ?? range.description)))</code></figcaption><pre>"
        for number in max(1, first - context)...min(range.file.lineCount, last + context) {
            let text = TextLayout.cut(
                range.file.line(number).replacing("\t", with: "    "), columns: 140,
                TextStyle(hasColour: false, isUnicode: true))
            let isCited = first <= number && number <= last
            html += "<span class=\"ln\(isCited ? " cited" : "")\"><i>\(number)</i>\(MarkupText.html(text))\n</span>"
        }
        return html + "</pre></figure>"
    }
}
