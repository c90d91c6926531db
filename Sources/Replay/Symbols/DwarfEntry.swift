// One entry of debug information, and the entries inside it.

/// An entry with its attributes.
struct DwarfEntry {
    let offset: Int
    let unit: Int
    let tag: Int
    let hasChildren: Bool
    let attributes: [(name: Int, value: DwarfValue)]
    /// Where the next entry starts: its first child, when it has any.
    let next: Int

    subscript(name: Int) -> DwarfValue? { attributes.first { $0.name == name }?.value }

    func has(_ name: Int) -> Bool { attributes.contains { $0.name == name } }

    /// The entry that an attribute refers to.
    func reference(_ name: Int) -> Int? {
        if case .reference(let offset)? = self[name] { offset } else { nil }
    }

    /// A number that is no address; nil when it is absent or computed when the program runs.
    func number(_ name: Int) -> Int64? {
        switch self[name] {
        case .data(let value, _)?, .unsigned(let value)?: Int64(bitPattern: value)
        case .signed(let value)?: value
        default: nil
        }
    }

    func isTrue(_ name: Int) -> Bool {
        if case .flag(let flag)? = self[name] { flag } else { false }
    }
}

/// Debug information as units and entries; what entries mean is told by those who read them.
struct DwarfFile {
    private(set) var sections: DwarfSections
    private(set) var units: [DwarfUnit] = []
    /// Units that could not be read, and why.
    private(set) var problems: [String] = []
    private(set) var signatures: [UInt64: Int] = [:]

    /// Reads the headers of all units. A unit whose header makes no sense ends the section.
    init(_ sections: DwarfSections) {
        self.sections = sections
        var tables: [Int: [Abbreviation?]] = [:]
        var position = 0
        while position < sections.info.count {
            do throws(SymbolError) {
                var cursor = DwarfCursor(sections.info, at: position)
                let (length, _) = try cursor.initialLength()
                guard length <= UInt64(sections.info.count - cursor.position) else { throw .cutOff }
                let end = cursor.position + Int(length)
                do throws(SymbolError) {
                    units.append(try unit(at: position, &tables))
                } catch {
                    problems.append(error.description)
                }
                position = end
            } catch {
                problems.append(error.description)
                break
            }
        }
        for unit in units {
            if let (signature, entry) = unit.signature { signatures[signature] = entry }
        }
    }

    private func unit(at position: Int, _ tables: inout [Int: [Abbreviation?]]) throws(SymbolError) -> DwarfUnit {
        var unit = try DwarfUnit(sections, at: position, tables: &tables)
        guard unit.firstEntry < unit.range.upperBound else { return unit }
        let top = try entry(at: unit.firstEntry, in: unit, number: units.count)
        func offset(_ name: Int) -> Int? {
            switch top[name] {
            case .sectionOffset(let offset)?: offset
            // Before version 4 offsets have the form of numbers.
            case .data(let offset, _)?: Int(clamping: offset)
            default: nil
            }
        }
        unit.stringBase = offset(DwarfAttribute.stringOffsetsBase) ?? unit.stringBase
        unit.addressBase = offset(DwarfAttribute.addressBase) ?? unit.addressBase
        unit.rangeBase = offset(DwarfAttribute.rangeListsBase) ?? (unit.isWide ? 20 : 12)
        unit.locationBase = offset(DwarfAttribute.locationListsBase) ?? (unit.isWide ? 20 : 12)
        unit.lineOffset = offset(DwarfAttribute.statementList)
        unit.macroOffset = offset(DwarfAttribute.macros) ?? offset(DwarfAttribute.gnuMacros)
        unit.lowAddress = top[DwarfAttribute.lowAddress].flatMap { address($0, in: unit) } ?? 0
        unit.isSwift = top.number(DwarfAttribute.language) == 0x1e
        unit.name = top[DwarfAttribute.name].flatMap { text($0, in: unit) } ?? ""
        return unit
    }

