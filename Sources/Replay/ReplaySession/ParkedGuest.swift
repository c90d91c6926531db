// A booted kernel whose processes wait in user mode, each held on a hart of its own, ready to be driven.

import Emu

/// Why a kernel cannot be brought to where a replay begins.
package struct ReplayError: Error, Sendable, CustomStringConvertible {
    /// What is wrong, and what to do, for a person.
    package let description: String

    /// Makes the error.
    package init(_ description: String) { self.description = description }
}

/// A process of the guest, as the kernel knows it.
package struct GuestProcess: Hashable, Sendable {
    /// The address of its slot in the process table.
    package let address: UInt64
    /// Its number.
    package let number: Int64
    /// The program that it runs, where the kernel keeps the name.
    package let program: String
}

/// What a replay asks of a kernel's own data, besides what the spec binds.
package protocol ProcessView {
    /// The process that runs on a hart; nil when it is in its scheduler.
    func current(hart: Int, _ memory: any GuestMemory) -> GuestProcess?
}

/// Boots kernels and parks processes.
package struct ParkedGuest {
    /// Harts on which a process is held in user mode, in the order in which they came there.
    package private(set) var parked: [(hart: Int, process: GuestProcess)] = []
    private let control: HartControl
    private let view: any ProcessView
    private var isHeld: [Bool]

    /// Instructions of a hart's turn while the kernel boots.
    private static let turn: UInt64 = 20_000
    /// All that a boot may take.
    private static let bootLimit: UInt64 = 3_000_000_000
    /// What one system call may take while nothing else runs.
    private static let callLimit: UInt64 = 20_000_000

    private var machine: Machine { control.machine }
    private var memory: MachineMemory { MachineMemory(machine) }

    /// Boots a machine into which the kernel is loaded.
    ///
    /// - Parameters:
    ///   - control: the machine.
    ///   - view: who runs where.
    ///   - programs: processes of these programs are held before their first system call.
    ///   - count: how many processes are wanted besides; they are copies of one by `fork`.
    ///   - areOfFirst: whether all of them are children of the first process.
    ///   - forkNumber: the number of that system call.
    ///   - execNumber: that of `exec`: where the first process is held, nobody types a command, and its copy executes it.
    ///   - command: what is typed at the kernel's shell for the first one; an empty line when nil.
    /// - Throws: `ReplayError` when the kernel ends or panics before, or does not get there.
    package init(
        _ control: HartControl, _ view: any ProcessView, programs: [String], count: Int, areOfFirst: Bool,
        forkNumber: UInt64, execNumber: UInt64, command: String?
    ) throws(ReplayError) {
        self.control = control
        self.view = view
        isHeld = Array(repeating: false, count: control.machine.harts.count)
        try boot(programs)
        for program in programs where !parked.contains(where: { $0.process.program == program }) {
            throw ReplayError("the kernel started no process with the program \(program) before it became idle")
        }
        guard count > 0 else { return }
        let before = parked.count
        if let first = parked.first(where: { $0.process.program == BoundKernel.firstProgram }), let command {
            for number in 0..<(areOfFirst ? count : 1) {
                try fork(first.hart, number: forkNumber)
                try execute(parked[before + number].hart, number: execNumber, command)
            }
            if areOfFirst { return }
        } else {
            try parkFirst(command)
        }
        // Where the shell has no such program, a process that comes to user mode is as good.
        if parked.count == before { throw ReplayError("no process came to user mode after the kernel had booted") }
        for _ in 1..<max(count, 1) { try fork(parked[before].hart, number: forkNumber) }
    }

    // MARK: Booting

    private mutating func boot(_ programs: [String]) throws(ReplayError) {
        var used: UInt64 = 0
        while used < Self.bootLimit {
            var isIdle = true
            for hart in isHeld.indices where !isHeld[hart] {
                let before = machine.clock
                let event = control.run(hart: hart, limit: Self.turn, follows: false)
                used += machine.clock - before
                try check(event)
                if event == .user { hasUser = true }
                if event == .user, let process = view.current(hart: hart, memory), programs.contains(process.program),
                    !parked.contains(where: { $0.process == process })
                {
                    hold(hart, process)
                } else if !idles(hart, event) {
                    isIdle = false
                }
            }
            spinRounds = isIdle ? spinRounds + 1 : 0
            if isIdle, spinRounds % Self.spinLimit == 0 || !isSpinning {
                // All wait: for their timers while the kernel is still at work, for input when it is not.
                if parked.count >= programs.count && hasPrompt { return }
                if isSpinning { idleRounds += 1 } else if !skipTime() { return }
                used += Self.turn
            }
        }
        throw ReplayError("the kernel did not become idle within \(Self.bootLimit) instructions")
    }

    /// Whether a hart has nothing to do: it waits, or its scheduler looks for work and finds none.
    private mutating func idles(_ hart: Int, _ event: HartEvent) -> Bool {
        if event == .waiting { return true }
        guard hasUser, event == .limit, view.current(hart: hart, memory) == nil else { return false }
        isSpinning = true
        return true
    }

    /// Whether a process has come to user mode: before that a hart without a process is not in its scheduler.
    private var hasUser = false
    private var isSpinning = false
    private var spinRounds = 0
    /// Rounds without work after which a scheduler that never waits is believed to have none: a disk takes its time.
    private static let spinLimit = 50
    private var idleRounds = 0
    private var hasPrompt: Bool { idleRounds > 3 }

    /// Lets time pass to the next timer; false when there is none.
    private mutating func skipTime() -> Bool {
        idleRounds += 1
        var next: UInt64?
        for hart in isHeld.indices where !isHeld[hart] {
            if case .waiting(until: let time?) = machine.run(hart: hart, limit: 0) { next = min(next ?? time, time) }
        }
        guard let next else { return false }
        machine.clock = max(machine.clock, next)
        return true
    }

    private func check(_ event: HartEvent) throws(ReplayError) {
        switch event {
        case .ended(let outcome): throw ReplayError("the kernel ended the machine before the first step: \(outcome)")
        case .call(.panic, argument: let text):
            throw ReplayError("the kernel panics before the first step: \(memory.text(text) ?? "")")
        case .call, .reached, .access, .user, .trapped, .waiting, .limit: return
        }
    }

    private mutating func hold(_ hart: Int, _ process: GuestProcess) {
        isHeld[hart] = true
        parked.append((hart, process))
    }

    // MARK: Processes

    /// Types a command, and holds the process that runs it; without one, whichever comes to user mode.
    private mutating func parkFirst(_ command: String?) throws(ReplayError) {
        machine.send(Array(((command ?? "") + "\n").utf8))
        var used: UInt64 = 0
        while used < Self.callLimit {
            var isIdle = true
            for hart in isHeld.indices where !isHeld[hart] {
                let before = machine.clock
                let event = control.run(hart: hart, limit: Self.turn, follows: false)
                used += machine.clock - before
                try check(event)
                if event == .user, let process = view.current(hart: hart, memory) {
                    if command == nil || process.program == command {
                        hold(hart, process)
                        return
                    }
                }
                if !idles(hart, event) { isIdle = false }
            }
            if isIdle, !isSpinning, !skipTime() { break }
        }
        if command != nil { try parkFirst(nil) }
    }

    private mutating func fork(_ hart: Int, number: UInt64) throws(ReplayError) {
        let start = machine.harts[hart].pc
        control.issue(hart: hart, number: number, arguments: [])
        try runToUser(hart)
        let child = Int64(bitPattern: machine.harts[hart][x: 10])
        machine.harts[hart].pc = start
        guard child > 0 else { throw ReplayError("the kernel could not fork the process that is to be driven") }
        for idle in isHeld.indices where !isHeld[idle] {
            control.wake(hart: idle)
            for _ in 0..<1000 {
                let event = control.run(hart: idle, limit: Self.turn, follows: false)
                try check(event)
                if event == .waiting { break }
                guard event == .user, let process = view.current(hart: idle, memory) else { continue }
                guard process.number == child else { continue }
                machine.harts[idle].pc = start
                hold(idle, process)
                return
            }
        }
        throw ReplayError("process \(child), a copy of the one that is to be driven, never came to user mode")
    }

    /// Makes the process on a hart execute a program.
    private mutating func execute(_ hart: Int, number: UInt64, _ program: String) throws(ReplayError) {
        let registers = machine.harts[hart]
        let name = (registers[x: 2] & ~15) - 64
        let list = [name, 0].flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
        let root = (registers[.satp] & (1 << 44 - 1)) << 12
        guard memory.write(Array(program.utf8) + [0], to: name, root: root),
            memory.write(list, to: name - 64, root: root)
        else { throw ReplayError("the first process has no memory below its stack pointer") }
        control.issue(hart: hart, number: number, arguments: [name, name - 64])
        try runToUser(hart)
        guard let process = view.current(hart: hart, memory), process.program == program else {
            throw ReplayError("a copy of the first process could not execute \(program)")
        }
        parked[parked.count - 1].process = process
    }

    private func runToUser(_ hart: Int) throws(ReplayError) {
        var left = Self.callLimit
        while left > 0 {
            let before = machine.clock
            let event = control.run(hart: hart, limit: left, follows: false)
            left -= min(left, max(machine.clock - before, 1))
            try check(event)
            if event == .user { return }
            if event == .waiting { break }
        }
        throw ReplayError("the kernel did not come back from a system call")
    }
}

extension GuestMemory {
    /// A string of the kernel's, up to 100 bytes of it; nil where nothing is.
    func text(_ address: UInt64) -> String? {
        var bytes: [UInt8] = []
        while bytes.count < 100, let byte = loadKernel(address &+ UInt64(bytes.count), size: 1), byte != 0 {
            bytes.append(UInt8(truncatingIfNeeded: byte))
        }
        return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
    }
}
