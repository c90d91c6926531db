// Documentation/Guest.md quotes the lines that keep the invariants: they are there.
import Foundation
import Testing

@Suite struct GuestDocumentTests {
    /// A row of the table of invariants.
    struct Row: CustomTestStringConvertible {
        let line: String
        let path: String
        let faults: [String]

        var testDescription: String { line }
    }

    static let rows: [Row] = {
        let path = root.appendingPathComponent("Documentation/Guest.md")
        let text = (try? String(contentsOf: path, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").compactMap { row in
            let cells = row.replacingOccurrences(of: "\\|", with: "\u{1}").split(separator: "|")
                .map { $0.trimmingCharacters(in: .whitespaces).replacingOccurrences(of: "\u{1}", with: "|") }
            guard cells.count == 5, Int(cells[0]) != nil else { return nil }
            let faults = cells[4].split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
            return Row(line: unquoted(cells[2]), path: unquoted(cells[3]), faults: faults)
        }
    }()

    private static func unquoted(_ cell: String) -> String {
        cell.trimmingCharacters(in: CharacterSet(charactersIn: "`"))
    }

    @Test func allInvariantsAreThere() {
        #expect(Self.rows.count > 30)
        for row in Self.rows {
            let file = root.appendingPathComponent("Guest/\(row.path)")
            let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
            #expect(text.contains(row.line), "\(row.path) has no \(row.line)")
            for fault in row.faults {
                #expect(FaultPatch.all.contains { $0.id == fault }, "there is no fault \(fault)")
            }
        }
    }
}
