// Unknown values: variables for every bit of a type, what makes them values of it, and their values in a model.

import Model
import Solver

extension SymbolicValues {
    /// One variable of an unknown value.
    struct Leaf {
        let variable: Term
        let width: Int
        /// Its top bit is a sign.
        let isSigned: Bool
    }

    /// An unknown value.
    struct Unknown {
        let value: SymbolicValue
        /// True when the variables make a value of the type.
        let isValid: Term
        /// In the order of the value's parts.
        let leaves: [Leaf]
    }

    /// An unknown value of a type.
    ///
    /// - Parameters:
    ///   - type: not void.
    ///   - name: names the variables in exported queries.
    /// - Returns: nil for a type without values.
    func unknown(_ type: Type, _ name: String) -> Unknown? {
        var maker = UnknownMaker(values: self)
        guard let value = maker.make(type, name) else { return nil }
        return Unknown(value: value, isValid: maker.isValid, leaves: maker.leaves)
    }

    /// An unknown number below `count`, as an ordinal.
    func unknown(below count: Int, _ name: String) -> (term: Term, isValid: Term, leaves: [Leaf]) {
        var maker = UnknownMaker(values: self)
        let term = maker.below(UInt64(max(1, count)), name, width: SymbolicValue.memberWidth)
        return (term, maker.isValid, maker.leaves)
    }

    /// The terms in the places of an unknown value's variables, in the order of its leaves.
    func leafTerms(_ value: SymbolicValue, _ type: Type) -> [Term] {
        func below(_ term: Term, _ count: UInt64) -> [Term] {
            count == 1 ? [] : [pool.extract(term, from: 0, width: 64 - (count - 1).leadingZeroBitCount)]
        }
        switch (value, type) {
        case (.bool(let term), _): return [term]
        case (.integer(let term), .integer(let integer)):
            if integer.lower == 0, integer.upper < Int128(1) << 63 { return below(term, UInt64(integer.upper) + 1) }
            return [term]
        case (.member(let term), _): return below(term, UInt64(types.count(of: type) ?? 1))
        case (.lock(let term), _): return below(term, UInt64(types.pidCount) + 1)
        case (.optional(let isSome, let inner), .optional(let wrapped)): return [isSome] + leafTerms(inner, wrapped)
        case (.structure(let fields), .structure(let id)):
            return zip(fields, types.structures[id].fields).flatMap { leafTerms($0, $1.type) }
        case (.array(let elements), .array(let element, _)): return elements.flatMap { leafTerms($0, element) }
        case (.sequence(let count, let elements), .sequence(let element, let max)):
            return below(count, UInt64(max) + 1) + elements.flatMap { leafTerms($0, element) }
        case (.set(let members), _): return members
        default: preconditionFailure("a symbolic value of another type")
        }
    }

    /// The value under an assignment; the value is one of the type.
    func value(_ symbolic: SymbolicValue, _ type: Type, under assignment: Assignment) -> Value {
        func bits(_ term: Term) -> UInt64 { pool.values(of: [term], under: assignment)[0] }
        switch (symbolic, type) {
        case (.bool(let term), _): return .bool(bits(term) == 1)
        case (.integer(let term), .integer(let integer)): return .integer(integer.kind.wrapping(Int128(bits(term))))
        case (.member(let term), _): return .member(Int(bits(term)))
        case (.lock(let term), _):
            let holder = Int(bits(term))
            return .lock(holder: holder == 0 ? nil : holder - 1)
        case (.optional(let isSome, let inner), .optional(let wrapped)):
            return bits(isSome) == 1 ? .some(value(inner, wrapped, under: assignment)) : .null
        case (.structure(let fields), .structure(let id)):
            return .structure(
                zip(fields, types.structures[id].fields).map { value($0, $1.type, under: assignment) })
        case (.array(let elements), .array(let element, _)):
            return .array(elements.map { value($0, element, under: assignment) })
        case (.sequence(let count, let elements), .sequence(let element, _)):
            return .sequence(elements.prefix(Int(bits(count))).map { value($0, element, under: assignment) })
        case (.set(let members), .set(let element)):
            return .set(Set(members.indices.filter { bits(members[$0]) == 1 }.map { types.value($0, of: element) }))
        default: preconditionFailure("a symbolic value of another type")
        }
    }
}

