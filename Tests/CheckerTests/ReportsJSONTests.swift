// The JSON report: what it says of each kind of result, its schema, and that its bytes are always the same.

import Checker
import Model
import Testing

@Suite("JSON report")
struct ReportsJSONTests {
    private static func document(_ results: [SpecResult], exitCode: Int = 0) throws -> JSONValue {
        try JSONReader.read(JSONReport.document(results, exitCode: exitCode, version: "1.2.3"))
    }

    private static func schema(_ name: String) throws -> SchemaValidator {
        SchemaValidator(try JSONReader.read(repositoryText("Documentation/schema/\(name)")))
    }

    /// Results of every shape that a run can have.
    static var results: [(name: String, result: SpecResult)] {
        [
            ("violated and faults", report(SmallSpecs.ring)),
            ("first violation", report(SmallSpecs.ring) { $0.fault = "F2" }),
            ("everything decided", report(SmallSpecs.ring) { $0.keepsGoing = true }),
            ("deadlock", report(SmallSpecs.deadlock)),
            ("final", report(SmallSpecs.asleep)),
            ("rules", report(SmallSpecs.rules)),
            ("depth", report(SmallSpecs.rules) { $0.limits.depth = 1 }),
            ("states", report(SmallSpecs.rules) { $0.limits.states = 3 }),
            ("rejected", report("spec Bad\naction a { x = 1 }\n")),
            ("no spec", report("\u{0}\u{1}")),
            ("unsupported", report("spec U\nshared var x: bool\naction a { x = true }\nprove e(y: u64) { y == y }\n")),
            ("unread", SpecResult(path: "none.spec", checks: [], diagnostics: [], readError: "no such file")),
        ]
    }

    @Test("Every result fits the schema", arguments: results.map(\.name))
    func fitsSchema(_ name: String) throws {
        let validator = try Self.schema("shmcheck-report.schema.json")
        let results = Self.results.filter { $0.name == name }.map(\.result)
        #expect(results.count == 1)
        #expect(validator.findings(try Self.document(results)) == [])
    }

    @Test("The schema refuses what is no report")
    func schemaRefuses() throws {
        let validator = try Self.schema("shmcheck-report.schema.json")
        let good = try Self.document([report(SmallSpecs.ring)])
        #expect(validator.findings(good) == [])
        for name in good.members.map(\.name) {
            let without = JSONValue.object(good.members.filter { $0.name != name })
            #expect(!validator.findings(without).isEmpty, "without \(name)")
        }
        #expect(!validator.findings(.object(good.members + [.init("more", .null)])).isEmpty)
        #expect(!validator.findings(.array([good])).isEmpty)
    }

