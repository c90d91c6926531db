// The folder of the verdict cache: a file for each check, written whole or not at all.

import ArgumentParser
import Checker
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Keeps verdicts in files.
enum CacheFiles {
    private static let suffix = ".verdict.json"

    /// A cache in a folder.
    static func cache(_ folder: String) -> VerdictCache {
        VerdictCache(
            engine: engine,
            read: { key in try? SpecFiles.bytes("\(folder)/\(key)\(suffix)") },
            write: { key, bytes in keep(bytes, in: "\(folder)/\(key)\(suffix)") })
    }

    /// The version, and the size and time of the program itself: an engine that was built anew has other keys.
    static var engine: String {
        var status = stat()
        guard stat("/proc/self/exe", &status) == 0 else { return Version.text }
        return "\(Version.text) \(status.st_size) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
    }

    /// Two runs may write the same file at once: each writes one of its own, and the last to move it wins.
    private static func keep(_ bytes: [UInt8], in path: String) {
        let draft = "\(path).\(getpid()).\(UInt64.random(in: 0 ... .max))"
        do throws(ReadError) {
            try SpecFiles.write(String(decoding: bytes, as: UTF8.self), to: draft)
            if rename(draft, path) != 0 { unlink(draft) }
        } catch {
            unlink(draft)
        }
    }

    /// The files of a cache, with their sizes.
    static func entries(_ folder: String) -> [(path: String, bytes: Int)] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var entries: [(path: String, bytes: Int)] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            var status = stat()
            guard name.contains(suffix), stat("\(folder)/\(name)", &status) == 0 else { continue }
            entries.append(("\(folder)/\(name)", Int(status.st_size)))
        }
        return entries.sorted { $0.path < $1.path }
    }
}

/// Where verdicts are kept.
struct CacheOptions: ParsableArguments {
    @Option(help: "Keep verdicts in this folder, and take them from it; SHMCHECK_CACHE names one for all runs.")
    var cache: String?
    @Flag(help: "Take no verdict from a cache.")
    var noCache = false

    var verdicts: VerdictCache? { noCache ? nil : Self.folder(cache).map { CacheFiles.cache($0) } }

    static func folder(_ option: String?) -> String? {
        (option ?? Terminal.environment("SHMCHECK_CACHE")).flatMap { $0.isEmpty ? nil : $0 }
    }
}

/// `shmcheck cache info|clear|key`
struct CacheCommand: ParsableCommand {
    enum Action: String, ExpressibleByArgument, CaseIterable { case info, clear, key }

    static let configuration = CommandConfiguration(
        commandName: "cache", abstract: "Tell what the verdict cache holds, empty it, or print a key for a CI cache.")

    @Argument(help: "info, clear or key.")
    var action: Action = .info
    @Option(help: "The folder; SHMCHECK_CACHE as a rule.")
    var cache: String?

    func run() throws {
        if action == .key {
            print("shmcheck-\(CacheFiles.engine.replacing(" ", with: "-"))")
            return
        }
        guard let folder = CacheOptions.folder(cache) else {
            Terminal.note("there is no cache: name a folder with --cache or SHMCHECK_CACHE")
            throw ExitCode(Int32(ExitStatus.commandLine.rawValue))
        }
        let entries = CacheFiles.entries(folder)
        let bytes = entries.reduce(0) { $0 + $1.bytes }
        if action == .clear {
            for entry in entries { unlink(entry.path) }
            print("\(entries.count) verdicts removed from \(folder)")
        } else {
            print("\(folder): \(entries.count) verdicts, \((bytes + 1023) / 1024) KiB, engine \(CacheFiles.engine)")
        }
    }
}
