// Builds of the guest: the healthy one, and the variants with one known fault, through the script that users call.
import Emu
import Foundation
import Testing

/// The root of the repository.
let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

/// What a test run is asked to do, by its environment.
enum Budget {
    /// True in the quick subset.
    static let isQuick = ProcessInfo.processInfo.environment["SHMCHECK_QUICK"] == "1"
    /// True where a missing tool is a failure.
    static let requiresTools = ProcessInfo.processInfo.environment["CI"] == "true"
    /// The first seed of random schedules.
    static let seed: UInt64 = {
        let text = ProcessInfo.processInfo.environment["SHMCHECK_SEED"] ?? "0x5eed"
        return UInt64(text.hasPrefix("0x") ? String(text.dropFirst(2)) : text, radix: 16) ?? 0x5eed
    }()
    /// How many random schedules: SHMCHECK_RUNS, or a few.
    static let runs = Int(ProcessInfo.processInfo.environment["SHMCHECK_RUNS"] ?? "") ?? (isQuick ? 1 : 2)
}

/// A folder with a kernel and its programs.
struct GuestBuild {
    let folder: URL

    /// Builds it, unless it is there and up to date.
    ///
    /// - Parameter arguments: of `Guest/build.sh`.
    init(_ arguments: String...) throws {
        let name = arguments.isEmpty ? "healthy" : arguments.filter { !$0.hasPrefix("--") }.joined(separator: ".")
        folder = root.appendingPathComponent(".build/guest/\(name)")
        let script = root.appendingPathComponent("Guest/build.sh").path
        let run = try Command.run("/bin/sh", [script, "--output", folder.path] + arguments)
        try #require(run.status == 0, "Guest/build.sh \(arguments.joined(separator: " ")): \(run.output)")
    }

    var kernel: [UInt8] {
        get throws { [UInt8](try Data(contentsOf: folder.appendingPathComponent("kernel"))) }
    }

    var programs: [URL] {
        get throws {
            try FileManager.default.contentsOfDirectory(
                at: folder.appendingPathComponent("user"), includingPropertiesForKeys: nil)
        }
    }
}

/// A program of the host.
enum Command {
    /// Runs it to its end; the status and all that it printed.
    static func run(_ path: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: bytes, as: UTF8.self))
    }
}
