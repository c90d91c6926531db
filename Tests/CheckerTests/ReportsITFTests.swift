// ITF documents: the schema, what Apalache's reader asks for, and that they say what the trace says.

import Checker
import Model
import Testing

@Suite("ITF report")
struct ReportsITFTests {
    private static func documents(_ result: SpecResult) -> [String] {
        result.checks.flatMap { check in
            check.properties.compactMap { property in
                property.trace.map {
                    ITFReport.document(
                        $0, source: result.path, property: property.name, verdict: property.verdict.rawValue)
                }
            }
        }
    }

    private static func first(_ text: String) throws -> JSONValue {
        let result = report(text)
        let check = try #require(result.checks.first)
        let property = try #require(check.violated.first)
        let trace = try #require(property.trace)
        return try JSONReader.read(
            ITFReport.document(trace, source: result.path, property: property.name, verdict: property.verdict.rawValue))
    }

    @Test(
        "Every trace fits the schema and is read by Apalache",
        arguments: [SmallSpecs.ring, SmallSpecs.deadlock, SmallSpecs.asleep, SmallSpecs.rules, SmallSpecs.nested])
    func fitsSchema(_ text: String) throws {
        let validator = SchemaValidator(try JSONReader.read(repositoryText("Documentation/schema/itf.schema.json")))
        let documents = Self.documents(report(text))
        #expect(!documents.isEmpty)
        for document in documents {
            let value = try JSONReader.read(document)
            #expect(validator.findings(value) == [])
            #expect(ApalacheType.mistakes(in: value) == [])
        }
    }

    @Test("The same trace gives the same bytes")
    func sameBytes() {
        let first = Self.documents(report(SmallSpecs.rules))
        for _ in 0..<3 { #expect(Self.documents(report(SmallSpecs.rules)) == first) }
    }

    @Test("Groups are records, optionals variants, numbers bigints")
    func values() throws {
        let document = try Self.first(SmallSpecs.ring)
        let some: JSONValue = ["tag": "Some", "value": ["from": "producer#1", "number": ["#bigint": "0"]]]
        let none: JSONValue = ["tag": "None", "value": ["tag": "UNIT", "value": ""]]
        #expect(document["vars"] == .array(["ring", "puts", "process", "mbt::actionTaken", "mbt::nondetPicks"]))
        #expect(document["params"] == .array(["SLOTS"]))
        #expect(document["states"].elements.count == 7)
        let ring = document["states"][2]["ring"]
        #expect(ring["lock"] == "free")
        #expect(ring["write"] == ["#bigint": "1"])
        #expect(
            ring["slots"] == ["#map": .array([.array([["#bigint": "0"], some]), .array([["#bigint": "1"], none])])])
        #expect(
            document["#meta"]["varTypes"]["ring"]
                == "{lock: Str, slots: Int -> (None(UNIT(Str)) | Some({from: Str, number: Int})), write: Int}")
    }

    @Test("A step names its process, its statement and what was picked")
    func steps() throws {
        let document = try Self.first(SmallSpecs.ring)
        let states = document["states"]
        #expect(states[0]["#meta"]["index"] == .integer(0))
        #expect(states[0]["#meta"]["process"] == .null)
        #expect(states[0]["mbt::actionTaken"] == "init")
        #expect(states[5]["#meta"]["process"] == "producer#2")
        #expect(states[5]["#meta"]["step"] == "put.acquire")
        #expect(states[5]["#meta"]["span"] == "specs/small.spec:15:5-15:23")
        #expect(states[5]["mbt::actionTaken"] == "put.acquire")
        #expect(states[5]["mbt::nondetPicks"]["process"] == ["tag": "Some", "value": "producer#2"])
        #expect(states[5]["process"]["#map"][0] == .array(["producer#1", ["asleep": "", "at": "finished"]]))
        #expect(states[5]["ring"]["lock"] == "producer#2")
    }

    @Test("A sleeper is told with its channel")
    func sleepers() throws {
        let document = try Self.first(SmallSpecs.asleep)
        let last = document["states"].elements.last ?? .null
        #expect(last["process"]["#map"][0] == .array(["taker", ["asleep": "box", "at": "taker.resume"]]))
    }

    @Test("Indexed groups are maps by the names of their elements; sets are ordered; picks hold parameters")
    func rules() throws {
        let document = try Self.first(SmallSpecs.rules)
        let last = document["states"].elements.last ?? .null
        #expect(last["house"]["#map"][0][0] == "room0")
        #expect(last["house"]["#map"][0][1]["seen"] == ["#set": .array(["red"])])
        #expect(last["last"] == ["tag": "Some", "value": "room0"])
        #expect(last["wide"] == ["#bigint": "18446744073709551615"])
        #expect(last["mbt::actionTaken"] == "enter")
        #expect(last["#meta"]["action"] == "enter(room0, red)")
        #expect(last["mbt::nondetPicks"]["r"] == ["tag": "Some", "value": "room0"])
        #expect(last["mbt::nondetPicks"]["c"] == ["tag": "Some", "value": "red"])
        #expect(document["#meta"]["shmcheck"]["constants"]["BIG"] == "18446744073709551615")
    }

    @Test("Groups within groups keep each index where the spec has it")
    func nested() throws {
        let document = try Self.first(SmallSpecs.nested)
        let state = document["states"].elements.last ?? .null
        #expect(
            document["#meta"]["varTypes"]["proc"]
                == "Str -> {files: Int -> {lock: Str, users: Int}, plain: {lock: Str, users: Int}}")
        #expect(state["proc"]["#map"][1][0] == "owner#2")
        #expect(state["proc"]["#map"][1][1]["files"]["#map"][2][1]["users"] == ["#bigint": "5"])
    }
}
