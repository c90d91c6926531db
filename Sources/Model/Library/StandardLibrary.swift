// The standard library: `.spec` files embedded in the binary, found by `import "lib/…"`.

import CLibrary

/// The embedded `.spec` files.
public enum StandardLibrary {
    /// Paths as `import` writes them, sorted.
    public static var names: [String] { files.map(\.path) }

    /// The text of a library file; nil when there is none of that path.
    public static func file(_ path: String) -> [UInt8]? { files.first { $0.path == path }?.bytes }

    private static var files: [(path: String, bytes: [UInt8])] {
        (0..<library_file_count()).map { index in
            let file = library_file_at(index)
            return (String(cString: file.path), Array(UnsafeBufferPointer(start: file.bytes, count: file.size)))
        }
    }
}
