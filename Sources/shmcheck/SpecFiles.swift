// Reading spec files: exact path first, then one that differs in case alone; never more than a spec can have.

import Model
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Why a file cannot be read.
struct ReadError: Error {
    let message: String
}

/// Finds and reads specs.
enum SpecFiles {
    /// Reads a spec that the user named, or an embedded library file of that name.
    static func source(_ path: String) throws(ReadError) -> SourceFile {
        do throws(ReadError) {
            return SourceFile(path: path, bytes: try read(path))
        } catch {
            if let resolved = differingInCase(path), resolved != path {
                Terminal.note("\(path) is not there; using \(resolved)")
                return SourceFile(path: resolved, bytes: try read(resolved))
            }
            if let bytes = StandardLibrary.file(path) { return SourceFile(path: path, bytes: bytes) }
            throw error
        }
    }

    /// Reads an import; nil when there is no such file.
    static func imported(_ path: String) -> [UInt8]? { try? read(path) }

    /// At most one byte more than a spec may have: enough to see that it is too large.
    private static func read(_ path: String, limit: Int = Parser.sizeLimit) throws(ReadError) -> [UInt8] {
        do {
            let file = try FileDescriptor.open(FilePath(path), .readOnly)
            return try file.closeAfter {
                var bytes: [UInt8] = []
                var buffer = [UInt8](repeating: 0, count: 1 << 16)
                while bytes.count <= limit {
                    let count = try buffer.withUnsafeMutableBytes { try file.read(into: $0) }
                    if count == 0 { break }
                    bytes += buffer[..<count]
                }
                return bytes
            }
        } catch let error as Errno {
            throw ReadError(message: "\(path): \(error.description)")
        } catch {
            throw ReadError(message: "\(path) cannot be read")
        }
    }

    /// The one existing path whose components agree but for their case.
    private static func differingInCase(_ path: String) -> String? {
        var found = path.hasPrefix("/") ? "/" : ""
        for component in path.split(separator: "/") {
            let matches = entries(of: found.isEmpty ? "." : found).filter { $0.lowercased() == component.lowercased() }
            guard let name = matches.first(where: { $0 == component }) ?? (matches.count == 1 ? matches[0] : nil) else {
                return nil
            }
            found += found.isEmpty || found == "/" ? name : "/\(name)"
        }
        return found
    }

    private static func entries(of directory: String) -> [String] {
        guard let handle = opendir(directory) else { return [] }
        defer { closedir(handle) }
        var names: [String] = []
        while let entry = readdir(handle) {
            names.append(
                withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                    pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                })
        }
        return names
    }

    /// The bytes of any file that is no longer than a report can be.
    static func bytes(_ path: String) throws(ReadError) -> [UInt8] { try read(path, limit: 1 << 30) }
}
