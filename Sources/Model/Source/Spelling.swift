// Names that nearly match a misspelt one.

/// What an author may have meant by a name that does not exist.
public enum Spelling {
    /// The candidates nearest to a name, best first, of those near enough to be meant.
    ///
    /// Near enough is one edit for each three letters, at least one. O(candidates × length²).
    public static func nearest(to name: String, among candidates: [String], limit: Int = 1) -> [String] {
        let limitOfEdits = max(1, name.count / 3)
        let near = Set(candidates).map { (distance: edits(name, $0), name: $0) }.filter { $0.distance <= limitOfEdits }
        return near.sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }.prefix(limit).map(\.name)
    }

    /// "did you mean …?", when a candidate is near.
    public static func suggestion(for name: String, among candidates: [String]) -> [String] {
        nearest(to: name, among: candidates).map { "did you mean `\($0)`?" }
    }

    /// How many letters must be put in, taken out or replaced (Levenshtein 1966).
    private static func edits(_ first: String, _ second: String) -> Int {
        let target = Array(second)
        var row = Array(0...target.count)
        for (index, character) in first.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in target.indices {
                let cost = diagonal + (character == target[column] ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(cost, row[column] + 1, diagonal + 1)
            }
        }
        return row[target.count]
    }
}
