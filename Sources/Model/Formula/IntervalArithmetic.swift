// Bounds of arithmetic results, so that `4096 * (i + 1)` is known to fit a u64.

extension IntegerType {
    /// The type of `left op right` for two numbers of `int` kind: exact bounds, cut to 64 bits (beyond them it traps).
    static func result(of operation: BinaryOperatorSyntax, _ left: IntegerType, _ right: IntegerType) -> IntegerType {
        guard let (lower, upper) = bounds(of: operation, left, right) else { return .int }
        let (least, greatest) = Kind.int.bounds
        return IntegerType(kind: .int, lower: min(max(lower, least), greatest), upper: max(min(upper, greatest), least))
    }

    private static func bounds(of operation: BinaryOperatorSyntax, _ left: IntegerType, _ right: IntegerType)
        -> (Int128, Int128)?
    {
        switch operation {
        case .add: return (left.lower + right.lower, left.upper + right.upper)
        case .subtract: return (left.lower - right.upper, left.upper - right.lower)
        case .multiply:
            let corners = [
                left.lower * right.lower, left.lower * right.upper, left.upper * right.lower, left.upper * right.upper,
            ]
            return corners.min().flatMap { least in corners.max().map { (least, $0) } }
        case .divide:
            guard right.lower > 0 else { return nil }
            let corners = [
                left.lower / right.lower, left.lower / right.upper, left.upper / right.lower, left.upper / right.upper,
            ]
            return corners.min().flatMap { least in corners.max().map { (least, $0) } }
        case .remainder:
            let most = max(abs(right.lower), abs(right.upper)) - 1
            guard most >= 0 else { return nil }
            return (left.lower >= 0 ? 0 : max(-most, left.lower), left.upper <= 0 ? 0 : min(most, left.upper))
        case .shiftRight:
            guard right.lower >= 0, right.upper < 64 else { return nil }
            return (
                min(left.lower, left.lower >> right.lower), max(left.upper >> right.lower, left.upper >> right.upper)
            )
        case .shiftLeft:
            guard right.lower >= 0, right.upper < 63, left.lower >= 0 else { return nil }
            return (left.lower << right.lower, left.upper << right.upper)
        case .bitAnd:
            guard left.lower >= 0 || right.lower >= 0 else { return nil }
            if left.lower >= 0, right.lower >= 0 { return (0, min(left.upper, right.upper)) }
            return (0, left.lower >= 0 ? left.upper : right.upper)
        case .bitOr, .bitXor:
            guard left.lower >= 0, right.lower >= 0 else { return nil }
            var mask: Int128 = 1
            while mask <= max(left.upper, right.upper) { mask <<= 1 }
            return (0, mask - 1)
        case .wrappingAdd, .wrappingSubtract, .wrappingMultiply, .wrappingShiftLeft: return nil
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .and, .or, .implies: return nil
        }
    }

    /// The type of `-e`.
    var negated: IntegerType {
        let (least, greatest) = Kind.int.bounds
        return IntegerType(kind: .int, lower: max(-upper, least), upper: min(-lower, greatest))
    }
}
