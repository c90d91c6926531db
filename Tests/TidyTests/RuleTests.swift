// Each rule on a small file that breaks it and on one that does not: a rule that cannot fail proves nothing.
import Testing

@Suite struct RuleTests {
    private func source(_ text: String, path: String = "Sources/A/B.swift") -> SwiftSource {
        SwiftSource(path: path, text: text)
    }

    private func lines(_ count: Int) -> String { String(repeating: "\n", count: count) }

    @Test(arguments: ["", "import A\n", "\n// A caption.\n", "/// A caption.\n", "// \n", "//A caption.\n", "// a\n"])
    func aMissingCaptionIsFound(text: String) {
        #expect(source(text).captionFindings.map(\.line) == [1])
    }

    @Test func aCaptionIsTheFirstLineAndInAManifestTheSecond() {
        #expect(source("// The caption.\nimport A\n").captionFindings.isEmpty)
        let manifest = "// swift-tools-version: 6.2\n// The package.\n"
        #expect(source(manifest, path: "Package.swift").captionFindings.isEmpty)
        #expect(source("// swift-tools-version: 6.2\nimport A\n", path: "Package.swift").captionFindings.count == 1)
    }

    @Test func aFileOfOneLineTooManyIsFound() {
        #expect(source(lines(HouseRules.fileLineLimit)).sizeFindings.isEmpty)
        #expect(source(lines(HouseRules.fileLineLimit + 1)).sizeFindings.count == 1)
    }

    @Test(arguments: ["func a() {", "init() {", "subscript(b: Int) -> Int {", "var c: Int {"])
    func aFunctionOfOneLineTooManyIsFound(opening: String) {
        let limit = HouseRules.functionLineLimit
        #expect(source("struct A {\n\(opening)\(lines(limit - 1))}\n}\n").functionSizeFindings.isEmpty)
        #expect(source("struct A {\n\(opening)\(lines(limit))}\n}\n").functionSizeFindings.map(\.line) == [2])
    }

    @Test(arguments: [
        "public func a() {}", "package struct A {}", "/// A.\npublic struct A {\npublic init() {}\n}",
        "// No documentation.\npublic let a = 1", "/// A.\n\npublic let a = 1", "@inlinable\npublic func a() {}",
        "/// A.\npublic protocol A {\nfunc b()\n}", "package extension A {\nvar b: Int { 1 }\n}",
        "/// A.\npublic let a = 1\npublic let b = 1",
    ])
    func anUndocumentedSymbolIsFound(text: String) {
        #expect(source(text).documentationFindings.count == 1)
    }

    @Test(arguments: [
        "func a() {}", "/// A.\npublic func a() {}", "/// A.\n@inlinable @discardableResult\npublic func a() {}",
        "/** A. */\npublic func a() {}", "public import A", "private struct A {\nlet b = 1\n}",
        "/// A.\npackage enum A {\ncase b\n}", "// .product(name: a, package: b)\nlet a = b(package: 1)",
        "/// A.\n@available(macOS 10, *)\npublic func a() {\nlet b = 1\n}", "extension A {\nvar b: Int { 1 }\n}",
    ])
    func documentedAndHiddenSymbolsPass(text: String) {
        #expect(source(text).documentationFindings.isEmpty)
    }

    @Test(arguments: ["TODO", "FIXME", "XXX", "HACK"])
    func postponedWorkIsFoundInCommentsOnly(word: String) {
        #expect(source("// A.\nlet a = 1  // \(word): more\n").postponedWorkFindings.map(\.line) == [2])
        #expect(source("/* a\n\(word) */").postponedWorkFindings.count == 1)
        #expect(source("let a = \"// \(word)\"  // not\(word)es\n").postponedWorkFindings.isEmpty)
    }

    @Test func aForcedTryIsFound() {
        #expect(source("let a = try! b()").forceTryFindings.count == 1)
        #expect(source("let a = try? b()  // try! c\n").forceTryFindings.isEmpty)
    }

    @Test func foldersThatSayNothingAreFound() {
        let paths = ["Sources/Model/Utils/A.swift", "Core/a", "Sources/Model/Core.swift", "Sources/Coretta/a"]
        #expect(PathRule.folderNameFindings(in: paths).map(\.path) == ["Sources/Model/Utils/A.swift", "Core/a"])
    }

    @Test func whatABuildMakesIsFound() {
        let paths = [".build/a", "Benchmarks/.build/a", "Benchmarks/Package.resolved", "Package.swift", "a.build"]
        #expect(PathRule.strayFileFindings(in: paths).count == 3)
    }

    @Test(arguments: HouseRules.machineFolders)
    func pathsOfAMachineAreFound(folder: String) {
        func findings(_ text: String) -> [Int] { RepositoryFile(path: "a", text: text).machinePathFindings.map(\.line) }
        #expect(findings("b\ncd /\(folder)/c\n") == [2])
        #expect(findings("\"/\(folder)/c\"") == [1])
        #expect(findings("a/\(folder)/c ./\(folder)/c ~/\(folder)/c $A/\(folder)/c") == [])
        #expect(findings("/\(folder)s/ https://a.b/\(folder)/") == [])
    }

    @Test func hostsOfAWorkplaceAreFound() {
        func findings(_ text: String) -> Int { RepositoryFile(path: "a", text: text).registryHostFindings.count }
        #expect(HouseRules.registryHosts.allSatisfy { findings("https://\($0).example.org/a") == 1 })
        #expect(HouseRules.registryHosts.allSatisfy { findings("http://user@my-\($0).example:80/a") == 1 })
        #expect(findings("https://github.com/a/registry https://www.swift.org") == 0)
    }

    @Test func anExemptionCoversOneRuleInOnePlace() {
        let finding = Finding(rule: .fileSize, path: "Sources/A/B/C.swift", message: "long")
        #expect(Exemption(rule: .fileSize, path: "Sources/A/B/C.swift", reason: "table").covers(finding))
        #expect(Exemption(rule: .fileSize, path: "Sources/A/", reason: "table").covers(finding))
        #expect(!Exemption(rule: .fileSize, path: "Sources/A", reason: "table").covers(finding))
        #expect(!Exemption(rule: .caption, path: "Sources/A/", reason: "table").covers(finding))
    }
}
