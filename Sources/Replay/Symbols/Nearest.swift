// "Did you mean": the names that a mistyped one is closest to.

/// Looks for names that differ little from one.
enum Nearest {
    /// `; did you mean pagetable?`, or nothing.
    static func hint(_ name: String, among names: some Sequence<String>) -> String {
        guard let best = best(name, among: names) else { return "" }
        return "; did you mean \(best)?"
    }

    /// The closest name, when at most a third of it differs.
    static func best(_ name: String, among names: some Sequence<String>) -> String? {
        var best: (distance: Int, name: String)?
        let limit = max(1, name.utf8.count / 3)
        for other in names where other != name && abs(other.utf8.count - name.utf8.count) <= limit {
            let distance = distance(Array(name.utf8), Array(other.utf8))
            if distance <= limit, best.map({ (distance, other) < ($0.distance, $0.name) }) ?? true {
                best = (distance, other)
            }
        }
        return best?.name
    }

    /// Levenshtein's distance. O(a · b).
    private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var row = Array(0...b.count)
        for i in a.indices {
            var diagonal = row[0]
            row[0] = i + 1
            for j in b.indices {
                let above = row[j + 1]
                row[j + 1] = min(above + 1, row[j] + 1, diagonal + (a[i] == b[j] ? 0 : 1))
                diagonal = above
            }
        }
        return row[b.count]
    }
}
