// Formulas to bytecode: values in registers where they are narrow, in memory where they are wide.

import Model

extension Compiler {
    /// Compiles a formula; the operand holds its value when the code before has run.
    func compile(_ formula: Formula) -> Operand {
        switch formula.kind {
        case .constant(let value): return constant(value, formula.type)
        case .local(let id): return operand(of: id)
        case .load(let place): return value(at: locate(place, formula.range))
        case .selfProcess: return .constant(Int64(ordinalOfSelf(as: formula.type)))
        case .unary(let operation, let operand): return unary(operation, operand, formula)
        case .binary(let operation, let left, let right): return binary(operation, left, right, formula)
        case .conditional(let condition, let then, let otherwise):
            return choice(condition, then, otherwise, formula.type)
        case .convert(let operand, let conversion): return convert(operand, conversion, formula)
        case .structure(let fields): return build(fields, formula.type)
        case .list(let elements): return build(elements, formula.type)
        case .wrap(let operand): return wrap(operand, formula.type)
        case .unwrap(let operand): return unwrap(operand, formula)
        case .optionalMap(let operand, let local, let body): return mapOptional(operand, local, body, formula)
        case .member(let operand, let field): return part(of: operand, .field(field), formula.range)
        case .element(let operand, let index): return part(of: operand, .index(index), formula.range)
        case .collection(let operation, let operands): return collection(operation, operands, formula)
        case .quantifier(let quantifier): return fold(quantifier, formula)
        case .bind(let local, let value, let body):
            set(local, compile(value))
            return compile(body)
        case .predicate(let predicate): return ask(predicate, formula.range)
        case .old(let operand):
            let saved = stateBase
            stateBase = layout.wordCount * 64
            defer { stateBase = saved }
            let value = compile(operand)
            return value
        case .call: preconditionFailure("a pure call was not inlined")
        }
    }

    private func ordinalOfSelf(as type: Type) -> Int {
        guard let selfPid else { preconditionFailure("self outside a process") }
        if case .sort(let id) = type, let first = types.sorts[id].firstPid { return selfPid - first }
        return selfPid
    }

    /// A new local place in scratch or in a register, cleared.
    func temporary(_ type: Type) -> Location {
        let shape = shape(of: type)
        if shape.isNarrow {
            let register = assembler.register()
            assembler.emit(.constant, a: register, imm: 0)
            if case .scalar = shape {
                return Location(container: .number(register), address: Address(offset: 0), shape: shape)
            }
            return Location(container: .register(register), address: Address(offset: 0), shape: shape)
        }
        let address = Address(offset: assembler.scratch(words: shape.wordCount))
        assembler.zero(words: shape.wordCount, at: address)
        return Location(container: .memory, address: address, shape: shape)
    }

    private func choice(_ condition: Formula, _ then: Formula, _ otherwise: Formula, _ type: Type) -> Operand {
        let result = temporary(type)
        let (elseLabel, end) = (assembler.newLabel(), assembler.newLabel())
        branchUnless(condition, to: elseLabel)
        write(compile(then), at: result)
        assembler.branch(.jump, to: end)
        assembler.place(elseLabel)
        write(compile(otherwise), at: result)
        assembler.place(end)
        return value(at: result)
    }

    // MARK: Operators

    private func unary(_ operation: UnaryOperatorSyntax, _ operand: Formula, _ formula: Formula) -> Operand {
        let value = compile(operand)
        let result = assembler.register()
        let source = assembler.inRegister(value)
        switch operation {
        case .not: assembler.emit(.not, a: result, b: source)
        case .complement:
            assembler.emit(.complement, a: result, b: source)
            wrap(result, to: integer(formula).kind)
        case .negate:
            let zero = assembler.constant(0)
            let type = integer(formula)
            let site = trap("the negation overflows", formula.range)
            assembler.emit(
                type.isUnsigned && type.kind.bits == 64 ? .subtractUnsigned : .subtractSigned, a: result, b: zero,
                c: source, target: site)
            check(result, fits: type.kind, site)
        }
        return .register(result)
    }

    func integer(_ formula: Formula) -> IntegerType {
        guard let type = formula.type.integer else { preconditionFailure("not a number") }
        return type
    }

