// Claims of private data and starts of processes in bytecode.

import Model

extension CodeCompiler {
    func ownership(_ node: Node) {
        guard let pid else { return }
        let place: Place
        let isClaim: Bool
        switch node.operation {
        case .claim(let target): (place, isClaim) = (target, true)
        case .publish(let target): (place, isClaim) = (target, false)
        default: preconditionFailure("not an ownership operation")
        }
        guard case .variable(let id) = place.root else { return }
        let location = compiler.locate(place, node.range)
        let current = compiler.assembler.register()
        compiler.read(location, bits: location.shape.bits, lower: 0, into: current)
        let mine = Int64(pid) * 2 + 1
        let fine = compiler.assembler.newLabel()
        compiler.assembler.branch(.branchEqualImmediate, a: current, imm: isClaim ? 0 : mine, to: fine)
        let message = isClaim ? "claimed twice" : "published and not claimed"
        compiler.assembler.emit(.violate, target: compiler.assembler.site(.ownership(id), message, node.range))
        compiler.assembler.place(fine)
        if isClaim { requireOwnerAtRest(place, id, node.range) }
        let value = compiler.assembler.constant(isClaim ? mine : 0)
        compiler.writeBits(value, at: location, bits: location.shape.bits, lower: 0)
    }

    /// A claim while the element's own process runs would not be exclusive.
    private func requireOwnerAtRest(_ place: Place, _ id: VariableID, _ range: SourceRange) {
        guard let index = place.indices.first else { return }
        var first = 0
        if case .sort(let sort) = compiler.system.variables[id].dimensions.first {
            first = compiler.types.sorts[sort].firstPid ?? 0
        }
        let element = compiler.compile(index)
        let site = compiler.assembler.site(.ownership(id), "claimed while its process runs", range)
        for (number, process) in compiler.layout.processes.enumerated() where number != pid {
            if case .constant(let value) = element, Int(value) + first != number { continue }
            let next = compiler.assembler.newLabel()
            if case .register(let register) = element {
                compiler.assembler.branch(.branchNotEqualImmediate, a: register, imm: Int64(number - first), to: next)
            }
            let position = compiler.assembler.register()
            compiler.assembler.load(
                Address(offset: process.position.offset), bits: process.position.bits, lower: 0, into: position)
            compiler.assembler.branch(.branchZero, a: position, to: next)
            let idle = StateLayout.idleCode(compiler.system.kind(of: number).process)
            compiler.assembler.branch(.branchEqualImmediate, a: position, imm: Int64(idle), to: next)
            compiler.assembler.emit(.violate, target: site)
            compiler.assembler.place(next)
        }
    }

    /// A process is not started while somebody has borrowed its data.
    private func requireUnclaimed(_ target: Int, _ range: SourceRange) {
        for id in Set(compiler.system.variables.compactMap(\.claims)).sorted() {
            var first = 0
            if case .sort(let sort) = compiler.system.variables[id].dimensions.first {
                first = compiler.types.sorts[sort].firstPid ?? 0
            }
            let layout = compiler.layout.variables[id]
            guard target >= first, target - first < layout.count else { continue }
            let claim = compiler.assembler.register()
            compiler.assembler.load(
                Address(offset: layout.offset + (target - first) * layout.stride), bits: layout.shape.bits, lower: 0,
                into: claim)
            let fine = compiler.assembler.newLabel()
            compiler.assembler.branch(.branchZero, a: claim, to: fine)
            compiler.assembler.emit(
                .violate, target: compiler.assembler.site(.ownership(id), "started while its data are claimed", range))
            compiler.assembler.place(fine)
        }
    }

    func start(_ id: ProcessID, _ index: Formula?, _ arguments: [Formula], _ range: SourceRange) {
        let process = compiler.system.processes[id]
        let instance = index.map { compiler.index($0, below: process.count, range) } ?? .constant(0)
        let values = arguments.map { compiler.compile($0) }
        let end = compiler.assembler.newLabel()
        for number in 0..<process.count {
            if case .constant(let value) = instance, value != Int64(number) { continue }
            let next = compiler.assembler.newLabel()
            if case .register(let register) = instance {
                compiler.assembler.branch(.branchNotEqualImmediate, a: register, imm: Int64(number), to: next)
            }
            launch(process, process.firstPid + number, zip(arguments, values).map { ($0.type, $1) }, range, end)
            compiler.assembler.place(next)
        }
        compiler.assembler.place(end)
    }

    /// Sets a process running: it must not be; its code up to its first point runs at once.
    private func launch(
        _ process: ProcessCode, _ target: Int, _ arguments: [(Type, Operand)], _ range: SourceRange, _ end: Int
    ) {
        let field = compiler.layout.processes[target].position
        let position = compiler.assembler.register()
        compiler.assembler.load(Address(offset: field.offset), bits: field.bits, lower: 0, into: position)
        let fine = compiler.assembler.newLabel()
        compiler.assembler.branch(.branchZero, a: position, to: fine)
        compiler.assembler.branch(
            .branchEqualImmediate, a: position, imm: Int64(StateLayout.idleCode(process)), to: fine)
        compiler.assembler.emit(
            .violate, target: site("\(compiler.types.pidNames[target]) is started while it runs", range))
        compiler.assembler.place(fine)
        requireUnclaimed(target, range)
        let saved = (compiler.locals, compiler.localTypes, compiler.selfPid, compiler.mode)
        compiler.locals = [:]
        compiler.localTypes = process.code.locals.map(\.type)
        compiler.selfPid = target
        let child = CodeCompiler(compiler, process.code, process: process, pid: target) { compiler in
            compiler.assembler.branch(.jump, to: end)
        }
        for (parameter, argument) in arguments.enumerated() { compiler.set(parameter, argument.1) }
        let entry = process.code.entry
        compiler.assembler.branch(.jump, to: child.label(for: entry))
        child.emitNodes(from: process.code.nodes[entry].isPoint ? [] : [entry])
        (compiler.locals, compiler.localTypes, compiler.selfPid, compiler.mode) = saved
    }
}
