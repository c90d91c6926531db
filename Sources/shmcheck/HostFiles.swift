// Reading and writing whole files, with errors that say which file and why.
import Emu
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A failure the user can act on, with the exit code it leads to.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String
    let code: Int32

    init(_ description: String, code: Int32) {
        self.description = description
        self.code = code
    }
}

extension CommandFailure {
    /// Does what reads an image, and says of which file an error is.
    static func naming<Result>(
        _ path: String, code: Int32 = 74, _ body: () throws(ImageError) -> Result
    ) throws(CommandFailure) -> Result {
        do throws(ImageError) { return try body() } catch { throw CommandFailure("\(path): \(error)", code: code) }
    }
}

enum HostFiles {
    /// The bytes of a file.
    static func read(_ path: String) throws(CommandFailure) -> [UInt8] {
        do {
            let file = try FileDescriptor.open(FilePath(path), .readOnly)
            return try file.closeAfter {
                let size = try file.seek(offset: 0, from: .end)
                try file.seek(offset: 0, from: .start)
                var position = 0
                return try [UInt8](unsafeUninitializedCapacity: Int(size)) { buffer, count in
                    while position < buffer.count {
                        let part = try file.read(
                            into: UnsafeMutableRawBufferPointer(
                                rebasing: UnsafeMutableRawBufferPointer(buffer)[position...]))
                        if part == 0 { break }
                        position += part
                    }
                    count = position
                }
            }
        } catch {
            throw CommandFailure("\(path): \(error)", code: 74)
        }
    }

    /// Replaces a file's content.
    static func write(_ bytes: [UInt8], to path: String) throws(CommandFailure) {
        do {
            let file = try FileDescriptor.open(
                FilePath(path), .writeOnly, options: [.create, .truncate], permissions: .ownerReadWrite)
            _ = try file.closeAfter { try file.writeAll(bytes) }
        } catch {
            throw CommandFailure("\(path): \(error)", code: 74)
        }
    }

    /// Keeps bytes for another time, whole or not at all; that it cannot is no failure.
    static func keep(_ bytes: [UInt8], at path: String) {
        var folder = FilePath(path)
        folder.removeLastComponent()
        mkdir(folder.string, 0o777)
        // Others may do the same at the same time: each writes a file of its own, and the last one to rename wins.
        let draft = "\(path).\(getpid())"
        do throws(CommandFailure) { try write(bytes, to: draft) } catch { return }
        if rename(draft, path) != 0 { unlink(draft) }
    }

    /// Names in a folder, sorted.
    static func names(in folder: String) throws(CommandFailure) -> [String] {
        guard let stream = opendir(folder) else {
            throw CommandFailure("\(folder): \(Errno(rawValue: errno))", code: 74)
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Prints bytes without waiting for a line's end.
    static func print(_ bytes: [UInt8]) {
        do {
            _ = try FileDescriptor.standardOutput.writeAll(bytes)
        } catch {
            exit(74)
        }
    }

    /// Prints a line to standard error.
    static func complain(_ text: String) {
        _ = try? FileDescriptor.standardError.writeAll(Array((text + "\n").utf8))
    }
}
