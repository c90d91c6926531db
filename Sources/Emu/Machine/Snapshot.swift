// Snapshots: the whole machine at an instant, sharing all that did not change with other snapshots.

/// An immutable copy of a hart's TLBs.
final class TLBImage: @unchecked Sendable {
    let entries: UnsafeMutablePointer<TLBEntry>

    init(copying source: UnsafePointer<TLBEntry>) {
        entries = .allocate(capacity: 3 * TLBEntry.count)
        entries.initialize(from: source, count: 3 * TLBEntry.count)
    }

    deinit { entries.deallocate() }
}

/// The state of one hart.
struct HartImage: @unchecked Sendable {
    let words: [UInt64]
    let reservation: UInt64
    let tlbs: TLBImage
}

/// The bytes that all devices wrote, shared while no device changes.
final class DeviceImage: Sendable {
    let bytes: [UInt8]
    init(_ bytes: [UInt8]) { self.bytes = bytes }
}

/// A machine at an instant: RAM, harts with their TLBs, devices, clock and schedule.
///
/// Taking one copies the pages written since the last, the harts' words, and what else changed; restoring copies the
/// pages that differ. A snapshot can be restored to any machine of the same configuration: that is a fork.
package struct Snapshot: Sendable {
    /// The configuration of the machine that it was taken from.
    package let shape: MachineShape
    let memory: PageTree
    let harts: [HartImage]
    let devices: DeviceImage
    let clock: UInt64
    let turns: TurnState
    let outcome: Fabric.Outcome?
    /// What the guest had printed and nobody had taken: restored with the rest, but no part of the hash.
    let output: PendingOutput
}

/// Output that nobody has taken yet, by the way it was printed.
struct PendingOutput: Sendable {
    var host: [UInt8]
    var serial: [UInt8]
    var console: [UInt8]
}

/// The snapshot that RAM was last equal to, but for its dirty pages.
final class SnapshotBase {
    var memory: PageTree?
    var tlbs: [TLBImage?] = []
    var devices: DeviceImage?
    var deviceVersion: UInt64 = 0
}

extension Machine {
    /// Takes a snapshot; O(dirty pages · log pages).
    package func snapshot() -> Snapshot {
        let memory = synchronizedMemory()
        for lookup in fabric.lookups { lookup.renew() }
        if history.tlbs.isEmpty { history.tlbs = Array(repeating: nil, count: harts.count) }
        let images = harts.map { hart -> HartImage in
            let image: TLBImage
            if let old = history.tlbs[hart.id], !hart.tlbsChanged {
                image = old
            } else {
                image = TLBImage(copying: hart.tlbs)
                history.tlbs[hart.id] = image
                hart.tlbsChanged = false
            }
            return HartImage(
                words: Array(UnsafeBufferPointer(start: hart.words, count: Slot.wordCount)),
                reservation: hart.reservation, tlbs: image)
        }
        return Snapshot(
            shape: shape, memory: memory, harts: images, devices: deviceImage(), clock: clock, turns: turns,
            outcome: fabric.outcome,
            output: PendingOutput(host: fabric.hostOutput, serial: uart.output, console: console.output))
    }

    /// Brings the tree of pages up to date with RAM.
    private func synchronizedMemory() -> PageTree {
        var tree = history.memory ?? PageTree(pageCount: fabric.memory.pageCount)
        history.memory = nil
        for page in fabric.memory.takeDirtyPages() {
            let bytes = fabric.memory.pointer(toPage: Int(page))
            tree[Int(page)] = PageImage.isZero(bytes) ? nil : PageImage(copying: bytes)
        }
        history.memory = tree
        return tree
    }

    private func deviceImage() -> DeviceImage {
        if let image = history.devices, history.deviceVersion == fabric.deviceVersion { return image }
        var writer = StateWriter()
        for device in fabric.devices { device.save(to: &writer) }
        let image = DeviceImage(writer.bytes)
        history.devices = image
        history.deviceVersion = fabric.deviceVersion
        return image
    }

