// A kernel block, resolved, as a replay uses it: elements to compare, places to stop at, processes by slot.

import Emu
package import Model

/// The kernel's side of a spec.
package struct BoundKernel: ProcessView {
    /// What reports call the kernel.
    package let name: String
    /// The lines of the block.
    package let bindings: KernelBindings
    /// All bound elements that are compared, in the order of the spec.
    let elements: [(StateBinding, BoundElement)]
    private let system: TransitionSystem
    private let bound: Set<VariableID>
    /// Elements by datum and instance, lock lines included.
    private let byDatum: [Datum: [(StateBinding, BoundElement)]]
    private let nameOffset: (offset: UInt64, count: Int)?

    private struct Datum: Hashable {
        let variable: VariableID
        let instance: Int
    }

    /// The kernel's side of a system.
    ///
    /// - Parameters:
    ///   - name: what reports call the kernel.
    ///   - bindings: its block.
    ///   - system: the model.
    ///   - information: the kernel's types: where a process keeps the name of its program.
    package init(
        _ name: String, _ bindings: KernelBindings, _ system: TransitionSystem, _ information: DebugInformation
    ) {
        self.name = name
        self.bindings = bindings
        self.system = system
        elements = bindings.states.filter { !$0.isLockLine && $0.reader.abstract == nil }
            .flatMap { line in line.elements.map { (line, $0) } }
        // Of what an `abstract` line names, the model's own value counts: the kernel has nothing of the kind.
        let abstract = bindings.states.filter { $0.reader.abstract != nil }.flatMap(\.elements)
        bound = Set(elements.map(\.1.variable) + abstract.map(\.variable))
        var byDatum: [Datum: [(StateBinding, BoundElement)]] = [:]
        for line in bindings.states {
            for element in line.elements {
                let datum = Datum(variable: element.variable, instance: element.instance)
                byDatum[datum, default: []].append((line, element))
            }
        }
        self.byDatum = byDatum
        nameOffset = Self.programName(information)
    }

    private static func programName(_ information: DebugInformation) -> (offset: UInt64, count: Int)? {
        guard let id = information.type(named: "struct proc"), case .record(let record)? = try? information.type(id),
            let member = record.members.first(where: { $0.name == "name" }),
            case .array(of: _, count: let count?)? = try? information.stripped(member.type).type
        else { return nil }
        return (UInt64(member.offset), count)
    }

    // MARK: Processes

    /// The process that runs on a hart.
    package func current(hart: Int, _ memory: any GuestMemory) -> GuestProcess? {
        let situation = Situation(memory: memory, index: { _, _ in nil }, slot: { _ in nil }, pageTable: { _ in nil })
        guard let pointer = try? bindings.primitives.current?.value(situation, index: Int64(hart)), pointer != 0 else {
            return nil
        }
        let address = UInt64(bitPattern: pointer)
        let slot = slot(at: address)
        let number = slot.flatMap { slot in try? bindings.number?.value(situation, index: slot) }
        return GuestProcess(address: address, number: number ?? 0, program: program(at: address, memory))
    }

    private func program(at process: UInt64, _ memory: any GuestMemory) -> String {
        guard let nameOffset else { return "" }
        var bytes: [UInt8] = []
        for index in 0..<UInt64(nameOffset.count) {
            guard let byte = memory.loadKernel(process &+ nameOffset.offset &+ index, size: 1), byte != 0 else { break }
            bytes.append(UInt8(truncatingIfNeeded: byte))
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func slot(at address: UInt64) -> Int64? {
        guard let table = bindings.primitives.processTable, address >= table.address, table.stride > 0,
            (address - table.address) % table.stride == 0
        else { return nil }
        return Int64((address - table.address) / table.stride)
    }

    /// A process's slot in the kernel's table.
    package func slot(of process: GuestProcess) -> Int64? { slot(at: process.address) }

    private func player(ofProcess pid: Int) -> ProcessBinding.Player? {
        let (process, instance) = system.kind(of: pid)
        let lines = bindings.processes.filter { $0.process == process.id }
        return (lines.first { $0.instance == instance } ?? lines.first { $0.instance == nil })?.player
    }

    /// The program that plays a model process, as the block says; nil when it says nothing.
    func program(ofProcess pid: Int) -> String? {
        guard case .program(let program)? = player(ofProcess: pid) else { return nil }
        return program
    }

    /// The program that a model process executes after the kernel has made it; nil where the block does not say so.
    func executed(byProcess pid: Int) -> String? {
        guard case .exec(let program)? = player(ofProcess: pid) else { return nil }
        return program
    }

    /// Whether a model process is played by a process of the kernel that is there when a run begins: not one that the kernel
    /// makes, nor what a hart does by itself.
    package func isParked(_ pid: Int) -> Bool {
        switch player(ofProcess: pid) {
        case .exec, .hart: false
        case .program, .number, nil: true
        }
    }

    /// The hart that plays a model process, by the model's number: of several processes one line gives the first one's.
    func hart(ofProcess pid: Int) -> Int? {
        guard case .hart(let first)? = player(ofProcess: pid) else { return nil }
        let (process, instance) = system.kind(of: pid)
        let isOne = bindings.processes.contains { $0.process == process.id && $0.instance == instance }
        return isOne ? first : first + instance
    }

    /// Whether a model process may be one that the kernel makes during a run.
    package func isMade(_ pid: Int) -> Bool {
        if case .hart? = player(ofProcess: pid) { false } else { true }
    }

    /// Slots of the process table that nobody has, in the order in which the kernel gives them out.
    func freeSlots(_ memory: any GuestMemory) -> [Int64] {
        let situation = Situation(memory: memory, index: { _, _ in nil }, slot: { _ in nil }, pageTable: { _ in nil })
        return (0..<Int64(bindings.primitives.processTable?.count ?? 0)).filter { slot in
            (try? bindings.number?.value(situation, index: slot)) == 0
        }
    }

    /// The process of a number.
    func process(numbered wanted: Int64, _ memory: any GuestMemory) -> GuestProcess? {
        let situation = Situation(memory: memory, index: { _, _ in nil }, slot: { _ in nil }, pageTable: { _ in nil })
        guard let table = bindings.primitives.processTable else { return nil }
        for slot in 0..<table.count where (try? bindings.number?.value(situation, index: Int64(slot))) == wanted {
            let address = table.address + UInt64(slot) * table.stride
            return GuestProcess(address: address, number: wanted, program: program(at: address, memory))
        }
        return nil
    }

    /// Programs of the block that the kernel starts by itself: they play, and are not made by `fork`.
    package private(set) var startedPrograms: Set<String> = []

    /// Programs that the kernel, or its first process, starts by itself.
    package private(set) var knownPrograms: Set<String> = []
    /// The first process: all others come of it. It is made to issue its calls, and what it would start is not there.
    package static let firstProgram = "init"

    /// Whether the kernel is one whose programs are known.
    var knowsPrograms: Bool { !knownPrograms.isEmpty }

    /// Whether a process of a program runs its own code.
    func isNative(_ program: String) -> Bool { program != Self.firstProgram && knownPrograms.contains(program) }

    /// What a replay needs parked.
    ///
    /// - Parameters:
    ///   - started: programs that the kernel starts by itself.
    ///   - pids: the model processes that are there when a run begins.
    ///   - starters: those of them that start others of them.
    ///   - made: how many the kernel makes besides.
    package mutating func plan(started: Set<String>, pids: [Int], starters: Set<Int>, made: Int) -> ParkingPlan {
        var programs: [String] = []
        var count = 0
        for pid in pids {
            if let program = program(ofProcess: pid), started.contains(program), !programs.contains(program) {
                programs.append(program)
            } else {
                count += 1
            }
        }
        startedPrograms = Set(programs)
        knownPrograms = started
        let areOfFirst = starters.contains { program(ofProcess: $0) == Self.firstProgram }
        return ParkingPlan(
            programs: programs, count: count, areOfFirst: areOfFirst && startedPrograms.contains(Self.firstProgram),
            made: made)
    }

    // MARK: Data

    /// Places of the spec that are bound to what the `pid` line names, and hold plain integers.
    var numberPlaces: Set<String> {
        guard let number = bindings.number?.text else { return [] }
        let wanted = Self.withoutIndices(number)
        return Set(
            bindings.states.filter { line in
                line.type.integer != nil && Self.withoutIndices(line.reader.text) == wanted
            }.map(\.place))
    }

    /// A C expression without what stands in brackets.
    private static func withoutIndices(_ text: String) -> String {
        var depth = 0
        return String(
            text.filter { character in
                if character == "]" { depth -= 1 }
                defer { if character == "[" { depth += 1 } }
                return depth == 0 && character != " "
            })
    }

    /// Whether the kernel knows an enum by the text of its cases.
    func isText(_ wanted: EnumerationID) -> Bool {
        bindings.states.contains { line in
            guard case .enumeration(wanted) = line.type, case .text? = line.reader.code else { return false }
            return true
        }
    }

    /// Whether a line binds the size of processes: the member `sz` of the process table.
    func isSize(_ line: StateBinding) -> Bool {
        guard line.open.count == 1, line.type.integer != nil else { return false }
        let text = Self.withoutIndices(line.reader.text)
        return text.hasPrefix("proc[") && text.split(whereSeparator: { !$0.isLetter }).contains("sz")
    }

    /// Whether a datum is bound.
    func isBound(_ variable: VariableID) -> Bool { bound.contains(variable) }

    /// The spec's side of the lines that are compared.
    var comparedNames: [String] { bindings.states.filter { !$0.isLockLine }.map(\.place) }

    /// Data that no line binds.
    var unboundNames: [String] {
        system.variables.indices.filter { !bound.contains($0) && !system.variables[$0].isGhost }
            .map { system.variables[$0].name }
    }

    /// What is seen of an element.
    func read(
        _ line: StateBinding, _ element: BoundElement, _ situation: Situation
    ) -> Result<Observation, BindingError> {
        do throws(BindingError) {
            guard let seen = try line.observe(element, situation) else {
                return .failure(BindingError(.noPartner, part: line.place, "an expression of the model"))
            }
            return .success(seen)
        } catch { return .failure(error) }
    }

    /// The state of a lock; nil when it is not bound.
    func lockState(_ variable: VariableID, _ instance: Int, _ situation: Situation) -> ObservedLock? {
        guard let (line, element) = byDatum[Datum(variable: variable, instance: instance)]?.first,
            case .success(.lock(let seen)) = read(line, element, situation)
        else { return nil }
        return seen
    }

    /// The name of an element: the line's side of the spec, with the values of its open indices.
    func name(of element: BoundElement, _ line: StateBinding) -> String {
        var text = line.place
        for (index, ordinal) in zip(line.open, element.open) {
            let value = system.types.describe(system.types.value(ordinal, of: index.type), as: index.type)
            text = text.replacingIndex(index.name, with: value)
        }
        return text
    }

    /// Where an element lies.
    func place(of element: BoundElement, _ line: StateBinding, _ situation: Situation) -> BoundPlace? {
        guard let (place, size) = try? line.location(of: element, situation) else { return nil }
        var text = line.reader.text
        for (index, ordinal) in zip(line.open, element.open) {
            let partner =
                index.type.integer.map { Int64($0.lower) + Int64(ordinal) } ?? situation.index(index.type, ordinal)
            if let partner { text = text.replacingIndex(index.name, with: "\(partner)") }
        }
        let physical: UInt64?
        switch place.space {
        case .physical: physical = place.address
        case .kernel: physical = (situation.memory as? MachineMemory)?.physical(place.address)
        }
        guard let physical else { return nil }
        return BoundPlace(
            range: physical..<physical + UInt64(max(size, 1)), kernelAddress: place.address, expression: text)
    }

    /// Where a part of a datum lies: the smallest bound element that holds it, or is held by it.
    func place(of access: MicroStep.Access, _ situation: Situation) -> BoundPlace? {
        guard let (line, element) = element(of: access) else { return nil }
        return place(of: element, line, situation)
    }

    /// Where all parts of a datum lie that are bound by themselves.
    func places(of access: MicroStep.Access, _ situation: Situation) -> [BoundPlace] {
        guard let variable = access.variable else { return [] }
        let steps = Self.steps(access.path)
        let inner = (byDatum[Datum(variable: variable, instance: access.instance)] ?? []).filter {
            $0.1.path.count > steps.count && $0.1.path.starts(with: steps)
        }
        guard inner.isEmpty else { return inner.compactMap { place(of: $0.1, $0.0, situation) } }
        return place(of: access, situation).map { [$0] } ?? []
    }

    private static func steps(_ path: [MicroStep.Access.Part]) -> [BoundElement.Step] {
        path.compactMap { part in
            switch part {
            case .field(let index): .field(index)
            case .index(let index): .element(index)
            case .payload: nil
            }
        }
    }

    /// The smallest bound element that holds what is touched, or is held by it.
    func element(of access: MicroStep.Access) -> (StateBinding, BoundElement)? {
        access.variable.flatMap { element(of: $0, access.instance, access.path) }
    }

    /// The same of a part of a datum.
    func element(
        of variable: VariableID, _ instance: Int, _ path: [MicroStep.Access.Part]
    ) -> (StateBinding, BoundElement)? {
        let candidates = byDatum[Datum(variable: variable, instance: instance)] ?? []
        let steps = Self.steps(path)
        let best = candidates.filter { steps.starts(with: $0.1.path) }.max { $0.1.path.count < $1.1.path.count }
        let inner = candidates.first { $0.1.path.starts(with: steps) }
        return best ?? inner
    }
}

extension String {
    /// The text with `[name]` replaced by `[value]`.
    fileprivate func replacingIndex(_ name: String, with value: String) -> String {
        var result = ""
        var rest = Substring(self)
        let sign = "[\(name)]"
        while let first = rest.first {
            if rest.hasPrefix(sign) {
                result += "[\(value)]"
                rest = rest.dropFirst(sign.count)
            } else {
                result.append(first)
                rest = rest.dropFirst()
            }
        }
        return result
    }
}
