// Replay through the product, on the real guest: verdicts, exit codes, and what bad input is told.

import Foundation
import Testing

/// The root of the repository.
let replayRoot = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

/// A run of the product.
struct ProductRun {
    let code: Int32
    let output: String
    let error: String

    /// Runs `.build/release/shmcheck`, for ten minutes at most: variants of the guest may have to be built.
    init(_ arguments: [String], in folder: URL = replayRoot, home: URL? = nil) throws {
        let process = Process()
        process.executableURL = replayRoot.appending(path: ".build/release/shmcheck")
        process.arguments = arguments
        process.currentDirectoryURL = folder
        if let home {
            process.environment = ProcessInfo.processInfo.environment.merging(["SHMCHECK_HOME": home.path()]) { $1 }
        }
        let (output, error) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = error
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let pid = process.processIdentifier
        let watchdog = DispatchWorkItem { kill(pid, SIGKILL) }
        DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(600), execute: watchdog)
        let text = output.fileHandleForReading.readDataToEndOfFile()
        let complaints = error.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        watchdog.cancel()
        code = process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
        self.output = String(decoding: text, as: UTF8.self)
        self.error = String(decoding: complaints, as: UTF8.self)
    }
}

/// A folder with the trace of Q1, made by the product once for all tests.
enum QueueTrace {
    static let folder = FileManager.default.temporaryDirectory.appending(path: "shmcheck-replay-\(UUID().uuidString)")
    static let path = folder.appending(path: "queue/Q1/no_lost_request.itf.json")

    /// The check that made it, with its replay.
    static let check = Result {
        try ProductRun([
            "check", "Specs/queue.spec", "--fault", "Q1", "--replay-on-violation", "--out-dir", folder.path(),
        ])
    }

    /// The trace's text.
    static func text() throws -> String {
        _ = try check.get()
        return try String(contentsOf: path, encoding: .utf8)
    }

    /// Writes a file beside it.
    static func write(_ name: String, _ text: String) throws -> String {
        _ = try check.get()
        let file = folder.appending(path: name)
        try text.write(to: file, atomically: true, encoding: .utf8)
        return file.path()
    }
}

@Suite("shmcheck replay", .serialized)
struct ReplayCommandTests {
    @Test func aViolationIsReproducedAtOnceWithTheLineOfTheKernel() throws {
        let run = try QueueTrace.check.get()
        #expect(run.code == 12)
        #expect(run.output.contains("REPRODUCED (no_lost_request in 8 steps"))
        #expect(run.output.contains("kernel: shmem_queue_insert, Kernel/RequestQueue.swift:"))
    }

    @Test func theSameTraceDivergesWhereTheHealthyKernelIsRight() throws {
        _ = try QueueTrace.check.get()
        let run = try ProductRun([
            "replay", QueueTrace.path.path(), "--kernel", "guest:healthy", "--format", "json",
        ])
        #expect(run.code == 20)
        let document = try #require(
            try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
        #expect(document["verdict"] as? String == "diverged")
        #expect(document["step"] as? Int == 5)
        #expect(document["exit"] as? Int == 20)
        let finding = try #require(document["finding"] as? [String: Any])
        let message = try #require(finding["message"] as? String)
        #expect(message.contains("sleeps in the kernel") && message.contains("goes on to insert.put"))
    }

    @Test func aReplayGivesTheSameBytesEachTime() throws {
        _ = try QueueTrace.check.get()
        let runs = try (0..<2).map { _ in
            try ProductRun(["replay", QueueTrace.path.path(), "--format", "json"])
        }
        #expect(runs[0].code == 0 && runs[0].output == runs[1].output)
    }

    @Test func modelAndHealthyKernelAgreeOnRandomWalks() throws {
        let run = try ProductRun(["replay", "--walk", "40", "--seed", "0x5eed", "Specs/queue.spec"])
        #expect(run.code == 0)
        #expect(run.output.contains("AGREED: model and kernel had the same state after every step"))
    }

