// Each fault of the shipped specs: its report as a golden file, and no violation once the healthy text is back.

import Checker
import Foundation
import Model
import Testing

@Suite struct FaultTests {
    /// A fault block, as it stands in its file.
    struct Fault: Sendable, CustomTestStringConvertible {
        let path: String
        let id: String
        let settings: [SettingSyntax]
        let outcome: OutcomeSyntax?
        var testDescription: String { "\((path as NSString).lastPathComponent) \(id)" }
        /// Settings as a key: faults with the same ones have the same healthy system.
        var constants: String {
            settings.map { "\($0.name.text): \($0.value.range.file.text(of: $0.value.range))" }
                .joined(separator: ", ")
        }
    }

    static let paths =
        ["addresses", "queue", "map", "tlb", "forkexec", "prime", "crypto"].map { "Specs/\($0).spec" }
        + ["queue_live", "lock_live", "spin_live", "prime_live"].map { "Specs/live/\($0).spec" }

    static let faults: [Fault] = paths.flatMap { path -> [Fault] in
        guard let bytes = try? Data(contentsOf: ShippedSpecTests.root.appending(path: path)),
            let spec = parse(SourceFile(path: path, bytes: [UInt8](bytes)), diagnostics: Diagnostics())
        else { return [] }
        return spec.items.compactMap { item in
            guard case .fault(let id, let settings, _, _, let outcome) = item.kind else { return nil }
            return Fault(path: path, id: id.text, settings: settings, outcome: outcome)
        }
    }

    @Test func everyIdOfTheCatalogueHasItsBlock() {
        func ids(_ letter: String, _ range: ClosedRange<Int>) -> [String] { range.map { "\(letter)\($0)" } }
        let catalogue =
            ids("Q", 1...9) + ids("S", 1...6) + ids("M", 1...16) + ids("U", 1...6) + ids("R", 1...7) + ids("P", 1...12)
            + ids("X", 1...4)
        let missing = Set(catalogue).subtracting(Self.faults.map(\.id))
        #expect(missing.isEmpty, "no fault block for \(missing.sorted())")
    }

    /// `SHMCHECK_GOLDEN=write ./test FaultTests` writes the files anew; read each before it is committed.
    @Test(arguments: faults)
    func theReportIsTheGoldenOne(fault: Fault) throws {
        var options = CheckOptions()
        options.fault = fault.id
        let result = try ShippedSpecTests.run(fault.path, options)
        let report = HumanReport(width: 100, hasColour: false, isUnicode: true, verbosity: 0, traceMode: .diff)
        let text = report.text(result)
        let name = ((fault.path as NSString).lastPathComponent as NSString).deletingPathExtension
        try Golden.expect(text, at: "\(name)/\(fault.id).txt")
    }

    @Test func noGoldenFileIsLeftOver() throws {
        let files = try FileManager.default.subpathsOfDirectory(atPath: Golden.folder.path)
            .filter { $0.hasSuffix(".txt") && !$0.hasSuffix("counts.txt") }
        let wanted = Self.faults.map { fault in
            ((fault.path as NSString).lastPathComponent as NSString).deletingPathExtension + "/\(fault.id).txt"
        }
        #expect(Set(files) == Set(wanted))
    }

    /// One case for each choice of constants that some fault of a file has.
    static let healthy: [[Fault]] = Dictionary(grouping: faults) { "\($0.path) \($0.constants)" }
        .sorted { $0.key < $1.key }.map(\.value)
        .filter { !ShippedSpecTests.isQuick || ShippedSpecTests.paths.contains($0[0].path) }

    /// What a fault expects does not come out when its definition is the healthy one: so the fault is what causes it.
    @Test(arguments: healthy)
    func theHealthyTextFailsTheExpectation(faults: [Fault]) throws {
        var options = CheckOptions()
        options.definitions = faults[0].settings
        options.keepsGoing = true
        options.expectation = .holds
        let check = try #require(try ShippedSpecTests.run(faults[0].path, options).checks.first)
        #expect(check.scope == .exhaustive)
        #expect(check.internalErrors.isEmpty)
        for fault in faults {
            switch fault.outcome {
            case .violated(let name, _):
                #expect(!check.violated.map(\.name).contains(name.text), "\(fault.id) without its fault")
            case .deadlock: #expect(!check.violated.map(\.name).contains("deadlock"), "\(fault.id) without its fault")
            case .notReached(let name):
                let verdict = check.properties.first { $0.name == name.text }?.verdict
                #expect(verdict == .holds, "\(fault.id) without its fault")
            case .holds, .rejected, nil: Issue.record("\(fault.id) names nothing that it violates")
            }
        }
    }
}
