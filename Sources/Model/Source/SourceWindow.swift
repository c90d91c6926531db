// One line of a text as a terminal shows it: tabs expanded, cut to the width, with the columns to underline.

/// What a renderer prints of one line for one range.
struct SourceWindow {
    /// What is printed of the line.
    let text: String
    /// Column, from 0, at which the underline begins.
    let markStart: Int
    /// Columns underlined, at least one.
    let markCount: Int

    /// Columns that a tab takes.
    private static let tabWidth = 4
    /// More bytes than this around the range's start are never looked at.
    private static let reach = 2048

    /// A scalar of the line with the columns that it takes.
    private struct Cell {
        let text: String
        let width: Int
        let offset: Int
    }

    /// The part of a line that shows a range's start, or its end, in a number of columns.
    ///
    /// - Parameters:
    ///   - line: one of the range's lines, from 1.
    ///   - isFirst: whether the range begins on this line; otherwise it comes from a line before.
    init(_ range: SourceRange, line: Int, isFirst: Bool, columns: Int) {
        let file = range.file
        let lineRange = file.byteRange(ofLine: line)
        let focus = isFirst ? range.start : max(lineRange.lowerBound, range.end - 1)
        let cells = Self.cells(of: file, lineRange, around: focus)
        let markFrom = isFirst ? range.start : Self.firstVisible(cells, lineRange.upperBound)
        let markTo = max(min(range.end, lineRange.upperBound), markFrom)

        let startCell = cells.firstIndex { $0.offset >= markFrom } ?? cells.count
        let endCell = max(cells.firstIndex { $0.offset >= markTo } ?? cells.count, startCell)
        let focusCell = isFirst ? startCell : max(endCell - 1, 0)
        let shown = Self.fit(cells, around: focusCell, columns: columns)

        let isCutLeft = shown.lowerBound > 0 || (cells.first?.offset ?? lineRange.lowerBound) > lineRange.lowerBound
        let isCutRight =
            shown.upperBound < cells.count || (cells.last?.offset ?? lineRange.lowerBound) + 4 < lineRange.upperBound
        let ellipsis = isCutLeft ? 1 : 0
        let from = min(max(startCell, shown.lowerBound), shown.upperBound)
        let to = min(max(endCell, from), shown.upperBound)
        text = (isCutLeft ? "…" : "") + cells[shown].map(\.text).joined() + (isCutRight ? "…" : "")
        markStart = ellipsis + Self.width(cells[shown.lowerBound..<from])
        markCount = max(1, Self.width(cells[from..<to]))
    }

    private static func width(_ cells: ArraySlice<Cell>) -> Int { cells.reduce(0) { $0 + $1.width } }

    /// Offset of the first cell that is no blank.
    private static func firstVisible(_ cells: [Cell], _ end: Int) -> Int {
        cells.first { !$0.text.allSatisfy { $0 == " " } }?.offset ?? end
    }

    /// The largest run of cells around one that fits, two columns kept for ellipses; it begins at the line's start
    /// where that is possible.
    private static func fit(_ cells: [Cell], around focus: Int, columns: Int) -> Range<Int> {
        let room = max(columns - 2, 1)
        var lower = min(focus, cells.count)
        var used = 0
        let before = width(cells[..<lower]) < room * 2 / 3 ? room : room / 3
        while lower > 0, used + cells[lower - 1].width <= before {
            lower -= 1
            used += cells[lower].width
        }
        var upper = min(focus, cells.count)
        while upper < cells.count, used + cells[upper].width <= room {
            used += cells[upper].width
            upper += 1
        }
        return lower..<upper
    }

    private static func cells(of file: SourceFile, _ line: Range<Int>, around focus: Int) -> [Cell] {
        var start = max(line.lowerBound, min(focus, line.upperBound) - reach)
        var end = min(line.upperBound, focus + reach)
        while start > line.lowerBound, file.bytes[start] & 0xC0 == 0x80 { start -= 1 }
        while end < line.upperBound, file.bytes[end] & 0xC0 == 0x80 { end += 1 }
        var cells: [Cell] = []
        var offset = start
        var column = 0
        for scalar in String(decoding: file.bytes[start..<max(start, end)], as: UTF8.self).unicodeScalars {
            let cell = cell(for: scalar, at: offset, column: column)
            cells.append(cell)
            column += cell.width
            offset += scalar == "\u{FFFD}" && file.bytes[offset] != 0xEF ? 1 : UTF8.width(scalar)
        }
        return cells
    }

    private static func cell(for scalar: Unicode.Scalar, at offset: Int, column: Int) -> Cell {
        if scalar == "\t" {
            let width = tabWidth - column % tabWidth
            return Cell(text: String(repeating: " ", count: width), width: width, offset: offset)
        }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned:
            return Cell(text: "\u{FFFD}", width: 1, offset: offset)
        case .nonspacingMark, .enclosingMark:
            return Cell(text: String(scalar), width: 0, offset: offset)
        default:
            return Cell(text: String(scalar), width: isWide(scalar) ? 2 : 1, offset: offset)
        }
    }

    /// Whether a terminal gives a scalar two columns (Unicode Standard Annex 11, "East Asian Width", coarsely).
    private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
            0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
            true
        default: false
        }
    }
}

extension SourceFile {
    /// The bytes of a line, from 1, without its newline.
    func byteRange(ofLine number: Int) -> Range<Int> {
        guard number >= 1, number <= lineStarts.count else { return bytes.count..<bytes.count }
        let start = lineStarts[number - 1]
        var end = number < lineStarts.count ? lineStarts[number] - 1 : bytes.count
        if end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        return start..<end
    }
}
