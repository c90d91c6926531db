// Small specs whose temporal verdicts are known by heart, and what reports say of the runs that break them.

import Checker
import Model
import Testing

@Suite("Liveness verdicts") struct LivenessVerdictTests {
    /// A spec's text and what must be said of each property.
    struct Case: Sendable, CustomTestStringConvertible {
        let story: String
        let text: String
        let verdicts: [String: Verdict]
        var testDescription: String { story }
    }

    static let contended = """
        shared var lock: spinlock
        shared var got: bool
        process noisy { loop { acquire(lock)
            release(lock) } }
        """

    static let cases = [
        Case(
            story: "somebody moves as long as somebody can",
            text: "shared var x: bool\nprocess p { x = true }\neventually e: x",
            verdicts: ["e": .holds]),
        Case(
            story: "a finite run stays at its end", text: "shared var x: bool\nprocess p { await x }\neventually e: x",
            verdicts: ["e": .violated]),
        Case(
            story: "without fairness another may move for ever",
            text:
                "shared var x: bool\nshared var y: bool\nprocess p { x = true }\nprocess q { loop { y = !y } }\neventually e: x",
            verdicts: ["e": .violated]),
        Case(
            story: "weak fairness is enough where nothing disables",
            text:
                "shared var x: bool\nshared var y: bool\nfair process p { x = true }\nprocess q { loop { y = !y } }\neventually e: x",
            verdicts: ["e": .holds]),
        Case(
            story: "fair when a constant says so",
            text:
                "const F = false\nshared var x: bool\nshared var y: bool\nfair when F process p { x = true }\nprocess q { loop { y = !y } }\neventually e: x",
            verdicts: ["e": .violated]),
        Case(
            story: "a lock under contention is not got by weak fairness",
            text: contended + "\nfair process p { acquire(lock)\n got = true\n release(lock) }\neventually e: got",
            verdicts: ["e": .violated]),
        Case(
            story: "a lock under contention is got by strong fairness",
            text: contended
                + "\nstrong fair process p { acquire(lock)\n got = true\n release(lock) }\neventually e: got",
            verdicts: ["e": .holds]),
        Case(
            story: "fairness of a label",
            text: contended
                + "\nprocess p {\n strong fair take:\n acquire(lock)\n got = true\n release(lock)\n}\neventually e: holds(p, lock)\neventually f: got",
            // Fairness of the label does not make the process go on once it has the lock; but then nobody else can move.
            verdicts: ["e": .holds, "f": .holds]),
        Case(
            story: "fairness of each parameter of an action",
            text:
                "shared var x: int in 0..<3\nfair action put(v: int in 0..<3) { x = v }\ntemporal all: always(eventually(x == 2))",
            verdicts: ["all": .holds]),
        Case(
            story: "an action that is not fair need not happen",
            text:
                "shared var x: int in 0..<3\naction put(v: int in 0..<3) { x = v }\ntemporal all: always(eventually(x == 2))",
            verdicts: ["all": .violated]),
        Case(
            story: "a premise that is never true is not reached",
            text:
                "shared var x: int in 0..<3\naction up when x < 1 { x += 1 }\nleadsto l: x == 2 ~> x == 0\nfinal f: true",
            verdicts: ["l": .notReached]),
        Case(
            story: "where every path is cut there is no run",
            text:
                "shared var x: bool\nprocess p { x = true\n assume !x\n x = false }\neventually e: x\ntemporal t: always(!x)",
            verdicts: ["e": .notReached, "t": .notReached]),
        Case(
            story: "a condition that traps breaks the property",
            text: "shared var x: int? = 1\nprocess p { x = nil }\ntemporal t: always(x! == 1)",
            verdicts: ["t": .violated]),
        Case(
            story: "until and release",
            text:
                "shared var x: int in 0..<4\naction up when x < 3 { x += 1 }\ntemporal u: until(x < 2, x == 2)\ntemporal v: until(x < 1, x == 2)\ntemporal r: release(x == 1, x < 2)\ntemporal w: release(x == 3, x < 3)\nfinal f: true",
            verdicts: ["u": .holds, "v": .violated, "r": .holds, "w": .violated]),
        Case(
            story: "negation, implication and nesting",
            text:
                "shared var x: int in 0..<4\naction up when x < 3 { x += 1 }\ntemporal n: !always(x < 3)\ntemporal i: always(x == 1 implies eventually(always(x == 3)))\ntemporal a: eventually(x == 2 && eventually(x == 1))\nfinal f: true",
            verdicts: ["n": .holds, "i": .holds, "a": .violated]),
    ]

    @Test("Known verdicts, with and without reduction", arguments: cases)
    func known(_ one: Case) throws {
        for isUnreduced in [false, true] {
            var options = CheckOptions()
            options.keepsGoing = true
            options.checksDeadlock = false
            options.isUnreduced = isUnreduced
            let check = try #require(run(one.text, options).checks.first)
            #expect(check.internalErrors == [])
            for (name, verdict) in one.verdicts {
                #expect(check.properties.first { $0.name == name }?.verdict == verdict, "\(name), \(isUnreduced)")
            }
        }
    }

