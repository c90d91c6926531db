// Causes of exceptions and interrupts, and the trap an instruction raises instead of retiring.

/// What an exception was raised for: the `mcause` codes with the interrupt bit clear.
///
/// The RISC-V Instruction Set Manual, Volume II, "Machine Cause (mcause) Register".
package enum ExceptionCause: UInt8, Sendable, CaseIterable {
    case instructionMisaligned = 0
    case instructionAccessFault = 1
    case illegalInstruction = 2
    case breakpoint = 3
    case loadMisaligned = 4
    case loadAccessFault = 5
    case storeMisaligned = 6
    case storeAccessFault = 7
    case userCall = 8
    case supervisorCall = 9
    case machineCall = 11
    case instructionPageFault = 12
    case loadPageFault = 13
    case storePageFault = 15

    /// The manual's words for the cause, as crash reports print them.
    package var words: String {
        switch self {
        case .instructionMisaligned: "instruction address misaligned"
        case .instructionAccessFault: "instruction access fault"
        case .illegalInstruction: "illegal instruction"
        case .breakpoint: "breakpoint"
        case .loadMisaligned: "load address misaligned"
        case .loadAccessFault: "load access fault"
        case .storeMisaligned: "store/AMO address misaligned"
        case .storeAccessFault: "store/AMO access fault"
        case .userCall: "environment call from U-mode"
        case .supervisorCall: "environment call from S-mode"
        case .machineCall: "environment call from M-mode"
        case .instructionPageFault: "instruction page fault"
        case .loadPageFault: "load page fault"
        case .storePageFault: "store/AMO page fault"
        }
    }
}

/// An exception: the instruction does not retire and the hart enters a handler.
package struct Trap: Error, Equatable, Sendable {
    /// Why the instruction could not retire.
    package var cause: ExceptionCause
    /// What goes into `mtval` or `stval`: the faulting address, or the instruction's bits.
    package var value: UInt64

    /// Makes the trap; `value` is zero where the manual gives none.
    package init(_ cause: ExceptionCause, _ value: UInt64 = 0) {
        self.cause = cause
        self.value = value
    }
}

/// The six standard interrupts: bit positions of `mip`, `mie` and `mideleg`, and codes of `mcause`.
package enum Interrupt: UInt8, Sendable, CaseIterable {
    case supervisorSoftware = 1
    case machineSoftware = 3
    case supervisorTimer = 5
    case machineTimer = 7
    case supervisorExternal = 9
    case machineExternal = 11

    /// The interrupt's bit in `mip`, `mie` and `mideleg`.
    package var bit: UInt64 { 1 << UInt64(rawValue) }

    /// Decreasing priority within one privilege level ("Machine Interrupt (mip and mie) Registers").
    package static let byPriority: [Interrupt] = [
        .machineExternal, .machineSoftware, .machineTimer,
        .supervisorExternal, .supervisorSoftware, .supervisorTimer,
    ]
}

/// A privilege level, with its encoding in `mstatus.MPP`.
package enum Privilege: UInt8, Sendable, Comparable {
    case user = 0
    case supervisor = 1
    case machine = 3

    /// Less privileged levels come first.
    package static func < (left: Privilege, right: Privilege) -> Bool { left.rawValue < right.rawValue }
}

/// What a memory access is for: it selects the TLB, the permission and the fault.
package enum Access: UInt8, Sendable, CaseIterable {
    case load = 0
    case store = 1
    case fetch = 2

    /// The fault of an address that physical memory attributes or PMP refuse.
    package var accessFault: ExceptionCause {
        switch self {
        case .load: .loadAccessFault
        case .store: .storeAccessFault
        case .fetch: .instructionAccessFault
        }
    }

    /// The fault of an address without a suitable page-table entry.
    package var pageFault: ExceptionCause {
        switch self {
        case .load: .loadPageFault
        case .store: .storePageFault
        case .fetch: .instructionPageFault
        }
    }
}
