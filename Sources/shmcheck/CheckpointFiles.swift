// A folder of checkpoints: data that only grow, and heads that are replaced as a whole.

import ArgumentParser
import Checker
import Synchronization
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Options of runs that are kept while they go on.
struct CheckpointOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Keep explorations in this folder while they run, so that --resume goes on after a crash or a limit.",
            valueName: "folder"))
    var checkpoint: String?
    @Option(help: ArgumentHelp("Keep them so often; every 60s unless it is said.", valueName: "time"))
    var checkpointEvery: Amount?
    @Flag(help: "Go on from what --checkpoint has kept: the results are those of a run that was never ended.")
    var resume = false

    func validate() throws {
        guard checkpoint != "" else { throw ValidationError("--checkpoint takes a folder") }
        guard !resume || checkpoint != nil else {
            throw ValidationError("--resume goes with --checkpoint, which names the folder to go on from")
        }
    }

    /// The folder, ready to be used; nil when no checkpoints are asked for.
    ///
    /// - Parameter plan: the checks of the run.
    /// - Throws: ends the program with 74 when the folder cannot be used, or is of another run.
    func files(_ plan: () -> [PlannedCheck]) throws -> CheckpointFiles? {
        guard let checkpoint else { return nil }
        do throws(CheckpointMistake) {
            let files = try CheckpointFiles(checkpoint, seconds: checkpointEvery?.number ?? 60, resumes: resume)
            let heads = try files.heads
            let others = "it has those of \(heads.prefix(3).joined(separator: ", "))"
            if !resume, !heads.isEmpty {
                throw CheckpointMistake(
                    message: "\(checkpoint) has checkpoints already: go on from them with --resume, or remove them")
            }
            if resume, heads.isEmpty { Terminal.note("\(checkpoint) has no checkpoint yet: the run begins anew") }
            if resume, !heads.isEmpty {
                let names = plan().map { "\($0.checkpointName)." }
                guard heads.contains(where: { head in names.contains { head.hasPrefix($0) } }) else {
                    throw CheckpointMistake(message: "\(checkpoint) has no checkpoint of these checks: \(others)")
                }
            }
            return files
        } catch {
            Terminal.note("no checkpoint can be used: \(error.message)")
            throw ExitCode(Int32(ExitStatus.inputOutput.rawValue))
        }
    }
}

/// The files of one run, in a folder that no other run uses at the same time.
final class CheckpointFiles: CheckpointFolder {
    let program: String
    let seconds: Double
    let resumes: Bool
    private let folder: String
    /// Held until the program ends, however it ends.
    private let lock: FileDescriptor
    private let used = Mutex<Set<String>>([])

    init(_ folder: String, seconds: Double, resumes: Bool) throws(CheckpointMistake) {
        self.folder = folder
        self.seconds = seconds
        self.resumes = resumes
        program = "\(ShardMaker.this.version) \(ShardMaker.this.program)"
        mkdir(folder, 0o777)
        do {
            lock = try FileDescriptor.open(
                FilePath("\(folder)/lock"), .readWrite, options: .create, permissions: [.ownerReadWrite])
        } catch {
            throw CheckpointMistake(message: "\(folder): \(Self.words(error))")
        }
        // A run that was killed just now may not be gone yet.
        var tries = 0
        while flock(lock.rawValue, LOCK_EX | LOCK_NB) != 0 {
            tries += 1
            guard tries < 30 else { throw CheckpointMistake(message: "\(folder) is in use by another run") }
            usleep(100_000)
        }
    }

    /// Names of the heads in the folder.
    var heads: [String] {
        get throws(CheckpointMistake) {
            do throws(CommandFailure) {
                return try HostFiles.names(in: folder).filter { $0.hasSuffix(".head") }
            } catch {
                throw CheckpointMistake(message: error.description)
            }
        }
    }

