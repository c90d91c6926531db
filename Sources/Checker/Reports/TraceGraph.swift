// A run as a graph, and the graph of all states: for Graphviz and Mermaid.

public import Model

/// How graphs are written.
public enum GraphFormat: String, Sendable, CaseIterable {
    case dot, mermaid
}

/// States and steps between them, ready to be written.
struct LabelledGraph {
    struct Node {
        var label: String
        /// `start`, `bad` or nothing.
        var mark: String?
    }
    struct Edge {
        let from: Int
        let to: Int
        let label: String
        /// Whose step it is, as a colour.
        let colour: Int?
        /// Order between processes, which is no step.
        var isOrder = false
        var isBad = false
    }

    var name: String
    var nodes: [Node] = []
    var edges: [Edge] = []

    /// Okabe and Ito's colours.
    private static let colours = ["#0072B2", "#B87A00", "#009E73", "#CC79A7", "#3A8FC4", "#8A6D00", "#6A5ACD"]

    func text(_ format: GraphFormat) -> String {
        switch format {
        case .dot: dot
        case .mermaid: mermaid
        }
    }

    private func colour(_ edge: Edge) -> String {
        edge.isBad ? "#C0350F" : edge.colour.map { Self.colours[$0 % Self.colours.count] } ?? "#6B7780"
    }

    private var dot: String {
        var lines = ["digraph \"\(MarkupText.dot(name))\" {"]
        lines.append("  node [shape=box, style=\"rounded,filled\", fillcolor=white, fontname=monospace, fontsize=10];")
        lines.append("  edge [fontname=monospace, fontsize=9];")
        for (index, node) in nodes.enumerated() {
            var style = ""
            if node.mark == "start" { style = ", penwidth=2.5" }
            if node.mark == "bad" { style = ", color=\"#C0350F\", fillcolor=\"#FDEEE7\", penwidth=2.5" }
            lines.append("  s\(index) [label=\"\(MarkupText.dot(node.label))\"\(style)];")
        }
        for edge in edges {
            let style = edge.isOrder ? ", style=dashed, constraint=false" : edge.isBad ? ", penwidth=2.5" : ""
            lines.append(
                "  s\(edge.from) -> s\(edge.to) [label=\"\(MarkupText.dot(edge.label))\", color=\"\(colour(edge))\", "
                    + "fontcolor=\"\(colour(edge))\"\(style)];")
        }
        return (lines + ["}"]).joined(separator: "\n") + "\n"
    }

