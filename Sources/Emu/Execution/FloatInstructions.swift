// Floating-point instructions: operands out of registers, the operation, flags and NaN boxing.

/// Operations on one or two operands that round.
enum RoundedOperation { case add, subtract, multiply, divide, squareRoot }

/// The three sign injections.
enum SignInjection { case copy, negate, exclusiveOr }

/// The three comparisons.
enum FloatComparison { case equal, less, lessOrEqual }

extension Hart {
    /// Throws when the floating-point unit is off ("Extension Context Status in mstatus Register").
    func checkFloat(_ i: Instruction) throws(Trap) {
        if self[.mstatus] & Status.fs == 0 { throw Trap(.illegalInstruction, UInt64(i.word)) }
    }

    /// Writes 64 bits and marks the unit's state dirty.
    func writeFloat(_ register: Int, _ bits: UInt64) {
        self[f: register] = bits
        self[.mstatus] |= Status.fs
    }

    /// Writes a single, boxed in ones ("NaN Boxing of Narrower Values").
    func writeSingle(_ register: Int, _ bits: UInt64) { writeFloat(register, bits | 0xffff_ffff << 32) }

    private func write<F: FloatFormat>(_ format: F.Type, _ register: Int, _ bits: UInt64) {
        if F.fractionWidth == SingleFormat.fractionWidth {
            writeSingle(register, bits)
        } else {
            writeFloat(register, bits)
        }
    }

    /// Reads an operand; a single that is not boxed is the canonical NaN.
    private func read<F: FloatFormat>(_ format: F.Type, _ register: UInt8) -> UInt64 {
        let bits = self[f: Int(register)]
        if F.fractionWidth != SingleFormat.fractionWidth { return bits }
        return bits >> 32 == 0xffff_ffff ? bits & 0xffff_ffff : F.canonicalNaN
    }

    /// The rounding mode of an instruction; reserved ones are illegal.
    private func roundingMode(_ i: Instruction) throws(Trap) -> RoundingMode {
        try checkFloat(i)
        let field = i.rm == 7 ? UInt8(truncatingIfNeeded: self[.fcsr] >> 5 & 7) : i.rm
        guard let mode = RoundingMode(rawValue: field) else { throw Trap(.illegalInstruction, UInt64(i.word)) }
        return mode
    }

    private func accrue(_ flags: FloatFlags) {
        if flags.isEmpty { return }
        self[.fcsr] |= UInt64(flags.rawValue)
        self[.mstatus] |= Status.fs
    }

    func combine<F: FloatFormat>(_ format: F.Type, _ i: Instruction, _ operation: RoundedOperation) throws(Trap) {
        let mode = try roundingMode(i)
        let a = read(format, i.rs1)
        let b = read(format, i.rs2)
        var flags: FloatFlags = []
        let result: UInt64
        switch operation {
        case .add: result = SoftFloat<F>.add(a, b, mode, &flags)
        case .subtract: result = SoftFloat<F>.subtract(a, b, mode, &flags)
        case .multiply: result = SoftFloat<F>.multiply(a, b, mode, &flags)
        case .divide: result = SoftFloat<F>.divide(a, b, mode, &flags)
        case .squareRoot: result = SoftFloat<F>.squareRoot(a, mode, &flags)
        }
        accrue(flags)
        write(format, Int(i.rd), result)
    }

    func fuse<F: FloatFormat>(
        _ format: F.Type, _ i: Instruction, negatesProduct: Bool, negatesAddend: Bool
    ) throws(Trap) {
        let mode = try roundingMode(i)
        let a = read(format, i.rs1)
        let c = read(format, i.rs3)
        var flags: FloatFlags = []
        let result = SoftFloat<F>.fusedMultiplyAdd(
            negatesProduct ? a ^ F.signBit : a, read(format, i.rs2), negatesAddend ? c ^ F.signBit : c, mode, &flags)
        accrue(flags)
        write(format, Int(i.rd), result)
    }

    func injectSign<F: FloatFormat>(_ format: F.Type, _ i: Instruction, _ injection: SignInjection) throws(Trap) {
        try checkFloat(i)
        let a = read(format, i.rs1)
        let b = read(format, i.rs2)
        let sign: UInt64
        switch injection {
        case .copy: sign = b
        case .negate: sign = ~b
        case .exclusiveOr: sign = a ^ b
        }
        write(format, Int(i.rd), a & ~F.signBit | sign & F.signBit)
    }

    func select<F: FloatFormat>(_ format: F.Type, _ i: Instruction, wantsMaximum: Bool) throws(Trap) {
        try checkFloat(i)
        var flags: FloatFlags = []
        let result = SoftFloat<F>.extremum(read(format, i.rs1), read(format, i.rs2), wantsMaximum: wantsMaximum, &flags)
        accrue(flags)
        write(format, Int(i.rd), result)
    }

    func compare<F: FloatFormat>(_ format: F.Type, _ i: Instruction, _ comparison: FloatComparison) throws(Trap) {
        try checkFloat(i)
        let a = read(format, i.rs1)
        let b = read(format, i.rs2)
        var flags: FloatFlags = []
        let holds: Bool
        switch comparison {
        case .equal: holds = SoftFloat<F>.isEqual(a, b, &flags)
        case .less: holds = SoftFloat<F>.isLess(a, b, orEqual: false, &flags)
        case .lessOrEqual: holds = SoftFloat<F>.isLess(a, b, orEqual: true, &flags)
        }
        accrue(flags)
        self[x: Int(i.rd)] = holds ? 1 : 0
    }

    func classify<F: FloatFormat>(_ format: F.Type, _ i: Instruction) throws(Trap) {
        try checkFloat(i)
        self[x: Int(i.rd)] = SoftFloat<F>.classify(read(format, i.rs1))
    }

    func convertToInteger<F: FloatFormat>(_ format: F.Type, _ i: Instruction, _ target: IntegerFormat) throws(Trap) {
        let mode = try roundingMode(i)
        var flags: FloatFlags = []
        let result = SoftFloat<F>.toInteger(read(format, i.rs1), target, mode, &flags)
        accrue(flags)
        self[x: Int(i.rd)] = result
    }

    func convertFromInteger<F: FloatFormat>(_ format: F.Type, _ i: Instruction, _ source: IntegerFormat) throws(Trap) {
        let mode = try roundingMode(i)
        var flags: FloatFlags = []
        let result = SoftFloat<F>.fromInteger(self[x: Int(i.rs1)], source, mode, &flags)
        accrue(flags)
        write(format, Int(i.rd), result)
    }

    func convertFloat<Source: FloatFormat, Target: FloatFormat>(
        _ i: Instruction, from source: Source.Type, to target: Target.Type
    ) throws(Trap) {
        let mode = try roundingMode(i)
        var flags: FloatFlags = []
        let result = SoftFloat<Source>.convert(read(source, i.rs1), to: target, mode, &flags)
        accrue(flags)
        write(target, Int(i.rd), result)
    }
}
