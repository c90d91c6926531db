// Expressions: precedence, prefixes and suffixes, quantifiers, choice, literals, and the warning about C.
import Model
import Testing

@Suite struct SyntaxExpressionTests {
    /// Each text with all its parentheses.
    @Test(arguments: [
        ("a + b * c", "(a + (b * c))"),
        ("a - b - c", "((a - b) - c)"),
        ("a / b % c", "((a / b) % c)"),
        ("a &+ b &* c", "(a &+ (b &* c))"),
        ("a &<< b >> c", "((a &<< b) >> c)"),
        ("(a << b) + c", "((a << b) + c)"),
        ("(a & b) == c", "((a & b) == c)"),
        ("a + b == c - d", "((a + b) == (c - d))"),
        ("a == b && c != d || e < f", "(((a == b) && (c != d)) || (e < f))"),
        ("a || b && c", "(a || (b && c))"),
        ("a implies b implies c", "(a implies (b implies c))"),
        ("a || b implies c && d", "((a || b) implies (c && d))"),
        ("a implies b ? c : d", "((a implies b) ? c : d)"),
        ("a ? b : c ? d : e", "(a ? b : (c ? d : e))"),
        ("a ? b ? c : d : e", "(a ? (b ? c : d) : e)"),
        ("a..<b + 1", "(a..<(b + 1))"),
        ("-1...1", "((-1)...1)"),
        ("-a.b", "(-a.b)"),
        ("!a!", "(!a!)"),
        ("~a & b", "((~a) & b)"),
        ("- -a", "(-(-a))"),
        ("!!a", "(!(!a))"),
        ("a == -1", "(a == (-1))"),
    ])
    func precedenceIsSwifts(text: String, expected: String) {
        let (tree, codes) = Parsed.expression(text)
        #expect(tree == expected)
        #expect(codes == [])
    }

    @Test(arguments: [
        ("queue.slots[queue.read]!", "queue.slots[queue.read]!"),
        ("p?.parent?.name", "p?.parent?.name"),
        ("x?.y == 1 ? .a : .b", "((x?.y == 1) ? .a : .b)"),
        (
            "Request(src: self, dst: server, va: 4096 * (i + 1))",
            "Request(src: self, dst: server, va: (4096 * (i + 1)))"
        ),
        ("u64(e)", "u64(e)"),
        ("u32(truncating: e)", "u32(truncating: e)"),
        ("i64(bits: e)", "i64(bits: e)"),
        ("range(base, size).overlaps(r)", "range(base, size).overlaps(r)"),
        ("load(x, .acquire)", "load(x, .acquire)"),
        ("min(a, b) + max(a, b)", "(min(a, b) + max(a, b))"),
        ("count + sum", "(count + sum)"),
        ("all", "all"),
        ("count(a)", "count(a)"),
        ("old(x.y) + 1", "(old(x.y) + 1)"),
        ("[a, b + 1,]", "[a, (b + 1)]"),
        ("[]", "[]"),
        ("f()", "f()"),
        ("f(a,)", "f(a)"),
        ("client[0]", "client[0]"),
        ("State.init", "State.init"),
        (".init", ".init"),
        ("op.type", "op.type"),
        ("f(type: 1, in: 2)", "f(type: 1, in: 2)"),
        ("queue.read + queue.lock", "(queue.read + queue.lock)"),
        ("true && false || nil == self", "((true && false) || (nil == self))"),
        ("\"a\\\"\\\\\\n\\t\\u{41}\"", "\"a\"\\\n\tA\""),
        ("eventually(always(p))", "eventually(always(p))"),
    ])
    func operandsAreAsWritten(text: String, expected: String) {
        let (tree, codes) = Parsed.expression(text)
        #expect(tree == expected)
        #expect(codes == [])
    }

    @Test(arguments: [
        ("all x in S: x > 0 && y", "all(x in S: ((x > 0) && y))"),
        ("a && all x in S where x != y: p implies q", "(a && all(x in S where (x != y): (p implies q)))"),
        ("all(x in S where c: e) && d", "(all(x in S where c: e) && d)"),
        ("some x in S, y in T: x == y", "some(x in S, y in T: (x == y))"),
        ("all x, y in S: x == y", "all(x in S, y in S: (x == y))"),
        ("count(s in q where s != nil)", "count(s in q where (s != nil))"),
        ("count(s in q)", "count(s in q)"),
        ("count s in q where s == 1", "count(s in q where (s == 1))"),
        ("sum(x in S: f(x)) + 1", "(sum(x in S: f(x)) + 1)"),
        ("min(x in 0..<4: a[x])", "min(x in (0..<4): a[x])"),
        ("max x in S: x", "max(x in S: x)"),
        ("all x in S where c ? a : b: e", "all(x in S where (c ? a : b): e)"),
        ("all x in a + 1..<b: e ? f : g", "all(x in ((a + 1)..<b): (e ? f : g))"),
        ("f(all x in S: e, 3)", "f(all(x in S: e), 3)"),
        ("!all x in S: e", "(!all(x in S: e))"),
        ("choose(x in S where x > 1)", "choose(x in S where (x > 1))"),
        ("choose(x in S, y in T)", "choose(x in S, y in T)"),
        ("all read in queue.slots: read == nil", "all(read in queue.slots: (read == nil))"),
    ])
    func quantifiersReachToTheEndOrTheParenthesis(text: String, expected: String) {
        let (tree, codes) = Parsed.expression(text)
        #expect(tree == expected)
        #expect(codes == [])
    }

