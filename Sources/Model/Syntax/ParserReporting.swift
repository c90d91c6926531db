// How a mistake is reported: in what words, once, and never more than a hundred.

extension Parser {
    /// Reports what was expected here. The error unwinds to the next statement or item.
    mutating func unexpected(_ expected: String, notes: [String] = []) -> SyntaxError {
        if current.kind == .invalid { return SyntaxError() }
        if current.kind != .endOfFile, isAtLineEnd {
            let place = SourceRange(file: source, start: previousEnd, end: previousEnd)
            let isBrace = current.symbol == .leftBrace
            return fail(
                .unexpectedLineEnd, "expected \(expected) before the end of the line", at: place,
                notes: notes + (isBrace ? ["`{` stands on the line of what it belongs to"] : []))
        }
        if let word = current.word, ReservedWords.contains(word), !current.isFirstOnLine, expected.hasPrefix("an expr")
        {
            return fail(
                .reservedWord, "`\(word)` is a word of the language and no expression", at: currentRange, notes: notes)
        }
        return fail(
            .unexpectedToken, "expected \(expected), found \(describeCurrent())", at: currentRange,
            notes: notes + hintForCurrent(expected))
    }

    /// Reports a mistake; the error unwinds to the next statement or item.
    mutating func fail(
        _ code: DiagnosticCode, _ message: String, at range: SourceRange, notes: [String] = [],
        related: [RelatedPlace] = []
    ) -> SyntaxError {
        report(code, message, at: range, notes: notes, related: related)
        return SyntaxError()
    }

    /// Reports a mistake after which the parse goes on where it is.
    mutating func report(
        _ code: DiagnosticCode, _ message: String, at range: SourceRange, notes: [String] = [],
        related: [RelatedPlace] = []
    ) {
        guard !isSilenced else { return }
        diagnostics.report(code, message, at: range, notes: notes, related: related)
        guard code.severity == .error else { return }
        errorCount += 1
        if errorCount >= Self.errorLimit {
            reportTooMany(at: range)
            giveUp()
        }
    }

    /// Reports that the rest of the file was not read.
    func reportTooMany(at range: SourceRange) {
        diagnostics.report(
            .tooManyErrors, "this makes \(Self.errorLimit) errors; the rest of the file was not read", at: range)
    }

    /// Moves to the end of the file and says nothing more.
    mutating func giveUp() {
        isSilenced = true
        index = text.tokens.count - 1
    }

    /// Reports a bracket that nothing closes.
    mutating func failUnclosed(_ opener: Int) -> SyntaxError {
        let token = text.tokens[opener]
        return fail(
            .unclosedBracket, "`\(token.symbol?.rawValue ?? "")` is never closed",
            at: SourceRange(file: source, start: token.start, end: token.end),
            related: current.kind == .endOfFile ? [] : [RelatedPlace(currentRange, "this cannot stand inside")])
    }

    /// Reports nesting beyond the limit and gives up on the file.
    mutating func failTooDeep() -> SyntaxError {
        let error = fail(
            .nestingTooDeep, "this is nested more than \(Self.nestingLimit) levels deep", at: currentRange,
            notes: ["give the parts names: `pure`, `func`, `let`"])
        giveUp()
        return error
    }

    /// Reports what the lexer could not read, but for the kernel's side of bindings.
    func reportLexicalProblems() {
        for problem in text.problems where !kernelText.contains(where: { $0.contains(problem.range.start) }) {
            diagnostics.report(problem)
        }
        if text.problems.count >= Lexer.problemLimit, let last = text.problems.last {
            reportTooMany(at: last.range)
        }
    }

    // MARK: Words

    /// The current token in words.
    func describeCurrent() -> String {
        switch current.kind {
        case .endOfFile: "the end of the file"
        case .integer, .word, .symbol: "`\(source.text(of: currentRange))`"
        case .string: "a text in quotes"
        case .invalid: "something unreadable"
        }
    }

    /// What a programmer of another language may have meant by the current token.
    func hintForCurrent(_ expected: String) -> [String] {
        if expected == "`:`", current.word != nil { return ["a name stands before its type: `name: type`"] }
        return switch current.symbol {
        case .increment?, .decrement?: ["write `+= 1` or `-= 1`"]
        case .equals? where expected.contains("{") || expected.contains(")"): ["equality is written `==`"]
        case .equals? where expected == "`:`": ["the type stands before the value: `name: u64 = 0`"]
        case .arrow?: ["a member is written with a dot: `a.b`"]
        case .and? where peek(1).word == "let": ["write `if let` and a second `if` inside"]
        case .bitAnd?: ["there are no addresses: pass the place itself to an `inout` parameter"]
        case .multiply?: ["there are no pointers"]
        default: []
        }
    }
}
