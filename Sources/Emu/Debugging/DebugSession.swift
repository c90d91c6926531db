// The GDB remote protocol: packets in, replies out; harts are threads, time runs both ways.

/// A debugger's session with a machine.
///
/// Debugging with GDB, "GDB Remote Serial Protocol" and "Packets". Stopping points are exact: while there are
/// breakpoints or watchpoints, the machine runs one instruction at a time.
package final class DebugSession {
    private let machine: Machine
    private let watcher = WatchObserver()
    private var softwareBreakpoints: Set<UInt64> = []
    private var hardwareBreakpoints: Set<UInt64> = []
    private var history: DebugHistory
    /// The run to go along, which cannot be changed; nil for a machine that runs by itself.
    private let recording: RecordedRun?
    /// Clocks at which a recorded run stops, whether or not there is a breakpoint.
    private let marks: Set<UInt64>
    /// Further commands of `monitor`: an answer, and the clock to go to; nil for what is no command.
    package var command: (_ word: String, _ argument: String) -> (text: String, clock: UInt64?)? = { _, _ in nil }
    /// What `info threads` says of a hart besides.
    package var describe: (_ hart: Int) -> String? = { _ in nil }
    private var selected = 0
    private var selectedForRunning = 0
    /// The debugger was told that the guest ended, and has not gone back since.
    private var hasToldTheEnd = false
    /// The latest clock reached on the present way.
    private var latest: UInt64 = 0
    /// True once the debugger has gone.
    package private(set) var isOver = false
    /// Asked now and then while the guest runs: has the debugger sent an interrupt?
    package var isInterrupted: () -> Bool = { false }
    /// Where the guest's output goes.
    package var output: ([UInt8]) -> Void = { _ in }
    /// Tells the debugger's user something while the guest runs, as an `O` packet.
    package var tell: (String) -> Void = { _ in }

    /// Starts a session; the machine stays where it is, or is at the beginning of a recorded run.
    package init(_ machine: Machine, along recording: RecordedRun? = nil, stoppingAt marks: Set<UInt64> = []) {
        self.machine = machine
        self.recording = recording
        self.marks = marks
        if let recording { recording.go(machine, to: recording.start) }
        history = DebugHistory(machine)
        selected = recording?.nextHart(machine)?.id ?? 0
        selectedForRunning = selected
        latest = machine.clock
    }

    private var hart: Hart { machine.harts[selected] }

    /// The reply to a packet; nil when there is none. Unknown packets get the empty reply, as the protocol asks.
    package func reply(to packet: String) -> String? {
        let rest = packet.dropFirst()
        switch packet.first {
        case "?": return stopped("05")
        case "g": return registers()
        case "G", "P", "M": return recording == nil ? write(packet) : "E01"
        case "p": return Int(rest, radix: 16).flatMap { DebugRegisters.read(hart, $0) }.map(Hexadecimal.text) ?? "E01"
        case "m": return readMemory(rest)
        case "Z", "z": return setBreakpoint(rest, inserts: packet.first == "Z")
        case "H": return selectThread(rest)
        case "T": return threadIndex(rest) == nil ? "E01" : "OK"
        case "c", "s": return proceed(steps: packet.first == "s", hart: nil)
        case "b": return packet == "bs" ? stepBack() : packet == "bc" ? runBack() : ""
        case "D", "k":
            isOver = true
            return packet == "k" ? nil : "OK"
        case "v": return extended(packet)
        case "q", "Q": return query(packet)
        case nil: return ""
        default: return ""
        }
    }

    private func write(_ packet: String) -> String {
        let rest = packet.dropFirst()
        return switch packet.first {
        case "G": writeRegisters(rest)
        case "P": writeRegister(rest)
        default: writeMemory(rest)
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
            let more = describe(index).map { ", \($0)" } ?? ""
            return Hexadecimal.text("hart \(index) [\(hart.privilege)\(wait)]\(more)".utf8)
        }
        if packet.hasPrefix("qXfer:features:read:target.xml:") { return description(packet.dropFirst(31)) }
        if packet.hasPrefix("qRcmd,") { return monitor(packet.dropFirst(6)) }
        return ""
    }

    private func description(_ range: Substring) -> String {
        let numbers = range.split(separator: ",").compactMap { UInt32($0, radix: 16) }.map { Int($0) }
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
        return changed()
    }

    private func writeRegister(_ text: Substring) -> String {
        let parts = text.split(separator: "=")
        guard parts.count == 2, let number = Int(parts[0], radix: 16), let value = Hexadecimal.word(parts[1]),
            DebugRegisters.write(hart, number, value)
        else { return "E01" }
        return changed()
    }

    private func noteChange() {
        history.noteChange(machine)
        latest = machine.clock
    }

    private func changed() -> String {
        noteChange()
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
        return changed()
    }

    private func setBreakpoint(_ text: Substring, inserts: Bool) -> String {
        let parts = text.split(separator: ",")
        guard parts.count >= 3, let address = UInt64(parts[1], radix: 16), let count = UInt64(parts[2], radix: 16)
        else {
            return "E01"
        }
        switch parts[0] {
        case "0": if inserts { softwareBreakpoints.insert(address) } else { softwareBreakpoints.remove(address) }
        case "1": if inserts { hardwareBreakpoints.insert(address) } else { hardwareBreakpoints.remove(address) }
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

    private func stopped(_ signal: String, _ reason: String = "") -> String {
        "T\(signal)\(reason)thread:\(String(selected + 1, radix: 16));"
    }

    private func stopped(_ stop: DebugStop) -> String {
        selected = stop.hart
        selectedForRunning = stop.hart
        return stopped("05", stop.reason)
    }

    /// The hart that executes next, after the interrupt that it takes first; nil when it waits.
    private func nextHart() -> Hart? { recording.map { $0.nextHart(machine) } ?? machine.prepareNext() }

    /// Runs on, along the recorded way where there is one.
    private func run(_ limit: UInt64) -> StopReason {
        recording?.run(machine, limit: limit) ?? machine.run(limit: limit)
    }

    private func breakpointReason(_ address: UInt64) -> String? {
        if hardwareBreakpoints.contains(address) { return "hwbreak:;" }
        return softwareBreakpoints.contains(address) ? "swbreak:;" : nil
    }

    private func proceed(steps: Bool, hart index: Int?) -> String {
        if steps { return step(index ?? selectedForRunning) }
        while true {
            if recording == nil { history.note(machine) }
            let isExact =
                !marks.isEmpty || !softwareBreakpoints.isEmpty || !hardwareBreakpoints.isEmpty
                || !watcher.watches.isEmpty
            if isExact {
                for _ in 0..<20_000 {
                    if let hart = nextHart(), let reason = breakpointReason(hart.pc) {
                        return stopped(DebugStop(clock: machine.clock, hart: hart.id, reason: reason))
                    }
                    if let reply = advance(1) { return reply }
                    if marks.contains(machine.clock) { return stopped("05") }
                }
            } else if let reply = advance(DebugHistory.interval) {
                return reply
            }
            if isInterrupted() { return stopped("02") }
        }
    }

    private func step(_ index: Int) -> String {
        if recording == nil, machine.turns.hart != index || machine.turns.left == 0 {
            machine.turns.hart = index
            machine.turns.left = 1
            noteChange()
        }
        return advance(1) ?? stopped("05")
    }

    /// Runs a little; a reply when that ends the run.
    private func advance(_ limit: UInt64) -> String? {
        let before = machine.clock
        let reason = runWatched(limit)
        latest = max(latest, machine.clock)
        let text = machine.takeOutput()
        if !text.isEmpty { output(text) }
        selected = recording.map { $0.nextHart(machine)?.id ?? selected } ?? max(machine.turns.hart, 0)
        selectedForRunning = selected
        switch reason {
        case .ended(let outcome): return ended(outcome)
        case .scheduleEnded where recording != nil: return stopped("05", "replaylog:end;")
        case .idle, .scheduleEnded: return stopped("02")
        case .limit:
            // As a trigger of the architecture does, a watchpoint stops before the access; gdb steps over it.
            guard let hit = watcher.hit, goTo(before) else { return nil }
            return stopped(watchStop(hit, before))
        }
    }

    /// Runs, with the watcher looking when there are watchpoints.
    private func runWatched(_ limit: UInt64) -> StopReason {
        watcher.hit = nil
        machine.fabric.observer = watcher.watches.isEmpty ? nil : watcher
        defer { machine.fabric.observer = nil }
        return run(limit)
    }

    private func watchStop(_ hit: WatchObserver.Hit, _ clock: UInt64) -> DebugStop {
        let watch = hit.watch
        let kind = watch.onLoad && watch.onStore ? "awatch" : watch.onLoad ? "rwatch" : "watch"
        return DebugStop(clock: clock, hart: hit.hart, reason: "\(kind):\(String(watch.address, radix: 16));")
    }

    /// The guest ended: first a stop from which one can go back, then, if asked to go on, the exit.
    private func ended(_ outcome: Fabric.Outcome) -> String {
        guard hasToldTheEnd else {
            hasToldTheEnd = true
            tell("The guest ended: \(outcome). Go back, or continue once more to leave.\n")
            return stopped("05", "replaylog:end;")
        }
        isOver = true
        guard case .fail(let code) = outcome else { return "W00" }
        return "W\(Hexadecimal.text([UInt8(truncatingIfNeeded: max(code, 1))]))"
    }

    // MARK: Going back

    /// Restores the machine to an earlier clock; false before the first snapshot.
    private func goTo(_ clock: UInt64) -> Bool {
        guard let base = recording.map({ $0.base(for: clock) }) ?? history.base(for: clock) else { return false }
        machine.restore(base)
        hasToldTheEnd = false
        if clock > base.clock { _ = run(clock - base.clock) }
        _ = machine.takeOutput()
        selected = nextHart()?.id ?? max(machine.turns.hart, 0)
        selectedForRunning = selected
        return true
    }

    /// Undoes the last instruction of the hart that the debugger runs.
    private func stepBack() -> String {
        let index = selectedForRunning
        return goBack { hart, before, _ in
            hart?.id == index ? DebugStop(clock: before, hart: index, reason: "") : nil
        }
    }

    /// To the last stop before now; a watchpoint stops after the access, which gdb then undoes.
    private func runBack() -> String {
        let end = machine.clock
        return goBack { hart, before, hit in
            if let hit { return self.watchStop(hit, before + 1) }
            guard before < end, let hart else { return nil }
            if self.marks.contains(before) { return DebugStop(clock: before, hart: hart.id, reason: "") }
            guard let reason = self.breakpointReason(hart.pc) else { return nil }
            return DebugStop(clock: before, hart: hart.id, reason: reason)
        }
    }

    /// Runs forward from ever earlier snapshots, one instruction at a time, and goes to the last stop found.
    ///
    /// - Parameter find: is there a stop at the instruction that this hart executed at this clock, with this hit?
    private func goBack(_ find: (Hart?, UInt64, WatchObserver.Hit?) -> DebugStop?) -> String {
        for (base, end) in recording?.segments(before: machine.clock) ?? history.segments(before: machine.clock) {
            machine.restore(base)
            var last: DebugStop?
            while machine.clock < end {
                let before = machine.clock
                let hart = nextHart()
                // Looked at before the instruction, because it changes `pc`; without a hit it is final.
                let early = find(hart, before, nil)
                _ = runWatched(1)
                last = watcher.hit.flatMap { find(hart, before, $0) } ?? early ?? last
                if machine.clock == before { break }
            }
            if let last, goTo(last.clock) { return stopped(last) }
        }
        _ = goTo(recording?.start ?? history.start)
        return stopped("05", "replaylog:begin;")
    }

    // MARK: Monitor

    private func monitor(_ text: Substring) -> String {
        guard let bytes = Hexadecimal.bytes(text) else { return "E01" }
        let line = String(decoding: bytes, as: UTF8.self)
        let words = line.split(separator: " ", maxSplits: 1)
        let argument = words.count > 1 ? words[1] : ""
        let answer: String
        switch words.first {
        case "clock": answer = "\(machine.clock)"
        case "hash": answer = String(machine.stateHash(), radix: 16)
        case "harts": answer = machine.crashReport()
        case "send" where !argument.isEmpty && recording == nil:
            machine.send(Script.unescaped(String(argument)))
            noteChange()
            answer = "sent"
        case "goto":
            if let clock = UInt64(argument), clock <= max(latest, recording?.end ?? 0), goTo(clock) {
                answer = "at clock \(machine.clock)"
            } else {
                answer = "goto CLOCK: a clock from \(recording?.start ?? history.start) to \(recording?.end ?? latest)"
            }
        case let word? where command(String(word), String(argument)) != nil:
            let (text, clock) = command(String(word), String(argument)) ?? ("", nil)
            answer = text
            if let clock { _ = goTo(clock) }
        default: answer = "commands: clock, goto CLOCK, harts, hash, send TEXT"
        }
        return Hexadecimal.text((answer + "\n").utf8)
    }
}
