// Ranges of addresses over the pages that they touch, drawn to scale within each page.

/// Draws ranges below the addresses of page boundaries.
struct PageDrawing {
    /// A range with the name that the drawing gives it.
    struct Region: Hashable {
        let label: String
        let base: UInt64
        let size: UInt64
    }

    let pageSize: UInt64
    let regions: [Region]
    let style: TextStyle

    /// Columns of one page, its left border included.
    private static let pageColumns = 21
    /// More pages than this are left out in the middle.
    private static let pageLimit = 6

    /// The lines; none when there is nothing to draw, or when it is too wide.
    func lines(width: Int) -> [String] {
        let drawn = regions.filter { $0.size > 0 }
        guard pageSize > 1, !drawn.isEmpty else { return [] }
        let pages = shownPages(drawn)
        let labelWidth = (regions.map { TextLayout.width($0.label) }.max() ?? 0) + 2
        guard labelWidth + pages.count * Self.pageColumns + 1 <= width else { return [] }
        let blanks = String(repeating: " ", count: labelWidth)
        var lines = [
            blanks + TextLayout.trimmed(pages.map { TextLayout.padded(name($0), to: Self.pageColumns) }.joined()),
            blanks + pages.map { _ in "|" + String(repeating: "-", count: Self.pageColumns - 1) }.joined() + "|",
        ]
        for region in regions {
            let cells = pages.map { page in page.map { self.cells(of: region, page: $0) } ?? gap }
            lines.append(TextLayout.trimmed(TextLayout.padded(region.label, to: labelWidth) + cells.joined() + "|"))
        }
        return lines
    }

    private var gap: String { TextLayout.padded("| " + style.ellipsis, to: Self.pageColumns) }

    private func name(_ page: UInt64?) -> String {
        page.map { "0x" + String($0 &* pageSize, radix: 16) } ?? ""
    }

    /// Numbers of pages in order; nil for a gap.
    private func shownPages(_ regions: [Region]) -> [UInt64?] {
        var wanted: Set<UInt64> = []
        for region in regions {
            // A range that wraps touches the last pages and the first.
            let first = region.base / pageSize
            let last = (region.base &+ (region.size - 1)) / pageSize
            let ends = [first, first &+ 1, last == 0 ? 0 : last - 1, last]
            for page in ends where touches(region, page) { wanted.insert(page) }
        }
        let sorted = Array(wanted.sorted().prefix(Self.pageLimit))
        var result: [UInt64?] = []
        for page in sorted {
            if let before = result.last ?? nil, before + 1 < page { result.append(nil) }
            result.append(page)
        }
        return result
    }

    private func touches(_ region: Region, _ page: UInt64) -> Bool {
        let start = page &* pageSize
        return start &- region.base < region.size || region.base &- start < pageSize
    }

    /// One page's columns: a mark where the region has a byte.
    private func cells(of region: Region, page: UInt64) -> String {
        let columns = UInt64(Self.pageColumns - 1)
        var text = "|"
        for column in 0..<columns {
            let low = page &* pageSize &+ scaled(column, columns)
            let high = page &* pageSize &+ max(scaled(column + 1, columns), scaled(column, columns) + 1) &- 1
            text += region.size > 0 && overlaps(region, low, high) ? "#" : "."
        }
        return text
    }

    private func scaled(_ column: UInt64, _ columns: UInt64) -> UInt64 {
        let (high, low) = pageSize.multipliedFullWidth(by: column)
        return columns.dividingFullWidth((high, low)).quotient
    }

    private func overlaps(_ region: Region, _ low: UInt64, _ high: UInt64) -> Bool {
        low &- region.base < region.size || region.base &- low <= high &- low
    }
}
