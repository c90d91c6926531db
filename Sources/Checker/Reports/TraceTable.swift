// A trace as a table for a terminal: a column for each process, and what changes.

import Model

/// Lays out the rows of a trace in a number of columns.
struct TraceTable {
    let rows: [TraceRow]
    let system: TransitionSystem
    let style: TextStyle
    let width: Int

    /// The change column is never narrower in a table; without room for it each step has a line of its own.
    private static let leastChangeWidth = 28
    private static let gap = 2

    init(_ trace: Trace, style: TextStyle, mode: TraceMode, width: Int) {
        rows = TraceRows(trace, style: style, mode: mode).rows()
        system = trace.system
        self.style = style
        self.width = width
    }

    /// The lines of the table, none wider than the width where words allow it.
    func lines() -> [String] {
        for columns in [allColumns, activeColumns] {
            if let lines = table(columns) { return lines }
        }
        return alignedList() ?? list()
    }

    // MARK: Columns

    private struct Column {
        let party: TraceRow.Party
        let title: String
        var width: Int
    }

    private var allColumns: [Column] {
        let processes = (0..<system.processCount).map { TraceRow.Party.process(pid: $0) }
        let hasEnvironment = rows.contains { $0.party == .environment }
        return columns(processes + (hasEnvironment ? [.environment] : []))
    }

    private var activeColumns: [Column] {
        columns(allColumns.map(\.party).filter { party in rows.contains { $0.party == party } })
    }

    private func columns(_ parties: [TraceRow.Party]) -> [Column] {
        parties.map { party in
            let title = title(of: party)
            let cells = rows.map { cell($0, party) }
            let width = ([title] + cells).map { TextLayout.width($0) }.max() ?? 0
            return Column(party: party, title: title, width: width)
        }
    }

    private func title(of party: TraceRow.Party) -> String {
        switch party {
        case .process(let pid): system.types.pidNames[pid]
        case .environment: "action"
        case .nobody: ""
        }
    }

    private func cell(_ row: TraceRow, _ party: TraceRow.Party) -> String {
        guard !row.isAside else { return "" }
        if row.party == party { return row.step }
        if case .process(let pid) = party { return row.others[pid] ?? "" }
        return ""
    }

    // MARK: Table

    private var numberWidth: Int { max(5, String(rows.last?.number ?? 0).count) }

    /// What a row says has changed; in a table a process's own column tells that it is woken.
    private func changes(_ row: TraceRow, _ columns: [Column]) -> [String] {
        let told = columns.compactMap { column -> String? in
            guard case .process(let pid) = column.party, let words = row.others[pid] else { return nil }
            return "\(column.title) \(words.dropFirst().dropLast())"
        }
        return row.changes.filter { !told.contains($0) }
    }

    private func table(_ columns: [Column]) -> [String]? {
        let prefixWidth = 2 + numberWidth
        let room = width - prefixWidth - columns.reduce(0) { $0 + $1.width + Self.gap } - Self.gap
        let needed = rows.flatMap({ changes($0, columns) }).map { TextLayout.width($0) }.max() ?? 0
        guard room >= min(Self.leastChangeWidth, needed), !columns.isEmpty else { return nil }
        let heading = columns.map { TextLayout.padded($0.title, to: $0.width + Self.gap) }.joined()
        let title = TextLayout.rightAligned("step", to: prefixWidth) + "  " + heading
        var lines = [style.paint(TextLayout.trimmed(title + (needed > 0 ? "change" : "")), .faint)]
        for row in rows { lines += self.lines(of: row, columns, prefixWidth: prefixWidth, room: room) }
        return lines
    }

    private func lines(of row: TraceRow, _ columns: [Column], prefixWidth: Int, room: Int) -> [String] {
        if row.isAside { return [foldedLine(row, indent: prefixWidth - 1)] }
        let cells = columns.map { column in
            let cell = cell(row, column.party)
            let colour: TextStyle.Colour? = row.party == column.party ? (row.isViolating ? .bad : .heading) : .faint
            return paint(cell, colour) + String(repeating: " ", count: column.width - TextLayout.width(cell) + Self.gap)
        }
        let indent = String(repeating: " ", count: columns.reduce(prefixWidth + 2) { $0 + $1.width + Self.gap })
        let changes = TextLayout.wrapped(self.changes(row, columns), separator: "  ", width: room)
        var lines = [TextLayout.trimmed(head(row, width: prefixWidth) + "  " + cells.joined() + (changes.first ?? ""))]
        lines += changes.dropFirst().map { indent + $0 }
        return lines
    }

