// A model process and the guest process that plays it: where it is, and how far it got.

import Model

/// A process under control.
final class Driven {
    /// The model's process.
    let pid: Int
    /// Who plays it.
    let process: GuestProcess
    /// The hart that it is on; nil while it is on none.
    var hart: Int?
    /// Where it is in user mode: system calls are made as if from there.
    var userAddress: UInt64
    /// Its root page table, physical.
    var root: UInt64
    /// Its stack pointer in user mode: below it is memory of its own.
    var stack: UInt64
    /// It runs the code of its own program; otherwise it is made to issue the system calls that the block names.
    let isNative: Bool
    /// The call of the model that it has entered by a system call and not left.
    var call: Int?
    /// The innermost bound call whose function it has entered.
    var function: Int?
    /// What its last system call returned.
    var returned: UInt64?
    /// Locals of the model that have been compared with what a system call returned.
    var comparedLocals: Set<LocalID> = []
    /// Model processes that its system call has made, and that nobody plays yet.
    var made: [Int] = []
    /// How many of its next steps the kernel has no code of its own for: it stands before the one after them.
    var skipped = 0
    /// The lock that it is about to take, where it is stopped within `acquire`.
    var wanted: UInt64 = 0
    /// What is typed for its program, which waits for it or will do so.
    var input: String?
    /// Where it is.
    var position = Position.user

    /// The same process, which runs another program by now.
    func playing(_ process: GuestProcess, isNative: Bool) -> Driven {
        let other = Driven(
            pid: pid, process: process, hart: hart, userAddress: userAddress, root: root, stack: stack,
            isNative: isNative)
        other.position = position
        return other
    }

    enum Position: Equatable {
        /// In user mode, held.
        case user
        /// Before its next step.
        case stopped(StopPoint)
        /// In the kernel, before a step that has no stop; the number of that step.
        case between
        /// Off its hart.
        case asleep
        case finished
    }

    init(pid: Int, process: GuestProcess, hart: Int?, userAddress: UInt64, root: UInt64, stack: UInt64, isNative: Bool)
    {
        self.pid = pid
        self.process = process
        self.hart = hart
        self.userAddress = userAddress
        self.root = root
        self.stack = stack
        self.isNative = isNative
    }
}

/// How the run of a process to a stop ended.
enum DriveOutcome {
    case reached
    /// The system call has returned before.
    case returned(ReplayFinding)
    /// The kernel went another way.
    case strayed(ReplayFinding)
    /// The kernel panicked: its words, and the line.
    case panicked(ReplayFinding)
    /// The kernel touches the element beyond an array's end that the model ends with.
    case beyond(ReplayFinding)
    /// Its program has done what it dies of.
    case died(ReplayFinding)
}
