// Entries of debug information as types of C.

/// Reads types.
struct TypeReader {
    let information: DebugInformation

    private var file: DwarfFile { information.file }

    func read(_ entry: DwarfEntry) throws(SymbolError) -> CType {
        switch entry.tag {
        case DwarfTag.baseType: return .base(base(entry))
        case DwarfTag.pointerType, DwarfTag.referenceType, DwarfTag.rvalueReferenceType:
            return .pointer(to: target(entry))
        case DwarfTag.structureType, DwarfTag.classType, DwarfTag.unionType: return .record(try record(entry))
        case DwarfTag.enumerationType: return .enumeration(try enumeration(entry))
        case DwarfTag.arrayType: return try array(entry)
        case DwarfTag.subroutineType: return .function
        case DwarfTag.typedef: return .alias(name: file.name(entry) ?? "?", of: target(entry))
        case DwarfTag.constType: return .qualified("const", of: target(entry))
        case DwarfTag.volatileType: return .qualified("volatile", of: target(entry))
        case DwarfTag.restrictType: return .qualified("restrict", of: target(entry))
        case DwarfTag.atomicType: return .qualified("_Atomic", of: target(entry))
        case DwarfTag.unspecifiedType: return .void
        case DwarfTag.subrangeType: return try subdimension(entry)
        default: throw SymbolError("a type of a kind that C has not (0x\(String(entry.tag, radix: 16)))")
        }
    }

    /// The type that an entry names; `void` when it names none.
    func target(_ entry: DwarfEntry) -> CTypeID {
        switch entry[DwarfAttribute.type] {
        case .reference(let offset)?: CTypeID(offset: offset)
        case .signature(let signature)?: file.signatures[signature].map { CTypeID(offset: $0) } ?? .void
        default: .void
        }
    }

    private func base(_ entry: DwarfEntry) -> BaseType {
        let encoding: BaseType.Encoding
        var isSigned = false
        // Attribute encodings: boolean, float, signed and unsigned numbers and characters.
        switch entry.number(DwarfAttribute.encoding) {
        case 2: encoding = .boolean
        case 3, 4: encoding = .floating
        case 5: (encoding, isSigned) = (.signed, true)
        case 6: (encoding, isSigned) = (.character, true)
        case 8, 16: encoding = .character
        default: encoding = .unsigned
        }
        return BaseType(
            name: file.name(entry) ?? "?", size: Int(clamping: entry.number(DwarfAttribute.byteSize) ?? 0),
            encoding: encoding, isSigned: isSigned)
    }

    // MARK: Structs and unions

    private func record(_ found: DwarfEntry) throws(SymbolError) -> RecordType {
        var entry = found
        if case .signature(let signature)? = entry[DwarfAttribute.signature], let full = file.signatures[signature] {
            entry = try file.entry(at: full)
        } else if entry.isTrue(DwarfAttribute.declaration), let name = file.name(entry),
            let full = information.definition(of: name, tag: entry.tag)
        {
            entry = try file.entry(at: full)
        }
        var members: [RecordMember] = []
        for child in try file.children(of: entry) where child.tag == DwarfTag.member {
            if let member = try member(child) { members.append(member) }
        }
        let size = entry.number(DwarfAttribute.byteSize).flatMap { $0 >= 0 ? Int(exactly: $0) : nil }
        return RecordType(
            name: file.name(entry), isUnion: entry.tag == DwarfTag.unionType,
            size: entry.isTrue(DwarfAttribute.declaration) ? nil : size, members: members,
            line: information.line(of: entry))
    }

    /// A member; nil for a static one of C++, or one whose place is computed.
    private func member(_ entry: DwarfEntry) throws(SymbolError) -> RecordMember? {
        if entry.isTrue(DwarfAttribute.external) || entry.isTrue(DwarfAttribute.declaration) { return nil }
        guard let offset = try offset(entry) else { return nil }
        let type = target(entry)
        guard let width = entry.number(DwarfAttribute.bitSize) else {
            return RecordMember(name: file.name(entry), type: type, offset: offset, bits: nil)
        }
        guard (1...64).contains(width) else { return nil }
        let size =
            entry.number(DwarfAttribute.byteSize).flatMap { Int(exactly: $0) } ?? (try? information.size(of: type)) ?? 0
        guard [1, 2, 4, 8].contains(size) else { return nil }
        let first: Int
        if let bit = entry.number(DwarfAttribute.dataBitOffset) {
            guard let bit = Int(exactly: bit), bit >= 0 else { return nil }
            first = bit
        } else {
            // Versions 2 and 3 count from the unit's highest bit.
            let fromTop = Int(clamping: entry.number(DwarfAttribute.bitOffset) ?? 0)
            let (low, overflow) = (8 * size - Int(width)).subtractingReportingOverflow(fromTop)
            let (bits, outside) = offset.multipliedReportingOverflow(by: 8)
            let (sum, beyond) = bits.addingReportingOverflow(low)
            guard !overflow, !outside, !beyond, sum >= 0 else { return nil }
            first = sum
        }
        guard let (unit, bits) = Self.unit(first: first, width: Int(width), size: size) else { return nil }
        return RecordMember(name: file.name(entry), type: type, offset: unit, bits: bits)
    }

