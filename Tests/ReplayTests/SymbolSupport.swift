// Small C programs with debug information, and a debugger that reads the same files: the oracle of symbols and types.

import Foundation
import Replay
import Testing

/// A C program, compiled by the toolchain's clang for the machine.
final class CProgram {
    let folder: URL
    let path: String
    let image: ProgramImage

    var bytes: [UInt8] { (try? Data(contentsOf: URL(fileURLWithPath: path))).map { [UInt8]($0) } ?? [] }

    /// Compiles a file by its text; several are units of their own.
    init(_ sources: [String: String], _ options: [String]) throws {
        let clang = try #require(Self.toolchain("clang"), "the toolchain has no clang")
        let folder = FileManager.default.temporaryDirectory.appending(path: "shmcheck-c-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (name, text) in sources { try Data(text.utf8).write(to: folder.appending(path: name)) }
        let layout =
            "SECTIONS { . = 0x80000000; .text : { *(.text.start) *(.text .text.*) } .data : { *(.rodata*) *(.srodata*) *(.data*) *(.sdata*) *(.bss) *(.sbss) } }"
        try Data(layout.utf8).write(to: folder.appending(path: "link.ld"))
        let path = folder.appending(path: "program.elf").path
        (self.folder, self.path) = (folder, path)
        let run = try Self.run(
            clang,
            [
                "--target=riscv64-unknown-elf", "-march=rv64gc", "-mabi=lp64d", "-mcmodel=medany", "-ffreestanding",
                "-nostdlib", "-fuse-ld=lld", "-fno-eliminate-unused-debug-types", "-mno-relax",
                "-Wl,-T," + folder.appending(path: "link.ld").path,
                "-Wl,-e,_start", "-o", path,
            ] + sources.keys.sorted().map { folder.appending(path: $0).path } + options)
        try #require(run.status == 0, "clang refused: \(run.output)")
        image = try ProgramImage([UInt8](Data(contentsOf: URL(fileURLWithPath: path))), name: "program.elf")
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// A program of the Swift toolchain that runs this test.
    static func toolchain(_ name: String) -> String? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        for folder in folders + ["/opt/swift/usr/bin"] {
            let swift = URL(fileURLWithPath: folder + "/swift").resolvingSymlinksInPath()
            let tool = swift.deletingLastPathComponent().appending(path: name).path
            if FileManager.default.isExecutableFile(atPath: swift.path),
                FileManager.default.isExecutableFile(atPath: tool)
            {
                return tool
            }
        }
        return nil
    }

    /// Runs a program to its end.
    static func run(_ program: String, _ arguments: [String]) throws -> (output: String, status: Int32) {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.standardOutput = pipe
        process.standardError = pipe
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let bytes = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (String(decoding: bytes, as: UTF8.self), process.terminationStatus)
    }
}

/// gdb, which reads the same debug information and knows nothing of ours.
enum Oracle {
    static let path = "/usr/bin/gdb-multiarch"

    /// Whether it is there; under CI it must be.
    static func isThere() -> Bool {
        let isThere = FileManager.default.isExecutableFile(atPath: path)
        if !isThere {
            Swift.print("SKIPPED: there is no gdb-multiarch")
            #expect(ProcessInfo.processInfo.environment["CI"] != "true", "gdb-multiarch is missing")
        }
        return isThere
    }

    /// What it answers to `print` of each expression, without running the program.
    static func print(_ expressions: [String], in file: String) throws -> [String] {
        var arguments = ["-nx", "-batch", file, "-ex", "set language c"]
        for expression in expressions {
            arguments += ["-ex", "echo <<", "-ex", "print \(expression)", "-ex", "echo >>\\n"]
        }
        let run = try CProgram.run(path, arguments)
        return run.output.components(separatedBy: "<<").dropFirst().map { part in
            let answer = part.components(separatedBy: ">>").first ?? ""
            return (answer.components(separatedBy: " = ").last ?? answer).trimmingCharacters(
                in: .whitespacesAndNewlines)
        }
    }

    /// Its answers as numbers; nil where it has none.
    static func numbers(_ expressions: [String], in file: String) throws -> [Int64?] {
        try print(expressions.map { "/d (long long)(\($0))" }, in: file).map { Int64($0) }
    }
}
