// Two runs side by side: what both do, what only one does, and where their ends differ.

import Model

/// Compares two traces of one spec, or of two versions of it.
public struct TraceComparison {
    private let left: Trace
    private let right: Trace
    private let style = TextStyle(hasColour: false, isUnicode: true)

    /// Whether the runs take the same steps and end in the same data.
    public var areEqual: Bool { !pairs.contains { $0.left == nil || $0.right == nil } && ends.isEmpty }

    /// A comparison.
    public init(_ left: Trace, _ right: Trace) {
        self.left = left
        self.right = right
    }

    private struct Pair {
        let left: Int?
        let right: Int?
    }

    private static func names(_ trace: Trace) -> [String] {
        trace.steps.map { "\(trace.name(of: $0.actor)): \($0.name)" }
    }

    /// Steps aligned by the longest common subsequence of their names (Wagner, Fischer 1974). O(steps × steps).
    private var pairs: [Pair] {
        let (a, b) = (Self.names(left), Self.names(right))
        var lengths = Array(repeating: Array(repeating: 0, count: b.count + 1), count: a.count + 1)
        for i in a.indices.reversed() {
            for j in b.indices.reversed() {
                lengths[i][j] = a[i] == b[j] ? lengths[i + 1][j + 1] + 1 : max(lengths[i + 1][j], lengths[i][j + 1])
            }
        }
        var pairs: [Pair] = []
        var (i, j) = (0, 0)
        while i < a.count || j < b.count {
            if i < a.count, j < b.count, a[i] == b[j] {
                pairs.append(Pair(left: i, right: j))
                (i, j) = (i + 1, j + 1)
            } else if j == b.count || (i < a.count && lengths[i + 1][j] >= lengths[i][j + 1]) {
                pairs.append(Pair(left: i, right: nil))
                i += 1
            } else {
                pairs.append(Pair(left: nil, right: j))
                j += 1
            }
        }
        return pairs
    }

    /// Data that have other values at the end, by path.
    private var ends: [String] {
        func values(_ trace: Trace) -> [(String, String)] {
            StateLeaves(trace.system).leaves(of: trace.state(after: trace.steps.count)).map { ($0.path, $0.value) }
        }
        let mine = values(left)
        let others = Dictionary(values(right), uniquingKeysWith: { first, _ in first })
        var lines = mine.compactMap { path, value -> String? in
            guard let other = others[path] else { return "\(path): \(value) \(style.arrow) (not there)" }
            return other == value ? nil : "\(path): \(value) \(style.arrow) \(other)"
        }
        let known = Set(mine.map(\.0))
        lines += values(right).filter { !known.contains($0.0) }.map { "\($0.0): (not there) \(style.arrow) \($0.1)" }
        return lines
    }

    /// The comparison as text, each line within a width.
    public func text(width: Int) -> String {
        let names = (Self.names(left), Self.names(right))
        var lines: [String] = []
        let pairs = self.pairs
        let common = pairs.prefix { $0.left != nil && $0.right != nil }.count
        lines.append("the first \(Wording.count(common, "step")) are the same")
        for pair in pairs {
            switch (pair.left, pair.right) {
            case (let i?, let j?): lines.append("    \(i + 1)\(i == j ? "" : "/\(j + 1)")  \(names.0[i])")
            case (let i?, nil): lines.append("  - \(i + 1)  \(names.0[i])")
            case (nil, let j?): lines.append("  + \(j + 1)  \(names.1[j])")
            case (nil, nil): continue
            }
        }
        let ends = self.ends
        lines.append(ends.isEmpty ? "both end in the same data" : "at the end:")
        lines += ends.map { "    \($0)" }
        if left.violation?.message != right.violation?.message {
            lines.append("  - ends with: \(left.violation?.message ?? "no violation")")
            lines.append("  + ends with: \(right.violation?.message ?? "no violation")")
        }
        return lines.map { TextLayout.cut($0, columns: width, style) + "\n" }.joined()
    }
}
