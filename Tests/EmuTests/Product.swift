// The built command, run as a user runs it.
import Foundation
import Testing

/// `shmcheck` itself, from the folder it was built into beside these tests.
enum Product {
    static let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../.build/release/shmcheck").standardizedFileURL.path

    /// How a run ended.
    struct Ending {
        let output: String
        let error: String
        let status: Int32
        /// True when a signal ended it: a crash.
        let wasKilled: Bool
    }

    /// A run under way.
    final class Running {
        private let process: Process
        private let error: Pipe

        init(_ process: Process, _ error: Pipe) {
            self.process = process
            self.error = error
        }

        /// The next line that it writes to standard error.
        func errorLine() throws -> String {
            var bytes: [UInt8] = []
            while let byte = try error.fileHandleForReading.read(upToCount: 1)?.first, byte != 10 { bytes.append(byte) }
            return String(decoding: bytes, as: UTF8.self)
        }

        /// Ends it if it still runs.
        func end() {
            if process.isRunning { process.terminate() }
            process.waitUntilExit()
        }
    }

    private static func process(_ arguments: [String]) throws -> Process {
        try #require(
            FileManager.default.isExecutableFile(atPath: path), "build it first: swift build -c release, or ./test")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        return process
    }

    /// Starts it; its output goes nowhere.
    static func start(_ arguments: [String]) throws -> Running {
        let process = try process(arguments)
        let error = Pipe()
        process.standardError = error
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        return Running(process, error)
    }

    /// Runs it to its end; what it prints must fit into a pipe.
    static func run(_ arguments: [String], input: String? = nil) throws -> Ending {
        let process = try process(arguments)
        let (output, error, inlet) = (Pipe(), Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = error
        if input != nil { process.standardInput = inlet }
        try process.run()
        if let input {
            inlet.fileHandleForWriting.write(Data(input.utf8))
            try inlet.fileHandleForWriting.close()
        }
        let printed = output.fileHandleForReading.readDataToEndOfFile()
        let complaint = error.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Ending(
            output: String(decoding: printed, as: UTF8.self), error: String(decoding: complaint, as: UTF8.self),
            status: process.terminationStatus, wasKilled: process.terminationReason == .uncaughtSignal)
    }
}
