// What people read of a run: a block for each check, with the violating run as a table.

import Model

/// Writes results for a terminal or a log. The same results give the same text, unless times are asked for.
public struct HumanReport: Sendable {
    /// Columns of the terminal, 40 at least.
    let width: Int
    let style: TextStyle
    /// Below 0 one line for each check; 0 as a rule; above 0 every trace and every property.
    let verbosity: Int
    let traceMode: TraceMode
    /// Tells how long each check took; then the text differs from run to run.
    public var showsTime = false
    /// The folder that traces were written to; nil when they were not.
    public var traceFolder: String?

    /// A report for a terminal.
    ///
    /// - Parameters:
    ///   - width: columns of the terminal; less than 40 counts as 40.
    ///   - hasColour: whether ANSI colours are used; they never carry meaning alone.
    ///   - isUnicode: whether signs like `→` may be used; the spec's own text is never changed.
    ///   - verbosity: below 0 one line for each check, 0 as a rule, above 0 everything.
    ///   - traceMode: how much of a trace is shown.
    public init(width: Int, hasColour: Bool, isUnicode: Bool, verbosity: Int, traceMode: TraceMode) {
        self.width = max(40, width)
        style = TextStyle(hasColour: hasColour, isUnicode: isUnicode)
        self.verbosity = verbosity
        self.traceMode = traceMode
    }

    // MARK: A file

    /// The report of one spec file; a blank line ends it, unless only one line for each check is wanted.
    public func text(_ result: SpecResult) -> String {
        var lines = [style.paint(TextLayout.oneLine(result.path), .heading)]
        if let error = result.readError {
            lines.append("  " + style.paint(Verdict.error.word, .bad) + " \(TextLayout.oneLine(error))")
            return joined(lines)
        }
        lines += diagnosticLines(result)
        let idWidth = result.checks.compactMap(\.fault).map { TextLayout.width($0) }.max() ?? 0
        var isAfterBlock = lines.count > 1
        for check in result.checks {
            if isCompact(check) {
                if isAfterBlock { lines.append("") }
                lines += compactLines(check, idWidth: idWidth)
                isAfterBlock = false
            } else {
                if lines.count > 1, verbosity >= 0 { lines.append("") }
                lines += blockLines(check, of: result)
                isAfterBlock = verbosity >= 0
            }
        }
        return joined(lines)
    }

    private func joined(_ lines: [String]) -> String {
        lines.joined(separator: "\n") + (verbosity < 0 ? "\n" : "\n\n")
    }

    /// How many errors and warnings there are; the command line prints them in full.
    private func diagnosticLines(_ result: SpecResult) -> [String] {
        let all = result.diagnostics
        let errors = all.filter { $0.severity == .error }
        let warnings = all.filter { $0.severity == .warning }
        var lines: [String] = []
        if !errors.isEmpty {
            let count = Wording.count(errors.count, "error")
            let what = result.isUsageError ? "the command line" : "the spec"
            lines.append("  " + style.paint(Verdict.error.word, .bad) + " (\(what) is rejected: \(count))")
        }
        if !warnings.isEmpty, verbosity == 0 {
            var codes: [String] = []
            for code in warnings.map(\.code.rawValue) where !codes.contains(code) { codes.append(code) }
            let count = Wording.count(warnings.count, "warning")
            lines += wrapped("\(count): \(codes.joined(separator: ", "))", indent: 2)
        }
        return lines
    }

    private func rendered(_ diagnostics: [Diagnostic]) -> [String] {
        var lines = DiagnosticRenderer(width: width, hasColour: style.hasColour).render(diagnostics)
            .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.last == "" { lines.removeLast() }
        return lines
    }

    // MARK: A check

    /// A fault that is found as expected takes a line, unless everything is asked for.
    private func isCompact(_ check: CheckResult) -> Bool {
        check.fault != nil && check.isMet == true && verbosity <= 0 && check.internalErrors.isEmpty
    }

    private func compactLines(_ check: CheckResult, idWidth: Int) -> [String] {
        let id = TextLayout.padded(check.fault ?? "", to: idWidth)
        var found: String
        switch check.expected {
        case .violated(let name, _): found = "found by \(name) \(steps(of: name, check))"
        case .deadlock: found = "found by deadlock \(steps(of: "deadlock", check))"
        case .notReached(let name): found = "found: \(name) is \(Verdict.notReached.word)"
        case .holds: found = "is harmless: every property \(Verdict.holds.word)"
        case .rejected(let code): found = "is rejected with \(code)"
        case nil: found = ""
        }
        found = TextLayout.oneLine(found)
        let front = "  fault \(id)  "
        let end = style.paint("\(style.dash) as expected", .good)
        let plainEnd = "\(style.dash) as expected"
        var lines: [String]
        if TextLayout.width(front + found + "  " + plainEnd) <= width {
            lines = [front + found + "  " + end]
        } else {
            lines = [TextLayout.trimmed(front) + " " + end] + wrapped(found, indent: 4)
        }
        guard verbosity == 0 else { return lines }
        let others = alsoViolated(check)
        if !others.isEmpty { lines += wrapped("also violated: \(others.joined(separator: ", "))", indent: 6) }
        if !check.exploredAsUnguarded.isEmpty {
            lines += wrapped("explored as unguarded: \(check.exploredAsUnguarded.joined(separator: ", "))", indent: 6)
        }
        return lines
    }

    private func steps(of property: String, _ check: CheckResult) -> String {
        if let values = check.properties.first(where: { $0.name == property })?.counterexample {
            let text = CounterexampleText(counterexample: values, constants: check.constants, style: style)
            return text.arguments.isEmpty ? "" : "with \(text.arguments)"
        }
        guard let steps = check.properties.first(where: { $0.name == property })?.steps else { return "" }
        return steps == 0 ? VerdictWording.steps(0) : "in \(VerdictWording.steps(steps))"
    }

