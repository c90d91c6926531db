// Operators of C: arithmetic, comparison, casts, sizes.

/// Resolves what computes.
struct OperatorResolver {
    let resolver: ExpressionResolver

    func resolve(_ syntax: CSyntax) throws(BindingError) -> KernelNode {
        switch syntax {
        case .unary(let sign, let operand): return try unary(sign, resolver.resolve(operand), syntax.text)
        case .binary(let sign, let left, let right):
            return try binary(sign, resolver.resolve(left), resolver.resolve(right), syntax.text)
        case .conditional(let test, let yes, let no):
            let (yes, no) = (try resolver.resolve(yes), try resolver.resolve(no))
            let scalar = Scalar.common(try scalar(yes), try scalar(no))
            let value = ValueCode.conditional(try resolver.resolve(test).value(), try yes.value(), try no.value())
            return KernelNode(form: .value(.convert(value, scalar)), type: .scalar(scalar), text: syntax.text)
        case .cast(let type, let stars, let operand):
            return try cast(type, stars, resolver.resolve(operand), syntax.text)
        case .sizeOf(let operand):
            let node = try resolver.resolve(operand)
            guard let size = try node.size() else {
                throw BindingError(.unresolved, part: syntax.text, "the size of \(operand.text) is not known")
            }
            return constant(size, syntax.text)
        case .sizeOfType(let type, let stars):
            if stars > 0 { return constant(8, syntax.text) }
            if let scalar = Self.plain[type] { return constant(scalar.size, syntax.text) }
            let (id, image) = try named(type, syntax.text)
            return constant(try resolver.stride(id, image, syntax.text), syntax.text)
        case .number, .name, .user, .member, .ownMember, .index, .tableWalk: return try resolver.resolve(syntax)
        }
    }

    private func constant(_ value: Int, _ text: String) -> KernelNode {
        KernelNode(form: .value(.constant(Int128(value))), type: .scalar(.word), text: text)
    }

    private func scalar(_ node: KernelNode) throws(BindingError) -> Scalar {
        guard let scalar = try node.scalar() else {
            throw BindingError(
                .unresolved, part: node.text, "\(node.text) is of type \(node.typeName), which is no number")
        }
        return scalar
    }

    private func unary(_ sign: String, _ operand: KernelNode, _ text: String) throws(BindingError) -> KernelNode {
        let scalar = sign == "!" ? .int : try self.scalar(operand).promoted
        return KernelNode(form: .value(.unary(sign, try operand.value(), scalar)), type: .scalar(scalar), text: text)
    }

    private func binary(
        _ sign: String, _ left: KernelNode, _ right: KernelNode, _ text: String
    ) throws(BindingError) -> KernelNode {
        if sign == "+" || sign == "-", let pointer = try pointerArithmetic(sign, left, right, text) { return pointer }
        let (a, b) = (try scalar(left), try scalar(right))
        let operands = sign == "<<" || sign == ">>" ? a.promoted : Scalar.common(a, b)
        let isTruth = ["==", "!=", "<", "<=", ">", ">=", "&&", "||"].contains(sign)
        return KernelNode(
            form: .value(.binary(sign, try left.value(), try right.value(), operands)),
            type: .scalar(isTruth ? .int : operands), text: text)
    }

    /// A pointer or an array moved by elements; the distance of two pointers.
    private func pointerArithmetic(
        _ sign: String, _ left: KernelNode, _ right: KernelNode, _ text: String
    ) throws(BindingError) -> KernelNode? {
        guard let (element, image) = try self.element(left) else {
            guard sign == "+", try element(right) != nil else { return nil }
            return try pointerArithmetic(sign, right, left, text)
        }
        let stride = try resolver.stride(element, image, text)
        if try self.element(right) != nil {
            guard sign == "-" else { throw BindingError(.unresolved, part: text, "pointers are not added") }
            let distance = ValueCode.binary("-", try left.value(), try right.value(), .long)
            return KernelNode(
                form: .value(.binary("/", distance, .constant(Int128(stride)), .long)), type: .scalar(.long), text: text
            )
        }
        let offset = ValueCode.binary("*", try right.value(), .constant(Int128(stride)), .long)
        return KernelNode(
            form: .value(.binary(sign, try left.value(), offset, .word)), type: left.type, text: text)
    }

    private func element(_ node: KernelNode) throws(BindingError) -> (CTypeID, ProgramImage)? {
        guard let (type, _, image) = try node.cType() else { return nil }
        switch type {
        case .pointer(let target): return (target, image)
        case .array(let element, _): return (element, image)
        default: return nil
        }
    }

    // MARK: Casts

    private static let plain: [String: Scalar] = [
        "char": Scalar(size: 1, isSigned: false), "signed char": Scalar(size: 1, isSigned: true),
        "unsigned char": Scalar(size: 1, isSigned: false), "short": Scalar(size: 2, isSigned: true),
        "unsigned short": Scalar(size: 2, isSigned: false), "int": .int, "unsigned": Scalar(size: 4, isSigned: false),
        "unsigned int": Scalar(size: 4, isSigned: false), "long": .long, "unsigned long": .word, "long long": .long,
        "unsigned long long": .word,
    ]

    private func named(_ type: String, _ text: String) throws(BindingError) -> (CTypeID, ProgramImage) {
        guard let id = resolver.scope.kernel.information.type(named: type) else {
            let hint = Nearest.hint(
                String(type.split(separator: " ").last ?? ""), among: resolver.scope.kernel.information.index.types.keys
            )
            throw BindingError(.unresolved, part: text, "the kernel has no type \(type)\(hint)")
        }
        return (id, resolver.scope.kernel)
    }

    private func cast(_ type: String, _ stars: Int, _ operand: KernelNode, _ text: String) throws(BindingError)
        -> KernelNode
    {
        let value = try operand.value()
        if stars == 0 {
            if let scalar = Self.plain[type] {
                return KernelNode(form: .value(.convert(value, scalar)), type: .scalar(scalar), text: text)
            }
            let (id, image) = try named(type, text)
            let node = KernelNode(form: .value(value), type: .c(id, image), text: text)
            let scalar = try self.scalar(node)
            return KernelNode(form: .value(.convert(value, scalar)), type: .c(id, image), text: text)
        }
        let image = resolver.scope.kernel
        guard stars == 1 else {
            throw BindingError(.unresolved, part: text, "a pointer to a pointer has no type in the file to cast to")
        }
        let target = type == "void" ? CTypeID.void : try named(type, text).0
        return KernelNode(
            form: .value(value), type: .c(image.information.pointer(to: target), image), text: text)
    }
}
