// Visits every statement, and every formula, of typed code.

extension Statement {
    /// The blocks directly within.
    public var blocks: [[Statement]] {
        switch kind {
        case .conditional(_, let then, let otherwise), .bindOptional(_, _, let then, let otherwise),
            .killable(_, let then, let otherwise):
            [then, otherwise]
        case .choose(_, _, let otherwise): otherwise.map { [$0] } ?? []
        case .whileLoop(_, let inner), .forLoop(_, _, let inner), .loop(let inner), .atomic(let inner),
            .hardware(let inner), .defer(let inner), .block(let inner):
            [inner]
        case .either(let blocks): blocks
        case .assign, .declare, .call, .synchronize, .await, .assert, .assume, .symbolic, .panic, .claim, .publish,
            .start,
            .join, .break, .continue, .return:
            []
        }
    }

    /// Formulas and places directly within, in the order of evaluation.
    public var formulas: [Formula] {
        switch kind {
        case .assign(let place, let value): place.formulas + [value]
        case .declare(_, let value), .await(let value), .assert(let value, _), .assume(let value), .join(let value),
            .whileLoop(let value, _), .conditional(let value, _, _), .bindOptional(_, let value, _, _),
            .killable(let value, _, _), .return(let value?):
            [value]
        case .call(_, let arguments, _):
            arguments.flatMap { argument in
                switch argument {
                case .value(let formula): [formula]
                case .place(let place): place.formulas
                }
            }
        case .synchronize(let operation, _): operation.formulas
        case .choose(let binder, let condition, _), .forLoop(let binder, let condition, _):
            binder.domain.formulas + [condition].compactMap(\.self)
        case .symbolic(_, let condition): [condition].compactMap(\.self)
        case .claim(let place), .publish(let place): place.formulas
        case .start(_, let index, let values): [index].compactMap(\.self) + values
        case .loop, .atomic, .hardware, .defer, .either, .panic, .break, .continue, .return, .block: []
        }
    }
}

extension Synchronization {
    /// The places that are read or stored to.
    public var places: [Place] {
        switch self {
        case .acquire(let place), .release(let place), .tryAcquire(let place), .wakeup(let place),
            .wakeupOne(let place),
            .orderedLoad(let place), .loadReserved(let place), .atomicUpdate(_, let place, _),
            .compareAndSwap(let place, _, _), .orderedStore(let place, _), .storeConditional(let place, _):
            [place]
        case .acquireOrdered(let first, let second), .releaseOrdered(let first, let second): [first, second]
        case .sleep(let channel, let lock): [channel] + [lock].compactMap(\.self)
        case .resume, .fence: []
        }
    }

    /// Formulas of indices and operands.
    public var formulas: [Formula] {
        places.flatMap(\.formulas) + operands
    }

    /// Formulas of operands alone.
    public var operands: [Formula] {
        switch self {
        case .resume(let process): [process]
        case .atomicUpdate(_, _, let operand), .orderedStore(_, let operand), .storeConditional(_, let operand):
            [operand]
        case .compareAndSwap(_, let expected, let new): [expected, new]
        case .acquire, .release, .tryAcquire, .acquireOrdered, .releaseOrdered, .sleep, .wakeup, .wakeupOne,
            .orderedLoad, .loadReserved, .fence:
            []
        }
    }
}

/// Calls the visitor on every statement, outer ones first.
func forEachStatement(in statements: [Statement], _ visitor: (Statement) -> Void) {
    for statement in statements {
        visitor(statement)
        for block in statement.blocks { forEachStatement(in: block, visitor) }
    }
}

/// Calls the visitor on every formula that stands directly in a statement.
func forEachFormula(in statements: [Statement], _ visitor: (Formula) -> Void) {
    forEachStatement(in: statements) { statement in
        for formula in statement.formulas { visitor(formula) }
    }
}
