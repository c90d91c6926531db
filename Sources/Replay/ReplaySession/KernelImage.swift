// A kernel's file as a replay needs it: its bytes, its identity, and where its code can be stopped.

package import Emu

/// A kernel to replay on.
package struct KernelImage: Sendable {
    /// What it is called in reports: a path, or `guest:Q1`.
    package let name: String
    /// The whole file.
    package let bytes: [UInt8]
    /// The file, read.
    package let file: ExecutableFile
    /// The program of the kernel's own that parks, typed at its shell; nil where none is known.
    package let parkingProgram: String?
    /// The disk that it has; nil for none.
    package let disk: [UInt8]?
    /// The folder with the files of its user programs, by their names; nil where none is known.
    package let programs: String?

    /// Reads a kernel.
    ///
    /// - Parameters:
    ///   - name: what reports call it.
    ///   - bytes: an ELF file.
    ///   - parkingProgram: a command of its shell after which a process does nothing but make system calls.
    ///   - disk: the image of its disk.
    ///   - programs: the folder with the files of its user programs.
    /// - Throws: `ImageError` when it is no RISC-V program.
    package init(
        name: String, bytes: [UInt8], parkingProgram: String? = nil, disk: [UInt8]? = nil, programs: String? = nil
    )
        throws(ImageError)
    {
        self.disk = disk
        self.name = name
        self.bytes = bytes
        self.parkingProgram = parkingProgram
        self.programs = programs
        file = try ExecutableFile(bytes)
    }

    /// A name for what is made from the file.
    package var identity: String { SHA256.hex(bytes + (disk ?? [])) }

    /// The word of `sret`.
    private static let returnWord: UInt32 = 0x1020_0073
    /// The page from which kernels in the manner of xv6 enter user mode: the highest of Sv39's lower half.
    private static let trampoline: UInt64 = 0x3f_ffff_f000

    /// Where it may return to user mode: each `sret`, where it was linked, and where the trampoline shows it.
    package var returns: Set<UInt64> {
        var result: Set<UInt64> = []
        for section in file.codeSections {
            let start = section.contents.startIndex
            for offset in stride(from: 0, to: section.contents.count - 3, by: 2) {
                let word = (0..<4).reduce(UInt32(0)) {
                    $0 | UInt32(section.contents[start + offset + $1]) << UInt32(8 * $1)
                }
                guard word == Self.returnWord else { continue }
                let address = section.address + UInt64(offset)
                result.insert(address)
                result.insert(Self.trampoline | address & 0xfff)
            }
        }
        return result
    }
}