    private func binary(_ operation: BinaryOperatorSyntax, _ left: Formula, _ right: Formula, _ formula: Formula)
        -> Operand
    {
        switch operation {
        case .and, .or, .implies:
            let result = assembler.register()
            let end = assembler.newLabel()
            assembler.emit(.constant, a: result, imm: 0)
            branch(formula, if: false, to: end)
            assembler.emit(.constant, a: result, imm: 1)
            assembler.place(end)
            return .register(result)
        case .equal, .notEqual: return equality(operation, left, right)
        case .less, .lessOrEqual, .greater, .greaterOrEqual:
            let first = compile(left)
            let second = compile(right)
            let isUnsigned = left.type.integer.map { $0.isUnsigned && $0.kind.bits == 64 } ?? false
            let strict = operation == .less || operation == .greater
            let opcode: Opcode =
                isUnsigned ? (strict ? .lessUnsigned : .lessOrEqualUnsigned) : (strict ? .less : .lessOrEqual)
            let swaps = operation == .greater || operation == .greaterOrEqual
            return swaps ? emit(opcode, second, first) : emit(opcode, first, second)
        case .add, .subtract, .multiply, .divide, .remainder, .wrappingAdd, .wrappingSubtract, .wrappingMultiply,
            .shiftLeft, .wrappingShiftLeft, .shiftRight, .bitAnd, .bitOr, .bitXor:
            return arithmetic(operation, left, right, formula)
        }
    }

    private func equality(_ operation: BinaryOperatorSyntax, _ left: Formula, _ right: Formula) -> Operand {
        let (first, second) = (comparable(left, with: right), comparable(right, with: left))
        if case .memory(let one) = first, case .memory(let two) = second {
            let (b, c) = (assembler.inRegister(one), assembler.inRegister(two))
            let result = assembler.register()
            assembler.emit(.equalWords, a: result, b: b, c: c, imm: Int64(shape(of: left.type).wordCount))
            if operation == .notEqual { assembler.emit(.not, a: result, b: result) }
            return .register(result)
        }
        return emit(operation == .equal ? .equal : .notEqual, first, second)
    }

    private func arithmetic(_ operation: BinaryOperatorSyntax, _ left: Formula, _ right: Formula, _ formula: Formula)
        -> Operand
    {
        let type = integer(formula)
        let bits = type.kind.bits
        let isUnsigned = type.isUnsigned && bits == 64
        let first = compile(left)
        let second = compile(right)
        func plain(_ opcode: Opcode) -> Operand {
            let result = emit(opcode, first, second)
            guard bits < 64 else { return result }
            let register = assembler.inRegister(result)
            wrap(register, to: type.kind)
            return .register(register)
        }
        func trapping(_ opcode: Opcode, _ message: String) -> Operand {
            let site = trap(message, formula.range)
            let result = emit(opcode, first, second, site: site)
            guard bits < 64 else { return result }
            let register = assembler.inRegister(result)
            check(register, fits: type.kind, site)
            return .register(register)
        }
        switch operation {
        case .add where cannotOverflow(operation, left, right, type): return emit(.add, first, second)
        case .subtract where cannotOverflow(operation, left, right, type): return emit(.subtract, first, second)
        case .multiply where cannotOverflow(operation, left, right, type): return emit(.multiply, first, second)
        case .add: return trapping(isUnsigned ? .addUnsigned : .addSigned, "the sum overflows")
        case .subtract: return trapping(isUnsigned ? .subtractUnsigned : .subtractSigned, "the difference overflows")
        case .multiply: return trapping(isUnsigned ? .multiplyUnsigned : .multiplySigned, "the product overflows")
        case .divide: return trapping(isUnsigned ? .divideUnsigned : .divideSigned, "division by zero")
        case .remainder: return trapping(isUnsigned ? .remainderUnsigned : .remainderSigned, "division by zero")
        case .wrappingAdd: return plain(.add)
        case .wrappingSubtract: return plain(.subtract)
        case .wrappingMultiply: return plain(.multiply)
        case .bitAnd: return plain(.and)
        case .bitOr: return plain(.or)
        case .bitXor: return plain(.xor)
        case .shiftLeft, .wrappingShiftLeft, .shiftRight: return shift(operation, first, second, right, type, formula)
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .and, .or, .implies:
            preconditionFailure("not arithmetic")
        }
    }

    /// Whether the exact bounds of the operands keep the result within 64 bits.
    private func cannotOverflow(
        _ operation: BinaryOperatorSyntax, _ left: Formula, _ right: Formula, _ type: IntegerType
    )
        -> Bool
    {
        guard type.kind == .int, let one = left.type.integer, let two = right.type.integer else { return false }
        let limit = Int128(1) << 62
        let most = max(abs(one.lower), abs(one.upper))
        let other = max(abs(two.lower), abs(two.upper))
        switch operation {
        case .add, .subtract: return most < limit && other < limit
        case .multiply: return most < (1 << 31) && other < (1 << 31)
        default: return false
        }
    }

