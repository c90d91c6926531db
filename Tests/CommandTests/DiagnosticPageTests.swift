// One code, one page, one file: and the file gets just that code, the page shows what is printed, its remedy works.

import Checker
import Foundation
import Model
import Testing

@Suite struct DiagnosticPageTests {
    /// Codes whose file is too odd to be shown on a page; the last has no file either, it would be large.
    static let unshown: Set<DiagnosticCode> = [.notText, .nestingTooDeep, .tooManyErrors, .fileTooLarge]
    static let filed = DiagnosticCode.allCases.filter { $0 != .fileTooLarge }

    static func folder(of code: DiagnosticCode) -> String {
        code.severity == .error ? "Specs/rejected" : "Specs/suspicious"
    }

    static func path(of code: DiagnosticCode) -> String { "\(folder(of: code))/\(code.rawValue).spec" }

    static func run(_ path: String, _ bytes: [UInt8], isStrict: Bool = false) -> SpecResult {
        var options = CheckOptions()
        options.isStrict = isStrict
        return check(
            SourceFile(path: path, bytes: bytes), read: { fileBytes($0) }, options: options)
    }

    /// What is said of a spec by itself and by its checks, each once.
    static func diagnostics(of result: SpecResult) -> [Diagnostic] {
        let all = Diagnostics()
        for diagnostic in result.diagnostics + result.checks.flatMap(\.diagnostics) { all.report(diagnostic) }
        return all.all
    }

    // MARK: The bijection

    @Test func everyCodeHasAPageAndEveryPageACode() {
        #expect(DiagnosticPage.all.map(\.code).sorted() == DiagnosticCode.allCases.map(\.rawValue).sorted())
        #expect(DiagnosticPage.all.flatMap(\.repeated) == [])
    }

    @Test(arguments: ["Specs/rejected", "Specs/suspicious"])
    func everyCodeHasAFileAndEveryFileACode(folder: String) throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: packageFolder.appending(path: folder).path())
        let codes = Self.filed.filter { Self.folder(of: $0) == folder }
        #expect(names.sorted() == codes.map { "\($0.rawValue).spec" }.sorted())
    }

    // MARK: The files

    @Test(arguments: filed) func theFileDeservesItsCodeAndNoOther(code: DiagnosticCode) throws {
        let bytes = try #require(fileBytes(Self.path(of: code)))
        let result = Self.run(Self.path(of: code), bytes)
        let found = Self.diagnostics(of: result).map(\.code)
        #expect(bytes.starts(with: Array("// ".utf8)))
        if code == .tooManyErrors {
            #expect(Set(found) == [code, .unexpectedToken])
        } else {
            #expect(found == [code])
        }
        let text = String(decoding: bytes, as: UTF8.self)
        if code.severity == .warning {
            #expect(ExitStatus.of([result]) == .success)
        } else if text.hasSuffix("\n\ncheck expect rejected \(code.rawValue)\n") {
            #expect(result.checks.map(\.isMet) == [true])
        } else {
            // The parser gives up before it comes to a check; the first line says so.
            #expect(text.components(separatedBy: "\n").first?.hasSuffix("expect rejected \(code.rawValue)") == true)
            #expect(ExitStatus.of([result]) == .rejected)
        }
    }

    @Test(arguments: filed.filter { $0.severity == .warning }) func strictMakesErrors(code: DiagnosticCode) throws {
        let bytes = try #require(fileBytes(Self.path(of: code)))
        let result = Self.run(Self.path(of: code), bytes, isStrict: true)
        #expect(result.diagnostics.map(\.severity) == [.error])
        #expect(ExitStatus.of([result]) == .rejected)
    }

    @Test func aFileThatIsTooLargeIsNotRead() {
        let bytes = Array("spec Large\n".utf8) + [UInt8](repeating: UInt8(ascii: "\n"), count: Parser.sizeLimit)
        #expect(Self.diagnostics(of: Self.run("large.spec", bytes)).map(\.code) == [.fileTooLarge])
    }

    // MARK: The pages

    @Test(arguments: DiagnosticPage.all.filter { !unshown.map(\.rawValue).contains($0.code) })
    func thePageShowsItsFile(page: DiagnosticPage) throws {
        let code = try #require(DiagnosticCode(rawValue: page.code))
        let text = String(decoding: try #require(fileBytes(Self.path(of: code))), as: UTF8.self)
        let shown = try #require(page.blocks[code.severity == .error ? "rejected" : "suspicious"])
        let body = text.components(separatedBy: "\n").dropFirst().joined(separator: "\n")
        #expect(body == shown || body.hasPrefix(shown + "\ncheck expect "))
        #expect(page.blocks.count == 3)
        #expect(!page.words.isEmpty)
    }

    @Test(arguments: DiagnosticPage.all.filter { $0.code != "file_too_large" })
    func thePageShowsWhatIsPrinted(page: DiagnosticPage) throws {
        let code = try #require(DiagnosticCode(rawValue: page.code))
        let bytes = try #require(fileBytes(Self.path(of: code)))
        let found = Self.diagnostics(of: Self.run(Self.path(of: code), bytes)).filter { $0.code == code }
        #expect(page.blocks["printed"] == DiagnosticRenderer(width: 100).render(found))
    }

    @Test(arguments: DiagnosticPage.all.filter { !unshown.map(\.rawValue).contains($0.code) })
    func theRemedyCompilesWithoutAWord(page: DiagnosticPage) throws {
        let mended = try #require(page.blocks["mended"])
        let result = Self.run("mended.spec", Array(mended.utf8))
        #expect(Self.diagnostics(of: result).map(\.message) == [])
        #expect(!result.checks.isEmpty)
    }
}
