// `shmcheck doctor`: what is there and what is missing. `completions`: what a shell is told of the commands.

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

/// Tells what the program finds around it.
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Tell what is found, and what is missing for which command.")

    /// Programs that commands call, and what for.
    private static let tools = [
        ("swift", "building the built-in guest (boot guest)"), ("gdb-multiarch", "debugging a kernel (boot --gdb)"),
        ("dot", "drawing graphs (graph, trace convert --to dot)"),
    ]

    func run() throws {
        var isComplete = true
        func line(_ isThere: Bool, _ text: String) {
            print("\(isThere ? "ok     " : "MISSING")  \(text)")
            isComplete = isComplete && isThere
        }
        line(true, "shmcheck \(Version.text), engine \(CacheFiles.engine)")
        let checks = check(
            SourceFile(path: "self-test", text: Templates.texts[0].text), read: { _ in nil }, options: CheckOptions())
        line(
            ExitStatus.of([checks]) == .success,
            "self-test: \(checks.checks.map { "\($0.states) states" }.joined(separator: ", "))")
        line(Workers.processorCount > 0, "\(Workers.processorCount) processors")
        let home = Terminal.environment("SHMCHECK_HOME")
        print(
            "info     SHMCHECK_HOME \(home ?? "is not set"), cache \(CacheOptions.folder(nil) ?? "is not set (SHMCHECK_CACHE)")"
        )
        print("info     width \(Terminal.width), colours \(Terminal.hasColour(.auto)), Unicode \(Terminal.isUnicode)")
        for (tool, purpose) in Self.tools {
            print("\(Self.isInPath(tool) ? "ok     " : "absent ")  \(tool): \(purpose)")
        }
        if !isComplete { throw ExitCode(Int32(ExitStatus.missing.rawValue)) }
    }

    private static func isInPath(_ tool: String) -> Bool {
        (Terminal.environment("PATH") ?? "").split(separator: ":").contains { access("\($0)/\(tool)", X_OK) == 0 }
    }
}

/// Prints a completion script.
struct CompletionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "completions", abstract: "Print the completion script of a shell: bash, zsh or fish.")

    @Argument(help: "bash, zsh or fish.")
    var shell: String

    func run() throws {
        guard let known = CompletionShell(rawValue: shell) else {
            throw ValidationError("completions takes bash, zsh or fish, not \(shell)")
        }
        Terminal.write(Shmcheck.completionScript(for: known) + "\n", to: .standardOutput)
    }
}
