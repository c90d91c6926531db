// The checkpoints of a check: each of its explorations, which follow from one another, has its own.

import Model

/// Names the explorations of a check one after another. A run that goes on from checkpoints makes them in the same order:
/// those that were done are read back as they ended.
struct ExplorationSeries {
    private let folder: any CheckpointFolder
    private let name: String
    private let key: VerdictKey
    private var number = 0

    /// Nil where no checkpoints are kept.
    init?(_ check: CheckRun) {
        guard let folder = check.options.checkpoints else { return nil }
        self.folder = folder
        key = VerdictKey(check, engine: "")
        name = Self.name(spec: check.loaded.main.source.path, check: check.configuration.displayName)
    }

    /// The beginning of the names of a check's files.
    static func name(spec path: String, check: String) -> String {
        let file = path.split(separator: "/").last.map(String.init) ?? path
        let readable = "\(file)-\(check)".map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == ".") ? $0 : "-" }
        // Two files in different folders may have the same name.
        return String(readable.prefix(80)) + "-" + VerdictKey.hash("\(path): \(check)").suffix(8)
    }

    /// The checkpoints of the next exploration.
    mutating func next(_ program: Program, _ unguarded: Set<String>) -> CheckpointSeries {
        number += 1
        let exploration = [
            "unguarded \(unguarded.sorted().joined(separator: " "))",
            "numbers of \(program.layout.shapes.pool.idBits) bits",
            program.symmetry == nil ? "each state by itself" : "states stand for others",
        ]
        return CheckpointSeries(
            folder, name: "\(name).\(number)",
            identity: CheckpointIdentity(
                program: folder.program, spec: key.spec, options: key.options,
                exploration: exploration.joined(separator: "; ")))
    }
}
