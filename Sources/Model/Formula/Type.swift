// The types of values: finite, with exact bounds, so that every state has a fixed width.

/// Identifies a declared sort, also a process's, in `TypeTable.sorts`.
public typealias SortID = Int
/// Identifies an enum in `TypeTable.enumerations`.
public typealias EnumerationID = Int
/// Identifies a struct in `TypeTable.structures`.
public typealias StructureID = Int

/// A type of values. Sizes are settled: constants have been put in.
public indirect enum Type: Hashable, Sendable {
    case bool
    case integer(IntegerType)
    /// Elements 0..<count of a declared sort; a process's instances are one.
    case sort(SortID)
    /// All process instances, numbered by declaration.
    case pid
    case enumeration(EnumerationID)
    case structure(StructureID)
    case optional(Type)
    /// One element per value of a finite index type.
    case array(Type, index: Type)
    case set(Type)
    case sequence(Type, max: Int)
    /// A spinlock: free or held by a process.
    case lock
    /// The type of `nil` before its context is known, and of nothing else.
    case null
    /// No value: a func without result.
    case void
    /// The type of a mistake that was reported; fits everywhere.
    case invalid

    /// `0..<count` as an index type.
    public static func index(below count: Int) -> Type {
        .integer(IntegerType(kind: .int, lower: 0, upper: Int128(count) - 1))
    }

    /// `int`: 64 bits, signed, trapping.
    public static let int = Type.integer(.int)

    /// The integer bounds, when it is a number.
    public var integer: IntegerType? {
        if case .integer(let type) = self { type } else { nil }
    }
}

/// A bounded integer: its arithmetic and the values it can have.
public struct IntegerType: Hashable, Sendable {
    /// Which arithmetic applies.
    public enum Kind: Hashable, Sendable {
        /// `int` and its ranges: 64-bit signed, trapping.
        case int
        /// `u8` … `u64`, `i8` … `i64`.
        case word(bits: Int, isSigned: Bool)
    }

    /// Which arithmetic applies.
    public let kind: Kind
    /// The least value.
    public let lower: Int128
    /// The greatest value; not below `lower`, save for an empty loop's variable.
    public let upper: Int128

    /// A type with explicit bounds, which must lie within the kind's.
    public init(kind: Kind, lower: Int128, upper: Int128) {
        self.kind = kind
        self.lower = lower
        self.upper = upper
    }

    /// All values of a kind.
    public init(kind: Kind) {
        self.kind = kind
        (lower, upper) = kind.bounds
    }

    /// `int`.
    public static let int = IntegerType(kind: .int)

    /// Whether every value of the other type is one of this.
    public func contains(_ other: IntegerType) -> Bool { lower <= other.lower && other.upper <= upper }

    /// Whether it is one of this type's values.
    public func contains(_ value: Int128) -> Bool { lower <= value && value <= upper }

    /// Whether registers compare it as unsigned: `u64` alone needs it, for all others the signed order is the same.
    public var isUnsigned: Bool {
        if case .word(_, isSigned: false) = kind { true } else { false }
    }
}

extension IntegerType.Kind {
    /// Least and greatest value.
    public var bounds: (lower: Int128, upper: Int128) {
        switch self {
        case .int: (Int128(Int64.min), Int128(Int64.max))
        case .word(let bits, isSigned: true): (-(Int128(1) << (bits - 1)), (Int128(1) << (bits - 1)) - 1)
        case .word(let bits, isSigned: false): (0, (Int128(1) << bits) - 1)
        }
    }

    /// Bits of one value.
    public var bits: Int {
        switch self {
        case .int: 64
        case .word(let bits, _): bits
        }
    }

    /// The value modulo 2^bits, as this kind reads it.
    public func wrapping(_ value: Int128) -> Int128 {
        let mask = (UInt128(1) << bits) - 1
        let low = Int128(UInt128(truncatingIfNeeded: value) & mask)
        let (_, upper) = bounds
        return low > upper ? low - (Int128(1) << bits) : low
    }
}

/// A declared sort, `enum`-like but without names.
public struct SortDeclaration: Sendable {
    /// Its name.
    public let name: String
    /// Number of elements.
    public let count: Int
    /// `ordered sort`: arithmetic is allowed.
    public let isOrdered: Bool
    /// `symmetric`: elements are interchangeable.
    public let isSymmetric: Bool
    /// `symmetric except first`: element 0 is not interchangeable with the others.
    public let hasFixedFirst: Bool
    /// For a process's sort: the `pid` of its first instance.
    public let firstPid: Int?
    /// Where it is declared.
    public let range: SourceRange
}

