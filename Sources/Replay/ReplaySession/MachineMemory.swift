// A machine's memory as bindings read it: by the kernel's addresses, and by physical ones.

package import Emu

/// The memory of a stopped machine.
package struct MachineMemory: GuestMemory {
    let machine: Machine

    /// The memory of a machine.
    package init(_ machine: Machine) { self.machine = machine }

    /// Through the page table of a hart that is in the kernel; where none is, kernel addresses are taken as physical.
    package func loadKernel(_ address: UInt64, size: Int) -> UInt64? {
        guard let physical = physical(address) else { return nil }
        return loadPhysical(physical, size: size)
    }

    /// Out of RAM.
    package func loadPhysical(_ address: UInt64, size: Int) -> UInt64? {
        guard machine.fabric.memory.contains(address, UInt64(size)) else { return nil }
        return (0..<size).reduce(UInt64(0)) { word, index in
            word | machine.fabric.memory.load(address + UInt64(index), 1) << UInt64(8 * index)
        }
    }

    /// Where the kernel's address lies.
    package func physical(_ address: UInt64) -> UInt64? {
        guard let hart = machine.harts.first(where: { $0.privilege == .supervisor && $0[.satp] >> 60 != 0 }) else {
            return machine.fabric.memory.contains(address, 1) ? address : nil
        }
        return PageWalk(memory: machine.fabric.memory, root: (hart[.satp] & (1 << 44 - 1)) << 12).physical(address)
    }

    /// Where an address of a process's own memory lies.
    package func user(_ address: UInt64, root: UInt64) -> UInt64? {
        PageWalk(memory: machine.fabric.memory, root: root).physical(address)
    }

    /// The address by which a process knows a byte of physical memory; nil where none of its pages is there.
    func userAddress(of physical: UInt64, root: UInt64) -> UInt64? {
        PageWalk(memory: machine.fabric.memory, root: root).virtual(physical)
    }

    /// Writes bytes to a process's own memory; false where it is not mapped.
    func write(_ bytes: [UInt8], to address: UInt64, root: UInt64) -> Bool {
        for (index, byte) in bytes.enumerated() {
            guard let physical = user(address &+ UInt64(index), root: root),
                withUnsafeBytes(of: byte, { machine.fabric.copyIn($0, to: physical) })
            else { return false }
        }
        return true
    }
}

/// A walk of an Sv39 page table that changes nothing ("Virtual Address Translation Process").
struct PageWalk {
    let memory: PhysicalMemory
    /// Physical address of the root table.
    let root: UInt64

    func physical(_ address: UInt64) -> UInt64? {
        var table = root
        for level in (0..<3).reversed() {
            let slot = table + (address >> UInt64(12 + 9 * level) & 511) * 8
            guard memory.contains(slot, 8) else { return nil }
            let entry = memory.load(slot, 8)
            guard entry & 1 != 0 else { return nil }
            let target = (entry >> 10 & (1 << 44 - 1)) << 12
            if entry & 0xe == 0 {
                table = target
                continue
            }
            let mask = (UInt64(1) << UInt64(12 + 9 * level)) - 1
            return target & ~mask | address & mask
        }
        return nil
    }

    /// The lowest address of user memory that leads to a byte.
    func virtual(_ wanted: UInt64) -> UInt64? { virtual(wanted, root, level: 2, from: 0) }

    private func virtual(_ wanted: UInt64, _ table: UInt64, level: Int, from start: UInt64) -> UInt64? {
        let span = UInt64(1) << UInt64(12 + 9 * level)
        for index in UInt64(0)..<512 {
            let slot = table + index * 8
            guard memory.contains(slot, 8) else { return nil }
            let entry = memory.load(slot, 8)
            guard entry & 1 != 0 else { continue }
            let target = (entry >> 10 & (1 << 44 - 1)) << 12
            let address = start + index * span
            if entry & 0xe != 0 {
                if entry & 0x10 != 0, target <= wanted, wanted < target + span { return address + (wanted - target) }
            } else if level > 0, let found = virtual(wanted, target, level: level - 1, from: address) {
                return found
            }
        }
        return nil
    }
}
