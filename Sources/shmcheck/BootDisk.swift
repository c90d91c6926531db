// The file behind `--disk`: read once, written through.
import Emu
import SystemPackage

/// A disk image's file, open for writing as long as the machine runs.
///
/// Each write of the guest goes to the file before the guest hears that it is done, so that a killed emulator loses
/// nothing that the guest relies on.
struct BootDisk {
    private let path: String
    private let file: FileDescriptor

    /// Opens the file, so that one that cannot be written is told before the guest starts.
    init(_ path: String) throws(CommandFailure) {
        self.path = path
        do {
            file = try FileDescriptor.open(FilePath(path), .readWrite)
        } catch {
            throw CommandFailure(
                "\(path): \(error); --discard-writes keeps the guest's writes in memory", code: 74)
        }
    }

    /// From now on the disk's writes go to the file.
    func attach(to disk: Disk) {
        disk.store = { offset, bytes in
            do {
                _ = try file.writeAll(toAbsoluteOffset: Int64(offset), bytes)
                return true
            } catch {
                HostFiles.complain("shmcheck: \(path): \(error)")
                return false
            }
        }
    }

    /// Writes all pages that differ from the image; for a debugger's session, where writes can be taken back.
    func writeAll(of disk: Disk) throws(CommandFailure) {
        do {
            for index in disk.writtenPages.sorted() {
                let page = disk.page(index).prefix(disk.size - index * 4096)
                _ = try file.writeAll(toAbsoluteOffset: Int64(index * 4096), page)
            }
        } catch {
            throw CommandFailure("\(path): \(error)", code: 74)
        }
    }
}
