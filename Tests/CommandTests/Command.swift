// Runs the built program and takes its words: exit code, standard output, standard error.

import Foundation
import Synchronization
import Testing

/// What a run of the program left.
struct CommandResult {
    /// The exit code; the negative number of the signal that ended it.
    let code: Int32
    let output: String
    let error: String
}

/// The program beside the tests, as `./shmcheck` builds it.
enum Command {
    static let program = packageFolder.appending(path: ".build/release/shmcheck")

    /// Replays build variants of the guest, with the toolchain that is found there.
    static let searchPath = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"

    /// Runs the program; a run that takes too long is ended and fails by its code.
    ///
    /// - Parameters:
    ///   - arguments: the command line.
    ///   - folder: the working directory.
    ///   - output: where standard output goes; read back when it is a plain file.
    ///   - seconds: how long it may take.
    static func run(
        _ arguments: [String], in folder: URL, output: URL? = nil, seconds: Int = 60
    ) throws -> CommandResult {
        let scratch = try TemporaryFolder()
        let outputFile = output ?? scratch.url.appending(path: "output")
        let errorFile = scratch.url.appending(path: "error")
        for file in [outputFile, errorFile] where !FileManager.default.fileExists(atPath: file.path()) {
            #expect(FileManager.default.createFile(atPath: file.path(), contents: nil))
        }
        let process = Process()
        process.executableURL = program
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.environment = ["COLUMNS": "120", "NO_COLOR": "1", "LANG": "C.UTF-8", "PATH": searchPath]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: outputFile)
        process.standardError = try FileHandle(forWritingTo: errorFile)
        try process.run()
        let pid = process.processIdentifier
        let watchdog = DispatchWorkItem { kill(pid, SIGKILL) }
        DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(seconds), execute: watchdog)
        process.waitUntilExit()
        watchdog.cancel()
        let code = process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
        return CommandResult(
            code: code, output: output == nil ? try text(outputFile) : "", error: try text(errorFile))
    }

    /// Runs a script of the shell; `$0` is the program. What it prints, both streams together.
    static func shell(_ script: String, in folder: URL, _ environment: [String: String] = [:]) throws -> String {
        let scratch = try TemporaryFolder()
        let file = scratch.url.appending(path: "output")
        #expect(FileManager.default.createFile(atPath: file.path(), contents: nil))
        let process = Process()
        process.executableURL = URL(filePath: "/bin/bash")
        process.arguments = ["-c", script, program.path()]
        process.currentDirectoryURL = folder
        let fixed = ["COLUMNS": "120", "NO_COLOR": "1", "LANG": "C.UTF-8", "PATH": searchPath]
        process.environment = fixed.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        // One handle: two would write over each other.
        let handle = try FileHandle(forWritingTo: file)
        process.standardOutput = handle
        process.standardError = handle
        try process.run()
        let pid = process.processIdentifier
        let watchdog = DispatchWorkItem { kill(pid, SIGKILL) }
        DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(120), execute: watchdog)
        process.waitUntilExit()
        watchdog.cancel()
        return try text(file)
    }

    private static func text(_ file: URL) throws -> String {
        String(decoding: try Data(contentsOf: file), as: UTF8.self)
    }
}

/// A folder that goes when the tests end.
///
/// Not sooner: the last that a test uses of it may be its URL, before what runs in it has begun.
final class TemporaryFolder: Sendable {
    let url: URL
    private static let all = Mutex<[URL]>([])
    private static let cleaning: Void = {
        atexit { for url in TemporaryFolder.all.withLock({ $0 }) { try? FileManager.default.removeItem(at: url) } }
    }()

    init() throws {
        _ = Self.cleaning
        let url = FileManager.default.temporaryDirectory.appending(path: "shmcheck-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        Self.all.withLock { $0.append(url) }
        self.url = url
    }

    func write(_ name: String, _ bytes: [UInt8]) throws {
        let file = url.appending(path: name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: file)
    }
}
