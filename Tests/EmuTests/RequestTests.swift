// Disk requests in flight: they take time, overtake each other, and are part of the machine's state.
import Emu
import Testing

@Suite struct RequestTests {
    private let devices = DeviceTests()
    private static let ring: UInt64 = 0x8010_0000
    private static let count = 16

    /// A disk whose sectors hold their numbers.
    private static let disk = (0..<64).flatMap { [UInt8](repeating: UInt8($0), count: 512) }

    /// A machine whose driver has made 16 one-sector reads available, and has not notified yet.
    private func prepared(latency: UInt64 = 1000, kinds: [UInt64] = []) throws -> (Machine, any Device) {
        let machine = try Guest.machine(try Guest.assemble(DeviceTests.spin)) {
            $0.disk = Self.disk
            $0.diskLatency = latency
        }
        let device = try #require(machine.fabric.devices.first { $0.region.lowerBound == 0x1000_1000 })
        for index in 0..<UInt64(Self.count) {
            let header = 0x8020_0000 + index * 16
            let kind = kinds.isEmpty ? 0 : kinds[Int(index) % kinds.count]
            devices.put(machine, header, [kind, 0, index * 3, 0], width: 4)
            let chain: [(UInt64, UInt64, UInt64, UInt64)] = [
                (header, 16, 1, 3 * index + 1), (0x8030_0000 + index * 512, 512, 3, 3 * index + 2),
                (0x8040_0000 + index, 1, 2, 0),
            ]
            for (place, entry) in chain.enumerated() {
                let slot = Self.ring + (3 * index + UInt64(place)) * 16
                devices.put(machine, slot, [entry.0], width: 8)
                devices.put(machine, slot + 8, [entry.1], width: 4)
                devices.put(machine, slot + 12, [entry.2, entry.3], width: 2)
            }
            devices.put(machine, Self.ring + 0x1004 + index * 2, [3 * index], width: 2)
        }
        for (offset, value) in [
            (0x70, 0), (0x70, 1), (0x70, 3), (0x24, 1), (0x20, 1), (0x70, 11), (0x30, 0), (0x38, 64),
            (0x80, Self.ring), (0x84, 0), (0x90, Self.ring + 0x1000), (0xa0, Self.ring + 0x2000), (0x44, 1), (0x70, 15),
        ] as [(UInt64, UInt64)] {
            #expect(device.write(offset, width: 4, value: value, machine.fabric))
        }
        return (machine, device)
    }

    private func notify(_ machine: Machine, _ device: any Device, upTo index: Int) {
        devices.put(machine, Self.ring + 0x1002, [UInt64(index)], width: 2)
        machine.fabric.deviceVersion += 1
        #expect(device.write(0x50, width: 4, value: 0, machine.fabric))
    }

    /// The requests in the used ring, in order.
    private func used(_ machine: Machine) throws -> [Int] {
        let bytes = try #require(machine.fabric.copyOut(Self.ring + 0x2000, count: 4 + 8 * Self.count))
        return (0..<Int(bytes[2])).map { Int(bytes[4 + 8 * $0]) / 3 }
    }

    @Test func requestsOvertakeEachOther() throws {
        let (machine, device) = try prepared()
        notify(machine, device, upTo: Self.count)
        #expect(try used(machine).isEmpty)
        var counts: Set<Int> = []
        for _ in 0..<3000 {
            _ = machine.run(limit: 1)
            counts.insert(try used(machine).count)
        }
        let order = try used(machine)
        #expect(order.sorted() == Array(0..<Self.count))
        #expect(order != Array(0..<Self.count), "some later request ends earlier")
        #expect(counts.count > 4, "they end one after the other")
        for index in 0..<Self.count {
            let data = machine.fabric.copyOut(0x8030_0000 + UInt64(index) * 512, count: 512)
            #expect(data == [UInt8](repeating: UInt8(index * 3), count: 512))
        }
        let (same, sameDevice) = try prepared()
        notify(same, sameDevice, upTo: Self.count)
        _ = same.run(limit: 3000)
        #expect(try used(same) == order)
        #expect(same.stateHash() == machine.stateHash(), "wherever the run is cut")
    }

    @Test func withoutLatencyTheStoreServes() throws {
        let (machine, device) = try prepared(latency: 0)
        notify(machine, device, upTo: Self.count)
        #expect(try used(machine) == Array(0..<Self.count))
    }

    @Test func aFlushEndsAfterWhatCameBefore() throws {
        let (machine, device) = try prepared(kinds: [0, 0, 0, 4])
        notify(machine, device, upTo: Self.count)
        _ = machine.run(limit: 5000)
        let order = try used(machine)
        #expect(order.count == Self.count)
        for flush in stride(from: 3, to: Self.count, by: 4) {
            let place = try #require(order.firstIndex(of: flush))
            #expect(Set(0..<flush).isSubset(of: order[..<place]), "\(order)")
        }
    }

