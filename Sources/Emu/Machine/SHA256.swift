// SHA-256, to name the programs that conformance was shown with.

/// The Secure Hash Algorithm of FIPS 180-4, "SHA-256".
package enum SHA256 {
    /// The digest as 64 hexadecimal digits.
    package static func hex(_ bytes: [UInt8]) -> String {
        digest(bytes).map { word in
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 8 - digits.count) + digits
        }.joined()
    }

    private static func digest(_ bytes: [UInt8]) -> [UInt32] {
        var state: [UInt32] = primes.prefix(8).map { root($0, cube: false) }
        let constants = primes.map { root($0, cube: true) }
        var message = bytes + [0x80]
        message += [UInt8](repeating: 0, count: (120 - message.count % 64) % 64)
        message += withUnsafeBytes(of: UInt64(bytes.count * 8).bigEndian) { Array($0) }
        for start in stride(from: 0, to: message.count, by: 64) {
            compress(&state, message[start..<start + 64], constants)
        }
        return state
    }

    private static func compress(_ state: inout [UInt32], _ block: ArraySlice<UInt8>, _ constants: [UInt32]) {
        var words = (0..<16).map { index in
            (0..<4).reduce(UInt32(0)) { $0 << 8 | UInt32(block[block.startIndex + 4 * index + $1]) }
        }
        for index in 16..<64 {
            let a = words[index - 15]
            let b = words[index - 2]
            let low = rotated(a, 7) ^ rotated(a, 18) ^ a >> 3
            let high = rotated(b, 17) ^ rotated(b, 19) ^ b >> 10
            words.append(words[index - 16] &+ low &+ words[index - 7] &+ high)
        }
        var v = state
        for index in 0..<64 {
            let choice = v[4] & v[5] ^ ~v[4] & v[6]
            let majority = v[0] & v[1] ^ v[0] & v[2] ^ v[1] & v[2]
            let high = rotated(v[4], 6) ^ rotated(v[4], 11) ^ rotated(v[4], 25)
            let low = rotated(v[0], 2) ^ rotated(v[0], 13) ^ rotated(v[0], 22)
            let first = v[7] &+ high &+ choice &+ constants[index] &+ words[index]
            v = [first &+ low &+ majority, v[0], v[1], v[2], v[3] &+ first, v[4], v[5], v[6]]
        }
        for index in 0..<8 { state[index] &+= v[index] }
    }

    private static func rotated(_ value: UInt32, _ count: UInt32) -> UInt32 { value >> count | value << (32 - count) }

    private static let primes: [UInt128] = {
        var found: [UInt128] = []
        var candidate: UInt128 = 2
        while found.count < 64 {
            if !found.contains(where: { candidate % $0 == 0 }) { found.append(candidate) }
            candidate += 1
        }
        return found
    }()

    /// The first 32 bits of the fraction of a square or cube root: the largest r with r² ≤ n·2⁶⁴, or r³ ≤ n·2⁹⁶.
    private static func root(_ number: UInt128, cube: Bool) -> UInt32 {
        let target = number << (cube ? 96 : 64)
        var result: UInt128 = 0
        for bit in (0..<37).reversed() {
            let trial = result | 1 << UInt128(bit)
            if (cube ? trial * trial * trial : trial * trial) <= target { result = trial }
        }
        return UInt32(truncatingIfNeeded: result)
    }
}
