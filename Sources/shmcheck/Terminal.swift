// The terminal: its width, whether it takes colours, notes on standard error, interrupts.

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

    static func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

    /// A line on standard error.
    static func note(_ text: String) { write("shmcheck: \(text)\n", to: .standardError) }

    /// Writes text whole; who closed the pipe does not want it, and the exit code stays what it is.
    static func write(_ text: String, to stream: FileDescriptor) { _ = try? stream.writeAll(text.utf8) }
}

/// `--color`
enum ColourChoice: String, CaseIterable {
    case auto, always, never
}

/// The signal that asked for an end, if one did.
enum Interrupts {
    private static let received = Atomic<Int32>(0)

    /// From now on the first SIGINT or SIGTERM ends the run with what is known; a second one ends the program.
    static func install() {
        for number in [SIGINT, SIGTERM] {
            signal(number) { number in
                if Interrupts.received.exchange(number, ordering: .relaxed) != 0 { _exit(128 + number) }
            }
        }
        signal(SIGPIPE, SIG_IGN)
    }

    /// 130 or 143 when a signal came, nil otherwise.
    static var exitCode: Int32? {
        let number = received.load(ordering: .relaxed)
        return number == 0 ? nil : 128 + number
    }
}
