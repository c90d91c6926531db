// Where the solver, or the encoding, gave no answer: nothing that rests on it is said to hold.

public import Model

/// A place at which nobody knows how a run with unknown values goes on.
public struct OpenPlace: Sendable {
    /// What is not known.
    public let reason: String
    /// The place in the spec.
    public let range: SourceRange
    /// What would help.
    public let advice: String?
}
