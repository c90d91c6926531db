// What is told of one line of a `kernel` block.

package import Model

/// A line of a `kernel` block with what became of it.
package struct BindingLine: Sendable {
    /// What is wrong with a line.
    package enum Problem: Sendable, Hashable {
        /// The kernel does not have it, or it cannot be read.
        case unbound(String)
        /// Both have it, and differ.
        case disagrees(String)
    }

    /// `const`, `state`, `lock`, `func`, `step`, `pid`, `process`, `console`, `harts`.
    package let kind: String
    /// The spec's side as written.
    package let place: String
    /// The kernel's side as written.
    package internal(set) var kernel: String
    /// Where it is: `0x80012340 + 32·i`; nil for what has no address.
    package internal(set) var address: String?
    /// Its type in C, or what else it is.
    package internal(set) var type: String?
    /// Where the kernel's source declares it.
    package internal(set) var source: String?
    /// Further remarks: which field is which member.
    package internal(set) var notes: [String] = []
    /// What is wrong with it.
    package internal(set) var problem: Problem?
    /// The line.
    package let range: SourceRange
}
