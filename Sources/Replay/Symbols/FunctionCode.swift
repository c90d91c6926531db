// Where a function of the kernel is: its own code, and the copies that the compiler put into its callers.

/// A function of the kernel.
package struct FunctionCode: Sendable {
    /// Its name, as the linker has it.
    package let name: String
    /// Where its own code starts; nil when it was inlined everywhere.
    package let entry: UInt64?
    /// Its own code.
    package let ranges: [Range<UInt64>]
    /// Copies in other functions.
    package let inlined: [InlinedCopy]
    /// What it is called with, in order; empty when the file does not tell.
    package let parameters: [FunctionParameter]
    /// Whether the file tells its parameters.
    package let hasParameters: Bool
    /// What it returns; nil for `void`, and when the file does not tell.
    package let result: CTypeID?
    /// Where it is declared: `Kernel/RequestQueue.swift:33`.
    package let line: String?
}

/// A copy of a function inside another.
package struct InlinedCopy: Sendable {
    /// Its code; may be in pieces.
    package let ranges: [Range<UInt64>]
    /// Where it is entered.
    package let entry: UInt64
    /// The function whose code it is in.
    package let caller: String
}

/// A parameter of a function.
package struct FunctionParameter: Sendable {
    /// Its name.
    package let name: String
    /// Its type.
    package let type: CTypeID
    /// The register that has it at the function's entry, 10 for `a0`; nil when it is passed in memory.
    ///
    /// RISC-V ELF psABI, "Integer Calling Convention".
    package let entryRegister: Int?
}
