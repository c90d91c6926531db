// Values of the language with terms in the place of bits: what engines that solve compute with.

import Model
import Solver

/// A value of any type, as far as its bits depend on variables of a pool.
indirect enum SymbolicValue: Hashable {
    case bool(Term)
    /// A word as wide as the arithmetic of its type: 64 bits for `int`.
    case integer(Term)
    /// An ordinal of `memberWidth` bits.
    case member(Term)
    /// The payload means nothing unless there is one.
    case optional(isSome: Term, SymbolicValue)
    case structure([SymbolicValue])
    case array([SymbolicValue])
    /// As many elements as it may have; those from `count` on mean nothing. The count is an `int`.
    case sequence(count: Term, [SymbolicValue])
    /// Whether each element of the type, by ordinal, is in.
    case set([Term])
    /// 0 when free, else the holder's pid plus 1, of `memberWidth` bits.
    case lock(Term)

    static let memberWidth = 32
}

/// Why something has no terms: it is reported as the reason of an UNKNOWN, with its place.
struct EncodingFailure: Error {
    let message: String
    let range: SourceRange
    /// What the author can do.
    let advice: String?
}

/// Makes and compares symbolic values of the types of one model.
struct SymbolicValues {
    let pool: TermPool
    let types: TypeTable

    func int(_ value: Int128) -> Term { pool.word(UInt64(truncatingIfNeeded: value), width: 64) }
    func ordinal(_ value: Int) -> Term { pool.word(UInt64(value), width: SymbolicValue.memberWidth) }
    func number(_ value: Int128, _ type: IntegerType) -> Term {
        pool.word(UInt64(truncatingIfNeeded: value), width: type.kind.bits)
    }

    // MARK: Constants

    /// A value whose bits are known; nil when it does not belong to the type.
    func constant(_ value: Value, _ type: Type) -> SymbolicValue? {
        switch (value, type) {
        case (.bool(let flag), .bool): return .bool(pool.bool(flag))
        case (.integer(let number), .integer(let integer)):
            guard IntegerType(kind: integer.kind).contains(number) else { return nil }
            return .integer(self.number(number, integer))
        case (.member(let index), .sort), (.member(let index), .pid), (.member(let index), .enumeration):
            return .member(ordinal(index))
        case (.null, .optional(let wrapped)):
            return zero(of: wrapped).map { .optional(isSome: pool.bool(false), $0) }
        case (.some(let inner), .optional(let wrapped)):
            return constant(inner, wrapped).map { .optional(isSome: pool.bool(true), $0) }
        case (.structure(let fields), .structure(let id)):
            return constants(fields, types.structures[id].fields.map(\.type)).map { .structure($0) }
        case (.array(let elements), .array(let element, _)):
            return constants(elements, elements.map { _ in element }).map { .array($0) }
        case (.sequence(let elements), .sequence(let element, let max)):
            guard let zero = zero(of: element), let known = constants(elements, elements.map { _ in element }) else {
                return nil
            }
            let rest = Array(repeating: zero, count: max - elements.count)
            return .sequence(count: int(Int128(elements.count)), known + rest)
        case (.set(let members), .set(let element)):
            let count = Int(types.count(of: element) ?? 0)
            let ordinals = Set(members.map { types.ordinal(of: $0, in: element) })
            return .set((0..<count).map { pool.bool(ordinals.contains($0)) })
        case (.lock(let holder), .lock): return .lock(ordinal(holder.map { $0 + 1 } ?? 0))
        default: return nil
        }
    }

    /// The value that unused storage has. Unlike a declaration's default it ignores the defaults of fields.
    func zero(of type: Type) -> SymbolicValue? { constant(types.zero(of: type), type) }

    private func constants(_ values: [Value], _ types: [Type]) -> [SymbolicValue]? {
        guard values.count == types.count else { return nil }
        var result: [SymbolicValue] = []
        for (value, type) in zip(values, types) {
            guard let known = constant(value, type) else { return nil }
            result.append(known)
        }
        return result
    }

    // MARK: Choices and equality

    /// `condition ? a : b`, part by part.
    func choice(_ condition: Term, _ a: SymbolicValue, _ b: SymbolicValue) -> SymbolicValue {
        if a == b { return a }
        if let known = pool.truth(condition) { return known ? a : b }
        switch (a, b) {
        case (.bool(let one), .bool(let two)): return .bool(pool.choice(condition, one, two))
        case (.integer(let one), .integer(let two)): return .integer(pool.choice(condition, one, two))
        case (.member(let one), .member(let two)): return .member(pool.choice(condition, one, two))
        case (.lock(let one), .lock(let two)): return .lock(pool.choice(condition, one, two))
        case (.optional(let isOne, let one), .optional(let isTwo, let two)):
            return .optional(isSome: pool.choice(condition, isOne, isTwo), choice(condition, one, two))
        case (.structure(let one), .structure(let two)):
            return .structure(zip(one, two).map { choice(condition, $0, $1) })
        case (.array(let one), .array(let two)): return .array(zip(one, two).map { choice(condition, $0, $1) })
        case (.sequence(let oneCount, let one), .sequence(let twoCount, let two)):
            let count = pool.choice(condition, oneCount, twoCount)
            return .sequence(count: count, zip(one, two).map { choice(condition, $0, $1) })
        case (.set(let one), .set(let two)): return .set(zip(one, two).map { pool.choice(condition, $0, $1) })
        default: return .bool(.illSorted)
        }
    }

    /// Whether two values of one type are equal trees.
    func equal(_ a: SymbolicValue, _ b: SymbolicValue) -> Term {
        switch (a, b) {
        case (.bool(let one), .bool(let two)), (.integer(let one), .integer(let two)),
            (.member(let one), .member(let two)), (.lock(let one), .lock(let two)):
            return pool.equal(one, two)
        case (.optional(let isOne, let one), .optional(let isTwo, let two)):
            return pool.and(pool.equal(isOne, isTwo), pool.implies(isOne, equal(one, two)))
        case (.structure(let one), .structure(let two)), (.array(let one), .array(let two)):
            return pool.all(zip(one, two).map { equal($0, $1) })
        case (.sequence(let oneCount, let one), .sequence(let twoCount, let two)):
            let elements = zip(one, two).enumerated().map { index, pair in
                pool.implies(pool.signedLess(int(Int128(index)), oneCount), equal(pair.0, pair.1))
            }
            return pool.and(pool.equal(oneCount, twoCount), pool.all(elements))
        case (.set(let one), .set(let two)): return pool.all(zip(one, two).map { pool.equal($0, $1) })
        default: return .illSorted
        }
    }

    /// The element with a number; the last one when the number is beyond.
    func select(_ elements: [SymbolicValue], _ index: Term) -> SymbolicValue? {
        guard var result = elements.last else { return nil }
        let width = pool.sort(of: index)?.width ?? 64
        if let known = pool.constant(index) { return known < UInt64(elements.count) ? elements[Int(known)] : result }
        for (position, element) in elements.enumerated().dropLast().reversed() {
            result = choice(pool.equal(index, pool.word(UInt64(position), width: width)), element, result)
        }
        return result
    }
}
