// Virtio over MMIO, version 2: registers, feature negotiation and split virtqueues.

/// What differs between virtio devices.
package protocol VirtioBackend: AnyObject {
    /// The device's number in the specification.
    var deviceID: UInt64 { get }
    /// Feature bits beyond `VIRTIO_F_VERSION_1`.
    var features: UInt64 { get }
    /// How many queues it has.
    var queueCount: Int { get }
    /// The device-specific configuration space.
    var configuration: [UInt8] { get }
    /// How long a request takes, in units of the clock: at its end it is served. 0 is inside the notifying store.
    func duration(queue: Int, _ chain: VirtioChain, _ fabric: Fabric) -> UInt64
    /// Is the request one that ends only after those that came before it?
    func isBarrier(queue: Int, _ chain: VirtioChain, _ fabric: Fabric) -> Bool
    /// Serves a request: the chain's buffers, in order.
    ///
    /// - Returns: how many bytes were written to the chain, or nil to leave the request in the queue for later.
    func serve(queue: Int, _ chain: VirtioChain, _ fabric: Fabric) -> UInt32?
    /// Writes the device's own state.
    func save(to writer: inout StateWriter)
    /// Reads it back.
    func restore(from reader: inout StateReader) -> Bool
}

extension VirtioBackend {
    /// At once.
    package func duration(queue: Int, _ chain: VirtioChain, _ fabric: Fabric) -> UInt64 { 0 }
    /// No order but that of time.
    package func isBarrier(queue: Int, _ chain: VirtioChain, _ fabric: Fabric) -> Bool { false }
}

/// A descriptor chain, checked: no loop, all buffers inside RAM.
package struct VirtioChain {
    /// A guest buffer.
    package struct Buffer {
        /// Physical address.
        package let address: UInt64
        /// Length in bytes.
        package let count: Int
        /// True when the device writes it.
        package let isWritable: Bool
    }

    /// The buffers in order.
    package let buffers: [Buffer]

    /// All bytes that the driver supplies.
    func input(_ fabric: Fabric) -> [UInt8] {
        buffers.filter { !$0.isWritable }.flatMap { fabric.copyOut($0.address, count: $0.count) ?? [] }
    }

    /// Fills the writable buffers from the front; returns how many bytes fitted.
    func output(_ bytes: [UInt8], _ fabric: Fabric) -> UInt32 {
        var rest = bytes[...]
        for buffer in buffers where buffer.isWritable && !rest.isEmpty {
            let part = Array(rest.prefix(buffer.count))
            _ = part.withUnsafeBytes { fabric.copyIn($0, to: buffer.address) }
            rest = rest.dropFirst(part.count)
        }
        return UInt32(bytes.count - rest.count)
    }

    /// Room in the writable buffers.
    var capacity: Int { buffers.filter { $0.isWritable }.reduce(0) { $0 + $1.count } }
}

/// One virtqueue.
struct VirtioQueue {
    static let sizeLimit: UInt64 = 1024
    var size: UInt64 = 0
    var isReady = false
    var descriptors: UInt64 = 0
    var available: UInt64 = 0
    var used: UInt64 = 0
    /// How far the device has read the available ring.
    var next: UInt64 = 0

    var words: [UInt64] { [size, isReady ? 1 : 0, descriptors, available, used, next] }

    init() {}

    init(words: ArraySlice<UInt64>) {
        let words = Array(words)
        (size, isReady, descriptors) = (words[0], words[1] != 0, words[2])
        (available, used, next) = (words[3], words[4], words[5])
    }
}

/// A request that the device has taken from the available ring and not yet put into the used ring.
struct VirtioRequest {
    var queue: Int
    /// The chain's first descriptor.
    var head: UInt64
    /// When it is served, on the machine's clock.
    var due: UInt64

    var words: [UInt64] { [UInt64(queue), head, due] }

    init(queue: Int, head: UInt64, due: UInt64) {
        self.queue = queue
        self.head = head
        self.due = due
    }

    init(words: ArraySlice<UInt64>) {
        let words = Array(words)
        (queue, head, due) = (Int(truncatingIfNeeded: words[0]), words[1], words[2])
    }
}

