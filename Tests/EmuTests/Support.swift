// What the tests share: a seeded generator, running a tool, and finding it.
import Foundation

/// SplitMix64: random cases that a seed brings back.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
        return z ^ z >> 31
    }
}

/// The budget of the run.
enum Budget {
    /// True in the quick subset.
    static let isQuick = ProcessInfo.processInfo.environment["SHMCHECK_QUICK"] == "1"
    /// The seed of all random tests: fixed, or from the environment.
    static let seed: UInt64 = {
        let text = ProcessInfo.processInfo.environment["SHMCHECK_SEED"] ?? "0x5eed"
        return UInt64(text.hasPrefix("0x") ? String(text.dropFirst(2)) : text, radix: 16) ?? 0x5eed
    }()
    /// A case count, fewer in the quick subset.
    static func cases(_ full: Int) -> Int { isQuick ? max(full / 10, 1) : full }
}

/// A program outside of the project.
enum Tool {
    /// Where a program is, or nil; under CI a missing one is a failure of the caller's test.
    static func find(_ names: String...) -> String? {
        for name in names {
            let places = name.hasPrefix("/") ? [name] : ["/usr/bin/\(name)", "/usr/local/bin/\(name)"]
            for place in places where FileManager.default.isExecutableFile(atPath: place) { return place }
        }
        print("SKIPPED: none of \(names.joined(separator: ", ")) is installed")
        return nil
    }

    /// True where a missing tool is a failure.
    static var isRequired: Bool { ProcessInfo.processInfo.environment["CI"] == "true" }

    /// A program of the Swift toolchain that runs this test.
    static func toolchain(_ name: String) -> String? {
        var folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        folders.append("/opt/swift/usr/bin")
        for folder in folders {
            let swift = URL(fileURLWithPath: folder + "/swift").resolvingSymlinksInPath()
            let place = swift.deletingLastPathComponent().path
            let tool = place + "/" + name
            guard FileManager.default.isExecutableFile(atPath: place + "/swift-frontend") else { continue }
            if FileManager.default.isExecutableFile(atPath: tool) { return tool }
        }
        print("SKIPPED: the toolchain has no \(name)")
        return nil
    }

    /// Runs a program to its end and returns what it printed.
    @discardableResult
    static func run(
        _ program: String, _ arguments: [String], input: String? = nil, mergesErrors: Bool = false
    ) throws -> (output: String, status: Int32) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        if mergesErrors { process.standardError = output } else { process.standardError = FileHandle.standardError }
        let inlet = Pipe()
        process.standardInput = input == nil ? FileHandle.nullDevice : inlet
        try process.run()
        if let input {
            inlet.fileHandleForWriting.write(Data(input.utf8))
            try inlet.fileHandleForWriting.close()
        }
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (String(decoding: data, as: UTF8.self), process.terminationStatus)
    }

    /// A folder that is removed when `body` ends.
    static func withFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("emu-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try body(folder)
    }
}
