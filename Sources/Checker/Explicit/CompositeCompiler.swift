// Structs, optionals, array literals: values made of parts.

import Model

extension Compiler {
    /// A struct or an array from its parts.
    func build(_ parts: [Formula], _ type: Type) -> Operand {
        let values = parts.map { part -> Operand in
            let value = compile(part)
            return value
        }
        let whole = shape(of: type)
        var result: Location
        if case .interned(_, let inner, _) = whole {
            let address = Address(offset: assembler.scratch(words: inner.wordCount))
            assembler.zero(words: inner.wordCount, at: address)
            result = Location(container: .memory, address: address, shape: inner)
        } else {
            result = temporary(type)
        }
        for (index, value) in values.enumerated() {
            var location = result
            switch result.shape {
            case .structure(let fields, _):
                location.address.offset += fields[index].offset
                location.shape = fields[index].shape
            case .array(let element, _, let stride, _):
                location.address.offset += index * stride
                location.shape = element
            case .scalar, .optional, .sequence, .set, .interned: preconditionFailure("not made of parts")
            }
            write(value, at: location)
        }
        guard case .interned(let table, _, _) = whole else { return value(at: result) }
        let number = assembler.register()
        assembler.emit(.intern, a: number, b: assembler.inRegister(result.address), target: table)
        return .register(number)
    }

    func wrap(_ operand: Formula, _ type: Type) -> Operand {
        let value = compile(operand)
        let result = temporary(type)
        writeSome(value, at: result)
        return self.value(at: result)
    }

    /// Makes a cleared optional hold a value.
    private func writeSome(_ value: Operand, at result: Location) {
        guard case .optional(let payload, let offset, _) = result.shape else { preconditionFailure("not an optional") }
        let one = assembler.constant(1)
        writeBits(one, at: result, bits: 1, lower: 0)
        var location = result
        location.address.offset += offset
        location.shape = payload
        write(value, at: location)
    }

    /// The payload of an optional value; the caller has made sure that there is one.
    func payload(of optional: Operand, _ type: Type) -> Operand {
        guard case .optional(let payload, let offset, _) = shape(of: type) else {
            preconditionFailure("not an optional")
        }
        var location = self.location(of: optional, type)
        location.address.offset += offset
        location.shape = payload
        return value(at: location)
    }

    /// A computed value as a location from which parts can be read.
    func location(of operand: Operand, _ type: Type) -> Location {
        let shape = shape(of: type)
        switch operand {
        case .memory(let address): return Location(container: .memory, address: address, shape: shape)
        case .register(let register):
            if case .scalar = shape {
                return Location(container: .number(register), address: Address(offset: 0), shape: shape)
            }
            return Location(container: .register(register), address: Address(offset: 0), shape: shape)
        case .constant(let value):
            return Location(container: .constant(value), address: Address(offset: 0), shape: shape)
        }
    }

    func unwrap(_ operand: Formula, _ formula: Formula) -> Operand {
        let value = compile(operand)
        let flag = assembler.register()
        read(location(of: value, operand.type), bits: 1, lower: 0, into: flag)
        assembler.emit(.checkFlag, a: flag, target: trap("nil is taken", formula.range))
        return payload(of: value, operand.type)
    }

    func mapOptional(_ operand: Formula, _ local: LocalID, _ body: Formula, _ formula: Formula) -> Operand {
        let value = compile(operand)
        let result = temporary(formula.type)
        let end = assembler.newLabel()
        let flag = assembler.register()
        read(location(of: value, operand.type), bits: 1, lower: 0, into: flag)
        assembler.branch(.branchZero, a: flag, to: end)
        set(local, payload(of: value, operand.type))
        writeSome(compile(body), at: result)
        assembler.place(end)
        return self.value(at: result)
    }

    /// A field or an element of a computed value.
    func part(of operand: Formula, _ component: Place.Component, _ range: SourceRange) -> Operand {
        let value = compile(operand)
        var location = location(of: value, operand.type)
        enter(&location)
        switch (component, location.shape) {
        case (.field(let index), .structure(let fields, _)):
            location.address.offset += fields[index].offset
            location.shape = fields[index].shape
        case (.index(let formula), .array(let element, let count, let stride, _)):
            let index = index(formula, below: count, range)
            add(index, stride: stride, to: &location.address)
            location.shape = element
        case (.index(let formula), .sequence(let element, _, let countBits, let offset, let stride, _)):
            let position = assembler.inRegister(compile(formula))
            let count = assembler.register()
            read(location, bits: countBits, lower: 0, into: count)
            checkBelow(position, count, range)
            location.address.offset += offset
            add(.register(position), stride: stride, to: &location.address)
            location.shape = element
        default: preconditionFailure("the part does not fit the value")
        }
        return self.value(at: location)
    }
}
