// A conversation with the guest's console, on this project's machine and on QEMU.
import Emu
import Foundation
import Testing

/// What is typed, each time that a text has come.
struct Conversation {
    /// A text to wait for, and what is typed then.
    struct Step {
        let expected: String
        let typed: String
    }

    let steps: [Step]

    /// Waits for the shell's prompt before each line, and ends with `halt`.
    init(lines: [String]) {
        steps = (lines + ["halt"]).map { Step(expected: "$ ", typed: $0 + "\n") }
    }

    init(_ steps: [(String, String)]) {
        self.steps = steps.map { Step(expected: $0.0, typed: $0.1) }
    }
}

/// How a conversation went.
struct Transcript: Equatable {
    /// All that the guest printed.
    let text: String
    /// The guest ended itself with success.
    let hasPassed: Bool
}

extension Conversation {
    /// On the project's machine.
    ///
    /// - Parameter limit: instructions, all harts together.
    func play(
        on build: GuestBuild, harts: Int, schedule: Schedule = .roundRobin(quantum: 10_000),
        limit: UInt64 = 20_000_000_000
    ) throws -> Transcript {
        var configuration = Configuration()
        configuration.hartCount = harts
        configuration.schedule = schedule
        let machine = try Machine(configuration)
        try machine.load(kernel: try build.kernel)
        var text: [UInt8] = []
        var position = 0
        for step in steps {
            while true {
                if let end = Self.find(Array(step.expected.utf8), in: text, from: position) {
                    position = end
                    break
                }
                guard machine.clock < limit, machine.run(limit: 50_000) == .limit else {
                    text += machine.takeOutput()
                    return Transcript(text: String(decoding: text, as: UTF8.self), hasPassed: false)
                }
                text += machine.takeOutput()
            }
            machine.send(Array(step.typed.utf8))
        }
        var reason = StopReason.limit
        while reason == .limit && machine.clock < limit { reason = machine.run(limit: 1_000_000) }
        text += machine.takeOutput()
        return Transcript(text: String(decoding: text, as: UTF8.self), hasPassed: reason == .ended(.pass))
    }

    /// On QEMU; nil when it is not installed.
    func playOnQEMU(_ build: GuestBuild, harts: Int, seconds: Int = 120) throws -> Transcript? {
        let path = "/usr/bin/qemu-system-riscv64"
        guard FileManager.default.isExecutableFile(atPath: path) else {
            #expect(!Budget.requiresTools, "QEMU is needed")
            print("SKIPPED: QEMU is not installed")
            return nil
        }
        let process = Process()
        let (input, output) = (Pipe(), Pipe())
        process.executableURL = URL(fileURLWithPath: "/usr/bin/timeout")
        process.arguments = [
            "-s", "KILL", "\(seconds)", path, "-M", "virt", "-m", "128", "-smp", "\(harts)", "-bios", "none",
            "-nographic", "-serial", "stdio", "-monitor", "none", "-kernel",
            build.folder.appendingPathComponent("kernel").path,
        ]
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        defer { process.waitUntilExit() }
        var text: [UInt8] = []
        var position = 0
        for step in steps {
            while true {
                if let end = Self.find(Array(step.expected.utf8), in: text, from: position) {
                    position = end
                    break
                }
                let bytes = output.fileHandleForReading.availableData
                if bytes.isEmpty { return Transcript(text: String(decoding: text, as: UTF8.self), hasPassed: false) }
                text += bytes
            }
            try input.fileHandleForWriting.write(contentsOf: Data(step.typed.utf8))
        }
        text += output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Transcript(
            text: String(decoding: text, as: UTF8.self),
            hasPassed: process.terminationReason == .exit && process.terminationStatus == 0)
    }

    private static func find(_ text: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
        guard bytes.count - start >= text.count else { return nil }
        for place in start...bytes.count - text.count where bytes[place...].starts(with: text) {
            return place + text.count
        }
        return nil
    }
}
