// Reads a spec with its imports: beside the spec first, then the embedded library.

/// A spec file with everything it imports, parsed and not yet typed.
public struct LoadedSpec: Sendable {
    /// The file that was asked for.
    public let main: SpecSyntax
    /// All items, imports first, each with whether the main file has it.
    public let entries: [(item: ItemSyntax, isOwn: Bool)]
    /// What imports set: constants and type aliases.
    public let importSettings: [SettingSyntax]
}

/// Finds and parses imports, each file once.
public struct SpecLoader {
    /// Reads a file beside the spec; nil when there is none.
    public typealias Reader = (_ path: String) -> [UInt8]?

    private let read: Reader
    private let diagnostics: Diagnostics
    private var seen: Set<String> = []
    private var entries: [(item: ItemSyntax, isOwn: Bool)] = []
    private var settings: [SettingSyntax] = []

    /// A loader over a way to read files.
    public init(diagnostics: Diagnostics, read: @escaping Reader) {
        self.diagnostics = diagnostics
        self.read = read
    }

    /// Parses a source and its imports. Nil when the source is no spec at all; other mistakes are diagnostics.
    public mutating func load(_ source: SourceFile) -> LoadedSpec? {
        guard let main = parse(source, diagnostics: diagnostics) else { return nil }
        seen.insert(source.path)
        add(main, isOwn: true, directory: Self.directory(of: source.path))
        return LoadedSpec(main: main, entries: entries, importSettings: settings)
    }

    private mutating func add(_ spec: SpecSyntax, isOwn: Bool, directory: String) {
        for item in spec.items {
            if case .importFile(let path, let range, let values) = item.kind {
                settings += values
                importFile(path, range, directory)
            }
        }
        for item in spec.items {
            switch item.kind {
            case .check, .fault, .kernel, .importFile:
                // An imported file's own checks are its own; the main file's are read from `main`.
                if isOwn { entries.append((item, true)) }
            default: entries.append((item, isOwn))
            }
        }
    }

    private mutating func importFile(_ path: String, _ range: SourceRange, _ directory: String) {
        let beside = directory.isEmpty || path.hasPrefix("/") ? path : "\(directory)/\(path)"
        guard !seen.contains(beside), !seen.contains(path) else { return }
        let source: SourceFile
        if let bytes = read(beside) {
            seen.insert(beside)
            source = SourceFile(path: beside, bytes: bytes)
        } else if let bytes = StandardLibrary.file(path) {
            seen.insert(path)
            source = SourceFile(path: path, bytes: bytes)
        } else {
            diagnostics.report(
                .importNotFound, "there is no \(path) beside the spec or in the library", at: range,
                notes: Spelling.suggestion(for: path, among: StandardLibrary.names)
                    + ["the library has \(StandardLibrary.names.joined(separator: ", "))"])
            return
        }
        guard let spec = parse(source, diagnostics: diagnostics) else { return }
        add(spec, isOwn: false, directory: Self.directory(of: source.path))
    }

    private static func directory(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
    }
}
