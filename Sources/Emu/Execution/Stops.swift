// Where a run of one hart ends early: breakpoints, watched memory, visible events.

/// A physical range whose accesses by harts end a run.
package struct Watch: Hashable, Sendable {
    /// The bytes watched, RAM or device; physical addresses.
    package var range: Range<UInt64>
    /// Loads, `lr` and atomic operations that touch it.
    package var onLoad: Bool
    /// Stores, an `sc` that succeeds, `cbo.zero` and atomic operations that touch it.
    package var onStore: Bool

    /// Watches a physical range, for both kinds of access unless told otherwise.
    package init(_ range: Range<UInt64>, onLoad: Bool = true, onStore: Bool = true) {
        self.range = range
        self.onLoad = onLoad
        self.onStore = onStore
    }
}

/// What ends `Machine.run(hart:limit:)` before its limit.
package struct Stops: Equatable, Sendable {
    /// Virtual addresses of instructions, in every address space.
    package var breakpoints: Set<UInt64>
    /// Watched memory.
    package var watches: [Watch]
    /// Every visible event: an atomic, a fence, a CSR or system instruction, a device, a watched access, and what will
    /// trap on its fetch, load or store.
    package var visibleEvents: Bool

    /// No stops but these.
    package init(breakpoints: Set<UInt64> = [], watches: [Watch] = [], visibleEvents: Bool = false) {
        self.breakpoints = breakpoints
        self.watches = watches
        self.visibleEvents = visibleEvents
    }
}

/// An access that an instruction is about to make.
package struct AccessAhead: Equatable, Sendable {
    /// Physical address of the first byte.
    package var address: UInt64
    /// Bytes in the page of `address`.
    package var count: UInt64
    /// Physical address of the rest, where the access crosses into another page.
    package var next: UInt64
    /// Bytes of the rest; 0 when nothing is crossed.
    package var nextCount: UInt64
    /// It reads.
    package var isLoad: Bool
    /// It writes.
    package var isStore: Bool

    /// An access to these bytes of one page, and of another one if it crosses.
    package init(
        address: UInt64, count: UInt64, next: UInt64 = 0, nextCount: UInt64 = 0, isLoad: Bool, isStore: Bool
    ) {
        self.address = address
        self.count = count
        self.next = next
        self.nextCount = nextCount
        self.isLoad = isLoad
        self.isStore = isStore
    }

    /// Does it touch what is watched, in a way that is watched?
    func touches(_ watch: Watch) -> Bool {
        guard isLoad && watch.onLoad || isStore && watch.onStore else { return false }
        return address < watch.range.upperBound && watch.range.lowerBound < address &+ count
            || nextCount != 0 && next < watch.range.upperBound && watch.range.lowerBound < next &+ nextCount
    }
}

/// Why a run of one hart ended. The instruction at the hart's `pc` has not begun.
package enum HartStop: Equatable, Sendable {
    /// The limit was reached, and nothing of what follows is ahead.
    case limit
    /// `pc` is one of the breakpoints.
    case breakpoint
    /// The instruction at `pc` will access watched memory.
    case access(AccessAhead)
    /// The instruction at `pc` is another visible event.
    case visibleEvent
    /// The hart waits for an interrupt; the value is the clock at which a timer or a device may wake it, if one will.
    case waiting(until: UInt64?)
    /// The guest ended itself.
    case ended(Fabric.Outcome)
}

/// The stops in force, as the executors ask for them off the fast path.
///
/// On the fast path nothing is asked: pages that hold watched bytes are never granted to it, and of pages that hold
/// breakpoints it sees only blocks built for this guard, which end before them.
final class StopGuard {
    /// What a run can be guarded against.
    enum Kind { case everything, visibleEvents }

    private var breakpoints: Set<UInt64> = []
    private var watches: [Watch] = []
    private var stopsAtVisibleEvents = false
    /// Blocks of pages with breakpoints, by virtual page.
    private var shadows: [UInt64: Shadow] = [:]
    private var allPages: UInt64 = 0

    /// A guarded run is under way.
    private(set) var isOn = false
    /// The present run looks at breakpoints.
    private var checksBreakpoints = false
    /// The present run ends at every visible event, also at fences.
    private(set) var checksEvents = false
    /// Bit n is set while a page whose number ends in n may hold a breakpoint.
    private(set) var pages: UInt64 = 0
    /// Why the executor stopped, once it has.
    private(set) var found: HartStop?