    private func shift(
        _ operation: BinaryOperatorSyntax, _ first: Operand, _ second: Operand, _ right: Formula, _ type: IntegerType,
        _ formula: Formula
    ) -> Operand {
        let bits = type.kind.bits
        let count = assembler.inRegister(second)
        let site = trap("the shift is outside 0..<\(bits)", formula.range)
        assembler.emit(.checkIndex, a: count, target: site, imm: Int64(bits))
        let value = assembler.inRegister(first)
        let result = assembler.register()
        switch operation {
        case .shiftRight:
            let opcode: Opcode = type.isUnsigned ? .shiftRightUnsigned : .shiftRightSigned
            assembler.emit(opcode, a: result, b: value, c: count)
        case .shiftLeft:
            let overflow = trap("the shift loses bits", formula.range)
            let opcode: Opcode = type.isUnsigned && bits == 64 ? .shiftLeftUnsigned : .shiftLeftSigned
            assembler.emit(opcode, a: result, b: value, c: count, target: overflow)
            check(result, fits: type.kind, overflow)
        default:
            assembler.emit(.shiftLeft, a: result, b: value, c: count)
            wrap(result, to: type.kind)
        }
        return .register(result)
    }

    /// Cuts a register to the bits of a word type.
    func wrap(_ register: UInt16, to kind: IntegerType.Kind) {
        guard case .word(let bits, let isSigned) = kind, bits < 64 else { return }
        assembler.emit(isSigned ? .signExtend : .zeroExtend, a: register, b: register, width: bits)
    }

    /// Traps when a register is outside a narrow word type.
    private func check(_ register: UInt16, fits kind: IntegerType.Kind, _ site: Int) {
        guard case .word(let bits, _) = kind, bits < 64 else { return }
        checkRange(register, IntegerType(kind: kind), site)
    }

    func checkRange(_ register: UInt16, _ type: IntegerType, _ site: Int) {
        let lower = assembler.constant(Int64(truncatingIfNeeded: type.lower))
        let upper = assembler.constant(Int64(truncatingIfNeeded: type.upper))
        let opcode: Opcode = type.isUnsigned && type.kind.bits == 64 ? .checkRangeUnsigned : .checkRange
        assembler.emit(opcode, a: register, b: lower, c: upper, target: site)
    }

    // MARK: Conversions

    private func convert(_ operand: Formula, _ conversion: Conversion, _ formula: Formula) -> Operand {
        let source = compile(operand)
        switch conversion {
        case .exact: return source
        case .process: return convertProcess(source, operand.type, formula)
        case .aligned(let step):
            let site = trap("the value is no multiple of \(step)", formula.range)
            let register = assembler.inRegister(source)
            let divisor = Operand.constant(Int64(bitPattern: step))
            let rest = emit(.remainderUnsigned, .register(register), divisor, site: site)
            assembler.emit(.checkIndex, a: assembler.inRegister(rest), target: site, imm: 1)
            return .register(register)
        case .truncating, .reinterpreting:
            let result = assembler.register()
            move(source, to: result)
            wrap(result, to: integer(formula).kind)
            return .register(result)
        case .checked:
            if case .constant(let value) = source, let target = formula.type.integer,
                let range = operand.type.integer, !range.isUnsigned, target.contains(Int128(value))
            {
                return source
            }
            let site = trap("the value is not in \(types.name(of: formula.type))", formula.range)
            let register = assembler.inRegister(source)
            if let target = formula.type.integer {
                checkConversion(register, operand.type.integer, target, site)
            } else {
                assembler.emit(
                    .checkIndex, a: register, target: site, imm: Int64(types.count(of: formula.type) ?? 0))
            }
            return .register(register)
        }
    }

    private func checkConversion(_ register: UInt16, _ source: IntegerType?, _ target: IntegerType, _ site: Int) {
        let sourceIsUnsigned = source.map { $0.isUnsigned && $0.kind.bits == 64 } ?? false
        let targetIsUnsigned = target.isUnsigned && target.kind.bits == 64
        if sourceIsUnsigned == targetIsUnsigned {
            checkRange(register, target, site)
        } else if sourceIsUnsigned {
            // A u64 into a signed range: beyond Int64.max it reads as negative, so both ends are checked as unsigned.
            let lower = IntegerType(
                kind: .word(bits: 64, isSigned: false), lower: max(0, target.lower), upper: max(0, target.upper))
            checkRange(register, lower, site)
        } else {
            // A signed number into u64: it must not be negative, and below 2^63 both orders agree.
            let upper = min(target.upper, Int128(Int64.max))
            checkRange(register, IntegerType(kind: .int, lower: target.lower, upper: upper), site)
        }
    }

