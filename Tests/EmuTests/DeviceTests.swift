// Devices and bad input: broken rings, broken images, scripts; always an error or a fault, never more.
import Emu
import Foundation
import Testing

@Suite struct DeviceTests {
    static let spin = ".globl _start\n_start: wfi\n j _start\n"

    /// A machine with a disk, and its block device.
    func machine(disk: [UInt8] = [UInt8](repeating: 7, count: 8192)) throws -> (Machine, any Device) {
        let machine = try Guest.machine(try Guest.assemble(Self.spin)) { $0.disk = disk }
        let device = try #require(machine.fabric.devices.first { $0.region.lowerBound == 0x1000_1000 })
        return (machine, device)
    }

    func put(_ machine: Machine, _ address: UInt64, _ words: [UInt64], width: Int) {
        for (index, word) in words.enumerated() {
            let bytes = withUnsafeBytes(of: word.littleEndian) { Array($0.prefix(width)) }
            _ = bytes.withUnsafeBytes { machine.fabric.copyIn($0, to: address + UInt64(index * width)) }
        }
    }

    /// Sets a ring up at 0x8010_0000 and notifies; returns the device's status.
    func submit(
        _ machine: Machine, _ device: any Device, descriptors: [(UInt64, UInt64, UInt64, UInt64)],
        available: UInt64 = 1,
        head: UInt64 = 0, ring: UInt64 = 0x8010_0000
    ) -> UInt64? {
        for (index, entry) in descriptors.enumerated() {
            put(machine, ring + UInt64(index * 16), [entry.0], width: 8)
            put(machine, ring + UInt64(index * 16) + 8, [entry.1], width: 4)
            put(machine, ring + UInt64(index * 16) + 12, [entry.2, entry.3], width: 2)
        }
        put(machine, ring + 0x1000, [0, available, head], width: 2)
        let fabric = machine.fabric
        for (offset, value) in [
            (0x70, 0), (0x70, 1), (0x70, 3), (0x24, 1), (0x20, 1), (0x70, 11), (0x30, 0), (0x38, 8), (0x80, ring),
            (0x84, 0), (0x90, ring + 0x1000), (0xa0, ring + 0x2000), (0x44, 1), (0x70, 15), (0x50, 0),
        ] as [(UInt64, UInt64)] {
            #expect(device.write(offset, width: 4, value: value, fabric))
        }
        return device.read(0x70, width: 4, fabric)
    }

    @Test func aRequestIsServed() throws {
        let (machine, device) = try machine()
        put(machine, 0x8020_0000, [0, 0, 1], width: 4)
        let status = submit(
            machine, device,
            descriptors: [(0x8020_0000, 16, 1, 1), (0x8020_1000, 512, 3, 2), (0x8020_2000, 1, 2, 0)])
        #expect(status == 15)
        #expect(!device.isInterrupting, "it takes its time")
        #expect(machine.run(limit: 10_000) == .idle(until: nil))
        #expect(machine.fabric.copyOut(0x8020_1000, count: 512) == [UInt8](repeating: 7, count: 512))
        #expect(machine.fabric.copyOut(0x8020_2000, count: 1) == [0])
        #expect(device.isInterrupting)
    }

    @Test func brokenRingsAskForAReset() throws {
        let outside: UInt64 = 0xffff_ffff_ffff_f000
        let cases: [([(UInt64, UInt64, UInt64, UInt64)], UInt64, UInt64)] = [
            ([(0x8020_0000, 16, 1, 1), (0x8020_0000, 16, 1, 0)], 1, 0),
            ([(0x8020_0000, 16, 1, 0)], 1, 0),
            ([(0x8020_0000, 16, 1, 99)], 1, 0),
            ([(outside, 16, 0, 0)], 1, 0),
            ([(0x8020_0000, 0xffff_ffff, 0, 0)], 1, 0),
            ([(0x10, 16, 0, 0)], 1, 0),
            ([(0x8020_0000, 16, 4, 0)], 1, 0),
            ([(0x8020_0000, 16, 0, 0)], 9, 0),
            ([(0x8020_0000, 16, 0, 0)], 1, 8),
        ]
        for (descriptors, available, head) in cases {
            let (machine, device) = try machine()
            let status = submit(machine, device, descriptors: descriptors, available: available, head: head)
            #expect((status ?? 0) & 0x40 != 0, "\(descriptors) \(available) \(head)")
            // Nothing more happens until the driver resets it.
            #expect(device.write(0x50, width: 4, value: 0, machine.fabric))
            #expect(device.write(0x70, width: 4, value: 0, machine.fabric))
            #expect(device.read(0x70, width: 4, machine.fabric) == 0)
        }
    }

