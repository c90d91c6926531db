// Addresses of bound data for people: `0x80012340 + 672·p`.

/// Writes places.
struct AddressText {
    /// Names of the open indices.
    let indices: [String]

    /// The place, as far as it is known without a machine.
    func text(of place: PlaceCode) -> String? {
        switch place {
        case .fixed(let address, .kernel): return hex(address)
        case .fixed(let address, .user(let program)): return "\(hex(address)) of \(program)"
        case .plus(let base, let offset):
            if let fixed = place.fixedAddress { return hex(fixed) }
            return text(of: base).map { "\($0) + \(offset)" }
        case .element(let base, let index, let stride):
            if let fixed = place.fixedAddress { return hex(fixed) }
            return text(of: base).map { "\($0) + \(stride)·\(name(index))" }
        case .pointed(let value, _): return "*(\(name(value)))"
        case .entry(let root, _, let page): return "entry \(name(page)) of the table at \(name(root))"
        }
    }

    private func name(_ value: ValueCode) -> String {
        switch value {
        case .index(let number): return number < indices.count ? indices[number] : "slot"
        case .constant(let value): return "\(value)"
        case .load(let place, _, _): return "*(\(text(of: place) ?? "…"))"
        case .slot: return "slot"
        case .convert(let inner, _): return name(inner)
        case .address(let place): return text(of: place) ?? "…"
        case .leaf, .unary, .binary, .conditional: return "(…)"
        }
    }

    private func hex(_ value: UInt64) -> String { "0x" + String(value, radix: 16) }
}
