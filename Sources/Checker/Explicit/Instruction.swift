// The register bytecode that steps and properties compile to: 24 bytes an instruction, operands in registers.

/// What an instruction does. `a`, `b`, `c` are registers; `imm` a constant; `target` an instruction, a word or a site.
///
/// Registers hold 64 bits: numbers as they are (sign- or zero-extended), narrow composites as their packed bits.
/// Addresses are bit offsets into the machine's memory: the state's words, then scratch.
package enum Opcode: UInt8, CaseIterable {
    // Moves.
    case constant  // a = imm
    case move  // a = b
    case load  // a = memory[target] >> shift, width bits, + imm
    case loadAt  // a = bits at address b, width bits, + imm
    case store  // memory[target] << shift, width bits = a - imm
    case storeImmediate  // memory[target]'s width bits from shift = imm, which is already shifted
    case storeAt  // bits at address b, width bits = a - imm
    case extract  // a = b >> shift, width bits, + imm
    case extractAt  // a = b >> c, width bits, + imm
    case insert  // a's bits from shift, width bits = b - imm
    case insertAt  // a's bits from c, width bits = b - imm
    case copyWords  // imm words from address c to address b
    case zeroWords  // imm words at address b
    case equalWords  // a = whether imm words at b and c agree
    case address  // a = b * imm + target
    case loadInterned  // a = word c of value b of table target >> shift, width bits, + imm
    case fetchInterned  // the words of value c of table target to address b
    case intern  // a = the number of the value at address b in table target

    // Arithmetic; those with a site in `target` trap.
    case add, subtract, multiply  // wrapping: a = b op c
    case addImmediate  // a = b + imm
    case addSigned, subtractSigned, multiplySigned  // traps beyond Int64
    case addUnsigned, subtractUnsigned, multiplyUnsigned  // traps beyond UInt64
    case divideSigned, remainderSigned, divideUnsigned, remainderUnsigned  // traps on zero and on Int64.min / -1
    case and, or, xor
    case shiftLeft, shiftRightSigned, shiftRightUnsigned  // a = b op c; the count was checked
    case shiftLeftSigned  // traps when bits are lost, as an Int64
    case shiftLeftUnsigned  // traps when bits are lost, as a UInt64
    case complement, negate
    case signExtend, zeroExtend  // a = low width bits of b
    case checkRange  // traps unless b <= a <= c as Int64; b and c are constants' registers
    case checkRangeUnsigned  // the same as UInt64
    case checkRangeImmediate  // traps unless a is within the two Int32 of imm, the lower one in its low half
    case checkIndex  // traps unless a < imm as UInt64
    case checkFlag  // traps unless bit 0 of a is set
    case populationCount

    // Comparisons: a = b op c.
    case equal, notEqual, less, lessOrEqual, lessUnsigned, lessOrEqualUnsigned
    case not

    // Control.
    case jump  // to target
    case branchZero, branchNonZero  // on a
    case branchTable  // to the instruction of jump table target by a, which is within it
    case branchEqual, branchNotEqual, branchLess, branchLessOrEqual  // on a op b
    case branchEqualImmediate, branchNotEqualImmediate  // on a op imm
    case branchLessImmediate, branchNotLessImmediate  // on a op imm
    // On the 64 - width bits of memory[a] from shift op those of imm.
    case branchFieldEqual, branchFieldNotEqual

    // Sequences: address in b, index in c, form in imm; the count was checked.
    case sequenceInsertGap, sequenceRemove
    // Wide sets: imm words, a, b and c are addresses' registers.
    case orWords, andWords, andNotWords, populationWords

    // Steps.
    case choose  // a = which of b options this run takes
    case emit  // the memory's state is a successor
    case emitAction  // the same, by action instance target
    case emitActionAndRestore  // the same; then the source state comes back, for the next action
    case halt
    case block  // not enabled
    case blockOnLock  // not enabled while the holder in a (pid + 1) holds the lock
    case violate  // site target
    case cut
    case touch  // bit imm: a transition property reads what was stored
    case reach  // assertion target was evaluated
    case evaluated  // property target was evaluated
    case nest  // the lock at address b was taken by the process whose pid + 1 is imm
    case tick  // counts operations of a loop, against divergence
}

extension Opcode {
    /// The result for two constants; nil where it traps, or is left to the machine.
    func folded(_ left: Int64, _ right: Int64) -> Int64? {
        func exact(_ result: (partialValue: Int64, overflow: Bool)) -> Int64? {
            result.overflow ? nil : result.partialValue
        }
        switch self {
        case .add: return left &+ right
        case .subtract: return left &- right
        case .multiply: return left &* right
        case .addSigned: return exact(left.addingReportingOverflow(right))
        case .subtractSigned: return exact(left.subtractingReportingOverflow(right))
        case .multiplySigned: return exact(left.multipliedReportingOverflow(by: right))
        case .divideSigned: return exact(left.dividedReportingOverflow(by: right))
        case .remainderSigned: return right == 0 || right == -1 ? nil : left % right
        case .and: return left & right
        case .or: return left | right
        case .xor: return left ^ right
        case .equal: return left == right ? 1 : 0
        case .notEqual: return left != right ? 1 : 0
        case .less: return left < right ? 1 : 0
        case .lessOrEqual: return left <= right ? 1 : 0
        case .lessUnsigned: return UInt64(bitPattern: left) < UInt64(bitPattern: right) ? 1 : 0
        case .lessOrEqualUnsigned: return UInt64(bitPattern: left) <= UInt64(bitPattern: right) ? 1 : 0
        default: return nil
        }
    }
}

/// One instruction.
package struct Instruction {
    /// What it does.
    package var opcode: Opcode
    /// Bits of a field.
    package var width: UInt8
    /// Bits to its right.
    package var shift: UInt8
    /// A register; of most operations the result's.
    package var a: UInt16
    /// A register.
    package var b: UInt16
    /// A register.
    package var c: UInt16
    /// An instruction, a word, a site or a number of something else.
    package var target: Int32
    /// A constant.
    package var imm: Int64

    /// An instruction, with zero for what it does not use.
    package init(
        opcode: Opcode, width: UInt8 = 0, shift: UInt8 = 0, a: UInt16 = 0, b: UInt16 = 0, c: UInt16 = 0,
        target: Int32 = 0, imm: Int64 = 0
    ) {
        self.opcode = opcode
        self.width = width
        self.shift = shift
        self.a = a
        self.b = b
        self.c = c
        self.target = target
        self.imm = imm
    }
}

/// The packed form of a sequence, for the instructions that move its elements.
package struct SequenceForm {
    /// The most elements.
    package let max: Int
    /// Bits of the count, which comes first.
    package let countBits: Int
    /// Bit offset of the first element.
    package let elementOffset: Int
    /// Bits from one element to the next.
    package let stride: Int
    /// Bits of an element.
    package let elementBits: Int

    /// A form as it is laid out.
    package init(max: Int, countBits: Int, elementOffset: Int, stride: Int, elementBits: Int) {
        self.max = max
        self.countBits = countBits
        self.elementOffset = elementOffset
        self.stride = stride
        self.elementBits = elementBits
    }
}
