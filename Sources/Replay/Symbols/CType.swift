// The types of C as a kernel's debug information tells them.

/// Identifies a type of one file: where its entry lies in the debug information.
///
/// Two compilation units may each have a `struct proc`: these are two types.
package struct CTypeID: Hashable, Sendable {
    /// Offset in `.debug_info`; negative for `void`.
    let offset: Int

    /// No type: what `void *` points to.
    package static let void = CTypeID(offset: -1)
}

/// A type of C.
package enum CType: Sendable {
    case void
    case base(BaseType)
    case pointer(to: CTypeID)
    case record(RecordType)
    case enumeration(EnumeratedType)
    /// One dimension; more are arrays of arrays. The count is nil for `[]`.
    case array(of: CTypeID, count: Int?)
    case function
    /// `typedef`
    case alias(name: String, of: CTypeID)
    /// `const`, `volatile`, `restrict`, `_Atomic`
    case qualified(String, of: CTypeID)
}

/// `int`, `char`, `_Bool`, `double`.
package struct BaseType: Sendable, Hashable {
    /// How the bits are read.
    package enum Encoding: Sendable, Hashable {
        case boolean, signed, unsigned, character, floating
    }
    /// As C writes it.
    package let name: String
    /// Bytes.
    package let size: Int
    /// How the bits are read.
    package let encoding: Encoding
    /// Whether the highest bit is a sign.
    package let isSigned: Bool
}

/// A `struct` or a `union`.
package struct RecordType: Sendable {
    /// Its tag; nil for an anonymous one.
    package let name: String?
    /// `union`
    package let isUnion: Bool
    /// Bytes; nil when the file has no definition of it.
    package let size: Int?
    /// In the order of the source, anonymous ones included.
    package let members: [RecordMember]
    /// Where it is declared: `kernel.h:83`.
    package let line: String?
}

/// A member of a struct or union.
package struct RecordMember: Sendable {
    /// Its name; nil for an anonymous struct or union, whose members are those of the outer one.
    package let name: String?
    /// Its type.
    package let type: CTypeID
    /// Bytes from the start of the record; of a bit field, of the unit that it lies in.
    package let offset: Int
    /// A bit field's place in its unit.
    package let bits: BitField?
}

/// The bits of a unit that a bit field takes.
package struct BitField: Sendable, Hashable {
    /// Bits below it.
    package let shift: Int
    /// Its width.
    package let width: Int
    /// Bytes of the unit that is loaded.
    package let unitSize: Int
}

/// An `enum`.
package struct EnumeratedType: Sendable {
    /// Its tag, when it has one.
    package let name: String?
    /// Bytes.
    package let size: Int
    /// Whether its values are signed.
    package let isSigned: Bool
    /// Names with their values, in the order of the source.
    package let enumerators: [(name: String, value: Int64)]
}