    @Test(arguments: [
        ("0", "0"), ("18446744073709551615", "18446744073709551615"), ("0xFFFF_ffff", "4294967295"),
        ("0b1010", "10"), ("1_000", "1000"), ("4KiB", "4096"), ("4 KiB", "4096"), ("2 MiB + 1", "(2097152 + 1)"),
        ("1GiB", "1073741824"), ("0x10KiB", "16384"), ("0...3", "(0...3)"), ("0..<3", "(0..<3)"),
        ("17179869183GiB", "18446744072635809792"),
    ])
    func numbersAreExact(text: String, expected: String) {
        let (tree, codes) = Parsed.expression(text)
        #expect(tree == expected)
        #expect(codes == [])
    }

    /// Texts whose grouping differs from C's, and the operand that the note puts in parentheses.
    @Test(
        arguments: [
            ("a & b == c", "(a & b)"), ("a << b + c", "(a << b)"), ("a + b << c", "(b << c)"),
            ("a | b == c", "(a | b)"),
            ("a ^ b != c", "(a ^ b)"), ("a & b * c", "(a & b)"), ("a * b & c", nil), ("a == b & c", "(b & c)"),
            ("a | b ^ c", "(a | b)"), ("a & b + c", "(a & b)"), ("a * b << c", "(b << c)"), ("a < b | c", "(b | c)"),
            ("a | b & c", nil), ("a + b * c", nil), ("a && b || c", nil), ("a - b - c", nil), ("(a & b) == c", nil),
            ("a == b && c", nil), ("a &+ b * c", nil), ("a implies b == c", nil), ("a + b < c", nil),
            ("a << b << c", nil),
            ("a..<b & c", nil), ("a << b == c", nil),
        ] as [(String, String?)])
    func groupingOtherThanCsIsWarnedOf(text: String, parenthesised: String?) {
        let parsed = Parsed(items: "const X = " + text)
        #expect(parsed.codes == (parenthesised == nil ? [] : ["precedence_differs_from_c"]))
        #expect(parsed.diagnostics.first?.severity != .error)
        if let parenthesised { #expect(parsed.diagnostics.first?.notes.first?.contains("`\(parenthesised)`") == true) }
    }

    @Test(arguments: [
        ("u64", "u64"), ("Request?", "optional(Request)"), ("Request?[SLOTS]", "array(SLOTS, optional(Request))"),
        ("T[A][B]", "array(A, array(B, T))"), ("T[A]?[B]", "array(B, optional(array(A, T)))"),
        ("T[A]?", "optional(array(A, T))"),
        ("int in -1..<SLOTS", "int (-1)..<SLOTS"), ("int in 0...N + 1", "int 0...(N + 1)"),
        ("(int in 0..<4)[frame]", "array(frame, int 0..<4)"), ("(int in 0..<4)?", "optional(int 0..<4)"),
        ("seq<Request> max A * B", "seq(Request, (A * B))"), ("seq<(int in 0..<4)> max 3", "seq(int 0..<4, 3)"),
        ("(seq<T> max 2)[4]", "array(4, seq(T, 2))"), ("set<frame>", "set(frame)"),
        ("set<set<bool>>", "set(set(bool))"), ("set<frame>?", "optional(set(frame))"),
        ("set<frame>[proc]", "array(proc, set(frame))"), ("spinlock(fenced)", "fenced"), ("spinlock", "spinlock"),
        ("(Request)", "Request"), ("set<\n  frame\n>", "set(frame)"), ("set<frame>= any", "set(frame)"),
        ("set<set<frame>>= any", "set(set(frame))"), ("int = 3", "int"),
        ("pagetable[\nproc\n]", "array(proc, pagetable)"),
    ])
    func typesAreAsWritten(text: String, expected: String) {
        let (tree, codes) = Parsed.type(text)
        #expect(tree == expected)
        #expect(codes == [])
    }
}
