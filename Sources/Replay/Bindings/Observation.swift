// What is seen in the kernel where the model has a value.

/// A value of the kernel in the form of the model's type, before numbers are matched with elements of sorts.
package indirect enum Observation: Hashable, Sendable {
    case bool(Bool)
    /// A number, also one that is outside of the model's range.
    case integer(Int128)
    /// A case of the model's enum that has the name of the kernel's enumerator, by its ordinal.
    case member(Int)
    /// A value of the kernel for which the model has no word: an enumerator that is no case, a number that is none.
    case foreign(String)
    /// The kernel's number of a process, a frame, or another element of a sort: matched by the partial bijection.
    case number(Int64)
    /// A pointer to a slot of the process table, by the slot's index.
    case slot(Int64)
    case null
    case some(Observation)
    /// Fields in the model's order; nil for one that is not bound.
    case structure([Observation?])
    case array([Observation])
    case lock(ObservedLock)
}

/// A lock of the kernel.
package enum ObservedLock: Hashable, Sendable {
    case free
    /// Held on a hart, by the process that runs there or by the scheduler.
    case held(hart: Int)
    /// Held by the process of that number: a lock that one sleeps for.
    case heldByProcess(number: Int64)
    /// Held, and the kernel does not say by whom.
    case heldBySomeone
}

/// Why a binding cannot be read at a moment, or not be resolved at all.
package struct BindingError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of reason it is.
    package enum Kind: Hashable, Sendable {
        /// The kernel's side means nothing in this kernel.
        case unresolved
        /// An element of a sort, a process or a frame has no partner in the kernel yet.
        case noPartner
        /// It has no meaning now, as `unless` says.
        case noMeaning
        /// What it leads through is not there now: a null pointer, memory that is not mapped.
        case unreadable
    }
    /// What kind of reason it is.
    package let kind: Kind
    /// The part of the kernel's side that is at fault.
    package let part: String
    /// What is wrong, for a person.
    package let description: String

    /// An error that names the part at fault.
    package init(_ kind: Kind, part: String, _ description: String) {
        self.kind = kind
        self.part = part
        self.description = description
    }
}
