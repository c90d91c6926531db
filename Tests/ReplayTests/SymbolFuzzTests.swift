// Files that are cut off or lie: errors, never a crash, and in time.

import Emu
import Foundation
import Replay
import Testing

@Suite struct SymbolFuzzTests {
    private struct Generator: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var z = state
            z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
            z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
            return z ^ z >> 31
        }
    }

    private static let environment = ProcessInfo.processInfo.environment
    private static let seed = environment["SHMCHECK_SEED"].flatMap { UInt64($0.dropFirst(2), radix: 16) } ?? 0x5eed
    private static let count = environment["SHMCHECK_QUICK"] == "1" ? 100 : 300

    /// Asks everything that is asked of a file.
    private static func useUp(_ bytes: [UInt8]) {
        guard let image = try? ProgramImage(bytes, name: "mutated") else { return }
        let situation = Situation(
            memory: FileMemory(image), index: { _, _ in nil }, slot: { _ in nil }, pageTable: { _ in nil })
        for text in SymbolOracleTests.expressions {
            guard let expression = try? KernelExpression.resolve(text, in: image) else { continue }
            _ = try? expression.value(situation)
        }
        for name in ["work", "twice", "other", "_start"] {
            guard let function = try? image.function(named: name) else { continue }
            _ = image.exits(of: function)
            _ = image.calls(to: function, in: function)
            for parameter in function.parameters {
                _ = image.information.name(of: parameter.type)
                _ = try? image.information.location(
                    ofParameter: parameter.name, of: name, at: function.entry ?? 0)
            }
        }
        _ = image.lines.addresses(ofLine: 45, in: "main.c")
        _ = image.macros["ALONE"]
    }

    @Test(arguments: [
        "-gdwarf-2 -O0", "-gdwarf-4 -O1 -fdebug-macro", "-gdwarf-5 -O1 -fdebug-macro", "-gdwarf-5 -gdwarf64 -O2",
    ])
    func nothingInAFileCrashesItsReader(options: String) throws {
        let program = try CProgram(
            ["main.c": SymbolOracleTests.main, "second.c": SymbolOracleTests.second],
            options.split(separator: " ").map(String.init))
        let bytes = program.bytes
        var generator = Generator(state: Self.seed)
        let start = ContinuousClock.now
        for number in 0..<Self.count {
            var mutated = bytes
            if number % 8 == 0 {
                mutated.removeLast(Int.random(in: 0..<bytes.count, using: &generator))
            }
            for _ in 0..<Int.random(in: 1...12, using: &generator) where !mutated.isEmpty {
                let place = Int.random(in: 64...max(64, mutated.count - 1), using: &generator)
                guard place < mutated.count else { continue }
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: mutated[place] = 0xff
                case 1: mutated[place] = 0
                case 2: mutated[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
                default: mutated[place] = UInt8.random(in: 0...255, using: &generator)
                }
            }
            Self.useUp(mutated)
        }
        #expect(ContinuousClock.now - start < .seconds(120), "seed 0x\(String(Self.seed, radix: 16))")
    }

    @Test func aFileThatHasNoneSaysSo() throws {
        let stripped = try CProgram(["main.c": SymbolOracleTests.second + "\nvoid _start(void) {}"], ["-g"])
        let tool = try #require(CProgram.toolchain("llvm-objcopy"))
        func message(_ option: String) throws -> String {
            let path = stripped.folder.appending(path: "changed.elf").path
            #expect(try CProgram.run(tool, [option, stripped.path, path]).status == 0)
            let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
            do {
                _ = try ProgramImage(bytes, name: "kernel")
                return ""
            } catch {
                return error.description
            }
        }
        #expect(
            try message("--strip-all")
                == "kernel: it is stripped: it has neither symbols nor debug information; build it with -g and do not strip it"
        )
        #expect(try message("--strip-debug") == "kernel: it has symbols and no debug information: compile it with -g")
        #expect(throws: SymbolError("kernel: not an ELF file, or cut off", isOfTheFile: true)) {
            try ProgramImage([1, 2, 3], name: "kernel")
        }
    }
}
