// `shmcheck bind`: every shipped spec against the guest, and kernels that cannot be bound.

import Foundation
import Testing

@Suite struct BindTests {
    private static let isQuick = ProcessInfo.processInfo.environment["SHMCHECK_QUICK"] == "1"

    /// All of them in the full run: each has a variant of the guest built.
    private static let specs = isQuick ? ["queue"] : ["queue", "crypto", "prime", "forkexec", "map", "tlb"]

    @Test(arguments: specs)
    func everyLineOfAShippedSpecIsBoundToTheGuest(name: String) throws {
        let run = try Command.run(["bind", "Specs/\(name).spec"], in: packageFolder, seconds: 600)
        #expect(run.code == 0, "\(run.output)\(run.error)")
        #expect(run.output.hasSuffix("lines are bound\n") && !run.output.contains("✗"), "\(run.output)")
    }

    @Test func aKernelThatDisagreesIsToldApart() throws {
        // The guest with another size than the spec has.
        let build = try Command.run(["bind", "Specs/queue.spec", "-D", "SLOTS=3"], in: packageFolder, seconds: 600)
        #expect(build.code == 0)
        let kernel = packageFolder.appending(path: ".build/guest/healthy.REQUEST_SLOTS=3/kernel").path
        let other = try Command.run(
            ["bind", "Specs/queue.spec", "-D", "SLOTS=5", "--kernel", kernel], in: packageFolder)
        #expect(other.code == 21)
        #expect(other.output.contains("DISAGREES: the spec says 5, the kernel has 3"))
        #expect(other.output.contains("DISAGREES: the spec has 5 elements, the kernel's shmem_queue.requests[] has 3"))
        let document = try Command.run(
            ["bind", "Specs/queue.spec", "-D", "SLOTS=5", "--kernel", kernel, "--format", "json"], in: packageFolder)
        #expect(document.code == 21)
        let parsed = try JSONSerialization.jsonObject(with: Data(document.output.utf8)) as? [String: Any]
        #expect(parsed?["exit"] as? Int == 21)
        let lines = try #require(parsed?["lines"] as? [[String: Any]])
        #expect(lines.count == 10 && lines.filter { $0["agrees"] as? Bool == false }.count == 2)
        #expect(lines.contains { $0["place"] as? String == "queue.read" && $0["type"] as? String == "int32_t" })
    }

    /// What is wrong, and how it ends.
    private static let failures: [(arguments: [String], code: Int32, message: String)] = [
        (["Specs/queue.spec", "--kernel", "nowhere"], 74, "nowhere"),
        (["Specs/queue.spec", "--kernel", "README.md"], 74, "README.md: not an ELF file, or cut off"),
        (["Specs/queue.spec", "--kernel", "/proc/self/exe"], 74, "an ELF file for another machine, not RISC-V"),
        (["Specs/queue.spec", "--kernel", "guest:Q999"], 69, "the guest has no variant Q999"),
        (["Specs/queue.spec", "--fault", "Q999"], 64, "has no fault Q999"),
        (["Specs/library/ring.spec"], 21, "has no kernel block: there is nothing to bind"),
        (["Specs/rejected/unknown_name.spec"], 2, "error[unknown_name]"),
        (["nowhere.spec"], 74, "nowhere.spec"),
        (["Specs/queue.spec", "-D", "1=2"], 64, "-D takes NAME=VALUE"),
    ]

    @Test func whatCannotBeBoundSaysWhyAndEndsWithItsCode() throws {
        for failure in Self.failures {
            let run = try Command.run(["bind"] + failure.arguments, in: packageFolder)
            #expect(run.code == failure.code, "\(failure.arguments): \(run.code) \(run.error)")
            #expect(run.error.contains(failure.message), "\(failure.arguments): \(run.error)")
        }
    }
}
