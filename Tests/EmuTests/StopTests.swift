// Stops of one hart's run: each is where single stepping with an observer finds it, with the same state.
import Emu
import Testing

/// What the machine does in one step.
private final class StepRecord: Observer {
    struct Touch {
        var address: UInt64
        var count: UInt64
        var isLoad: Bool
        var isStore: Bool
        var isDevice: Bool
    }

    var touches: [Touch] = []
    var instruction: Instruction?
    var hasTrapped = false

    func clear() {
        touches = []
        instruction = nil
        hasTrapped = false
    }

    func retired(hart: Int, pc: UInt64, instruction: Instruction) { self.instruction = instruction }
    func trapped(hart: Int, cause: UInt64, value: UInt64, pc: UInt64) { hasTrapped = true }
    func loaded(hart: Int, address: UInt64, width: Int, value: UInt64, isDevice: Bool) {
        touches.append(
            Touch(address: address, count: UInt64(width), isLoad: true, isStore: false, isDevice: isDevice))
    }
    func stored(hart: Int, address: UInt64, width: Int, value: UInt64, isDevice: Bool) {
        touches.append(
            Touch(address: address, count: UInt64(width), isLoad: false, isStore: true, isDevice: isDevice))
    }
    func exchanged(hart: Int, address: UInt64, width: Int, old: UInt64, new: UInt64) {
        touches.append(Touch(address: address, count: UInt64(width), isLoad: true, isStore: true, isDevice: false))
    }
}

/// A machine that goes one instruction at a time on the reference executor, and looks at each.
private struct Stepper {
    enum Kind: Equatable { case limit, breakpoint, access, visibleEvent, waiting, ended }

    let machine: Machine
    let stops: Stops
    let record = StepRecord()

    init(_ machine: Machine, _ stops: Stops) {
        self.machine = machine
        self.stops = stops
        machine.executor = .reference
    }

    /// What the next instruction of a hart turns out to be, found by executing it and going back.
    private func ahead(_ hart: Int) -> Kind? {
        if stops.breakpoints.contains(machine.harts[hart].pc) { return .breakpoint }
        let before = machine.snapshot()
        step(hart)
        let set = record.instruction.map { InstructionTable.rows[Int($0.row)].set }
        let isSystem = set.map {
            [.atomic, .csr, .privileged, .svinval, .cacheManagement, .cacheZero].contains($0)
        }
        let isFence = record.instruction.map { [.fence, .fencei].contains($0.opcode) } ?? false
        let isAccess =
            !record.hasTrapped
            && record.touches.contains { touch in
                stops.watches.contains { watch in
                    (touch.isLoad && watch.onLoad || touch.isStore && watch.onStore)
                        && touch.address < watch.range.upperBound
                        && watch.range.lowerBound < touch.address + touch.count
                }
            }
        let isVisible =
            record.hasTrapped || isFence || isSystem == true || record.touches.contains { $0.isDevice }
        machine.restore(before)
        if isAccess { return .access }
        return stops.visibleEvents && isVisible ? .visibleEvent : nil
    }

    private func step(_ hart: Int) {
        record.clear()
        machine.fabric.observer = record
        defer { machine.fabric.observer = nil }
        _ = machine.run(hart: hart, limit: 1)
    }

    func run(hart index: Int, limit: UInt64) -> Kind {
        let hart = machine.harts[index]
        let start = machine.clock
        let skipped = hart.pc
        var isFirst = true
        while machine.clock - start < limit {
            machine.turns.hart = index
            machine.turns.left = 1 << 40
            if machine.prepareNext() == nil { return machine.fabric.outcome == nil ? .waiting : .ended }
            if !(isFirst && hart.pc == skipped), let kind = ahead(index) { return kind }
            isFirst = false
            step(index)
            if machine.fabric.outcome != nil { return .ended }
        }
        if hart[.waiting] != 0 { return .waiting }
        return ahead(index) ?? .limit
    }

    static func kind(_ stop: HartStop) -> Kind {
        switch stop {
        case .limit: .limit
        case .breakpoint: .breakpoint
        case .access: .access
        case .visibleEvent: .visibleEvent
        case .waiting: .waiting
        case .ended: .ended
        }
    }
}

