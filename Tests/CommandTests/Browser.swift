// Debian's headless Chromium, driven through pipes by its DevTools protocol: what a person would see and press.

import Foundation
import Testing

/// Why the browser did not answer.
struct BrowserFailure: Error { let message: String }

/// A page in a headless browser.
final class Browser {
    static let program = "/usr/bin/chromium"
    static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: program) }

    private let process = Process()
    private let folder: TemporaryFolder
    private var input: Int32 = -1
    private var output: Int32 = -1
    private var bytes: [UInt8] = []
    private var lastID = 0
    private var session: String?
    /// What the page wrote to the console or threw.
    private(set) var complaints: [String] = []

    init() throws {
        folder = try TemporaryFolder()
        let (commands, answers) = (folder.url.appending(path: "in").path(), folder.url.appending(path: "out").path())
        try #require(mkfifo(commands, 0o600) == 0 && mkfifo(answers, 0o600) == 0)
        process.executableURL = URL(filePath: "/bin/bash")
        let options = "--headless --no-sandbox --disable-gpu --hide-scrollbars --remote-debugging-pipe"
        process.arguments = [
            "-c", "exec \(Self.program) \(options) --user-data-dir=\"$1\" 3<\"$2\" 4>\"$3\"", "bash",
            folder.url.appending(path: "profile").path(), commands, answers,
        ]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        input = open(commands, O_WRONLY)
        output = open(answers, O_RDONLY)
        let target = try call("Target.createTarget", ["url": "about:blank"])["targetId"] as? String
        session =
            try call("Target.attachToTarget", ["targetId": target ?? "", "flatten": true])["sessionId"] as? String
        for domain in ["Page", "Runtime", "Log"] { _ = try call("\(domain).enable") }
    }

    deinit {
        process.terminate()
        close(input)
        close(output)
        process.waitUntilExit()
    }

    private func message() throws -> [String: Any] {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            if let end = bytes.firstIndex(of: 0) {
                let data = Data(bytes[..<end])
                bytes.removeSubrange(...end)
                return (try JSONSerialization.jsonObject(with: data)) as? [String: Any] ?? [:]
            }
            var poller = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
            guard poll(&poller, 1, 60_000) == 1 else { throw BrowserFailure(message: "no answer within a minute") }
            let count = read(output, &buffer, buffer.count)
            guard count > 0 else { throw BrowserFailure(message: "the browser ended") }
            bytes += buffer[..<count]
        }
    }

    @discardableResult
    func call(_ method: String, _ parameters: [String: Any] = [:]) throws -> [String: Any] {
        lastID += 1
        var command: [String: Any] = ["id": lastID, "method": method, "params": parameters]
        if let session { command["sessionId"] = session }
        var data = try JSONSerialization.data(withJSONObject: command)
        data.append(0)
        try data.withUnsafeBytes { bytes in
            var sent = 0
            while sent < bytes.count {
                let count = write(input, bytes.baseAddress?.advanced(by: sent), bytes.count - sent)
                guard count > 0 else { throw BrowserFailure(message: "the browser reads no more") }
                sent += count
            }
        }
        while true {
            let answer = try message()
            if answer["id"] as? Int == lastID {
                if let error = answer["error"] { throw BrowserFailure(message: "\(method): \(error)") }
                return answer["result"] as? [String: Any] ?? [:]
            }
            let event = answer["method"] as? String ?? ""
            if ["Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded"].contains(event) {
                complaints.append("\(answer)")
            }
        }
    }

    /// Opens a page of a size and waits until it is there.
    func visit(_ file: URL, width: Int = 1400, isDark: Bool = false, runsScripts: Bool = true, hash: String = "") throws
    {
        try call(
            "Emulation.setDeviceMetricsOverride",
            ["width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": false])
        try call(
            "Emulation.setEmulatedMedia",
            ["features": [["name": "prefers-color-scheme", "value": isDark ? "dark" : "light"]]])
        try call("Emulation.setScriptExecutionDisabled", ["value": !runsScripts])
        try call("Page.navigate", ["url": "about:blank"])
        try call("Page.navigate", ["url": file.absoluteString + hash])
        for _ in 0..<200 {
            let state = try? value("document.readyState + ' ' + location.protocol") as? String
            if state == "complete file:" { return }
            usleep(50_000)
        }
        throw BrowserFailure(message: "the page does not load")
    }

    /// The value of an expression in the page.
    func value(_ expression: String) throws -> Any? {
        let answer = try call("Runtime.evaluate", ["expression": expression, "returnByValue": true])
        if let exception = answer["exceptionDetails"] { throw BrowserFailure(message: "\(exception)") }
        return (answer["result"] as? [String: Any])?["value"]
    }

    func text(_ expression: String) throws -> String { try value(expression) as? String ?? "" }
    func number(_ expression: String) throws -> Int { (try value(expression) as? NSNumber)?.intValue ?? -1 }

    func press(_ key: String) throws {
        let codes = [
            "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40, "Home": 36, "End": 35, "Escape": 27,
            "Shift": 16,
        ]
        var parameters: [String: Any] = ["type": "keyDown", "key": key, "code": key]
        if let code = codes[key] { parameters["windowsVirtualKeyCode"] = code } else { parameters["text"] = key }
        try call("Input.dispatchKeyEvent", parameters)
        try call("Input.dispatchKeyEvent", ["type": "keyUp", "key": key, "code": key])
        // The address changes in a task of its own.
        _ = try call(
            "Runtime.evaluate", ["expression": "new Promise(done => setTimeout(done, 30))", "awaitPromise": true])
    }
}
