// `shmcheck prove` as a user meets it: what is shown, what is refuted, and the exit codes.

import Foundation
import Testing

@Suite struct ProveCommandTests {
    private func prove(_ text: String, _ options: [String] = []) throws -> CommandResult {
        let folder = try TemporaryFolder()
        try folder.write("s.spec", Array((text + "\n").utf8))
        return try Command.run(["prove", "s.spec"] + options, in: folder.url)
    }

    /// Every step makes it true, and the first state breaks it: induction alone would not see that.
    @Test(arguments: [[], ["--engine", "induction"], ["--engine", "chc"]])
    func theFirstStateIsLookedAt(options: [String]) throws {
        let result = try prove(
            """
            spec First
            shared var x: int in 0..<4
            process p { x = 1 }
            invariant one: x == 1
            """, options)
        #expect(result.output.contains("one: VIOLATED"), "\(result.output)\(result.error)")
        #expect(result.code == 12)
    }

    /// The state before the bad one is not reached, which one step of induction does not know.
    @Test func twoStepsShowWhatOneDoesNot() throws {
        let text = """
            spec Two
            shared var x: int in 0..<8
            process p {
                loop {
                    if x == 5 { x = 6 } else { if x < 4 { x = (x + 2) % 4 } }
                }
            }
            invariant not_six: x != 6
            invariant small: x < 4
            """
        let result = try prove(text)
        #expect(result.code == 0, "\(result.output)\(result.error)")
        #expect(!result.output.contains("VIOLATED") && !result.output.contains("UNKNOWN"))
        let broken = try prove(text.replacing("% 4 }", with: "% 7 }"))
        #expect(broken.code == 12, "\(broken.output)")
        #expect(broken.output.contains("small: VIOLATED"))
    }

    @Test func aMillisecondShowsNothingThatIsFalse() throws {
        let text = """
            spec Product
            shared var x: u32 = 3
            shared var y: u32 = 5
            process p { loop { x = x &* y } }
            invariant never: x &* x != 81
            """
        let result = try prove(text, ["--smt-timeout", "1ms", "--time", "5s"])
        #expect([5, 12].contains(result.code), "\(result.output)\(result.error)")
    }

    /// Proofs are about each value of a constant that is `any`, and name the first that stands against them.
    @Test func openConstantsHaveEveryValue() throws {
        let text = """
            spec Sizes
            const SLOTS: int in 1...5 = any
            const LIMIT: int in 3...4 = any
            shared var used: int in 0...8
            process p { loop { atomic { if used < SLOTS { used = used + 1 } } } }
            invariant fits: used <= SLOTS
            invariant small: used <= LIMIT
            invariant zero: used == 0
            prove below(x: u8) where x < SLOTS { x < 5 }
            prove tiny(x: u8) where x < SLOTS { x < 4 }
            check one(SLOTS: 2, LIMIT: 3) expect violated zero
            """
        let result = try prove(text)
        #expect(result.code == 10, "\(result.output)\(result.error)")
        #expect(result.output.contains("for every SLOTS in 1...5, LIMIT in 3...4"), "\(result.output)")
        #expect(result.output.contains("fits: INDUCTIVE"), "\(result.output)")
        #expect(result.output.contains("small: VIOLATED for SLOTS=4 LIMIT=3 in 4 steps"), "\(result.output)")
        #expect(result.output.contains("zero: VIOLATED for SLOTS=1 LIMIT=3 in 1 step"), "\(result.output)")
        #expect(result.output.contains("below: HOLDS"), "\(result.output)")
        #expect(result.output.contains("tiny: VIOLATED for SLOTS=5 LIMIT=3"), "\(result.output)")
        let fixed = try prove(text, ["-D", "SLOTS=3", "-D", "LIMIT=3", "--invariant", "small"])
        #expect(fixed.code == 0 && !fixed.output.contains("for every"), "\(fixed.output)\(fixed.error)")
        let document = try prove(text, ["--format", "json", "--invariant", "small"])
        #expect(document.output.contains("\"size\": \"SLOTS=4 LIMIT=3\""), "\(document.output)")
        // What is wrong at one size ends the proof, and says at which.
        let wrong = try prove(text.replacing("0...8", with: "0...(12 / (3 - SLOTS))"))
        #expect(wrong.code == 2 && wrong.error.contains("for SLOTS=3 LIMIT=3"), "\(wrong.code) \(wrong.error)")
        let many = try prove(text.replacing("1...5", with: "1...5001"))
        #expect(many.error.contains("more than 10000 sizes"), "\(many.error)")
        let endless = try prove(text.replacing("int in 1...5", with: "int"))
        #expect(endless.error.contains("`any` of a constant needs a type with few values"), "\(endless.error)")
    }

    @Test func anUnknownInvariantEndsWith64() throws {
        let result = try prove("spec S\nshared var x: int in 0..<2\nprocess p { x = 1 }", ["--invariant", "none"])
        #expect(result.code == 64, "\(result.output)\(result.error)")
    }
}
