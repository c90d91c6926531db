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

    /// Functions in the order of their addresses, with the end of each.
    private let functions: [(start: UInt64, end: UInt64, name: String)]

    /// The function that an instruction is in; nil where the linker has no name for it.
    package func function(at address: UInt64) -> String? {
        var (low, high) = (0, functions.count)
        while low < high {
            let middle = (low + high) / 2
            if functions[middle].start <= address { low = middle + 1 } else { high = middle }
        }
        guard low > 0, address < functions[low - 1].end else { return nil }
        return functions[low - 1].name
    }

    /// Whether a stop is within `acquire`: where a process has its interrupts off, and not yet the lock.
    func isInAcquire(_ stop: StopPoint) -> Bool {
        guard case .address(let addresses) = stop else { return false }
        return addresses.contains { function(at: $0) == Primitive.acquire.rawValue && entries[$0] == nil }
    }

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
        functions = image.file.symbols.filter { $0.isCode && $0.size > 0 }.map { symbol in
            (symbol.address, symbol.address + symbol.size, symbol.name)
        }
    }
}
