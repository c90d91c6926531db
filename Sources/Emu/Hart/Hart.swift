// A hart: its words of state, its TLBs, and the fast lookups derived from them.

/// One hardware thread.
///
/// All architectural state is in `words`, the three TLBs and the reservation in the fabric; the rest is derived.
package final class Hart {
    /// Which hart this is: `mhartid`.
    package let id: Int
    /// Registers, CSRs and the rest, as `Slot` says.
    package let words: UnsafeMutablePointer<UInt64>
    /// What the harts share.
    package let fabric: Fabric
    /// Translations held since the last fence, for loads, stores and fetches.
    let tlbs: UnsafeMutablePointer<TLBEntry>
    /// The TLBs differ from the last snapshot's.
    var tlbsChanged: Bool {
        get { tlbNote.pointee }
        set { tlbNote.pointee = newValue }
    }
    private let tlbNote: UnsafeMutablePointer<Bool>
    /// Fast lookups of pages, derived from the TLBs and the current context.
    let pages: PageLookup
    /// The last PMP decoding.
    var pmp = PMPRules()
    private let decoder = Decoder.shared
    private let decoded: UnsafeMutablePointer<Instruction>
    private static let decodedCount = 4096

    /// Makes a hart in the state after reset.
    package init(id: Int, fabric: Fabric) {
        self.id = id
        self.fabric = fabric
        words = .allocate(capacity: Slot.wordCount)
        words.initialize(repeating: 0, count: Slot.wordCount)
        tlbs = .allocate(capacity: 3 * TLBEntry.count)
        tlbs.initialize(repeating: TLBEntry(), count: 3 * TLBEntry.count)
        tlbNote = .allocate(capacity: 1)
        tlbNote.initialize(to: true)
        pages = PageLookup()
        decoded = .allocate(capacity: Self.decodedCount)
        let nothing = Instruction(opcode: .ebreak, lengthInBytes: 0, row: 0, word: 0)
        decoded.initialize(repeating: nothing, count: Self.decodedCount)
        fabric.lookups.append(pages)
        reset()
    }

    deinit {
        words.deallocate()
        tlbs.deallocate()
        decoded.deallocate()
        tlbNote.deallocate()
    }

    /// Puts everything into the state after reset ("Reset").
    package func reset() {
        words.update(repeating: 0, count: Slot.wordCount)
        tlbs.update(repeating: TLBEntry(), count: 3 * TLBEntry.count)
        tlbsChanged = true
        self[.privilege] = UInt64(Privilege.machine.rawValue)
        self[.mstatus] = Status.lengths
        self[.menvcfg] = Environment.adue
        self[.stimecmp] = .max
        self[.tlbGeneration] = 1
        reservation = .max
        protectionChanged()
    }

    /// A word of state.
    @inline(__always)
    package subscript(slot: Slot) -> UInt64 {
        get { words[slot.rawValue] }
        set { words[slot.rawValue] = newValue }
    }

    /// Address of the next instruction.
    package var pc: UInt64 {
        @inline(__always) get { self[.pc] }
        @inline(__always) set { self[.pc] = newValue }
    }

    /// The current privilege level.
    package var privilege: Privilege {
        @inline(__always)
        get { self[.privilege] == 3 ? .machine : self[.privilege] == 1 ? .supervisor : .user }
        set {
            self[.privilege] = UInt64(newValue.rawValue)
            contextChanged()
        }
    }

    /// An integer register, 0–31; writes to x0 are lost.
    package subscript(x index: Int) -> UInt64 {
        @inline(__always) get { words[index & 31] }
        @inline(__always) set { words[index & 31 == 0 ? Slot.sink : index & 31] = newValue }
    }

    /// A floating-point register's raw bits, 0–31.
    package subscript(f index: Int) -> UInt64 {
        @inline(__always) get { words[Slot.float + (index & 31)] }
        @inline(__always) set { words[Slot.float + (index & 31)] = newValue }
    }

    /// The machine's clock, in instructions, as this hart sees it while it runs.
    var now: UInt64 { self[.retired] &+ self[.clockOffset] }

    /// Physical address of the reserved doubleword, or all ones.
    package var reservation: UInt64 {
        get { fabric.reservations[id] }
        set { fabric.reservations[id] = newValue }
    }

    /// Asks the executor to stop after this instruction and look at interrupts, mappings and devices again.
    @inline(__always)
    func requestAttention() { self[.attention] = 1 }

    /// The privilege that loads and stores use ("Memory Privilege in mstatus Register").
    var dataPrivilege: Privilege {
        guard self[.mstatus] & Status.mprv != 0 else { return privilege }
        return Privilege(rawValue: UInt8(self[.mstatus] >> 11 & 3)) ?? .user
    }

    /// Interrupts pending: bits that software set, and lines that are up.
    package var pendingInterrupts: UInt64 { self[.mip] | self[.lines] }

    /// Decodes a word; what was decoded before is remembered, which is safe because decoding has no other input.
    func decode(_ word: UInt32) throws(Trap) -> Instruction {
        let bits = word & 3 == 3 ? word : word & 0xffff
        let slot = decoded + Int((bits &* 0x9e37_79b9) >> 20)
        if slot.pointee.word == bits && slot.pointee.lengthInBytes != 0 { return slot.pointee }
        guard let instruction = decoder.decode(bits) else { throw Trap(.illegalInstruction, UInt64(bits)) }
        slot.pointee = instruction
        return instruction
    }
}
