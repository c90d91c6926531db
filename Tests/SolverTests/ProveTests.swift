// `prove`, `range` and `aligned` as their users meet them: verdicts, counterexamples, exit codes, bad input.

import Checker
import Model
import Testing

@Suite struct ProveTests {
    private func run(_ text: String, seconds: Double = 120) -> SpecResult {
        var options = CheckOptions()
        options.solverSeconds = seconds
        return check(SourceFile(path: "t.spec", text: "spec T\n" + text), read: { _ in nil }, options: options)
    }

    private func property(_ text: String, seconds: Double = 120) -> PropertyResult? {
        run(text, seconds: seconds).checks.first?.properties.first
    }

    private func report(_ result: SpecResult) -> String {
        HumanReport(width: 100, hasColour: false, isUnicode: true, verbosity: 0, traceMode: .diff).text(result)
    }

    /// What holds for all values, what does not, and with which least values.
    static let claims: [(proof: String, verdict: Verdict, values: [Value])] = [
        ("(x: u64) { x &+ 1 != 0 || x == 0xffff_ffff_ffff_ffff }", .holds, []),
        ("(x: u64) { x + 1 > x }", .violated, [.integer(0xffff_ffff_ffff_ffff)]),
        ("(x: u64) where x < 100 { x + 1 > x }", .holds, []),
        ("(x: u64) where x > 5 && x < 3 { false }", .notReached, []),
        ("(x: u64) where x < 0 { false }", .notReached, []),
        ("(a: i64) { a != -5 }", .violated, [.integer(-5)]),
        ("(a: i64) { -a <= 0 || a <= 0 }", .violated, [.integer(-(1 << 63))]),
        ("(a: i64, b: i64) where a == 0 - 9 && b == 4 { a / b == -2 && a % b == -1 }", .holds, []),
        ("(a: int in -3..<4) where a != 0 { 12 % a == 12 - 12 / a * a }", .holds, []),
        ("(a: int in -3..<4) { 12 / a >= -12 }", .violated, [.integer(0)]),
        ("(s: u8, x: u64) where s < 64 { x >> s <= x }", .holds, []),
        ("(s: u8) { 1 << int(s) > 0 }", .violated, [.integer(63)]),
        ("(x: u32) { u16(truncating: x) == u16(truncating: x & 0xffff) }", .holds, []),
        ("(x: u64) { u64(bits: i64(bits: x)) == x }", .holds, []),
        ("(x: u16) { u8(x) <= 255 }", .violated, [.integer(256)]),
        ("(f: bool, g: bool) { (f implies g) == (!f || g) }", .holds, []),
        ("(o: u8?) { o == nil || o! < 255 }", .violated, [.some(.integer(255))]),
        ("(o: u8?) { o! >= 0 }", .violated, [.null]),
        ("(p: P) { p.low <= p.high }", .violated, [.structure([.integer(1), .integer(0)])]),
        ("(e: E) { e != .c }", .violated, [.member(2)]),
        (
            "(a: (u8)[3], i: int in 0..<3) { a[i] < 200 }", .violated,
            [
                .array([.integer(0), .integer(0), .integer(200)]), .integer(2),
            ]
        ),
        (
            "(a: (u8)[3], i: int) { a[i] >= 0 }", .violated,
            [
                .array([.integer(0), .integer(0), .integer(0)]), .integer(3),
            ]
        ),
        ("(n: int in 0...9) {\n var s = 0\n for i in 0..<n { s += i }\n s == n * (n - 1) / 2\n}", .holds, []),
        ("(n: u8) {\n var i: u8 = 0\n while i < n { i += 1 }\n i == n\n}", .holds, []),
        ("(n: int in 0..<9) {\n for i in 0..<9 { if i == n { return i < 8 } }\n true\n}", .violated, [.integer(8)]),
        ("(x: u8) {\n assume x > 7\n assert x != 9\n true\n}", .violated, [.integer(9)]),
        ("(x: u8) {\n if x == 3 { panic(\"three\") }\n true\n}", .violated, [.integer(3)]),
    ]

