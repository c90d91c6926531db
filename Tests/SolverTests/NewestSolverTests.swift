// Answers of the Z3 that is linked, against those of the newest one: an UNSAT has no model that could be checked.

import Checker
import Foundation
import Model
import Testing

@Suite struct NewestSolverTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    /// Made by `./test` from the package `z3-solver`.
    private static let solver = root.appending(path: ".build/z3/bin/z3")
    private static let mustRun = ProcessInfo.processInfo.environment["CI"] == "true"
    private static let isQuick = ProcessInfo.processInfo.environment["SHMCHECK_QUICK"] != nil

    /// Questions with their answers, each once.
    private final class Corpus: @unchecked Sendable {
        private let lock = NSLock()
        private(set) var answers: [String: String] = [:]

        func add(_ script: String, _ answer: String) {
            lock.lock()
            defer { lock.unlock() }
            answers[script] = answer
        }

        /// Asks as a check of a spec does.
        func add(checksOf source: SourceFile, read: @escaping SpecLoader.Reader = { _ in nil }) {
            var options = CheckOptions()
            options.solverSeconds = 10
            options.didAsk = { [self] in add($0, $1) }
            _ = check(source, read: read, options: options)
        }
    }

    /// A spec in which words live in states.
    private static let words = """
        spec Words
        shared var x: u64
        shared var y: u64 = 7
        process p[2] {
            symbolic a: u64 where a % 8 == 0
            if a &+ y < a { x = a / 3 } else { x = a &* 5 }
            if x > y { y = x >> 3 }
        }
        invariant far: x != 0xffff_ffff_ffff_fff8 || y > 2
        """

    @Test func theNewestSolverAnswersAlike() throws {
        let isThere = FileManager.default.isExecutableFile(atPath: Self.solver.path)
        guard isThere || Self.mustRun else { return print("skipped: there is no \(Self.solver.path)") }
        let corpus = Corpus()
        let path = Self.root.appending(path: "Specs/addresses.spec")
        corpus.add(checksOf: SourceFile(path: "addresses.spec", bytes: [UInt8](try Data(contentsOf: path))))
        corpus.add(checksOf: SourceFile(path: "words.spec", text: Self.words))
        for seed in 0..<(Self.isQuick ? 50 : 400) {
            var writer = RandomProofs(seed: UInt64(70_000 + seed))
            corpus.add(checksOf: SourceFile(path: "random.spec", text: writer.spec()))
        }
        let questions = corpus.answers.sorted { $0.key < $1.key }
        let answers = try Self.ask(questions.map(\.key))
        try #require(answers.count == questions.count, "one answer for each question")
        var (agreed, open) = (["sat": 0, "unsat": 0], 0)
        for ((script, own), other) in zip(questions, answers) {
            if other == own {
                agreed[own, default: 0] += 1
            } else if other == "unknown" || other == "timeout" {
                open += 1
            } else {
                Issue.record("the linked Z3 says \(own), the newest \(other):\n\(script)")
            }
        }
        print("\(agreed) of \(questions.count) questions answered alike, \(open) open")
        #expect(agreed["sat", default: 0] > 30 && agreed["unsat", default: 0] > 30, "\(agreed)")
        #expect(open * 10 < questions.count, "\(open) of \(questions.count) are open")
    }

    /// Asks all in one process, each with a time of its own.
    private static func ask(_ scripts: [String]) throws -> [String] {
        let file = FileManager.default.temporaryDirectory.appending(path: "questions-\(UUID().uuidString).smt2")
        defer { try? FileManager.default.removeItem(at: file) }
        let text = scripts.map { "(reset)\n(set-option :timeout 5000)\n\($0)" }.joined()
        try Data(text.utf8).write(to: file)
        let process = Process()
        process.executableURL = solver
        process.arguments = [file.path]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return output.split(separator: "\n").map(String.init)
    }
}
