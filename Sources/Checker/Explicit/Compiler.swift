// From the transition system to bytecode: the state of one compilation, locals, reading rules.

import Model

/// Compiles code and formulas. One instance compiles a whole system; its context changes from body to body.
final class Compiler {
    /// Where a local lives while code runs.
    enum LocalStorage {
        /// A narrow value, as a number or as packed bits.
        case register(UInt16)
        /// A wide value, in scratch memory.
        case memory(Int)
        /// A parameter whose value is fixed in this copy of the code.
        case constant(Int64)
    }

    /// Which rules hold for reads.
    enum Mode {
        /// A step: protections are enforced unless on the hardware; locks in the set are known to be held.
        case code(isHardware: Bool, held: Set<LockKey>)
        /// An invariant: a held guard makes the part not checked.
        case invariant(skip: Int)
        case property
    }

    let system: TransitionSystem
    let layout: StateLayout
    var assembler: Assembler
    /// The running process in this copy of the code.
    var selfPid: Int?
    var mode = Mode.property
    var locals: [LocalID: LocalStorage] = [:]
    /// Types of the locals of the code that is compiled.
    var localTypes: [Type] = []
    /// What data are at: the state, or within `old` the state before the step.
    var stateBase = 0
    /// How many copies of the present part of the code unrolled loops make.
    var copies = 1
    /// Interned structs that a store is changing a part of, from the outside in.
    var rebuilds: [Rebuild] = []

    /// A struct taken out of its table, to be put back with a part changed.
    struct Rebuild {
        let outer: Location
        let copy: Address
        let table: Int
    }

    init(_ system: TransitionSystem, _ layout: StateLayout) {
        self.system = system
        self.layout = layout
        assembler = Assembler(scratchStart: 2 * layout.wordCount)
    }

    var types: TypeTable { system.types }

    func shape(of type: Type) -> Shape { layout.shapes.shape(of: type) }

    // MARK: Sites

    func trap(_ message: String, _ range: SourceRange) -> Int { assembler.site(.trap, message, range) }

    // MARK: Locals

    /// Starts a body: its locals have no storage yet.
    func begin(localTypes: [Type], selfPid: Int?) {
        self.localTypes = localTypes
        self.selfPid = selfPid
        locals = [:]
        stateBase = 0
        assembler.beginBody()
    }

    func storage(of local: LocalID) -> LocalStorage {
        if let known = locals[local] { return known }
        let shape = shape(of: localTypes[local])
        let storage: LocalStorage =
            shape.isNarrow ? .register(assembler.register()) : .memory(assembler.scratch(words: shape.wordCount))
        locals[local] = storage
        return storage
    }

    func set(_ local: LocalID, _ value: Operand) {
        switch storage(of: local) {
        case .register(let register): move(value, to: register)
        case .memory(let offset):
            guard case .memory(let address) = value else { preconditionFailure("a wide local takes a wide value") }
            assembler.copy(words: shape(of: localTypes[local]).wordCount, from: address, to: Address(offset: offset))
        case .constant: preconditionFailure("a fixed parameter is not stored to")
        }
    }

    func move(_ value: Operand, to register: UInt16) {
        switch value {
        case .constant(let number): assembler.emit(.constant, a: register, imm: number)
        case .register(let source): if source != register { assembler.emit(.move, a: register, b: source) }
        case .memory: preconditionFailure("a wide value has no register")
        }
    }

    func operand(of local: LocalID) -> Operand {
        switch storage(of: local) {
        case .register(let register): .register(register)
        case .memory(let offset): .memory(Address(offset: offset))
        case .constant(let value): .constant(value)
        }
    }

    /// Compiles a part whose registers and locals are used again after it.
    func scoped(_ body: () -> Void) {
        // What locals got in the part goes with its registers.
        let (mark, saved) = (assembler.registerMark, locals)
        body()
        assembler.registerMark = mark
        locals = saved
    }

    // MARK: Constants

    /// A constant of a type: a number, packed bits, or words in memory.
    func constant(_ value: Value, _ type: Type) -> Operand {
        let shape = shape(of: type)
        switch shape {
        case .scalar: return .constant(Self.number(value))
        case .optional, .structure, .array, .sequence, .set, .interned:
            var words = Array(repeating: UInt64(0), count: max(1, shape.wordCount))
            layout.encode(value, type, shape, 0, &words, types)
            if shape.isNarrow { return .constant(Int64(bitPattern: words[0])) }
            return .memory(Address(offset: assembler.constant(words)))
        }
    }

