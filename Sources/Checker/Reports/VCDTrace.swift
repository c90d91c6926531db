// A trace as waveforms: for GTKWave and its like.

import Model

/// Writes traces as a value change dump (IEEE 1364-2005, section 18), with GTKWave's strings for what is no number.
public struct VCDTrace {
    private struct Signal {
        let path: String
        let scope: String
        let name: String
        let code: String
        let kind: Kind
        let values: [String]

        enum Kind { case truth, number, string }
    }

    private let trace: Trace
    private let signals: [Signal]

    private init(_ trace: Trace) {
        self.trace = trace
        var signals: [Signal] = []
        func add(_ path: String, _ scope: String, _ name: String, _ values: [String]) {
            let isTruth = values.allSatisfy { $0 == "true" || $0 == "false" }
            let isNumber = values.allSatisfy { Int128($0) != nil }
            signals.append(
                Signal(
                    path: path, scope: scope, name: name, code: Self.code(signals.count),
                    kind: isTruth ? .truth : isNumber ? .number : .string, values: values))
        }
        for (pid, name) in trace.system.types.pidNames.enumerated() {
            let states = (0...trace.steps.count).map { trace.state(after: $0).processes[pid] }
            let points = trace.system.kind(of: pid).process.points
            add(
                "\(name).at", name, "at",
                states.map { state in
                    switch state.position {
                    case .idle: "idle"
                    case .finished: "finished"
                    case .point(let index): points[index].name
                    }
                })
            add("\(name).asleep", name, "asleep", states.map { $0.channel == 0 ? "false" : "true" })
        }
        let actors = ["start"] + trace.steps.map { trace.name(of: $0.actor) }
        add("run.actor", "run", "actor", actors)
        add("run.step", "run", "step", ["start"] + trace.steps.map(\.name))
        for leaf in LeafSeries(trace).leaves {
            let scope = String(leaf.path.prefix { $0 != "." && $0 != "[" })
            let rest = leaf.path.dropFirst(scope.count)
            add(
                leaf.path, scope, rest.isEmpty ? scope : String(rest.hasPrefix(".") ? rest.dropFirst() : rest),
                leaf.values)
        }
        self.signals = signals
    }

    /// The document of a trace, with a newline at its end; a step is a unit of time.
    public static func document(_ trace: Trace) -> String {
        let writer = VCDTrace(trace)
        return (writer.header + writer.changes).joined(separator: "\n") + "\n"
    }

    /// Printable characters from `!` to `~` as digits.
    private static func code(_ number: Int) -> String {
        var rest = number
        var code = ""
        repeat {
            code.unicodeScalars.append(Unicode.Scalar(UInt8(33 + rest % 94)))
            rest = rest / 94 - 1
        } while rest >= 0
        return code
    }

    private var header: [String] {
        var lines = [
            "$comment \(Self.word(trace.system.name)), a run of shmcheck; a step is a unit of time $end",
            "$timescale 1 us $end",
        ]
        var scope: String?
        for signal in signals {
            if signal.scope != scope {
                if scope != nil { lines.append("$upscope $end") }
                lines.append("$scope module \(Self.word(signal.scope)) $end")
                scope = signal.scope
            }
            let type =
                switch signal.kind {
                case .truth: "wire 1"
                case .number: "wire 64"
                case .string: "string 1"
                }
            lines.append("$var \(type) \(signal.code) \(Self.word(signal.name)) $end")
        }
        if scope != nil { lines.append("$upscope $end") }
        return lines + ["$enddefinitions $end"]
    }

    private var changes: [String] {
        var lines: [String] = []
        for count in 0...trace.steps.count {
            lines.append("#\(count)")
            if count == 0 { lines.append("$dumpvars") }
            for signal in signals where count == 0 || signal.values[count] != signal.values[count - 1] {
                lines.append(Self.value(signal.values[count], signal))
            }
            if count == 0 { lines.append("$end") }
        }
        return lines + ["#\(trace.steps.count + 1)"]
    }

    private static func value(_ text: String, _ signal: Signal) -> String {
        switch signal.kind {
        case .truth: return "\(text == "true" ? "1" : "0")\(signal.code)"
        case .number:
            let bits = UInt64(truncatingIfNeeded: Int128(text) ?? 0)
            return "b\(String(bits, radix: 2)) \(signal.code)"
        case .string: return "s\(word(text)) \(signal.code)"
        }
    }

    /// Words of a dump end at a blank.
    private static func word(_ text: String) -> String {
        let word = text.unicodeScalars.map { scalar -> String in
            (0x21...0x7E).contains(scalar.value) ? String(Character(scalar)) : "_"
        }.joined()
        return word.isEmpty ? "_" : word.replacing("$end", with: "_end")
    }
}
