// Units of debug information: their headers, their abbreviations, and the values of their attributes.

/// The sections that debug information is spread over.
struct DwarfSections {
    var info: [UInt8] = []
    /// Where the units of `.debug_types` begin, behind those of `.debug_info`.
    var typesStart = Int.max
    var abbreviations: [UInt8] = []
    var strings: [UInt8] = []
    var lineStrings: [UInt8] = []
    var stringOffsets: [UInt8] = []
    var addresses: [UInt8] = []
    var ranges: [UInt8] = []
    var rangeLists: [UInt8] = []
    var locations: [UInt8] = []
    var locationLists: [UInt8] = []
}

/// The form of one kind of entry ("Abbreviations Tables").
struct Abbreviation {
    struct Attribute {
        let name: Int
        let form: Int
        let implicit: Int64
    }
    let tag: Int
    let hasChildren: Bool
    let attributes: [Attribute]

    /// Reads the table at an offset; each code once.
    static func table(_ bytes: [UInt8], at offset: Int) throws(SymbolError) -> [Int: Abbreviation] {
        var cursor = DwarfCursor(bytes, at: offset)
        var table: [Int: Abbreviation] = [:]
        while !cursor.isAtEnd {
            let code = Int(clamping: try cursor.unsigned())
            if code == 0 { break }
            let tag = Int(clamping: try cursor.unsigned())
            let hasChildren = try cursor.byte() != 0
            var attributes: [Attribute] = []
            while true {
                let name = Int(clamping: try cursor.unsigned())
                let form = Int(clamping: try cursor.unsigned())
                let implicit = form == DwarfForm.implicitConstant ? try cursor.signed() : 0
                if name == 0 && form == 0 { break }
                attributes.append(Attribute(name: name, form: form, implicit: implicit))
            }
            table[code] = Abbreviation(tag: tag, hasChildren: hasChildren, attributes: attributes)
        }
        return table
    }
}

/// The value of an attribute.
enum DwarfValue {
    case address(UInt64)
    /// A number of so many bytes, signed or not as its attribute says.
    case data(UInt64, size: Int)
    case signed(Int64)
    case unsigned(UInt64)
    /// In `.debug_info` itself, in `.debug_str`, in `.debug_line_str`.
    case ownText(Int)
    case text(Int)
    case lineText(Int)
    case textIndex(Int)
    case addressIndex(Int)
    case flag(Bool)
    /// Another entry, by its offset in `.debug_info`.
    case reference(Int)
    case signature(UInt64)
    /// Bytes of `.debug_info`.
    case block(Range<Int>)
    case sectionOffset(Int)
    case listIndex(Int)
    case nothing
}

/// A unit of `.debug_info`.
struct DwarfUnit {
    /// From its header to its end, in `.debug_info`.
    let range: Range<Int>
    let firstEntry: Int
    let version: Int
    let isWide: Bool
    let addressSize: Int
    let abbreviations: [Abbreviation?]
    /// For a type unit: its signature, and the entry of its type.
    let signature: (UInt64, entry: Int)?
    // From its first entry:
    var name = ""
    var lowAddress: UInt64 = 0
    var lineOffset: Int?
    var macroOffset: Int?
    /// Swift has structs of the names that C has, and no members in them that C would know.
    var isSwift = false
    var stringBase: Int
    var addressBase: Int
    var rangeBase = 0
    var locationBase = 0

    /// Reads the header at an offset ("Unit Headers").
    init(_ sections: DwarfSections, at start: Int, tables: inout [Int: [Abbreviation?]]) throws(SymbolError) {
        var cursor = DwarfCursor(sections.info, at: start)
        let (length, isWide) = try cursor.initialLength()
        let body = cursor.position
        guard length <= UInt64(sections.info.count - body) else { throw .cutOff }
        range = start..<body + Int(length)
        self.isWide = isWide
        version = Int(try cursor.fixed(2))
        guard (2...5).contains(version) else { throw SymbolError("debug information of DWARF version \(version)") }
        var kind = 1
        let table: Int
        if version == 5 {
            kind = Int(try cursor.byte())
            addressSize = Int(try cursor.byte())
            table = try cursor.offset(isWide: isWide)
        } else {
            table = try cursor.offset(isWide: isWide)
            addressSize = Int(try cursor.byte())
            if start >= sections.typesStart { kind = 2 }
        }
        guard addressSize == 8 || addressSize == 4 else { throw SymbolError("addresses of \(addressSize) bytes") }
        // Skeleton and split units carry an identification, type units what they are of.
        if kind == 4 || kind == 5 { try cursor.skip(8) }
        if kind == 2 || kind == 6 {
            let signature = try cursor.fixed(8)
            self.signature = (signature, entry: start &+ (try cursor.offset(isWide: isWide)))
        } else {
            signature = nil
        }
        firstEntry = cursor.position
        let header = isWide ? 16 : 8
        (stringBase, addressBase) = version == 5 ? (header, header) : (0, 0)
        if let known = tables[table] {
            abbreviations = known
        } else {
            let read = try Abbreviation.table(sections.abbreviations, at: table)
            var list: [Abbreviation?] = Array(repeating: nil, count: 1 + min(read.keys.max() ?? 0, 0xffff))
            for (code, abbreviation) in read where code < list.count { list[code] = abbreviation }
            abbreviations = list
            tables[table] = list
        }
    }

