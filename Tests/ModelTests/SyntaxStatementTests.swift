// Every kind of statement, labels, and where a newline ends one.
import Model
import Testing

@Suite struct SyntaxStatementTests {
    /// A statement and the case of the tree that it becomes.
    @Test(arguments: [
        ("queue.write = 1", "assign"), ("a[i].b! = c", "assign"), ("x += 1", "assign"), ("x &<<= 1", "assign"),
        ("acquire(queue.lock)", "call"), ("accepted.append(r)", "call"), ("fence(.rw, .w)", "call"),
        ("let r = remove()", "variable"), ("var n: int in 0..<4 = 0", "variable"), ("var n: int", "variable"),
        ("let c = choose(x in S where x.free) else { return }", "variable"),
        ("if a { } else if b { } else { }", "conditional"), ("if let x = a?.b { f() }", "conditional"),
        ("if x == 1 { return }", "conditional"),
        ("guard a else { return }", "guarded"), ("guard let x = f(y) else { break }", "guarded"),
        ("guard let x = choose(y in S) else { return }", "guarded"),
        ("while full() { sleep(queue, queue.lock) }", "whileLoop"), ("while a\n== b {}", "whileLoop"),
        ("for i in 0..<ROUNDS { }", "forLoop"), ("for x in S where x != self { f(x) }", "forLoop"),
        ("for x in frame\n where x.free {}", "forLoop"),
        ("loop { f() }", "loop"), ("atomic { x = 1 }", "atomic"), ("hardware { x = 1 }", "hardware"),
        ("killable (p.killed) { f() } else { g() }", "killable"), ("defer { release(l) }", "defer"),
        ("either { f() } or { g() } or { }", "either"), ("either {\n} \n or {\n}", "either"),
        ("await x == 1", "await"), ("assert x == 1", "assert"), ("assert (x == 1), \"text\"", "assert"),
        ("assert f(x),\n \"text\"", "assert"), ("assume x > 1", "assume"),
        ("symbolic va: u64 where va < 10", "symbolic"), ("symbolic va: u64", "symbolic"),
        ("panic(\"no\")", "panic"), ("claim(e.x[1])", "claim"), ("publish(e)", "publish"),
        ("start child[c](parent: self)", "start"), ("start child", "start"), ("start t(1)", "start"),
        ("join child[c]", "join"), ("break", "break"), ("continue", "continue"), ("return", "return"),
        ("return x + 1", "return"), ("put: x = 1", "assign"), ("fair put: x = 1", "assign"),
        ("strong fair put:\n x = 1", "assign"), ("fair when FAIR put: f()", "call"),
        ("choose(x in S).y = 3", "assign"), ("f() = 1", "assign"), ("x == 1", "expression"), ("x", "expression"),
    ])
    func everyKindIsParsed(text: String, expected: String) {
        let parsed = Parsed(statements: text)
        #expect(parsed.codes == [])
        #expect(parsed.statements.map(kind) == [expected])
    }

    @Test func labelsAndTheirFairness() throws {
        let parsed = Parsed(statements: "put: f()\nfair a: f()\nstrong fair when X b: f()\nf()\nif: f()")
        #expect(parsed.codes == ["reserved_word"])
        let labels = parsed.statements.map(\.label)
        #expect(labels.map { $0?.name.text } == ["put", "a", "b", nil, nil])
        #expect(labels.map { $0?.fairness?.isStrong } == [nil, false, true, nil, nil])
        #expect(labels.map { $0?.fairness?.condition != nil } == [false, false, true, false, false])
    }

    @Test func anElseIfIsABlockOfOneIf() throws {
        let parsed = Parsed(statements: "if a { f() }\nelse if b { g() } else { h() }")
        guard case .conditional(_, let then, let otherwise?)? = parsed.statements.first?.kind else {
            Issue.record("no conditional")
            return
        }
        #expect(then.statements.count == 1)
        #expect(otherwise.statements.map(kind) == ["conditional"])
    }

    @Test func theElseOfAGuardIsNotThatOfItsChoose() throws {
        let parsed = Parsed(
            statements: "guard let x = choose(y in S) else { return }\nlet z = choose(y in S) else { g() }")
        #expect(parsed.codes == [])
        guard case .guarded(.binding(_, let chosen), _)? = parsed.statements.first?.kind,
            case .variable(_, _, _, let value?)? = parsed.statements.last?.kind
        else {
            Issue.record("other statements than expected")
            return
        }
        #expect(Parsed.print(chosen) == "choose(y in S)")
        #expect(Parsed.print(value) == "choose(y in S) else 1")
    }

