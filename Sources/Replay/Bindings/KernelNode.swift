// An expression of the kernel's side while it is resolved: what it is, with its type in C.

/// What a part of the kernel's side stands for.
struct KernelNode {
    /// How it is had.
    enum Form {
        /// In memory.
        case place(PlaceCode, BitField?)
        /// Computed.
        case value(ValueCode)
        /// `sv39(root)`
        case table(root: ValueCode, isPointer: Bool)
        /// `sv39(root)[page]`
        case leaf(root: ValueCode, isPointer: Bool, page: ValueCode)
    }

    /// Its type.
    enum TypeOf {
        /// Of a file.
        case c(CTypeID, ProgramImage)
        /// Of arithmetic.
        case scalar(Scalar)
        /// Of `sv39(…)`.
        case pageTable
        case pageEntry
    }

    let form: Form
    let type: TypeOf
    /// As written.
    let text: String

    /// The type as C writes it.
    var typeName: String {
        switch type {
        case .c(let id, let image): image.information.name(of: id)
        case .scalar(let scalar): "\(scalar.isSigned ? "" : "u")int\(8 * scalar.size)_t"
        case .pageTable: "Sv39 page table"
        case .pageEntry: "Sv39 entry"
        }
    }

    /// Beneath typedefs and qualifiers; nil for what C has no type of.
    func cType() throws(BindingError) -> (CType, CTypeID, ProgramImage)? {
        guard case .c(let id, let image) = type else { return nil }
        do throws(SymbolError) {
            let (inner, type) = try image.information.stripped(id)
            return (type, inner, image)
        } catch {
            throw BindingError(.unresolved, part: text, error.description)
        }
    }

    /// The integer type that its value has; nil for what is no number.
    func scalar() throws(BindingError) -> Scalar? {
        switch type {
        case .scalar(let scalar): return scalar
        case .pageEntry: return .word
        case .pageTable: return nil
        case .c:
            switch try cType()?.0 {
            case .base(let base)?:
                guard base.encoding != .floating, [1, 2, 4, 8].contains(base.size) else { return nil }
                return Scalar(size: base.size, isSigned: base.isSigned)
            case .enumeration(let type)?:
                guard [1, 2, 4, 8].contains(type.size) else { return nil }
                return Scalar(size: type.size, isSigned: type.isSigned)
            case .pointer?, .array?, .function?: return .word
            case .void?, .record?, .alias?, .qualified?, nil: return nil
            }
        }
    }

    /// Its value as a number.
    ///
    /// - Throws: `BindingError` for a struct, a floating-point number, a whole page table.
    func value() throws(BindingError) -> ValueCode {
        switch form {
        case .value(let value): return value
        case .leaf(let root, let isPointer, let page): return .leaf(root: root, isPointer: isPointer, page: page)
        case .table:
            throw BindingError(.unresolved, part: text, "a page table is no number: ask for an entry, sv39(…)[page]")
        case .place(let place, let bits):
            if case .array? = try cType()?.0 { return .address(place) }
            guard let scalar = try scalar() else {
                throw BindingError(.unresolved, part: text, "\(text) is of type \(typeName), which is no number")
            }
            return .load(place, scalar, bits)
        }
    }

    /// Where it is; nil for what is computed.
    var place: PlaceCode? {
        switch form {
        case .place(let place, _): place
        case .leaf(let root, let isPointer, let page): .entry(root: root, isPointer: isPointer, page: page)
        case .value, .table: nil
        }
    }

    /// Bytes in memory.
    func size() throws(BindingError) -> Int? {
        switch type {
        case .scalar(let scalar): return scalar.size
        case .pageEntry: return 8
        case .pageTable: return nil
        case .c(let id, let image):
            do throws(SymbolError) {
                return try image.information.size(of: id)
            } catch {
                throw BindingError(.unresolved, part: text, error.description)
            }
        }
    }
}
