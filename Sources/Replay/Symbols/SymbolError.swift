// What is wrong with a file's symbols or debug information.

/// Why something cannot be found in a file.
package struct SymbolError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, for a person.
    package let description: String

    /// Whether it is the file itself that is of no use, whatever was compiled into it.
    package let isOfTheFile: Bool

    /// Makes the error.
    package init(_ description: String, isOfTheFile: Bool = false) {
        self.description = description
        self.isOfTheFile = isOfTheFile
    }

    static let cutOff = SymbolError("the debug information is cut off")
}
