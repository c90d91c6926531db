// Fairness as a list of promises about who moves: the same list for every engine and for the reference.

/// A promise about runs: whoever could move for ever (weak), or again and again (strong), does move.
public struct FairnessConstraint: Sendable, Hashable {
    /// Who moves.
    public enum Subject: Sendable, Hashable {
        /// Any step of a process.
        case process(pid: Int)
        /// The step of a process that its label names, in each place where its func was put.
        case label(pid: Int, name: String)
        /// An action for one combination of its parameters.
        case action(Int, [Value])
    }
    /// Who moves.
    public let subject: Subject
    /// How often it must be able to.
    public let kind: Fairness
}

extension TransitionSystem {
    /// Every promise of the spec: processes by pid, then their labels, then actions in file order with their parameters.
    ///
    /// O(processes × points + actions × combinations of parameters).
    public var fairnessConstraints: [FairnessConstraint] {
        var result: [FairnessConstraint] = []
        for pid in 0..<processCount {
            if let kind = self.kind(of: pid).process.fairness {
                result.append(FairnessConstraint(subject: .process(pid: pid), kind: kind))
            }
        }
        for pid in 0..<processCount {
            let process = self.kind(of: pid).process
            for point in process.points {
                guard let kind = point.fairness, let name = process.fairLabel(of: point) else { continue }
                let constraint = FairnessConstraint(subject: .label(pid: pid, name: name), kind: kind)
                if !result.contains(constraint) { result.append(constraint) }
            }
        }
        for (index, action) in actions.enumerated() {
            guard let kind = action.fairness else { continue }
            ReferenceStepper(self).forEachBinding(action.parameters) { values in
                result.append(FairnessConstraint(subject: .action(index, values), kind: kind))
            }
        }
        return result
    }

    /// Whether a step belongs to what a promise is about.
    public func isStep(_ transition: Transition, of subject: FairnessConstraint.Subject) -> Bool {
        switch (subject, transition.actor) {
        case (.process(let pid), .process(let other)): return pid == other
        case (.action(let index, let values), .action(let other, let others)): return index == other && values == others
        case (.label(let pid, let name), .process(let other)):
            guard pid == other, let node = transition.node else { return false }
            let process = kind(of: pid).process
            return process.points.contains {
                $0.node == node && $0.name == transition.name && process.fairLabel(of: $0) == name
            }
        case (.process, .action), (.label, .action), (.action, .process): return false
        }
    }

    /// A promise in words: `server is fair`.
    public func describe(_ constraint: FairnessConstraint) -> String {
        let how = constraint.kind == .weak ? "fair" : "strongly fair"
        switch constraint.subject {
        case .process(let pid): return "\(types.pidNames[pid]) is \(how)"
        case .label(let pid, let name): return "\(types.pidNames[pid]) is \(how) at \(name)"
        case .action(let index, let values):
            let arguments = zip(actions[index].parameters, values).map { types.describe($1, as: $0.type) }
            let name = actions[index].name
            return "\(arguments.isEmpty ? name : "\(name)(\(arguments.joined(separator: ", ")))") is \(how)"
        }
    }
}

extension ProcessCode {
    /// The func and the label that a fair point has; nil when it has none.
    public func fairLabel(of point: Point) -> String? {
        guard point.fairness != nil, let label = point.label else { return nil }
        return "\(code.nodes[point.node].function).\(label)"
    }
}
