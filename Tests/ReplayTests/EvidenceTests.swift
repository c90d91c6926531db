// The page of evidence says what the product finds: a part of it always, all of it when it is asked for.

import Foundation
import Testing

/// A row of the table in `Documentation/Evidence.md`, without the count of instructions, which depends on the compiler.
struct EvidenceTableRow: Hashable, CustomStringConvertible {
    let cells: [String]
    var spec: String { cells[0] }
    var fault: String { cells[1] }
    var faulty: String { cells[5] }
    var healthy: String { cells[6] }
    var description: String { cells.joined(separator: " | ") }

    /// The rows of a page.
    static func rows(of page: String) -> [EvidenceTableRow] {
        page.split(separator: "\n").compactMap { line in
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard line.hasPrefix("| "), cells.count == 7, cells[0] != "spec" else { return nil }
            return EvidenceTableRow(cells: cells.enumerated().map { $0 == 4 ? "" : $1 })
        }
    }

    static func page() throws -> [EvidenceTableRow] {
        rows(of: try String(contentsOf: replayRoot.appending(path: "Documentation/Evidence.md"), encoding: .utf8))
    }

    /// The shipped specs that say what is what in the guest.
    static func specs() throws -> [String] {
        let folder = replayRoot.appending(path: "Specs")
        return try FileManager.default.contentsOfDirectory(atPath: folder.path()).sorted().filter { name in
            guard name.hasSuffix(".spec") else { return false }
            return try String(contentsOf: folder.appending(path: name), encoding: .utf8).contains("\nkernel ")
        }
    }
}

@Suite("shmcheck evidence", .serialized)
struct EvidenceTests {
    /// One of each kind: a ring, a trap, a deadlock, a return value, a stale translation, a lost wakeup, a record, an element
    /// beyond an array, another order of the steps, a race of loads, a place in a program, typed commands, a timer interrupt,
    /// what fails by choice, an exec, an orphan, a hart that answers a fence.
    static let quick = [
        "Q1", "M7", "M9", "M1", "R5", "X1", "X3", "P5", "U6", "R1", "S3", "P12", "Q5", "Q6", "R2", "U3", "R5L",
    ]

    @Test func everyFaultOfSpecsAndGuestHasARow() throws {
        let rows = try EvidenceTableRow.page()
        #expect(Set(rows).count == rows.count)
        for name in try EvidenceTableRow.specs() {
            let text = try String(contentsOf: replayRoot.appending(path: "Specs/\(name)"), encoding: .utf8)
            for line in text.split(separator: "\n") where line.hasPrefix("fault ") {
                let fault = line.dropFirst("fault ".count).prefix { $0.isLetter || $0.isNumber || $0 == "_" }
                #expect(rows.contains { $0.spec == name.dropLast(5) && $0.fault == fault }, "\(name) \(fault)")
            }
        }
        let patches = try FileManager.default.contentsOfDirectory(
            atPath: replayRoot.appending(path: "Guest/Faults").path())
        for patch in patches where patch.hasSuffix(".patch") {
            #expect(rows.contains { $0.fault == patch.dropLast(6) }, "\(patch)")
        }
    }

    @Test func whatIsReproducedDivergesOnTheHealthyGuest() throws {
        let rows = try EvidenceTableRow.page().filter { $0.faulty == "REPRODUCED" }
        #expect(rows.count >= 69)
        #expect(rows.allSatisfy { $0.healthy.hasPrefix("DIVERGED at step") })
        for fault in ["R5", "M9", "U1", "Q1", "X1"] { #expect(rows.contains { $0.fault == fault }, "\(fault)") }
    }

    @Test func aPartOfThePageIsWhatTheProductFinds() throws {
        let specs = ["queue", "map", "tlb", "prime", "forkexec", "crypto"].map { "Specs/\($0).spec" }
        let run = try ProductRun(["evidence"] + specs + Self.quick.flatMap { ["--only", $0] })
        let found = EvidenceTableRow.rows(of: run.output)
        #expect(found.count == Self.quick.count, "\(run.error)")
        let page = Set(try EvidenceTableRow.page())
        for row in found { #expect(page.contains(row), "\(row)") }
    }

    /// More than a hundred guests are built for it: SHMCHECK_EVIDENCE=all asks for it.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["SHMCHECK_EVIDENCE"] == "all"))
    func thePageIsWhatTheProductFinds() throws {
        let run = try ProductRun(["evidence"] + EvidenceTableRow.specs().map { "Specs/\($0)" })
        let found = EvidenceTableRow.rows(of: run.output)
        let page = try EvidenceTableRow.page()
        #expect(found == page, "\(Set(found).symmetricDifference(page)) \(run.error)")
    }
}