    @Test func requestsBeyondTheDiskFail() throws {
        for sector in [16, 15, 1 << 55, UInt64.max] as [UInt64] {
            let (machine, device) = try machine()
            put(machine, 0x8020_0000, [0, 0, sector & 0xffff_ffff, sector >> 32], width: 4)
            let status = submit(
                machine, device,
                descriptors: [(0x8020_0000, 16, 1, 1), (0x8020_1000, 1024, 3, 2), (0x8020_2000, 1, 2, 0)])
            #expect(status == 15)
            #expect(machine.run(limit: 10_000) == .idle(until: nil))
            #expect(machine.fabric.copyOut(0x8020_2000, count: 1) == [1], "sector \(sector)")
        }
    }

    @Test func randomRegisterAccessesDoNoHarm() throws {
        var generator = SeededGenerator(seed: Budget.seed)
        let (machine, _) = try machine()
        for _ in 0..<Budget.cases(200_000) {
            guard let device = machine.fabric.devices.randomElement(using: &generator) else { continue }
            let size = device.region.upperBound - device.region.lowerBound
            let width = [1, 2, 4, 8][Int.random(in: 0..<4, using: &generator)]
            let offset = (generator.next() % (Bool.random(using: &generator) ? 256 : size)) & ~UInt64(width - 1)
            let value = generator.next() >> UInt64.random(in: 0..<64, using: &generator)
            if Bool.random(using: &generator) {
                _ = device.write(offset, width: width, value: value, machine.fabric)
            } else {
                _ = device.read(offset, width: width, machine.fabric)
            }
        }
    }