    /// Texts of a block and how many statements they are.
    @Test(
        arguments: [
            ("f()\ng()", 2), ("x = a +\n b", 1), ("x = a\n + b", 1), ("x = a\n && b\n || c", 1), ("x =\n 1", 1),
            ("x +=\n 1", 1), ("x = c\n ? a\n : b", 1), ("x = c ?\n a :\n b", 1), ("f(\na,\nb\n)", 1), ("f(a\n,b)", 1),
            ("x = a[\ni\n]", 1), ("x = q\n .first\n .y", 1), ("x = q\n ?.y", 1), ("x = a\n implies b", 1),
            ("if a {} \n else {}", 1), ("if a {} else\n {}", 1), ("either {}\n or {}", 1), ("x = a\n* b", 1),
            ("x = a\n!= b", 1), ("x = a\n&+ b", 1), ("x = a..<\nb", 1), ("for x in a\n ..< b {}", 1),
            ("x = (a\n- b)", 1), ("x = [\n1\n,\n2\n]", 1), ("let x: T =\n 1", 1), ("let x:\n T = 1", 1),
            ("x = all y in S\n where y > 1:\n y < 3", 1), ("return\nf()", 2), ("x = a\n\n\nf(x)", 2),
            ("x = a // comment\n + b", 1), ("x = a +  // comment\n b", 1), ("put:\n\n x = 1", 1), ("{", nil),
            ("x = count(y in S\n where y > 1\n)", 1), ("x = a!\ny = b", 2), ("var x: T?\nvar y: set<T>\nf()", 3),
            ("x = f(choose(y in S) else {\n g()\n h()\n})\ng()", 2),
            ("x = a\n- b", 2), ("x = a\n(b)", 2), ("x = a\n[b]", 2), ("x = a\n& b", nil), ("x\n= a", nil),
            ("f(x)\n(y)", 2),
            ("x = a\n~ b", 2), ("x = a\n! b", 2), ("if a\n{}", nil), ("f() g()", nil), ("let x\n= 1", nil),
            ("return x y", nil), ("f\n()", nil),
        ] as [(String, Int?)])
    func newlinesEndStatementsExactly(text: String, count: Int?) {
        let parsed = Parsed(statements: text)
        if let count {
            #expect(parsed.codes == [])
            #expect(parsed.statements.count == count)
        } else {
            #expect(parsed.codes.isEmpty == false)
        }
    }

    @Test(arguments: [
        ("f();", ["semicolon"]), ("f(); g();", ["semicolon", "semicolon"]), ("x++", ["unexpected_token"]),
        ("p->x = 1", ["unexpected_token"]), ("if a = b { }", ["unexpected_token"]), ("int x = 1", ["unexpected_token"]),
        ("if (a) f()", ["unexpected_token"]), ("if a\n{ x y }", ["unexpected_line_end", "unexpected_token"]),
        ("let if = 1", ["reserved_word"]), ("x = process", ["reserved_word"]),
        (" process p {}", ["misplaced_item"]), ("else { }", ["unexpected_token"]),
        ("a < b < c", ["chained_comparison"]),
        ("x = a == b != c", ["chained_comparison"]), ("assert (a, \"b\")", ["unexpected_token"]),
        ("let x: T", ["unexpected_line_end"]), ("let x", ["unexpected_line_end"]), ("x = ", ["unexpected_token"]),
        ("f(a", ["unclosed_bracket"]), ("x = a[1", ["unclosed_bracket"]), ("f(a]", ["unclosed_bracket"]),
        ("panic(1)", ["unexpected_token"]), ("guard a { }", ["unexpected_token"]),
        ("killable (a) { }", ["unexpected_line_end"]),
        ("x = count(y in S: y)", ["unexpected_token"]), ("x = all y in S", ["unexpected_line_end"]),
        ("a = b = c", ["unexpected_token"]), ("for (;;) { x y }", ["unexpected_token", "unexpected_token"]),
        ("if a && let x = b {}", ["reserved_word"]), ("put:", ["unexpected_token"]),
        ("x = y @ z", ["unexpected_character"]),
    ])
    func mistakesHaveTheirCodes(text: String, codes: [String]) {
        #expect(Parsed(statements: text).codes == codes)
    }
}

/// The name of the case.
func kind(_ statement: StatementSyntax) -> String { caseName(statement.kind) }

/// The name of an enum's case.
func caseName(_ value: Any) -> String { Mirror(reflecting: value).children.first?.label ?? "\(value)" }
