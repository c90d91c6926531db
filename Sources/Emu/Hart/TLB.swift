// Translation look-aside buffers: what a hart remembers of page tables until a fence says otherwise.

/// A remembered leaf, cut to one 4 KiB page.
///
/// The three TLBs of a hart, one for each kind of access, are direct-mapped by virtual page number. An entry goes when a
/// fence covers it or when another page takes its place, and never because the page table changed.
struct TLBEntry {
    static let count = 256
    /// Virtual page number, all 52 bits.
    var page: UInt64 = .max
    /// Physical address of the page.
    var target: UInt64 = 0
    /// Bits 0–7 the PTE's flags, 8–15 the number of page bits the leaf translates beyond 12, 16–31 the ASID,
    /// 32–35 `satp.MODE`.
    var info: UInt64 = 0
    /// The generation it was made in.
    var generation: UInt64 = 0

    var flags: UInt64 { info & 0xff }
    var extraBits: UInt64 { info >> 8 & 0xff }
    var space: UInt64 { info >> 16 }
    var isGlobal: Bool { info & PTE.global != 0 }
}

/// Bits of a page-table entry ("Sv39: Page-Based 39-bit Virtual-Memory System").
enum PTE {
    static let valid: UInt64 = 1 << 0
    static let read: UInt64 = 1 << 1
    static let write: UInt64 = 1 << 2
    static let execute: UInt64 = 1 << 3
    static let user: UInt64 = 1 << 4
    static let global: UInt64 = 1 << 5
    static let accessed: UInt64 = 1 << 6
    static let dirty: UInt64 = 1 << 7
    /// Svnapot.
    static let napot: UInt64 = 1 << 63
    /// Reserved by the base manual, or claimed by Svpbmt, which this machine has not.
    static let reserved: UInt64 = 0x7fc0 << 48
}

extension Hart {
    /// The entry that an access would use, whatever it holds.
    func tlbSlot(_ access: Access, _ page: UInt64) -> UnsafeMutablePointer<TLBEntry> {
        tlbs + (Int(access.rawValue) * TLBEntry.count + Int(page & UInt64(TLBEntry.count - 1)))
    }

    /// ASID and mode of `satp`, as entries keep them.
    var addressSpace: UInt64 { self[.satp] >> 44 & 0xffff | (self[.satp] >> 60) << 16 }

    /// What the hart remembers of a virtual page, whichever kind of access it was for.
    ///
    /// - Parameter page: a virtual page number.
    /// - Returns: an entry as a page table has it, of the flags only bits 0 to 7: what the hardware leaves to the kernel is not
    ///   kept; 0 when the page would be looked up.
    package func translation(ofPage page: UInt64) -> UInt64 {
        for kind in 0..<3 {
            let entry = tlbs[kind * TLBEntry.count + Int(page & UInt64(TLBEntry.count - 1))]
            guard entry.page == page, entry.generation == self[.tlbGeneration], entry.space == addressSpace else {
                continue
            }
            return (entry.target >> 12) << 10 | entry.flags
        }
        return 0
    }

    /// Forgets translations ("Supervisor Memory-Management Fence Instruction").
    ///
    /// - Parameters:
    ///   - address: only leaves that translate it, or nil for all.
    ///   - asid: only entries of this address space that are not global, or nil for all.
    func flushTranslations(address: UInt64?, asid: UInt64?) {
        if address == nil && asid == nil {
            self[.tlbGeneration] += 1
        } else {
            tlbsChanged = true
            for index in 0..<3 * TLBEntry.count where tlbs[index].generation == self[.tlbGeneration] {
                let entry = tlbs[index]
                if let address, (entry.page ^ address >> 12) >> entry.extraBits != 0 { continue }
                if let asid, entry.isGlobal || entry.space & 0xffff != asid { continue }
                tlbs[index].generation = 0
            }
        }
        pages.forgetAll()
        contextChanged()
    }
}
