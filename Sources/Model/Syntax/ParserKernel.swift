// `kernel` blocks: the model's side is parsed, the kernel's side is kept as written.

extension Parser {
    /// `{ bindings }`, one a line.
    mutating func bindings() throws(SyntaxError) -> [BindingSyntax] {
        var list: [BindingSyntax] = []
        let outer = try openBlock()
        while current.symbol != .rightBrace {
            if beginsUnclosedItem(), !Self.bindingWords.contains(current.word ?? "") { break }
            let start = index
            let outerDepth = depth
            beginLine()
            do throws(SyntaxError) {
                let kind = try binding()
                list.append(BindingSyntax(kind, range: range(from: text.tokens[start].start)))
                try endLine(of: "binding")
            } catch {
                depth = outerDepth
                recover(from: start) { $0.skipBlock() }
                if index == start { advance() }
            }
        }
        try closeBlock(outer)
        return list
    }

    private static let bindingWords: Set<String> = [
        "const", "state", "lock", "func", "value", "step", "pid", "process", "console", "fail", "harts",
    ]

    /// How a process gets into a func: by a system call, by an instruction of user code, by `exec` of its own program, or
    /// before all else.
    private static let ways: Set<String> = ["syscall", "load", "exec", "boot"]

    private mutating func binding() throws(SyntaxError) -> BindingSyntax.Kind {
        let word = current.word ?? ""
        guard Self.bindingWords.contains(word), !isAtLineEnd else {
            throw unexpected(
                "a binding",
                notes: [
                    "bindings are `const`, `state`, `lock`, `func`, `value`, `step`, `pid`, `process`, `console`, `fail`, "
                        + "`harts`"
                ])
        }
        advance()
        switch word {
        case "const":
            let name = try name("a constant")
            return .constant(name, kernel: try boundText())
        case "state": return try stateBinding()
        case "lock": return .lock(try suffixedOperand().syntax, kernel: try boundText())
        case "func": return try functionBinding()
        case "value": return try valueBinding()
        case "step": return .step(try suffixedOperand().syntax, kernel: try boundText())
        case "pid": return .pid(kernel: try boundText())
        case "process": return .process(try suffixedOperand().syntax, kernel: try boundText())
        case "console":
            let output = try string("the console's text in quotes")
            return .console(output, choice: try boundText())
        case "fail": return try failureBinding()
        default: return .harts(try expression())
        }
    }

    private mutating func stateBinding() throws(SyntaxError) -> BindingSyntax.Kind {
        let place = try suffixedOperand().syntax
        try expect(.equals, continuing: true)
        if at(word: "abstract"), peek(1).symbol != .dot, peek(1).symbol != .leftBracket {
            advance()
            return .state(place, kernel: nil, unless: nil, abstract: try expression())
        }
        let kernel = try kernelSide()
        let unless: String? = take(word: "unless") ? try kernelSide() : nil
        return .state(place, kernel: kernel, unless: unless, abstract: nil)
    }

    private mutating func functionBinding() throws(SyntaxError) -> BindingSyntax.Kind {
        let name = try name("a func")
        var parameters: [Identifier] = []
        if at(.leftParenthesis) {
            try open(.leftParenthesis)
            while current.symbol != .rightParenthesis {
                parameters.append(try self.name("a parameter's name"))
                guard take(.comma, continuing: true) else { break }
            }
            try close(.rightParenthesis)
        }
        try expect(.equals, continuing: true)
        let kernel = current.word == "via" ? nil : try anyWord("the kernel's function")
        let arguments = kernel != nil && at(.leftParenthesis) ? try arguments().list : []
        var (way, systemCall): (Identifier?, Identifier?)
        var wayArguments: [ArgumentSyntax] = []
        if current.word == "via" {
            advance()
            guard Self.ways.contains(current.word ?? "") else {
                throw unexpected(
                    "a way into the func", notes: ["`via` is followed by `syscall`, `load`, `exec` or `boot`"])
            }
            let word = try anyWord("a way into the func")
            if word.text == "syscall" { systemCall = try anyWord("a system call") }
            way = word
            if at(.leftParenthesis) { wayArguments = try self.arguments().list }
        }
        return .function(
            name, parameters: parameters, kernel: kernel, arguments, via: way, systemCall: systemCall, wayArguments)
    }

    private mutating func valueBinding() throws(SyntaxError) -> BindingSyntax.Kind {
        let function = try name("a func")
        let parameter = take(.dot) ? try name("a parameter of the func") : nil
        return .value(function: function, parameter: parameter, kernel: try boundText())
    }

    private mutating func failureBinding() throws(SyntaxError) -> BindingSyntax.Kind {
        let function = try anyWord("the kernel's function")
        var value: ExpressionSyntax?
        if at(.leftParenthesis) {
            try open(.leftParenthesis)
            value = try expression()
            try close(.rightParenthesis)
        }
        return .failure(function, value: value, choice: try boundText())
    }

    /// `= text`
    private mutating func boundText() throws(SyntaxError) -> String {
        try expect(.equals, continuing: true)
        return try kernelSide()
    }

    /// The kernel's side of a binding as written: to the end of the line, to `unless`, or to the block's `}`.
    private mutating func kernelSide() throws(SyntaxError) -> String {
        let start = current.start
        var open = 0
        var isFirst = true
        while current.kind != .endOfFile {
            if current.isFirstOnLine, !isFirst, open == 0 { break }
            if current.word == "unless", open == 0 { break }
            switch current.symbol {
            case .leftParenthesis?, .leftBracket?, .leftBrace?: open += 1
            case .rightParenthesis?, .rightBracket?: open -= 1
            case .rightBrace? where open <= 0: open = Int.min
            case .rightBrace?: open -= 1
            default: break
            }
            if open == Int.min { break }
            isFirst = false
            advance()
        }
        guard !isFirst else { throw unexpected("the kernel's side of the binding") }
        let whole = range(from: start)
        kernelText.append(whole.start..<whole.end)
        return source.text(of: whole)
    }
}
