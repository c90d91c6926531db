// `range(base, size)`: size bytes from an address up, and the questions about them, made of ordinary arithmetic.

extension TypeChecker {
    static let rangeName = "range"

    /// The struct of ranges of addresses, made when it is first used.
    var rangeType: Type {
        if let known = model.types.rangeStructure { return .structure(known) }
        let id = model.types.structures.count
        structureCells.append(2)
        let fields = ["base", "size"].map { StructureField(name: $0, type: .u64, initial: nil) }
        model.types.structures.append(StructureDeclaration(name: Self.rangeName, fields: fields))
        model.types.rangeStructure = id
        return .structure(id)
    }

    /// `r.wraps` and `r.pages`; nil for any other name, or when it is no range.
    func rangeQuestion(_ base: Resolved, _ id: StructureID, _ name: Identifier, _ range: SourceRange) -> Formula? {
        guard id == model.types.rangeStructure else { return nil }
        switch name.text {
        case "wraps":
            return bindRange(formula(of: base, range), range) { words, own in
                // The last byte lies below the first. A range that ends with the last address does not wrap.
                let last = words.wrapping(own.base, .wrappingAdd, words.wrapping(own.size, .wrappingSubtract, words[1]))
                return words.and(words.compare(own.size, .notEqual, words[0]), words.compare(last, .less, own.base))
            }
        case "pages":
            guard case .constant(let index) = symbols["PAGE"] else {
                report(
                    .unknownConstant, "`pages` without an argument needs a constant PAGE", at: name.range,
                    notes: ["declare one, or write the size: `r.pages(4096)`"])
                return invalid(range)
            }
            let (value, type) = constant(index)
            let size = coerce(Formula(.constant(value), type, name.range), to: .u64)
            return size.type == .invalid ? size : pages(of: formula(of: base, range), size, range)
        default: return nil
        }
    }

    /// `r.contains(x)`, `r.contains(s)`, `r.overlaps(s)`, `r.pages(n)`.
    func rangeMethod(
        _ operand: Formula, _ method: Identifier, _ arguments: [ArgumentSyntax], _ range: SourceRange
    ) -> Formula {
        guard ["contains", "overlaps", "pages"].contains(method.text) else {
            report(
                .unknownName, "a range has no \(method.text)", at: method.range,
                notes: suggestion(for: method.text, among: ["contains", "overlaps", "pages", "wraps"]))
            return invalid(range)
        }
        guard arguments.count == 1, let argument = arguments.first?.value else {
            report(.argumentMismatch, "one argument is needed, not \(arguments.count)", at: range)
            return invalid(range)
        }
        let value = check(argument, expected: method.text == "overlaps" ? rangeType : .u64)
        guard value.type != .invalid else { return value }
        if value.type == rangeType, method.text != "pages" {
            return method.text == "overlaps" ? overlap(operand, value, range) : inclusion(operand, value, range)
        }
        if method.text == "overlaps" { return coerce(value, to: rangeType) }
        let word = coerce(value, to: .u64)
        guard word.type != .invalid else { return word }
        if method.text == "pages" { return pages(of: operand, word, range) }
        return bindRange(operand, range) { words, own in
            words.compare(words.wrapping(word, .wrappingSubtract, own.base), .less, own.size)
        }
    }

    // MARK: Questions

    /// Distances are taken modulo 2^64, so that ranges which wrap are what they are.
    private func overlap(_ first: Formula, _ second: Formula, _ range: SourceRange) -> Formula {
        bindRange(first, range) { words, one in
            self.bindRange(second, range) { _, two in
                let areFull = words.and(
                    words.compare(one.size, .notEqual, words[0]), words.compare(two.size, .notEqual, words[0]))
                let ahead = words.compare(words.wrapping(two.base, .wrappingSubtract, one.base), .less, one.size)
                let behind = words.compare(words.wrapping(one.base, .wrappingSubtract, two.base), .less, two.size)
                return words.and(areFull, words.or(ahead, behind))
            }
        }
    }

    /// The empty range is within every other.
    private func inclusion(_ outer: Formula, _ inner: Formula, _ range: SourceRange) -> Formula {
        bindRange(outer, range) { words, own in
            self.bindRange(inner, range) { _, other in
                let isEmpty = words.compare(other.size, .equal, words[0])
                let distance = words.wrapping(other.base, .wrappingSubtract, own.base)
                let room = words.wrapping(own.size, .wrappingSubtract, other.size)
                let fits = words.and(
                    words.compare(other.size, .lessOrEqual, own.size), words.compare(distance, .lessOrEqual, room))
                return words.or(isEmpty, fits)
            }
        }
    }

    /// How many pages have a byte of the range. No sum in it leaves 64 bits.
    private func pages(of operand: Formula, _ size: Formula, _ range: SourceRange) -> Formula {
        bind("page", size, range) { page in
            self.bindRange(operand, range) { words, own in
                let last = words.wrapping(own.size, .wrappingSubtract, words[1])
                let offset = words.wrapping(own.base, .remainder, page)
                let whole = words.wrapping(words.wrapping(last, .divide, page), .wrappingAdd, words[1])
                // offset + rest >= page, without the sum.
                let rest = words.wrapping(last, .remainder, page)
                let more = words.compare(rest, .greaterOrEqual, words.wrapping(page, .wrappingSubtract, offset))
                let crossing = words.choose(
                    more, words.wrapping(whole, .wrappingAdd, words[1]), whole)
                return words.choose(words.compare(own.size, .equal, words[0]), words[0], crossing)
            }
        }
    }

    // MARK: Parts

    private func bind(_ purpose: String, _ value: Formula, _ range: SourceRange, _ body: (Formula) -> Formula)
        -> Formula
    {
        let local = self.body.hidden(purpose, value.type)
        let inner = body(Formula(.local(local), value.type, value.range))
        return Formula(.bind(local, value, inner), inner.type, range)
    }

    private func bindRange(
        _ value: Formula, _ range: SourceRange, _ body: (WordFormulas, (base: Formula, size: Formula)) -> Formula
    ) -> Formula {
        bind("range", value, range) { whole in
            let own = (
                base: Formula(.member(whole, 0), .u64, value.range), size: Formula(.member(whole, 1), .u64, value.range)
            )
            return body(WordFormulas(range: range), own)
        }
    }
}

extension Type {
    /// An unsigned machine word.
    static let u64 = Type.integer(IntegerType(kind: .word(bits: 64, isSigned: false)))
}

/// Makes formulas over `u64`.
private struct WordFormulas {
    let range: SourceRange

    subscript(_ value: Int128) -> Formula { Formula(.constant(.integer(value)), .u64, range) }

    func wrapping(_ left: Formula, _ operation: BinaryOperatorSyntax, _ right: Formula) -> Formula {
        Formula(.binary(operation, left, right), .u64, range)
    }

    func compare(_ left: Formula, _ operation: BinaryOperatorSyntax, _ right: Formula) -> Formula {
        Formula(.binary(operation, left, right), .bool, range)
    }

    func and(_ left: Formula, _ right: Formula) -> Formula { Formula(.binary(.and, left, right), .bool, range) }
    func or(_ left: Formula, _ right: Formula) -> Formula { Formula(.binary(.or, left, right), .bool, range) }
    func choose(_ test: Formula, _ then: Formula, _ otherwise: Formula) -> Formula {
        Formula(.conditional(test, then, otherwise), then.type, range)
    }
}