    @Test func aWalkFindsTheFaultOfAVariant() throws {
        let run = try ProductRun(["replay", "--walk", "200", "--kernel", "guest:Q1", "Specs/queue.spec"])
        #expect(run.code == 20)
        #expect(run.output.contains("DIVERGED at step"))
        // Each kind of divergence is looked for.
        #expect(run.output.contains("walked guest:Q1.REQUEST_SLOTS=3: 200 walks"))
        #expect(run.output.contains("each as short as it could be made"))
    }

    @Test func aTraceOfAnOlderSpecIsRefusedWithTheReason() throws {
        let spec = try String(contentsOf: replayRoot.appending(path: "Specs/queue.spec"), encoding: .utf8)
        _ = try QueueTrace.write("old.spec", spec)
        let check = try ProductRun(["check", "old.spec", "--fault", "Q1"], in: QueueTrace.folder)
        #expect(check.code == 12)
        let trace = "shmcheck-out/old/Q1/no_lost_request.itf.json"
        _ = try QueueTrace.write("old.spec", spec.replacingOccurrences(of: "ROUNDS = 2", with: "ROUNDS = 3"))
        let constants = try ProductRun(["replay", trace], in: QueueTrace.folder)
        #expect(constants.code == 21 && constants.error.contains("ROUNDS was 2, and is 3"))
        _ = try QueueTrace.write("old.spec", spec.replacingOccurrences(of: "  put:\n", with: ""))
        let steps = try ProductRun(["replay", trace], in: QueueTrace.folder)
        #expect(steps.code == 21 && steps.error.contains("another spec, or of an older version"))
    }

    @Test func aKernelWithOtherConstantsIsRefused() throws {
        _ = try QueueTrace.check.get()
        // The healthy guest as it is built without settings has 16 slots.
        let build = Process()
        build.executableURL = URL(fileURLWithPath: "/bin/sh")
        build.arguments = [replayRoot.appending(path: "Guest/build.sh").path()]
        try build.run()
        build.waitUntilExit()
        #expect(build.terminationStatus == 0)
        let kernel = replayRoot.appending(path: ".build/guest/healthy/kernel").path()
        let run = try ProductRun(["replay", QueueTrace.path.path(), "--kernel", kernel])
        #expect(run.code == 21)
        #expect(run.error.contains("SLOTS is 3 in the trace, REQUEST_SLOTS is 16"))
    }

    @Test(arguments: [
        ("nothing", "", "not JSON"),
        ("text", "hello", "not JSON"),
        ("other.json", "{\"states\": 1}", "not a trace in the Informal Trace Format"),
        ("foreign.itf.json", "{\"#meta\": {\"format\": \"ITF\"}, \"states\": [{}]}", "another tool"),
    ]) func whatIsNoTraceIsTold(name: String, text: String, words: String) throws {
        let path = try QueueTrace.write(name, text)
        let run = try ProductRun(["replay", path])
        #expect(run.code == 21 && run.error.contains(words), "\(run.error)")
    }

    @Test func anEditedTraceIsRefused() throws {
        let text = try QueueTrace.text().replacingOccurrences(of: "\"8192\"", with: "\"8193\"")
        let path = try QueueTrace.write("edited.itf.json", text)
        let run = try ProductRun(["replay", path])
        #expect(run.code == 21 && run.error.contains("at step 2 no step insert.put"), "\(run.error)")
    }

    @Test func whatIsNoKernelIsTold() throws {
        _ = try QueueTrace.check.get()
        let text = try ProductRun(["replay", QueueTrace.path.path(), "--kernel", "README.md"])
        #expect(text.code != 0 && text.error.contains("README.md"))
        let none = try ProductRun(["replay", QueueTrace.path.path(), "--kernel", "/nowhere/kernel"])
        #expect(none.code == 74)
        let variant = try ProductRun(["replay", QueueTrace.path.path(), "--kernel", "guest:Q99"])
        #expect(variant.code == 69 && variant.error.contains("Q99"))
    }
}