    /// Puts the machine back; O(pages that differ).
    ///
    /// - Returns: false, with nothing changed, when the snapshot is of a machine of another shape; false, with the
    ///   machine unusable, when its devices do not parse.
    @discardableResult
    package func restore(_ snapshot: Snapshot) -> Bool {
        guard snapshot.shape == shape else { return false }
        restoreMemory(snapshot.memory)
        if history.tlbs.isEmpty { history.tlbs = Array(repeating: nil, count: harts.count) }
        for (hart, image) in zip(harts, snapshot.harts) {
            let keepsProtection = hart.hasProtection(of: image)
            image.words.withUnsafeBufferPointer { words in
                if let start = words.baseAddress { hart.words.update(from: start, count: Slot.wordCount) }
            }
            hart.reservation = image.reservation
            if hart.tlbsChanged || history.tlbs[hart.id] !== image.tlbs {
                hart.tlbs.update(from: image.tlbs.entries, count: 3 * TLBEntry.count)
                history.tlbs[hart.id] = image.tlbs
                hart.tlbsChanged = false
            }
            hart.pages.forgetAll()
            if keepsProtection { hart.contextChanged() } else { hart.protectionChanged() }
        }
        clock = snapshot.clock
        turns = snapshot.turns
        fabric.outcome = snapshot.outcome
        fabric.hostOutput = snapshot.output.host
        uart.putBack(snapshot.output.serial)
        console.putBack(snapshot.output.console)
        if history.devices !== snapshot.devices || history.deviceVersion != fabric.deviceVersion {
            var reader = StateReader(snapshot.devices.bytes[...])
            for device in fabric.devices where !device.restore(from: &reader) { return false }
            fabric.deviceVersion += 1
            history.devices = snapshot.devices
            history.deviceVersion = fabric.deviceVersion
        }
        return true
    }

    private func restoreMemory(_ tree: PageTree) {
        let memory = fabric.memory
        for page in memory.takeDirtyPages() { put(tree[Int(page)], at: Int(page)) }
        let base = history.memory ?? PageTree(pageCount: memory.pageCount)
        tree.forEachDifference(from: base) { page, image in put(image, at: page) }
        history.memory = tree
    }

    /// Replaces the content of a page, and forgets its code when that is other code.
    private func put(_ image: PageImage?, at page: Int) {
        let target = fabric.memory.pointer(toPage: page)
        if fabric.memory.marks[page] & PageMark.code != 0 {
            if let image, image.isEqual(to: target) { return }
            fabric.code.drop(page)
            fabric.memory.marks[page] &= ~PageMark.code
        }
        if let image {
            target.copyMemory(from: image.bytes, byteCount: PhysicalMemory.pageSize)
        } else {
            target.initializeMemory(as: UInt8.self, repeating: 0, count: PhysicalMemory.pageSize)
        }
    }

    /// The hash of all state: RAM, harts, TLBs, devices, clock and schedule.
    package func stateHash() -> UInt64 { snapshot().hash }
}

extension Snapshot {
    /// The hash of all state.
    package var hash: UInt64 {
        var hash = StateHash()
        memory.visit { page, image in
            hash.combine(UInt64(page))
            hash.combine(image.hash)
        }
        for hart in harts {
            for word in hart.architecturalWords { hash.combine(word) }
            hash.combine(hart.reservation)
            hash.combine(StateHash.of(hart.tlbs.entries, count: 3 * TLBEntry.count * MemoryLayout<TLBEntry>.stride))
        }
        for byte in devices.bytes { hash.combine(UInt64(byte)) }
        hash.combine(clock)
        for word in turns.words { hash.combine(word) }
        return hash.value
    }
}

extension HartImage {
    /// The words that are state: x0's sink, the executor's note and what is derived at each turn are not.
    var architecturalWords: [UInt64] {
        var words = words
        for index in [Slot.sink, Slot.attention.rawValue, Slot.lines.rawValue, Slot.clockOffset.rawValue] {
            words[index] = 0
        }
        return words
    }
}

extension Hart {
    /// Would the PMP rules of an image be the ones in force?
    fileprivate func hasProtection(of image: HartImage) -> Bool {
        let first = Slot.pmpcfg0.rawValue
        return (first..<first + 18).allSatisfy { words[$0] == image.words[$0] }
    }
}
