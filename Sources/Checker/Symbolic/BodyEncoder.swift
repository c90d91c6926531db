// Bodies of pure functions and proofs, run for all values at once: branches are joined, loops unrolled.

import Model
import Solver

extension FormulaEncoder {
    // MARK: Calls

    func call(_ id: PureID, _ arguments: [Formula], _ formula: Formula) throws(EncodingFailure) -> SymbolicValue {
        guard let pure = model?.pures[id] else { throw fail("a call that was not put in place", at: formula.range) }
        var locals: [LocalID: SymbolicValue] = [:]
        for (parameter, argument) in arguments.enumerated() { locals[parameter] = try encode(argument) }
        let caller = path
        let (callerLoops, cutsBefore) = (loops, cuts)
        path.locals = locals
        loops = []
        let result: SymbolicValue
        if let expression = pure.expression {
            result = try encode(expression)
        } else {
            result = try run(pure.body.statements, pure.result, pure.body.range)
        }
        loops = callerLoops
        path = caller
        if cuts != cutsBefore { path.live = pool.and(path.live, pool.not(cuts)) }
        return result
    }

    /// Runs a body to its returns; afterwards `live` is true for the values whose run returned.
    func run(_ statements: [Statement], _ type: Type, _ range: SourceRange) throws(EncodingFailure) -> SymbolicValue {
        frames.append(Frame(result: nil, returned: pool.bool(false)))
        try execute(statements)
        // Where no run returns, the value is that of no run.
        guard let frame = frames.popLast(), let result = frame.result ?? values.zero(of: type) else {
            throw fail("no path through this code returns a value", at: range)
        }
        path.live = frame.returned
        return result
    }

    // MARK: Statements

    func execute(_ statements: [Statement]) throws(EncodingFailure) {
        for statement in statements {
            if pool.truth(path.live) == false { return }
            try execute(statement)
        }
    }

    private func execute(_ statement: Statement) throws(EncodingFailure) {
        try charge(statement.range)
        switch statement.kind {
        case .assign(let place, let value): try assign(place, value, statement.range)
        case .declare(let local, let value): path.locals[local] = try encode(value)
        case .conditional(let condition, let then, let otherwise):
            try branch(bool(condition), then: then, otherwise: otherwise)
        case .bindOptional(let local, let value, let then, let otherwise):
            try bind(local, value, then: then, otherwise: otherwise)
        case .whileLoop(let condition, let body): try loop(while: condition, body, statement.range)
        case .loop(let body): try loop(while: nil, body, statement.range)
        case .forLoop(let binder, let filter, let body): try loop(over: binder, filter, body, statement.range)
        case .block(let body), .atomic(let body), .hardware(let body): try execute(body)
        case .assert(let condition, _): trap(when: pool.not(try bool(condition)))
        case .assume(let condition): cut(unless: try bool(condition))
        case .panic:
            trap(when: pool.bool(true))
            path.live = pool.bool(false)
        case .break: leaveLoop { $0.breaks.append(path) }
        case .continue: leaveLoop { $0.continues.append(path) }
        case .return(let value): try finish(value, statement.range)
        case .call, .synchronize, .choose, .killable, .defer, .either, .await, .symbolic, .claim, .publish, .start,
            .join:
            throw fail(
                "this statement has no meaning for all values at once", at: statement.range,
                "a proof takes `let`, `if`, `for`, `assume`, `assert` and calls of pure functions")
        }
    }

    private func leaveLoop(_ note: (inout LoopExits) -> Void) {
        guard !loops.isEmpty else { return }
        note(&loops[loops.count - 1])
        path.live = pool.bool(false)
    }

    private func finish(_ value: Formula?, _ range: SourceRange) throws(EncodingFailure) {
        guard let value, !frames.isEmpty else { throw fail("a return without a value", at: range) }
        let result = try encode(value)
        let index = frames.count - 1
        frames[index].result = frames[index].result.map { values.choice(path.live, result, $0) } ?? result
        frames[index].returned = pool.or(frames[index].returned, path.live)
        path.live = pool.bool(false)
    }

    // MARK: Stores

    private func assign(_ place: Place, _ value: Formula, _ range: SourceRange) throws(EncodingFailure) {
        let new = try encode(value)
        guard case .local(let local) = place.root else {
            throw fail("a proof stores to its own locals only", at: range)
        }
        path.locals[local] = try replacing(place.path[...], in: path.locals[local], with: new, range)
    }

    /// The old value with the part at the end of a path replaced.
    func replacing(
        _ path: ArraySlice<Place.Component>, in old: SymbolicValue?, with value: SymbolicValue, _ range: SourceRange
    ) throws(EncodingFailure) -> SymbolicValue {
        guard let component = path.first else { return value }
        guard let old else { throw fail("this name has no value here", at: range) }
        let rest = path.dropFirst()
        switch component {
        case .payload:
            let inner = try payload(of: old, range)
            return .optional(isSome: pool.bool(true), try replacing(rest, in: inner, with: value, range))
        case .field(let index):
            guard case .structure(var fields) = old else { throw fail("no struct", at: range) }
            fields[index] = try replacing(rest, in: fields[index], with: value, range)
            return .structure(fields)
        case .index(let formula):
            let index = try ordinal(formula)
            let element = try self.element(of: old, at: index, range)
            let new = try replacing(rest, in: element, with: value, range)
            let width = pool.sort(of: index)?.width ?? 64
            func updated(_ elements: [SymbolicValue]) -> [SymbolicValue] {
                elements.enumerated().map { position, element in
                    let isHere = pool.equal(index, pool.word(UInt64(position), width: width))
                    return values.choice(isHere, new, element)
                }
            }
            switch old {
            case .array(let elements): return .array(updated(elements))
            case .sequence(let count, let elements): return .sequence(count: count, updated(elements))
            default: throw fail("no elements", at: range)
            }
        }
    }

