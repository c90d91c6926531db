// Where a kernel is stopped: the entries of its primitives, and the way to user mode.

import Emu

/// The kernel's functions by which a replay follows it.
package struct KernelPlaces: Sendable {
    /// A function of the kernel that every process goes through.
    package enum Primitive: String, Sendable, CaseIterable {
        case acquire, release, sleep, wakeup, panic, swtch
    }

    /// Entry address of each.
    package let entries: [UInt64: Primitive]
    /// Each `sret`.
    package let returns: Set<UInt64>
    /// What is missing, of those without which nothing can be driven.
    package let missing: [Primitive]

    /// Finds them by their names.
    package init(_ image: KernelImage) {
        var entries: [UInt64: Primitive] = [:]
        var missing: [Primitive] = []
        for primitive in Primitive.allCases {
            if let address = image.file.address(of: primitive.rawValue) {
                entries[address] = primitive
            } else if primitive != .panic {
                missing.append(primitive)
            }
        }
        self.entries = entries
        self.missing = missing
        returns = image.returns
    }
}
