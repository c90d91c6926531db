// What an expression of the kernel's side is evaluated in: a machine at a moment, and who is who.

package import Model

/// A machine at a moment, and the partners of the model's elements in it.
package struct Situation {
    /// The memory.
    package let memory: any GuestMemory
    /// The kernel's index of an element: its slot for a process, its number for a frame, the number itself for a number.
    ///
    /// Given the type of the model's index and the element's ordinal; nil while the element has no partner.
    package let index: (Type, Int) -> Int64?
    /// The slot in the kernel's process table of the process that plays a model process, by its pid.
    package let slot: (Int) -> Int64?
    /// The physical address of the root page table of the process that runs a program; nil when none does.
    package let pageTable: (String) -> UInt64?

    /// A machine with its partners.
    package init(
        memory: any GuestMemory, index: @escaping (Type, Int) -> Int64?, slot: @escaping (Int) -> Int64?,
        pageTable: @escaping (String) -> UInt64?
    ) {
        self.memory = memory
        self.index = index
        self.slot = slot
        self.pageTable = pageTable
    }
}
