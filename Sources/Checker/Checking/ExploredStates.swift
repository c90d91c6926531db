// Every state that the explicit engine reaches, decoded: what its tests compare with the reference semantics.

package import Model

/// The reachable states of a system as the explicit engine finds them.
package struct ExploredStates {
    /// In the order in which they were found.
    package let states: [SystemState]
    /// Steps between them, cut and violating ones included.
    package let transitions: Int
    /// Steps to the farthest state.
    package let depth: Int
    /// States that were first found at each depth.
    package let depthSizes: [Int]
    /// What is violated, deadlocks by bottom components and `final` not included.
    package let violations: Set<ViolationKind>
    /// Names of steps and actions.
    package let stepNames: Set<String>
    /// Those that were never enabled.
    package let neverEnabled: Set<String>
    /// Locks that were taken while others were held.
    package let nestings: Set<LockNesting>
    /// The first state that packing changes, when there is one.
    package let lossyState: Int?
    /// For how many states the found ones stand; without symmetry their number.
    package let represented: UInt64
    /// Sorts whose elements were exchanged.
    package let symmetricSorts: [SortID]
}

/// Explores a system completely and decodes what was stored.
///
/// - Parameters:
///   - system: what is explored.
///   - limit: the most states that are stored.
///   - engine: what runs the steps.
///   - usesSymmetry: whether states that differ only in which element of a symmetric sort is which count as one.
/// - Returns: nil when there are more states than that.
package func exploreStates(
    of system: TransitionSystem, limit: Int, engine: Engine = .fastest, usesSymmetry: Bool = false
) -> ExploredStates? {
    guard let initial = ReferenceStepper(system).initialOutcomes(limit: 1 << 16) else { return nil }
    let program = ProgramCompiler.compile(system, idBits: 16)
    if usesSymmetry { program.symmetry = SymmetryPlan(program.layout) }
    if engine == .native { program.machineCode = NativeCompiler.compile(program) }
    let layout = program.layout
    var limits = ExplorationLimits()
    limits.states = limit
    guard
        var explorer = Explorer(
            program, limits: limits, stopsAtFirstViolation: false, checksDeadlock: true, endsAt: { _ in false })
    else { return nil }
    defer { explorer.deallocate() }
    explorer.run(initial.compactMap { if case .state(let state) = $0 { layout.encode(state) } else { nil } })
    guard explorer.limit == nil else { return nil }
    var states: [SystemState] = []
    var lossyState: Int?
    for index in 0..<explorer.store.count {
        let row = explorer.store.row(index)
        let state = layout.decode(row)
        let words = layout.encode(state)
        if lossyState == nil, words != (0..<layout.wordCount).map({ row[$0] }) { lossyState = index }
        states.append(state)
    }
    let never = zip(program.coverageNames, explorer.isEverEnabled).filter { !$0.1 }.map(\.0)
    return ExploredStates(
        states: states, transitions: explorer.transitionCount, depth: explorer.depth,
        depthSizes: explorer.depthSizes,
        violations: Set(explorer.violations.keys), stepNames: Set(program.coverageNames), neverEnabled: Set(never),
        nestings: Set(explorer.nestings.keys), lossyState: lossyState,
        represented: explorer.representedCount, symmetricSorts: program.symmetry?.group.orbits.map(\.sort) ?? [])
}
