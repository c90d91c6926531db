// What bindings read of a machine: its memory, as the kernel sees it and as it lies there.

/// The memory of a stopped machine, or of a file that is not running yet.
package protocol GuestMemory {
    /// Reads a little-endian number of 1 to 8 bytes where the kernel has it.
    ///
    /// - Parameters:
    ///   - address: an address of the kernel's address space.
    ///   - size: bytes; 1, 2, 4 or 8.
    /// - Returns: the number; nil where the kernel has no memory mapped.
    func loadKernel(_ address: UInt64, size: Int) -> UInt64?

    /// Reads a little-endian number of 1 to 8 bytes of physical memory.
    ///
    /// - Parameters:
    ///   - address: physical.
    ///   - size: bytes; 1, 2, 4 or 8.
    /// - Returns: the number; nil where there is no memory.
    func loadPhysical(_ address: UInt64, size: Int) -> UInt64?
}

/// Where something lies in a guest.
package struct MemoryPlace: Hashable, Sendable {
    /// What an address is an address of.
    package enum Space: Hashable, Sendable {
        /// The kernel's address space.
        case kernel
        /// Physical memory: entries of page tables, and what user programs have.
        case physical
    }

    /// What the address is an address of.
    package let space: Space
    /// The address of the first byte.
    package let address: UInt64

    /// A place.
    package init(_ space: Space, _ address: UInt64) {
        self.space = space
        self.address = address
    }
}

extension GuestMemory {
    /// Reads a little-endian number of 1 to 8 bytes; nil where there is no memory.
    package func load(_ place: MemoryPlace, size: Int) -> UInt64? {
        switch place.space {
        case .kernel: loadKernel(place.address, size: size)
        case .physical: loadPhysical(place.address, size: size)
        }
    }
}