/// A declared enum.
public struct EnumerationDeclaration: Sendable {
    /// Its name.
    public let name: String
    /// Its cases, in order.
    public let cases: [String]
}

/// A field of a struct value.
public struct StructureField: Sendable {
    /// Its name.
    public let name: String
    /// Its type.
    public let type: Type
    /// Its default, when declared.
    public let initial: Value?
}

/// A declared struct.
public struct StructureDeclaration: Sendable {
    /// Its name.
    public let name: String
    /// Its fields, in order.
    public let fields: [StructureField]
}

/// What type identifiers stand for.
public struct TypeTable: Sendable {
    /// Indexed by `SortID`.
    public internal(set) var sorts: [SortDeclaration] = []
    /// Indexed by `EnumerationID`.
    public internal(set) var enumerations: [EnumerationDeclaration] = []
    /// Indexed by `StructureID`.
    public internal(set) var structures: [StructureDeclaration] = []
    /// The struct of `range(base, size)`; nil where nothing uses it.
    public internal(set) var rangeStructure: StructureID?
    /// Number of process instances of all kinds.
    public internal(set) var pidCount = 0
    /// Name of each process instance, by pid.
    public internal(set) var pidNames: [String] = []

    /// An empty table.
    public init() {}

    /// Number of values of a finite scalar type (bool, number, sort, pid, enum); nil for others.
    public func count(of type: Type) -> Int128? {
        switch type {
        case .bool: 2
        case .integer(let integer): max(0, integer.upper - integer.lower + 1)
        case .sort(let id): Int128(sorts[id].count)
        case .pid: Int128(pidCount)
        case .enumeration(let id): Int128(enumerations[id].cases.count)
        case .structure, .optional, .array, .set, .sequence, .lock, .null, .void, .invalid: nil
        }
    }

    /// The value with an ordinal, from 0, of a finite scalar type.
    public func value(_ ordinal: Int, of type: Type) -> Value {
        switch type {
        case .bool: .bool(ordinal == 1)
        case .integer(let integer): .integer(integer.lower + Int128(ordinal))
        case .sort, .pid, .enumeration, .structure, .optional, .array, .set, .sequence, .lock, .null, .void, .invalid:
            .member(ordinal)
        }
    }

    /// The ordinal of a value within a finite scalar type; outside the type's range it is out of `0..<count`.
    public func ordinal(of value: Value, in type: Type) -> Int {
        switch value {
        case .bool(let flag): flag ? 1 : 0
        case .member(let index): index
        case .integer(let number): Int(clamping: number - (type.integer?.lower ?? 0))
        case .null, .some, .structure, .array, .sequence, .set, .lock: preconditionFailure("not a scalar")
        }
    }

    /// The type as a spec writes it.
    public func name(of type: Type) -> String {
        switch type {
        case .bool: "bool"
        case .integer(let integer): name(of: integer)
        case .sort(let id): sorts[id].name
        case .pid: "pid"
        case .enumeration(let id): enumerations[id].name
        case .structure(let id): structures[id].name
        case .optional(let wrapped): "\(suffixed(wrapped))?"
        case .array(let element, let index): "\(suffixed(element))[\(indexName(index))]"
        case .set(let element): "set<\(name(of: element))>"
        case .sequence(let element, let max): "seq<\(name(of: element))> max \(max)"
        case .lock: "spinlock"
        case .null: "nil"
        case .void: "nothing"
        case .invalid: "?"
        }
    }

    private func suffixed(_ type: Type) -> String {
        switch type {
        case .sequence: "(\(name(of: type)))"
        case .integer(let integer) where integer.kind == .int && integer != .int: "(\(name(of: type)))"
        default: name(of: type)
        }
    }

    private func indexName(_ index: Type) -> String {
        if let integer = index.integer { "\(integer.upper + 1)" } else { name(of: index) }
    }

    private func name(of integer: IntegerType) -> String {
        switch integer.kind {
        case .word(let bits, let isSigned): "\(isSigned ? "i" : "u")\(bits)"
        case .int where integer == .int: "int"
        case .int where integer.lower == integer.upper: "int in \(integer.lower)...\(integer.upper)"
        case .int: "int in \(integer.lower)..<\(integer.upper + 1)"
        }
    }
}
