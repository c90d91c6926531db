// Traces as users handle them: shown, asked, converted, compared, shrunk; and what no trace is.

import Foundation
import Testing

@Suite struct TraceTests {
    private static let trace = "shmcheck-out/queue/Q1/no_lost_request.itf.json"

    /// A folder with the queue and the trace of its fault.
    private func queue() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try folder.write("queue.spec", try #require(fileBytes("Specs/queue.spec")))
        #expect(try Command.run(["queue.spec", "--fault", "Q1"], in: folder.url).code == 12)
        return folder
    }

    @Test func aTraceIsShownAsTheRunShowedIt() throws {
        let folder = try queue()
        let shown = try Command.run(["show", Self.trace], in: folder.url)
        #expect(shown.code == 0, "\(shown.error)")
        #expect(shown.output.contains("✗ 8"))
        #expect(shown.output.contains("3 == 4 - 0"))
    }

    @Test func whyTellsTheWritersOfADatum() throws {
        let folder = try queue()
        let why = try Command.run(["why", Self.trace, "8", "queue.write"], in: folder.url)
        #expect(
            why.output.hasPrefix("queue.write is 1 after step 8\n  step 8 client#2 insert.put: 0 → 1 queue.spec:21:3\n")
        )
        #expect(try Command.run(["why", Self.trace, "queue.slots[0]"], in: folder.url).code == 0)
        #expect(try Command.run(["why", Self.trace, "9", "queue.write"], in: folder.url).code == 64)
        let wrong = try Command.run(["why", Self.trace, "queue.wirte"], in: folder.url)
        #expect(wrong.code == 64 && wrong.error.contains("near are: queue.write"))
    }

    @Test(arguments: [
        ("itf", "\"format\": \"ITF\""), ("mermaid", "sequenceDiagram\n"), ("dot", "digraph \"RequestQueue\" {\n"),
        ("perfetto", "\"displayTimeUnit\": \"ms\""), ("vcd", "$enddefinitions $end\n"), ("html", "<!DOCTYPE html>"),
        ("sarif", "\"version\": \"2.1.0\""), ("text", "✗ 8"),
    ]) func aTraceIsConverted(format: String, holds: String) throws {
        let folder = try queue()
        let result = try Command.run(["trace", "convert", Self.trace, "--to", format, "-o", "out/x"], in: folder.url)
        #expect(result.code == 0, "\(result.error)")
        let bytes = try Data(contentsOf: folder.url.appending(path: "out/x"))
        #expect(String(decoding: bytes, as: UTF8.self).contains(holds))
        if format == "itf" {
            #expect(try Data(contentsOf: folder.url.appending(path: Self.trace)) == bytes, "the way there and back")
        }
    }

    @Test func aShrunkTraceEndsAsBeforeWithFewerSwitches() throws {
        let folder = try TemporaryFolder()
        let trace = folder.url.appending(path: "traces").path()
        _ = try Command.run(["Specs/tlb.spec", "--fault", "R5", "--out-dir", trace], in: packageFolder)
        let file = "\(trace)/tlb/R5/gone.itf.json"
        let result = try Command.run(["trace", "shrink", file, "-o", "\(trace)/s.itf.json"], in: packageFolder)
        #expect(result.code == 0, "\(result.error)")
        let numbers = result.error.matches(of: /[0-9]+/).compactMap { Int($0.output) }
        #expect(numbers.count == 2 && numbers[1] <= numbers[0], "\(result.error)")
        let shown = try Command.run(["show", "\(trace)/s.itf.json"], in: packageFolder)
        #expect(shown.code == 0 && shown.output.contains("gone"), "\(shown.error)")
        let same = try Command.run(["trace", "diff", file, file], in: packageFolder)
        #expect(same.code == 0 && same.output.contains("both end in the same data"))
    }

    @Test func tracesOfTwoVersionsAreCompared() throws {
        let folder = try queue()
        _ = try Command.run(
            ["queue.spec", "--fault", "Q1", "-D", "SLOTS=4", "-D", "ROUNDS=3", "--out-dir", "b"], in: folder.url)
        let result = try Command.run(
            ["trace", "diff", Self.trace, "b/queue/Q1/no_lost_request.itf.json"], in: folder.url)
        #expect(result.code == 1, "\(result.error)")
        #expect(result.output.contains("  + "))
    }

    @Test func aStaleTraceIsTold() throws {
        let folder = try queue()
        let text = String(decoding: fileBytes("Specs/queue.spec") ?? [], as: UTF8.self)
        try folder.write(
            "queue.spec",
            Array(text.replacingOccurrences(of: "queue.slots[queue.write] = r", with: "queue.slots[0] = r").utf8))
        let stale = try Command.run(["show", Self.trace], in: folder.url)
        #expect(stale.code == 2 && stale.error.contains("the spec has changed since"), "\(stale.error)")
        try FileManager.default.removeItem(at: folder.url.appending(path: "queue.spec"))
        let lost = try Command.run(["show", Self.trace], in: folder.url)
        #expect(lost.code == 2 && lost.error.contains("cannot be read"))
    }

    @Test(arguments: [
        "", "{}", "[1]", "{\"#meta\":{\"shmcheck\":{\"v\":1},\"source\":\"x\"}}", String(repeating: "[", count: 99_999),
    ])
    func whatIsNoTraceEndsWith2(text: String) throws {
        let folder = try TemporaryFolder()
        try folder.write("t.json", Array(text.utf8))
        #expect(try Command.run(["show", "t.json"], in: folder.url).code == 2)
        #expect(try Command.run(["show", "none.json"], in: folder.url).code == 74)
    }

    @Test func everyTraceOfAFaultIsReadBack() throws {
        let folder = try TemporaryFolder()
        let traces = folder.url.appending(path: "t").path()
        let specs = ["queue", "prime", "tlb"].map { "Specs/\($0).spec" }
        _ = try Command.run(["ci", "--out-dir", traces] + specs, in: packageFolder, seconds: 300)
        let files = FileManager.default.enumerator(atPath: traces)?.compactMap { $0 as? String } ?? []
        let found = files.filter { $0.hasSuffix(".itf.json") }
        #expect(found.count > 10)
        for file in found {
            let result = try Command.run(["trace", "convert", "\(traces)/\(file)", "--to", "itf"], in: packageFolder)
            let original = String(decoding: try Data(contentsOf: URL(filePath: "\(traces)/\(file)")), as: UTF8.self)
            #expect(result.output == original, "\(file): \(result.error)")
        }
    }

    @Test func aGraphShowsAllStatesOfASmallSpec() throws {
        let folder = try TemporaryFolder()
        let spec = "spec G\nshared var x: int in 0..<9\nprocess p[2] { x = x + 1 }\ninvariant small: x < 2\n"
        try folder.write("g.spec", Array(spec.utf8))
        let dot = try Command.run(["graph", "g.spec"], in: folder.url)
        #expect(
            dot.code == 0 && dot.output.hasPrefix("digraph \"G\" {\n") && dot.output.contains("fillcolor=\"#FDEEE7\""))
        let collapsed = try Command.run(
            ["graph", "g.spec", "--collapse", "locals", "--format", "mermaid"], in: folder.url)
        #expect(collapsed.output.hasPrefix("flowchart TD\n"))
        #expect(collapsed.output.components(separatedBy: "\n").count < dot.output.components(separatedBy: "\n").count)
        let large = try Command.run(["graph", "g.spec", "--max", "3"], in: folder.url)
        #expect(large.code == 5 && large.error.contains("--max"))
    }
}