    private func paint(_ text: String, _ colour: TextStyle.Colour?) -> String {
        guard let colour else { return text }
        return style.paint(text, colour)
    }

    /// The mark of a violation and the number of the step.
    private func head(_ row: TraceRow, width: Int) -> String {
        let number = row.party == .nobody ? "start" : String(row.number)
        let text = row.isViolating ? "\(style.cross) \(number)" : number
        let blanks = String(repeating: " ", count: max(0, width - TextLayout.width(text)))
        return blanks + paint(text, row.isViolating ? .bad : nil)
    }

    private func foldedLine(_ row: TraceRow, indent: Int) -> String {
        let blanks = String(repeating: " ", count: max(0, indent))
        if let remark = row.remark { return blanks + style.paint("\(style.repeats) \(remark)", .faint) }
        let range = "\(row.number)\(style.isUnicode ? "–" : "-")\(row.number + row.foldedCount - 1)"
        return blanks
            + style.paint(
                "\(style.ellipsis)  (\(row.foldedCount) steps like earlier ones: \(range); --trace full)", .faint)
    }

    // MARK: List

    /// One column for who acts and one for the step, when there is no room for a column for each process.
    private func alignedList() -> [String]? {
        let whoWidth = rows.map { TextLayout.width(title(of: $0.party)) }.max() ?? 0
        let stepWidth = rows.map { TextLayout.width($0.step) }.max() ?? 0
        let indent = 2 + numberWidth + whoWidth + stepWidth + 3 * Self.gap
        let needed = rows.flatMap(\.changes).map { TextLayout.width($0) }.max() ?? 0
        let room = width - indent
        guard room >= min(Self.leastChangeWidth, needed) else { return nil }
        var lines: [String] = []
        for row in rows {
            if row.isAside {
                lines.append(foldedLine(row, indent: 1 + numberWidth))
                continue
            }
            let who = TextLayout.padded(title(of: row.party), to: whoWidth + Self.gap)
            let name = row.party == .nobody ? "" : row.step
            let step = paint(name, row.isViolating ? .bad : .heading)
            let blanks = String(repeating: " ", count: stepWidth - TextLayout.width(name) + Self.gap)
            let changes = TextLayout.wrapped(row.changes, separator: "  ", width: room)
            let front = head(row, width: 2 + numberWidth) + "  " + who + step + blanks
            lines.append(TextLayout.trimmed(front + (changes.first ?? "")))
            lines += changes.dropFirst().map { String(repeating: " ", count: indent) + $0 }
        }
        return lines
    }

    /// One line for each step, the process in front, changes below it: what is left when nothing else fits.
    private func list() -> [String] {
        var lines: [String] = []
        for row in rows {
            if row.isAside {
                lines += TextLayout.wrapped(TextLayout.trimmed(foldedLine(row, indent: 0)), width: max(8, width - 5))
                    .map { "     " + $0 }
                continue
            }
            let who = row.party == .nobody ? "" : title(of: row.party)
            let step = row.party == .nobody ? "" : row.step
            let plainWidth = 4 + numberWidth + TextLayout.width(who) + TextLayout.width(step) + (who.isEmpty ? 0 : 2)
            let painted = style.paint(step, row.isViolating ? .bad : .heading)
            var line = head(row, width: 2 + numberWidth) + "  " + who
            if plainWidth > width, !who.isEmpty {
                lines.append(line)
                line =
                    "       "
                    + (TextLayout.width(step) + 7 > width ? TextLayout.cut(step, columns: width - 7, style) : painted)
            } else {
                line += (who.isEmpty ? "" : "  ") + painted
            }
            let changes = row.changes.joined(separator: "  ")
            if !changes.isEmpty, plainWidth + 2 + TextLayout.width(changes) <= width {
                line += "  " + changes
                lines.append(TextLayout.trimmed(line))
            } else {
                lines.append(TextLayout.trimmed(line))
                guard !changes.isEmpty else { continue }
                lines += TextLayout.wrapped(row.changes, separator: "  ", width: width - 8).map { "        " + $0 }
            }
        }
        return lines
    }
}
