// How a bound part of the model is found and read in the kernel.

package import Model

/// A C expression of a `kernel` block, resolved; what it leads through is looked up when it is evaluated.
package struct KernelExpression: Sendable {
    /// As written.
    package let text: String
}

/// How a bound part of the model is found and read in the kernel.
package enum StateReader: Sendable {
    /// By a C expression.
    case kernel(KernelExpression)
    /// By an expression of the spec's other data (`abstract e`), as written.
    case abstract(ExpressionSyntax)
}