/// Makes the variables of one unknown value.
private struct UnknownMaker {
    let values: SymbolicValues
    private(set) var isValid: Term
    private(set) var leaves: [SymbolicValues.Leaf] = []

    private var pool: TermPool { values.pool }

    init(values: SymbolicValues) {
        self.values = values
        isValid = values.pool.bool(true)
    }

    mutating func make(_ type: Type, _ name: String) -> SymbolicValue? {
        switch type {
        case .bool: return .bool(flag(name))
        case .integer(let integer): return integer.lower > integer.upper ? nil : .integer(self.integer(integer, name))
        case .sort, .pid, .enumeration:
            guard let count = values.types.count(of: type), count > 0 else { return nil }
            return .member(below(UInt64(count), name, width: SymbolicValue.memberWidth))
        case .optional(let wrapped):
            let isSome = flag("\(name)?")
            return make(wrapped, name).map { .optional(isSome: isSome, $0) }
        case .structure(let id):
            let fields = values.types.structures[id].fields
            return list(fields.map { ($0.type, "\(name).\($0.name)") }).map { .structure($0) }
        case .array(let element, let index):
            let count = Int(values.types.count(of: index) ?? 0)
            return list((0..<count).map { (element, "\(name)[\($0)]") }).map { .array($0) }
        case .sequence(let element, let max):
            let count = below(UInt64(max) + 1, "\(name).count", width: 64)
            return list((0..<max).map { (element, "\(name)[\($0)]") }).map { .sequence(count: count, $0) }
        case .set(let element):
            let count = Int(values.types.count(of: element) ?? 0)
            return .set((0..<count).map { flag("\(name).\($0)") })
        case .lock: return .lock(below(UInt64(values.types.pidCount) + 1, name, width: SymbolicValue.memberWidth))
        case .null, .void, .invalid: return nil
        }
    }

    private mutating func list(_ parts: [(Type, String)]) -> [SymbolicValue]? {
        var result: [SymbolicValue] = []
        for (type, name) in parts {
            guard let value = make(type, name) else { return nil }
            result.append(value)
        }
        return result
    }

    private mutating func flag(_ name: String) -> Term {
        let variable = pool.variable(name, .bool)
        leaves.append(.init(variable: variable, width: 0, isSigned: false))
        return variable
    }

    /// A number below `count`, with as many bits as it needs.
    mutating func below(_ count: UInt64, _ name: String, width: Int) -> Term {
        if count == 1 { return pool.word(0, width: width) }
        let bits = 64 - (count - 1).leadingZeroBitCount
        let variable = pool.variable(name, .bits(bits))
        leaves.append(.init(variable: variable, width: bits, isSigned: false))
        if count & (count - 1) != 0 {
            isValid = pool.and(isValid, pool.unsignedLess(variable, pool.word(count, width: bits)))
        }
        return pool.zeroExtend(variable, to: width)
    }

    private mutating func integer(_ type: IntegerType, _ name: String) -> Term {
        let width = type.kind.bits
        if type.lower == 0, type.upper < Int128(1) << 63 { return below(UInt64(type.upper) + 1, name, width: width) }
        let isSigned = type.lower < 0
        let variable = pool.variable(name, .bits(width))
        leaves.append(.init(variable: variable, width: width, isSigned: isSigned))
        let (least, greatest) = type.kind.bounds
        let less = isSigned || type.kind == .int ? pool.signedLess : pool.unsignedLess
        if type.lower > least {
            isValid = pool.and(isValid, pool.not(less(variable, values.number(type.lower, type))))
        }
        if type.upper < greatest {
            isValid = pool.and(isValid, pool.not(less(values.number(type.upper, type), variable)))
        }
        return variable
    }
}
