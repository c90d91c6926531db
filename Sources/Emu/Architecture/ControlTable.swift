// The control and status registers as rows: address, name, where it lives, what can be written, and its rule.

/// How a CSR is read and written beyond "the bits of the mask are stored".
package enum ControlRule: Sendable {
    /// Reads the slot; writes the bits of the mask.
    case plain
    /// Always this value; writes are ignored, or illegal where the address says read-only.
    case constant(UInt64)
    case hartID
    case fflags, frm, fcsr
    case cycle, time, instret, hpmCounter
    case mcycle, minstret, mcountinhibit
    case mstatus, sstatus, mip, sip, sie
    case menvcfg, senvcfg, satp, stimecmp
    case pmpConfiguration, pmpAddress
}

/// One CSR.
package struct ControlRow: Sendable {
    /// The number in the instruction; bits 11:10 = 3 mean read-only, bits 9:8 the lowest privilege.
    package let address: UInt16
    /// The manual's name.
    package let name: String
    /// Where the value lives, for rules that store.
    package let slot: Slot
    /// Bits that can be written.
    package let mask: UInt64
    /// How it differs from a plain register.
    package let rule: ControlRule

    init(_ address: UInt16, _ name: String, _ rule: ControlRule) { self.init(address, name, .pc, rule) }

    init(_ address: UInt16, _ name: String, _ slot: Slot, mask: UInt64 = 0, _ rule: ControlRule = .plain) {
        self.address = address
        self.name = name
        self.slot = slot
        self.mask = mask
        self.rule = rule
    }
}

/// All CSRs of this machine.
///
/// The RISC-V Instruction Set Manual, Volume II, "CSR Listing"; the masks follow the registers' own sections.
package enum ControlTable {
    /// Interrupts that can be delegated, and that supervisor mode sees.
    package static let supervisorInterrupts: UInt64 = 0x222
    /// Exceptions that can be delegated: all but calls from M-mode.
    package static let delegableExceptions: UInt64 = 0xb3ff
    /// `misa`: RV64 with A, C, D, F, I, M, S, U.
    package static let isa: UInt64 = 2 << 62 | 1 << 0 | 1 << 2 | 1 << 3 | 1 << 5 | 1 << 8 | 1 << 12 | 1 << 18 | 1 << 20

    private static let all = UInt64.max
    private static let environment = Environment.fiom | Environment.cbie | Environment.cbcfe | Environment.cbze

    /// The rows, by address.
    package static let rows: [ControlRow] = (fixedRows + counterRows + pmpRows).sorted { $0.address < $1.address }

    private static let fixedRows: [ControlRow] = [
        ControlRow(0x001, "fflags", .fcsr, .fflags),
        ControlRow(0x002, "frm", .fcsr, .frm),
        ControlRow(0x003, "fcsr", .fcsr, .fcsr),
        ControlRow(0xc00, "cycle", .cycle),
        ControlRow(0xc01, "time", .time),
        ControlRow(0xc02, "instret", .instret),

        ControlRow(0x100, "sstatus", .mstatus, .sstatus),
        ControlRow(0x104, "sie", .mie, .sie),
        ControlRow(0x105, "stvec", .stvec, mask: ~2),
        ControlRow(0x106, "scounteren", .scounteren, mask: 0xffff_ffff),
        ControlRow(0x10a, "senvcfg", .senvcfg, mask: environment, .senvcfg),
        ControlRow(0x140, "sscratch", .sscratch, mask: all),
        ControlRow(0x141, "sepc", .sepc, mask: ~1),
        ControlRow(0x142, "scause", .scause, mask: all),
        ControlRow(0x143, "stval", .stval, mask: all),
        ControlRow(0x144, "sip", .mip, .sip),
        ControlRow(0x14d, "stimecmp", .stimecmp, mask: all, .stimecmp),
        ControlRow(0x180, "satp", .satp, mask: all, .satp),

        ControlRow(0xf11, "mvendorid", .constant(0)),
        ControlRow(0xf12, "marchid", .constant(0)),
        ControlRow(0xf13, "mimpid", .constant(0)),
        ControlRow(0xf14, "mhartid", .hartID),
        ControlRow(0xf15, "mconfigptr", .constant(0)),
        ControlRow(0x300, "mstatus", .mstatus, mask: Status.writable, .mstatus),
        ControlRow(0x301, "misa", .constant(isa)),
        ControlRow(0x302, "medeleg", .medeleg, mask: delegableExceptions),
        ControlRow(0x303, "mideleg", .mideleg, mask: supervisorInterrupts),
        ControlRow(0x304, "mie", .mie, mask: 0xaaa),
        ControlRow(0x305, "mtvec", .mtvec, mask: ~2),
        ControlRow(0x306, "mcounteren", .mcounteren, mask: 0xffff_ffff),
        ControlRow(0x30a, "menvcfg", .menvcfg, mask: environment | Environment.adue | Environment.stce, .menvcfg),
        ControlRow(0x320, "mcountinhibit", .mcountinhibit, mask: 5, .mcountinhibit),
        ControlRow(0x340, "mscratch", .mscratch, mask: all),
        ControlRow(0x341, "mepc", .mepc, mask: ~1),
        ControlRow(0x342, "mcause", .mcause, mask: all),
        ControlRow(0x343, "mtval", .mtval, mask: all),
        ControlRow(0x344, "mip", .mip, mask: supervisorInterrupts, .mip),
        ControlRow(0xb00, "mcycle", .cycleBase, .mcycle),
        ControlRow(0xb02, "minstret", .instretBase, .minstret),

        // No triggers: type 0 in tdata1 says so.
        ControlRow(0x7a0, "tselect", .constant(0)),
        ControlRow(0x7a1, "tdata1", .constant(0)),
        ControlRow(0x7a2, "tdata2", .constant(0)),
        ControlRow(0x7a3, "tdata3", .constant(0)),
    ]

    private static let counterRows: [ControlRow] = (UInt16(3)...31).flatMap { index in
        [
            ControlRow(0xb00 + index, "mhpmcounter\(index)", .constant(0)),
            ControlRow(0x320 + index, "mhpmevent\(index)", .constant(0)),
            ControlRow(0xc00 + index, "hpmcounter\(index)", .hpmCounter),
        ]
    }

    private static let pmpRows: [ControlRow] =
        [
            ControlRow(0x3a0, "pmpcfg0", .pmpcfg0, .pmpConfiguration),
            ControlRow(0x3a2, "pmpcfg2", .pmpcfg2, .pmpConfiguration),
        ]
        + (0..<16).compactMap { index in
            Slot(rawValue: Slot.pmpaddr0.rawValue + index).map {
                ControlRow(0x3b0 + UInt16(index), "pmpaddr\(index)", $0, mask: (1 << 54) - 1, .pmpAddress)
            }
        }

    /// The row of an address, or nil: no such CSR.
    package static func row(of address: UInt16) -> ControlRow? {
        let index = indices[Int(address & 0xfff)]
        return index == 0xff ? nil : rows[Int(index)]
    }

    private static let indices: [UInt8] = {
        var table = [UInt8](repeating: 0xff, count: 4096)
        for (index, row) in rows.enumerated() { table[Int(row.address)] = UInt8(index) }
        return table
    }()
}

/// Names of CSRs for the disassembler.
package enum ControlNames {
    /// The name of a CSR this machine has.
    package static func name(of address: UInt16) -> String? { ControlTable.row(of: address)?.name }
}
