// Parts of a run: which checks this process makes, and what it leaves for `shmcheck merge`.

import ArgumentParser
import Checker
import Model
import SystemPackage

/// Options of a run that may be a part of a larger one.
struct PartOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Make only this part of the checks: 3/16 is the third of sixteen.", valueName: "i/n"),
        transform: { text in
            guard let shard = Shard(text) else { throw ValidationError("a shard is a number and a count, as 3/16") }
            return shard
        })
    var shard: Shard?
    @Option(
        help: ArgumentHelp(
            "Write what was found for `shmcheck merge`; a shard writes OUT-DIR/shard-3-of-16.json unless it is said.",
            valueName: "file"))
    var part: String?

    func validate() throws {
        guard part != "" else { throw ValidationError("--part takes a file") }
    }

    /// Whether a document is written.
    var isWritten: Bool { shard != nil || part != nil }

    /// Where it is written.
    func path(outDir: String) -> String { part ?? shard.map { "\(outDir)/\($0.fileName)" } ?? "" }
}

/// A run that makes its share of the checks of some specs.
struct PartOfRun {
    let options: PartOptions
    let settings: RunSettings
    /// All checks of the whole run; empty when the run is whole and leaves nothing behind.
    let plan: [PlannedCheck]

    init(_ options: PartOptions, _ settings: RunSettings, _ checks: CheckOptions, paths: [String]) {
        self.options = options
        self.settings = settings
        plan = options.isWritten ? paths.flatMap { Self.plan(of: $0, checks) } : []
    }

    /// The checks of a file; one that cannot be read is an entry by itself.
    static func plan(of path: String, _ options: CheckOptions) -> [PlannedCheck] {
        do throws(ReadError) {
            return Checker.plan(try SpecFiles.source(path), read: SpecFiles.imported, options: options)
        } catch {
            return [PlannedCheck(unreadable: path)]
        }
    }

    /// Which checks of a file are this process's; nil when it has none.
    func options(for path: String, _ checks: CheckOptions) -> CheckOptions? {
        guard let shard = options.shard else { return checks }
        let own = plan.enumerated().filter { $0.element.spec == path && shard.has($0.offset) }.map(\.element)
        guard !own.isEmpty else { return nil }
        var checks = checks
        // A file with mistakes is told as a whole.
        if !own.contains(where: { $0.name == nil }) { checks.units = Set(own.compactMap(\.name)) }
        return checks
    }

    /// Writes what was found.
    ///
    /// - Returns: whether it could be written.
    func write(_ results: [SpecResult], outDir: String) -> Bool {
        guard options.isWritten else { return true }
        let document = ShardDocument(
            maker: .this, shard: options.shard, settings: settings, plan: plan, results: results)
        return Self.write(document, to: options.path(outDir: outDir))
    }

    static func write(_ document: ShardDocument, to path: String) -> Bool {
        do throws(ReadError) { try SpecFiles.write(document.text, to: path) } catch {
            Terminal.note("what was found is not written: \(error.message)")
            return false
        }
        return true
    }
}

extension ShardMaker {
    /// This program: its version, and a digest of its file, FNV-1a over words of 64 bits.
    static var this: ShardMaker {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        if let file = try? FileDescriptor.open(FilePath("/proc/self/exe"), .readOnly) {
            while case let count? = try? buffer.withUnsafeMutableBytes({ try file.read(into: $0) }), count > 0 {
                for index in count..<max(count, (count + 7) / 8 * 8) { buffer[index] = 0 }
                buffer.withUnsafeBytes { bytes in
                    for index in stride(from: 0, to: count, by: 8) {
                        let word = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                        hash = (hash ^ word) &* 0x100_0000_01b3
                        hash ^= hash >> 32
                    }
                }
            }
            try? file.close()
        }
        return ShardMaker(version: Version.text, program: String(hash, radix: 16))
    }
}
