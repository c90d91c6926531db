// Diagnostics as they are printed: carets under what is meant, whatever the line looks like.
import Model
import Testing

@Suite struct SyntaxRendererTests {
    private func file(_ text: String) -> SourceFile { SourceFile(path: "specs/a.spec", text: text) }

    private func render(
        _ text: String, _ start: Int, _ end: Int, width: Int = 80, notes: [String] = [],
        related: [(Int, Int, String)] = []
    ) -> String {
        let file = file(text)
        let places = related.map { RelatedPlace(SourceRange(file: file, start: $0.0, end: $0.1), $0.2) }
        let range = SourceRange(file: file, start: start, end: end)
        let diagnostic = Diagnostic(.unknownName, "`slotz` is not known", at: range, notes: notes, related: places)
        return DiagnosticRenderer(width: width).render(diagnostic)
    }

    @Test func oneLineWithRelatedPlacesAndHelp() {
        let text = "spec A\nshared q { slots: int }\n\n\n\n\n\n\n\nfunc f() { q.slotz = 1 }\n"
        let start = text.utf8.count - 12
        #expect(
            render(text, start, start + 5, notes: ["did you mean `slots`?"], related: [(18, 23, "declared here")])
                == """
                error[unknown_name]: `slotz` is not known
                  --> specs/a.spec:10:14
                   |
                10 | func f() { q.slotz = 1 }
                   |              ^^^^^
                note: declared here
                  --> specs/a.spec:2:12
                   |
                 2 | shared q { slots: int }
                   |            -----
                   = help: did you mean `slots`?

                """)
    }

    @Test func tabsAreExpanded() {
        #expect(render("\t\tx\ty", 4, 5).contains("1 |         x   y\n  |             ^\n"))
    }

    @Test func wideAndControlCharactersKeepTheCaretInPlace() {
        #expect(render("漢x", 3, 4).contains("1 | 漢x\n  |   ^\n"))
        #expect(render("e\u{301}x", 3, 4).contains("  |  ^\n"))
        #expect(render("\u{1B}[31mx", 5, 6).contains("1 | \u{FFFD}[31mx\n  |      ^\n"))
    }

    @Test func theEndOfAFileAndAnEmptyFileHaveACaret() {
        #expect(render("", 0, 0).hasSuffix(" --> specs/a.spec:1:1\n  |\n1 |\n  | ^\n"))
        #expect(render("ab", 2, 2).hasSuffix("1 | ab\n  |   ^\n"))
        #expect(render("ab\n", 3, 3).hasSuffix(":2:1\n  |\n2 |\n  | ^\n"))
        #expect(render("ab\r\ncd", 2, 4).hasSuffix("1 | ab\n  |   ^\n"))
    }

    @Test func aRangeOverLinesShowsItsFirstAndLast() {
        #expect(render("a (b\n  c)", 2, 9).hasSuffix("1 | a (b\n  |   ^^\n2 |   c)\n  |   ^^\n"))
        #expect(render("a (b\nx\n  c) d", 2, 11).hasSuffix("1 | a (b\n  |   ^^\n...\n3 |   c) d\n  |   ^^\n"))
    }

    @Test func aLongLineIsCutAroundTheCaret() {
        let text = String(repeating: "a", count: 5000) + " bad " + String(repeating: "c", count: 5000)
        let lines = render(text, 5001, 5004, width: 60).split(separator: "\n")
        #expect(lines.count == 5)
        guard lines.count == 5 else { return }
        #expect(lines.allSatisfy { $0.count <= 60 })
        #expect(lines[3].hasPrefix("1 | …aaa") && lines[3].hasSuffix("c…"))
        let caret = lines[4].firstIndex(of: "^").map { lines[4].distance(from: lines[4].startIndex, to: $0) } ?? 0
        #expect(lines[3].dropFirst(caret).hasPrefix("bad "))
        #expect(lines[4].hasSuffix(" ^^^"))
        #expect(render(text, 0, 10_005, width: 60).split(separator: "\n").allSatisfy { $0.count <= 60 })
        #expect(render(text, 10_005, 10_005, width: 60).split(separator: "\n").last?.hasSuffix("^") == true)
    }

    @Test func coloursWrapWordsAndNothingElse() {
        let range = SourceRange(file: file("x y"), start: 2, end: 3)
        let diagnostic = Diagnostic(.precedenceDiffersFromC, "a\nb", at: range, notes: ["c"])
        let plain = DiagnosticRenderer().render([diagnostic, diagnostic])
        let coloured = DiagnosticRenderer(hasColour: true).render([diagnostic, diagnostic])
        #expect(plain.hasPrefix("warning[precedence_differs_from_c]: a b\n --> specs/a.spec:1:3\n"))
        #expect(coloured.contains("\u{1B}[1;33m"))
        #expect(coloured.split(separator: "\u{1B}").map { $0.drop { $0 != "m" }.dropFirst() }.joined() == plain)
    }

    @Test func everyRangeOfAnyTextCanBeRendered() {
        let text = "a\tb 漢字\n\r\n\n  é\u{1F4A5} (x\n"
        let count = text.utf8.count
        for start in 0...count {
            for end in start...count {
                for width in [1, 44] { #expect(render(text, start, end, width: width).contains("^")) }
            }
        }
    }
}
