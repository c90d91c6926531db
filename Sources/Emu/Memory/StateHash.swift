// The hash of machine state: a fixed function of bytes, the same on every host and in every run.

/// A 64-bit multiply-and-fold hash; no secret, no seed from the host.
package struct StateHash: Sendable {
    /// The hash so far.
    package private(set) var value: UInt64 = 0x9e37_79b9_7f4a_7c15

    /// Makes the hash of nothing.
    package init() {}

    /// Adds a word.
    @inline(__always)
    package mutating func combine(_ word: UInt64) {
        let product = (value ^ word).multipliedFullWidth(by: 0xd6e8_feb8_6659_fd93)
        value = product.high ^ (product.low &+ 0x2545_f491_4f6c_dd1d)
    }

    /// Adds a text, with its length.
    package mutating func combine(_ text: String) {
        combine(UInt64(text.utf8.count))
        for byte in text.utf8 { combine(UInt64(byte)) }
    }

    /// The hash of a run of bytes; the count is a multiple of eight.
    package static func of(_ bytes: UnsafeRawPointer, count: Int) -> UInt64 {
        var hash = StateHash()
        var offset = 0
        while offset < count {
            hash.combine(bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            offset += 8
        }
        return hash.value
    }
}
