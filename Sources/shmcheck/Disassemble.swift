// `shmcheck disassemble`: an ELF file's code, from the same table that executes.
import ArgumentParser
import Emu

struct Disassemble: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Disassemble an ELF file, or print the instruction table.")

    @Argument(help: "An ELF64 file for RISC-V.")
    var file: String?

    @Flag(help: "Print the instruction table as Markdown instead.")
    var table = false

    func run() throws {
        do {
            if table {
                HostFiles.print(Array(InstructionDocument.markdown().utf8))
                return
            }
            guard let file else { throw CommandFailure("disassemble needs a file", code: 64) }
            let bytes = try HostFiles.read(file)
            let image = try CommandFailure.naming(file) { () throws(ImageError) in try ExecutableFile(bytes) }
            Listing(image).print { HostFiles.print(Array($0.utf8)) }
        } catch let failure as CommandFailure {
            HostFiles.complain("shmcheck: \(failure)")
            throw ExitCode(failure.code)
        }
    }
}
