// The engines agree on small specs and on every example of the language reference.

import Checker
import Foundation
import Model
import Testing

@Suite struct DifferentialTests {
    @Test(arguments: SmallSpec.data + SmallSpec.processes) func enginesAgree(_ spec: SmallSpec) {
        let result = Comparer(limit: 4000).compare(spec.text)
        #expect(result.mistakes.isEmpty, "\(result.mistakes.joined(separator: "\n"))")
        #expect(result.refusal == nil, "\(result.refusal ?? "")")
        #expect(result.differences.isEmpty, "\(result.differences.joined(separator: "\n"))")
    }

    /// The blocks of the language reference that are whole specs.
    static let examples: [SmallExample] = {
        let path = "\(packageFolder)/Documentation/Language.md"
        let text = String(decoding: specBytes(path) ?? [], as: UTF8.self)
        return text.components(separatedBy: "```spec\n").dropFirst().compactMap { part in
            part.components(separatedBy: "\n```").first.map { SmallExample(text: $0 + "\n") }
        }
    }()

    /// A block with its name.
    struct SmallExample: CustomTestStringConvertible, Sendable {
        let text: String
        var testDescription: String { String(text.prefix { $0 != "\n" }) }
    }

    @Test(arguments: examples) func enginesAgreeOnExamples(_ example: SmallExample) {
        var comparer = Comparer(limit: 3000)
        comparer.comparesBase = false
        let result = comparer.compare(example.text)
        #expect(result.mistakes.isEmpty, "\(result.mistakes.joined(separator: "\n"))")
        #expect(result.differences.isEmpty, "\(result.differences.joined(separator: "\n"))")
    }
}
