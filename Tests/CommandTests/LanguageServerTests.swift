// The language server as an editor meets it: a process, messages over its standard input and output.

import Checker
import Foundation
import Testing

/// A client of `shmcheck lsp`.
private final class EditorClient {
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()
    private var bytes: [UInt8] = []
    private var lastID = 0
    /// Notifications and requests of the server, as they came.
    private(set) var heard: [JSONValue] = []

    init(in folder: URL) throws {
        process.executableURL = Command.program
        process.arguments = ["lsp", "--stdio"]
        process.currentDirectoryURL = folder
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
    }

    deinit { process.terminate() }

    func sendRaw(_ text: String) { input.fileHandleForWriting.write(Data(text.utf8)) }

    func send(_ message: JSONValue) {
        let body = message.compactText
        sendRaw("Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }

    func notify(_ method: String, _ parameters: JSONValue) {
        send(["jsonrpc": "2.0", "method": .string(method), "params": parameters])
    }

    func request(_ method: String, _ parameters: JSONValue) throws -> JSONValue {
        lastID += 1
        send(["jsonrpc": "2.0", "id": .integer(Int128(lastID)), "method": .string(method), "params": parameters])
        while true {
            let message = try next()
            if message.at("id").int == lastID, message.at("method").isNull { return message }
            heard.append(message)
        }
    }

    func next() throws -> JSONValue {
        while true {
            if let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) {
                let header = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
                let length = try #require(Int(header.replacingOccurrences(of: "Content-Length: ", with: "")))
                if bytes.count >= end.upperBound + length {
                    let body = Array(bytes[end.upperBound..<(end.upperBound + length)])
                    bytes.removeSubrange(..<(end.upperBound + length))
                    return try JSONText.parse(body)
                }
            }
            let data = output.fileHandleForReading.availableData
            try #require(!data.isEmpty, "the server ended")
            bytes += data
        }
    }

    func diagnostics() throws -> [JSONValue] {
        while true {
            if let index = heard.firstIndex(where: { $0.at("method").string == "textDocument/publishDiagnostics" }) {
                return heard.remove(at: index).at("params").at("diagnostics").list
            }
            heard.append(try next())
        }
    }

    func end() -> Int32 {
        process.waitUntilExit()
        return process.terminationStatus
    }
}

@Suite struct LanguageServerTests {
    private static let text = """
        spec Ünïts
        import "lib/ring.spec"
        // 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 before the name counts in UTF-16
        const SLOTS = 3
        /// The box.
        shared box guarded by lock {
            lock: spinlock
            full: int in 0..<SLOTS
        }
        func put(n: int) {
            let m = n
            acquire(box.lock)
          store:
            box.full = m % SLOTS
            release(box.lock)
        }
        process p[2] { put(1) }
        invariant small: box.full < SLOTS
        check expect holds

        """
    private static let plain = text.replacingOccurrences(of: "import \"lib/ring.spec\"\n", with: "")
        .replacingOccurrences(of: "Ünïts", with: "Units")
    private static let uri = "file:///tmp/a%20b/x.spec"

    private func client(_ text: String = plain) throws -> EditorClient {
        let client = try EditorClient(in: packageFolder)
        let capabilities = try client.request("initialize", ["processId": .null, "capabilities": .object([])])
        #expect(capabilities.at("result").at("serverInfo").at("name").string == "shmcheck")
        client.notify("initialized", .object([]))
        client.notify(
            "textDocument/didOpen",
            [
                "textDocument": [
                    "uri": .string(Self.uri), "languageId": "shmcheck", "version": .integer(1), "text": .string(text),
                ]
            ])
        return client
    }

    /// The place of a text in the spec, its occurrence from 0.
    private func place(_ word: String, _ occurrence: Int = 0, in text: String = plain) throws -> JSONValue {
        var found = 0
        for (number, line) in text.components(separatedBy: "\n").enumerated() {
            var start = line.startIndex
            while let range = line.range(of: word, range: start..<line.endIndex) {
                if found == occurrence {
                    return [
                        "line": .integer(Int128(number)),
                        "character": .integer(Int128(line[..<range.lowerBound].utf16.count)),
                    ]
                }
                found += 1
                start = range.upperBound
            }
        }
        throw JSONError.missing(word)
    }

    private func ask(_ client: EditorClient, _ method: String, _ place: JSONValue, _ more: [JSONValue.Member] = [])
        throws -> JSONValue
    {
        try client.request(
            "textDocument/\(method)",
            .object([.init("textDocument", ["uri": .string(Self.uri)]), .init("position", place)] + more)
        ).at("result")
    }

    @Test func mistakesAreToldAsOneTypes() throws {
        let client = try client()
        #expect(try client.diagnostics().isEmpty)
        client.notify(
            "textDocument/didChange",
            [
                "textDocument": ["uri": .string(Self.uri), "version": .integer(2)],
                "contentChanges": .array([
                    ["text": .string(Self.plain.replacingOccurrences(of: "box.full = m", with: "box.fall = m"))]
                ]),
            ])
        let found = try client.diagnostics()
        #expect(found.count == 1)
        #expect(found.first?.at("severity").int == 1)
        #expect(found.first?.at("range").at("start").at("line").int == 12)
        #expect(found.first?.at("message").string?.contains("did you mean `full`") == true, "\(found)")
        client.notify("textDocument/didClose", ["textDocument": ["uri": .string(Self.uri)]])
        #expect(try client.diagnostics().isEmpty)
    }

