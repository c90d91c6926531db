// The checkpoints of one exploration: what grows is added to files, and a small head that says how much of them counts.

/// What an exploration must agree in with the one whose checkpoint it goes on from.
struct CheckpointIdentity: Equatable {
    /// The program and its build.
    var program: String
    /// The spec's tokens.
    var spec: String
    /// What was asked of the check.
    var options: String
    /// Which of the explorations of the check it is: data whose guards were taken away, width of numbers, symmetry.
    var exploration: String
}

/// Keeps one exploration. Each checkpoint adds what is new to the data, makes sure of it, and then replaces the head: a
/// program that dies between leaves the last head, for which all data are there.
final class CheckpointSeries {
    private static let magic = "shmcheck checkpoint"
    private static let version = 1

    private let folder: any CheckpointFolder
    private let name: String
    private let identity: CheckpointIdentity
    private var sections: [Section] = []
    private let clock = ContinuousClock()
    private var last: ContinuousClock.Instant
    private var hasFailed = false
    /// Whether there is a checkpoint.
    private(set) var isKept = false

    /// A file of data that only grows.
    private struct Section {
        let suffix: String
        var byteCount = 0
        var sum = CheckpointSum()
    }

    /// - Parameter name: the beginning of the names of the files.
    init(_ folder: any CheckpointFolder, name: String, identity: CheckpointIdentity) {
        self.folder = folder
        self.name = name
        self.identity = identity
        last = clock.now
    }

    private var headName: String { "\(name).head" }

    /// Whether so much time has passed since the last checkpoint that the next one is due.
    var isDue: Bool { !hasFailed && last.duration(to: clock.now) >= .seconds(folder.seconds) }

    // MARK: Writing

    /// Keeps an exploration as it stands. What cannot be written is told once, and the exploration goes on without.
    ///
    /// - Parameters:
    ///   - data: what only grows: all of it, with the same bytes as before at its beginning.
    ///   - write: adds what else there is to the head.
    func save(_ data: [(suffix: String, bytes: UnsafeRawBufferPointer)], _ write: (inout CheckpointWriter) -> Void) {
        guard !hasFailed else { return }
        do throws(CheckpointMistake) {
            for (suffix, bytes) in data { try add(bytes, to: suffix) }
            var head = CheckpointWriter()
            head.add(Self.magic)
            head.add(Self.version)
            for text in [identity.program, identity.spec, identity.options, identity.exploration] { head.add(text) }
            head.add(sections.count)
            for section in sections {
                head.add(section.suffix)
                head.add(section.byteCount)
                head.add(section.sum.value)
            }
            write(&head)
            head.close()
            try folder.replace(headName, with: head.bytes)
            isKept = true
        } catch {
            hasFailed = true
            folder.giveUp(error)
        }
        last = clock.now
    }

    private func add(_ bytes: UnsafeRawBufferPointer, to suffix: String) throws(CheckpointMistake) {
        let index = sections.firstIndex { $0.suffix == suffix } ?? sections.count
        if index == sections.count { sections.append(Section(suffix: suffix)) }
        let known = sections[index].byteCount
        guard known < bytes.count else { return }
        let new = UnsafeRawBufferPointer(rebasing: bytes[known...])
        try folder.write(new, to: "\(name).\(suffix)", at: known)
        try folder.synchronize("\(name).\(suffix)")
        sections[index].sum.add(new)
        sections[index].byteCount = bytes.count
    }

    // MARK: Reading

    /// What a checkpoint holds; nil when there is none.
    ///
    /// - Throws: `CheckpointMistake` when it is damaged, or of something else than this exploration.
    func head() throws(CheckpointMistake) -> CheckpointReader? {
        guard folder.resumes, let bytes = try folder.content(of: headName) else { return nil }
        var head = try CheckpointReader(bytes, name: headName)
        guard try head.text() == Self.magic else { throw mistake("is no checkpoint") }
        guard try head.word() == UInt64(Self.version) else {
            throw mistake("has the format of another version of shmcheck")
        }
        let (program, spec) = (try head.text(), try head.text())
        let (options, exploration) = (try head.text(), try head.text())
        if program != identity.program { throw mistake("was written by another build of shmcheck (\(program))") }
        if spec != identity.spec { throw mistake("is of another version of the spec, or of another check") }
        if options != identity.options { throw mistake("is of a run with other options") }
        if exploration != identity.exploration { throw mistake("is of another exploration of the check") }
        var sections: [Section] = []
        for _ in 0..<(try head.number(below: 256)) {
            let (suffix, byteCount) = (try head.text(), try head.count())
            sections.append(Section(suffix: suffix, byteCount: byteCount, sum: CheckpointSum(value: try head.word())))
        }
        self.sections = sections
        return head
    }

    /// How many bytes of a file count.
    func byteCount(of suffix: String) -> Int { sections.first { $0.suffix == suffix }?.byteCount ?? 0 }

    /// Reads what counts of a file into memory of its size.
    ///
    /// - Throws: `CheckpointMistake` when the file is shorter, or has other bytes.
    func read(_ suffix: String, into bytes: UnsafeMutableRawBufferPointer) throws(CheckpointMistake) {
        guard let section = sections.first(where: { $0.suffix == suffix }), section.byteCount == bytes.count else {
            if bytes.isEmpty { return }
            throw mistake("does not say how long \(name).\(suffix) is")
        }
        guard try folder.read("\(name).\(suffix)", into: bytes) else {
            throw CheckpointMistake(message: "\(name).\(suffix) is cut off")
        }
        var sum = CheckpointSum()
        sum.add(UnsafeRawBufferPointer(bytes))
        guard sum.value == section.sum.value else { throw CheckpointMistake(message: "\(name).\(suffix) is damaged") }
    }

    /// Says that the exploration goes on from a checkpoint.
    func noteRestored() {
        isKept = true
        last = clock.now
    }

    /// Something is wrong with the checkpoint.
    func mistake(_ words: String) -> CheckpointMistake { CheckpointMistake(message: "\(headName) \(words)") }
}
