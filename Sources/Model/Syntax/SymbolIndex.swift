// Names of a spec for editors: where each is declared, where it is used, what stands inside what.

/// A declaration, as an editor shows it.
public struct DeclaredSymbol: Sendable {
    /// What it is, in the words of the language.
    public enum Kind: String, Sendable {
        case constant, enumeration, enumerationCase, structure, field, typeAlias, sort, group, variable, pure, function
        case action, process, property, check, fault, local, label
    }

    /// The name.
    public let name: String
    /// What it is.
    public let kind: Kind
    /// Where the name stands.
    public let range: SourceRange
    /// The whole declaration.
    public let extent: SourceRange
    /// Where the name means this: an item for a local; nil for the whole file.
    public let scope: SourceRange?
    /// The group, struct or enum that it belongs to.
    public let container: String?
    /// `///` lines before it.
    public let documentation: String?
}

/// Every name of one file. Locals are told by the words before them, so that a file with mistakes has an index too.
public struct SymbolIndex: Sendable {
    /// Declarations in file order; an item comes before what is inside it.
    public let declarations: [DeclaredSymbol]
    /// Words that are names, with what stands before them.
    private let words: [(name: String, range: SourceRange, owner: String?, isMember: Bool)]

    /// Indexes a file. O(bytes).
    public init(_ spec: SpecSyntax) {
        var builder = IndexBuilder(source: spec.source)
        for item in spec.items { builder.add(item) }
        builder.addLocals(spec.items)
        declarations = builder.declarations
        words = Self.words(spec.source)
    }

    private static func words(_ source: SourceFile) -> [(
        name: String, range: SourceRange, owner: String?, isMember: Bool
    )] {
        let tokens = Lexer.tokens(of: source).tokens
        return tokens.indices.compactMap { index in
            guard let name = tokens[index].word else { return nil }
            let isMember = index > 0 && (tokens[index - 1].symbol == .dot || tokens[index - 1].symbol == .optionalDot)
            var owner: String?
            if isMember {
                // `queue[i].slots`: back over the indices to the name.
                var place = index - 2
                while place > 0, tokens[place].symbol == .rightBracket || tokens[place].symbol == .exclamation {
                    if tokens[place].symbol == .exclamation {
                        place -= 1
                        continue
                    }
                    var depth = 1
                    place -= 1
                    while place > 0, depth > 0 {
                        if tokens[place].symbol == .rightBracket { depth += 1 }
                        if tokens[place].symbol == .leftBracket { depth -= 1 }
                        place -= 1
                    }
                }
                owner = place >= 0 ? tokens[place].word : nil
            }
            let range = SourceRange(file: source, start: tokens[index].start, end: tokens[index].end)
            return (name, range, owner, isMember)
        }
    }

    /// The name at an offset, and whether it follows a dot; nil where no name stands.
    public func word(at offset: Int) -> SourceRange? {
        words.first { $0.range.start <= offset && offset <= $0.range.end }?.range
    }

    /// What a name at an offset may mean, the nearest first; empty for a word that nobody declares here.
    public func declarations(at offset: Int) -> [DeclaredSymbol] {
        guard let word = words.first(where: { $0.range.start <= offset && offset <= $0.range.end }) else { return [] }
        if let own = declarations.first(where: { $0.range == word.range }) { return [own] }
        let named = declarations.filter { $0.name == word.name }
        if word.isMember {
            let members = named.filter { $0.kind == .field || $0.kind == .enumerationCase }
            let exact = members.filter { $0.container == word.owner && word.owner != nil }
            return exact.isEmpty ? members : exact
        }
        let locals = named.filter { symbol in
            guard let scope = symbol.scope else { return false }
            return scope.start <= offset && offset <= scope.end
        }
        let earlier = locals.filter { $0.range.start <= offset }.reversed()
        if let nearest = earlier.first ?? locals.first { return [nearest] }
        return named.filter { $0.scope == nil && $0.kind != .field && $0.kind != .enumerationCase }
            + named.filter { $0.kind == .field || $0.kind == .enumerationCase }
    }

    /// Every place in this file that means the declaration, itself included.
    public func references(to symbol: DeclaredSymbol) -> [SourceRange] {
        words.filter { word in
            guard word.name == symbol.name else { return false }
            if let scope = symbol.scope {
                guard scope.start <= word.range.start, word.range.end <= scope.end else { return false }
            }
            let meant = declarations(at: word.range.start)
            if meant.isEmpty { return symbol.scope == nil && symbol.range.file !== word.range.file }
            return meant.contains { $0.range == symbol.range }
        }.map(\.range)
    }

    /// Whether something of that name is declared anywhere in the file.
    public func declares(_ name: String) -> Bool { declarations.contains { $0.name == name } }

