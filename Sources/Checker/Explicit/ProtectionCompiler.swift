// Protections in bytecode: who may touch a datum, and when an invariant may be judged.

import Model

extension Compiler {
    /// Emits the rule for touching a datum: who may, or whether a property may be judged.
    func enforce(_ id: VariableID, _ indices: [Operand], _ place: Place, isStore: Bool, _ range: SourceRange) {
        let variable = system.variables[id]
        switch mode {
        case .property: return
        case .code(let isHardware, let held):
            guard !isHardware else { return }
            switch variable.protection {
            case .none: return
            case .guarded(let path, let forWritingOnly):
                if forWritingOnly, !isStore { return }
                if isKnownHeld(path, place, held) { return }
                let message =
                    "\(variable.name) is \(isStore ? "stored to" : "read") without \(system.variables[path.lock].name) held"
                let site = assembler.site(.lockDiscipline(id), message, range)
                requireHolder(path, indices, site)
            case .isPrivate: requireOwner(id, variable, indices, range)
            }
        case .invariant(let skip):
            if case .guarded(let path, _) = variable.protection {
                let holder = holder(of: path, indices)
                assembler.branch(.branchNonZero, a: holder, to: skip)
            }
            if let pid = variable.soleProcess { skipUnlessAtStep(.constant(Int64(pid)), skip) }
            if case .isPrivate = variable.protection { skipUnlessOwnerAtStep(variable, indices, skip) }
        }
    }

    private func isKnownHeld(_ path: GuardPath, _ place: Place, _ held: Set<LockKey>) -> Bool {
        var keys: [LockKey.Index] = []
        for index in path.indices {
            switch index {
            case .constant(let value):
                keys.append(.constant(types.value(value, of: system.variables[path.lock].dimensions[keys.count])))
            case .own(let position):
                guard let key = LockKey.Index(place.indices[position]) else { return false }
                keys.append(key)
            }
        }
        return held.contains(LockKey(lock: path.lock, indices: keys))
    }

    /// A register with the holder of a guard: 0 free, else pid + 1.
    private func holder(of path: GuardPath, _ indices: [Operand]) -> UInt16 {
        let lock = layout.variables[path.lock]
        let own = path.indices.map { index in
            switch index {
            case .constant(let value): Operand.constant(Int64(value))
            case .own(let position): indices[position]
            }
        }
        let counts = system.variables[path.lock].dimensions.map { Int(types.count(of: $0) ?? 1) }
        var address = Address(offset: stateBase + lock.offset)
        add(flatten(own, counts), stride: lock.stride, to: &address)
        let register = assembler.register()
        assembler.load(address, bits: lock.shape.bits, lower: 0, into: register)
        return register
    }

    private func requireHolder(_ path: GuardPath, _ indices: [Operand], _ site: Int) {
        let fine = assembler.newLabel()
        if let selfPid {
            let holder = holder(of: path, indices)
            assembler.branch(.branchEqualImmediate, a: holder, imm: Int64(selfPid + 1), to: fine)
        }
        assembler.emit(.violate, target: site)
        assembler.place(fine)
    }

    private func firstPid(_ variable: SystemVariable) -> Int {
        guard case .sort(let id) = variable.dimensions.first else { return 0 }
        return types.sorts[id].firstPid ?? 0
    }

    private func claim(_ variable: SystemVariable, _ indices: [Operand]) -> UInt16? {
        guard let claims = variable.claims, let index = indices.first else { return nil }
        let layout = layout.variables[claims]
        var address = Address(offset: stateBase + layout.offset)
        add(index, stride: layout.stride, to: &address)
        let register = assembler.register()
        // The packed optional as it is: 0 for nil, else pid * 2 + 1.
        assembler.load(address, bits: layout.shape.bits, lower: 0, into: register)
        return register
    }

    private func requireOwner(_ id: VariableID, _ variable: SystemVariable, _ indices: [Operand], _ range: SourceRange)
    {
        let site = assembler.site(.ownership(id), "\(variable.name) is touched by another process", range)
        guard let selfPid, let index = indices.first else {
            assembler.emit(.violate, target: site)
            return
        }
        let (fine, check, wrong) = (assembler.newLabel(), assembler.newLabel(), assembler.newLabel())
        if let claim = claim(variable, indices) {
            assembler.branch(.branchEqualImmediate, a: claim, imm: Int64(selfPid) * 2 + 1, to: fine)
            assembler.branch(.branchNonZero, a: claim, to: wrong)
        }
        assembler.place(check)
        let own = selfPid - firstPid(variable)
        let register = assembler.inRegister(index)
        assembler.branch(.branchEqualImmediate, a: register, imm: Int64(own), to: fine)
        assembler.place(wrong)
        assembler.emit(.violate, target: site)
        assembler.place(fine)
    }

    private func skipUnlessOwnerAtStep(_ variable: SystemVariable, _ indices: [Operand], _ skip: Int) {
        guard system.isUnreduced, let index = indices.first else { return }
        let first = firstPid(variable)
        let owner = emit(.add, index, .constant(Int64(first)))
        skipUnlessAtStep(owner, skip)
        if let claim = claim(variable, indices) {
            let unclaimed = assembler.newLabel()
            assembler.branch(.branchZero, a: claim, to: unclaimed)
            let pid = assembler.register()
            assembler.emit(.extract, a: pid, b: claim, width: 63, shift: 1)
            skipUnlessAtStep(.register(pid), skip)
            assembler.place(unclaimed)
        }
    }

    /// A register with 1 if a position is one of the codes, else 0: a bit of a constant, however many codes there are.
    func isOne(of codes: [Int], _ position: UInt16, _ bits: Int) -> UInt16 {
        var words = Array(repeating: UInt64(0), count: max(1, (1 << bits) / 64))
        for code in codes { words[code / 64] |= 1 << UInt64(code % 64) }
        let result = assembler.register()
        assembler.load(Address(offset: assembler.constant(words), index: position), bits: 1, lower: 0, into: result)
        return result
    }

    /// With every micro-step a step: leaves the part unjudged while the process stands between two of one step.
    func skipUnlessAtStep(_ pid: Operand, _ skip: Int) {
        guard system.isUnreduced else { return }
        let register = assembler.inRegister(pid)
        let done = assembler.newLabel()
        for (number, process) in layout.processes.enumerated() {
            let next = assembler.newLabel()
            assembler.branch(.branchNotEqualImmediate, a: register, imm: Int64(number), to: next)
            let position = assembler.register()
            assembler.load(
                Address(offset: stateBase + process.position.offset), bits: process.position.bits, lower: 0,
                into: position)
            let points = system.kind(of: number).process.points
            let between = points.indices.filter { !points[$0].isStepPoint }.map(StateLayout.code(ofPoint:))
            assembler.branch(.branchNonZero, a: isOne(of: between, position, process.position.bits), to: skip)
            assembler.branch(.jump, to: done)
            assembler.place(next)
        }
        assembler.place(done)
    }
}
