// Random walks: the same seed gives the same walk, each step is one of the reference, violations are told.

import Checker
import Model
import Testing

@Suite("Simulation") struct SimulationTests {
    private func walk(_ text: String, _ change: (inout SimulationOptions) -> Void = { _ in }) -> SimulationResult {
        var options = SimulationOptions()
        change(&options)
        return simulate(
            SourceFile(path: "walk.spec", text: "spec W\n\(text)\n"), read: { _ in nil }, options: options)
    }

    @Test("A seed gives the same walk, alone or as one of several")
    func seeds() {
        let many = walk(SmallSpecs.ring.drop) { $0.seed = 40 }
        let one = walk(SmallSpecs.ring.drop) {
            $0.seed = 42
            $0.traces = 1
        }
        #expect(many.walks.count == 5)
        #expect(many.walks[2].seed == 42)
        #expect(many.walks[2].trace.steps.map(\.name) == one.walks.first?.trace.steps.map(\.name))
        #expect(many.walks[2].trace.steps.last?.state == one.walks.first?.trace.steps.last?.state)
    }

    @Test("A walk takes steps of the reference, no more than it is asked for")
    func steps() {
        let result = walk("shared var x: int in 0..<4\naction turn(k: int in 1..<3) { x = (x + k) % 4 }") {
            $0.steps = 20
        }
        for walk in result.walks {
            #expect(walk.trace.steps.count == 20)
            for index in 0..<20 {
                let next = ReferenceStepper(walk.trace.system).transitions(from: walk.trace.state(after: index))
                #expect(
                    next.contains {
                        if case .state(walk.trace.steps[index].state) = $0.outcome { true } else { false }
                    })
            }
            let isWhole = if case .steps = walk.end { true } else { false }
            #expect(isWhole)
        }
        #expect(result.status == .success)
        #expect(Set(result.walks.map { $0.trace.steps.map { step in "\(step.actor)" } }).count > 1)
    }

    @Test(
        "What goes wrong is told",
        arguments: [
            (
                "shared var x: int in 0..<4\naction up when x < 3 { x += 1 }\ninvariant low: x < 2", "low",
                Checker.ExitStatus.property
            ),
            ("shared var x: int in 0..<3\naction up { x += 1 }", "trap", .fault),
            ("shared var x: bool\nprocess p { await x }", "deadlock", .deadlock),
            ("shared var x: bool\nprocess p { x = true\n assert !x, \"no\" }", "p.assert1", .fault),
            ("shared var x: bool\nprocess p { x = true }\nfinal no: !x", "no", .property),
            (
                "shared var x: int in 0..<4\naction up when x < 3 { x += 1 }\ntransition even: x != old(x) + 1 || x < 3",
                "even", .property
            ),
        ])
    func violations(_ text: String, _ name: String, _ status: Checker.ExitStatus) {
        let result = walk(text)
        let names = result.walks.compactMap { walk in
            if case .violated(let name, _) = walk.end { name } else { nil }
        }
        #expect(names == Array(repeating: name, count: 5))
        #expect(result.status == status)
    }

    @Test("A walk that meets nothing says so, and never that something holds")
    func words() {
        let result = walk("shared var x: bool\nprocess p { x = true }\nreachable done: x")
        #expect(result.witnessed == ["done"])
        let text = SimulationText(width: 100, hasColour: false, isUnicode: true, mode: .diff)
        let summary = text.summary(count: 5, violated: [], witnessed: result.witnessed)
        #expect(summary.contains("nothing wrong on them"))
        #expect(!summary.contains("HOLDS"))
    }

    @Test("A spec with a mistake is rejected")
    func mistakes() {
        #expect(walk("shared var x: nothing").status == .rejected)
        #expect(walk("shared var x: bool\nprocess p { x = true }") { $0.fault = "F9" }.status == .rejected)
    }
}

extension String {
    /// The text without its first line, which names the spec.
    fileprivate var drop: String {
        split(separator: "\n", omittingEmptySubsequences: false).dropFirst().joined(separator: "\n")
    }
}
