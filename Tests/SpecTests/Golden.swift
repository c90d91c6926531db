// Golden files: texts that were read once and must stay as they are.

import Foundation
import Testing

/// The files of `Tests/SpecTests/Golden`.
enum Golden {
    static let folder = ShippedSpecTests.root.appending(path: "Tests/SpecTests/Golden")

    /// Compares a text with a golden file. With `SHMCHECK_GOLDEN=write` it is written first: read it before it is
    /// committed.
    static func expect(_ text: String, at path: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let file = folder.appending(path: path)
        if ProcessInfo.processInfo.environment["SHMCHECK_GOLDEN"] == "write" {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
        let golden = try String(decoding: Data(contentsOf: file), as: UTF8.self)
        #expect(text == golden, sourceLocation: sourceLocation)
    }
}
