// Computes resolved expressions in a machine.

/// A machine at a moment, with the kernel's values of a line's open indices.
struct Evaluation {
    let situation: Situation
    let indices: [Int64]
    /// As written: what an error names.
    let text: String

    private func failure(_ kind: BindingError.Kind, _ description: String) -> BindingError {
        BindingError(kind, part: text, description)
    }

    func value(_ code: ValueCode) throws(BindingError) -> Int128 {
        switch code {
        case .constant(let value): return value
        case .index(let number): return Int128(indices[number])
        case .slot(let pid):
            guard let slot = situation.slot(pid) else {
                throw failure(.noPartner, "no process of the kernel plays it yet")
            }
            return Int128(slot)
        case .address(let place): return Int128(try address(place))
        case .load(let place, let scalar, let bits): return try load(place, scalar, bits)
        case .leaf(let root, let isPointer, let page):
            let walk = Sv39Walk(memory: situation.memory)
            let root = UInt64(truncatingIfNeeded: try value(root))
            return Int128(
                walk.leaf(root: root, isPointer: isPointer, page: UInt64(truncatingIfNeeded: try value(page))))
        case .unary(let sign, let operand, let scalar):
            let operand = try value(operand)
            switch sign {
            case "!": return operand == 0 ? 1 : 0
            case "-": return scalar.wrap(-scalar.wrap(operand))
            case "~": return scalar.wrap(~scalar.wrap(operand))
            default: return scalar.wrap(operand)
            }
        case .binary(let sign, let left, let right, let scalar):
            let left = try value(left)
            if sign == "&&" { return left == 0 ? 0 : try value(right) == 0 ? 0 : 1 }
            if sign == "||" { return left != 0 ? 1 : try value(right) == 0 ? 0 : 1 }
            return try operate(sign, left, try value(right), scalar)
        case .conditional(let test, let yes, let no): return try value(value(test) != 0 ? yes : no)
        case .convert(let operand, let scalar): return scalar.wrap(try value(operand))
        }
    }

    private func operate(
        _ sign: String, _ left: Int128, _ right: Int128, _ scalar: Scalar
    ) throws(BindingError) -> Int128 {
        if sign == "<<" || sign == ">>" {
            guard right >= 0, right < Int128(8 * scalar.size) else {
                throw failure(.unreadable, "a shift by \(right) bits")
            }
            return scalar.wrap(sign == "<<" ? scalar.wrap(left) << right : scalar.wrap(left) >> right)
        }
        let (a, b) = (scalar.wrap(left), scalar.wrap(right))
        switch sign {
        case "+": return scalar.wrap(a + b)
        case "-": return scalar.wrap(a - b)
        // The low bits of a product of 64-bit numbers do not depend on what overflows.
        case "*": return scalar.wrap(a.multipliedReportingOverflow(by: b).partialValue)
        case "/", "%":
            guard b != 0 else { throw failure(.unreadable, "a division by zero") }
            return scalar.wrap(sign == "/" ? a / b : a % b)
        case "&": return scalar.wrap(a & b)
        case "|": return scalar.wrap(a | b)
        case "^": return scalar.wrap(a ^ b)
        case "==": return a == b ? 1 : 0
        case "!=": return a != b ? 1 : 0
        case "<": return a < b ? 1 : 0
        case "<=": return a <= b ? 1 : 0
        case ">": return a > b ? 1 : 0
        default: return a >= b ? 1 : 0
        }
    }

    private func load(_ code: PlaceCode, _ scalar: Scalar, _ bits: BitField?) throws(BindingError) -> Int128 {
        let place = try place(code)
        guard let raw = situation.memory.load(place, size: bits?.unitSize ?? scalar.size) else {
            throw failure(.unreadable, "nothing is mapped at 0x\(String(place.address, radix: 16))")
        }
        guard let bits else { return scalar.wrap(Int128(raw)) }
        let mask = bits.width == 64 ? UInt64.max : (1 << UInt64(bits.width)) - 1
        let field = raw >> UInt64(bits.shift) & mask
        let isNegative = scalar.isSigned && field >> UInt64(bits.width - 1) & 1 == 1
        return Int128(field) - (isNegative ? Int128(1) << bits.width : 0)
    }

    /// The address, in the space that the code names.
    func address(_ code: PlaceCode) throws(BindingError) -> UInt64 {
        switch code {
        case .fixed(let address, _): return address
        case .plus(let base, let offset): return try address(base) &+ offset
        case .element(let base, let index, let stride):
            let index = UInt64(truncatingIfNeeded: try value(index))
            return try address(base) &+ index &* UInt64(stride)
        case .pointed(let pointer, _):
            let pointer = UInt64(truncatingIfNeeded: try value(pointer))
            guard pointer != 0 else { throw failure(.unreadable, "it leads through a null pointer") }
            return pointer
        case .entry: return try place(code).address
        }
    }

    /// The place, with addresses of user programs translated.
    func place(_ code: PlaceCode) throws(BindingError) -> MemoryPlace {
        if case .entry(let root, let isPointer, let page) = code {
            let root = UInt64(truncatingIfNeeded: try value(root))
            let page = UInt64(truncatingIfNeeded: try value(page))
            guard root != 0,
                let entry = Sv39Walk(memory: situation.memory).entry(root: root, isPointer: isPointer, page: page)
            else { throw failure(.unreadable, "there is no page table") }
            return entry.place
        }
        let address = try address(code)
        switch code.space {
        case .kernel: return MemoryPlace(.kernel, address)
        case .user(let program):
            guard let root = situation.pageTable(program) else {
                throw failure(.noPartner, "no process runs \(program)")
            }
            guard let physical = Sv39Walk(memory: situation.memory).physical(root: root, address: address) else {
                throw failure(.unreadable, "\(program) has nothing mapped at 0x\(String(address, radix: 16))")
            }
            return MemoryPlace(.physical, physical)
        }
    }
}
