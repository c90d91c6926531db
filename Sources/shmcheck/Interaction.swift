// The interactive console: the terminal in raw mode, Ctrl-A X to leave.
import Emu

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A run with the user's terminal, or a pipe, as console.
struct Interaction {
    private let machine: Machine
    private let limit: UInt64

    init(_ machine: Machine, limit: UInt64?) {
        self.machine = machine
        self.limit = limit ?? .max
    }

    /// The exit code of a guest that ended itself.
    static func code(_ outcome: Fabric.Outcome) -> Int32 {
        switch outcome {
        case .pass, .reset: 0
        case .fail: 1
        }
    }

    /// Runs until the guest ends, the limit is reached, or the user leaves.
    func run() -> Int32 {
        let terminal = RawTerminal()
        defer { terminal.restore() }
        var inputIsOpen = true
        var escaped = false
        while true {
            let done = machine.clock
            if done >= limit {
                HostFiles.complain("shmcheck: limit of \(limit) instructions reached\n\(machine.crashReport())")
                return 5
            }
            let reason = machine.run(limit: min(2_000_000, limit - done), skipsIdleTime: !inputIsOpen)
            let output = machine.takeOutput()
            if !output.isEmpty { HostFiles.print(output) }
            var wait: Int32 = 0
            switch reason {
            case .ended(let outcome):
                if case .fail(let code) = outcome { HostFiles.complain("shmcheck: the guest failed with \(code)") }
                return Self.code(outcome)
            case .scheduleEnded: return 5
            case .limit: break
            case .idle(let until):
                if !inputIsOpen && until == nil {
                    HostFiles.complain("shmcheck: all harts wait for ever\n\(machine.crashReport())")
                    return 5
                }
                wait = pause(until: until)
            }
            guard inputIsOpen else { continue }
            switch readInput(wait) {
            case nil: inputIsOpen = false
            case .some(let bytes):
                let (text, leaves) = Self.filter(bytes, &escaped, isTerminal: terminal.isTerminal)
                if leaves { return 130 }
                machine.send(text)
            }
        }
    }

    /// How many milliseconds to wait for input; when a timer comes first, the clock is moved to it.
    private func pause(until: UInt64?) -> Int32 {
        guard let until else { return -1 }
        // One tick is 100 ns of the guest's time.
        let ticks = (until - min(until, machine.clock)) / machine.configuration.instructionsPerTick
        machine.clock = max(machine.clock, until)
        return Int32(min(ticks / 10_000, 100))
    }

    /// Bytes typed within the time, or nil when there will be no more.
    private func readInput(_ milliseconds: Int32) -> [UInt8]? {
        var request = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
        guard poll(&request, 1, milliseconds) > 0 else { return [] }
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = read(0, &buffer, buffer.count)
        if count < 0 && errno == EINTR { return [] }
        return count > 0 ? Array(buffer[..<count]) : nil
    }

    /// Takes Ctrl-A sequences out: X leaves, A sends itself.
    static func filter(_ bytes: [UInt8], _ escaped: inout Bool, isTerminal: Bool) -> (text: [UInt8], leaves: Bool) {
        guard isTerminal else { return (bytes, false) }
        var text: [UInt8] = []
        for byte in bytes {
            if escaped {
                escaped = false
                if byte == UInt8(ascii: "x") || byte == UInt8(ascii: "X") { return (text, true) }
                text.append(byte)
            } else if byte == 1 {
                escaped = true
            } else {
                text.append(byte)
            }
        }
        return (text, false)
    }
}

/// The terminal in raw mode, until `restore`.
final class RawTerminal {
    /// False for pipes and files.
    let isTerminal: Bool
    private var saved = termios()

    init() {
        isTerminal = isatty(0) == 1
        guard isTerminal, tcgetattr(0, &saved) == 0 else { return }
        var raw = saved
        cfmakeraw(&raw)
        raw.c_oflag |= tcflag_t(OPOST)
        tcsetattr(0, TCSANOW, &raw)
    }

    /// Gives the terminal back as it was.
    func restore() { if isTerminal { tcsetattr(0, TCSANOW, &saved) } }
}
