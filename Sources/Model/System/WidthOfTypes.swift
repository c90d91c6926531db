// How many bits values need, which decides what one load can read and how states are packed.

extension TypeTable {
    /// Bits of a value of the type, packed without gaps.
    public func width(of type: Type) -> Int {
        switch type {
        case .bool, .integer, .sort, .pid, .enumeration: Self.bits(forCount: count(of: type) ?? 1)
        case .structure(let id): structures[id].fields.reduce(0) { $0 + width(of: $1.type) }
        case .optional(let wrapped): 1 + width(of: wrapped)
        case .array(let element, let index): Int(count(of: index) ?? 0) * width(of: element)
        case .set(let element): Int(count(of: element) ?? 0)
        case .sequence(let element, let max): Self.bits(forCount: Int128(max) + 1) + max * width(of: element)
        case .lock: Self.bits(forCount: Int128(pidCount) + 1)
        case .null, .void, .invalid: 0
        }
    }

    /// Bits that tell so many values apart.
    public static func bits(forCount count: Int128) -> Int {
        guard count > 1 else { return 0 }
        return 128 - UInt128(count - 1).leadingZeroBitCount
    }

    /// What a load or store of one machine word can carry: at most 8 bytes as C would lay it out.
    ///
    /// Numbers count with their declared width, everything else of finite type as one byte a part.
    public func fitsMachineWord(_ type: Type) -> Bool { machineBytes(of: type) <= 8 }

    private func machineBytes(of type: Type) -> Int {
        switch type {
        case .bool, .sort, .pid, .enumeration: 1
        case .integer(let integer): integer.kind == .int ? max(1, (width(of: type) + 7) / 8) : integer.kind.bits / 8
        case .structure(let id): structures[id].fields.reduce(0) { $0 + machineBytes(of: $1.type) }
        // A null pointer or a reserved value says nil.
        case .optional(let wrapped): machineBytes(of: wrapped)
        case .array(let element, let index): Int(count(of: index) ?? 0) * machineBytes(of: element)
        case .set(let element): (Int(count(of: element) ?? 0) + 7) / 8
        case .sequence(let element, let max): 1 + max * machineBytes(of: element)
        case .lock: 4
        case .null, .void, .invalid: 0
        }
    }
}
