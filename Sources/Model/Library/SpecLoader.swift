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
    private var seen: Set<Place> = []
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
        let place = Place(path: Self.simplified(source.path), isEmbedded: false)
        seen.insert(place)
        add(main, isOwn: true, from: place)
        return LoadedSpec(main: main, entries: entries, importSettings: settings)
    }

    /// Where a file was found: the same words may name a file beside the spec and one of the library.
    private struct Place: Hashable {
        let path: String
        let isEmbedded: Bool

        /// Another file, as this one names it.
        func neighbour(_ name: String) -> Place {
            guard !name.hasPrefix("/"), let slash = path.lastIndex(of: "/") else {
                return Place(path: SpecLoader.simplified(name), isEmbedded: isEmbedded)
            }
            return Place(path: SpecLoader.simplified(path[...slash] + name), isEmbedded: isEmbedded)
        }
    }

    private mutating func add(_ spec: SpecSyntax, isOwn: Bool, from place: Place) {
        for item in spec.items {
            if case .importFile(let path, let range, let values) = item.kind {
                settings += values
                importFile(path, range, from: place)
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

    private mutating func importFile(_ path: String, _ range: SourceRange, from place: Place) {
        // A file of the library knows its neighbours only; all others ask beside themselves first.
        let candidates = [place.neighbour(path), Place(path: path, isEmbedded: true)]
        for candidate in candidates {
            if seen.contains(candidate) { return }
            guard let bytes = candidate.isEmbedded ? StandardLibrary.file(candidate.path) : read(candidate.path) else {
                continue
            }
            seen.insert(candidate)
            let source = SourceFile(path: candidate.path, bytes: bytes)
            if let spec = parse(source, diagnostics: diagnostics) { add(spec, isOwn: false, from: candidate) }
            return
        }
        diagnostics.report(
            .importNotFound, "there is no file \"\(path)\" beside the spec or in the library", at: range,
            notes: Spelling.suggestion(for: path, among: StandardLibrary.names)
                + ["the library has \(StandardLibrary.names.joined(separator: ", "))"])
    }

    /// A path without `.` and, as far as possible, without `..`: two ways to write one file are one.
    private static func simplified(_ path: String) -> String {
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == "..", let last = parts.last, last != ".." {
                parts.removeLast()
            } else {
                parts.append(part)
            }
        }
        return (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
    }
}