    private func alsoViolated(_ check: CheckResult) -> [String] {
        let expected: String
        switch check.expected {
        case .violated(let name, _): expected = name
        case .deadlock: expected = "deadlock"
        case .holds, .notReached, .rejected, nil: return []
        }
        return check.violated.map(\.name).filter { $0 != expected }
    }

    private func blockLines(_ check: CheckResult, of spec: SpecResult) -> [String] {
        let wording = VerdictWording(check: check, style: style, showsTime: showsTime)
        let name = check.fault.map { "fault \($0)" } ?? "check \(check.name ?? "default")"
        var lines = headline(TextLayout.oneLine(name), wording)
        guard verbosity >= 0 else { return lines + expectationLines(check) }
        if let story = check.story { lines += wrapped(TextLayout.oneLine(story), indent: 4) }
        lines += expectationLines(check)
        let known = Set(spec.diagnostics.map(DiagnosticPlace.init))
        let own = check.diagnostics.filter { !known.contains(DiagnosticPlace($0)) }
        let shown = own.filter { $0.severity == .error || verbosity > 0 }
        if !shown.isEmpty { lines += rendered(shown) }
        lines += CoverageText(check: check, style: style, verbosity: verbosity).phrases.flatMap {
            wrapped($0, indent: 4)
        }
        let reproduce = reproduceLine(check, spec)
        for property in check.violated {
            lines.append("")
            let text = ViolationText(
                property: property, check: check, spec: spec, style: style, width: width, traceMode: traceMode,
                traceFolder: traceFolder)
            lines += text.lines.map { $0.isEmpty ? "" : "    " + $0 }
        }
        lines += LockOrderText(check: check, style: style, width: width - 4, traceMode: traceMode, verbosity: verbosity)
            .lines.map { $0.isEmpty ? "" : "    " + $0 }
        if !check.violated.isEmpty || check.isMet == false || !check.internalErrors.isEmpty { lines += reproduce }
        return lines
    }

    private func headline(_ name: String, _ wording: VerdictWording) -> [String] {
        let front = "  \(style.paint(name, .heading))  "
        let room = width - 4 - TextLayout.width(name)
        // Colours take no columns: the lines are laid out without them.
        let plain = VerdictWording(
            check: wording.check, style: TextStyle(hasColour: false, isUnicode: style.isUnicode), showsTime: showsTime)
        let word = plain.verdict.word
        if room >= 30 {
            var lines = TextLayout.wrapped(plain.headline, separator: " ", width: room)
            lines[0] = lines[0].replacingPrefix(word, with: style.paint(word, wording.colour))
            let indent = String(repeating: " ", count: 4 + TextLayout.width(name))
            return [front + lines[0]] + lines.dropFirst().map { indent + $0 }
        }
        var lines = TextLayout.wrapped(plain.headline, separator: " ", width: width - 4)
        lines[0] = lines[0].replacingPrefix(word, with: style.paint(word, wording.colour))
        return [TextLayout.trimmed(front)] + lines.map { "    " + $0 }
    }

    private func expectationLines(_ check: CheckResult) -> [String] {
        guard let expected = check.expected else { return [] }
        let words = TextLayout.oneLine(VerdictWording.words(expected))
        let reason = check.unmetReason.map { ": \(TextLayout.oneLine($0))" } ?? ""
        let state: (text: String, colour: TextStyle.Colour) =
            switch check.isMet {
            case true?: ("met", .good)
            case false?: ("NOT MET\(reason)", .bad)
            case nil: ("not decided\(reason)", .doubtful)
            }
        let plain = "expected: \(words) \(style.dash) \(state.text)"
        guard TextLayout.width(plain) + 4 <= width else { return wrapped(plain, indent: 4) }
        return ["    expected: \(words) \(style.dash) \(style.paint(state.text, state.colour))"]
    }

    // MARK: Lines

    private func wrapped(_ text: String, indent: Int) -> [String] {
        let blanks = String(repeating: " ", count: indent)
        return TextLayout.wrapped(text, width: width - indent - 2).enumerated().map {
            blanks + ($0 == 0 ? "" : "  ") + $1
        }
    }

    /// The command that runs this check again. It is never broken: a terminal copies a long line whole.
    private func reproduceLine(_ check: CheckResult, _ spec: SpecResult) -> [String] {
        ["    reproduce: " + check.reproduce(in: spec)]
    }
}

/// Words for a shell.
public enum Shell {
    /// The word as it must be typed; quoted when it holds anything but plain characters.
    public static func quoted(_ word: String) -> String {
        let isPlain =
            !word.isEmpty
            && word.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "_./=:,+@%-".utf8.contains(byte)
                }
            }
        if isPlain { return word }
        if word.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) { return escaped(word) }
        return "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }

    /// `$'a\nb'`: control characters never reach the terminal as they are.
    private static func escaped(_ word: String) -> String {
        var text = "$'"
        for scalar in word.unicodeScalars {
            switch scalar {
            case "'", "\\": text += "\\\(scalar)"
            case "\n": text += "\\n"
            default:
                if scalar.properties.generalCategory == .control {
                    text += "\\u" + TextLayout.hexadecimal(scalar)
                } else {
                    text.unicodeScalars.append(scalar)
                }
            }
        }
        return text + "'"
    }
}

extension String {
    /// The text with another beginning, when it begins so.
    fileprivate func replacingPrefix(_ prefix: String, with other: String) -> String {
        hasPrefix(prefix) ? other + dropFirst(prefix.count) : self
    }
}
