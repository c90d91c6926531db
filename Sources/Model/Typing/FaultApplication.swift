// A fault's definitions in the place of those of the same name: each must replace something and change it.

extension LoadedSpec {
    /// The items of the plain spec.
    public var items: ItemList {
        ItemList(
            name: main.name, entries: entries.map { ItemList.Entry(item: $0.item, isOwn: $0.isOwn) },
            importSettings: importSettings)
    }

    /// The items with a fault's definitions put in.
    ///
    /// Reports a definition that replaces nothing, or whose text is the same. Complexity: O(items × definitions).
    public func items(with definitions: [ItemSyntax], diagnostics: Diagnostics) -> ItemList {
        var list = items
        for definition in definitions {
            guard let name = definition.definedName else {
                diagnostics.report(
                    .faultMisplaced, "a fault replaces pure, func, process, action, const and data only",
                    at: definition.range,
                    notes: ["what a fault is told by must hold of the plain spec too: write it outside"])
                continue
            }
            guard let index = list.entries.firstIndex(where: { $0.item.definedName == name }) else {
                diagnostics.report(
                    .faultReplacesNothing, "there is no \(name) to replace", at: definition.range,
                    notes: ["a fault's definition has the kind and the name of the one that it replaces"]
                        + nearest(to: name, in: list))
                continue
            }
            let old = list.entries[index]
            guard let new = replacement(of: old.item, by: definition, diagnostics) else { continue }
            list.entries[index] = ItemList.Entry(item: new, isOwn: old.isOwn)
        }
        return list
    }

    private func replacement(of old: ItemSyntax, by new: ItemSyntax, _ diagnostics: Diagnostics) -> ItemSyntax? {
        if case .sharedGroup(let name, let index, let protection, let fields) = old.kind,
            case .sharedGroup(_, _, let newProtection, let newFields) = new.kind
        {
            var merged = fields
            for field in newFields {
                guard let position = merged.firstIndex(where: { $0.name.text == field.name.text }) else {
                    diagnostics.report(
                        .faultReplacesNothing, "\(name.text) has no field \(field.name.text) to replace",
                        at: field.range)
                    continue
                }
                if sameWords(merged[position].range, field.range) {
                    reportUnchanged(field.name.text, field.range, merged[position].range, diagnostics)
                }
                merged[position] = field
            }
            return ItemSyntax(
                .sharedGroup(name, index: index, newProtection ?? protection, merged), range: old.range,
                documentation: old.documentation)
        }
        if sameWords(old.range, new.range) {
            reportUnchanged(new.definedName ?? "", new.range, old.range, diagnostics)
            return nil
        }
        return new
    }

    private func reportUnchanged(
        _ name: String, _ range: SourceRange, _ old: SourceRange, _ diagnostics: Diagnostics
    ) {
        diagnostics.report(
            .faultChangesNothing, "this \(name) is the one that is there already", at: range,
            related: [RelatedPlace(old, "here, but for spaces and comments")])
    }

    private func nearest(to name: String, in list: ItemList) -> [String] {
        Spelling.suggestion(for: name, among: list.entries.compactMap(\.item.definedName))
    }

    /// Whether two texts have the same tokens: comments and spaces do not count.
    private func sameWords(_ left: SourceRange, _ right: SourceRange) -> Bool {
        words(left) == words(right)
    }

    private func words(_ range: SourceRange) -> [String] {
        let text = SourceFile(path: "", text: range.file.text(of: range))
        return Lexer.tokens(of: text).tokens.map {
            text.text(of: SourceRange(file: text, start: $0.start, end: $0.end))
        }
        .filter { !$0.isEmpty }
    }
}

extension ItemSyntax {
    /// Kind and name, for items that a fault can replace.
    var definedName: String? {
        switch kind {
        case .constant(let name, _, _): "const \(name.text)"
        case .pure(let name, _, _, _): "pure \(name.text)"
        case .function(let name, _, _, _, _): "func \(name.text)"
        case .action(let name, _, _, _, _): "action \(name.text)"
        case .process(let process): "process \(process.name.text)"
        case .sharedVariable(let field): "shared \(field.name.text)"
        case .sharedGroup(let name, _, _, _): "shared \(name.text)"
        case .perHartVariable(let field): "per hart \(field.name.text)"
        case .ghostVariable(let field): "ghost \(field.name.text)"
        case .enumeration, .structure, .typeAlias, .importFile, .sort, .harts, .initialize, .property, .leadsTo, .prove,
            .check, .fault, .memory, .view, .kernel, .missing:
            nil
        }
    }
}
