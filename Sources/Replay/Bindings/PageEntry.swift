// The parts of an Sv39 entry by name: `.frame`, `.write`, and `PTE_V` after `unless`.

/// Members of an entry.
enum PageEntry {
    /// Names of bits as kernels write them after `PTE_`.
    ///
    /// RISC-V Privileged Architecture, "Sv39: Page-Based 39-bit Virtual-Memory System". S is the lower of the two bits
    /// that are left to the kernel: the page is another process's.
    static let bits = [
        "V": "valid", "R": "read", "W": "write", "X": "execute", "U": "user", "G": "global", "A": "accessed",
        "D": "dirty", "S": "shared",
    ]

    private static let positions: [String: Int] = [
        "valid": 0, "read": 1, "write": 2, "execute": 3, "user": 4, "global": 5, "accessed": 6, "dirty": 7, "shared": 8,
    ]

    /// Names that a model's struct may use for its fields.
    static var names: [String] { Array(positions.keys).sorted() + ["frame", "address"] }

    /// A part of an entry.
    static func member(_ name: String, of entry: KernelNode, _ text: String) throws(BindingError) -> KernelNode {
        let value = try entry.value()
        func shifted(_ count: Int) -> ValueCode { .binary(">>", value, .constant(Int128(count)), .word) }
        let part: ValueCode
        switch name {
        case "frame": part = .binary("&", shifted(10), .constant(0xfff_ffff_ffff), .word)
        case "address":
            let number = ValueCode.binary("&", shifted(10), .constant(0xfff_ffff_ffff), .word)
            part = .binary("<<", number, .constant(12), .word)
        default:
            guard let position = positions[name] else {
                throw BindingError(
                    .unresolved, part: text,
                    "an Sv39 entry has no \(name): it has \(names.joined(separator: ", "))")
            }
            part = .binary("&", shifted(position), .constant(1), .word)
        }
        return KernelNode(form: .value(part), type: .scalar(.word), text: text)
    }
}
