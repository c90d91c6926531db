// Finding specs below folders.

import ArgumentParser
import Checker

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Searches folders for specs.
enum SpecSearch {
    /// Folders that hold no specs of the user's: what tools leave behind.
    private static let skipped: Set<String> = ["node_modules", "shmcheck-out"]

    /// The specs below a folder, sorted by path; a path that is no folder stands for itself.
    ///
    /// Hidden folders are left out, and folders behind links, which could go round in circles.
    static func specs(below path: String) -> [String] {
        guard isFolder(path, followsLinks: true) else { return [path] }
        var found: [String] = []
        collect(path == "." ? "" : path, &found)
        return found.sorted()
    }

    /// The specs below several paths, each once; this folder when there is none.
    static func specs(below paths: [String], exclude: [String]) throws -> [String] {
        var files: [String] = []
        for path in paths.isEmpty ? ["."] : paths {
            for file in specs(below: path) where !files.contains(file) { files.append(file) }
        }
        files = files.filter { file in !exclude.contains { file.contains($0) } }
        guard !files.isEmpty else {
            let place = paths.isEmpty ? "this folder" : paths.joined(separator: ", ")
            Terminal.note("there is no .spec file below \(place)")
            throw ExitCode(Int32(ExitStatus.commandLine.rawValue))
        }
        return files
    }

    private static func collect(_ folder: String, _ found: inout [String]) {
        guard let stream = opendir(folder.isEmpty ? "." : folder) else { return }
        var names: [String] = []
        while let entry = readdir(stream) {
            names.append(
                withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                })
        }
        closedir(stream)
        for name in names.sorted() where !name.hasPrefix(".") && !skipped.contains(name) {
            let path = folder.isEmpty ? name : folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
            if isFolder(path, followsLinks: false) {
                collect(path, &found)
            } else if name.hasSuffix(".spec") {
                found.append(path)
            }
        }
    }

    private static func isFolder(_ path: String, followsLinks: Bool) -> Bool {
        var status = stat()
        let result = followsLinks ? stat(path, &status) : lstat(path, &status)
        return result == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}
