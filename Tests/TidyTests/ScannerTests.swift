// The scanner on small examples: what is code, what is comment, what is declared and how far it reaches.
import Testing

@Suite struct ScannerTests {
    /// The words and signs of a text, joined by spaces.
    private func code(_ text: String) -> String {
        SwiftSource(path: "Sources/A/B.swift", text: text).tokens.map(\.text).joined(separator: " ")
    }

    @Test(arguments: [
        ("a // b { c\nd", "a d"),
        ("a /* b /* { */ c */ d", "a d"),
        ("a \"b { // c\" d", "a \" \" d"),
        (#"a "b \" {" d"#, #"a " " d"#),
        (#"a "b \\" { d"#, #"a " " { d"#),
        (#"a "b \(c("}") + "{") {" d"#, #"a " " d"#),
        (##"a #"b " \("# d"##, #"a " " d"#),
        (##"a #"b \#(c("}")) {"# d"##, #"a " " d"#),
        ("a \"\"\"\n{ \" // b\n\"\"\" d", "a \" \" d"),
        ("a = /b{2}\"/ d", "a = d"),
        ("a(/b\\/{/) d", "a ( ) d"),
        ("a / b { c / d", "a / b { c / d"),
        ("a #/b{2}/c/# d", "a d"),
        ("a = #/\nb{ / \n/# d", "a = d"),
        ("func `let { it`() {}", "func `let { it` ( ) { }"),
        ("#if a\n@b c\n#endif", "#if a @b c #endif"),
        ("a \"unterminated {\nb", "a \" b"),
        ("a /* unterminated {", "a"),
    ])
    func literalsAndCommentsAreNoCode(text: String, expected: String) {
        #expect(code(text) == expected)
    }

    @Test func linesStayInPlace() {
        let source = SwiftSource(path: "a.swift", text: "a /*\n*/ b\n\"\"\"\n\n\"\"\"\nc // d\n")
        #expect(source.tokens.filter { $0.text != "\"" }.map(\.line) == [1, 2, 6])
        #expect(source.lines.count == 6)
        #expect(source.comments[5] == "  // d")
    }

    /// Each declaration as `name first-last`.
    private func extents(_ text: String) -> [String] {
        let source = SwiftSource(path: "Sources/A/B.swift", text: text)
        return source.declarations.map { "\($0.name) \($0.line)-\($0.lastLine)" }
    }

    @Test(arguments: [
        ("func a() {\n}\n", ["a 1-2"]),
        ("func a(b: () -> Int = {\n0 }\n)\n{\n}\n", ["a 1-5"]),
        ("struct A {\nvar b = 1\nvar c: Int {\n2\n}\ninit() {\n}\n}\n", ["A 1-8", "b 2-2", "c 3-5", "init 6-7"]),
        ("protocol A {\nfunc b()\nvar c: Int { get }\n}\n", ["A 1-4", "b 2-2", "c 3-3"]),
        ("func a() {\nlet b = 1\nif b {\n}\nself.init(b)\n}\n", ["a 1-6", "b 2-2"]),
        ("func a() {\nif let b, let c {\n}\nguard let d else {\n}\n}\n", ["a 1-6"]),
        ("extension A.B {\nsubscript(c: Int) -> Int {\n1\n}\n}\n", ["A.B 1-5", "subscript 2-4"]),
        ("class func a() {\n}\nfinal class B {\ndeinit {\n}\n}\n", ["a 1-2", "B 3-6", "deinit 4-5"]),
        ("f(struct: 1, class: 2)\nlet actor = b\n", ["actor 2-2"]),
    ])
    func extentsAreThoseOfTheBraces(text: String, expected: [String]) {
        #expect(extents(text) == expected)
    }

    @Test func localDeclarationsAreNotVisibleOutside() {
        let text = "public func a() {\nstruct B {}\n}\npublic struct C {\nprivate(set) public var d = 1\nlet e = 2\n}\n"
        let visible = SwiftSource(path: "a.swift", text: text).declarations.filter(\.isVisibleOutside)
        #expect(visible.map(\.name) == ["a", "C", "d"])
        #expect(visible.last?.container == ["C"])
    }
}
