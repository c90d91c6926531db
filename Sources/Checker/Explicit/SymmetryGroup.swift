// Which elements of `symmetric` sorts may be exchanged: all that nothing in the system tells apart.

import Model

/// The permutations under which steps and properties of a system mean the same: any of the free elements of each sort.
///
/// The free elements of all sorts are numbered together; such a number is a point.
struct SymmetryGroup {
    /// A sort whose free elements may be exchanged, at least two.
    struct Orbit {
        let sort: SortID
        /// The ordinal of the first free element; those before it stay as they are.
        let firstOrdinal: Int
        /// Its points.
        let points: Range<Int>
    }

    /// The sorts, in the order of their declaration.
    let orbits: [Orbit]
    /// Sorts that are declared to be symmetric and are not used as such, each with the reason.
    let refused: [(sort: SortID, reason: String)]
    private let types: TypeTable

    /// Points of all sorts.
    var pointCount: Int { orbits.last?.points.upperBound ?? 0 }

    /// The permutations that a system allows.
    init(of system: TransitionSystem) {
        types = system.types
        var finder = SymmetryFinder(system)
        let broken = finder.find()
        refused = broken.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        var orbits: [Orbit] = []
        var next = 0
        for (id, sort) in system.types.sorts.enumerated() where sort.isSymmetric && broken[id] == nil {
            let first = sort.hasFixedFirst ? 1 : 0
            guard sort.count - first > 1 else { continue }
            orbits.append(Orbit(sort: id, firstOrdinal: first, points: next..<(next + sort.count - first)))
            next += sort.count - first
        }
        self.orbits = orbits
    }

    /// The number of permutations; the greatest number when there are more.
    var order: UInt64 {
        var result: UInt64 = 1
        for orbit in orbits {
            for factor in 1...UInt64(orbit.points.count) {
                let (product, overflows) = result.multipliedReportingOverflow(by: factor)
                if overflows { return .max }
                result = product
            }
        }
        return result
    }

    /// The point of an element of a sort or of a process instance; nil when it is never exchanged.
    func point(_ ordinal: Int, of type: Type) -> Int? {
        switch type {
        case .sort(let id):
            guard let orbit = orbits.first(where: { $0.sort == id }), ordinal >= orbit.firstOrdinal else { return nil }
            let point = orbit.points.lowerBound + ordinal - orbit.firstOrdinal
            return orbit.points.contains(point) ? point : nil
        case .pid:
            for orbit in orbits {
                guard let first = types.sorts[orbit.sort].firstPid else { continue }
                let own = ordinal - first
                if own >= 0, own < types.sorts[orbit.sort].count { return point(own, of: .sort(orbit.sort)) }
            }
            return nil
        default: return nil
        }
    }

    /// Whether values of a type, or indices of it, are exchanged.
    func moves(_ type: Type) -> Bool {
        switch type {
        case .sort(let id): orbits.contains { $0.sort == id }
        case .pid, .lock: orbits.contains { types.sorts[$0.sort].firstPid != nil }
        case .optional(let wrapped): moves(wrapped)
        case .structure(let id): types.structures[id].fields.contains { moves($0.type) }
        case .array(let element, let index): moves(element) || moves(index)
        case .set(let element): moves(element)
        case .sequence(let element, _): moves(element)
        case .bool, .integer, .enumeration, .null, .void, .invalid: false
        }
    }
}