    static func number(_ value: Value) -> Int64 {
        switch value {
        case .bool(let flag): flag ? 1 : 0
        case .member(let index): Int64(index)
        case .integer(let number): Int64(truncatingIfNeeded: number)
        case .lock(let holder): holder.map { Int64($0 + 1) } ?? 0
        case .null: 0
        case .some, .structure, .array, .sequence, .set: preconditionFailure("not a scalar")
        }
    }

    // MARK: Helpers

    func emit(_ opcode: Opcode, _ left: Operand, _ right: Operand, site: Int = 0) -> Operand {
        if case .constant(let one) = left, case .constant(let two) = right, let value = opcode.folded(one, two) {
            return .constant(value)
        }
        let (b, c) = (assembler.inRegister(left), assembler.inRegister(right))
        let result = assembler.register()
        assembler.emit(opcode, a: result, b: b, c: c, target: site)
        return .register(result)
    }

    /// Compiles a truth value as a branch that is taken when it is false.
    func branchUnless(_ formula: Formula, to label: Int) { branch(formula, if: false, to: label) }

    /// Compiles a truth value as a branch that is taken when it has the given value.
    func branch(_ formula: Formula, if wanted: Bool, to label: Int) {
        switch formula.kind {
        case .unary(.not, let operand): branch(operand, if: !wanted, to: label)
        case .binary(.and, let left, let right):
            if wanted {
                let skip = assembler.newLabel()
                branch(left, if: false, to: skip)
                branch(right, if: true, to: label)
                assembler.place(skip)
            } else {
                branch(left, if: false, to: label)
                branch(right, if: false, to: label)
            }
        case .binary(.or, let left, let right):
            if wanted {
                branch(left, if: true, to: label)
                branch(right, if: true, to: label)
            } else {
                let skip = assembler.newLabel()
                branch(left, if: true, to: skip)
                branch(right, if: false, to: label)
                assembler.place(skip)
            }
        case .binary(.implies, let left, let right):
            if wanted {
                branch(left, if: false, to: label)
                branch(right, if: true, to: label)
            } else {
                let skip = assembler.newLabel()
                branch(left, if: false, to: skip)
                branch(right, if: false, to: label)
                assembler.place(skip)
            }
        case .binary(let operation, let left, let right)
        where (operation == .equal || operation == .notEqual)
            && (shape(of: left.type).isNarrow || left.isNull || right.isNull):
            branchOnEquality(left, right, jumpsIfEqual: (operation == .equal) == wanted, to: label)
        default:
            switch compile(formula) {
            case .constant(let value): if (value != 0) == wanted { assembler.branch(.jump, to: label) }
            case .register(let register):
                assembler.branch(wanted ? .branchNonZero : .branchZero, a: register, to: label)
            case .memory: preconditionFailure("a truth value is narrow")
            }
        }
    }

    private func branchOnEquality(_ left: Formula, _ right: Formula, jumpsIfEqual: Bool, to label: Int) {
        let (first, second) = (comparable(left, with: right), comparable(right, with: left))
        switch (first, second) {
        case (.constant(let one), .constant(let two)):
            if (one == two) == jumpsIfEqual { assembler.branch(.jump, to: label) }
        case (.register(let register), .constant(let value)), (.constant(let value), .register(let register)):
            assembler.branch(
                jumpsIfEqual ? .branchEqualImmediate : .branchNotEqualImmediate, a: register, imm: value, to: label)
        case (.register(let one), .register(let two)):
            assembler.branch(jumpsIfEqual ? .branchEqual : .branchNotEqual, a: one, b: two, to: label)
        default: preconditionFailure("narrow values have registers")
        }
    }

    /// An operand of `==`; beside a `nil` only the flag counts.
    func comparable(_ formula: Formula, with other: Formula) -> Operand {
        guard case .optional = formula.type else { return compile(formula) }
        if case .constant(.null) = formula.kind {
            return shape(of: formula.type).isNarrow ? compile(formula) : .constant(0)
        }
        if case .constant(.null) = other.kind { return flag(of: formula) }
        return compile(formula)
    }

    /// Whether an optional is not nil, as 0 or 1.
    func flag(of formula: Formula) -> Operand {
        if case .constant(let value) = formula.kind { return .constant(value == .null ? 0 : 1) }
        let register = assembler.register()
        if case .load(let place) = formula.kind {
            let location = locate(place, formula.range)
            read(location, bits: 1, lower: 0, into: register)
            return .register(register)
        }
        switch compile(formula) {
        case .constant(let bits): return .constant(bits & 1)
        case .register(let bits): assembler.emit(.extract, a: register, b: bits, width: 1, shift: 0)
        case .memory(let address): assembler.load(address, bits: 1, lower: 0, into: register)
        }
        return .register(register)
    }
}

extension Formula {
    /// Whether it is the constant `nil`.
    var isNull: Bool { if case .constant(.null) = kind { true } else { false } }
}