    private var mermaid: String {
        var lines = ["flowchart TD"]
        for (index, node) in nodes.enumerated() {
            let label = MarkupText.mermaid(node.label.replacing("\n", with: "  "))
            lines.append("  s\(index)[\"\(label)\"]")
        }
        for edge in edges {
            let arrow = edge.isOrder ? "-.->" : "-->"
            lines.append("  s\(edge.from) \(arrow)|\"\(MarkupText.mermaid(edge.label))\"| s\(edge.to)")
        }
        let bad = nodes.indices.filter { nodes[$0].mark == "bad" }
        if !bad.isEmpty {
            lines.append("  classDef bad stroke:#C0350F,fill:#FDEEE7,stroke-width:3px")
            lines.append("  class \(bad.map { "s\($0)" }.joined(separator: ",")) bad")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}

/// Writes a run as a chain of states.
public enum TraceGraph {
    /// The graph of a trace.
    public static func text(_ trace: Trace, _ format: GraphFormat) -> String {
        let rows = TraceRows(trace, style: TextStyle(hasColour: false, isUnicode: true), mode: .diff).allSteps()
        var graph = LabelledGraph(name: trace.system.name)
        graph.nodes.append(.init(label: "start", mark: "start"))
        for (index, row) in rows.enumerated() {
            let label = (["\(row.number)"] + row.changes.prefix(8)).joined(separator: "\n")
            graph.nodes.append(.init(label: label, mark: row.isViolating ? "bad" : nil))
            let who = trace.name(of: trace.steps[index].actor)
            var colour: Int?
            if case .process(let pid) = row.party { colour = pid }
            graph.edges.append(
                .init(from: index, to: index + 1, label: "\(who): \(row.step)", colour: colour, isBad: row.isViolating))
        }
        for edge in HappensBefore(trace).edges where edge.to != edge.from + 1 {
            graph.edges.append(
                .init(from: edge.from + 1, to: edge.to, label: edge.words, colour: nil, isOrder: true))
        }
        return graph.text(format)
    }
}

/// The graph of all states of a system, by the reference semantics.
public struct StateGraph {
    /// More states than asked for.
    public struct TooLarge: Error, Sendable {
        /// How many were asked for.
        public let limit: Int
    }

    private let system: TransitionSystem
    private let isCollapsed: Bool
    private let limit: Int
    private var numbers: [SystemState: Int] = [:]
    private var states: [SystemState] = []
    private var graph: LabelledGraph

    /// Explores a system and writes its graph.
    ///
    /// - Parameters:
    ///   - system: what is explored, every state of it.
    ///   - format: how it is written.
    ///   - isCollapsed: whether states that differ only in where processes stand, and in their locals, are one node.
    ///   - limit: the most states before collapsing.
    /// - Throws: `TooLarge`.
    public static func text(_ system: TransitionSystem, _ format: GraphFormat, isCollapsed: Bool, limit: Int)
        throws(TooLarge) -> String
    {
        var graph = StateGraph(system, isCollapsed: isCollapsed, limit: limit)
        try graph.explore()
        return graph.graph.text(format)
    }

    private init(_ system: TransitionSystem, isCollapsed: Bool, limit: Int) {
        self.system = system
        self.isCollapsed = isCollapsed
        self.limit = limit
        graph = LabelledGraph(name: system.name)
    }

    private mutating func explore() throws(TooLarge) {
        // Nobody draws all values of a word.
        if system.symbolicRange != nil, system.words == nil { throw TooLarge(limit: limit) }
        var found: [(from: Int, transition: Transition, to: Int)] = []
        for outcome in ReferenceStepper(system).initialOutcomes(limit: limit) ?? [] {
            if case .state(let state) = outcome { _ = try number(state) }
        }
        let starts = states.count
        var bad: Set<Int> = []
        var next = 0
        while next < states.count {
            for transition in ReferenceStepper(system).transitions(from: states[next]) {
                switch transition.outcome {
                case .state(let state): found.append((next, transition, try number(state)))
                case .violation: bad.insert(next)
                case .cut: continue
                }
            }
            next += 1
        }
        write(found, starts: starts, bad: bad.union(falseStates))
    }

    private mutating func number(_ state: SystemState) throws(TooLarge) -> Int {
        if let known = numbers[state] { return known }
        guard states.count < limit else { throw TooLarge(limit: limit) }
        numbers[state] = states.count
        states.append(state)
        return states.count - 1
    }

    private var falseStates: Set<Int> {
        let judge = ReferenceProperties(system)
        return Set(
            states.indices.filter { index in
                system.properties.indices.contains { property in
                    guard [.invariant, .always].contains(system.properties[property].kind) else { return false }
                    if case .isFalse = judge.judge(property, in: states[index]) { return true }
                    return false
                }
            })
    }

    private mutating func write(_ found: [(from: Int, transition: Transition, to: Int)], starts: Int, bad: Set<Int>) {
        let difference = StateDifference(system, isBrief: true)
        let style = TextStyle(hasColour: false, isUnicode: true)
        var nodes: [Int] = []
        var byData: [[[Value]]: Int] = [:]
        for (index, state) in states.enumerated() {
            var node = graph.nodes.count
            if isCollapsed { node = byData[state.data] ?? node }
            if node == graph.nodes.count {
                byData[state.data] = node
                let changes =
                    index == 0
                    ? []
                    : difference.changes(from: states[0], to: state).filter { change in
                        if case .process = change.subject { return !isCollapsed }
                        return true
                    }
                let lines = ["\(node)"] + changes.prefix(8).map { $0.text(style) }
                graph.nodes.append(.init(label: lines.joined(separator: "\n"), mark: index < starts ? "start" : nil))
            }
            if bad.contains(index) { graph.nodes[node].mark = "bad" }
            nodes.append(node)
        }
        var seen: Set<String> = []
        let names = Trace(system: system, initial: states[0], steps: [], violation: nil, explanation: nil)
        for (from, transition, to) in found {
            let label = "\(names.name(of: transition.actor)): \(transition.name)"
            guard !isCollapsed || nodes[from] != nodes[to],
                seen.insert("\(nodes[from]) \(nodes[to]) \(label)").inserted
            else { continue }
            var colour: Int?
            if case .process(let pid) = transition.actor { colour = pid }
            graph.edges.append(.init(from: nodes[from], to: nodes[to], label: label, colour: colour))
        }
    }
}