    @Test(arguments: claims.indices)
    func theVerdictAndTheLeastValues(index: Int) {
        let (proof, verdict, values) = Self.claims[index]
        let result = run("struct P { low: u8, high: u8 }\nenum E { a, b, c }\nprove p\(proof)\n")
        let property = result.checks.first?.properties.first
        #expect(
            property?.verdict == verdict, "\(proof): \(property?.message ?? "\(result.diagnostics.map(\.message))")")
        if verdict == .violated {
            #expect(property?.counterexample?.arguments == values, "\(proof)")
            #expect(ExitStatus.of([result]) == .fault)
        }
    }

    static let questions: [(claim: String, isTrue: Bool)] = [
        ("range(0xfff, 2).pages(4096) == 2", true), ("range(0x1000, 4096).pages(4096) == 1", true),
        ("range(5, 0).pages(4096) == 0", true),
        ("range(0, 0xffff_ffff_ffff_ffff).pages(4096) == 0x10_0000_0000_0000", true),
        ("range(4095, 0xffff_ffff_ffff_ffff).pages(4096) == 0x10_0000_0000_0001", true),
        ("range(0xffff_ffff_ffff_f000, 4096).wraps", false), ("range(0xffff_ffff_ffff_f000, 4097).wraps", true),
        ("range(7, 0).wraps", false), ("range(10, 5).contains(14)", true), ("range(10, 5).contains(15)", false),
        ("range(10, 5).contains(9)", false), ("range(0xffff_ffff_ffff_fffe, 4).contains(1)", true),
        ("range(10, 5).contains(range(12, 3))", true), ("range(10, 5).contains(range(12, 4))", false),
        ("range(10, 5).contains(range(99, 0))", true), ("range(10, 5).overlaps(range(14, 9))", true),
        ("range(10, 5).overlaps(range(15, 9))", false), ("range(10, 5).overlaps(range(12, 0))", false),
        ("range(0xffff_ffff_ffff_fffe, 4).overlaps(range(0, 1))", true),
    ]

    /// The same question to Z3, to the reference and to the explorer's bytecode.
    @Test(arguments: questions.indices)
    func rangesAreAnsweredAlikeByAllEngines(index: Int) {
        let (claim, isTrue) = Self.questions[index]
        let expected: Verdict = isTrue ? .holds : .violated
        #expect(property("prove p() { \(claim) }\n")?.verdict == expected, "\(claim)")
        let explored = run("shared var n: int in 0..<2\nprocess q {\n n = 1\n a: assert \(claim)\n}\n")
        let assertion = explored.checks.first?.properties.first { $0.kind == .assert }
        #expect(assertion?.verdict == expected, "\(claim): \(explored.diagnostics.map(\.message))")
        #expect(explored.checks.first?.internalErrors == [])
    }

    @Test func aStoreThatIsNotAlignedTraps() {
        let spec = """
            shared var base: u64 aligned 4096 = 8192
            shared var size: u64 = 1
            process p {
                base = base + 4096
                base = size << VALUE
            }

            """
        let good = run(spec.replacing("VALUE", with: "12"))
        #expect(good.checks.first?.properties.first { $0.name == "trap" }?.verdict == .holds)
        let bad = run(spec.replacing("VALUE", with: "11"))
        let trap = bad.checks.first?.properties.first { $0.name == "trap" }
        #expect(trap?.verdict == .violated)
        #expect(trap?.message?.contains("no multiple of 4096") == true)
        #expect(bad.checks.first?.internalErrors == [])
    }

    @Test(arguments: [
        "shared var base: u64 aligned 4096 = 1\nprocess p { base = 0 }\n",
        "shared var base: u64 aligned 4096\nprocess p { base = 12 }\n",
        "shared var base: bool aligned 4096\nprocess p { base = true }\n",
        "shared var base: u64 aligned 0\nprocess p { base = 0 }\n",
        "shared var base: u64 aligned 4096\nprocess p { let old = amo_add(base, 1) }\n",
        "prove p(r: range) { r.page == 0 }\n", "prove p(r: range) { r.contains(1, 2) }\n",
        "prove p(r: range) { r.pages > 0 }\n", "prove p(r: range) { r.overlaps(1) }\n",
    ])
    func mistakesAreDiagnosed(text: String) {
        let result = run(text)
        #expect(result.diagnostics.contains { $0.severity == .error }, "\(text)")
        #expect(ExitStatus.of([result]) == .rejected)
    }

    // MARK: Bad input

    static let hard = """
        prove hard(a: u64, b: u64) where a > 1 && b > 1 && a < 0x1_0000_0000 && b < 0x1_0000_0000 {
            a * b != 0xffff_ffff_ffff_ffc5
        }
        prove easy(a: u64) { a == a }

        """

    @Test func aMillisecondGivesUnknownAndTheOthersTheirVerdicts() {
        let result = run(Self.hard, seconds: 0.001)
        let verdicts = result.checks.first?.properties.map(\.verdict) ?? []
        #expect(verdicts.first == .unknown)
        #expect(ExitStatus.of([result]) == .noAnswer)
        let text = report(result)
        #expect(text.contains("prove hard: UNKNOWN (Z3 gave no answer within 1 ms) at t.spec:2:1"))
        #expect(text.contains("--smt-timeout"))
        #expect(run(Self.hard + "check expect holds\n", seconds: 0.001).checks.first?.isMet == nil)
        #expect(run("prove easy(a: u64) { a == a }\ncheck expect holds\n").checks.first?.isMet == true)
    }

    @Test func whatIsNotAskedForAllValuesIsUnknownWithItsPlace() {
        for (text, words) in [
            ("shared var n: u64\nprove p(a: u64) { a >= n }\n", "n is read"),
            ("prove p(n: u64) {\n var i: u64 = 0\n while i < n { i += 1 }\n i == n\n}\n", "a loop may go on"),
        ] {
            let result = run(text)
            #expect(result.checks.first?.properties.first { $0.kind == .prove }?.verdict == .unknown, "\(text)")
            #expect(report(result).contains(words), "\(report(result))")
            #expect(ExitStatus.of([result]) == .noAnswer)
        }
    }

    @Test func aHugeShiftTrapsAndIsNoCrash() {
        let result = property("prove p(x: u64, n: u64) where n > 0x7fff_ffff_ffff_ffff { x >> n == 0 }\n")
        #expect(result?.verdict == .violated)
        #expect(result?.counterexample?.run.outcome.isViolation == true)
    }

    @Test func proofsStandBesideProcessesAndFaultsFindThem() {
        let result = run(
            """
            pure twice(x: u8) -> u8 = x &+ x
            shared var n: int in 0..<3
            process p { n = 2 }
            invariant small: n < 3
            prove even(x: u8) { twice(x) % 2 == 0 }
            check expect holds
            fault F "adds one" { pure twice(x: u8) -> u8 = x &+ x &+ 1 } expect violated only even

            """)
        #expect(result.checks.map(\.isMet) == [true, true])
        #expect(result.checks.first?.states ?? 0 > 1)
    }

    // MARK: Reports

    @Test func theReportDrawsThePages() {
        let text = report(
            run("prove p(va: u64, size: u64) where size > 0 && size < 9 { range(va, size).pages(4096) == 1 }\n"))
        #expect(text.contains("for va = 0xffa, size = 0x7"))
        #expect(text.contains("range(va, size)"))
        #expect(text.contains("0x0") && text.contains("0x1000") && text.contains("#|#"))
    }

    @Test func theDocumentHasTheValues() {
        let result = run("prove p(x: u64) { x + 1 > x }\n")
        let text = JSONReport.document([result], exitCode: 14, version: "")
        #expect(text.contains("\"x\": \"0xffffffffffffffff\""))
        #expect(text.contains("\"kind\": \"prove\""))
    }
}