    /// The aligned unit that holds a bit field; in a packed record the smallest one that does.
    private static func unit(first: Int, width: Int, size: Int) -> (offset: Int, BitField)? {
        let aligned = first / (8 * size) * size
        if first - 8 * aligned + width <= 8 * size {
            return (aligned, BitField(shift: first - 8 * aligned, width: width, unitSize: size))
        }
        let shift = first % 8
        guard let fitting = [1, 2, 4, 8].first(where: { shift + width <= 8 * $0 }) else { return nil }
        return (first / 8, BitField(shift: shift, width: width, unitSize: fitting))
    }

    /// Bytes from the start of the record; version 2 writes an expression.
    private func offset(_ entry: DwarfEntry) throws(SymbolError) -> Int? {
        switch entry[DwarfAttribute.dataMemberLocation] {
        case nil: return 0
        case .block(let range)?:
            var cursor = DwarfCursor(file.sections.info, at: range.lowerBound, end: range.upperBound)
            guard try cursor.byte() == 0x23 else { return nil }
            return Int(exactly: try cursor.unsigned())
        default:
            guard let number = entry.number(DwarfAttribute.dataMemberLocation), number >= 0 else { return nil }
            return Int(exactly: number)
        }
    }

    // MARK: Enums and arrays

    private func enumeration(_ found: DwarfEntry) throws(SymbolError) -> EnumeratedType {
        var entry = found
        if entry.isTrue(DwarfAttribute.declaration), let name = file.name(entry),
            let full = information.definition(of: name, tag: entry.tag)
        {
            entry = try file.entry(at: full)
        }
        var isSigned = false
        if entry.has(DwarfAttribute.type), case .base(let base)? = try? information.stripped(target(entry)).type {
            isSigned = base.isSigned
        }
        var list: [(name: String, value: Int64)] = []
        for child in try file.children(of: entry) where child.tag == DwarfTag.enumerator {
            guard let name = file.name(child) else { continue }
            switch child[DwarfAttribute.constantValue] {
            case .signed(let value)?: list.append((name, value))
            case .unsigned(let value)?: list.append((name, Int64(bitPattern: value)))
            case .data(let value, let size)?:
                // One byte for -1 as for 255: what the enum is made of tells.
                let shift = UInt64(64 - 8 * min(max(size, 1), 8))
                list.append(
                    (name, isSigned ? Int64(bitPattern: value << shift) >> Int64(shift) : Int64(bitPattern: value)))
            default: continue
            }
        }
        return EnumeratedType(
            name: file.name(entry), size: Int(clamping: entry.number(DwarfAttribute.byteSize) ?? 4),
            isSigned: isSigned || list.contains { $0.value < 0 }, enumerators: list)
    }

    /// Arrays of several dimensions are one entry with a child for each: the first is this one's, the rest is the element.
    private func array(_ entry: DwarfEntry) throws(SymbolError) -> CType {
        let dimensions = try file.children(of: entry).filter { $0.tag == DwarfTag.subrangeType }
        guard let first = dimensions.first else { return .array(of: target(entry), count: nil) }
        for dimension in dimensions { information.arrayOfDimension[dimension.offset] = entry.offset }
        return .array(
            of: dimensions.count == 1 ? target(entry) : CTypeID(offset: dimensions[1].offset), count: count(first))
    }

    /// The part of an array from one of its later dimensions on is identified by that dimension's entry.
    private func subdimension(_ entry: DwarfEntry) throws(SymbolError) -> CType {
        guard let (array, dimensions, position) = try arrays(around: entry) else {
            throw SymbolError("a dimension without an array")
        }
        let isLast = position == dimensions.count - 1
        return .array(
            of: isLast ? target(array) : CTypeID(offset: dimensions[position + 1].offset), count: count(entry))
    }

    /// The array that a dimension is of: the one before it in its unit whose children it is among.
    private func arrays(around entry: DwarfEntry) throws(SymbolError) -> (DwarfEntry, [DwarfEntry], Int)? {
        guard let offset = information.arrayOfDimension[entry.offset] else { return nil }
        let array = try file.entry(at: offset)
        let dimensions = try file.children(of: array).filter { $0.tag == DwarfTag.subrangeType }
        return dimensions.firstIndex { $0.offset == entry.offset }.map { (array, dimensions, $0) }
    }

    private func count(_ dimension: DwarfEntry) -> Int? {
        if let count = dimension.number(DwarfAttribute.count) { return count >= 0 ? Int(exactly: count) : nil }
        guard let upper = dimension.number(DwarfAttribute.upperBound), upper >= -1, upper < Int64(Int32.max) else {
            return nil
        }
        return Int(upper) + 1
    }

    // MARK: Names

    func name(of id: CTypeID) throws(SymbolError) -> String {
        var id = id
        var suffix = ""
        for _ in 0..<64 {
            switch try information.type(id) {
            case .void: return "void" + suffix
            case .base(let base): return base.name + suffix
            case .alias(let name, _): return name + suffix
            case .record(let record):
                return "\(record.isUnion ? "union" : "struct") \(record.name ?? "{…}")" + suffix
            case .enumeration(let type): return "enum \(type.name ?? "{…}")" + suffix
            case .function: return "function" + suffix
            case .pointer(let target):
                suffix = " *" + suffix.drop { $0 == " " }
                id = target
            case .array(let element, let count):
                suffix += "[\(count.map(String.init) ?? "")]"
                id = element
            case .qualified(_, let inner): id = inner
            }
        }
        return "…" + suffix
    }
}
