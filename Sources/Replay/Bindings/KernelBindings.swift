// A `kernel` block, resolved: what each line means in one kernel.

package import Model

/// A `kernel` block, resolved against one kernel and one choice of constants.
package struct KernelBindings: Sendable {
    /// The name in quotes: `guest`.
    package let kernel: String
    /// `const` lines.
    package internal(set) var constants: [ConstantBinding] = []
    /// `state` lines, those of locks too, and `lock` lines.
    package internal(set) var states: [StateBinding] = []
    /// `func` lines.
    package internal(set) var functions: [FunctionBinding] = []
    /// `value` lines.
    package internal(set) var values: [ValueBinding] = []
    /// `step` lines.
    package internal(set) var steps: [StepBinding] = []
    /// `process` lines.
    package internal(set) var processes: [ProcessBinding] = []
    /// The system call `exec`, when a `process` line needs it.
    package internal(set) var exec: SystemCall?
    /// The number of the system call `exit`, where the kernel's file tells it.
    package internal(set) var exitNumber: UInt64?
    /// `pid` line: the number of the process in a slot of the kernel's table, as `proc[slot].pid`.
    package internal(set) var number: KernelExpression?
    /// `console` lines.
    package internal(set) var consoles: [ConsoleBinding] = []
    /// `fail` lines.
    package internal(set) var failures: [FailureBinding] = []
    /// `harts` line, or as many as the kernel's `const` says.
    package internal(set) var harts: Int?
    /// What binds by its name.
    package internal(set) var primitives = KernelPrimitives()
    /// What is to be told of each line, in order.
    package internal(set) var lines: [BindingLine] = []

    /// Whether every line is bound, and spec and kernel agree.
    package var isComplete: Bool { lines.allSatisfy { $0.problem == nil } }

    init(kernel: String) { self.kernel = kernel }
}

/// `const SLOTS = REQUEST_SLOTS`
package struct ConstantBinding: Sendable {
    /// The model's name.
    package let name: String
    /// The model's value.
    package let value: Int128
    /// The kernel's side.
    package let kernelName: String
    /// The kernel's value; nil when its file does not have it.
    package let kernelValue: Int128?
    /// The line.
    package let range: SourceRange
}

/// One scalar or composite of the model that a `state` or `lock` line covers: `queue.slots[2]`.
package struct BoundElement: Sendable, Hashable {
    /// How one gets from an instance of a datum to the part that is bound.
    package enum Step: Sendable, Hashable {
        case field(Int)
        /// By ordinal of the index type.
        case element(Int)
        /// Into an optional that is not nil.
        case payload
    }
    /// The datum.
    package let variable: VariableID
    /// The instance: the position in `SystemState.data[variable]`.
    package let instance: Int
    /// From the instance to the part; empty when the whole is bound.
    package let path: [Step]
    /// The ordinals of the line's open indices, in the order in which they stand there.
    package let open: [Int]

    /// The model's value of it.
    package func value(in state: SystemState) -> Value? {
        guard variable < state.data.count, instance < state.data[variable].count else { return nil }
        var value = state.data[variable][instance]
        for step in path {
            switch (step, value) {
            case (.field(let index), .structure(let fields)) where index < fields.count: value = fields[index]
            case (.element(let index), .array(let elements)) where index < elements.count: value = elements[index]
            case (.payload, .some(let inner)): value = inner
            default: return nil
            }
        }
        return value
    }
}

/// `state queue.slots[i] = shmem_queue.requests[i] unless .src_pid == -1`, or a `lock` line.
package struct StateBinding: Sendable {
    /// The model's side as written: `queue.slots[i]`.
    package let place: String
    /// The type of one element.
    package let type: Type
    /// All that it covers.
    package let elements: [BoundElement]
    /// Names and types of the open indices.
    package let open: [(name: String, type: Type)]
    /// How it is read.
    package let reader: StateReader
    /// The line.
    package let range: SourceRange
    /// Whether it was a `lock` line: the lock is bound, and is no datum that is compared.
    package let isLockLine: Bool
}