    @Test("The same run gives the same bytes, times apart")
    func sameBytes() throws {
        func text() throws -> String {
            let document = try Self.document([report(SmallSpecs.ring), report(SmallSpecs.rules)])
            return JSONValue.object(document.members.filter { $0.name != "timing" }).prettyText
        }
        let first = try text()
        for _ in 0..<3 { #expect(try text() == first) }
    }

    @Test("Times stand under timing alone")
    func timesApart() throws {
        let document = try Self.document([report(SmallSpecs.ring)])
        let rest = JSONValue.object(document.members.filter { $0.name != "timing" }).compactText
        #expect(!rest.contains("econds"))
        #expect(document["timing"]["specs"][0]["checks"].elements.count == 3)
    }

    @Test("A violated property has its steps, its place and its trace")
    func violatedProperty() throws {
        let document = try Self.document([report(SmallSpecs.ring)], exitCode: 0)
        let check = document["specs"][0]["checks"][0]
        let property = check["properties"][0]
        #expect(check["name"] == .null)
        #expect(check["fault"] == .null)
        #expect(check["constants"] == ["SLOTS": .integer(2)])
        #expect(check["expected"] == ["outcome": "violated", "property": "none_lost"])
        #expect(check["met"] == .bool(true))
        #expect(property["name"] == "none_lost")
        #expect(property["kind"] == "invariant")
        #expect(property["verdict"] == "violated")
        #expect(property["steps"] == .integer(6))
        #expect(property["message"] == "what was put stays until it is taken")
        #expect(property["spec"] == "specs/small.spec:25:1")
        #expect(property["trace"] == "shmcheck-out/small/default/none_lost.itf.json")
        let fault = document["specs"][0]["checks"][2]
        #expect(fault["name"] == "F2")
        #expect(fault["fault"] == "F2")
        #expect(fault["properties"][0]["trace"] == "shmcheck-out/small/F2/none_lost.itf.json")
    }

    @Test("Built-in properties are listed when they hold")
    func builtinProperties() throws {
        let document = try Self.document([report(SmallSpecs.rules) { $0.limits.depth = 1 }])
        let check = document["specs"][0]["checks"][0]
        let names = check["properties"].elements.compactMap { $0["name"].text }
        #expect(names == ["small", "deadlock", "trap", "panic", "diverges"])
        #expect(check["scope"] == "bounded")
        #expect(check["bound"] == ["depth": .integer(1)])
        #expect(check["limit"] == .null)
    }

    @Test("Constants are plain values; what a double cannot hold is a string")
    func constants() throws {
        let document = try Self.document([report(SmallSpecs.rules)])
        let constants = document["specs"][0]["checks"][0]["constants"]
        #expect(constants["BIG"] == "18446744073709551615")
        #expect(constants["COLOURS"] == .array(["red", "green"]))
    }

    @Test("A limit is named, and the rest is inconclusive")
    func limit() throws {
        let document = try Self.document([report(SmallSpecs.rules) { $0.limits.states = 3 }])
        let check = document["specs"][0]["checks"][0]
        #expect(check["limit"] == "states")
        #expect(check["scope"] == "partial")
    }

    @Test("A rejected spec has its diagnostics and no checks")
    func rejected() throws {
        let document = try Self.document([report("spec Bad\naction a { x = \"é\\\"\" }\n")], exitCode: 2)
        let spec = document["specs"][0]
        #expect(spec["checks"] == .array([]))
        #expect(spec["diagnostics"][0]["severity"] == "error")
        #expect(spec["diagnostics"][0]["spec"].text?.hasPrefix("specs/small.spec:2:") == true)
        #expect(document["exit"] == .integer(2))
    }

    @Test("Hostile paths and texts come back as they went in")
    func hostileTexts() throws {
        let path = "a \"b\"\\\n\u{1B}[31m/ü 漢\u{2028}.spec"
        let story = "it \\\"says\\\" 漢字 \u{1F600}"
        let text = SmallSpecs.ring.split(separator: "\n").map { $0.contains("nobody counts") ? "" : $0 }.joined(
            separator: "\n")
        let result = report(text + "\ninvariant odd: puts < 9\n    \"\(story)\"\n", path: path)
        let document = try Self.document([result])
        #expect(document["specs"][0]["path"] == .string(path))
        #expect(try Self.schema("shmcheck-report.schema.json").findings(document) == [])
    }
}

@Suite("JSON values")
struct ReportsJSONValueTests {
    @Test("Strings are escaped and read back")
    func strings() throws {
        let text = "\"\\/\u{8}\t\n\r\u{0}\u{1F}\u{7F} é漢\u{1F600}\u{2028}"
        let value = JSONValue.object([.init(text, .string(text))])
        #expect(try JSONReader.read(value.compactText) == value)
        #expect(try JSONReader.read(value.prettyText) == value)
        #expect(JSONValue.string("a\"\u{1B}\n").compactText == "\"a\\\"\\u001b\\n\"")
    }

    @Test("Integers of 128 bits keep all their digits")
    func integers() throws {
        for number in [Int128.min, -1, 0, 1, Int128(UInt64.max), Int128.max] {
            #expect(JSONValue.integer(number).compactText == number.description)
            #expect(try JSONReader.read(JSONValue.integer(number).compactText) == .integer(number))
        }
    }

    @Test("Measured numbers have three decimals")
    func decimals() {
        #expect(JSONValue.thousandths(0).compactText == "0.000")
        #expect(JSONValue.thousandths(12_345).compactText == "12.345")
        #expect(JSONValue.thousandths(-50).compactText == "-0.050")
    }

    @Test("Members keep their order, empty lists stay short")
    func layout() {
        let value: JSONValue = ["z": .integer(1), "a": .array([]), "m": ["x": .object([])]]
        #expect(value.compactText == #"{"z":1,"a":[],"m":{"x":{}}}"#)
        #expect(value.prettyText == "{\n  \"z\": 1,\n  \"a\": [],\n  \"m\": {\n    \"x\": {}\n  }\n}")
    }
}
