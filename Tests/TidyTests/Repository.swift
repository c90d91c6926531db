// The repository as the rules see it: where it lies and which files belong to it.
import Foundation

/// A text file of the repository.
struct RepositoryFile {
    /// The path from the root, with `/`.
    let path: String
    /// The whole text.
    let text: String
}

/// The repository that this source file belongs to.
enum Repository {
    /// Files larger than this are data, and no rule reads them.
    private static let sizeLimitInBytes = 2_000_000

    /// The folder that holds `Package.swift`.
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The paths of the files that are committed or would be by `git add --all`, sorted.
    ///
    /// An unpacked archive has no history to ask: there it is every file outside the build folder.
    static let paths: [String] = (pathsFromGit() ?? pathsFromDisk()).sorted()

    /// Those of the files that are text.
    static let files: [RepositoryFile] = paths.compactMap { path in
        let data = try? Data(contentsOf: root.appendingPathComponent(path))
        guard let data, data.count <= sizeLimitInBytes, let text = String(data: data, encoding: .utf8) else {
            return nil
        }
        return RepositoryFile(path: path, text: text)
    }

    /// The Swift files under `Sources` and `Tests`, and the manifest, scanned.
    static let swiftSources: [SwiftSource] = files.compactMap { file in
        let isCode = file.path.hasPrefix("Sources/") || file.path.hasPrefix("Tests/") || file.path == "Package.swift"
        return isCode && file.path.hasSuffix(".swift") ? SwiftSource(path: file.path, text: file.text) : nil
    }

    private static func pathsFromGit() -> [String]? {
        let git = Process()
        let output = Pipe()
        git.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        // A checkout that belongs to another user is common in containers, and git would refuse it.
        git.arguments = [
            "git", "-c", "safe.directory=*", "-C", root.path,
            "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--full-name",
        ]
        git.standardOutput = output
        git.standardError = FileHandle.nullDevice
        guard FileManager.default.fileExists(atPath: root.appendingPathComponent(".git").path),
            (try? git.run()) != nil
        else { return nil }
        let listing = output.fileHandleForReading.readDataToEndOfFile()
        git.waitUntilExit()
        guard git.terminationStatus == 0 else { return nil }
        return listing.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    }

    private static func pathsFromDisk() -> [String] {
        let everything = FileManager.default.enumerator(atPath: root.path)
        return (everything?.compactMap { $0 as? String } ?? []).filter { path in
            !path.split(separator: "/").contains(".build") && !path.hasSuffix("Package.resolved")
        }
    }
}
