// What the optimizer must know of each operation: the registers it reads and writes, and its effects.

extension Opcode {
    /// Whether register `a` is written.
    var writesA: Bool {
        switch self {
        case .constant, .move, .load, .loadAt, .extract, .extractAt, .insert, .insertAt, .equalWords, .address,
            .loadInterned, .intern, .add, .subtract, .multiply, .addImmediate, .addSigned, .subtractSigned,
            .multiplySigned, .addUnsigned, .subtractUnsigned, .multiplyUnsigned, .divideSigned, .remainderSigned,
            .divideUnsigned, .remainderUnsigned, .and, .or, .xor, .shiftLeft, .shiftRightSigned, .shiftRightUnsigned,
            .shiftLeftSigned, .shiftLeftUnsigned, .complement, .negate, .signExtend, .zeroExtend, .populationCount,
            .equal, .notEqual, .less, .lessOrEqual, .lessUnsigned, .lessOrEqualUnsigned, .not, .populationWords,
            .choose:
            true
        default: false
        }
    }

    /// Whether register `a` is read.
    var readsA: Bool {
        switch self {
        case .store, .storeAt, .insert, .insertAt, .checkRange, .checkRangeUnsigned, .checkRangeImmediate, .checkIndex,
            .checkFlag, .branchZero, .branchNonZero, .branchEqual, .branchNotEqual, .branchLess, .branchLessOrEqual,
            .branchEqualImmediate, .branchNotEqualImmediate, .branchLessImmediate, .branchNotLessImmediate, .orWords,
            .andWords, .andNotWords, .blockOnLock, .branchTable:
            true
        default: false
        }
    }

    /// Whether register `b` is read.
    var readsB: Bool {
        switch self {
        case .move, .loadAt, .storeAt, .extract, .extractAt, .insert, .insertAt, .copyWords, .zeroWords, .equalWords,
            .address, .loadInterned, .fetchInterned, .intern, .add, .subtract, .multiply, .addImmediate, .addSigned,
            .subtractSigned, .multiplySigned, .addUnsigned, .subtractUnsigned, .multiplyUnsigned, .divideSigned,
            .remainderSigned, .divideUnsigned, .remainderUnsigned, .and, .or, .xor, .shiftLeft, .shiftRightSigned,
            .shiftRightUnsigned, .shiftLeftSigned, .shiftLeftUnsigned, .complement, .negate, .signExtend, .zeroExtend,
            .checkRange, .checkRangeUnsigned, .populationCount, .equal, .notEqual, .less, .lessOrEqual, .lessUnsigned,
            .lessOrEqualUnsigned, .not, .branchEqual, .branchNotEqual, .branchLess, .branchLessOrEqual,
            .sequenceInsertGap, .sequenceRemove, .orWords, .andWords, .andNotWords, .populationWords, .choose, .nest:
            true
        default: false
        }
    }

    /// Whether register `c` is read.
    var readsC: Bool {
        switch self {
        case .extractAt, .insertAt, .copyWords, .equalWords, .fetchInterned, .add, .subtract, .multiply, .addSigned,
            .subtractSigned, .multiplySigned, .addUnsigned, .subtractUnsigned, .multiplyUnsigned, .divideSigned,
            .remainderSigned, .divideUnsigned, .remainderUnsigned, .and, .or, .xor, .shiftLeft, .shiftRightSigned,
            .shiftRightUnsigned, .shiftLeftSigned, .shiftLeftUnsigned, .checkRange, .checkRangeUnsigned, .equal,
            .notEqual, .less, .lessOrEqual, .lessUnsigned, .lessOrEqualUnsigned, .sequenceInsertGap, .sequenceRemove:
            true
        default: false
        }
    }

    /// Whether `target` is a violation site, at which a run may end.
    var raisesSite: Bool {
        switch self {
        case .addSigned, .subtractSigned, .multiplySigned, .addUnsigned, .subtractUnsigned, .multiplyUnsigned,
            .divideSigned, .remainderSigned, .divideUnsigned, .remainderUnsigned, .shiftLeftSigned, .shiftLeftUnsigned,
            .checkRange, .checkRangeUnsigned, .checkRangeImmediate, .checkIndex, .checkFlag, .violate, .tick:
            true
        default: false
        }
    }

    /// Whether its only effect is the value of `a`, so that it may go when nobody reads that.
    var isPure: Bool { writesA && !raisesSite && self != .choose && self != .intern }

    /// Whether the value of `a` depends on nothing but the fields of the instruction and the registers it reads.
    var isFunction: Bool {
        switch self {
        case .load, .loadAt, .equalWords, .loadInterned, .intern, .populationWords, .choose, .insert, .insertAt, .move,
            .constant:
            false
        default: writesA
        }
    }

    /// Whether it changes memory at an address in register `b`, or in `a` for those that work on wide sets.
    var writesMemoryAtRegister: Bool {
        switch self {
        case .storeAt, .copyWords, .zeroWords, .fetchInterned, .sequenceInsertGap, .sequenceRemove, .orWords, .andWords,
            .andNotWords:
            true
        default: false
        }
    }

    /// Whether control may go to the one instruction `target`.
    var isBranch: Bool {
        switch self {
        case .jump, .branchZero, .branchNonZero, .branchEqual, .branchNotEqual, .branchLess, .branchLessOrEqual,
            .branchEqualImmediate, .branchNotEqualImmediate, .branchLessImmediate, .branchNotLessImmediate,
            .branchFieldEqual, .branchFieldNotEqual:
            true
        default: false
        }
    }

    /// Whether control never goes to the next instruction.
    var isLast: Bool {
        switch self {
        case .jump, .branchTable, .halt, .block, .blockOnLock, .violate, .cut: true
        default: false
        }
    }
}
