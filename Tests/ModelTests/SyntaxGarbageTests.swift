// Random inputs: bytes, tokens in any order, and the worked example with a few bytes changed. None may crash.
import Model
import Testing

@Suite struct SyntaxGarbageTests {
    /// Printed by a failing test; `SplitMix64` gives the same inputs for it.
    static let seed: UInt64 = 0x5EED

    @Test func randomBytesNeverCrash() {
        var random = SplitMix64(state: Self.seed)
        for round in 0..<300 {
            let count = Int(random.next() % 400)
            let parsed = Parsed(bytes: (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) })
            #expect(parsed.diagnostics.isEmpty == false, "seed \(Self.seed), round \(round)")
            checkRanges(parsed, "seed \(Self.seed), round \(round)")
        }
    }

    @Test func randomTextNeverCrashes() {
        var random = SplitMix64(state: Self.seed)
        for round in 0..<300 {
            let bytes = (0..<Int(random.next() % 400)).map { _ in UInt8(random.next() % 95 + 32) }
            checkRanges(Parsed(bytes: Array("spec T\n".utf8) + bytes), "seed \(Self.seed), round \(round)")
        }
    }

    @Test func randomTokensNeverCrash() {
        let words = [
            "func", "f", "(", ")", "{", "}", "[", "]", "<", ">", ",", ":", "=", "\n", "\n", "if", "else", "let", "x",
            "1", "+",
            "-", "?", ".", "all", "in", "where", "process", "shared", "struct", "fault", "\"s\"", "expect", "kernel",
            "state",
            "seq", "max", "int", "0", "..<", "choose", "either", "or", "guard", "check", "invariant", "loop", "fair",
            "when",
            "const", "action", "implies", "~>", "leadsto", "ghost", "var", "==", "&", "unless", "via", ";", "!", "for",
            ">>",
        ]
        var random = SplitMix64(state: Self.seed)
        for round in 0..<1500 {
            let text = (0..<Int(random.next() % 60)).map { _ in words[Int(random.next() % UInt64(words.count))] }
            checkRanges(Parsed(items: text.joined(separator: " ")), "seed \(Self.seed), round \(round)")
        }
    }

    @Test func theWorkedExampleSurvivesEveryCutAndSmallChange() {
        let bytes = Array(workedExample.utf8)
        for cut in stride(from: 0, to: bytes.count, by: 7) {
            checkRanges(Parsed(bytes: Array(bytes[..<cut])), "cut at \(cut)")
        }
        var random = SplitMix64(state: Self.seed)
        for round in 0..<300 {
            var changed = bytes
            for _ in 0...Int(random.next() % 3) {
                let place = Int(random.next() % UInt64(changed.count))
                switch random.next() % 3 {
                case 0: changed.remove(at: place)
                case 1: changed.insert(bytes[Int(random.next() % UInt64(bytes.count))], at: place)
                default: changed[place] = UInt8(random.next() % 95 + 32)
                }
            }
            let parsed = Parsed(bytes: changed)
            checkRanges(parsed, "seed \(Self.seed), round \(round)")
            #expect(parsed.diagnostics.count <= 20, "seed \(Self.seed), round \(round): a cascade")
        }
    }

    private func checkRanges(_ parsed: Parsed, _ context: String) {
        for diagnostic in parsed.diagnostics {
            let range = diagnostic.range
            let isInside = range.start >= 0 && range.start <= range.end && range.end <= range.file.bytes.count
            #expect(isInside, "\(context): \(diagnostic.code) at \(range.start)..<\(range.end)")
        }
        #expect(parsed.diagnostics.count <= 2 * (Parser.errorLimit + 1), "\(context)")
    }
}

/// A small generator of random numbers (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014).
struct SplitMix64 {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}
