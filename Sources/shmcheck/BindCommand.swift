// `shmcheck bind SPEC`: every line of a spec's `kernel` block against a kernel's symbols and debug information.

import ArgumentParser
import Checker
import Model
import Replay
import SystemPackage

/// Resolves the bindings of a spec.
struct BindCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bind",
        abstract: "Resolve a spec's kernel block against a kernel, and print what each line is bound to.",
        discussion: """
            Exit code 0 when every line is bound and spec and kernel agree, 21 when not, 2 when the spec is rejected.
            """)

    @Argument(help: "A spec with a kernel block.")
    var path: String

    @Option(help: "An ELF file, or guest, guest:healthy, guest:FAULT. Default: the guest with the spec's constants.")
    var kernel = BuiltInGuest.word
    @Option(help: "The folder with the files of the user programs. Default: user, beside the kernel.")
    var programs: String?
    @Option(name: .customShort("D"), help: "Set a constant of the spec.")
    var define: [String] = []
    @Option(help: "The spec with one of its faults, and the guest with the same.")
    var fault: String?
    @Option(help: "human or json.")
    var format: OutputFormat = .human
    @Option(help: "auto, always or never.")
    var color: ColourChoice = .auto

    func run() throws {
        let source = try CheckCommand.source(path)
        let model = try BoundSpec(source: source, definitions: define, fault: fault, colour: color).model()
        guard let declaration = model.kernels.first else {
            Terminal.note("\(source.path) has no kernel block: there is nothing to bind")
            throw ExitCode(21)
        }
        do throws(CommandFailure) {
            try throwExit(bind(declaration, model, source.path))
        } catch {
            Terminal.note(error.description)
            throw ExitCode(error.code)
        }
    }

    /// The exit code leaves through an error of its own.
    private func throwExit(_ code: Int32) throws(CommandFailure) {
        if code != 0 { Self.exit(withError: ExitCode(code)) }
    }

    private func bind(_ declaration: KernelDeclaration, _ model: TypedModel, _ spec: String) throws(CommandFailure)
        -> Int32
    {
        let file = try KernelChoice(word: kernel, fault: fault).path(declaration, model)
        let folder = programs ?? String(file.dropLast(FilePath(file).lastComponent?.string.count ?? 0)) + "user"
        let bytes = try HostFiles.read(file)
        let image: ProgramImage
        do throws(SymbolError) {
            image = try ProgramImage(bytes, name: file)
        } catch {
            throw CommandFailure(error.description, code: error.isOfTheFile ? 74 : 21)
        }
        let bindings = resolve(declaration, of: model, in: image, program: ProgramFiles(folder: folder).image)
        let report = BindingReport(bindings, of: model, spec: spec, kernel: file)
        let code: Int32 = bindings.isComplete ? 0 : 21
        Terminal.write(format == .json ? report.document(exitCode: Int(code)) : report.text, to: .standardOutput)
        return code
    }
}

/// Reads the files of user programs.
struct ProgramFiles {
    /// Where they are.
    let folder: String

    /// The file of a program: `NAME`, or `_NAME` as xv6 calls it.
    func image(_ name: String) throws(SymbolError) -> ProgramImage {
        for file in ["\(folder)/\(name)", "\(folder)/_\(name)"] {
            let bytes: [UInt8]
            do throws(CommandFailure) { bytes = try HostFiles.read(file) } catch { continue }
            return try ProgramImage(bytes, name: file)
        }
        throw SymbolError("the file of the program \(name) is not in \(folder); --programs names another folder")
    }
}