    /// Every word that can be typed here: names and the words of the language.
    public static let languageWords: [String] =
        (ReservedWords.items.union(ReservedWords.statements)
        .union(ReservedWords.joints).union([
            "guarded", "by", "private", "spinlock", "bool", "int", "u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64",
            "seq", "set", "max", "pid", "acquire", "release", "sleep", "wakeup", "all", "some", "count", "sum",
            "choose",
            "always", "expect", "holds", "violated", "deadlock", "not_reached", "symmetric", "starts", "when", "as",
        ])).sorted()
}

/// Collects declarations.
private struct IndexBuilder {
    let source: SourceFile
    var declarations: [DeclaredSymbol] = []

    mutating func add(_ item: ItemSyntax) {
        func put(_ name: Identifier, _ kind: DeclaredSymbol.Kind) { declare(name, kind, item) }
        switch item.kind {
        case .constant(let name, _, _): put(name, .constant)
        case .enumeration(let name, let cases):
            put(name, .enumeration)
            for entry in cases { declare(entry, .enumerationCase, item, container: name.text) }
        case .structure(let name, let fields):
            put(name, .structure)
            add(fields, name.text, item)
        case .typeAlias(let name, _): put(name, .typeAlias)
        case .sort(let name, _, _, _): put(name, .sort)
        case .sharedVariable(let field), .perHartVariable(let field), .ghostVariable(let field):
            put(field.name, .variable)
        case .sharedGroup(let name, _, _, let fields):
            put(name, .group)
            add(fields, name.text, item)
        case .pure(let name, _, _, _): put(name, .pure)
        case .function(let name, _, _, _, _): put(name, .function)
        case .action(let name, _, _, _, _): put(name, .action)
        case .process(let process): put(process.name, .process)
        case .property(_, let name, _, _), .leadsTo(let name, _, _, _, _), .prove(let name, _, _, _, _):
            put(name, .property)
        case .check(let name, _, _): if let name { put(name, .check) }
        case .fault(let name, _, _, let items, _):
            put(name, .fault)
            // What a fault replaces keeps its place in the file itself.
            _ = items
        case .importFile, .harts, .initialize, .memory, .view, .kernel, .missing: return
        }
    }

    private mutating func add(_ fields: [FieldSyntax], _ container: String, _ item: ItemSyntax) {
        for field in fields { declare(field.name, .field, item, container: container, extent: field.range) }
    }

    private mutating func declare(
        _ name: Identifier, _ kind: DeclaredSymbol.Kind, _ item: ItemSyntax, container: String? = nil,
        extent: SourceRange? = nil
    ) {
        declarations.append(
            DeclaredSymbol(
                name: name.text, kind: kind, range: name.range, extent: extent ?? item.range, scope: nil,
                container: container, documentation: container == nil ? item.documentation : nil))
    }

    // MARK: Locals

    /// Names after `let`, `var`, `for`, `symbolic`; parameters; names before `in`; labels.
    mutating func addLocals(_ items: [ItemSyntax]) {
        let tokens = Lexer.tokens(of: source).tokens
        for item in items where item.range.file === source {
            let range = tokens.indices.filter {
                item.range.start <= tokens[$0].start && tokens[$0].end <= item.range.end
            }
            guard let first = range.first, let last = range.last, Self.hasLocals(item) else { continue }
            var depth = 0
            for index in first...last {
                if tokens[index].symbol == .leftBrace { depth += 1 }
                if tokens[index].symbol == .rightBrace { depth -= 1 }
                guard let name = tokens[index].word else { continue }
                let before = index > first ? tokens[index - 1] : nil
                let after = index < last ? tokens[index + 1] : nil
                let isDeclared = before?.word.map { ["let", "var", "for", "symbolic"].contains($0) } ?? false
                let isBinder = after?.word == "in" && before?.word != "expect"
                let isParameter =
                    depth == 0 && after?.symbol == .colon
                    && (before?.symbol == .leftParenthesis || before?.symbol == .comma)
                let isLabel = depth > 0 && tokens[index].isFirstOnLine && after?.symbol == .colon
                guard isDeclared || isBinder || isParameter || isLabel else { continue }
                if declarations.contains(where: { $0.range.start == tokens[index].start }) { continue }
                let place = SourceRange(file: source, start: tokens[index].start, end: tokens[index].end)
                declarations.append(
                    DeclaredSymbol(
                        name: name, kind: isLabel && !isDeclared ? .label : .local, range: place, extent: place,
                        scope: item.range, container: nil, documentation: nil))
            }
        }
    }

    private static func hasLocals(_ item: ItemSyntax) -> Bool {
        switch item.kind {
        case .pure, .function, .action, .process, .property, .leadsTo, .prove, .initialize, .fault: true
        case .constant, .enumeration, .structure, .typeAlias, .importFile, .sort, .harts, .sharedVariable, .sharedGroup,
            .perHartVariable, .ghostVariable, .check, .memory, .view, .kernel, .missing:
            false
        }
    }
}