    private func run(_ text: String, _ options: CheckOptions = CheckOptions()) -> SpecResult {
        check(SourceFile(path: "specs/small.spec", text: "spec S\n\(text)\n"), read: { _ in nil }, options: options)
    }

    // MARK: Runs that break a property

    @Test("A lasso has a stem and a loop, in the trace, in ITF and in the report")
    func lasso() throws {
        let result = run(
            "shared var x: int in 0..<5\naction up when x < 2 { x += 1 }\naction turn when x >= 2 { x = x == 4 ? 2 : x + 1 }\neventually e: x == 9 - 9 + 1 && x == 2\n"
        )
        let check = try #require(result.checks.first)
        let property = try #require(check.violated.first)
        let trace = try #require(property.trace)
        #expect(trace.loopStart == 2)
        #expect(trace.steps.count == 5)
        #expect(trace.state(after: 5) == trace.state(after: 2))
        #expect(Checker.ExitStatus.of([result]) == .liveness)
        let itf = try JSONReader.read(
            ITFReport.document(trace, source: result.path, property: property.name, verdict: "violated"))
        #expect(itf["loop"] == .integer(3))
        #expect(itf["states"].elements.count == 6)
        let validator = SchemaValidator(try JSONReader.read(repositoryText("Documentation/schema/itf.schema.json")))
        #expect(validator.findings(itf) == [])
        let report = HumanReport(width: 100, hasColour: false, isUnicode: true, verbosity: 0, traceMode: .diff)
        let text = report.text(result)
        #expect(text.contains("e VIOLATED in 5 steps, of which the last 3 repeat for ever"))
        #expect(text.contains("↻ steps 3 to 5 repeat for ever:"))
        #expect(text.contains("↻ and again from step 3"))
    }

    @Test("A run that stands still loops in its last state")
    func stillness() throws {
        let result = run("shared var x: bool\nprocess p { x = false\n await x }\neventually e: x")
        let property = try #require(result.checks.first?.violated.first)
        let trace = try #require(property.trace)
        #expect(trace.loopStart == trace.steps.count)
        let itf = try JSONReader.read(
            ITFReport.document(trace, source: result.path, property: property.name, verdict: "violated"))
        #expect(itf["loop"] == .integer(Int128(trace.steps.count)))
    }

    @Test("Within a bound a lasso counts, and nothing else is decided")
    func bounds() throws {
        var options = CheckOptions()
        options.limits.depth = 1
        options.keepsGoing = true
        let text = """
            shared var x: int in 0..<9
            action stay { x = x }
            action up when x < 8 { x += 1 }
            eventually never: x == 8
            temporal fine: always(x < 9)
            """
        let check = try #require(run(text, options).checks.first)
        #expect(check.scope == .bounded)
        #expect(check.properties.first { $0.name == "never" }?.verdict == .violated)
        #expect(check.properties.first { $0.name == "fine" }?.verdict == .inconclusive)
    }

    @Test("Expectations name temporal properties")
    func expectations() throws {
        let text = "shared var x: bool\nprocess p { await x }\neventually e: x\ncheck expect violated e\n"
        let result = run(text)
        #expect(result.checks.first?.isMet == true)
        #expect(Checker.ExitStatus.of([result]) == .success)
    }

    @Test("A claim for the elements of a value that changes is refused")
    func claims() {
        let result = run("shared var s: set<bool>\naction a { s.insert(true) }\nleadsto l(i in s): i ~> !i")
        #expect(result.diagnostics.contains { $0.code == .notConstant })
    }

    @Test("A formula with too many operators is refused")
    func size() {
        let many = String(repeating: "always(", count: 17) + "x" + String(repeating: ")", count: 17)
        let result = run("shared var x: bool\naction a { x = true }\ntemporal t: \(many)")
        #expect(result.diagnostics.contains { $0.code == .codeTooLarge })
    }

    // MARK: Words

    @Test(
        "Temporal formulas on lassos",
        arguments: [
            (TemporalFormula.always(.atom(0)), [true, true], 0, true), (.always(.atom(0)), [false, true], 1, false),
            (.eventually(.atom(0)), [false, true], 1, true), (.eventually(.atom(0)), [false, false], 0, false),
            (.always(.eventually(.atom(0))), [false, true, false], 1, true),
            (.always(.eventually(.atom(0))), [true, false, false], 1, false),
            (.eventually(.always(.atom(0))), [false, true], 1, true),
            (.eventually(.always(.atom(0))), [true, false], 0, false),
            (.until(.not(.atom(0)), .atom(0)), [false, false, true], 2, true),
            (.release(.atom(0), .not(.atom(0))), [false, false], 0, true),
            (.implies(.atom(0), .eventually(.not(.atom(0)))), [true, false], 1, true),
        ])
    func words(_ formula: TemporalFormula, _ letters: [Bool], _ loopStart: Int, _ holds: Bool) {
        #expect(formula.holds(on: LassoWord(letters: letters.map { [$0] }, loopStart: loopStart)) == holds)
    }
}
