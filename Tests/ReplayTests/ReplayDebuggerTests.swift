// `replay --gdb` and `why --kernel`, through the product, with Debian's gdb-multiarch.

import Foundation
import Testing

@Suite("replay with a debugger", .serialized)
struct ReplayDebuggerTests {
    /// What gdb prints for commands on the replay of Q1, or nil when there is no gdb.
    private func session(_ commands: [String]) throws -> String? {
        let gdb = "/usr/bin/gdb-multiarch"
        guard FileManager.default.isExecutableFile(atPath: gdb) else {
            #expect(ProcessInfo.processInfo.environment["CI"] != "true", "gdb-multiarch is needed")
            return nil
        }
        _ = try QueueTrace.check.get()
        let server = Process()
        server.executableURL = replayRoot.appending(path: ".build/release/shmcheck")
        server.arguments = ["replay", QueueTrace.path.path(), "--gdb", "0"]
        server.currentDirectoryURL = replayRoot
        let errors = Pipe()
        (server.standardError, server.standardOutput) = (errors, FileHandle.nullDevice)
        try server.run()
        defer {
            if server.isRunning { kill(server.processIdentifier, SIGKILL) }
            server.waitUntilExit()
        }
        var text = ""
        while !text.contains("localhost:"), case let chunk = errors.fileHandleForReading.availableData, !chunk.isEmpty {
            text += String(decoding: chunk, as: UTF8.self)
        }
        let port = try #require(text.split(separator: ":").last?.prefix { $0.isNumber }, "\(text)")
        #expect(text.contains("REPRODUCED (no_lost_request in 8 steps"))
        let all = ["set pagination off", "set confirm off", "target remote localhost:\(port)"] + commands
        let client = Process()
        client.executableURL = URL(fileURLWithPath: "/usr/bin/timeout")
        client.arguments =
            ["-s", "KILL", "60", gdb, "-nx", "-batch"] + all.flatMap { ["-ex", $0] }
            + [replayRoot.appending(path: ".build/guest/Q1.REQUEST_SLOTS=3/kernel").path()]
        let output = Pipe()
        (client.standardOutput, client.standardError) = (output, output)
        try client.run()
        let result = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        client.waitUntilExit()
        return result
    }

    /// Expects pieces of text in this order.
    private func expect(_ output: String?, _ pieces: [String]) {
        guard let output else { return }
        var rest = output[...]
        for piece in pieces {
            guard let place = rest.range(of: piece) else {
                Issue.record("gdb did not print \(piece) after what came before:\n\(output)")
                return
            }
            rest = rest[place.upperBound...]
        }
    }

    @Test func itStopsAtAnyStepAndTellsWhoIsThere() throws {
        let output = try session([
            "monitor step 8", "maintenance flush register-cache", "info threads", "monitor model", "monitor step",
            "monitor steps",
        ])
        expect(
            output,
            [
                "before step 8  client#2 insert.put", "client#2 step 8/8 insert.put", "queue.read = 0",
                "step 8  client#2 insert.put", "step 1  client#1 insert.acquire", "> step 8",
            ])
    }

    @Test func itGoesOnAndBackFromStepToStep() throws {
        let output = try session([
            "monitor step 3", "maintenance flush register-cache", "continue", "monitor step", "reverse-continue",
            "monitor step", "stepi", "reverse-stepi", "monitor step", "reverse-continue", "reverse-continue",
            "reverse-continue", "reverse-continue",
        ])
        expect(output, ["before step 3", "step 4  ", "step 3  ", "step 3  ", "No more reverse-execution history"])
    }

    @Test func aBreakpointStopsInTheKernelBeforeTheStep() throws {
        let output = try session(["break shmem_queue_insert", "continue", "backtrace 1", "monitor step"])
        expect(output, ["Breakpoint 1", "shmem_queue_insert"])
    }

    @Test func theLastWriterIsTold() throws {
        let output = try session([
            "monitor step 6", "maintenance flush register-cache", "monitor why queue.write", "monitor why queue.wrote",
        ])
        expect(
            output,
            [
                "queue.write is shmem_queue.write_idx: last stored by hart", "shmem_queue_insert", "bound to no memory",
                "queue.write",
            ])
    }

    @Test func whyTellsModelAndMachine() throws {
        _ = try QueueTrace.check.get()
        let run = try ProductRun(["why", QueueTrace.path.path(), "8", "queue.write", "--kernel", "guest"])
        #expect(run.code == 0, "\(run.error)")
        #expect(run.output.contains("queue.write is 1 after step 8"))
        #expect(run.output.contains("on guest:Q1.REQUEST_SLOTS=3, REPRODUCED"))
        #expect(run.output.contains("last stored by hart"))
        #expect(run.output.contains("in step 8, client#2 insert.put"), "\(run.output)")
    }
}
