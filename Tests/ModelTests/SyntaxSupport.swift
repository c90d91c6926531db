// What the syntax tests share: parse a text, its codes, an expression printed with all its parentheses.
import Glibc
import Model

/// The bytes of a file of the repository, or nil.
func readFile(_ path: String, here: String = #filePath) -> [UInt8]? {
    let root = here.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
    guard let file = fopen(root + "/" + path, "r") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    while case let byte = fgetc(file), byte != EOF { bytes.append(UInt8(truncatingIfNeeded: byte)) }
    return bytes
}

/// A parsed text with what was said about it.
struct Parsed {
    let spec: SpecSyntax?
    let diagnostics: [Diagnostic]

    init(_ text: String) { self.init(bytes: Array(text.utf8)) }

    init(bytes: [UInt8]) {
        let collected = Diagnostics()
        spec = parse(SourceFile(path: "test.spec", bytes: bytes), diagnostics: collected)
        diagnostics = collected.all
    }

    /// The items of a text without its `spec` line.
    init(items: String) { self.init("spec T\n" + items) }

    /// The statements of a block.
    init(statements: String) { self.init(items: "func f() {\n" + statements + "\n}") }

    var codes: [String] { diagnostics.map(\.code.rawValue) }

    var items: [ItemSyntax] { spec?.items ?? [] }

    var statements: [StatementSyntax] {
        guard case .function(_, _, _, _, let block)? = items.first?.kind else { return [] }
        return block.statements
    }

    /// The value of the only constant, with all its parentheses.
    static func expression(_ text: String) -> (String, [String]) {
        let parsed = Parsed(items: "const X = " + text)
        guard case .constant(_, _, .expression(let value))? = parsed.items.first?.kind else {
            return ("?", parsed.codes)
        }
        return (print(value), parsed.codes)
    }

    /// The type of the only variable, in words.
    static func type(_ text: String) -> (String, [String]) {
        let parsed = Parsed(items: "shared var x: " + text)
        guard case .sharedVariable(let field)? = parsed.items.first?.kind, let type = field.type else {
            return ("?", parsed.codes)
        }
        return (print(type), parsed.codes)
    }

    /// An expression with all its parentheses.
    static func print(_ expression: ExpressionSyntax) -> String {
        switch expression.kind {
        case .integer(let value): "\(value)"
        case .bool(let value): "\(value)"
        case .string(let text): "\"\(text)\""
        case .nil: "nil"
        case .name(let name): name
        case .selfProcess: "self"
        case .implicitCase(let name): ".\(name.text)"
        case .member(let base, let name): "\(print(base)).\(name.text)"
        case .optionalMember(let base, let name): "\(print(base))?.\(name.text)"
        case .index(let base, let place): "\(print(base))[\(print(place))]"
        case .unwrap(let base): "\(print(base))!"
        case .call(let callee, let arguments): "\(print(callee))(\(print(arguments)))"
        case .unary(let operation, let inner): "(\(operation.rawValue)\(print(inner)))"
        case .binary(let operation, let left, let right): "(\(print(left)) \(operation.rawValue) \(print(right)))"
        case .conditional(let condition, let first, let second):
            "(\(print(condition)) ? \(print(first)) : \(print(second)))"
        case .rangeOf(let lower, let upper, let isClosed): "(\(print(lower))\(isClosed ? "..." : "..<")\(print(upper)))"
        case .list(let elements): "[\(elements.map(print).joined(separator: ", "))]"
        case .quantifier(let quantifier): print(quantifier)
        case .choose(let binders, let condition, let otherwise):
            "choose(\(print(binders, condition)))\(otherwise.map { " else \($0.statements.count)" } ?? "")"
        case .old(let inner): "old(\(print(inner)))"
        case .missing: "<missing>"
        }
    }

    static func print(_ arguments: [ArgumentSyntax]) -> String {
        arguments.map { ($0.label.map { "\($0.text): " } ?? "") + print($0.value) }.joined(separator: ", ")
    }

    private static func print(_ quantifier: QuantifierSyntax) -> String {
        let body = quantifier.body.map { ": \(print($0))" } ?? ""
        return "\(quantifier.kind.rawValue)(\(print(quantifier.binders, quantifier.condition))\(body))"
    }

    private static func print(_ binders: [BinderSyntax], _ condition: ExpressionSyntax?) -> String {
        let names = binders.map { "\($0.name.text) in \(print($0.domain))" }.joined(separator: ", ")
        return names + (condition.map { " where \(print($0))" } ?? "")
    }

    /// A type in words.
    static func print(_ type: TypeSyntax) -> String {
        switch type.kind {
        case .name(let name): name
        case .integerRange(let lower, let upper, let isClosed):
            "int \(print(lower))\(isClosed ? "..." : "..<")\(print(upper))"
        case .fencedSpinlock: "fenced"
        case .sequence(let element, let bound): "seq(\(print(element)), \(print(bound)))"
        case .set(let element): "set(\(print(element)))"
        case .optional(let inner): "optional(\(print(inner)))"
        case .array(let element, let index): "array(\(print(index)), \(print(element)))"
        case .missing: "<missing>"
        }
    }
}