    func abbreviation(_ code: UInt64) throws(SymbolError) -> Abbreviation {
        guard code < UInt64(abbreviations.count), let found = abbreviations[Int(code)] else {
            throw SymbolError("the debug information uses an abbreviation that it does not have")
        }
        return found
    }

    /// Reads one value ("Form Encodings").
    func value(_ form: Int, implicit: Int64, _ cursor: inout DwarfCursor) throws(SymbolError) -> DwarfValue {
        switch form {
        case DwarfForm.data1: return .data(UInt64(try cursor.byte()), size: 1)
        case DwarfForm.data2: return .data(try cursor.fixed(2), size: 2)
        case DwarfForm.data4: return .data(try cursor.fixed(4), size: 4)
        case DwarfForm.data8: return .data(try cursor.fixed(8), size: 8)
        case DwarfForm.stringOffset: return .text(try cursor.offset(isWide: isWide))
        case DwarfForm.reference4: return .reference(range.lowerBound + Int(try cursor.fixed(4)))
        case DwarfForm.flagPresent: return .flag(true)
        case DwarfForm.flag: return .flag(try cursor.byte() != 0)
        case DwarfForm.address: return .address(try cursor.fixed(addressSize))
        case DwarfForm.sectionOffset: return .sectionOffset(try cursor.offset(isWide: isWide))
        case DwarfForm.signedData: return .signed(try cursor.signed())
        case DwarfForm.unsignedData: return .unsigned(try cursor.unsigned())
        case DwarfForm.implicitConstant: return .signed(implicit)
        case DwarfForm.lineString: return .lineText(try cursor.offset(isWide: isWide))
        case DwarfForm.string:
            let start = cursor.position
            try cursor.skipText()
            return .ownText(start)
        case DwarfForm.expression, DwarfForm.block: return try block(try cursor.unsigned(), &cursor)
        case DwarfForm.block1: return try block(UInt64(try cursor.byte()), &cursor)
        case DwarfForm.block2: return try block(try cursor.fixed(2), &cursor)
        case DwarfForm.block4: return try block(try cursor.fixed(4), &cursor)
        case DwarfForm.data16: return try block(16, &cursor)
        case DwarfForm.indirect:
            let actual = Int(clamping: try cursor.unsigned())
            guard actual != DwarfForm.indirect else { throw SymbolError("a form that names itself") }
            return try value(actual, implicit: 0, &cursor)
        default: return try rareValue(form, &cursor)
        }
    }

    private func rareValue(_ form: Int, _ cursor: inout DwarfCursor) throws(SymbolError) -> DwarfValue {
        let base = range.lowerBound
        switch form {
        case DwarfForm.reference1: return .reference(base + Int(try cursor.byte()))
        case DwarfForm.reference2: return .reference(base + Int(try cursor.fixed(2)))
        case DwarfForm.reference8: return reference(try cursor.fixed(8))
        case DwarfForm.referenceUnsigned: return reference(try cursor.unsigned())
        case DwarfForm.referenceAddress:
            // In version 2 of the size of an address, later of an offset.
            return .reference(Int(clamping: try cursor.fixed(version == 2 ? addressSize : isWide ? 8 : 4)))
        case DwarfForm.signatureReference: return .signature(try cursor.fixed(8))
        case DwarfForm.stringIndex: return .textIndex(Int(clamping: try cursor.unsigned()))
        case DwarfForm.stringIndex1: return .textIndex(Int(try cursor.byte()))
        case DwarfForm.stringIndex2: return .textIndex(Int(try cursor.fixed(2)))
        case DwarfForm.stringIndex3: return .textIndex(Int(try cursor.fixed(3)))
        case DwarfForm.stringIndex4: return .textIndex(Int(try cursor.fixed(4)))
        case DwarfForm.addressIndex: return .addressIndex(Int(clamping: try cursor.unsigned()))
        case DwarfForm.addressIndex1: return .addressIndex(Int(try cursor.byte()))
        case DwarfForm.addressIndex2: return .addressIndex(Int(try cursor.fixed(2)))
        case DwarfForm.addressIndex3: return .addressIndex(Int(try cursor.fixed(3)))
        case DwarfForm.addressIndex4: return .addressIndex(Int(try cursor.fixed(4)))
        case DwarfForm.locationListIndex, DwarfForm.rangeListIndex:
            return .listIndex(Int(clamping: try cursor.unsigned()))
        case DwarfForm.supplementReference4: try cursor.skip(4)
        case DwarfForm.supplementReference8: try cursor.skip(8)
        case DwarfForm.supplementString, DwarfForm.gnuReferenceAlternate, DwarfForm.gnuStringAlternate:
            _ = try cursor.offset(isWide: isWide)
        default: throw SymbolError("the debug information has a form that is not known: 0x\(String(form, radix: 16))")
        }
        return .nothing
    }

    private func reference(_ offset: UInt64) -> DwarfValue {
        offset < UInt64(range.count) ? .reference(range.lowerBound + Int(offset)) : .nothing
    }

    private func block(_ count: UInt64, _ cursor: inout DwarfCursor) throws(SymbolError) -> DwarfValue {
        let start = cursor.position
        try cursor.skip(count)
        return .block(start..<cursor.position)
    }
}
