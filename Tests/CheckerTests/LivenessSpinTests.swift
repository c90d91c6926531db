// The same small models with the same temporal properties in SPIN, by its nested search with weak fairness.

import Checker
import Foundation
import Model
import Testing

/// SPIN's `-f` is weak fairness of every process, so every process, or the action that stands for it, is `fair` where it is given.
///
/// One statement of Promela is one step, and so is one of these specs: an action, or an access to unguarded data.
@Suite("Liveness against SPIN", .serialized) struct LivenessSpinTests {
    struct Model: Sendable, CustomTestStringConvertible {
        let name: String
        let promela: String
        let formula: String
        let spec: String
        let property: String
        var testDescription: String { "\(name) \(property)" }
    }

    static let toggles = (
        promela: """
        byte x = 0; byte y = 0;
        active proctype p() { do :: atomic { x == 0 -> x = 1 } :: atomic { x == 1 -> x = 2 } od }
        active proctype q() { do :: atomic { x == 2 -> x = 0 } :: y = 1 - y od }
        """,
        spec: """
        shared var x: int in 0..<3
        shared var y: int in 0..<2
        FAIR action p when x < 2 { x += 1 }
        FAIR action q {
            either { if x == 2 { x = 0 } else { y = 1 - y } } or { y = 1 - y }
        }
        """
    )

    static let turn = (
        promela: """
        bool want0 = false, want1 = false; byte turn = 0; byte in = 0;
        active proctype a() {
            do :: want0 = true; turn = 1; (!want1 || turn == 0); in = 1; in = 0; want0 = false od
        }
        active proctype b() {
            do :: want1 = true; turn = 0; (!want0 || turn == 1); in = 2; in = 0; want1 = false od
        }
        """,
        spec: """
        shared var want0: bool
        shared var want1: bool
        shared var turn: int in 0..<2
        shared var place: int in 0..<3
        FAIR process a { loop { want0 = true
            turn = 1
            atomic { await !want1 || turn == 0 }
            place = 1
            place = 0
            want0 = false } }
        FAIR process b { loop { want1 = true
            turn = 0
            atomic { await !want0 || turn == 1 }
            place = 2
            place = 0
            want1 = false } }
        """
    )

    static let models = [
        Model(
            name: "toggles", promela: toggles.promela, formula: "[] <> (x == 0)", spec: toggles.spec,
            property: "temporal t: always(eventually(x == 0))"),
        Model(
            name: "toggles", promela: toggles.promela, formula: "<> (x == 1)", spec: toggles.spec,
            property: "eventually t: x == 1"),
        Model(
            name: "toggles", promela: toggles.promela, formula: "[] ((x == 1) -> <> (x == 2))", spec: toggles.spec,
            property: "leadsto t: x == 1 ~> x == 2"),
        Model(
            name: "toggles", promela: toggles.promela, formula: "<> (y == 1)", spec: toggles.spec,
            property: "eventually t: y == 1"),
        Model(
            name: "Peterson", promela: turn.promela, formula: "[] (want0 -> <> (in == 1))", spec: turn.spec,
            property: "leadsto t: want0 ~> place == 1"),
        Model(
            name: "Peterson", promela: turn.promela, formula: "[] <> (in == 2)", spec: turn.spec,
            property: "temporal t: always(eventually(place == 2))"),
        Model(
            name: "Peterson", promela: turn.promela, formula: "(!(in == 2)) U (in == 1)", spec: turn.spec,
            property: "temporal t: until(place != 2, place == 1)"),
    ]

    private static let hasSpin = ["/usr/bin/spin", "/usr/local/bin/spin"].contains {
        FileManager.default.isExecutableFile(atPath: $0)
    }
    private static let mustRun = ProcessInfo.processInfo.environment["CI"] == "true"

    @Test("The verdicts agree, with and without fairness", arguments: models)
    func agrees(_ model: Model) throws {
        guard Self.hasSpin || Self.mustRun else { return print("skipped: there is no spin") }
        let folder = FileManager.default.temporaryDirectory.appending(path: "spin-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data("\(model.promela)\nltl t { \(model.formula) }\n".utf8).write(to: folder.appending(path: "m.pml"))
        try shell("spin -a m.pml && cc -O1 -w -DNFAIR=4 -o pan pan.c", in: folder)
        for isFair in [true, false] {
            let output = try shell("./pan -a -m100000 \(isFair ? "-f" : "") -N t", in: folder)
            let errors = try #require(output.firstMatch(of: /errors: ([0-9]+)/)?.output.1)
            let text = "spec M\n" + model.spec.replacing("FAIR ", with: isFair ? "fair " : "") + "\n\(model.property)\n"
            var options = CheckOptions()
            options.checksDeadlock = false
            let result = check(SourceFile(path: "m.spec", text: text), read: { _ in nil }, options: options)
            let verdict = try #require(result.checks.first?.properties.first { $0.name == "t" }?.verdict)
            #expect((verdict == .violated) == (errors != "0"), "fair: \(isFair), SPIN has \(errors) errors")
            #expect(verdict == .violated || verdict == .holds)
        }
    }
}