    // MARK: Branches

    /// The runs of both paths together; `isFirst` tells them apart where both have a value.
    func joined(_ first: SymbolicPath, _ second: SymbolicPath, _ isFirst: Term) -> SymbolicPath {
        if pool.truth(first.live) == false { return second }
        if pool.truth(second.live) == false { return first }
        var result = SymbolicPath(live: pool.or(first.live, second.live), locals: second.locals, state: second.state)
        if let one = first.state, let two = second.state { result.state = values.choice(isFirst, one, two) }
        for (local, value) in first.locals {
            result.locals[local] = second.locals[local].map { values.choice(isFirst, value, $0) } ?? value
        }
        return result
    }

    private func branch(_ condition: Term, then: [Statement], otherwise: [Statement]) throws(EncodingFailure) {
        if let known = pool.truth(condition) {
            try execute(known ? then : otherwise)
            return
        }
        let before = path
        path.live = pool.and(before.live, condition)
        let thenLive = path.live
        try execute(then)
        let first = path
        path = before
        path.live = pool.and(before.live, pool.not(condition))
        let otherwiseLive = path.live
        try execute(otherwise)
        let second = path
        path = joined(first, second, condition)
        // Neither side left: the runs are those from before, and the shorter term says so.
        if first.live == thenLive, second.live == otherwiseLive { path.live = before.live }
    }

    private func bind(_ local: LocalID, _ value: Formula, then: [Statement], otherwise: [Statement])
        throws(EncodingFailure)
    {
        guard case .optional(let isSome, let inner) = try encode(value) else {
            throw fail("not an optional", at: value.range)
        }
        path.locals[local] = inner
        try branch(isSome, then: then, otherwise: otherwise)
    }

    // MARK: Loops

    private func join(_ paths: [SymbolicPath]) -> SymbolicPath? {
        paths.dropFirst().reduce(paths.first) { result, next in result.map { joined(next, $0, next.live) } ?? next }
    }

    private func loop(while condition: Formula?, _ body: [Statement], _ range: SourceRange) throws(EncodingFailure) {
        loops.append(LoopExits())
        var turns = 0
        while pool.truth(path.live) != false {
            let goesOn = try condition.map { formula throws(EncodingFailure) in try bool(formula) } ?? pool.bool(true)
            var exit = path
            exit.live = pool.and(path.live, pool.not(goesOn))
            loops[loops.count - 1].breaks.append(exit)
            path.live = pool.and(path.live, goesOn)
            if pool.truth(goesOn) == nil, !isPossible(path.live) { path.live = pool.bool(false) }
            if pool.truth(path.live) == false { break }
            turns += 1
            if turns > unrollLimit, pool.truth(goesOn) == nil || condition == nil {
                stopUnrolling(while: pool.bool(true), range)
                break
            }
            try turn(body)
        }
        leave()
    }

    private func loop(over binder: Binder, _ filter: Formula?, _ body: [Statement], _ range: SourceRange)
        throws(EncodingFailure)
    {
        loops.append(LoopExits())
        try forEach(binder.domain, binder.type, range) { value, isThere throws(EncodingFailure) in
            var exit = path
            exit.live = pool.and(path.live, pool.not(isThere))
            // Elements of a set are skipped, the end of a range or a sequence is an exit.
            path.live = pool.and(path.live, isThere)
            path.locals[binder.local] = value
            var skipped: [SymbolicPath] = isEnd(binder.domain) ? [] : [exit]
            if isEnd(binder.domain) { loops[loops.count - 1].breaks.append(exit) }
            if let filter {
                var passed = path
                let isWanted = try bool(filter)
                passed.live = pool.and(path.live, pool.not(isWanted))
                skipped.append(passed)
                path.live = pool.and(path.live, isWanted)
            }
            loops[loops.count - 1].continues += skipped
            try turn(body)
            return pool.truth(path.live) == false ? .leave : .next
        }
        leave()
    }

    private func isEnd(_ domain: Domain) -> Bool {
        if case .elements(let formula) = domain, case .set = formula.type { return false }
        return true
    }

    /// One turn: the body, and those that went on without it.
    private func turn(_ body: [Statement]) throws(EncodingFailure) {
        try execute(body)
        let index = loops.count - 1
        if let all = join([path] + loops[index].continues) { path = all }
        loops[index].continues = []
    }

    /// After a loop go on those that ran to its end and those that left it.
    private func leave() {
        guard let exits = loops.popLast() else { return }
        if let all = join([path] + exits.breaks) { path = all }
    }
}
