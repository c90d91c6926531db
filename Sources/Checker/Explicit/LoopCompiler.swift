// Loops over domains: quantifiers within formulas, and the search for the values that a choice can take.

import Model

extension Compiler {
    /// How many copies of a body loops around it may make of it together.
    private static let mostCopies = 64

    /// Compiles a loop that sets the local to each value of a domain. `leave` ends it early.
    ///
    /// A short loop of fixed length is unrolled: its tests and addresses become constants. The local then has no
    /// value after it, unless `keepsLocal`.
    func loop(
        over domain: Domain, _ local: LocalID, _ range: SourceRange, keepsLocal: Bool = false,
        _ body: (_ leave: Int) -> Void
    ) {
        if !keepsLocal, unroll(domain, local, range, body) { return }
        switch domain {
        case .type(let type):
            let count = Int64(types.count(of: type) ?? 0)
            let lower = Int64(type.integer?.lower ?? 0)
            count_(local, .constant(lower), .constant(lower + count), range, body)
        case .range(let lower, let upper, let isClosed):
            let first = compile(lower)
            var end = compile(upper)
            if isClosed { end = emit(.add, end, .constant(1)) }
            count_(local, first, end, range, body)
        case .elements(let formula):
            let value = compile(formula)
            let location = location(of: value, formula.type)
            switch (location.shape, formula.type) {
            case (.array(let element, let count, let stride, _), _):
                elements(local, location, .constant(Int64(count)), offset: 0, element, stride, range, body)
            case (.sequence(let element, _, let countBits, let offset, let stride, _), _):
                let count = assembler.register()
                read(location, bits: countBits, lower: 0, into: count)
                elements(local, location, .register(count), offset: offset, element, stride, range, body)
            case (.set, .set(let element)): members(local, location, element, range, body)
            default: preconditionFailure("not a collection")
            }
        }
    }

    /// Unrolls a loop if its domain is fixed and short. Returns whether it did.
    private func unroll(_ domain: Domain, _ local: LocalID, _ range: SourceRange, _ body: (_ leave: Int) -> Void)
        -> Bool
    {
        guard let values = fixedValues(of: domain), copies * values.count <= Self.mostCopies else { return false }
        copies *= max(1, values.count)
        defer { copies /= max(1, values.count) }
        let leave = assembler.newLabel()
        for value in values {
            scoped {
                locals[local] = .constant(value)
                body(leave)
            }
        }
        assembler.place(leave)
        return true
    }

    /// The values of a domain that are known now and few.
    private func fixedValues(of domain: Domain) -> [Int64]? {
        let bounds: (first: Int64, count: Int64)
        switch domain {
        case .type(let type):
            bounds = (Int64(type.integer?.lower ?? 0), Int64(types.count(of: type) ?? 0))
        case .range(let lower, let upper, let isClosed):
            guard let first = fixed(lower), let last = fixed(upper) else { return nil }
            let (span, overflow) = last.subtractingReportingOverflow(first)
            guard !overflow, span < Int64(Self.mostCopies) else { return nil }
            bounds = (first, max(0, span + (isClosed ? 1 : 0)))
        case .elements: return nil
        }
        guard bounds.count <= Int64(Self.mostCopies) else { return nil }
        return (0..<bounds.count).map { bounds.first + $0 }
    }

    /// The number that a formula is, if it is known now. Beyond 2^63 none is: numbers here are signed.
    func fixed(_ formula: Formula) -> Int64? {
        guard case .scalar = shape(of: formula.type) else { return nil }
        var number: Int64?
        if case .constant(let value) = formula.kind { number = Self.number(value) }
        if case .local(let id) = formula.kind, case .constant(let value) = locals[id] { number = value }
        guard let number, number >= 0 || !(formula.type.integer?.isUnsigned ?? false) else { return nil }
        return number
    }

    private func count_(_ local: LocalID, _ first: Operand, _ end: Operand, _ range: SourceRange, _ body: (Int) -> Void)
    {
        let index = assembler.register()
        let limit = assembler.register()
        move(first, to: index)
        move(end, to: limit)
        let (top, leave) = (assembler.newLabel(), assembler.newLabel())
        assembler.place(top)
        assembler.branch(.branchLessOrEqual, a: limit, b: index, to: leave)
        set(local, .register(index))
        body(leave)
        assembler.emit(.addImmediate, a: index, b: index, imm: 1)
        assembler.branch(.jump, to: top)
        assembler.place(leave)
    }

    private func elements(
        _ local: LocalID, _ base: Location, _ count: Operand, offset: Int, _ element: Shape, _ stride: Int,
        _ range: SourceRange, _ body: (Int) -> Void
    ) {
        let index = assembler.register()
        let limit = assembler.register()
        assembler.emit(.constant, a: index, imm: 0)
        move(count, to: limit)
        let (top, leave) = (assembler.newLabel(), assembler.newLabel())
        assembler.place(top)
        assembler.branch(.branchLessOrEqual, a: limit, b: index, to: leave)
        var location = base
        location.address.offset += offset
        add(.register(index), stride: stride, to: &location.address)
        location.shape = element
        set(local, value(at: location))
        body(leave)
        assembler.emit(.addImmediate, a: index, b: index, imm: 1)
        assembler.branch(.jump, to: top)
        assembler.place(leave)
    }