    @Test func hoverShowsDeclarationValuesAndSteps() throws {
        let client = try client()
        let function = try ask(client, "hover", place("put(1)")).at("contents").at("value").string ?? ""
        #expect(
            function.contains("func put(n: int)") && function.contains("`put.acquire (line 11, R)`")
                && function.contains("put.store"), "\(function)")
        let field = try ask(client, "hover", place("full < SLOTS")).at("contents").at("value").string ?? ""
        #expect(field.contains("full: int in 0..<SLOTS") && field.contains("values: `int in 0..<3`"), "\(field)")
        #expect(
            try ask(client, "hover", place("box.lock")).at("contents").at("value").string?.contains("The box")
                == true)
        #expect(try ask(client, "hover", ["line": .integer(999), "character": .integer(9)]).isNull)
    }

    @Test func namesLeadToTheirDeclarationsAndUses() throws {
        let client = try client()
        let definition = try ask(client, "definition", place("SLOTS", 2)).list
        #expect(definition.count == 1)
        #expect(try definition.first?.at("range").at("start") == place("SLOTS"))
        #expect(try ask(client, "references", place("SLOTS")).list.count == 4)
        #expect(try ask(client, "references", place("m %")).list.count == 2)
        #expect(
            try ask(client, "definition", place("put(1)")).list.first?.at("range").at("start") == place("put("))
    }

    @Test func aNameIsChangedEverywhereOrNotAtAll() throws {
        let client = try client()
        let edit = try ask(client, "rename", place("full"), [.init("newName", "count_of")])
        #expect(edit.at("changes").at(Self.uri).list.count == 3)
        for name in ["", "1x", "a b", "let", "SLOTS", "ü"] {
            #expect(try ask(client, "rename", place("full"), [.init("newName", .string(name))]).isNull, "\(name)")
        }
        #expect(try ask(client, "prepareRename", place("spinlock")).isNull)
    }

    @Test func theDocumentHasSymbolsCompletionsLensesAndAShape() throws {
        let client = try client()
        let document: JSONValue = ["textDocument": ["uri": .string(Self.uri)]]
        let symbols = try client.request("textDocument/documentSymbol", document).at("result").list
        #expect(symbols.compactMap { $0.at("name").string } == ["SLOTS", "box", "put", "p", "small"])
        #expect(symbols[1].at("children").list.compactMap { $0.at("name").string } == ["lock", "full"])
        let members = try ask(client, "completion", place("full = m")).list.compactMap { $0.at("label").string }
        #expect(members == ["full", "lock"])
        let names = try ask(client, "completion", place("m % SLOTS")).list.compactMap { $0.at("label").string }
        #expect(names.contains("SLOTS") && names.contains("n") && names.contains("acquire") && !names.contains("full"))
        #expect(try client.request("textDocument/formatting", document).at("result").list.isEmpty)
        let lenses = try client.request("textDocument/codeLens", document).at("result").list
        #expect(lenses.first?.at("command").at("title").string == "▶ check")
        _ = try client.request(
            "workspace/executeCommand",
            ["command": "shmcheck.check", "arguments": .array([.string(Self.uri), "default"])])
        while !client.heard.contains(where: { $0.at("method").string == "workspace/codeLens/refresh" }) {
            _ = try client.request("textDocument/codeLens", document)
            usleep(20_000)
        }
        let after = try client.request("textDocument/codeLens", document).at("result").list
        #expect(
            after.first?.at("command").at("title").string?.hasPrefix("▶ check · last: HOLDS (exhaustive")
                == true)
    }

    @Test func whatIsNoMessageEndsNothing() throws {
        let client = try client()
        client.sendRaw("Content-Length: 5\r\n\r\n{{{{{")
        client.sendRaw("Content-Length: x\r\n\r\n")
        client.sendRaw("Nothing: 1\r\n\r\n")
        #expect(try client.request("textDocument/unheard", .object([])).at("error").at("code").int == -32602)
        #expect(try client.request("nothing", .null).at("error").at("code").int == -32601)
        #expect(try client.request("shutdown", .null).at("error").isNull)
        #expect(try client.request("textDocument/hover", .null).at("error").at("code").int == -32600)
        client.notify("exit", .null)
        #expect(client.end() == 0)
    }

    @Test func columnsCountUTF16UnitsAndImportsAreRead() throws {
        let text = Self.text.replacingOccurrences(of: "Ünïts", with: "Units").replacingOccurrences(
            of: "const SLOTS = 3", with: "/* 𝔘 */ const SLOTS = 3")
        let client = try client(text)
        let definition = try ask(client, "definition", place("SLOTS", 2, in: text)).list
        #expect(try definition.first?.at("range").at("start") == place("SLOTS", in: text))
        #expect(definition.first?.at("range").at("start").at("character").int == 15)
    }
}

extension JSONError {
    fileprivate static func missing(_ word: String) -> any Error { MissingWord(word: word) }
}

/// A word that a test's text does not hold.
private struct MissingWord: Error { let word: String }
