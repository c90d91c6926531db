// Ranges of addresses, and what is said of a variable at each: range lists and location lists.

extension DwarfFile {
    /// The code of an entry; empty when it has none, or what is said of it cannot be read.
    func ranges(of entry: DwarfEntry) -> [Range<UInt64>] {
        let unit = units[entry.unit]
        if let value = entry[DwarfAttribute.ranges] {
            let ranges: [Range<UInt64>]?
            switch value {
            case .sectionOffset(let offset):
                ranges = unit.version >= 5 ? rangeList(at: offset, unit) : oldRanges(at: offset, unit)
            case .data(let offset, _): ranges = oldRanges(at: Int(clamping: offset), unit)
            case .listIndex(let index):
                ranges = listOffset(sections.rangeLists, unit.rangeBase, index, unit).flatMap {
                    rangeList(at: $0, unit)
                }
            default: ranges = nil
            }
            return ranges ?? []
        }
        guard let low = entry[DwarfAttribute.lowAddress].flatMap({ address($0, in: unit) }),
            let high = entry[DwarfAttribute.highAddress]
        else { return [] }
        let end =
            address(high, in: unit) ?? entry.number(DwarfAttribute.highAddress).map { low &+ UInt64(bitPattern: $0) }
        guard let end, low < end else { return [] }
        return [low..<end]
    }

    private func listOffset(_ section: [UInt8], _ base: Int, _ index: Int, _ unit: DwarfUnit) -> Int? {
        Self.element(section, base, index, size: unit.isWide ? 8 : 4).map { base &+ Int(clamping: $0) }
    }

    /// `.debug_ranges`, versions 2 to 4 ("Non-Contiguous Address Ranges").
    private func oldRanges(at offset: Int, _ unit: DwarfUnit) -> [Range<UInt64>]? {
        var cursor = DwarfCursor(sections.ranges, at: offset)
        let isBase: UInt64 = unit.addressSize == 8 ? .max : 0xffff_ffff
        var base = unit.lowAddress
        var list: [Range<UInt64>] = []
        while let low = try? cursor.fixed(unit.addressSize), let high = try? cursor.fixed(unit.addressSize) {
            if low == 0 && high == 0 { return list }
            if low == isBase {
                base = high
            } else if low < high, base &+ low < base &+ high {
                list.append(base &+ low..<base &+ high)
            }
        }
        return nil
    }

    /// `.debug_rnglists`, version 5 ("Range List Entry").
    private func rangeList(at offset: Int, _ unit: DwarfUnit) -> [Range<UInt64>]? {
        var cursor = DwarfCursor(sections.rangeLists, at: offset)
        var list: [Range<UInt64>] = []
        var base = unit.lowAddress
        while let entry = try? listEntry(&cursor, base, unit, isLocation: false) {
            switch entry {
            case .end: return list
            case .base(let address): base = address
            case .range(let range): list.append(range)
            case .fallback, .nothing: continue
            }
        }
        return nil
    }

    private enum ListEntry {
        case end, nothing
        case base(UInt64)
        case range(Range<UInt64>)
        /// Where no other entry applies.
        case fallback
    }

    /// An entry of a list of version 5; range lists and location lists differ in the codes after 4 alone.
    private func listEntry(
        _ cursor: inout DwarfCursor, _ base: UInt64, _ unit: DwarfUnit, isLocation: Bool
    ) throws(SymbolError) -> ListEntry {
        func indexed() throws(SymbolError) -> UInt64 {
            let number = Int(clamping: try cursor.unsigned())
            guard let address = address(number: number, in: unit) else { throw .cutOff }
            return address
        }
        func range(_ low: UInt64, _ high: UInt64) -> ListEntry { low < high ? .range(low..<high) : .nothing }
        var code = try cursor.byte()
        // Range lists have no entry for "anywhere else".
        if !isLocation && code >= 5 { code &+= 1 }
        switch code {
        case 0: return .end
        case 1: return .base(try indexed())
        case 2:
            let low = try indexed()
            return range(low, try indexed())
        case 3:
            let low = try indexed()
            return range(low, low &+ (try cursor.unsigned()))
        case 4:
            let low = try cursor.unsigned()
            return range(base &+ low, base &+ (try cursor.unsigned()))
        case 5: return .fallback
        case 6: return .base(try cursor.fixed(unit.addressSize))
        case 7:
            let low = try cursor.fixed(unit.addressSize)
            return range(low, try cursor.fixed(unit.addressSize))
        case 8:
            let low = try cursor.fixed(unit.addressSize)
            return range(low, low &+ (try cursor.unsigned()))
        default: throw SymbolError("a list of addresses has an entry that is not known")
        }
    }

    // MARK: Locations

    /// The expression that tells where a variable is while the program counter is at an address; nil when the file does
    /// not say, or the variable is nowhere then.
    func location(of entry: DwarfEntry, at address: UInt64?) -> DwarfCode? {
        let unit = units[entry.unit]
        switch entry[DwarfAttribute.location] {
        case .block(let range)?: return DwarfCode(bytes: sections.info, range: range)
        case .sectionOffset(let offset)?:
            return unit.version >= 5 ? newLocation(offset, unit, address) : oldLocation(offset, unit, address)
        case .data(let offset, _)?: return oldLocation(Int(clamping: offset), unit, address)
        case .listIndex(let index)?:
            return listOffset(sections.locationLists, unit.locationBase, index, unit)
                .flatMap { newLocation($0, unit, address) }
        default: return nil
        }
    }

    /// `.debug_loc`, versions 2 to 4 ("Location Lists").
    private func oldLocation(_ offset: Int, _ unit: DwarfUnit, _ address: UInt64?) -> DwarfCode? {
        guard let address else { return nil }
        var cursor = DwarfCursor(sections.locations, at: offset)
        let isBase: UInt64 = unit.addressSize == 8 ? .max : 0xffff_ffff
        var base = unit.lowAddress
        while let low = try? cursor.fixed(unit.addressSize), let high = try? cursor.fixed(unit.addressSize) {
            if low == 0 && high == 0 { return nil }
            if low == isBase {
                base = high
                continue
            }
            guard let count = try? cursor.fixed(2) else { return nil }
            let start = cursor.position
            guard (try? cursor.skip(count)) != nil else { return nil }
            if base &+ low <= address && address < base &+ high {
                return DwarfCode(bytes: sections.locations, range: start..<cursor.position)
            }
        }
        return nil
    }

    /// `.debug_loclists`, version 5 ("Location List Entry").
    private func newLocation(_ offset: Int, _ unit: DwarfUnit, _ address: UInt64?) -> DwarfCode? {
        guard let address else { return nil }
        var cursor = DwarfCursor(sections.locationLists, at: offset)
        var base = unit.lowAddress
        var fallback: DwarfCode?
        while let entry = try? listEntry(&cursor, base, unit, isLocation: true) {
            switch entry {
            case .end: return fallback
            case .base(let address): base = address
            case .range, .fallback, .nothing:
                guard let count = try? cursor.unsigned() else { return nil }
                let start = cursor.position
                guard (try? cursor.skip(count)) != nil else { return nil }
                let code = DwarfCode(bytes: sections.locationLists, range: start..<cursor.position)
                if case .range(let range) = entry, range.contains(address) { return code }
                if case .fallback = entry { fallback = code }
            }
        }
        return fallback
    }
}

/// A DWARF expression: bytes of a section.
struct DwarfCode {
    let bytes: [UInt8]
    let range: Range<Int>
}
