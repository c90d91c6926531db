// Writing reports and traces: folders are made, and what cannot be written is told before a long run.

import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension SpecFiles {
    /// Writes a file, making its folders. `-` is standard output.
    static func write(_ text: String, to path: String) throws(ReadError) {
        try write(text, to: path, [.create, .truncate])
    }

    /// Writes at the end of a file.
    static func append(_ text: String, to path: String) throws(ReadError) {
        try write(text, to: path, [.create, .append])
    }

    private static func write(_ text: String, to path: String, _ options: FileDescriptor.OpenOptions) throws(ReadError)
    {
        if path == "-" {
            Terminal.write(text, to: .standardOutput)
            return
        }
        makeFolders(of: path)
        do {
            let file = try FileDescriptor.open(
                FilePath(path), .writeOnly, options: options,
                permissions: [.ownerReadWrite, .groupRead, .otherRead])
            _ = try file.closeAfter { try file.writeAll(text.utf8) }
        } catch let error as Errno {
            throw ReadError(message: "\(path): \(error.description)")
        } catch {
            throw ReadError(message: "\(path) cannot be written")
        }
    }

    /// Whether a file can be written: its folders are made, and it is opened, but nothing in it changes.
    static func checkIsWritable(_ path: String) throws(ReadError) {
        if path == "-" { return }
        makeFolders(of: path)
        let isNew = access(path, F_OK) != 0
        do {
            let file = try FileDescriptor.open(
                FilePath(path), .writeOnly, options: [.create], permissions: [.ownerReadWrite, .groupRead, .otherRead])
            try file.close()
        } catch let error as Errno {
            throw ReadError(message: "\(path): \(error.description)")
        } catch {
            throw ReadError(message: "\(path) cannot be written")
        }
        if isNew { unlink(path) }
    }

    private static func makeFolders(of path: String) {
        var folder = ""
        for component in path.split(separator: "/", omittingEmptySubsequences: false).dropLast() {
            folder += folder.isEmpty && !path.hasPrefix("/") ? String(component) : "/\(component)"
            if !folder.isEmpty { mkdir(folder, 0o777) }
        }
    }
}
