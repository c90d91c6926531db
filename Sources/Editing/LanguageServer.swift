// The language server: messages of an editor in, answers out. It knows no streams, so that tests can talk to it directly.

package import Checker
import Model
import Synchronization

/// What the server needs of the world around it.
package struct ServerSurroundings: Sendable {
    /// Sends a message to the editor.
    package let send: @Sendable (JSONValue) -> Void
    /// Reads a file that the editor has not opened.
    package let read: @Sendable (_ path: String) -> [UInt8]?
    /// Does something while the server goes on answering.
    package let inBackground: @Sendable (@escaping @Sendable () -> Void) -> Void
    /// The version of the program.
    package let version: String

    /// The surroundings of a server.
    package init(
        send: @escaping @Sendable (JSONValue) -> Void, read: @escaping @Sendable (_ path: String) -> [UInt8]?,
        inBackground: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void, version: String
    ) {
        self.send = send
        self.read = read
        self.inBackground = inBackground
        self.version = version
    }
}

/// Answers an editor (Language Server Protocol 3.17).
package final class LanguageServer {
    private let surroundings: ServerSurroundings
    private var documents: [String: EditedDocument] = [:]
    private var analyses: [String: SpecAnalysis] = [:]
    private let verdicts = LastVerdicts()
    private var isShutDown = false

    /// A server without documents.
    package init(_ surroundings: ServerSurroundings) { self.surroundings = surroundings }

    /// Codes of JSON-RPC and of the protocol.
    private enum ErrorCode: Int {
        case methodNotFound = -32601
        case invalidParams = -32602
        case invalidRequest = -32600
        case requestFailed = -32803
    }

    private struct Failure: Error {
        let code: ErrorCode
        let message: String
    }

    /// Takes one message.
    ///
    /// - Returns: the code to end the program with, when the message asks for the end.
    package func handle(_ message: JSONValue) -> Int32? {
        guard let method = message.at("method").string else { return nil }
        let parameters = message.at("params")
        if method == "exit" { return isShutDown ? 0 : 1 }
        let id = message.at("id")
        guard !id.isNull else {
            notified(method, parameters)
            return nil
        }
        do throws(Failure) {
            if isShutDown { throw Failure(code: .invalidRequest, message: "the server is shut down") }
            let result = try answer(method, parameters)
            surroundings.send(["jsonrpc": "2.0", "id": id, "result": result])
        } catch {
            surroundings.send([
                "jsonrpc": "2.0", "id": id,
                "error": ["code": .integer(Int128(error.code.rawValue)), "message": .string(error.message)],
            ])
        }
        return nil
    }

    // MARK: Notifications

    private func notified(_ method: String, _ parameters: JSONValue) {
        let document = parameters.at("textDocument")
        guard let uri = document.at("uri").string else { return }
        switch method {
        case "textDocument/didOpen": update(uri, document.at("text").string ?? "")
        case "textDocument/didChange":
            // The whole text each time: that is what the capabilities ask for.
            if let text = parameters.at("contentChanges").list.last?.at("text").string { update(uri, text) }
        case "textDocument/didSave":
            for other in documents.values.sorted(by: { $0.uri < $1.uri }) { analyze(other) }
        case "textDocument/didClose":
            documents[uri] = nil
            analyses[uri] = nil
            publish(uri, [])
        default: return
        }
    }

    private func update(_ uri: String, _ text: String) {
        let document = EditedDocument(uri: uri, text: text)
        documents[uri] = document
        analyze(document)
    }

    private func analyze(_ document: EditedDocument) {
        let opened = Dictionary(
            documents.values.map { ($0.source.path, $0.source.bytes) }, uniquingKeysWith: { first, _ in first })
        let read = surroundings.read
        let analysis = SpecAnalysis(document) { path in opened[path] ?? read(path) }
        analyses[document.uri] = analysis
        publish(
            document.uri,
            analysis.diagnostics.filter { $0.range.file.path == document.source.path }.map { json($0, document) })
    }

    private func publish(_ uri: String, _ diagnostics: [JSONValue]) {
        surroundings.send([
            "jsonrpc": "2.0", "method": "textDocument/publishDiagnostics",
            "params": ["uri": .string(uri), "diagnostics": .array(diagnostics)],
        ])
    }

    private func json(_ diagnostic: Diagnostic, _ document: EditedDocument) -> JSONValue {
        let related = diagnostic.related.filter { $0.range.file.path == document.source.path }.map {
            place -> JSONValue in
            [
                "location": ["uri": .string(document.uri), "range": document.range(place.range)],
                "message": .string(place.message),
            ]
        }
        return [
            "range": document.range(diagnostic.range), "severity": .integer(diagnostic.severity == .error ? 1 : 2),
            "code": .string(diagnostic.code.rawValue), "source": "shmcheck",
            "message": .string(([diagnostic.message] + diagnostic.notes.map { "help: \($0)" }).joined(separator: "\n")),
            "relatedInformation": .array(related),
        ]
    }

    // MARK: Requests

    private func answer(_ method: String, _ parameters: JSONValue) throws(Failure) -> JSONValue {
        switch method {
        case "initialize": return capabilities
        case "shutdown":
            isShutDown = true
            return .null
        case "workspace/executeCommand": return try execute(parameters)
        default: break
        }
        guard method.hasPrefix("textDocument/") else {
            throw Failure(code: .methodNotFound, message: "there is no method \(method)")
        }
        guard let uri = parameters.at("textDocument").at("uri").string, let analysis = analyses[uri] else {
            throw Failure(code: .invalidParams, message: "the document is not open")
        }
        let features = EditorFeatures(analysis)
        let offset = analysis.document.offset(parameters.at("position"))
        switch method {
        case "textDocument/hover": return features.hover(offset)
        case "textDocument/definition": return features.definition(offset)
        case "textDocument/references": return features.references(offset)
        case "textDocument/documentHighlight": return features.highlights(offset)
        case "textDocument/documentSymbol": return features.symbols
        case "textDocument/completion": return features.completions(offset)
        case "textDocument/formatting": return features.formatting
        case "textDocument/codeLens": return features.lenses(verdicts)
        case "textDocument/prepareRename": return features.prepareRename(offset)
        case "textDocument/rename":
            let name = parameters.at("newName").string ?? ""
            switch features.rename(offset, to: name) {
            case .success(let edit): return edit
            case .failure(let refusal): throw Failure(code: .requestFailed, message: refusal.message)
            }
        default: throw Failure(code: .methodNotFound, message: "there is no method \(method)")
        }
    }

    private var capabilities: JSONValue {
        [
            "capabilities": [
                "positionEncoding": "utf-16",
                "textDocumentSync": ["openClose": .bool(true), "change": .integer(1), "save": .bool(true)],
                "hoverProvider": .bool(true), "definitionProvider": .bool(true), "referencesProvider": .bool(true),
                "documentHighlightProvider": .bool(true), "documentSymbolProvider": .bool(true),
                "completionProvider": ["triggerCharacters": .array([.string(".")])],
                "documentFormattingProvider": .bool(true), "codeLensProvider": ["resolveProvider": .bool(false)],
                "renameProvider": ["prepareProvider": .bool(true)],
                "executeCommandProvider": ["commands": .array([.string("shmcheck.check")])],
            ],
            "serverInfo": ["name": "shmcheck", "version": .string(surroundings.version)],
        ]
    }

    /// Runs a check in the background and tells how it came out.
    private func execute(_ parameters: JSONValue) throws(Failure) -> JSONValue {
        let arguments = parameters.at("arguments").list
        guard parameters.at("command").string == "shmcheck.check", arguments.count == 2,
            let uri = arguments[0].string, let name = arguments[1].string, let document = documents[uri]
        else {
            throw Failure(
                code: .invalidParams, message: "shmcheck.check takes an open document and the name of a check")
        }
        var options = CheckOptions()
        options.only = [name]
        options.limits.seconds = 60
        let (verdicts, surroundings, source) = (verdicts, surroundings, document.source)
        let shared = options
        surroundings.inBackground {
            let result = check(source, read: { surroundings.read($0) }, options: shared)
            let text = GateText.verdict(result)
            verdicts.put(text, uri, name)
            surroundings.send([
                "jsonrpc": "2.0", "method": "window/showMessage",
                "params": ["type": .integer(3), "message": .string("\(name): \(text)")],
            ])
            surroundings.send([
                "jsonrpc": "2.0", "id": .string("lens-\(name)"), "method": "workspace/codeLens/refresh",
                "params": .null,
            ])
        }
        return .null
    }
}

/// How checks came out last, by document and name.
final class LastVerdicts: Sendable {
    private struct Key: Hashable {
        let uri: String
        let name: String
    }
    private let texts = Mutex<[Key: String]>([:])

    func put(_ text: String, _ uri: String, _ name: String) {
        texts.withLock { $0[Key(uri: uri, name: name)] = text }
    }

    func text(_ uri: String, _ name: String) -> String? { texts.withLock { $0[Key(uri: uri, name: name)] } }
}