/// The transport: a page of registers in front of a backend.
///
/// Requests that take time are in flight together, each with its own end: they complete in the order of their ends, and
/// in that of their notifies where these are equal. Virtual I/O Device (VIRTIO) Version 1.1, "Virtio Over MMIO" and "Split Virtqueues".
package final class VirtioTransport: Device {
    /// 4 KiB.
    package let region: Range<UInt64>
    /// The device behind it.
    package let backend: any VirtioBackend
    private var status: UInt64 = 0
    private var interruptStatus: UInt64 = 0
    private var featureSelect: UInt64 = 0
    private var driverSelect: UInt64 = 0
    private var driverFeatures: UInt64 = 0
    private var queueSelect = 0
    private var queues: [VirtioQueue]
    /// In the order in which they came.
    private var inFlight: [VirtioRequest] = []
    private var wasRaised = false

    private static let needsReset: UInt64 = 0x40
    private static let driverOK: UInt64 = 4

    init(base: UInt64, backend: any VirtioBackend) {
        region = base..<base + 0x1000
        self.backend = backend
        queues = Array(repeating: VirtioQueue(), count: backend.queueCount)
    }

    /// Until the driver acknowledges.
    package var isInterrupting: Bool { interruptStatus != 0 }

    /// Takes the note that a request was completed.
    package func takeRaise() -> Bool {
        defer { wasRaised = false }
        return wasRaised
    }

    private var offered: UInt64 { backend.features | 1 << 32 }

    private var queue: VirtioQueue? { queueSelect < queues.count ? queues[queueSelect] : nil }

    /// Registers are 32 bits wide; the configuration space takes any width.
    package func read(_ offset: UInt64, width: Int, _ fabric: Fabric) -> UInt64? {
        if offset >= 0x100 {
            let bytes = backend.configuration
            return (0..<width).reduce(0) { value, index in
                let place = Int(offset) - 0x100 + index
                return place < bytes.count ? value | UInt64(bytes[place]) << UInt64(8 * index) : value
            }
        }
        guard width == 4 else { return nil }
        switch offset {
        case 0x000: return 0x7472_6976
        case 0x004: return 2
        case 0x008: return backend.deviceID
        case 0x00c: return 0x554d_4551
        case 0x010: return featureSelect < 2 ? offered >> (32 * featureSelect) & 0xffff_ffff : 0
        case 0x034: return queue == nil ? 0 : VirtioQueue.sizeLimit
        case 0x044: return queue?.isReady == true ? 1 : 0
        case 0x060: return interruptStatus
        case 0x070: return status
        default: return 0
        }
    }

    /// Registers are 32 bits wide.
    package func write(_ offset: UInt64, width: Int, value: UInt64, _ fabric: Fabric) -> Bool {
        if offset >= 0x100 { return true }
        guard width == 4 else { return false }
        switch offset {
        case 0x014: featureSelect = value
        case 0x020: if driverSelect < 2 { setFeatures(value) }
        case 0x024: driverSelect = value
        case 0x030: queueSelect = Int(value & 0xffff_ffff)
        case 0x050: if value < UInt64(queues.count) { notify(Int(value), fabric) }
        case 0x064:
            interruptStatus &= ~value
            wasRaised = interruptStatus != 0
        case 0x070: setStatus(value)
        case 0x038, 0x044, 0x080...0x0a4: if queueSelect < queues.count { configure(offset, value) }
        default: break
        }
        return true
    }

    private func setFeatures(_ value: UInt64) {
        let shift = 32 * driverSelect
        driverFeatures = driverFeatures & ~(0xffff_ffff << shift) | value << shift
    }

    private func setStatus(_ value: UInt64) {
        if value == 0 {
            status = 0
            interruptStatus = 0
            driverFeatures = 0
            inFlight = []
            queues = Array(repeating: VirtioQueue(), count: backend.queueCount)
            return
        }
        // Features that were not offered are refused by not keeping FEATURES_OK.
        let isRefused = value & 8 != 0 && driverFeatures & ~offered != 0
        status = isRefused ? value & ~8 : value
    }

    private func configure(_ offset: UInt64, _ value: UInt64) {
        func low(_ old: UInt64) -> UInt64 { old & ~0xffff_ffff | value }
        func high(_ old: UInt64) -> UInt64 { old & 0xffff_ffff | value << 32 }
        var queue = queues[queueSelect]
        switch offset {
        case 0x038:
            let isValid = value > 0 && value <= VirtioQueue.sizeLimit && value & (value - 1) == 0
            queue.size = isValid ? value : 0
        case 0x044:
            queue.isReady = value & 1 != 0 && queue.size != 0
            if !queue.isReady { inFlight.removeAll { $0.queue == queueSelect } }
        case 0x080: queue.descriptors = low(queue.descriptors)
        case 0x084: queue.descriptors = high(queue.descriptors)
        case 0x090: queue.available = low(queue.available)
        case 0x094: queue.available = high(queue.available)
        case 0x0a0: queue.used = low(queue.used)
        case 0x0a4: queue.used = high(queue.used)
        default: break
        }
        queues[queueSelect] = queue
    }

    /// Serves what the driver has made available in a queue.
    func notify(_ index: Int, _ fabric: Fabric) {
        guard status & Self.driverOK != 0, status & Self.needsReset == 0, queues[index].isReady else { return }
        var queue = queues[index]
        defer { queues[index] = queue }
        guard let end = read16(queue.available &+ 2, fabric) else { return fail() }
        // The ring's index cannot be further ahead than the ring is long.
        guard (end &- queue.next) & 0xffff <= queue.size else { return fail() }
        while queue.next != end {
            let slot = queue.next & (queue.size - 1)
            guard let head = read16(queue.available &+ 4 &+ 2 &* slot, fabric),
                let chain = chain(from: head, queue, fabric)
            else { return fail() }
            let duration = backend.duration(queue: index, chain, fabric)
            if duration > 0 {
                // A driver has at most as many requests in flight as there are descriptors.
                guard inFlight.count < queue.size else { return fail() }
                var due = fabric.now.addingReportingOverflow(duration).partialValue
                if backend.isBarrier(queue: index, chain, fabric) { due = inFlight.reduce(due) { max($0, $1.due) } }
                inFlight.append(VirtioRequest(queue: index, head: head, due: due))
            } else {
                guard let written = backend.serve(queue: index, chain, fabric) else { return }
                guard complete(head, written, queue, fabric) else { return fail() }
            }
            queue.next = (queue.next + 1) & 0xffff
        }
    }

    /// When the next request in flight ends, on the machine's clock.
    var nextEnd: UInt64? { inFlight.lazy.map(\.due).min() }

    /// Serves the requests in flight whose time has come.
    func completeDue(_ fabric: Fabric) {
        while let due = nextEnd, due <= fabric.now, let place = inFlight.firstIndex(where: { $0.due == due }) {
            let request = inFlight.remove(at: place)
            let queue = queues[request.queue]
            guard queue.isReady, let chain = chain(from: request.head, queue, fabric),
                let written = backend.serve(queue: request.queue, chain, fabric),
                complete(request.head, written, queue, fabric)
            else { return fail() }
        }
    }

    /// Serves the receive queue of a backend that has new input.
    func offerInput(_ backend: any VirtioBackend, _ fabric: Fabric) {
        if self.backend === backend && queues[0].isReady { notify(0, fabric) }
    }

    /// A broken ring: the device asks to be reset and does nothing until then.
    private func fail() {
        inFlight = []
        status |= Self.needsReset
        interruptStatus |= 2
        wasRaised = true
    }

    private func read16(_ address: UInt64, _ fabric: Fabric) -> UInt64? {
        fabric.memory.contains(address, 2) ? fabric.memory.load(address, 2) : nil
    }

    /// Follows descriptors; a chain longer than the queue is a loop.
    private func chain(from head: UInt64, _ queue: VirtioQueue, _ fabric: Fabric) -> VirtioChain? {
        var buffers: [VirtioChain.Buffer] = []
        var index = head
        while buffers.count < queue.size {
            let address = queue.descriptors &+ 16 &* index
            guard index < queue.size, fabric.memory.contains(address, 16) else { return nil }
            let target = fabric.memory.load(address, 8)
            let count = fabric.memory.load(address + 8, 4)
            let flags = fabric.memory.load(address + 12, 2)
            guard flags & 4 == 0, count == 0 || fabric.memory.contains(target, count) else { return nil }
            buffers.append(.init(address: target, count: Int(count), isWritable: flags & 2 != 0))
            if flags & 1 == 0 { return VirtioChain(buffers: buffers) }
            index = fabric.memory.load(address + 14, 2)
        }
        return nil
    }

    /// Puts a request into the used ring and asks for the interrupt.
    private func complete(_ head: UInt64, _ written: UInt32, _ queue: VirtioQueue, _ fabric: Fabric) -> Bool {
        guard let index = read16(queue.used &+ 2, fabric) else { return false }
        let entry = queue.used &+ 4 &+ 8 &* (index & (queue.size - 1))
        let words = [UInt32(head), written]
        guard words.withUnsafeBytes({ fabric.copyIn($0, to: entry) }) else { return false }
        guard withUnsafeBytes(of: UInt16(truncatingIfNeeded: index + 1), { fabric.copyIn($0, to: queue.used &+ 2) })
        else { return false }
        interruptStatus |= 1
        wasRaised = true
        return true
    }

    /// Writes registers, queues, requests in flight and the backend's state.
    package func save(to writer: inout StateWriter) {
        writer.words([status, interruptStatus, featureSelect, driverSelect, driverFeatures, UInt64(queueSelect)])
        writer.flag(wasRaised)
        writer.words(queues.flatMap(\.words) + inFlight.flatMap(\.words))
        backend.save(to: &writer)
    }

    /// Reads them back.
    package func restore(from reader: inout StateReader) -> Bool {
        let registers = reader.words()
        wasRaised = reader.flag()
        let words = reader.words()
        let rings = words.prefix(6 * queues.count)
        let requests = words.dropFirst(6 * queues.count)
        guard reader.isIntact, registers.count == 6, rings.count == 6 * queues.count, requests.count % 3 == 0 else {
            return false
        }
        (status, interruptStatus, featureSelect) = (registers[0], registers[1], registers[2])
        (driverSelect, driverFeatures, queueSelect) = (registers[3], registers[4], Int(registers[5] & 0xffff_ffff))
        for index in queues.indices { queues[index] = VirtioQueue(words: rings[6 * index..<6 * index + 6]) }
        inFlight = stride(from: requests.startIndex, to: requests.endIndex, by: 3).map {
            VirtioRequest(words: requests[$0..<$0 + 3])
        }
        guard inFlight.allSatisfy({ queues.indices.contains($0.queue) }) else { return false }
        return backend.restore(from: &reader)
    }
}
