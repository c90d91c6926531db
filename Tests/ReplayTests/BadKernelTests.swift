// Kernels that a replay cannot follow: each says what, where and what to do, and nothing hangs.

import Foundation
import Testing

@Suite("Kernels that a replay cannot follow", .serialized)
struct BadKernelTests {
    /// A trace of the queue, made by the product.
    static func trace() throws -> String {
        _ = try QueueTrace.check.get()
        return QueueTrace.path.path()
    }

    /// A file of the healthy guest with the trace's sizes, changed by a tool of the toolchain.
    static func kernel(_ option: String) throws -> String {
        let root = replayRoot.path()
        let build = try CProgram.run("/bin/sh", ["\(root)/Guest/build.sh", "--set", "REQUEST_SLOTS=3"])
        #expect(build.status == 0, "\(build.output)")
        let tool = try #require(CProgram.toolchain("llvm-objcopy"))
        let file = QueueTrace.folder.appending(path: "kernel\(option)").path()
        let healthy = "\(root)/.build/guest/healthy.REQUEST_SLOTS=3/kernel"
        #expect(try CProgram.run(tool, [option, healthy, file]).status == 0)
        return file
    }

    @Test(arguments: [
        (
            "--strip-all",
            "it is stripped: it has neither symbols nor debug information; build it with -g and do not strip it"
        ),
        ("--strip-debug", "it has symbols and no debug information: compile it with -g"),
    ]) func aKernelWithoutNamesIsRefused(option: String, words: String) throws {
        let trace = try Self.trace()
        let run = try ProductRun(["replay", trace, "--kernel", Self.kernel(option)])
        #expect(run.code == 21 && run.error.contains(words), "\(run.error)")
    }

    /// The trace on the guest of another folder, with one line of a file replaced.
    static func run(_ name: String, _ path: String, _ line: String, with other: String) throws -> ProductRun {
        let trace = try trace()
        let home = QueueTrace.folder.appending(path: name)
        try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
        try FileManager.default.copyItem(at: replayRoot.appending(path: "Guest"), to: home.appending(path: "Guest"))
        let file = home.appending(path: "Guest/Kernel/\(path)")
        let text = try String(contentsOf: file, encoding: .utf8)
        #expect(text.components(separatedBy: line).count == 2)
        try text.replacingOccurrences(of: line, with: other).write(to: file, atomically: true, encoding: .utf8)
        return try ProductRun(["replay", trace, "--kernel", "guest:healthy"], home: home)
    }

    @Test func aGuestThatPanicsBeforeTheFirstStepIsTold() throws {
        let line = "        userinit()\n"
        let panic = "        if load_acquire(started_word()) == 0 { panic(\"nothing to run\") }\n"
        let run = try Self.run("panic", "Boot.swift", line, with: panic + line)
        #expect(run.code == 21)
        #expect(run.error.contains("the kernel panics before the first step: nothing to run"), "\(run.error)")
    }

    /// Its insert goes round for ever before it stores.
    @Test func aStepThatNeverStopsEndsWithThePlace() throws {
        let line = "    let accepted = shmem_queue.serving != 0\n"
        let endless = "    while load_acquire(cpu_online(cpu_at(0))) != 0 {}\n"
        let run = try Self.run("loop", "RequestQueue.swift", line, with: endless + line)
        #expect(run.code == 20, "\(run.error)")
        #expect(run.output.contains("DIVERGED at step 1 "))
        #expect(run.output.contains("does not get there within 40000000 instructions: either it goes round in a loop"))
        #expect(run.output.contains("kernel: shmem_queue_insert, "))
    }
}
