// Sequences and sets: read where they are, changed in a copy or, for `s.append(x)`, in place.

import Model

extension Compiler {
    func collection(_ operation: CollectionOperation, _ operands: [Formula], _ formula: Formula) -> Operand {
        let base = operands[0]
        if case .set = base.type { return setOperation(operation, operands, formula) }
        switch operation {
        case .count, .isEmpty, .first, .last, .contains: return question(operation, operands, formula)
        case .appending, .inserting, .removingFirst, .removingAt:
            let copy = memoryCopy(of: base)
            change(copy, operation, operands, formula)
            return value(at: copy)
        case .setInserting, .setRemoving, .union, .intersection, .subtracting:
            preconditionFailure("a set operation on a sequence")
        }
    }

    /// Where a collection can be read: its place when it has one, otherwise its value.
    private func readable(_ formula: Formula) -> Location {
        if case .load(let place) = formula.kind { return locate(place, formula.range) }
        return location(of: compile(formula), formula.type)
    }

    private func count(of location: Location) -> UInt16 {
        guard case .sequence(_, _, let countBits, _, _, _) = location.shape else {
            preconditionFailure("not a sequence")
        }
        let register = assembler.register()
        read(location, bits: countBits, lower: 0, into: register)
        return register
    }

    private func element(of location: Location, at index: Operand) -> Location {
        guard case .sequence(let element, _, _, let offset, let stride, _) = location.shape else {
            preconditionFailure("not a sequence")
        }
        var result = location
        result.address.offset += offset
        add(index, stride: stride, to: &result.address)
        result.shape = element
        return result
    }

    private func question(_ operation: CollectionOperation, _ operands: [Formula], _ formula: Formula) -> Operand {
        let location = readable(operands[0])
        let count = count(of: location)
        switch operation {
        case .count: return .register(count)
        case .isEmpty: return emit(.equal, .register(count), .constant(0))
        case .first, .last:
            let site = trap("the sequence is empty", formula.range)
            let isFilled = assembler.register()
            let zero = assembler.constant(0)
            assembler.emit(.notEqual, a: isFilled, b: count, c: zero)
            assembler.emit(.checkFlag, a: isFilled, target: site)
            if operation == .first { return value(at: element(of: location, at: .constant(0))) }
            return value(at: element(of: location, at: emit(.add, .register(count), .constant(-1))))
        default: return contains(location, count, operands[1])
        }
    }

    private func contains(_ location: Location, _ count: UInt16, _ item: Formula) -> Operand {
        let wanted = compile(item)
        let result = assembler.register()
        let index = assembler.register()
        let (top, next, end) = (assembler.newLabel(), assembler.newLabel(), assembler.newLabel())
        assembler.emit(.constant, a: result, imm: 0)
        assembler.emit(.constant, a: index, imm: 0)
        assembler.place(top)
        assembler.branch(.branchLessOrEqual, a: count, b: index, to: end)
        let current = value(at: element(of: location, at: .register(index)))
        branchUnlessEqual(current, wanted, shape(of: item.type), to: next)
        assembler.emit(.constant, a: result, imm: 1)
        assembler.branch(.jump, to: end)
        assembler.place(next)
        assembler.emit(.addImmediate, a: index, b: index, imm: 1)
        assembler.branch(.jump, to: top)
        assembler.place(end)
        return .register(result)
    }

    private func branchUnlessEqual(_ left: Operand, _ right: Operand, _ shape: Shape, to label: Int) {
        if case .memory(let one) = left, case .memory(let two) = right {
            let (b, c) = (assembler.inRegister(one), assembler.inRegister(two))
            let result = assembler.register()
            assembler.emit(.equalWords, a: result, b: b, c: c, imm: Int64(shape.wordCount))
            assembler.branch(.branchZero, a: result, to: label)
        } else {
            assembler.branch(.branchNotEqual, a: assembler.inRegister(left), b: assembler.inRegister(right), to: label)
        }
    }

    /// A copy of a sequence in scratch memory, narrow ones too: the moving instructions work on memory.
    private func memoryCopy(of formula: Formula) -> Location {
        let shape = shape(of: formula.type)
        let source = compile(formula)
        let address = Address(offset: assembler.scratch(words: max(1, shape.wordCount)))
        let copy = Location(container: .memory, address: address, shape: shape)
        if shape.isNarrow {
            assembler.zero(words: 1, at: address)
            writeBits(assembler.inRegister(source), at: copy, bits: shape.bits, lower: 0)
        } else if case .memory(let from) = source {
            assembler.copy(words: shape.wordCount, from: from, to: address)
        }
        return copy
    }

