// What a file's debug information says, by name: types, variables, enumerators.

package import Emu

/// A variable of the kernel, or of a program.
package struct VariableSymbol: Sendable {
    /// Its name.
    package let name: String
    /// Its type.
    package let type: CTypeID
    /// Where it is.
    package let location: VariableLocation
    /// The file of its unit: `kernel/proc.c`.
    package let unit: String
    /// Where it is declared: `kernel/proc.c:11`.
    package let line: String?
}

/// Reads a file's debug information, DWARF 2 to 5: headers and names at once, everything else when it is asked for.
///
/// DWARF Debugging Information Format, versions 2 to 5. What does not parse is an error of the one who asks for it, never
/// of the process.
package final class DebugInformation {
    let file: DwarfFile
    let index: DebugIndex
    private let executable: ExecutableFile
    private var types: [Int: CType] = [:]
    private var beingRead: Set<Int> = []
    /// The array that a dimension, which stands for the rest of the array, is of.
    var arrayOfDimension: [Int: Int] = [:]
    private var fileNames: [Int: (names: [String], first: Int)] = [:]

    /// Reads what a file has.
    ///
    /// - Throws: `SymbolError` when there is none, or all of it is compressed or broken.
    /// - Complexity: linear in its size.
    package init(_ executable: ExecutableFile) throws(SymbolError) {
        func section(_ name: String) -> [UInt8] { Array(executable.section(".debug_\(name)") ?? []) }
        var sections = DwarfSections()
        sections.info = section("info")
        guard !sections.info.isEmpty else {
            throw SymbolError(
                executable.hasCompressed(".debug_info")
                    ? "its debug information is compressed: link it without -gz, or `llvm-objcopy --decompress-debug-sections` it"
                    : executable.symbols.isEmpty
                        ? "it is stripped: it has neither symbols nor debug information; build it with -g and do not strip it"
                        : "it has symbols and no debug information: compile it with -g")
        }
        // Version 4 keeps type units apart; behind the others they are as in version 5.
        sections.typesStart = sections.info.count
        sections.info += section("types")
        sections.abbreviations = section("abbrev")
        sections.strings = section("str")
        sections.lineStrings = section("line_str")
        sections.stringOffsets = section("str_offsets")
        sections.addresses = section("addr")
        sections.ranges = section("ranges")
        sections.rangeLists = section("rnglists")
        sections.locations = section("loc")
        sections.locationLists = section("loclists")
        file = DwarfFile(sections)
        index = DebugIndex(file)
        self.executable = executable
        if file.units.isEmpty {
            throw SymbolError(
                "its debug information cannot be read: \(file.problems.first ?? "there is no unit in it")")
        }
    }

    /// What could not be read, for a person; empty in most files.
    package var problems: [String] { file.problems + index.problems }

    // MARK: Types

    /// A type by its identifier.
    package func type(_ id: CTypeID) throws(SymbolError) -> CType {
        if id == .void { return .void }
        if let known = types[id.offset] { return known }
        // Reading a type asks for the sizes of others: a file that lies may go round in circles.
        guard beingRead.insert(id.offset).inserted else { throw SymbolError("a type that contains itself") }
        defer { beingRead.remove(id.offset) }
        let type = try TypeReader(information: self).read(file.entry(at: id.offset))
        types[id.offset] = type
        return type
    }

    /// The type beneath typedefs and qualifiers.
    package func stripped(_ id: CTypeID) throws(SymbolError) -> (id: CTypeID, type: CType) {
        var id = id
        for _ in 0..<64 {
            let type = try type(id)
            switch type {
            case .alias(_, let inner), .qualified(_, let inner): id = inner
            case .void, .base, .pointer, .record, .enumeration, .array, .function: return (id, type)
            }
        }
        throw SymbolError("a type that is its own typedef")
    }

    /// The type of a pointer, which the file need not have: such types count downwards from below `void`.
    func pointer(to target: CTypeID) -> CTypeID {
        let id = CTypeID(offset: -2 - max(target.offset, -1) - 1)
        types[id.offset] = .pointer(to: target)
        return id
    }

    /// Bytes of a type; nil where that is not known.
    package func size(of id: CTypeID) throws(SymbolError) -> Int? {
        var count = 1
        var id = id
        for _ in 0..<64 {
            let (_, type) = try stripped(id)
            let size: Int?
            switch type {
            case .array(let element, let length):
                guard let length else { return nil }
                let (product, overflow) = count.multipliedReportingOverflow(by: length)
                if overflow { return nil }
                count = product
                id = element
                continue
            case .base(let base): size = base.size
            case .pointer: size = 8
            case .record(let record): size = record.size
            case .enumeration(let enumeration): size = enumeration.size
            case .void, .function, .alias, .qualified: size = nil
            }
            guard let size else { return nil }
            let (product, overflow) = count.multipliedReportingOverflow(by: size)
            return overflow ? nil : product
        }
        throw SymbolError("a type that contains itself")
    }

    /// A type by its name: `struct proc`, `enum procstate`, `uint64`, `unsigned int`.
    ///
    /// - Parameter unit: the unit whose type is meant when several have one of that name.
    /// - Returns: nil when there is none.
    package func type(named name: String, near unit: Int? = nil) -> CTypeID? {
        var words = name.split(separator: " ").map(String.init)
        var tags: Set<Int>?
        switch words.first {
        case "struct": tags = [DwarfTag.structureType, DwarfTag.classType]
        case "union": tags = [DwarfTag.unionType]
        case "enum": tags = [DwarfTag.enumerationType]
        default: break
        }
        if tags != nil { words.removeFirst() }
        let plain: Set<Int> = [DwarfTag.typedef, DwarfTag.baseType]
        let all = (index.types[words.joined(separator: " ")] ?? []).filter { (tags ?? plain).contains($0.tag) }
        let found = all.filter { !isSwift($0) } + all.filter { isSwift($0) }
        let defined = found.filter { !$0.isDeclaration }
        let choice = defined.first { file.unitNumber(of: $0.entry) == unit } ?? defined.first ?? found.first
        return choice.map { CTypeID(offset: $0.entry) }
    }

    /// The definition of a struct or union that a unit only declares.
    func definition(of name: String, tag: Int) -> Int? {
        index.types[name]?.first { $0.tag == tag && !$0.isDeclaration && !isSwift($0) }?.entry
    }

    private func isSwift(_ found: DebugIndex.Found) -> Bool {
        file.unitNumber(of: found.entry).map { file.units[$0].isSwift } ?? false
    }

    /// A type as C writes it: `struct proc *`, `uint64[16]`.
    package func name(of id: CTypeID) -> String { (try? TypeReader(information: self).name(of: id)) ?? "?" }

    // MARK: Names

    /// Variables of a name that have a place: globals, statics of files, and statics of functions where there is no other.
    ///
    /// - Throws: `SymbolError` when the name is there and none of them is in memory, with the reason.
    package func variables(named name: String) throws(SymbolError) -> [VariableSymbol] {
        let found = index.variables[name] ?? []
        var list: [VariableSymbol] = []
        var problem: SymbolError?
        for candidate in found.sorted(by: { !$0.isLocal && $1.isLocal }) {
            if candidate.isLocal && !list.isEmpty { continue }
            do throws(SymbolError) {
                let symbol = try variable(name, file.entry(at: candidate.entry))
                if candidate.isLocal, case .address = symbol.location {} else if candidate.isLocal { continue }
                if !list.contains(where: { $0.location == symbol.location }) { list.append(symbol) }
            } catch {
                if !candidate.isLocal { problem = error }
            }
        }
        if list.isEmpty, let problem { throw problem }
        return list
    }

    private func variable(_ name: String, _ entry: DwarfEntry) throws(SymbolError) -> VariableSymbol {
        let unit = file.units[entry.unit]
        let named = try origin(entry)
        guard let type = entry.reference(DwarfAttribute.type) ?? named.reference(DwarfAttribute.type) else {
            throw SymbolError("\(name) has no type")
        }
        let location: VariableLocation
        if let code = file.location(of: entry, at: nil) {
            do throws(SymbolError) {
                location = try file.evaluate(code, in: unit, frame: nil)
            } catch {
                throw SymbolError("\(name): \(error.description)")
            }
            if case .address(let address) = location, isRemoved(name, address) {
                throw SymbolError("\(name) is not in the program: nothing uses it, and the linker has left it out")
            }
        } else if let value = entry.number(DwarfAttribute.constantValue) {
            location = .constant(UInt64(bitPattern: value))
        } else {
            throw SymbolError("\(name) has been optimised away: the file says no place of it")
        }
        return VariableSymbol(
            name: name, type: CTypeID(offset: type), location: location, unit: shortened(unit.name),
            line: line(of: named))
    }

    /// A linker that drops a variable leaves its description, at address 0 or at one that is no address of the program.
    private func isRemoved(_ name: String, _ address: UInt64) -> Bool {
        if address < .max, executable.isLoaded(address..<address + 1) {
            return address == 0 && !executable.symbols.contains { $0.name == name }
        }
        return true
    }

    /// The entry that has the name and the type of another: its declaration, or the function that it is a copy of.
    func origin(_ entry: DwarfEntry) throws(SymbolError) -> DwarfEntry {
        var entry = entry
        for _ in 0..<4 where !entry.has(DwarfAttribute.name) {
            guard
                let next = entry.reference(DwarfAttribute.abstractOrigin)
                    ?? entry.reference(DwarfAttribute.specification)
            else { return entry }
            entry = try file.entry(at: next)
        }
        return entry
    }

    /// The values of an enumerator's name, each once: several only when enums of several units differ.
    package func enumerators(named name: String) -> [(value: Int64, type: CTypeID)] {
        var list: [(value: Int64, type: CTypeID)] = []
        for (enumeration, _) in index.enumerators[name] ?? [] {
            guard case .enumeration(let type)? = try? type(CTypeID(offset: enumeration)),
                let value = type.enumerators.first(where: { $0.name == name })?.value,
                !list.contains(where: { $0.value == value })
            else { continue }
            list.append((value, CTypeID(offset: enumeration)))
        }
        return list
    }

    /// The number of the unit that a type is of.
    func unit(of id: CTypeID) -> Int? { file.unitNumber(of: id.offset) }

    // MARK: Places in the source

    /// Where an entry is declared: the file as its unit names it, and the line.
    func line(of entry: DwarfEntry) -> String? {
        guard let line = entry.number(DwarfAttribute.declarationLine), line > 0,
            let name = fileName(entry.number(DwarfAttribute.declarationFile) ?? 1, unit: entry.unit)
        else { return nil }
        return "\(name):\(line)"
    }

    private func fileName(_ number: Int64, unit: Int) -> String? {
        guard let offset = file.units[unit].lineOffset else { return nil }
        if fileNames[offset] == nil { fileNames[offset] = LineTable.fileNames(executable, at: offset) }
        guard let (names, first) = fileNames[offset], let index = Int(exactly: number).map({ $0 &- first }),
            names.indices.contains(index)
        else { return nil }
        return shortened(names[index])
    }

    /// The last two parts of a path: a file is known by them, whatever the machine that it was compiled on.
    func shortened(_ path: String) -> String { path.split(separator: "/").suffix(2).joined(separator: "/") }
}
