// Loops over domains, choices, and starts of other processes, in steps for all states at once.

import Model
import Solver

extension StepEncoder {
    /// Values that a choice with a condition is tried with, one by one.
    private static let choiceLimit = 1024

    // MARK: Loops

    /// The first value of a domain, and whether there is one.
    func first(of domain: Domain, _ type: Type, _ range: SourceRange) throws(EncodingFailure) -> (SymbolicValue, Term) {
        switch domain {
        case .type(let all):
            guard let count = system.types.count(of: all), count > 0,
                let value = values.constant(system.types.value(0, of: all), all)
            else { return (try zero(type, range), pool.bool(false)) }
            return (value, pool.bool(true))
        case .range(let lower, let upper, let isClosed):
            let (first, last, less) = try bounds(lower, upper, type, range)
            return (.integer(first), isClosed ? pool.not(less(last, first)) : less(first, last))
        case .elements(let formula):
            let (members, element) = try members(formula, range)
            return try least(of: members, element, type, range)
        }
    }

    /// The value after that of a local, and whether there is one.
    func value(after local: LocalID, in domain: Domain, _ type: Type, _ range: SourceRange) throws(EncodingFailure)
        -> (SymbolicValue, Term)
    {
        guard let current = encoder.path.locals[local] else {
            throw encoder.fail("a loop whose variable has no value", at: range)
        }
        switch domain {
        case .type(let all):
            let count = Int(system.types.count(of: all) ?? 0)
            return try next(after: current, Array(repeating: pool.bool(true), count: count), all, type, range)
        case .range(let lower, let upper, let isClosed):
            let (_, last, less) = try bounds(lower, upper, type, range)
            guard case .integer(let number) = current else { throw encoder.fail("not a number", at: range) }
            let next = pool.add(number, pool.word(1, width: pool.sort(of: number)?.width ?? 64))
            let isThere = isClosed ? less(number, last) : pool.and(less(number, last), pool.not(pool.equal(next, last)))
            return (.integer(next), isThere)
        case .elements(let formula):
            let (members, element) = try members(formula, range)
            return try next(after: current, members, element, type, range)
        }
    }

    private func zero(_ type: Type, _ range: SourceRange) throws(EncodingFailure) -> SymbolicValue {
        guard let zero = values.zero(of: type) else { throw encoder.fail("a type without values", at: range) }
        return zero
    }

    private func bounds(_ lower: Formula, _ upper: Formula, _ type: Type, _ range: SourceRange)
        throws(EncodingFailure) -> (first: Term, last: Term, less: (Term, Term) -> Term)
    {
        guard let own = lower.type.integer, let other = upper.type.integer, let target = type.integer else {
            throw encoder.fail("no range of numbers", at: range)
        }
        let width = target.kind.bits
        let first = encoder.resize(try encoder.number(lower), from: own, to: width)
        let last = encoder.resize(try encoder.number(upper), from: other, to: width)
        return (first, last, encoder.isSigned(target) ? pool.signedLess : pool.unsignedLess)
    }

    private func members(_ formula: Formula, _ range: SourceRange) throws(EncodingFailure) -> ([Term], Type) {
        guard case .set(let element) = formula.type, case .set(let members) = try encoder.encode(formula) else {
            throw encoder.fail("a loop over the elements of an array is not encoded", at: range)
        }
        return (members, element)
    }

    /// The member with the least ordinal.
    private func least(of members: [Term], _ element: Type, _ type: Type, _ range: SourceRange)
        throws(EncodingFailure) -> (SymbolicValue, Term)
    {
        var result = try zero(type, range)
        for (index, isMember) in members.enumerated().reversed() {
            guard let value = values.constant(system.types.value(index, of: element), element) else { continue }
            result = values.choice(isMember, value, result)
        }
        return (result, pool.any(members))
    }

    /// The member after a value that is one itself.
    private func next(
        after current: SymbolicValue, _ members: [Term], _ element: Type, _ type: Type, _ range: SourceRange
    ) throws(EncodingFailure) -> (SymbolicValue, Term) {
        var (result, isThere) = (try zero(type, range), pool.bool(false))
        for (index, isMember) in members.enumerated() {
            guard let own = values.constant(system.types.value(index, of: element), element) else { continue }
            let isCurrent = pool.and(isMember, values.equal(current, own))
            if pool.truth(isCurrent) == false { continue }
            let later = members.enumerated().map { $0 > index ? $1 : pool.bool(false) }
            let (value, exists) = try least(of: later, element, type, range)
            result = values.choice(isCurrent, value, result)
            isThere = pool.or(isThere, pool.and(isCurrent, exists))
        }
        return (result, isThere)
    }

    // MARK: Choices