    /// Changes a sequence in memory.
    private func change(_ target: Location, _ operation: CollectionOperation, _ operands: [Formula], _ formula: Formula)
    {
        guard case .sequence(let elementShape, let max, let countBits, let offset, let stride, _) = target.shape else {
            preconditionFailure("not a sequence")
        }
        let form = SequenceForm(
            max: max, countBits: countBits, elementOffset: offset, stride: stride, elementBits: elementShape.bits)
        assembler.forms.append(form)
        let formNumber = Int64(assembler.forms.count - 1)
        let inserted = operation == .appending || operation == .inserting ? compile(operands[1]) : nil
        let count = count(of: target)
        switch operation {
        case .appending:
            assembler.emit(
                .checkIndex, a: count, target: trap("the sequence is full: max \(max)", formula.range), imm: Int64(max))
            if let inserted { write(inserted, at: element(of: target, at: .register(count))) }
            let more = assembler.register()
            assembler.emit(.addImmediate, a: more, b: count, imm: 1)
            writeBits(more, at: target, bits: countBits, lower: 0)
        case .inserting:
            let index = assembler.inRegister(compile(operands[2]))
            let most = assembler.register()
            assembler.emit(.addImmediate, a: most, b: count, imm: 1)
            checkBelow(index, most, formula.range)
            assembler.emit(
                .checkIndex, a: count, target: trap("the sequence is full: max \(max)", formula.range), imm: Int64(max))
            let address = assembler.inRegister(target.address)
            assembler.emit(.sequenceInsertGap, b: address, c: index, imm: formNumber)
            if let inserted { write(inserted, at: element(of: target, at: .register(index))) }
        case .removingFirst, .removingAt:
            let index = operation == .removingAt ? assembler.inRegister(compile(operands[1])) : assembler.constant(0)
            checkBelow(index, count, formula.range)
            let address = assembler.inRegister(target.address)
            assembler.emit(.sequenceRemove, b: address, c: index, imm: formNumber)
        default: preconditionFailure("not a change of a sequence")
        }
    }

    // MARK: In place

    /// Compiles `place = place.changed(…)` without a copy; false when the value is of another form.
    func changeInPlace(_ place: Place, _ value: Formula, _ range: SourceRange) -> Bool {
        guard case .collection(let operation, let operands) = value.kind, case .sequence = value.type,
            case .load(let source) = operands[0].kind, case .variable = place.root, Self.same(place, source)
        else { return false }
        switch operation {
        case .appending, .inserting, .removingFirst, .removingAt: break
        default: return false
        }
        // Where only stores need the lock, operands that trap come before the store is judged.
        if case .variable(let id) = place.root, case .guarded(_, true) = system.variables[id].protection { return false }
        let location = locate(place, range, isStore: true)
        let pending = rebuilds
        rebuilds = []
        change(location, operation, operands, value)
        rebuilds = pending
        finishStore()
        return true
    }

    /// Whether two places are written alike.
    private static func same(_ left: Place, _ right: Place) -> Bool {
        left.root == right.root && describe(left) == describe(right)
    }

    private static func describe(_ place: Place) -> String {
        let path = place.path.map { component -> String in
            switch component {
            case .field(let index): ".\(index)"
            case .payload: "!"
            case .index(let formula): "[\(describe(formula))]"
            }
        }
        return place.indices.map { "(\(describe($0)))" }.joined() + path.joined()
    }

    private static func describe(_ formula: Formula) -> String {
        switch formula.kind {
        case .constant(let value): "\(value)"
        case .local(let id): "%\(id)"
        case .selfProcess: "self"
        case .load(let place): "load \(place.root)\(describe(place))"
        case .convert(let operand, let conversion): "\(conversion)\(describe(operand))"
        // Anything else is taken to differ from everything: each has its own place in the text.
        default: "\(formula.range.start) \(formula.range.end)"
        }
    }

    // MARK: Sets

    private func setOperation(_ operation: CollectionOperation, _ operands: [Formula], _ formula: Formula) -> Operand {
        guard case .set(let element) = operands[0].type else { preconditionFailure("not a set") }
        let base = compile(operands[0])
        let source = location(of: base, operands[0].type)
        switch operation {
        case .count, .isEmpty:
            let count = assembler.register()
            if case .memory(let address) = base {
                let at = assembler.inRegister(address)
                assembler.emit(.populationWords, a: count, b: at, imm: Int64(source.shape.wordCount))
            } else {
                assembler.emit(.populationCount, a: count, b: assembler.inRegister(base))
            }
            return operation == .count ? .register(count) : emit(.equal, .register(count), .constant(0))
        case .contains:
            let flag = assembler.register()
            read(bit(of: source, operands[1], element), bits: 1, lower: 0, into: flag)
            return .register(flag)
        case .setInserting, .setRemoving:
            let copy = temporary(operands[0].type)
            write(base, at: copy)
            let flag = assembler.constant(operation == .setInserting ? 1 : 0)
            writeBits(flag, at: bit(of: copy, operands[1], element), bits: 1, lower: 0)
            return value(at: copy)
        case .union, .intersection, .subtracting: return combine(operation, base, operands)
        case .first, .last, .appending, .inserting, .removingFirst, .removingAt:
            preconditionFailure("a sequence operation on a set")
        }
    }

    /// The bit of a member. A number outside the element type traps before it gets here.
    private func bit(of set: Location, _ member: Formula, _ element: Type) -> Location {
        var index = compile(member)
        if let lower = element.integer?.lower, lower != 0 { index = emit(.add, index, .constant(-Int64(lower))) }
        var location = set
        add(index, stride: 1, to: &location.address)
        location.shape = .scalar(bits: 1, lower: 0)
        return location
    }

    private func combine(_ operation: CollectionOperation, _ base: Operand, _ operands: [Formula]) -> Operand {
        let other = compile(operands[1])
        guard case .memory(let address) = other else {
            switch operation {
            case .union: return emit(.or, base, other)
            case .intersection: return emit(.and, base, other)
            default:
                let inverse = assembler.register()
                assembler.emit(.complement, a: inverse, b: assembler.inRegister(other))
                return emit(.and, base, .register(inverse))
            }
        }
        let copy = temporary(operands[0].type)
        write(base, at: copy)
        let (a, b) = (assembler.inRegister(copy.address), assembler.inRegister(address))
        let opcode: Opcode = operation == .union ? .orWords : operation == .intersection ? .andWords : .andNotWords
        assembler.emit(opcode, a: a, b: b, imm: Int64(copy.shape.wordCount))
        return value(at: copy)
    }
}