    /// Ends what was kept: of no use after a run that decided everything, and else to be gone on with.
    func finish(_ results: [SpecResult]) {
        let isDone =
            results.allSatisfy { result in
                result.readError == nil && result.checks.allSatisfy { $0.limit == nil || $0.limit == .depth }
            } && Interrupts.exitCode == nil
        let names = used.withLock { $0 }
        if isDone {
            // Heads first, for good: without one, what else is left of a checkpoint is of no run.
            for name in names where name.hasSuffix(".head") { unlink(path(name)) }
            synchronizeFolder()
            for name in names { unlink(path(name)) }
        } else if names.contains(where: { $0.hasSuffix(".head") }) {
            Terminal.note("what was explored is kept in \(folder): the same command with --resume goes on from there")
        }
    }

    private func path(_ name: String) -> String { "\(folder)/\(name)" }

    private static func words(_ error: any Error) -> String {
        (error as? Errno)?.description ?? "\(error)"
    }

    private func opened<Result>(
        _ name: String, _ mode: FileDescriptor.AccessMode, _ options: FileDescriptor.OpenOptions = [],
        _ body: (FileDescriptor) throws -> Result
    ) throws(CheckpointMistake) -> Result {
        used.withLock { _ = $0.insert(name) }
        do {
            let file = try FileDescriptor.open(
                FilePath(path(name)), mode, options: options, permissions: [.ownerReadWrite, .groupRead, .otherRead])
            return try file.closeAfter { try body(file) }
        } catch {
            throw CheckpointMistake(message: "\(path(name)): \(Self.words(error))")
        }
    }

    // MARK: Writing

    func write(_ bytes: UnsafeRawBufferPointer, to name: String, at offset: Int) throws(CheckpointMistake) {
        try opened(name, .writeOnly, .create) { file in
            _ = try file.writeAll(toAbsoluteOffset: Int64(offset), bytes)
        }
    }

    func synchronize(_ name: String) throws(CheckpointMistake) {
        try opened(name, .writeOnly) { file in
            guard fsync(file.rawValue) == 0 else { throw Errno(rawValue: errno) }
        }
    }

    func replace(_ name: String, with bytes: [UInt8]) throws(CheckpointMistake) {
        let draft = "\(name).new"
        try opened(draft, .writeOnly, [.create, .truncate]) { file in
            _ = try file.writeAll(bytes)
            guard fsync(file.rawValue) == 0 else { throw Errno(rawValue: errno) }
        }
        guard rename(path(draft), path(name)) == 0 else {
            throw CheckpointMistake(message: "\(path(name)): \(Errno(rawValue: errno).description)")
        }
        used.withLock { _ = $0.insert(name) }
        synchronizeFolder()
    }

    /// Makes names outlive the machine; where a folder cannot be opened, nothing can be done for them.
    private func synchronizeFolder() {
        guard let file = try? FileDescriptor.open(FilePath(folder), .readOnly) else { return }
        fsync(file.rawValue)
        try? file.close()
    }

    func giveUp(_ mistake: CheckpointMistake) {
        Terminal.note("no more checkpoints are kept, and the run goes on: \(mistake.message)")
    }

    // MARK: Reading

    func content(of name: String) throws(CheckpointMistake) -> [UInt8]? {
        guard access(path(name), F_OK) == 0 else { return nil }
        return try opened(name, .readOnly) { file in
            let size = try file.seek(offset: 0, from: .end)
            var bytes = [UInt8](repeating: 0, count: Int(size))
            let count = try bytes.withUnsafeMutableBytes { try Self.fill($0, from: file) }
            return Array(bytes.prefix(count))
        }
    }

    func read(_ name: String, into bytes: UnsafeMutableRawBufferPointer) throws(CheckpointMistake) -> Bool {
        if bytes.isEmpty { return true }
        return try opened(name, .readOnly) { try Self.fill(bytes, from: $0) == bytes.count }
    }

    /// Reads from the beginning; returns how many bytes there were.
    private static func fill(_ bytes: UnsafeMutableRawBufferPointer, from file: FileDescriptor) throws -> Int {
        var count = 0
        while count < bytes.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: bytes[count...])
            let read = try file.read(fromAbsoluteOffset: Int64(count), into: rest)
            if read == 0 { break }
            count += read
        }
        return count
    }
}
