// `--gdb`: one debugger over TCP on the loopback address.
import Emu
import Replay
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Carries packets between a socket and a session ("Overview" of the remote protocol: `$data#checksum`, `+`, `-`).
struct DebugServer {
    private let machine: Machine
    private let session: DebugSession
    private let port: UInt16

    init(_ machine: Machine, port: UInt16) {
        self.machine = machine
        session = DebugSession(machine)
        session.output = HostFiles.print
        self.port = port
    }

    /// A server of a replay, which stops before each step of the model.
    init(_ replay: RecordedReplay, port: UInt16) {
        machine = replay.machine
        session = DebugSession(machine, along: replay.recording, stoppingAt: replay.marks)
        session.command = replay.answer
        session.describe = { replay.describe(hart: $0) }
        self.port = port
    }

    /// Waits for a debugger and serves it until it leaves.
    func serve() throws(CommandFailure) -> Int32 {
        signal(SIGPIPE, SIG_IGN)
        let connection = try listenOnce()
        defer { close(connection) }
        session.isInterrupted = {
            var request = pollfd(fd: connection, events: Int16(POLLIN), revents: 0)
            guard poll(&request, 1, 0) > 0 else { return false }
            var byte: UInt8 = 0
            return recv(connection, &byte, 1, 0) <= 0 || byte == 3
        }
        let stream = PacketStream(connection: connection)
        session.tell = { stream.send("O" + $0.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()) }
        while !session.isOver, let packet = stream.next() {
            if packet == "QStartNoAckMode" {
                stream.send("OK")
                stream.acknowledges = false
            } else if let reply = session.reply(to: packet) {
                stream.send(reply)
            }
        }
        return machine.fabric.outcome.map { Interaction.code($0) } ?? 0
    }

    private func listenOnce() throws(CommandFailure) -> Int32 {
        func failure() -> CommandFailure { CommandFailure("port \(port): \(Errno(rawValue: errno))", code: 74) }
        #if canImport(Glibc)
            let kind = Int32(SOCK_STREAM.rawValue)
        #else
            let kind = SOCK_STREAM
        #endif
        let listener = socket(AF_INET, kind, 0)
        guard listener >= 0 else { throw failure() }
        defer { close(listener) }
        var yes: Int32 = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(listener, $0, size) == 0 }
        }
        guard isBound, listen(listener, 1) == 0 else { throw failure() }
        // Port 0 lets the system choose.
        var taken = sockaddr_in()
        var takenSize = size
        _ = withUnsafeMutablePointer(to: &taken) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(listener, $0, &takenSize) }
        }
        let place = UInt16(bigEndian: taken.sin_port)
        HostFiles.complain("shmcheck: waiting for a debugger: target remote localhost:\(place)")
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else { throw failure() }
        return connection
    }
}

/// Framing of packets on a socket.
private final class PacketStream {
    let connection: Int32
    var acknowledges = true
    private var buffer: [UInt8] = []

    init(connection: Int32) { self.connection = connection }

    /// The next packet's data, or nil when the debugger has gone.
    func next() -> String? {
        while true {
            if let start = buffer.firstIndex(of: UInt8(ascii: "$")),
                let end = buffer[start...].firstIndex(of: UInt8(ascii: "#")), buffer.count >= end + 3
            {
                let data = buffer[(start + 1)..<end]
                let sum = data.reduce(UInt8(0)) { $0 &+ $1 }
                let given = UInt8(String(decoding: buffer[(end + 1)...(end + 2)], as: UTF8.self), radix: 16)
                let text = String(decoding: data, as: UTF8.self)
                buffer.removeFirst(end + 3)
                if acknowledges { put(given == sum ? "+" : "-") }
                if given == sum { return text }
                continue
            }
            var chunk = [UInt8](repeating: 0, count: 4096)
            let count = recv(connection, &chunk, chunk.count, 0)
            if count <= 0 || buffer.count > 1 << 20 { return nil }
            buffer += chunk[..<count]
        }
    }

    func send(_ data: String) {
        let sum = data.utf8.reduce(UInt8(0)) { $0 &+ $1 }
        put("$\(data)#\(sum < 16 ? "0" : "")\(String(sum, radix: 16))")
    }

    private func put(_ text: String) {
        let bytes = Array(text.utf8)
        var position = 0
        while position < bytes.count {
            let count = bytes[position...].withUnsafeBytes { write(connection, $0.baseAddress, $0.count) }
            if count <= 0 { return }
            position += count
        }
    }
}
