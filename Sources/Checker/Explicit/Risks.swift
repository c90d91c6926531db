// Which formulas may end a run: those may not be tested earlier than the spec says.

import Model

/// What in a formula may end a run early: a trap, or data read against their protection.
struct Risks {
    let system: TransitionSystem
    let localTypes: [Type]
    /// Whether reading a datum that somebody may have to own counts.
    var checksProtection = true

    func mayTrap(_ formula: Formula) -> Bool {
        formula.contains { part in
            if case .load(let place) = part.kind { return mayTrap(place) }
            return part.mayTrap
        }
    }

    private func mayTrap(_ place: Place) -> Bool {
        var type: Type
        switch place.root {
        case .local(let id): type = localTypes[id]
        case .variable(let id):
            let variable = system.variables[id]
            if checksProtection {
                guard case .none = variable.protection else { return true }
            }
            type = variable.type
            for (index, dimension) in zip(place.indices, variable.dimensions) where !isBounded(index, by: dimension) {
                return true
            }
        case .object: return true
        }
        for component in place.path {
            switch (component, type) {
            case (.field(let index), .structure(let id)): type = system.types.structures[id].fields[index].type
            case (.index(let formula), .array(let element, let index)):
                guard isBounded(formula, by: index) else { return true }
                type = element
            default: return true
            }
        }
        return false
    }

    private func isBounded(_ formula: Formula, by index: Type) -> Bool {
        guard let integer = formula.type.integer else { return true }
        return integer.lower >= 0 && integer.upper < system.types.count(of: index) ?? 0
    }
}

extension Formula {
    /// Whether its own operation can trap, its parts aside.
    var mayTrap: Bool {
        switch kind {
        case .unwrap: return true
        case .convert(_, .checked), .convert(_, .aligned), .convert(_, .process): return true
        case .unary(.negate, _): return true
        case .binary(let operation, let left, let right): return Self.mayTrap(operation, left, right, type)
        case .quantifier(let quantifier): return [.sum, .min, .max].contains(quantifier.kind)
        case .collection(let operation, _):
            return ![.count, .isEmpty, .contains, .setInserting, .setRemoving, .union, .intersection, .subtracting]
                .contains(operation)
        case .element(_, let index): return index.type.integer != nil
        default: return false
        }
    }

    private static func mayTrap(_ operation: BinaryOperatorSyntax, _ left: Formula, _ right: Formula, _ type: Type)
        -> Bool
    {
        switch operation {
        case .divide, .remainder, .shiftLeft, .shiftRight, .wrappingShiftLeft: return true
        case .add, .subtract, .multiply:
            guard let one = left.type.integer, let two = right.type.integer, type.integer?.kind == .int else {
                return true
            }
            let limit = Int128(1) << 31
            return max(abs(one.lower), abs(one.upper)) >= limit || max(abs(two.lower), abs(two.upper)) >= limit
        default: return false
        }
    }
}
