// The virtio console and entropy devices.

/// The console ("Console Device"): queue 0 receives, queue 1 sends.
package final class VirtioConsole: VirtioBackend {
    private var received: [UInt8] = []
    /// Bytes sent and not yet taken by the machine.
    private(set) var output: [UInt8] = []

    /// 3.
    package var deviceID: UInt64 { 3 }
    /// None.
    package var features: UInt64 { 0 }
    /// Two.
    package var queueCount: Int { 2 }
    /// Nothing that features would make valid.
    package var configuration: [UInt8] { [UInt8](repeating: 0, count: 12) }

    /// Hands a byte to the guest, at its next look at the receive queue.
    package func receive(_ byte: UInt8) { received.append(byte) }

    /// Takes what was sent.
    package func takeOutput() -> [UInt8] {
        defer { output.removeAll() }
        return output
    }

    /// Makes these the bytes sent and not yet taken.
    func putBack(_ bytes: [UInt8]) { output = bytes }

    /// Receiving waits for input; sending is immediate.
    package func serve(queue: Int, _ chain: VirtioChain, _ fabric: Fabric) -> UInt32? {
        if queue == 1 {
            output += chain.input(fabric)
            return 0
        }
        if received.isEmpty { return nil }
        let count = chain.output(received, fabric)
        received.removeFirst(Int(count))
        return count
    }

    /// Writes received bytes.
    package func save(to writer: inout StateWriter) { writer.data(received) }
    /// Reads them back.
    package func restore(from reader: inout StateReader) -> Bool {
        received = reader.data()
        return reader.isIntact
    }
}

/// The entropy device ("Entropy Device"): numbers that look random and are the same in every run.
package final class VirtioEntropy: VirtioBackend {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// 4.
    package var deviceID: UInt64 { 4 }
    /// None.
    package var features: UInt64 { 0 }
    /// One.
    package var queueCount: Int { 1 }
    /// None.
    package var configuration: [UInt8] { [] }

    /// Fills the buffers from a SplitMix64 sequence (Steele, Lea, Flood, "Fast Splittable Pseudorandom Number
    /// Generators", 2014).
    package func serve(queue: Int, _ chain: VirtioChain, _ fabric: Fabric) -> UInt32? {
        let count = min(chain.capacity, 1 << 16)
        return chain.output((0..<count).map { _ in next() }, fabric)
    }

    private func next() -> UInt8 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
        return UInt8(truncatingIfNeeded: value >> 31)
    }

    /// Writes the generator's state.
    package func save(to writer: inout StateWriter) { writer.word(state) }
    /// Reads it back.
    package func restore(from reader: inout StateReader) -> Bool {
        state = reader.word()
        return reader.isIntact
    }
}
