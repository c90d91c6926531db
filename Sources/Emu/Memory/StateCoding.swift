// Writing and reading device state as plain words and bytes.

/// Collects state; hashes and snapshot files are made of what it holds.
package struct StateWriter {
    /// What was written.
    package private(set) var bytes: [UInt8] = []

    /// Makes an empty writer.
    package init() {}

    /// Writes eight bytes, little end first.
    package mutating func word(_ value: UInt64) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// Writes a claim.
    package mutating func flag(_ value: Bool) { word(value ? 1 : 0) }

    /// Writes a count and then each word.
    package mutating func words(_ values: some Collection<UInt64>) {
        word(UInt64(values.count))
        for value in values { word(value) }
    }

    /// Writes a count and then the bytes.
    package mutating func data(_ values: some Collection<UInt8>) {
        word(UInt64(values.count))
        bytes.append(contentsOf: values)
    }
}

/// Reads what `StateWriter` wrote; once something is missing, everything is zero and `isIntact` is false.
package struct StateReader {
    private let bytes: ArraySlice<UInt8>
    private var position: Int
    /// False once a read went past the end.
    package private(set) var isIntact = true

    /// Reads from the first byte on.
    package init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    /// Reads eight bytes.
    package mutating func word() -> UInt64 {
        guard bytes.endIndex - position >= 8 else {
            isIntact = false
            return 0
        }
        defer { position += 8 }
        return (0..<8).reduce(0) { $0 | UInt64(bytes[position + $1]) << UInt64(8 * $1) }
    }

    /// Reads a claim.
    package mutating func flag() -> Bool { word() != 0 }

    /// Reads counted words.
    package mutating func words() -> [UInt64] {
        let count = word()
        guard count <= UInt64(bytes.endIndex - position) / 8 else {
            isIntact = false
            return []
        }
        return (0..<count).map { _ in word() }
    }

    /// Reads counted bytes.
    package mutating func data() -> [UInt8] {
        let count = word()
        guard count <= UInt64(bytes.endIndex - position) else {
            isIntact = false
            return []
        }
        defer { position += Int(count) }
        return Array(bytes[position..<position + Int(count)])
    }
}
