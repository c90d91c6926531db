// The instruction table as a page for people.

/// The document made from the table.
package enum InstructionDocument {
    /// Markdown: one table per extension, with encoding and spelling of each row.
    package static func markdown() -> String {
        var text = "# Instructions\n\nWritten by `shmcheck disassemble --table` from the table that executes.\n"
        for set in InstructionSet.allCases {
            let rows = InstructionTable.rows.filter { $0.set == set }
            text += "\n## \(set.rawValue)\n\n| instruction | encoding | operation |\n|---|---|---|\n"
            for row in rows {
                text += "| `\(row.assembly)` | `\(row.pattern.replacingBars)` | \(row.opcode) |\n"
            }
        }
        return text
    }
}

extension String {
    /// Bars would end a table cell.
    fileprivate var replacingBars: String { String(map { $0 == "|" ? "·" : $0 }) }
}
