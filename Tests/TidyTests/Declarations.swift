// Finds the declarations of a Swift file: kind, name, access, extent, and whether they are documented.

/// A declaration, from its first attribute or modifier to the brace that closes it.
struct Declaration: Equatable {
    /// What the rules need to tell apart.
    enum Kind: Equatable {
        case type
        case `protocol`
        case `extension`
        case alias
        case function
        case property
    }

    /// The access that is written, or that a protocol or an extension gives to its members.
    enum Access: Equatable {
        case open
        case `public`
        case package
        case `internal`
        case restricted
    }

    let kind: Kind
    /// The name; of an extension the type that it extends; `init`, `deinit` and `subscript` are their own names.
    let name: String
    let access: Access
    /// The names of the types and extensions around it, the outermost first.
    let container: [String]
    /// True inside the body of a function or a closure.
    let isLocal: Bool
    let isDocumented: Bool
    /// The line of its keyword, counted from 1.
    let line: Int
    /// The line of the closing brace, or of the keyword when there is no body.
    fileprivate(set) var lastLine: Int

    var lineCount: Int { lastLine - line + 1 }

    /// True when code outside of the module can name it.
    var isVisibleOutside: Bool { !isLocal && (access == .open || access == .public || access == .package) }

    /// The declarations of a file, in the order of their keywords.
    static func all(in tokens: [Token], lines: [String]) -> [Declaration] {
        var scan = DeclarationScan(tokens: tokens, lines: lines)
        for index in tokens.indices { scan.visit(index) }
        return scan.declarations
    }
}

/// One walk over the tokens of a file.
///
/// It keeps a stack of what is open and at most one declaration that still waits for its body. A body belongs to the
/// declaration only when its brace opens at the depth of the keyword: a closure among the parameters does not.
private struct DeclarationScan {
    private enum Scope {
        case bracket
        case block
        case body(of: Int)
    }

    private(set) var declarations: [Declaration] = []
    private let tokens: [Token]
    private let lines: [String]
    private var scopes: [Scope] = []
    private var waiting: (declaration: Int, depth: Int)?

    private static let modifiers: Set<String> = [
        "open", "public", "package", "internal", "fileprivate", "private", "static", "class", "final", "override",
        "mutating", "nonmutating", "consuming", "borrowing", "lazy", "weak", "unowned", "indirect", "nonisolated",
        "isolated", "required", "convenience", "prefix", "postfix", "infix", "dynamic", "distributed",
    ]

    init(tokens: [Token], lines: [String]) {
        self.tokens = tokens
        self.lines = lines
    }

    mutating func visit(_ index: Int) {
        forgetPropertyWithoutBody(at: index)
        switch tokens[index].text {
        case "(", "[":
            scopes.append(.bracket)
        case "{":
            open()
        case "}", ")", "]":
            close(line: tokens[index].line)
        default:
            if let kind = kind(at: index) { declare(kind, at: index) }
        }
    }

    private mutating func open() {
        if let waiting, waiting.depth == scopes.count {
            scopes.append(.body(of: waiting.declaration))
            self.waiting = nil
        } else {
            scopes.append(.block)
        }
    }

    private mutating func close(line: Int) {
        if case .body(let declaration)? = scopes.popLast() { declarations[declaration].lastLine = line }
        if let waiting, waiting.depth > scopes.count { self.waiting = nil }
    }

    /// A stored property has no body: the next line at its depth is another statement, with braces of its own.
    private mutating func forgetPropertyWithoutBody(at index: Int) {
        guard let waiting, declarations[waiting.declaration].kind == .property, waiting.depth == scopes.count,
            index > 0, tokens[index].line > tokens[index - 1].line, tokens[index].text != "{"
        else { return }
        self.waiting = nil
    }

    private func text(_ index: Int) -> String { tokens.indices.contains(index) ? tokens[index].text : "" }

    private func kind(at index: Int) -> Declaration.Kind? {
        let next = text(index + 1)
        guard text(index - 1) != ".", next != ":", next != "," else { return nil }
        switch text(index) {
        case "struct", "enum": return .type
        // `class` is a modifier too, and `actor` a word like others.
        case "class", "actor": return next.first?.isUppercase == true ? .type : nil
        case "protocol": return .protocol
        case "extension": return next.first?.isUppercase == true ? .extension : nil
        case "typealias", "associatedtype": return .alias
        case "func", "deinit": return .function
        case "init", "subscript": return ["(", "<", "?", "!"].contains(next) ? .function : nil
        // After these words a name is bound for the statement that they begin or continue.
        case "var", "let":
            let isBinding = ["if", "while", "guard", "case", "for", "catch", "(", ","].contains(text(index - 1))
            return isBinding ? nil : .property
        default: return nil
        }
    }

    private mutating func declare(_ kind: Declaration.Kind, at index: Int) {
        let start = startOfModifiers(before: index)
        let around = scopes.compactMap { scope in
            if case .body(let declaration) = scope { declarations[declaration] } else { nil }
        }
        let isLocal = scopes.contains { scope in
            switch scope {
            case .bracket, .block: true
            case .body(let declaration): [.function, .property].contains(declarations[declaration].kind)
            }
        }
        declarations.append(
            Declaration(
                kind: kind, name: name(at: index), access: access(from: start, to: index, in: around.last),
                container: around.map(\.name), isLocal: isLocal,
                isDocumented: isDocumented(from: tokens[start].line, to: tokens[index].line),
                line: tokens[index].line, lastLine: tokens[index].line))
        waiting = kind == .alias ? nil : (declarations.count - 1, scopes.count)
    }

    private func name(at index: Int) -> String {
        if ["init", "deinit", "subscript"].contains(text(index)) { return text(index) }
        var name = text(index + 1)
        var next = index + 2
        // An extension may name a nested type.
        while text(index) == "extension", text(next) == "." {
            name += "." + text(next + 1)
            next += 2
        }
        return name
    }

    /// The index of the first modifier or attribute of the declaration whose keyword stands at `keyword`.
    private func startOfModifiers(before keyword: Int) -> Int {
        var start = keyword
        while start > 0 {
            var candidate = start - 1
            if text(candidate) == ")" {
                var depth = 0
                repeat {
                    if text(candidate) == ")" { depth += 1 } else if text(candidate) == "(" { depth -= 1 }
                    candidate -= 1
                } while depth > 0 && candidate >= 0
            }
            guard candidate >= 0, Self.modifiers.contains(text(candidate)) || text(candidate).hasPrefix("@") else {
                return start
            }
            start = candidate
        }
        return start
    }

    private func access(from start: Int, to keyword: Int, in container: Declaration?) -> Declaration.Access {
        for index in start..<keyword where text(index + 1) != "(" {
            switch text(index) {
            case "open": return .open
            case "public": return .public
            case "package": return .package
            case "private", "fileprivate": return .restricted
            default: continue
            }
        }
        guard let container, container.kind == .protocol || container.kind == .extension else { return .internal }
        return container.access
    }

    /// A documentation comment stands above the attributes, or between them and the keyword.
    private func isDocumented(from first: Int, to last: Int) -> Bool {
        lines[max(first - 2, 0)..<last].contains { line in
            let words = line.drop { $0 == " " }
            return words.hasPrefix("///") || words.hasSuffix("*/")
        }
    }
}