    @Test func requestsInFlightAreState() throws {
        let (machine, device) = try prepared()
        notify(machine, device, upTo: 5)
        _ = machine.run(limit: 100)
        let emptyHanded = machine.stateHash()
        notify(machine, device, upTo: Self.count)
        let snapshot = machine.snapshot()
        #expect(snapshot.hash != emptyHanded)
        _ = machine.run(limit: 1300)
        let middle = machine.snapshot()
        #expect(try !used(machine).isEmpty && used(machine).count < Self.count)
        _ = machine.run(limit: 3000)
        let expected = machine.stateHash()
        for start in [snapshot, middle] {
            #expect(machine.restore(start))
            _ = machine.run(limit: expected == 0 ? 0 : 4300 - (start.hash == middle.hash ? 1300 : 0))
            #expect(machine.stateHash() == expected)
        }
        let (fork, _) = try prepared()
        #expect(fork.restore(try Snapshot(middle.serialized(), for: fork)))
        _ = fork.run(limit: 3000)
        #expect(fork.stateHash() == expected)
    }

    @Test func aResetDropsThem() throws {
        let (machine, device) = try prepared()
        notify(machine, device, upTo: Self.count)
        #expect(device.write(0x70, width: 4, value: 0, machine.fabric))
        machine.fabric.deviceVersion += 1
        _ = machine.run(limit: 5000)
        #expect(try used(machine).isEmpty)
        #expect(!device.isInterrupting)
    }

    @Test func moreRequestsThanDescriptorsAskForAReset() throws {
        let (machine, device) = try prepared()
        for round in 1...5 {
            for index in 0..<UInt64(Self.count) {
                devices.put(
                    machine, Self.ring + 0x1004 + (UInt64((round - 1) * Self.count) + index) % 64 * 2, [3 * index],
                    width: 2)
            }
            notify(machine, device, upTo: round * Self.count)
            let isBroken = (device.read(0x70, width: 4, machine.fabric) ?? 0) & 0x40 != 0
            #expect(isBroken == (round == 5), "round \(round)")
        }
    }

    /// The hart waits for the disk, and no timer is set: the end of the request wakes it.
    @Test func theEndOfARequestWakesTheHart() throws {
        let elf = try Guest.assemble(
            """
            .globl _start
            _start:
                li s1, 0x0c000000
                li t0, 1
                sw t0, 4(s1)            # priority of the disk
                li t0, 2
                li s2, 0x0c002000
                sw t0, 0(s2)
                li t0, 0x800
                csrw mie, t0
                wfi
            woken:
                j woken
            """)
        let woken = try #require(ExecutableFile(elf).address(of: "woken"))
        let (machine, device) = try prepared()
        #expect(try machine.load(kernel: elf) == ())
        notify(machine, device, upTo: 1)
        let stop = machine.run(hart: 0, limit: 500)
        guard case .waiting(let time?) = stop else {
            Issue.record("\(stop)")
            return
        }
        #expect((1000...2200).contains(time))
        _ = machine.run(limit: 100_000)
        #expect(machine.harts[0].pc == woken)
        #expect(machine.harts[0][.waiting] == 0)
    }

    @Test func snapshotsHoldOutputThatNobodyHasTaken() throws {
        let elf = try Guest.assemble(
            """
            .globl _start
            _start: li s0, 0x10000000
                li t0, 65
            1:  sb t0, 0(s0)
                addi t0, t0, 1
                j 1b
            """)
        let machine = try Guest.machine(elf)
        _ = machine.run(limit: 11)
        let snapshot = machine.snapshot()
        _ = machine.run(limit: 9)
        #expect(machine.takeOutput() == Array("ABCDEF".utf8))
        machine.restore(snapshot)
        #expect(machine.takeOutput() == Array("ABC".utf8))
        let fork = try Guest.machine(elf)
        _ = fork.run(limit: 300)
        fork.restore(try Snapshot(snapshot.serialized(), for: fork))
        #expect(fork.takeOutput() == Array("ABC".utf8))
    }

    @Test func snapshotsOfOtherMachinesAreRefused() throws {
        let elf = try Guest.assemble(DeviceTests.spin)
        let snapshot = try Guest.machine(elf) { $0.disk = Self.disk }.snapshot()
        let changes: [(String, (inout Configuration) -> Void)] = [
            ("1 harts, not 2", { $0.hartCount = 2 }),
            ("16777216 bytes of memory, not 1048576", { $0.memorySize = 1 << 20 }),
            ("10 instructions in a tick, not 1", { $0.instructionsPerTick = 1 }),
            ("another disk image", { $0.disk?[700] = 99 }), ("another disk image", { $0.disk = nil }),
            ("a writable disk", { $0.diskIsReadOnly = true }),
            ("a disk latency of 1000, not 5", { $0.diskLatency = 5 }),
        ]
        for (words, change) in changes {
            let other = try Guest.machine(elf) {
                $0.disk = Self.disk
                change(&$0)
            }
            let before = other.stateHash()
            #expect(!other.restore(snapshot))
            #expect(other.stateHash() == before)
            do {
                _ = try Snapshot(snapshot.serialized(), for: other)
                Issue.record("accepted: \(words)")
            } catch {
                #expect("\(error)".contains(words), "\(error)")
            }
        }
    }
}