    private func convertProcess(_ source: Operand, _ type: Type, _ formula: Formula) -> Operand {
        var offset = 0
        if case .sort(let id) = type { offset += types.sorts[id].firstPid ?? 0 }
        var count: Int?
        if case .sort(let id) = formula.type {
            offset -= types.sorts[id].firstPid ?? 0
            count = types.sorts[id].count
        }
        if case .constant(let value) = source,
            count.map({ value + Int64(offset) < $0 && value + Int64(offset) >= 0 }) ?? true
        {
            return .constant(value + Int64(offset))
        }
        let result = assembler.register()
        let register = assembler.inRegister(source)
        assembler.emit(.addImmediate, a: result, b: register, imm: Int64(offset))
        if let count {
            let site = trap("the process is no \(types.name(of: formula.type))", formula.range)
            assembler.emit(.checkIndex, a: result, target: site, imm: Int64(count))
        }
        return .register(result)
    }

    // MARK: Questions

    private func ask(_ predicate: Predicate, _ range: SourceRange) -> Operand {
        switch predicate {
        case .generation: return .constant(0)
        case .held(let place):
            let holder = compileLock(place, range)
            return emit(.equal, holder, .constant(Int64((selfPid ?? -2) + 1)))
        case .free(let place): return emit(.equal, compileLock(place, range), .constant(0))
        case .holds(let process, let place):
            let pid = compile(process)
            let holder = compileLock(place, range)
            return emit(.equal, holder, emit(.add, pid, .constant(1)))
        case .finished(let process): return perProcess(process) { pid, _ in [StateLayout.finishedCode, pid] }
        case .asleep(let process): return asleep(process)
        case .at(let process, let label):
            if case .invariant(let skip) = mode { skipUnlessAtStep(compile(process), skip) }
            return perProcess(process) { _, kind in
                kind.points.indices.filter { kind.points[$0].label == label || kind.points[$0].name == label }
                    .map { StateLayout.code(ofPoint: $0) } + [-1]
            }
        }
    }

    private func compileLock(_ place: Place, _ range: SourceRange) -> Operand {
        let saved = mode
        if case .code = mode { mode = .property }
        defer { mode = saved }
        return value(at: locate(place, range))
    }

    /// Whether the position of a process is one of the codes; the last entry of the list is not a code.
    private func perProcess(_ process: Formula, _ codes: (Int, ProcessCode) -> [Int]) -> Operand {
        let pid = compile(process)
        let result = assembler.register()
        let end = assembler.newLabel()
        assembler.emit(.constant, a: result, imm: 0)
        for number in layout.processes.indices {
            if case .constant(let value) = pid, value != Int64(number) { continue }
            let next = assembler.newLabel()
            if case .register(let register) = pid {
                assembler.branch(.branchNotEqualImmediate, a: register, imm: Int64(number), to: next)
            }
            let field = layout.processes[number].position
            let position = assembler.register()
            assembler.load(Address(offset: stateBase + field.offset), bits: field.bits, lower: 0, into: position)
            let wanted = Array(codes(number, system.kind(of: number).process).dropLast())
            assembler.emit(.move, a: result, b: isOne(of: wanted, position, field.bits))
            assembler.branch(.jump, to: end)
            assembler.place(next)
        }
        assembler.place(end)
        return .register(result)
    }

    private func asleep(_ process: Formula) -> Operand {
        let pid = compile(process)
        let result = assembler.register()
        assembler.emit(.constant, a: result, imm: 0)
        for (number, field) in layout.processes.map(\.channel).enumerated() where field.bits > 0 {
            let next = assembler.newLabel()
            let register = assembler.inRegister(pid)
            assembler.branch(.branchNotEqualImmediate, a: register, imm: Int64(number), to: next)
            let channel = assembler.register()
            assembler.load(Address(offset: stateBase + field.offset), bits: field.bits, lower: 0, into: channel)
            let zero = assembler.constant(0)
            assembler.emit(.notEqual, a: result, b: channel, c: zero)
            assembler.place(next)
        }
        return .register(result)
    }
}
