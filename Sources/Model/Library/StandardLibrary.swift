// The standard library: `.spec` files embedded in the binary, found by `import "lib/…"`.

/// The embedded `.spec` files.
public enum StandardLibrary {
    /// Paths as `import` writes them, sorted.
    public static var names: [String] { files.keys.sorted() }

    /// The text of a library file; nil when there is none of that path.
    public static func file(_ path: String) -> [UInt8]? { files[path] }

    private static let files: [String: [UInt8]] = [:]
}
