// One violated property: what it says, the run that breaks it, why it is false, and where.

import Model

/// The lines that tell of a violation.
struct ViolationText {
    let property: PropertyResult
    let check: CheckResult
    let spec: SpecResult
    let style: TextStyle
    /// Columns of the terminal; the lines are later indented by four.
    let width: Int
    let traceMode: TraceMode
    let traceFolder: String?

    private var room: Int { width - 4 }

    /// The lines in order, without the indentation of their block.
    var lines: [String] {
        var lines = headline + sentence
        if let values = property.counterexample { return lines + refutation(values) }
        guard let trace = property.trace else { return lines }
        if let reason = FalseBecause(trace) { lines += because(reason) }
        if let earlier = sameRun(trace) {
            lines.append("  by the same run as \(TextLayout.oneLine(earlier))")
        } else if traceMode != .off {
            lines += TraceTable(trace, style: style, mode: traceMode, width: room - 1).lines().map { " " + $0 }
            if isAtEnd { lines += whereProcessesStand(trace) }
        }
        lines += places(trace)
        if let traceFolder {
            lines.append("  trace: " + TraceFile.path(of: property, in: check, spec: spec.path, outDir: traceFolder))
        }
        return lines
    }

    // MARK: What

    private var headline: [String] {
        let name = TextLayout.oneLine(property.name)
        var words = "\(name) \(Verdict.violated.word)"
        if let steps = property.steps {
            words += steps == 0 ? " \(VerdictWording.steps(0))" : " in \(VerdictWording.steps(steps))"
            if isShortest, steps > 0 { words += " (shortest)" }
            if let loop = property.trace?.loopStart { words += loopWords(steps: steps, loop: loop) }
        }
        guard TextLayout.width(words) <= room else { return wrapped(words) }
        let rest = words.dropFirst(name.count + 1 + Verdict.violated.word.count)
        return ["\(style.paint(name, .heading)) \(style.paint(Verdict.violated.word, .bad))\(rest)"]
    }

    /// How the run goes on for ever.
    private func loopWords(steps: Int, loop: Int) -> String {
        switch steps - loop {
        case 0: steps == 0 ? ", and nothing ever moves" : ", then nothing moves any more"
        case steps: steps == 1 ? ", which repeats for ever" : ", which repeat for ever"
        case 1: ", of which the last repeats for ever"
        case let count: ", of which the last \(count) repeat for ever"
        }
    }

    /// Breadth-first search finds the shortest run to a state or a step; not to a part of the graph that has no way out.
    private var isShortest: Bool {
        switch property.kind {
        case .invariant, .always, .transition, .reachable, .assert, .trap, .lock: true
        case .deadlock, .final, .eventually, .leadsto, .temporal, .prove: false
        }
    }

    private var sentence: [String] {
        var sentences: [String] = []
        if let message = property.message { sentences.append(message) }
        if let message = property.trace?.violation?.message, message != property.message, message != property.name {
            sentences.append(message)
        }
        return sentences.flatMap { wrapped(TextLayout.oneLine($0), indent: 2) }
    }

    // MARK: Why

    private func because(_ because: FalseBecause) -> [String] {
        let label = property.kind == .final ? "false at the end because: " : "false because: "
        let text = TextLayout.oneLine(because.text)
        let values = TextLayout.oneLine(because.values)
        let binding = because.binders.isEmpty ? "" : "for \(because.binders.joined(separator: ", "))"
        let hasValues = values != text && values != "false" && values != "true"
        let shown = [binding.isEmpty ? text : "\(binding): \(text)", hasValues ? values : ""].filter { !$0.isEmpty }
        let oneLine = "  \(label)\(shown.joined(separator: "     "))"
        if TextLayout.width(oneLine) <= room { return [oneLine] }
        let indent = TextLayout.width(label) + 2
        if room - indent >= 30 {
            let blanks = String(repeating: " ", count: indent)
            let lines = shown.flatMap { TextLayout.wrapped($0, width: room - indent) }
            return lines.enumerated().map { ($0 == 0 ? "  \(label)" : blanks) + $1 }
        }
        return ["  " + TextLayout.trimmed(label)] + shown.flatMap { wrapped($0, indent: 4) }
    }

    /// An earlier property of the check that is violated by the very same run, which is shown once.
    private func sameRun(_ trace: Trace) -> String? {
        guard traceMode != .off, trace.steps.count > 1 else { return nil }
        for other in check.violated {
            if other.name == property.name { return nil }
            guard let shown = other.trace, shown.loopStart == trace.loopStart,
                other.kind == .deadlock || other.kind == .final || !isAtEnd,
                shown.steps.count == trace.steps.count, shown.initial == trace.initial,
                zip(shown.steps, trace.steps).allSatisfy({
                    $0.actor == $1.actor && $0.name == $1.name && $0.state == $1.state
                })
            else { continue }
            return other.name
        }
        return nil
    }

