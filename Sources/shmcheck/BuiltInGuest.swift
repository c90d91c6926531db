// The built-in guest: the word `guest` for a kernel, built from its sources when they have changed.
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The kernel in `Guest/`, healthy or with one of its known faults.
enum BuiltInGuest {
    /// What stands for it where a kernel's path is asked for.
    static let word = "guest"

    /// The path of the kernel, which is built first when that is needed.
    static func kernel() throws(CommandFailure) -> String {
        let home = try home()
        let output = "\(home)/.build/guest/healthy"
        let status = try run("/bin/sh", ["\(home)/Guest/build.sh", "--output", output])
        if status != 0 { throw CommandFailure("the guest was not built", code: status) }
        return "\(output)/kernel"
    }

    /// The path of a variant of the kernel, which is built first when that is needed.
    ///
    /// - Parameters:
    ///   - fault: one of `Guest/Faults`, or nil for the healthy kernel.
    ///   - sizes: values for sizes of `parameters.h`, by name.
    static func variant(fault: String?, sizes: [(name: String, value: Int128)]) throws(CommandFailure) -> String {
        let home = try home()
        let arguments = (fault.map { ["--fault", $0] } ?? []) + sizes.flatMap { ["--set", "\($0.name)=\($0.value)"] }
        // As the build script names it.
        let name = ([fault ?? "healthy"] + sizes.map { "\($0.name)=\($0.value)" }).joined(separator: ".")
        let output = "\(home)/.build/guest/\(name)"
        let status = try run("/bin/sh", ["\(home)/Guest/build.sh", "--output", output] + arguments)
        if status != 0 { throw CommandFailure("the guest was not built: \(name)", code: status) }
        return "\(output)/kernel"
    }

    /// Names of the sizes that a build may set.
    static func sizes() throws(CommandFailure) -> Set<String> {
        let bytes = try HostFiles.read("\(try home())/Guest/Kernel/include/parameters.h")
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        return Set(lines.filter { $0.hasPrefix("#ifndef ") }.map { String($0.dropFirst("#ifndef ".count)) })
    }

    /// Whether there is a patch of that name.
    static func hasFault(_ id: String) throws(CommandFailure) -> Bool {
        access("\(try home())/Guest/Faults/\(id).patch", R_OK) == 0
    }

    /// Names of all patches, in order.
    static func faults() throws(CommandFailure) -> [String] {
        try HostFiles.names(in: "\(try home())/Guest/Faults").filter { $0.hasSuffix(".patch") }
            .map { String($0.dropLast(".patch".count)) }
    }

    /// Where machines are kept that have booted.
    static func snapshots() throws(CommandFailure) -> String { "\(try home())/.build/replay" }

    /// The folder with the guest's sources: `SHMCHECK_HOME`, or the one that the program lies in.
    private static func home() throws(CommandFailure) -> String {
        if let set = getenv("SHMCHECK_HOME") {
            let home = String(cString: set)
            if hasGuest(home) { return home }
            throw CommandFailure("SHMCHECK_HOME is \(home), where there is no Guest/build.sh", code: 69)
        }
        var folder = FilePath(executablePath())
        while folder.removeLastComponent() {
            if hasGuest(folder.string) { return folder.string }
        }
        throw CommandFailure("the guest's sources are not found: set SHMCHECK_HOME to the project's folder", code: 69)
    }

    private static func hasGuest(_ folder: String) -> Bool { access("\(folder)/Guest/build.sh", R_OK) == 0 }

    private static func executablePath() -> String {
        #if os(Linux)
            let link = "/proc/self/exe"
        #else
            let link = CommandLine.arguments[0]
        #endif
        guard let resolved = realpath(link, nil) else { return CommandLine.arguments[0] }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// Runs a program to its end; what it prints goes to standard error.
    private static func run(_ path: String, _ arguments: [String]) throws(CommandFailure) -> Int32 {
        var vector = ([path] + arguments).map { strdup($0) } + [nil]
        defer { for argument in vector { free(argument) } }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, 2, 1)
        var child: pid_t = 0
        let problem = posix_spawn(&child, path, &actions, nil, &vector, environ)
        if problem != 0 { throw CommandFailure("\(path): \(String(cString: strerror(problem)))", code: 69) }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0 {
            if errno != EINTR { throw CommandFailure("\(path): \(String(cString: strerror(errno)))", code: 74) }
        }
        // The low seven bits are the signal that ended it, the next eight its own status.
        return status & 0x7f == 0 ? status >> 8 & 0xff : 70
    }
}
