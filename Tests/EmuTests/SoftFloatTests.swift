// Soft float against the host's arithmetic: values of every operation when rounding to nearest even.
import Emu
import Testing

@Suite struct SoftFloatTests {
    static let corners64: [UInt64] = [
        0, 1, 0x000f_ffff_ffff_ffff, 0x0010_0000_0000_0000, 0x3ff0_0000_0000_0000, 0x3ff0_0000_0000_0001,
        0x3fe0_0000_0000_0000, 0x4000_0000_0000_0000, 0x7fef_ffff_ffff_ffff, 0x7ff0_0000_0000_0000,
        0x7ff8_0000_0000_0000, 0x7ff0_0000_0000_0001, 0x4340_0000_0000_0000, 0x3ca0_0000_0000_0000,
    ].flatMap { [$0, $0 | 1 << 63] }

    static func operand(_ generator: inout SeededGenerator) -> UInt64 {
        switch UInt64.random(in: 0..<4, using: &generator) {
        case 0: return corners64.randomElement(using: &generator) ?? 0
        case 1:
            let near = UInt64.random(in: 0x3f0...0x40f, using: &generator) << 52
            return near | generator.next() & (1 << 63 | (1 << 52 - 1))
        default: return generator.next()
        }
    }

    static func narrow(_ bits: UInt64) -> UInt64 {
        let sign = (bits >> 63) << 31
        let exponent = (bits >> 52 & 0x7ff) % 256
        return sign | exponent << 23 | bits >> 20 & 0x7f_ffff & (bits & 1 == 0 ? 0x7f_fff0 : 0x7f_ffff)
    }

    static func same(_ ours: UInt64, _ theirs: Double) -> Bool {
        theirs.isNaN ? ours == 0x7ff8_0000_0000_0000 : ours == theirs.bitPattern
    }

    static func same(_ ours: UInt64, _ theirs: Float) -> Bool {
        theirs.isNaN ? ours == 0x7fc0_0000 : ours == UInt64(theirs.bitPattern)
    }

    @Test func doublesEqualTheHosts() {
        var generator = SeededGenerator(seed: Budget.seed)
        for _ in 0..<Budget.cases(1_000_000) {
            let (a, b, c) = (Self.operand(&generator), Self.operand(&generator), Self.operand(&generator))
            let (x, y, z) = (Double(bitPattern: a), Double(bitPattern: b), Double(bitPattern: c))
            var flags: FloatFlags = []
            typealias D = SoftFloat<DoubleFormat>
            let pairs: [(String, UInt64, Double)] = [
                ("add", D.add(a, b, .nearestEven, &flags), x + y),
                ("subtract", D.subtract(a, b, .nearestEven, &flags), x - y),
                ("multiply", D.multiply(a, b, .nearestEven, &flags), x * y),
                ("divide", D.divide(a, b, .nearestEven, &flags), x / y),
                ("squareRoot", D.squareRoot(a, .nearestEven, &flags), x.squareRoot()),
                ("fuse", D.fusedMultiplyAdd(a, b, c, .nearestEven, &flags), z.addingProduct(x, y)),
            ]
            for (name, ours, theirs) in pairs where !Self.same(ours, theirs) {
                Issue.record(
                    "\(name) \(String(a, radix: 16)) \(String(b, radix: 16)) \(String(c, radix: 16)): \(String(ours, radix: 16))"
                )
                return
            }
        }
    }

    @Test func singlesEqualTheHosts() {
        var generator = SeededGenerator(seed: Budget.seed)
        for _ in 0..<Budget.cases(1_000_000) {
            let (a, b, c) = (
                Self.narrow(Self.operand(&generator)), Self.narrow(Self.operand(&generator)),
                Self.narrow(Self.operand(&generator))
            )
            func host(_ bits: UInt64) -> Float { Float(bitPattern: UInt32(truncatingIfNeeded: bits)) }
            let (x, y, z) = (host(a), host(b), host(c))
            var flags: FloatFlags = []
            typealias S = SoftFloat<SingleFormat>
            let pairs: [(String, UInt64, Float)] = [
                ("add", S.add(a, b, .nearestEven, &flags), x + y),
                ("subtract", S.subtract(a, b, .nearestEven, &flags), x - y),
                ("multiply", S.multiply(a, b, .nearestEven, &flags), x * y),
                ("divide", S.divide(a, b, .nearestEven, &flags), x / y),
                ("squareRoot", S.squareRoot(a, .nearestEven, &flags), x.squareRoot()),
                ("fuse", S.fusedMultiplyAdd(a, b, c, .nearestEven, &flags), z.addingProduct(x, y)),
            ]
            for (name, ours, theirs) in pairs where !Self.same(ours, theirs) {
                Issue.record(
                    "\(name) \(String(a, radix: 16)) \(String(b, radix: 16)) \(String(c, radix: 16)): \(String(ours, radix: 16))"
                )
                return
            }
        }
    }

    /// A sum or product is exact when the error that the host can compute without rounding is zero.
    @Test func inexactIsExact() {
        var generator = SeededGenerator(seed: Budget.seed)
        for _ in 0..<Budget.cases(500_000) {
            let a = UInt64.random(in: 0x3f0...0x40f, using: &generator) << 52 | generator.next() >> 12 & ~0x3ff_ffff
            let b = UInt64.random(in: 0x3f0...0x40f, using: &generator) << 52 | generator.next() >> 12 & ~0x3ff_ffff
            let (x, y) = (Double(bitPattern: a), Double(bitPattern: b))
            typealias D = SoftFloat<DoubleFormat>
            var flags: FloatFlags = []
            _ = D.add(a, b, .nearestEven, &flags)
            let sum = x + y
            let tail = sum - x
            #expect(flags.contains(.inexact) == ((x - (sum - tail)) + (y - tail) != 0))
            flags = []
            _ = D.divide(a, b, .nearestEven, &flags)
            #expect(flags.contains(.inexact) == ((-x).addingProduct(x / y, y) != 0))
            flags = []
            _ = D.squareRoot(a, .nearestEven, &flags)
            #expect(flags.contains(.inexact) == ((-x).addingProduct(x.squareRoot(), x.squareRoot()) != 0))
        }
    }
}
