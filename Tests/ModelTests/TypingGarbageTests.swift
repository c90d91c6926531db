// Specs with random words taken away, doubled or exchanged: typing and lowering find mistakes, and never crash.
import Model
import Testing

@Suite struct TypingGarbageTests {
    private struct Generator: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ state >> 29
        }
    }

    static let paths =
        ["Specs/queue.spec", "Specs/tlb.spec", "Specs/prime.spec"]
        + ["condition", "ring", "sleeplock", "spinlock"].map { "Specs/library/\($0).spec" }

    /// Numbers that are at the edge of something, and words that mean much.
    static let spices = [
        "0", "1", "65536", "18446744073709551615", "9223372036854775808", "-1", "nil", "self", "true", "(", ")", "{",
        "}", "[", "]", "<<", "&<<", "/", "%", "*", "?", "!", "...", "..<", "u8", "i64", "int", "pid", "spinlock", "any",
        "old(1)", "choose", "all", "atomic", "loop", "private", "symmetric", "starts", "inout",
    ]

    @Test(arguments: paths) func neverCrashes(path: String) throws {
        let source = SourceFile(path: path, bytes: try #require(readFile(path)))
        let words = Self.words(of: source.bytes)
        var (random, typed) = (Generator(state: 2026), 0)
        for _ in 0..<150 {
            var bytes = source.bytes
            for _ in 0...Int.random(in: 0..<2, using: &random) {
                let word = words[Int.random(in: 0..<(words.count - 1), using: &random)]
                let other = words[Int.random(in: 0..<(words.count - 1), using: &random)]
                guard word.upperBound <= bytes.count else { continue }
                let spice = Self.spices.randomElement(using: &random) ?? ""
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes.removeSubrange(word)
                case 1: bytes.insert(contentsOf: source.bytes[other] + [32], at: word.lowerBound)
                case 2: bytes.replaceSubrange(word, with: source.bytes[other])
                default: bytes.replaceSubrange(word, with: spice.utf8)
                }
            }
            if isTyped(SourceFile(path: path, bytes: bytes)) { typed += 1 }
        }
        // Some changes must get past the parser, or nothing but the parser is tried.
        #expect(typed > 5)
    }

    /// Runs of letters and digits, and every other visible byte.
    private static func words(of bytes: [UInt8]) -> [Range<Int>] {
        var words: [Range<Int>] = []
        for (offset, byte) in bytes.enumerated() where byte > 32 {
            let isLetter = (48...57).contains(byte) || (97...122).contains(byte | 32) || byte == 95
            if isLetter, let last = words.last, last.upperBound == offset, bytes[last.lowerBound] >= 48 {
                words[words.count - 1] = last.lowerBound..<(offset + 1)
            } else {
                words.append(offset..<(offset + 1))
            }
        }
        return words
    }

    /// Whether the text came as far as typing.
    private func isTyped(_ source: SourceFile) -> Bool {
        let diagnostics = Diagnostics()
        var loader = SpecLoader(diagnostics: diagnostics, read: { readFile($0) })
        guard let loaded = loader.load(source), !diagnostics.hasErrors else { return false }
        if let model = typeCheck(loaded.items, settings: [], diagnostics: diagnostics) {
            reportSuspicions(of: model, in: source, diagnostics: diagnostics)
            _ = lower(model, options: LoweringOptions(), diagnostics: diagnostics)
        }
        #expect(DiagnosticRenderer().render(diagnostics.all).isEmpty == diagnostics.all.isEmpty)
        return true
    }
}
