// How reports fit a terminal: widths, colours, folding, hostile texts, progress.

import Checker
import Model
import Testing

@Suite("Layout of reports")
struct ReportsLayoutTests {
    private static let specs = [
        SmallSpecs.ring, SmallSpecs.deadlock, SmallSpecs.asleep, SmallSpecs.rules, SmallSpecs.nested,
    ]

    /// Lines that are for copying are never broken.
    private func isForCopying(_ line: Substring) -> Bool { line.contains("reproduce: ") || line.hasPrefix("specs/") }

    @Test("No line is wider than the terminal", arguments: [40, 60, 80, 100, 200])
    func widths(_ width: Int) {
        for spec in Self.specs {
            let result = report(spec)
            for mode in TraceMode.allCases {
                let text = humanText(result, width: width, verbosity: 1, trace: mode)
                for line in text.split(separator: "\n") where !isForCopying(line) {
                    #expect(line.unicodeScalars.count <= width, "\(line)")
                }
            }
        }
    }

    @Test("Nothing is lost in a narrow terminal")
    func narrowIsComplete() {
        func words(_ text: String) -> Set<String> {
            Set(text.split { " \n,".contains($0) }.map(String.init).filter { $0.contains(".") && !$0.contains("…") })
        }
        let result = report(SmallSpecs.ring)
        let wide = words(humanText(result, width: 200)).filter { $0.hasPrefix("ring.") && $0.hasSuffix(":") }
        #expect(!wide.isEmpty)
        #expect(wide.isSubset(of: words(humanText(result, width: 40))))
    }

    @Test("Without Unicode the text is ASCII", arguments: [40, 120])
    func ascii(_ width: Int) {
        for spec in Self.specs {
            #expect(humanText(report(spec), width: width, isUnicode: false).utf8.allSatisfy { $0 < 0x80 })
        }
    }

    @Test("Colours add nothing but colours")
    func colours() {
        for spec in Self.specs {
            let result = report(spec)
            for width in [50, 120] {
                let plain = humanText(result, width: width)
                let coloured = HumanReport(
                    width: width, hasColour: true, isUnicode: true, verbosity: 0, traceMode: .diff
                ).text(result)
                #expect(coloured != plain)
                #expect(coloured.replacing(/\u{1B}\[[0-9;]*m/, with: "") == plain)
            }
        }
    }

    @Test("The same result gives the same text")
    func sameText() {
        for spec in Self.specs {
            let first = humanText(report(spec), verbosity: 1, trace: .full)
            for _ in 0..<3 { #expect(humanText(report(spec), verbosity: 1, trace: .full) == first) }
        }
    }

    @Test("In a long trace steps like earlier ones are folded, and shown on demand")
    func folding() {
        let text = """
            spec Long
            shared var turns: int in 0..<40
            shared var last: bool
            action turn when turns < 39 { turns += 1 }
            action stop when turns == 30 { last = true }
            invariant never: !last

            """
        let result = report(text)
        let folded = humanText(result)
        #expect(folded.contains("           …  (20 steps like earlier ones: 4–23; --trace full)\n"))
        #expect(folded.contains("\n           3  turn    turns: 2 → 3\n"))
        #expect(folded.contains("\n          24  turn    turns: 23 → 24\n"))
        #expect(folded.contains("\n        ✗ 31  stop    last: false → true\n"))
        #expect(!folded.contains("turns: 3 → 4\n"))
        let full = humanText(result, trace: .full)
        #expect(!full.contains("…"))
        #expect(full.contains("turns: 3 → 4\n"))
    }

    @Test("Paths and stories cannot disturb the terminal or the shell")
    func hostileTexts() {
        let path = "it's \u{1B}[31m\na file.spec"
        let result = report(
            "spec Odd\nshared var x: bool\naction a { x = true }\ninvariant i: !x\n    \"漢字 \\\"says\\\" é\"\n",
            path: path)
        let text = humanText(result, width: 80)
        #expect(
            text.unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control || $0 == "\u{1B}" }
        )
        #expect(text.contains("漢字 \"says\" é"))
        let reproduce = text.split(separator: "\n").filter { $0.contains("reproduce:") }
        #expect(reproduce == ["    reproduce: shmcheck check $'it\\'s \\u001b[31m\\na file.spec'"])
    }

    @Test("reproduce repeats the flags that matter")
    func flags() {
        let human = HumanReport(width: 100, hasColour: false, isUnicode: true, verbosity: 0, traceMode: .diff)
        var result = report(SmallSpecs.deadlock)
        result.flags = ["-D", "SLOTS=4", "--no-reduce", "-D", "A=[1, 2]"]
        let text = human.text(result)
        #expect(text.contains("reproduce: shmcheck check specs/small.spec -D SLOTS=4 --no-reduce -D 'A=[1, 2]'\n"))
    }

    @Test("A step that only loads tells what it read")
    func loads() {
        let text = """
            spec Racy
            shared var x: int in 0..<9
            process p[2] { x = x + 1 }
            final both: x == 2

            """
        let result = report(text)
        let table = humanText(result, width: 80)
        #expect(table.contains("reads x = 0"))
        #expect(table.contains("false at the end because: x == 2     1 == 2"))
    }
}

@Suite("Progress")
struct ReportsProgressTests {
    private func text(_ seconds: Double, width: Int = 100, isUnicode: Bool = true, queued: Int? = nil) -> String {
        let progress = ExplorationProgress(
            depth: 17, states: 412_345, transitions: 1_240_000, queued: 38_000, bytes: 312 << 20)
        let previous = queued.map {
            ExplorationProgress(depth: 0, states: 0, transitions: 0, queued: $0, bytes: 0)
        }
        return ProgressLine.text(
            progress, name: "queue.spec", seconds: seconds, width: width, previous: previous, isUnicode: isUnicode)
    }

    @Test("One line tells how far a run has come")
    func line() {
        #expect(
            text(5.2, queued: 20_000)
                == "queue.spec  1.24M steps · 412k states · 38.0k queued ↑ · depth 17 · 79.2k/s · 312 MB · 0:05")
        #expect(text(3725, queued: 50_000).hasSuffix("queued ↓ · depth 17 · 110/s · 312 MB · 1:02:05"))
        #expect(text(0).contains(" 0/s "))
    }

    @Test("What does not fit is left out", arguments: [20, 40, 60, 80])
    func narrow(_ width: Int) {
        let line = text(5, width: width)
        #expect(line.unicodeScalars.count < max(width, 21))
        #expect(line.hasPrefix("queue.spec"))
        #expect(text(5, width: width, isUnicode: false).utf8.allSatisfy { $0 < 0x80 })
    }

    @Test("A terminal is redrawn ten times a second at most, a log rarely")
    func schedule() {
        func times(_ isTerminal: Bool, until end: Int) -> [Int] {
            var schedule = ProgressSchedule(isTerminal: isTerminal)
            return (0...end).filter { schedule.isDue(at: Double($0) / 10) }
        }
        #expect(times(false, until: 1000) == [10, 100, 400, 700, 1000])
        #expect(times(true, until: 10) == [3, 4, 5, 6, 7, 8, 9, 10])
        var schedule = ProgressSchedule(isTerminal: true)
        let count = (0..<1000).count { schedule.isDue(at: Double($0) / 1000) }
        #expect(count <= 10)
    }
}
