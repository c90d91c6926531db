// A C expression over a kernel's data, resolved once and read as often as one likes.

/// A C expression of a `kernel` block, resolved; what it leads through is looked up when it is evaluated.
package struct KernelExpression: Sendable {
    /// As written.
    package let text: String
    /// Its type as C writes it.
    package let typeName: String
    /// Its address, when that is known without a machine.
    package let address: UInt64?
    /// Bytes in memory; nil for what is computed, or has no known size.
    package let size: Int?
    /// Its value; nil for what is no number: a struct, a whole page table.
    let code: ValueCode?

    init(_ node: KernelNode) {
        text = node.text
        typeName = node.typeName
        address = node.place?.fixedAddress
        size = (try? node.size()) ?? nil
        code = try? node.value()
    }

    /// Resolves an expression without open indices.
    ///
    /// - Parameters:
    ///   - text: an expression of C, with `sv39(e)[page]`.
    ///   - kernel: the file whose names it uses.
    ///   - indices: names of numbers that are given when it is evaluated; at most one.
    /// - Returns: the expression.
    /// - Throws: `BindingError` that names the part at fault.
    package static func resolve(_ text: String, in kernel: ProgramImage, indices: [String] = []) throws(BindingError)
        -> KernelExpression
    {
        let programs: (String) throws(SymbolError) -> ProgramImage = { name throws(SymbolError) in
            throw SymbolError("there is no program \(name) here")
        }
        let scope = ResolutionScope(kernel: kernel, program: programs, indices: indices)
        return KernelExpression(try ExpressionResolver.resolve(text, scope))
    }

    /// Its value in a machine.
    ///
    /// - Parameters:
    ///   - situation: the machine.
    ///   - index: the kernel's value of its open index: the slot in `proc[].pid`.
    /// - Returns: the number, as 64 bits.
    /// - Throws: `BindingError` when it leads nowhere, or is no number.
    package func value(_ situation: Situation, index: Int64 = 0) throws(BindingError) -> Int64 {
        guard let code else {
            throw BindingError(.unreadable, part: text, "\(text) is of type \(typeName), which is no number")
        }
        let value = try Evaluation(situation: situation, indices: [index], text: text).value(code)
        return Int64(truncatingIfNeeded: value)
    }
}

/// What a kernel's file itself puts into memory: constants, and data before the first instruction.
package struct FileMemory: GuestMemory {
    private let image: ProgramImage

    /// The memory of a file.
    package init(_ image: ProgramImage) { self.image = image }

    /// What the file puts at an address.
    package func loadKernel(_ address: UInt64, size: Int) -> UInt64? { image.word(at: address, size: size) }
    /// Nothing: what is where in physical memory is the machine's.
    package func loadPhysical(_ address: UInt64, size: Int) -> UInt64? { nil }
}
