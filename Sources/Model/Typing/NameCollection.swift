// First phase of typing: which names there are, and which process kinds call which func.

extension TypeChecker {
    func collectNames() {
        for entry in items.entries { collect(entry) }
        collectCallers()
    }

    private func collect(_ entry: ItemList.Entry) {
        switch entry.item.kind {
        case .constant(let name, let type, let initial):
            guard declare(name, .constant(pendingConstants.count)) else { return }
            pendingConstants.append(
                PendingConstant(
                    name: name, type: type, initial: setting(name.text).map { .expression($0) } ?? initial,
                    isOwn: entry.isOwn, state: .waiting))
        case .typeAlias(let name, let type): declare(name, .alias(aliasSetting(name.text) ?? type))
        case .enumeration(let name, let cases): collectEnumeration(name, cases)
        case .structure(let name, let fields):
            guard declare(name, .structure(pendingStructures.count)) else { return }
            pendingStructures.append(PendingStructure(name: name, fields: fields, state: .waiting))
        case .property(_, let name, _, _), .leadsTo(let name, _, _, _, _), .prove(let name, _, _, _, _):
            declare(name, .property)
        case .sort, .harts, .sharedVariable, .sharedGroup, .perHartVariable, .ghostVariable, .pure, .function, .action,
            .process:
            break  // Numbered by the phases below, which need sizes.
        case .initialize, .check, .fault, .memory, .view, .kernel, .importFile, .missing: break
        }
    }

    /// Declares a name once; a second time is an error.
    @discardableResult
    func declare(_ name: Identifier, _ symbol: DeclaredName) -> Bool {
        if let earlier = declared[name.text] {
            report(
                .duplicateName, "\(name.text) is declared twice", at: name.range,
                related: [RelatedPlace(earlier, "first declared here")])
            return false
        }
        if let meaning = Self.builtinNames[name.text] {
            report(.duplicateName, "\(name.text) is \(meaning) of the language", at: name.range)
            return false
        }
        declared[name.text] = name.range
        symbols[name.text] = symbol
        return true
    }

    static let builtinNames: [String: String] = {
        var names: [String: String] = [:]
        for type in [
            "bool", "int", "pid", "u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64", "spinlock", "seq", "set",
        ] {
            names[type] = "a type"
        }
        for call in synchronizationNames.union(predicateNames).union(["range", "choose"]) { names[call] = "a word" }
        for property in builtinProperties { names[property] = "a built-in property" }
        return names
    }()

    /// Properties that hold of every spec, under the names that `expect` uses.
    static let builtinProperties: Set<String> = [
        "deadlock", "lock_discipline", "ownership", "lock_use", "lock_order", "trap", "panic", "diverges",
    ]

    private func collectEnumeration(_ name: Identifier, _ cases: [Identifier]) {
        guard declare(name, .enumeration(model.types.enumerations.count)) else { return }
        var seen: Set<String> = []
        for item in cases where !seen.insert(item.text).inserted {
            report(.duplicateName, "\(name.text) has the case \(item.text) twice", at: item.range)
        }
        if cases.isEmpty { report(.emptyType, "\(name.text) has no case", at: name.range) }
        model.types.enumerations.append(EnumerationDeclaration(name: name.text, cases: cases.map(\.text)))
    }

    private func setting(_ name: String) -> ExpressionSyntax? {
        settings.last { $0.name.text == name }?.value ?? items.importSettings.last { $0.name.text == name }?.value
    }

    private func aliasSetting(_ name: String) -> TypeSyntax? {
        guard let value = items.importSettings.last(where: { $0.name.text == name })?.value else { return nil }
        guard case .name(let type) = value.kind else {
            report(.typeMismatch, "\(name) is a type: name one", at: value.range)
            return nil
        }
        return TypeSyntax(.name(type), value.range)
    }

    /// Settings must name constants of the spec.
    func checkSettings(_ settings: [SettingSyntax]) {
        for setting in settings + items.importSettings {
            switch symbols[setting.name.text] {
            case .constant, .alias: break
            default:
                report(
                    .unknownConstant, "there is no constant \(setting.name.text)", at: setting.name.range,
                    notes: suggestion(for: setting.name.text, among: pendingConstants.map(\.name.text)))
            }
        }
    }

    // MARK: Who calls whom

    private func collectCallers() {
        var calls: [String: Set<String>] = [:]
        for entry in items.entries {
            switch entry.item.kind {
            case .function(let name, _, _, _, let block): calls[name.text] = CallScanner.names(in: block)
            case .process(let process):
                calls["process " + process.name.text] = CallScanner.names(in: process.body)
            default: continue
            }
        }
        for entry in items.entries {
            guard case .process(let process) = entry.item.kind else { continue }
            var seen: Set<String> = []
            var waiting = Array(calls["process " + process.name.text] ?? [])
            while let callee = waiting.popLast() {
                guard seen.insert(callee).inserted else { continue }
                callers[callee, default: []].insert(process.name.text)
                waiting += calls[callee] ?? []
            }
        }
    }
}

/// Finds the names that a block calls.
struct CallScanner {
    private var names: Set<String> = []

    static func names(in block: BlockSyntax) -> Set<String> {
        var scanner = CallScanner()
        scanner.visit(block)
        return scanner.names
    }

    private mutating func visit(_ block: BlockSyntax?) {
        for statement in block?.statements ?? [] { visit(statement) }
    }

    private mutating func visit(_ condition: ConditionSyntax) {
        switch condition {
        case .expression(let expression), .binding(_, let expression): visit(expression)
        }
    }

    private mutating func visit(_ statement: StatementSyntax) {
        switch statement.kind {
        case .assign(_, _, let value), .call(let value), .expression(let value), .assert(let value, _),
            .return(let value?):
            visit(value)
        case .variable(_, _, _, let value):
            if let value { visit(value) }
        case .conditional(let condition, let then, let otherwise):
            visit(condition)
            visit(then)
            visit(otherwise)
        case .guarded(let condition, let otherwise):
            visit(condition)
            visit(otherwise)
        case .whileLoop(_, let block), .forLoop(_, _, _, let block), .loop(let block), .atomic(let block),
            .hardware(let block), .defer(let block):
            visit(block)
        case .killable(_, let block, let otherwise):
            visit(block)
            visit(otherwise)
        case .either(let blocks): for block in blocks { visit(block) }
        case .await, .assume, .symbolic, .panic, .claim, .publish, .start, .join, .break, .continue, .return, .missing:
            break
        }
    }

    private mutating func visit(_ expression: ExpressionSyntax) {
        switch expression.kind {
        case .call(let callee, _):
            if case .name(let name) = callee.kind { names.insert(name) }
        case .choose(_, _, let otherwise): visit(otherwise)
        default: break
        }
    }
}