    private func members(
        _ local: LocalID, _ set: Location, _ element: Type, _ range: SourceRange, _ body: (Int) -> Void
    ) {
        let lower = Int64(element.integer?.lower ?? 0)
        let index = assembler.register()
        assembler.emit(.constant, a: index, imm: 0)
        let limit = assembler.constant(Int64(types.count(of: element) ?? 0))
        let (top, next, leave) = (assembler.newLabel(), assembler.newLabel(), assembler.newLabel())
        assembler.place(top)
        assembler.branch(.branchLessOrEqual, a: limit, b: index, to: leave)
        var location = set
        add(.register(index), stride: 1, to: &location.address)
        let flag = assembler.register()
        read(location, bits: 1, lower: 0, into: flag)
        assembler.branch(.branchZero, a: flag, to: next)
        self.set(local, emit(.add, .register(index), .constant(lower)))
        body(leave)
        assembler.place(next)
        assembler.emit(.addImmediate, a: index, b: index, imm: 1)
        assembler.branch(.jump, to: top)
        assembler.place(leave)
    }

    // MARK: Quantifiers

    func fold(_ quantifier: Quantifier, _ formula: Formula) -> Operand {
        let result = assembler.register()
        let isEmpty = assembler.register()
        assembler.emit(.constant, a: result, imm: quantifier.kind == .all ? 1 : 0)
        assembler.emit(.constant, a: isEmpty, imm: 1)
        let end = assembler.newLabel()
        fold(quantifier, 0, formula, result, isEmpty, end)
        assembler.place(end)
        if quantifier.kind == .min || quantifier.kind == .max {
            let filled = assembler.register()
            assembler.emit(.not, a: filled, b: isEmpty)
            assembler.emit(.checkFlag, a: filled, target: trap("the domain is empty", formula.range))
        }
        return .register(result)
    }

    private func fold(
        _ quantifier: Quantifier, _ depth: Int, _ formula: Formula, _ result: UInt16, _ isEmpty: UInt16, _ end: Int
    ) {
        guard depth < quantifier.binders.count else {
            accumulate(quantifier, formula, result, isEmpty, end)
            return
        }
        let binder = quantifier.binders[depth]
        loop(over: binder.domain, binder.local, formula.range) { _ in
            fold(quantifier, depth + 1, formula, result, isEmpty, end)
        }
    }

    private func accumulate(
        _ quantifier: Quantifier, _ formula: Formula, _ result: UInt16, _ isEmpty: UInt16, _ end: Int
    ) {
        let skip = assembler.newLabel()
        if let condition = quantifier.condition { branchUnless(condition, to: skip) }
        switch quantifier.kind {
        case .count: assembler.emit(.addImmediate, a: result, b: result, imm: 1)
        case .all, .some:
            guard let body = quantifier.body else { return }
            branch(body, if: quantifier.kind == .all, to: skip)
            assembler.emit(.constant, a: result, imm: quantifier.kind == .some ? 1 : 0)
            assembler.branch(.jump, to: end)
        case .sum:
            guard let body = quantifier.body else { return }
            addToSum(body, formula, result)
        case .min, .max:
            guard let body = quantifier.body else { return }
            let value = assembler.inRegister(compile(body))
            let (take, isUnsigned) = (
                assembler.newLabel(), integer(formula).isUnsigned && integer(formula).kind.bits == 64
            )
            assembler.branch(.branchNonZero, a: isEmpty, to: take)
            let isBetter = assembler.register()
            let opcode: Opcode = isUnsigned ? .lessUnsigned : .less
            if quantifier.kind == .min {
                assembler.emit(opcode, a: isBetter, b: value, c: result)
            } else {
                assembler.emit(opcode, a: isBetter, b: result, c: value)
            }
            assembler.branch(.branchZero, a: isBetter, to: skip)
            assembler.place(take)
            assembler.emit(.move, a: result, b: value)
            assembler.emit(.constant, a: isEmpty, imm: 0)
        }
        assembler.place(skip)
    }

    private func addToSum(_ body: Formula, _ formula: Formula, _ result: UInt16) {
        let value = assembler.inRegister(compile(body))
        let type = integer(formula)
        let site = trap("the sum overflows", formula.range)
        let opcode: Opcode = type.isUnsigned && type.kind.bits == 64 ? .addUnsigned : .addSigned
        assembler.emit(opcode, a: result, b: result, c: value, target: site)
        if case .word(let bits, _) = type.kind, bits < 64 { checkRange(result, IntegerType(kind: type.kind), site) }
    }
}
