// What a snapshot must agree on with a machine: the configuration, with digests for contents.

/// The configuration as snapshots record it: all that the state depends on and does not hold itself.
package struct MachineShape: Equatable, Sendable {
    /// Harts.
    package let hartCount: Int
    /// Bytes of RAM.
    package let memorySize: UInt64
    /// Instructions in a tick of `mtime`.
    package let instructionsPerTick: UInt64
    /// Bytes of the disk's image; nil without a disk.
    package let diskSize: Int?
    /// SHA-256 of the disk's image, in hexadecimal; empty without a disk.
    package let diskDigest: String
    /// The disk refuses writes.
    package let diskIsReadOnly: Bool
    /// The shortest time of a disk request.
    package let diskLatency: UInt64

    init(_ configuration: Configuration) {
        hartCount = configuration.hartCount
        memorySize = configuration.memorySize
        instructionsPerTick = configuration.instructionsPerTick
        diskSize = configuration.disk?.count
        diskDigest = configuration.disk.map { SHA256.hex($0) } ?? ""
        diskIsReadOnly = configuration.diskIsReadOnly
        diskLatency = configuration.diskLatency
    }

    /// Writes all of it.
    func save(to writer: inout StateWriter) {
        writer.words([
            UInt64(hartCount), memorySize, instructionsPerTick, diskSize == nil ? 0 : 1, UInt64(diskSize ?? 0),
            diskIsReadOnly ? 1 : 0, diskLatency,
        ])
        writer.data(Array(diskDigest.utf8))
    }

    /// Reads it back; nil when it is cut off or no machine has it.
    init?(from reader: inout StateReader) {
        let words = reader.words()
        let digest = String(decoding: reader.data(), as: UTF8.self)
        guard reader.isIntact, words.count == 7, (1...8).contains(words[0]), words[4] <= UInt64(Int.max) else {
            return nil
        }
        hartCount = Int(words[0])
        (memorySize, instructionsPerTick) = (words[1], words[2])
        diskSize = words[3] == 0 ? nil : Int(words[4])
        diskDigest = digest
        diskIsReadOnly = words[5] != 0
        diskLatency = words[6]
    }

    /// How another shape differs from this one, in words; nil when it does not.
    func difference(from other: MachineShape) -> String? {
        if hartCount != other.hartCount { return "\(hartCount) harts, not \(other.hartCount)" }
        if memorySize != other.memorySize { return "\(memorySize) bytes of memory, not \(other.memorySize)" }
        if instructionsPerTick != other.instructionsPerTick {
            return "\(instructionsPerTick) instructions in a tick, not \(other.instructionsPerTick)"
        }
        if diskDigest != other.diskDigest || diskSize != other.diskSize { return "another disk image" }
        if diskIsReadOnly != other.diskIsReadOnly { return diskIsReadOnly ? "a read-only disk" : "a writable disk" }
        if diskLatency != other.diskLatency { return "a disk latency of \(diskLatency), not \(other.diskLatency)" }
        return nil
    }
}