    func choose(
        _ local: LocalID, _ domain: Domain, _ condition: Formula?, _ otherwise: NodeID?, _ node: Node, _ type: Type
    ) throws(EncodingFailure) -> [(NodeID, SymbolicPath)] {
        if condition == nil, let (value, isThere) = try unlisted(domain, type, node.range) {
            return choices(local, value, isThere, pool.bool(true), otherwise, node)
        }
        if case .type(let all) = domain, system.types.count(of: all) ?? 0 > Int128(Self.choiceLimit) {
            throw encoder.fail(
                "a choice with a condition among more than \(Self.choiceLimit) values is not encoded", at: node.range,
                "choose without `where`, and `assume` the condition after it")
        }
        let before = encoder.path.locals
        var (listed, hits): ([SymbolicValue], [Term]) = ([], [])
        try encoder.forEach(domain, type, node.range) { value, isThere throws(EncodingFailure) in
            encoder.path.locals[local] = value
            let isChosen = try encoder.under(isThere) { () throws(EncodingFailure) in
                try condition.map { formula throws(EncodingFailure) in try encoder.bool(formula) } ?? pool.bool(true)
            }
            listed.append(value)
            hits.append(pool.and(isThere, isChosen))
            return .next
        }
        encoder.path.locals = before
        guard !listed.isEmpty else {
            return choices(local, try zero(type, node.range), pool.bool(false), pool.bool(false), otherwise, node)
        }
        let pick = choose(below: listed.count)
        guard let value = values.select(listed, pick),
            case .bool(let isHit)? = values.select(hits.map { .bool($0) }, pick)
        else { throw encoder.fail("nothing can be chosen", at: node.range) }
        return choices(local, value, pool.any(hits), isHit, otherwise, node)
    }

    /// The runs in which something was chosen, and those in which there was nothing.
    private func choices(
        _ local: LocalID, _ value: SymbolicValue, _ isThere: Term, _ isHit: Term, _ otherwise: NodeID?, _ node: Node
    ) -> [(NodeID, SymbolicPath)] {
        var nothing = encoder.path
        nothing.live = pool.and(nothing.live, pool.not(isThere))
        var result: [(NodeID, SymbolicPath)] = []
        if let otherwise {
            result.append((otherwise, nothing))
        } else if !disablesOnEmptyChoice {
            encoder.violate(.trap, when: pool.not(isThere))
        }
        encoder.cut(unless: pool.and(isThere, isHit))
        encoder.path.locals[local] = value
        return result + [(node.next, encoder.path)]
    }

    /// An unknown value of a domain of numbers, and whether there is one; nil where values are listed instead.
    private func unlisted(_ domain: Domain, _ type: Type, _ range: SourceRange) throws(EncodingFailure) -> (
        SymbolicValue, Term
    )? {
        guard type.integer != nil else { return nil }
        switch domain {
        case .elements: return nil
        case .type(let all): return (try choose(all, range), pool.bool(true))
        case .range(let lower, let upper, let isClosed):
            let (first, last, less) = try bounds(lower, upper, type, range)
            let value = try choose(type, range)
            guard case .integer(let number) = value else { return nil }
            let isThere = isClosed ? pool.not(less(last, first)) : less(first, last)
            let isWithin = pool.and(
                pool.not(less(number, first)), isClosed ? pool.not(less(last, number)) : less(number, last))
            // Where the range is empty nothing is chosen, so nothing is asked of the value.
            encoder.cut(unless: pool.implies(isThere, isWithin))
            return (value, isThere)
        }
    }

    // MARK: Starts

    /// Starts an instance of a process: its code runs to its first point within this step.
    func start(_ id: ProcessID, _ index: Formula?, _ arguments: [Formula], _ node: Node) throws(EncodingFailure) {
        let process = system.processes[id]
        let instance = try index.map { formula throws(EncodingFailure) in try encoder.ordinal(formula) }
        var locals: [LocalID: SymbolicValue] = [:]
        for (parameter, formula) in arguments.enumerated() { locals[parameter] = try encoder.encode(formula) }
        let parent = encoder.path
        var results: [StepEnd] = []
        for number in 0..<process.count {
            encoder.path = parent
            if let instance {
                let width = pool.sort(of: instance)?.width ?? 64
                let isThis = pool.equal(instance, pool.word(UInt64(number), width: width))
                encoder.path.live = pool.and(parent.live, isThis)
            } else if number > 0 {
                break
            }
            if pool.truth(encoder.path.live) == false { continue }
            let pid = process.firstPid + number
            encoder.violate(.lockUse, when: shape.isAtPoint(pid, state))
            for (claims, isClaimed) in claims(of: pid) { encoder.violate(.ownership(claims), when: isClaimed) }
            state.processes[pid].channel = values.ordinal(0)
            encoder.path.locals = locals
            results += try started(process, pid: pid)
        }
        let joined = joined(results)
        encoder.path = SymbolicPath(live: joined.live, locals: parent.locals, state: joined.state)
    }

    /// Claim variables that have an element for a process, and whether somebody has borrowed it.
    func claims(of pid: Int) -> [(VariableID, Term)] {
        Set(system.variables.compactMap(\.claims)).sorted().compactMap { claims in
            var first = 0
            if case .sort(let id) = system.variables[claims].dimensions.first {
                first = system.types.sorts[id].firstPid ?? 0
            }
            let element = pid - first
            guard state.data[claims].indices.contains(element),
                case .optional(let isSome, _) = state.data[claims][element]
            else { return nil }
            return (claims, isSome)
        }
    }
}