    /// The number of the unit that an offset lies in.
    func unitNumber(of offset: Int) -> Int? {
        var (low, high) = (0, units.count)
        while low < high {
            let middle = (low + high) / 2
            if units[middle].range.upperBound <= offset { low = middle + 1 } else { high = middle }
        }
        guard low < units.count, units[low].firstEntry <= offset, offset < units[low].range.upperBound else {
            return nil
        }
        return low
    }

    /// The entry at an offset; an error where there is none.
    func entry(at offset: Int) throws(SymbolError) -> DwarfEntry {
        guard let number = unitNumber(of: offset) else {
            throw SymbolError("the debug information refers to an entry that is not there")
        }
        return try entry(at: offset, in: units[number], number: number)
    }

    private func entry(at offset: Int, in unit: DwarfUnit, number: Int) throws(SymbolError) -> DwarfEntry {
        var cursor = DwarfCursor(sections.info, at: offset, end: unit.range.upperBound)
        let code = try cursor.unsigned()
        guard code != 0 else { throw SymbolError("the debug information refers to an entry that is not there") }
        let abbreviation = try unit.abbreviation(code)
        var attributes: [(name: Int, value: DwarfValue)] = []
        attributes.reserveCapacity(abbreviation.attributes.count)
        for attribute in abbreviation.attributes {
            attributes.append((attribute.name, try unit.value(attribute.form, implicit: attribute.implicit, &cursor)))
        }
        return DwarfEntry(
            offset: offset, unit: number, tag: abbreviation.tag, hasChildren: abbreviation.hasChildren,
            attributes: attributes, next: cursor.position)
    }

    /// The entries directly inside another.
    func children(of parent: DwarfEntry) throws(SymbolError) -> [DwarfEntry] {
        guard parent.hasChildren else { return [] }
        let unit = units[parent.unit]
        var list: [DwarfEntry] = []
        var depth = 0
        var position = parent.next
        while position < unit.range.upperBound {
            if sections.info[position] == 0 {
                if depth == 0 { break }
                depth -= 1
                position += 1
                continue
            }
            let child = try entry(at: position, in: unit, number: parent.unit)
            if depth == 0 { list.append(child) }
            position = child.next
            if child.hasChildren { depth += 1 }
        }
        return list
    }

    // MARK: Values that lie elsewhere

    /// A string, wherever it is kept.
    func text(_ value: DwarfValue, in unit: DwarfUnit) -> String? {
        switch value {
        case .ownText(let offset): DwarfCursor.text(sections.info, at: offset)
        case .text(let offset): DwarfCursor.text(sections.strings, at: offset)
        case .lineText(let offset): DwarfCursor.text(sections.lineStrings, at: offset)
        case .textIndex(let index):
            Self.element(sections.stringOffsets, unit.stringBase, index, size: unit.isWide ? 8 : 4)
                .flatMap { DwarfCursor.text(sections.strings, at: Int(clamping: $0)) }
        default: nil
        }
    }

    /// An address, given directly or by its number.
    func address(_ value: DwarfValue, in unit: DwarfUnit) -> UInt64? {
        switch value {
        case .address(let address): address
        case .addressIndex(let index): address(number: index, in: unit)
        default: nil
        }
    }

    /// The address of a number in the unit's part of `.debug_addr`.
    func address(number: Int, in unit: DwarfUnit) -> UInt64? {
        Self.element(sections.addresses, unit.addressBase, number, size: unit.addressSize)
    }

    /// Element of an array of numbers in a section.
    static func element(_ bytes: [UInt8], _ base: Int, _ index: Int, size: Int) -> UInt64? {
        let (offset, overflow) = index.multipliedReportingOverflow(by: size)
        let (place, outside) = base.addingReportingOverflow(offset)
        guard !overflow, !outside, place >= 0, place <= bytes.count - size else { return nil }
        var cursor = DwarfCursor(bytes, at: place)
        return try? cursor.fixed(size)
    }

    func name(_ entry: DwarfEntry) -> String? {
        entry[DwarfAttribute.name].flatMap { text($0, in: units[entry.unit]) }
    }
}
