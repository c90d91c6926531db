// Expressions of the kernel's side, resolved: nothing is looked up by name any more.

/// A number that is computed in a machine.
indirect enum ValueCode: Sendable {
    case constant(Int128)
    /// The kernel's index of the line's open index of that number.
    case index(Int)
    /// The slot of the process that plays the model process of that pid.
    case slot(pid: Int)
    case address(PlaceCode)
    case load(PlaceCode, Scalar, BitField?)
    /// The leaf of a page table for a page; 0 where there is none.
    case leaf(root: ValueCode, isPointer: Bool, page: ValueCode)
    case unary(String, ValueCode, Scalar)
    /// Operands are converted to the scalar before, and the result is after.
    case binary(String, ValueCode, ValueCode, Scalar)
    case conditional(ValueCode, ValueCode, ValueCode)
    case convert(ValueCode, Scalar)
}

/// A place that is computed in a machine.
indirect enum PlaceCode: Sendable {
    case fixed(UInt64, AddressSpace)
    case plus(PlaceCode, UInt64)
    case element(PlaceCode, ValueCode, stride: Int)
    case pointed(ValueCode, AddressSpace)
    /// The entry of a page table.
    case entry(root: ValueCode, isPointer: Bool, page: ValueCode)

    /// The address, when it is known without a machine.
    var fixedAddress: UInt64? {
        switch self {
        case .fixed(let address, .kernel): address
        case .plus(let base, let offset): base.fixedAddress.map { $0 &+ offset }
        case .element(let base, .constant(let index), let stride):
            base.fixedAddress.map { $0 &+ UInt64(truncatingIfNeeded: index) &* UInt64(stride) }
        case .fixed, .element, .pointed, .entry: nil
        }
    }

    var space: AddressSpace {
        switch self {
        case .fixed(_, let space), .pointed(_, let space): space
        case .plus(let base, _), .element(let base, _, _): base.space
        case .entry: .kernel
        }
    }
}

/// Whose addresses they are.
enum AddressSpace: Hashable, Sendable {
    case kernel
    /// Of the process that runs the program.
    case user(String)
}

/// An integer type of C, pointers included.
struct Scalar: Hashable, Sendable {
    let size: Int
    let isSigned: Bool

    static let int = Scalar(size: 4, isSigned: true)
    static let long = Scalar(size: 8, isSigned: true)
    static let word = Scalar(size: 8, isSigned: false)

    /// The value as the type holds it.
    func wrap(_ value: Int128) -> Int128 {
        let bits = 8 * size
        let low = value & ((Int128(1) << bits) - 1)
        return isSigned && low >> (bits - 1) & 1 == 1 ? low - (Int128(1) << bits) : low
    }

    /// C's integer promotions.
    var promoted: Scalar { size < 4 ? .int : self }

    /// C's usual arithmetic conversions.
    static func common(_ a: Scalar, _ b: Scalar) -> Scalar {
        let (a, b) = (a.promoted, b.promoted)
        if a.size != b.size { return a.size > b.size ? a : b }
        return Scalar(size: a.size, isSigned: a.isSigned && b.isSigned)
    }
}
