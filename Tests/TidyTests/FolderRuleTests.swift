// The folder order on small targets.
import Testing

@Suite struct FolderRuleTests {
    private let rule = FolderRule(orders: [FolderOrder(target: "T", lowestFirst: ["Low", "High"])])

    /// The findings, as `file:line`, in a target of three files.
    private func findings(low: String, high: String, entry: String = "") -> [String] {
        let sources = [
            SwiftSource(path: "Sources/T/Low/L.swift", text: low),
            SwiftSource(path: "Sources/T/High/Deep/H.swift", text: high),
            SwiftSource(path: "Sources/T/Entry.swift", text: entry),
        ]
        return rule.findings(in: sources).map { "\($0.path.dropFirst("Sources/T/".count)):\($0.line)" }
    }

    @Test(arguments: ["struct", "enum", "final class", "actor", "protocol", "indirect enum"])
    func aLowerFolderThatNamesAHigherTypeIsFound(kind: String) {
        #expect(findings(low: "let a = 1\nlet b: [H] = []", high: "\(kind) H {}") == ["Low/L.swift:2"])
        #expect(findings(low: "struct L {}", high: "\(kind) H { let l: L }") == [])
    }

    @Test func theEntryIsAboveEveryFolder() {
        #expect(findings(low: "", high: "let e: E", entry: "struct E {}") == ["High/Deep/H.swift:1"])
        #expect(findings(low: "struct L {}", high: "struct H {}", entry: "let l: (L, H)") == [])
    }

    @Test func anExtensionOfAHigherTypeIsFound() {
        #expect(findings(low: "extension H {}", high: "struct H {}") == ["Low/L.swift:1"])
    }

    @Test func aTypeAddedByAHigherExtensionIsFound() {
        let high = "extension L { struct M {} }"
        #expect(findings(low: "struct L {}\nlet m: L.M", high: high) == ["Low/L.swift:2"])
        #expect(findings(low: "struct L {}\nlet m: N.M", high: high) == [])
    }

    @Test func aModuleBeforeTheNameHidesNothing() {
        #expect(findings(low: "let h: T.H", high: "typealias H = Int") == ["Low/L.swift:1"])
        #expect(findings(low: "let h: Other.H", high: "typealias H = Int") == [])
    }

    @Test func commentsStringsPrivateAndNestedTypesAreNoUse() {
        #expect(findings(low: "let a = \"H\"  // H", high: "struct H {}") == [])
        #expect(findings(low: "let h: H", high: "private struct H {}\nstruct I { struct H {} }") == [])
        #expect(findings(low: "struct L { enum H {}\nlet h: H }", high: "struct H {}") == [])
    }

    @Test func aFolderWithoutAPlaceIsFound() {
        let paths = ["Sources/T/New/A.swift", "Sources/U/New/A.swift", "Sources/U/A.swift", "Tests/U/New/A.swift"]
        let found = rule.findings(in: paths.map { SwiftSource(path: $0, text: "") })
        #expect(found.map(\.path) == Array(paths.prefix(2)))
    }
}
