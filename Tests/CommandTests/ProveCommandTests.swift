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

    @Test func anUnknownInvariantEndsWith64() throws {
        let result = try prove("spec S\nshared var x: int in 0..<2\nprocess p { x = 1 }", ["--invariant", "none"])
        #expect(result.code == 64, "\(result.output)\(result.error)")
    }
}
