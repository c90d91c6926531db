// Answers to an editor's questions about one document, as the protocol writes them.

import Checker
import Model

/// Why a name is not changed.
struct RenameRefusal: Error {
    let message: String
}

/// What an editor can ask about a document.
struct EditorFeatures {
    private let analysis: SpecAnalysis
    private var document: EditedDocument { analysis.document }

    init(_ analysis: SpecAnalysis) { self.analysis = analysis }

    // MARK: Names

    func hover(_ offset: Int) -> JSONValue {
        guard let (text, range) = analysis.hover(at: offset) else { return .null }
        return ["contents": ["kind": "markdown", "value": .string(text)], "range": document.range(range)]
    }

    func definition(_ offset: Int) -> JSONValue {
        .array(
            analysis.declarations(at: offset).map { symbol in
                let file = symbol.range.file
                // A file of the embedded library has no address.
                if file.path == document.source.path { return location(symbol.range) }
                let other = EditedDocument(
                    uri: EditedDocument.uri(file.path), text: String(decoding: file.bytes, as: UTF8.self))
                return ["uri": .string(other.uri), "range": other.range(symbol.range)]
            })
    }

    private func location(_ range: SourceRange) -> JSONValue {
        ["uri": .string(document.uri), "range": document.range(range)]
    }

    private func places(_ offset: Int) -> [SourceRange] {
        guard let index = analysis.indices.first else { return [] }
        let symbols = analysis.declarations(at: offset)
        var places: [SourceRange] = []
        for symbol in symbols {
            for range in index.references(to: symbol) where !places.contains(range) { places.append(range) }
        }
        return places.sorted { $0.start < $1.start }
    }

    func references(_ offset: Int) -> JSONValue { .array(places(offset).map(location)) }

    func highlights(_ offset: Int) -> JSONValue { .array(places(offset).map { ["range": document.range($0)] }) }

    func prepareRename(_ offset: Int) -> JSONValue {
        guard let word = analysis.indices.first?.word(at: offset), analysis.declarations(at: offset).count == 1 else {
            return .null
        }
        return document.range(word)
    }

    func rename(_ offset: Int, to name: String) -> Result<JSONValue, RenameRefusal> {
        func refuse(_ words: String) -> Result<JSONValue, RenameRefusal> { .failure(RenameRefusal(message: words)) }
        let symbols = analysis.declarations(at: offset)
        guard let symbol = symbols.first else { return refuse("there is no name here") }
        guard symbols.count == 1 else {
            return refuse("\(symbol.name) is declared in several places that are meant alike")
        }
        guard symbol.range.file.path == document.source.path else {
            return refuse("\(symbol.name) is declared in \(symbol.range.file.path)")
        }
        let isName = name.utf8.first.map { !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ?? false
        let isWord = name.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "_")
        }
        guard isName, isWord, !SymbolIndex.languageWords.contains(name) else {
            return refuse("\(name) cannot be a name")
        }
        guard !analysis.indices.contains(where: { $0.declares(name) }) else {
            return refuse("\(name) is declared already")
        }
        let edits = places(offset).map { ["range": document.range($0), "newText": .string(name)] as JSONValue }
        return .success(["changes": .object([.init(document.uri, .array(edits))])])
    }

    // MARK: The document

    /// Symbol kinds of the protocol.
    private static func number(_ kind: DeclaredSymbol.Kind) -> Int128 {
        switch kind {
        case .constant: 14
        case .enumeration: 10
        case .enumerationCase: 22
        case .structure, .group: 23
        case .field: 8
        case .typeAlias, .sort: 5
        case .variable, .local, .label: 13
        case .pure, .function: 12
        case .action: 24
        case .process: 2
        case .property: 7
        case .check, .fault: 6
        }
    }

    var symbols: JSONValue {
        guard let index = analysis.indices.first else { return .array([]) }
        let tops = index.declarations.filter { $0.scope == nil && $0.container == nil }
        return .array(
            tops.map { top in
                let members = index.declarations.filter { $0.container == top.name && $0.scope == nil }
                return symbol(top, members.map { symbol($0, []) })
            })
    }

    private func symbol(_ symbol: DeclaredSymbol, _ children: [JSONValue]) -> JSONValue {
        // The protocol wants the name within the extent.
        let extent = symbol.container == nil ? symbol.extent : symbol.range
        return [
            "name": .string(symbol.name), "detail": .string(symbol.kind.rawValue),
            "kind": .integer(Self.number(symbol.kind)), "range": document.range(extent),
            "selectionRange": document.range(symbol.range), "children": .array(children),
        ]
    }

    func completions(_ offset: Int) -> JSONValue {
        let bytes = document.source.bytes
        var start = min(offset, bytes.count)
        while start > 0, Self.isWordByte(bytes[start - 1]) { start -= 1 }
        let isMember = start > 0 && bytes[start - 1] == UInt8(ascii: ".")
        var names: [String: (kind: Int128, detail: String)] = [:]
        for index in analysis.indices {
            for symbol in index.declarations {
                let isPart = symbol.kind == .field || symbol.kind == .enumerationCase
                guard isMember == isPart else { continue }
                if let scope = symbol.scope, !(scope.start <= offset && offset <= scope.end) { continue }
                names[symbol.name] = (Self.completionKind(symbol.kind), symbol.kind.rawValue)
            }
        }
        if !isMember { for word in SymbolIndex.languageWords where names[word] == nil { names[word] = (14, "word") } }
        return .array(
            names.sorted { $0.key < $1.key }.map { name, entry in
                ["label": .string(name), "kind": .integer(entry.kind), "detail": .string(entry.detail)]
            })
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }

    /// Completion kinds of the protocol.
    private static func completionKind(_ kind: DeclaredSymbol.Kind) -> Int128 {
        switch kind {
        case .constant: 21
        case .enumeration: 13
        case .enumerationCase: 20
        case .structure, .group, .typeAlias, .sort: 22
        case .field: 5
        case .variable, .local, .label: 6
        case .pure, .function, .action: 3
        case .process: 7
        case .property, .check, .fault: 10
        }
    }

    var formatting: JSONValue {
        guard let text = SpecFormatter.formatted(document.source), Array(text.utf8) != document.source.bytes else {
            return .array([])
        }
        return .array([["range": document.whole, "newText": .string(text)]])
    }

    /// A lens over each check and fault: run it, and how it came out last.
    func lenses(_ verdicts: LastVerdicts) -> JSONValue {
        .array(
            (analysis.syntax?.items ?? []).compactMap { item -> JSONValue? in
                let name: String
                switch item.kind {
                case .check(let label, _, _): name = label?.text ?? "default"
                case .fault(let id, _, _, _, _): name = id.text
                default: return nil
                }
                let last = verdicts.text(document.uri, name).map { " · last: \($0)" } ?? ""
                return [
                    "range": document.range(item.range),
                    "command": [
                        "title": .string("▶ check\(last)"), "command": "shmcheck.check",
                        "arguments": .array([.string(document.uri), .string(name)]),
                    ],
                ]
            })
    }
}
