// usertests on the healthy guest: every fault id and every rule of the system calls.
import Emu
import Testing

@Suite(.serialized) struct UsertestsTests {
    /// The ids of all patches have a test of their name, so ALL PASSED means each of them.
    static let count = 79

    private func expectAllPassed(_ transcript: Transcript) {
        #expect(transcript.hasPassed && transcript.text.contains("ALL PASSED: \(Self.count)"), "\(transcript.text)")
    }

    @Test(arguments: [1, 3]) func allPassOnTheMachine(harts: Int) throws {
        expectAllPassed(try Conversation(lines: ["usertests"]).play(on: try GuestBuild(), harts: harts))
    }

    @Test(arguments: [1, 3]) func allPassOnQEMU(harts: Int) throws {
        let conversation = Conversation(lines: ["usertests"])
        guard let transcript = try conversation.playOnQEMU(try GuestBuild(), harts: harts, seconds: 300) else { return }
        expectAllPassed(transcript)
    }

    /// SHMCHECK_RUNS says how many, SHMCHECK_SEED where they begin.
    @Test func allPassUnderRandomSchedules() throws {
        let build = try GuestBuild()
        for run in 0..<UInt64(Budget.runs) {
            let schedule = Schedule.random(seed: Budget.seed + run, longest: [1000, 200, 20_000][Int(run % 3)])
            let transcript = try Conversation(lines: ["usertests"]).play(
                on: build, harts: run % 2 == 0 ? 3 : 1, schedule: schedule)
            #expect(
                transcript.hasPassed && transcript.text.contains("ALL PASSED: \(Self.count)"),
                "\(schedule): \(transcript.text)")
        }
    }
}
