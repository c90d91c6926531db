// The GDB remote protocol: packets in, replies out; harts are threads, time runs both ways.

/// A debugger's session with a machine.
///
/// Debugging with GDB, "GDB Remote Serial Protocol" and "Packets". Stopping points are exact: while there are
/// breakpoints or watchpoints, the machine runs one instruction at a time.
package final class DebugSession {
    private let machine: Machine
    private let watcher = WatchObserver()
    private var breakpoints: Set<UInt64> = []
    /// Snapshots taken on the way, by clock, for going back.
    private var past: [Snapshot] = []
    private var selected = 0
    private var selectedForRunning = 0
    private static let snapshotInterval: UInt64 = 200_000
    /// True once the debugger has gone.
    package private(set) var isOver = false
    /// Asked now and then while the guest runs: has the debugger sent an interrupt?
    package var isInterrupted: () -> Bool = { false }
    /// Where the guest's output goes.
    package var output: ([UInt8]) -> Void = { _ in }

    /// Starts a session; the machine stays where it is.
    package init(_ machine: Machine) {
        self.machine = machine
        past = [machine.snapshot()]
    }

    private var hart: Hart { machine.harts[selected] }

    /// The reply to a packet; nil when there is none. Unknown packets get the empty reply, as the protocol asks.
    package func reply(to packet: String) -> String? {
        let rest = packet.dropFirst()
        switch packet.first {
        case "?": return stopped("05")
        case "g": return registers()
        case "G": return writeRegisters(rest)
        case "p": return Int(rest, radix: 16).flatMap { DebugRegisters.read(hart, $0) }.map(Hexadecimal.text) ?? "E01"
        case "P": return writeRegister(rest)
        case "m": return readMemory(rest)
        case "M": return writeMemory(rest)
        case "Z", "z": return setBreakpoint(rest, inserts: packet.first == "Z")
        case "H": return selectThread(rest)
        case "T": return threadIndex(rest) == nil ? "E01" : "OK"
        case "c", "s": return proceed(steps: packet.first == "s", hart: nil)
        case "b": return packet == "bs" ? stepBack() : packet == "bc" ? runBack() : ""
        case "D":
            isOver = true
            return "OK"
        case "k":
            isOver = true
            return nil
        case "v": return extended(packet)
        case "q", "Q": return query(packet)
        case nil: return ""
        default: return ""
        }
    }

    private func extended(_ packet: String) -> String? {
        if packet == "vCont?" { return "vCont;c;C;s;S" }
        guard packet.hasPrefix("vCont;") else { return "" }
        let action = packet.dropFirst(6).prefix { $0 != ";" }
        let parts = action.split(separator: ":")
        guard let kind = parts.first?.first else { return "E01" }
        let index = parts.count > 1 ? threadIndex(parts[1]) : nil
        return proceed(steps: kind == "s" || kind == "S", hart: index)
    }

    private func query(_ packet: String) -> String {
        if packet.hasPrefix("qSupported") {
            return "PacketSize=4000;QStartNoAckMode+;qXfer:features:read+;vContSupported+;swbreak+;hwbreak+;"
                + "ReverseStep+;ReverseContinue+"
        }
        if packet == "qC" { return "QC\(selected + 1)" }
        if packet == "qAttached" { return "1" }
        if packet == "qfThreadInfo" {
            return "m" + machine.harts.map { String($0.id + 1, radix: 16) }.joined(separator: ",")
        }
        if packet == "qsThreadInfo" { return "l" }
        if packet.hasPrefix("qThreadExtraInfo,"), let index = threadIndex(packet.dropFirst(17)) {
            let hart = machine.harts[index]
            let wait = hart[.waiting] != 0 ? ", waiting" : ""
            return Hexadecimal.text("hart \(index) [\(hart.privilege)\(wait)]".utf8)
        }
        if packet.hasPrefix("qXfer:features:read:target.xml:") { return description(packet.dropFirst(31)) }
        if packet.hasPrefix("qRcmd,") { return monitor(packet.dropFirst(6)) }
        return ""
    }

    private func description(_ range: Substring) -> String {
        let numbers = range.split(separator: ",").compactMap { Int($0, radix: 16) }
        guard numbers.count == 2 else { return "E01" }
        let bytes = Array(DebugRegisters.description.utf8)
        let start = min(numbers[0], bytes.count)
        let part = bytes[start..<min(start + min(numbers[1], 0x3000), bytes.count)]
        return (start + part.count < bytes.count ? "m" : "l") + String(decoding: part, as: UTF8.self)
    }

    // MARK: Threads, registers, memory

    private func threadIndex(_ text: Substring) -> Int? {
        guard let number = Int(text, radix: 16), number >= 1, number <= machine.harts.count else { return nil }
        return number - 1
    }

    private func selectThread(_ text: Substring) -> String {
        let number = text.dropFirst()
        if number == "0" || number == "-1" { return "OK" }
        guard let index = threadIndex(number) else { return "E01" }
        if text.first == "c" { selectedForRunning = index } else { selected = index }
        return "OK"
    }

    private func registers() -> String {
        (0...DebugRegisters.pc).compactMap { DebugRegisters.read(hart, $0) }.map(Hexadecimal.text).joined()
    }

    private func writeRegisters(_ text: Substring) -> String {
        guard let bytes = Hexadecimal.bytes(text), bytes.count >= 33 * 8 else { return "E01" }
        for number in 0...DebugRegisters.pc {
            let value = bytes[number * 8..<number * 8 + 8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            _ = DebugRegisters.write(hart, number, value)
        }
        return forgetFuture()
    }

    private func writeRegister(_ text: Substring) -> String {
        let parts = text.split(separator: "=")
        guard parts.count == 2, let number = Int(parts[0], radix: 16), let value = Hexadecimal.word(parts[1]),
            DebugRegisters.write(hart, number, value)
        else { return "E01" }
        return forgetFuture()
    }

    /// After a change by hand, going back can only come here.
    private func forgetFuture() -> String {
        past = [machine.snapshot()]
        return "OK"
    }

    private func readMemory(_ text: Substring) -> String {
        let numbers = text.split(separator: ",").compactMap { UInt64($0, radix: 16) }
        guard numbers.count == 2, numbers[1] <= 0x2000 else { return "E01" }
        guard let bytes = machine.peek(hart, numbers[0], count: Int(numbers[1])) else { return "E14" }
        return Hexadecimal.text(bytes)
    }

    private func writeMemory(_ text: Substring) -> String {
        let parts = text.split(separator: ":", maxSplits: 1)
        let numbers = parts.first?.split(separator: ",").compactMap { UInt64($0, radix: 16) } ?? []
        guard parts.count == 2, numbers.count == 2, let bytes = Hexadecimal.bytes(parts[1]) else { return "E01" }
        for (index, byte) in bytes.enumerated() {
            guard let physical = hart.peekTranslation(numbers[0] &+ UInt64(index)),
                withUnsafeBytes(of: byte, { machine.fabric.copyIn($0, to: physical) })
            else { return "E14" }
        }
        return forgetFuture()
    }

    private func setBreakpoint(_ text: Substring, inserts: Bool) -> String {
        let parts = text.split(separator: ",")
        guard parts.count >= 3, let address = UInt64(parts[1], radix: 16), let count = UInt64(parts[2], radix: 16)
        else {
            return "E01"
        }
        switch parts[0] {
        case "0", "1": if inserts { breakpoints.insert(address) } else { breakpoints.remove(address) }
        case "2", "3", "4":
            guard let physical = hart.peekTranslation(address) else { return "E14" }
            let watch = WatchObserver.Watch(
                address: address, physical: physical, count: max(count, 1), onLoad: parts[0] != "2",
                onStore: parts[0] != "3")
            watcher.watches.removeAll { $0 == watch }
            if inserts { watcher.watches.append(watch) }
        default: return ""
        }
        return "OK"
    }

    // MARK: Running

    private func stopped(_ signal: String, _ extra: String = "") -> String {
        "T\(signal)\(extra)thread:\(String(selected + 1, radix: 16));"
    }

    private func proceed(steps: Bool, hart index: Int?) -> String {
        if steps { return step(index ?? selectedForRunning) }
        var lastSnapshot = machine.clock
        while true {
            if machine.clock - lastSnapshot >= Self.snapshotInterval {
                past.append(machine.snapshot())
                lastSnapshot = machine.clock
                thinOut()
            }
            let isExact = !breakpoints.isEmpty || !watcher.watches.isEmpty
            for _ in 0..<(isExact ? 20_000 : 1) {
                if let reply = advance(isExact ? 1 : Self.snapshotInterval) { return reply }
            }
            if isInterrupted() { return stopped("02") }
        }
    }

    /// Keeps at most 256 snapshots: every other old one goes.
    private func thinOut() {
        guard past.count > 256 else { return }
        past = past.enumerated().filter { $0.offset == 0 || $0.offset % 2 == 1 || $0.offset > 200 }.map(\.element)
    }

    private func step(_ index: Int) -> String {
        if machine.turns.hart != index || machine.turns.left == 0 {
            machine.turns.hart = index
            machine.turns.left = 1
        }
        return advance(1) ?? stopped("05")
    }

    /// Runs a little; a reply when that ends the run.
    private func advance(_ limit: UInt64) -> String? {
        machine.fabric.observer = watcher.watches.isEmpty ? nil : watcher
        watcher.hit = nil
        let reason = machine.run(limit: limit)
        machine.fabric.observer = nil
        let text = machine.takeOutput()
        if !text.isEmpty { output(text) }
        if case .ended(let outcome) = reason {
            isOver = true
            if case .fail(let code) = outcome {
                return "W\(Hexadecimal.text([UInt8(truncatingIfNeeded: max(code, 1))]))"
            }
            return "W00"
        }
        selected = max(machine.turns.hart, 0)
        selectedForRunning = selected
        if let hit = watcher.hit {
            let kind = hit.onLoad && hit.onStore ? "awatch" : hit.onLoad ? "rwatch" : "watch"
            return stopped("05", "\(kind):\(String(hit.address, radix: 16));")
        }
        if breakpoints.contains(hart.pc) { return stopped("05", "swbreak:;") }
        if case .idle = reason { return stopped("02") }
        return nil
    }

    // MARK: Going back

    /// Restores the machine to an earlier clock; false before the first snapshot.
    private func goTo(_ clock: UInt64) -> Bool {
        guard let base = past.last(where: { $0.clock <= clock }) else { return false }
        machine.restore(base)
        if clock > base.clock { _ = machine.run(limit: clock - base.clock) }
        _ = machine.takeOutput()
        selected = max(machine.turns.hart, 0)
        return true
    }

    private func stepBack() -> String {
        guard machine.clock > 0, goTo(machine.clock - 1) else { return stopped("05", "replaylog:begin;") }
        return stopped("05")
    }

    /// To the last stop before now: forward from the snapshot before, remembering the last hit.
    private func runBack() -> String {
        var end = machine.clock
        for base in past.reversed() where base.clock < end {
            machine.restore(base)
            var last: UInt64?
            while machine.clock < end {
                let before = machine.clock
                let hit = advance(1) != nil
                if hit && machine.clock < end { last = machine.clock }
                if machine.clock == before { break }
            }
            if let last, goTo(last) { return stopped("05", "swbreak:;") }
            end = base.clock
        }
        if let first = past.first { machine.restore(first) }
        selected = max(machine.turns.hart, 0)
        return stopped("05", "replaylog:begin;")
    }

    // MARK: Monitor

    private func monitor(_ text: Substring) -> String {
        guard let bytes = Hexadecimal.bytes(text) else { return "E01" }
        let words = String(decoding: bytes, as: UTF8.self).split(separator: " ")
        let answer: String
        switch words.first {
        case "clock": answer = "\(machine.clock)"
        case "hash": answer = String(machine.stateHash(), radix: 16)
        case "harts": answer = machine.crashReport()
        case "goto":
            guard words.count == 2, let clock = UInt64(words[1]), goTo(clock) else {
                answer = "goto CLOCK: a clock since \(past.first?.clock ?? 0)"
                break
            }
            answer = "at clock \(machine.clock)"
        default: answer = "commands: clock, hash, harts, goto CLOCK"
        }
        return Hexadecimal.text((answer + "\n").utf8)
    }
}