    /// Blocks that end before breakpoints.
    private final class Shadow {
        let table: UnsafeMutablePointer<UInt32>
        var physicalPage = -1
        var version: UInt64 = 0

        init() {
            table = .allocate(capacity: CodeMap.entryCount)
            table.initialize(repeating: 0, count: CodeMap.entryCount)
        }

        deinit { table.deallocate() }
    }

    /// Takes other stops; blocks built for the old breakpoints are forgotten.
    func set(_ stops: Stops) {
        watches = stops.watches
        stopsAtVisibleEvents = stops.visibleEvents
        guard stops.breakpoints != breakpoints else { return }
        breakpoints = stops.breakpoints
        shadows = [:]
        allPages = 0
        for address in breakpoints {
            if shadows[address & ~0xfff] == nil { shadows[address & ~0xfff] = Shadow() }
            allPages |= 1 << (address >> 12 & 63)
        }
    }

    /// A guarded run begins.
    func begin(_ kind: Kind) {
        isOn = true
        found = nil
        checksBreakpoints = kind == .everything && !breakpoints.isEmpty
        checksEvents = kind == .visibleEvents || stopsAtVisibleEvents
        pages = checksBreakpoints ? allPages : 0
    }

    /// The guarded run is over; `found` says why until the next one begins.
    func end() {
        isOn = false
        checksBreakpoints = false
        pages = 0
    }

    /// Runs something for which no stop is in force.
    func suspended<Result>(_ body: () -> Result) -> Result {
        let pages = pages
        isOn = false
        self.pages = 0
        defer {
            isOn = true
            self.pages = pages
        }
        return body()
    }

    /// The table in which the executor finds blocks of a virtual page: the page's own, or the one made for breakpoints.
    func table(_ virtualPage: UInt64, _ own: UnsafeMutablePointer<UInt32>, _ physicalPage: Int, _ code: CodeMap)
        -> UnsafeMutablePointer<UInt32>
    {
        guard pages >> (virtualPage >> 12 & 63) & 1 != 0, let shadow = shadows[virtualPage] else { return own }
        if shadow.physicalPage != physicalPage || shadow.version != code.version {
            shadow.table.update(repeating: 0, count: CodeMap.entryCount)
            shadow.physicalPage = physicalPage
            shadow.version = code.version
        }
        return shadow.table
    }

    /// Is there a breakpoint at an address?
    func isBreakpoint(_ address: UInt64) -> Bool { checksBreakpoints && breakpoints.contains(address) }

    /// Is the hart at a breakpoint? Then that is found.
    func isAtBreakpoint(_ hart: Hart) -> Bool {
        guard isBreakpoint(hart.pc) else { return false }
        found = .breakpoint
        return true
    }

    /// Is the instruction at the hart's `pc` one to stop before? Looks without touching anything.
    func isAtEvent(_ hart: Hart) -> Bool {
        guard let instruction = hart.instructionAhead() else {
            if checksEvents { found = .visibleEvent }
            return checksEvents
        }
        return isEvent(instruction, hart)
    }

    /// Is an instruction at the hart's `pc` one to stop before?
    func isEvent(_ instruction: Instruction, _ hart: Hart) -> Bool {
        let access = hart.accessAhead(instruction)
        if let access, watches.contains(where: access.touches) {
            found = .access(access)
        } else if checksEvents && isVisible(instruction, access, hart) {
            found = .visibleEvent
        }
        return found != nil
    }

    private func isVisible(_ instruction: Instruction, _ access: AccessAhead?, _ hart: Hart) -> Bool {
        switch instruction.opcode {
        case .fence, .fencei, .ecall, .ebreak: return true
        case .lb, .lh, .lw, .ld, .lbu, .lhu, .lwu, .sb, .sh, .sw, .sd, .flw, .fsw, .fld, .fsd:
            guard let access else { return true }
            return !hart.fabric.memory.contains(access.address, 1)
        default:
            switch InstructionTable.rows[Int(instruction.row)].set {
            case .atomic, .csr, .privileged, .svinval, .cacheManagement, .cacheZero: return true
            default: return false
            }
        }
    }
}
