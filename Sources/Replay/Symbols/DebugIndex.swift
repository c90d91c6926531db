// Finds entries of debug information by name: one pass over it.

/// Where entries of each name are.
struct DebugIndex {
    /// An entry that has a name.
    struct Found {
        let entry: Int
        let tag: Int
        /// It only says that there is such a thing elsewhere.
        let isDeclaration: Bool
        /// Seen by other units.
        let isExternal: Bool
        /// Inside a function.
        let isLocal: Bool
    }

    /// Variables with a place in memory or a value, by name.
    private(set) var variables: [String: [Found]] = [:]
    /// Structs, unions, enums, typedefs and base types, by name without the keyword.
    private(set) var types: [String: [Found]] = [:]
    /// Functions, by C name and by linkage name.
    private(set) var functions: [String: [Found]] = [:]
    /// Enumerators with the entry of their enum.
    private(set) var enumerators: [String: [(enumeration: Int, entry: Int)]] = [:]
    /// Inlined copies by the entry of the function that they are copies of, with the function around them.
    private(set) var inlined: [Int: [(copy: Int, caller: Int)]] = [:]
    /// Entries of functions with code of their own, by the entry that has their name.
    private(set) var instances: [Int: [Int]] = [:]
    private(set) var problems: [String] = []

    init(_ file: DwarfFile) {
        for unit in file.units {
            do throws(SymbolError) {
                try scan(unit, file)
            } catch {
                problems.append("\(unit.name): \(error.description)")
            }
        }
        for (entry, tag, origin) in unnamed { name(entry, tag, of: origin, file) }
        unnamed = []
    }

    /// Entries that have the name of another one, which may come later.
    private var unnamed: [(entry: Int, tag: Int, origin: Int)] = []

    /// What is needed of an entry while going over it.
    private struct Glimpse {
        var name: DwarfValue?
        var linkageName: DwarfValue?
        var origin: Int?
        var isDeclaration = false
        var isExternal = false
        var hasPlace = false
    }

    private struct Outer {
        let tag: Int
        let entry: Int
        /// The function around it, or -1.
        let function: Int
    }

    private mutating func scan(_ unit: DwarfUnit, _ file: DwarfFile) throws(SymbolError) {
        var cursor = DwarfCursor(file.sections.info, at: unit.firstEntry, end: unit.range.upperBound)
        var outer: [Outer] = []
        while !cursor.isAtEnd {
            let entry = cursor.position
            let code = try cursor.unsigned()
            if code == 0 {
                if outer.popLast() == nil { break }
                continue
            }
            let abbreviation = try unit.abbreviation(code)
            let tag = abbreviation.tag
            let glimpse = try self.glimpse(abbreviation, unit, &cursor)
            note(entry, tag, glimpse, outer.last, unit, file)
            if abbreviation.hasChildren {
                let function = tag == DwarfTag.subprogram ? entry : outer.last?.function ?? -1
                outer.append(Outer(tag: tag, entry: entry, function: function))
            } else if outer.isEmpty {
                break
            }
        }
    }

    private func glimpse(
        _ abbreviation: Abbreviation, _ unit: DwarfUnit, _ cursor: inout DwarfCursor
    ) throws(SymbolError) -> Glimpse {
        var glimpse = Glimpse()
        for attribute in abbreviation.attributes {
            let value = try unit.value(attribute.form, implicit: attribute.implicit, &cursor)
            switch attribute.name {
            case DwarfAttribute.name: glimpse.name = value
            case DwarfAttribute.linkageName, DwarfAttribute.oldLinkageName: glimpse.linkageName = value
            case DwarfAttribute.abstractOrigin, DwarfAttribute.specification:
                if case .reference(let origin) = value { glimpse.origin = origin }
            case DwarfAttribute.declaration: glimpse.isDeclaration = true
            case DwarfAttribute.external: glimpse.isExternal = true
            case DwarfAttribute.location, DwarfAttribute.constantValue: glimpse.hasPlace = true
            default: continue
            }
        }
        return glimpse
    }

    private mutating func note(
        _ entry: Int, _ tag: Int, _ glimpse: Glimpse, _ outer: Outer?, _ unit: DwarfUnit, _ file: DwarfFile
    ) {
        let function = outer?.function ?? -1
        func text(_ value: DwarfValue?) -> String? { value.flatMap { file.text($0, in: unit) } }
        func found() -> Found {
            Found(
                entry: entry, tag: tag, isDeclaration: glimpse.isDeclaration, isExternal: glimpse.isExternal,
                isLocal: function >= 0)
        }
        switch tag {
        case DwarfTag.subprogram:
            if let origin = glimpse.origin {
                instances[origin, default: []].append(entry)
                if glimpse.name == nil { unnamed.append((entry, tag, origin)) }
            }
            let name = text(glimpse.name)
            let linkage = text(glimpse.linkageName)
            if let name { functions[name, default: []].append(found()) }
            if let linkage, linkage != name { functions[linkage, default: []].append(found()) }
        case DwarfTag.inlinedSubroutine:
            if let origin = glimpse.origin { inlined[origin, default: []].append((entry, function)) }
        case DwarfTag.variable:
            // Those of functions matter when they are static, which their location tells; it is looked at when asked.
            if let name = text(glimpse.name) {
                if glimpse.hasPlace || !glimpse.isDeclaration && function < 0 {
                    variables[name, default: []].append(found())
                }
            } else if let origin = glimpse.origin, glimpse.hasPlace, function < 0 {
                unnamed.append((entry, tag, origin))
            }
        case DwarfTag.structureType, DwarfTag.unionType, DwarfTag.classType, DwarfTag.enumerationType, DwarfTag.typedef,
            DwarfTag.baseType:
            if let name = text(glimpse.name) { types[name, default: []].append(found()) }
        case DwarfTag.enumerator:
            if let name = text(glimpse.name), let outer { enumerators[name, default: []].append((outer.entry, entry)) }
        default: return
        }
    }

    /// A definition that has its name from a declaration elsewhere, or a function's code that has it from its origin.
    private mutating func name(_ entry: Int, _ tag: Int, of origin: Int, _ file: DwarfFile) {
        var origin = origin
        // A code of an abstract function of a declaration is the longest chain.
        for _ in 0..<4 {
            guard let named = try? file.entry(at: origin) else { return }
            if let name = file.name(named) {
                let found = Found(entry: entry, tag: tag, isDeclaration: false, isExternal: true, isLocal: false)
                if tag == DwarfTag.subprogram {
                    functions[name, default: []].append(found)
                } else {
                    variables[name, default: []].append(found)
                }
                return
            }
            guard
                let next = named.reference(DwarfAttribute.abstractOrigin)
                    ?? named.reference(DwarfAttribute.specification)
            else { return }
            origin = next
        }
    }
}