@Suite struct StopTests {
    /// S-mode under Sv39 with two pages mapped the other way round, accesses across them, atomics, a device, fences, and
    /// a timer interrupt in M-mode every 400 instructions or so.
    private static let translated = """
        .globl _start
        _start:
            csrr s11, mhartid
            la t0, handler
            csrw mtvec, t0
            la sp, saves
            slli t0, s11, 6
            add sp, sp, t0
            csrw mscratch, sp
            li t0, -1
            csrw pmpaddr0, t0
            li t0, 0x1f
            csrw pmpcfg0, t0
            la t0, root                 # 0x80000000: a leaf of 1 GiB; 0x40000000: middle, leaves
            li t1, 0x200000cf
            sd t1, 16(t0)
            la t1, middle
            srli t1, t1, 2
            ori t1, t1, 1
            sd t1, 8(t0)
            la t2, middle
            la t1, leaves
            srli t1, t1, 2
            ori t1, t1, 1
            sd t1, 0(t2)
            la t2, leaves
            la t1, second
            srli t1, t1, 2
            ori t1, t1, 7
            sd t1, 0(t2)
            la t1, first
            srli t1, t1, 2
            ori t1, t1, 7
            sd t1, 8(t2)
            srli t0, t0, 12
            li t1, 8
            slli t1, t1, 60
            or t0, t0, t1
            csrw satp, t0
            sfence.vma
            li t0, 0x80
            csrw mie, t0
            li t0, 0x6800
            csrs mstatus, t0
            li t0, 0x1000
            csrc mstatus, t0
            la t0, super
            csrw mepc, t0
            call rearm
            mret
        rearm:
            li t0, 0x0200bff8
            ld t1, 0(t0)
            addi t1, t1, 40
            li t0, 0x02004000
            slli t2, s11, 3
            add t0, t0, t2
            sd t1, 0(t0)
            ret
        .balign 4
        handler:
            csrrw sp, mscratch, sp
            sd t0, 0(sp)
            sd t1, 8(sp)
            sd t2, 16(sp)
            sd ra, 24(sp)
            csrr t0, mcause
            bltz t0, 1f
            csrr t0, mepc
            addi t0, t0, 4
            csrw mepc, t0
            j 2f
        1:  call rearm
        2:  ld t0, 0(sp)
            ld t1, 8(sp)
            ld t2, 16(sp)
            ld ra, 24(sp)
            csrrw sp, mscratch, sp
            mret
        super:
            li s0, 0x40000000
            li s1, 0x40000ffc
            li s2, 0x40001040
            li s3, 0x10000005
            li s4, 0x50000000
            li s5, 1024
        again:
            addi a0, a0, 1
            slli a1, a0, 7
            andi a1, a1, 0x3c0
            add a1, a1, s0
            sd a0, 0(a1)
            ld a2, 0(s1)                # across, into another physical page than the next
            sd a0, 0(s1)
            lh a3, 3(s1)
            amoadd.d a4, a0, (s2)
            lr.d a5, (s2)
            add a5, a5, a0
            sc.d a6, a5, (s2)
            sc.d a6, a5, (s2)           # fails
            fmv.d.x fa0, a0
            fsd fa0, 8(s2)
            andi a7, a0, 15
            bnez a7, 1f
            sfence.vma
            .word 0x0005b003            # ld x0, 0(a1)
            ld a2, 0(s4)                # nothing is mapped
            fence
        1:  li t3, 20
        2:  addi t3, t3, -1
            lbu t4, 1(s2)
            bnez t3, 2b
            j again
        .data
        .balign 4096
        root: .zero 4096
        middle: .zero 4096
        leaves: .zero 4096
        first: .zero 4096
        apart: .zero 4096
        second: .zero 4096
        saves: .zero 4096
        """

    /// Addresses of instructions and of bytes accessed on the way of the first instructions.
    private func visited(_ elf: [UInt8], harts: Int, _ count: UInt64) throws -> (pcs: [UInt64], bytes: [UInt64]) {
        final class Collector: Observer {
            var pcs: Set<UInt64> = []
            var bytes: Set<UInt64> = []
            func retired(hart: Int, pc: UInt64, instruction: Instruction) { pcs.insert(pc) }
            func loaded(hart: Int, address: UInt64, width: Int, value: UInt64, isDevice: Bool) {
                bytes.insert(address + UInt64(width) - 1)
            }
            func stored(hart: Int, address: UInt64, width: Int, value: UInt64, isDevice: Bool) {
                bytes.insert(address)
            }
        }
        let machine = try Guest.machine(elf) { $0.hartCount = harts }
        let collector = Collector()
        machine.fabric.observer = collector
        for hart in 0..<harts { _ = machine.run(hart: hart, limit: count) }
        return (collector.pcs.sorted(), collector.bytes.sorted())
    }

