// `shmcheck init`: a spec to begin with. `fmt`: the one shape of specs. Both write files of the user's.

import ArgumentParser
import Checker
import Model
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Writes a template.
struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Write a spec to begin with: queue, map, forkexec or prime.",
        discussion: Templates.texts.map { "\($0.name): \($0.story)" }.joined(separator: "\n"))

    @Argument(help: "The file to write; the template's name with .spec when there is none.")
    var file: String?
    @Option(help: "queue, map, forkexec or prime.")
    var from = "queue"
    @Flag(help: "Replace a file that is there.")
    var force = false

    func run() throws {
        guard let template = Templates.texts.first(where: { $0.name == from }) else {
            throw ValidationError("--from takes \(Templates.texts.map(\.name).joined(separator: ", ")), not \(from)")
        }
        let path = file ?? "\(template.name).spec"
        guard force || access(path, F_OK) != 0 else {
            Terminal.note("\(path) is there already; --force replaces it")
            throw ExitCode(Int32(ExitStatus.inputOutput.rawValue))
        }
        try TraceCommand.write(template.text, to: path)
        let quoted = path.contains(" ") ? "'\(path)'" : path
        print(
            """
            wrote \(path): \(template.story)
            next: `shmcheck \(quoted)` runs its check and its fault, `shmcheck show \(quoted)` prints its steps,
            `shmcheck ci` runs all specs below this folder as a gate
            """)
    }
}

/// Formats specs.
struct FormatCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fmt", abstract: "Bring specs into the one shape; with --check only tell which are not in it.")

    @Argument(help: "Specs, and folders to search for them; `-` is standard input, formatted to standard output.")
    var paths: [String] = ["."]
    @Flag(help: "Change nothing; exit code 1 when a file would change.")
    var check = false

    func run() throws {
        if paths == ["-"] {
            try filter()
            return
        }
        var changed = 0
        var failed = false
        for path in paths.flatMap({ SpecSearch.specs(below: $0) }) {
            do throws(ReadError) {
                let source = try SpecFiles.source(path)
                guard let text = SpecFormatter.formatted(source) else {
                    throw ReadError(message: "\(path) is not UTF-8")
                }
                guard Array(text.utf8) != source.bytes else { continue }
                changed += 1
                print(check ? "not formatted: \(path)" : "formatted \(path)")
                if !check { try SpecFiles.write(text, to: path) }
            } catch {
                Terminal.note(error.message)
                failed = true
            }
        }
        if failed { throw ExitCode(Int32(ExitStatus.inputOutput.rawValue)) }
        if check, changed > 0 { throw ExitCode(1) }
    }

    private func filter() throws {
        do throws(ReadError) {
            let bytes = try SpecFiles.bytes("/dev/stdin")
            guard let text = SpecFormatter.formatted(SourceFile(path: "-", bytes: bytes)) else {
                throw ReadError(message: "standard input is not UTF-8")
            }
            Terminal.write(text, to: .standardOutput)
        } catch {
            Terminal.note(error.message)
            throw ExitCode(Int32(ExitStatus.inputOutput.rawValue))
        }
    }
}
