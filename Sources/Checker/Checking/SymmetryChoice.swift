// Whether a check uses the symmetry that its spec declares, and what is told of it.

import Model

/// The use of symmetry over the runs of one check.
struct SymmetryChoice {
    private let isWanted: Bool
    /// Why it is given up for this check; nil while it is not.
    private var reason: String?
    private var group: SymmetryGroup?

    init(_ options: CheckOptions) {
        // The base meaning is what every reduction is compared with.
        isWanted = options.usesSymmetry && !options.isUnreduced
    }

    /// Lets a program bring states to representatives, where that is wanted and allowed.
    mutating func apply(to program: Program) {
        guard isWanted else { return }
        group = SymmetryGroup(of: program.layout.system)
        if reason == nil { program.symmetry = SymmetryPlan(program.layout) }
    }

    /// Whether a run must begin again without symmetry: the order of the locks of one declaration is asked for, and
    /// representatives do not tell which of two such locks was taken first.
    mutating func isTooCoarse(for explorer: Explorer) -> Bool {
        guard let plan = explorer.program.symmetry else { return false }
        let system = explorer.program.layout.system
        let nesting = explorer.nestings.keys.first { nesting in
            nesting.held.variable == nesting.taken.variable && plan.movesElements(of: nesting.held.variable)
        }
        guard let nesting else { return false }
        reason = "locks of \(system.variables[nesting.held.variable].name) are held together, and their order counts"
        return true
    }

    /// What is told of it.
    func use(in explorer: Explorer) -> SymmetryUse? {
        guard let group, !(group.orbits.isEmpty && group.refused.isEmpty) else { return nil }
        let sorts = explorer.program.layout.system.types.sorts
        var refused = group.refused.map { SymmetryUse.Refusal(sort: sorts[$0.sort].name, reason: $0.reason) }
        if let reason {
            refused += group.orbits.map { SymmetryUse.Refusal(sort: sorts[$0.sort].name, reason: reason) }
        }
        let isUsed = explorer.program.symmetry != nil
        return SymmetryUse(
            sorts: isUsed ? group.orbits.map { sorts[$0.sort].name } : [],
            represented: explorer.representedCount == .max ? nil : explorer.representedCount, refused: refused)
    }

    /// What is told of a check that another engine explores, which knows no symmetry; nil where none is declared.
    func refusal(in system: TransitionSystem, _ reason: String) -> SymmetryUse? {
        let sorts = system.types.sorts.filter(\.isSymmetric)
        guard isWanted, !sorts.isEmpty else { return nil }
        return SymmetryUse(
            sorts: [], represented: nil, refused: sorts.map { SymmetryUse.Refusal(sort: $0.name, reason: reason) })
    }
}