    @Test func hostileExecutablesAreRefused() throws {
        let good = try Guest.assemble(Self.spin)
        _ = try ExecutableFile(good)
        func changed(_ changes: [(Int, UInt8)]) -> [UInt8] {
            var bytes = good
            for (offset, value) in changes { bytes[offset] = value }
            return bytes
        }
        let bad: [[UInt8]] = [
            [], Array(good[..<20]), Array(good[..<64]), changed([(4, 1)]), changed([(5, 2)]), changed([(18, 62)]),
            changed([(16, 1)]), changed([(39, 0xff)]), changed([(54, 0)]),
        ]
        for bytes in bad { #expect(throws: ImageError.self) { try ExecutableFile(bytes) } }
        var generator = SeededGenerator(seed: Budget.seed)
        for _ in 0..<Budget.cases(500) {
            var bytes = good
            for _ in 0..<Int.random(in: 1...12, using: &generator) {
                bytes[Int.random(in: 0..<min(bytes.count, 400), using: &generator)] = UInt8(
                    truncatingIfNeeded: generator.next())
            }
            // Whatever it is: an error, or a machine that runs.
            if let machine = try? Guest.machine(bytes) { _ = machine.run(limit: 1000) }
        }
    }

    @Test func aKernelThatJumpsIntoNowhereEndsAtTheLimit() throws {
        let elf = try Guest.assemble(".globl _start\n_start: li t0, 0x1234\n jr t0\n")
        for executor in [Machine.Executor.fast, .reference] {
            let (_, reason) = try Guest.run(elf, executor, limit: 100_000)
            #expect(reason == .limit)
        }
    }

    @Test func impossibleConfigurationsAreErrors() {
        for change in [
            { $0.hartCount = 0 }, { $0.hartCount = 9 }, { $0.memorySize = 100 }, { $0.memorySize = 1 << 50 },
        ]
            as [(inout Configuration) -> Void]
        {
            var configuration = Configuration()
            change(&configuration)
            #expect(throws: ImageError.self) { try Machine(configuration) }
        }
    }

    @Test func scriptsExpectAndSend() throws {
        let echo = try Guest.assemble(
            """
            .globl _start
            _start:
                li s0, 0x10000000
            1:  lbu t0, 5(s0)
                andi t0, t0, 1
                beqz t0, 1b
                lbu t1, 0(s0)
                addi t1, t1, 1
                sb t1, 0(s0)
                j 1b
            """)
        let script = try Script(parsing: "limit 1_000_000\n# a comment\nsend HAL\nexpect IBM\n")
        #expect(script.play(on: try Guest.machine(echo)) { _ in } == .finished)
        let never = try Script(parsing: "limit 1000\nexpect never\n")
        #expect(never.play(on: try Guest.machine(echo)) { _ in } == .limit("never"))
        #expect(throws: ImageError.self) { try Script(parsing: "hope for the best") }
    }

    @Test func schedulesAreValues() throws {
        for text in ["round-robin:10000", "random:0x2a:50", "turns:0x100,1x5,0v"] {
            #expect(Schedule(parsing: text)?.description == text)
        }
        for text in ["", "round-robin:0", "random:1", "turns:x", "other"] { #expect(Schedule(parsing: text) == nil) }
        let elf = try Guest.assemble(".globl _start\n_start: addi a0, a0, 1\n j _start\n")
        let machine = try Guest.machine(elf) {
            $0.hartCount = 2
            $0.schedule = .explicit([.init(hart: 1, until: .instructions(10)), .init(hart: 0, until: .instructions(4))])
        }
        #expect(machine.run(limit: 1000) == .scheduleEnded)
        #expect(machine.harts.map { $0[.retired] } == [4, 10])
    }

    @Test func turnsEndBeforeVisibleEvents() throws {
        let elf = try Guest.assemble(
            """
            .globl _start
            _start: la s0, shared
                li a0, 1
                addi a0, a0, 1
            event1: sd a0, 0(s0)
                addi a0, a0, 1
                sd a0, -8(sp)
            event2: amoadd.d a1, a0, (sp)
                addi a0, a0, 1
            event3: ld a2, 0(s0)
            event4: fence
                j event4
            .data
            .balign 4096
            shared: .zero 4096
            """)
        let file = try ExecutableFile(elf)
        let shared = try #require(file.address(of: "shared"))
        for count in 1...4 {
            let machine = try Guest.machine(elf) {
                $0.schedule = .explicit(Array(repeating: .init(hart: 0, until: .visibleEvent), count: count))
            }
            machine.harts[0][x: 2] = 0x8010_0000
            machine.watch(shared..<shared + 8)
            #expect(machine.run(limit: 1000) == .scheduleEnded)
            #expect(machine.harts[0].pc == file.address(of: "event\(count)"), "turn \(count)")
        }
    }

    @Test func theSameRunGivesTheSameHash() throws {
        var generator = SeededGenerator(seed: Budget.seed ^ 5)
        let elf = try Guest.assemble(RandomProgramTests.program(&generator, length: 300, forQEMU: false))
        func hash(_ schedule: Schedule) throws -> UInt64 {
            let machine = try Guest.machine(elf) {
                $0.hartCount = 3
                $0.schedule = schedule
            }
            _ = machine.run(limit: 50_000)
            return machine.stateHash()
        }
        #expect(try hash(.random(seed: 1, longest: 20)) == hash(.random(seed: 1, longest: 20)))
        #expect(try hash(.random(seed: 1, longest: 20)) != hash(.random(seed: 2, longest: 20)))
    }

    /// 100,000 cycles of restore, 50 instructions and snapshot; the rate is printed, the equality asserted.
    @Test func snapshotCycles() throws {
        let elf = try Guest.assemble(
            """
            .globl _start
            _start: la s0, page
                li s1, 4096
            1:  sd s2, 0(s0)
                add s3, s0, s1
                sd s2, 0(s3)
                addi s2, s2, 1
                mul s4, s2, s2
                j 1b
            .data
            .balign 4096
            page: .zero 12288
            """)
        let machine = try Guest.machine(elf) { $0.hartCount = 2 }
        _ = machine.run(limit: 1000)
        let start = machine.snapshot()
        _ = machine.run(limit: 50)
        let expected = machine.stateHash()
        let count = Budget.cases(100_000)
        var last = start
        let clock = ContinuousClock()
        let time = clock.measure {
            for _ in 0..<count {
                machine.restore(start)
                _ = machine.run(limit: 50)
                last = machine.snapshot()
            }
        }
        #expect(last.hash == expected)
        print(
            "restore, run 50, snapshot: \(Int(Double(count) / (Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18))) per second"
        )
    }
}