/// `func insert(r) = shmem_queue_insert(src_pid: r.src, …) via syscall crypto_op(r.va, r.size)`
package struct FunctionBinding: Sendable {
    /// The model's func.
    package let function: FunctionID
    /// Its name.
    package let name: String
    /// What the line calls the func's parameters.
    package let parameters: [String]
    /// The kernel's function; nil when user code does it, or the boot.
    package let code: FunctionCode?
    /// What the kernel's parameters are, as formulas whose first locals are the func's parameters.
    package let arguments: [(parameter: FunctionParameter, value: Formula)]
    /// How a process gets there; nil when it is called within the kernel only.
    package let way: Way?
    /// The line.
    package let range: SourceRange

    /// How a process gets into a func.
    package enum Way: Sendable {
        /// By a system call with these arguments.
        case call(SystemCall)
        /// By the system call `exec` with the program that it runs.
        case exec(SystemCall)
        /// By a load instruction of user code, from the address that the formula gives.
        case load(Formula)
        /// It is over before a replay begins.
        case boot
    }

    /// The system call that leads to it.
    package var systemCall: SystemCall? {
        switch way {
        case .call(let call), .exec(let call): call
        case .load, .boot, nil: nil
        }
    }

    /// Whether it is over before a replay begins.
    package var isBoot: Bool {
        if case .boot? = way { true } else { false }
    }
}

/// `value insert = result == 0`: what the func returns, or what a parameter is, after the system call that it belongs to.
package struct ValueBinding: Sendable {
    /// The model's func.
    package let function: String
    /// Its parameter; nil for what it returns.
    package let parameter: String?
    /// The kernel's side, over the index 0: what the system call returned.
    package let expression: KernelExpression
    /// The line.
    package let range: SourceRange
}

/// `via syscall crypto_op(r.va, r.size)`
package struct SystemCall: Sendable {
    /// Its name.
    package let name: String
    /// Its number, for register a7.
    package let number: UInt64
    /// Its arguments, for a0 and those after it, as formulas whose first locals are the func's parameters.
    package let arguments: [Formula]
}

/// `step insert.put = line "kernel/shmem_queue.c":51`
package struct StepBinding: Sendable {
    /// The step's name: `insert.put`.
    package let step: String
    /// Where a process stops before it: before one of these instructions.
    package let addresses: [UInt64]
    /// The program that they are of; nil for the kernel.
    package let program: String?
    /// The line.
    package let range: SourceRange
}

/// `process client = program "crypto_cli"`
package struct ProcessBinding: Sendable {
    /// Who plays the part.
    package enum Player: Sendable, Hashable {
        case program(String)
        /// The process of that number.
        case number(Int64)
        /// The hart itself: its scheduler and its interrupts.
        case hart(Int)
        /// A process that `fork` makes, and that then executes this program.
        case exec(String)
    }
    /// The kind of process.
    package let process: ProcessID
    /// The instance, when the line names one.
    package let instance: Int?
    /// Who plays the part.
    package let player: Player
    /// The line.
    package let range: SourceRange
}

/// `console "pause" = Command.pause`
package struct ConsoleBinding: Sendable {
    /// What is typed.
    package let text: String
    /// For which choice.
    package let choice: BoundChoice
    /// The line.
    package let range: SourceRange
}

/// `fail mappages = Room.short`: where the model chooses this, the kernel's function returns at once that it has failed.
package struct FailureBinding: Sendable {
    /// The kernel's function.
    package let name: String
    /// Its entry.
    package let entry: UInt64
    /// What it returns then.
    package let result: UInt64
    /// For which choice.
    package let choice: BoundChoice
    /// The line.
    package let range: SourceRange
}

/// A value of a `choose`, as a line names it.
package struct BoundChoice: Sendable {
    /// As written: `Line.pause`, `3`.
    package let text: String
    /// The choice as a value.
    package let value: Value

    /// Whether a choice of a type is this one.
    func matches(_ other: Value?, _ type: Type, _ types: TypeTable) -> Bool {
        guard other == value else { return false }
        guard case .enumeration(let id) = type else { return true }
        return text.hasPrefix("\(types.enumerations[id].name).")
    }
}

/// What binds by its name.
package struct KernelPrimitives: Sendable {
    /// `acquire`, `release`, `sleep`, `wakeup`, `panic`, `sched`, `swtch`, by name, where the kernel has them.
    package internal(set) var functions: [String: FunctionCode] = [:]
    /// The process that runs on a hart: `cpus[h].proc`, over the index `h`.
    package internal(set) var current: KernelExpression?
    /// The process table that the `pid` line names: address of its first slot, bytes of a slot, number of slots.
    package internal(set) var processTable: (address: UInt64, stride: UInt64, count: Int)?
    /// Elements of `cpus[]`.
    package internal(set) var hartCount: Int?
}