    /// Runs one program with random stops on both executors and stepped, and compares each stop.
    private func compare(_ elf: [UInt8], harts: Int, runs: Int, withEvents: Bool, _ generator: inout SeededGenerator)
        throws
    {
        let (pcs, bytes) = try visited(elf, harts: harts, 4000)
        var stops = Stops()
        for _ in 0..<Int.random(in: 0...3, using: &generator) {
            stops.breakpoints.insert(
                (pcs.randomElement(using: &generator) ?? 0) + (Bool.random(using: &generator) ? 0 : 2))
        }
        for _ in 0..<Int.random(in: 0...2, using: &generator) {
            guard let byte = bytes.randomElement(using: &generator) else { break }
            let end = byte + UInt64.random(in: 1...9, using: &generator)
            stops.watches.append(
                Watch(byte..<end, onLoad: Bool.random(using: &generator), onStore: Bool.random(using: &generator)))
        }
        stops.visibleEvents = withEvents && Bool.random(using: &generator)
        let machines = try [Machine.Executor.fast, .reference].map { executor in
            try Guest.machine(elf, executor) { $0.hartCount = harts }
        }
        for machine in machines { machine.stops = stops }
        let stepper = Stepper(try Guest.machine(elf) { $0.hartCount = harts }, stops)
        var turns: [Schedule.Turn] = []
        for _ in 0..<runs {
            let hart = Int.random(in: 0..<harts, using: &generator)
            let limit = UInt64.random(in: 0...600, using: &generator)
            let before = stepper.machine.clock
            let expected = stepper.run(hart: hart, limit: limit)
            turns.append(.init(hart: hart, until: .instructions(stepper.machine.clock - before)))
            for machine in machines {
                let stop = machine.run(hart: hart, limit: limit)
                #expect(Stepper.kind(stop) == expected, "\(machine.executor) \(stop) at \(machine.clock)")
                machine.turns = stepper.machine.turns
                try #require(machine.stateHash() == stepper.machine.stateHash(), "\(machine.executor) \(stops)")
            }
        }
        // The same way as an explicit schedule, without stops.
        let scheduled = try Guest.machine(elf) {
            $0.hartCount = harts
            $0.schedule = .explicit(turns.filter { $0.until != .instructions(0) })
        }
        _ = scheduled.run(limit: 1 << 40)
        scheduled.turns = stepper.machine.turns
        #expect(scheduled.stateHash() == stepper.machine.stateHash())
    }

    @Test func stopsAreWhereStepsFindThem() throws {
        for number in 0..<Budget.cases(30) {
            var generator = SeededGenerator(seed: Budget.seed &+ 7000 &+ UInt64(number))
            let elf = try Guest.assemble(RandomProgramTests.program(&generator, length: 200, forQEMU: false))
            try compare(elf, harts: 2, runs: 20, withEvents: false, &generator)
        }
    }

    @Test func stopsUnderTranslationAndInterrupts() throws {
        let elf = try Guest.assemble(Self.translated)
        for number in 0..<Budget.cases(60) {
            var generator = SeededGenerator(seed: Budget.seed &+ 8000 &+ UInt64(number))
            try compare(elf, harts: 1 + number % 2, runs: 25, withEvents: true, &generator)
        }
    }

    @Test func anAccessThatCrossesIntoWatchedMemoryIsAnEvent() throws {
        let elf = try Guest.assemble(Self.translated)
        let first = try #require(ExecutableFile(elf).address(of: "first"))
        let machine = try Guest.machine(elf)
        machine.stops = Stops(watches: [Watch(first..<first + 1)])
        let expected = AccessAhead(
            address: first + 0x2ffc, count: 4, next: first, nextCount: 4, isLoad: true, isStore: false)
        #expect(machine.run(hart: 0, limit: 10_000) == .access(expected))
        // A turn to the next visible event sees it too.
        let scheduled = try Guest.machine(elf) {
            $0.schedule = .explicit(Array(repeating: .init(hart: 0, until: .visibleEvent), count: 200))
        }
        scheduled.watch(first..<first + 1)
        var stops = 0
        while scheduled.harts[0].pc != machine.harts[0].pc && stops < 2000 {
            _ = scheduled.run(limit: 1)
            stops += 1
        }
        #expect(scheduled.turns.left == 0, "the turn has ended there")
        scheduled.turns = machine.turns
        #expect(scheduled.stateHash() == machine.stateHash())
    }

    /// Far from the stops a guarded run is as fast as a plain one; the rates are printed, the equality is asserted.
    @Test func guardedRunsAreFast() throws {
        let elf = try Guest.assemble(
            """
            .globl _start
            _start: la s0, page
                li s1, 3000000
            1:  ld s2, 0(s0)
                addi s2, s2, 3
                sd s2, 8(s0)
                addi s1, s1, -1
                bnez s1, 1b
            end: sd s2, 2047(s0)
                j end
            .data
            .balign 4096
            page: .zero 8192
            """)
        let file = try ExecutableFile(elf)
        let end = try #require(file.address(of: "end"))
        let page = try #require(file.address(of: "page"))
        func seconds(_ stops: Stops?) throws -> Double {
            let machine = try Guest.machine(elf)
            let time = try ContinuousClock().measure {
                guard let stops else {
                    _ = machine.run(limit: 15_000_004)
                    return
                }
                machine.stops = stops
                let expected = HartStop.access(
                    AccessAhead(address: page + 2047, count: 8, isLoad: false, isStore: true))
                let stop = machine.run(hart: 0, limit: 1 << 40)
                try #require(stop == (stops.breakpoints.contains(end) ? .breakpoint : expected))
            }
            #expect(machine.harts[0].pc == end)
            return Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18
        }
        let plain = try seconds(nil)
        let broken = try seconds(Stops(breakpoints: [end], watches: [Watch(page + 4096..<page + 4104)]))
        let watched = try seconds(Stops(watches: [Watch(page + 2047..<page + 2048)]))
        print("plain \(plain) s, up to a breakpoint \(broken) s, beside watched bytes \(watched) s")
    }
}
