// The terminal: its width, whether it takes colours, notes on standard error, interrupts.

import Checker
import Synchronization
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What the standard streams are connected to.
enum Terminal {
    static var isOutputTerminal: Bool { isatty(1) == 1 }
    static var isErrorTerminal: Bool { isatty(2) == 1 }

    /// Columns of the terminal, or of a page of text where there is none.
    static var width: Int {
        var size = winsize()
        if ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return Int(size.ws_col) }
        return environment("COLUMNS").flatMap { Int($0) } ?? 120
    }

    /// Whether to print colours, as `NO_COLOR`, `CLICOLOR_FORCE` and `TERM` ask.
    static func hasColour(_ choice: ColourChoice) -> Bool {
        switch choice {
        case .always: return true
        case .never: return false
        case .auto:
            if let value = environment("NO_COLOR"), !value.isEmpty { return false }
            if let value = environment("CLICOLOR_FORCE"), value != "0" { return true }
            return isOutputTerminal && environment("TERM") != "dumb"
        }
    }

    /// Whether the locale takes more than ASCII.
    static var isUnicode: Bool {
        let locale = environment("LC_ALL") ?? environment("LC_CTYPE") ?? environment("LANG") ?? "UTF-8"
        return locale.isEmpty || locale.uppercased().contains("UTF")
    }

    /// Processors that are there.
    static var coreCount: Int { max(1, min(256, sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

    static func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

    /// A line on standard error.
    static func note(_ text: String) { write("shmcheck: \(text)\n", to: .standardError) }

    /// Writes text whole. Who closed the pipe does not want it, and the exit code stays what it is; output that is lost
    /// for another reason ends the program.
    static func write(_ text: String, to stream: FileDescriptor) {
        do {
            try stream.writeAll(text.utf8)
        } catch let error as Errno where error != .brokenPipe && stream != .standardError {
            note("the output cannot be written: \(error.description)")
            exit(Int32(ExitStatus.inputOutput.rawValue))
        } catch {
            return
        }
    }
}

/// `--color`
enum ColourChoice: String, CaseIterable {
    case auto, always, never
}

/// The signal that asked for an end, if one did.
enum Interrupts {
    private static let received = Atomic<Int32>(0)
    private static let isRunning = Atomic<Bool>(false)

    /// From now on the first SIGINT or SIGTERM ends a run with what is known; a second one, and one that comes while
    /// nothing runs, ends the program.
    static func install() {
        for number in [SIGINT, SIGTERM] {
            signal(number) { number in
                let isFirst = Interrupts.received.exchange(number, ordering: .relaxed) == 0
                if !isFirst || !Interrupts.isRunning.load(ordering: .relaxed) { _exit(128 + number) }
            }
        }
        signal(SIGPIPE, SIG_IGN)
        // Whoever starts this program may have them blocked, as a thread of a pool has.
        var both = sigset_t()
        sigemptyset(&both)
        for number in [SIGINT, SIGTERM] { sigaddset(&both, number) }
        pthread_sigmask(SIG_UNBLOCK, &both, nil)
    }

    /// Does what looks at `exitCode` from time to time.
    static func during<Result>(_ run: () -> Result) -> Result {
        isRunning.store(true, ordering: .relaxed)
        defer { isRunning.store(false, ordering: .relaxed) }
        return run()
    }

    /// 130 or 143 when a signal came, nil otherwise.
    static var exitCode: Int32? {
        let number = received.load(ordering: .relaxed)
        return number == 0 ? nil : 128 + number
    }
}