    /// Whether the property is about where runs end up, so that what the processes wait for is shown.
    private var isAtEnd: Bool {
        property.kind == .deadlock || property.kind == .final
            || property.trace.map { $0.loopStart == $0.steps.count } ?? false
    }

    private func whereProcessesStand(_ trace: Trace) -> [String] {
        let sentences = WaitingProcesses(trace.system, path: spec.path)
            .sentences(in: trace.state(after: trace.steps.count))
        guard !sentences.isEmpty else { return [] }
        let nameWidth = sentences.map { TextLayout.width($0.process) }.max() ?? 0
        guard room - nameWidth - 4 >= 24 else {
            return ["  at the end:"] + sentences.flatMap { wrapped("\($0.process) \($0.words)", indent: 4) }
        }
        var lines = ["  at the end:"]
        for (process, words) in sentences {
            let wrapped = TextLayout.wrapped(words, width: room - nameWidth - 6)
            let blanks = String(repeating: " ", count: nameWidth + 6)
            lines.append("    \(TextLayout.padded(process, to: nameWidth))  \(wrapped[0])")
            lines += wrapped.dropFirst().map { blanks + $0 }
        }
        return lines
    }

    // MARK: Values

    /// The values that refute a proof, why, and the pages that they touch.
    private func refutation(_ values: Counterexample) -> [String] {
        let text = CounterexampleText(counterexample: values, constants: check.constants, style: style)
        var lines: [String] = []
        if !text.arguments.isEmpty { lines += wrapped("for \(text.arguments)", indent: 2) }
        if let bindings = text.bindings { lines += wrapped("where \(TextLayout.oneLine(bindings))", indent: 2) }
        if let reason = text.reason {
            let label = text.isTrap ? "traps: " : "false because: "
            let shown = [TextLayout.oneLine(reason.text), TextLayout.oneLine(reason.values)].filter { !$0.isEmpty }
            let oneLine = "  \(label)\(shown.joined(separator: "     "))"
            lines +=
                TextLayout.width(oneLine) <= room
                ? [oneLine] : ["  \(label)"] + shown.flatMap { wrapped($0, indent: 4) }
        }
        lines += text.drawing(width: room - 4).map { "    " + $0 }
        if !values.isLeast {
            lines += wrapped("smaller values may refute it too: the search for them was cut short", indent: 2)
        }
        if let range = property.range { lines += place("spec", range) }
        if let here = text.place, property.range.map({ lineKey($0) != lineKey(here) }) ?? true {
            lines += place("here", here)
        }
        return lines
    }

    // MARK: Where

    /// The property as it is stated, and the statement of the last step.
    private func places(_ trace: Trace) -> [String] {
        var lines: [String] = []
        var seen: Set<String> = []
        // A deadlock has no place of its own: the lines of its processes tell.
        if let range = property.range, property.kind != .deadlock {
            lines += place("spec", range)
            seen.insert(lineKey(range))
        }
        if let violation = trace.violation, property.kind != .deadlock, seen.insert(lineKey(violation.range)).inserted {
            lines += place("here", violation.range)
        }
        if let last = trace.steps.last, !isAtEnd, seen.insert(lineKey(last.range)).inserted {
            lines += place("step \(trace.steps.count)", last.range)
        }
        return lines
    }

    private func lineKey(_ range: SourceRange) -> String {
        "\(range.file.path):\(range.file.position(at: range.start).line)"
    }

    /// `spec: specs/queue.spec:52:1` and the line itself.
    private func place(_ label: String, _ range: SourceRange) -> [String] {
        let number = range.file.position(at: range.start).line
        // A label alone says little: the statement that it names follows.
        let isLabel = TextLayout.oneLine(range.file.line(number)).last == ":"
        let source = (number...(isLabel ? number + 1 : number)).map { number in
            let bar = "    \(number) | "
            return bar + TextLayout.cut(TextLayout.oneLine(range.file.line(number)), columns: room - bar.count, style)
        }
        return wrapped("\(label): \(TextLayout.oneLine(range.description))", indent: 2) + source
    }

    private func wrapped(_ text: String, indent: Int = 0) -> [String] {
        let blanks = String(repeating: " ", count: indent)
        return TextLayout.wrapped(text, width: room - indent - 2).enumerated().map {
            blanks + ($0 == 0 ? "" : "  ") + $1
        }
    }
}
